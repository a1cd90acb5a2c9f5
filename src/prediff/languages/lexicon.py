"""The words of a language, as far as colour needs them. Nothing is decided by it: what it gets wrong looks odd."""

from __future__ import annotations

from prediff.lean_dataclasses import dataclass

# Each pattern is linear: its repetitions are possessive, and a string ends with its line at the latest.
_LINE_COMMENT = r"(?P<comment>//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/)?)"
_STRING = r'(?P<string>"(?:[^"\\\n]|\\.)*+"?|' + r"'(?:[^'\\\n]|\\.)*+'?)"
_NUMBER = (
    r"(?P<number>\b(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*+(?:\.[\d_]*+)?(?:[eE][+-]?[\d_]+)?)[a-zA-Z]?"
    r"|(?<![\w)\].])\.\d[\d_]*+(?:[eE][+-]?\d+)?)"
)
_WORD = r"(?P<word>[^\W\d]\w*)"
_BRACE = r"(?P<brace>[{}])"
_TEMPLATE = r"(?P<template>`)"
_REGEX = r"(?P<regex>/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/[a-z]*)"
_PYTHON_COMMENT = r"(?P<comment>#[^\n]*)"
_PYTHON_STRING = (
    r"(?P<string>(?<!\w)[rRbBuUfFtT]{0,3}(?:"
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|'
    r"'''(?:[^'\\]|\\.|'(?!''))*+(?:''')?|"
    r'"(?:[^"\\\n]|\\.)*+"?|'
    r"'(?:[^'\\\n]|\\.)*+'?))"
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """How the words of a language are told apart.

    pattern: one token (a dot is any character), by named groups: comment, string, number, word; template (a backtick)
    and brace where there are strings with code inside; regex where a slash may open one.
    defining: keywords that a defined name follows.
    """

    pattern: str
    keywords: frozenset[str] = frozenset()
    defining: frozenset[str] = frozenset()


_PYTHON_WORDS = (
    "False None True and as assert async await break class continue def del elif else except finally for from "
    "global if import in is lambda nonlocal not or pass raise return try while with yield"
)
PYTHON = Lexicon(
    "|".join((_PYTHON_COMMENT, _PYTHON_STRING, _NUMBER, _WORD)),
    frozenset(_PYTHON_WORDS.split()),
    frozenset({"def", "class"}),
)
_JAVASCRIPT_WORDS = (
    "async await break case catch class const continue debugger default delete do else export extends false "
    "finally for from function if import in instanceof let new null of return static super switch this throw "
    "true try typeof undefined var void while with yield"
)
JAVASCRIPT = Lexicon(
    "|".join((_LINE_COMMENT, _STRING, _TEMPLATE, _BRACE, _REGEX, _NUMBER, _WORD)),
    frozenset(_JAVASCRIPT_WORDS.split()),
    frozenset({"function", "class"}),
)
_BRACES_WORDS = (
    "abstract async await bool boolean break case catch char class const continue default defer do double "
    "else enum export extends false final finally float fn for func function goto if impl implements import "
    "in int interface let long loop match mod mut namespace new nil null package private protected public pub "
    "return short sizeof static struct super switch template this throw throws trait true try type typedef "
    "typename union unsafe unsigned use using var virtual void volatile where while yield"
)
BRACES = Lexicon(
    "|".join((_LINE_COMMENT, _STRING, _NUMBER, _WORD)),
    frozenset(_BRACES_WORDS.split()),
    frozenset({"class", "enum", "fn", "func", "function", "interface", "struct", "trait"}),
)
"""What most languages with braces have in common."""
