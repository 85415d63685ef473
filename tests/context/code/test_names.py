"""What cells do to names, read from their text."""

from __future__ import annotations

import pytest

from nbclaude.context.code.names import CellNames, names_of
from nbclaude.notebook import python_of


def names(code: str) -> CellNames:
    return names_of(python_of(code), python_of)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = 1", "x"),
        ("x, *y = rows", "x y"),
        ("import numpy as np, os.path", "np os"),
        ("from math import pi as p", "p"),
        ("def f(a): b = a", "f"),
        ("class C:\n    inner = 1", "C"),
        ("with open(p) as file: text = file.read()", "file text"),
        ("[y := f(x) for x in xs]", "y"),
        ("for i in range(3): last = i", "i last"),
        ("try:\n    a = 1\nexcept ValueError as error:\n    b = 2", "a b"),
        ("x: int = 3", "x"),
        ("x: int", ""),
        ("match p:\n    case {'a': a, **rest}: pass\n    case [first, *others]: pass", "a first others rest"),
        ("type Pair = tuple", "Pair"),
        ("%%time\nx = slow()", "x"),
        ("%%timeit\nx = slow()", ""),
        ("files = !ls", "files"),
        ("%%capture shown\nx = 1", "shown x"),
        ("x = 1\ndel x", ""),
    ],
)
def test_what_a_cell_defines(code: str, expected: str) -> None:
    if code.startswith("type ") and not names(code).parses:
        pytest.skip("`type` statements are Python 3.12's")
    assert names(code).defines == set(expected.split())


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("y = x + 1\nx = 2", "x"),
        ("x = 2\ny = x", ""),
        ("def f(a, b=start): return a + rate", "start"),
        ("@wrap\nclass C(Base): pass", "Base wrap"),
        ("[f(y) for y in ys if y > low]", "f low ys"),
        ("key = lambda row: row[column]", "column"),
        ("total += 1", "total"),
        ("if a: x = 1\nprint(x)", "a print"),
        ("!echo {name} $other", "name other"),
        ("%%time\nz = x * 2", "x"),
        ("del x", "x"),
        ("f'{price:>{width}}'", "price width"),
    ],
)
def test_what_a_cell_reads(code: str, expected: str) -> None:
    assert names(code).uses == set(expected.split())


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("df['x'] = 1", "df"),
        ("df.loc[0, 'x'] = 1", "df"),
        ("rows.append(1)", "rows"),
        ("del d['k']", "d"),
        ("obj.size += 1", "obj"),
        ("df.drop(columns='x', inplace=True)", "df"),
        ("df.drop(columns='x', inplace=False)", "df"),
        ("out = df.drop(columns='x', inplace=False)", ""),
        ("fitted = model.fit(X)", "model"),
        ("last = rows.pop()", "rows"),
        ("print(rows.pop())", "rows"),
        ("best = max(model.fit_transform(X))", "model"),
        ("df.columns = names", "df"),
        ("setattr(obj, 'x', 1)", "obj"),
        ("for c in names:\n    df[c] = 0", "df"),
        ("random.shuffle(deck)", "deck random"),
        ("fill(table, value=cells)", "cells table"),
        ("df.head()", ""),
        ("print(df)", ""),
        ("def f():\n    global total\n    total = 1", "total"),
        ("x = []\nx.append(1)", ""),
        ("total += 1", "total"),
        ("await queue.put(1)", "queue"),
    ],
)
def test_what_a_cell_changes(code: str, expected: str) -> None:
    assert names(code).changes == set(expected.split())


def test_a_name_in_a_branch_is_bound_perhaps() -> None:
    assert names("if a:\n    x = 1\n    y = 1\nelse:\n    x = 2").perhaps == {"y"}
    assert names("if a:\n    if b:\n        x = 1\n    else:\n        x = 2").perhaps == {"x"}
    assert names("for i in rows:\n    x = i").perhaps == {"i", "x"}
    assert names("x = 0\nif a:\n    x = 1").perhaps == set()


def test_functions_read_names_when_they_are_called() -> None:
    read = names("def f(a):\n    b = 1\n    return a + b + rate + g(a)\nrate = 2")
    assert read.later == {"g", "rate"}
    assert read.uses == set()
    assert read.wants == {"g"}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("exec(text)", "exec()"),
        ("from os.path import *", "from os.path import *"),
        ("from . import *", "from . import *"),
        ("%run no_such_script.py", "%run no_such_script.py"),
        ("%sql select 1", "%sql"),
        ("exec = print\nexec('x')", ""),
    ],
)
def test_what_cannot_be_known_is_said(code: str, said: str) -> None:
    assert names(code).unknown == ((said,) if said else ())


@pytest.mark.parametrize("code", ["x = (", "def", "\0", "(" * 500 + ")" * 500])
def test_what_is_no_python_does_nothing(code: str) -> None:
    assert names_of(code) == CellNames(parses=False)
