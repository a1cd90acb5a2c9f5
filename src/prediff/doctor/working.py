"""Whether prediff works: a tiny pair of each language, that is the same and that is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prediff.doctor.row import Row

PAIRS: Mapping[str, tuple[str, str, str]] = {
    "python": (
        "def f(a):\n    b = a\n    return b\n",
        "def f(a):\n    # note\n    c = a\n    return c\n",
        "def f(a):\n    return -a\n",
    ),
    "javascript": (
        "function f(a) {\n  return a + 'x';\n}\n",
        'function f(a){ return a + "x" }\n',
        "function f(a) { return a }\n",
    ),
}
"""For each language a text, one that is the same in logic, and one that is not."""


def compare_pairs() -> Iterator[Row]:
    """Reads only texts of our own."""
    from prediff.languages import LANGUAGES

    for language in LANGUAGES:
        problem = _problem(language)
        advice = "install prediff again: pip install --force-reinstall prediff" if problem else ""
        text = problem or "compares by logic"
        yield Row("working", f"compare {language}", "fail" if problem else "ok", text, advice)


def _problem(language: str) -> str:
    """What is wrong with comparing in a language; nothing where all is well."""
    from prediff.pipeline import compare
    from prediff.read import read_text

    text, same, other = (read_text(one, "text", language) for one in PAIRS[language])
    try:
        verdicts = compare(text, same).verdict, compare(text, other).verdict
    except Exception as error:  # a library that is broken raises anything
        return f"{type(error).__name__}: {error}"
    return "" if verdicts == ("same", "differs") else f"gives {' and '.join(verdicts)}, not same and differs"
