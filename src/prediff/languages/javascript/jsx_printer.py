"""Prints JSX: children on lines of their own wherever a line break means nothing there."""

from __future__ import annotations

from typing import Any

from prediff.languages.javascript.expression_printer import ASSIGN, INDENT, MEMBER
from prediff.languages.javascript.object_printer import ObjectPrinter
from prediff.languages.printing import HARD_NEWLINE, MAX_ATOMS, mark
from prediff.tree import Opaque


class JsxPrinter(ObjectPrinter):
    """One printing of one tree: the elements."""

    def jsx(self, n: Any) -> str:
        if n.kind == "jsx":
            return self.element(n)
        if n.kind == "jsx braces":
            return f"{{{', '.join([self.expr(c, ASSIGN) for c in n.children])}}}"
        self.atoms += 1
        if n.kind == "jsx attribute":
            name, *value = n.children
            return f"{name}={self.expr(value[0])}" if value else str(name)
        text = n.children[0].replace("\n", HARD_NEWLINE)
        if n.kind == "jsx text":
            return str(text)
        quote = "'" if '"' in text else '"'
        return f"{quote}{text}{quote}"

    def element(self, n: Any) -> str:
        before = self.atoms
        name, attributes, *children = n.children
        name = name if isinstance(name, str) else self.expr(name, MEMBER)
        shown = [self.expr(a) for a in attributes.children]
        opening = f"<{name}"
        if len(shown) > 1 and (self.atoms - before > MAX_ATOMS or any("\n" in a for a in shown)):
            lines = [f"\n{mark(a)}{text}" for a, text in zip(attributes.children, shown, strict=True)]
            opening += "".join([x.replace("\n", f"\n{INDENT}") for x in lines]) + "\n"
        elif shown:
            opening += " " + " ".join(shown)
        if not children and name:
            return opening + ("/>" if opening.endswith("\n") else " />")
        return opening + ">" + self.inner(children, before) + f"</{name}>"

    def inner(self, children: list[Any], before: int) -> str:
        """The children of an element, with line breaks where they mean nothing and there is much to show."""
        texts = [self.expr(c) for c in children]
        elements = sum(isinstance(c, Opaque) and c.kind == "jsx" for c in children)
        if elements < 2 and self.atoms - before <= MAX_ATOMS and not any("\n" in t for t in texts):
            return "".join(texts)
        out = ""
        for i, (c, text) in enumerate(zip(children, texts, strict=True)):
            free = (i == 0 or not _ends_blank(children[i - 1], texts[i - 1])) and not _starts_blank(c, text)
            out += (
                f"\n{mark(c)}{text}".replace("\n", f"\n{INDENT}")
                if free
                else text.replace("\n", f"\n{INDENT}")
            )
        return out if children and _ends_blank(children[-1], texts[-1]) else out + "\n"


def _starts_blank(n: Any, text: str) -> bool:
    return n.kind == "jsx text" and text[:1] in (" ", "\t")


def _ends_blank(n: Any, text: str) -> bool:
    return n.kind == "jsx text" and text[-1:] in (" ", "\t")
