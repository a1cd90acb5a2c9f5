"""Ways to write the same JavaScript: each brings a tree to one spelling of one thing, and leaves the rest as it is.

The trees are tree-sitter's, and nothing here knows what prediff's rules do: two texts that have one shape are evidence
that does not come from prediff.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from tree_sitter import Node

from mutation.javascript_names import bound, declared
from mutation.javascript_shapes import CHAINS, DECLARATIONS, Respell, Shape
from mutation.javascript_source import FUNCTIONS, Source, field, function_of, named, walk

NAMES = frozenset({
    "identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern", "undefined",
})  # fmt: skip
PLAIN_KEYS = frozenset({"property_identifier", "private_property_identifier"})
NAMED = frozenset({"function_expression", "arrow_function", "class", "generator_function"})
"""Values that take the name of the variable."""
HARMLESS = frozenset({
    "if", "switch", "(", "[", "{", ",", "!", "-", "+", "*", "/", "%", "<", ">", "<=", ">=", "===",
    "!==", "...", "const", "let", "var", "await", "yield", "return", "throw",
    "property_identifier", ":", "new", "this",
})  # fmt: skip
"""Words that may stand before what a statement evaluates first."""
UNSURE = frozenset({
    "arrow_function", "function_expression", "class", "for_statement", "while_statement",
    "do_statement", "labeled_statement", "function_declaration", "generator_function_declaration", "try_statement",
    "class_declaration", "statement_block", "template_string",
})  # fmt: skip
"""What may be evaluated never, later, or often."""
HOISTED = frozenset({"function_declaration", "generator_function_declaration"})
LITERALS = frozenset({"number", "string", "true", "false", "null"})
EQUALITY = frozenset({"==", "!=", "===", "!=="})
COMPARISON = EQUALITY | {"<", "<=", ">", ">=", "in", "instanceof"}
CASES = frozenset({"switch_case", "switch_default"})
EXITS = frozenset({"return_statement", "throw_statement", "break_statement", "continue_statement"})
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def _nothing(source: Source) -> Respell:
    return lambda node, parts: None


def _let_const(source: Source) -> Respell:
    """`let` as `const`, where no name that it declares is assigned anywhere in the block or loop around it."""

    def respelled(node: Node, parts: list[Shape]) -> list[Shape] | None:
        if node.type == "lexical_declaration" and node.parent is not None:
            found = [n for n in named(node) if n.type == "variable_declarator"]
            if any(n.child_by_field_name("value") is None for n in found):
                return None
            targets, scope = [field(n, "name") for n in found], node.parent
        elif node.type == "for_in_statement":
            targets, scope = [field(node, "left")], node
        else:
            return None
        names = {source.text(n) for target in targets for n in walk(target) if n.type in NAMES}
        if names & _assigned(
            source, scope.parent if scope.type in CASES and scope.parent is not None else scope
        ):
            return None
        return [("const", "const") if part == ("let", "let") else part for part in parts]

    return respelled


def _assigned(source: Source, scope: Node) -> set[str]:
    """Every word in what is assigned to below a node, in places other than declarations."""
    words = set()
    for node in walk(scope):
        target = None
        if node.type in ("assignment_expression", "augmented_assignment_expression"):
            target = field(node, "left")
        elif node.type == "update_expression":
            target = field(node, "argument")
        elif node.type == "for_in_statement" and node.child_by_field_name("kind") is None:
            target = field(node, "left")
        if target is not None:
            words |= {source.text(found) for found in walk(target) if found.type in NAMES}
    return words


def _var_let(source: Source) -> Respell:
    """`let` and `const` as `var`, where no use could tell: not too early, not from outside, not later."""

    def respelled(node: Node, parts: list[Shape]) -> list[Shape] | None:
        if node.type not in DECLARATIONS or node.parent is None:
            return None
        if node.parent.type == "program":
            function = node.parent if _MODULE.search(source.text(node.parent)) else None
        else:
            function = function_of(node) if node.parent.type == "statement_block" else None
        found = [n for n in named(node) if n.type == "variable_declarator"]
        bound = [_bound(source, field(n, "name")) for n in found]
        if function is None or not all(bound):
            return None
        own = function in (node.parent, node.parent.parent)
        if any(n.child_by_field_name("value") is None for n in found) and not own:
            return None  # in a loop it is `undefined` each time, or what it was
        names = {name for part in bound for name in part}
        if parts[0] == ("const", "const") and names & _assigned(source, function):
            return None
        if not all(_plain(source, function, node, name) for name in names):
            return None
        return [("var", "var"), *parts[1:]]

    return respelled


def _bound(source: Source, target: Node) -> list[str]:
    """The names that a target of names, plain keys and places binds; none for one that evaluates something."""
    if any(n.type in _EVALUATED for n in walk(target)):
        return []
    return [source.text(n) for n in bound(target)]


def _plain(source: Source, function: Node, declaration: Node, name: str) -> bool:
    """Whether all uses of a name in a function stand behind its declaration, in its block, in no other function."""
    block = declaration.parent
    for n in walk(function):
        word = source.text(n) if n.type in NAMES else ""
        if word == "eval" or n.type == "with_statement":
            return False
        if word != name or (n.parent is not None and n.parent.type == "variable_declarator" == _role(n)):
            continue
        targets = [t for t in map(_target, named(declaration)) if t is not None]
        if any(n == b for t in targets for b in bound(t)):
            continue
        inside = block is not None and declaration.end_byte <= n.start_byte < block.end_byte
        if not inside or (_inner(n, function) and not _is_later(source, declaration, n, function)):
            return False
    return True


_EVALUATED = frozenset(
    {"assignment_pattern", "object_assignment_pattern", "computed_property_name", "rest_pattern"}
)
_MODULE = re.compile(r"\brequire\(|\bmodule\.exports|^(import|export)\b", re.MULTILINE)
_QUIET = re.compile(r"""((const|let|var) [\w{}, ]+ = require\(["'][^"']*["']\)(\.\w+)?|["'][^"']*["']);?""")


def _target(n: Node) -> Node | None:
    return n.child_by_field_name("name") if n.type == "variable_declarator" else None


def _inner(n: Node, function: Node) -> bool:
    around = function_of(n)
    return around is not None and around != function


def _is_later(source: Source, declaration: Node, n: Node, function: Node) -> bool:
    """Whether an inner function can only run behind a declaration of its outer function's own block."""
    if function not in (declaration.parent, declaration.parent.parent if declaration.parent else None):
        return False
    hoisted, around = False, n.parent
    while around is not None and around != function:
        hoisted |= around.type in ("function_declaration", "generator_function_declaration")
        around = around.parent
    before = [c for c in named(declaration.parent) if c.end_byte <= declaration.end_byte]  # type: ignore[arg-type]
    quiet = all(c.type.startswith("function") or _QUIET.fullmatch(source.text(c)) for c in before)
    return quiet or not hoisted


def _role(n: Node) -> str:
    """`variable_declarator` for the name of one, else nothing."""
    return "variable_declarator" if n.parent is not None and n.parent.child_by_field_name("name") == n else ""


def _temporary(source: Source, early: bool = False) -> Respell:
    """A local that is read once, before all else that the next statement evaluates, as its value in that place.

    Locals of a function that holds no other one cannot change meanwhile: they may stand before it. early: so may any
    name, where the value only reads names and properties.
    """

    def respelled(node: Node, parts: list[Shape]) -> list[Shape] | None:
        function = function_of(node) if node.type in ("statement_block", *CASES) else None
        if function is None:
            return None
        words = Counter(source.text(n) for n in walk(function) if n.type in NAMES)
        closed = any(n.type in FUNCTIONS and n != function for n in walk(function))
        steady = set() if closed or words["arguments"] else {source.text(n) for n in declared(function)}
        found: list[Shape] = []
        for part in reversed(parts):
            name, value = _declared(part)
            new = None
            if found and words[name] == 2 and not words["eval"] and value[0] not in NAMED:
                passed = set(words) if early and _only_reads(value) else steady
                new = _in_place(found[-1], name, value, passed - {name})
            if new is None:
                found.append(part)
            else:
                found[-1] = new
        return found[::-1]

    return respelled


def _declared(part: Shape) -> tuple[str, Shape]:
    """The name and value of a declaration of one name, "" for anything else."""
    if part[0] == "declaration" and len(part) == 3 and len(part[2]) == 4 and part[2][1][0] == "identifier":
        return str(part[2][1][1]), part[2][3]
    return "", ()


def _only_reads(value: Shape) -> bool:
    """Whether a value is made of names, literals, properties and items, choices between them, and `"text".concat`."""
    if value[0] in ("identifier", "this", "property_identifier", *LITERALS):
        return True
    if len(value) == 2 and isinstance(value[1], str):
        return value[1] in (".", "[", "]", "(", ")", "?", ":", "&&", "||", "??", ",", "{", "}")
    if value[0] == "call_expression":
        method = value[1]
        if method[0] != "member_expression" or method[1][0] != "string" or method[-1][-1] != "concat":
            return False
        return all(_only_reads(part) for part in value[2:])
    return value[0] in _READING and all(_only_reads(part) for part in value[1:])


_READING = frozenset(
    {"member_expression", "subscript_expression", "ternary_expression", "binary_expression", "arguments", "object",
     "parenthesized_expression"}
)  # fmt: skip


def _in_place(node: Shape, name: str, value: Shape, passed: set[str]) -> Shape | None:
    """A tree with a value for the first name in it; None unless nothing but harmless words stand before that.

    passed: the names that may.
    """
    if node == ("identifier", name):
        return value
    if node[0] in UNSURE or (len(node) == 2 and isinstance(node[1], str)):
        return None
    start = 1
    if node[0] == "variable_declarator" or (
        node[0] == "assignment_expression" and node[2] == ("=", "=") and _still(node[1], passed)
    ):
        start = 3
    elif node[0] == "augmented_assignment_expression":
        # It reads its target first, and `&&=` and the like may not evaluate what stands behind it.
        if node[1][0] != "identifier" or node[1][1] not in passed or node[2][1] in ("&&=", "||=", "??="):
            return None
        start = 3
    elif node[0] == "for_in_statement":
        start = next(i for i, part in enumerate(node) if part in (("of", "of"), ("in", "in"))) + 1
        if any(repr(word) in repr(value) for word in _leaves_of(node[start - 2])):
            return None
    for i, part in enumerate(node[start:], start):
        if part[0] in HARMLESS or part[0] in LITERALS or (part[0] == "identifier" and part[1] in passed):
            continue
        if part[0] in ("typeof", "void") and value[0] != "identifier":
            continue  # only `typeof` of a name that is not there is no error
        called = part == ("identifier", name) and i == 1 and node[0] in ("call_expression", "new_expression")
        called |= node[0] in CHAINS and "optional_chain" in repr(value)
        inner = None if called else _in_place(part, name, value, passed)
        return None if inner is None else (*node[:i], inner, *node[i + 1 :])
    return None


def _still(target: Shape, passed: set[str]) -> bool:
    """Whether it may come later that a target is found: it is a name, or a property of one that does not change."""
    if target[0] == "member_expression":
        return bool(target[1][0] == "this" or (target[1][0] == "identifier" and target[1][1] in passed))
    return bool(target[0] == "identifier")


def _leaves_of(node: Shape) -> Iterator[str]:
    if len(node) == 2 and isinstance(node[1], str):
        yield node[1]
        return
    for part in node[1:]:
        yield from _leaves_of(part)


def _constant_side(source: Source) -> Respell:
    def respelled(node: Node, parts: list[Shape]) -> list[Shape] | None:
        if node.type != "binary_expression" or parts[1][0] not in EQUALITY or len(parts) != 3:
            return None
        if parts[0][0] in LITERALS and parts[2][0] not in LITERALS:
            return [parts[2], parts[1], parts[0]]
        return None

    return respelled


def _quiet_order(source: Source) -> Respell:
    """`a === b` of two locals, and `&&` or `||` over what one local is, in order of their text."""

    def respelled(node: Node, parts: list[Shape]) -> list[Shape] | None:
        if node.type != "binary_expression" or len(parts) != 3:
            return None
        word = str(parts[1][0])
        if word in EQUALITY and parts[0][0] == parts[2][0] == "identifier":
            names = {str(part[1]) for part in (parts[0], parts[2])}
            strict = len(word) == 3  # `==` may call the methods of both, in order
            return _in_order(parts) if strict and _are_locals(source, node, names) else None
        if word in ("&&", "||"):
            asked = [part for side in (parts[0], parts[2]) for part in _operands(side, word)]
            about = [_asked_about(part) for part in asked]
            if len(set(about)) == 1 and about[0] and _are_locals(source, node, {about[0]}):
                return [parts[1], *sorted(asked, key=repr)]
        return None

    return respelled


def _in_order(parts: list[Shape]) -> list[Shape]:
    """Two operands in order of their text."""
    left, right = sorted((parts[0], parts[2]), key=repr)
    return [left, parts[1], right]


def _operands(side: Shape, word: str) -> tuple[Shape, ...]:
    """The operands of a chain that is in order already, else the side itself."""
    return side[2:] if side[0] == "binary_expression" and side[1] == (word, word) else (side,)


def _asked_about(part: Shape) -> str:
    """The name that is compared strictly with a literal or `undefined`, "" for any other question."""
    if part[0] != "binary_expression" or len(part) != 4 or part[2][0] not in ("===", "!=="):
        return ""
    sides = sorted((part[1], part[3]), key=lambda side: bool(side[0] != "identifier"))
    void = (
        sides[1][0] == "unary_expression" and sides[1][1] == ("void", "void") and sides[1][2][0] in LITERALS
    )
    fixed = sides[1][0] in LITERALS or sides[1][0] == "undefined" or void
    return str(sides[0][1]) if sides[0][0] == "identifier" and fixed else ""


def _are_locals(source: Source, node: Node, names: set[str]) -> bool:
    """Whether functions around a node bind some names, so that reading one runs nothing."""
    around, found = function_of(node), set[str]()
    while around is not None:
        found |= {source.text(n) for n in declared(around)}
        around = function_of(around)
    return names <= found and not any(n.type == "with_statement" for n in walk(_root(node)))


def _root(node: Node) -> Node:
    while node.parent is not None:
        node = node.parent
    return node


def _hoisted(source: Source) -> Respell:
    """Function declarations in front, by name unless two have the same; directives before them stay directives."""

    def respelled(node: Node, parts: list[Shape]) -> list[Shape] | None:
        function = (
            node.type == "statement_block" and node.parent is not None and node.parent.type in FUNCTIONS
        )
        if not function and node.type != "program":
            return None
        count = 0
        while count < len(parts) and (
            parts[count][0] == "{" or parts[count][1:2] == (_string(parts[count]),)
        ):
            count += 1
        moved = [p for p in parts[count:] if p[0] in HOISTED]
        if len({p[2] for p in moved}) == len(moved):
            moved.sort(key=repr)
        return [*parts[:count], *moved, *(p for p in parts[count:] if p[0] not in HOISTED)]

    return respelled


def _member_order(source: Source) -> Respell:
    """Methods in front of a class, by name: they are made before any field. Not where two keys may be the same."""

    def respelled(node: Node, parts: list[Shape]) -> list[Shape] | None:
        members = [n for n in named(node) if n.type in ("method_definition", "field_definition")]
        keys = [n.child_by_field_name("name") or n.child_by_field_name("property") for n in members]
        if node.type != "class_body" or any(k is None or k.type not in PLAIN_KEYS for k in keys):
            return None
        if len({source.text(k) for k in keys if k is not None}) < len(keys):
            return None
        methods = sorted((p for p in parts if p[0] == "method_definition"), key=repr)
        return [*methods, *(p for p in parts if p[0] != "method_definition")]

    return respelled


def _string(part: Shape) -> Shape | None:
    """The string of a statement that is nothing but one."""
    if part[0] == "expression_statement" and len(part) == 2 and part[1][0] == "string":
        return tuple(part[1])
    return None


def _is_bool(part: Shape) -> bool:
    if part[0] in ("true", "false"):
        return True
    if part[0] == "unary_expression":
        return bool(part[1][0] == "!")
    if part[0] != "binary_expression":
        return False
    return part[2][0] in COMPARISON or (
        part[2][0] in ("&&", "||") and _is_bool(part[1]) and _is_bool(part[3])
    )


def _negated(part: Shape) -> Shape | None:
    """What `!` stands before."""
    return tuple(part[2]) if part[0] == "unary_expression" and part[1] == ("!", "!") else None


def _bool_of_bool(source: Source) -> Respell:
    """`!!x` as `x`, where that is a bool."""

    def respelled(node: Node, parts: list[Shape]) -> list[Shape] | None:
        found = []
        for part in parts:
            once = _negated(part)
            twice = None if once is None else _negated(once)
            found.append(twice if twice is not None and _is_bool(twice) else part)
        return found

    return respelled


def _number_truth(source: Source) -> Respell:
    def respelled(node: Node, parts: list[Shape]) -> list[Shape] | None:
        if node.type == "unary_expression" and parts[0][0] == "!" and parts[1][0] == "number":
            return [parts[0], ("number", "1" if set(parts[1][1]) & set("123456789") else "0")]
        return None

    return respelled


def _else_behind_exit(source: Source) -> Respell:
    """An `else` behind a branch that leaves, as what follows the whole."""

    def respelled(node: Node, parts: list[Shape]) -> list[Shape] | None:
        if node.type not in ("program", "statement_block", *CASES):
            return None
        found: list[Shape] = []
        waiting = list(reversed(parts))
        while waiting:
            part = waiting.pop()
            if part[0] == "if_statement" and part[-1][0] == "else_clause" and _leaves(part[-2]):
                waiting.append(part[-1][-1])
                part = part[:-1]
            found.append(part)
        return found

    return respelled


def _leaves(part: Shape) -> bool:
    if part[0] == "statement_block":
        return len(part) > 3 and part[-2][0] in EXITS
    return part[0] in EXITS


def _escape(source: Source) -> Respell:
    """An escape of one character as that character."""

    def respelled(node: Node, parts: list[Shape]) -> list[Shape] | None:
        if node.type != "string":
            return None
        text = "".join(
            _character(part[1]) if part[0] == "escape_sequence" else part[1] for part in parts[1:-1]
        )
        return [("text", text)]

    return respelled


def _character(escape: str) -> str:
    letter = escape[1:]
    return ESCAPES.get(letter, letter if len(letter) == 1 and letter not in "123456789xu" else escape)


def _jsx_space(source: Source) -> Respell:
    """JSX text as it is read: lines without the white space at their ends, joined by a space, empty ones left out."""

    def respelled(node: Node, parts: list[Shape]) -> list[Shape] | None:
        if node.type != "jsx_element":
            return None
        found = []
        for i, part in enumerate(parts):
            beside = [parts[k][0] for k in (i - 1, i + 1) if 0 <= k < len(parts)]
            if part[0] == "jsx_text" and "html_character_reference" not in beside:
                lines = part[1].split("\n")
                kept = [
                    line.strip(" \t") if 0 < k < len(lines) - 1
                    else line if len(lines) == 1
                    else line.rstrip(" \t") if k == 0
                    else line.lstrip(" \t")
                    for k, line in enumerate(lines)
                ]  # fmt: skip
                part = ("jsx_text", " ".join(filter(None, kept)))
            if part != ("jsx_text", ""):
                found.append(part)
        return found

    return respelled


WAYS: dict[str, Callable[[Source], Respell]] = {
    "parentheses": _nothing,
    "let-const": _let_const,
    "var-let": _var_let,
    "temporary": _temporary,
    "early-read": lambda source: _temporary(source, early=True),
    "member-order": _member_order,
    "constant-side": _constant_side,
    "quiet-order": _quiet_order,
    "hoisted": _hoisted,
    "bool-of-bool": _bool_of_bool,
    "number-truth": _number_truth,
    "else-behind-exit": _else_behind_exit,
    "escape": _escape,
    "jsx-space": _jsx_space,
}
