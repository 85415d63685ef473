"""Asks the user whether a tool may run, in words and by `input()`, which every front end has.

What the model writes is shown here and read nowhere: only what the user types can allow anything.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbclaude.cleaning import printable

if TYPE_CHECKING:
    from nbclaude.tools.functions import Tool

__all__ = ["NOBODY", "Approval", "Approve", "approve_by_input"]

_CHOICES = "[a]llow, allow in this [c]onversation, [e]dit the arguments, [d]eny: "
_ALLOW = ("a", "allow", "y", "yes")
_ALWAYS = ("c", "conversation", "always")
_EDIT = ("e", "edit")
_DENY = ("d", "deny", "n", "no")
_MAX_QUESTIONS = 3  # answers that mean nothing
NOBODY = "nobody could be asked"


@dataclass(frozen=True, slots=True)
class Approval:
    """What the user said of one call. `arguments` are those to run with; `reason` says why it was denied.

    `asked` tells whether there was somebody to ask, `always` that the tool may go on in this conversation.
    """

    allowed: bool
    arguments: Mapping[str, Any]
    reason: str = ""
    always: bool = False
    asked: bool = True


Approve = Callable[["Tool", Mapping[str, Any]], Approval]


def approve_by_input(tool: Tool, arguments: Mapping[str, Any]) -> Approval:
    """Ask the user about one call of a tool, in this thread.

    Raises:
        KeyboardInterrupt: the user stopped instead of answering.

    """
    if threading.current_thread() is not threading.main_thread():
        return Approval(False, arguments, NOBODY, asked=False)
    try:
        return _asked(tool, arguments)
    except (EOFError, OSError, NotImplementedError, RuntimeError):
        # Nobody can type here: an executed notebook, a script, a closed pipe.
        return Approval(False, arguments, NOBODY, asked=False)


def _asked(tool: Tool, arguments: Mapping[str, Any]) -> Approval:
    asked = f"{described(tool, arguments)}\n{_CHOICES}"
    for _ in range(_MAX_QUESTIONS):
        said = input(printable(asked)).strip()
        word, _, rest = said.partition(" ")
        word = word.lower()
        if word in _ALLOW and not rest:
            return Approval(True, arguments)
        if word in _ALWAYS and not rest:
            return Approval(True, arguments, always=True)
        if word in _DENY:
            reason = rest.strip() or input("Why? Claude reads it (Enter: no reason): ").strip()
            return Approval(False, arguments, reason)
        if word in _EDIT and not rest:
            arguments = _edited(arguments)
            asked = f"{described(tool, arguments)}\n{_CHOICES}"
            continue
        asked = _CHOICES
    return Approval(False, arguments, "the user gave no clear answer")


def described(tool: Tool, arguments: Mapping[str, Any]) -> str:
    """Say what is asked: the tool, its arguments in full, and what it may touch."""
    lines = [f"Claude wants to call {tool.name}: {tool.touches}."]
    if tool.preview is not None and (preview := tool.preview(arguments)):
        return "\n".join([*lines, *(f"  {line}" for line in preview.split("\n"))])
    for name, value in arguments.items():
        if name == tool.shown and isinstance(value, str):
            lines += [f"  {line}" for line in value.strip("\n").split("\n")]
        else:
            lines.append(f"  {name} = {_written(value)}")
    return "\n".join(lines if arguments else [*lines, "  without arguments"])


def _edited(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for each argument; Enter keeps it, and what is not JSON is a text."""
    changed = dict(arguments)
    for name, value in arguments.items():
        said = input(printable(f"{name} (now {_written(value)}; Enter keeps it): "))
        if said.strip():
            changed[name] = _read(said, value)
    return changed


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _read(said: str, before: object) -> Any:
    try:
        value = json.loads(said)
    except ValueError:
        return said
    # A bare number in the place of a text is a text; one in quotes is JSON's.
    return said.strip() if isinstance(before, str) and not isinstance(value, str) else value
