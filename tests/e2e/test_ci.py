"""The gate in CI, as far as it runs here: the real pre-commit, and the shell of the GitHub action and GitLab's job."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from git_repository import FIXED, OLD, RESTYLED

ROOT = Path(__file__).parent.parent.parent
GITHUB = ROOT / "integrations" / "github"
PRE_COMMIT = shutil.which("pre-commit", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


def read_yaml(path: Path) -> Any:
    return import_module("yaml").safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture
def command(tmp_path):
    """A folder with a `prediff` that is the one under test, for programs that look for it in PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "prediff"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m prediff "$@"\n')
    script.chmod(0o755)
    return folder


def environment(prediff, command, **more: str) -> dict[str, str]:
    kept = {
        k: v
        for k, v in prediff.environment().items()
        if not k.startswith(("GIT_", "PRE_COMMIT", "GITHUB_", "CI"))
    }
    path = os.pathsep.join([str(command), str(Path(sys.executable).parent), kept["PATH"]])
    return {**kept, "PATH": path, "GIT_CONFIG_GLOBAL": os.devnull, **more}


@pytest.fixture
def hooks(repo, command):
    """A repository in which pre-commit runs the hooks of the manifest, installed already; and a way to run it."""
    if PRE_COMMIT is None and not os.environ.get("CI"):
        pytest.skip("pre-commit is not installed")
    prediff, git = repo
    env = environment(prediff, command, PRE_COMMIT_HOME=str(prediff.folder / "home" / "cache"))

    def run(*arguments: str) -> tuple[int, str]:
        assert PRE_COMMIT
        done = subprocess.run(
            [PRE_COMMIT, *arguments],
            cwd=prediff.folder,
            env=env,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def configure(*ids: str) -> None:
        rows = [row for row in read_yaml(ROOT / ".pre-commit-hooks.yaml") if row["id"] in ids]
        # Only where the program comes from is another than in the manifest: no package can be installed here.
        local = [{**row, "language": "system"} for row in rows]
        prediff.write(".pre-commit-config.yaml", json.dumps({"repos": [{"repo": "local", "hooks": local}]}))

    return prediff, git, configure, run


def test_the_manifest_is_valid(prediff, command):
    if PRE_COMMIT is None and not os.environ.get("CI"):
        pytest.skip("pre-commit is not installed")
    assert PRE_COMMIT
    manifest = ROOT / ".pre-commit-hooks.yaml"
    subprocess.run(
        [PRE_COMMIT, "validate-manifest", str(manifest)], env=environment(prediff, command), check=True
    )
    for row in read_yaml(manifest):
        assert (row["language"], row["require_serial"], row["pass_filenames"]) == ("python", True, False)


def test_pre_commit_at_a_commit(hooks):
    prediff, git, configure, run = hooks
    configure("prediff-check")
    prediff.write("a.py", OLD)
    prediff.write("b.txt", "one\n")
    git.commit()
    prediff.write("a.py", FIXED)
    git("add", "-A")
    prediff.write("a.py", RESTYLED)
    code, out = run("run")
    assert (code, "Passed" in out) == (0, True)
    assert "differs  a.py · 1 of 1 unit" in out, "what is staged counts"
    assert "0 of 1 file are the same in logic, 1 to read · safe" in out
    assert (prediff.folder / "a.py").read_text() == RESTYLED
    configure("prediff-require-same")
    git("add", "-A")
    code, out = run("run")
    assert (code, "Failed" in out) == (1, True), "a configuration that is added differs"
    git("commit", "-q", "-m", "configured")
    prediff.write("a.py", OLD)
    git("add", "-A")
    assert run("run")[0] == 0
    (prediff.folder / "a.py").unlink()
    git("add", "-A")
    code, out = run("run")
    assert (code, "differs  a.py · deleted" in out) == (1, True)


def test_pre_commit_stops_a_commit(hooks):
    """Also one that names its files, for which git makes an index of its own."""
    prediff, git, configure, run = hooks
    configure("prediff-require-same")
    prediff.write("a.py", OLD)
    prediff.write("b.py", OLD)
    old = git.commit()
    assert run("install")[0] == 0
    prediff.write("a.py", RESTYLED)
    prediff.write("b.py", FIXED)
    git("add", "a.py")
    bin_folder = prediff.folder / "bin"
    path = os.pathsep.join([str(bin_folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    for arguments in (("b.py",), ("-a",), ("a.py", "b.py")):
        with pytest.raises(AssertionError, match=r"differs  b\.py"):
            git("commit", "-m", "two", *arguments, PATH=path, HOME=str(prediff.folder / "home"))
    assert git("rev-parse", "HEAD").decode().strip() == old
    git("commit", "-m", "one", PATH=path, HOME=str(prediff.folder / "home"))
    assert git("diff", "--name-only", "HEAD~1").decode().split() == ["a.py", "b.py"]


def test_pre_commit_on_a_range(hooks):
    prediff, git, configure, run = hooks
    configure("prediff-check", "prediff-require-same")
    prediff.write("a.py", OLD)
    git.commit()
    prediff.write("a.py", RESTYLED)
    git.commit()
    prediff.write("a.py", FIXED)
    git("add", "-A")
    refs = ("--from-ref", "HEAD~1", "--to-ref", "HEAD")
    code, out = run("run", *refs)
    assert (code, out.count("Passed")) == (0, 2)
    assert "same     a.py · safe" in out
    git("commit", "-q", "-m", "fix")
    code, out = run("run", *refs, "--hook-stage", "pre-push")
    assert (code, out.count("Passed"), out.count("Failed")) == (1, 1, 1)


def steps() -> list[dict[str, Any]]:
    return read_yaml(GITHUB / "action.yml")["runs"]["steps"]


def test_the_action_passes_inputs_by_environment_only():
    for step in steps():
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"
    given = {value for step in steps() for value in step["env"].values()}
    for name in read_yaml(GITHUB / "action.yml")["inputs"]:
        assert "${{ inputs.%s }}" % name in given or name == "install"  # noqa: UP031
    for page in (GITHUB / "README.md").read_text(encoding="utf-8").split("```")[1::2]:
        assert "pull_request_target" not in page


@pytest.fixture
def action(repo, command):
    """The step of the action that checks, run by bash as GitHub does: exit code, log, summary and output."""
    prediff, git = repo
    files = prediff.folder / "home" / "github"
    files.mkdir(parents=True)

    def run(**inputs: str) -> tuple[int, str, str, str]:
        step = steps()[-1]
        known = dict.fromkeys(step["env"], "")
        own = {
            "ACTION_FOLDER": str(GITHUB),
            "FOLDER": str(files),
            "EVENT": "pull_request",
            "REQUIRE_SAME": "false",
        }
        for name in ("summary", "output"):
            (files / name).write_text("")
        github = {"GITHUB_STEP_SUMMARY": str(files / "summary"), "GITHUB_OUTPUT": str(files / "output")}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=prediff.folder, env=environment(prediff, command, **{**known, **own, **github, **inputs}),
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        written = [(files / name).read_text(encoding="utf-8") for name in ("summary", "output")]
        return done.returncode, done.stdout + done.stderr, written[0], written[1]

    return prediff, git, run


def test_the_action(action):
    prediff, git, run = action
    prediff.write("a.py", OLD)
    prediff.write("b.py", OLD)
    old = git.commit()
    prediff.write("a.py", RESTYLED)
    prediff.write("notes.txt", "new\n")
    middle = git.commit()
    prediff.write("b.py", FIXED)
    new = git.commit()
    code, log, summary, output = run(PULL_BASE=old, PULL_HEAD=new)
    assert (code, output) == (0, "same=false\n")
    assert summary.startswith("### prediff: 1 of 3 files is the same in logic&#44; 2 to read\n")
    lines = log.splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    assert re.fullmatch("prediff-[0-9a-f]{32}", token)
    end = lines.index(f"::{token}::")
    assert "differs  b.py · 1 of 1 unit" in lines[:end]
    assert [line.split("::")[1] for line in lines[end + 1 :]] == [
        "notice file=b.py,line=2,endLine=2,title=prediff"
    ]
    assert run(PULL_BASE=old, PULL_HEAD=new, REQUIRE_SAME="true")[0] == 1
    assert run(PULL_BASE=old, PULL_HEAD=new, REQUIRE_SAME="true", PATHS="a.*\nc.py\n")[::3] == (
        0,
        "same=true\n",
    )
    code, log, _, output = run(
        EVENT="push", PUSH_BEFORE=old, PUSH_AFTER=middle, ARGUMENTS="--level  layout --allow-renames"
    )
    assert (code, output, "0 of 2 files are the same" in log) == (0, "same=false\n", True)
    new_branch = run(EVENT="push", PUSH_BEFORE="0" * 40, PUSH_AFTER=new, ANNOTATIONS="false")
    assert "0 of 1 file" in new_branch[1]
    assert "::notice" not in new_branch[1]
    assert run(RANGE=f"{old}..{middle}", PATHS="a.py")[::3] == (0, "same=true\n")


def test_the_action_in_trouble(action, tmp_path):
    prediff, git, run = action
    prediff.write("a.py", OLD)
    git.commit()
    evil = f"HEAD..HEAD; touch {tmp_path}/ran; $(touch {tmp_path}/ran)`touch {tmp_path}/ran`"
    for inputs in ({"RANGE": evil}, {"RANGE": "HEAD..HEAD", "ARGUMENTS": evil}, {"RANGE": "--help"}):
        code, _, summary, _ = run(**inputs)
        assert (code, summary) == (2, "")
        assert not (tmp_path / "ran").exists()
    code, log, _, _ = run(RANGE="nosuch..HEAD")
    assert (code, "::error title=prediff::" in log) == (2, True)
    assert run(EVENT="pull_request_target", RANGE="HEAD..HEAD")[0] == 2


def test_the_action_installs_what_it_came_with(prediff, command, tmp_path):
    """The step up to pip, which needs the network: that it is called with the action's own folder, from elsewhere."""
    fake = tmp_path / "python"
    fake.mkdir()
    script = fake / "python3"
    script.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        '  *venv*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;\n'
        f'  *) pwd > {tmp_path}/called; for one in "$@"; do echo "$one" >> {tmp_path}/called; done ;;\n'
        "esac\n"
    )
    script.chmod(0o755)
    env = environment(
        prediff, fake, ACTION_FOLDER=str(GITHUB), FOLDER=str(tmp_path), GITHUB_PATH=str(tmp_path / "paths")
    )
    subprocess.run(["bash", "-c", steps()[0]["run"]], cwd=prediff.folder, env=env, check=True)
    called = (tmp_path / "called").read_text().splitlines()
    assert called[:5] == [str(tmp_path), "-I", "-m", "pip", "install"]
    assert Path(called[-1]).resolve() == ROOT
    assert (tmp_path / "paths").read_text() == f"{tmp_path}/prediff-venv/bin\n"


def test_the_job_of_gitlab(repo, command):
    """Its script, with the command where its first steps would have installed it."""
    prediff, git = repo
    job = read_yaml(ROOT / "integrations" / "gitlab" / "prediff.gitlab-ci.yml")["prediff"]
    prediff.write("a.py", OLD)
    prediff.write("b c.py", OLD)
    old = git.commit()
    prediff.write("a.py", RESTYLED)
    middle = git.commit()
    prediff.write("b c.py", FIXED)
    new = git.commit()
    script = "set -eo pipefail\n" + "\n".join(job["script"]).replace(
        "/tmp/prediff-venv/bin/prediff", "prediff"
    )
    report = prediff.folder / job["artifacts"]["reports"]["codequality"]
    found = []
    for base, head, more in (
        (old, new, ""),
        (old, middle, ""),
        (old, middle, "--require-same --level layout"),
    ):
        env = environment(
            prediff, command, CI_MERGE_REQUEST_DIFF_BASE_SHA=base, CI_COMMIT_SHA=head, PREDIFF_ARGUMENTS=more
        )
        done = subprocess.run(
            ["bash", "-c", script], cwd=prediff.folder, env=env, capture_output=True, check=False
        )
        found.append((done.returncode, [row["location"]["path"] for row in json.loads(report.read_text())]))
    assert found == [(1, ["b c.py"]), (0, []), (1, ["a.py"])]
    assert job["allow_failure"]["exit_codes"] == [1]
    assert "PREDIFF_PACKAGE:?" in "".join(job["before_script"])
