import functools
import json
import math
import types
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbclaude.context.sources import describe_exception, describe_source
from nbclaude.data.table import Described
from nbclaude.texts import TextLimits


def described(value: Any, **limits: int) -> Described:
    result = describe_source(value, TextLimits(**limits))
    assert result is not None
    return result


def add(a: int, b: int = 2) -> int:
    """Add two numbers."""
    return a + b


class Greeter:
    """Greets."""

    def greet(self, name: str) -> str:
        return f"hello {name}"

    @property
    def loud(self) -> bool:
        return True


_ADD = 'def add(a: int, b: int = 2) -> int:\n    """Add two numbers."""\n    return a + b'


def test_a_function() -> None:
    line = add.__code__.co_firstlineno
    assert described(add) == Described(
        f"# function {__name__}.add(a: 'int', b: 'int' = 2) -> 'int'\n# {__file__}, line {line}\n{_ADD}".replace(
            "'int'", "int"
        ),
        "source of add, 3 lines",
    )


def test_methods_properties_wrapped_and_partial_functions() -> None:
    body = 'def greet(self, name: str) -> str:\n    return f"hello {name}"'
    assert described(Greeter.greet).text.endswith(body)
    assert described(Greeter().greet).text.endswith(body)
    assert described(Greeter.__dict__["loud"]).text.endswith(
        "@property\ndef loud(self) -> bool:\n    return True"
    )
    assert described(functools.cache(add)).text.endswith(_ADD)
    partial = described(functools.partial(add, 1, b=3))
    assert partial.text.startswith("# functools.partial with (1, b=3) of:\n# function ")
    assert partial.text.endswith(_ADD)


def test_a_class() -> None:
    text = described(Greeter).text
    assert text.startswith(f"# class {__name__}.Greeter()\n# {__file__}, line ")
    assert '\nclass Greeter:\n    """Greets."""\n' in text


def test_what_is_built_in_has_signature_and_documentation() -> None:
    text = described(math.hypot).text
    assert text.startswith("# function math.hypot")
    assert "# no Python source; its documentation:\n" in text
    assert "Euclidean" in text
    assert described(int).text.startswith("# class builtins.int")
    assert described(len).summary == "signature and documentation of len"


def test_modules() -> None:
    small = described(types)
    assert small.summary.startswith("source of types, ")
    large = described(json, source=2_000)
    assert large.text.startswith(f"# module json, {json.__file__}\nJSON (JavaScript Object Notation)")
    assert large.notes[0] == "too long for its source: an outline"
    assert len(large.text) < 2_100
    assert "def dumps(obj, *," in described(json, source=8_000).text


def test_what_was_defined_in_a_cell() -> None:
    shell = InteractiveShell()
    shell.run_cell(
        "class Cell:\n    '''A cell.'''\n    def size(self):\n        return 3\n\nclass Bare:\n    x = 1\n"
    )
    shell.run_cell("from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: int = 0\n")
    shell.run_cell("def half(x):\n    return x / 2\n")
    space = shell.user_ns
    assert described(space["half"]).text.endswith(".half(x)\ndef half(x):\n    return x / 2")
    assert described(space["Cell"]).text.endswith(
        "\nclass Cell:\n    '''A cell.'''\n    def size(self):\n        return 3"
    )
    assert described(space["Bare"]).text.endswith("\nclass Bare:\n    x = 1")
    assert described(space["Point"]).text.endswith("\n@dataclass\nclass Point:\n    x: int = 0")


def test_a_long_source_is_cut_and_says_so() -> None:
    long = described(Greeter, source=60)
    assert long.notes[0].endswith(" characters left out")
    assert long.text.endswith(f"[… {long.notes[0]} …]")


@pytest.mark.parametrize("value", [1, "text", [add], object(), Greeter(), None])
def test_other_values_have_no_source(value: object) -> None:
    assert describe_source(value) is None


def test_a_traceback_with_its_cause() -> None:
    def fail() -> None:
        try:
            {}["missing"]
        except KeyError as error:
            raise ValueError("no such thing") from error

    try:
        fail()
    except ValueError as error:
        told = describe_exception(error)
    assert told.summary == "traceback of ValueError"
    assert told.text.startswith("Traceback (most recent call last):\n")
    assert "KeyError: 'missing'\n\nThe above exception was the direct cause" in told.text
    assert told.text.endswith("ValueError: no such thing")


def test_a_traceback_begins_in_the_users_cell() -> None:
    shell = InteractiveShell()
    result = shell.run_cell("def f():\n    1 / 0\nf()")
    assert result.error_in_exec is not None
    text = describe_exception(result.error_in_exec).text
    assert "interactiveshell.py" not in text
    assert "in <module>" in text
    assert text.endswith("ZeroDivisionError: division by zero")


def test_a_long_traceback_keeps_its_end() -> None:
    told = describe_exception(ValueError("x" * 50_000 + "the end"), TextLimits(source=1_000))
    assert len(told.text) < 1_100
    assert told.text.startswith("ValueError: xxx")
    assert told.text.endswith("the end")
    assert told.notes == ("49,019 of 50,019 characters left out",)


@functools.singledispatch
def dispatched(x: int) -> int:
    return x


def test_a_dispatched_function_stands_in_its_own_file() -> None:
    described = describe_source(dispatched)
    assert described is not None
    assert described.text.splitlines()[1].startswith(f"# {__file__}, line ")
