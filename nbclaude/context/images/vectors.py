"""Paints figures that are described, not painted: SVG, PDF, Vega, plotly.

The programs that paint are large or need others, so all of them are optional: an error names the one that is missing.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from nbclaude.context.images.limits import ImageLimits
from nbclaude.errors import ConfigurationError
from nbclaude.quiet import quietly

__all__ = [
    "ENLARGED",
    "first_line",
    "optional",
    "paint_pdf",
    "paint_plotly",
    "paint_svg",
    "paint_vega",
    "quiet_browser",
]

# Lines and letters of a figure on a screen are thin: twice as large, the model reads them as well as the user.
ENLARGED = 2
UNKNOWN_EDGE = 800  # pixels: for an SVG that does not tell its size

# What works in threads of its own while a browser paints.
_BROWSER_DRIVERS = ("kaleido", "choreographer", "logistro", "browser_proc", "asyncio")

_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
_ROOT = re.compile(r"<(?:\w+:)?svg\b[^>]*>")
_LENGTH = re.compile(r"\s*([\d.]+(?:e[+-]?\d+)?)\s*(px|pt|pc|in|cm|mm|)\s*", re.IGNORECASE)


@contextlib.contextmanager
def quiet_browser(*packages: str) -> Iterator[None]:
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
    resvg = optional("resvg_py")
    vl_convert = None if resvg or not size else optional("vl_convert")
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
    pdfium = optional("pypdfium2")
    if pdfium is None:
        raise ConfigurationError(
            f"{label}: a PDF figure must be painted before it is an image. Run `pip install pypdfium2`. To send a "
            "matplotlib figure without it, put the name of its variable in braces."
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
    vl_convert = optional("vl_convert")
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


@quiet_browser("plotly")
def paint_plotly(figure: Any, label: str) -> bytes:
    """Paint a plotly figure, or its JSON as a dict: plotly does it with kaleido, which needs Chrome or Chromium.

    It takes seconds, for a browser is started. Raises ConfigurationError with what plotly says is missing.
    """
    try:
        # Loaded already, by whoever made the figure; here only its part that writes images.
        return bytes(importlib.import_module("plotly.io").to_image(figure, format="png", validate=False))
    except Exception as error:  # whatever plotly, kaleido and the browser may raise
        reason = first_line(error)
        if optional("kaleido") is None:
            cure = "Run `pip install kaleido` (it needs Chrome or Chromium as well)."
        elif re.search("topojson|map error", str(error), re.IGNORECASE):
            cure = "Its map comes from the internet, so the kernel needs internet access."
        elif "chrome" in str(error).lower():
            cure = "Install Chrome or Chromium, or run `plotly_get_chrome`."
        else:
            cure = "Export it with `write_image`, and attach the file."
        raise ConfigurationError(f"{label}: plotly cannot paint the figure: {reason} {cure}") from error


def optional(name: str) -> Any:
    """Return a module, None where it is not installed."""
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
