"""`%claude_explain`: a cell runs as if the line were not there, and is explained with its outcome."""

from __future__ import annotations

import re

from tests.magics.conftest import Notebook


def test_a_cell_runs_as_if_the_line_were_not_there(notebook: Notebook) -> None:
    count = notebook.shell.execution_count
    (prompt,) = notebook.sent("%%claude_explain why twice?\nimport math\nr = 3\nmath.pi * r * 2")
    assert notebook.shell.execution_count == count + 1
    assert notebook.value("In")[count] == "import math\nr = 3\nmath.pi * r * 2"
    assert round(notebook.value("Out")[count], 2) == 18.85
    assert "  2 | r = 3" in prompt
    assert "18.84" in prompt
    assert prompt.endswith("why twice?")


def test_magics_below_the_line_run(notebook: Notebook) -> None:
    (prompt,) = notebook.sent("%%explain\n%%capture caught\nprint('hi')")
    assert notebook.value("caught").stdout == "hi\n"
    assert "  1 | %%capture caught" in prompt
    notebook.sent("%%claude_explain\nimport asyncio\nawait asyncio.sleep(0)\nx = 5")
    assert notebook.value("x") == 5


def test_an_error_stays_the_cells_error(notebook: Notebook) -> None:
    before = len(notebook.simulator.requests)
    error = notebook.run("%%claude_explain\nd = {'a': 1}\nd['b']")
    assert isinstance(error, KeyError)
    (request,) = notebook.simulator.requests[before:]
    assert "why it failed" in request.prompt
    assert "d = dict of 1: {'a': 1}" in request.prompt


def test_a_cell_is_not_run_where_nobody_wants_that(notebook: Notebook) -> None:
    (prompt,) = notebook.sent("%%claude_explain --no-run --brief --lang de\nnever = 1")
    assert "never" not in notebook.shell.user_ns
    assert "  1 | never = 1" in prompt
    assert "Three sentences at most." in prompt
    assert "in this language: de" in prompt


def test_a_wrong_option_runs_nothing(notebook: Notebook) -> None:
    error = notebook.run("%%claude_explain --levl expert\nnever = 2")
    assert "did you mean --level?" in str(error)
    assert "never" not in notebook.shell.user_ns


def test_the_line_alone_explains_the_cell_before_it(notebook: Notebook) -> None:
    notebook.run("k = 3\ndef f(a):\n    return a * k")
    notebook.run("f(2)")
    (prompt,) = notebook.sent("%claude_explain")
    assert "  1 | f(2)" in prompt
    assert "f = function f(a)" in prompt
    assert "return a * k" in prompt
    assert "It showed:\n6" in prompt


def test_a_word_is_a_name_only_if_it_resolves(notebook: Notebook) -> None:
    notebook.run("rate = 0.2\ndef tax(x):\n    return x * rate")
    (named,) = notebook.sent("%explain tax")
    assert "Explain tax." in named
    assert "def tax(x):" in named
    assert "rate = 0.2" in named
    (asked,) = notebook.sent("%claude_explain why")
    assert asked.endswith("why")
    assert "  1 | rate = 0.2" in asked
    (asked,) = notebook.sent("%claude_explain why is it slow?")
    assert asked.endswith("why is it slow?")


def test_what_a_password_is_stays_here(notebook: Notebook) -> None:
    notebook.run("db_password = 'tea'")
    (prompt,) = notebook.sent(
        "%%claude_explain\nlogin = {'user': 'anna', 'password': 'cup'}\nlen(db_password)"
    )
    assert "'cup'" not in prompt
    assert "'tea'" not in prompt
    assert "'anna'" in prompt


def test_a_variable_of_a_function_is_explained(notebook: Notebook) -> None:
    notebook.run("def g():\n    inner = [1, 2]\n    %claude_explain inner\n")
    (prompt,) = notebook.sent("g()")
    assert "[1, 2]" in prompt


def test_the_demo_model_names_lines(notebook: Notebook) -> None:
    notebook.run("%%claude_explain\nimport math\ndef area(r):\n    return math.pi * r ** 2\narea(2)")
    text = notebook.value("_claude").text
    assert "Line 1 imports `math`." in text
    assert "Lines 2-3 define the function `area(r)`." in text
    assert "12.566" in text


def test_the_lines_are_listed_above_the_explanation_and_pointed_at_in_it(notebook: Notebook) -> None:
    notebook.simulator.enqueue("Line 2 adds; `line 1` is code.")
    notebook.shell.display_pub.outputs.clear()
    notebook.sent("%%claude_explain\ndb_password = 'tea'\ntotal = 1 + 2")
    listing, *_, answer = [output["data"] for output in notebook.shell.display_pub.outputs]
    assert listing["text/plain"].endswith("  2 | total = 1 + 2\n")
    assert "'tea'" not in listing["text/html"]
    assert re.search(r"<b>2</b>(<span[^>]*>)?total ", listing["text/html"])
    (shown,) = re.findall(r'<span class="([^"]*)" tabindex="0">Line 2</span>', answer["text/html"])
    classes = shown.split()
    assert f"{classes[-1]}:is(:hover,:focus)) .{classes[-1].replace('-to-', '-at-')}" in listing["text/html"]
    assert "`line 1`" in answer["text/markdown"]


def test_the_line_may_stand_below_comments_and_magics_that_run_python(notebook: Notebook) -> None:
    (prompt,) = notebook.sent("# title\n\n%%claude_explain\nx = 2")
    assert "  1 | # title\n  2 |\n  3 | x = 2" in prompt
    (prompt,) = notebook.sent("%%time\n%%claude_explain\nx = 3\nx")
    assert notebook.value("x") == 3
    assert "  1 | %%time\n  2 | x = 3\n" in prompt
    notebook.sent("  %%claude_explain\n  y = 5\n  y")
    assert notebook.value("y") == 5


def test_another_explain_is_left_alone(notebook: Notebook) -> None:
    magics = notebook.shell.magics_manager.magics["cell"]
    magics["explain"] = lambda line, cell: cell.upper()
    try:
        assert notebook.sent("%%explain\nselect 1") == []
    finally:
        magics["explain"] = magics["claude_explain"]
    assert notebook.value("_") == "SELECT 1\n"


def test_builtins_are_names(notebook: Notebook) -> None:
    (prompt,) = notebook.sent("%claude_explain sorted")
    assert "Explain sorted." in prompt
    assert "A custom key function can be supplied" in prompt


def test_without_values_none_is_sent(notebook: Notebook) -> None:
    notebook.run("secret_plan = {'a': 41177}\ndef f(): return secret_plan")
    (prompt,) = notebook.sent("%claude_explain --no-values secret_plan")
    assert "dict of 1" in prompt
    assert "41177" not in prompt
    (prompt,) = notebook.sent("%claude_explain --no-values f")
    assert "def f(): return secret_plan" in prompt
    notebook.run(
        "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\nfig = plt.figure()"
    )
    request = len(notebook.simulator.requests)
    notebook.run("%%claude_explain --no-values\nfrom IPython.display import display\ndisplay(fig)")
    assert "image" not in str(notebook.simulator.requests[request].json["messages"][-1]["content"])


def test_a_function_by_its_name_is_listed_too(notebook: Notebook) -> None:
    notebook.run("def tax(x):\n    password = 'tea'\n    return x * 2")
    notebook.simulator.enqueue("Line 3 doubles it.")
    notebook.shell.display_pub.outputs.clear()
    (prompt,) = notebook.sent("%claude_explain tax")
    assert "  1 | def tax(x):" in prompt
    assert "  3 |     return x * 2" in prompt
    assert "'tea'" not in prompt
    assert prompt.count("def tax") == 1
    assert 'as "line 4"' in prompt
    listing, *_, answer = [output["data"] for output in notebook.shell.display_pub.outputs]
    assert listing["text/plain"].endswith("  3 |     return x * 2\n")
    assert 'tabindex="0">Line 3</span>' in answer["text/html"]


def test_a_single_line_is_not_listed(notebook: Notebook) -> None:
    notebook.shell.display_pub.outputs.clear()
    notebook.sent("%%claude_explain\ntotal = 1 + 2")
    assert not any("nbclaude-listing" in str(each) for each in notebook.shell.display_pub.outputs)
