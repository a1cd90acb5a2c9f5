"""The report as one page for a browser: no network, no script but its own, nothing of the compared files is markup.

The page is bound by a content security policy (W3C CSP Level 3): the hashes of its one script and one style are in it,
and all else is forbidden. What the files hold is either escaped here, or data that the script puts into text nodes.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from pathlib import Path

from prediff.model import Report
from prediff.reports.escaping import Style, printable
from prediff.reports.html.data import page_data
from prediff.reports.renamed import sentence
from prediff.reports.terminal import Look, remarks, render, summary

SCRIPTS = ("panes.js", "links.js", "details.js", "words.js", "page.js")
MAX_REMARKS = 200
MAX_PLAIN = 200_000
"""A longer plain diff is left out: it is only for a browser that runs no script."""

# Most of what is allowed by default would be: `default-src` says nothing of where a form or a base leads.
POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
UNSAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def report_html(report: Report, context: int = 3) -> str:
    """The whole page, ending in a newline. It is ASCII: what is not is a character reference, or an escape of JSON."""
    style, script = _asset("page.css"), _script()
    data = json.dumps(page_data(report, context), separators=(",", ":")).translate(UNSAFE)
    left, right = (shown_text(file.path) for file in (report.left, report.right))
    page = _asset("page.html").format(
        policy=POLICY.format(script=digest(script), style=digest(style)),
        title=f"{left} → {right}" if left != right else left,
        style=style,
        script=script,
        data=data,
        head="\n".join(_head(report)),
        plain=shown_text(_plain(report), keep="\t\n"),
        left=left,
        right=right,
    )
    return page.encode("ascii", "xmlcharrefreplace").decode()


def _head(report: Report) -> Iterator[str]:
    """The verdict, what it rests on, alarms, remarks."""
    verdict, _, facts = summary(report, Style()).partition(" · ")
    yield f'<h1 class="{report.verdict}">{shown_text(verdict)}</h1>'
    if facts:
        yield f'<p class="facts">{shown_text(facts)}</p>'
    for one in report.renamed:
        if one.alarm:
            line, text = one.astray[0].line, shown_text(sentence(one))
            yield f'<p class="alarm"><button type="button" data-line="{line}">{text}</button></p>'
    found = list(remarks(report, MAX_REMARKS, Style())) if report.verdict != "identical" else []
    if found:
        yield f'<details class="remarks"><summary>{len(found)} remark{"s" * (len(found) > 1)}</summary><ul>'
        yield from (f"<li>{shown_text(text)}</li>" for text in found)
        yield "</ul></details>"


def _plain(report: Report) -> str:
    """The diff as text, for a browser that runs no script."""
    if len(report.left_text) + len(report.right_text) > MAX_PLAIN:
        return "This page needs JavaScript."
    return render(report, Look())


def shown_text(text: str, keep: str = "") -> str:
    """Text of the files or about them as text of the page."""
    return escape(printable(text, keep))


def _script() -> str:
    parts = "\n".join(_asset(name) for name in SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def _asset(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="ascii")


def digest(text: str) -> str:
    """The source expression of the policy that allows one inline script or style."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
