"""The controls for the settings, each made from its row of the table; what the model refuses is disabled, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import ipywidgets

from nbclaude.errors import ConfigurationError
from nbclaude.models.table import ModelInfo
from nbclaude.panel.budget_row import BudgetRow
from nbclaude.panel.config_code import config_code
from nbclaude.panel.connection_choice import ConnectionChoice
from nbclaude.panel.controls import Control, control_of
from nbclaude.panel.frontend import View
from nbclaude.panel.host import Host, OwnChanges, note, row
from nbclaude.panel.model_picker import ModelPicker
from nbclaude.panel.wording import said
from nbclaude.settings.resolve import without_unfit
from nbclaude.settings.rows import GROUPS, MORE
from nbclaude.settings.table import SETTINGS
from nbclaude.settings.values import Settings

__all__ = ["SettingsPane"]


class SettingsPane:
    """A control for each setting that has a group, and for the budget; `controls` has those made from a row by their names."""

    def __init__(self, host: Host, view: View) -> None:
        self._host = host
        self._view = view
        self._own_changes = OwnChanges(host)
        self.connection = ConnectionChoice(host)
        self.models = ModelPicker(host, self._choose)
        self.budget = BudgetRow(host)
        self.controls: dict[str, Control] = {}
        # Settings that need a control that cannot be made from their kind.
        special = {"connection": self.connection.rows, "model": self.models.rows}
        rows = [each for group in GROUPS if group != MORE for each in self._rows(group, special)]
        self.more = ipywidgets.ToggleButton(description="More settings")
        self.more.observe(host.guarded(self._fold), "value")
        self._others = ipywidgets.VBox()
        self._others.layout.display = "none"
        self._code = ipywidgets.HTML()
        copy = ipywidgets.Button(description="Copy as code")
        copy.on_click(host.guarded(self._copy))
        self.widget = ipywidgets.VBox(
            [
                *rows,
                self.budget.row,
                row(self.more, note("Settings that are seldom changed.")),
                self._others,
                row(copy, note("The %config lines that set all this, for the top of the notebook.")),
                self._code,
            ]
        )
        self.widget.add_class("nbclaude-pane")

    def _rows(self, group: str, special: Mapping[str, tuple[Any, ...]]) -> Iterator[Any]:
        """Make the controls of a group, in the order of the table."""
        for setting in SETTINGS:
            if setting.group != group:
                continue
            if setting.name in special:
                yield from special[setting.name]
            elif control := control_of(self._host, self._own_changes, setting, self.refresh):
                self.controls[setting.name] = control
                yield control.row

    def _fold(self, change: Any) -> None:
        """Show or hide the settings that are seldom changed; their controls are made when they are first shown."""
        if change["new"] and not self._others.children:
            self._others.children = tuple(self._rows(MORE, {}))
            self.refresh()
        self._others.layout.display = "" if change["new"] else "none"

    def _choose(self, name: str) -> None:
        """Take a model by its name, as `%config` does; what means no model is an error."""
        self._host.set("model", self._host.workspace.settings({"model": name}).model)

    def _copy(self, _button: object) -> None:
        self._code.value = self._code_html()
        self._view.copy(config_code(self._host.settings, self._host.workspace))

    def _code_html(self) -> str:
        code = config_code(self._host.settings, self._host.workspace)
        return f'<pre class="nbclaude-code" tabindex="0">{escape(code)}</pre>'

    def refresh(self) -> None:
        """Show what is in force; called whenever a setting has changed, wherever that was."""
        workspace = self._host.workspace
        with self._own_changes:
            self.connection.refresh()
            wrong = ""
            try:
                settings = workspace.settings({})
            except ConfigurationError as error:
                wrong = said(error)
                settings = without_unfit(workspace.configured())
            self.models.refresh(settings)
            if wrong:
                self.models.say(wrong)
            self._show(settings, workspace.model(settings))
            self.budget.refresh()
            if self._code.value and self._code.value != self._code_html():
                self._code.value = ""  # what was copied is not what is set any more

    def _show(self, settings: Settings, model: ModelInfo) -> None:
        for control in self.controls.values():
            control.show(settings, model)
