"""Tells from the text of a cell what runs: whether it asks, whether it is explained, what IPython makes of it."""

from __future__ import annotations

import functools
import re
from typing import Any

from nbclaude.notebook.front_end import Shell, cell_source

__all__ = [
    "ABOVE_MAGIC",
    "ASKING_LINE",
    "OUR_CELL",
    "explained",
    "is_claude_cell",
    "only_asks_follow",
    "python_of",
]

# A line that asks, alone or assigned, also behind a magic that runs it (`%time`).
ASKING_LINE = r"(?:[^\s#%][^#\n]*=[ \t]*)?(?:%[a-z]+[ \t]+(?:[^\s%][^\n%]*[ \t])?)?%(?:claude(?:_\w+)?|fix|explain)(?=\s|$)"


_ASKS = re.compile(ASKING_LINE)


# Empty lines and comments above a cell magic belong to nobody.
ABOVE_MAGIC = r"(?:\s*#[^\r\n]*(?:\r\n|\n|\r))*\s*"


OUR_CELL = re.compile(rf"{ABOVE_MAGIC}%%claude(?:_\w+)?(?=\s|$)")


_ASKING_CELL = re.compile(
    ABOVE_MAGIC
    + r"(?:%%claude(?!_explain\b)(?:_\w+)?(?=\s|$)|%(?:claude(?:_\w+)?|fix|explain)(?=\s|$)[^\n]*\s*\Z)"
)


# Cell magics that run what stands below them as Python: the line may stand below one of them, too.
_RUNNER = r"%%(?:time|timeit|capture|prun|memit)\b[^\r\n]*(?:\r\n|\n|\r)"
# A line that has the cell explained, which runs as if the line were not there: what stands above it, its options, the code.
_EXPLAINED = re.compile(
    rf"(?P<above>{ABOVE_MAGIC}(?:{_RUNNER}\s*)*)%%(?P<name>claude_explain|explain)(?=\s|$)[ \t]*(?P<line>[^\r\n]*)"
    r"(?:\r\n|\n|\r|$)(?P<code>.*)",
    re.DOTALL,
)


def explained(source: str, shell: Shell | None = None) -> tuple[str, str] | None:
    """Return the line of options and the code of a cell that is to be explained as it runs; None for any other cell.

    With a `shell` the short name counts only where it is ours in it.
    """
    found = _EXPLAINED.fullmatch(source)
    if found is None or not found["code"].strip():
        return None
    if shell is not None and found["name"] == "explain":
        magics = shell.magics_manager.magics["cell"]
        if magics.get("explain") != magics.get("claude_explain"):
            return None
    # What indents the line goes with it.
    return found["line"], found["above"].rstrip(" \t") + found["code"]


def python_of(source: str) -> str:
    """Return a cell's source with its magics as the calls that IPython makes of them; transformers of the user's are left out."""
    return str(_transformer().transform_cell(source))


@functools.cache
def _transformer() -> Any:
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager()  # type: ignore[no-untyped-call]  # IPython's annotations are partial


def is_claude_cell(shell: Shell) -> bool:
    """Tell whether the cell that runs is `%%claude`, or a single `%claude` line: it has no output but ours."""
    return _ASKING_CELL.match(cell_source(shell)) is not None


def only_asks_follow(shell: Shell) -> bool:
    """Tell whether nothing comes after the lines of the cell that ask, so that its figures are as they stay.

    Lines in a block do not count: a loop may go on with the figure.
    """
    lines = cell_source(shell).splitlines()
    first = next((n for n, line in enumerate(lines) if _ASKS.match(line)), len(lines))
    rest = [line for line in lines[first:] if line.strip() and not line.lstrip().startswith("#")]
    return bool(rest) and all(_ASKS.match(line) for line in rest)
