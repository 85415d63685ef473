"""Many tools of a server are deferred, for models that can search; others get all of them."""

from __future__ import annotations

from typing import Any

import pytest

from nbclaude.tools.arguments import arguments_of
from nbclaude.tools.definitions import definitions_of
from nbclaude.tools.docstrings import Documented
from nbclaude.tools.functions import Tool, tool_of
from nbclaude.tools.searching import MANY, with_all_loaded

SEARCH = {"type": "tool_search_tool_bm25_20251119", "name": "tool_search_tool_bm25"}


def mine(city: str) -> str:
    return city


def of_server(number: int) -> Tool:
    name = f"shop__tool{number}"
    return Tool(
        name,
        {"name": name, "input_schema": {"type": "object"}},
        mine,
        arguments_of(mine, name, Documented()),
        deferrable=True,
    )


def test_few_tools_go_in_full() -> None:
    found = definitions_of([tool_of(mine), *(of_server(n) for n in range(MANY))])
    assert len(found) == MANY + 1
    assert not any("defer_loading" in each for each in found)


def test_many_are_deferred_and_the_users_own_are_not() -> None:
    own = {"name": "raw", "input_schema": {"type": "object"}}
    found = definitions_of([SEARCH, own, tool_of(mine), *(of_server(n) for n in range(MANY + 1))])
    assert [each["name"] for each in found if not each.get("defer_loading")] == [
        "raw",
        "mine",
        SEARCH["name"],
    ]
    # The search comes last, where a mark for the cache may stand.
    assert found[-1] == SEARCH
    assert len(found) == MANY + 4


@pytest.mark.parametrize(
    ("model", "searches", "takes"),
    [
        ("claude-sonnet-5-5", True, True),
        ("claude-haiku-4-5", True, True),
        ("claude-sonnet-5-5", False, False),
        ("claude-opus-4-1", True, False),
        ("llama-4", True, False),
    ],
)
def test_a_model_that_cannot_search_gets_all_of_them(model: str, searches: bool, takes: bool) -> None:
    tools = [of_server(n) for n in range(MANY + 1)]
    given = definitions_of(tools)
    full: tuple[Any, ...] = tuple(tool.definition for tool in tools)
    assert with_all_loaded(given, model, searches=searches) == (given if takes else full)


def test_what_the_user_has_deferred_is_left_alone() -> None:
    own = ({"name": "raw", "input_schema": {"type": "object"}, "defer_loading": True},)
    assert with_all_loaded(own, "llama-4") == own
