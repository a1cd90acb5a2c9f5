"""The page of `prediff web` in a real browser: what it shows and does, and that nothing hostile comes to life."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from web_client import HEADER, Web, until

LEFT = "def f(a):\n    for one in a:\n        if not one in (1, 2):\n            log(one, 3)\n"
RIGHT = "def f(a):\n    for each in a:\n        if each not in (1, 2):\n            log(each, 3)\n"
CHANGED = RIGHT.replace("3", "4")
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
WATCH = (
    "addEventListener('securitypolicyviolation', e => (window.broken ??= []).push(e.violatedDirective), true)"
)


class Shown:
    """A page that is open, and all that it should not do."""

    def __init__(self, browser: Any, address: str, **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **context})
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.noise: list[str] = []
        self.origin = re.sub(r"\?.*", "", address)
        self.page.on("console", lambda message: self.noise.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.noise.append(str(error)))
        self.page.on("dialog", lambda dialog: self.noise.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.goto(address)
        self.report = self.page.frame_locator("#report")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin, "blob:")):
            self.noise.append(url)

    def quiet(self) -> bool:
        """Whether nobody else was asked, nothing said on the console, nothing refused by a policy."""
        broken = [frame.evaluate("window.broken ?? []") for frame in self.page.frames]
        return not self.noise and not any(broken)

    def paste(self, left: str, right: str) -> None:
        self.page.fill("#left textarea", left)
        self.page.fill("#right textarea", right)

    def compare(self) -> str:
        """Compare, and the verdict."""
        return self.verdict_after(lambda: self.page.click("#compare"))

    def verdict_after(self, act: Any) -> str:
        """Do something that compares anew, and give the new verdict."""
        with self.page.expect_response(re.compile(r"/result/[\w-]+/$")):
            act()
        self.report.locator("h1").wait_for()
        return self.report.locator("h1").inner_text()

    def says(self, text: str) -> bool:
        """Whether the line of the page comes to hold some words."""
        return until(lambda: text in self.page.locator("#message").text_content())

    def shows_pair(self, text: str) -> bool:
        """Whether the page comes to name a pair of two folders."""
        return until(lambda: text in self.page.locator("#pair").text_content())

    def beside(self) -> str:
        return self.page.locator("#beside").inner_text()


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    found = Web(tmp_path_factory.mktemp("web"))
    yield found
    assert found.stop() == (0, "")


@pytest.fixture
def opened(browser, web) -> Iterator[Any]:
    """Opens the page of a server."""
    shown: list[Shown] = []

    def open_page(server: Web = web, **context: Any) -> Shown:
        shown.append(Shown(browser, server.address, **context))
        return shown[-1]

    yield open_page
    for one in shown:
        assert one.quiet(), one.noise
        one.context.close()


def file(name: str, content: str | bytes) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def test_two_pasted_texts(opened):
    page = opened()
    page.paste(LEFT, CHANGED)
    assert page.compare() == "differs in 1 of 1 unit"
    assert page.report.locator("#left .old .m").inner_text() == "3"
    assert page.report.locator("#right .new .m").inner_text() == "4"
    assert page.page.locator("#guess").inner_text() == "read as python: guessed from the texts"
    assert "negated-comparison" in page.beside()
    assert "locals-unread" in page.beside()
    page.page.click("#edit")
    assert page.page.input_value("#left textarea") == LEFT
    page.page.click("#back")
    assert page.page.locator("#report").is_visible()


def test_a_changed_control_compares_anew(opened):
    page = opened()
    page.paste(LEFT, RIGHT)
    assert page.compare() == "same"
    assert page.verdict_after(lambda: page.page.click("label:has-text('layout')")).startswith("differs")
    assert page.verdict_after(lambda: page.page.click("label:has-text('safe')")) == "same"
    page.page.click("#assumptions-menu summary")
    select = "select[aria-label='locals-unread']"
    assert page.page.locator(f"{select} option").first.inner_text() == "granted"
    assert page.verdict_after(lambda: page.page.select_option(select, "refuse")).startswith("differs")
    assert page.page.locator("#assumptions-count").inner_text() == "1"
    assert page.verdict_after(lambda: page.page.click("#as-level")) == "same"
    page.page.keyboard.press("Escape")
    assert page.verdict_after(lambda: page.page.click("label:has-text('canonical')")) == "same"
    assert page.report.locator("#left .mode").inner_text() == "normal form"
    assert page.verdict_after(lambda: page.page.select_option("#language", "javascript")).startswith(
        "unknown"
    )


def test_what_is_shown_can_be_chosen(opened):
    page = opened()
    page.paste(LEFT.replace("a):\n", 'a):\n    """Some."""\n'), RIGHT)
    assert page.compare() == "same"
    page.page.click("#show-menu summary")
    assert page.verdict_after(lambda: page.page.click("text=docstrings")).startswith("differs")
    assert page.page.locator("#show-count").inner_text() == "1"


def test_a_hint_can_be_followed_and_an_assumption_refused(opened):
    page = opened()
    page.paste("def f(a, b):\n    return a > b\n", "def f(a, b):\n    return b < a\n")
    assert page.compare().startswith("differs")
    assert page.verdict_after(lambda: page.page.click("aside >> text=Assume")) == "same"
    assert page.page.input_value("select[aria-label='builtin-operators']") == "assume"
    refuse = page.page.get_by_role("button", name="Refuse builtin-operators")
    assert page.verdict_after(refuse.click).startswith("differs")
    assert page.page.input_value("select[aria-label='builtin-operators']") == ""


def test_two_files(opened):
    page = opened()
    page.page.set_input_files("#left input.file", files=[file("old.js", "const f = (a) => a + 1;\n")])
    page.page.set_input_files(
        "#right input.file", files=[file("new.js", "const f = (a) => { return a + 2; };\n")]
    )
    assert page.page.locator("#left .what").inner_text() == "old.js"
    assert page.page.locator("#left .about").inner_text() == "A file, 24 bytes"
    assert page.compare().startswith("differs")
    assert page.page.locator("#guess").inner_text() == ""
    assert page.report.locator("#left .path").inner_text() == "old.js"
    page.verdict_after(lambda: page.page.click("#swap-result"))
    assert page.report.locator("#left .path").inner_text() == "new.js"


def folders(root: Path) -> tuple[Path, Path]:
    for name, content in (("old", LEFT), ("new", CHANGED)):
        for path, text in (("a.py", content), ("sub/b.py", LEFT), ("sub/c.py", content), (".git/x", content)):
            (root / name / path).parent.mkdir(parents=True, exist_ok=True)
            (root / name / path).write_text(text)
    return root / "old", root / "new"


def test_two_folders(opened, tmp_path):
    page = opened()
    for side, path in zip(("left", "right"), folders(tmp_path), strict=True):
        page.page.set_input_files(f"#{side} input.folder", path)
    assert page.page.locator("#left .what").inner_text() == "old/"
    assert page.page.locator("#left .about").inner_text().startswith("A folder, 3 files")
    assert page.compare() == "Differs"
    assert page.report.locator("td.path a").all_inner_texts() == ["a.py", "sub/c.py"]
    assert page.page.locator("#beside").is_hidden()
    page.report.locator("td.path a").first.click()
    page.report.locator("#left .old").wait_for()
    assert page.shows_pair("1 of 2: a.py")
    assert "locals-unread" in page.beside()
    page.page.click("#next")
    assert page.shows_pair("2 of 2: sub/c.py")
    assert page.report.locator("#left .path").inner_text() == "sub/c.py"
    assert page.page.locator("#next").is_disabled()
    # Another level: the same pair is shown.
    page.page.click("label:has-text('relaxed')")
    page.report.locator("text=relaxed").first.wait_for()
    assert page.report.locator("#left .path").inner_text() == "sub/c.py"
    page.page.click("#all")
    page.report.locator("#rows").wait_for()
    # Whoever is quicker than the pages gets to where it was asked for.
    page.page.evaluate("for (let i = 0; i < 2; i++) document.getElementById('next').click()")
    assert page.shows_pair("2 of 2: sub/c.py")


DROP = """
([side, name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name));
  const target = document.getElementById(side);
  target.dispatchEvent(new DragEvent("dragover", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  target.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}
"""


def test_files_can_be_dropped(opened):
    page = opened()
    for side, text in (("left", LEFT), ("right", RIGHT)):
        page.page.evaluate(DROP, [side, f"{side}.py", text])
        page.page.locator(f"#{side} .what").wait_for()
    assert page.compare() == "same"


def drop(page: Shown, side: str, *paths: Path) -> None:
    """Drop files or folders on a side, as the system's file manager does."""
    session = page.context.new_cdp_session(page.page)
    box = page.page.locator(f"#{side}").bounding_box()
    files = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + 50, "y": box["y"] + 90}
        session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": files})


def test_two_folders_that_are_dropped_at_once(opened, tmp_path):
    page = opened()
    old, new = folders(tmp_path)
    for number in range(230):  # the browser lists a hundred at once
        (old / f"f{number}.txt").write_text("x")
    drop(page, "right", old, new)
    page.page.locator("#left .what").wait_for()
    page.page.locator("#right .what").wait_for()
    whats = [page.page.locator(f"#{side} .what").inner_text() for side in ("left", "right")]
    assert whats == ["old/", "new/"]
    assert page.page.locator("#left .about").inner_text().startswith("A folder, 233 files")
    assert page.compare() == "Differs"
    links = page.report.locator("td.path a").all_inner_texts()
    assert links == ["a.py", "sub/c.py"]
    page.page.click("#edit")
    drop(page, "left", old / "a.py")
    assert until(lambda: page.page.locator("#left .what").inner_text() == "a.py")


def test_the_paths_of_the_command_line_are_compared_at_once(opened, tmp_path):
    (tmp_path / "a.py").write_text(LEFT)
    (tmp_path / "b.py").write_text(CHANGED)
    server = Web(tmp_path, ("a.py", "b.py"))
    try:
        page = opened(server)
        page.report.locator("h1").wait_for()
        assert page.report.locator("h1").inner_text() == "differs in 1 of 1 unit"
        page.page.click("#edit")
        assert page.page.locator("#right .what").inner_text() == "b.py"
        assert "read anew" in page.page.locator("#right .about").inner_text()
        (tmp_path / "b.py").write_text(RIGHT)
        assert page.compare() == "same"
        page.page.click("#edit")
        page.page.click("#right .clear")
        page.page.fill("#right textarea", CHANGED)
        assert page.compare().startswith("differs")
        assert page.quiet()
    finally:
        server.stop()


def test_bad_input_gets_one_line(opened):
    page = opened()
    page.page.click("#compare")
    assert page.says("There is nothing to compare yet")
    page.page.set_input_files("#left input.file", files=[file("a.bin", b"\0a")])
    page.page.set_input_files("#right input.file", files=[file("b.bin", b"\0b")])
    assert page.compare() == "unknown"
    assert page.says("a.bin is binary: only its bytes are compared")
    page.page.click("#edit")
    page.page.set_input_files("#left input.file", files=[file("big.py", b"x = 1\n" * 1_500_000)])
    page.page.click("#compare")
    assert page.says("big.py has 8.6 MiB, over the 8 MiB")
    page.page.click("#left .clear")
    page.page.click("#right .clear")
    page.paste("a", "b")
    page.page.fill("#left .name", "a.cob")
    page.page.fill("#right .name", "b.cob")
    assert page.compare() == "unknown"
    assert page.says("a language can be chosen above")


def test_a_result_that_the_controls_do_not_say_does_not_look_so(opened):
    page = opened()
    page.paste(LEFT, RIGHT)
    assert page.compare() == "same"
    page.page.route("**/api/compare", lambda route: None)
    page.page.click("label:has-text('layout')")
    page.page.click("#cancel")
    assert page.says("Cancelled. What is shown is the result of before.")
    assert page.page.locator("#result.stale").count() == 1
    page.page.unroute("**/api/compare")
    page.page.route("**/api/compare", lambda route: route.fulfill(status=200, body='{"error": "no"}\n'))
    page.page.click("label:has-text('relaxed')")
    assert page.says("no")
    assert page.page.locator("#result.stale").count() == 1
    page.page.unroute("**/api/compare")
    assert page.verdict_after(lambda: page.page.click("label:has-text('safe')")) == "same"
    assert until(lambda: page.page.locator("#result.stale").count() == 0)


def test_a_server_that_is_gone_is_told(opened, tmp_path):
    server = Web(tmp_path)
    page = opened(server)
    server.stop()
    page.paste(LEFT, RIGHT)
    page.page.click("#compare")
    assert page.says("prediff does not answer")
    assert [line for line in page.noise if "ERR_CONNECTION_REFUSED" not in line] == []
    page.noise.clear()


def test_an_address_without_the_token_shows_one_line(browser, web):
    page = browser.new_context().new_page()
    page.goto(f"http://127.0.0.1:{web.port}/")
    assert page.inner_text("body") == "Open the address that prediff printed in its terminal."
    page.context.close()


def test_nothing_hostile_comes_to_life(opened, tmp_path):
    page = opened()
    code = f'"""{HOSTILE}"""\nx = "{HOSTILE}"\n'
    page.paste(code, code.replace("x =", "y ="))
    for side in ("left", "right"):
        page.page.fill(f"#{side} .name", f"{HOSTILE}.py")
    assert page.compare().startswith("differs")
    assert HOSTILE in page.report.locator("#left .path").inner_text()
    page.page.click("#edit")
    for side, text in (("left", LEFT), ("right", CHANGED)):
        for name in ("<img src=x onerror=alert(1)>.py", "b\u202e.py"):
            path = tmp_path / side / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        page.page.set_input_files(f"#{side} input.folder", tmp_path / side)
    assert page.compare() == "Differs"
    page.page.click("#next")
    page.report.locator("#left .old").wait_for()
    assert page.shows_pair("onerror")
    assert page.page.locator("img, #report img").count() == 0


def test_a_report_has_no_origin_and_cannot_ask_the_server(opened, web):
    page = opened()
    page.paste(LEFT, CHANGED)
    page.compare()
    frame = page.page.frames[1]
    assert frame.evaluate("self.origin") == "null"
    assert (
        frame.evaluate("fetch('/api/compare', {method: 'POST'}).then(() => 'asked', () => 'refused')")
        == "refused"
    )
    assert (
        frame.evaluate("(() => { try { return parent.document.title } catch { return 'refused' } })()")
        == "refused"
    )
    frame.evaluate("window.broken = []")
    page.noise.clear()  # what the browser says of these attempts


def test_another_page_can_neither_frame_it_nor_ask_it(browser, web, tmp_path):
    other = tmp_path / "evil.html"
    options = f'{{method: "POST", headers: {{"{HEADER}": "{web.token}"}}}}'
    ask = f'fetch("http://127.0.0.1:{web.port}/api/compare", {options})'
    told = '.then(() => "read", () => "refused")'
    script = f'window.said = fetch("{web.address}"){told}; window.sent = {ask}{told};'
    other.write_text(f'<iframe src="{web.address}"></iframe><script>{script}</script>')
    page = browser.new_context().new_page()
    page.goto(other.as_uri())
    assert page.evaluate("Promise.all([window.said, window.sent])") == ["refused", "refused"]
    page.wait_for_timeout(300)
    assert all(frame.locator("#compare").count() == 0 for frame in page.frames)
    page.context.close()


def test_the_report_can_be_saved_and_shown_alone(opened, tmp_path):
    page = opened()
    page.paste(LEFT, CHANGED)
    page.compare()
    with page.page.expect_download() as found:
        page.page.click("#save")
    found.value.save_as(tmp_path / "saved.html")
    assert "differs in 1 of 1 unit" in (tmp_path / "saved.html").read_text()
    with page.context.expect_page() as alone:
        page.page.click("#alone")
    alone.value.locator("#left .old").wait_for()
    assert alone.value.evaluate("self.origin") == "null"


def test_all_of_it_works_by_keyboard(opened):
    page = opened()
    press = page.page.keyboard.press
    assert page.page.evaluate("document.activeElement.ariaLabel") == "left text"
    page.page.keyboard.insert_text(LEFT)
    for _ in range(5):
        press("Tab")
    assert page.page.evaluate("document.activeElement.ariaLabel") == "right text"
    page.page.keyboard.insert_text(RIGHT)
    assert page.verdict_after(lambda: press("Control+Enter")) == "same"
    # The keys of the report work at once.
    assert until(lambda: page.page.evaluate("document.activeElement.id") == "report")
    press("?")
    page.report.locator("#help[open]").wait_for()
    press("Escape")
    page.page.focus("input[name=level][value=safe]")
    assert page.verdict_after(lambda: press("ArrowLeft")).startswith("differs")
    assert page.page.evaluate("document.activeElement.value") == "layout"
    page.page.focus("#assumptions-menu summary")
    press("Enter")
    assert page.page.locator("#assumptions").is_visible()
    press("Tab")
    press("Escape")
    assert page.page.locator("#assumptions").is_hidden()
    assert page.page.evaluate("document.activeElement.parentElement.id") == "assumptions-menu"


@pytest.mark.parametrize("width", [1280, 700])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_has_contrast(opened, width, scheme):
    page = opened(viewport={"width": width, "height": 800}, color_scheme=scheme)
    fits = "document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight"
    assert page.page.evaluate(fits)
    page.page.click("#example")
    page.report.locator("#left .old").first.wait_for()
    assert page.page.evaluate(fits)
    page.page.click("#assumptions-menu summary")
    box = page.page.locator("#assumptions-menu .panel").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.page.evaluate(fits)
    assert page.page.evaluate(CONTRAST, "#beside, .bar button, .field, .panel small, .choices span") >= 4.5


# The least contrast (WCAG 2.2) of the text of some elements against the background behind it.
CONTRAST = """
(selector) => {
  const light = (color) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$|transparent/.test(color)) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const all = [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility() && !one.disabled);
  const found = all.map((one) => {
    const [a, b] = [light(getComputedStyle(one).color), light(behind(one))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  });
  return Math.min(...found);
}
"""


def test_each_control_has_a_name(opened):
    page = opened()
    page.page.click("#example")
    page.report.locator("#left .old").first.wait_for()
    page.page.click("#edit")
    nameless = page.page.evaluate(
        "[...document.querySelectorAll('button, select, input:not([hidden]), textarea, iframe')]"
        ".filter(one => !(one.ariaLabel || one.textContent.trim() || one.title || one.labels?.length))"
        ".map(one => one.outerHTML)"
    )
    assert nameless == []
    for name in (
        "Pick a file for the left side",
        "Pick a folder for the right side",
        "Compare",
        "Clear the left side",
    ):
        assert page.page.get_by_role("button", name=name, exact=True).is_visible()
    assert page.page.get_by_role("radio", name="safe").is_checked()


def test_summaries_change_nothing_but_what_stands_beside(opened):
    page = opened()
    page.paste(LEFT, CHANGED)
    page.compare()
    before = page.report.locator("main").inner_text()
    assert page.report.locator("text=outline").count() == 0
    page.verdict_after(lambda: page.page.select_option("#words", "outline"))
    assert page.report.locator("text=outline").count() > 0
    assert page.report.locator("main").inner_text() == before
