"""Lets the user set a budget, and shows how much of it is spent."""

from __future__ import annotations

import ipywidgets

from nbclaude.conversation.ledger import dollars, spent_text
from nbclaude.errors import ConfigurationError
from nbclaude.panel.host import Host, OwnChanges, note, row, set_note

__all__ = ["BudgetRow"]

_MAX_BUDGET = 1e9  # dollars


class BudgetRow:
    """The limit, in `limit`; all of it in `row`."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._own_changes = OwnChanges(host)
        self.limit = ipywidgets.FloatText(description="Budget, US $", step=0.5, continuous_update=False)
        self._bar = ipywidgets.FloatProgress(min=0, max=1, bar_style="info")
        self._bar.layout.width = "9em"
        self._note = note()
        self.row = row(self.limit, self._bar, self._note)
        self._own_changes.watch(self.limit, self._take)

    def _take(self, limit: float) -> None:
        workspace = self._host.workspace
        if not 0 <= limit < _MAX_BUDGET:
            self.refresh()
            raise ConfigurationError(
                f"The budget {limit:g} must be an amount in US dollars, such as 5 or 0.50; 0 means no budget."
            )
        workspace.budget.set(limit or None, workspace.ledger)
        self._host.changed()

    def refresh(self) -> None:
        """Show the limit and what is spent."""
        with self._own_changes:
            self._fill()

    def _fill(self) -> None:
        workspace = self._host.workspace
        budget = workspace.budget
        self.limit.value = budget.limit or 0.0
        self._bar.layout.display = "" if budget.limit else "none"
        if budget.limit:
            spent = budget.spent(workspace.ledger)
            share = spent / budget.limit
            self._bar.value = min(1.0, share)
            self._bar.bar_style = "danger" if share >= 1 else "warning" if share >= 0.8 else "info"
            set_note(self._note, f"{dollars(spent)} of {dollars(budget.limit)} spent")
        else:
            set_note(self._note, f"No budget (0). {spent_text(workspace.ledger)} spent in this kernel.")
