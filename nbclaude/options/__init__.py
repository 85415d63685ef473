"""Reads a magic line into its options and the prompt: one table makes the parser, the help page and the docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbclaude.doors import door
from nbclaude.settings.rows import Option
from nbclaude.settings.table import OPTIONS

if TYPE_CHECKING:
    from nbclaude.options.help import help_page
    from nbclaude.options.line import Ending, ending_of, parse_line, parse_verb_line
    from nbclaude.settings.values import Options

__all__ = [
    "OPTIONS",
    "Ending",
    "Option",
    "Options",
    "ending_of",
    "help_page",
    "parse_line",
    "parse_verb_line",
]

__getattr__ = door(
    __name__,
    {
        "help": ("help_page",),
        "line": ("Ending", "Options", "ending_of", "parse_line", "parse_verb_line"),
    },
)
