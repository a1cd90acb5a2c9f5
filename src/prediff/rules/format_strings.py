"""Reads format strings, and writes them as f-strings or as one canonical `.format` call.

The sources are the library reference's sections "Format String Syntax" and "printf-style String Formatting".
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator, Sequence
from string import Formatter

from prediff.facts import Facts
from prediff.facts.builtin_classes import COLLECTIONS, INT, NUMBERS, SCALARS, TEXT, is_of, is_of_known_class
from prediff.facts.effects import is_bool
from prediff.facts.kinds import kind_here
from prediff.facts.no_tuples import is_no_tuple
from prediff.facts.values import STR_METHODS, is_int, is_path_call, is_plain
from prediff.lean_dataclasses import dataclass
from prediff.tree import (
    AssignExpr,
    Attribute,
    Binary,
    Call,
    Compare,
    Dict,
    Formatted,
    Index,
    Interp,
    Keyword,
    Lambda,
    Literal,
    Logical,
    Name,
    Node,
    Not,
    Pair,
    Slice,
    Star,
    Ternary,
    Tuple,
    Unary,
    Yield,
    YieldFrom,
    children,
    walk,
)


@dataclass(frozen=True, slots=True)
class Field:
    """A replacement field: the argument `key`, read further by `path`, converted and formatted.

    key: the index of the argument among all of the call's. path: attribute names (str) and items (`Literal`).
    spec: text and fields.
    """

    key: int
    path: tuple[str | Literal, ...] = ()
    conversion: str = ""
    spec: tuple[str | Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """Text and fields, and the arguments in the order in which they are evaluated."""

    parts: tuple[str | Field, ...]
    arguments: tuple[Node, ...]

    def fields(self) -> Iterator[Field]:
        """All fields in the order of the text, those inside a specification after the field they belong to."""
        for part in self.parts:
            if isinstance(part, Field):
                yield part
                yield from (p for p in part.spec if isinstance(p, Field))


_PATH = re.compile(r"\.([^.\[\]{}]+)|\[([^\]{}]+)\]")
_HEAD = re.compile(r"[^.\[\]{}]*")


def is_attribute_name(text: str) -> bool:
    """Whether an attribute of this name can be written behind a dot, in a class too (where `__x` is mangled)."""
    plain = (
        text.isidentifier() and not keyword.iskeyword(text) and unicodedata.normalize("NFKC", text) == text
    )
    return plain and not (text.startswith("__") and not text.endswith("__"))


def read_format(text: str, args: Sequence[Node]) -> Template | None:
    """The template of `text.format(*args)`; None where it is an error or cannot be read surely."""
    names: dict[str, int] = {}
    positional = 0
    values: list[Node] = []
    for i, argument in enumerate(args):
        if isinstance(argument, Star):
            return None
        if isinstance(argument, Keyword):
            names[argument.name] = i
            values.append(argument.value)
        else:
            positional += 1
            values.append(argument)
    try:
        parts = _FormatReader(names, positional).parts(text, 2)
    except ValueError:
        return None
    template = Template(tuple(parts), tuple(values))
    return template if {f.key for f in template.fields()} == set(range(len(values))) else None


class _FormatReader:
    """Reads one template; ValueError where it is malformed, or more than is read here."""

    def __init__(self, names: dict[str, int], positional: int) -> None:
        self.names = names
        self.positional = positional
        self.automatic = 0
        self.manual = False

    def parts(self, text: str, depth: int) -> list[str | Field]:
        found: list[str | Field] = []
        for literal, name, spec, conversion in Formatter().parse(text):
            if literal:
                if found and isinstance(found[-1], str):
                    found[-1] += literal
                else:
                    found.append(literal)
            if name is None:
                continue
            if conversion not in (None, "r", "s", "a"):
                raise ValueError("unknown conversion")
            key, path = self.field(name)
            if (spec and depth == 1) or "{{" in (spec or "") or "}}" in (spec or ""):
                raise ValueError("a specification in a specification, or a brace in one")
            found.append(
                Field(key, path, conversion or "", tuple(self.parts(spec, depth - 1)) if spec else ())
            )
        return found

    def field(self, name: str) -> tuple[int, tuple[str | Literal, ...]]:
        head = _HEAD.match(name)[0]  # type: ignore[index]
        at = len(head)
        path: list[str | Literal] = []
        while at < len(name):
            step = _PATH.match(name, at)
            if step is None:
                raise ValueError("malformed field")
            path.append(step[1] if step[1] else _item(step[2]))
            at = step.end()
        if any(isinstance(p, str) and not is_attribute_name(p) for p in path):
            raise ValueError("not an attribute that code can name")
        return self.key(head), tuple(path)

    def key(self, head: str) -> int:
        if head and not (head.isascii() and head.isdigit()):
            if head not in self.names:
                raise ValueError("no such argument")
            return self.names[head]
        if bool(head) != self.manual and (self.manual or self.automatic):
            raise ValueError("numbered in two ways")
        if head:
            self.manual = True
        key = int(head) if head else self.automatic
        self.automatic += not head
        if key >= self.positional:
            raise ValueError("no such argument")
        return key


_NUMBERED = re.compile(r"(\{\{|\}\})|\{(\d*)")


def renumbered(text: str) -> str | None:
    """A template with `{}` for `{0}`, `{1}`, … where those are all its numbers, in order; None where they are not."""
    numbers = [m[2] for m in _NUMBERED.finditer(text) if m[1] is None]
    if not numbers or numbers != [str(i) for i in range(len(numbers))] or "[" in text:
        return None
    return _NUMBERED.sub(lambda m: m[1] or "{", text)


def _item(text: str) -> Literal:
    """An item of a field's path: digits are an index, everything else a str key, never an expression."""
    if not text.isascii() and any(c.isdigit() for c in text):
        raise ValueError("digits of another script")
    return Literal("int", int(text)) if text.isdigit() else Literal("str", text)


_PERCENT = re.compile(
    r"%(?:\((?P<key>[^()]*)\))?(?P<flags>[-+ #0]*)(?P<width>[1-9]\d*)?(?:\.(?P<precision>\d+))?[hlL]?"
    r"(?P<type>[sradiuxXoeEfFgG%])"
)


def read_percent(text: str, right: Node, facts: Facts) -> Template | None:
    """The template of `text % right`; None where what it does depends on types that are not known here."""
    names = _keys(right) if isinstance(right, Dict) and "%(" in text else None
    if names is not None:
        values: tuple[Node, ...] = tuple([p.value for p in right.items])  # type: ignore[attr-defined]
    elif isinstance(right, Tuple):
        values = right.items
    elif is_no_tuple(right, facts):
        values = (right,)
    else:
        return None
    parts: list[str | Field] = []
    used: list[int] = []
    at = 0
    while at < len(text):
        percent = text.find("%", at)
        if percent != at:
            _add(parts, text[at : percent if percent >= 0 else len(text)])
            if percent < 0:
                break
        found = _PERCENT.match(text, percent)
        if found is None:
            return None
        if found["type"] == "%":
            if found[0] != "%%":
                return None
            _add(parts, "%")
        else:
            if (found["key"] is not None) != (names is not None):
                return None
            key = len(used) if names is None else names.get(found["key"], len(values))
            if key >= len(values) or isinstance(values[key], Star):
                return None
            spec = _specification(found, values[key], facts)
            if spec is None:
                return None
            conversion = found["type"] if found["type"] in "sra" else ""
            parts.append(Field(key, (), conversion, (spec,) if spec else ()))
            used.append(key)
        at = found.end()
    return Template(tuple(parts), tuple(values)) if {*used} == {*range(len(values))} else None


def _keys(right: Dict) -> dict[str, int] | None:
    """The number of the value of each key, for a display of literal keys that are not repeated."""
    found: dict[str, int] = {}
    for i, item in enumerate(right.items):
        key = item.key if isinstance(item, Pair) else None
        if not isinstance(key, Literal) or key.kind != "str" or key.value in found:
            return None
        found[key.value] = i
    return found


def _add(parts: list[str | Field], text: str) -> None:
    if parts and isinstance(parts[-1], str):
        parts[-1] += text
    else:
        parts.append(text)


def _specification(found: re.Match[str], value: Node, facts: Facts) -> str | None:
    """The format specification that does what a `%` conversion does to `value`; None if there may be none."""
    flags, width, precision, kind = found["flags"], found["width"] or "", found["precision"], found["type"]
    if kind in "sra":
        if flags not in ("", "-"):
            return None
        align = ">" if width and not flags else ""
        return f"{align}{width}" + (f".{precision}" if precision is not None else "")
    if kind in "eEfFgG":
        if len(flags) > 1 or flags == "#" or not is_of(value, NUMBERS, facts):
            return None
        places = f".{precision}" if precision is not None else ""
        return f"{_sign(flags, width)}{width}{places}{kind}"
    whole = kind_here(value, facts) == "int" if isinstance(value, Name) else is_int(value, facts)
    whole = whole or is_of(value, INT, facts)
    if not whole or precision is not None or len(flags) > 1 or flags == "#":
        return None
    shown = kind if kind in "xXo" else ""
    return f"{_sign(flags, width)}{width}{shown}"


def _sign(flags: str, width: str) -> str:
    """What stands before the width of a number."""
    if flags == "-":
        return "<" if width else ""
    return "" if flags == "0" and not width else flags


def to_fstring(template: Template) -> Node | None:
    """The f-string of a template; None where it cannot be printed for all interpreters. See `in_order`."""
    if not all(fits(a) for a in template.arguments):
        return None
    parts = _interp_parts(template.parts, template.arguments)
    return Interp("f", tuple(parts)) if parts is not None else None


def _interp_parts(parts: Sequence[str | Field], arguments: Sequence[Node]) -> list[Node] | None:
    found: list[Node] = []
    for part in parts:
        if isinstance(part, str):
            found.append(Literal("str", part))
            continue
        value = arguments[part.key]
        if part.path and isinstance(value, Literal):
            return None  # compilers warn of `3[0]`
        for step in part.path:
            value = Attribute(value, step) if isinstance(step, str) else Index(value, step)
        spec = None
        if part.spec:
            inner = _interp_parts(part.spec, arguments)
            if inner is None or not all(is_plain_spec(p.value) for p in inner if isinstance(p, Literal)):
                return None
            spec = Interp("f", tuple(inner))
        if not fits(value):
            return None
        found.append(Formatted(value, part.conversion, spec))
    return found


def is_plain_spec(text: str) -> bool:
    return text.isprintable() and not any(c in "'\"\\{}" for c in text)


def in_order(template: Template, facts: Facts) -> bool:
    """Whether formatting each value before the next argument is evaluated cannot be seen."""
    fields = list(template.fields())
    keys = [f.key for f in fields]
    arguments = template.arguments
    if keys != list(range(len(arguments))):
        if not all(isinstance(arguments[k], (Name, Literal)) for k in _repeated(keys)):
            return False
        return all(only_reads(a, facts) for a in arguments)
    acting = [key for key, argument in enumerate(arguments) if key and not only_reads(argument, facts)]
    early = fields[: acting[-1]] if acting else []
    return all(_is_unchanging(arguments[f.key], facts) and not f.path and not f.spec for f in early)


def _is_unchanging(node: Node, facts: Facts) -> bool:
    return is_plain(node, facts) or is_of(node, SCALARS, facts)


def _repeated(keys: list[int]) -> set[int]:
    return {k for k in keys if keys.count(k) > 1}


OBSERVERS = (
    "str", "repr", "ascii", "len", "type", "id", "isinstance", "issubclass", "callable", "ord", "chr",
    "hex", "oct", "bin",
)  # fmt: skip
OBSERVING_FUNCTIONS = frozenset(
    {
        "os.getpid", "platform.node", "platform.platform", "platform.python_version", "platform.system",
        "pprint.pformat", "sys.getsizeof", "textwrap.dedent", "textwrap.indent", "time.time",
        "traceback.format_exc",
    }
)  # fmt: skip


def only_reads(node: Node, facts: Facts) -> bool:
    """Whether evaluating a node neither acts nor sees what formatting another value could change.

    Names, constants, attributes and items of those (under reads-pure), operators on them (under builtin-operators), and
    builtins that look at an object as formatting does.
    """
    if isinstance(node, (Name, Lambda, Literal)):
        return True
    if isinstance(node, (Attribute, Index, Slice)):
        granted = facts.assume("reads-pure")
    elif isinstance(node, (Tuple, Interp, Formatted)) or (
        isinstance(node, Compare) and all(op in ("is", "is not") for op in node.ops)
    ):
        granted = True
    elif isinstance(node, (Not, Unary, Binary, Compare, Logical, Ternary)):
        granted = _is_builtin_operator(node, facts) or facts.assume("builtin-operators")
    else:
        return _observes(node, facts) and all(only_reads(a, facts) for a in node.args)  # type: ignore[attr-defined]
    return granted and all(only_reads(n, facts) for n in children(node))


def _observes(node: Node, facts: Facts) -> bool:
    """Whether a node calls what looks at its arguments, or at the world, and changes neither."""
    if not isinstance(node, Call):
        return False
    known = facts.is_call_of(node, *OBSERVERS) or is_path_call(node, facts)
    if known or facts.qualified(node.func) in OBSERVING_FUNCTIONS:
        return True
    func = node.func
    if not isinstance(func, Attribute) or not is_of(func.value, TEXT, facts):
        return False
    if func.name == "join":
        return len(node.args) == 1 and is_of(node.args[0], COLLECTIONS, facts)
    scalars = all(is_of(a, SCALARS, facts) for a in node.args)
    return func.name in STR_METHODS and func.name not in ("format", "format_map") and scalars


def _is_builtin_operator(node: Node, facts: Facts) -> bool:
    """Whether an operator runs no code of a class: its operands are seen to be of built-in classes."""
    if isinstance(node, (Unary, Binary, Compare)):
        return all(is_of(n, SCALARS, facts) for n in children(node))
    if isinstance(node, Not):
        tested: tuple[Node, ...] = (node.operand,)
    else:
        tested = (node.test,) if isinstance(node, Ternary) else node.values  # type: ignore[attr-defined]
    return all(is_bool(n, facts) or is_of_known_class(n, facts) for n in tested)


_NOT_IN_FIELDS = (AssignExpr, Yield, YieldFrom, Interp)


def fits(node: Node) -> bool:
    """Whether an expression can stand in a replacement field on every interpreter, before PEP 701 too."""
    for n in walk(node):
        if isinstance(n, _NOT_IN_FIELDS):
            return False
        if isinstance(n, Literal) and n.kind in ("str", "bytes") and not _is_simple(n.value):
            return False
    return True


def _is_simple(value: str | bytes) -> bool:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    shown = text.isprintable() and (isinstance(value, str) or text.isascii())
    return shown and not any(c in "'\"\\" for c in text)


def to_sum(template: Template, facts: Facts) -> Node | None:
    """A sum of texts, where no f-string can hold them: each field is a text as it is."""
    keys = [f.key for f in template.fields()]
    if keys != list(range(len(template.arguments))) or all(fits(a) for a in template.arguments):
        return None
    found: Node | None = None
    for part in template.parts:
        if isinstance(part, str):
            piece: Node = Literal("str", part)
        else:
            piece = template.arguments[part.key]
            if part.path or part.spec or part.conversion not in ("", "s") or not is_of(piece, TEXT, facts):
                return None
        found = piece if found is None else Binary("+", found, piece)
    return found


def to_format(template: Template) -> Node | None:
    """One `.format` call with automatic fields; None where the arguments are not used once each and in order."""
    keys = [f.key for f in template.fields()]
    if keys != list(range(len(template.arguments))) or any(f.path for f in template.fields()):
        return None
    text = Literal("str", _format_text(template.parts, True))
    return Call(Attribute(text, "format"), template.arguments)


def _format_text(parts: Sequence[str | Field], outside: bool) -> str:
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part.replace("{", "{{").replace("}", "}}") if outside else part
            continue
        conversion = f"!{part.conversion}" if part.conversion else ""
        spec = f":{_format_text(part.spec, False)}" if part.spec else ""
        text += f"{{{conversion}{spec}}}"
    return text
