"""The last stage: what was written is opened in the user's viewer."""

from __future__ import annotations

import os
import subprocess

from prediff.errors import ToolError
from prediff.viewers import Opened, Viewer

DEPTH = "PREDIFF_VIEWER_DEPTH"
MAX_DEPTH = 8
"""A viewer that is prediff again, behind a script of its user's, would start processes without end. A few are no sign
of it: a terminal in a viewer's window hands its environment on."""


def launch(viewer: Viewer, opened: Opened) -> int:
    """Open a pair, and give the exit code for git: 0 once a viewer ran; where none did 126 or more, at which git stops.

    Raises ToolError where it cannot be called, or says that it showed nothing.
    """
    depth = os.environ.get(DEPTH, "")
    level = int(depth) if depth.isdigit() else 0
    if level >= MAX_DEPTH:
        raise ToolError(
            f"the viewer {viewer.name} runs prediff again: name another one by --tool or prediff.viewer"
        )
    call = viewer.call(opened)
    try:
        done = subprocess.run(
            call.words, cwd=call.folder, env={**call.environment, DEPTH: str(level + 1)}, check=False
        )
    except (OSError, ValueError) as error:
        raise ToolError(f"the viewer {viewer.name} cannot be run: {error}") from None
    except KeyboardInterrupt:
        # Ctrl-C is for the viewer in the same terminal; it has ended now.
        return 130
    code = done.returncode
    return 128 - code if code < 0 else viewer.judged(code)
