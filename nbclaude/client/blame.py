"""Tells which part of a request a server refuses: the one place where its words are read for what they mean.

The API gives a code for few refusals. Most say in their message alone what is meant, and begin it with the path of the field.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from nbclaude.errors import APIError, APIStatusError

__all__ = ["Blame", "blamed_message", "blames", "path_in"]

# "messages.3.content.0.thinking.signature: Field required"
_PATH = re.compile(r"[a-z_]+(?:\.\w{1,64}){0,24}(?=:)|messages\.\d{1,6}\.content\b[\w.]{0,200}")
_MESSAGE = re.compile(r"messages\.(\d{1,6})\.content\b")
_REFUSED = (400, 404, 422)


class Blame(Enum):
    """What we have added to a request, or sent again, that a server may refuse."""

    CACHING = auto()
    THINKING = auto()
    FILES = auto()
    COMPACTION = auto()
    TOOL_SEARCH = auto()


_CODES = {"file_expired": Blame.FILES}
_WORDS = {
    Blame.CACHING: re.compile(r"cache_control|prompt[ _]caching", re.IGNORECASE),
    Blame.THINKING: re.compile(r"thinking", re.IGNORECASE),
    Blame.FILES: re.compile(r"\bfiles?(?:_ids?)?\b", re.IGNORECASE),
    Blame.TOOL_SEARCH: re.compile(r"defer_loading|tool_?search", re.IGNORECASE),
    # To a gateway that drops the field, the request seems to end with an answer.
    Blame.COMPACTION: re.compile(r"compact|prefill|end with a user", re.IGNORECASE),
}


def path_in(message: str) -> str:
    """Return the path of the field that the message of a refusal begins with; nothing if it begins otherwise."""
    found = _PATH.match(message)
    return found[0] if found else ""


def blames(error: APIError, what: Blame) -> bool:
    """Tell whether a server has refused this part of the request, by its code, the field's path or its words."""
    if not isinstance(error, APIStatusError) or error.status not in _REFUSED:
        return False
    if error.error_code in _CODES:
        return _CODES[error.error_code] is what
    return _WORDS[what].search(f"{error.error_code} {error.parameter} {error.message}") is not None


def blamed_message(error: APIError) -> int | None:
    """Return the place in `messages` of the one whose content is refused; None if none is named."""
    if not isinstance(error, APIStatusError) or error.status not in _REFUSED:
        return None
    found = _MESSAGE.match(error.parameter)
    return int(found[1]) if found else None
