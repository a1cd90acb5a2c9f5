"""What a rule may ask about the code around a node.

The engine moves one `Facts` over a tree: before a rule is asked about a node, `position` and the enclosing scopes are
the node's own. Answers are computed on demand from the environment; nothing is keyed by a node's identity, since rules
share subtrees. "Unknown" is always answered as the weaker statement: not a builtin, not pure.
"""

from __future__ import annotations

import builtins
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any

from prediff.facts.scopes import ScopeInfo, ScopeWalk, module_names, names_of_target, rebound_names
from prediff.languages.language import Traits
from prediff.lean_dataclasses import dataclass
from prediff.tree import (
    CHILD_FIELDS,
    VALUE_FIELDS,
    Assign,
    AssignExpr,
    Attribute,
    AugAssign,
    Block,
    Call,
    Class,
    CompFor,
    Declare,
    Delete,
    DoWhile,
    ForEach,
    Function,
    Import,
    ImportFrom,
    Lambda,
    List,
    Name,
    Node,
    Scope,
    Star,
    Try,
    Tuple,
    While,
    WithItem,
    Yield,
    walk,
)

BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """What holds for a whole file.

    names: bound at the top level or by `global`. star: a star import may bind any name. imports: what each top-level
    name that is bound once, by an import, stands for, dotted. words: every word of its names, strings and tokens.
    rebound: top-level names that are bound more than once, or by `global`. shadowed: builtins and imported names that
    a comprehension, loop or lambda binds anywhere: rules turn one of these into another, so that their own scopes are
    not enough. patched: attributes that the file binds or deletes, as they are written (`io.open = f`).
    """

    names: frozenset[str] = frozenset()
    star: bool = False
    imports: Mapping[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    rebound: frozenset[str] = frozenset()
    shadowed: frozenset[str] = frozenset()
    patched: frozenset[str] = frozenset()


_WORD = re.compile(r"[^\W\d]\w*")


def module_facts(tree: Block) -> ModuleFacts:
    """Look once over a file for what rules ask of it; at its tree alone, so that layout and comments do not matter."""
    survey = _Survey(tree)
    names = module_names(tree) | survey.sent
    rebound = rebound_names(tree) | survey.sent
    imports: dict[str, str] = {}
    star = False
    for node in _top_level(tree):
        if isinstance(node, Import):
            for a in node.names:
                imports[a.asname or a.name.split(".")[0]] = a.name if a.asname else a.name.split(".")[0]
        elif isinstance(node, ImportFrom):
            for a in node.names:
                star |= a.name == "*"
                imports[a.asname or a.name] = f"{node.module}.{a.name}"
    # A name that is bound twice may stand for either: a fallback import, a module's own definition.
    imports = {name: dotted for name, dotted in imports.items() if name not in rebound}
    shadowed = (BUILTINS | imports.keys()) & survey.bound
    return ModuleFacts(names, star, imports, survey.words(), rebound, shadowed, frozenset(survey.patched))


class _Survey:
    """One walk over a whole file.

    texts: its names, strings, tokens and some keywords. bound: what loops, comprehensions and lambdas bind. sent: the
    names of `global` statements. patched: see `ModuleFacts`.
    """

    def __init__(self, tree: Block) -> None:
        self.texts: set[str] = set()
        self.bound: set[str] = set()
        self.sent: set[str] = set()
        self.patched: set[str] = set()
        stack: list[Any] = [tree]
        while stack:
            node = stack.pop()
            cls = node.__class__
            if cls is Name or cls is str:
                self.texts.add(node.id if cls is Name else node)
                continue
            for name in VALUE_FIELDS[cls]:
                value = getattr(node, name)
                if value.__class__ is str:
                    self.texts.add(value)
                elif value.__class__ is bytes:
                    self.texts.add(value.decode("latin-1"))
            if cls in _KEYWORDS:
                self.texts.add(_KEYWORDS[cls])
            if cls in _SURVEYED:
                self._bind(node)
            for name in CHILD_FIELDS[cls]:
                value = getattr(node, name)
                if value.__class__ is tuple:
                    stack += value
                elif value is not None:
                    stack.append(value)

    def _bind(self, node: Any) -> None:
        if isinstance(node, Lambda):
            self.bound.update(name for p in node.params for name in names_of_target(p.target))
        elif isinstance(node, Scope):
            if node.kind == "global":
                self.sent.update(name.id for name in node.names)
        elif isinstance(node, (Assign, Delete)):
            self._patch(node.targets)
        else:
            if isinstance(node, (CompFor, ForEach)):
                self.bound.update(names_of_target(node.target))
            self._patch([node.target])

    def _patch(self, targets: Iterable[Any]) -> None:
        """Note the attributes of names among some targets."""
        for target in targets:
            if isinstance(target, Attribute):
                written = _written(target)
                if written:
                    self.patched.add(written)
            elif isinstance(target, (Tuple, List)):
                self._patch(target.items)
            elif isinstance(target, Star):
                self._patch([target.value])

    def words(self) -> frozenset[str]:
        return frozenset(_WORD.findall("\n".join(self.texts)))


_SURVEYED = frozenset({Assign, AugAssign, CompFor, Delete, ForEach, Lambda, Scope, WithItem})
WALRUS = "walrus"
"""The word of a file that has an assignment expression."""
_KEYWORDS: dict[type[Node], str] = {
    AssignExpr: WALRUS,
    DoWhile: "while",
    Lambda: "lambda",
    Try: "try",
    While: "while",
    Yield: "yield",
}
"""Keywords that are words of a file, too: rules ask for them."""


def _written(node: Node) -> str:
    """An attribute of a name, or of such an attribute, with its dots; "" for anything else."""
    parts: list[str] = []
    while isinstance(node, Attribute):
        parts.append(node.name)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, Name) else ""


def _top_level(tree: Block) -> list[Node]:
    """All statements that run at import, those under top-level branches too."""
    return [n for n in _walk_shallow(tree) if isinstance(n, (Import, ImportFrom))]


def _walk_shallow(tree: Node) -> list[Node]:
    found: list[Node] = []
    stack: list[Node] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, (Function, Class, Lambda)):
            continue
        found.append(node)
        if isinstance(node, Block) or hasattr(node, "header"):
            for name in ("body", "then", "orelse", "final", "handlers", "clauses"):
                value = getattr(node, name, None)
                if isinstance(value, tuple):
                    stack += [v for v in value if isinstance(v, Node)]
                elif isinstance(value, Node):
                    stack.append(value)
        elif hasattr(node, "body") and isinstance(node.body, Block):
            stack.append(node.body)
    return found


class Facts:
    """The environment of the node that a rule is asked about.

    language, traits: of the file. granted: the assumptions that may be used. position: "test" where only truthiness
    matters, "discarded" for the value of an expression statement, "specification" for that of a replacement field, else
    "value". unit: the outermost definition around
    the node, or the top-level statement. enclosing: the definitions and lambdas around the node, outermost first.
    comprehended: the variables of the comprehensions around the node, where no function stands in between: nothing that
    is evaluated there can bind one anew. at: the number of the statement of the innermost function's body in which the
    node stands; None where that is not known.
    """

    def __init__(self, language: str, traits: Traits, module: ModuleFacts, granted: frozenset[str]) -> None:
        self.language = language
        self.traits = traits
        self.module = module
        self.granted = granted
        self.position = "value"
        self.unit: Node | None = None
        self.enclosing: list[Node] = []
        self._bound: list[frozenset[str] | None] = []
        self._bound_by: dict[int, tuple[Node, frozenset[str]]] = {}
        self.memo: dict[tuple[Any, int], Any] = {}
        """For facts that rest on one node alone, by who made them and its id; what is stored keeps the node alive."""
        self.used: set[str] = set()
        self.comprehended: frozenset[str] = frozenset()
        self.at: int | None = None

    @property
    def test(self) -> bool:
        """Whether only the truthiness of the node's value matters."""
        return self.position == "test"

    @property
    def function(self) -> Function | Lambda | None:
        """The innermost function around the node, if no class stands between."""
        innermost = self.enclosing[-1] if self.enclosing else None
        return innermost if isinstance(innermost, (Function, Lambda)) else None

    def assume(self, assumption: str) -> bool:
        """Whether an assumption is granted; if so, it is noted as used by the rule that asks."""
        if assumption not in self.granted:
            return False
        self.used.add(assumption)
        return True

    def enter(self, node: Node) -> None:
        self.enclosing.append(node)
        self._bound.append(None)

    def leave(self) -> frozenset[str] | None:
        """Leave the innermost definition; gives the names it binds if anything asked for them."""
        self.enclosing.pop()
        return self._bound.pop()

    def bound_here(self, level: int) -> frozenset[str]:
        """The names that the enclosing definition number `level` binds itself."""
        known = self._bound[level]
        if known is None:
            node = self.enclosing[level]
            found = self._bound_by.get(id(node))
            if found is None:
                found = self._bound_by[id(node)] = (node, bound_names(node, self.traits.block_scoped))
            known = self._bound[level] = found[1]
        return known

    def is_local(self, name: str) -> bool:
        """Whether a name, read at the node, is bound by a function or class around it."""
        return any(name in self.bound_here(level) for level in range(len(self.enclosing)))

    def is_builtin(self, node: Node | None, *names: str) -> bool:
        """Whether `node` is one of the builtins `names`, and nothing in the file can have shadowed it."""
        return (
            isinstance(node, Name)
            and node.id in names
            and node.id in BUILTINS
            and node.id not in self.module.names
            and node.id not in self.module.shadowed
            and not self.is_local(node.id)
            and (not self.module.star or self.assume("builtins-unshadowed"))
        )

    def is_call_of(self, node: Node, *names: str) -> bool:
        """Whether `node` calls one of the builtins `names`."""
        return isinstance(node, Call) and not node.optional and self.is_builtin(node.func, *names)

    def qualified(self, node: Node) -> str:
        """The dotted name that an imported name or an attribute of it stands for, "" where that is not sure."""
        dotted, root = dotted_name(node, self.module.imports)
        if root in self.module.shadowed or self.is_local(root):
            return ""
        return "" if self.module.patched and self.module.patched.intersection(_prefixes(node)) else dotted


def _prefixes(node: Node) -> Iterator[str]:
    """The attributes that are read on the way to an attribute of a name, and it, as they are written."""
    while isinstance(node, Attribute):
        yield _written(node)
        node = node.value


def dotted_name(node: Node, imports: Mapping[str, str]) -> tuple[str, str]:
    """What an imported name or an attribute of it stands for, dotted, and the name itself; two "" for anything else."""
    parts: list[str] = []
    while isinstance(node, Attribute):
        parts.append(node.name)
        node = node.value
    if not isinstance(node, Name) or node.id not in imports:
        return "", ""
    return ".".join([imports[node.id], *reversed(parts)]), node.id


def bound_names(definition: Node, block_scoped: frozenset[str] = frozenset()) -> frozenset[str]:
    """The names that a function, lambda or class binds in its own scope, parameters included."""
    walk_ = ScopeWalk(lambda name, scope: name, block_scoped=block_scoped)
    scope = ScopeInfo(0, "function", None)
    walk_.collect(definition, scope)
    if block_scoped:
        declared = [n for n in walk(definition) if isinstance(n, Declare)]
        return frozenset(scope.bound) | {x for n in declared for x in names_of_target(n.target)}
    return frozenset(scope.bound).difference(scope.outer)


def reads_locals(unit: Node, traits: Traits | None = None) -> bool:
    """Whether a unit may read its local variables by name (`locals()`, `eval`, frames, …); Python's unless said."""
    return bool(readers_of_locals(unit, traits))


LOOKING = frozenset({"dir", "vars"})
"""Readers that look at their argument, where they are given one."""


def readers_of_locals(unit: Node, traits: Traits | None = None) -> set[str]:
    """The names in a unit by which it may read local variables: see `reads_locals`."""
    readers = (traits or Traits(negations={}, keyword_parameters=True)).locals_readers
    found: Counter[str] = Counter()
    looking: Counter[str] = Counter()
    for node in walk(unit):
        if isinstance(node, (Name, Attribute)):
            word = node.id if isinstance(node, Name) else node.name
            if word in readers:
                found[word] += 1
        elif isinstance(node, Call) and isinstance(node.func, Name) and node.func.id in LOOKING:
            looking[node.func.id] += len(node.args) == 1 and not isinstance(node.args[0], Star)
    return {word for word, count in found.items() if count > looking[word]}
