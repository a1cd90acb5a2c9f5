"""The comments of statements that are shown as changed: the right's, as far as they touch such a statement.

A *remark* is the run of comment lines right above a statement, or the comment behind code on its line. A line that is
shown as changed would else keep what the left says of it, and be a line that nobody wrote. A comment that only stands
elsewhere on the other side is neither put in nor taken out.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from prediff.transport.clothes import Wardrobe
from prediff.transport.comments import words_of
from prediff.transport.layout import Piece
from prediff.transport.plan import Edit
from prediff.transport.script import Key


class Remarks:
    """Makes the edits of the comments of one pair of files."""

    def __init__(self, wardrobe: Wardrobe) -> None:
        self.wardrobe = wardrobe
        self.left, self.right = wardrobe.left, wardrobe.right
        self.comments = wardrobe.comments

    def above(self, key: Key, here: int, there: int) -> list[Edit]:
        """The edits of the comments that touch a line of the left, `here`, which gives way to `there` of the right."""
        left, right = self.left, self.right
        one, two = left.touching(here), right.touching(there)
        if self.comments.none or (one == here and two == there):
            return []  # where the right has no comments at all, it is not this statement that lost some
        own = left.comments_in(one, here - 1)
        lines = self.wardrobe.dressed((two, there - 1), left.indent(here), base=right.indent(there))
        found = []
        for start, end, kept, put in self.comments.of_right(own, lines.texts):
            texts = [left.lines[one + n - 1] for n in kept] + [lines.texts[n] for n in put]
            sources = [0] * len(kept) + [lines.sources[n] for n in put]
            found.append(Edit(one + start, one + end - 1, tuple(texts), tuple(sources), key))
        return found

    def at_end(self, here: Piece, there: Piece) -> str:
        """The last line of a piece of the left with the comment behind its counterpart, "" where that is the same."""
        own, (code, _, new) = self.left.remark(here.last), self._parted(there.last)
        text = self.left.lines[here.last - 1]
        if not own or not new or words_of(own) == words_of(new):
            return ""
        return text[: len(text) - len(own)] + new if text[: len(text) - len(own)].strip() == code else ""

    def behind(
        self, pieces: tuple[set[int], set[int]], made: Sequence[str], ends: Sequence[int]
    ) -> list[str]:
        """The left's lines of a statement with its parts replaced, with the right's comments behind what changed.

        pieces: those of the statement on both sides. ends: the line of the left that each line ends as, 0 for none.
        """
        left, right = self.left, self.right
        ones, twos = (
            [side.pieces[n] for n in sorted(own)] for side, own in zip((left, right), pieces, strict=True)
        )
        by_code: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for code, gap, text in map(self._parted, _numbers(twos)):
            by_code[code.rstrip(",")].append((gap, text))
        known = {words_of(text) for same in by_code.values() for _, text in same}
        found = list(made)
        for k, n in enumerate(ends):
            if not n:
                gap, new = next(iter(by_code.get(made[k].strip().rstrip(","), [])), ("", ""))
                found[k] = made[k] + gap + new if new else made[k]
                continue
            text = left.lines[n - 1]
            if made[k] == text and k and ends[k - 1] == n - 1:
                continue
            own = left.remark(n) if made[k].endswith(left.remark(n)) else ""
            code = made[k][: len(made[k]) - len(own)].rstrip() if own else made[k].rstrip()
            there = by_code.get(code.strip().rstrip(","), [])
            if own and any(words_of(other) == words_of(own) for _, other in there):
                continue
            gap, new = there[0] if there else self._of_piece(n, ones, twos) or ("", "")
            if not there and not new and own and words_of(own) in known:
                continue
            if words_of(new) != words_of(own):
                if new and own:
                    gap = made[k][len(code) : len(made[k]) - len(own)]
                found[k] = code + gap + new if new else code
        return found

    def inside(self, there: Iterable[int], made: Sequence[str], ends: Sequence[int]) -> list[str]:
        """The left's lines of a statement, with the right's comments above those within it that changed.

        there: the statement's pieces on the right. ends: as for `behind`.
        """
        left, right = self.left, self.right
        found = list(made)
        if self.comments.none or not right.comments:
            return found
        by_text: dict[str, set[int]] = defaultdict(set)
        for n in _numbers([right.pieces[n] for n in sorted(there)]):
            code, gap, text = self._parted(n)
            by_text[code.rstrip(",")].add(n)
            by_text[code + gap + text].add(n)
        known = {*right.comments.values()}
        for k in range(len(made) - 1, -1, -1):
            if ends[k] and left.lines[ends[k] - 1] == made[k]:
                continue
            own = left.remark(ends[k]) if ends[k] else ""
            code = made[k].removesuffix(own).strip()
            numbers = [*(by_text.get(made[k].strip()) or by_text.get(code.rstrip(","), set()))]
            if len(numbers) != 1 or not code:
                continue
            first = right.touching_inside(numbers[0])
            if first == numbers[0]:
                continue
            start = k
            while start and (ends[start - 1] in left.comments or made[start - 1].strip() in known):
                start -= 1
            indent = made[k][: len(made[k]) - len(made[k].lstrip())]
            run = first, numbers[0] - 1
            texts = self.wardrobe.indents.moved(right.lines, run, indent, right.indent(numbers[0]))
            above = made[start:k]
            for a, b, kept, put in reversed([*self.comments.of_right(above, texts)]):
                found[start + a : start + b] = [above[n] for n in kept] + [texts[n] for n in put]
        return found

    def _parted(self, number: int) -> tuple[str, str, str]:
        """The code of a line of the right, the comment behind it and the white space between them."""
        line, text = self.wardrobe.spelling.lines[number - 1], self.right.remark(number)
        code = line[: len(line) - len(text)].rstrip()
        return code.strip(), line[len(code) : len(line) - len(text)], text

    def _of_piece(self, line: int, ones: Sequence[Piece], twos: Sequence[Piece]) -> tuple[str, str] | None:
        """The comment behind the counterpart of a piece of the left that is a line, and the space before it."""
        place = next((k for k, piece in enumerate(ones) if piece.first == piece.last == line), None)
        if place is None or not twos:
            return None
        others = [twos[place]] if len(ones) == len(twos) else twos
        parted = [self._parted(n) for n in _numbers(others)]
        found = [(gap, text) for _, gap, text in parted if text]
        own = words_of(self.left.remark(line))
        same = [(gap, text) for gap, text in found if own and words_of(text) == own]
        if same or len(found) == 1:
            return (same or found)[0]
        return (parted[-1][1], parted[-1][2]) if parted[-1][2] else None


def order(edit: Edit) -> tuple[int, int, int, Key]:
    """Of two insertions at one place the one of the inner block comes first."""
    return edit.first, edit.last, -len(edit.key), edit.key


def joined(edits: Iterable[Edit], remarks: Iterable[Edit]) -> list[Edit]:
    """Edits with those of comments, as far as these are no others' concern, in order.

    What stands between two statements is already as it is on the right where one of them is put in or taken out.
    """
    found = sorted(edits, key=order)
    for remark in remarks:
        first, last = remark.first, remark.last
        near = [*_near(found, first, last)]
        if any(_meets(found[n], remark) for n in near):
            continue
        below = next((n for n in near if found[n].first == last + 1 <= found[n].last), None)
        beside = next((n for n in near if found[n].first == first > last and found[n].last < first), None)
        if below is not None:
            edit = found[below]
            lines, sources = remark.lines + edit.lines, remark.sources + edit.sources
            found[below] = replace(edit, first=first, lines=lines, sources=sources)
        elif beside is not None:  # it stands behind what is put in there
            edit = found[beside]
            lines, sources = edit.lines + remark.lines, edit.sources + remark.sources
            found[beside] = replace(edit, lines=lines, sources=sources)
        else:
            insort(found, remark, key=order)
    return found


def _near(edits: Sequence[Edit], first: int, last: int) -> Iterator[int]:
    """The places of the edits that touch some lines or stand right beside them, the last one first."""
    n = bisect_right(edits, last + 1, key=lambda e: e.first) - 1
    while n >= 0 and max(edits[n].first, edits[n].last) >= first - 1:
        yield n
        n -= 1


def _meets(edit: Edit, remark: Edit) -> bool:
    """Whether an edit has to do with the lines of a remark, or stands between it and its statement."""
    first, last = remark.first, remark.last
    if first <= last:
        return (
            edit.first <= last and first <= edit.last
            if edit.first <= edit.last
            else first < edit.first <= last + 1
        )
    if edit.first <= edit.last == last:  # it may have put the same in there
        return [text.strip() for text in edit.lines[-1:]] == [remark.lines[-1].strip()]
    return edit.first < first <= edit.last


def _numbers(pieces: Sequence[Piece]) -> list[int]:
    return [n for piece in pieces for n in range(piece.first, piece.last + 1)]
