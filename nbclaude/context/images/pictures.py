"""Makes a value of the user's that is a picture (a figure, a chart, an image) what goes along.

No plotting library is imported: a value of one exists only where the user has imported it.
"""

from __future__ import annotations

import importlib
import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.files import attach_path, attach_url
from nbclaude.context.images.animations import paint_animation
from nbclaude.context.images.backgrounds import background_named
from nbclaude.context.images.bokeh_pages import paint_bokeh, paint_bokeh_document
from nbclaude.context.images.bundles import bundle_pictures
from nbclaude.context.images.html_pictures import html_pictures
from nbclaude.context.images.joining import joined
from nbclaude.context.images.limits import STANDARD_IMAGES, ImageLimits
from nbclaude.context.images.matplotlib_figures import background_needed, figures_in, paint_figure
from nbclaude.context.images.panels import Panel, panel_of
from nbclaude.context.images.picture import BOKEH, FILE, PAGE, SVG, VEGA_JSON, WIDGET, Picture
from nbclaude.context.images.prepared import PreparedImage, prepare_image
from nbclaude.context.images.vectors import (
    first_line,
    paint_pdf,
    paint_plotly,
    paint_svg,
    paint_vega,
)
from nbclaude.context.images.web_pages import paint_web_page
from nbclaude.context.libraries import is_a
from nbclaude.context.plotted.attaching import with_facts
from nbclaude.context.plotted.reading import facts_of, facts_of_shown
from nbclaude.errors import ConfigurationError
from nbclaude.texts import one_line

__all__ = ["attach_picture", "called", "paint", "picture_of", "prepare_shown"]

MAX_ROWS = 100_000  # of an altair chart are painted


def picture_of(value: Any, limits: ImageLimits = STANDARD_IMAGES, label: str = "figure") -> Attachment | None:
    """Return the picture that a value is, None if it is none.

    matplotlib figures, axes and what else they draw (seaborn, pandas; also a list or an array of them), pillow images,
    plotly, altair, bokeh and graphviz figures, `IPython.display.Image`, and whatever shows itself in a notebook as PNG,
    JPEG or SVG. Raises ConfigurationError, with the cure, where a picture cannot be painted on this machine.
    """
    if isinstance(value, type):
        return None
    for kind, painted in _PAINTERS.items():
        if is_a(value, kind):
            return painted(value, limits, label)
    if placed := figures_in(value, label):
        figures = {id(figure): figure for _, figure in placed}
        places = {key: [place for place, figure in placed if id(figure) == key] for key in figures}
        if len(figures) == 1 and not _repeats(value):
            (figure,) = figures.values()
            return _matplotlib(figure, limits, label, panel_of(value, figure))
        pictures = (_matplotlib(figures[key], limits, at[0], None) for key, at in places.items())
        copies = {at[0]: at[1:] for at in places.values()}
        return joined(pictures, len(figures), limits, label, "figure", copies)
    return _self_shown(value, limits, label)


def _repeats(value: Any) -> bool:
    """Return whether a container holds the same figure more than once; its axes and lines do not count as the figure."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return len(items) > 1 and all(is_a(item, "matplotlib:Figure") for item in items)


def prepare_shown(
    data: bytes, media_type: str, limits: ImageLimits, label: str, needs_background: str = ""
) -> PreparedImage:
    """Return what was displayed as data of this type (`Picture`) as an image that can be sent."""
    painted = paint(media_type, data, limits, label)
    return prepare_image(painted, limits, label, background_named(needs_background))


def paint(media_type: str, data: bytes, limits: ImageLimits, label: str) -> Any:
    """Return an image in bytes, or a pillow image, of what is described in this type; images as they are."""
    painter = next((each for begins, each in _TYPES.items() if media_type.startswith(begins)), None)
    return painter(data, limits, label) if painter else data


def attach_picture(picture: Picture, limits: ImageLimits, label: str, what: str) -> Attachment:
    """Return what goes along for a picture that can be painted; `what` is the user's word for it."""
    if picture.media_type == FILE and (address := picture.data.decode()).startswith(("http://", "https://")):
        return replace(attach_url(address, as_image=True), label=label)
    prepared = _shown(picture, limits, label)
    if picture.part:
        more = [replace(_shown(each, limits, label), caption=each.part) for each in picture.more]
        prepared = prepared.framed(picture.part, more)
    facts = picture.plotted or facts_of_shown(picture.media_type, picture.data)
    return with_facts(prepared.attachment(label, what), facts, limits)


def _shown(picture: Picture, limits: ImageLimits, label: str) -> PreparedImage:
    if picture.media_type == PAGE:
        return paint_web_page(picture, limits, label)
    return prepare_shown(picture.data, picture.media_type, limits, label, picture.needs_background)


def _file(data: bytes, _limits: ImageLimits, label: str) -> bytes:
    """Read the file that a page loads its image from."""
    place = data.decode()
    try:
        return Path(place).read_bytes()
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{label}: the image is loaded from {one_line(place, 100)}, which is not a file here. Attach the file itself."
        ) from error


def _vega_json(data: bytes, _limits: ImageLimits, label: str) -> bytes:
    return paint_vega(json.loads(data), label)


def _plotly_json(data: bytes, _limits: ImageLimits, label: str) -> bytes:
    return paint_plotly(_plain(json.loads(data)), label)


def _bokeh_json(data: bytes, _limits: ImageLimits, label: str) -> Any:
    return paint_bokeh_document(json.loads(data), label)


def _matplotlib(figure: Any, limits: ImageLimits, label: str, panel: Panel | None) -> Attachment:
    background = background_named(background_needed(figure))
    painted = prepare_image(paint_figure(figure, limits, label, panel), limits, label, background)
    if panel is not None:
        painted = replace(painted, caption=panel.caption, notes=(*painted.notes, panel.caption))
    return with_facts(painted.attachment(label, "figure"), facts_of(figure, panel), limits)


def _animation(animation: Any, limits: ImageLimits, label: str) -> Attachment:
    (part, first), *others = paint_animation(animation, label)
    more = [replace(prepare_image(data, limits, label), caption=caption) for caption, data in others]
    prepared = prepare_image(first, limits, label)
    return (prepared.framed(part, more) if part else prepared).attachment(label, "animation")


def _pillow(image: Any, limits: ImageLimits, label: str) -> Attachment:
    return prepare_image(image, limits, label).attachment(label)


def _plotly(figure: Any, limits: ImageLimits, label: str) -> Attachment:
    painted = prepare_image(paint_plotly(figure, label), limits, label).attachment(label, "figure")
    return with_facts(painted, facts_of(figure), limits)


def _altair(chart: Any, limits: ImageLimits, label: str) -> Attachment:
    transformers = importlib.import_module("altair").data_transformers
    try:
        # altair stops at 5,000 rows, to spare the notebook's file; or puts the data elsewhere, where nobody finds it.
        with transformers.enable("default", max_rows=MAX_ROWS):
            specification = chart.to_dict()
    except Exception as error:  # a schema error of the chart
        raise ConfigurationError(
            f"{label}: altair cannot make the chart: {type(error).__name__}: {first_line(error)}"
        ) from error
    painted = prepare_image(paint_vega(specification, label), limits, label).attachment(label, "chart")
    return with_facts(painted, facts_of_shown(VEGA_JSON, specification), limits)


def _altair_widget(widget: Any, limits: ImageLimits, label: str) -> Attachment:
    return _altair(widget.chart, limits, label)


def _bokeh(model: Any, limits: ImageLimits, label: str) -> Attachment:
    painted = prepare_image(paint_bokeh(model, label), limits, label).attachment(label, "figure")
    return with_facts(painted, facts_of(model), limits)


def _lets_plot(plot: Any, limits: ImageLimits, label: str) -> Attachment:
    painted = paint_svg(plot.to_svg(), limits, label)
    return prepare_image(painted, limits, label).attachment(label, "figure")


def _page(value: Any, limits: ImageLimits, label: str) -> Attachment | None:
    found = html_pictures(str(called(value, "_repr_html_") or ""))
    if len(found) == 1:
        found = (replace(found[0], plotted=facts_of(value)),)
    pictures = (attach_picture(each, limits, label, each.what) for each in found)
    return joined(pictures, len(found), limits, label)


def _graphviz(graph: Any, limits: ImageLimits, label: str) -> Attachment:
    try:
        data = graph.pipe(format="png", quiet=True)
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace") if isinstance(error.stderr, bytes) else error.stderr
        raise ConfigurationError(
            f"{label}: graphviz cannot paint the graph: {one_line(said or str(error), 300)}"
        ) from error
    except Exception as error:  # ExecutableNotFound
        raise ConfigurationError(
            f"{label}: graphviz cannot paint the graph: {first_line(error)} It needs the program `dot`: install Graphviz "
            "(Debian: apt-get install graphviz; conda install graphviz)."
        ) from error
    return prepare_image(data, limits, label).attachment(label, "graph")


def _ipython_image(image: Any, limits: ImageLimits, label: str) -> Attachment:
    if image.data is None and image.url:
        return attach_url(image.url, as_image=True)
    if image.data is None and image.filename:
        # With embed=False it is read by whoever shows it.
        return attach_path(image.filename, limits)
    data = image.data.encode() if isinstance(image.data, str) else image.data
    if not data:
        raise ConfigurationError(f"{label}: the IPython.display.Image holds no data.")
    return prepare_image(data, limits, label).attachment(label)


def _widget_image(image: Any, limits: ImageLimits, label: str) -> Attachment:
    data = bytes(image.value)
    if image.format == "url":
        return attach_url(data.decode(), as_image=True)
    if not data:
        raise ConfigurationError(f"{label}: the ipywidgets.Image holds no data. Give it a value.")
    return prepare_image(data, limits, label).attachment(label)


def _self_shown(value: Any, limits: ImageLimits, label: str) -> Attachment | None:
    # A widget by itself says nothing; the library of one that can be painted is among the painters. A page is sent only if
    # the value has no better text (`drawn_attachment`).
    found = [each for each in bundle_pictures(_bundle(value)) if each.media_type not in ("", WIDGET, PAGE)]
    if not found:
        return None
    pictures = (attach_picture(each, limits, label, "image") for each in found)
    return joined(pictures, len(found), limits, label)


def _bundle(value: Any) -> Mapping[str, Any]:
    """Return what a value shows of itself, by IPython's protocol, as far as it is a picture."""
    shown = called(value, "_repr_mimebundle_", include=None, exclude=None)
    if isinstance(shown, Mapping) and any(
        each.media_type not in ("", PAGE) for each in bundle_pictures(shown)
    ):
        return shown
    methods = {
        "image/png": "_repr_png_",
        "image/jpeg": "_repr_jpeg_",
        SVG: "_repr_svg_",
        "application/pdf": "_repr_pdf_",
        "text/html": "_repr_html_",
    }
    for media_type, method in methods.items():
        if shown := called(value, method):
            return {media_type: shown}
    return {}


def called(value: Any, method: str, **arguments: Any) -> Any:
    """Return what a method of IPython's protocol gives of a value; None where it has none, or one that fails."""
    # Looked up on the class: an object that has every attribute that one asks for is not a picture.
    if not callable(getattr(type(value), method, None)):
        return None
    try:
        shown = getattr(value, method)(**arguments)
    except Exception:  # the value has other forms; a notebook goes on to them as well
        return None
    # With metadata it is a pair.
    return shown[0] if isinstance(shown, tuple) and shown else shown


def _plain(specification: Mapping[str, Any]) -> dict[str, Any]:
    # What plotly adds for the notebook is not part of the figure.
    return {name: specification[name] for name in ("data", "layout", "frames") if name in specification}


_PAINTERS: Mapping[str, Callable[[Any, ImageLimits, str], Attachment | None]] = {
    "PIL:Image": _pillow,
    "matplotlib:Animation": _animation,
    "plotly:BaseFigure": _plotly,
    "altair:TopLevelMixin": _altair,
    "altair:JupyterChart": _altair_widget,
    "bokeh:LayoutDOM": _bokeh,
    "graphviz:Render": _graphviz,
    "lets_plot:FeatureSpec": _lets_plot,
    "folium:Map": _page,
    "branca:Figure": _page,
    "pydeck:Deck": _page,
    "IPython:Image": _ipython_image,
    "ipywidgets:Image": _widget_image,
}

# How what is not an image is painted, by how its type begins.
_TYPES: Mapping[str, Callable[[bytes, ImageLimits, str], Any]] = {
    SVG: paint_svg,
    "application/pdf": paint_pdf,
    "application/vnd.plotly.": _plotly_json,
    "application/vnd.vegalite.": _vega_json,
    "application/vnd.vega.": _vega_json,
    BOKEH: _bokeh_json,
    FILE: _file,
}
