"""Paints figures that are described, not painted: SVG, PDF, Vega, plotly, bokeh.

The programs that paint are large or need others, so all of them are optional: an error names the one that is missing.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import re
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops

from nbclaude.context.images.pages import PAGE_WIDTH, paint_page
from nbclaude.context.images.prepared import ImageLimits
from nbclaude.errors import ConfigurationError
from nbclaude.quiet import quietly

__all__ = [
    "first_line",
    "paint_bokeh",
    "paint_bokeh_document",
    "paint_pdf",
    "paint_plotly",
    "paint_svg",
    "paint_vega",
]

# Lines and letters of a figure on a screen are thin: twice as large, the model reads them as well as the user.
ENLARGED = 2
_RIM = 10  # pixels that stay around what is trimmed
UNKNOWN_EDGE = 800  # pixels: for an SVG that does not tell its size

# What works in threads of its own while a browser paints.
_BROWSER_DRIVERS = ("kaleido", "choreographer", "logistro", "browser_proc", "asyncio")

_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
_ROOT = re.compile(r"<(?:\w+:)?svg\b[^>]*>")
_LENGTH = re.compile(r"\s*([\d.]+(?:e[+-]?\d+)?)\s*(px|pt|pc|in|cm|mm|)\s*", re.IGNORECASE)


@contextlib.contextmanager
def _quiet_browser(*packages: str) -> Iterator[None]:
    """Let a browser paint without log lines, those included that its driver writes when it is collected as garbage."""
    with quietly(*packages, *_BROWSER_DRIVERS, threads=True):
        try:
            yield
        finally:
            gc.collect(1)


def paint_svg(svg: str | bytes, limits: ImageLimits, label: str) -> bytes:
    """Paint an SVG with resvg, or with the one inside vl-convert.

    Raises ConfigurationError where neither is installed, and for what is no SVG.
    """
    text = svg.decode("utf-8", "replace") if isinstance(svg, bytes) else svg
    size = _svg_size(text)
    edge = max(1, min(limits.long_edge, round(ENLARGED * size))) if size else UNKNOWN_EDGE
    resvg = _optional("resvg_py")
    vl_convert = None if resvg or not size else _optional("vl_convert")
    try:
        if resvg:
            # Both sides are given: it keeps the shape, and no document can ask for more memory than there is.
            return bytes(resvg.svg_to_bytes(svg_string=text, dpi=96, width=edge, height=edge))
        if vl_convert and size:
            return bytes(vl_convert.svg_to_png(text, scale=edge / size))
    except (ValueError, RuntimeError) as error:
        raise ConfigurationError(f"{label}: the SVG cannot be painted: {first_line(error)}") from error
    raise ConfigurationError(
        f"{label}: an SVG must be painted before a model can see it. Run `pip install resvg-py`, or attach a PNG of it."
    )


@quietly("pypdfium2", "PIL")
def paint_pdf(data: bytes, limits: ImageLimits, label: str) -> bytes:
    """Paint the first page of a PDF. Raises ConfigurationError without pypdfium2, and for what is no PDF."""
    pdfium = _optional("pypdfium2")
    if pdfium is None:
        raise ConfigurationError(
            f"{label}: a PDF figure must be painted before it is an image. Run `pip install pypdfium2`, or attach a PNG "
            "of it."
        )
    try:
        document = pdfium.PdfDocument(data)
        try:
            page = document[0]
            points = max(page.get_size())
            scale = min(ENLARGED * 96 / 72, limits.long_edge / points)
            buffer = BytesIO()
            page.render(scale=scale).to_pil().save(buffer, "PNG")
        finally:
            document.close()
    except (pdfium.PdfiumError, ValueError, IndexError, ZeroDivisionError) as error:
        raise ConfigurationError(f"{label}: the PDF cannot be painted: {first_line(error)}") from error
    return buffer.getvalue()


def paint_vega(spec: Mapping[str, Any], label: str) -> bytes:
    """Paint a Vega or Vega-Lite chart (altair). Raises ConfigurationError without vl-convert, and if it fails."""
    vl_convert = _optional("vl_convert")
    if vl_convert is None:
        raise ConfigurationError(
            f"{label}: an altair chart must be painted before a model can see it. Run `pip install vl-convert-python`."
        )
    lite = "vega-lite" in str(spec.get("$schema", "vega-lite"))
    paint = vl_convert.vegalite_to_png if lite else vl_convert.vega_to_png
    try:
        return bytes(paint(dict(spec), scale=ENLARGED))
    except (ValueError, RuntimeError) as error:
        raise ConfigurationError(f"{label}: the chart cannot be painted: {first_line(error)}") from error


@_quiet_browser("plotly")
def paint_plotly(figure: Any, label: str) -> bytes:
    """Paint a plotly figure, or its JSON as a dict: plotly does it with kaleido, which needs Chrome or Chromium.

    It takes seconds, for a browser is started. Raises ConfigurationError with what plotly says is missing.
    """
    try:
        # Loaded already, by whoever made the figure; here only its part that writes images.
        return bytes(importlib.import_module("plotly.io").to_image(figure, format="png", validate=False))
    except Exception as error:  # whatever plotly, kaleido and the browser may raise
        reason = first_line(error)
        if _optional("kaleido") is None:
            cure = "Run `pip install kaleido` (it needs Chrome or Chromium as well)."
        elif "chrome" in str(error).lower():
            cure = "Install Chrome or Chromium, or run `plotly_get_chrome`."
        else:
            cure = "Export it with `write_image`, and attach the file."
        raise ConfigurationError(f"{label}: plotly cannot paint the figure: {reason} {cure}") from error


# When all is drawn: the size of what bokeh shows.
_BOKEH_SIZE = """new Promise(done => {
    const look = () => {
        const drawn = window.Bokeh && Bokeh.documents.length && Bokeh.documents.every(each => each.is_idle)
        if (!drawn) return setTimeout(look, 50)
        const {width, height} = Bokeh.index.roots[0].el.getBoundingClientRect()
        done(JSON.stringify([Math.ceil(width), Math.ceil(height)]))
    }
    look()
})"""


@_quiet_browser("bokeh", "PIL", "selenium", "urllib3")
def paint_bokeh(model: Any, label: str) -> Any:
    """Paint a bokeh figure or layout in the browser that kaleido drives, or as bokeh does it itself, with selenium.

    It takes seconds, for a browser is started. Returns bytes, or a pillow image. Raises ConfigurationError where neither works.
    """
    export = importlib.import_module("bokeh.io.export")
    if _optional("choreographer"):
        with contextlib.suppress(Exception):  # no Chrome, or one that does not start
            page = export.get_layout_html(model)
            return _trimmed(paint_page(page, _BOKEH_SIZE, ENLARGED, see_through=_is_see_through(model)))
    try:
        image = export.get_screenshot_as_png(model)
        # The browser that bokeh has started would outlive a kernel that is killed.
        importlib.import_module("bokeh.io.webdriver").webdriver_control.reset()
        return image
    except Exception as error:  # selenium, the driver and the browser each have their own
        raise ConfigurationError(
            f"{label}: bokeh cannot paint the figure: {first_line(error)} Run `pip install kaleido` (it needs Chrome or "
            "Chromium as well), or install selenium and Firefox with geckodriver or Chromium with chromedriver."
        ) from error


def _trimmed(png: bytes) -> Image.Image:
    """Return a picture without the empty page around it: what is laid out across the page (HoloViews) is as wide as that."""
    image = Image.open(BytesIO(png))
    image.load()
    empty = Image.new(image.mode, image.size, image.getpixel((0, 0)))
    drawn = ImageChops.difference(image.convert("RGBA"), empty.convert("RGBA")).getbbox(alpha_only=False)
    if drawn is None or image.width < ENLARGED * PAGE_WIDTH:
        return image
    left, top, right, bottom = drawn
    return image.crop(
        (
            max(left - _RIM, 0),
            max(top - _RIM, 0),
            min(right + _RIM, image.width),
            min(bottom + _RIM, image.height),
        )
    )


def _is_see_through(model: Any) -> bool:
    """Return whether a plot in it shows the page around what it draws."""
    plots = model.select({"type": importlib.import_module("bokeh.models").Plot})
    # Attributes may be named as they stand in a theme, so they are read from the plot.
    return any(plot.border_fill_color is None or not plot.border_fill_alpha for plot in plots)


@quietly("bokeh")
def paint_bokeh_document(described: Mapping[str, Any], label: str) -> Any:
    """Paint a bokeh document from the JSON with which it was shown; or as it is now, if it has changed since then."""
    shown = _live_document(
        [str(root.get("id")) for root in described.get("roots", ()) if isinstance(root, dict)]
    )
    if shown is None:
        try:
            shown = importlib.import_module("bokeh.document").Document.from_json(dict(described))
        except Exception as error:  # a model of a library that is not loaded, an unknown version
            raise ConfigurationError(
                f"{label}: bokeh cannot read the figure again: {first_line(error)} Save it as a PNG, and attach that."
            ) from error
    return paint_bokeh(shown, label)


def _live_document(roots: list[str]) -> Any:
    """Return the model that a notebook goes on to show: by `push_notebook`, or by panel; None where there is none."""
    io = sys.modules.get("bokeh.io.state")
    handle = io.curstate().last_comms_handle if io is not None else None
    for document in [handle.doc] if handle is not None else []:
        if any(model.id in roots for model in document.roots):
            return document
    panel = sys.modules.get("panel.io.state")
    views = getattr(getattr(panel, "state", None), "_views", {})
    found = [views[root] for root in roots if root in views]
    # By the root's id: what is viewed, its model, its document, how it is spoken to.
    return found[0][1] if found and len(found[0]) > 1 else None


def _optional(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _svg_size(svg: str) -> float | None:
    """Return the longer side in CSS pixels, as far as the document tells."""
    root = _ROOT.search(svg)
    if root is None:
        return None
    sides = [_pixels(_attribute(root[0], name)) for name in ("width", "height")]
    if not all(sides):
        box = _attribute(root[0], "viewBox").replace(",", " ").split()
        sides = [_pixels(each) for each in box[2:4]] if len(box) == 4 else [None]
    known = [side for side in sides if side]
    return max(known) if len(known) == len(sides) else None


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"""\s{name}\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
    return (found[1] or found[2] or "") if found else ""


def _pixels(length: str) -> float | None:
    match = _LENGTH.fullmatch(length)
    if match is None:
        return None
    try:
        return float(match[1]) * _PIXELS[match[2].lower()]
    except ValueError:
        return None


def first_line(error: BaseException) -> str:
    """Return what an error of another library says, as one sentence on one line."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".") + "."
