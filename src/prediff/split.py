"""One change as two: a step that keeps the logic, and one that has nothing but the change of logic.

What stands between the two is a text with the logic of one file in the clothes of the other: that of the aligned view.
It is read again and compared before it is given.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from prediff.align import pair_sequences
from prediff.lean_dataclasses import dataclass
from prediff.model import Settings, SourceFile, Verdict
from prediff.pipeline import compare
from prediff.read import read_bytes

_OF_THE_VIEW = (" is shown in its own text: ", "the file is shown as it is: ")
NOT_FOUND_THE_SAME = "the text between the two is not found the same in logic"


@dataclass(frozen=True, slots=True)
class Split:
    """A text between an old and a new one, and what the two steps over it are.

    middle: the text between; its `data` are the bytes to write. logic_first: it comes after the change of logic, so
    that it has the new logic in the old clothes; else the old logic in the new ones.
    refactoring: of the step that keeps the logic, identical where nothing is left for it, else same.
    logic: of the other one, identical where nothing is left for it, else differs or unknown.
    assumptions: those under which the refactoring is the same. reasons: why more is in the step of logic than need be.
    """

    middle: SourceFile
    logic_first: bool
    refactoring: Verdict
    logic: Verdict
    assumptions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def split(
    old: SourceFile, new: SourceFile, settings: Settings = Settings(), logic_first: bool = False
) -> Split:
    """Split the change from `old` to `new`. Never raises for what the files hold: then all of it is logic.

    settings: `view` and `implementations` do not matter: names that others may import are never a refactoring.
    """
    settings = replace(settings, view="canonical", implementations=False)
    clothes, logic = (old, new) if logic_first else (new, old)
    found = compare(clothes, logic, replace(settings, view="aligned"))
    if found.verdict == "identical":
        return Split(clothes, logic_first, "identical", "identical")
    if found.same:
        return Split(clothes, logic_first, "same", "identical", found.assumptions)
    if found.verdict == "unknown":
        unread = old.language is None or new.language is None
        why = (found.notes[:1] if unread else ()) or (found.reason,)
        return Split(logic, logic_first, "identical", "unknown", reasons=why)
    remarks = tuple([note for note in found.notes if any(words in note for words in _OF_THE_VIEW)])
    # The clothes' own encoding may lack a letter of the other file, and a `coding` line be the other's.
    for like in (clothes, logic):
        middle = _written(found.right_text, like)
        if middle is None:
            continue
        if middle.data == logic.data:
            return Split(logic, logic_first, "identical", found.verdict, reasons=remarks)
        checked = compare(*((middle, new) if logic_first else (old, middle)), settings)
        if checked.same and middle.data != clothes.data:
            return Split(middle, logic_first, "same", found.verdict, checked.assumptions, remarks)
    return Split(logic, logic_first, "identical", found.verdict, reasons=(*remarks, NOT_FOUND_THE_SAME))


def _written(text: str, like: SourceFile) -> SourceFile | None:
    """A text as a file like another one; None where what is read of it is not the text again."""
    try:
        data = spelled(text, like)
    except UnicodeEncodeError:
        return None
    found = read_bytes(data, like.path, like.language)
    return found if found.text == text and found.language == like.language else None


def spelled(text: str, like: SourceFile) -> bytes:
    """The bytes of a text in the encoding, with the newlines and the byte order mark of another file.

    Where the newlines of that file are mixed, a line that stands there too keeps its own, and any other gets the most
    frequent one. Raises UnicodeEncodeError where the encoding lacks a character.
    """
    encoding = like.encoding.removesuffix("-sig")
    ended = _mixed(text, like) if like.newline == "mixed" else text.replace("\n", like.newline)
    return ("\ufeff" * like.bom + ended).encode(encoding)


def _mixed(text: str, like: SourceFile) -> str:
    assert like.data is not None
    pieces = re.split(r"(\r\n|\r|\n)", like.data.decode(like.encoding).removeprefix("\ufeff"))
    lines, ends = text.split("\n"), pieces[1::2]
    found = [Counter(ends).most_common(1)[0][0]] * (len(lines) - 1)
    # The last piece of a text ends no line.
    for i, j in pair_sequences(_hashable(lines[:-1]), _hashable(pieces[:-1:2])):
        found[i] = ends[j]
    return "".join([line + end for line, end in zip(lines, [*found, ""], strict=True)])


def _hashable(lines: list[str]) -> list[bytes]:
    return [line.encode() for line in lines]
