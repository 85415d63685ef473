"""The memory of the pictures that cells have displayed, to be attached later.

It is loaded with the extension, and pillow only when an image is needed.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from nbclaude.context.attachment import FigureName
from nbclaude.context.images.picture import WIDGET
from nbclaude.context.shown.shown_image import Place, ShownImage
from nbclaude.context.shown.widgets import live_widget, outputs_in, widget_pictures
from nbclaude.forks import ForkSafeLock

__all__ = ["FigureLog", "Place", "ShownImage"]

MAX_IMAGES = 32
MAX_BYTES = 64_000_000
# Most of them hold only controls: they cost little, and take no picture's place.
MAX_WIDGETS = 200
MAX_DISPLAYS = 1_000  # ids
MAX_PLACES = 20  # of one id


class FigureLog:
    """The newest pictures that cells displayed; safe to use from several threads.

    A run of a cell replaces the pictures of its earlier runs, as it does in the notebook.
    """

    def __init__(self, max_images: int = MAX_IMAGES, max_bytes: int = MAX_BYTES) -> None:
        self._max_images = max_images
        self._max_bytes = max_bytes
        self._images: list[ShownImage] = []  # in the order in which they were shown
        self._displays: dict[str, list[tuple[Place, int]]] = {}  # by id: where it is, and since when
        self._last = 0
        # matplotlib's figures that were open when the cell began, and since when figures are known to be open.
        self.open_before: weakref.WeakSet[Any] = weakref.WeakSet()
        self._opened: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._lock = ForkSafeLock()

    def add(self, *images: ShownImage) -> None:
        """Remember what one output shows; the oldest go when there are too many."""
        with self._lock:
            self._last += 1
            for number, image in enumerate(images):
                self._forget_earlier_runs(image.cell, image.run)
                self._images.append(replace(image, order=(self._last, number)))
                self._note_display(image.place)
            self._keep_newest()

    def displayed(self, place: Place) -> None:
        """Remember where something is that shows no picture, but may be updated to one."""
        with self._lock:
            self._last += 1
            self._note_display(place)

    def update(self, display_id: str, *images: ShownImage) -> None:
        """Replace what is shown under a display id; it stays with the cell that shows it."""
        with self._lock:
            places = self._displays.get(display_id, [])
            updated = [
                replace(ShownImage.of(each.picture, place), order=(since, number))
                for place, since in places
                for number, each in enumerate(images)
            ]
            kept = [each for each in self._images if each.display_id != display_id]
            self._images = sorted([*kept, *updated], key=lambda each: each.order)
            self._keep_newest()

    def opened(self, figures: Iterable[Any]) -> None:
        """Note that these figures of matplotlib are open, without being shown by a cell."""
        with self._lock:
            for figure in figures:
                if figure not in self._opened:
                    self._last += 1
                    self._opened[figure] = self._last

    def open_since(self, figure: Any) -> int:
        """Return since when a figure is known to be open, to be compared with the `order` of pictures."""
        self.opened([figure])
        return self._opened.get(figure, 0)

    def begin(self, cell: str, run: object) -> None:
        """A cell begins to run: what its earlier runs have shown is gone from the notebook."""
        with self._lock:
            self._forget_earlier_runs(cell, run)

    def clear_run(self, cell: str, run: object) -> None:
        """A cell has cleared its output."""
        self._drop(lambda place: (place.cell, place.run) == (cell, run))

    def clear_output(self, output: str) -> None:
        """An Output widget was cleared, by its model id."""
        self._drop(lambda place: place.output == output)

    def forget_cells(self, cells: Sequence[str]) -> None:
        """Forget the pictures of deleted cells."""
        self._drop(lambda place: place.cell in cells)

    def clear(self) -> None:
        """Forget all pictures."""
        with self._lock:
            self._images = []

    def all(self) -> tuple[ShownImage, ...]:
        """Return all pictures, the newest first: the user's number 1 is the first. Of widgets, what they show now."""
        with self._lock:
            images = list(self._images)
        current = [each for each in images if _is_still_held(each)]
        in_outputs = {(each.output, each.data) for each in current if each.output and each.data}
        shown = [picture for each in current for picture in _now(each, in_outputs)]
        return tuple(reversed(shown))

    def last(self, n: int = 1) -> ShownImage | None:
        """Return the n-th newest picture, None if there are fewer."""
        images = self.all()
        return images[n - 1] if 1 <= n <= len(images) else None

    def of_cell(self, cell: str) -> tuple[ShownImage, ...]:
        """Return the pictures of a cell, from top to bottom."""
        return tuple(each for each in reversed(self.all()) if each.cell == cell)

    def name_of(self, image: ShownImage, to_come: int = 0) -> FigureName:
        """Name a picture as the user counts: "figure of cell 4", or "figure 2 of cell 4" where the cell shows several.

        `to_come` are those that its cell has yet to show.
        """
        same = [each for each in reversed(self.all()) if _shown_together(each, image)]
        number = next((n for n, each in enumerate(same, 1) if each.order == image.order), 1)
        return FigureName(number, len(same) + to_come, image.where)

    def of_last_plotting_cell(self) -> tuple[ShownImage, ...]:
        """Return the pictures that the newest picture's cell shows, from top to bottom."""
        newest = self.last()
        if newest is None:
            return ()
        return tuple(each for each in reversed(self.all()) if _shown_together(each, newest))

    def host_of(self, output: str) -> Place | None:
        """Return where the widget is shown that holds an Output widget; None where it is not shown."""
        with self._lock:
            images = list(reversed(self._images))
        for each in images:
            if each.media_type == WIDGET and any(
                one.model_id == output for one in outputs_in(each.picture.widget)
            ):
                return each.place
        return None

    def _note_display(self, place: Place) -> None:
        if place.display_id:
            # It may be displayed in several places, and is updated in all of them.
            known = self._displays.pop(place.display_id, [])
            if (place, self._last) not in known:
                known = [*known[-MAX_PLACES:], (place, self._last)]
            self._displays[place.display_id] = known
            while len(self._displays) > MAX_DISPLAYS:
                del self._displays[next(iter(self._displays))]

    def _forget_earlier_runs(self, cell: str, run: object) -> None:
        if cell:
            self._drop(lambda place: place.cell == cell and place.run != run)

    def _drop(self, gone: Callable[[Place], bool]) -> None:
        """Forget what was displayed in these places; it cannot be updated any more."""
        with self._lock:
            self._images = [each for each in self._images if not gone(each.place)]
            left = {
                key: [each for each in known if not gone(each[0])] for key, known in self._displays.items()
            }
            self._displays = {key: known for key, known in left.items() if known}

    def _keep_newest(self) -> None:
        size = sum(each.length for each in self._images)
        pictures = [each for each in self._images if each.media_type != WIDGET]
        widgets = [each for each in self._images if each.media_type == WIDGET]
        gone = widgets[: max(len(widgets) - MAX_WIDGETS, 0)]
        while pictures and (len(pictures) > self._max_images or size > self._max_bytes):
            size -= pictures[0].length
            gone.append(pictures.pop(0))
        if gone:
            dropped = {each.order for each in gone}
            self._images = [each for each in self._images if each.order not in dropped]


def _now(image: ShownImage, in_outputs: set[tuple[str, bytes]]) -> list[ShownImage]:
    """Return what a picture shows now: of a widget, what is drawn in it, without what Output widgets were seen to take."""
    if not image.picture.widget or live_widget(image.picture.widget) is None:
        return [image] if image.media_type != WIDGET else []
    drawn = widget_pictures(image.picture.widget)
    if not drawn and image.media_type != WIDGET:
        return [image]
    return [
        replace(ShownImage.of(each, image.place), order=(image.order[0], number))
        for number, each in enumerate(drawn)
        if (each.widget, each.data) not in in_outputs
    ]


def _is_still_held(image: ShownImage) -> bool:
    """Return whether the Output widget that took a picture still holds it, as far as the front end has told since."""
    output = live_widget(image.output) if image.output else None
    if output is None:
        return not image.output
    if output.outputs is image.held:
        return True
    return any(each.data == image.data for each in widget_pictures(image.output))


def _shown_together(one: ShownImage, other: ShownImage) -> bool:
    return (one.cell, one.run) == (other.cell, other.run)
