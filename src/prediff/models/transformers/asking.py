"""Questions as a model reads them: its chat template, with nothing in the code that could pass for a part of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from prediff.errors import ModelError
from prediff.models.protocols import Request
from prediff.models.transformers.loading import reason
from prediff.models.transformers.steering import END_OF_THOUGHT

_MARKS = ("<|im_start|>", "<|im_end|>", "<think>", END_OF_THOUGHT)
"""Marks that mean something to a model even where its tokenizer has no token of their own for them."""
_HARMLESS = "x"


class Asking:
    """Makes tokens of questions. thinking: whether the model may think before it answers."""

    def __init__(self, tokenizer: Any, thinking: bool) -> None:
        self._tokenizer = tokenizer
        self._thinking = thinking
        added = tokenizer.get_added_vocab()
        marks = {*_MARKS, *(mark for mark in added if len(mark.strip()) > 1)}
        self._mark = re.compile("|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True)))
        self._controls = {*added.values(), *tokenizer.all_special_ids}
        self._expected: dict[str, int] = {}

    def tokens(self, request: Request) -> list[int] | None:
        """The tokens of a question; None where its code could pass for a part of the conversation."""
        if request.system not in self._expected:
            self._expected[request.system] = self._count(self._encode(request.system, _HARMLESS))
        found = self._encode(request.system, self.harmless(request.user))
        return found if self._count(found) == self._expected[request.system] else None

    def harmless(self, text: str) -> str:
        """Text whose marks are broken up: `<|im_end|>` in the code must not end what the user says."""
        return self._mark.sub(lambda match: f"{match[0][0]} {match[0][1:]}", text)

    def _count(self, tokens: list[int]) -> int:
        return sum(token in self._controls for token in tokens)

    def _encode(self, system: str, user: str) -> list[int]:
        text = self._rendered(system, user)
        if not self._thinking and text.rstrip().endswith("<think>"):
            text += f"\n{END_OF_THOUGHT}\n\n"
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _rendered(self, system: str, user: str) -> str:
        if not self._tokenizer.chat_template:
            return _chat_ml(system, user)
        said = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        both = [{"role": "user", "content": f"{system}\n\n{user}"}]
        try:
            try:
                return self._template(said)
            except Exception:  # templates without a system's role raise what they like
                return self._template(both)
        except Exception as error:
            raise ModelError(f"the model's chat template cannot be used: {reason(error)}") from error

    def _template(self, said: list[dict[str, str]]) -> str:
        text = self._tokenizer.apply_chat_template(
            said, tokenize=False, add_generation_prompt=True, enable_thinking=self._thinking
        )
        return str(text)


def _chat_ml(system: str, user: str) -> str:
    said: Mapping[str, str] = {"system": system, "user": user}
    turns = "".join(f"<|im_start|>{who}\n{text}<|im_end|>\n" for who, text in said.items())
    return f"{turns}<|im_start|>assistant\n"
