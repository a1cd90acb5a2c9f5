"""The benchmark of folders, on a repository of a few files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import folders

TEXT = "def f(count):\n    total = 3\n    total = total + count\n    return total\n"


def git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True
    )


def test_it_edits_so_many_files_and_measures_all_runs(tmp_path):
    clone = tmp_path / "clone"
    clone.mkdir()
    git(clone, "init", "-q")
    for number in range(20):
        (clone / f"m{number}.py").write_text(TEXT * (number + 1))
    git(clone, "add", ".")
    git(clone, "commit", "-q", "-m", "one")
    (clone / "m3.py").write_text(TEXT)
    git(clone, "commit", "-q", "-a", "-m", "two")
    made = folders.make(clone, "HEAD~1", "HEAD", 0.2, tmp_path)
    assert (made.files, made.changed) == (20, 4)
    assert len(folders.files_of(made.changed_left)) == 4
    assert "m3.py" in folders.differing(made.left, made.right)
    times = folders.measure(made, 1, tmp_path)
    assert len(times) == 5
    assert all(spent.processor > 0 for (spent,) in times.values())
    assert times["whole folders again"][0].processor < times["whole folders"][0].processor
