"""Names mean in a line what they mean to Python where the line stands, in every kind of scope."""

from __future__ import annotations

import sys
import textwrap

import pytest

from tests.magics.conftest import Notebook

# In each cell the notebook's own `city` is "GLOBAL".
SCOPES = {
    "at the margin": ("%claude {city}", ["GLOBAL"]),
    "a parameter": ("def ask(city):\n    %claude {city}\nask('Ulm')", ["Ulm"]),
    "a local variable": ("def ask():\n    city = 'Ulm'\n    %claude {city}\nask()", ["Ulm"]),
    "the notebook's, in a function": ("def ask():\n    %claude {city}\nask()", ["GLOBAL"]),
    "a keyword-only default": ("def ask(*, city='Ulm'):\n    %claude {city}\nask()", ["Ulm"]),
    "star arguments": (
        "def ask(*city, **more):\n    %claude {city[0]} {more['x']}\nask('Ulm', x=1)",
        ["Ulm 1"],
    ),
    "a closure": (
        "def outer(city):\n    def inner():\n        %claude {city}\n    return inner\nouter('Ulm')()",
        ["Ulm"],
    ),
    "a closure two functions away": (
        "def a(city):\n  def b():\n    def c():\n"
        "      r = %claude {city}\n      return r\n    return c\n  return b\na('Ulm')()()",
        ["Ulm"],
    ),
    "each closure its own": (
        "def make(city):\n    def ask():\n        %claude {city}\n    return ask\n"
        "asks = [make(c) for c in ('Ulm', 'Bonn')]\nfor each in asks: each()",
        ["Ulm", "Bonn"],
    ),
    "a closure that changes": (
        "def outer():\n    city = 'Ulm'\n    def ask():\n"
        "        %claude {city}\n    ask()\n    city = 'Bonn'\n    ask()\nouter()",
        ["Ulm", "Bonn"],
    ),
    "a method": (
        "class A:\n    def __init__(self, city):\n        self.city = city\n    def ask(self):\n"
        "        %claude {self.city}\nA('Ulm').ask()",
        ["Ulm"],
    ),
    "a method does not see its class": (
        "class A:\n    city = 'Ulm'\n    def ask(self):\n        %claude {city} {self.city}\nA().ask()",
        ["GLOBAL Ulm"],
    ),
    "a class method, a static method, a property": (
        "class A:\n    name = 'Ulm'\n    @classmethod\n    def ask(cls):\n        %claude {cls.name}\n    @staticmethod\n"
        "    def tell(x):\n        %claude {x}\n    @property\n    def told(self):\n        %claude {self.name}\n"
        "A.ask(); A.tell('Bonn'); A().told",
        ["Ulm", "Bonn", "Ulm"],
    ),
    "private names": (
        "class A:\n    def __init__(self):\n        self.__x = 'Ulm'\n    def ask(self):\n        __y = 'Bonn'\n"
        "        %claude {self.__x} {__y} {self.__class__.__name__}\nA().ask()",
        ["Ulm Bonn A"],
    ),
    "private names of a class with underscores": (
        "class __A__B:\n    __x = 'Ulm'\n    def ask(self):\n        r = %claude {self.__x}\n        return r\n__A__B().ask()",
        ["Ulm"],
    ),
    "a class body": ("class A:\n    city = 'Ulm'\n    %claude {city}", ["Ulm"]),
    "a class body without the name": ("class A:\n    town = 'Ulm'\n    %claude {city}", ["GLOBAL"]),
    "a class body in a function": (
        "def f(city):\n    class A:\n        town = 'Bonn'\n        %claude {city} {town}\nf('Ulm')",
        ["Ulm Bonn"],
    ),
    "a class body in a function that has the name too": (
        "def f(city):\n    class A:\n        city = 'Bonn'\n        %claude {city}\nf('Ulm')",
        ["Bonn"],
    ),
    "global": (
        "def f():\n    global city\n    %claude {city}\nf()",
        ["GLOBAL"],
    ),
    "global past a function's own": (
        "def f(city):\n    def g():\n        global city\n        %claude {city}\n    g()\nf('Ulm')",
        ["GLOBAL"],
    ),
    "nonlocal": (
        "def f():\n    city = 'Ulm'\n    def g():\n        nonlocal city\n"
        "        city = 'Bonn'\n        %claude {city}\n    g()\nf()",
        ["Bonn"],
    ),
    "a declaration after the line": (
        "def f(x):\n    %claude {x}\n    global city\n    city = 'GLOBAL'\nf('Ulm')",
        ["Ulm"],
    ),
    "a loop": ("def f():\n    for city in ('Ulm', 'Bonn'):\n        %claude {city}\nf()", ["Ulm", "Bonn"]),
    "a loop of the notebook": ("for x in (1, 2):\n    %claude {x}", ["1", "2"]),
    "with": (
        "import contextlib\ndef f():\n    with contextlib.nullcontext('Ulm') as city:\n        %claude {city}\nf()",
        ["Ulm"],
    ),
    "an exception": (
        "def f():\n    try:\n        1/0\n    except ZeroDivisionError as city:\n        %claude {city.args[0]}\nf()",
        ["division by zero"],
    ),
    "a walrus": ("def f():\n    if (city := 'Ulm'):\n        %claude {city}\nf()", ["Ulm"]),
    "a walrus in a comprehension": (
        "def f():\n    [city := x for x in ('Ulm', 'Bonn')]\n    %claude {city}\nf()",
        ["Bonn"],
    ),
    "a match": (
        "def f(x):\n    match x:\n        case {'in': city, **rest}:\n"
        "            %claude {city} {rest['a']}\nf({'in': 'Ulm', 'a': 1})",
        ["Ulm 1"],
    ),
    "the variable of a comprehension is gone": (
        "def f():\n    [city for city in ('Ulm', 'Bonn')]\n    %claude {city}\nf()",
        ["GLOBAL"],
    ),
    "async": ("async def f(city):\n    %claude {city}\nawait f('Ulm')", ["Ulm"]),
    "an async generator": (
        "async def g(city):\n    r = %claude {city}\n    yield r.text\nasync for x in g('Ulm'): pass",
        ["Ulm"],
    ),
    "a generator": (
        "def g(city):\n    %claude {city}\n    yield 1\n    city = 'Bonn'\n    %claude {city}\nlist(g('Ulm'))",
        ["Ulm", "Bonn"],
    ),
    "a lambda's function": ("def f(city):\n    %claude {city}\n(lambda city: f('Ulm'))('x')", ["Ulm"]),
    "a decorator": (
        "def shown(f):\n    def g(*a):\n        %claude {f.__name__}\n        return f(*a)\n    return g\n"
        "@shown\ndef ulm(): pass\nulm()",
        ["ulm"],
    ),
    "a thread": (
        "import threading\ndef f(city):\n    %claude {city}\nt = threading.Thread(target=f, args=('Ulm',)); t.start(); t.join()",
        ["Ulm"],
    ),
    "two lines, one assigned": (
        "def f(city):\n    %claude {city}\n    r = %claude again {city}\n    return r\nf('Ulm')",
        ["Ulm", "again Ulm"],
    ),
    "an expression": (
        "def f(d, k, n):\n    %claude {d[k]} {d[k][n]} {len(d)} {d.get('no', n)}\nf({'a': 'Ulm'}, 'a', 1)",
        ["Ulm l 1 1"],
    ),
    "a shadowed builtin": ("def f(len):\n    %claude {len}\nf('Ulm')", ["Ulm"]),
    "a compatibility letter": ("def f(ﬁ):\n    %claude {ﬁ} {fi}\nf('Ulm')", ["Ulm Ulm"]),
    "recursion": (
        "def f(n):\n    if n:\n        f(n - 1)\n    %claude {n}\nf(1)",
        ["0", "1"],
    ),
    "names that do not exist stay": (
        "def f(city):\n    %claude {nobody} {city} {zzz.qqq} {\"a\": 1} \\frac{k}{n}\nf('Ulm')",
        ['{nobody} Ulm {zzz.qqq} {"a": 1} \\frac{k}{n}'],
    ),
    "deleted after it was there": (
        "def f():\n    city = 'Ulm'\n    %claude {city}\n    del city\nf()",
        ["Ulm"],
    ),
    "time": ("def f(city):\n    %time %claude {city}\nf('Ulm')", ["Ulm"]),
    "time in a closure": (
        "def f(city):\n    def g():\n        %time %claude {city}\n    g()\nf('Ulm')",
        ["Ulm"],
    ),
    "prun": ("def f(city):\n    %prun -q %claude {city}\nf('Ulm')", ["Ulm"]),
    "timeit": ("def f(city):\n    %timeit -n1 -r2 %claude {city}\nf('Ulm')", ["Ulm", "Ulm"]),
    "time of a function is another line": (
        "def f(city):\n    %claude {city}\ndef g(city):\n    %time f('Bonn')\ng('Ulm')",
        ["Bonn"],
    ),
}


@pytest.mark.parametrize("kind", SCOPES)
def test_a_name_is_looked_up_where_the_line_stands(notebook: Notebook, kind: str) -> None:
    code, expected = SCOPES[kind]
    notebook.run("city = 'GLOBAL'")
    assert notebook.sent(code.replace("%claude", "%claude --no-history")) == expected


UNBOUND = {
    "bound later": "def f():\n    %claude {city}\n    city = 'Ulm'\nf()",
    "deleted": "def f(city):\n    del city\n    %claude {city}\nf('Ulm')",
    "an exception that is over": "def f():\n    try: 1/0\n    except ZeroDivisionError as city: pass\n    %claude {city}\nf()",
    "in one branch": "def f(x):\n    if x:\n        city = 1\n    %claude -a city What?\nf(0)",
    "of the function around": "def f():\n    def g():\n        %claude {city}\n    g()\n    city = 1\nf()",
    "behind %time": "def f():\n    %time %claude {city}\n    city = 1\nf()",
    "behind %prun": "def f():\n    %prun %claude {city}\n    city = 1\nf()",
    "a system prompt": "def f():\n    %claude --system @city Hi\n    city = 1\nf()",
    "a schema": "def f():\n    %claude --json city Hi\n    city = 1\nf()",
    "tools": "def f():\n    %claude --tools city Hi\n    city = 1\nf()",
    "without a transformer": (
        "def f():\n    get_ipython().run_line_magic('claude', 'Is {city} it?')\n    city = 1\nf()"
    ),
}


@pytest.mark.parametrize("kind", UNBOUND)
def test_a_local_variable_without_a_value_is_an_error(notebook: Notebook, kind: str) -> None:
    notebook.run("city = {'type': 'object'}")
    said = notebook.refused(UNBOUND[kind])
    assert said == (
        "ConfigurationError: The variable city of this function has no value at this line. Nothing was sent."
    )


def test_options_name_local_variables(notebook: Notebook) -> None:
    notebook.run("style = schema = tools = table = None")
    assert notebook.sent(
        textwrap.dedent("""
        def f(style, schema, tools, table):
            def g():
                r = %claude --system @style.text --json schema --tools tools[0] Hi
                return r
            def h():
                %claude --system @style.text --json schema --tools tools -a table['x'] -a table:repr Hi
            h()
        import types
        f(types.SimpleNamespace(text='Be brief.'), {'type': 'object', 'properties': {}, 'additionalProperties': False},
          [{'name': 'look', 'input_schema': {'type': 'object'}}], {'x': 'LOCAL ' * 30})
        """)
    )
    body = notebook.simulator.requests[-1].json
    assert "Be brief." in str(body["system"])
    assert body["tools"][0]["name"] == "look"
    assert "LOCAL LOCAL" in str(body["messages"])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters are new in Python 3.12")
def test_type_parameters(notebook: Notebook) -> None:
    assert notebook.sent(
        "def f[City](x: City):\n    %claude --no-history {City.__name__}\nf(1)\n"
        "class A[Town]:\n    %claude --no-history {Town.__name__}\n"
        "def g[T]():\n    class B:\n        %claude --no-history {T.__name__}\ng()"
    ) == ["City", "Town", "T"]


class TestWithoutTransformer:
    """`get_ipython().run_line_magic("claude", ...)`, as libraries write it."""

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            (
                "def f(city):\n    get_ipython().run_line_magic('claude', 'Is {city} it?')\nf('Ulm')",
                ["Is Ulm it?"],
            ),
            (
                "def f(city):\n    get_ipython().run_cell_magic('claude', '', 'Is {city} it?')\nf('Ulm')",
                ["Is Ulm it?"],
            ),
            ("get_ipython().run_line_magic('claude', 'Is {city} it?')", ["Is GLOBAL it?"]),
            (
                "[get_ipython().run_line_magic('claude', '--no-history {c} {city}') for c in ('Ulm', 'Bonn')]",
                ["Ulm GLOBAL", "Bonn GLOBAL"],
            ),
            (
                "def f(city):\n    [get_ipython().run_line_magic('claude', '--no-history {c} {city}') for c in (1, 2)]\nf('Ulm')",
                ["1 Ulm", "2 Ulm"],
            ),
            (
                "def f():\n    [city for city in (1, 2)]\n    get_ipython().run_line_magic('claude', '{city}')\nf()",
                ["GLOBAL"],
            ),
            ("class A:\n    city = 'Ulm'\n    get_ipython().run_line_magic('claude', '{city}')", ["Ulm"]),
            (
                "import types\nlib = types.ModuleType('lib')\nlib.get_ipython = get_ipython\n"
                "exec('''town = 'LIB'\ndef ask(q):\n    get_ipython().run_line_magic('claude', q)''', lib.__dict__)\n"
                "lib.ask('{town} {city}')",
                ["LIB GLOBAL"],
            ),
            (
                "exec(\"get_ipython().run_line_magic('claude', '{city}')\", {**globals()}, {'city': 'Ulm'})",
                ["Ulm"],
            ),
            ("%alias_magic ask claude\ndef f(city):\n    %ask {city}\nf('Ulm')", ["Ulm"]),
        ],
    )
    def test_the_caller_s_variables(self, notebook: Notebook, code: str, expected: list[str]) -> None:
        notebook.run("city = 'GLOBAL'")
        assert notebook.sent(code) == expected


class TestInto:
    @pytest.mark.parametrize(
        "code",
        [
            "def f():\n    %claude --into reply Hi\nf()",
            "def f():\n    def g():\n        %claude --into reply {x}\n    g()\nf()",
            "class A:\n    %claude --into reply Hi",
            "def f():\n    %time %claude --into reply Hi\nf()",
            "def f():\n    get_ipython().run_line_magic('claude', '--into reply Hi')\nf()",
        ],
    )
    def test_in_a_function_it_is_refused(self, notebook: Notebook, code: str) -> None:
        assert notebook.refused(code) == (
            "UsageError: --into reply: it sets variables of the notebook, not of a function or class. "
            "Write reply = %claude ... instead."
        )

    def test_at_the_top_it_sets_the_notebook_s(self, notebook: Notebook) -> None:
        assert notebook.sent("if True:\n    %claude --into reply Hi\nassert reply.text == _claude.text") == [
            "Hi"
        ]
        assert notebook.sent("%%time\n%%claude --into other\nHo") == ["Ho"]
        assert notebook.value("other") is notebook.value("_claude")
