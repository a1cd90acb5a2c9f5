"""Grammars of JSON schemas over the tokens of a model, by xgrammar where it is installed.

Which tokens can come next in a string of limited length takes xgrammar milliseconds for each answer and token, many
times what it takes without the limit. So answers in ASCII are limited here: their strings are counted as they grow, and
near their end only tokens are left that do not go beyond it. Other answers have the limit in their grammar.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from prediff.errors import ModelError
from prediff.models.protocols import Request
from prediff.models.transformers.loading import Loaded, reason
from prediff.models.transformers.steering import Matcher

if TYPE_CHECKING:
    from torch import Tensor

LONGEST = 16
"""Characters of the longest token that an answer in ASCII holds."""
_WINDOW = LONGEST + 8
"""Characters before the end of a string from which on no escape may begin: one token, and all of `\\u0000`."""
_CONTROL = re.compile(rb"[\x00-\x1f]|\A\Z")
_STRANGE = re.compile(rb'[^\x20-\x7e]|""|\A\Z')
"""What no answer in ASCII has: other characters, and a string that is empty."""
_NEVER = 1 << 20


class Grammars:
    """Makes the begin of answers: keeps grammars by their schemas."""

    def __init__(self, loaded: Loaded) -> None:
        """Raises ImportError without xgrammar, ModelError for a tokenizer that it does not know."""
        import xgrammar

        ends = loaded.model.generation_config.eos_token_id
        try:
            tokens = xgrammar.TokenizerInfo.from_huggingface(
                loaded.tokenizer,
                vocab_size=loaded.model.config.get_text_config().vocab_size,
                stop_token_ids=ends,
            )
            self._compiler = xgrammar.GrammarCompiler(tokens, max_threads=2)
        except Exception as error:
            raise ModelError(f"no grammar can be made for the model's tokens: {reason(error)}") from error
        self._words: Sequence[bytes] = tokens.decoded_vocab
        # JSON has no control characters in strings, which a grammar of strings of limited length forgets.
        words = [b"." if number in ends else word for number, word in enumerate(self._words)]
        size = tokens.vocab_size
        self._printable = _bits(_numbers([_NEVER * bool(_CONTROL.search(word)) for word in words], size), 0)
        costs = _numbers([_cost(word) for word in words], size)
        self._ascii = _bits(costs, LONGEST + 1)
        self._short = [_bits(costs, most) for most in range(LONGEST + 1)]

    def matcher(self, request: Request) -> Matcher:
        """The begin of an answer; in ASCII, where the question is. Raises ModelError for a schema without a grammar."""
        limit = _limit(request.schema) if request.user.isascii() else None
        if limit is None:
            return _Matcher(self._begin(request.schema), self._printable)
        return _Counted(self._begin(_unlimited(request.schema)), self._ascii, self._short, self._words, limit)

    def _begin(self, schema: Any) -> Any:
        import xgrammar

        try:
            grammar = self._compiler.compile_json_schema(json.dumps(schema), any_whitespace=False)
        except Exception as error:
            raise ModelError(f"no grammar can be made of a schema: {reason(error)}") from error
        return xgrammar.GrammarMatcher(grammar)


class _Matcher:
    """A grammar, of whose tokens only those that are allowed are taken."""

    def __init__(self, grammar: Any, allowed: Tensor) -> None:
        self._grammar = grammar
        self._allowed = allowed

    def accept(self, token: int) -> bool:
        return bool(self._grammar.accept_token(token))

    def fill(self, bitmask: Tensor, row: int) -> None:
        self._grammar.fill_next_token_bitmask(bitmask, row)
        bitmask[row] &= self._allowed


class _Counted(_Matcher):
    """One whose strings end within a limit, none of them empty.

    short: the tokens that hold at most so many characters of a string.
    """

    def __init__(
        self, grammar: Any, allowed: Tensor, short: Sequence[Tensor], words: Sequence[bytes], limit: int
    ) -> None:
        super().__init__(grammar, allowed)
        self._short = short
        self._words = words
        self._limit = limit
        self._inside = False
        self._escaped = False
        self._length = 0

    def accept(self, token: int) -> bool:
        for character in self._words[token].decode("ascii", "replace"):
            self._count(character)
        return super().accept(token)

    def _count(self, character: str) -> None:
        if not self._inside:
            self._inside = character == '"'
            self._length = 0
        elif self._escaped or character != '"':
            self._length += 1
            self._escaped = not self._escaped and character == "\\"
        else:
            self._inside = False

    def fill(self, bitmask: Tensor, row: int) -> None:
        super().fill(bitmask, row)
        left = self._limit - self._length
        if self._inside and left < _WINDOW:
            bitmask[row] &= self._short[max(0, min(left, LONGEST))]


def _cost(word: bytes) -> int:
    """How many characters of a string a token may hold; more than any, where it begins an escape or is never taken."""
    if len(word) > LONGEST or _STRANGE.search(word):
        return _NEVER
    if b"\\" in word:
        return LONGEST + 1
    place = word.find(b'"')
    return len(word) if place < 0 else place


def _numbers(costs: Sequence[int], size: int) -> Tensor:
    """What each token costs; those that only fill the vocabulary up are never taken."""
    import torch

    found = torch.full(((size + 31) // 32 * 32,), _NEVER)
    found[: len(costs)] = torch.tensor(costs)
    return found


def _bits(costs: Tensor, most: int) -> Tensor:
    """A bit for each token of at most that cost, 32 in a number, as xgrammar has them."""
    import torch

    bits = (costs <= most).view(-1, 32).to(torch.int64)
    return (bits << torch.arange(32)).sum(1).to(torch.int32)


def _strings(schema: Any) -> list[Any]:
    """All schemas of strings in a schema."""
    found, waiting = [], [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("type") == "string" or "enum" in part:
                found.append(part)
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return found


def _limit(schema: Any) -> int | None:
    """The length that all strings of a schema are limited to, none of which may be empty; None where there are several.

    None, too, where a string that the schema names comes near to it.
    """
    strings = _strings(schema)
    limits = {part.get("maxLength") for part in strings if "enum" not in part}
    if len(limits) != 1 or any(part.get("minLength") != 1 for part in strings if "enum" not in part):
        return None
    limit = limits.pop()
    words = [word for part in strings for word in part.get("enum", ()) if isinstance(word, str)]
    longest = max(map(len, [json.dumps(word) for word in words]), default=0)
    return limit if isinstance(limit, int) and max(longest, 32) + _WINDOW < limit else None


def _unlimited(schema: Any) -> Any:
    """A schema whose strings may have any length."""
    if isinstance(schema, dict):
        return {
            key: _unlimited(part) for key, part in schema.items() if key not in ("minLength", "maxLength")
        }
    return [_unlimited(part) for part in schema] if isinstance(schema, list) else schema
