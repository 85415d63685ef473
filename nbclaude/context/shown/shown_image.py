"""One picture that a cell has displayed, and where."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from nbclaude.context.attachment import Attachment
from nbclaude.context.images.picture import WIDGET, Picture
from nbclaude.context.shown.widgets import live_widget, paint_widget
from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen

if TYPE_CHECKING:
    from nbclaude.context.images.limits import ImageLimits

__all__ = ["Place", "ShownImage", "only_drawn_text"]


@frozen
class Place:
    """Where something is displayed: in which cell, in which run of it, in which Output widget, under which id."""

    cell: str = ""  # its id; empty where the front end does not tell
    run: object = None  # what tells one execution of the cell from the next
    execution_count: int = 0
    display_id: str = ""
    output: str = ""  # the model id of the Output widget that holds it
    # What this widget held then, as the front end had told: the same object as long as it tells nothing new.
    held: object = field(default=None, compare=False, repr=False)


@frozen
class ShownImage:
    """A picture that a cell displayed, as it was sent to the front end.

    `media_type` may also be that of a PDF, of plotly's, Vega's or bokeh's JSON, or of a live widget: `attachment` paints
    those. It is empty for what only a browser can draw.
    """

    data: bytes
    media_type: str
    cell: str = ""
    run: object = None
    execution_count: int = 0
    display_id: str = ""
    picture: Picture = field(default_factory=Picture)
    output: str = field(default="", compare=False)  # as in `Place`
    held: object = field(default=None, compare=False, repr=False)
    # Its place in time, and its number in a widget that shows several.
    order: tuple[int, int] = field(default=(0, 0), compare=False)

    def __post_init__(self) -> None:
        if self.media_type and not self.picture.can_be_painted:
            object.__setattr__(self, "picture", Picture(self.media_type, self.data))

    @classmethod
    def of(cls, picture: Picture, place: Place) -> ShownImage:
        """Return a picture as it is shown in a place."""
        at = (place.cell, place.run, place.execution_count, place.display_id)
        return cls(picture.data, picture.media_type, *at, picture, place.output, place.held)

    @property
    def place(self) -> Place:
        """Where it is displayed."""
        return Place(self.cell, self.run, self.execution_count, self.display_id, self.output, self.held)

    @property
    def where(self) -> str:
        """The cell that shows it, by its number, else by its id."""
        if self.execution_count:
            return f"cell {self.execution_count}"
        return f"cell {self.cell[:8]}" if self.cell else "a cell"

    @property
    def what(self) -> str:
        """What it is, as its user would call it: "figure", "bokeh figure", "folium map"."""
        return self.picture.what

    @property
    def refusal(self) -> str:
        """Why this cannot become an image; nothing if it can, as far as is known before it is painted."""
        return "" if self.media_type else only_drawn_text(_started(self.where), self.picture)

    @property
    def length(self) -> int:
        """How many bytes are remembered for it."""
        return sum(len(each.data) for each in (self.picture, *self.picture.more))

    @property
    def key(self) -> str:
        """What tells it from every other picture of its log."""
        return "-".join(map(str, self.order))

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels; None for what is not made of pixels."""
        from nbclaude.context.images.prepared import image_size

        return image_size(self.data)

    def attachment(self, limits: ImageLimits, label: str) -> Attachment:
        """Return what goes along for this picture. Raises ConfigurationError if it cannot be painted."""
        from nbclaude.context.images.pictures import attach_picture
        from nbclaude.context.plotted.attaching import with_facts
        from nbclaude.context.plotted.reading import facts_of

        if self.refusal:
            raise ConfigurationError(self.refusal)
        what = "animation" if self.picture.part else "figure"
        if self.media_type != WIDGET:
            return attach_picture(self.picture, limits, label, what)
        painted = paint_widget(self.picture, limits, label)
        if painted is None:
            raise ConfigurationError(
                f"{label}: the {self.what} was closed, and {self.where} no longer shows it."
            )
        facts = facts_of(live_widget(self.picture.widget))
        return with_facts(painted.attachment(label, what), facts, limits)


def only_drawn_text(who: str, picture: Picture) -> str:
    """Say that something shows what only the browser draws, and the way to a picture of it."""
    return f"{who} shows {_a(picture.what)} that cannot be turned into an image: only the browser draws it. {picture.cure}"


def _started(where: str) -> str:
    return where[:1].upper() + where[1:]


def _a(thing: str) -> str:
    return f"an {thing}" if thing[0] in "aeiouAEIOU" else f"a {thing}"
