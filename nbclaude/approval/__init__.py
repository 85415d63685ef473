"""Asks the user whether a tool may run: on a card with buttons where they work while a cell runs, by typing elsewhere."""

from nbclaude.approval.in_cell import approve_in_cell
from nbclaude.approval.proposed import NOBODY, Approval, Approve, Proposed
from nbclaude.approval.typed import approve_by_input

__all__ = ["NOBODY", "Approval", "Approve", "Proposed", "approve_by_input", "approve_in_cell"]
