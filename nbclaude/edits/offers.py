"""Offers a proposal to the user: the diff, and below it what can be done with it in this front end."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from nbclaude.edits.proposal import Proposal
from nbclaude.edits.standing import keep_widget
from nbclaude.edits.ways import Way, way_of
from nbclaude.lab import LINE, OfferedActions, told_by
from nbclaude.notebook import Shell, cell_run
from nbclaude.output import show_bundle
from nbclaude.render.switches import INSTEAD_OF_CODE, WITHOUT_WIDGET

__all__ = [
    "Offer",
    "made_widget",
    "offer",
    "show_line",
    "show_widget",
    "source_html",
    "with_ids",
]

_NO_WAY = "This front end does not let nbclaude change its cells, so the new code is shown here:"
_DONE = ("replaced", "inserted", "restored")


class Offer:
    """A proposal that was shown, and what has become of it."""

    def __init__(self, proposal: Proposal, way: Way) -> None:
        self.proposal = proposal
        self.way = way
        self.outcome = ""
        """What the front end has told last, as `Actions` has it; "put" where it does not tell what comes of it."""
        self._cells = with_ids([proposal.after])
        self._widgets: list[Any] = []

    @property
    def is_open(self) -> bool:
        """Whether the text can be put into its cell at any time."""
        return self.way == "document" and not self.proposal.why_not

    @property
    def is_applied(self) -> bool:
        """Whether the new text was put into the notebook, as far as is known; a wish that is on its way counts."""
        return self.outcome in ("put", "replaced", "inserted")

    def apply(self, shell: Shell, said: str) -> None:
        """Put the new text into its cell, or below it; show in the cell that runs what is `said`, and what came of it.

        A prompt gets it as its text. Where there is no way, the code is shown.
        """
        if self.is_open:
            show_line(shell, said)
            self.show_buttons(shell, wish="below" if self.proposal.below else "replace", has_buttons=False)
            self.outcome = "put"
        elif way_of(shell) == "prompt":
            shell.set_next_input(self.proposal.after)
            self.outcome = "put"
        else:
            show_line(shell, _NO_WAY)
            show_bundle(shell, html=source_html(self.proposal.after), text=self.proposal.after)

    def take_back(self, shell: Shell, said: str) -> None:
        """Put the old text back, unless somebody has worked on it meanwhile; show what is `said`, and what came of it.

        Where there is no way to the cell, its old text is shown.
        """
        if not self.is_open:
            self.outcome = ""
            show_line(shell, f"{said} nbclaude cannot reach it from here; this is what it held:")
            show_bundle(shell, html=source_html(self.proposal.sent), text=self.proposal.sent)
            return
        show_line(shell, said)
        self.show_buttons(shell, wish="restore", has_buttons=False)
        self.outcome = ""

    def show_buttons(self, shell: Shell, *, wish: str = "", has_buttons: bool = True) -> None:
        """Show the actions, and what comes of them, in the cell that runs; a wish is followed at once."""
        proposal = self.proposal
        widget = made_widget(
            shell,
            cell=proposal.cell,
            label=proposal.label,
            sent=proposal.sent,
            after=proposal.after,
            below=proposal.below,
            cells=self._cells,
            wish=wish,
            has_buttons=has_buttons,
        )
        widget.observe(self._told, "outcome")
        self._widgets.append(widget)
        show_widget(shell, widget)

    def _told(self, change: Any) -> None:
        """Take note of what the front end tells; the buttons elsewhere follow what has been done."""
        if not change["new"]:
            return
        self.outcome = str(change["new"])
        if self.outcome in _DONE:
            for widget in self._widgets:
                widget.outcome = self.outcome


def offer(shell: Shell, proposal: Proposal, *, apply: bool = False) -> Offer:
    """Show the diff with its three actions, or why there are none; with `apply` it is done at once, if there is a way.

    Front ends without a document are asked to put the text into the cell that runs when it ends, if it is that cell's.
    """
    way = way_of(shell)
    note = _note(shell, proposal, way, apply=apply)
    _show_diff(shell, proposal, note)
    if proposal.why_not:
        return Offer(proposal, "shown")
    made = Offer(proposal, way if proposal.cell or way == "prompt" else "shown")
    if made.is_open:
        made.show_buttons(shell, wish=("below" if proposal.below else "replace") if apply else "")
        made.outcome = "put" if apply else ""
    elif way == "prompt":
        shell.set_next_input(proposal.after)
    elif way == "cell" and apply and (proposal.below or _is_running(shell, proposal)):
        shell.set_next_input(proposal.after, replace=not proposal.below)
        made.outcome = "put"
    return made


def _is_running(shell: Shell, proposal: Proposal) -> bool:
    at = cell_run(shell)
    return at is not None and at.cell == proposal.cell


def _note(shell: Shell, proposal: Proposal, way: Way, *, apply: bool) -> str:
    """Return the one sentence below the diff; with buttons there is none."""
    if proposal.why_not:
        return f"Not offered. {proposal.why_not}"
    if way == "document" and proposal.cell:
        return ""
    if way == "prompt":
        return "The new code stands at the next prompt."
    if way == "cell" and apply and proposal.below:
        return "The code is in a new cell below."
    if way == "cell" and apply and _is_running(shell, proposal):
        return (
            "The cell was replaced; Ctrl+Z in it brings back what it held, also what was typed while it ran."
        )
    return _NO_WAY


def _show_diff(shell: Shell, proposal: Proposal, note: str) -> None:
    from nbclaude.render.diff import DIFF_STYLE, diff_html, diff_text
    from nbclaude.render.style import STYLE

    old = "" if proposal.below else proposal.before
    offered = " nbclaude-instead" + (" nbclaude-offered" if not note else "")
    body = (
        source_html(proposal.after, styled=False)
        if proposal.below
        else diff_html(old, proposal.after, proposal.label)
    )
    text = proposal.after if proposal.below else diff_text(old, proposal.after)
    said = f'<p class="nbclaude-line">{escape(note)}</p>' if note else ""
    plain = f"{text}\n\n{note}" if note else text
    if note.endswith(":"):
        said += source_html(proposal.after, styled=False)
        plain += f"\n\n{proposal.after}"
    html = f'<div class="nbclaude{offered}"><style>{STYLE}{DIFF_STYLE}{WITHOUT_WIDGET}{INSTEAD_OF_CODE}</style>{body}{said}</div>'
    show_bundle(shell, html=html, text=plain)


def show_line(shell: Shell, text: str) -> None:
    """Show a sentence; the widget that may follow it vanishes when it has gone."""
    from nbclaude.render.style import STYLE

    style = f"<style>{STYLE}{WITHOUT_WIDGET}</style>"
    html = f'<div class="nbclaude nbclaude-offered">{style}<p class="nbclaude-line">{escape(text)}</p></div>'
    show_bundle(shell, html=html, text=text)


def source_html(source: str, *, styled: bool = True) -> str:
    """Return code as HTML; `styled` with the style sheet, to stand alone."""
    from nbclaude.render.highlight import highlight
    from nbclaude.render.style import STYLE

    block = (
        '<div class="code mathjax_ignore tex2jax_ignore" data-language="python"><pre tabindex="0"><code>'
        f"{highlight(source, 'python')}</code></pre></div>"
    )
    return f'<div class="nbclaude"><style>{STYLE}</style>{block}</div>' if styled else block


def with_ids(sources: Sequence[str]) -> list[list[str]]:
    """Give each cell an id, so that it is not added twice."""
    return [[uuid.uuid4().hex[:12], source] for source in sources]


def made_widget(shell: Shell, **traits: object) -> Any:
    """Make a widget with these traits for the cell that runs, or what our extension shows in its place.

    The oldest are closed where there are too many.
    """
    at = cell_run(shell)
    shown = at.cell if at is not None else ""
    told = told_by(shell) if LINE.is_open else None
    widget = OfferedActions(LINE, shown, told.page, **traits) if told is not None else _actions(traits)
    keep_widget(shown, widget)
    return widget


def _actions(traits: Mapping[str, object]) -> Any:
    from nbclaude.edits.actions import Actions  # widgets load with the first offer

    return Actions(**traits)


def show_widget(shell: Shell, widget: Any) -> None:
    """Show a widget below the output that makes it vanish when it has gone."""
    if isinstance(widget, OfferedActions):
        widget.publish(shell.display_pub)
        return
    bundle = {**widget._repr_mimebundle_(), "text/html": "", "text/plain": ""}
    transient = {"display_id": f"nbclaude-{uuid.uuid4().hex[:12]}"}
    shell.display_pub.publish(data=bundle, metadata={}, transient=transient)
