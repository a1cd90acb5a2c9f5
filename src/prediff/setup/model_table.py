"""The table `[model]` in the user's own configuration, as `prediff model up` writes it and `down` takes it out.

Where there is none it is a marked block at the end of the file. Where the user has one, only the keys in it that are
ours change. What was written is read again: the file then says what it said before, and what we wanted.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from prediff.config_files import user_file
from prediff.errors import ConfigError
from prediff.setup.edit import find_block, newline_of, with_block, without_block
from prediff.setup.target import FileEdit, Place

TARGET = "model"
FORMAT = "model-table"
KEYS = ("summaries", "backend", "name", "revision", "url", "key_file", "temperature", "top_p", "timeout")
"""The keys that are written; all others of the table are the user's own."""
_REMARK = "# Written by prediff model up; prediff model down takes it out. Put keys of your own above it."
_HEADER = re.compile(rb"[ \t]*\[[ \t]*model[ \t]*\][ \t]*(?:#.*)?")
_VALUE = rb"(\"(?:[^\"\\\r\n]|\\.)*\"|'[^'\r\n]*'|true|false|[-+0-9.eE_]+)"


def file_edit(values: Mapping[str, Any]) -> FileEdit:
    """The edit of the user's file that sets these keys."""
    path = user_file()
    return FileEdit(path, FORMAT, lambda data: with_table(data, values, path))


def places() -> tuple[Place, ...]:
    return ((user_file(), FORMAT, None),)


def with_table(data: bytes | None, values: Mapping[str, Any], path: str = "the file") -> bytes:
    """A configuration with these keys of `[model]`. Raises ConfigError where the table is written in another way."""
    data = data or b""
    base = _parsed(without_block(data, None), path)
    if "model" not in base:
        after = with_block(data, [_REMARK, "[model]", *map(_line, values, values.values())])
    else:
        after = _with_keys(without_block(data, None), values)
    expected = {**base, "model": {**_table(base, path), **values}}
    if not _says(after, expected):
        lines = "; ".join(map(_line, values, values.values()))
        raise ConfigError(f"{path}: its table [model] cannot be changed by a program; write into it: {lines}")
    return after


def without_table(data: bytes, original: bytes | None) -> bytes:
    """A configuration without what was written. original: as it was before, if that is known."""
    if find_block(data) is not None:
        return without_block(data, original)
    if original is None:
        return data  # a table that is there is the user's own
    try:
        before, now = (tomllib.loads(text.decode()) for text in (original, data))
        old, new = before.get("model", {}), now.get("model", {})
        after = _with_keys(data, {key: old.get(key) for key in KEYS if key in new or key in old})
        wanted = {
            **{key: new[key] for key in new if key not in KEYS},
            **{key: old[key] for key in KEYS if key in old},
        }
        return after if _says(after, {**now, "model": wanted}) else data
    except (ValueError, TypeError, AttributeError):
        return data  # edited into something that is not known any more


def _table(base: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    table = base.get("model", {})
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: model must be a table, [model]")
    return table


def _parsed(data: bytes, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None


def _says(data: bytes, expected: Mapping[str, Any]) -> bool:
    try:
        return tomllib.loads(data.decode()) == expected
    except (ValueError, RecursionError):
        return False


def _with_keys(data: bytes, values: Mapping[str, Any]) -> bytes:
    """The lines of the table with other values; None takes a key out. Whether it is right, the caller looks."""
    end = newline_of(data)
    lines = data.splitlines(keepends=True)
    header = next((i for i, line in enumerate(lines) if _HEADER.fullmatch(line.rstrip(b"\r\n"))), None)
    if header is None:
        return data
    if not lines[header].endswith((b"\n", b"\r")):
        lines[header] += end
    last = next((i for i in range(header + 1, len(lines)) if lines[i].lstrip().startswith(b"[")), len(lines))
    new = []
    for key, value in values.items():
        pattern = re.compile(rb"([ \t]*%s[ \t]*=[ \t]*)%s([ \t]*(?:#.*)?[\r\n]*)" % (key.encode(), _VALUE))
        found = next(((i, m) for i in range(header + 1, last) if (m := pattern.fullmatch(lines[i]))), None)
        if found and value is None:
            lines[found[0]] = b""
        elif found:
            lines[found[0]] = found[1][1] + _written(value).encode() + found[1][3]
        elif value is not None:
            new.append(_line(key, value).encode() + end)
    return b"".join((*lines[: header + 1], *new, *lines[header + 1 :]))


def _line(key: str, value: Any) -> str:
    return f"{key} = {_written(value)}"


def _written(value: Any) -> str:
    """A value as TOML, whose strings are JSON's but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
