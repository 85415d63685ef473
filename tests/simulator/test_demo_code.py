from __future__ import annotations

import ast
from typing import Any

import pytest

from nbclaude.simulator import demo_answer
from nbclaude.simulator.demo.snippets import SNIPPETS
from tests.simulator.helpers import (
    body,
)


def say(*contents: Any, **changes: Any) -> str:
    """Give the text that the demo model answers."""
    content = demo_answer(body(*contents, **changes)).content
    return (
        content
        if isinstance(content, str)
        else "".join(b if isinstance(b, str) else b["text"] for b in content[:1])
    )


class TestCode:
    def test_a_function(self) -> None:
        source = (
            "def mean(values, *, weights=None):\n"
            '    """Average of values."""\n'
            "    if not values:\n"
            '        raise ValueError("empty")\n'
            "    total = 0\n"
            "    for value in values:\n"
            "        total += value\n"
            "    return total / len(values)\n"
        )
        expected = (
            "This is 8 lines of Python. Read from its syntax tree (I do not run it), it does this:\n\n"
            "- **Function `mean(values, *, weights=None)`**, “Average of values.”: it takes 2 arguments (`values` and "
            "`weights`, 1 of them optional), assigns `total`, loops over `values` (as `value`), branches on "
            "`not values`, calls `len`, may raise `ValueError('empty')` and returns `total / len(values)`."
        )
        assert say(f"Explain this:\n\n```python\n{source}```") == expected
        assert say(f"Explain this:\n{source}\nThank you") == expected
        assert say(source) == expected

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            (
                "import numpy as np\nfrom math import sqrt\nsqrt(np.pi)",
                "It **imports** `numpy as np` and `math.sqrt`.",
            ),
            ("def f(n):\n    return n * f(n - 1)", "calls itself (recursion) and returns `n * f(n - 1)`"),
            ("def f():\n    yield 1", "**Generator `f()`**: it takes no arguments and yields `1`."),
            ("async def f():\n    await g()", "**Coroutine `f()`**"),
            (
                "class A(B):\n    x: int\n    def f(self): ...",
                "**Class `A`** (from `B`): it has fields `x` and 1 method: `f`.",
            ),
            (
                "x = [i for i in y]\nprint(x)",
                "**At the top level** it assigns `x`, builds 1 comprehension and calls `print`.",
            ),
            ("while x < 3:\n    x += 1", "loops while `x < 3`"),
            ("%matplotlib inline\nx = 1\n!ls", "assigns `x`"),
            ("def f(a=[]): pass", "Line 1: the default `[]` of `f` is shared by all calls; use `None`."),
            (
                "try:\n    f()\nexcept:\n    pass",
                "Line 3: a bare `except:` also catches the stop button; name the exception.",
            ),
            ("if x == None:\n    f()", "Line 1: compare with `None` by `is`, not by `==`."),
            ("import os\nx = 1", "`os` is imported but never used here."),
        ],
    )
    def test_statements(self, source: str, expected: str) -> None:
        assert expected in say(f"```python\n{source}\n```")

    def test_within_a_sentence(self) -> None:
        assert "calls `sorted`" in say("What does sorted(x, key=len) do?")
        assert "calls `open`" in say("Why does `open(path)` fail?")

    def test_a_syntax_error_names_the_line(self) -> None:
        answer = say("```python\nx = 1\nfor i in range(3)\n    print(i)\n```")
        assert answer == (
            "Python cannot read this code: **expected ':'** in line 2.\n\n"
            "```text\nfor i in range(3)\n                 ^\n```"
        )
        assert "in line 1" in say("def f(:\n    pass")

    @pytest.mark.parametrize(
        "prose", ["Hello (there)", "I want for my cat a home", "What is love, x = y?", "if only"]
    )
    def test_prose_is_not_code(self, prose: str) -> None:
        assert "Python cannot read" not in say(prose)

    def test_other_languages_are_left_alone(self) -> None:
        assert "syntax tree (I do not" not in say("```javascript\nlet x = 1\n```")

    def test_nothing_breaks_it(self) -> None:
        for source in (
            "(" * 500,
            "x = " + "-" * 5000 + "1",
            "\0",
            "```python\n\0\n```",
            "def " * 300,
            "lambda: 0\n" * 300,
        ):
            say(source)

    def test_code_that_is_asked_for_runs(self) -> None:
        for _, source in SNIPPETS.values():
            ast.parse(source)
        assert "def primes(limit):" in say("Write a function for prime numbers")
        assert "plt.subplots()" in say("Plot a sine wave")


def test_tracebacks() -> None:
    trace = (
        "Explain this error\n\n---------------\nNameError          Traceback (most recent call last)\n"
        "Cell In[1], line 1\n----> 1 foo\n\nNameError: name 'foo' is not defined"
    )
    assert say(trace) == (
        "The code stopped with **NameError**: `name 'foo' is not defined`.\n\nIt happened at line 1, `foo`.\n\n"
        "The name is not defined (yet): a typing error, or a cell that was not run."
    )
