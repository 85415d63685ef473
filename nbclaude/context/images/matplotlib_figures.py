"""Finds and paints the figures that something of matplotlib (a figure, an axes, a list of bars) belongs to.

matplotlib is not imported before there is a figure of it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import product
from typing import Any

from nbclaude.context.images.limits import ImageLimits
from nbclaude.context.images.panels import Panel
from nbclaude.context.images.vectors import optional, paint_pdf, paint_svg
from nbclaude.context.libraries import is_a
from nbclaude.errors import ConfigurationError
from nbclaude.quiet import quietly
from nbclaude.texts import one_line

__all__ = ["background_needed", "figures_in", "paint_figure"]

MAX_ELEMENTS = 1000  # of an array that is looked through for figures
MAX_GROWTH = 3  # times its own size: as far as a figure grows for what stands outside of it


def figures_in(value: Any, label: str) -> list[tuple[str, Any]]:
    """Return the figures that a value is, is in, or consists of, by where they are (`figs[0]`), as often as they are there.

    What belongs to one figure alone, as the lines of a box plot do, is one place.
    """
    if _is_artist(value):
        figure = _root_figure(value)
        return [(label, figure)] if figure is not None else []
    return _figures_at(value, label) or []


def _figures_at(value: Any, label: str) -> list[tuple[str, Any]] | None:
    """Return the figures of a container, none if it is empty; None if it holds anything else."""
    found: list[tuple[str, Any]] = []
    # The first element that is no artist ends it: a long list of numbers is not looked through.
    for place, element in _elements(value, label):
        if isinstance(element, list | tuple) or is_a(element, "numpy:ndarray"):
            inner = _figures_at(element, place)
        else:
            inner = (_is_artist(element) and figures_in(element, place)) or None
        if inner is None:
            return None
        alone = len({id(figure) for _, figure in inner}) == 1
        found += [(place, inner[0][1])] if alone else inner
    return found


def _is_artist(value: Any) -> bool:
    # seaborn's grids hold a figure like matplotlib's own artists.
    return is_a(value, "matplotlib:Artist") or is_a(value, "seaborn:_BaseGrid")


def _root_figure(artist: Any) -> Any:
    """Return the outermost figure that something is in; None if it is in none."""
    while artist is not None and not is_a(artist, "matplotlib:Figure"):
        artist = getattr(artist, "figure", None)
    return artist


def _elements(value: Any, label: str) -> Iterator[tuple[str, Any]]:
    """Give the elements of a list, tuple, dict, pie, or of an array or Series of objects, with their places."""
    if "matplotlib" not in sys.modules:
        return
    if isinstance(value, dict):
        yield from ((f"{label}[{one_line(repr(key), 60)}]", item) for key, item in value.items())
    elif isinstance(value, list | tuple):
        yield from ((f"{label}[{number}]", item) for number, item in enumerate(value))
    elif is_a(value, "matplotlib:PieContainer"):
        yield from ((f"{label}.wedges[{number}]", item) for number, item in enumerate(value.wedges))
    elif is_a(value, "numpy:ndarray") and value.dtype == object and value.size <= MAX_ELEMENTS:
        for index, item in zip(product(*map(range, value.shape)), value.flat, strict=True):
            yield f"{label}[{', '.join(map(str, index))}]", item
    elif is_a(value, "pandas:Series") and value.dtype == object and value.size <= MAX_ELEMENTS:
        yield from ((f"{label}.iloc[{number}]", item) for number, item in enumerate(value.tolist()))


@quietly("matplotlib", "PIL")
def paint_figure(figure: Any, limits: ImageLimits, label: str, panel: Panel | None = None) -> bytes:
    """Paint a figure, or a panel of it, as the notebook shows it; one larger than the model can use is painted smaller."""
    own = max(figure.get_size_inches())
    buffer = BytesIO()
    try:
        box, cropped = figure.get_tightbbox(_measuring(figure)), None
        # Something may stand so far outside that the tight box is mostly empty, or too large to paint.
        tight = max(box.width, box.height) <= MAX_GROWTH * own
        if panel is not None and tight:
            figure.draw_without_rendering()  # a layout of its own moves the panels
            cropped = panel.box(figure, _measuring(figure))
        # To spare memory only: the final size is that of the prepared image.
        dpi = _density() * figure.dpi * min(1.0, 2 * limits.long_edge / (own * figure.dpi))
        how = {"format": "png", "dpi": dpi, "bbox_inches": "tight"}
        how |= {"facecolor": figure.get_facecolor(), "edgecolor": figure.get_edgecolor()}
        how |= _as_shown(figure.dpi) if panel is None else {}
        if cropped is not None or not tight:
            how["bbox_inches"] = cropped
        figure.savefig(buffer, **how)
    except Exception as error:  # a formula that does not parse, a callback of the user's
        raise ConfigurationError(
            f"{label}: matplotlib cannot paint the figure: {type(error).__name__}: {error}"
        ) from error
    painter = _VECTORS.get(how["format"])
    return painter[0](buffer.getvalue(), limits, label) if painter else buffer.getvalue()


def background_needed(figure: Any) -> str:
    """Return the background that the inline backend tells the front end to give a transparent figure; else nothing."""
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    tell = getattr(inline, "_fetch_figure_metadata", None)
    try:
        told = tell(figure) if tell else None
    except (
        Exception
    ):  # the figure's own axes and ticks are asked; what is wrong with them is said when it is painted
        return ""
    return str(told.get("needs_background") or "") if isinstance(told, dict) else ""


def _as_shown(dpi: float) -> dict[str, Any]:
    """Return how the notebook's settings for figures differ from the defaults. They make both images the same.

    A figure that is shown only as a vector graphic is painted from that graphic in both cases.
    """
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is None:
        return {}
    shown = inline.InlineBackend.instance()
    formats = set(shown.figure_formats)
    if formats and formats <= {"jpg", "jpeg"}:
        return {**shown.print_figure_kwargs, "format": "jpeg"}
    vector = next((each for each in _VECTORS if each in formats and formats <= _VECTORS.keys()), "")
    if vector and any(map(optional, _VECTORS[vector][1])):
        return {**shown.print_figure_kwargs, "format": vector, "dpi": dpi}
    return dict(shown.print_figure_kwargs)


# Formats that are rendered again: the function that does it, and the packages it needs (one of them is enough).
_VECTORS: Mapping[str, tuple[Callable[[bytes, ImageLimits, str], bytes], Sequence[str]]] = {
    "svg": (paint_svg, ("resvg_py", "vl_convert")),
    "pdf": (paint_pdf, ("pypdfium2",)),
}


def _density() -> int:
    """Return by how much the notebook multiplies a figure's dpi: 2 with `figure_format = "retina"`, otherwise 1.

    With the same pixels, a figure given by name is the same image that its cell has shown, and is sent only once.
    """
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    formats = inline.InlineBackend.instance().figure_formats if inline is not None else ()
    return 2 if formats and set(formats) <= {"retina", "png2x"} else 1


def _measuring(figure: Any) -> Any:
    """Return a renderer that measures texts. The figure's own has as many pixels as the figure: of a poster, gigabytes."""
    return importlib.import_module("matplotlib.backends.backend_agg").RendererAgg(1, 1, figure.dpi)
