"""A package of settings for Beyond Compare: a zip of one XML file with a file format for each language.

What the file looks like follows packages that others have published; the program itself was not asked. The same bytes
come out on every machine and every day: nothing is compressed, and no time is kept.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator, Sequence
from shlex import join
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from prediff.languages import LANGUAGES, get_language

NAME = "BCFileFormats.xml"
_DAY = (1980, 1, 1, 0, 0, 0)
"""The first that a zip can say."""

# Letters in another case are another text: nothing that differs may be taken for unimportant.
_CASES = (
    *("Comment", "Directive", "EnvironVar", "Identifier", "Indent", "Keyword", "Label", "LineNum"),
    *("Number", "Operator", "String"),
)


def package(words: Sequence[str]) -> bytes:
    """The package, whose formats call prediff by some words."""
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_STORED) as archive:
        entry = ZipInfo(NAME, _DAY)
        entry.create_system = 0  # or it would be that of the machine
        archive.writestr(entry, formats(words))
    return content.getvalue()


def formats(words: Sequence[str]) -> str:
    """The XML file: for each language one format at level `layout`, and one at level `safe` that is switched off."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<BCFileFormats Version="1">']
    for language in LANGUAGES:
        lines += _format(language, words, "")
        lines += _format(language, words, "safe")
    return "\n".join([*lines, "</BCFileFormats>", ""])


def _format(language: str, words: Sequence[str], level: str) -> Iterator[str]:
    name = get_language(language).name
    options = ["--lang", language, *(("--level", level) if level else ())]
    about = f"{name} in normal form, without {'what is no logic' if level else 'its layout'}. Edit the original files."
    values = {
        "CharPerLine": "65536",  # longer lines would be broken
        "CodePageDetect": "True",
        **{f"{case}CaseSig": "True" for case in _CASES},
        "ConvertKind": "convertApp",
        "ConvertLoadApp": f"{command_line([*words, 'bc-convert', *options])} %s %t",
        "ConvertNoEdit": "True",
        "Mask": masks(language),
        "TabAsSpaces": "False",
        "TidyLeadingWS": "False",
        "TrimTrailingWS": "False",
        "Enabled": str(not level),
    }
    yield f"\t<TTextFormat Value={quoteattr(f'prediff {name}' + (f' ({level})' if level else ''))}>"
    yield f"\t\t<Description>\n\t\t\t<_0 Value={quoteattr(about)}/>\n\t\t</Description>"
    for key, value in values.items():
        yield f"\t\t<{key} Value={quoteattr(value)}/>"
    yield "\t</TTextFormat>"


def masks(language: str) -> str:
    """The masks of a language's files, as Beyond Compare writes them."""
    return ";".join(f"*{ending}" for ending in LANGUAGES[language])


def command_line(words: Sequence[str]) -> str:
    """A command line as the system's programs read it."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else join(words)
