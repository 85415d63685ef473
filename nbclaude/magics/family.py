"""The base class of every family of magics: they run in a shell, and read a line that is no prompt in one way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics

from nbclaude.notebook import Shell
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.magics.chat import ClaudeMagics

__all__ = ["Family", "OtherFamily", "argument"]

_COMMENT = re.compile(r"(?:^|\s)#.*", re.DOTALL)


class Family(Magics):
    """Magics that run in a shell, with what its kernel holds."""

    shell: Shell  # type: ignore[assignment]  # IPython declares that there may be none

    def __init__(self, *, shell: Shell, workspace: Workspace, **arguments: Any) -> None:
        self.workspace = workspace
        super().__init__(shell=shell, **arguments)  # type: ignore[arg-type]  # a Shell is what we use of its class


class OtherFamily(Family):
    """Magics beside `%claude`, whose settings they ask with."""

    def __init__(self, chat: ClaudeMagics) -> None:
        super().__init__(shell=chat.shell, workspace=chat.workspace)
        self._chat = chat


def argument(line: str) -> str:
    """Return what the line of a magic says that takes no prompt: without a comment, or the `;` that keeps a result quiet."""
    return _COMMENT.sub("", line).strip().removesuffix(";").rstrip()
