"""Copies of a tree of source files: one untouched, and one for each level with its Python files in normal form."""

from __future__ import annotations

import io
import shutil
import tokenize
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from prediff.emit import encoded
from prediff.errors import PrediffError
from prediff.model import Settings
from prediff.pipeline import normalize_file
from prediff.read import read_path
from suites.suite import UNTOUCHED, SuiteError, Tree

TESTS = frozenset({"test", "tests", "conftest.py"})
"""What is never normalized, wherever it stands in a tree: what judges must not change."""

NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.pyc")


@dataclass(frozen=True, slots=True)
class Built:
    """What a copy holds: how many files were normalized, by which rules, and which were left as they were and why."""

    files: int = 0
    folds: Counter[str] = field(default_factory=Counter)
    left: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Done:
    """What normalizing one file gave; `left` says why all or part of it was left as it was, "" if none was."""

    folds: Counter[str]
    left: str


def build(tree: Tree, level: str, jobs: int) -> Built:
    """Make the copy of a tree for a level anew, in `tree.folder(level)`."""
    folder = tree.folder(level)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in tree.copied:
        source, target = tree.source / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=NOT_COPIED)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    built = Built() if level == UNTOUCHED else _normalize(tree, level, jobs)
    for name, text in tree.added:
        (folder / name).write_text(text, encoding="utf-8")
    return built


def to_normalize(tree: Tree, folder: Path) -> list[Path]:
    """The files of a copy that are normalized, in a fixed order."""
    roots = [folder / name for name in tree.normalized or tree.copied]
    found = [file for root in roots for file in (root.rglob("*.py") if root.is_dir() else [root])]
    return sorted(
        f for f in found if f.suffix == ".py" and not TESTS.intersection(f.relative_to(folder).parts)
    )


def _normalize(tree: Tree, level: str, jobs: int) -> Built:
    folder = tree.folder(level)
    files = to_normalize(tree, folder)
    settings = Settings(level=level, refuse=frozenset(assumption for assumption, _ in tree.refused))
    folds: Counter[str] = Counter()
    left = []
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        for file, done in zip(files, pool.map(_normalize_one, files, [settings] * len(files)), strict=True):
            folds += done.folds
            if done.left:
                left.append((str(file.relative_to(folder)), done.left))
    return Built(len(files), folds, tuple(left))


def _normalize_one(file: Path, settings: Settings) -> _Done:
    """Put a file into normal form in its place."""
    try:
        source = read_path(file, "python")
    except PrediffError as error:
        return _Done(Counter(), str(error))
    if source.language is None:
        return _Done(Counter(), "; ".join(source.notes))
    try:
        found = normalize_file(source, settings)
    except Exception as error:  # it must never raise: what it raised is the finding
        raise SuiteError(
            f"{file}: {settings.level}: prediff failed: {type(error).__name__}: {error}"
        ) from error
    file.write_bytes(_as_declared(found.text))
    steps = "; ".join(f"{s.unit}: {s.to}: {s.reason}" for s in found.steps)
    return _Done(Counter(fold.rule for fold in found.folds), found.reason or steps)


def _as_declared(text: str) -> bytes:
    """The text in the encoding that its first lines declare, as an interpreter will read it."""
    data = encoded(text)
    declared, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data if declared.startswith("utf-8") else text.encode(declared)
