"""The page itself: one document with its style and script inside, bound by a policy that holds their hashes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from prediff.config import LEVELS, SHOWN, VIEWS
from prediff.languages import LANGUAGES
from prediff.lean_dataclasses import dataclass
from prediff.model import Settings
from prediff.models.settings import ModelSettings
from prediff.read import MAX_LOGIC_BYTES
from prediff.reports.escaping import printable
from prediff.reports.html import UNSAFE, digest, shown_text
from prediff.rules.assumptions import ASSUMPTIONS
from prediff.web.guard import TOKEN_HEADER
from prediff.web.messages import MAX_BODY, MAX_FILE, MAX_FILES

SCRIPTS = ("parts.js", "folders.js", "sides.js", "controls.js", "result.js", "page.js")
_POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_MESSAGE_POLICY = (
    "sandbox; default-src 'none'; style-src '{style}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class Page:
    """The document and its policy."""

    html: str
    policy: str


def page(start: Settings, given: tuple[str, str, bool] | None, model: ModelSettings) -> Page:
    """The page. start: what its controls say at first.

    given: the two paths that the server may read, and whether they are folders. model: what the user set about words.
    """
    style, script = _asset("page.css"), _script()
    data: dict[str, Any] = {
        "header": TOKEN_HEADER,
        "start": {
            "level": start.level,
            "view": start.view,
            "assume": sorted(start.assume),
            "refuse": sorted(start.refuse),
            "show": sorted(start.show),
            "words": ("outline" if model.backend == "outline" else "model") if model.summaries else "",
        },
        "levels": LEVELS,
        "views": VIEWS,
        "shown": SHOWN,
        "languages": {name: list(endings) for name, endings in LANGUAGES.items()},
        "assumptions": [{"id": a.id, "grants": a.grants, "level": a.level} for a in ASSUMPTIONS.values()],
        "given": given and {"names": [printable(name, keep="") for name in given[:2]], "folders": given[2]},
        "model": "" if model.backend == "outline" else printable(model.name or model.backend, keep=""),
        "limits": {"body": MAX_BODY, "file": MAX_FILE, "files": MAX_FILES, "logic": MAX_LOGIC_BYTES},
    }
    # Not by str.format: the script and the style are full of braces.
    html = _asset("page.html")
    for name, text in (
        ("style", style),
        ("data", json.dumps(data, separators=(",", ":")).translate(UNSAFE)),
        ("script", script),
    ):
        html = html.replace(f"<!--{name}-->", text, 1)
    return Page(html, _POLICY.format(script=digest(script), style=digest(style)))


def message_html(words: str) -> tuple[bytes, str]:
    """A page of one sentence, and its policy."""
    style = _asset("message.css")
    html = (
        _asset("message.html").replace("<!--style-->", style, 1).replace("<!--words-->", shown_text(words), 1)
    )
    return html.encode("ascii", "xmlcharrefreplace"), _MESSAGE_POLICY.format(style=digest(style))


def _script() -> str:
    parts = "\n".join(_asset(name) for name in SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def _asset(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="ascii")
