"""Plots a frame of the kernel as the user chooses, and attaches the picture or inserts its code."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets

from nbclaude.context.shown.shown_image import ShownImage
from nbclaude.errors import ConfigurationError
from nbclaude.panel.frontend import View
from nbclaude.panel.host import Host, OwnChanges, note, row, set_note, set_options
from nbclaude.panel.plot_columns import Name, columns_of, dates_first, is_polars
from nbclaude.panel.plot_frames import frames_in
from nbclaude.panel.plots import KINDS, Plot, plot_code, plot_picture
from nbclaude.render.data_urls import data_url

__all__ = ["PlotPane"]

_MAX_COLUMNS = 500


class PlotPane:
    """Choose a frame, a kind and columns; the preview follows."""

    def __init__(self, host: Host, view: View) -> None:
        self._host = host
        self._view = view
        self._own_changes = OwnChanges(host)
        self._picture = b""
        # What was drawn: the plot, and the frame by its identity and shape; and how many cells had run then.
        self._drawn: tuple[Any, ...] | None = None
        self._drawn_after = 0
        self.frame = ipywidgets.Dropdown(description="DataFrame")
        self._frame_note = note()
        self.kind = ipywidgets.Dropdown(description="Kind", options=KINDS)
        self.x = ipywidgets.Dropdown(description="x")
        self.y = ipywidgets.SelectMultiple(description="y", rows=4)
        self.group = ipywidgets.Dropdown(description="Group by")
        self._problem = note()
        self._preview = ipywidgets.HTML()
        self._preview.add_class("nbclaude-preview")
        self._code = ipywidgets.HTML()
        self._attach = ipywidgets.Button(description="Attach plot", button_style="primary")
        self._insert = ipywidgets.Button(description="Insert as code")
        self._own_changes.watch(self.frame, lambda _: self._fill_columns())
        for control in (self.kind, self.x, self.y, self.group):
            self._own_changes.watch(control, lambda _: self._draw())
        self._attach.on_click(host.guarded(lambda _: self._attach_plot()))
        self._insert.on_click(host.guarded(lambda _: self._insert_code()))
        self.widget = ipywidgets.VBox(
            [
                row(self.frame, self._frame_note),
                row(self.kind, self.group),
                row(self.x),
                row(
                    self.y,
                    note("Ctrl- or Shift-click for several. Empty: the first ten numeric columns."),
                ),
                self._problem,
                self._preview,
                self._code,
                row(self._attach, self._insert),
            ]
        )
        self.widget.add_class("nbclaude-pane")

    def refresh(self) -> None:
        """Show the frames that there are now, and the chosen one as it is now."""
        frames = frames_in(self._host.shell.user_ns, self._host.workspace.seen.cells.cells)
        names = list(frames)
        chosen = self.frame.value if self.frame.value in frames else names[0] if names else None
        with self._own_changes:
            if tuple(self.frame.options) != tuple(names):
                self.frame.options = names
            self.frame.value = chosen
        self._fill_columns()

    def _fill_columns(self) -> None:
        frame = self._frame()
        for control in (self.kind, self.x, self.y, self.group, self._attach, self._insert):
            control.disabled = frame is None
        if frame is None:
            set_note(self._frame_note, "There is no DataFrame in the kernel yet.")
            self._preview.value = self._code.value = ""
            set_note(self._problem, "")
            return
        of = "polars" if is_polars(frame) else "pandas"
        set_note(self._frame_note, f"{of}, {len(frame):,} rows, {len(frame.columns)} columns")
        names, numbers = (found[:_MAX_COLUMNS] for found in columns_of(frame))
        with self._own_changes:
            for control, nothing, offered in (
                (self.x, "(index)", dates_first(frame, names)),
                (self.group, "(none)", names),
            ):
                chosen = control.value if control.value in names else None
                set_options(control, [(nothing, None), *((_label(name), name) for name in offered)], chosen)
            kept = tuple(name for name in self.y.value if name in numbers)
            options = tuple((_label(name), name) for name in numbers)
            if tuple(self.y.options) != options:
                self.y.value = ()
                self.y.options = options
            self.y.value = kept
        self._draw()

    def _frame(self) -> Any:
        return frames_in(self._host.shell.user_ns).get(self.frame.value or "")

    def _plot(self) -> Plot:
        return Plot(
            self.frame.value or "", self.kind.value, self.x.value, tuple(self.y.value), self.group.value
        )

    def _draw(self) -> None:
        """Draw the preview. What cannot be drawn is said in its place; the picture before it is gone."""
        plot, frame = self._plot(), self._frame()
        if frame is None:
            return
        drawn = (plot, id(frame), frame.shape)
        if self._drawn == drawn:
            return
        self._drawn, self._drawn_after = drawn, self._host.cells_run
        self._picture, self._preview.value, self._code.value = b"", "", ""
        try:
            code = plot_code(plot, frame)
            self._picture = plot_picture(plot, frame)
        except ConfigurationError as error:
            set_note(self._problem, str(error))
        else:
            set_note(self._problem, "")
            self._preview.value = _image(self._picture, f"{plot.kind} plot of {plot.frame}")
            self._code.value = f'<pre class="nbclaude-code" tabindex="0">{escape(code)}</pre>'
        self._attach.disabled = self._insert.disabled = not self._picture

    def _draw_anew(self) -> None:
        """Draw once more if a cell has run meanwhile: what is sent is the frame as it is now."""
        if self._drawn_after != self._host.cells_run:
            self._drawn = None
            self._draw()

    def _attach_plot(self) -> None:
        self._draw_anew()
        if not self._picture:
            raise ConfigurationError("There is no plot to attach yet.")
        plot = self._plot()
        image = ShownImage(self._picture, "image/png", cell="", run=None)
        self._host.workspace.tray.attach(f"{plot.kind} plot of {plot.frame}", image, len(self._picture))
        self._host.changed()

    def _insert_code(self) -> None:
        self._draw_anew()
        self._view.insert_cell(plot_code(self._plot(), self._frame()), self._host.cell)


def _label(name: Name) -> str:
    return str(name) or "(no name)"


def _image(data: bytes, label: str) -> str:
    return f'<img alt="{escape(label)}" src="{data_url("image/png", data)}">'
