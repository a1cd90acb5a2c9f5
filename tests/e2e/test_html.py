"""The page of `diff --html` in a real browser: what it shows and does, and that nothing in it comes to life."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prediff.reports.hunks import find_hunks, lines_of

SAMPLES = Path(__file__).parent.parent.parent / "samples"
HOSTILE = """\
x = "</script><img src=x onerror=alert(1)>"
def f(a):
    \"\"\"</style><script>alert(1)</script> <!-- ]]> {page} -->\"\"\"
    # \u202e back \u2066 \u200b
    y = '\x1b[31m' + a  # &lt;b&gt; "quotes" 'single'
    return y + x + "<svg/onload=alert(1)>"
"""
# Playwright runs it before anything of the page, and outside of the page's policy.
WATCH = (
    "addEventListener('securitypolicyviolation', e => (window.broken ??= []).push(e.violatedDirective), true)"
)


class Shown:
    """A page that is open, and all that it should not do."""

    def __init__(self, browser: Any, file: Path, **context: Any) -> None:
        self.context = browser.new_context(offline=True, **context)
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self.noise: list[str] = []
        self.page.on("console", lambda message: self.noise.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.noise.append(str(error)))
        self.page.on("dialog", lambda dialog: self.noise.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda request: self.noise.append(request.url))
        self.page.goto(file.as_uri())
        assert self.noise.pop(0) == file.as_uri()

    def quiet(self) -> bool:
        """Whether nothing was asked of the network, said on the console, or refused by the policy."""
        return not self.noise and self.page.evaluate("window.broken ?? []") == []

    def count(self, selector: str) -> int:
        return self.page.locator(selector).count()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def text(self, selector: str) -> str:
        return self.page.locator(selector).inner_text()


@pytest.fixture
def opened(browser, prediff) -> Iterator[Any]:
    """Compare two texts, or a sample, and open the page."""
    shown: list[Shown] = []

    def open_page(left: str, right: str = "", *options: str, **context: Any) -> Shown:
        names = ("left.py", "right.py")
        if not right:
            texts = [(SAMPLES / "python" / left / name).read_text() for name in names]
        else:
            texts = [left, right]
        for name, text in zip(names, texts, strict=True):
            prediff.write(name, text)
        done = prediff("diff", *names, "--html", "page.html", *options)
        assert (done.code in (0, 1), done.err) == (True, "")
        shown.append(Shown(browser, prediff.folder / "page.html", **context))
        return shown[-1]

    yield open_page
    for one in shown:
        assert one.quiet(), one.noise
        one.context.close()


def test_it_shows_each_hunk(opened):
    page = opened("bugfix-in-restyle")
    assert page.count("#left .hunk") == page.count("#right .hunk") == 1
    assert page.text("h1") == "differs in 1 of 2 units"
    assert page.text("#left .old .m") == ">"
    assert page.text("#right .new .m") == "<="
    assert page.text("#right .new .no").strip() == "29"
    assert page.count(".band") == 1


def test_a_click_tells_rules_and_assumptions(opened):
    page = opened("bugfix-in-restyle")
    page.page.click("#right .new")
    shown = page.text("#details")
    assert "local-names" in shown
    assert "changed → modified" in shown
    assert "locals-unread granted by safe" in shown
    page.press("Escape")
    assert page.page.locator("#details").is_hidden()


def test_switches_show_what_is_folded(opened):
    page = opened("bugfix-in-restyle")
    assert page.count(".kept") == 0
    page.page.click("[data-kind=d]")
    assert page.text("#right .mode") == "original"
    docs = page.page.locator("#right .kept").all_inner_texts()
    assert next(text.split('"""')[1] for text in docs) == "Answers kept as files, one for each key."
    page.page.click("#right .kept >> nth=0")
    assert "docstring" in page.text("#details")
    page.page.click("[data-kind=f]")
    assert page.count("#left .kept") > 3
    page.press("f", "d")
    assert page.count(".kept") == 0


def test_annotations_have_a_switch_of_their_own(opened):
    page = opened("def f(a):\n    return a\n", "def f(a: int) -> int:\n    return a\n")
    assert page.count(".kept") == 0
    page.press("a")
    assert page.count("#left .kept") == page.count("#right .kept") == 1


def test_each_pane_shows_the_original_or_what_is_compared(opened):
    page = opened("bugfix-in-restyle")
    page.page.click("#right .mode")
    assert (page.text("#left .mode"), page.text("#right .mode")) == ("as it is", "original")
    page.press("x")
    right = page.page.locator("#right .text").all_inner_texts()
    source = (SAMPLES / "python" / "bugfix-in-restyle" / "right.py").read_text().splitlines()
    assert [text.strip() for text in right] == [line.strip() for line in source]
    page.press("o", "o")
    assert (page.text("#left .mode"), page.text("#right .mode")) == ("as it is", "aligned")


def many_changes(count: int) -> tuple[str, str]:
    left = [f"def f{i}(a, b):\n    c = g(a, b)\n    return c + {i}\n\n" for i in range(count)]
    right = [
        text.replace("a, b)\n    return", "b, a)\n    return") if i % 10 == 5 else text
        for i, text in enumerate(left)
    ]
    return "\n".join(left), "\n".join(right)


def test_keys_go_from_hunk_to_hunk(opened):
    page = opened(*many_changes(60))
    assert page.text("#place") == "6 hunks"
    page.press("n", "n")
    assert page.text("#place") == "2 of 6"
    assert page.page.evaluate("document.activeElement.dataset.hunk") == "1"
    page.press("p", "p")
    assert page.text("#place") == "6 of 6"
    assert page.page.evaluate("document.activeElement.getBoundingClientRect().top < innerHeight")
    page.press("Enter")
    assert "f55" in page.text("#details h2")
    page.press("Escape", "?")
    assert page.page.locator("#help").is_visible()
    page.press("Escape")
    assert page.page.locator("#help").is_hidden()


def test_the_focus_can_be_seen(opened):
    page = opened("bugfix-in-restyle")
    page.press("Tab")
    for _ in range(12):
        outline = page.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", page.page.evaluate("document.activeElement.outerHTML")
        page.press("Tab")


def test_equal_lines_are_folded_and_open_on_a_click(opened):
    page = opened(*many_changes(60))
    bar = page.page.locator("#left .bar").first
    assert re.search(r"\d+ equal lines", bar.inner_text())
    before = page.count("#left .line"), page.count("#right .line")
    bar.click()
    assert page.count("#left .line") > before[0]
    assert page.count("#left .line") - before[0] == page.count("#right .line") - before[1]
    page.press("x")
    assert page.count(".bar") == 0


def test_the_panes_scroll_together(opened):
    page = opened(*many_changes(200))
    page.press("x")
    tops = page.page.evaluate(
        """async () => {
          const [left, right] = ["left", "right"].map((id) => document.querySelector(`#${id} .code`));
          left.scrollTop = 2000;
          await new Promise((done) => setTimeout(done, 100));
          const before = right.scrollTop;
          right.scrollTop = 3000;
          await new Promise((done) => setTimeout(done, 100));
          return [before, left.scrollTop];
        }"""
    )
    assert tops == [pytest.approx(2000, abs=30), pytest.approx(3000, abs=30)]


def test_moved_units_are_joined_by_lines(opened):
    page = opened("reordered")
    page.press("o")
    assert page.count("path.move") == 2
    assert page.page.locator("#left .moved").all_inner_texts() == ["moved: right 20", "moved: right 6"]
    page.page.click("#left .moved >> nth=0")
    assert page.count(".flash") == 2


def test_an_alarm_leads_to_its_line(opened):
    page = opened("renamed-in-part")
    assert "5 of 6 places: line 18 still says quick_sort" in page.text(".alarm")
    page.page.click(".alarm button")
    assert page.text("#right .flash .no").strip() == "18"


@pytest.mark.parametrize("width", [400, 320])
def test_a_narrow_page_has_nothing_beside_it(opened, width):
    text = "value = " + " + ".join(f"some_long_name_{i}" for i in range(40)) + f" + '{'w' * 300}'\n"
    page = opened(text, text.replace("name_7 ", "name_8 "), viewport={"width": width, "height": 800})
    page.press("n", "Enter")
    assert page.page.evaluate("document.documentElement.scrollWidth") == width
    for selector in ("#left .code", "#right .code", "#details", "header"):
        assert page.page.evaluate(
            f"(e => e.scrollWidth <= e.clientWidth)(document.querySelector('{selector}'))"
        )
    sides = [page.page.locator(f"#{side}").bounding_box() for side in ("left", "right")]
    assert sides[0]["y"] + sides[0]["height"] <= sides[1]["y"]
    assert min(side["height"] for side in sides) > 100


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(opened, scheme):
    page = opened("bugfix-in-restyle", color_scheme=scheme)
    page.press("o", "d", "f")
    for selector in (
        "#right .s",
        "#left .k",
        "#left .n",
        "#left .old .text",
        "#left .no",
        ".facts",
        "#left .kept .text",
    ):
        ink, paper = page.page.evaluate(
            """(selector) => {
              let at = document.querySelector(selector);
              const ink = getComputedStyle(at).color;
              while (getComputedStyle(at).backgroundColor === "rgba(0, 0, 0, 0)") at = at.parentElement;
              return [ink, getComputedStyle(at).backgroundColor];
            }""",
            selector,
        )
        assert contrast(ink, paper) >= 4.5, (selector, ink, paper)
    background = page.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(background) < 0.1) == (scheme == "dark")


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2) of a color as the browser writes it."""
    parts = [int(n) / 255 for n in re.findall(r"\d+", color)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, two: str) -> float:
    """The contrast ratio of two colors (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


def test_hostile_text_is_text(opened):
    page = opened(HOSTILE, HOSTILE.replace("y + x", "x + y").replace("alert(1)>", "alert(2)>"))
    page.press("o", "x", "n", "Enter")
    shown = page.page.locator("#left .text").all_inner_texts()
    assert shown[0].strip() == 'x = "</script><img src=x onerror=alert(1)>"'
    assert shown[3].strip() == "# <U+202E> back <U+2066> <U+200B>"
    assert "<U+001B>[31m" in shown[4]
    assert page.count("img, iframe, object, embed, link") == 0
    assert page.count("script") == 2
    assert page.page.locator("#left .x").all_inner_texts() == ["<U+202E>", "<U+2066>", "<U+200B>", "<U+001B>"]


def test_hostile_names_are_text(browser, prediff):
    name = "<img src=x onerror=alert(1)>\u202e&amp;.py"
    prediff.write(name, "x = 1\n")
    prediff.write("b.py", "x = 2\n")
    assert prediff("diff", name, "b.py", "--html", "page.html").code == 1
    page = Shown(browser, prediff.folder / "page.html")
    assert page.text("#left .path") == name.replace("\u202e", "<U+202E>")
    assert page.count("img") == 0
    assert page.quiet(), page.noise
    page.context.close()


def test_a_large_pair_stays_usable(opened):
    left, right = many_changes(1000)
    page = opened(left, right)
    hunks = page.count("#left .hunk")
    assert hunks == 100
    page.press("x", "n")
    assert page.count("#left .line") > 4900
    page.press("o")
    assert page.count("#left .line") == len(lines_of(left))


def test_without_scripts_it_is_a_plain_diff(opened):
    page = opened("bugfix-in-restyle", java_script_enabled=False)
    assert "+        return time.time() - modified <= self.max_age" in page.text("noscript pre")
    assert page.page.locator("#app").is_hidden()


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("x = 1\n", "x = 1\n"),
        ("", "x = 1\n"),
        ("# a\n", "# b\n"),
        ("def f(:\n", "def g(:\n"),
        ("x = 1", "x = 1\n"),
    ],
)
def test_pairs_with_little_in_them(opened, left, right):
    page = opened(left or " ", right)
    page.press("n", "o", "d", "x", "Enter")
    assert page.text("h1")


def test_the_data_has_the_reports_hunks(opened, prediff):
    import prediff as api

    page = opened(*many_changes(60))
    found = json.loads(page.page.locator("#data").text_content() or "")
    report = api.diff(prediff.folder / "left.py", prediff.folder / "right.py")
    hunks = find_hunks(report, lines_of(report.left_text), lines_of(report.right_text), 3)
    assert [hunk["unit"] for hunk in found["hunks"]] == [hunk.unit for hunk in hunks]


def test_it_is_the_only_thing_on_standard_output(prediff):
    prediff.write("a.py", "x = 1\n")
    prediff.write("b.py", "x = 2\n")
    done = prediff("diff", "a.py", "b.py", "--html", "-")
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("<!DOCTYPE html>")
    assert done.out.endswith("</html>\n")
    assert done.out.isascii()
    assert prediff("diff", "a.py", "b.py", "--html", "-", "--json").code == 2


def test_it_never_replaces_what_is_compared(prediff):
    prediff.write("a.py", "x = 1\n")
    prediff.write("b.py", "x = 2\n")
    done = prediff("diff", "a.py", "b.py", "--html", "a.py")
    assert (done.code, done.out) == (2, "")
    assert (prediff.folder / "a.py").read_text() == "x = 1\n"
