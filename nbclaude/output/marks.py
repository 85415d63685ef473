"""The one key of an output's metadata under which answers are saved, and what is known of an answer once it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nbclaude.frozen import frozen

__all__ = ["KEY", "VERSION", "Saves", "Shown", "marked", "marked_open"]

KEY = "nbclaude"
VERSION = 1


@frozen
class Shown:
    """An answer as its outputs show it: its id, and the Markdown of its pages by their numbers."""

    answer: str
    pages: Mapping[int, str]


# Makes what the last output of an answer carries besides its mark.
Saves = Callable[[Shown], Mapping[str, Any]]


def marked(answer: str, page: int, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the metadata of one page of an answer."""
    return {KEY: {"version": VERSION, "answer": answer, "page": page, **(more or {})}}


def marked_open(display_id: str) -> dict[str, Any]:
    """Return the metadata of an unfinished output: if our extension is there, a notice is added in case the rest never arrives.

    `display_id` is that of the answer, without the number of the page.
    """
    return {KEY: {"open": display_id}}
