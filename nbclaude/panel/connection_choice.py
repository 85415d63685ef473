"""Lets the user choose the server, and says where it is and where its key comes from."""

from __future__ import annotations

from typing import Any

import ipywidgets

from nbclaude.client.addresses import server_name
from nbclaude.client.connections import known_connections
from nbclaude.errors import ConfigurationError
from nbclaude.panel.host import Host, OwnChanges, note, row, set_note, set_options
from nbclaude.panel.wording import caption, said

__all__ = ["ConnectionChoice"]


class ConnectionChoice:
    """The list of connections, in `rows`."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._own_changes = OwnChanges(host)
        self._looked_at: tuple[Any, ...] = ()
        self.list = ipywidgets.Dropdown(description=caption("connection"))
        self._note = note()
        self.rows = (row(self.list, self._note),)
        self._own_changes.watch(self.list, self._take)

    def _take(self, name: str) -> None:
        try:
            self._host.set("connection", name)
        except Exception:
            self.refresh()
            raise

    def refresh(self) -> None:
        """Show the connections, and where the one in force leads."""
        with self._own_changes:
            self._fill()

    def _fill(self) -> None:
        settings, workspace = self._host.settings, self._host.workspace
        default = f"as in base_url: {server_name(settings.base_url)}"
        wrong = ""
        try:
            known = known_connections(workspace.named_connections())
        except ConfigurationError as error:
            known, wrong = known_connections({}), said(error)
        named = [(each.name, each.name) for each in known]
        chosen = str(settings.connection)
        if chosen and chosen not in [value for _, value in named]:
            named.insert(0, (chosen, chosen))
        set_options(self.list, [(default, ""), *named], chosen)
        # Looking for a key may mean asking a keyring, so it is done once for each connection, and again when a cell has run.
        looked_at = (chosen, str(settings.base_url), workspace.demo_url, self._host.cells_run, wrong)
        if looked_at == self._looked_at:
            return
        self._looked_at = looked_at
        if wrong:
            set_note(self._note, wrong)
            return
        if workspace.demo_url:
            set_note(self._note, "The demo model is on and answers instead (%claude_demo off).")
            return
        try:
            connection = workspace.connection(workspace.settings({}))
            key = f"key from {connection.key_source}" if connection.key_source else "no key needed"
            set_note(self._note, f"{connection.base_url}, {key}")
        except ConfigurationError as error:
            set_note(self._note, said(error))
