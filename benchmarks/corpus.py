"""Real code to measure on: functions of the standard library, of packages, of any folder; and pairs of real history."""

from __future__ import annotations

import ast
import csv
import random
import re
import subprocess
import sys
import sysconfig
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from prediff.errors import PrediffError
from prediff.read import read_path

MANIFEST = Path(__file__).with_name("real_history.tsv")

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


def text_of(path: Path, language: str) -> tuple[str | None, str]:
    """A file's text as prediff reads it, or None and the reason."""
    try:
        source = read_path(str(path), language)
    except PrediffError as error:
        return None, str(error)
    return (None, "; ".join(source.notes)) if source.language is None else (source.text, "")


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


# --- real history ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the manifest: `path` at `parent` and at `commit`, and what to expect of the two."""

    id: str
    repo: str
    commit: str
    parent: str
    path: str
    lang: str
    kind: str
    expect: Literal["same", "different"]
    lines: int
    measured: str

    @property
    def positive(self) -> bool:
        return self.expect == "same"

    @property
    def suffix(self) -> str:
        """The extension for files on disk; a C++ header gets one that names its language."""
        suffix = Path(self.path).suffix
        return ".hpp" if self.lang == "cpp" and suffix == ".h" else suffix


@dataclass(frozen=True, slots=True)
class Pair:
    """A row together with the bytes of both sides."""

    row: Row
    left: bytes
    right: bytes


def load_manifest(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        records = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row_of(record) for record in records]


def row_of(record: dict[str, Any]) -> Row:
    record["lines"] = int(record["lines"])
    return Row(**record)


def find_clone(clones: Path, repo: str) -> Path | None:
    """The git directory of a repository, looked for in the usual layouts, bare or with a work tree."""
    name = repo.rpartition("/")[2]
    for place in (clones / repo.replace("/", "+") / "repo", clones / repo, clones / f"{name}.git"):
        for git_dir in (place, place / ".git"):
            if (git_dir / "HEAD").is_file() and (git_dir / "objects").is_dir():
                return git_dir
    return None


def read_blobs(git_dir: Path, specs: Sequence[str]) -> Iterator[bytes | None]:
    """The contents behind each `revision:path`, in order; None where the clone does not have it."""
    command = ["git", f"--git-dir={git_dir}", "cat-file", "--batch"]
    query = "".join(f"{spec}\n" for spec in specs).encode()
    output = subprocess.run(command, input=query, stdout=subprocess.PIPE, check=True).stdout
    at = 0
    for _ in specs:
        end = output.index(b"\n", at)
        header = re.fullmatch(rb"[0-9a-f]+ (\w+) (\d+)", output[at:end])
        at = end + 1
        if header is None:
            yield None
            continue
        size = int(header[2])
        yield output[at : at + size] if header[1] == b"blob" else None
        at += size + 1


def read_pairs(rows: Iterable[Row], clones: Mapping[str, Path], absent: list[Row]) -> Iterator[Pair]:
    """Read the pairs a repository at a time, and note in `absent` the rows with a side that is not there."""
    by_repo: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_repo[row.repo].append(row)
    for repo, members in by_repo.items():
        specs = [spec for row in members for spec in (f"{row.parent}:{row.path}", f"{row.commit}:{row.path}")]
        blobs = read_blobs(clones[repo], specs)
        for row, left, right in zip(members, blobs, blobs, strict=True):
            if left is None or right is None:
                absent.append(row)
            else:
                yield Pair(row, left, right)


def cleaned(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Pairs without byte-order marks and with LF for all line ends, where encodings are not what is measured."""
    for pair in pairs:
        yield Pair(pair.row, _clean(pair.left), _clean(pair.right))


def _clean(blob: bytes) -> bytes:
    return blob.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def locate(rows: Sequence[Row], folder: Path) -> dict[str, Path]:
    """Find the clone of each repository, and name those without one on stderr."""
    clones = {}
    for repo, count in sorted(Counter(row.repo for row in rows).items()):
        clone = find_clone(folder, repo)
        if clone is None:
            print(f"no clone of {repo}: {count} pairs left out", file=sys.stderr)
        else:
            clones[repo] = clone
    return clones
