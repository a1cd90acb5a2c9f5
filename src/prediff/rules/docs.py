"""Rules of the family docs: docstrings, statements that do nothing, arms that do nothing."""

from __future__ import annotations

import unicodedata

from prediff.facts import Facts
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Attribute,
    Block,
    Call,
    Class,
    Clause,
    ExprStmt,
    ForEach,
    Function,
    Handler,
    If,
    Literal,
    Node,
    Pass,
    Try,
    While,
    With,
    update,
)

DOCS_UNREAD = frozenset({"docs-unread", "source-unread"})
SOURCE_UNREAD = frozenset({"source-unread"})

SHOWS_DOCS = frozenset(
    {
        "airflow", "asyncclick", "click", "cloup", "cyclopts", "dagster", "discord", "fabric", "fastapi",
        "fastmcp", "invoke", "langchain", "langchain_core", "mcp", "nextcord", "nox", "prefect", "rich_click",
        "strawberry", "trafaret", "typer",
    }
)  # fmt: skip
"""Packages whose decorators show a function's docstring to the user of the program."""

SHOWING_DECORATORS = frozenset({"command", "group", "callback", "subcommand", "tool", "hybrid_command"})
"""Methods with which an object of such a package registers a function: `@cli.command()`."""

ROUTES = frozenset(
    {"get", "post", "put", "delete", "patch", "options", "head", "route", "api_route", "websocket"}
)
FASTAPI, CMD, PLY = "fastapi", "Cmd", frozenset({"ply", "lex", "yacc"})
DOC_READERS = frozenset({"__doc__", "docopt"})
DOC_SIGNS = frozenset({FASTAPI, CMD, *PLY, *DOC_READERS})
"""Words of a file that show that it reads docstrings."""
_SPACE = frozenset("\n\t\r\f")


def has_hidden_characters(text: str) -> bool:
    """Whether `text` holds control or formatting characters: bidirectional marks and what shows as nothing."""
    if text.isprintable() or (text.isascii() and text.replace("\n", "").replace("\t", "").isprintable()):
        return False
    return any(unicodedata.category(c) in ("Cc", "Cf") and c not in _SPACE for c in text)


def _is_string(node: Node) -> bool:
    return isinstance(node, ExprStmt) and isinstance(node.value, Literal) and node.value.kind == "str"


def _is_idle_string(node: Node) -> bool:
    return _is_string(node) and not has_hidden_characters(node.value.value)  # type: ignore[attr-defined]


def promotes(old: tuple[Node, ...], new: list[Node]) -> bool:
    """Whether a string that was not the first statement of its block is now, and so a docstring."""
    return bool(new) and _is_string(new[0]) and new[0] is not old[0]


def _registers_docs(decorator: Node, facts: Facts) -> bool:
    func = decorator.func if isinstance(decorator, Call) else decorator
    if facts.qualified(func).split(".")[0] in SHOWS_DOCS:
        return True
    if not isinstance(func, Attribute):
        return False
    return func.name in SHOWING_DECORATORS or (func.name in ROUTES and FASTAPI in facts.module.words)


def _is_read(node: Function, text: str, facts: Facts) -> bool:
    """Whether a function's docstring is known to be read when the program runs."""
    words = facts.module.words
    if node.name.startswith("p_") and ":" in text:
        return True
    if node.name.startswith("t_") and not words.isdisjoint(PLY):
        return True
    if node.name.startswith("do_") and CMD in words:
        return True
    return any(_registers_docs(d, facts) for d in node.decorators)


def _docstring(node: Function | Class | Block, facts: Facts) -> Node | None:
    if isinstance(node, Block) and (facts.unit is not None or facts.enclosing):
        return None
    block = node if isinstance(node, Block) else node.body
    body = block.body
    if not body or not _is_idle_string(body[0]) or promotes(body, list(body[1:])):
        return None
    if not facts.module.words.isdisjoint(DOC_READERS):
        return None
    if isinstance(node, Function) and _is_read(node, body[0].value.value, facts):  # type: ignore[attr-defined]
        return None
    rest = update(block, body=body[1:])
    return rest if isinstance(node, Block) else update(node, body=rest)


DOCSTRING = Rule(
    id="docstring",
    family="docs",
    summary="Leave out the docstring of a module, class or function.",
    languages={"python": DOCS_UNREAD},
    on=(Function, Class, Block),
    rewrite=_docstring,
    why="A docstring does nothing but stand in `__doc__`. It is kept where the file mentions `__doc__` or docopt, in"
    " the grammar functions of PLY (`p_`, `t_`), in the commands of `cmd.Cmd`, and below decorators that show it"
    " to the program's user: those of click, typer, FastAPI and their kin, and any `.command()`, `.group()`,"
    " `.callback()` or `.tool()`. Below any other decorator docs-unread says that it is not read; doctests are"
    " covered by it too. A docstring with control or bidirectional characters is always kept, and so is one"
    " before another string, which would become the docstring.",
    examples=(
        Example("function", 'def f(x):\n    """Doc."""\n    return x', "def f(x):\n    return x"),
        Example("alone", 'class A(Exception):\n    """Doc."""', "class A(Exception):\n    pass"),
        Example("module", '"""Doc."""\nx = 1', "x = 1"),
        Example(
            "decorated",
            '@property\ndef f(self):\n    "Doc."\n    return 1',
            "@property\ndef f(self):\n    return 1",
        ),
    ),
    leaves_alone=(
        'def f():\n    """Usage."""\n    print(f.__doc__)',
        'def p_expr(p):\n    "expr : expr PLUS term"\n    p[0] = p[1] + p[3]',
        'from ply import lex\ndef t_NUMBER(t):\n    r"\\d+"\n    return t',
        'import click\n@click.command()\ndef main():\n    """Shown by --help."""\n    run()',
        '@cli.command("x")\ndef main():\n    """Shown by --help."""\n    run()',
        'def f():\n    """Doc \\u202e hidden."""\n    return 1',
        'def f():\n    f"""Doc {1}."""\n    return 1',
    ),
)


def _without_strings(body: tuple[Node, ...], first: int) -> tuple[Node, ...] | None:
    kept = [n for i, n in enumerate(body) if i < first or not _is_idle_string(n)]
    return None if len(kept) == len(body) or promotes(body, kept) else tuple(kept)


def _bare_string(node: Node, facts: Facts) -> Node | None:
    if isinstance(node, Block):
        kept = _without_strings(node.body, 1)
        return None if kept is None else update(node, body=kept)
    if isinstance(node, Try):
        parts = ("body", "orelse", "final")
    else:
        parts = ("body", "then", "orelse")
    changes = {}
    for name in parts:
        block = getattr(node, name, None)
        if isinstance(block, Block) and block.body and _is_idle_string(block.body[0]):
            changes[name] = update(block, body=block.body[1:])
    return update(node, **changes) if changes else None


BARE_STRING = Rule(
    id="bare-string",
    family="docs",
    summary="Leave out a string that stands as a statement and is no docstring.",
    languages={"python": DOCS_UNREAD},
    on=(Block, If, While, ForEach, With, Try, Handler, Clause),
    rewrite=_bare_string,
    why="Evaluating a literal has no effect. The first statement of a definition is the docstring's; one with"
    " control or bidirectional characters is kept.",
    examples=(
        Example("after a statement", 'x = 1\n"""About x."""\ny = 2', "x = 1\ny = 2"),
        Example("in a branch", 'if x:\n    "why"\n    f()', "if x:\n    f()"),
    ),
    leaves_alone=("x = 1\nf'{g()}'", 'x = 1\n"\\u202e"', 'def f():\n    "Doc."\n    return __doc__'),
)


def _is_idle(node: Node) -> bool:
    constant = isinstance(node, ExprStmt) and isinstance(node.value, Literal) and node.value.kind != "str"
    return constant or isinstance(node, Pass)


def _idle_statement(node: Block, facts: Facts) -> Node | None:
    kept = [n for n in node.body if not _is_idle(n)]
    if len(kept) == len(node.body) or promotes(node.body, kept):
        return None
    return update(node, body=tuple(kept))


IDLE_STATEMENT = Rule(
    id="idle-statement",
    family="docs",
    summary="Leave out `pass`, `...` and other constants that stand as statements.",
    languages={"python": SOURCE_UNREAD},
    on=(Block,),
    rewrite=_idle_statement,
    why="They do nothing. A name is kept, since reading it can raise; a statement is kept where a string behind it"
    " would become a docstring.",
    examples=(
        Example("pass", "def f():\n    x = 1\n    pass\n    return x", "def f():\n    x = 1\n    return x"),
        Example("ellipsis", "class A:\n    ...", "class A:\n    pass"),
    ),
    leaves_alone=("def f():\n    x", "if a:\n    pass"),
)


def _idle_arm(node: Node, facts: Facts) -> Node | None:
    changes: dict[str, None] = {}
    orelse = getattr(node, "orelse", None)
    if orelse is not None and not orelse.body:
        changes["orelse"] = None
    if isinstance(node, Try) and node.final is not None and not node.final.body and node.handlers:
        changes["final"] = None
    return update(node, **changes) if changes else None


IDLE_ARM = Rule(
    id="idle-arm",
    family="docs",
    summary="Leave out the `else` of a loop or try, and a `finally`, that does nothing.",
    languages={"python": SOURCE_UNREAD, "javascript": SOURCE_UNREAD},
    on=(While, ForEach, Try),
    rewrite=_idle_arm,
    why="An arm that does nothing changes no flow. The handler of an exception that does nothing is no such arm, and"
    " a `finally` stays where the statement has no handler.",
    examples=(
        Example("loop", "for x in y:\n    f(x)\nelse:\n    pass", "for x in y:\n    f(x)"),
        Example(
            "try", "try:\n    f()\nexcept E:\n    g()\nelse:\n    pass", "try:\n    f()\nexcept E:\n    g()"
        ),
        Example(
            "finally",
            "try:\n    f()\nexcept E:\n    g()\nfinally:\n    pass",
            "try:\n    f()\nexcept E:\n    g()",
        ),
        Example(
            "javascript",
            "try { f(); } catch (e) { g(); } finally { }",
            "try { f(); } catch (e) { g(); }",
            "javascript",
        ),
    ),
    leaves_alone=(
        "try:\n    f()\nexcept E:\n    pass",
        "while a:\n    f()\nelse:\n    g()",
        "javascript: try { f(); } catch (e) { }",
    ),
)

RULES: tuple[Rule, ...] = (DOCSTRING, BARE_STRING, IDLE_STATEMENT, IDLE_ARM)
