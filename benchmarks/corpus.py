"""Real code to measure on, in pieces: the functions of the standard library, of installed packages, of any folder."""

from __future__ import annotations

import ast
import random
import sysconfig
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SKIPPED = frozenset(
    {
        "site-packages",
        "test",
        "tests",
        "idlelib",
        "lib2to3",
        "__pycache__",
        "turtledemo",
        "_pyrepl",
        "dist",
        "min",
    }
)
MAX_LINES = 120
MAX_BYTES = 1_000_000
ENDINGS = {"python": (".py",), "javascript": (".js", ".mjs", ".cjs", ".jsx")}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Piece:
    """A function with the imports of its file, and its class's first line if it is a method.

    first: the line where what is not context begins.
    """

    name: str
    text: str
    first: int = 1


def library() -> Path:
    return Path(sysconfig.get_path("stdlib"))


def files(folders: Sequence[Path], language: str) -> list[Path]:
    """The files of a language below some folders, in a fixed order; tests and what was generated are left out."""
    return sorted(
        path
        for folder in folders
        for ending in ENDINGS[language]
        for path in folder.rglob(f"*{ending}")
        if path.is_file() and not _is_skipped(path.relative_to(folder))
    )


def _is_skipped(path: Path) -> bool:
    return bool(SKIPPED.intersection(path.parts)) or ".min." in path.name or ".bundle." in path.name


def sample(folders: Sequence[Path], language: str, seed: int) -> list[Path]:
    """The files below some folders in a random order that the seed decides."""
    found = files(folders, language)
    random.Random(seed).shuffle(found)
    return found


def pieces(path: Path, language: str) -> Iterator[Piece]:
    """The pieces of a file; none of one that cannot be read."""
    name = "/".join(path.parts[-2:])
    if language == "javascript":
        yield from javascript_pieces(path, name)
        return
    yield from python_pieces(path, name)
    found = outline(path, name)
    if found is not None:
        yield found


def python_pieces(path: Path, name: str) -> Iterator[Piece]:
    """The pieces of a file that the interpreter accepts; functions of more than `MAX_LINES` are left out."""
    try:
        text = path.read_text(encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    lines = text.split("\n")
    imports = [_lines(lines, n) for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
    head = "".join(f"{text}\n" for text in imports)
    first = head.count("\n") + 1
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            start = min([node.lineno, *[d.lineno for d in node.decorator_list]])
            own = "\n".join(lines[start - 1 : node.body[0].lineno - 1])
            methods = [n for n in node.body if isinstance(n, FUNCTIONS) and _is_short(n)]
            if node.body[0] in methods or not own.rstrip().endswith(":"):
                own = "\n".join(lines[start - 1 : _first_line(node.body[0]) - 1])
            for method in methods:
                yield Piece(
                    f"{name}:{node.name}.{method.name}", f"{head}{own}\n{_lines(lines, method)}\n", first
                )
        elif isinstance(node, FUNCTIONS) and _is_short(node):
            yield Piece(f"{name}:{node.name}", f"{head}{_lines(lines, node)}\n", first)


def outline(path: Path, name: str) -> Piece | None:
    """A file without its functions' bodies: its imports, its classes' headers and attributes, its own statements."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            node.body = [ast.Return(ast.Name(node.name, ast.Load()))]
    text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    return Piece(f"{name}:(outline)", text) if text.count("\n") < 4 * MAX_LINES else None


def _is_short(node: ast.stmt) -> bool:
    return (node.end_lineno or 0) - node.lineno < MAX_LINES


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *[d.lineno for d in decorators]])


def _lines(lines: Sequence[str], node: ast.stmt) -> str:
    return "\n".join(lines[_first_line(node) - 1 : node.end_lineno])


def javascript_pieces(path: Path, name: str) -> Iterator[Piece]:
    """The top-level statements of a JavaScript file that are neither long nor tiny, each alone."""
    import tree_sitter_javascript
    from tree_sitter import Language, Parser

    data = path.read_bytes()
    if len(data) > MAX_BYTES or b"\0" in data:
        return
    tree = Parser(Language(tree_sitter_javascript.language())).parse(data)
    for node in tree.root_node.children:
        lines = node.end_point[0] - node.start_point[0] + 1
        if node.type != "comment" and not node.has_error and 3 <= lines <= MAX_LINES:
            text = data[node.start_byte : node.end_byte].decode("utf-8", "replace")
            yield Piece(f"{name}:{node.start_point[0] + 1}", text + "\n")
