"""The only publisher of nbclaude: answers on pages, appended or printed, and what else is shown."""

from typing import TYPE_CHECKING

from nbclaude.doors import door

if TYPE_CHECKING:
    from nbclaude.output.append import AppendDisplay
    from nbclaude.output.bundles import print_text, say, say_with, show_bundle, show_receipt, show_table
    from nbclaude.output.display import AnswerDisplay, open_display
    from nbclaude.output.early import EarlySign
    from nbclaude.output.pages import PagesDisplay
    from nbclaude.output.terminal import TerminalDisplay

__all__ = [
    "AnswerDisplay",
    "AppendDisplay",
    "EarlySign",
    "PagesDisplay",
    "TerminalDisplay",
    "open_display",
    "print_text",
    "say",
    "say_with",
    "show_bundle",
    "show_receipt",
    "show_table",
]

__getattr__ = door(
    __name__,
    {
        "append": ("AppendDisplay",),
        "bundles": ("print_text", "say", "say_with", "show_bundle", "show_receipt", "show_table"),
        "display": ("AnswerDisplay", "open_display"),
        "early": ("EarlySign",),
        "pages": ("PagesDisplay",),
        "terminal": ("TerminalDisplay",),
    },
)
