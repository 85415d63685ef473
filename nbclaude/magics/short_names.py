"""`%fix`, `%explain` and `%%explain`: short names of verbs, where nothing else has them."""

from __future__ import annotations

from nbclaude.magics.families import stored
from nbclaude.notebook import Shell

__all__ = ["is_ours", "load", "unload"]

_SHORT = {"fix": "claude_fix", "explain": "claude_explain"}


def load(shell: Shell) -> None:
    """Give each verb its short name, unless a magic has it."""
    for kind, magics in shell.magics_manager.magics.items():
        for short, name in _SHORT.items():
            if name in magics and not any(short in each for each in shell.magics_manager.magics.values()):
                _given.add((kind, short))
    for kind, short in _given:
        magics = shell.magics_manager.magics[kind]
        if short not in magics:
            magics[short] = stored(magics, _SHORT[short])


def is_ours(shell: Shell, name: str) -> bool:
    """Tell whether a magic of this name is ours: a short one may be somebody else's."""
    if name not in _SHORT:
        return True
    tables = shell.magics_manager.magics.values()
    return any(name in each and stored(each, name) == stored(each, _SHORT[name]) for each in tables)


def unload(shell: Shell) -> None:
    """Take the short names away that are still ours."""
    for kind, short in _given:
        magics = shell.magics_manager.magics[kind]
        if short in magics and stored(magics, short) == stored(magics, _SHORT[short]):
            del magics[short]
    _given.clear()


_given: set[tuple[str, str]] = set()
