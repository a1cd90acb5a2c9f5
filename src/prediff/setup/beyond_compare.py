"""Beyond Compare: a package of file formats for its user to import. Its own settings are never edited."""

from __future__ import annotations

import os

from prediff.languages import LANGUAGES
from prediff.setup.bcpkg import command_line, formats, masks, package
from prediff.setup.changes import shown_path
from prediff.setup.command import absolute_words
from prediff.setup.target import Choices, FileEdit, Place, Plan, Target


def package_file() -> str:
    """Where the package is written: a folder of prediff's own."""
    from platformdirs import user_data_dir

    return os.path.join(user_data_dir("prediff", appauthor=False), "beyond-compare", "prediff.bcpkg")


def plan(choices: Choices) -> Plan:
    words = absolute_words()
    content = package(words)
    path = package_file()
    every = ";".join(map(masks, LANGUAGES))
    notes = (
        "untried: from the documentation of Beyond Compare, and from packages that others have published",
        f"in Beyond Compare: Tools > Import Settings, choose {shown_path(path)}, tick File Formats, Finish",
        "then Tools > File Formats: drag the formats of prediff above others with the same masks; the first mask wins",
        "on the tab Conversion: External program (Unicode filenames), and Disable editing ticked",
        f"for Folder Compare: New > External Format, mask {every}, and as its quick compare:",
        f"  {command_line([*words, 'bc-compare'])} %1 %2",
        "docs/beyond-compare.md says the rest; --undo removes the package, not what you imported",
    )
    return Plan((FileEdit(path, "whole", lambda data: content),), notes, formats(words))


def places(scope: str) -> tuple[Place, ...]:
    return ((package_file(), "whole", None),)


TARGET = Target(
    name="beyond-compare",
    summary="file formats to import, as a package",
    scopes=("global",),
    plan=plan,
    places=places,
)
