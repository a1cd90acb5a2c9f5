"""The one line that says that a definition was renamed, and which places did not follow."""

from __future__ import annotations

from collections import defaultdict

from prediff.model import RenamedDefinition

MAX_LINES = 5
"""Of more lines than this the rest is counted."""


def sentence(renamed: RenamedDefinition) -> str:
    """`renamed quick_sort → qsort, 6 of 7 places: line 40 still says quick_sort`."""
    places = "place" if renamed.places == 1 else "places"
    text = f"renamed {renamed.left} → {renamed.right}, {renamed.followed} of {renamed.places} {places}"
    lines: dict[str, list[int]] = defaultdict(list)
    for place in renamed.astray:
        lines[place.says].append(place.line)
    old = renamed.left.rpartition(".")[2]
    parts = [_says(numbers, word, word == old) for word, numbers in lines.items()]
    if renamed.gone:
        parts.append(f"{renamed.gone} {'is' if renamed.gone == 1 else 'are'} gone")
    return f"{text}: {', '.join(parts)}" if parts else text


def _says(lines: list[int], word: str, still: bool) -> str:
    numbers = [str(line) for line in dict.fromkeys(lines)]
    one = len(numbers) == 1
    shown = ", ".join(numbers[:MAX_LINES])
    if len(numbers) > MAX_LINES:
        shown += f" and {len(numbers) - MAX_LINES} more"
    return (
        f"{'line' if one else 'lines'} {shown} {'still ' if still else ''}{'says' if one else 'say'} {word}"
    )
