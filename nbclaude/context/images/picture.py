"""A picture that a notebook shows, as it stands in the output: its data and what these are, or only what it is."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from nbclaude.context.images.drawings import Drawing
from nbclaude.frozen import frozen

if TYPE_CHECKING:
    from nbclaude.context.plotted.facts import PlottedFigure

__all__ = ["BOKEH", "FILE", "IMAGE_TYPES", "PAGE", "PLOTLY_JSON", "SVG", "VEGA_JSON", "WIDGET", "Picture"]

SVG = "image/svg+xml"
PLOTLY_JSON = "application/vnd.plotly.v1+json"
VEGA_JSON = "application/vnd.vegalite.v0+json"
BOKEH = "application/vnd.bokehjs_exec.v0+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
PAGE = "text/html"  # that draws itself, in a browser
FILE = "text/uri-list"  # where it is loaded from: a file beside the notebook, or an address

# The types under which a mime bundle may hold a picture, best first.
IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif", SVG, "application/pdf")


@frozen
class Picture:
    """One picture in an output.

    `media_type` tells what `data` are and so how they are painted; of what only a browser can draw there is neither, but a
    `cure`. `needs_background` is what the front end is told about a transparent one: "light", "dark" or nothing.
    """

    media_type: str = ""
    data: bytes = b""
    what: str = "figure"  # as its user would call it
    cure: str = ""
    frame: tuple[int, int] = (0, 0)  # the size in CSS pixels of the frame that a page fills; 0 if it has none
    part: str = ""  # which part of a whole this is: "frame 1 of 20"
    more: tuple[Picture, ...] = ()  # further parts of it that go along
    needs_background: str = ""
    widget: str = ""  # the id of the live model that shows it
    # What its library knew about it when it was shown; the pixels do not say.
    plotted: PlottedFigure | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, drawing: Drawing) -> Picture:
        """Return the picture of something that cannot be painted here."""
        return cls(what=drawing.what, cure=drawing.cure)

    @classmethod
    def page(cls, drawing: Drawing, html: str, frame: tuple[int, int] = (0, 0)) -> Picture:
        """Return the picture of a page that draws itself."""
        return cls(PAGE, html.encode(errors="replace"), drawing.what, drawing.cure, frame)

    @property
    def can_be_painted(self) -> bool:
        """Whether there is anything to paint it from."""
        return bool(self.media_type)

    def is_icon(self, edge: int) -> bool:
        """Return whether it has fewer pixels than this in one direction."""
        from nbclaude.context.images.prepared import image_size

        if not self.media_type.startswith("image/"):
            return False
        size = image_size(self.data)
        return size is not None and min(size) < edge
