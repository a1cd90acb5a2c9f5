"""The aligned view: the left file as it is, and the new logic in its clothes.

The left output is the left file, byte for byte. The right output is the left file's text with the edits that the two
normal forms differ by, and it is verified: read again, its logic is the right file's. What cannot be said finely is
said coarsely, innermost block first: a statement, a block, a unit, the file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from prediff.align import Alignment, align, byte_equal_units, definition
from prediff.errors import PrediffError
from prediff.facts.scopes import ScopeInfo, map_names, module_names
from prediff.languages import get_language
from prediff.languages.language import Language, Traits
from prediff.matchers.similarity import find_alike
from prediff.matchers.units import Path, units_of
from prediff.model import ParsedFile
from prediff.normalizer import normalize
from prediff.parse import parse
from prediff.reconcile import Reconciled, reconcile
from prediff.reconcilers import names
from prediff.rules import RULES
from prediff.transport.edits import Transport
from prediff.transport.layout import Layout, inner_blocks
from prediff.transport.places import spans_of
from prediff.transport.plan import CoarserError, Edit, Plan
from prediff.transport.script import Comparison, Entry, Key, Script
from prediff.transport.spelling import respelled
from prediff.tree import Block, Function, If, Import, ImportFrom, Name, Node, trees_equal, update, walk
from prediff.views.canonical import shown_comments

MAX_ROUNDS = 40
FORGIVEN: tuple[type[Exception], ...] = (AssertionError, IndexError, KeyError, TypeError, ValueError)
"""What a mistake in the view may raise; the right file is then shown as it is."""
LIKELY = 0.25
"""How alike two definitions under different names must be for the one to be shown as what the other became."""


@dataclass(frozen=True, slots=True)
class Coarse:
    """A unit that is shown in its own text, not in the left's clothes, with the reason."""

    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Aligned:
    """The right output, the right file's lines that each of its lines stands for (0, 0 for none), what is coarse.

    whole: the file is shown as it is.
    """

    text: str
    sources: tuple[tuple[int, int], ...]
    coarse: tuple[Coarse, ...] = ()
    whole: str = ""


def aligned(alignment: Alignment, joined: Reconciled, allowed: frozenset[str], reader: str) -> Aligned:
    """The right file of an alignment in the left one's clothes. reader: the name of the one to read it again with."""
    language = get_language(alignment.left.parsed.source.language or "")
    if joined.renamed:
        # The left is shown as it is: each place that names a renamed definition differs.
        joined = reconcile(alignment, language.traits, allowed, follow=False)
    right = alignment.right.parsed
    try:
        found = _View(alignment.left.parsed, right, joined, language, allowed, reader).made()
    except FORGIVEN as error:
        # The view is a courtesy: a mistake in it must not cost the diff.
        if os.environ.get("PREDIFF_DEBUG"):
            raise
        return _as_it_is(right, f"an internal error ({type(error).__name__}), which is worth a report")
    if found.text == alignment.left.parsed.source.text:
        # Only pairs that differ come here: two equal texts would hide it.
        return _as_it_is(right, "its merged text would be the left file")
    return found


class _View:
    def __init__(
        self,
        left: ParsedFile,
        right: ParsedFile,
        joined: Reconciled,
        language: Language,
        allowed: frozenset[str],
        reader: str,
    ) -> None:
        assert left.tree is not None
        assert right.tree is not None
        self.right_file = right
        self.language, self.traits = language, language.traits
        self.allowed, self.reader = allowed, reader
        pairs = _likely_pairs(joined, self.traits)
        self.joined = joined = self.named(joined, pairs) if "locals-unread" in allowed else joined
        self.counted = shown_comments(right.comments, allowed)
        counted = shown_comments(left.comments, allowed)
        self.left = Layout(left.source.text, left.tree, left.comments, counted)
        self.right = Layout(right.source.text, right.tree, right.comments, self.counted)
        keywords = self.traits.keyword_parameters
        self.spelling = respelled(right.tree, joined.right, self.right, self.traits, keywords)
        self.plan = Plan()
        self.comparison = Comparison(
            counted=self.other_comments if counted or self.counted else None,
            alike=_by_node(joined, pairs),
        )
        self.import_keys: set[Key] = set()
        self.given_up: set[str] = set()
        self.reasons: dict[Key, str] = {}

    def named(self, joined: Reconciled, pairs: Sequence[tuple[Path, Path]]) -> Reconciled:
        """The right with the locals of functions that have another name on the left under their names there."""
        known = {j for _, j in joined.pairs}
        body = list(joined.right.body)
        for a, b in pairs:
            if len(a) == len(b) == 1 and b[0] not in known:
                left, right = joined.left.body[a[0]], body[b[0]]
                if isinstance(left, Function) and isinstance(right, Function):
                    body[b[0]], _ = names.follow(left, right, self.traits, self.traits.keyword_parameters)
        return replace(joined, right=update(joined.right, body=tuple(body)))

    def made(self) -> Aligned:
        reason = ""
        for _ in range(MAX_ROUNDS):
            script = self.script()
            self.import_keys = {
                e.key for e in script.entries if isinstance(e.left or e.right, (Import, ImportFrom))
            }
            transport = Transport(self.left, self.right, self.spelling, self.comparison, self.plan)
            try:
                edits = transport.edits(script)
            except CoarserError as error:
                reason = "its lines cannot be told from those around it"
                if not self.coarser(error.key, reason):
                    break
                continue
            text, sources = applied(self.left, edits)
            wrong, reason = self.wrong(text, edits, script)
            if not reason:
                return Aligned(text, self.mapped(script, transport, sources), self.coarse(script))
            planned = [self.coarser(key, reason) for key in wrong]
            if not all(planned):
                break
        return _as_it_is(self.right_file, reason)

    def script(self) -> Script:
        self.comparison.whole = frozenset(self.plan.whole)
        self.comparison.opened = frozenset(self.plan.opened)
        self.comparison.forced = frozenset(self.plan.forced)
        joined = self.joined
        return self.comparison.module(joined.left, joined.right, joined.pairs, self.plan.imports)

    def coarser(self, key: Key, reason: str) -> bool:
        """Plan to say an entry (a key of odd length) or a block more coarsely; False if that means the whole file."""
        plan = self.plan
        if not key:
            return False
        if len(key) % 2 == 0:
            if key not in plan.runs:
                plan.runs.add(key)
                return True
            key = key[:-1]
        elif key in self.import_keys and plan.retained:
            # An import that annotations of the left still name counts: they are shown as they are on the right.
            self.given_up |= plan.retained
            plan.retained.clear()
            return True
        elif key not in plan.plain:
            plan.plain.add(key)
            return True
        elif len(key) == 1 and () not in plan.runs and key in self.import_keys:
            plan.runs.add(())
            return True
        elif key in plan.whole and key not in plan.bare:
            plan.bare.add(key)
            return True
        elif key in plan.whole:
            return self.coarser(key[:-1], reason) if len(key) > 1 else False
        plan.whole.add(key)
        plan.plain.add(key)
        self.reasons[key[:1]] = reason
        return True

    def wrong(self, text: str, edits: Sequence[Edit], script: Script) -> tuple[list[Key], str]:
        """Which edits are to blame for a candidate that is not the right file's logic, and how it fails."""
        try:
            parsed = parse(replace(self.right_file.source, text=text, data=None), self.language, self.reader)
        except PrediffError as error:
            return self.misread(str(error), edits)
        if parsed.tree is None:
            return self.misread(parsed.reason, edits)
        if len(parsed.unread) > len(self.right_file.unread):
            return self.misread("; ".join([reason for _, reason in parsed.unread]), edits)
        lost = self.lost(parsed.tree)
        if lost:
            imports = [pair for pair in self.imports(lost) if pair not in self.plan.imports]
            self.plan.imports += imports
            lost -= {name for _, node in imports for name in module_names(Block((node,)))}
            retained = (lost & _imported(self.left.tree)) - self.plan.retained - self.given_up
            self.plan.retained |= retained
            if imports or retained:
                return [], "it would read a name that is not bound"
            lines = [n.span[0] for n in walk(parsed.tree) if isinstance(n, Name) and n.id in lost]
            opened = [self.opened(_line_before(line, edits), script) for line in lines]
            return ([] if any(opened) else [()]), "it would read a name that is not bound"
        found, same = self.check(parsed)
        if same:
            return [], ""
        lines = list(_differing_lines(found))
        if lines:
            return self.blamed(lines, edits) or [()], "the merged text is not the same in logic"
        return [()], "the merged text has other comments"

    def check(self, candidate: ParsedFile) -> tuple[Reconciled, bool]:
        """A candidate, as the left file, reconciled with the right file; and whether they are the same."""
        done, other = byte_equal_units(candidate, self.right_file)
        one = normalize(candidate, self.language, RULES, self.allowed, done)
        two = normalize(self.right_file, self.language, RULES, self.allowed, other)
        again = reconcile(align(one, two, self.traits), self.traits, self.allowed)
        own = shown_comments(candidate.comments, self.allowed)
        if not own and not self.counted:
            return again, trees_equal(again.left, again.right)
        printed = self.language.print(again.left, own), self.language.print(again.right, self.counted)
        return again, printed[0].text == printed[1].text

    def other_comments(self, left: Node, right: Node) -> bool:
        return self.left.counted_at(left) != self.right.counted_at(right)

    def misread(self, message: str, edits: Sequence[Edit]) -> tuple[list[Key], str]:
        """The edits to blame for a candidate that is no program, by the line that the message names."""
        lines = [int(number) for number in re.findall(r"(?:^|; )line (\d+)", message)]
        return self.blamed(lines, edits) or [()], f"the merged text is not read: {message}"

    def lost(self, tree: Block) -> frozenset[str]:
        """The names that a candidate reads and does not bind, though one of the files binds them."""
        assert self.left.tree is not None
        assert self.right.tree is not None
        gone = (module_names(self.left.tree) | module_names(self.right.tree)) - module_names(tree)
        if not gone:
            return frozenset()
        return _global_reads(tree, self.traits) & gone - (
            _global_reads(self.right.tree, self.traits) - module_names(self.right.tree)
        )

    def imports(self, names: frozenset[str]) -> list[tuple[Node | None, Node]]:
        """The imports at the top of the right file that bind some names, one name each.

        Those below `if TYPE_CHECKING` come with their statement, for the left's own if it has one.
        """
        found: list[tuple[Node | None, Node]] = []
        for node in self.right.tree.body:
            if isinstance(node, (Import, ImportFrom)):
                for alias in node.names:
                    if (alias.asname or alias.name.split(".")[0]) in names:
                        found.append((None, update(node, names=(alias,))))
            elif isinstance(node, If) and names & _imported(node.then):
                old = [n for n in self.left.tree.body if isinstance(n, If) and trees_equal(n.test, node.test)]
                found.append((old[0] if old else None, node))
        return found

    def blamed(self, lines: Sequence[int], edits: Sequence[Edit]) -> list[Key]:
        """The keys of the edits that made some lines of a candidate, or stand nearest to them."""
        places: list[tuple[int, int, Key]] = []
        shift = 0
        for edit in edits:
            first = edit.first + shift
            places.append((first, first + max(len(edit.lines) - 1, 0), edit.key))
            shift += len(edit.lines) - (edit.last - edit.first + 1)
        found: dict[Key, None] = {}
        for line in lines:
            if places:
                nearest = min(places, key=lambda p: max(p[0] - line, line - p[1], 0))
                found[nearest[2]] = None
        return list(found)

    def opened(self, line: int, script: Script) -> bool:
        """Plan to show the header or statement on a line of the left as the right has it; False if that is planned."""
        for entry in script.entries:
            if entry.left is None or not entry.left.span[0] <= line <= entry.left.span[2]:
                continue
            blocks = inner_blocks(entry.left)
            inside = any(n.span[0] <= line <= n.span[2] for block in blocks for n in block.body)
            if inside and entry.kind == "descend":
                opened = [self.opened(line, inner) for inner in entry.scripts]
                return any(opened)
            if entry.kind not in ("keep", "descend"):
                known = entry.key in self.plan.plain
                self.plan.plain.add(entry.key)
                return not known
            before = len(self.plan.opened) + len(self.plan.forced)
            self.plan.opened.add(entry.key)
            if not inside:
                self.plan.forced.add(entry.key)
                self.plan.plain.add(entry.key)
            return len(self.plan.opened) + len(self.plan.forced) > before
        return False

    def coarse(self, script: Script) -> tuple[Coarse, ...]:
        found = []
        for entry in script.entries:
            if entry.key in self.plan.whole and entry.kind == "change":
                found.append(Coarse(_name(entry), self.reasons.get(entry.key, "")))
        return tuple(found)

    def mapped(
        self, script: Script, transport: Transport, sources: Sequence[tuple[int, int]]
    ) -> tuple[tuple[int, int], ...]:
        """The right file's line of each output line. sources: (line of the left, line of the right), 0 for none."""
        known: dict[int, int] = {}
        waiting = [script]
        equal: list[tuple[Node, Node]] = []
        while waiting:
            for entry in waiting.pop().entries:
                waiting += entry.scripts
                if entry.kind == "keep" and entry.left is not None and entry.right is not None:
                    equal.append((entry.left, entry.right))
                else:
                    self.map_pieces(known, *transport.places.placed(entry).sides)
        while equal:
            left, right = equal.pop()
            blocks = list(zip(inner_blocks(left), inner_blocks(right), strict=False))
            spans = [spans_of(node, blocks=not blocks) for node in (left, right)]
            self.map_pieces(known, self.left.pieces_in(spans[0]), self.right.pieces_in(spans[1]))
            equal += [pair for a, b in blocks for pair in zip(a.body, b.body, strict=False)]
        lines = [right or known.get(left, 0) for left, right in sources]
        return tuple([(line, line) for line in lines])

    def map_pieces(self, known: dict[int, int], left: set[int], right: set[int]) -> None:
        """Add which line of the right each line of some pieces stands for."""
        one, two = sorted(left), sorted(right)
        for place, n in enumerate(one if two else ()):
            piece, other = (
                self.left.pieces[n],
                self.right.pieces[two[place] if len(one) == len(two) else two[0]],
            )
            for line in range(piece.first, piece.last + 1):
                known[line] = min(other.first + line - piece.first, other.last)


def _as_it_is(right: ParsedFile, reason: str) -> Aligned:
    text = right.source.text
    return Aligned(text, tuple([(i, i) for i in range(1, text.count("\n") + 2)]), whole=reason)


def applied(left: Layout, edits: Sequence[Edit]) -> tuple[str, list[tuple[int, int]]]:
    """The left file's text after some edits, and of each line the left's line and the right's, 0 for none."""
    lines: list[str] = []
    sources: list[tuple[int, int]] = []
    at = 1
    for edit in [*edits, Edit(len(left.lines) + 1, len(left.lines), (), (), ())]:
        kept = range(at, min(edit.first, len(left.lines) + 1))
        lines += [left.lines[n - 1] for n in kept]
        sources += [(n, 0) for n in kept]
        lines += edit.lines
        sources += [(0, n) for n in edit.sources]
        at = max(at, edit.last + 1)
    if lines and lines[-1] != "" and left.lines[-1] == "":
        lines.append("")
        sources.append((0, 0))
    return "\n".join(lines), sources


def _likely_pairs(joined: Reconciled, traits: Traits) -> list[tuple[Path, Path]]:
    """The definitions of both files that belong together, under other names too."""
    found = find_alike(joined.left, joined.right, joined.pairs, traits)
    return [*found.known.items(), *[(a.left, a.right) for a in found.alike if a.likeness >= LIKELY]]


def _by_node(joined: Reconciled, pairs: Sequence[tuple[Path, Path]]) -> dict[int, Node]:
    """By the id of a definition of the left, the one of the right that it became."""
    left = {u.path: u.node for u in units_of(joined.left.body)}
    right = {u.path: u.node for u in units_of(joined.right.body)}
    return {id(left[a]): right[b] for a, b in pairs if a in left and b in right}


def _global_reads(tree: Block, traits: Traits) -> frozenset[str]:
    """The names of a file that are no locals."""
    found: set[str] = set()

    def visit(name: Name, scope: ScopeInfo | None) -> Node:
        if scope is None:
            found.add(name.id)
        return name

    map_names(tree, visit, block_scoped=traits.block_scoped)
    return frozenset(found)


def _imported(tree: Block) -> frozenset[str]:
    """The names that imports at the top of a file bind."""
    imports = [n for n in tree.body if isinstance(n, (Import, ImportFrom))]
    return frozenset({a.asname or a.name.split(".")[0] for n in imports for a in n.names})


def _line_before(line: int, edits: Sequence[Edit]) -> int:
    """The left's line that a line of a candidate came from, or the first one of its edit."""
    shift = 0
    for edit in edits:
        first = edit.first + shift
        if line < first:
            break
        if line < first + len(edit.lines):
            return edit.first
        shift += len(edit.lines) - (edit.last - edit.first + 1)
    return line - shift


def _differing_lines(found: Reconciled) -> Sequence[int]:
    """Lines of the left file of a reconciled pair at which the two still differ."""
    comparison = Comparison()
    lines: list[int] = []
    waiting = [(comparison.module(found.left, found.right, found.pairs), 1)]
    while waiting:
        script, last = waiting.pop()
        for entry in script.entries:
            if entry.kind == "descend" and entry.left is not None:
                waiting += [(inner, entry.left.span[0]) for inner in entry.scripts]
                if entry.header and entry.left is not None:
                    lines.append(entry.left.span[0])
            elif entry.kind != "keep":
                lines.append(entry.left.span[0] if entry.left is not None else last)
            if entry.left is not None:
                last = entry.left.span[2] or last
    return lines


def _name(entry: Entry) -> str:
    node: Node | None = entry.right or entry.left
    found = definition(node) if node is not None else None
    return found.name if found is not None else f"line {node.span[0] if node is not None else 0}"
