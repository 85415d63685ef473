"""The settings come in; controls that know the model go out: what it refuses is disabled, and the reason stands beside it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Any

import ipywidgets

from nbclaude.client.connection import server_name
from nbclaude.client.directory import known_connections
from nbclaude.client.models import ModelInfo
from nbclaude.conversation.ledger import dollars
from nbclaude.conversation.parameters import why_refused
from nbclaude.conversation.settings import Settings
from nbclaude.errors import APIError, ConfigurationError
from nbclaude.panel.config_code import config_code
from nbclaude.panel.frontend import View
from nbclaude.panel.host import LOCK, Host, note, row, set_note
from nbclaude.panel.models import entries_of, known_models

__all__ = ["SettingsPane"]

_DEFAULT = "the model's default"
_THINKING = (
    ("as the model does by itself", None),
    ("yes, with a summary", "summarized"),
    ("yes, without a summary", "omitted"),
    ("off", "off"),
)
_CACHING = (
    ("as the server and model take it (auto)", "auto"),
    ("automatic", "automatic"),
    ("explicit marks", "explicit"),
    ("off", "off"),
)


class SettingsPane:
    """Connection, model, temperature, effort, thinking, length, system prompt, caching and budget."""

    def __init__(self, host: Host, view: View) -> None:
        self._host = host
        self._view = view
        self._filling = False
        self._loading = ""
        self._failed: dict[str, str] = {}
        self._make_controls()
        self._code = ipywidgets.HTML()
        copy = ipywidgets.Button(description="Copy as code")
        copy.on_click(host.guarded(self._copy))
        self.widget = ipywidgets.VBox(
            [
                row(self.connection, self._connection_note),
                row(self.search, self._search_note),
                row(self.model),
                row(self.temperature, self._unset_temperature, self._temperature_note),
                row(self.effort, self._effort_note),
                row(self.thinking, self._thinking_note),
                row(self.max_tokens, self._max_tokens_note),
                row(self.system),
                row(self.caching, self._caching_note),
                row(self.budget, self._bar, self._budget_note),
                row(copy, note("The %config lines that set all this, for the top of the notebook.")),
                self._code,
            ]
        )
        self.widget.add_class("nbclaude-pane")

    def _make_controls(self) -> None:
        self.connection = ipywidgets.Dropdown(description="Connection")
        self._connection_note = note()
        self.search = ipywidgets.Text(
            description="Search models",
            placeholder="opus, 1M, … or any name, then Enter",
            continuous_update=True,
        )
        self._search_note = note()
        self.model = ipywidgets.Select(description="Model", rows=8)
        self.temperature = ipywidgets.FloatSlider(
            description="Temperature",
            min=0,
            max=1,
            step=0.05,
            value=1.0,
            readout_format=".2f",
            continuous_update=False,
        )
        self._unset_temperature = ipywidgets.Button(description="Unset")
        self._temperature_note = note()
        self.effort = ipywidgets.Dropdown(description="Effort")
        self._effort_note = note()
        self.thinking = ipywidgets.Dropdown(description="Thinking", options=_THINKING)
        self._thinking_note = note()
        self.max_tokens = ipywidgets.BoundedIntText(
            description="Max tokens", min=1, max=10_000_000, step=1024
        )
        self._max_tokens_note = note()
        self.system = ipywidgets.Textarea(
            description="System prompt", rows=2, placeholder="(none)", continuous_update=False
        )
        self.caching = ipywidgets.Dropdown(description="Caching", options=_CACHING)
        self._caching_note = note("Re-sending what is cached costs a tenth.")
        self.budget = ipywidgets.BoundedFloatText(
            description="Budget, US $", min=0, max=1e9, step=0.5, continuous_update=False
        )
        self._bar = ipywidgets.FloatProgress(min=0, max=1, bar_style="info")
        self._bar.layout.width = "9em"
        self._budget_note = note()
        for name, control in self._controls().items():
            control.observe(self._host.guarded(self._taker(name)), "value")
        self.search.observe(self._host.guarded(lambda change: self._fill_models()), "value")
        self.search.on_submit(self._host.guarded(lambda _: self._choose(self.search.value)))
        self.budget.observe(self._host.guarded(self._take_budget), "value")
        self._unset_temperature.on_click(self._host.guarded(lambda _: self._host.set("temperature", None)))

    def _controls(self) -> dict[str, ipywidgets.Widget]:
        names = (
            "connection",
            "model",
            "temperature",
            "effort",
            "thinking",
            "max_tokens",
            "system",
            "caching",
        )
        return {name: getattr(self, name) for name in names}

    def _taker(self, name: str) -> Any:
        def take(change: Any) -> None:
            if self._filling:
                return
            value = change["new"]
            if name == "model":
                self._choose(value or "")
            elif name == "temperature":
                self._host.set(name, round(float(value), 4))
            else:
                self._host.set(name, value)

        def take_or_restore(change: Any) -> None:
            try:
                take(change)
            except Exception:
                self.refresh()  # the control shows again what is in force
                raise

        return take_or_restore

    def _choose(self, name: str) -> None:
        """Take a model by its name; a heading of the list is none."""
        if not name.strip():
            self._fill_models()
            return
        resolved = self._host.workspace.settings({"model": name.strip()}).model
        with self._filled():
            self.search.value = ""
        self._host.set("model", resolved)
        self.refresh()

    def _take_budget(self, change: Any) -> None:
        if self._filling:
            return
        workspace = self._host.workspace
        workspace.budget.set(change["new"] or None, workspace.ledger)
        self._host.changed()

    def _copy(self, _button: object) -> None:
        code = config_code(self._host.settings, self._host.workspace)
        self._code.value = f'<pre class="nbclaude-code" tabindex="0">{escape(code)}</pre>'
        self._view.copy(code)

    # From the settings into the controls

    def refresh(self) -> None:
        """Show what is in force; called whenever a setting has changed, wherever that was."""
        workspace = self._host.workspace
        with self._filled():
            self._fill_connection()
            try:
                settings = workspace.settings({})
            except ConfigurationError as error:
                set_note(self._search_note, str(error))
                settings = Settings(**workspace.configured())
            self._fill_models(settings)
            self._fill_knobs(settings, workspace.model(settings))
            self._fill_budget()
        self._load_models(settings)

    @contextlib.contextmanager
    def _filled(self) -> Iterator[None]:
        before, self._filling = self._filling, True
        try:
            yield
        finally:
            self._filling = before

    def _fill_connection(self) -> None:
        settings, workspace = self._host.settings, self._host.workspace
        default = f"as in base_url: {server_name(settings.base_url)}"
        named = [(each.name, each.name) for each in known_connections(workspace.named_connections())]
        chosen = str(settings.connection)
        if chosen and chosen not in [value for _, value in named]:
            named.insert(0, (chosen, chosen))
        _set_options(self.connection, [(default, ""), *named], chosen)
        if workspace.demo_url:
            set_note(self._connection_note, "The demo model is on and answers instead (%claude_demo off).")
            return
        try:
            connection = workspace.connection(workspace.settings({}))
            key = f"key from {connection.key_source}" if connection.key_source else "no key needed"
            set_note(self._connection_note, f"{connection.base_url}, {key}")
        except ConfigurationError as error:
            set_note(self._connection_note, str(error))

    def _fill_models(self, settings: Settings | None = None) -> None:
        workspace = self._host.workspace
        if settings is None:
            settings = workspace.settings({})
        offered = workspace.offered_models(settings)
        entries = entries_of(
            known_models(offered), word=self.search.value, chosen=settings.model, today=date.today()
        )
        # Headings cannot be chosen, but a list needs a value for each of its lines.
        options = [(entry.label, entry.id or f"\N{ZERO WIDTH SPACE}{entry.label}") for entry in entries]
        with self._filled():
            _set_options(self.model, options, settings.model)
        address = workspace.address(settings)
        if self._loading == address:
            said = "Asking the server for its models…"
        elif offered:
            said = f"{len(offered)} models of {server_name(address)}, prices of Anthropic"
        else:
            said = self._failed.get(address, "the models that nbclaude knows")
        set_note(self._search_note, said)

    def _fill_knobs(self, settings: Settings, model: ModelInfo) -> None:
        source = self._host.settings
        refused = _reason(
            why_refused("temperature", 0.5, settings, model), "Use the effort." if model.effort else ""
        )
        self.temperature.disabled = bool(refused)
        self._unset_temperature.disabled = source.temperature is None
        self.temperature.value = 1.0 if source.temperature is None else float(source.temperature)
        unset = f"Not set: {_DEFAULT}, 1." if source.temperature is None else "0 is steady, 1 varied."
        left_out = " What is set is left out." if refused and source.temperature is not None else ""
        set_note(self._temperature_note, f"{refused}{left_out}" if refused else unset)
        levels = model.effort if model.effort is not None else ("low", "medium", "high", "xhigh", "max")
        default = f"{_DEFAULT}, {model.default_effort}" if model.default_effort and levels else _DEFAULT
        if source.effort and source.effort not in levels:
            levels = (*levels, source.effort)
        _set_options(self.effort, [(default, None), *((level, level) for level in levels)], source.effort)
        refused = _reason(why_refused("effort", source.effort or "low", settings, model), "")
        self.effort.disabled = model.effort == ()
        set_note(self._effort_note, refused or "How hard the model works: more costs more.")
        self._fill_thinking(settings, model)
        most = model.max_tokens or 10_000_000
        self.max_tokens.max = max(most, int(source.max_tokens))
        self.max_tokens.value = int(source.max_tokens)
        refused = why_refused("max_tokens", source.max_tokens, settings, model)
        of_model = f"{model.id} writes up to {most:,}." if model.max_tokens else "The longest answer."
        set_note(self._max_tokens_note, refused or of_model)
        system = source.system
        self.system.value = system if isinstance(system, str) else ""
        self.caching.value = source.caching

    def _fill_thinking(self, settings: Settings, model: ModelInfo) -> None:
        chosen = self._host.settings.thinking
        refusals = {value: why_refused("thinking", value, settings, model) for _, value in _THINKING if value}
        options = [
            (label, value) for label, value in _THINKING if not refusals.get(value or "") or value == chosen
        ]
        _set_options(self.thinking, options, chosen)
        self.thinking.disabled = len(options) == 1
        reasons = dict.fromkeys(_reason(reason, "") for reason in refusals.values() if reason)
        by_itself = {
            "on": "It thinks by itself.",
            "always": "It always thinks.",
            "off": "It thinks on request.",
        }
        set_note(self._thinking_note, " ".join(reasons) or by_itself.get(model.thinking_default or "", ""))

    def _fill_budget(self) -> None:
        workspace = self._host.workspace
        budget, spent = workspace.budget, workspace.ledger.total.cost
        self.budget.value = budget.limit or 0.0
        self._bar.layout.display = "" if budget.limit else "none"
        if budget.limit:
            spent = budget.spent(workspace.ledger)
            share = spent / budget.limit
            self._bar.value = min(1.0, share)
            self._bar.bar_style = "danger" if share >= 1 else "warning" if share >= 0.8 else "info"
            set_note(self._budget_note, f"{dollars(spent)} of {dollars(budget.limit)} spent")
        else:
            set_note(self._budget_note, f"No budget (0). {dollars(spent)} spent in this kernel.")

    # The server's list

    def _load_models(self, settings: Settings) -> None:
        """Ask the server for its models, once, in the background: nobody waits for it."""
        workspace = self._host.workspace
        try:
            address = workspace.address(settings)
            connection = workspace.connection(settings)
        except ConfigurationError:
            return
        if address in workspace.offered or address in self._failed or self._loading == address:
            return
        self._loading = address
        set_note(self._search_note, "Asking the server for its models…")

        def load() -> None:
            from nbclaude.client.endpoints import list_models

            failed = ""
            try:
                workspace.offered[address] = list_models(connection)
            except APIError as error:
                failed = f"The server does not tell its models ({type(error).__name__}); these are known"
            with LOCK:
                self._loading = ""
                if failed:
                    self._failed[address] = failed
            self._host.changed()

        threading.Thread(target=load, name="nbclaude-models", daemon=True).start()


def _reason(refusal: str, instead: str) -> str:
    """Shorten a refusal to its first sentence: the rest names options of the magic. `instead` is what the panel offers."""
    first = refusal.partition(". ")[0].rstrip(".")
    return f"{first}. {instead}".strip() if first else ""


def _set_options(control: Any, options: list[tuple[str, Any]], value: Any) -> None:
    """Give a list its entries and its value; nothing is sent if they are there already."""
    if tuple(control.options) != tuple(options):
        control.options = options
    values = [each for _, each in options]
    if value in values and control.index != values.index(value):
        control.index = values.index(value)
