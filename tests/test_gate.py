"""The gate without git: what a change does to a file, the processes that compare, and what reports make of it."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prediff.cli.check import _Revisions
from prediff.gate import MAX_FINDINGS, MAX_LINES, file_verdict, judge, pair_of
from prediff.git import Change
from prediff.model import Checked, CommitVerdict, FileVerdict, Finding, Logic, Settings
from prediff.reports.escaping import Style
from prediff.reports.gate.github import check_github
from prediff.reports.gate.gitlab import check_gitlab
from prediff.reports.gate.markdown import check_markdown
from prediff.reports.gate.revisions import revisions
from prediff.reports.gate.sarif import check_sarif
from prediff.reports.gate.text import render
from prediff.reports.gate.words import trailer
from prediff.workers import Failed, run_all

FILE, PROGRAM, LINK, MODULE = "100644", "100755", "120000", "160000"
NONE, ONE, TWO = "0" * 40, "1" * 40, "2" * 40


def change(status="M", old=FILE, new=FILE, ids=(ONE, TWO), paths=(b"a.py", b"a.py")) -> Change:
    return Change(status, old, new, *ids, *paths)


@pytest.mark.parametrize(
    ("row", "logic", "verdict", "reason"),
    [
        (change(), "same", "same", ""),
        (change(), "differs", "differs", ""),
        (change(), "unknown", "unknown", ""),
        (change(new=PROGRAM, ids=(ONE, ONE)), "identical", "differs", "mode 100644 → 100755, same in logic"),
        (change(new=PROGRAM), "unknown", "differs", "mode 100644 → 100755"),
        (change(old="100664"), "same", "differs", "mode 100664 → 100644, same in logic"),
        (change("R", paths=(b"b.py", b"a.py")), "same", "differs", "renamed from b.py, same in logic"),
        (change("R", paths=(b"b.py", b"a.py")), "unknown", "unknown", "renamed from b.py"),
        (change("A", "000000", ids=(NONE, TWO)), None, "differs", "added"),
        (change("D", new="000000", ids=(ONE, NONE)), None, "differs", "deleted"),
        (change("A", "000000", MODULE, ids=(NONE, TWO)), None, "differs", "added, a submodule"),
        (change("T", new=LINK), None, "differs", "a file became a symbolic link"),
        (change("T", MODULE, LINK), None, "differs", "a submodule became a symbolic link"),
        (change("M", LINK, LINK), None, "differs", "a symbolic link"),
        (
            change("R", LINK, LINK, (ONE, ONE), (b"b", b"a.py")),
            None,
            "differs",
            "renamed from b, a symbolic link",
        ),
    ],
)
def test_what_a_change_does(row, logic, verdict, reason):
    pair = pair_of(row)
    assert (pair is None) == (logic is None)
    found = file_verdict(row, {pair: Logic(logic)} if pair and logic else {}, allow_renames=False)
    assert (found.verdict, found.reason) == (verdict, reason)
    loose = file_verdict(row, {pair: Logic(logic)} if pair and logic else {}, allow_renames=True)
    assert loose.same == (found.same or (row.old_path != row.new_path and logic == "same"))


def test_judging_keeps_what_a_reader_needs():
    side = (None, None)
    new = b"".join(b"def f%d(a):\n    return a + %d\n\n\n" % (n, n) for n in range(300))
    old = new.replace(b" + ", b" - ").replace(b"f7(", b"f_old(")
    found = judge((old, "a.py", *side), (new, "a.py", *side), Settings())
    assert (found.verdict, found.units, found.differing) == ("differs", 301, 301)
    assert 0 < len(found.findings) <= MAX_FINDINGS
    assert max(len(one.removed) for one in found.findings) <= MAX_LINES
    for text, reason in ((b"\0", "it is binary"), (b"#!/bin/sh\n", "no language is known for it")):
        assert judge((b"x", "a", *side), (text, "a", *side), Settings()).reason == reason
    moved = judge((b"x = 1\n", "a.py", *side), (b"x = 1;\n", "a.js", *side), Settings())
    assert moved.verdict == "unknown"
    assert judge((b"x", "a.py", *side), (b"\xff", "a.py", *side), Settings()).reason.startswith(
        "a.py is not valid"
    )


def work(what: str) -> str:
    if what == "hang":
        time.sleep(60)
    if what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "error":
        raise ValueError("no")
    return what.upper()


def never_ready() -> None:
    raise SystemExit(1)


def test_work_that_hangs_or_crashes_costs_its_own_result():
    items = ["a", "hang", "b", "crash", "c", "error", "d"]
    found = dict(run_all(work, ((what, (what,)) for what in items), 2, 3.0))
    assert [found[what] for what in "abcd"] == list("ABCD")
    reasons = [found[what].reason for what in ("hang", "crash", "error")]
    assert reasons == [
        "over the time limit of 3 seconds",
        "comparing it crashed the process (SIGSEGV)",
        "internal error: ValueError: no",
    ]
    assert all(isinstance(found[what], Failed) for what in ("hang", "crash", "error"))


def test_work_is_taken_when_there_is_someone_to_do_it():
    taken = []

    def items():
        for what in "abcdef":
            taken.append(what)
            yield what, (what,)

    running = run_all(work, items(), 1, 60.0)
    next(running)
    assert len(taken) <= 3
    running.close()
    assert list(run_all(work, [], 4, 60.0)) == []


def test_processes_that_do_not_start_are_no_result():
    from prediff.errors import ToolError

    with pytest.raises(ToolError, match="ends before it is ready"):
        list(run_all(work, [("a", ("a",))], 1, 60.0, never_ready))


def test_paths_stand_after_two_dashes():
    import click

    seen = {}

    @click.command(cls=_Revisions)
    @click.argument("revisions", nargs=-1)
    @click.pass_context
    def command(ctx, revisions):
        seen.update(revisions=revisions, paths=ctx.meta["prediff.paths"])

    for given_, expected in (
        (["A", "B", "--", "p", "--", "--x"], (("A", "B"), ["p", "--", "--x"])),
        (["--", "p"], ((), ["p"])),
        (["A"], (("A",), [])),
    ):
        command.main(given_, standalone_mode=False)
        assert (seen["revisions"], seen["paths"]) == expected


def checked(*files: FileVerdict, **more) -> Checked:
    return Checked("A", "B", Settings(), files, **more)


NASTY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30) | st.sampled_from(
    [
        "::error::x",
        "a\n::warning::b",
        "##[error]",
        "<script>",
        "| x |",
        "```",
        "@all",
        "https://a.b",
        "\x1b[2J",
        "\u202e",
    ]
)


@given(NASTY, NASTY, NASTY)
def test_nothing_shown_is_read_as_something_else(path, unit, line):
    finding = Finding(
        "logic-differs", f"The logic of {unit} differs.", unit, (1, 2), (1, 1), (line,), (line,), "0"
    )
    logic = Logic("differs", f"because {line}", "python", (), 2, 1, (finding,), 0, (line,))
    found = checked(FileVerdict(path, path, "M", "differs", f"renamed from {path}", logic))
    text = render(found, Style())
    assert text.replace("\n", "").replace("\t", "").isprintable()
    assert len(text.splitlines()) == 5
    assert all(line.startswith(("differs ", " " * 9, "0 of 1 file")) for line in text.splitlines())
    command, rest = check_github(found).split("\n")
    assert rest == ""
    assert command.startswith("::notice file=")
    assert command.count("::", 2) >= 1
    assert "##[" not in command
    head = command[2:].partition("::")[0]
    assert head.count(",") == 3
    page = check_markdown(found)
    assert set(page) & set("`@[*~\\") == set()
    assert set(page.replace("<code>", "").replace("</code>", "").splitlines()[4]) & set("<>") == set()
    assert [row.count("|") for row in page.splitlines() if row.startswith("|")] == [4, 4, 4]
    assert all(ord(c) < 128 for report in (check_gitlab(found), check_sarif(found, "1")) for c in report)


def test_a_long_report_is_cut():
    finding = Finding("logic-differs", "x", "", (0, 0), removed=("y" * 300,) * 20, digest="0")
    logic = Logic("differs", units=1, differing=1, findings=(finding,) * 100, more=7)
    files = [FileVerdict(f"{n}.py", f"{n}.py", "M", "differs", "", logic) for n in range(1000)]
    page = check_markdown(checked(*files))
    assert "… and 800 more" in unescape(page)
    assert len(page) < 600_000
    assert check_github(checked(*files)) == ""  # nothing of the right side
    right = replace(logic, findings=(replace(finding, right=(1, 1)),) * 100)
    notices = check_github(checked(*[replace(file, logic=right) for file in files]))
    assert notices.count("\n") == 10
    assert "… and 104 more places" in render(checked(files[0]), Style())


def test_a_commit_is_the_same_only_if_it_changes_files():
    same = FileVerdict("a.py", "a.py", "M", "same", "", Logic("same", assumptions=("docs-unread",)))
    commits = [
        CommitVerdict(str(n) * 40, f"subject {n}", files)
        for n, files in enumerate([(), (same,), (same, same)])
    ]
    found = checked(commits=tuple(commits))
    text = revisions(found, "9")
    assert text == (
        f"# subject 1 · safe · under docs-unread · 1 file · prediff 9\n{'1' * 40}\n"
        f"# subject 2 · safe · under docs-unread · 2 files · prediff 9\n{'2' * 40}\n"
    )
    assert revisions(found, "9", text.encode()) == ""
    assert revisions(found, "9", f"# {'1' * 40}\n{'2' * 40}".encode()).splitlines()[-1] == "1" * 40
    assert trailer(checked(same)) == "Prediff: same in logic (safe; docs-unread), 1 of 1 file\n"
