"""Failing cells, each with the strings that decide: what somebody who mends it must know.

Kinds as in the public studies of crashes in notebooks: misused APIs, data that is not as expected, cells in another order,
the environment. A fact is a string that must stand in what is sent; with `|` between them any of several will do.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CASES", "Case"]


class Case(NamedTuple):
    """The cells before, the cell that fails, and the facts that decide."""

    kind: str
    name: str
    before: tuple[str, ...]
    cell: str
    facts: tuple[str, ...]


_FRAME = (
    "import pandas as pd\nimport numpy as np\n"
    "df = pd.DataFrame({'price': [1.5, 2.5, None] * 40, 'qty': range(120), 'city': ['Ulm', 'Bonn', 'Köln'] * 40})"
)
_NET = (
    "import numpy as np",
    "class Net:\n    def __init__(self, n, m):\n        self.w = np.zeros((n, m))\n    def forward(self, x):\n"
    "        h = x @ self.w\n        return h",
    "net = Net(8, 3)\nX = np.zeros((120, 9))",
)
_D, _A, _O, _E, _P = "wrong data", "API misuse", "order of cells", "environment", "plain Python"

CASES = (
    Case(
        _A,
        "misspelt column",
        (_FRAME,),
        "df['prcie'].mean()",
        ("prcie", "price float64", "qty int64", "(120, 3)"),
    ),
    Case(_A, "misspelt column as attribute", (_FRAME,), "df.pirce.mean()", ("pirce", "price", "DataFrame")),
    Case(_A, "several columns, one missing", (_FRAME,), "df[['price', 'town']]", ("town", "city", "price")),
    Case(_A, "column to drop", (_FRAME,), "df.drop(columns='citty')", ("citty", "city")),
    Case(_A, "grouping by no column", (_FRAME,), "df.groupby('City').price.sum()", ("City", "city")),
    Case(_A, "unknown keyword", (_FRAME,), "df.head(rows=3)", ("rows", "head(self, n=5)|n=5", "DataFrame")),
    Case(
        _A,
        "wrong merge key",
        (_FRAME, "other = pd.DataFrame({'town': ['Ulm'], 'pop': [1]})"),
        "df.merge(other, on='city')",
        ("city", "town", "other = DataFrame (1, 2)"),
    ),
    Case(
        _D,
        "text in numbers",
        ("import pandas as pd\ns = pd.Series(['1', '2', 'n/a'], name='amount')",),
        "s.astype(float)",
        ("n/a", "amount", "(3,)"),
    ),
    Case(
        _D,
        "columns of text subtracted",
        ("import pandas as pd\ndf = pd.DataFrame({'a': ['1'], 'b': ['2']})",),
        "df['a'] - df['b']",
        ("a str|a object", "b str|b object", "'1'"),
    ),
    Case(
        _D,
        "mixed types in a column",
        ("import pandas as pd\ndf = pd.DataFrame({'v': [1, 'x', 2]})",),
        "df['v'].sum()",
        ("v object", "int, str|str, int", "unsupported operand"),
    ),
    Case(
        _D,
        "dates of another format",
        ("import pandas as pd\nraw = pd.Series(['2024-13-01'])",),
        "pd.to_datetime(raw, format='%Y-%m-%d')",
        ("2024-13-01", "%Y-%m-%d", "raw = Series"),
    ),
    Case(
        _D,
        "duplicates in an index",
        ("import pandas as pd\ns = pd.Series([1, 2], index=['a', 'a'])",),
        "s.reindex(['a', 'b'])",
        ("duplicate", "['a', 'a'", "reindex"),
    ),
    Case(
        _A,
        "loc with a label that is not there",
        (_FRAME, "t = df.set_index('city')"),
        "t.loc['Mainz']",
        ("Mainz", "'Ulm'", "Index 'city'"),
    ),
    Case(
        _A,
        "iloc beyond the end",
        (_FRAME,),
        "df.iloc[200]",
        ("(120, 3)", "out-of-bounds|out of bounds", "iloc[200]"),
    ),
    Case(
        _A,
        "length of a new column",
        (_FRAME,),
        "df['new'] = [1, 2]",
        ("(120, 3)", "Length of values (2)", "(120)|120 rows|length of index (120)"),
    ),
    Case(
        _A,
        "boolean of a frame",
        (_FRAME,),
        "if df['qty'] > 3:\n    print(1)",
        ("ambiguous", "qty", "(120, 3)"),
    ),
    Case(
        _D,
        "integers from missing values",
        (_FRAME,),
        "df['price'].astype(int)",
        ("40 missing", "price float64", "non-finite|NA or inf"),
    ),
    Case(
        _A,
        "method of a list on a frame",
        (_FRAME,),
        "df.append({'qty': 1})",
        ("append", "DataFrame", "pandas"),
    ),
    Case(_A, "shapes do not fit", _NET, "out = net.forward(X)", ("(120, 9)", "(8, 3)", "h = x @ self.w")),
    Case(
        _A,
        "broadcast",
        ("import numpy as np\na = np.ones((3, 4)); b = np.ones((4, 3))",),
        "a + b",
        ("(3, 4)|(3,4)", "(4, 3)|(4,3)", "a = ndarray", "b = ndarray"),
    ),
    Case(
        _A,
        "reshape",
        ("import numpy as np\nimg = np.zeros(784)",),
        "img.reshape(28, 27)",
        ("784", "(28,27)|28, 27", "img"),
    ),
    Case(
        _A,
        "index of an array",
        ("import numpy as np\nm = np.eye(3)",),
        "m[3, 0]",
        ("(3, 3)", "index 3", "m = ndarray"),
    ),
    Case(
        _A,
        "too many indices",
        ("import numpy as np\nv = np.arange(5)",),
        "v[1, 2]",
        ("(5,)", "1-dimensional", "v = ndarray"),
    ),
    Case(
        _D,
        "nan in a solve",
        ("import numpy as np\nA = np.zeros((2, 2)); b = np.ones(2)",),
        "np.linalg.solve(A, b)",
        ("Singular matrix", "(2, 2)", "0.0"),
    ),
    Case(
        _A,
        "array of axes",
        (
            "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\nfig, ax = plt.subplots(2, 2)",
        ),
        "ax.plot([1, 2])",
        ("(2, 2)", "ndarray", "Axes", "plot"),
    ),
    Case(
        _A,
        "x and y differ",
        (
            "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\nx = list(range(10)); y = [v * 2 for v in x[1:]]",
        ),
        "plt.plot(x, y)",
        ("list of 10", "list of 9", "same first dimension"),
    ),
    Case(
        _A,
        "polars column",
        ("import polars as pl\nframe = pl.DataFrame({'price': [1.0], 'qty': [2]})",),
        "frame.select('prize')",
        ("prize", "price Float64", "qty Int64"),
    ),
    Case(
        _A,
        "dtype for where",
        ("import polars as pl\nframe = pl.DataFrame({'qty': ['1', '2']})",),
        "frame.select(pl.col('qty') + 1)",
        ("qty String", "'1'", "frame = polars.DataFrame (2, 1)"),
    ),
    Case(
        _O,
        "name not defined yet",
        ("import math",),
        "total = radius * math.pi",
        ("radius", "is not defined", "module math"),
    ),
    Case(
        _O,
        "name misspelt",
        ("customers = ['a', 'b']",),
        "len(custmers)",
        ("custmers", "customers = list of 2"),
    ),
    Case(_O, "deleted before", ("rows = [1, 2]", "del rows"), "sum(rows)", ("rows", "is not defined")),
    Case(_O, "import missing", (), "arr = np.zeros(3)", ("name 'np' is not defined", "np.zeros(3)")),
    Case(
        _O,
        "function uses a later name",
        ("def area(r):\n    return pie * r ** 2",),
        "area(2)",
        ("pie", "return pie * r ** 2", "r = 2"),
    ),
    Case(
        _O,
        "overwritten builtin",
        ("list = [1, 2, 3]",),
        "list('abc')",
        ("not callable", "list = list of 3: [1, 2, 3]", "list = [1, 2, 3]"),
    ),
    Case(
        _O,
        "overwritten function",
        ("def load():\n    return 1", "load = load()"),
        "load()",
        ("not callable", "load = 1", "load = load()"),
    ),
    Case(
        _O,
        "frame overwritten by None",
        (_FRAME, "df = df.rename(columns={'qty': 'n'}, inplace=True)"),
        "df.head()",
        ("NoneType", "df = None", "inplace=True"),
    ),
    Case(
        _O,
        "column renamed in another cell",
        (_FRAME, "df = df.rename(columns={'qty': 'count'})"),
        "df['qty'].sum()",
        ("qty", "count int64", "rename(columns={'qty': 'count'})"),
    ),
    Case(
        _O,
        "list sorted in place",
        ("scores = [3, 1, 2]", "ranked = scores.sort()"),
        "ranked[0]",
        ("ranked = None", "ranked = scores.sort()", "NoneType"),
    ),
    Case(
        _E,
        "module not installed",
        (),
        "import no_such_package",
        ("No module named 'no_such_package'", "not installed in"),
    ),
    Case(_E, "module misspelt", (), "import nunpy as np", ("nunpy", "numpy")),
    Case(
        _E,
        "name misspelt in an import",
        (),
        "from collections import orderedDict",
        ("orderedDict", "OrderedDict", "collections"),
    ),
    Case(
        _E,
        "removed from a library",
        ("import numpy as np",),
        "np.float_(3)",
        ("float_", "numpy 2|numpy 1", "float64|np.float64"),
    ),
    Case(
        _E,
        "file not there",
        ("open('orders_2024.csv', 'w').close()",),
        "open('order_2024.csv').read()",
        ("order_2024.csv", "orders_2024.csv", "working directory"),
    ),
    Case(
        _E,
        "environment variable",
        ("import os\nos.environ['DATABASE_URL'] = 'x'",),
        "os.environ['DATABSE_URL']",
        ("DATABSE_URL", "DATABASE_URL"),
    ),
    Case(_E, "failed command", (), "!false --broken", ("!false --broken", "exit status 1")),
    Case(
        _E,
        "failed bash cell",
        (),
        "%%bash\necho before\nls /no/such/dir\nexit 3",
        ("exit 3", "ls /no/such/dir", "non-zero exit status 3"),
    ),
    Case(_E, "unknown magic", (), "%timit 1 + 1", ("timit", "not found")),
    Case(
        _E,
        "assertion on data",
        ("rows = [{'id': 1}, {'id': 1}]",),
        "ids = [r['id'] for r in rows]\nassert len(set(ids)) == len(ids), 'ids repeat'",
        ("ids repeat", "ids = list of 2: [1, 1]", "rows = list of 2"),
    ),
    Case(
        _P,
        "nested dict",
        ("cfg = {'model': {'lr': 0.1, 'layers': [64, 32]}, 'data': None}",),
        "cfg['model']['learning_rate']",
        ("learning_rate", "'lr': 0.1", "'layers'"),
    ),
    Case(
        _P,
        "None in the middle",
        ("cfg = {'model': {'lr': 0.1}, 'data': None}",),
        "cfg['data']['path']",
        ("cfg['data'] = None", "'NoneType' object is not subscriptable", "column 1-19|cfg['data']['path']"),
    ),
    Case(
        _P,
        "index in a loop",
        ("names = ['a', 'b']\nages = [3]",),
        "for i in range(len(names)):\n    print(names[i], ages[i])",
        ("i = 1", "names = list of 2", "ages = list of 1", "line 2"),
    ),
    Case(
        _P,
        "wrong number of arguments",
        ("def f(a, b, *, scale=2):\n    return (a + b) * scale",),
        "f(1, 2, 3)",
        ("f(a, b, *, scale=2)", "takes 2 positional arguments but 3"),
    ),
    Case(
        _P,
        "unexpected keyword",
        ("class Plot:\n    def draw(self, width=3, colour='red'):\n        pass", "p = Plot()"),
        "p.draw(color='blue')",
        ("color", "colour='red'", "width=3"),
    ),
    Case(
        _P,
        "attribute misspelt",
        (
            "class Cart:\n    def __init__(self):\n        self.items = [1]\n    def total(self):\n        return sum(self.itms)",
            "cart = Cart()",
        ),
        "cart.total()",
        ("itms", "items", "return sum(self.itms)", "Cart with items"),
    ),
    Case(
        _P,
        "unpacking",
        ("pairs = [(1, 2), (3, 4, 5)]",),
        "for a, b in pairs:\n    print(a)",
        ("too many values to unpack", "(3, 4, 5)", "pairs = list of 2"),
    ),
    Case(
        _P,
        "text plus number",
        ("count = 3",),
        "'n: ' + count",
        ("count = 3", 'can only concatenate str (not "int")'),
    ),
    Case(
        _P,
        "chained",
        (
            "def parse(t):\n    try:\n        return int(t)\n    except ValueError as e:\n        raise RuntimeError('bad row') from e",
        ),
        "parse('12,5')",
        ("invalid literal for int() with base 10: '12,5'", "bad row", "t = '12,5'", "caused"),
    ),
    Case(
        _P,
        "recursion",
        ("def fact(n):\n    return n * fact(n - 1)",),
        "fact(5)",
        ("maximum recursion depth", "return n * fact(n - 1)", "times more", "n = -"),
    ),
    Case(
        _P,
        "syntax",
        (),
        "values = [1, 2\nprint(values)",
        ("SyntaxError", "line 1|line 2", "'[' was never closed|Perhaps you forgot a comma|incomplete input"),
    ),
    Case(
        _P,
        "indentation",
        (),
        "def f():\n    a = 1\n      b = 2",
        ("IndentationError", "line 3", "unexpected indent"),
    ),
    Case(
        _P,
        "await in a function",
        ("import asyncio\nasync def fetch():\n    await asyncio.sleep(0)\n    return {'a': 1}",),
        "r = fetch()\nr['a']",
        ("coroutine fetch(), not awaited", "not subscriptable"),
    ),
    Case(
        _P,
        "async cell",
        (
            "import asyncio\nasync def fetch(url):\n    await asyncio.sleep(0)\n    return {'status': 200}[url]",
        ),
        "await fetch('body')",
        ("KeyError: 'body'", "url = 'body'", "'status'"),
    ),
    Case(
        _P,
        "exhausted generator",
        ("gen = (n for n in range(3))\nfirst = list(gen)",),
        "max(gen)",
        ("exhausted", "empty|no values"),
    ),
    Case(
        _P,
        "warning as an error",
        (
            "import warnings\nwarnings.simplefilter('error')\ndef old(n):\n    warnings.warn('use new()', DeprecationWarning, stacklevel=1)",
        ),
        "old(3)",
        ("DeprecationWarning: use new()", "n = 3", "warnings.warn"),
    ),
    Case(_P, "exit", ("import sys",), "code = 3\nsys.exit(code)", ("SystemExit: 3", "code = 3")),
    Case(
        _P,
        "unbound local",
        ("n = 0\ndef bump():\n    n += 1\n    return n",),
        "bump()",
        ("n", "n += 1", "UnboundLocalError|cannot access local variable"),
    ),
    Case(
        _P,
        "group of exceptions",
        (),
        "raise ExceptionGroup('jobs', [ValueError('a is 3'), KeyError('b')])",
        ("a is 3", "KeyError: 'b'", "jobs (2 sub-exceptions)"),
    ),
    Case(
        _P,
        "module of the user's",
        (
            "with open('helper_mod.py', 'w') as f:\n    f.write('def half(values):\\n    n = len(values) / 2\\n    return values[n]\\n')\nimport importlib, sys\nsys.path.insert(0, '.')\nsys.modules.pop('helper_mod', None)\nimport helper_mod",
        ),
        "helper_mod.half([1, 2, 3, 4])",
        ("helper_mod.py", "return values[n]", "n = 2.0", "list of 4"),
    ),
    Case(
        _P,
        "below %%time",
        ("prices = {'tea': 3}",),
        "%%time\ntotal = prices['coffee']",
        ("%%time", "'tea': 3", "KeyError: 'coffee'"),
    ),
    Case(_A, "column in a query", (_FRAME,), "df.query('prce > 2')", ("prce", "price", "DataFrame (120, 3)")),
    Case(
        _A,
        "numpy's dot",
        ("import numpy as np\na = np.ones((3, 4)); b = np.ones((5, 4))",),
        "np.dot(a, b)",
        ("a = ndarray float64 (3, 4)", "b = ndarray float64 (5, 4)", "not aligned"),
    ),
    Case(
        _A,
        "inside a function of the user's",
        (
            "import numpy as np\ndef layer(x, w, b):\n    return x @ w + b\nx = np.ones((32, 10)); p = {'w': np.ones((8, 4)), 'b': 0}",
        ),
        "layer(x, **p)",
        ("x = ndarray float64 (32, 10)", "w = ndarray float64 (8, 4)", "return x @ w + b"),
    ),
    Case(
        _D,
        "keys of two dtypes",
        (_FRAME, "other = pd.DataFrame({'qty': ['1', '2'], 'v': [1, 2]})"),
        "df.merge(other, on='qty')",
        ("qty int64", "qty str|qty object", "other = DataFrame (2, 2)"),
    ),
    Case(
        _O,
        "definer failed",
        ("import no_such_module_q\nlimit = 3",),
        "limit + 1",
        ("limit", "NameError", "No module named 'no_such_module_q'"),
    ),
    Case(_O, "deleted", ("model = 3", "del model"), "model + 1", ("model", "NameError", "not defined")),
    Case(_E, "module misspelt", (), "import jsn", ("jsn", "json", "ModuleNotFoundError")),
    Case(_E, "magic misspelt", (), "%%tiem\nsum(range(5))", ("%%tiem", "%%time", "not found")),
    Case(
        _E,
        "module with a syntax error",
        (
            "with open('broken_mod.py', 'w') as f:\n    f.write('x = (1\\n')\nimport sys\nsys.path.insert(0, '.')",
        ),
        "import broken_mod",
        ("broken_mod.py", "was never closed", "x = (1"),
    ),
    Case(
        _E,
        "name misspelt in an import",
        (
            "with open('loading_mod.py', 'w') as f:\n    f.write('def load_data(p):\\n    return p\\n')\nimport sys\nsys.path.insert(0, '.')",
        ),
        "from loading_mod import load_dat",
        ("load_dat", "load_data", "loading_mod.py"),
    ),
    Case(
        _E,
        "a script's arguments",
        (),
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--n', type=int)\na = p.parse_args(['--n', 'x'])",
        ("SystemExit", "invalid int value: 'x'", "parse_args(['--n', 'x'])"),
    ),
    Case(
        _P,
        "stopped",
        ("import _thread, threading, time\nn = 500",),
        "threading.Timer(0.2, _thread.interrupt_main).start()\ntotal = 0\nfor i in range(n):\n    time.sleep(0.02)\n    total += i",
        ("KeyboardInterrupt", "time.sleep(0.02)", "n = 500", "total = "),
    ),
    Case(
        _P,
        "not awaited",
        ("async def fetch():\n    return {'a': 1}",),
        "data = fetch()\ndata['a']",
        ("coroutine", "not subscriptable", "data = coroutine fetch"),
    ),
    Case(
        _P,
        "endless attribute",
        (),
        "class Node:\n    def __getattr__(self, name):\n        return getattr(self.inner, name)\nnode = Node()\nnode.value",
        ("RecursionError", "self.inner", "node.value"),
    ),
)
