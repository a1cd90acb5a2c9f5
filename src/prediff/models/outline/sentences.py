"""From clauses to a line: which of them are said, how wide their parts are, how they are joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prediff.lean_dataclasses import dataclass
from prediff.models.outline.clauses import MINOR, TELLING, Clause, Phrase
from prediff.models.outline.phrases import LEFT_OUT, Phrases, cut
from prediff.models.wording import MAX_LENGTH

WIDTHS = (40, 26, 20)
"""How wide the parts of a clause are, the first at which all that tells fits."""
WIDER = (20, 26, 34, 40, 56, 72)
"""How wide they are made once it is known what is said, as long as it fits."""
MAX_LEAVES = 80
"""Clauses of a unit that are weighed; of a longer one those that tell most, the first ones."""
NOTHING = "does nothing"


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A clause that can be said, what it is worth, and the clauses that it stands in."""

    value: int
    clause: Clause
    around: tuple[Clause, ...]


@dataclass(slots=True)
class Teller:
    """Makes lines in the words of one language."""

    phrases: Phrases

    def line(self, clauses: Sequence[Clause], limit: int = MAX_LENGTH) -> str:
        """The clauses in one line: as many as fit, those that tell most first; `...` where such are left out."""
        leaves = sorted(_leaves(clauses), key=lambda leaf: -leaf.value)[:MAX_LEAVES]
        if leaves and leaves[0].value > MINOR:
            leaves = [leaf for leaf in leaves if leaf.value > MINOR]
        best, most = "", -1
        for width in WIDTHS:
            kept, missed = self._fill(leaves, width, limit)
            if not missed:
                return self._said(clauses, kept, width, limit) or NOTHING
            worth = sum(leaf.value for leaf in kept if leaf.value >= TELLING)
            if worth > most:
                rest = f"; {LEFT_OUT}"
                text = self._said(clauses, kept, width, limit - len(rest))
                best, most = text + rest if text else "", worth
        return best or self._first(leaves, limit)

    def _first(self, leaves: Sequence[_Leaf], limit: int) -> str:
        """What tells most, where not one clause fits whole."""
        return cut(self._leaf(leaves[0].clause, WIDTHS[-1]), limit) or NOTHING if leaves else NOTHING

    def _fill(self, leaves: Sequence[_Leaf], width: int, limit: int) -> tuple[list[_Leaf], bool]:
        """The leaves that fit, and whether one that tells does not."""
        kept: list[_Leaf] = []
        opened: set[int] = set()
        bare: set[int] = set()
        room, missed = limit + 2, False
        for leaf in leaves:
            if room < 8:
                missed = missed or leaf.value >= TELLING
                break
            new = [clause for clause in leaf.around if id(clause) not in opened]
            cost = len(self._leaf(leaf.clause, width)) + 2
            for clause in new:  # its head takes the place of what is said without one
                cost += len(self.phrase(clause.head, width)) + 2
                cost -= len(self._leaf(clause, width)) + 2 if id(clause) in bare else 0
            if cost > room:
                missed = missed or leaf.value >= TELLING
                continue
            room -= cost
            opened.update(map(id, new))
            bare.add(id(leaf.clause))
            kept.append(leaf)
        return kept, missed

    def _said(self, clauses: Sequence[Clause], kept: list[_Leaf], width: int, limit: int) -> str:
        """The kept leaves as they stand in the unit, the last ones left out where they are too long after all."""
        kept = list(kept)
        while kept:
            ids = {id(leaf.clause) for leaf in kept}
            fitting = ""
            for wide in WIDER[WIDER.index(width) :]:
                text = self._joined(clauses, ids, wide, "; ")
                if len(text) > limit:
                    break
                fitting = text
            if fitting:
                return fitting
            kept.pop()
        return ""

    def _joined(self, clauses: Sequence[Clause], kept: set[int], width: int, joint: str) -> str:
        """Some clauses one after the other; a verb that comes again at once is said once."""
        text, verb, conditional, before = "", "", False, False
        for clause in clauses:
            said = self._text(clause, kept, width, before)
            before = said is not None
            if said is None:
                continue
            own, rest, condition = said
            shown = f"{own} {rest}".rstrip() if own else rest
            if not text:
                text = shown
            elif own and own == verb and rest and condition == conditional:
                text += f", {rest}"
            elif own == verb == "returns" and rest and conditional and not condition:
                text += f", else {rest}"
            else:
                text += joint + shown
            verb, conditional = own, condition
        return text

    def _text(self, clause: Clause, kept: set[int], width: int, before: bool) -> tuple[str, str, bool] | None:
        """A clause as its verb, the rest, and whether a condition follows; None where it is not said.

        before: whether the clause before it is said.
        """
        head = clause.alone if clause.alone and not before else clause.head
        inner = [
            (one, said)
            for i, one in enumerate(clause.inner)
            if (said := self._text(one, kept, width, i > 0 and _in(clause.inner[i - 1], kept)))
        ]
        if inner:
            first, (verb, rest, condition) = inner[0]
            if clause.after and len(inner) == 1 and verb and not condition and not first.inner:
                tail = self.phrase(head, width)
                return verb, f"{rest} {tail}".lstrip() if " if " not in rest else f"{rest}, {tail}", True
            return "", f"{self.phrase(head, width)}: {self._joined(clause.inner, kept, width, ', ')}", False
        if id(clause) not in kept:
            return None
        return clause.verb, self.phrase(clause.rest, width), False

    def _leaf(self, clause: Clause, width: int) -> str:
        return f"{clause.verb} {self.phrase(clause.rest, width)}".rstrip()

    def phrase(self, parts: Phrase, width: int) -> str:
        """Words and parts of the tree, of which each has so much room."""
        return "".join([p if isinstance(p, str) else self.phrases.words(p, width) for p in parts])


def _in(clause: Clause, kept: set[int]) -> bool:
    return id(clause) in kept or any(_in(one, kept) for one in clause.inner)


def _leaves(clauses: Sequence[Clause], around: tuple[Clause, ...] = ()) -> Iterator[_Leaf]:
    for clause in clauses:
        if clause.verb:
            yield _Leaf(clause.weight - len(around), clause, around)
        if clause.inner:
            yield from _leaves(clause.inner, (*around, clause))


def listed(names: Sequence[str], room: int) -> str:
    """Names in so much room: `a, b and 3 more`; only how many there are where not one fits."""
    for count in range(min(len(names), room), 0, -1):
        shown = list(names[:count])
        if count < len(names):
            shown.append(f"{len(names) - count} more")
        text = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
        if len(text) <= room:
            return text
    return str(len(names))
