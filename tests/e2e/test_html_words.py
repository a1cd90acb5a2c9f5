"""The words on the page of a pair, in a real browser: what they say, where they lead, that they are only text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_html import Shown, contrast

import prediff as api
from prediff.model import ChangeNote, Report, Suggestion, Summaries, UnitSummary
from prediff.reports.headers import with_headers
from prediff.reports.html import report_html
from prediff.summarize import with_summaries

MODEL = "some/model-1.5B"
FILLER = "".join(f"def filler_{i}(a):\n    return a + {i}\n\n\n" for i in range(40))
LEFT = f"""\
def first(path):
    rows = []
    for line in path:
        rows.append(line)
        log(line)
    return rows


{FILLER}def last(x):
    if x > 3:
        log(x)
    return x
"""
RIGHT = LEFT.replace("    return rows", "    close(path)\n    return rows").replace("x > 3", "x >= 3")
HOSTILE = "</script><img src=x onerror=alert(1)> \u202e {page} \x1b[31m &lt;b&gt;"


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Open the page of a report."""
    shown: list[Shown] = []

    def open_page(report: Report, **context: Any) -> Shown:
        file = tmp_path / f"page{len(shown)}.html"
        file.write_text(report_html(report), encoding="ascii")
        shown.append(Shown(browser, file, **context))
        return shown[-1]

    yield open_page
    for one in shown:
        assert one.quiet(), one.noise
        one.context.close()


def compared(**options: Any) -> Report:
    return with_summaries(api.diff(LEFT, RIGHT, language="python", **options))


def of_model(report: Report, **fields: Any) -> Report:
    assert report.summaries is not None
    return replace(report, summaries=replace(report.summaries, by=MODEL, **fields))


def test_each_unit_has_its_words_with_who_says_them(opened):
    page = opened(compared())
    assert page.page.locator("#words .name").all_inner_texts() == ["first", "last"]
    assert page.page.locator("#words .by").all_inner_texts() == ["outline", "outline"]
    assert page.count("#words .by.unverified") == 0
    first = page.text("#words .unit-words >> nth=0")
    assert "also calls close(path)" in first
    assert "new line 6" in first
    last = page.text("#words .unit-words >> nth=1")
    assert "calls log(x) if x >= 3; returns x" in last
    assert "condition x > 3 became x >= 3" in last


def test_words_of_a_model_are_marked_in_each_unit(opened):
    found = (Suggestion("names", "first", "a is b", True), Suggestion("opinion", "last", "does the same: so"))
    page = opened(of_model(compared(), suggestions=found, more=2, notes=("a note",)))
    labels = page.page.locator("#words .unit-words .by").all_inner_texts()
    assert labels == [f"model, unverified: {MODEL}"] * 2
    assert page.count("#words .unit-words .by.unverified") == 2
    suggestions = page.page.locator("#words .suggestion").all_inner_texts()
    assert suggestions == [
        "model, checked by prediffnames of first: a is b",
        "model, unverifiedopinion of last: does the same: so",
    ]
    assert page.page.locator("#words .rest").all_inner_texts() == [
        "and 2 more units (--deep)",
        "note: a note",
    ]


@pytest.mark.parametrize("view", ["aligned", "canonical", "headers"])
def test_a_click_goes_to_the_lines(opened, view):
    report = with_headers(compared(view="canonical")) if view == "headers" else compared(view=view)
    page = opened(report)
    page.page.click("#words button.change:has-text('x >= 3')")
    flashed = [page.page.locator(f"#{side} .flash .text").all_inner_texts() for side in ("left", "right")]
    assert [[text.strip() for text in texts] for texts in flashed] == [["if x > 3:"], ["if x >= 3:"]]
    for side in ("left", "right"):
        seen = page.page.evaluate(
            f"""() => {{
              const line = document.querySelector("#{side} .flash").getBoundingClientRect();
              const code = document.querySelector("#{side} .code").getBoundingClientRect();
              return line.top >= code.top && line.bottom <= code.bottom;
            }}"""
        )
        assert seen
    page.page.click("#words button.change:has-text('close')")
    assert page.count("#left .flash") == 0
    assert "close(path)" in page.page.locator("#right .flash .text").all_inner_texts()[0]


def test_it_can_be_used_by_keys_alone(opened):
    page = opened(compared())
    for _ in range(60):
        page.press("Tab")
        if page.page.evaluate("document.activeElement.matches('#words .change')"):
            break
    assert page.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.press("Enter")
    assert page.count("#right .flash") == 1
    assert page.page.locator("#details").is_hidden()
    page.press("w")
    assert page.page.locator("#words").is_hidden()
    assert page.page.get_attribute("#words-button", "aria-pressed") == "false"
    page.press("w")
    assert page.page.locator("#words").is_visible()
    page.press("n", "Enter")
    assert page.page.locator("#details").is_visible()
    assert page.page.locator("#words").is_hidden()
    page.press("Escape")
    assert page.page.locator("#words").is_visible()


def test_without_words_there_is_no_panel(opened):
    page = opened(replace(compared(), summaries=None))
    assert page.page.locator("#words").is_hidden()
    assert page.count("#words-button") == 0
    page.press("w")
    assert page.page.locator("#words").is_hidden()


def test_hostile_words_are_text(opened):
    note = ChangeNote("other", HOSTILE, (1,), (1,), ((1, 1),), ((1, 9999),))
    lost = ChangeNote("other", HOSTILE, (), (), ((0, 0),), ())
    unit = UnitSummary(HOSTILE, HOSTILE + "b", None, None, HOSTILE, HOSTILE + "c", (note, lost))
    words = Summaries(HOSTILE, (unit,), (Suggestion("opinion", HOSTILE, HOSTILE),), 1, 1, (HOSTILE,))
    page = opened(replace(compared(), summaries=words))
    shown = HOSTILE.replace("\u202e", "<U+202E>").replace("\x1b", "<U+001B>")
    assert page.page.locator("#words .was").all_inner_texts() == [f"was{shown}"]
    assert page.page.locator("#words .says").all_inner_texts() == [shown, shown]
    assert page.count("#words button.change") == 1
    page.page.click("#words button.change")
    assert page.count("img, iframe, object, embed, link") == 0
    assert page.count("script") == 2
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [1280, 400, 320])
def test_panes_and_words_have_room(opened, width):
    long = of_model(compared())
    assert long.summaries is not None
    unit = replace(long.summaries.units[0], left="a" * 300, left_text="w" * 100, right_text="v " * 50)
    page = opened(
        replace(long, summaries=replace(long.summaries, units=(unit, *long.summaries.units))),
        viewport={"width": width, "height": 800},
    )
    assert page.page.evaluate("document.documentElement.scrollWidth") == width
    assert page.page.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('#words'))")
    for side in ("left", "right"):
        assert page.page.locator(f"#{side}").bounding_box()["height"] > 100


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_in_light_and_dark(opened, scheme):
    page = opened(of_model(compared()), color_scheme=scheme)
    for selector in (".name", ".by", ".was .tag", ".now .tag", ".kind", ".says", ".change .where", ".was"):
        ink, paper = page.page.evaluate(
            """(selector) => {
              let at = document.querySelector(`#words ${selector}`);
              const ink = getComputedStyle(at).color;
              while (getComputedStyle(at).backgroundColor === "rgba(0, 0, 0, 0)") at = at.parentElement;
              return [ink, getComputedStyle(at).backgroundColor];
            }""",
            selector,
        )
        assert contrast(ink, paper) >= 4.5, (selector, ink, paper)


def test_the_page_starts_at_its_top(opened):
    page = opened(compared())
    tops = page.page.evaluate("[...document.querySelectorAll('.code')].map((code) => code.scrollTop)")
    assert tops == [0, 0]


def test_without_scripts_the_words_are_plain(opened):
    page = opened(of_model(compared()), java_script_enabled=False)
    assert f"first · model, unverified: {MODEL}" in page.text("noscript pre")
