"""Finds what is drawn in widgets, as they are now: a widget changes after it was shown.

ipywidgets is not imported; a widget exists only where the user has imported it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbclaude.context.images.drawings import VIDEO, drawing_of_package
from nbclaude.context.images.picture import PLOTLY_JSON, VEGA_JSON, WIDGET, Picture
from nbclaude.context.libraries import is_a
from nbclaude.notebook import live_widgets

if TYPE_CHECKING:
    from nbclaude.context.images.limits import ImageLimits
    from nbclaude.context.images.prepared import PreparedImage

__all__ = ["live_widget", "output_around", "outputs_in", "paint_widget", "widget_pictures"]

# Those of ipywidgets itself: controls, boxes, outputs.
_CORE = ("@jupyter-widgets/base", "@jupyter-widgets/controls", "@jupyter-widgets/output")
_MAX_WIDGETS = 2_000  # of one tree are looked at


def live_widget(model_id: str) -> Any:
    """Return the widget with this model id; None if it was closed, and so is gone from the notebook, too."""
    return live_widgets().get(model_id)


def widget_pictures(model_id: str) -> tuple[Picture, ...]:
    """Return what is drawn in a widget and in what it holds, from top to bottom; nothing for controls."""
    widget = live_widget(model_id)
    found: list[Picture] = []
    for each in _tree(widget) if widget is not None else ():
        found += _drawn_by(each)
    return tuple(found)


def outputs_in(model_id: str) -> list[Any]:
    """Return the Output widgets in a widget, and itself if it is one."""
    widget = live_widget(model_id)
    return [each for each in _tree(widget) if is_a(each, "ipywidgets:Output")] if widget is not None else []


def output_around(request: str) -> Any:
    """Return the Output widget that takes what is displayed for a request just now; None if it goes to the cell."""
    if not request or "ipywidgets" not in sys.modules:
        return None
    capturing = (each for each in tuple(live_widgets().values()) if getattr(each, "msg_id", "") == request)
    return next((each for each in capturing if is_a(each, "ipywidgets:Output")), None)


def paint_widget(shown: Picture, limits: ImageLimits, label: str) -> PreparedImage | None:
    """Return the picture of a widget as it is now; None if it is gone. Raises ConfigurationError if it cannot be painted."""
    from nbclaude.context.images.prepared import prepare_image
    from nbclaude.context.shown.widget_pages import paint_drawn_widget

    widget = live_widget(shown.widget)
    if widget is None:
        return None
    for kind, (_what, paint) in _PAINTED.items():
        if is_a(widget, kind):
            return prepare_image(paint(widget, limits, label), limits, label)
    return paint_drawn_widget(widget, shown, limits, label)


def _tree(widget: Any) -> Iterator[Any]:
    """Give a widget and what it holds, as far as it is shown."""
    todo, seen = [widget], 0
    while todo and seen < _MAX_WIDGETS:
        each = todo.pop()
        seen += 1
        layout = getattr(each, "layout", None)
        if getattr(layout, "display", None) == "none" or getattr(layout, "visibility", None) == "hidden":
            continue
        yield each
        if not _is_core(each):
            continue
        children = list(getattr(each, "children", ()))
        if each.has_trait("selected_index"):
            # Of tabs only one is seen.
            chosen = each.selected_index
            children = children[chosen : chosen + 1] if isinstance(chosen, int) else []
        todo += reversed(children)


def _is_core(widget: Any) -> bool:
    return getattr(widget, "_view_module", None) in _CORE


def _drawn_by(widget: Any) -> tuple[Picture, ...]:
    """Return what a widget draws itself, without what it holds."""
    for kind, (what, _paint) in _PAINTED.items():
        if is_a(widget, kind):
            return (Picture(WIDGET, what=what, widget=widget.model_id),)
    for kind, find in _HOLDING.items():
        if is_a(widget, kind):
            return find(widget)
    if _is_core(widget) or not getattr(widget, "_view_name", None):
        return ()
    code = getattr(widget, "_esm", "")
    drawing = drawing_of_package(
        type(widget).__module__.partition(".")[0], code if isinstance(code, str) else ""
    )
    if drawing is None:
        return ()
    if drawing is VIDEO:
        return (Picture.of(VIDEO),)
    return (Picture(WIDGET, what=drawing.what, cure=drawing.cure, widget=widget.model_id),)


def _image(widget: Any) -> tuple[Picture, ...]:
    from nbclaude.context.images.html_pictures import html_pictures

    data = bytes(widget.value)
    if widget.format == "url":
        return html_pictures(f'<img src="{data.decode(errors="replace")}">')
    return (Picture(f"image/{widget.format}", data, "image"),) if data else ()


def _html(widget: Any) -> tuple[Picture, ...]:
    from nbclaude.context.images.html_pictures import html_pictures

    return html_pictures(str(widget.value))


def _output(widget: Any) -> tuple[Picture, ...]:
    from nbclaude.context.images.bundles import bundle_pictures

    found: list[Picture] = []
    for each in widget.outputs:
        if isinstance(each, Mapping) and isinstance(data := each.get("data"), Mapping):
            found += bundle_pictures(data, each.get("metadata") or {})
    # Where it is from, so that what was seen as it was displayed is not taken for another.
    return tuple(replace(each, widget=each.widget or widget.model_id) for each in found)


def _video(widget: Any) -> tuple[Picture, ...]:
    return (Picture.of(VIDEO),)


def _plotly(widget: Any, limits: ImageLimits, label: str) -> Any:
    from nbclaude.context.images.pictures import paint

    return paint(PLOTLY_JSON, widget.to_json().encode(), limits, label)


def _altair(widget: Any, limits: ImageLimits, label: str) -> Any:
    from nbclaude.context.images.pictures import paint

    return paint(VEGA_JSON, json.dumps(widget.spec).encode(), limits, label)


def _matplotlib(widget: Any, limits: ImageLimits, label: str) -> bytes:
    from nbclaude.context.images.matplotlib_figures import paint_figure

    return paint_figure(widget.figure, limits, label)


def _bokeh(widget: Any, limits: ImageLimits, label: str) -> Any:
    from nbclaude.context.images.bokeh_pages import paint_bokeh

    return paint_bokeh(widget._model, label)


# Widgets that can be painted as they are now: what they are called, and how.
_PAINTED: Mapping[str, tuple[str, Callable[[Any, ImageLimits, str], Any]]] = {
    "plotly:BaseFigure": ("plotly figure", _plotly),
    "altair:JupyterChart": ("chart", _altair),
    "ipympl:Canvas": ("figure", _matplotlib),
    "jupyter_bokeh:BokehModel": ("bokeh figure", _bokeh),
}
# Those of ipywidgets that hold pictures of other kinds.
_HOLDING: Mapping[str, Callable[[Any], tuple[Picture, ...]]] = {
    "ipywidgets:Image": _image,
    "ipywidgets:HTML": _html,
    "ipywidgets:HTMLMath": _html,
    "ipywidgets:Output": _output,
    "ipywidgets:Video": _video,
}
