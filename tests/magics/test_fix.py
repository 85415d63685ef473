"""`%claude_fix`: what arrives at the server, and what is offered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import nbclaude
from nbclaude import workspace
from tests.magics.conftest import Inputs, Notebook


@pytest.fixture(autouse=True)
def short_tracebacks(notebook: Notebook) -> Iterator[None]:
    """IPython takes seconds to show the frames of pandas."""
    notebook.shell.run_line_magic("xmode", "Minimal")
    yield
    notebook.shell.run_line_magic("xmode", "Context")


def shown(notebook: Notebook) -> str:
    """Return the plain texts that cells have displayed, and forget them."""
    outputs = notebook.shell.display_pub.outputs
    text = "\n".join(str(each["data"].get("text/plain", "")) for each in outputs)
    outputs.clear()
    return text


def test_a_misspelt_column_arrives_with_its_values_and_is_mended(notebook: Notebook) -> None:
    notebook.run("import pandas as pd\ndf = pd.DataFrame({'price': [1.5, 2.5], 'secret': ['a1', 'b2']})")
    assert isinstance(notebook.run("total = df['prcie'].sum()"), KeyError)
    notebook.simulator.enqueue("The column is called `price`.\n\n```python\ntotal = df['price'].sum()\n```\n")
    shown(notebook)
    (prompt,) = notebook.sent("%fix it is about money")
    for fact in (
        "total = df['prcie'].sum()",
        "line 1, column 9-19",
        "KeyError: 'prcie'",
        "df = DataFrame (2, 2), columns: price float64, secret",
        "'prcie' is not in df; spelled alike there: 'price'",
        "df = pd.DataFrame(",
        "The user adds: it is about money",
    ):
        assert fact in prompt, fact
    text = shown(notebook)
    assert "- total = df['prcie'].sum()" in text
    assert "+ total = df['price'].sum()" in text
    assert notebook.run("total = df['price'].sum()") is None


def test_a_secret_is_masked_whatever_it_looks_like_and_put_back(notebook: Notebook) -> None:
    notebook.run("password = 'tea-pot'\nurl = f'https://anna:{password}@example.org'")
    notebook.run("password = 'tea-pot'\nprint(password)\nlogin(url, password)")
    notebook.simulator.enqueue(
        "Define login.\n\n```python\npassword = '[secret removed: password]'\nprint(url)\n```\n"
    )
    shown(notebook)
    (prompt,) = notebook.sent("%claude_fix")
    assert "tea-pot" not in prompt
    assert "login is not defined" in prompt
    assert "+ print(url)" in (text := shown(notebook))
    assert "secret removed" not in text.partition("+ print(url)")[2].partition("\n\n")[0]


def test_no_values_sends_types_and_shapes_alone(notebook: Notebook) -> None:
    notebook.run("names = ['Anna Smith', 'Bob Jones']\nage = 'ninety'")
    notebook.run("print(names)\nint(age)")
    (prompt,) = notebook.sent("%claude_fix --no-values")
    assert "age = str of 6" in prompt
    assert "ValueError: invalid literal for int() with base 10: '…'" in prompt
    assert "Anna" not in prompt.partition("It printed")[0].replace("names = ['Anna Smith', 'Bob Jones']", "")
    assert "It printed" not in prompt


def test_a_cell_is_chosen_by_its_number(notebook: Notebook) -> None:
    notebook.run("1/0")
    number = notebook.shell.execution_count - 1
    notebook.run("[][1]")
    (prompt,) = notebook.sent(f"%claude_fix --cell {number}")
    assert "ZeroDivisionError: division by zero" in prompt
    assert "IndexError" not in prompt
    assert "has not failed" in notebook.refused("%claude_fix --cell 99999")
    assert "must be the number of a cell" in notebook.refused("%claude_fix --cell last")


def test_an_error_of_a_callback_is_that_of_the_cell_that_defines_it(notebook: Notebook) -> None:
    assert notebook.run("def share(of):\n    return 1 / of\nshare(1)") is None
    number = notebook.shell.execution_count - 1
    notebook.run("depth = 1")
    assert "has not failed" in notebook.refused(f"%claude_fix --cell {number}")
    # A slider moves between two cells; an Output widget shows the error.
    try:
        notebook.shell.user_ns["share"](0)
    except ZeroDivisionError:
        notebook.shell.showtraceback()
    for line in ("%claude_fix", f"%claude_fix --cell {number}"):
        (prompt,) = notebook.sent(line)
        for fact in ("ZeroDivisionError: division by zero", "return 1 / of", "of = 0", f"In[{number}]"):
            assert fact in prompt, (line, fact)


def test_an_error_from_before_nbclaude_was_loaded_is_known(
    notebook: Notebook, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbclaude.unload_ipython_extension(notebook.shell)
    monkeypatch.setattr(workspace, "_current", [])
    notebook.run("[][1]")
    notebook.run("def ratio(a, b):\n    return a / b")
    notebook.run("width = 0\nratio(1, width)")
    number = notebook.shell.execution_count - 1
    notebook.run("depth = 1")
    cells, counts = ["a", "b", "c"], [number - 2, number - 1, number]
    inputs.request(cell="d", nbclaude={"version": "0.1.0", "cells": [*cells, "d"], "counts": [*counts, 0]})
    assert notebook.run("import nbclaude\nnbclaude.load_ipython_extension(get_ipython())") is None
    (failure,) = workspace.current_workspace().seen.failures.all
    assert (failure.cell_id, failure.execution_count) == ("c", number)
    for line in ("%claude_fix", f"%claude_fix --cell {number}"):
        (prompt,) = notebook.sent(line)
        for fact in ("ZeroDivisionError: division by zero", "width = 0", "return a / b", f"In[{number}]"):
            assert fact in prompt, (line, fact)
        assert "IndexError" not in prompt
    assert "ran before nbclaude was loaded" in notebook.refused(f"%claude_fix --cell {number - 2}")
    (prompt,) = notebook.sent("%claude --cells 9 Why?")
    assert "ZeroDivisionError" in prompt


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("for i in range(3)\n    pass", "SyntaxError"),
        ("%%time\nint('x')", "ValueError"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("class Odd(Exception):\n    filename = ['no text']\nraise Odd", "Odd"),
        ("%no_such_magic", "UsageError"),
        ("raise SystemExit", ""),
    ],
)
def test_errors_from_before_of_every_kind(notebook: Notebook, code: str, known: str) -> None:
    nbclaude.unload_ipython_extension(notebook.shell)
    notebook.run(code)
    nbclaude.load_ipython_extension(notebook.shell)
    failures = workspace.current_workspace().seen.failures.all
    assert [failure.last.kind for failure in failures] == ([known] if known else [])
    assert [failure.source for failure in failures] == ([code] if known else [])


def test_a_mended_error_does_not_come_back_with_another_load(notebook: Notebook, inputs: Inputs) -> None:
    inputs.request(cell="a")
    notebook.run("1 / 0")
    inputs.request(cell="a")
    notebook.run("1 / 1")
    nbclaude.unload_ipython_extension(notebook.shell)
    nbclaude.load_ipython_extension(notebook.shell)
    assert workspace.current_workspace().seen.failures.all == ()


def test_nothing_is_offered_without_a_cell_or_one_that_is_no_python(notebook: Notebook) -> None:
    notebook.run("open('no such file')")
    notebook.simulator.enqueue("The file is missing.")
    shown(notebook)
    notebook.sent("%claude_fix")
    assert "@@" not in shown(notebook)
    notebook.simulator.enqueue("Like this:\n\n```python\nopen('a'\n```\n")
    notebook.sent("%claude_fix")
    assert "not valid Python" in shown(notebook)


@pytest.mark.parametrize(
    ("before", "cell", "mended"),
    [
        ("pass", "%%time\nz = np.zeros(3)", "%%time\nimport numpy as np\n\nz = np.zeros(3)"),
        ("d = {'price': 2}", "d['prcie'] + 1", "d['price'] + 1"),
        ("customers = [1]", "len(custmers)", "len(customers)"),
        (
            "import numpy as np\na = np.ones((3, 4)); b = np.ones((5, 4))",
            "c = a @ b",
            "c = a @ b.T",
        ),
        ("import numpy as np\nX = np.ones((9, 5)); w = np.ones((4, 2))", "X @ w", "X[..., :4] @ w"),
        ("pass", "import nunpy", "import numpy"),
        ("pass", "import jsn", "import json"),
        ("pass", "root = sqrt(2)", "from math import sqrt\n\nroot = sqrt(2)"),
        (
            "import pandas as pd\ndf = pd.DataFrame({'price': [2]})",
            "df.query('prce > 1')",
            "df.query('price > 1')",
        ),
        ("import numpy as np\na = np.ones((3, 4)); b = np.ones(3)", "a + b", "a + b[:, None]"),
        ("import numpy as np\na = np.ones((3, 4)); b = np.ones((5, 4))", "np.dot(a, b)", "np.dot(a, b.T)"),
        ("import numpy as np\na = np.arange(12)", "np.reshape(a, (5, 2))", "np.reshape(a, (-1, 2))"),
        ("pass", "%%tiem\n1 + 1", "%%time\n1 + 1"),
        ("pass", "for i in range(3)\n    pass", "for i in range(3):\n    pass"),
    ],
)
def test_the_demo_model_mends(notebook: Notebook, before: str, cell: str, mended: str) -> None:
    notebook.run(before)
    assert notebook.run(cell) is not None
    shown(notebook)
    notebook.sent("%claude_fix")
    added = [line[2:] for line in shown(notebook).splitlines() if line.startswith("+ ")]
    for line in mended.splitlines():
        assert line in cell.splitlines() or not line or line in added
    assert notebook.run(mended) is None


def test_looking_runs_nothing_and_hides_what_names_say(notebook: Notebook) -> None:
    notebook.run(
        "import pandas as pd\n"
        "class Meta(type):\n    def __getattribute__(cls, name): raise SystemExit(name)\n"
        "class Evil(metaclass=Meta):\n"
        "    def __getattribute__(self, name): ran.append(name); raise SystemExit\n"
        "    def __repr__(self): ran.append('repr'); return ''\n"
        "ran = []\nevil = object.__new__(Evil)\n"
        "row = pd.DataFrame({'name': ['Anna'], 'password': ['cup99']}).iloc[0]\n"
        "login = {'user': 'anna', 'api_key': 'k1'}"
    )
    notebook.run("print('cup99')\n(evil, row, login)[5]")
    (prompt,) = notebook.sent("%claude_fix")
    assert notebook.value("ran") == []
    assert "evil = Evil" in prompt
    assert "row = Series" in prompt
    assert "'Anna'" in prompt
    assert "'k1'" not in prompt
    assert "cup99" not in prompt.partition("Values when it failed")[2]


def test_cells_before_say_that_they_failed(notebook: Notebook) -> None:
    notebook.run("import no_such_package_q\nlimit = 3")
    notebook.run("limit + 1")
    (prompt,) = notebook.sent("%claude_fix")
    assert ", which failed with ModuleNotFoundError: No module named 'no_such_package_q'" in prompt
    (prompt,) = notebook.sent("%claude_fix --no-values")
    assert ", which failed with ModuleNotFoundError:\n" in prompt


def test_the_saved_notebook_tells_of_cells_that_have_not_run(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "n.ipynb"
    cells = [{"cell_type": "code", "id": "later", "source": "rate = 0.2\ntoken = 'tea'"}]
    path.write_text(json.dumps({"cells": cells}), "utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    notebook.run("100 * rate")
    (prompt,) = notebook.sent("%claude_fix")
    assert "A cell that has not run since nbclaude was loaded defines rate:\nrate = 0.2" in prompt
    assert "'tea'" not in prompt


def test_magics_that_are_spelled_alike(notebook: Notebook) -> None:
    notebook.run("%%tiem\n1 + 1")
    (prompt,) = notebook.sent("%claude_fix")
    assert "no magic %%tiem; spelled alike: %time, %%time" in prompt


@pytest.mark.parametrize(
    ("before", "cell"),
    [
        ("import os\nos.environ['APP_TOKEN'] = 'sugar77'", "int(os.environ['APP_TOKEN'])"),
        ("cfg = {'db': {'hosts': [{'password': 'sugar77'}]}}", "open(cfg['db']['hosts'][0]['password'])"),
        ("user, password = 'anna', 'sugar77'", "raise ValueError(f'{user} has {password}')"),
        ("login = dict(user='anna', passwd='sugar77')", "print(login['passwd'])\nlogin['usr']"),
    ],
)
def test_a_secret_is_masked_wherever_the_failure_has_it_from(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch, before: str, cell: str
) -> None:
    monkeypatch.setenv("APP_TOKEN", "")
    notebook.run(before)
    assert notebook.run(cell) is not None
    (prompt,) = notebook.sent("%claude_fix")
    assert "sugar77" not in prompt
    assert "Traceback, trimmed" in prompt
