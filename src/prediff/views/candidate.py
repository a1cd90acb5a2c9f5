"""The check of a candidate: whether a merged text, read again, is the right file's logic, and what is wrong if not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from prediff.align import align, byte_equal_units
from prediff.errors import PrediffError
from prediff.facts.scopes import module_names
from prediff.languages.language import Language
from prediff.lean_dataclasses import dataclass
from prediff.model import ParsedFile
from prediff.normalizer import normalize
from prediff.parse import parse
from prediff.reconcile import Reconciled, reconcile
from prediff.rules import RULES
from prediff.transport.plan import Edit
from prediff.transport.script import Key, Script
from prediff.tree import Block, Name, trees_equal, walk
from prediff.views.blame import blamed, differing_lines, line_before
from prediff.views.bound import imported, imports_of, lost_names
from prediff.views.canonical import shown_comments
from prediff.views.coarsening import Coarsening

UNBOUND = "it would read a name that is not bound"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a candidate is: right where `reason` is empty. wrong: the keys of the edits to blame.

    read, joined: the candidate, and it as the left file of the right one (None if it is that, letter by letter); of
    those that are right.
    """

    wrong: tuple[Key, ...] = ()
    reason: str = ""
    read: ParsedFile | None = None
    joined: Reconciled | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Checks candidates for the right file of a pair.

    reader: the name of the one to read them with. unread: the assumptions that comments are folded under.
    """

    left: ParsedFile
    right: ParsedFile
    language: Language
    allowed: frozenset[str]
    reader: str
    unread: frozenset[str]

    def of(self, text: str, edits: Sequence[Edit], script: Script, coarsening: Coarsening) -> Finding:
        """Whether a candidate is the right file's logic; which edits are to blame if not, and how it fails.

        Where a name is not bound no edit is to blame, as long as something else can be planned.
        """
        if text == self.right.source.text:
            return Finding(read=self.right)
        try:
            parsed = parse(replace(self.right.source, text=text, data=None), self.language, self.reader)
        except PrediffError as error:
            return _misread(str(error), edits)
        if parsed.tree is None:
            return _misread(parsed.reason, edits)
        if len(parsed.unread) > len(self.right.unread):
            return _misread("; ".join([reason for _, reason in parsed.unread]), edits)
        assert self.left.tree is not None
        assert self.right.tree is not None
        lost = lost_names(parsed.tree, self.left.tree, self.right.tree, self.language.traits)
        if lost:
            planned = self._bound(lost, parsed.tree, edits, script, coarsening)
            return Finding(() if planned else ((),), UNBOUND)
        found, same = self._compared(parsed)
        if same:
            return Finding(read=parsed, joined=found)
        runs = differing_lines(found)
        if runs:
            return Finding(blamed(runs, edits), "the merged text is not the same in logic")
        return Finding(((),), "the merged text has other comments")

    def again(self, text: str) -> Finding:
        """The same of a text whose edits are not known."""
        return self.of(text, (), Script((), ()), Coarsening())

    def _bound(
        self,
        lost: frozenset[str],
        tree: Block,
        edits: Sequence[Edit],
        script: Script,
        coarsening: Coarsening,
    ) -> bool:
        """Plan to bind some names of a candidate: import them, keep their imports, or show what reads them as it is."""
        assert self.left.tree is not None
        assert self.right.tree is not None
        plan = coarsening.plan
        imports = [
            pair for pair in imports_of(lost, self.left.tree, self.right.tree) if pair not in plan.imports
        ]
        plan.imports += imports
        lost -= {name for _, node in imports for name in module_names(Block((node,)))}
        retained = (lost & imported(self.left.tree)) - plan.retained - coarsening.given_up
        plan.retained |= retained
        if imports or retained:
            return True
        lines = [n.span[0] for n in walk(tree) if isinstance(n, Name) and n.id in lost]
        opened = [coarsening.opened(line_before(line, edits), script) for line in lines]
        return any(opened)

    def _compared(self, candidate: ParsedFile) -> tuple[Reconciled, bool]:
        """A candidate, as the left file, reconciled with the right file; and whether they are the same."""
        done, other = byte_equal_units(candidate, self.right)
        one = normalize(candidate, self.language, RULES, self.allowed, done)
        two = normalize(self.right, self.language, RULES, self.allowed, other)
        again = reconcile(align(one, two, self.language.traits), self.language.traits, self.allowed)
        own, counted = (shown_comments(f.comments, self.unread) for f in (candidate, self.right))
        if not own and not counted:
            return again, trees_equal(again.left, again.right)
        printed = self.language.print(again.left, own), self.language.print(again.right, counted)
        return again, printed[0].text == printed[1].text


def _misread(message: str, edits: Sequence[Edit]) -> Finding:
    """The edits to blame for a candidate that is no program, by the line that the message names."""
    lines = [int(number) for number in re.findall(r"(?:^|; )line (\d+)", message)]
    return Finding(blamed([(line, line) for line in lines], edits), f"the merged text is not read: {message}")
