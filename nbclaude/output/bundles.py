"""Shows what is no answer: sentences, tables, receipts, pictures."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbclaude.cleaning import printable
from nbclaude.notebook import Shell, cell_run, is_terminal, nobody_answers, text_columns
from nbclaude.output.sheets import Sheets

if TYPE_CHECKING:
    from nbclaude.render.receipt import Receipt

__all__ = ["say", "say_with", "show_bundle", "show_receipt", "show_table"]


def say(text: str) -> None:
    """Print a plain sentence or a list, for the magics that answer in text."""
    print(printable(text))  # noqa: T201 - the one place that does


def say_with(shell: Shell, text: str, metadata: Mapping[str, Any]) -> None:
    """Say a sentence in an output that carries metadata; where no notebook keeps outputs it is printed."""
    if is_terminal(shell):
        say(text)
    elif cell_run(shell) is not None:
        shell.display_pub.publish(data={"text/plain": printable(text)}, metadata=dict(metadata))
    else:
        say(text)
        if nobody_answers(shell):  # what executes notebooks keeps their outputs
            shell.display_pub.publish(data={}, metadata=dict(metadata))


def show_table(
    shell: Shell, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], below: str = ""
) -> None:
    """Show a table and a sentence `below` it: as HTML in a notebook, as aligned text in a terminal."""
    from nbclaude.render.table import table_html, table_text

    bundle = {"text/plain": table_text(title, columns, rows, below, width=text_columns())}
    if not is_terminal(shell):
        bundle["text/html"] = table_html(title, columns, rows, below)
    sheets = Sheets.of(shell)
    css, bundle = sheets.apart(bundle)
    shell.display_pub.publish(data={kind: printable(text) for kind, text in bundle.items()}, metadata={})
    sheets.show(css)


def show_receipt(shell: Shell, receipt: Receipt) -> None:
    """Show what would be sent: unfolded in a notebook, as text in a terminal."""
    from html import escape

    from nbclaude.render.style import STYLE

    body = receipt.fold(escape(receipt.summary), is_open=True)
    show_bundle(shell, html=f'<div class="nbclaude"><style>{STYLE}</style>{body}</div>', text=receipt.text)


def show_bundle(shell: Shell, *, html: str, text: str) -> None:
    """Show something of ours that is no answer."""
    bundle = {"text/plain": text}
    if not is_terminal(shell):
        bundle["text/html"] = html
    # The id keeps its pictures out of the figures that cells have shown.
    transient = {"display_id": f"nbclaude-{os.urandom(6).hex()}"}
    sheets = Sheets.of(shell)
    css, bundle = sheets.apart(bundle)
    shell.display_pub.publish(
        data={kind: printable(text) for kind, text in bundle.items()}, metadata={}, transient=transient
    )
    sheets.show(css)  # below, since CSS rules hide the output right above an offer
