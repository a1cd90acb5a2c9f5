"""Vim and Neovim: two files in the terminal."""

from __future__ import annotations

from prediff.viewers.viewer import Opened, Program, on_path


def _arguments(opened: Opened) -> tuple[str, ...]:
    # A file that is compared may be a stranger's: it sets no options of the editor's.
    careful = ("--cmd", "set nomodeline")
    return ("-d", *(("-R",) if opened.read_only else ()), *careful, opened.left, opened.right)


def _editor(name: str, label: str) -> Program:
    return Program(
        name=name,
        label=label,
        arguments=_arguments,
        find=on_path(name),
        git_name=f"{name}diff",
        aliases=(f"{name}diff",),
        read_only=True,
        waits=True,
        windowed=False,
        takes_null=True,
        tried=True,
    )


NEOVIM = _editor("nvim", "Neovim")
VIM = _editor("vim", "Vim")
