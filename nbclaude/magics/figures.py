"""`%claude_figures`: the figures that cells have shown, with the numbers by which `--fig` attaches them."""

from __future__ import annotations

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class

from nbclaude.context.shown.shown_image import ShownImage
from nbclaude.magics.family import OtherFamily, argument
from nbclaude.notebook import text_columns
from nbclaude.output import say, show_bundle

__all__ = ["FigureMagics"]

_RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp")
_MAX_BYTES = 400_000  # bytes of one picture in the gallery


@magics_class
class FigureMagics(OtherFamily):
    """Magics about what cells have shown; they have no settings of their own."""

    @line_magic
    def claude_figures(self, line: str) -> None:
        """Show the figures that cells have shown, with their numbers for --fig: 1 is the last.

        %claude_figures
        """
        if argument(line):
            raise UsageError("%claude_figures takes nothing after it; --fig N attaches a figure.")
        log = self.workspace.seen.figures
        images = log.all()
        if not images:
            say("No cell has shown a figure yet.")
            return
        from nbclaude.render.gallery import Picture, gallery_html
        from nbclaude.render.table import table_text

        pictures = [
            Picture(f"--fig {n}", log.name_of(image), _size(image), _address(image))
            for n, image in enumerate(images, 1)
        ]
        rows = [(picture.word, picture.name, picture.size) for picture in pictures]
        title = "Figures that cells have shown, the newest first"
        show_bundle(
            self.shell,
            html=gallery_html(title, pictures),
            text=table_text(title, ("option", "from", "size"), rows, width=text_columns()),
        )


def _size(image: ShownImage) -> str:
    if image.refusal:
        return f"{image.what}, cannot be attached: only the browser draws it"
    if not image.size:
        return image.what
    kind = image.media_type.partition("/")[2].partition("+")[0].upper()
    return f"{image.size[0]}×{image.size[1]} pixels, {kind}, {len(image.data):,} bytes"


def _address(image: ShownImage) -> str:
    """The picture's own bytes as an address, or a small copy of what is large or can be seen through; nothing for others."""
    from nbclaude.context.images.prepared import is_opaque
    from nbclaude.context.images.small_copies import small_copy
    from nbclaude.render.data_urls import data_url

    if image.media_type not in _RASTER:
        return ""
    if len(image.data) > _MAX_BYTES or not is_opaque(image.data):
        return small_copy(image.data, image.picture.needs_background)
    return data_url(image.media_type, image.data)
