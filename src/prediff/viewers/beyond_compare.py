"""Beyond Compare 4 and 5. From its documentation; the program itself was not tried.

`bcomp` waits until the comparison is closed; `bcompare` hands it to an instance that runs already, and returns.
"""

from __future__ import annotations

from collections.abc import Iterator

from prediff.viewers.viewer import Opened, Program, anywhere, at, in_program_files, in_registry, on_path

_KEYS = tuple(rf"SOFTWARE\Scooter Software\Beyond Compare{version}" for version in (" 5", " 4", ""))
_BUNDLE = "/Applications/Beyond Compare.app/Contents/MacOS/bcomp"

TEXT_COMPARE = "-fv=Text Compare"
"""Names the view for a source file: settings that have prediff show such files would make it call us again."""


def _arguments(opened: Opened) -> Iterator[str]:
    yield from (opened.left, opened.right)
    for number, title in enumerate(opened.titles, 1):
        yield f"-title{number}={title}"
    if opened.read_only:
        yield "-ro"
    if opened.folders:
        yield "-expandall"
        return
    from prediff.languages import find_language  # slow for those who only look which viewers there are

    if find_language(opened.title) is not None:
        yield TEXT_COMPARE
    if opened.title:
        yield from (f"-vcs1={opened.title}", f"-vcs2={opened.title}")


VIEWER = Program(
    name="bcomp",
    label="Beyond Compare",
    arguments=lambda opened: tuple(_arguments(opened)),
    find=anywhere(
        in_registry(_KEYS, "ExePath", "BComp.exe"),
        on_path("bcomp"),
        at(_BUNDLE, f"~{_BUNDLE}"),
        *(in_program_files(f"Beyond Compare {version}", "BComp.exe") for version in (5, 4)),
        on_path("bcompare"),
    ),
    git_name="bc",
    aliases=("bc", "bc3", "bc4", "bc5", "beyond-compare", "bcompare"),
    folders=True,
    titles=True,
    read_only=True,
    waits=True,
    troubles={
        100: "it met an error",
        103: "a part of it is not found",
        104: "its trial period is over",
        105: "it met an error in a script",
        106: "it met an error in a script",
        107: "it met an error in a script",
    },
)
