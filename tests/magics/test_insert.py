"""`%claude_insert` and `_claude.code[0].insert()`: which code goes into which cell, in each kind of front end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbclaude.edits import actions, standing
from tests.magics.conftest import Inputs, Notebook

ANSWER = """Try:

```python
x = 1
```

1. then

   ```bash
   ls
   ```

````markdown
A fence:

```python
y = 2
```
````

```yaml
a: 1
```

~~~R
x <- 1
~~~
"""


@pytest.fixture
def answered(notebook: Notebook, inputs: Inputs) -> Iterator[Inputs]:
    """Give what the front end was asked for; the answer above is the last one."""
    notebook.simulator.enqueue(ANSWER)
    assert notebook.run("%claude code") is None
    yield inputs
    standing.forget_widgets()


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        ("", "x = 1"),
        ("1", "x = 1"),
        ("2", "%%bash\nls"),
        ("3", "%%markdown\nA fence:\n\n```python\ny = 2\n```"),
        ("4", "a: 1"),
        ("5  # the R one", "%%R\nx <- 1"),
    ],
)
def test_one_block(notebook: Notebook, answered: Inputs, line: str, cell: str) -> None:
    """The code alone, without backticks, with its cell magic; nested fences stay whole."""
    assert notebook.run(f"%claude_insert {line}") is None
    assert answered.texts == [(cell, False)]


def test_insert_of_a_block(notebook: Notebook, answered: Inputs) -> None:
    """The method does the same as the magic."""
    assert notebook.run("_claude.code[1].insert()") is None
    assert answered.texts == [("%%bash\nls", False)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("6", "%claude_insert 6: the last answer has 5 code blocks."),
        ("0", "%claude_insert 0: the last answer has 5 code blocks."),
        ("-1", "%claude_insert -1: use the number of a block, from 1, or all."),
        ("two", "%claude_insert two: use the number of a block, from 1, or all."),
    ],
)
def test_wrong_numbers(notebook: Notebook, answered: Inputs, line: str, said: str) -> None:
    """What is not there is said, and nothing is inserted."""
    assert notebook.refused(f"%claude_insert {line}") == f"UsageError: {said}"
    assert answered.texts == []


def test_no_answer_and_no_code(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an answer, or code in it, there is nothing to insert."""
    assert (
        notebook.refused("%claude_insert")
        == "UsageError: %claude_insert: Claude has not answered anything yet."
    )
    notebook.simulator.enqueue("No code.")
    notebook.run("%claude x")
    said = "UsageError: %claude_insert: the last answer has no code block."
    assert notebook.refused("%claude_insert all") == said


def test_all_where_cells_come_one_at_a_time(
    notebook: Notebook, answered: Inputs, capsys: pytest.CaptureFixture[str]
) -> None:
    """They share a cell, a blank comment line between; it says so, and what was left out."""
    answered.request("vscode-notebook-cell:/a.ipynb#W0sZmlsZQ==")
    capsys.readouterr()
    assert notebook.run("%claude_insert all") is None
    (text, _) = answered.texts[-1]
    assert text.startswith("x = 1\n\n#\n\n# %%bash\n# ls\n\n#\n\n# %%markdown")
    said = capsys.readouterr().out
    assert "This front end takes one new cell at a time, so the 4 blocks share one." in said
    assert "Left out 1 block that cannot run in a cell (yaml)." in said
    assert "%load_ext rpy2.ipython" in said


def test_all_in_a_document(notebook: Notebook, answered: Inputs) -> None:
    """Each gets a cell of its own, in order."""
    answered.request()
    assert notebook.run("%claude_insert all") is None
    assert answered.texts == []
    ((_, widget),) = standing._widgets
    assert isinstance(widget, actions.Actions)
    assert widget.cell == "cell-1"
    assert [source.split("\n")[0] for _, source in widget.cells] == ["x = 1", "%%bash", "%%markdown", "%%R"]
    assert widget.wish == "below"


def test_one_after_the_other_in_one_cell(notebook: Notebook, answered: Inputs) -> None:
    """Of two texts for the next cell only the last would count: nothing is lost in a loop."""
    answered.request()
    assert notebook.run("for block in _claude.code[:3]: block.insert()") is None
    ((_, widget),) = standing._widgets
    assert answered.texts == [("x = 1", False)]
    assert [source.split("\n")[0] for _, source in widget.cells] == ["x = 1", "%%bash", "%%markdown"]
    assert widget.wish == "below 3"
    assert notebook.shell.payload_manager.read_payload() == []
    answered.request(run="r2")
    assert notebook.run("_claude.code[4].insert()") is None
    assert answered.texts == [("x = 1", False), ("%%R\nx <- 1", False)]
    answered.request(cell=None, run="r3")
    assert notebook.run("for block in _claude.code[:2]: block.insert()") is None
    assert answered.texts[-1] == ("x = 1\n\n#\n\n# %%bash\n# ls", False)


def test_where_nothing_is_inserted(
    notebook: Notebook, answered: Inputs, capsys: pytest.CaptureFixture[str]
) -> None:
    """What executes notebooks for nobody takes no cell: the code is shown."""
    answered.request(cell=None, stdin=False)
    capsys.readouterr()
    assert notebook.run("%claude_insert 2") is None
    assert answered.texts == []
    assert "so the code is shown here" in capsys.readouterr().out
