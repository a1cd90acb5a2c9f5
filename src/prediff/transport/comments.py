"""Which comments one file alone has, and which of two runs of comments to show where a statement stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from prediff.transport.layout import Layout


def words_of(comment: str) -> str:
    """A comment without its white space."""
    return "".join(comment.split())


class Comments:
    """The comments of a pair of files that have a line for themselves.

    gone, new: the words of those that only the left has, and only the right, wherever they stand. none: whether the
    right has no comments at all.
    """

    def __init__(self, left: Layout, right: Layout) -> None:
        one, two = (Counter(map(words_of, side.comments.values())) for side in (left, right))
        self.gone, self.new = one - two, two - one
        self.none = not right.comments and not right.trailing

    def of_left(self, own: Sequence[str], texts: Sequence[str]) -> list[str]:
        """The left's comments (`own`) in place of the right's (`texts`), where a statement is the same.

        A comment that stands elsewhere on the other side does so here too.
        """
        if _is_block(own, texts):
            return [*texts] if self._stand_elsewhere(own, texts) and not _alike(own, texts) else [*own]
        found: list[str] = []
        for kind, a, a_end, b, b_end in _matched(own, texts):
            found += [text for text in own[a:a_end] if kind == "equal" or words_of(text) in self.gone]
            if kind != "equal":
                found += [text for text in texts[b:b_end] if words_of(text) not in self.new]
        return found

    def of_right(
        self, own: Sequence[str], texts: Sequence[str]
    ) -> Iterator[tuple[int, int, list[int], list[int]]]:
        """What makes the right's comments (`texts`) of the left's (`own`), where a statement changes.

        Each step is the first line of `own` that gives way and the one behind the last, the lines between that stay,
        and the lines of `texts` that follow these. What only stands elsewhere is neither put in nor taken out.
        """
        if _alike(own, texts):
            return
        if _is_block(own, texts):
            if not self._stand_elsewhere(own, texts):
                yield 0, len(own), [], [*range(len(texts))]
            return
        for kind, a, a_end, b, b_end in _matched(own, texts):
            out = [n for n in range(a, a_end) if words_of(own[n]) in self.gone]
            put = [n for n in range(b, b_end) if words_of(texts[n]) in self.new]
            if kind == "equal" or not (out or put):
                continue
            start, end = (out[0], out[-1] + 1) if out else (a_end, a_end)
            yield start, end, [n for n in range(start, end) if n not in out], put

    def _stand_elsewhere(self, own: Sequence[str], texts: Sequence[str]) -> bool:
        return not any(words_of(t) in self.gone for t in own) and not any(
            words_of(t) in self.new for t in texts
        )


def _alike(own: Sequence[str], texts: Sequence[str]) -> bool:
    return [*map(words_of, own)] == [*map(words_of, texts)]


def _is_block(own: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether there is a comment of several lines among two runs, whose lines belong together."""
    return any(text.lstrip().startswith("/*") for text in (*own, *texts))


def _matched(own: Sequence[str], texts: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    one, two = [*map(words_of, own)], [*map(words_of, texts)]
    return [*SequenceMatcher(None, one, two, autojunk=False).get_opcodes()]
