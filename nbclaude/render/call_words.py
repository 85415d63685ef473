"""The words for the tools that a server runs: while they work, when they are done, and what they work on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nbclaude.cleaning import excerpt
from nbclaude.frozen import frozen

__all__ = ["CallWords", "Input", "is_known", "path_of", "words_of", "words_of_mcp"]

_MAX_SUBJECT = 100  # characters

Input = Mapping[str, Any]


@frozen
class CallWords:
    """How a tool is spoken of: while it works, when it is done, and by name; `subject` is what it works on."""

    doing: str
    done: str
    name: str
    subject: Callable[[Input], str] = lambda given: ""
    joint: str = " "

    def short_subject(self, given: Input) -> str:
        """Return what the tool works on, in a line."""
        return excerpt(self.subject(given), _MAX_SUBJECT)

    def about(self, words: str, given: Input) -> str:
        """Return `words` with the subject."""
        subject = self.short_subject(given)
        return f"{words}{self.joint}{subject}" if subject else words


def _quoted(key: str) -> Callable[[Input], str]:
    return lambda given: f"“{excerpt(str(given[key]), _MAX_SUBJECT - 2)}”" if given.get(key) else ""


def _address(given: Input) -> str:
    url = str(given.get("url") or "")
    return url.removeprefix("https://").removeprefix("http://").removeprefix("www.").removesuffix("/")


def path_of(given: Input) -> str:
    """Return the path of the file that a call works on; empty if it names none."""
    return str(given.get("path") or "")


_CODE = CallWords("Running code", "Ran code", "Code execution")
_WORDS: Mapping[str, CallWords] = {
    "web_search": CallWords(
        "Searching the web", "Searched the web", "Web search", _quoted("query"), joint=" for "
    ),
    "web_fetch": CallWords("Fetching", "Fetched", "Web fetch", _address),
    "code_execution": _CODE,
    "bash_code_execution": _CODE,
    "tool_search_tool_bm25": CallWords(
        "Searching the tools", "Searched the tools", "Tool search", _quoted("query"), joint=" for "
    ),
    "tool_search_tool_regex": CallWords(
        "Searching the tools", "Searched the tools", "Tool search", _quoted("pattern"), joint=" for "
    ),
    "tool_search": CallWords("Searching the tools", "Searched the tools", "Tool search"),
    "mcp": CallWords("Calling an MCP tool", "Called an MCP tool", "MCP tool"),
    "advisor": CallWords("Asking the advisor", "Asked the advisor", "Advisor"),
}
_FILES: Mapping[str, CallWords] = {
    "view": CallWords("Viewing", "Viewed", "File view", path_of),
    "create": CallWords("Creating", "Created", "File creation", path_of),
    "str_replace": CallWords("Editing", "Edited", "File edit", path_of),
    "insert": CallWords("Editing", "Edited", "File edit", path_of),
}


def is_known(tool: str) -> bool:
    """Tell whether there are words of its own for a server's tool."""
    return tool in _WORDS


def words_of(tool: str, name: str, given: Input) -> CallWords:
    """Return the words for the server's `tool` (empty if it is another's), which calls itself `name`."""
    if tool == "text_editor_code_execution":
        other = CallWords("Working on a file", "Worked on a file", "File operation", path_of)
        return _FILES.get(str(given.get("command")), other)
    return _WORDS.get(tool) or CallWords(f"Calling {name}", f"Called {name}", name)


def words_of_mcp(name: str, server: str) -> CallWords:
    """Return the words for a tool of an MCP server."""
    full = f"{name} of {server}" if server else name
    return CallWords(f"Calling {full}", f"Called {full}", full)
