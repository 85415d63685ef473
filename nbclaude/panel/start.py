"""What stands beside the question: a compact list of models, and, where there is no key, two ways to begin."""

from __future__ import annotations

from datetime import date

import ipywidgets

from nbclaude.errors import ConfigurationError
from nbclaude.models.info import model_info
from nbclaude.panel.host import Host, OwnChanges
from nbclaude.panel.models import entries_of

__all__ = ["ModelChooser", "first_steps", "has_key"]

_ADD_KEY = "Run %claude_login in a cell: it asks for the key, and keeps it out of the notebook."


class ModelChooser:
    """A list of the models of the connection, by their short names; the Settings pane tells more of them."""

    def __init__(self, host: Host, own_changes: OwnChanges) -> None:
        self._host = host
        self._own_changes = own_changes
        self.widget = ipywidgets.Dropdown(tooltip="Model of the next question")
        self.widget.add_class("nbclaude-model")
        own_changes.watch(self.widget, self._choose)

    def refresh(self) -> None:
        """Show the model in force, and those of its connection."""
        workspace = self._host.workspace
        try:
            settings = workspace.settings({})
        except ConfigurationError:
            return
        entries = entries_of(
            workspace.catalog(settings).listed(), chosen=workspace.model(settings), today=date.today()
        )
        options = [(_short(entry.id), entry.id) for entry in entries if entry.id]
        with self._own_changes:
            if tuple(self.widget.options) != tuple(options):
                self.widget.options = options
            self.widget.value = settings.model

    def _choose(self, name: str) -> None:
        self._host.set("model", name)
        self._host.changed()


def has_key(host: Host) -> bool:
    """Tell whether a question can be sent as things are: there is a key, or the demo is on."""
    workspace = host.workspace
    try:
        workspace.connection(workspace.settings({}))
    except ConfigurationError:
        return False
    return True


def first_steps(host: Host) -> tuple[ipywidgets.Button, ipywidgets.Button]:
    """Return the buttons for who has no key yet."""
    add = ipywidgets.Button(description="Add a key", button_style="primary")
    demo = ipywidgets.Button(description="Try the demo")
    add.on_click(host.guarded(lambda _: host.report(_ADD_KEY, done=True)))

    def start(_: object) -> None:
        host.shell.find_line_magic("claude_demo")("")
        host.changed()
        host.report("The demo model answers now: by rules, and it is not Claude.", done=True)

    demo.on_click(host.guarded(start))
    return add, demo


def _short(model: str) -> str:
    return model_info(model).name.removeprefix("Claude ") or model
