"""Opens a panel in the output area; when it is closed, all that it holds goes with it."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import ipywidgets

from nbclaude.cleaning import excerpt
from nbclaude.conversation.ledger import dollars, spent_text
from nbclaude.errors import ConfigurationError
from nbclaude.notebook import Shell
from nbclaude.output.sheets import Sheets
from nbclaude.panel.ask_pane import AskPane
from nbclaude.panel.attach_pane import AttachPane, Chips
from nbclaude.panel.host import LOCK, Host, Traits
from nbclaude.panel.picture import picture_html
from nbclaude.panel.plot_pane import PlotPane
from nbclaude.panel.settings_pane import SettingsPane
from nbclaude.panel.transcript import question_text
from nbclaude.plurals import counted
from nbclaude.render.markdown import plain_text
from nbclaude.stopping import undisturbed
from nbclaude.workspace import Workspace

__all__ = ["Panel"]

_EXCERPT = 160  # characters
_LOOKED_AT = 1_000
_TURNS_IN_PICTURE = 5
_DEMO = "demo model"


class Panel:
    """One open panel, made apart from cells. `cell` is the id of the cell that shows it, empty where no front end tells."""

    def __init__(
        self, shell: Shell, settings: Traits, workspace: Workspace, cell: str, changed: Callable[[], None]
    ) -> None:
        self.cell = cell
        self._host = Host(shell, settings, workspace, changed)
        self._host.cell = cell
        self._picture_id = f"nbclaude-{uuid.uuid4().hex[:12]}"
        self._picture = ""
        self.is_open = True
        self._panes: dict[str, SettingsPane | AttachPane | PlotPane] = {}
        self._build()
        settings.observe(self._settings_changed)
        shell.events.register("post_run_cell", self._after_cell)

    def _build(self) -> None:
        self._chips = Chips(self._host)
        self.ask = AskPane(self._host, self._chips.widget, self._act)
        self._facts = ipywidgets.HTML()
        self._facts.add_class("nbclaude-facts")
        self._toggles = {
            name: ipywidgets.ToggleButton(description=name) for name in ("Settings", "Attach", "Plot")
        }
        self._shown = ipywidgets.VBox()
        self._shown.add_class("nbclaude-drawer")
        for name, toggle in self._toggles.items():
            toggle.observe(self._host.guarded(lambda _, name=name: self._toggle(name)), "value")
        close = ipywidgets.Button(description="Close")
        close.on_click(self._host.guarded(lambda _: self.close()))
        head = ipywidgets.HBox([self._facts, ipywidgets.HBox([*self._toggles.values(), close])])
        head.add_class("nbclaude-head")
        self.widget = ipywidgets.VBox([head, self._host.alert, self._shown, self.ask.widget])
        self.widget.add_class("nbclaude-panel")
        self.refresh()

    def show(self, text: str) -> None:
        """Put the panel into the output area, and below it the picture that a saved notebook shows; `text` is for terminals."""
        publish = self._host.shell.display_pub.publish
        bundle = {**self.widget._repr_mimebundle_(), "text/html": "", "text/plain": text}
        publish(data=bundle, metadata={}, transient={"display_id": f"{self._picture_id}-panel"})
        self._picture = self._picture_html()
        sheets = Sheets.of(self._host.shell)
        css, bundle = sheets.apart(self._picture_bundle())
        publish(data=bundle, metadata={}, transient={"display_id": self._picture_id})
        sheets.show(css)  # below, since CSS rules look for the picture right below the panel

    def refresh(self) -> None:
        """Show everything as it is now; what has not changed is not sent."""
        self._host.apart(self._refresh)

    def _refresh(self) -> None:
        if not self.is_open:
            return
        self._facts.value = self._facts_html()
        self._chips.refresh()
        self.ask.refresh()
        for name, pane in self._panes.items():
            if self._toggles[name].value:
                pane.refresh()
        self._refresh_picture()

    def close(self, *, leaves_picture: bool = True) -> None:
        """Stop the answer that is on its way, and free every widget with its comm; the picture stays, unless it is unwanted."""
        with LOCK:
            if not self.is_open:
                return
            self.is_open = False
            self.ask.stop()
            self._host.settings.unobserve(self._settings_changed)
            with contextlib.suppress(ValueError):
                self._host.shell.events.unregister("post_run_cell", self._after_cell)
            # A pane that is not shown is nobody's child.
            parts = [part for root in (self.widget, *self._pane_widgets()) for part in _with_parts(root)]
            for part in parts:
                part.close()
            self._panes.clear()
            if not leaves_picture:
                self._publish_picture({"text/html": "", "text/plain": ""})

    def _act(self, action: str, value: str, data: bytes) -> None:
        """Take what happens anywhere in the panel: files, and what became of a cell that was to be inserted."""
        if enter := self._host.entered.get(action):
            enter(value)
            return
        match action:
            case "file":
                self._pane("Attach").take_file(value, data)
            case "too-large":
                self._host.report(
                    f"{value} is larger than a front end can send. Attach it by its path: -a {value}"
                )
            case "inserted":
                self._host.report("The code is in a new cell below.", done=True)
            case "not-inserted":
                self._host.report("This front end does not let widgets insert cells. Copy the code above.")

    def _toggle(self, name: str) -> None:
        """Open or close a pane; one is open at a time, and each is made when it is first opened."""
        if not self._toggles[name].value:
            if self._pane_is_shown(name):
                self._shown.children = ()
            return
        for other, toggle in self._toggles.items():
            if other != name and toggle.value:
                toggle.value = False
        pane = self._pane(name)
        pane.refresh()
        self._shown.children = (pane.widget,)

    def _pane_is_shown(self, name: str) -> bool:
        pane = self._panes.get(name)
        return pane is not None and pane.widget in self._shown.children

    def _pane_widgets(self) -> list[Any]:
        return [pane.widget for pane in self._panes.values()]

    def _pane(self, name: str) -> Any:
        if name not in self._panes:
            match name:
                case "Settings":
                    self._panes[name] = SettingsPane(self._host, self.ask.view)
                case "Attach":
                    self._panes[name] = AttachPane(self._host, self._host.guarded(self._act))
                case _:
                    self._panes[name] = PlotPane(self._host, self.ask.view)
        return self._panes[name]

    def _settings_changed(self, _change: object) -> None:
        """Follow `%config` and the other panels."""
        self._host.guarded(self._refresh, keeps_report=True)()

    @undisturbed(before=False)
    def _after_cell(self, _result: object) -> None:
        """Follow what a cell has done: new turns, figures, frames and names."""
        self._host.cells_run += 1
        if self.cell in self._host.workspace.gone:
            self.close()
            return
        self._settings_changed(None)

    # What is said of the state

    def _summary(self) -> list[tuple[str, str]]:
        workspace, traits = self._host.workspace, self._host.settings
        try:
            settings = workspace.settings({})
            model, where = settings.model, workspace.address(settings)
        except ConfigurationError as error:
            model, where = str(traits.model), str(error)
        name = str(traits.conversation)
        count = len(workspace.conversations[name].turns)
        facts = [
            ("model", model),
            ("conversation", f"{name}, {counted(count, 'turn')}"),
            ("connection", _DEMO if workspace.demo_url else where),
        ]
        facts += [
            (knob, f"{value:g}" if isinstance(value, float) else str(value))
            for knob in ("temperature", "effort", "thinking")
            if (value := getattr(traits, knob)) is not None
        ]
        total, budget = workspace.ledger.total, workspace.budget
        if budget.limit is not None:
            facts.append(("spent", f"{dollars(budget.spent(workspace.ledger))} of {dollars(budget.limit)}"))
        elif total.answers:
            facts.append(("spent", spent_text(workspace.ledger)))
        return facts

    def _facts_html(self) -> str:
        facts = dict(self._summary())
        where = facts.pop("connection")
        answers = f"{_DEMO}, asked for {facts['model']}" if where == _DEMO else facts["model"]
        del facts["model"]
        title = f'<span class="nbclaude-pill nbclaude-title">{escape(answers)}</span>'
        spent = (
            f'<span class="nbclaude-quiet">{escape(facts.pop("spent"))}</span>' if "spent" in facts else ""
        )
        pills = (value if name == "conversation" else f"{name} {value}" for name, value in facts.items())
        return title + "".join(f'<span class="nbclaude-pill">{escape(pill)}</span>' for pill in pills) + spent

    def _picture_html(self) -> str:
        turns = self._host.workspace.conversations[str(self._host.settings.conversation)].turns
        first = max(0, len(turns) - _TURNS_IN_PICTURE)
        shown = [
            (
                number,
                excerpt(question_text(turn), _EXCERPT),
                excerpt(plain_text(turn.answer[:_LOOKED_AT]), _EXCERPT),
            )
            for number, turn in enumerate(turns[first:], first + 1)
        ]
        attached = ", ".join(item.label for item in self._host.workspace.tray.items())
        facts = self._summary() + ([("attached", attached)] if attached else [])
        return picture_html(facts, shown)

    def _picture_bundle(self) -> dict[str, str]:
        return {"text/html": self._picture, "text/plain": ""}

    def _refresh_picture(self) -> None:
        """Keep the picture true; before `show` there is none."""
        if not self._picture:
            return
        new = self._picture_html()
        if new != self._picture:
            self._picture = new
            self._publish_picture(self._picture_bundle())

    def _publish_picture(self, bundle: dict[str, str]) -> None:
        transient = {"display_id": self._picture_id}
        _, bundle = Sheets.of(self._host.shell).apart(bundle)  # the style sheet is there already
        self._host.shell.display_pub.publish(data=bundle, metadata={}, transient=transient, update=True)


def _with_parts(widget: Any) -> Iterator[Any]:
    """Go through a widget, those that it holds, and its layout and style: closing it closes none of them."""
    for name in widget.trait_names(sync=True):
        value = getattr(widget, name)
        for part in value if isinstance(value, list | tuple) else (value,):
            if isinstance(part, ipywidgets.Widget):
                yield from _with_parts(part)
    yield widget
