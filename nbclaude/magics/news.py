"""Tells the user at loading what would not work as meant: house rules not yet accepted, locks of unknown settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbclaude.output import say
from nbclaude.plurals import counted
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.magics.traits import ClaudeTraits

__all__ = ["tell_of_locks", "tell_of_rules"]


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


def tell_of_locks(traits: ClaudeTraits) -> None:
    """Say which names in `locked` are not settings: an administrator who misspells one would lock nothing."""
    known = traits.trait_names(config=True)
    for name in sorted(traits.held_fast.difference(known)):
        from difflib import get_close_matches

        close = get_close_matches(name, known, 1)
        hint = f" Did you mean {close[0]}?" if close else ""
        say(f"ClaudeMagics.locked contains {name!r}, which is not a setting, so it locks nothing.{hint}")
