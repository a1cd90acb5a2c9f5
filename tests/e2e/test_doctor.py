"""`prediff doctor` in a home of its own: all well, what is broken, and a repository that means harm."""

from __future__ import annotations

import json
import os
import re
import shutil

from setup_box import REAL, Box


def rows(box: Box, code: int = 0, at: str = "work") -> dict[str, dict[str, str]]:
    content = json.loads(box.prediff("doctor", "--json", code=code, at=at))
    assert (content["schema"], content["version"], content["failed"]) == ("prediff-doctor", 1, code == 1)
    return {row["name"]: row for row in content["rows"]}


def test_the_doctor_finds_all_well(box: Box) -> None:
    box.script("prediff", REAL)
    box.repository()
    box.script("meld", "#!/bin/sh\n")
    for key, value in {"diff.tool": "meld", "user.name": "n", "user.email": "e"}.items():
        box.git("config", "--global", key, value)
    found = rows(box)
    assert found["git difftool"]["text"] == "not set up"
    assert found["compare python"]["status"] == found["compare javascript"]["status"] == "ok"
    box.setup("git", "--textconv", "--external")
    found = rows(box)
    assert {row["status"] for row in found.values()} == {"ok"}
    assert found["git difftool"]["text"] == "calls prediff (global, ~/.gitconfig)"
    assert found["git viewer"]["text"] == "meld (global, ~/.gitconfig)"
    assert found["git difftool command"]["text"].endswith("bin/prediff runs")
    assert found["git *.py"]["text"] == "shown through prediff-python"
    assert found["git prediff-python.command"]["status"] == "ok"
    assert found["setup git"]["text"].endswith("is as setup left it")
    assert "0 failed, 0 warnings" in box.prediff("doctor")


def test_the_doctor_says_what_to_do(box: Box) -> None:
    box.script("prediff", REAL)
    top = box.repository()
    box.setup("git", "--textconv", "--viewer", "no such tool")
    config = box.home / ".gitconfig"
    config.write_text(re.sub(r"--rules \w+", "--rules 0", config.read_text()))
    (top / ".gitattributes").write_text("*.py diff=python\n")
    box.git("config", "diff.tool", "meld")
    found = rows(box, code=1)
    assert found["git prediff-python.textconv"]["status"] == "fail"
    assert found["git prediff-python.textconv"]["advice"] == "prediff setup git --textconv"
    assert (
        found["git *.py"]["status"]
        == found["git viewer"]["status"]
        == found["git difftool"]["status"]
        == "warn"
    )
    assert "diff.tool is meld (local, " in found["git difftool"]["text"]
    (box.folder / "bin" / "prediff").unlink()
    found = rows(box, code=1)
    assert found["prediff"]["status"] == "warn"
    for name in ("git difftool command", "git pdiff", "git prediff-python.textconv"):
        assert found[name]["status"] == "fail"
        assert "not found" in found[name]["text"]
    box.setup("git", "--textconv", "--viewer", "meld")
    assert rows(box)["git difftool command"]["text"].endswith("runs")
    (box.home / ".config" / "prediff").mkdir(parents=True)
    (box.home / ".config" / "prediff" / "config.toml").write_text("levle = 1\n")
    assert "unknown key 'levle'" in rows(box, code=1)["configuration"]["text"]
    config.write_text("[oops\n")
    assert "bad config" in rows(box, code=1)["git"]["text"]


def test_nothing_is_cached_for_one_who_has_no_name(box: Box) -> None:
    top = box.repository()
    (top / "a.py").write_text("x = 2\n")
    assert "user.name and user.email" in box.setup("git", "--textconv")
    assert "+x = 2" in box.git("-c", "user.useConfigOnly=true", "diff")
    box.git("config", "--global", "user.useConfigOnly", "true")
    box.git("config", "--global", "diff.prediff-python.cachetextconv", "true")
    assert rows(box, code=1)["git cachetextconv"]["advice"] == "set user.name and user.email"


def test_nothing_of_a_hostile_repository_runs(box: Box) -> None:
    top = box.repository()
    evil = top / "evil"
    evil.write_text("#!/bin/sh\ntouch RAN\nprintf 'prediff 0.1.0\\n'\n")
    evil.chmod(0o755)
    for key, value in {
        "core.fsmonitor": "./evil",
        "core.hooksPath": ".",
        "core.pager": "./evil",
        "diff.external": "./evil",
        "diff.tool": "prediff",
        "difftool.prediff.cmd": f"{evil} difftool",
        "alias.pdiff": f"!{evil}/prediff pdiff",
        "diff.prediff-python.textconv": f"{evil} --rules 1",
        "diff.prediff-python.command": str(evil),
        "mergetool.\x1b[31m.path": "x",
        "prediff.viewer": "\x1b[31mred",
        "credential.helper": "!./evil",
    }.items():
        box.git("config", key, value)
    for name in ("prediff", "git", "hg", "meld"):
        shutil.copy(evil, top / name)
    (top / ".gitattributes").write_text("*.py diff=prediff-python filter=x\n")
    said = box.prediff("doctor", code=1, PATH=f".{os.pathsep}{top}{os.pathsep}{box.env()['PATH']}")
    assert "it is not run" in said
    assert "\x1b" not in said
    box.prediff("setup")
    box.setup("git")
    box.setup("git", "--local")
    box.setup("git", "--local", "--undo")
    assert not (top / "RAN").exists()
