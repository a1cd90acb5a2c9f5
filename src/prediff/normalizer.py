"""The normalize stage: rules applied to one file, to a fixpoint, with every application recorded.

The engine walks a unit bottom-up, asks the rules of each node's class in the order of `RULES`, and walks a unit again
as long as anything changed. Rules know nothing of spans: the engine gives what a rule built the hull of what it came
from, and marks statements whose shape changed as `restructured`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any, TypeAlias

from prediff.errors import RuleError
from prediff.facts import BUILTINS, Facts, ModuleFacts, bound_names, module_facts, readers_of_locals
from prediff.facts.scopes import names_of_target
from prediff.languages.language import Language, Traits
from prediff.model import Fold, NormalizedFile, ParsedFile, Settings, StepDown
from prediff.rules.assumptions import COMMENTS_UNREAD, granted
from prediff.rules.rule import Rule
from prediff.tree import (
    CHILD_FIELDS,
    FIELDS,
    NOWHERE,
    Block,
    Class,
    CompFor,
    Comprehension,
    Function,
    Lambda,
    Node,
    Opaque,
    Span,
    Statement,
    children,
    hull,
    map_children,
    span_of,
    update,
    widest_header,
)

MAX_PASSES = 12
OF_ONE_FRAME = frozenset({"locals", "eval", "exec", "vars", "dir", "globals"})
"""Readers of locals that read those of the function that calls them, not of its callers."""
MAX_REWRITES_AT_ONE_NODE = 60

TEST, VALUE, INHERIT, DISCARDED, SPECIFICATION = "test", "value", "inherit", "discarded", "specification"
POSITIONS: dict[tuple[str, str], str] = {
    ("If", "test"): TEST,
    ("While", "test"): TEST,
    ("DoWhile", "test"): TEST,
    ("For", "test"): TEST,
    ("Ternary", "test"): TEST,
    ("Assert", "test"): TEST,
    ("Clause", "guard"): TEST,
    ("CompFor", "conditions"): TEST,
    ("Not", "operand"): TEST,
    ("Logical", "values"): INHERIT,
    ("Ternary", "then"): INHERIT,
    ("Ternary", "orelse"): INHERIT,
    ("ExprStmt", "value"): DISCARDED,
    ("Formatted", "spec"): SPECIFICATION,
}
"""Where only truthiness matters, by (class, field); `value` everywhere else."""

Tables: TypeAlias = tuple[dict[type[Node], list[Rule]], frozenset[type]]
UNSETTLED = "the rules did not settle"
_KEPT = frozenset({Block, *[cls for cls in CHILD_FIELDS if issubclass(cls, Statement)]} - {Opaque})
_LATER = (Block, Function, Lambda, Class)
"""What a rule built of these classes waits for the unit's next pass: it is long, or a scope of its own."""

_PLANS: dict[type[Node], tuple[tuple[str, str], ...]] = {
    cls: tuple((name, POSITIONS.get((cls.__name__, name), VALUE)) for name in names)
    for cls, names in CHILD_FIELDS.items()
}


def assumptions_of(settings: Settings) -> frozenset[str]:
    """The assumptions that a user's settings grant to rules: the level's, more and fewer."""
    allowed = granted(settings.level) | settings.assume
    if settings.implementations:
        allowed |= {"public-names-unread"}
    refused = set(settings.refuse)
    if "docs" in settings.show:
        refused.add("docs-unread")
    if "annotations" in settings.show:
        refused.add("annotations-unread")
    if "imports" in settings.show:
        refused |= {"imports-pure", "exports-unread"}
    return frozenset(allowed - refused)


def assumptions_on_comments(settings: Settings) -> frozenset[str]:
    """Those that comments are folded under.

    docs-unread speaks of docstrings and of comments: where it is refused both count. What is shown tells them apart.
    """
    allowed = assumptions_of(replace(settings, show=settings.show - {"docs"}))
    return allowed - COMMENTS_UNREAD if "comments" in settings.show else allowed


def granted_for(parsed: ParsedFile, traits: Traits, allowed: frozenset[str]) -> frozenset[str]:
    """Those of the `allowed` assumptions that may hold for a file, by its name."""
    exports = PurePath(parsed.source.path).name in traits.exporting
    return allowed - {"exports-unread"} if exports else allowed


def normalize(
    parsed: ParsedFile,
    language: Language,
    rules: Sequence[Rule],
    allowed: frozenset[str],
    done: frozenset[Span] = frozenset(),
) -> NormalizedFile:
    """Bring a file into normal form under the `allowed` assumptions.

    `done`: spans of definitions and top-level statements that stay as they are, since the other side has the same.
    A unit whose rules do not settle is left as it was, and the step is recorded.
    """
    assert parsed.tree is not None
    module = module_facts(parsed.tree)
    engine = Engine(language, rules, granted_for(parsed, language.traits, allowed), module, done)
    tree = engine.module(parsed.tree)
    return NormalizedFile(parsed, tree, tuple(engine.folds), tuple(engine.steps), done, module.imports)


class Engine:
    """Applies rules to the units of one file."""

    def __init__(
        self,
        language: Language,
        rules: Iterable[Rule],
        allowed: frozenset[str],
        module: ModuleFacts,
        done: frozenset[Span] = frozenset(),
    ) -> None:
        self.language = language
        self.allowed = allowed
        self.module_facts = module
        self.done = done
        self.rules = [r for r in rules if language.id in r.languages and self._may_apply(r)]
        self.may_read_locals = not language.traits.locals_readers.isdisjoint(module.words)
        self.seen_through = BUILTINS.union(module.imports)
        self._tables: dict[frozenset[str], Tables] = {}
        self.folds: list[Fold] = []
        self.steps: list[StepDown] = []

    def _may_apply(self, rule: Rule) -> bool:
        """Whether a rule of this language is granted all it needs, and the file mentions what it looks for."""
        mentioned = not rule.words or not rule.words.isdisjoint(self.module_facts.words)
        return mentioned and rule.languages[self.language.id] <= self.allowed

    def tables(self, allowed: frozenset[str]) -> Tables:
        """The rules that hold under the `allowed` assumptions, by class, and the classes that need no visit."""
        if allowed not in self._tables:
            by_class: dict[type[Node], list[Rule]] = {}
            for rule in self.rules:
                if rule.languages[self.language.id] <= allowed:
                    for cls in rule.on:
                        by_class.setdefault(cls, []).append(rule)
            idle = frozenset(cls for cls, plan in _PLANS.items() if not plan and cls not in by_class)
            self._tables[allowed] = by_class, idle | {str}
        return self._tables[allowed]

    def module(self, tree: Block) -> Block:
        """Normalize each statement of a file, then the file's own block, and what its rules built there."""
        body = tuple([n if n.span in self.done else self.unit(n) for n in tree.body])
        tree = self.top_block(update(tree, body=body))
        settled = {id(n): n for n in body}
        for _ in range(MAX_PASSES):
            fresh = [n for n in tree.body if id(n) not in settled]
            if not fresh:
                break
            units = {id(n): self.unit(n) for n in fresh}
            settled |= {id(n): n for n in units.values()}
            tree = self.top_block(update(tree, body=tuple([units.get(id(n), n) for n in tree.body])))
        return tree

    def top_block(self, tree: Block) -> Block:
        """Rules on the block of the file itself, whose statements are in normal form by now."""
        walk = _Walk(self, None)
        new = walk.settle(tree, VALUE)
        self.folds += walk.folds
        assert isinstance(new, Block)
        return new

    def unit(self, node: Node) -> Node:
        """A top-level statement in normal form; as it was, with a step recorded, if its rules do not settle."""
        walk = _Walk(self, node)
        reason, new = UNSETTLED, node
        try:
            for _ in range(MAX_PASSES):
                walk.waiting = 0
                new = walk.visit(new, VALUE)
                if not walk.waiting:
                    self.folds += walk.folds
                    assert isinstance(new, Node)
                    return new
        except RuleError as error:
            reason = str(error)
        except RecursionError:
            reason = "nested too deeply for the rules"
        self.steps.append(StepDown(unit_name(node), "own layout", reason))
        return node


class _Walk:
    """One unit's walk: bottom-up, each node's rules until none applies.

    waiting: how often something was left for the unit's next pass. settled: the statements and blocks, by id, below
    which nothing waits; a later pass leaves them out. (Each stands in one place only, unlike expressions.)
    apart: whether each method of this class is asked for itself whether it reads its locals by name. first_clause: that
    of the innermost comprehension, and what is comprehended around that.
    """

    def __init__(self, engine: Engine, unit: Node | None) -> None:
        allowed = engine.allowed
        self.engine = engine
        self.apart = False
        self.readers: dict[Span, bool] = {}
        self.first_clause: tuple[CompFor, frozenset[str]] | None = None
        if unit is not None and engine.may_read_locals:
            readers = readers_of_locals(unit, engine.language.traits)
            allowed = allowed - {"locals-unread"} if readers else allowed
            self.apart = bool(readers) and isinstance(unit, Class) and readers <= OF_ONE_FRAME
        self.facts = Facts(engine.language.id, engine.language.traits, engine.module_facts, allowed)
        self.facts.unit = unit
        self.done = engine.done
        self.name = unit_name(unit)
        self.language = engine.language.id
        self.folds: list[Fold] = []
        self.waiting = 0
        self.settled: dict[int, Node] = {}
        self.by_class, self.idle = engine.tables(allowed)
        self.seen_through = engine.seen_through

    def visit(self, node: Any, position: str) -> Any:
        """A node in normal form: first what lies below it, then its own rules."""
        cls = node.__class__
        if id(node) in self.settled:
            return node
        waiting = self.waiting
        if cls is Function or cls is Lambda or cls is Class:
            if node.span in self.done:
                return node
            node = self.definition(node, position)
        else:
            if cls is Comprehension:
                node = self.comprehension(node, position)
            elif cls is CompFor:
                node = self.clause(node, position)
            elif cls is Block and self.facts.enclosing and self.facts.enclosing[-1].body is node:  # type: ignore[attr-defined]
                node = self.body(node)
            elif _PLANS[cls]:
                node = self.below(node, position)
            if cls in self.by_class:
                node = self.settle(node, position)
        if cls in _KEPT and waiting == self.waiting:
            self.settled[id(node)] = node
        return node

    def definition(self, node: Any, position: str) -> Any:
        """A function, lambda or class in normal form."""
        if self.apart and node.__class__ is Function:
            return self.method(node, position)
        facts = self.facts
        facts.enter(node)
        around = facts.comprehended, facts.at
        facts.comprehended, facts.at = frozenset(), None
        new = self.below(node, position)
        facts.comprehended, facts.at = around
        asked = facts.leave()
        new = self.settle(new, position)
        if new is node or not asked or asked.isdisjoint(self.seen_through):
            return new
        if new.__class__ is not node.__class__ or bound_names(new, facts.traits.block_scoped) != asked:
            # What rules were told about builtins and imports below may hold no more.
            self.settled.clear()
            self.waiting += 1
        return new

    def body(self, node: Block) -> Block:
        """The body of a definition with its statements in normal form."""
        new: list[Node] = []
        for i, statement in enumerate(node.body):
            self.facts.at = i
            new.append(statement if statement.__class__ in self.idle else self.visit(statement, VALUE))
        self.facts.at = None
        same = all(a is b for a, b in zip(new, node.body, strict=True))
        return node if same else update(node, body=tuple(new))

    def comprehension(self, node: Any, position: str) -> Any:
        """A comprehension whose parts are in normal form."""
        facts = self.facts
        around, first = facts.comprehended, self.first_clause
        facts.comprehended = around.union(*[names_of_target(c.target) for c in node.clauses])
        self.first_clause = node.clauses[0], around
        new = self.below(node, position)
        facts.comprehended, self.first_clause = around, first
        return new

    def clause(self, node: CompFor, position: str) -> Any:
        """A clause of a comprehension; what the first one iterates is evaluated outside of it."""
        first = self.first_clause
        if first is None or first[0] is not node:
            return self.below(node, position)
        facts = self.facts
        inside, facts.comprehended = facts.comprehended, first[1]
        iterable = self.visit(node.iterable, VALUE)
        facts.comprehended = inside
        parts = {"target": self.visit(node.target, VALUE), "iterable": iterable}
        conditions = tuple([self.visit(c, TEST) for c in node.conditions])
        changes = {name: new for name, new in parts.items() if new is not getattr(node, name)}
        if any(a is not b for a, b in zip(conditions, node.conditions, strict=True)):
            changes["conditions"] = conditions
        return update(node, **changes) if changes else node

    def method(self, node: Function, position: str) -> Any:
        """A method of a class of which another method reads its own locals: those of this one may be unread."""
        withheld = self.facts.granted, self.by_class, self.idle
        reads = self.readers.get(node.span)
        if reads is None:
            reads = self.readers[node.span] = bool(readers_of_locals(node, self.engine.language.traits))
        if not reads:
            self.facts.granted = self.engine.allowed
            self.by_class, self.idle = self.engine.tables(self.engine.allowed)
        self.apart = False
        try:
            return self.definition(node, position)
        finally:
            self.apart = True
            self.facts.granted, self.by_class, self.idle = withheld

    def below(self, node: Any, position: str, headers: bool = False) -> Any:
        """A node with its children in normal form; with `headers`, but for its own blocks."""
        visit, idle = self.visit, self.idle
        changes: dict[str, Any] = {}
        for name, where in _PLANS[node.__class__]:
            value = getattr(node, name)
            cls = value.__class__
            if value is None or cls in idle:
                continue
            place = position if where is INHERIT else where
            if cls is tuple:
                new = [v if v.__class__ in idle else visit(v, place) for v in value]
                for a, b in zip(new, value, strict=True):
                    if a is not b:
                        changes[name] = tuple(new)
                        break
            elif cls is not Block or not headers:
                one = visit(value, place)
                if one is not value:
                    changes[name] = one
            elif id(value) not in self.settled:
                self.waiting += 1
        return update(node, **changes) if changes else node

    def settle(self, node: Any, position: str) -> Any:
        """Ask the node's rules until none applies; what a rule built is walked as the source was.

        Definitions and the new statements of blocks wait for the unit's next pass: a long one that is rewritten often
        would otherwise be walked as often.
        """
        settled = self.settled
        for _ in range(MAX_REWRITES_AT_ONE_NODE):
            new = self.apply(node, position)
            if new is None:
                return node
            node = new
            if new.__class__ not in _LATER:
                node = self.below(new, position, headers=True)
            elif new.__class__ is not Block or any(id(n) not in settled for n in new.body):
                self.waiting += 1
        if node.__class__ is Block:
            self.waiting += 1
            return node
        raise RuleError(UNSETTLED)

    def apply(self, node: Any, position: str) -> Any:
        """The node as the first of its rules that applies rewrites it; None if none does."""
        facts = self.facts
        facts.position = position
        for rule in self.by_class.get(node.__class__, ()):
            new = rule.rewrite(node, facts)
            if new is not None and new is not node:
                assumptions = tuple(sorted(rule.languages[self.language] | facts.used))
                places = changed_spans(node, new)
                span = hull(places) if len(places) > 1 else places[0]
                self.folds.append(
                    Fold(rule.id, span, assumptions, "left", self.name, tuple(places[1:] and places))
                )
                facts.used.clear()
                return with_places(new, node)
            if facts.used:
                facts.used.clear()
        return None


def changed_spans(old: Node, new: Node) -> list[Span]:
    """The parts of `old` that a rule rewrote, by the nodes that both share: statements of a block, a header, or all.

    A fold on a function's block would else seem to concern each of its lines.
    """
    if old.__class__ is not new.__class__ or not (isinstance(old, Statement) or old.__class__ is Block):
        return [old.span]
    names = [name for name in FIELDS[old.__class__] if getattr(old, name) is not getattr(new, name)]
    if isinstance(old, Block) and isinstance(new, Block):
        kept = {id(n) for n in new.body}.intersection([id(n) for n in old.body])
        gone, come = ([n for n in side.body if id(n) not in kept] for side in (old, new))
        # The last of its class is the likeliest to be what a statement became: temporaries go into what follows.
        spans: list[list[Span]] = []
        for node in reversed(gone):
            became = come and (len(come) == len(gone) - len(spans) or come[-1].__class__ is node.__class__)
            spans.append(changed_spans(node, come.pop()) if became else [span_of(node)])
        return [span for part in reversed(spans) for span in part] or [old.span]
    if len(names) == 1 and isinstance(getattr(old, names[0]), Block):
        one, two = getattr(old, names[0]), getattr(new, names[0])
        return changed_spans(one, two) if isinstance(two, Block) else [old.span]
    if isinstance(old, Statement) and old.header != NOWHERE and _HEADER.issuperset(names):
        return [widest_header(old, old.header)]
    return [old.span]


_HEADER = frozenset({"test", "params", "returns", "bases", "type_params", "target", "iterable", "items"})


def with_places(new: Node, old: Node) -> Node:
    """`new` with spans where a rule left them out: the hull of what lies below, at the top the old node's.

    Statements that a rule built are marked `restructured`.
    """
    if new.span == NOWHERE and old.span != NOWHERE:
        new = update(new, span=old.span)
    if (
        isinstance(new, Statement)
        and new.header != NOWHERE
        and any(isinstance(c, Block) for c in children(new))
    ):
        new = update(new, header=widest_header(new, new.header))
    return _fill(new)


def _fill(node: Node) -> Node:
    if isinstance(node, Statement) and (node.header == NOWHERE or node.span == NOWHERE):
        below = [_fill(c) for c in children(node)]
        span = node.span if node.span != NOWHERE else hull([c.span for c in below])
        head = hull([c.span for c in below if not isinstance(c, (Block, Statement))])
        node = _replace_children(node, below)
        return update(node, span=span, header=head if head != NOWHERE else span, restructured=True)
    if node.span == NOWHERE and not isinstance(node, Statement):
        below = [_fill(c) for c in children(node)]
        if below:
            return update(_replace_children(node, below), span=hull([c.span for c in below]))
        return node
    if isinstance(node, Block):
        return _replace_children(node, [_fill(c) for c in children(node)])
    return node


def _replace_children(node: Node, below: list[Node]) -> Node:
    waiting = iter(below)
    return map_children(node, lambda child: next(waiting))


def unit_name(node: Node | None) -> str:
    """The name of a definition, else what a reader can find: the line of the statement."""
    if isinstance(node, (Function, Class)):
        return node.name
    if node is None:
        return "module"
    if isinstance(node, Opaque) and node.kind == "export":
        for child in children(node):
            if isinstance(child, (Function, Class)):
                return child.name
    return f"line {node.span[0]}"
