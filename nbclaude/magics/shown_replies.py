"""Shows replies that are the value of a cell; in a notebook that is executed, their style sheet is an output of its own."""

from __future__ import annotations

from typing import Any

from nbclaude.notebook import Shell
from nbclaude.output.sheets import Sheets

__all__ = ["load", "unload"]

# By its name, since its module is loaded with the first question.
_REPLY = ("nbclaude.asking.reply", "Reply")


def load(shell: Shell) -> None:
    """Have the shell show replies in this way."""

    def bundle(reply: Any) -> dict[str, str]:
        return Sheets.of(shell).before(reply._repr_mimebundle_())

    shell.display_formatter.mimebundle_formatter.for_type_by_name(*_REPLY, bundle)


def unload(shell: Shell) -> None:
    """Let replies show themselves."""
    shell.display_formatter.mimebundle_formatter.pop(".".join(_REPLY), None)
