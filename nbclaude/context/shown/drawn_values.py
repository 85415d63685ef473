"""Values of the user's that are drawn in the browser: widgets, and what shows itself by HTML alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.images.picture import PAGE, Picture
from nbclaude.context.libraries import is_a
from nbclaude.context.shown.shown_image import Place, ShownImage, only_drawn_text
from nbclaude.context.shown.widgets import widget_pictures
from nbclaude.errors import ConfigurationError

if TYPE_CHECKING:
    from nbclaude.context.images.limits import ImageLimits

__all__ = ["drawn_attachment", "widget_attachment"]


def widget_attachment(value: Any, limits: ImageLimits, label: str) -> Attachment | None:
    """Return what is drawn in a widget, as it is now; None for controls, and for what is no widget.

    Raises ConfigurationError for what only the browser draws: its repr would say nothing of it.
    """
    from nbclaude.context.images.joining import joined

    found = widget_pictures(value.model_id) if is_a(value, "ipywidgets:Widget") else ()
    if not found:
        return None
    _refuse(found, label, f" {{{label}:repr}} sends what its repr says.")
    pictures = (ShownImage.of(each, Place()).attachment(limits, label) for each in found)
    return joined(pictures, len(found), limits, label)


def drawn_attachment(value: Any, label: str, limits: ImageLimits) -> Attachment | None:
    """Return the picture of a value whose HTML is drawn by a browser, such as a map or a page in a frame; else None.

    Its source is code and data that nobody reads. Raises ConfigurationError if it cannot be painted.
    """
    from nbclaude.context.images.bundles import bundle_pictures
    from nbclaude.context.images.joining import joined
    from nbclaude.context.images.pictures import attach_picture, called

    shown = called(value, "_repr_mimebundle_", include=None, exclude=None)
    bundle = shown if isinstance(shown, Mapping) else {"text/html": called(value, "_repr_html_")}
    found = bundle_pictures(bundle)
    if not found or any(each.media_type not in ("", PAGE) for each in found):
        return None
    _refuse(found, label, "")
    pictures = (attach_picture(each, limits, label, each.what) for each in found)
    return joined(pictures, len(found), limits, label)


def _refuse(found: tuple[Picture, ...], label: str, instead: str) -> None:
    for picture in found:
        if not picture.can_be_painted:
            raise ConfigurationError(f"{only_drawn_text(label, picture)}{instead}")
