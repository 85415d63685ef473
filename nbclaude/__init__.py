"""Claude inside a Jupyter notebook: `%load_ext nbclaude`, then ask in `%%claude` cells.

Importing this package imports neither IPython nor httpx; what is needed loads when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbclaude.notebook import Shell
    from nbclaude.reply import CodeBlock, Reply, ToolCall, ask
    from nbclaude.tools.computer.actions import computer
    from nbclaude.tools.functions import tool

__version__ = "0.1.0"

__all__ = [
    "CodeBlock",
    "Reply",
    "ToolCall",
    "__version__",
    "ask",
    "computer",
    "load_ipython_extension",
    "tool",
    "unload_ipython_extension",
]

_IN_REPLY = ("CodeBlock", "Reply", "ToolCall", "ask")


def __getattr__(name: str) -> Any:
    if name in _IN_REPLY:
        from nbclaude import reply

        return getattr(reply, name)
    if name == "tool":
        from nbclaude.tools import functions

        return functions.tool
    if name == "computer":
        from nbclaude.tools.computer import actions

        return actions.computer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: Shell) -> None:
    """Load the magics into a shell; IPython calls this for `%load_ext nbclaude`."""
    from nbclaude.supported import refuse_old_shell

    refuse_old_shell(shell)
    from nbclaude.magics import load

    load(shell)


def unload_ipython_extension(shell: Shell) -> None:
    """Take the magics out of a shell; IPython calls this for `%unload_ext nbclaude`."""
    from nbclaude.magics import unload

    unload(shell)
