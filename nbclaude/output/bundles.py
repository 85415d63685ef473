"""Shows what is no answer: sentences, tables, receipts, pictures."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbclaude.cleaning import printable
from nbclaude.notebook import (
    Shell,
    cell_run,
    is_terminal,
    is_watched,
    nobody_answers,
    request_id,
    text_columns,
)
from nbclaude.output.sheets import Sheets

if TYPE_CHECKING:
    from nbclaude.render.receipt import Receipt

__all__ = ["print_text", "say", "say_with", "show_bundle", "show_receipt", "show_table"]


def say(sentence: str, text: str = "") -> None:
    """Say a sentence, with a `text` verbatim below it: as a quiet line if somebody looks at a notebook, else printed.

    It is also printed if user code captures stdout (`%%capture`, `redirect_stdout`), and after many lines of one cell: each is
    an output, and JupyterLab shows only 50.
    """
    shell = _current_shell()
    if shell is not None and is_watched(shell) and _prints_to_front_end() and not _LINES.are_many(shell):
        shell.display_pub.publish(data=_said(sentence, text), metadata={})
    else:
        print_text(_in_plain(sentence, text))


class _Lines:
    """Counts the quiet lines of the request that runs."""

    def __init__(self) -> None:
        self._request: object = None
        self._count = 0

    def are_many(self, shell: Shell) -> bool:
        """Count a line, and tell whether there are already so many that it would crowd out other outputs."""
        request = request_id(shell)
        if request is None or request != self._request:
            self._request, self._count = request, 0
        self._count += 1
        return self._count > _MAX_LINES


_MAX_LINES = 20
_LINES = _Lines()


def print_text(text: str) -> None:
    """Print text as it is: progress, or what is laid out for a terminal."""
    print(printable(text))  # noqa: T201 - the one place that does


def say_with(shell: Shell, sentence: str, metadata: Mapping[str, Any]) -> None:
    """Say a sentence in an output that carries metadata; where no notebook keeps outputs it is printed."""
    if is_terminal(shell):
        print_text(sentence)
    elif cell_run(shell) is not None:
        said = _said(sentence) if is_watched(shell) else {"text/plain": printable(sentence)}
        shell.display_pub.publish(data=said, metadata=dict(metadata))
    else:
        print_text(sentence)
        if nobody_answers(shell):  # what executes notebooks keeps their outputs
            shell.display_pub.publish(data={}, metadata=dict(metadata))


def _said(sentence: str, text: str = "") -> dict[str, str]:
    """Return a sentence as an output without a display ID: it is an output of the cell like any other, as if printed."""
    from nbclaude.render.notice import sentence_html

    plain, html = _in_plain(sentence, text), sentence_html(printable(sentence), printable(text))
    return {"text/plain": printable(plain), "text/html": html}


def _in_plain(sentence: str, text: str) -> str:
    return f"{sentence}\n{text}" if text else sentence


def _current_shell() -> Shell | None:
    """Return the shell of this process, as `print` finds where it prints to; plain Python has none, and does not load IPython."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _prints_to_front_end() -> bool:
    """Tell whether printed text goes to the notebook; user code may have replaced stdout."""
    return type(sys.stdout).__module__ == "ipykernel.iostream"


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
    from nbclaude.render.seams import escaped
    from nbclaude.render.style import STYLE

    body = receipt.fold(escaped(receipt.summary), is_open=True)
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
