"""A proposal: which cell is to become what, and whether it may be offered."""

from __future__ import annotations

from nbclaude.edits.checks import why_not
from nbclaude.edits.python_cells import cell_magic_of
from nbclaude.frozen import frozen
from nbclaude.notebook import Shell, cell_run, is_read_only

__all__ = ["Proposal", "propose"]


@frozen
class Proposal:
    """A new text for a cell.

    `cell` is the id of the cell, empty where the front end tells none. `sent` is all of its text when it was sent: only a
    cell that still holds it is replaced. `before` is the part of it that the new text `after` takes the place of, and that
    the diff shows. `label` names the cell for readers, as "cell 6". With a reason in `why_not` the change is shown and
    not offered. `below` proposes a new cell below rather than another text for this one.
    """

    cell: str
    sent: str
    before: str
    after: str
    label: str = ""
    why_not: str = ""
    below: bool = False


def propose(
    shell: Shell,
    after: str,
    *,
    before: str,
    cell: str = "",
    sent: str | None = None,
    label: str = "",
    only_comments: bool = False,
    below: bool = False,
    any_language: bool = False,
) -> Proposal:
    """Make a proposal and check it; `sent` is `before` where the cell holds nothing else.

    With `only_comments` nothing but comments and docstrings may change. A new cell `below`, or one in `any_language`, need
    not keep the magics of the old one.
    """
    is_new = below or (any_language and bool(cell_magic_of(after)[0]))
    reason = why_not(shell, "" if is_new else before, after, only_comments=only_comments)
    at = cell_run(shell)
    if not below and at is not None and at.cell == cell and is_read_only(shell):
        reason = f"{label[:1].upper()}{label[1:] or 'The cell'} is read-only."
    return Proposal(cell, before if sent is None else sent, before, after, label, reason, below)
