"""Mutants of Python that are no bugs: by which reason, and shown without prediff.

Each reason is a class of `CLASSES` with a predicate on the two texts. Nothing is taken on trust because of the operator
that made the mutant. The strongest predicate is the interpreter's own compiler: code that compiles to the same
instructions does the same. What rests on an assumption that prediff printed says so.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from mutation.python import parse
from mutation.python_classes import classes_of_constants, known_fields
from mutation.python_current import (
    covered_exceptions,
    ends_of_try,
    raised_class,
    unread_handlers,
)
from mutation.python_shapes import (
    any_order,
    definition_order,
    future_imports,
    idle_statements,
    import_order,
    names_of_locals,
    object_base,
    one_sided_annotations,
    same_code,
    same_code_without_docs,
    typing_imports,
    union_order,
)
from mutation.python_spellings import (
    bare_cache,
    casts,
    constant_side,
    default_arguments,
    drawn_at_once,
    empty_displays,
    exact_fields,
    none_identity,
    str_fields,
    str_in_text,
)
from mutation.python_unseen import (
    imports_in_any_order,
    independent_neighbours,
    self_assignments,
    unread_counters,
    unread_imports,
)
from mutation.python_values import believed_values, small_values


def reason(before: str, after: str, assumptions: tuple[str, ...], other: str) -> str:
    """The class of an equivalent mutant; "" where none can be shown.

    assumptions: those that prediff printed. other: the text that the mutant was compared with; of a planted bug not the
    one that was mutated.
    """
    one, two, three = parse(before), parse(after), parse(other)
    if one is None or two is None or three is None:
        return ""
    for name, (needs, _, predicate) in CLASSES.items():
        if needs <= {*assumptions} and predicate(one, two):
            return name
    needs = CLASSES["annotations"][0]
    return "annotations" if needs <= {*assumptions} and one_sided_annotations(one, two, three) else ""


Predicate = Callable[[ast.Module, ast.Module], bool]
CLASSES: dict[str, tuple[frozenset[str], str, Predicate]] = {
    "same-code": (
        frozenset(),
        "the interpreter compiles both texts to the same instructions",
        same_code,
    ),
    "idle-statements": (
        frozenset({"docs-unread"}),
        "the texts are equal but for docstrings and other constants that stand as statements",
        idle_statements,
    ),
    "same-code-without-docs": (
        frozenset({"docs-unread"}),
        "both texts compile to the same instructions once docstrings are taken away",
        same_code_without_docs,
    ),
    "names-of-locals": (
        frozenset({"locals-unread"}),
        "both texts compile to the same instructions but for the names of locals, each another one throughout",
        names_of_locals,
    ),
    "annotations": (
        frozenset({"annotations-unread"}),
        "the texts are equal but for annotations that one of them lacks",
        one_sided_annotations,
    ),
    "union-order": (
        frozenset({"annotations-unread"}),
        "the texts are equal but for the order of the members of `Union[…]` and `X | None`, which makes no other type",
        union_order,
    ),
    "constant-side": (
        frozenset({"source-unread"}),
        "the texts are equal once constants stand on the right of comparisons; a built-in value leaves a "
        "comparison with another type to that type, whichever side it stands on",
        constant_side,
    ),
    "object-base": (
        frozenset({"current-language"}),
        "the texts are equal but for `object` as a base class, which every class has",
        object_base,
    ),
    "typing-imports": (
        frozenset({"annotations-unread"}),
        "the texts are equal but for `if TYPE_CHECKING`, which never runs, and imported names of `typing`, `types`, "
        "`abc`, `collections.abc` or `__future__.annotations` that exist and that nothing but annotations reads",
        typing_imports,
    ),
    "import-order": (
        frozenset({"source-unread"}),
        "the texts are equal but for the order of neighbouring imports",
        import_order,
    ),
    "unread-imports": (
        frozenset({"imports-pure", "exports-unread"}),
        "the texts are equal but for imports at the top level whose names their file reads nowhere, and their order",
        unread_imports,
    ),
    "independent-neighbours": (
        frozenset({"locals-unread"}),
        "the texts are equal once two neighbours change places of which one binds a name to something empty or "
        "constant that the other does not mention",
        independent_neighbours,
    ),
    "unread-counters": (
        frozenset({"locals-unread"}),
        "the texts are equal without the locals of functions that get whole numbers, or grow by them, and are not read",
        unread_counters,
    ),
    "self-assignments": (
        frozenset({"source-unread"}),
        "the texts are equal once a function no longer assigns a name to itself",
        self_assignments,
    ),
    "definition-order": (
        frozenset({"source-unread"}),
        "the texts are equal but for the order of definitions that read none of each other's names and run nothing",
        definition_order,
    ),
    "any-order": (
        frozenset({"order-unread"}),
        "the texts are equal but for the order of definitions that read none of each other's names when they are made",
        any_order,
    ),
    "imports-in-any-order": (
        frozenset({"order-unread"}),
        "the same, with imports among them: each binds a name that what it crosses does not read when it is made",
        imports_in_any_order,
    ),
    "none-identity": (
        frozenset({"builtin-operators"}),
        "the texts are equal once `x == None` is written as `x is None`",
        none_identity,
    ),
    "str-fields": (
        frozenset({"str-formats"}),
        "the texts are equal once `{x!s}` is written as `{x}` in f-strings",
        str_fields,
    ),
    "exact-fields": (
        frozenset({"source-unread"}),
        "the texts are equal once `{type(x).__name__!s}`, `{os.path.join(a, b)!s}` or `{len(x)!s}` is written without "
        "its conversion: it is text, a whole number, or bytes, which have no format of their own",
        exact_fields,
    ),
    "raised-class": (
        frozenset({"source-unread"}),
        "the texts are equal once a builtin exception is raised by its class, which calls it without arguments",
        raised_class,
    ),
    "covered-exceptions": (
        frozenset({"source-unread"}),
        "the texts are equal once a builtin exception is not caught beside a base class of its own",
        covered_exceptions,
    ),
    "unread-handlers": (
        frozenset({"locals-unread"}),
        "the texts are equal once a handler has no name that only handlers of the function bind and its own block does "
        "not say",
        unread_handlers,
    ),
    "ends-of-try": (
        frozenset({"source-unread"}),
        "the texts are equal once an exit that cannot raise stands in the else of its try, and an else behind handlers "
        "that all exit stands behind the try",
        ends_of_try,
    ),
    "known-fields": (
        frozenset({"source-unread"}),
        "the texts are equal once `{x!s}` is written without its conversion where each binding of the local `x` is "
        "seen to give a text, a number, a display or another value of a built-in class, for which the two are one",
        known_fields,
    ),
    "classes-of-constants": (
        frozenset({"source-unread"}),
        "the texts are equal but for a constant in `type(…)` that has another value of the same class",
        classes_of_constants,
    ),
    "empty-displays": (
        frozenset({"source-unread"}),
        "the texts are equal once `list()`, `dict()` and `tuple()` are written as `[]`, `{}` and `()`, and a builtin "
        "or a loop draws out a list rather than a tuple or a copy",
        empty_displays,
    ),
    "default-arguments": (
        frozenset({"source-unread"}),
        "the texts are equal without arguments of builtins that say what holds anyway, as `range(0, n)`",
        default_arguments,
    ),
    "str-in-text": (
        frozenset({"source-unread"}),
        "the texts are equal once `str(x)` at `%s` or in a field is `x`, which is made text there anyway",
        str_in_text,
    ),
    "bare-cache": (
        frozenset({"source-unread"}),
        "the texts are equal once `@lru_cache()` is `@lru_cache`, the same since Python 3.8",
        bare_cache,
    ),
    "casts": (
        frozenset({"annotations-unread"}),
        "the texts are equal once `cast(T, x)` of `typing` is `x`, which is what it gives",
        casts,
    ),
    "future-imports": (
        frozenset({"current-language"}),
        "the texts are equal but for `__future__` imports of what Python 3 does anyway",
        future_imports,
    ),
    "drawn-at-once": (
        frozenset({"source-unread"}),
        "the texts are equal once a comprehension that a builtin draws out at once is a generator; nothing between its "
        "items can see the difference",
        drawn_at_once,
    ),
    "small-values": (
        frozenset({"source-unread"}),
        "the texts are equal but for expressions and branches that come out alike for thousands of small values of "
        "what they read, with the same things evaluated in the same order; what must be an int is one in the text",
        small_values,
    ),
    "believed-values": (
        frozenset({"source-unread", "builtin-operators"}),
        "the same where annotations are true, and `==` and truth are those of the built-in types",
        believed_values,
    ),
}
"""(what prediff must have assumed, the reason, the predicate) by name; asked in this order."""
