"""The tools that the API defines: the versions of each, and the first model that takes each.

It follows the tool reference (https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-reference) as of 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from nbclaude.frozen import frozen
from nbclaude.models.info import identify

__all__ = ["FAMILIES", "SERVER_TOOLS", "Version", "beta_of", "family_of", "version_for"]

_OF_UNKNOWN = (4,)  # the generation assumed for a model about which nothing is known


@frozen
class Version:
    """One version: its `type`, the `name` that it must have, and the first model that takes it (4.6 is `(4, 6)`).

    One that `runs_code` brings its own sandbox, and is refused beside the code tool. A toolset has no name: only its
    members are called. `beta` is the feature of the API that it needs.
    """

    type: str
    name: str
    since: tuple[int, ...] = ()
    runs_code: bool = False
    beta: str = ""


_EDITOR = "str_replace_based_edit_tool"
_OLD_EDITOR = "str_replace_editor"

# By the name that turns a tool on, the newest version first.
FAMILIES: Mapping[str, tuple[Version, ...]] = {
    "bash": (Version("bash_20250124", "bash", (3, 7)), Version("bash_20241022", "bash")),
    "editor": (
        Version("text_editor_20250728", _EDITOR, (4,)),
        Version("text_editor_20250429", _EDITOR, (4,)),
        Version("text_editor_20250124", _OLD_EDITOR, (3, 7)),
        Version("text_editor_20241022", _OLD_EDITOR),
    ),
    "memory": (Version("memory_20250818", "memory"),),
    "computer": (
        Version("computer_toolset_20260801", "", (4, 8)),
        Version("computer_20251124", "computer", (4, 6), beta="computer-use-2025-11-24"),
        Version("computer_20250124", "computer", (3, 7), beta="computer-use-2025-01-24"),
        Version("computer_20241022", "computer", beta="computer-use-2024-10-22"),
    ),
    "tool_search": (
        Version("tool_search_tool_bm25_20251119", "tool_search_tool_bm25", (4, 5)),
        Version("tool_search_tool_regex_20251119", "tool_search_tool_regex", (4, 5)),
    ),
    "web_search": (
        Version("web_search_20260318", "web_search", (4, 6), runs_code=True),
        Version("web_search_20260209", "web_search", (4, 6), runs_code=True),
        Version("web_search_20250305", "web_search"),
    ),
    "web_fetch": (
        Version("web_fetch_20260318", "web_fetch", (4, 6), runs_code=True),
        Version("web_fetch_20260309", "web_fetch", (4, 6), runs_code=True),
        Version("web_fetch_20260209", "web_fetch", (4, 6), runs_code=True),
        Version("web_fetch_20250910", "web_fetch"),
    ),
    "code_execution": (
        Version("code_execution_20260521", "code_execution", (4, 6)),
        Version("code_execution_20260120", "code_execution", (4, 6)),
        Version("code_execution_20250825", "code_execution"),
        Version("code_execution_20250522", "code_execution"),
    ),
}
SERVER_TOOLS = ("web_search", "web_fetch", "code_execution", "tool_search")
"""Those that the server runs; the others run in the kernel."""

_BETA_OF_TYPE = {each.type: each.beta for versions in FAMILIES.values() for each in versions}
_FAMILY_OF_TYPE = {each.type: family for family, versions in FAMILIES.items() for each in versions}


def family_of(word: str) -> str:
    """Return the family that a name means, which may be that of one version, such as bash_20241022; empty if it means none."""
    return word if word in FAMILIES else _FAMILY_OF_TYPE.get(word, "")


def beta_of(definition: Mapping[str, Any]) -> str:
    """Return the beta feature that the definition of a tool needs; empty if it needs none."""
    return _BETA_OF_TYPE.get(str(definition.get("type")), "")


def version_for(word: str, model: str, beside: Collection[str] = ()) -> Version:
    """Return the version that a name means: the one that it names, else the newest that the model takes.

    `beside` are the families of the tools in the same request.
    """
    versions = FAMILIES[family_of(word)]
    identity = identify(model)
    number = identity.version if identity is not None else _OF_UNKNOWN
    fit = [
        each
        for each in versions
        if number >= each.since and not (each.runs_code and "code_execution" in beside)
    ]
    named = [each for each in versions if each.type == word]
    return (named or fit or list(versions[-1:]))[0]
