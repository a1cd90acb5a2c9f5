"""The pages tell the truth: what is generated is up to date, links lead somewhere, named options exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from prediff.cli.group import prediff as group
from prediff.config import LEVELS
from prediff.rules import RULES
from prediff.rules.assumptions import ASSUMPTIONS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("[a-z]*/*.md")])
GENERATED = {"rules.md", "samples.md"}
HANDWRITTEN = [p for p in PAGES if p.name not in GENERATED]


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands() -> dict[str, click.Command]:
    context = click.Context(group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: command for name, command in found.items() if command}


def parameters(command: click.Command) -> list[click.Parameter]:
    """Those of a command, and of the commands below it."""
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return [*command.params, *(p for one in below for p in parameters(one))]


def test_generated_pages_are_up_to_date() -> None:
    script = ROOT / "scripts" / "generate_docs.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0), "run scripts/generate_docs.py"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", re.sub(r"(?<!\[)`[^`\n]*`(?!\])", "", text)):
        if target.startswith(("https://", "http://")):
            continue
        file, _, anchor = target.partition("#")
        found = Path(os.path.normpath(page.parent / file)) if file else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


@pytest.mark.parametrize("page", HANDWRITTEN, ids=name)
def test_options_and_commands_exist(page: Path) -> None:
    known = commands()
    options = {o for c in known.values() for p in parameters(c) for o in (*p.opts, *p.secondary_opts)}
    for line in re.findall(r"\bprediff [a-z][^`\n]*", page.read_text(encoding="utf-8")):
        words = line.partition("#")[0].split()
        if words[1] in known:
            own = {o for p in parameters(known[words[1]]) for o in (*p.opts, *p.secondary_opts)}
            used = {w.partition("=")[0] for w in words[2:] if w.startswith("--") and w != "--"}
            assert used <= own, line
    named = set(re.findall(r"`(--[a-z-]+)[ =`]", page.read_text(encoding="utf-8")))
    assert named <= options | (
        options_of_scripts() if page.name != "README.md" or "benchmarks" in page.parts else set()
    )


def options_of_scripts() -> set[str]:
    """The options of the programs for those who work on prediff."""
    scripts = [*ROOT.glob("benchmarks/*.py"), *ROOT.glob("scripts/*.py")]
    texts = [script.read_text(encoding="utf-8") for script in scripts]
    return {"--check", *[o for text in texts for o in re.findall(r'add_argument\(\s*"(--[a-z-]+)"', text)]}


def test_the_readme_names_each_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^prediff ([\w-]+)", text, re.MULTILINE)) == set(commands())


def test_the_readme_names_each_level() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| `(\w+)`[^|]*\|", text, re.MULTILINE)) == LEVELS


def test_the_table_holds_each_assumption() -> None:
    text = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE) == list(ASSUMPTIONS)


def test_the_map_of_the_source_is_complete() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    source = ROOT / "src" / "prediff"
    for path in source.iterdir():
        if path.name.startswith("__") or path.name == "py.typed":
            continue
        if path.is_file() or any(path.glob("**/*.py")):
            assert path.name + ("/" if path.is_dir() else "") in text, path.name


def test_changelog_fragments_say_what_kind_they_are() -> None:
    for path in (ROOT / "changelog").iterdir():
        if path.name != "README.md":
            assert re.fullmatch(r"[a-z0-9-]+\.(added|changed|fixed|removed)\.md", path.name)
            assert path.read_text(encoding="utf-8").strip()


def test_the_trust_page_has_a_row_for_each_rule_and_nothing_hidden() -> None:
    import trust_page

    text = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
    assert all(f"| [`{rule.id}`](rules.md#{rule.id}) |" in text for rule in RULES)
    found = trust_page.records()
    assert {name for name in found if name.startswith(("mutants_", "planted"))}
    for name, record in found.items():
        for key in ("hidden", "misplaced", "failures", "crashes", "wrong"):
            assert not record.get(key), f"{name}: {key}"
        for suite in record.get("suites", []):
            assert all(not level["unexplained"] for level in suite["levels"].values()), suite["name"]
