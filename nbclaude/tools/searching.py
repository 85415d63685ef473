"""Many tools of MCP servers: their definitions stay out of the prompt until the model finds them with a search.

https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-search-tool
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from nbclaude.models.info import identify
from nbclaude.tools.versions import FAMILIES

__all__ = ["MANY", "searched_for", "with_all_loaded", "with_search"]

MANY = 20  # a model can tell this many tools apart, and their definitions cost little
_DEFERRED = "defer_loading"
_VERSION = FAMILIES["tool_search"][0]
_SEARCH = {"type": _VERSION.type, "name": _VERSION.name}


def with_search(
    definitions: Sequence[Mapping[str, Any]], deferrable: Collection[str]
) -> tuple[Mapping[str, Any], ...]:
    """Defer the tools with these names if they are many, and add the tool that finds them.

    It comes last: it can carry a mark for the cache, which a deferred tool cannot.
    """
    if len(deferrable) <= MANY:
        return tuple(definitions)
    found = [
        {**each, _DEFERRED: True} if each.get("name") in deferrable else each
        for each in definitions
        if each != _SEARCH
    ]
    return (*found, _SEARCH)


def searched_for(definitions: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether the model is to search for some of these tools."""
    return _SEARCH in definitions and any(each.get(_DEFERRED) for each in definitions)


def with_all_loaded(
    definitions: Sequence[Mapping[str, Any]], model: str, *, searches: bool = True
) -> tuple[Mapping[str, Any], ...]:
    """Return the definitions as the model takes them: in full if it, or its server, has no tool search."""
    identity = identify(model)
    takes = identity is not None and identity.version >= _VERSION.since and searches
    if takes or not searched_for(definitions):
        return tuple(definitions)
    kept = [{key: value for key, value in each.items() if key != _DEFERRED} for each in definitions]
    return tuple(each for each in kept if each != _SEARCH)
