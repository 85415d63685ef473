"""Makes the control of a setting from its kind: a list, a slider, a field; and shows beside it what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from nbclaude.models.table import ModelInfo
from nbclaude.panel.explanations import beside, entries_of
from nbclaude.panel.host import Host, OwnChanges, note, row, set_note, set_options
from nbclaude.panel.wording import caption, choices
from nbclaude.refusal import UnfitError
from nbclaude.settings.kinds import Choice, Flag, Number, System, Text, Texts, Whole
from nbclaude.settings.rows import Setting
from nbclaude.settings.values import Settings

__all__ = ["Control", "control_of"]

_STEPS = 20  # of a slider
_LARGE = 1_024  # numbers from here on go up and down in steps of this size


class Shape:
    """How a control shows the values of a kind; this one is a text field."""

    def make(self, setting: Setting) -> Any:
        """Make the control."""
        placeholder = "not set" if setting.default is None else ""
        return ipywidgets.Text(
            description=caption(setting.name), placeholder=placeholder, continuous_update=False
        )

    def show(self, control: Any, setting: Setting, value: Any) -> None:
        """Put a value of the setting into the control."""
        control.value = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    def take(self, setting: Setting, entered: Any) -> Any:
        """Return the content of the control as a value; an empty field means the default."""
        if not str(entered).strip():
            return setting.default
        try:
            return setting.kind.read(entered)
        except UnfitError:
            return entered  # the check of the setting says what is wrong with it


class Area(Shape):
    """A text of several lines."""

    def make(self, setting: Setting) -> Any:
        """Make the control."""
        return ipywidgets.Textarea(
            description=caption(setting.name), rows=2, placeholder="(none)", continuous_update=False
        )

    def show(self, control: Any, setting: Setting, value: Any) -> None:
        """Put the text into the control; blocks cannot be shown there."""
        control.value = value if isinstance(value, str) else ""

    def take(self, setting: Setting, entered: Any) -> Any:
        """Return the text as it is."""
        return entered


class Lines(Area):
    """Several texts, each on a line of its own."""

    def make(self, setting: Setting) -> Any:
        """Make the control."""
        control = super().make(setting)
        control.placeholder = "(none; one per line)"
        return control

    def show(self, control: Any, setting: Setting, value: Any) -> None:
        """Write each text on a line, with its own line breaks as escapes."""
        control.value = "\n".join(str(each).replace("\n", "\\n").replace("\t", "\\t") for each in value or ())

    def take(self, setting: Setting, entered: Any) -> Any:
        """Read each line as a word of a magic's line."""
        lines = [line for line in entered.split("\n") if line.strip()]
        try:
            return tuple(setting.kind.read(line) for line in lines)
        except UnfitError:
            return tuple(lines)


class Slide(Shape):
    """A number between two others."""

    def make(self, setting: Setting) -> Any:
        """Make the control."""
        least, most = setting.kind.least, setting.kind.most  # type: ignore[attr-defined]
        return ipywidgets.FloatSlider(
            description=caption(setting.name),
            min=least,
            max=most,
            step=(most - least) / _STEPS,
            value=most,
            readout_format=".2f",
            continuous_update=False,
        )

    def show(self, control: Any, setting: Setting, value: Any) -> None:
        """Move the slider; "not set" is at the end."""
        control.value = control.max if value is None else float(value)

    def take(self, setting: Setting, entered: Any) -> Any:
        """Return the number without the rounding errors of floats."""
        return round(entered, 4)


class Count(Shape):
    """A number that is always set."""

    def make(self, setting: Setting) -> Any:
        """Make the control."""
        make = ipywidgets.IntText if isinstance(setting.kind, Whole) else ipywidgets.FloatText
        step = _LARGE if setting.default >= _LARGE else 1
        return make(description=caption(setting.name), step=step, continuous_update=False)

    def show(self, control: Any, setting: Setting, value: Any) -> None:
        """Put the number into the control."""
        control.value = value

    def take(self, setting: Setting, entered: Any) -> Any:
        """Return the number."""
        return entered


class Drop(Shape):
    """A list of some words."""

    def make(self, setting: Setting) -> Any:
        """Make the control."""
        return ipywidgets.Dropdown(description=caption(setting.name), options=choices(setting.name))

    def take(self, setting: Setting, entered: Any) -> Any:
        """Return what was chosen."""
        return entered


def _shape_of(setting: Setting) -> Shape | None:
    match setting.kind:
        case Choice() | Flag():
            return Drop()
        case Number(most=most) if most is not None:
            return Slide()
        case Number() | Whole():
            return Shape() if setting.default is None else Count()
        case System():
            return Area()
        case Texts():
            return Lines()
        case Text():
            return Shape()
        case _:
            return None


class Control:
    """A setting in the panel: `input` is what the user changes, `row` has it with the explanation beside it."""

    def __init__(
        self,
        host: Host,
        own_changes: OwnChanges,
        setting: Setting,
        shape: Shape,
        refresh: Callable[[], None],
    ) -> None:
        self._host = host
        self._setting = setting
        self._shape = shape
        self._refresh = refresh
        self.input = shape.make(setting)
        self._note = note()
        # A slider has no place that means "not set".
        is_slide = isinstance(shape, Slide) and setting.default is None
        self.unset = ipywidgets.Button(description="Unset") if is_slide else None
        if self.unset is not None:
            self.unset.on_click(host.guarded(lambda _: host.set(setting.name, None)))
        self.row = row(self.input, *([self.unset] if self.unset is not None else []), self._note)
        own_changes.watch(self.input, self._take)

    def _take(self, value: Any) -> None:
        """Change the setting; a value that it refuses disappears from the control."""
        try:
            self._host.set(self._setting.name, self._shape.take(self._setting, value))
        except Exception:
            self._refresh()
            raise

    def show(self, settings: Settings, model: ModelInfo) -> None:
        """Show what is in force; a control that the model would refuse is disabled, with the reason beside it."""
        value = getattr(self._host.settings, self._setting.name)
        if isinstance(self._shape, Drop):
            set_options(self.input, entries_of(self._setting, value, settings, model), value)
        else:
            self._shape.show(self.input, self._setting, value)
        if self.unset is not None:
            self.unset.disabled = value is None
        self.input.disabled, said = beside(self._setting, value, settings, model)
        set_note(self._note, said)


def control_of(
    host: Host, own_changes: OwnChanges, setting: Setting, refresh: Callable[[], None]
) -> Control | None:
    """Make the control of a setting; None for kinds that only code can write, such as JSON.

    `refresh` shows everything as it is, after a value that was not taken.
    """
    shape = _shape_of(setting)
    return Control(host, own_changes, setting, shape, refresh) if shape is not None else None
