"""What installing gives: the command, the types, and no dependency that nothing uses."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import prediff

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def used(files: list[Path]) -> set[str]:
    """The top-level names of all modules that files import, wherever in the file; grammars are named by strings."""
    found: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
            elif isinstance(node, ast.Constant) and re.fullmatch(r"tree_sitter_\w+", str(node.value)):
                found.add(str(node.value))
    return found


def test_dependencies_are_those_that_are_used() -> None:
    declared = names(PROJECT["dependencies"])
    extras = {name: names(lines) for name, lines in PROJECT["optional-dependencies"].items()}
    own = set(sys.stdlib_module_names) | {"prediff"}
    package = ROOT / "src" / "prediff"
    models = sorted((package / "models").rglob("*.py"))
    rest = set(package.rglob("*.py")) - {package / "cluster.py", *models}
    assert used(sorted(rest)) - own == declared
    # dask brings distributed by an extra of its own; ray is the user's to install.
    assert used([package / "cluster.py"]) - own == extras["cluster"] | {"distributed", "ray"}
    assert used(models) - own - declared == (extras["http"] | extras["model"]) - {"prediff"}


def names(lines: list[str]) -> set[str]:
    """The modules of some requirements."""
    return {re.split(r"[\[<>=!~ ]", line)[0].replace("-", "_").lower() for line in lines}


def test_the_command_is_installed() -> None:
    command = Path(sysconfig.get_path("scripts"), "prediff")
    done = subprocess.run([command, "--version"], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"prediff {prediff.__version__}\n", "")


def test_the_package_is_typed() -> None:
    assert prediff.__file__
    assert (Path(prediff.__file__).parent / "py.typed").exists()
