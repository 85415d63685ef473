"""The demo model edits cells by their syntax trees."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from nbclaude.edits.python_cells import without_docstrings
from nbclaude.simulator.demo.model import demo_answer

CELL = """import math

@cache
def area(radius, digits=2):
    return round(math.pi * radius**2, digits)

class Shape:
    def show(self):
        print("é", self)

total = 0
for r in range(3):
    total += area(r)
total"""


def edited(cell: str, wish: str) -> str:
    text = f'<cell name="to edit">\n{cell}\n</cell>'
    content: list[dict[str, Any]] = [{"type": "text", "text": text}, {"type": "text", "text": wish}]
    answer = demo_answer({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": content}]})
    return str(answer.content)


def code_of(answer: str) -> str:
    return answer.split("```python\n")[1].removesuffix("\n```")


def test_annotating_keeps_the_program() -> None:
    """Only comments and docstrings are new."""
    code = code_of(
        edited(CELL, "Add comments and docstrings that say why. Change comments and docstrings alone.")
    )
    assert without_docstrings(ast.parse(code)) == without_docstrings(ast.parse(CELL))
    assert '    """Do area with radius, digits."""\n    return' in code
    assert "# Go through range(3).\nfor r in" in code


@pytest.mark.parametrize(
    "cell", ["x = 1; y = 2", "def f(): return 1", "if a:\n    b\nelse:\n    c", "'text'", "x = [\n1,\n]"]
)
def test_annotating_other_cells(cell: str) -> None:
    """Nothing breaks where statements share a line."""
    code = code_of(edited(cell, "Add comments."))
    assert without_docstrings(ast.parse(code)) == without_docstrings(ast.parse(cell))


def test_types_tests_and_names() -> None:
    """What the tree tells."""
    code = code_of(edited(CELL, "Add type annotations to the functions."))
    assert "def area(radius, digits: int = 2):" in code
    assert "def show(self) -> None:" in code
    tests = code_of(edited(CELL, "a new cell that tests what it defines"))
    assert tests.splitlines()[0] == "assert callable(area)"
    assert "weight = 1" in code_of(edited("mass = 1", "rename mass to weight"))


def test_what_it_cannot_do_is_said_in_words() -> None:
    """No code block, so nothing is offered."""
    assert "```" not in edited(CELL, "make it beautiful")
    assert "```" not in edited("%%bash\nls", "Add comments.")
