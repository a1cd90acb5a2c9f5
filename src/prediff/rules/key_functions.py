"""Rules of the family functions: what `operator` gives, as the lambda that does the same."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.rules.format_strings import is_attribute_name
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Attribute,
    Call,
    Index,
    Keyword,
    Lambda,
    Literal,
    Name,
    Node,
    Param,
    Star,
    Tuple,
    update,
)

BUILTINS = ("sorted", "min", "max")
CALLING = frozenset({"heapq.nlargest", "heapq.nsmallest", "itertools.groupby"})
ITEM, ATTRIBUTE = "operator.itemgetter", "operator.attrgetter"
ARGUMENT = Name("x")


def _key_function(node: Call, facts: Facts) -> Node | None:
    for i, argument in enumerate(node.args):
        if isinstance(argument, Keyword) and argument.name == "key" and isinstance(argument.value, Call):
            if not facts.is_call_of(node, *BUILTINS) and facts.qualified(node.func) not in CALLING:
                return None
            new = _lambda(argument.value, facts)
            if new is not None:
                return update(node, args=(*node.args[:i], update(argument, value=new), *node.args[i + 1 :]))
    return None


def _lambda(getter: Call, facts: Facts) -> Node | None:
    """The lambda that does what a getter of constant items or attributes does."""
    made = facts.qualified(getter.func)
    if made not in (ITEM, ATTRIBUTE) or not getter.args:
        return None
    read = [_item(a) if made == ITEM else _attribute(a) for a in getter.args]
    found = [n for n in read if n is not None]
    if len(found) != len(read):
        return None
    return Lambda((Param(ARGUMENT),), found[0] if len(found) == 1 else Tuple(tuple(found)))


def _item(key: Node) -> Node | None:
    return Index(ARGUMENT, key) if isinstance(key, Literal) and not isinstance(key, Star) else None


def _attribute(path: Node) -> Node | None:
    if not isinstance(path, Literal) or path.kind != "str":
        return None
    node: Node = ARGUMENT
    for name in path.value.split("."):
        if not is_attribute_name(name):
            return None
        node = Attribute(node, name)
    return node


RULES: tuple[Rule, ...] = (
    Rule(
        id="key-function",
        family="functions",
        summary="Write `key=lambda x: x[0]` for `key=operator.itemgetter(0)`, and so for `attrgetter`.",
        languages={"python": frozenset({"source-unread", "locals-unread"})},
        on=(Call,),
        rewrite=_key_function,
        why="The library defines them so. Only as the `key` of what calls it with one argument and keeps it nowhere"
        " (`sorted`, `min`, `max`, `heapq`, `itertools.groupby`), and only for constant items and attributes: an"
        " expression would be evaluated at each call.",
        examples=(
            Example(
                "item",
                "import operator\nx = sorted(y, key=operator.itemgetter(0))\n",
                "import operator\nx = sorted(y, key=lambda x: x[0])\n",
            ),
            Example(
                "attributes",
                'from operator import attrgetter\nx = max(y, key=attrgetter("a.b", "c"))\n',
                "from operator import attrgetter\nx = max(y, key=lambda x: (x.a.b, x.c))\n",
            ),
        ),
        leaves_alone=(
            "import operator\nx = sorted(y, key=operator.itemgetter(i))\n",
            "import operator\nx = f(y, key=operator.itemgetter(0))\n",
            "import operator\nx = y.sort(key=operator.itemgetter(0))\n",
            "from m import itemgetter\nx = sorted(y, key=itemgetter(0))\n",
            'import operator\nx = sorted(y, key=operator.attrgetter("a b"))\n',
            "import operator\nx = sorted(y, key=operator.itemgetter(*z))\n",
            "import operator\nx = operator.itemgetter(0)\n",
        ),
        words=frozenset({"operator"}),
    ),
)
