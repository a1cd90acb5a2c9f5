"""A viewer of the user's own: a command of their configuration, in which `{left}` and the like stand for the pair."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from prediff.errors import ToolError
from prediff.lean_dataclasses import dataclass
from prediff.programs import find_program
from prediff.users_git import own_environment
from prediff.viewers.viewer import Call, Opened, check_batch

PLACES = ("{left}", "{right}", "{left_title}", "{right_title}", "{name}")


@dataclass(frozen=True, slots=True)
class OwnCommand:
    """The command by the `name` that the user gave it. No shell reads its words."""

    name: str
    words: tuple[str, ...]
    git_name: str = ""
    takes_null: bool = False

    def call(self, opened: Opened) -> Call:
        outside = (opened.folder, *opened.compared)
        program = find_program(os.path.expanduser(self.words[0]), outside)
        if program is None:
            raise ToolError(f"the viewer {self.name} is not found: {self.words[0]}")
        values = (opened.left, opened.right, *opened.titles, opened.title)
        rest = [_filled(word, values) for word in self.words[1:]]
        if not any(place in word for word in self.words for place in PLACES[:2]):
            rest += [opened.left, opened.right]
        words = (program, *rest)
        check_batch(f"the viewer {self.name}", words)
        return Call(words, opened.folder, own_environment(opened.folder, opened.compared))

    def judged(self, code: int) -> int:
        return 0


def _filled(word: str, values: Sequence[str]) -> str:
    """A word with the places filled in, once: what is put in is not looked at again."""
    known = dict(zip(PLACES, values, strict=True))
    return re.sub("|".join(map(re.escape, PLACES)), lambda found: known[found[0]], word)
