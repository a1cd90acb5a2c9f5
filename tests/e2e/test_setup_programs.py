"""`prediff setup` with the real hg, svn and pre-commit, and the files for CI services."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from setup_box import REAL, Box, need

import prediff as package
from prediff.setup.github import WORKFLOW
from prediff.setup.gitlab import JOB


def test_hg_calls_prediff(box: Box) -> None:
    need("hg")
    content = b"[ui]\r\nusername = n\r\n[extdiff]\r\ncmd.mine = true"
    (box.home / ".hgrc").write_bytes(content)
    old = box.snapshot()
    box.setup("hg")
    box.run("hg", "init", ".")
    top = box.folder / "work"
    for value in (1, 2):
        for name in ("a.py", "b c.py"):
            (top / name).write_text(f"x = {value}\n")
        if value == 1:
            box.run("hg", "commit", "-A", "-q", "-m", "one")
    box.run("hg", "prediff", code=None)
    (call,) = box.calls()
    assert call[:2] == ["difftool", "--"]
    assert len(call) == 4
    box.run("hg", "prediff", "--per-file", code=None)
    assert sorted(os.path.basename(call[2]) for call in box.calls()) == ["a.py", "b c.py"]
    assert "ok    hg " in box.prediff("doctor", code=0)
    box.setup("hg", "--undo")
    assert box.snapshot() == old


def test_hg_keeps_an_extension_that_is_on(box: Box) -> None:
    need("hg")
    for line, ours in (("hgext.extdiff=", False), ("extdiff = !", True)):
        (box.home / ".hgrc").write_text(f"[extensions]\n{line}\n")
        box.setup("hg")
        assert ("[extensions]\nextdiff =" in (box.home / ".hgrc").read_text().partition(">>>")[2]) == ours
        assert "nothing to change" in box.setup("hg")
        assert "hg prediff" in box.run("hg", "help", "prediff")
        box.setup("hg", "--undo")


def test_svn_shows_logic(box: Box) -> None:
    need("svn")
    box.script("prediff", REAL)
    box.run("svnadmin", "create", "store")
    box.run("svn", "checkout", "-q", f"file://{box.folder}/work/store", "copy")
    top = box.folder / "work" / "copy"
    texts = {"a b.py": "x = 1\n", "same.py": "x = 'a'\n", "t.txt": "one\n"}
    for name, text in texts.items():
        (top / name).write_text(text)
    box.run("svn", "add", "-q", *texts, at="work/copy")
    box.run("svn", "commit", "-q", "-m", "one", at="work/copy")
    (top / "a b.py").write_text("x = 2\n")
    (top / "same.py").write_text('x = "a"  # b\n')
    (top / "t.txt").write_text("two\n")
    old = box.snapshot()
    box.setup("svn")
    script = box.home / ".local" / "share" / "prediff" / "prediff-svn-diff"
    said = box.run("svn", "diff", "--diff-cmd", str(script), at="work/copy")
    assert "-x = 1\n+x = 2\n" in said
    assert "same · safe" in said
    assert '"a"' not in said
    assert "--- t.txt\t(revision 1)" in said
    assert "-one\n+two\n" in said
    of_one = box.run("svn", "diff", "--diff-cmd", "prediff", "-x", "svn-diff", "same.py", at="work/copy")
    assert of_one in said
    box.setup("svn", "--external")
    assert of_one == box.run("svn", "diff", "same.py", at="work/copy")
    assert "ok    svn " in box.prediff("doctor", code=0)
    script.unlink()
    assert "is gone" in box.prediff("doctor", code=1)
    box.setup("svn", "--external")
    box.setup("svn", "--undo")
    assert box.snapshot() == old
    assert not script.exists()


PRE_COMMIT = {
    "none": None,
    "usual": """\
# mine
repos:
  - repo: local
    hooks:
      - id: a
        name: a
        entry: 'true'
        language: system
""",
    "flat": "repos:\n- repo: meta\n  hooks:\n  - id: identity\n\n# later\nfail_fast: false",
}


@pytest.mark.parametrize("kind", PRE_COMMIT)
def test_pre_commit_calls_prediff(box: Box, kind: str) -> None:
    program = Path(sys.executable).parent / "pre-commit"
    assert program.exists()
    top = box.repository()
    config, content = top / ".pre-commit-config.yaml", PRE_COMMIT[kind]
    if content is not None:
        config.write_text(content)
    box.setup("pre-commit")
    box.run(str(program), "validate-config", config.name)
    box.git("add", config.name)
    said = box.run(str(program), "run", "prediff-check", "--all-files")
    assert "Passed" in said
    assert box.calls() == [["check", "--pre-commit", "--no-pager"]]
    assert "nothing to change" in box.setup("pre-commit")
    box.setup("pre-commit", "--undo")
    assert (config.read_text() if config.exists() else None) == content


def test_a_list_of_hooks_in_another_form_is_left_to_the_user(box: Box) -> None:
    top = box.repository(**{".pre-commit-config.yaml": "repos: []\n"})
    said = box.setup("pre-commit")
    assert "  - repo: local\n" in said
    assert "by hand" in said
    assert (top / ".pre-commit-config.yaml").read_text() == "repos: []\n"


@pytest.mark.parametrize(
    ("name", "file", "text"),
    [("github", ".github/workflows/prediff.yml", WORKFLOW), ("gitlab", ".gitlab-ci.yml", JOB)],
)
def test_files_for_ci_are_written_where_none_are(box: Box, name: str, file: str, text: str) -> None:
    top = box.repository()
    box.setup(name)
    assert (top / file).read_text() == text
    box.setup(name, "--undo")
    assert sorted(os.listdir(top)) == [".git", "a.py"]
    (top / file).parent.mkdir(parents=True, exist_ok=True)
    (top / file).write_text("mine\n")
    said = box.setup(name)
    assert text in said
    assert "is there already" in said
    box.setup(name, "--undo")
    assert (top / file).read_text() == "mine\n"


def test_the_workflow_gives_its_script_no_text_of_strangers(box: Box) -> None:
    job = pytest.importorskip("yaml").safe_load(WORKFLOW)["jobs"]["prediff"]
    install, check = (step["run"] for step in job["steps"] if "run" in step)
    assert "run" not in job["steps"][2], "nothing runs between the checkout and the check"
    assert install == f"python -I -m pip install 'prediff=={package.__version__}'"
    assert "${{" not in check
    assert "pull_request_target" not in WORKFLOW
    summary = box.folder / "summary"
    box.run("bash", "-e", "-c", check, BASE="a", HEAD="$(touch evil) b", GITHUB_STEP_SUMMARY=str(summary))
    assert box.calls() == [["check", "a...$(touch evil) b", "--no-pager", "--markdown", "-"]]
    for code in (1, 2):
        box.script("prediff", f"#!/bin/sh\necho table\nexit {code}\n")
        box.run("bash", "-e", "-c", check, code=code - 1, GITHUB_STEP_SUMMARY=str(summary))
    assert summary.read_text() == "table\ntable\n"


def test_the_job_checks_the_range_of_the_merge_request(box: Box) -> None:
    job = pytest.importorskip("yaml").safe_load(JOB)["prediff"]
    commits = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "a", "CI_COMMIT_SHA": "b"}
    box.run("sh", "-e", "-c", "\n".join(job["script"]), **commits)
    assert box.calls() == [
        ["check", "a..b", "--no-pager", "--gitlab", job["artifacts"]["reports"]["codequality"]]
    ]
    assert job["before_script"][0].startswith("cd / && python -I -m pip ")
