"""Shows a waiting sign in the cell that asks, before what its question needs has been loaded and prepared."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from nbclaude import notebook
from nbclaude.notebook import Shell
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.output import EarlySign

__all__ = ["NEEDED", "early_sign", "is_alone", "sign_while_loading"]

NEEDED = ("nbclaude.magics.in_cell", "httpx", "nbclaude.render.reply")
"""Modules that each take a while to load with their dependencies, in the order in which `warming` loads them."""
_LONG = 1.0  # seconds; after such a wait, the sign is shown at once


class _Asker(Protocol):
    """What a sign needs from the magics."""

    shell: Shell
    workspace: Workspace
    display: str


def early_sign(asker: _Asker, waited: float) -> EarlySign:
    """Return what is shown while a question is prepared, if somebody is watching and outputs can be updated.

    `waited` is how many seconds the user has already waited.
    """
    from nbclaude.output import EarlySign

    shell = asker.shell
    is_wanted = (
        str(asker.display) != "append" and notebook.is_watched(shell) and notebook.shows_updates(shell)
    )
    return EarlySign(shell.display_pub, lambda: is_alone(asker), is_wanted=is_wanted, waited=waited)


@contextmanager
def sign_while_loading(asker: _Asker) -> Iterator[EarlySign | None]:
    """Show a sign while the packages that ask are loaded, unless they already are. It is removed if nothing takes it over."""
    if all(name in sys.modules for name in NEEDED):
        yield None
        return
    with early_sign(asker, _LONG) as sign:
        yield sign


def is_alone(asker: _Asker) -> bool:
    """Tell whether the running cell's output shows nothing but our answer."""
    return notebook.is_claude_cell(asker.shell) and not asker.workspace.seen.has_output
