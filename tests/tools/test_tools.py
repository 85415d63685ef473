from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbclaude.errors import ConfigurationError
from nbclaude.refusal import UnfitError
from nbclaude.tools.definitions import definitions_of, tools_of
from nbclaude.tools.results import tool_results

TOOL = {"name": "f", "input_schema": {"type": "object"}}
SERVER = {"type": "web_search_20260318", "name": "web_search"}
TOOLSET = {"type": "computer_toolset_20260801"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (TOOL, (TOOL,)),
        ([TOOL, SERVER], (TOOL, SERVER)),
        ({"tools": [TOOL]}, (TOOL,)),
        ((TOOLSET,), (TOOLSET,)),
        # Fields that nobody knows go along as they are.
        ({**TOOL, "strict": True, "new": {"a": [1]}}, ({**TOOL, "strict": True, "new": {"a": [1]}},)),
    ],
)
def test_definitions(value: Any, expected: Any) -> None:
    assert definitions_of(tools_of(value)) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (max, "max: its parameters are not known. Wrap it in a function of your own."),
        ([int], "it holds a type. A tool is a function, a dict like"),
        ("f", "it is a str."),
        (np.arange(3), "it is a ndarray."),
        (pd.DataFrame({"a": [1]}), "it is a DataFrame."),
        ([], "it is empty."),
        (None, "it is empty."),
        ([{"description": "x"}], "it holds a dict."),
        ({"name": "f"}, "the tool 'f' has no input_schema."),
    ],
)
def test_no_definitions(value: Any, message: str) -> None:
    with pytest.raises(UnfitError) as caught:
        tools_of(value)
    assert message in str(caught.value)


CALL = {"type": "tool_use", "id": "1", "name": "f", "input": {}}
OTHER = {"type": "tool_use", "id": "2", "name": "g", "input": {}}
AGAIN = {"type": "tool_use", "id": "3", "name": "f", "input": {}}
IMAGE = {"type": "image", "source": {"type": "url", "url": "https://a/b.png"}}


def result(call: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call, "content": content, **more}


@pytest.mark.parametrize(
    ("calls", "value", "expected"),
    [
        ([CALL], "sunny", [result("1", "sunny")]),
        ([CALL], "", [result("1", "(empty)")]),
        ([CALL], 21.5, [result("1", "21.5")]),
        ([CALL], None, [result("1", "null")]),
        ([CALL], {"t": [1, "ü"]}, [result("1", '{"t": [1, "ü"]}')]),
        ([CALL], {1, 2}, [result("1", "{1, 2}")]),
        ([CALL], float("nan"), [result("1", "nan")]),
        ([CALL], [1, 2], [result("1", "[1, 2]")]),
        ([CALL], IMAGE, [result("1", [IMAGE])]),
        ([CALL], [{"type": "text", "text": "a"}, IMAGE], [result("1", [{"type": "text", "text": "a"}, IMAGE])]),
        ([CALL], {"type": "text"}, [result("1", '{"type": "text"}')]),
        ([CALL], KeyError("x"), [result("1", "KeyError: 'x'", is_error=True)]),
        ([CALL, OTHER], ["a", 2], [result("1", "a"), result("2", "2")]),
        ([CALL, OTHER], {"g": 2, "f": "a"}, [result("1", "a"), result("2", "2")]),
        ([CALL, AGAIN], {"1": "a", "3": "b"}, [result("1", "a"), result("3", "b")]),
    ],
)  # fmt: skip
def test_results(calls: Any, value: Any, expected: Any) -> None:
    assert tool_results(calls, value) == expected


@pytest.mark.parametrize("value", ["a", ["a"], ["a", "b", "c"], {"f": 1}, {"f": 1, "h": 2}, 3])
def test_every_call_needs_a_result(value: Any) -> None:
    with pytest.raises(
        ConfigurationError, match=r"2 calls wait for a result: f, g\. Give a list of 2 values"
    ):
        tool_results([CALL, OTHER], value)


def test_a_name_that_comes_twice_is_no_key() -> None:
    with pytest.raises(ConfigurationError, match="2 calls wait"):
        tool_results([CALL, AGAIN], {"f": 1})
