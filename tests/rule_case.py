"""Normalizing a snippet in the tests, by the engine itself."""

from __future__ import annotations

from collections.abc import Sequence

from prediff.languages import get_language
from prediff.languages.language import Printed
from prediff.model import ParsedFile, SourceFile
from prediff.normalizer import normalize
from prediff.rules import RULES
from prediff.rules.assumptions import ASSUMPTIONS
from prediff.rules.rule import Rule

EVERYTHING = frozenset(ASSUMPTIONS)


def normal_form(
    text: str, language: str = "python", allowed: frozenset[str] = EVERYTHING, rules: Sequence[Rule] = RULES
) -> str:
    """The printed normal form of a snippet under the allowed assumptions."""
    return normalized(text, language, allowed, rules)[0].text


def normalized(
    text: str, language: str = "python", allowed: frozenset[str] = EVERYTHING, rules: Sequence[Rule] = RULES
) -> tuple[Printed, set[str]]:
    """The printed normal form and the ids of the rules that fired."""
    spec = get_language(language)
    reading = spec.read(text, "auto")
    parsed = ParsedFile(SourceFile("snippet", text, language), reading.tree, reading.comments, reading.reader)
    result = normalize(parsed, spec, rules, allowed)
    return spec.print(result.tree, ()), {f.rule for f in result.folds}
