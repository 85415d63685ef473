"""Tells the user before the first question if there are house rules that have not been accepted."""

from __future__ import annotations

from nbclaude.output import say
from nbclaude.plurals import counted
from nbclaude.workspace import Workspace

__all__ = ["tell_of_rules"]


def tell_of_rules(workspace: Workspace) -> None:
    """Say once that there are house rules that are not used yet, and how to use them."""
    file = workspace.rules.news()
    if file is None:
        return
    if file.problem:
        say(f"The house rules in {file.path} cannot be used: {file.problem}.")
        return
    say(
        f"There are house rules in {file.path} ({counted(file.lines, 'line')}), but they are not used: "
        "%claude_rules shows them, %claude_rules accept uses them."
    )
