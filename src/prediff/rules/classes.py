"""Rules of the family spelling: what a class statement and its methods need no longer say."""

from __future__ import annotations

from prediff.facts import Facts, bound_names
from prediff.facts.scopes import rebound_names
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Call,
    Class,
    Comprehension,
    Function,
    Keyword,
    Name,
    Node,
    Scope,
    Star,
    update,
    walk,
)

CURRENT = frozenset({"source-unread", "current-language"})
REAL_CLASS = frozenset(
    {
        "abc.ABC", "dataclasses.dataclass", "django.utils.encoding.python_2_unicode_compatible", "enum.unique",
        "functools.total_ordering", "future.utils.python_2_unicode_compatible", "six.python_2_unicode_compatible",
        "typing.final", "typing.runtime_checkable", "typing_extensions.final", "typing_extensions.runtime_checkable",
        "unittest.mock.patch", "unittest.mock.patch.dict", "unittest.mock.patch.object", "unittest.skip",
        "unittest.skipIf", "unittest.skipUnless",
    }
)  # fmt: skip
"""Class decorators that give back the class they get."""


def _is_abc(metaclass: Node, facts: Facts) -> bool:
    return facts.qualified(metaclass) == "abc.ABCMeta"


def _plain_class(node: Class, facts: Facts) -> bool:
    """Whether the statement's own class, and no other, ends up under its name."""
    for base in node.bases:
        if isinstance(base, Star):
            return False
        if (
            isinstance(base, Keyword)
            and base.name in ("metaclass", "slots")
            and not _is_abc(base.value, facts)
        ):
            return False
    for decorator in node.decorators:
        func = decorator.func if isinstance(decorator, Call) else decorator
        if facts.qualified(func) not in REAL_CLASS and not facts.qualified(func).startswith("pytest.mark."):
            return False
        if isinstance(decorator, Call) and any(
            isinstance(a, Keyword) and a.name == "slots" for a in decorator.args
        ):
            return False
    return True


def _own_class(facts: Facts) -> Class | None:
    """The class directly around the innermost method, if its name means that class whenever the method runs."""
    around = facts.enclosing[:-1]
    if not around or not isinstance(around[-1], Class) or around[-1].name.startswith("__"):
        return None
    cls = around[-1]
    if len(around) == 1:
        known = cls.name in facts.module.names and cls.name not in facts.module.rebound
    else:
        scope = around[-2]
        known = isinstance(scope, Function) and cls.name not in rebound_names(scope.body)
        if known and any(isinstance(n, Scope) and Name(cls.name) in n.names for n in walk(scope)):
            return None
    return cls if known and _plain_class(cls, facts) else None


def _super(node: Call, facts: Facts) -> Node | None:
    if len(node.args) != 2 or not facts.is_call_of(node, "super") or not facts.enclosing:
        return None
    method = facts.enclosing[-1]
    if not isinstance(method, Function) or not method.params or node.args[1] != method.params[0].target:
        return None
    cls, first = _own_class(facts), method.params[0]
    if cls is None or node.args[0] != Name(cls.name) or first.kind not in ("plain", "positional_only"):
        return None
    bound = bound_names(update(method, params=method.params[1:]))
    if not bound.isdisjoint((first.target.id, cls.name)) or _holds_elsewhere(method, node):  # type: ignore[attr-defined]
        return None
    return update(node, args=())


def _holds_elsewhere(method: Function, call: Call) -> bool:
    """Whether `call` also stands where the method's first argument is not at hand: in its head or a comprehension."""
    heads = [*method.decorators, *method.params, *([method.returns] if method.returns is not None else [])]
    inner = [n for n in walk(method.body) if isinstance(n, Comprehension)]
    return any(n == call for part in (*heads, *inner) for n in walk(part))


SUPER = Rule(
    id="super",
    family="spelling",
    summary="Write `super()` for `super(C, self)` in a method of C.",
    languages={"python": CURRENT},
    on=(Call,),
    rewrite=_super,
    words=frozenset({"super"}),
    why="`super()` takes the class that the method stands in and the method's first argument (PEP 3135). C must be"
    " the class directly around the method, bound once and not replaced by a decorator or metaclass that makes"
    " another class; the first parameter must not be bound again; functions and comprehensions inside the method"
    " have first arguments of their own.",
    examples=(
        Example(
            "method",
            "class A(B):\n    def f(self):\n        return super(A, self).f()",
            "class A(B):\n    def f(self):\n        return super().f()",
        ),
        Example(
            "class method",
            "class A(B):\n    @classmethod\n    def f(cls):\n        super(A, cls).f()",
            "class A(B):\n    @classmethod\n    def f(cls):\n        super().f()",
        ),
        Example(
            "skipped",
            "import unittest\n@unittest.skipIf(x, 'y')\nclass A(B):\n    def f(self):\n        super(A, self).f()",
            "import unittest\n@unittest.skipIf(x, 'y')\nclass A(B):\n    def f(self):\n        super().f()",
        ),
    ),
    leaves_alone=(
        "class A(B):\n    def f(self):\n        return super(B, self).f()",
        "class A(B):\n    def f(self, o):\n        return super(A, o).f()",
        "class A(B):\n    def f(self):\n        return [super(A, self).f() for x in y]",
        "class A(B):\n    def f(self):\n        self = g()\n        return super(A, self).f()",
        "class A(B):\n    def f(self):\n        return super(A, self).f()\nA = replace(A)",
        "@replace\nclass A(B):\n    def f(self):\n        return super(A, self).f()",
        "class A(B, metaclass=M):\n    def f(self):\n        return super(A, self).f()",
        "class A(B):\n    class C(B):\n        def f(self):\n            return super(A, self).f()",
    ),
)


def _object_base(node: Class, facts: Facts) -> Node | None:
    alone = len(node.bases) == 1 and facts.is_builtin(node.bases[0], "object")
    return update(node, bases=()) if alone else None


OBJECT_BASE = Rule(
    id="object-base",
    family="spelling",
    summary="Write `class C` for `class C(object)`.",
    languages={"python": CURRENT},
    on=(Class,),
    rewrite=_object_base,
    why="In Python 3 a class without bases derives from object. With other bases, or a metaclass, which sees the"
    " list of bases, it is left alone.",
    examples=(Example("plain", "class A(object):\n    x = 1", "class A:\n    x = 1"),),
    leaves_alone=(
        "class A(object, metaclass=M):\n    x = 1",
        "class A(B, object):\n    x = 1",
        "object = f()\nclass A(object):\n    x = 1",
    ),
    words=frozenset({"object"}),
)


RULES: tuple[Rule, ...] = (SUPER, OBJECT_BASE)
