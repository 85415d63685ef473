"""Lets the user choose a model of the connection from a list that can be searched."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import date

import ipywidgets

from nbclaude.client.addresses import server_name
from nbclaude.errors import APIError, ConfigurationError
from nbclaude.panel import wording
from nbclaude.panel.host import LOCK, Host, OwnChanges, note, row, set_note, set_options
from nbclaude.panel.models import entries_of
from nbclaude.settings.values import Settings

__all__ = ["ModelPicker"]

_PRICES = ", at Anthropic's prices"
_ASKING = "Asking the server for its models…"
_NO_NAME = re.compile(r"[\s\[\]]")  # words to search for, or what stands where a key stood
# Headings cannot be chosen, but a list needs a value for each of its lines.
_HEADING = "\N{ZERO WIDTH SPACE}"


class ModelPicker:
    """A search field and the list; `choose` gets the name that was taken from it, or typed."""

    def __init__(self, host: Host, choose: Callable[[str], None]) -> None:
        self._host = host
        self._choose = choose
        self._settings: Settings | None = None
        self._own_changes = OwnChanges(host)
        self._loading = ""
        self._failed: dict[str, str] = {}
        self.search = ipywidgets.Text(
            description="Search models",
            placeholder="opus, 1M, … or any name and Enter",
            continuous_update=True,
        )
        self._note = note()
        self.list = ipywidgets.Select(description="Model", rows=8)
        self._own_changes.watch(self.search, lambda _: self._fill())
        host.on_enter(self.search, "model", lambda: self._take(self._typed()))
        self._own_changes.watch(self.list, lambda name: self._take(self._beyond_heading(name or "")))
        host.keep_keys_out(self.search)
        self.rows = (row(self.search, self._note), row(self.list))

    def refresh(self, settings: Settings) -> None:
        """Show the model of these settings, and the models of their connection, for which the server is asked once."""
        self._settings = settings
        self._load(settings)
        self._fill()

    def say(self, problem: str) -> None:
        """Say what is wrong with the model that is set."""
        set_note(self._note, problem)

    def _beyond_heading(self, name: str) -> str:
        """Go past a heading, in the direction in which the keyboard came."""
        if not name.startswith(_HEADING) or self._settings is None:
            return name
        values: list[str] = [value for _, value in self.list.options]
        at = values.index(name)
        chosen = self._settings.model
        came_down = chosen not in values or values.index(chosen) < at or at == 0
        return values[at + 1] if came_down else values[at - 1]

    def _typed(self) -> str:
        """Return the name that stands in the search field. Words that match exactly one model select it."""
        text = self._host.text_of(self.search).strip()
        if not _NO_NAME.search(text):
            return text
        found: list[str] = [value for _, value in self.list.options if not value.startswith(_HEADING)]
        others = [value for value in found if self._settings is None or value != self._settings.model]
        if len(others) == 1:
            return others[0]
        raise ConfigurationError(
            f"{text!r} is not a model name, and matches {len(others)} in the list. Choose one there, or type a full name."
        )

    def _take(self, name: str) -> None:
        if not name.strip():
            self._fill()
            return
        try:
            self._choose(name.strip())
        except Exception:
            self._fill()  # the list shows again what is in force
            raise
        with self._own_changes:
            self.search.value = ""
        self._fill()

    def _fill(self) -> None:
        if self._settings is None:
            return
        workspace, settings = self._host.workspace, self._settings
        catalog = workspace.catalog(settings)
        offered = catalog.offered
        entries = entries_of(
            catalog.listed(), word=self.search.value, chosen=catalog.info(settings.model), today=date.today()
        )
        options = [(entry.label, entry.id or f"{_HEADING}{entry.label}") for entry in entries]
        with self._own_changes:
            set_options(self.list, options, settings.model)
        address = workspace.address(settings)
        known = self._failed.get(address, "The models that nbclaude knows.")
        said = (
            f"{len(offered)} models of {server_name(address)}{_PRICES if catalog.is_claude and not catalog.own_prices else ''}."
            if offered
            else known
        )
        set_note(self._note, _ASKING if self._loading == address else said)

    def _load(self, settings: Settings) -> None:
        """Ask the server for its models in the background: nobody waits for the list."""
        workspace = self._host.workspace
        try:
            address = workspace.address(settings)
            if (
                workspace.models_of(address) is not None
                or address in self._failed
                or self._loading == address
            ):
                return
            connection = workspace.connection(settings)
        except ConfigurationError:
            return
        self._loading = address

        def load() -> None:
            from nbclaude.client.endpoints import list_models

            failed = ""
            try:
                workspace.note_models(address, list_models(connection))
            except APIError as error:
                failed = f"The server's list of models could not be read, so this is the built-in one. {wording.said(error)}"
            with LOCK:
                self._loading = ""
                if failed:
                    self._failed[address] = failed
            self._host.changed()

        threading.Thread(target=load, name="nbclaude-models", daemon=True).start()
