"""The escapes of JavaScript's strings, for `tokens_javascript.py`; prediff has its own."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\\(u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-3]?[0-7]{1,2}|\r\n|.)", re.DOTALL
)
_CONTROLS = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "\n": "",
    "\u2028": "",
    "\u2029": "",
}


def read_escapes(text: str) -> str:
    def read(found: re.Match[str]) -> str:
        code = found[1]
        if code[0] in "ux" and len(code) > 1:
            return chr(int(code[1:].strip("{}"), 16))
        if code[0].isdigit() and code[0] < "8":
            return chr(int(code, 8))
        return _CONTROLS.get(code, code)

    value = _ESCAPE.sub(read, text)
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
