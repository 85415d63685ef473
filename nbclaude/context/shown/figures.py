"""What cells display comes in, as the kernel sends it; the images among it are remembered, to be attached later.

It is loaded with the extension, and pillow only when an image is needed.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.images.bundles import IMAGE_TYPES, bundle_image
from nbclaude.context.shown.pending import open_figures
from nbclaude.forks import ForkSafeLock
from nbclaude.notebook import CellRun, Shell, cell_number, request_id

if TYPE_CHECKING:
    from nbclaude.context.images.prepared import ImageLimits

__all__ = [
    "FigureLog",
    "ShownImage",
    "figure_name",
    "watch",
]

MAX_IMAGES = 32
MAX_BYTES = 64_000_000
# Display ids of our own answers, galleries and thumbnails begin so.
OURS = "nbclaude-"

_Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ShownImage:
    """An image that a cell displayed, as it was sent to the front end.

    `media_type` may also be that of a PDF, or of plotly's or Vega's JSON: `attachment` paints those.
    """

    data: bytes
    media_type: str
    cell: str = ""  # its id; empty where the front end does not tell
    run: object = None  # what tells one execution of the cell from the next
    execution_count: int = 0
    display_id: str = ""

    @property
    def where(self) -> str:
        """The cell that shows it, by its number, else by its id."""
        if self.execution_count:
            return f"cell {self.execution_count}"
        return f"cell {self.cell[:8]}" if self.cell else "a cell"

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels; None for what is not made of pixels."""
        from nbclaude.context.images.prepared import image_size

        return image_size(self.data)

    def attachment(self, limits: ImageLimits, label: str) -> Attachment:
        """Return what goes along for this image. Raises ConfigurationError if it cannot be painted."""
        from nbclaude.context.images.pictures import prepare_shown

        return prepare_shown(self.data, self.media_type, limits, label).attachment(label, "figure")


class FigureLog:
    """The newest images that cells displayed; safe to use from several threads.

    A run of a cell replaces the images of its earlier runs, as it does in the notebook.
    """

    def __init__(self, max_images: int = MAX_IMAGES, max_bytes: int = MAX_BYTES) -> None:
        self._max_images = max_images
        self._max_bytes = max_bytes
        self._images: list[ShownImage] = []  # in the order in which they were shown
        # matplotlib's figures that were open when the cell began.
        self.open_before: weakref.WeakSet[Any] = weakref.WeakSet()
        self._lock = ForkSafeLock()

    def add(self, image: ShownImage) -> None:
        """Remember an image; the oldest go when there are too many."""
        with self._lock:
            self._forget_earlier_runs(image.cell, image.run)
            self._images.append(image)
            self._keep_newest()

    def update(self, display_id: str, image: ShownImage) -> None:
        """Replace what is shown under a display id; it stays with the cell that shows it."""
        with self._lock:
            for place, shown in enumerate(self._images):
                if shown.display_id == display_id:
                    self._images[place] = replace(shown, data=image.data, media_type=image.media_type)
            self._keep_newest()

    def begin(self, cell: str, run: object) -> None:
        """A cell begins to run: what its earlier runs have shown is gone from the notebook."""
        with self._lock:
            self._forget_earlier_runs(cell, run)

    def clear_run(self, cell: str, run: object) -> None:
        """A cell has cleared its output."""
        with self._lock:
            self._images = [each for each in self._images if (each.cell, each.run) != (cell, run)]

    def forget_cells(self, cells: Sequence[str]) -> None:
        """Forget the images of deleted cells."""
        with self._lock:
            self._images = [each for each in self._images if each.cell not in cells]

    def clear(self) -> None:
        """Forget all images."""
        with self._lock:
            self._images = []

    def all(self) -> tuple[ShownImage, ...]:
        """Return all images, the newest first: the user's number 1 is the first."""
        with self._lock:
            return tuple(reversed(self._images))

    def last(self, n: int = 1) -> ShownImage | None:
        """Return the n-th newest image, None if there are fewer."""
        images = self.all()
        return images[n - 1] if 1 <= n <= len(images) else None

    def of_cell(self, cell: str) -> tuple[ShownImage, ...]:
        """Return the images of a cell, from top to bottom."""
        return tuple(each for each in reversed(self.all()) if each.cell == cell)

    def name_of(self, image: ShownImage, to_come: int = 0) -> str:
        """Name an image as the user counts: "figure of cell 4", or "figure 2 of cell 4" where the cell shows several.

        `to_come` are those that its cell has yet to show.
        """
        same = [each for each in reversed(self.all()) if _shown_together(each, image)]
        number = next((n for n, each in enumerate(same, 1) if each is image), 1)
        return figure_name(number, len(same) + to_come, image.where)

    def of_last_plotting_cell(self) -> tuple[ShownImage, ...]:
        """Return the images that the newest image's cell shows, from top to bottom."""
        newest = self.last()
        if newest is None:
            return ()
        return tuple(each for each in reversed(self.all()) if _shown_together(each, newest))

    def _forget_earlier_runs(self, cell: str, run: object) -> None:
        if cell:
            self._images = [each for each in self._images if each.cell != cell or each.run == run]

    def _keep_newest(self) -> None:
        size = sum(len(each.data) for each in self._images)
        while self._images and (len(self._images) > self._max_images or size > self._max_bytes):
            size -= len(self._images.pop(0).data)


def figure_name(number: int, of: int, where: str) -> str:
    """Name the figure with this number, of so many that a cell shows; without a cell it is an open one."""
    name = f"figure {number}" if of > 1 else "figure"
    return f"{name} of {where}" if where else f"open {name}"


def _shown_together(one: ShownImage, other: ShownImage) -> bool:
    return (one.cell, one.run) == (other.cell, other.run)


def watch(shell: Shell, log: FigureLog, cell_run: Callable[[], CellRun | None]) -> Callable[[], None]:
    """Remember in `log` every image that `shell` displays; return the function that ends it without a trace.

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
        # The run whose output vanishes when the next comes: `clear_output(wait=True)`.
        self._clearing: tuple[str, object] | None = None
        self._result_seen = False

    def load(self) -> None:
        for publisher in self._publishers():
            publisher.register_hook(self._hook)
        self._shell.events.register("pre_run_cell", self._before_cell)
        self._shell.events.register("post_run_cell", self._after_cell)

    def unload(self) -> None:
        for publisher in self._publishers():
            publisher.unregister_hook(self._hook)
        self._shell.events.unregister("pre_run_cell", self._before_cell)
        self._shell.events.unregister("post_run_cell", self._after_cell)

    def _publishers(self) -> list[Any]:
        both = (self._shell.display_pub, self._shell.displayhook)
        return [each for each in both if hasattr(each, "register_hook")]

    def _hook(self, message: _Message) -> _Message:
        with contextlib.suppress(Exception):
            self._take(message)
        return message

    def _take(self, message: _Message) -> None:
        content = message["content"]
        kind = message["header"]["msg_type"]
        cell, run = self._place(message)
        if kind == "clear_output":
            self._clearing = (cell, run)
            if not content.get("wait"):
                self._clear()
            return
        display_id = (content.get("transient") or {}).get("display_id") or ""
        if display_id.startswith(OURS):
            return
        if kind != "update_display_data" and self._clearing == (cell, run):
            self._clear()
        found = bundle_image(content.get("data") or {})
        if found is None:
            return
        media_type, data = found
        count = content.get("execution_count") or self._execution_count
        image = ShownImage(data, media_type, cell, run, count, display_id)
        if kind == "update_display_data":
            self._log.update(display_id, image)
            return
        self._log.add(image)
        self._result_seen |= kind == "execute_result"

    def _place(self, message: Mapping[str, Any]) -> tuple[str, object]:
        return self._running() or ("", (message.get("parent_header") or {}).get("msg_id"))

    def _running(self) -> tuple[str, object] | None:
        running = self._cell_run()
        return (running.cell, running.run) if running is not None else None

    def _clear(self) -> None:
        if self._clearing is not None:
            self._log.clear_run(*self._clearing)
            self._clearing = None

    def _before_cell(self, info: Any) -> None:
        # What a cell runs in its turn (%%capture) goes on with the figures of that cell.
        if info.store_history:
            self._log.open_before = weakref.WeakSet(open_figures())
        self._result_seen = False
        self._clearing = None
        self._execution_count = cell_number(self._shell)
        if running := self._cell_run():
            self._log.begin(running.cell, running.run)

    def _after_cell(self, result: Any) -> None:
        with contextlib.suppress(Exception):
            self._take_result(result)

    def _take_result(self, result: Any) -> None:
        """Take the cell's last expression where its display was not seen: older kernels have no hook for results."""
        value = getattr(result, "result", None)
        if value is None or self._result_seen or hasattr(self._shell.displayhook, "register_hook"):
            return
        data, _metadata = self._shell.display_formatter.format(value, include=IMAGE_TYPES)
        if found := bundle_image(data):
            media_type, data = found
            cell, run = self._running() or ("", request_id(self._shell))
            self._log.add(ShownImage(data, media_type, cell, run, self._execution_count))
