"""The controls for the settings, which know the model: what it refuses is disabled, with the reason beside it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets

from nbclaude.client.addresses import server_name
from nbclaude.client.connections import known_connections
from nbclaude.conversation.ledger import dollars
from nbclaude.conversation.parameters import why_refused
from nbclaude.errors import ConfigurationError
from nbclaude.models.table import ModelInfo
from nbclaude.panel.config_code import config_code
from nbclaude.panel.frontend import View
from nbclaude.panel.host import Host, OwnChanges, note, row, set_note, set_options
from nbclaude.panel.model_picker import ModelPicker
from nbclaude.panel.wording import caption, choices, said, sentence
from nbclaude.refusal import Refusal
from nbclaude.settings.kinds import Number
from nbclaude.settings.resolve import without_unfit
from nbclaude.settings.table import BY_NAME
from nbclaude.settings.values import Settings
from nbclaude.wire.request import EFFORT_LEVELS

__all__ = ["SettingsPane"]

_DEFAULT = "the model's default"


class SettingsPane:
    """Connection, model, temperature, effort, thinking, length, system prompt, caching and budget."""

    def __init__(self, host: Host, view: View) -> None:
        self._host = host
        self._view = view
        self._own_changes = OwnChanges(host)
        self._looked_at: tuple[Any, ...] = ()
        self._make_controls()
        self._code = ipywidgets.HTML()
        copy = ipywidgets.Button(description="Copy as code")
        copy.on_click(host.guarded(self._copy))
        self.widget = ipywidgets.VBox(
            [
                row(self.connection, self._connection_note),
                *self.models.rows,
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
        self.connection = ipywidgets.Dropdown(description=caption("connection"))
        self._connection_note = note()
        self.models = ModelPicker(self._host, self._choose)
        span = BY_NAME["temperature"].kind
        least, most = (span.least, span.most) if isinstance(span, Number) else (0.0, 1.0)
        self.temperature = ipywidgets.FloatSlider(
            description=caption("temperature"),
            min=least,
            max=most,
            step=0.05,
            value=1.0,
            readout_format=".2f",
            continuous_update=False,
        )
        self._unset_temperature = ipywidgets.Button(description="Unset")
        self._temperature_note = note()
        self.effort = ipywidgets.Dropdown(description=caption("effort"))
        self._effort_note = note()
        self.thinking = ipywidgets.Dropdown(description=caption("thinking"), options=choices("thinking"))
        self._thinking_note = note()
        self.max_tokens = ipywidgets.IntText(description=caption("max_tokens"), step=1024)
        self._max_tokens_note = note()
        self.system = ipywidgets.Textarea(
            description=caption("system"), rows=2, placeholder="(none)", continuous_update=False
        )
        self.caching = ipywidgets.Dropdown(description=caption("caching"), options=choices("caching"))
        self._caching_note = note("Cached input costs 10 % of the normal price.")
        self.budget = ipywidgets.FloatText(description="Budget, US $", step=0.5, continuous_update=False)
        self._bar = ipywidgets.FloatProgress(min=0, max=1, bar_style="info")
        self._bar.layout.width = "9em"
        self._budget_note = note()
        for name in ("connection", "temperature", "effort", "thinking", "max_tokens", "system", "caching"):
            self._own_changes.watch(getattr(self, name), self._taker(name))
        self._own_changes.watch(self.budget, self._take_budget)
        self._unset_temperature.on_click(self._host.guarded(lambda _: self._host.set("temperature", None)))

    def _taker(self, name: str) -> Callable[[Any], None]:
        """Make the function that changes this setting; what it does not take is shown no longer."""

        def take(value: Any) -> None:
            try:
                self._host.set(name, round(value, 4) if isinstance(value, float) else value)
            except Exception:
                self.refresh()
                raise

        return take

    def _choose(self, name: str) -> None:
        """Take a model by its name, as `%config` does; what means no model is an error."""
        self._host.set("model", self._host.workspace.settings({"model": name}).model)

    def _take_budget(self, limit: float) -> None:
        workspace = self._host.workspace
        if not 0 <= limit < 1e9:
            self.refresh()
            raise ConfigurationError(
                f"The budget {limit:g} must be US dollars, like 5 or 0.50; 0 is no budget."
            )
        workspace.budget.set(limit or None, workspace.ledger)
        self._host.changed()

    def _copy(self, _button: object) -> None:
        self._code.value = self._code_html()
        self._view.copy(config_code(self._host.settings, self._host.workspace))

    def _code_html(self) -> str:
        code = config_code(self._host.settings, self._host.workspace)
        return f'<pre class="nbclaude-code" tabindex="0">{escape(code)}</pre>'

    # From the settings into the controls

    def refresh(self) -> None:
        """Show what is in force; called whenever a setting has changed, wherever that was."""
        workspace = self._host.workspace
        with self._own_changes:
            self._fill_connection()
            wrong = ""
            try:
                settings = workspace.settings({})
            except ConfigurationError as error:
                wrong = said(error)
                settings = without_unfit(workspace.configured())
            self.models.refresh(settings)
            if wrong:
                self.models.say(wrong)
            self._fill_knobs(settings, workspace.model(settings))
            self._fill_budget()
            if self._code.value and self._code.value != self._code_html():
                self._code.value = ""  # what was copied is not what is set any more

    def _fill_connection(self) -> None:
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
        set_options(self.connection, [(default, ""), *named], chosen)
        # To look for a key may mean to ask a keyring: once for each connection, and again when a cell has run.
        looked_at = (chosen, str(settings.base_url), workspace.demo_url, self._host.cells_run, wrong)
        if looked_at == self._looked_at:
            return
        self._looked_at = looked_at
        if wrong:
            set_note(self._connection_note, wrong)
            return
        if workspace.demo_url:
            set_note(self._connection_note, "The demo model is on and answers instead (%claude_demo off).")
            return
        try:
            connection = workspace.connection(workspace.settings({}))
            key = f"key from {connection.key_source}" if connection.key_source else "no key needed"
            set_note(self._connection_note, f"{connection.base_url}, {key}")
        except ConfigurationError as error:
            set_note(self._connection_note, said(error))

    def _fill_knobs(self, settings: Settings, model: ModelInfo) -> None:
        source = self._host.settings
        refused = _reason(
            why_refused("temperature", 0.5, settings, model), "Use effort instead." if model.effort else ""
        )
        self.temperature.disabled = bool(refused)
        self._unset_temperature.disabled = source.temperature is None
        self.temperature.value = 1.0 if source.temperature is None else float(source.temperature)
        unset = f"Not set: {_DEFAULT}, 1." if source.temperature is None else "0 is steady, 1 varied."
        left_out = " What is set is left out." if refused and source.temperature is not None else ""
        set_note(self._temperature_note, f"{refused}{left_out}" if refused else unset)
        levels: tuple[str, ...] = model.effort if model.effort is not None else EFFORT_LEVELS
        default = f"{_DEFAULT}, {model.default_effort}" if model.default_effort and levels else _DEFAULT
        if source.effort and source.effort not in levels:
            levels = (*levels, source.effort)
        set_options(self.effort, [(default, None), *((level, level) for level in levels)], source.effort)
        refused = _reason(why_refused("effort", source.effort or "low", settings, model), "")
        self.effort.disabled = model.effort == ()
        set_note(self._effort_note, refused or "How hard the model works: more costs more.")
        self._fill_thinking(settings, model)
        most = model.max_tokens or 10_000_000
        self.max_tokens.value = int(source.max_tokens)
        refusal = why_refused("max_tokens", source.max_tokens, settings, model)
        of_model = f"{model.id} writes up to {most:,}." if model.max_tokens else "The longest answer."
        set_note(self._max_tokens_note, sentence(refusal) if refusal else of_model)
        system = source.system
        self.system.value = system if isinstance(system, str) else ""
        self.caching.value = source.caching

    def _fill_thinking(self, settings: Settings, model: ModelInfo) -> None:
        chosen = self._host.settings.thinking
        entries = choices("thinking")
        refusals = {value: why_refused("thinking", value, settings, model) for _, value in entries if value}
        options = [entry for entry in entries if not refusals.get(entry[1]) or entry[1] == chosen]
        set_options(self.thinking, options, chosen)
        self.thinking.disabled = len(options) == 1
        reasons = dict.fromkeys(_reason(refusal, "") for refusal in refusals.values() if refusal)
        by_itself = {
            "on": "Thinks automatically.",
            "always": "Always thinks.",
            "off": "Thinks on request.",
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


def _reason(refusal: Refusal | None, instead: str) -> str:
    """Say why a control is of no use; `instead` is what the panel offers."""
    return f"{sentence(refusal, cure=False)} {instead}".strip() if refusal is not None else ""
