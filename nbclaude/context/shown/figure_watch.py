"""Notes the pictures that a shell displays, by its hooks and events, in a `FigureLog`."""

from __future__ import annotations

import contextlib
import sys
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbclaude.context.images.drawings import Drawing
from nbclaude.context.images.picture import PAGE, WIDGET, Picture
from nbclaude.context.shown.callers import note_calls, noting
from nbclaude.context.shown.figures import FigureLog
from nbclaude.context.shown.formatted import FormattedFigures
from nbclaude.context.shown.listening import is_heard, listen
from nbclaude.context.shown.pending import open_figures
from nbclaude.context.shown.results import tap_results
from nbclaude.context.shown.shown_image import Place, ShownImage
from nbclaude.context.shown.widgets import live_widget, output_around, outputs_in, widget_pictures
from nbclaude.lab import LINE
from nbclaude.notebook import CellRun, Shell, cell_number, request_id
from nbclaude.stopping import undisturbed

__all__ = ["watch"]

# Display ids of our own answers, galleries and thumbnails begin so.
OURS = "nbclaude-"

# Most outputs have nothing else.
_NEVER_DRAWN = frozenset(("text/plain",))

_Message = dict[str, Any]


def watch(shell: Shell, log: FigureLog, cell_run: Callable[[], CellRun | None]) -> Callable[[], None]:
    """Remember in `log` every picture that `shell` displays; return the function that ends it without a trace.

    `cell_run` tells which cell runs. Call both on the shell's main thread: the kernel keeps its hooks by thread, so that
    what other threads display is not seen. Nothing happens in a shell that cannot show images.
    """
    watcher = _Watcher(shell, log, cell_run)
    watcher.load()
    return watcher.unload


class _Watcher:
    """The hooks in a shell; no fault in them may cost the user an output."""

    def __init__(self, shell: Shell, log: FigureLog, cell_run: Callable[[], CellRun | None]) -> None:
        self._shell = shell
        self._log = log
        self._cell_run = cell_run
        self._execution_count = 0
        self._source = ""  # of the cell that runs
        # The place whose output vanishes when the next comes: `clear_output(wait=True)`.
        self._clearing: Place | None = None
        self._untap: Callable[[], None] = lambda: None
        self._hooked: list[Callable[[], None]] = []
        self._formatted = FormattedFigures(lambda figure: self._note_calls([figure]))

    def load(self) -> None:
        self._hooked = [listen(publisher, self._hook) for publisher in self._publishers()]
        self._hooked.append(self._formatted.follow(self._shell.display_formatter))
        self._hooked.append(noting(self._note_open))
        if not hasattr(self._shell.displayhook, "register_hook"):
            self._untap = tap_results(self._shell.displayhook, self._take_result)
        # Nobody tells when the cell began that runs now: the one that loads us, and may go on to draw.
        self._execution_count = cell_number(self._shell)
        self._shell.events.register("pre_run_cell", self._before_cell)
        self._shell.events.register("post_run_cell", self._after_cell)

    def unload(self) -> None:
        self._untap()
        for undo in self._hooked:
            undo()
        self._hooked = []
        self._shell.events.unregister("pre_run_cell", self._before_cell)
        self._shell.events.unregister("post_run_cell", self._after_cell)

    def _publishers(self) -> list[Any]:
        both = (self._shell.display_pub, self._shell.displayhook)
        return [each for each in both if is_heard(each)]

    def _hook(self, message: _Message) -> _Message:
        with contextlib.suppress(Exception):
            self._take(message)
        return message

    def _take(self, message: _Message) -> None:
        content = message["content"]
        kind = message["header"]["msg_type"]
        place = self._place((message.get("parent_header") or {}).get("msg_id"))
        if kind == "clear_output":
            self._clearing = place
            if not content.get("wait"):
                self._clear()
            return
        display_id = (content.get("transient") or {}).get("display_id") or ""
        if display_id.startswith(OURS):
            return
        if kind != "update_display_data" and self._clearing is not None and self._clearing == place:
            self._clear()
        count = content.get("execution_count") or place.execution_count
        place = replace(place, execution_count=count, display_id=display_id)
        data, metadata = content.get("data") or {}, content.get("metadata") or {}
        images = self._images(data, metadata, place)
        if images:
            content["metadata"] = _marked(data, metadata, images)
        if kind == "update_display_data":
            self._log.update(display_id, *images)
            return
        if not images:
            self._log.displayed(place)
            return
        self._log.add(*images)

    def _images(self, data: Mapping[str, Any], metadata: Mapping[str, Any], place: Place) -> list[ShownImage]:
        """Return what an output shows; a widget that is not of ipywidgets may draw, and one that never can is left out."""
        if data.keys() <= _NEVER_DRAWN:
            return []
        # The code that finds pictures is loaded with the first output that may be one.
        from nbclaude.context.images.bundles import bundle_pictures

        pictures = bundle_pictures(data, metadata)
        if len(pictures) == 1 and (plotted := self._formatted.facts_of(data)) is not None:
            pictures = (replace(pictures[0], plotted=plotted),)
        if any(each.media_type == WIDGET for each in pictures):
            model_id = pictures[0].widget
            widget = live_widget(model_id)
            if widget is None:
                pictures = (Picture.of(Drawing("widget")),)
            elif (
                not widget_pictures(model_id)
                and not outputs_in(model_id)
                and not getattr(widget, "children", ())
            ):
                pictures = ()
        return [ShownImage.of(each, place) for each in pictures]

    def _note_open(self) -> None:
        """Note what the cell calls, for the matplotlib figures that it has opened."""
        if "seaborn" in sys.modules:
            self._note_calls(each for each in open_figures() if each not in self._log.open_before)

    def _note_calls(self, figures: Iterable[Any]) -> None:
        if "seaborn" not in sys.modules or not (drawn := list(figures)):
            return
        from nbclaude.context.plotted.seaborn_marks import seaborn_calls
        from nbclaude.notebook.sources import python_of

        note_calls(drawn, seaborn_calls(python_of(self._source), self._shell.user_ns))

    def _place(self, request: object) -> Place:
        running = self._cell_run()
        cell, run = (running.cell, running.run) if running is not None else ("", request)
        place = Place(cell, run, self._execution_count)
        output = output_around(request) if isinstance(request, str) else None
        if output is None:
            return place
        # It stands where its widget does, whichever cell or button fills it.
        host = self._log.host_of(output.model_id) or place
        return replace(host, display_id="", output=output.model_id, held=output.outputs)

    def _clear(self) -> None:
        if self._clearing is not None and self._clearing.output:
            self._log.clear_output(self._clearing.output)
        elif self._clearing is not None:
            self._log.clear_run(self._clearing.cell, self._clearing.run)
        self._clearing = None

    @undisturbed(before=True)
    def _before_cell(self, info: Any) -> None:
        # What a cell runs in its turn (%%capture) goes on with the figures of that cell.
        if info.store_history:
            self._log.open_before = weakref.WeakSet(open_figures())
            self._source = info.raw_cell
        self._clearing = None
        self._execution_count = cell_number(self._shell)
        if running := self._cell_run():
            self._log.begin(running.cell, running.run)

    @undisturbed(before=False)
    def _after_cell(self, result: Any) -> None:
        with contextlib.suppress(Exception):
            self._log.opened(open_figures())
            self._note_open()

    def _take_result(self, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> Mapping[str, Any]:
        if images := self._images(data, metadata, self._place(request_id(self._shell))):
            self._log.add(*images)
        return _marked(data, metadata, images)


def _marked(
    data: Mapping[str, Any], metadata: Mapping[str, Any], images: Sequence[ShownImage]
) -> dict[str, Any]:
    """Add the number of figures in an output to its metadata, unless its MIME types tell, which our extension sees."""
    if images and images[0].media_type in data.keys() - {WIDGET, PAGE}:
        return dict(metadata)
    widgets = (each.picture.widget if each.media_type == WIDGET else "" for each in images)
    figures = sum(len(widget_pictures(widget)) if widget else 1 for widget in widgets)
    if not figures or not LINE.is_open:
        return dict(metadata)
    return {**metadata, "nbclaude": {**metadata.get("nbclaude", {}), "figures": figures}}
