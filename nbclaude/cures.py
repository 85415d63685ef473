"""What a user can do about a problem, as facts: a text that mentions settings and commands without spelling them.

Below the surfaces nobody knows whether somebody asked in a cell, a panel or plain Python. So a cure mentions settings and
commands, and each surface spells the mentions: as an option, an argument or a control.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from nbclaude.frozen import frozen

__all__ = ["Command", "Login", "Mention", "Part", "Spell", "Way", "Words", "duration", "plainly", "spelled"]


class Way(Enum):
    """Something that the user can do, for which each surface has a sentence of its own."""

    STORE_KEY = auto()
    LIST_MODELS = auto()


class Command(Enum):
    """A command of the notebook; a surface spells it as the user types it."""

    STATE = ""
    BUDGET = "budget"
    COMPACT = "compact"
    CONNECT = "connect"
    CONTINUE = "continue"
    DEMO = "demo"
    FIGURES = "figures"
    LOGIN = "login"
    LOGOUT = "logout"
    MCP = "mcp"
    MODELS = "models"
    REPLAY_OFF = "replay off"
    RESET = "reset"
    TOOL_RESULT = "tool_result"
    UNDO = "undo"
    UNDO_DELETED = "undo deleted"


@frozen
class Login:
    """The command that stores the key of one connection."""

    connection: str


@frozen
class Mention:
    """A setting in a sentence, with the value that it should have, if any."""

    setting: str
    value: Any = None


Part = Mention | Way | Command | Login
Words = tuple[str | Part, ...]
Spell = Callable[[Part], str]


def spelled(words: Words, spell: Spell) -> str:
    """Put the words together, with the mentions as a surface spells them."""
    return "".join(part if isinstance(part, str) else spell(part) for part in words)


def plainly(part: Part) -> str:
    """Spell a mention where no surface does: by the name of the setting or of the command."""
    match part:
        case Mention(name, None):
            return name
        case Mention(name, value):
            return f"{name}={value!r}"
        case Login():
            return Command.LOGIN.value
        case Command():
            return part.value or "state"
        case _:
            return ""


def duration(seconds: float) -> str:
    """Say how long to wait: "9 s", "12 min", "2 h", rounded up."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{math.ceil(seconds / length)} {unit}"
    return f"{math.ceil(seconds)} s"
