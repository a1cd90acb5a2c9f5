"""The Dockerfile, as far as it can be checked without an engine: its parts exist, and its steps do what they say.

It was never built here. `test_its_steps_install_a_command` runs its Python steps in a bare environment.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest

from prediff.cli.group import prediff as group
from prediff.cli.web import PORT

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "Dockerfile").read_text(encoding="ascii")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def instructions() -> list[tuple[str, str]]:
    """The instructions with their arguments, lines joined and comments left out."""
    lines = [line for line in TEXT.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in joined.splitlines()]


def stages() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """For each stage what it is made from, and its instructions."""
    found: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    name = ""
    for word, rest in instructions():
        if word == "FROM":
            base, _, name = re.fullmatch(r"(\S+)( AS (\w+))", rest).groups()
            found[name] = base, []
        elif name:
            found[name][1].append((word, rest))
    return found


def of(stage: str, word: str) -> list[str]:
    """The arguments of some instructions of a stage and those that it is made from."""
    base, own = stages()[stage]
    above = of(base, word) if base in stages() else []
    return above + [rest for one, rest in own if one == word]


def test_there_is_a_variant_for_each_machine_and_the_cpu_is_the_default():
    assert set(stages()) >= {"plain", "cpu", "cuda"}
    assert list(stages())[-1] == "cpu"
    assert "download.pytorch.org/whl/cpu" in of("cpu", "ARG")[0]
    assert not of("cuda", "ARG")


def test_bases_are_pinned_by_tag():
    given = dict(rest.split("=") for word, rest in instructions() if word == "ARG" and "=" in rest)
    for base, _ in stages().values():
        if base in stages():
            continue
        name = re.sub(r"\$\{(\w+)\}", lambda found: given[found[1]], base)
        assert re.fullmatch(r"python:3\.\d+-slim-\w+", name)
        assert tuple(map(int, re.search(r"(\d+)\.(\d+)", name).groups())) >= (3, 11)


@pytest.mark.parametrize("stage", ["plain", "cpu", "cuda"])
def test_it_runs_the_page_as_nobody_special(stage):
    (made,) = re.findall(r"useradd --uid (\d+)", TEXT)
    assert int(made) >= 1000
    assert of(stage, "USER") == [made]
    assert stages()[stage][1][-1] == ("USER", made)
    assert json.loads(of(stage, "ENTRYPOINT")[0]) == ["prediff"]
    command, *options = json.loads(of(stage, "CMD")[0])
    assert command == "web"
    found = group.get_command(click.Context(group), command)
    with found.make_context("web", list(options)) as context:
        assert context.params["host"] == "0.0.0.0"
        assert context.params["port"] == PORT
        assert context.params["opened"] is False
    assert of(stage, "EXPOSE") == [str(PORT)]
    assert str(PORT) in of(stage, "HEALTHCHECK")[0]


@pytest.mark.parametrize("stage", ["plain", "cpu", "cuda"])
def test_no_weights_are_inside(stage):
    assert "/models" in json.loads(of(stage, "VOLUME")[0])
    assert any("HF_HOME=/models" in rest for rest in of(stage, "ENV"))
    assert not [rest for rest in of(stage, "RUN") if "pull" in rest or "huggingface" in rest]
    assert not of(stage, "ADD")


def test_what_is_copied_exists_and_is_not_ignored():
    sources = [path for rest in of("wheel", "COPY") for path in rest.split()[:-1]]
    ignored = (ROOT / ".dockerignore").read_text(encoding="ascii").split()
    assert ignored[0] == "*"
    for path in sources:
        assert (ROOT / path).exists()
        assert f"!{path}" in ignored
    assert {PROJECT["readme"], PROJECT["license"]["file"], "pyproject.toml", "src"} <= set(sources)
    allowed = [name[1:] for name in ignored if name.startswith("!")]
    assert not [name for name in allowed if fnmatch(name, ".*")]


def test_the_extras_that_are_installed_exist():
    asked = set(re.findall(r"\.whl\)\[(\w+)\]", TEXT))
    assert asked <= set(PROJECT["optional-dependencies"])
    (needed,) = set(re.findall(r'"(torch>=[\d.]+)"', TEXT))
    assert needed in PROJECT["optional-dependencies"]["model"]


def test_the_health_check_says_whether_somebody_listens():
    check = json.loads(of("cpu", "HEALTHCHECK")[0].partition("CMD ")[2])
    assert check[0] == "python"
    code = check[2].replace(str(PORT), "1")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode != 0


@pytest.mark.skipif(not os.environ.get("CI"), reason="installs packages; runs with CI set")
def test_its_steps_install_a_command(tmp_path):
    """The wheel stage and the install of `plain`, in an environment of their own."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    path = {**os.environ, "PATH": f"{tmp_path / 'venv' / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": ""}
    (build,) = of("wheel", "RUN")
    install = stages()["plain"][1][0][1].partition("/wheels ")[2]
    for step in (build, install):
        here = step.replace("/wheels", str(tmp_path / "wheels"))
        subprocess.run(["sh", "-euc", here], cwd=ROOT, env=path, check=True, capture_output=True)
    asked = ["prediff", "web", "--help"]
    done = subprocess.run(asked, env=path, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "--no-open" in done.stdout
    # What the page is made of comes with the wheel.
    script = """if True:
        from prediff.model import Settings
        from prediff.models.settings import ModelSettings
        from prediff.web.page import page
        print(page(Settings(), None, ModelSettings()).html)
    """
    asked = ["python", "-P", "-c", script]
    done = subprocess.run(asked, env=path, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "</html>" in done.stdout
