"""Drawing tokens for a batch of questions: each with its own chance, thinking budget and grammar.

It stands in the place of a logits processor of transformers: it draws the token of each row itself and leaves no other.
So each question has a chance of its own (what it is answered does not hang on which others stand in the batch, nor on
the random numbers of the program around), and each row may be at another point: thinking, ending that, answering.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

END_OF_THOUGHT = "</think>"
_LOOK_BACK = 16
"""Tokens over which the end of thinking may be spread."""


_LIKELY = 1024
"""The likeliest tokens, of which top_p mostly needs no more; a whole vocabulary takes forty times as long to sort."""


class Matcher(Protocol):
    """Where an answer stands in its grammar."""

    def accept(self, token: int) -> bool:
        """Go on by a token; whether it can come here."""

    def fill(self, bitmask: Tensor, row: int) -> None:
        """Set the bits of the tokens that can come next in a row of int32 (rows, vocabulary / 32)."""


class Row:
    """One question while it is answered.

    seed: of its chance. thinking, answering: tokens that each may take. ends: tokens that end an answer. closing: the
    tokens that end thinking. tokens: the answer so far. taken: how many tokens there were, with those of thinking.
    done: whether it came to an end, and whole: to the right one.
    """

    def __init__(
        self,
        *,
        seed: bytes,
        thinking: int,
        answering: int,
        ends: Sequence[int],
        closing: Sequence[int],
        decode: Callable[[list[int]], str],
        matcher: Matcher | None,
    ) -> None:
        self.tokens: list[int] = []
        self.taken = 0
        self.done = False
        self.whole = False
        self.matcher = matcher
        self._chance = random.Random(seed)
        self._thinking = thinking
        self._answering = answering
        self._ends = ends
        self._closing = closing
        self._decode = decode
        self._thoughts: deque[int] = deque(maxlen=_LOOK_BACK)
        self._forced: deque[int] = deque()

    @property
    def most(self) -> int:
        """Tokens that it can take at most, the one that ends it included."""
        return self._thinking + (len(self._closing) if self._thinking else 0) + self._answering + 1

    @property
    def answers(self) -> bool:
        """Whether the next token is one of the answer."""
        return not self.done and not self._thinking and not self._forced

    def chance(self) -> float:
        return self._chance.random()

    def take(self, drawn: int) -> int:
        """The token that comes next, when this one was drawn."""
        if self.done:
            return self._ends[0]
        self.taken += 1
        if self._forced:
            return self._forced.popleft()
        if self._thinking:
            return self._thought(drawn)
        if drawn in self._ends:
            return self._end(self.matcher is None or self.matcher.accept(drawn))
        if len(self.tokens) >= self._answering:
            return self._end(False)
        if self.matcher is not None and not self.matcher.accept(drawn):
            return self._end(False)
        self.tokens.append(drawn)
        return drawn

    def _thought(self, drawn: int) -> int:
        if drawn in self._ends:
            return self._close()
        self._thoughts.append(drawn)
        self._thinking -= 1
        if END_OF_THOUGHT in self._decode(list(self._thoughts)):
            self._thinking = 0
        elif not self._thinking:
            self._forced.extend(self._closing)
        return drawn

    def _close(self) -> int:
        self._thinking = 0
        self._forced.extend(self._closing)
        return self._forced.popleft()

    def _end(self, whole: bool) -> int:
        self.done = True
        self.whole = whole
        return self._ends[0]


class Steering:
    """A logits processor for the rows of one call of `generate`. words: how many tokens the tokenizer knows."""

    supports_continuous_batching = False

    def __init__(self, rows: Sequence[Row], words: int, temperature: float, top_p: float) -> None:
        self._rows = rows
        self._words = words
        self._temperature = temperature
        self._top_p = top_p
        self._mask: Tensor | None = None

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """scores, input_ids: (rows, vocabulary) and (rows, tokens). Of the vocabulary one token a row is left."""
        import torch

        scores = scores.float()
        scores[:, self._words :] = -torch.inf  # the vocabulary is padded
        self._constrain(scores)
        chances = [row.chance() for row in self._rows]
        drawn = draw(scores, self._temperature, self._top_p, chances)
        taken = [row.take(token) for row, token in zip(self._rows, drawn, strict=True)]
        left = torch.full_like(scores, -torch.inf)
        return left.scatter_(1, torch.tensor(taken, device=scores.device).unsqueeze(1), 0.0)

    def _constrain(self, scores: Tensor) -> None:
        """Leave to those that answer by a grammar the tokens that can come next."""
        answering = [i for i, row in enumerate(self._rows) if row.answers and row.matcher is not None]
        if not answering:
            return
        import xgrammar

        if self._mask is None:
            self._mask = xgrammar.allocate_token_bitmask(len(self._rows), scores.shape[1])
        for i in answering:
            matcher = self._rows[i].matcher
            if matcher is not None:
                matcher.fill(self._mask, i)
        xgrammar.apply_token_bitmask_inplace(scores, self._mask.to(scores.device), indices=answering)


def draw(scores: Tensor, temperature: float, top_p: float, chances: Sequence[float]) -> list[int]:
    """A token for each row of scores (rows, vocabulary), float32. chances: a number in [0, 1) for each row.

    From the fewest tokens whose probabilities add up to top_p (nucleus sampling: Holtzman et al. 2020); the likeliest
    one where the temperature is 0.
    """
    import torch

    if temperature <= 0:
        return [int(i) for i in scores.argmax(-1).tolist()]
    found = (scores / temperature).softmax(-1)
    probabilities, order = found.topk(min(_LIKELY, found.shape[-1]))
    sums = probabilities.cumsum(-1)
    if bool((sums[:, -1] < top_p).any()) and found.shape[-1] > _LIKELY:
        probabilities, order = found.sort(dim=-1, descending=True, stable=True)
        sums = probabilities.cumsum(-1)
    count = (sums - probabilities < top_p).sum(-1, keepdim=True).clamp(min=1)
    aimed = torch.tensor(chances, device=scores.device).unsqueeze(1) * sums.gather(1, count - 1)
    place = torch.searchsorted(sums, aimed, right=True).minimum(count - 1)
    return [int(i) for i in order.gather(1, place).squeeze(1).tolist()]
