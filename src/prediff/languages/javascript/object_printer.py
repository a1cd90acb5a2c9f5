"""Prints JavaScript's lists, objects, patterns, functions and classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from prediff.languages.javascript import literals
from prediff.languages.javascript.expression_printer import ASSIGN, CALL, INDENT, ExpressionPrinter
from prediff.languages.printing import mark
from prediff.tree import AssignExpr, Block, Dict, Function, List, Literal, Name, Node, Opaque, Pair, Star


class ObjectPrinter(ExpressionPrinter):
    """One printing of one tree: what stands in brackets and braces."""

    def target(self, n: Any) -> str:
        """What is bound or assigned to: a pattern's defaults stand behind its names."""
        if isinstance(n, Dict):
            return self.braces(n, self.pattern_property)
        return self.list_items(n, self.pattern_item) if isinstance(n, List) else self.expr(n, CALL)

    def pattern_item(self, n: Any) -> str:
        if isinstance(n, AssignExpr) and n.op == "=":
            return f"{self.target(n.target)} = {self.expr(n.value)}"
        if isinstance(n, Star):
            return f"...{self.target(n.value)}"
        return self.target(n)

    def pattern_property(self, n: Any) -> str:
        if not isinstance(n, Pair):
            return self.pattern_item(n)
        key, value = self.key(n.key), self.pattern_item(n.value)
        name = n.value.target if isinstance(n.value, AssignExpr) and n.value.op == "=" else n.value
        return value if _is_shorthand(n.key, name) else f"{key}: {value}"

    def _List(self, n: Any, outer: int) -> str:
        return self.list_items(n, self.expr)

    def list_items(self, n: List, show: Callable[[Any], str]) -> str:
        before = self.atoms
        items = [show(i) for i in n.items]
        text = self.broken("[", items, "]", n.items, self.atoms - before)
        if (
            n.items
            and isinstance(n.items[-1], Opaque)
            and n.items[-1].kind == "hole"
            and not text.endswith("\n]")
        ):
            text = text[:-1].rstrip() + ",]"
        return text

    def _Dict(self, n: Any, outer: int) -> str:
        return self.braces(n, self.property)

    def braces(self, n: Dict, show: Callable[[Any], str]) -> str:
        before = self.atoms
        items = [show(i) for i in n.items]
        if any("\n" in i for i in items):  # what has lines of its own starts on one
            lines = [f"\n{mark(node)}{text}," for node, text in zip(n.items, items, strict=True)]
            text = "".join([line.replace("\n", f"\n{INDENT}") for line in lines])
            return f"{{{text.removesuffix(',') if isinstance(n.items[-1], Star) else text}\n}}"
        text = self.broken("{", items, "}", n.items, self.atoms - before)
        return f"{{ {text[1:-1]} }}" if items and not text.startswith("{\n") else text

    def property(self, n: Any) -> str:
        if isinstance(n, Function):
            return f"{self.function_head(n)} {self.nested(n.body)}"
        if isinstance(n, Opaque) and n.kind == "member":
            return f"{self.function_head(n.children[1], n.children[0])} {self.nested(n.children[1].body)}"  # type: ignore[union-attr]
        return self.expr(n)

    def _Pair(self, n: Any, outer: int) -> str:
        key, value = self.key(n.key), self.expr(n.value)
        return value if _is_shorthand(n.key, n.value) else f"{key}: {value}"

    def key(self, n: Any) -> str:
        """A property's key."""
        self.atoms += 1
        if isinstance(n, Literal) and n.kind == "str":
            return n.value if literals.is_identifier(n.value) else self.quoted(n.value)
        if isinstance(n, Opaque) and n.kind == "computed":
            return f"[{self.expr(n.children[0])}]"
        return self.expr(n)

    def declare(self, n: Any) -> str:
        """A declaration without its semicolon."""
        if n.kind.endswith("field"):
            text = n.kind.removesuffix("field") + self.key(n.target)
        else:
            text = f"{n.kind} {self.target(n.target)}"
        return text if n.value is None else f"{text} = {self.expr(n.value)}"

    def params(self, params: Sequence[Any]) -> str:
        before = self.atoms
        items = []
        for p in params:
            text = ("..." if p.kind == "var_positional" else "") + self.target(p.target)
            items.append(text if p.default is None else f"{text} = {self.expr(p.default)}")
        return self.broken("(", items, ")", params, self.atoms - before)

    def function_head(self, n: Any, key: Any = None) -> str:
        """A function or method up to its body; `key` is a method's where it is no plain name."""
        words = [w for w in n.modifiers if w in ("static", "async", "get", "set")]
        star = "*" if "generator" in n.modifiers else ""
        name = n.name if key is None else self.key(key)
        if not {"method", "get", "set"} & set(n.modifiers):
            words.append("function" + star)
            return f"{' '.join(words)} {name}{self.params(n.params)}"
        return " ".join([*words, f"{star}{name}{self.params(n.params)}"])

    def _Function(self, n: Any, outer: int) -> str:
        self.atoms += 1
        return f"{self.function_head(n)} {self.nested(n.body)}"

    def class_head(self, n: Any) -> str:
        text = f"class {n.name}" if n.name else "class"
        return text if not n.bases else f"{text} extends {self.expr(n.bases[0], CALL)}"

    def _Class(self, n: Any, outer: int) -> str:
        self.atoms += 1
        before = "".join([f"@{self.expr(d, CALL)} " for d in n.decorators])
        return f"{before}{self.class_head(n)} {self.nested(n.body)}"

    def _Lambda(self, n: Any, outer: int) -> str:
        head = ("async " if "async" in n.modifiers else "") + self.params(n.params)
        if isinstance(n.body, Block):
            body = self.nested(n.body)
        else:
            body = self.guarded(n.body, ASSIGN, (Dict,))
        return self.wrap(f"{head} => {body}", ASSIGN, outer)


def _is_shorthand(key: Node, value: Node) -> bool:
    """Whether `key: value` is written as the name alone."""
    return (
        isinstance(key, Literal)
        and isinstance(value, Name)
        and key.value == value.id
        and value.id not in ("__proto__", "this", "super", "import")
        and literals.is_identifier(value.id)
    )
