"""What is the same in a pair and what is not: names of locals, order, annotations, imports, comments, literals."""

from __future__ import annotations

import pytest

import prediff

SAME = {
    "locals swapped": (
        "def f(a):\n    x = a()\n    y = 2\n    return g(x, y, x)\n",
        "def f(a):\n    y = a()\n    x = 2\n    return g(y, x, y)\n",
    ),
    "a closure's variable": (
        "def f(a):\n    x = a()\n    def g():\n        return x\n    return g\n",
        "def f(a):\n    z = a()\n    def g():\n        return z\n    return g\n",
    ),
    "two scopes that share a name on one side": (
        "def f(xs):\n    for i in xs:\n        g(i)\n    return {i: 1 for i in xs}\n",
        "def f(xs):\n    for i in xs:\n        g(i)\n    return {j: 1 for j in xs}\n",
    ),
    "a positional-only parameter": ("def f(x, /):\n    return x + 1\n", "def f(y, /):\n    return y + 1\n"),
    "the name of *args": ("def f(*x):\n    return g(x)\n", "def f(*y):\n    return g(y)\n"),
    "a comprehension at the top level": ("f = {i: 1 for i in z if i}\n", "f = {j: 1 for j in z if j}\n"),
    "the name of an exception": (
        "def f():\n    try:\n        g()\n    except E as e:\n        h(e)\n",
        "def f():\n    try:\n        g()\n    except E as err:\n        h(err)\n",
    ),
    "a lambda that a builtin calls": (
        "def f(xs):\n    return sorted(xs, key=lambda l: l[1])\n",
        "def f(xs):\n    return sorted(xs, key=lambda k: k[1])\n",
    ),
    "a local named like a word of a message": (
        'def f():\n    value = g()\n    h(value)\n    raise E("no value given")\n',
        'def f():\n    v = g()\n    h(v)\n    raise E("no value given")\n',
    ),
    "exceptions in another order": (
        "class C(ValueError):\n    pass\nclass D(C):\n    x = 1\nclass E(C):\n    x = 2\n",
        "class C(ValueError):\n    pass\nclass E(C):\n    x = 2\nclass D(C):\n    x = 1\n",
    ),
    "a function beside a class with an unknown base": (
        "from m import B\nclass C(B):\n    x = 1\ndef f():\n    return 1\n",
        "from m import B\ndef f():\n    return 1\nclass C(B):\n    x = 1\n",
    ),
    "functions in another order": (
        "def a():\n    return 1\ndef b():\n    return 2\n",
        "def b():\n    return 2\ndef a():\n    return 1\n",
    ),
    "methods in another order": (
        "class A:\n    x = 1\n    def f(self): return 1\n    def g(self): return 2\n",
        "class A:\n    def g(self): return 2\n    x = 1\n    def f(self): return 1\n",
    ),
    "methods with decorators that only wrap": (
        "import contextlib\nclass A:\n    @contextlib.contextmanager\n    def f(self): yield 1\n"
        "    @r(1)\n    def g(self): return 2\n",
        "import contextlib\nclass A:\n    @r(1)\n    def g(self): return 2\n"
        "    @contextlib.contextmanager\n    def f(self): yield 1\n",
    ),
    "a method beside a branch that binds another name": (
        "class A:\n    def f(self): return 1\n    if x:\n        g = 2\n",
        "class A:\n    if x:\n        g = 2\n    def f(self): return 1\n",
    ),
    "a function beside a pattern": (
        "import re\ndef f():\n    return P.match\nP = re.compile('a' 'b', flags=0)\n",
        "import re\nP = re.compile('a' 'b', flags=0)\ndef f():\n    return P.match\n",
    ),
    "methods with types that are subscripted": (
        "class A:\n    @r\n    def f(self): return 1\n    def g(self, a: list[int] | None): return 2\n",
        "class A:\n    def g(self, a: list[int] | None): return 2\n    @r\n    def f(self): return 1\n",
    ),
    "an annotation under a decorator that reads none": (
        "import pytest\n@pytest.fixture\ndef f(a):\n    return a\n",
        "import pytest\n@pytest.fixture\ndef f(a: int) -> str:\n    return a\n",
    ),
    "annotations of names that are bound by then, evaluated or not": (
        "from __future__ import annotations\nfrom m import A\nT = A\ndef f(a: A, b: T):\n    return a\n",
        "from m import A\nT = A\ndef f(a: A, b: T):\n    return a\n",
    ),
    "names that are called, from one module": (
        "from m import b, a\na(b())\n",
        "from m import a, b\na(b())\n",
    ),
    "names that are classes and types, from one module": (
        "from m import E, D, T\nclass C(D):\n    def f(self, x: T): raise E\n",
        "from m import T\nfrom m import D\nfrom m import E\nclass C(D):\n    def f(self, x: T): raise E\n",
    ),
    "annotations on one side": ("def f(a: int) -> str:\n    return a\n", "def f(a):\n    return a\n"),
    "annotations on different sides": ("def f(a: int, b):\n    return a\n", "def f(a, b: str):\n    return a\n"),
    "an annotation as a string": ("def f(a: 'int'):\n    return a\n", "def f(a: int):\n    return a\n"),
    "an annotated variable": ("x: int = 1\n", "x = 1\n"),
    "an annotated local": ("def f():\n    x: int = g()\n    h(x, x)\n", "def f():\n    x = g()\n    h(x, x)\n"),
    "two spellings of a type": (
        "from typing import List, Optional, Union\ndef f(a: Optional[List[int]], b: Union[int, str]):\n    return a\n",
        "def f(a: list[int] | None, b: str | int):\n    return a\n",
    ),
    "a typing import that only annotations need": (
        "import typing as t\ndef f(a: t.Any):\n    return a\n",
        "def f(a):\n    return a\n",
    ),
    "a class variable declared as one": (
        "from typing import ClassVar\nclass A:\n    x: ClassVar[int] = 1\n",
        "class A:\n    x = 1\n",
    ),
    "comments": ("x = 1 # a\n", "# b\nx = 1\n"),
    "directives for tools": ("x = 1 # noqa\n", "x = 1 # type: ignore\n"),
    "a docstring": ('def f():\n    "a"\n    return 1\n', 'def f():\n    """b"""\n    return 1\n'),
    "a major version in the interpreter line": (
        "#!/usr/bin/env python2\nx = 1\n",
        "#!/usr/bin/env python3\nx = 1\n",
    ),
    "another base of a number": ("x = 0x10\n", "x = 16\n"),
    "imports one by one": ("import a, b\n", "import a\nimport b\n"),
    "a region that cannot be read, with the same bytes": (
        "def f(:\n    pass\n\ndef g():\n    return 1\n",
        "def f(:\n    pass\n\ndef g():\n    return 1  # c\n",
    ),
}  # fmt: skip

DIFFERENT = {
    "a local that only unreachable code binds": (
        "x = 1\ndef f(a):\n    if False:\n        x = 2\n    return x\n",
        "x = 1\ndef f(a):\n    return x\n",
    ),
    "a local that is bound behind what is never true": (
        "x = 1\ndef f(a):\n    if a:\n        g()\n    elif 1 > 2:\n        x = 2\n    return x\n",
        "x = 1\ndef f(a):\n    if a:\n        g()\n    return x\n",
    ),
    "a variable that is read where nothing has bound it": (
        "r = 1\ndef f(a):\n    if a:\n        r = g(a)\n    return r\n",
        "r = 1\ndef f(a):\n    if a:\n        return g(a)\n    return r\n",
    ),
    "locals exchanged": (
        "def f(a):\n    x = a()\n    y = a()\n    return x - y\n",
        "def f(a):\n    x = a()\n    y = a()\n    return y - x\n",
    ),
    "a closure that reads another variable": (
        "def f(a):\n    x = a()\n    def g():\n        return x\n    return g\n",
        "def f(a):\n    z = a()\n    def g():\n        return x\n    return g\n",
    ),
    "a global": (
        "def f(a):\n    global x\n    x = a()\n    return x\n",
        "def f(a):\n    global y\n    y = a()\n    return y\n",
    ),
    "locals()": ("def f(a):\n    x = a()\n    return locals()\n", "def f(a):\n    y = a()\n    return locals()\n"),
    "a query that names a local": (
        "def f(a):\n    x = a()\n    return x, df.query('q > @x')\n",
        "def f(a):\n    y = a()\n    return y, df.query('q > @x')\n",
    ),
    "a debug f-string": (
        "def f(a):\n    x = a()\n    return g(x, f'{x=}')\n",
        "def f(a):\n    y = a()\n    return g(y, f'{y=}')\n",
    ),
    "a keyword parameter": ("def f(x):\n    return x\n", "def f(y):\n    return y\n"),
    "a keyword-only parameter": ("def f(*, x=1):\n    return x\n", "def f(*, y=1):\n    return y\n"),
    "a parameter of a nested function": (
        "def f():\n    def inner(a):\n        return a\n    return inner\n",
        "def f():\n    def inner(b):\n        return b\n    return inner\n",
    ),
    "a lambda that is handed on": (
        "def f(xs):\n    return foo(xs, key=lambda l: l[1])\n",
        "def f(xs):\n    return foo(xs, key=lambda k: k[1])\n",
    ),
    "a lambda for a function of the module's own": (
        "def sorted(x, key): return key(l=1)\ndef f(xs):\n    return sorted(xs, key=lambda l: l)\n",
        "def sorted(x, key): return key(l=1)\ndef f(xs):\n    return sorted(xs, key=lambda k: k)\n",
    ),
    "a lambda for what a star import may bring": (
        "from x import *\ndef f(xs):\n    return sorted(xs, key=lambda l: l)\n",
        "from x import *\ndef f(xs):\n    return sorted(xs, key=lambda k: k)\n",
    ),
    "a mangled name": (
        "class A:\n    def f(self):\n        __x = g()\n        return __x + g()\n",
        "class A:\n    def f(self):\n        y = g()\n        return y + g()\n",
    ),
    "a class attribute": ("class A:\n    x = 1\n    g = [x]\n", "class A:\n    y = 1\n    g = [y]\n"),
    "a name that would be captured": (
        "def f():\n    x = g()\n    h(x)\n    return y\n",
        "def f():\n    y = g()\n    h(y)\n    return y\n",
    ),
    "a loop variable that leaks": (
        "def f(xs):\n    for i in xs:\n        g(i)\n    return i\n",
        "def f(xs):\n    for j in xs:\n        g(j)\n    return i\n",
    ),
    "a call between definitions": (
        "def a():\n    return 1\na()\ndef b():\n    return 2\n",
        "def b():\n    return 2\na()\ndef a():\n    return 1\n",
    ),
    "a definition moved behind its use": (
        "def a():\n    return 1\ndef b():\n    return 2\nx = b()\n",
        "def b():\n    return 2\nx = b()\ndef a():\n    return 1\n",
    ),
    "a redefinition": (
        "def a():\n    return 1\ndef a():\n    return 2\n",
        "def a():\n    return 2\ndef a():\n    return 1\n",
    ),
    "registration by decorators": (
        "@r\ndef a():\n    return 1\n@r\ndef b():\n    return 2\n",
        "@r\ndef b():\n    return 2\n@r\ndef a():\n    return 1\n",
    ),
    "a decorator of one's own that is named like one that wraps": (
        "from m import lru_cache\nclass A:\n    @lru_cache\n    def f(self): return 1\n"
        "    @r\n    def g(self): return 2\n",
        "from m import lru_cache\nclass A:\n    @r\n    def g(self): return 2\n"
        "    @lru_cache\n    def f(self): return 1\n",
    ),
    "what a decorator that wraps is given is called": (
        "import pytest\n@pytest.fixture(params=g())\ndef f(a): return 1\n@r\ndef h(): return 2\n",
        "import pytest\n@r\ndef h(): return 2\n@pytest.fixture(params=g())\ndef f(a): return 1\n",
    ),
    "a method beside a branch that binds its name": (
        "class A:\n    def f(self): return 1\n    if x:\n        f = 2\n",
        "class A:\n    if x:\n        f = 2\n    def f(self): return 1\n",
    ),
    "a method beside a branch that reads its name": (
        "class A:\n    def f(self): return 1\n    if x:\n        g = f\n",
        "class A:\n    if x:\n        g = f\n    def f(self): return 1\n",
    ),
    "a function beside a call that may look it up": (
        "import re\ndef f():\n    return 1\nP = re.compile(X)\n",
        "import re\nP = re.compile(X)\ndef f():\n    return 1\n",
    ),
    "a function beside a call of what is no builtin any more": (
        "from m import dict\ndef f():\n    return 1\nP = dict()\n",
        "from m import dict\nP = dict()\ndef f():\n    return 1\n",
    ),
    "an annotation of a name that is no generic class": (
        "from __future__ import annotations\nclass T:\n    x = 1\ndef f(a: T[int]):\n    return a\n",
        "class T:\n    x = 1\ndef f(a: T[int]):\n    return a\n",
    ),
    "an annotation under a decorator that reads them": (
        "import typer\n@typer.run\ndef f(a):\n    return a\n",
        "import typer\n@typer.run\ndef f(a: int):\n    return a\n",
    ),
    "attributes of a class in another order": (
        "class A:\n    x = 1\n    y = 2\n",
        "class A:\n    y = 2\n    x = 1\n",
    ),
    "a method read in the class body": (
        "class A:\n    def f(self): return 1\n    g = f\n    def f(self): return 2\n",
        "class A:\n    def f(self): return 2\n    g = f\n    def f(self): return 1\n",
    ),
    "a default that reads a class attribute": (
        "class A:\n    def f(self, a=x): return 1\n    x = 1\n",
        "class A:\n    x = 1\n    def f(self, a=x): return 1\n",
    ),
    "a base class moved behind": (
        "class A:\n    pass\nclass B(A):\n    pass\n",
        "class B(A):\n    pass\nclass A:\n    pass\n",
    ),
    "a definition before an import": ("import x\ndef f(): return 1\n", "def f(): return 1\nimport x\n"),
    "another annotation": ("def f(a: int):\n    return a\n", "def f(a: str):\n    return a\n"),
    "another annotation of a local": (
        "def f(a):\n    b: int = 1\n    return b + g(b)\n",
        "def f(a):\n    b: str = 1\n    return b + g(b)\n",
    ),
    "an annotation that a decorator may read": (
        "@app.get\ndef f(a: int):\n    return a\n",
        "@app.get\ndef f(a):\n    return a\n",
    ),
    "an annotation of a function that is handed on": (
        "def f(a: int):\n    return a\nreg(f)\n",
        "def f(a):\n    return a\nreg(f)\n",
    ),
    "an annotation that the file reads": (
        "def f(a: int):\n    return a\nprint(f.__annotations__)\n",
        "def f(a):\n    return a\nprint(f.__annotations__)\n",
    ),
    "an annotated class attribute": ("class A:\n    x: int = 1\n", "class A:\n    x = 1\n"),
    "a declaration that makes a name local": ("def f():\n    x: int\n    g(x)\n", "def f():\n    g(x)\n"),
    "a default beside an annotation": ("def f(a: int = 1):\n    return a\n", "def f(a: int = 2):\n    return a\n"),
    "a name and a text in a Literal that is not known": (
        "from m import Literal\ndef f(x: Literal['a']): pass\n",
        "from m import Literal\ndef f(x: Literal[a]): pass\n",
    ),
    "a name and a text that a call is given": (
        "def f(x: constr(regex='abc')): pass\n",
        "def f(x: constr(regex=abc)): pass\n",
    ),
    "a name and a text that an unknown class is subscripted by": (
        "def f(x: Float[A, 'b']): pass\n",
        "def f(x: Float[A, b]): pass\n",
    ),
    "a union in another order where it may be tried in order": (
        "from typing import Union\n@app.get\ndef f(x: Union[int, str]): pass\n",
        "from typing import Union\n@app.get\ndef f(x: Union[str, int]): pass\n",
    ),
    "a field's union in another order": (
        "class M(B):\n    x: int | str\n",
        "class M(B):\n    x: str | int\n",
    ),
    "an annotation that binds a name": ("def f(a: (n := int) = 1): pass\n", "def f(a=1): pass\n"),
    "annotations of a function that is an argument by keyword": (
        "def f(x: int): pass\nD(dependency=f)\n",
        "def f(x): pass\nD(dependency=f)\n",
    ),
    "annotations of a function in a list that is an argument": (
        "def f(x: int): pass\nserve([f])\n",
        "def f(x): pass\nserve([f])\n",
    ),
    "annotations below another decorator of a known name": (
        "from m import cache\n@cache\ndef f(x: int): pass\n",
        "from m import cache\n@cache\ndef f(x): pass\n",
    ),
    "annotations below what is called like a property's decorator": (
        "@app.setter\ndef f(x: int): pass\n",
        "@app.setter\ndef f(x): pass\n",
    ),
    "a typing name that text between quotes reads": (
        "from typing import List\nx = cast('List[int]', y)\n",
        "x = cast('List[int]', y)\n",
    ),
    "a typing name that a field's quoted type reads": (
        "from typing import Optional\nclass M(B):\n    x: 'Optional[int]'\n",
        "class M(B):\n    x: 'Optional[int]'\n",
    ),
    "a typing name in a file that looks names up": (
        "from typing import Any\ndef f(n):\n    return globals()[n]\n",
        "def f(n):\n    return globals()[n]\n",
    ),
    "a typing name that hides another": (
        "from m import Any\nfrom typing import Any\ndef f(x: Any): pass\n",
        "from m import Any\ndef f(x: Any): pass\n",
    ),
    "a deferred annotation that raises": (
        "from __future__ import annotations\ndef f(x: 'A' | None): pass\n",
        "def f(x: 'A' | None): pass\n",
    ),
    "a deferred annotation that is no type": (
        "from __future__ import annotations\ndef f(x: int[3]): pass\n",
        "def f(x: int[3]): pass\n",
    ),
    "a deferred annotation that calls": (
        "from __future__ import annotations\nimport m\ndef f(x: m.g(1)): pass\n",
        "import m\ndef f(x: m.g(1)): pass\n",
    ),
    "Optional of another module": (
        "from foo import Optional\ndef f(a: Optional[int]):\n    return a\n",
        "def f(a: int | None):\n    return a\n",
    ),
    "classes that an unknown base may count": (
        "from m import B\nclass C(B):\n    x = 1\nclass D(B):\n    x = 2\n",
        "from m import B\nclass D(B):\n    x = 2\nclass C(B):\n    x = 1\n",
    ),
    "classes that their own base counts": (
        "class B:\n    def __init_subclass__(cls):\n        A.append(cls)\n"
        "class C(B):\n    x = 1\nclass D(B):\n    x = 2\n",
        "class B:\n    def __init_subclass__(cls):\n        A.append(cls)\n"
        "class D(B):\n    x = 2\nclass C(B):\n    x = 1\n",
    ),
    "classes of a builtin that a star import may shadow": (
        "from m import *\nclass C(Exception):\n    x = 1\nclass D(Exception):\n    x = 2\n",
        "from m import *\nclass D(Exception):\n    x = 2\nclass C(Exception):\n    x = 1\n",
    ),
    "classes of a shadowed builtin": (
        "from m import Exception\nclass C(Exception):\n    x = 1\nclass D(Exception):\n    x = 2\n",
        "from m import Exception\nclass D(Exception):\n    x = 2\nclass C(Exception):\n    x = 1\n",
    ),
    "a string annotation that is no type any more": (
        'def f(a: "T"):\n    return a\n',
        'def f(a: " T"):\n    return a\n',
    ),
    "an import that an annotation on both sides reads": (
        "from typing import List\ndef f(a: List):\n    return a\n",
        "def f(a: List):\n    return a\n",
    ),
    "annotations that are evaluated again": (
        "from __future__ import annotations\ndef f(a: B):\n    return a\nclass B:\n    x = 1\n",
        "def f(a: B):\n    return a\nclass B:\n    x = 1\n",
    ),
    "a typing name that is not there": (
        "from typing import List\ndef f(a):\n    return a\n",
        "from typing import Lizt as List\ndef f(a):\n    return a\n",
    ),
    "a type that only a stub has": (
        "def f(a):\n    return a\n",
        "from _typeshed import Incomplete\ndef f(a):\n    return a\n",
    ),
    "a typing name that is read": ("from typing import List\nx = List\n", "x = List\n"),
    "a typing name that is exported": ("from typing import List\n__all__ = ['List']\n", "__all__ = ['List']\n"),
    "a docstring that is read": (
        'def f():\n    "a"\n    return 1\nprint(f.__doc__)\n',
        'def f():\n    "b"\n    return 1\nprint(f.__doc__)\n',
    ),
    "a comment that hides text": ("x = 1 # a\u202e\n", "x = 1 # b\n"),
    "the interpreter line": ("#!/usr/bin/python\nx = 1\n", "#!/usr/bin/env python\nx = 1\n"),
    "int and bool": ("x = 1\n", "x = True\n"),
    "int and float": ("x = 1\n", "x = 1.0\n"),
    "white space in a string": ("x = 'a '\n", "x = 'a'\n"),
    "bytes and str": ("x = b'a'\n", "x = 'a'\n"),
    "a tuple of one": ("x = 1,\n", "x = 1\n"),
    "in the loop and after it": (
        "for x in y:\n    f(x)\n    g(x)\n",
        "for x in y:\n    f(x)\ng(x)\n",
    ),
    "async and await": ("async def f():\n    await g()\n", "def f():\n    g()\n"),
    "names that may be modules": ("from .m import b, a\na.run(b)\n", "from .m import a, b\na.run(b)\n"),
    "a name that may be a module, by its attribute in a type": (
        "from .m import b, a\nx: a.T = b()\n",
        "from .m import a, b\nx: a.T = b()\n",
    ),
    "names on both sides of one that may be a module": (
        "from m import b\nfrom m import c\nfrom m import a\na(b(), c)\n",
        "from m import a\nfrom m import c\nfrom m import b\na(b(), c)\n",
    ),
    "names of different modules": (
        "from n import b\nfrom m import a\na(b())\n",
        "from m import a\nfrom n import b\na(b())\n",
    ),
    "two things under one name": (
        "from m import b as x\nfrom m import a as x\nx()\n",
        "from m import a as x\nfrom m import b as x\nx()\n",
    ),
    "names that a function imports": (
        "def f():\n    from m import b, a\n    return a(b())\n",
        "def f():\n    from m import a, b\n    return a(b())\n",
    ),
    "imports exchanged": ("import a, b\n", "import b, a\n"),
    "a condition of an empty branch": ("if x:\n    pass\n", "if y:\n    pass\n"),
    "an expression that does nothing but be evaluated": ("x\n", "y\n"),
    "what registers its functions under a name of a property's": (
        "def setter(f):\n    r.append(f)\n    return f\n@setter\ndef a(): pass\n@setter\ndef b(): pass\n",
        "def setter(f):\n    r.append(f)\n    return f\n@setter\ndef b(): pass\n@setter\ndef a(): pass\n",
    ),
    "an object that registers its functions under a name of a property's": (
        "from m import r\n@r.setter\ndef a(): pass\n@r.setter\ndef b(): pass\n",
        "from m import r\n@r.setter\ndef b(): pass\n@r.setter\ndef a(): pass\n",
    ),
    "properties that are another module's": (
        "from m import property\nclass C:\n    @property\n    def a(s): pass\n    @property\n    def b(s): pass\n",
        "from m import property\nclass C:\n    @property\n    def b(s): pass\n    @property\n    def a(s): pass\n",
    ),
    "a method behind what lists the class's names": (
        "class C:\n    def a(self): pass\n    names = list(locals())\n    def b(self): pass\n",
        "class C:\n    def a(self): pass\n    def b(self): pass\n    names = list(locals())\n",
    ),
    "a method behind what gives it an attribute": (
        "class C:\n    def a(self): pass\n    a.x = 1\n    def b(self): pass\n",
        "class C:\n    a.x = 1\n    def a(self): pass\n    def b(self): pass\n",
    ),
    "a method behind what binds its name among others": (
        "class C:\n    def a(self): pass\n    a, b = 1, f()\n",
        "class C:\n    a, b = 1, f()\n    def a(self): pass\n",
    ),
    "a default that reads what a call may change": (
        "class C:\n    o = O()\n    def f(self, x=o.n): return x\n    o.set()\n",
        "class C:\n    o = O()\n    o.set()\n    def f(self, x=o.n): return x\n",
    ),
    "a default that reads what is assigned": (
        "class C:\n    def f(self, x=G.n): return x\n    G.n += 2\n",
        "class C:\n    G.n += 2\n    def f(self, x=G.n): return x\n",
    ),
    "a default that reads what a function sends to the file": (
        "N = 1\ndef s():\n    global N\n    N = 2\nclass C:\n    def f(self, x=N): return x\n    s()\n",
        "N = 1\ndef s():\n    global N\n    N = 2\nclass C:\n    s()\n    def f(self, x=N): return x\n",
    ),
    "what an enum makes of members behind it": (
        "import enum\nclass E(enum.Enum):\n    def _generate_next_value_(n, *a): return n\n    A = enum.auto()\n",
        "import enum\nclass E(enum.Enum):\n    A = enum.auto()\n    def _generate_next_value_(n, *a): return n\n",
    ),
    "methods of a class whose metaclass may see their order": (
        "class C(metaclass=M):\n    def a(self): pass\n    def b(self): pass\n",
        "class C(metaclass=M):\n    def b(self): pass\n    def a(self): pass\n",
    ),
    "what a lexer sorts by lines": (
        "def t_ID(t):\n    return t\ndef t_IF(t):\n    return 2\n",
        "def t_IF(t):\n    return 2\ndef t_ID(t):\n    return t\n",
    ),
    "a local that a statement in a string reads": (
        "def f(con):\n    frame = g()\n    return con.sql('select * from frame')\n",
        "def f(con):\n    data = g()\n    return con.sql('select * from frame')\n",
    ),
    "a method behind what evaluates text": (
        "class C:\n    x = eval('b')\n    def b(self): pass\n",
        "class C:\n    def b(self): pass\n    x = eval('b')\n",
    ),
    "a method behind what binds names by strings": (
        "class C:\n    for n in 'ab':\n        locals()[n] = 1\n    def b(self): pass\n",
        "class C:\n    def b(self): pass\n    for n in 'ab':\n        locals()[n] = 1\n",
    ),
    "a method behind what reads the frame": (
        "import sys\nclass C:\n    def a(self): pass\n    n = sys._getframe(0)\n    def b(self): pass\n",
        "import sys\nclass C:\n    def a(self): pass\n    def b(self): pass\n    n = sys._getframe(0)\n",
    ),
    "a definition's name": ("def a(n):\n    return a(n - 1)\n", "def b(n):\n    return b(n - 1)\n"),
}  # fmt: skip


BEFORE_ITS_USE = "def run():\n    return helper()\ndef helper():\n    return 1\nx = run()\n"
BEHIND_ITS_USE = "def run():\n    return helper()\nx = run()\ndef helper():\n    return 1\n"


def test_a_definition_does_not_cross_what_calls_it():
    for level in ("safe", "relaxed"):
        assert not prediff.diff(BEFORE_ITS_USE, BEHIND_ITS_USE, language="python", level=level).same
    apart = [text.replace("return helper()", "return other()") for text in (BEFORE_ITS_USE, BEHIND_ITS_USE)]
    assert prediff.diff(*apart, language="python", level="relaxed").same


@pytest.mark.parametrize(("left", "right"), SAME.values(), ids=SAME)
def test_the_same(left, right):
    report = prediff.diff(left, right, language="python")
    assert report.left_text == report.right_text
    assert report.verdict == "same"


@pytest.mark.parametrize(("left", "right"), DIFFERENT.values(), ids=DIFFERENT)
def test_different(left, right):
    report = prediff.diff(left, right, language="python")
    assert report.verdict == "differs"
    assert report.left_text != report.right_text


@pytest.mark.parametrize(("left", "right"), [*SAME.values(), *DIFFERENT.values()])
def test_the_verdict_has_no_direction(left, right):
    there = prediff.diff(left, right, language="python")
    back = prediff.diff(right, left, language="python")
    assert there.verdict == back.verdict


@pytest.mark.parametrize(("left", "right"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_differs_at_safe_differs_at_layout(left, right):
    assert not prediff.diff(left, right, language="python", level="layout").same


@pytest.mark.parametrize(
    "options", [{"level": "layout"}, {"show": ["comments"]}, {"refuse": ["docs-unread"]}]
)
def test_comments_count_where_they_may_be_read(options):
    assert not prediff.diff("x = 1 # a\n", "x = 1 # b\n", language="python", **options).same


RELAXED = {
    "an import that only an annotation needed": (
        "def f(a):\n    return a\n",
        "from m import T\ndef f(a: T):\n    return a\n",
    ),
    "an import that nothing reads": ("import m\nf()\n", "f()\n"),
}
RELAXED_DIFFERENT = {
    "a default that reads an item that is assigned": (
        "class C:\n    def f(self, x=G[0]): return x\n    G[0] = 2\n",
        "class C:\n    G[0] = 2\n    def f(self, x=G[0]): return x\n",
    ),
    "a default that reads what a call may change": (
        "def f(x=o.n): return x\no.set()\n",
        "o.set()\ndef f(x=o.n): return x\n",
    ),
    "a default that reads what is assigned to a module": (
        "import m\ndef f(x=m.N): return x\nm.N = 2\n",
        "import m\nm.N = 2\ndef f(x=m.N): return x\n",
    ),
    "a base that is assigned to a module": (
        "import m\nclass C(m.B): x = 1\nm.B = K\n",
        "import m\nm.B = K\nclass C(m.B): x = 1\n",
    ),
    "a definition behind what lists names": (
        "def a(): pass\nn = list(globals())\ndef b(): pass\n",
        "def a(): pass\ndef b(): pass\nn = list(globals())\n",
    ),
    "an import that an annotation on both sides reads": (
        "from m import T\ndef f(a: T):\n    return a\n",
        "def f(a: T):\n    return a\n",
    ),
    "an import that a changed annotation reads": (
        "def f(a: S):\n    return a\n",
        "from m import T\ndef f(a: T):\n    return a\n",
    ),
}


@pytest.mark.parametrize(("left", "right"), RELAXED.values(), ids=RELAXED)
def test_the_same_at_relaxed(left, right):
    assert prediff.diff(left, right, language="python", level="relaxed").same
    assert not prediff.diff(left, right, language="python").same


@pytest.mark.parametrize(("left", "right"), RELAXED_DIFFERENT.values(), ids=RELAXED_DIFFERENT)
def test_different_at_relaxed(left, right):
    assert prediff.diff(left, right, language="python", level="relaxed").verdict == "differs"


def test_names_that_a_package_imports_are_there_to_be_taken(tmp_path):
    texts = "import m\nf()\n", "f()\n"
    for name, verdict in (("a.py", "same"), ("__init__.py", "differs")):
        sides = []
        for side, text in zip(("left", "right"), texts, strict=True):
            path = tmp_path / side / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            sides.append(path)
        assert prediff.diff(*sides, level="relaxed").verdict == verdict


def test_an_unread_region_that_differs_is_unknown():
    left = "def f(:\n    pass\n\ndef g():\n    return 1\n"
    report = prediff.diff(left, left.replace("pass", "pass  # x"), language="python")
    assert report.verdict == "unknown"
    assert "could not be read" in " ".join(report.notes)


def test_a_difference_beside_an_unread_region_is_a_difference():
    left = "def f(:\n    pass\n\ndef g():\n    return 1\n"
    report = prediff.diff(left, left.replace("pass", "pass  # x").replace("1", "2"), language="python")
    assert report.verdict == "differs"


class TestImplementations:
    RECURSIVE = "def a(n):\n    return a(n - 1)\n"

    def test_names_of_functions_and_parameters(self):
        right = "def b(m):\n    return b(m - 1)\n"
        report = prediff.diff(self.RECURSIVE, right, language="python", implementations=True)
        assert report.verdict == "same"
        assert ("a", "b") in {(r.left, r.right) for r in report.renames}

    def test_a_helper_that_was_renamed_too(self):
        left = "def part(n):\n    return n - 1\ndef go(n):\n    return part(n)\n"
        right = "def split(n):\n    return n - 1\ndef run(k):\n    return split(k)\n"
        assert prediff.diff(left, right, language="python", implementations=True).same

    def test_recursion_into_something_else(self):
        right = "def b(m):\n    return a(m - 1)\n"
        assert not prediff.diff(self.RECURSIVE, right, language="python", implementations=True).same

    def test_a_parameter_that_a_call_names(self):
        left = "def a(n):\n    return n\nx = a(n=1)\n"
        right = "def a(m):\n    return m\nx = a(m=1)\n"
        assert not prediff.diff(left, right, language="python", implementations=True).same


def test_the_right_keeps_its_own_name_where_the_left_one_is_taken():
    left = "def f():\n    x = g()\n    return h(x, 1)\n"
    right = "def f():\n    z = g()\n    x = k()\n    return h(z, x)\n"
    report = prediff.diff(left, right, language="python")
    assert "z = g()" in report.right_text


def test_a_changed_line_has_the_left_names_too():
    left = "def f(items):\n    low = [item for item in items if item < 3]\n    return low + g(low)\n"
    right = "def f(items):\n    small = [x for x in items if x <= 3]\n    return small + g(small)\n"
    assert (
        "low = [item for item in items if item <= 3]"
        in prediff.diff(left, right, language="python").right_text
    )


def test_one_changed_line_among_renamed_locals_is_the_only_one():
    left = (
        "def f(items):\n    total = 0\n    for item in items:\n        if g(item):\n            total += item\n"
        "    return total\n"
    )
    right = (
        "def f(items):\n    n = 0\n    for x in items:\n        if g(x):\n            n -= x\n    return n\n"
    )
    report = prediff.diff(left, right, language="python")
    lines = zip(report.left_text.splitlines(), report.right_text.splitlines(), strict=True)
    assert [(a.strip(), b.strip()) for a, b in lines if a != b] == [("total += item", "total -= item")]


UNREAD = "def f(x):\n    for _ in x:\n        g(1)\n"


@pytest.mark.parametrize("level", ["safe", "relaxed"])
def test_a_local_that_nobody_reads_may_be_an_underscore(level):
    right = UNREAD.replace("_", "item")
    assert prediff.diff(UNREAD, right, language="python", level=level).same


@pytest.mark.parametrize("level", ["safe", "relaxed"])
@pytest.mark.parametrize(
    ("left", "right"),
    [
        (UNREAD.replace("1", "_('a')"), "def f(x):\n    for item in x:\n        g(_('a'))\n"),
        (f"{UNREAD}    return _('a')\n", "def f(x):\n    for item in x:\n        g(1)\n    return _('a')\n"),
        (UNREAD, "def f(x):\n    for item in x:\n        g(item)\n"),
        (UNREAD.replace("1", "lambda: _"), "def f(x):\n    for item in x:\n        g(lambda: _)\n"),
        ("def f(x):\n    _, b = x\n    return b\n", "def f(x):\n    a, b = x\n    return a\n"),
        ("def f(x):\n    _ = g(x)\n    return x\n", "def f(x):\n    global a\n    a = g(x)\n    return x\n"),
        ("for _ in x:\n    g(1)\n", "for item in x:\n    g(1)\n"),
        ("class A:\n    for _ in x:\n        g(1)\n", "class A:\n    for item in x:\n        g(1)\n"),
    ],
)
def test_an_underscore_captures_nothing(left, right, level):
    assert not prediff.diff(left, right, language="python", level=level).same
