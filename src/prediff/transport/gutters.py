"""Insertions and deletions, with the blank lines and comments around them.

A gutter is the left's between two statements that stay; beside an insertion or a deletion it is the right's, in the
left's bytes where the left has the same lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from prediff.transport.clothes import Clothes, Wardrobe
from prediff.transport.comments import words_of
from prediff.transport.layout import Layout
from prediff.transport.places import Placed, solid
from prediff.transport.plan import CoarserError, Edit, Lines, Run
from prediff.transport.script import Key, Script


class Gutters:
    """Makes the edits of what only one side has."""

    def __init__(self, wardrobe: Wardrobe) -> None:
        self.wardrobe = wardrobe
        self.left, self.right = wardrobe.left, wardrobe.right

    def deleted(self, key: Key, run: Run, before: Placed | None, behind: Placed | None) -> Edit:
        """Lines go with the comments above them, or below them if those are what is gone on the right.

        before, behind: the entries around the lines, if there are such.
        """
        left, right = self.left, self.right
        above = left.quiet(run[0])
        if behind is None or not behind.left or not behind.right:
            return Edit(self._below_what_stays(above, run[0], before), run[1], (), (), key)
        first, line = _first(behind.left, left), _first(behind.right, right)
        if left.quiet(first) != run[1] + 1:
            return Edit(self._below_what_stays(above, run[0], before), run[1], (), (), key)
        there = right.comments_in(right.quiet(line), line - 1)
        if there == left.comments_in(run[1] + 1, first - 1):
            starts = above > 1 and len(left.indent(above - 1)) < len(left.indent(run[0]))
            blank = starts and above == run[0] and not there and right.quiet(line) == line
            return Edit(above, first - 1 if blank else run[1], (), (), key)
        if there == left.comments_in(above, run[0] - 1):
            return Edit(run[0], first - 1, (), (), key)
        gutter = (right.quiet(line), line - 1)
        lines = self.wardrobe.dressed(gutter, left.indent(first), base=right.indent(line))
        return self._edit(key, (above, first - 1), lines)

    def inserted(
        self,
        key: Key,
        script: Script,
        around: tuple[Placed | None, Placed | None],
        runs: Sequence[Run],
        clothes: Clothes,
    ) -> Edit:
        """New lines, with what stands above them on the right, behind the entry before or above the one behind.

        around: the nearest entries before and behind that have a place on the left. runs: the lines of the right.
        Raises CoarserError where the block is empty on the left.
        """
        left, right = self.left, self.right
        before, behind = around
        first = _first(behind.left, left) if behind is not None else 0
        if before is not None and behind is not None:
            # What a rule took out of an `else` still stands there.
            deeper = len(left.indent(first)) > len(left.indent(_first(before.left, left)))
            before = None if deeper else before
        if before is not None:
            line, indent = left.block_end(before.left) + 1, left.indent(_first(before.left, left))
        elif behind is not None:
            line, indent = left.quiet(first), left.indent(first)
        elif not script.key:
            line, indent = len(left.lines) + (left.lines[-1] != ""), ""
        else:
            raise CoarserError(script.key[:-1])
        base = right.indent(runs[0][0])
        last = self._below(runs[-1], behind)
        head = self.wardrobe.dressed((right.quiet(runs[0][0]), runs[0][0] - 1), indent, base=base)
        tail = self.wardrobe.dressed((runs[-1][1] + 1, last), indent, base=base)
        tail = self._not_elsewhere(tail, behind)
        own = Lines()
        for number, run in enumerate(runs):
            whole = (right.quiet(run[0]), run[1]) if number else run
            own += self.wardrobe.dressed(whole, indent, clothes)
        gap = range(left.quiet(first), first) if behind is not None else range(0)
        if not gap and before is None:  # the start of a block
            return self._edit(key, (line, line - 1), head.trimmed() + own)
        if not gap or (before is not None and gap.start != line):
            line, head = self._behind_comments(line, head)
            return self._edit(key, (line, line - 1), head + own)
        # What stands between the two statements on the left is now above the new lines, or below them, or neither.
        here = left.comments_in(gap.start, gap.stop - 1)
        if not here and not tail.texts and head.texts:
            # Blank lines above, none below: those of the left are above now.
            return self._edit(key, (gap.stop, gap.stop - 1), head.trimmed() + own)
        if here == right.comments_in(runs[-1][1] + 1, last):
            top = before is None and left.piece_at[gap.start - 1] >= 0 and not left.is_free(gap.start - 1)
            lines = head.trimmed() + own + tail.blank() if top else head + own
            return self._edit(key, (gap.start, gap.start - 1), lines)
        if here == right.comments_in(right.quiet(runs[0][0]), runs[0][0] - 1) and not any(
            text.strip() for text in tail.texts
        ):
            return self._edit(key, (gap.stop, gap.stop - 1), own + tail)
        if here and not any(text.strip() for text in head.texts + tail.texts):
            # Those of the left are about what they stand above.
            return self._edit(key, (gap.start, gap.start - 1), head + own)
        return self._edit(key, (gap.start, gap.stop - 1), head + own + tail)

    def _below_what_stays(self, above: int, line: int, before: Placed | None) -> int:
        """The first line of a gutter that goes with the line below it: the comments above may end the block now."""
        if before is None or not before.right:
            return above
        end = self.right.block_end(before.right) + 1
        there = self.right.comments_in(end, self.right.loud(end) - 1)
        for n in range(above, line):
            if n in self.left.comments:
                if not there or words_of(there.pop(0)) != words_of(self.left.comments[n]):
                    break
                above = n + 1
        return above

    def _behind_comments(self, line: int, head: Lines) -> tuple[int, Lines]:
        """The place, from a line of the left on, behind the comments that a gutter starts with; and its rest."""
        left, rest = self.left, 0
        for n, text in enumerate(head.texts):
            if not text.strip():
                continue
            place = line
            while place <= len(left.lines) and not left.lines[place - 1].strip():
                place += 1
            if place not in left.comments or words_of(left.comments[place]) != words_of(text):
                break
            line, rest = place + 1, n + 1
        return line, Lines(head.texts[rest:], head.sources[rest:])

    def _not_elsewhere(self, lines: Lines, behind: Placed | None) -> Lines:
        """Lines of a gutter of the right without the comments that stand at another place on the left."""
        first = _first(behind.left, self.left) if behind is not None else 0
        own = self.left.comments_in(self.left.quiet(first), first - 1) if first else []
        known = Counter(self.left.comments.values())
        more = Counter(self.right.comments.values()) - known
        kept = [
            n
            for n, text in enumerate(lines.texts)
            if text.strip() not in known or text.strip() in own or text.strip() in more
        ]
        return Lines(tuple([lines.texts[n] for n in kept]), tuple([lines.sources[n] for n in kept]))

    def filled(self, key: Key, idle: Run, come: set[int]) -> Edit:
        """New lines in a block of the left that does nothing: a docstring stays, `pass` goes."""
        left, right = self.left, self.right
        runs = solid(come, right)
        first = next(
            (n for n in range(idle[0], idle[1] + 1) if left.lines[n - 1].strip() == "pass"), idle[1] + 1
        )
        lines = Lines()
        for run in runs:
            lines += self.wardrobe.dressed((right.quiet(run[0]), run[1]), left.indent(idle[0]))
        return self._edit(key, (first, idle[1]), lines)

    def _edit(self, key: Key, run: Run, lines: Lines) -> Edit:
        if run[0] <= run[1]:
            lines = self.wardrobe.as_left(lines, run)
        return Edit(*run, lines.texts, lines.sources, key)

    def _below(self, run: Run, behind: Placed | None) -> int:
        """The last line of the gutter of the right between a run and the statement behind it."""
        last = self.right.loud(run[1] + 1)
        known = behind is not None and behind.right and last <= len(self.right.lines)
        return last - 1 if known else run[1]


def _first(pieces: set[int], layout: Layout) -> int:
    return layout.pieces[min(pieces)].first
