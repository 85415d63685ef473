"""Writes the settings in force as lines of code, so that a notebook can be made reproducible."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from nbclaude.errors import ConfigurationError
from nbclaude.panel.host import Traits
from nbclaude.workspace import Workspace

__all__ = ["config_code"]

_LEAST = ("model", "max_tokens")
_EXPANDED = {ord(sign): f"\\x{ord(sign):02x}" for sign in "{}$"}


def config_code(settings: Traits, workspace: Workspace) -> str:
    """Write a cell that brings about what is in force now: model and length in any case, of the others what was set.

    No setting holds a key, so the code holds none.
    """
    names = [*_LEAST, *sorted(settings.names_set() - set(_LEAST))]
    lines = ["%load_ext nbclaude"]
    values = {name: getattr(settings, name) for name in names}
    with contextlib.suppress(ConfigurationError):
        values["model"] = workspace.settings({}).model  # "opus" may mean another model one day
    lines += [f"%config ClaudeMagics.{name} = {_written(value)}" for name, value in values.items()]
    if workspace.budget.limit is not None:
        lines.append(f"%claude_budget {workspace.budget.limit!r}")
    return "\n".join(lines)


def _written(value: Any) -> str:
    """Write a value as Python: in the texts, what IPython would expand in a magic's line ($x, {x}) as escapes."""
    match value:
        case str():
            return repr(value).translate(_EXPANDED)
        case list() | tuple():
            return f"[{', '.join(map(_written, value))}]"
        case Mapping():
            return f"{{{', '.join(f'{_written(name)}: {_written(of_it)}' for name, of_it in value.items())}}}"
        case _:
            return repr(value)
