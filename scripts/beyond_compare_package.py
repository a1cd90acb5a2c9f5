"""Writes integrations/beyond-compare/: the package of file formats for Beyond Compare, and what is in it.

The same bytes on every machine. `--check` names what is stale, and writes nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from prediff.setup.bcpkg import NAME, formats, package

FOLDER = Path(__file__).parent.parent / "integrations" / "beyond-compare"
WORDS = ("prediff",)
"""For one who has it in a folder of PATH; `prediff setup beyond-compare` writes the full path."""


def files() -> dict[Path, bytes]:
    """Each file with its bytes."""
    return {FOLDER / NAME: formats(WORDS).encode(), FOLDER / "prediff.bcpkg": package(WORDS)}


def main(arguments: Sequence[str]) -> int:
    """Write what is stale, or with `--check` name it."""
    stale = [path for path, data in files().items() if not path.exists() or path.read_bytes() != data]
    for path in stale:
        if "--check" not in arguments:
            path.write_bytes(files()[path])
        print(f"{'stale' if '--check' in arguments else 'wrote'}: {path.relative_to(FOLDER.parent.parent)}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
