"""A changed string as the left file writes it: in its quotes, over its lines, in the parts that it has.

Formatters and printers write one string in many ways. What changed is a run of its characters, and the source of the
left is kept around these. Where that cannot be told, or would put an escape where the right has none, it is not done.

A *field* is what an interpolated string puts in; in a value it is one character of its own, from `FIRST_FIELD` on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from prediff.lean_dataclasses import dataclass
from prediff.tree import Formatted, Interp, Literal, Node

FIRST_FIELD = 0xE000
MAX_FIELDS = 0x1900
MAX_LENGTH = 20_000
"""Longer sources are not gone into."""
MAX_COMPARED = 250_000
"""Runs of more pairs of words than this are taken as one change."""
MAX_CHANGED = 0.6
"""The share of a string of several parts up to which its parts stay."""

_HEAD = re.compile(r"""((?:\s|\\\n|#[^\n]*)*)([a-zA-Z]{0,2})(\"{3}|'{3}|\"|'|`)""")
_UNIT = re.compile(r"\\.|[^\\]", re.DOTALL)
_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)
_PREFIXES = frozenset(("", "u", "r", "f", "fr", "rf", "t", "tr", "rt"))
_VALUES = {r"\n": "\n", r"\t": "\t", r"\r": "\r", r"\\": "\\", r"\'": "'", r"\"": '"', r"\`": "`", "\\\n": ""}
_OTHER_ESCAPES = frozenset("xuUN01234567abefv\r")
"""What follows the backslash of those that are not gone into. Before others it stands for itself in Python."""
_ESCAPES = {"\n": r"\n", "\t": r"\t", "\r": r"\r", "\\": r"\\"}
_Unit = tuple[str, str]
"""A run of a source, and the characters of the value that it stands for."""


@dataclass(slots=True)
class _Part:
    """What stands in one pair of quotes, and before these."""

    gap: str
    prefix: str
    quote: str
    units: list[_Unit]

    @property
    def source(self) -> str:
        return "".join([self.gap, self.prefix, self.quote, *[raw for raw, _ in self.units], self.quote])

    @property
    def is_whole(self) -> bool:
        """Whether no character of it ends it."""
        inside = "".join([raw for raw, _ in self.units])
        if "r" in self.prefix.lower() and inside.endswith("\\"):
            return False
        return len(self.quote) == 1 or (self.quote not in inside and not inside.endswith(self.quote[0]))

    @property
    def size(self) -> int:
        return sum([len(value) for _, value in self.units])

    def at(self, offset: int) -> int | None:
        """The unit that starts at an offset of the value; None if none does."""
        place = 0
        for n, (_, value) in enumerate(self.units):
            if place == offset and value:
                return n
            place += len(value)
        return len(self.units) if place == offset else None

    def put(self, start: int, end: int, text: str, fields: Mapping[str, str]) -> bool:
        """Put text in the place of some characters of the value, if it can be written here."""
        first, last = self.at(start), self.at(end)
        written = [self.written(mark, fields) for mark in text]
        if first is None or last is None or None in written:
            return False
        self.units[first:last] = [(raw or "", mark) for raw, mark in zip(written, text, strict=True)]
        return True

    def written(self, mark: str, fields: Mapping[str, str]) -> str | None:
        """A character as it is written between these quotes; None if it is not to be, or only by an escape for them."""
        raw, over_lines = "r" in self.prefix.lower(), len(self.quote) == 3 or self.quote == "`"
        interpolated = bool({"f", "t"} & {*self.prefix.lower()}) or self.quote == "`"
        if mark in fields:
            return fields[mark] if interpolated and self.quote[0] not in fields[mark] else None
        if mark in "\n\t" and over_lines and (mark, mark) in self.units:
            return mark
        if mark in _ESCAPES:
            return mark if raw and mark == "\\" else None if raw else _ESCAPES[mark]
        if not mark.isprintable() or (mark == self.quote[0] and len(self.quote) == 1):
            return None
        if self.quote == "`":
            return None if mark == "$" else mark
        return mark * 2 if interpolated and mark in "{}" else mark


def values_of(a: Node, b: Node, key: Callable[[Node], int]) -> tuple[str, str, dict[str, Formatted]] | None:
    """The values of two strings, with a character for each field, and what these stand for that only `b` has.

    None where one is no string.
    """
    marks: dict[int, str] = {}
    more: dict[str, Formatted] = {}
    found: list[str] = []
    for node in (a, b):
        text = ""
        for part in node.parts if isinstance(node, Interp) else (node,):
            if isinstance(part, Formatted) and len(marks) < MAX_FIELDS:
                if key(part) not in marks:
                    marks[key(part)] = chr(FIRST_FIELD + len(marks))
                    if node is b:
                        more[marks[key(part)]] = part
                text += marks[key(part)]
            elif isinstance(part, Literal) and isinstance(part.value, str) and part.kind == "str":
                if any(map(is_field, part.value)):
                    return None
                text += part.value
            else:
                return None
        found.append(text)
    return found[0], found[1], more


def as_written(own: str, before: str, after: str, fields: Mapping[str, str]) -> str | None:
    """The source of a string of the left, `own`, with the value `after` for `before`; None if it is not to be kept.

    fields: the source of those that only the other side has.
    """
    if len(own) > MAX_LENGTH or len(after) > MAX_LENGTH:
        return None
    parts = _parts(own, [mark for mark in before if is_field(mark)])
    if parts is None or "".join([value for p in parts for _, value in p.units]) != before:
        return None
    known = {value: raw for p in parts for raw, value in p.units if is_field(value)}
    changes = [_trimmed(before, *change) for change in _changes(before, after)]
    if len(parts) > 1:
        changed = sum([max(end - start, len(text)) for start, end, text in changes])
        if changed > MAX_CHANGED * max(len(before), len(after)):
            return None
    for change in reversed(changes):
        if not _put(parts, *change, {**fields, **known}):
            return None
    return "".join([p.source for p in parts]) if all(p.is_whole for p in parts) else None


def content_of(source: str) -> tuple[_Unit, ...] | None:
    """What the source of a string stands for: its characters, and the source of its fields; None if it is not known."""
    parts = _parts(source, [chr(FIRST_FIELD)] * source.count("{"))
    if parts is None:
        return None
    units = [unit for p in parts for unit in p.units if unit[1]]
    return tuple([(raw, "") if is_field(value) and raw != value else ("", value) for raw, value in units])


def respelled(own: str, source: str) -> str | None:
    """The source of a string of the right as `own`, the source of one of the left, is written; None as above."""
    marks: dict[str, str] = {}
    values = []
    contents = content_of(own), content_of(source)
    for content in contents:
        if content is None or any(is_field(value) for _, value in content):
            return None
        if any(field for field, _ in content) != any(field for field, _ in contents[0] or ()):
            return None
        for field, _ in content:
            if field and len(marks) < MAX_FIELDS:
                marks.setdefault(field, chr(FIRST_FIELD + len(marks)))
        values.append("".join([marks.get(field, value) for field, value in content]))
    return as_written(own, values[0], values[1], {mark: field for field, mark in marks.items()})


def is_field(mark: str) -> bool:
    return len(mark) == 1 and FIRST_FIELD <= ord(mark) < FIRST_FIELD + MAX_FIELDS


def _put(parts: Sequence[_Part], start: int, end: int, text: str, fields: Mapping[str, str]) -> bool:
    """Put text in the place of some characters of a value. What is of several parts goes to the first of these."""
    at = 0
    for part in parts:
        size = part.size
        # White space stands at the end of a part rather than at the start of the next one.
        behind = start == end == at + size and part is not parts[-1] and not text.isspace()
        if start >= at and end <= at + size and not behind:
            return part.put(start - at, end - at, text, fields)
        if at <= start < at + size:
            if start == at or not part.put(start - at, size, text, fields):
                return False
            start, text = at + size, ""
        at += size
    return False


def _trimmed(before: str, start: int, end: int, text: str) -> tuple[int, int, str]:
    """A change without the characters that the text starts and ends with as what it replaces does."""
    head = _common(before[start:end], text)
    start, text = start + head, text[head:]
    tail = _common(before[start:end][::-1], text[::-1])
    return start, end - tail, text[: len(text) - tail]


def _parts(own: str, fields: Sequence[str]) -> list[_Part] | None:
    """The parts of a source. fields: the characters for its fields, in order."""
    found: list[_Part] = []
    at, waiting = 0, [*reversed(fields)]
    while at < len(own):
        head = _HEAD.match(own, at)
        if head is None or head[2].lower() not in _PREFIXES:
            return None
        part = _Part(head[1], head[2], head[3], [])
        at = head.end()
        while not own.startswith(part.quote, at):
            unit = _unit(own, at, part, waiting)
            if unit is None:
                return None
            part.units.append(unit)
            at += len(unit[0])
        at += len(part.quote)
        found.append(part)
    return found


def _unit(own: str, at: int, part: _Part, fields: list[str]) -> _Unit | None:
    """The unit at a place of a source; None if it is not known."""
    prefix = part.prefix.lower()
    template = part.quote == "`"
    if (
        own.startswith("${", at)
        if template
        else ("f" in prefix or "t" in prefix) and own[at : at + 1] in "{}"
    ):
        if not template and own[at : at + 2] in ("{{", "}}"):
            return own[at : at + 2], own[at]
        end = _end_of_field(own, at)
        return (own[at:end], fields.pop()) if end and fields else None
    match = _UNIT.match(own, at)
    if match is None:
        return None
    raw = match[0]
    if "r" in prefix and raw[1:] != part.quote[0]:
        raw = raw[0]
    if len(raw) == 1 or "r" in prefix:
        return raw, raw
    value = _VALUES.get(raw, raw if raw[1] not in _OTHER_ESCAPES else None)
    return None if value is None else (raw, value)


def _end_of_field(own: str, at: int) -> int:
    """Behind the bracket that closes a field; 0 if none does."""
    depth = 0
    for n in range(at, len(own)):
        depth += (own[n] == "{") - (own[n] == "}")
        if own[n] == "}" and not depth:
            return n + 1
    return 0


def _changes(before: str, after: str) -> Iterator[tuple[int, int, str]]:
    """Which characters of a value give way to what, by words."""
    one, two = _WORD.findall(before), _WORD.findall(after)
    head = _common(one, two)
    tail = _common(one[head:][::-1], two[head:][::-1])
    ones, twos = one[head : len(one) - tail], two[head : len(two) - tail]
    places = [0]
    for word in one:
        places.append(places[-1] + len(word))
    if len(ones) * len(twos) > MAX_COMPARED:
        yield places[head], places[head + len(ones)], "".join(twos)
        return
    for kind, a, a_end, b, b_end in SequenceMatcher(None, ones, twos, autojunk=False).get_opcodes():
        if kind != "equal":
            yield places[head + a], places[head + a_end], "".join(twos[b:b_end])


def _common(one: Sequence[str], two: Sequence[str]) -> int:
    """With how many equal words two lists start."""
    return next(
        (n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
    )
