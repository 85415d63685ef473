"""Finds the pictures in HTML that a notebook shows: those that can be taken out of it, and those that only a browser draws."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from nbclaude.context.images.drawings import VIDEO, Drawing, drawing_in_code
from nbclaude.context.images.picture import FILE, PAGE, SVG, Picture
from nbclaude.context.images.script_figures import (
    altair_figures,
    animations,
    bokeh_figures,
    holds_bokeh,
    plotly_figures,
)
from nbclaude.context.images.svg_documents import svg_document

__all__ = ["html_pictures", "script_pictures"]

_MAX_LENGTH = 20_000_000  # characters that are looked through
_MAX_DEPTH = 3  # pages in pages
_FRAME = {"width": 1000, "height": 600}  # pixels, for a frame that does not give its size
_ICON = 64  # pixels: what is not larger in both directions is no plot

_DRAWING = frozenset({"svg", "img", "iframe", "canvas", "video", "object", "embed"})
# Nothing without one of these draws.
_MAY_DRAW = re.compile(r"<(?:svg|img|iframe|canvas|video|object|embed|script)\b", re.IGNORECASE)
_DATA = re.compile(r"data:(image/[\w.+-]+)(?:;[\w=-]+)*?(;base64)?,(.*)", re.DOTALL | re.IGNORECASE)
_DATA_PAGE = re.compile(r"data:text/html(?:;[\w=-]+)*?(;base64)?,(.*)", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:px|pt|)\s*")
_WRITES = re.compile(r"\belement\b|createElement|\.innerHTML|\.append|getContext\(")


def html_pictures(html: str, depth: int = 0) -> tuple[Picture, ...]:
    """Return the pictures in some HTML, from top to bottom; those without data cannot be painted here.

    A table is none, nor are controls, progress bars, sound and what only loads a library.
    """
    html = html[:_MAX_LENGTH]
    if not _MAY_DRAW.search(html):
        return ()
    for find in (altair_figures, plotly_figures, animations):
        if found := find(html):
            return found
    if holds_bokeh(html):
        return bokeh_figures(html)
    page = _Page.of(html)
    return (*_inline(page), *_framed(page, depth), *_drawn(page))


def script_pictures(code: str) -> tuple[Picture, ...]:
    """Return what a script draws that is displayed by itself."""
    if holds_bokeh(code):
        return bokeh_figures(code)
    if not _WRITES.search(code):
        return ()
    return (Picture.of(drawing_in_code(code) or Drawing("drawing by JavaScript")),)


@dataclass
class _Element:
    tag: str
    attributes: dict[str, str]
    in_table: bool  # of data, by its headings
    text: bool = False  # whether it holds some
    source: str = ""  # of a drawing: itself


class _Page(HTMLParser):
    """Collects what may draw in a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[_Element] = []
        self.named: dict[str, _Element] = {}  # by id
        self.code: list[str] = []  # of scripts, and where they are loaded from
        self.html = html
        self._lines = [0, *(found.end() for found in re.finditer("\n", html))]
        self._open: list[_Element] = []
        self._headings: list[bool] = []  # of the tables that are open: whether they have some
        self._of_data = 0  # how many of them have
        self._drawings: list[int] = []  # where those begin that are open

    @classmethod
    def of(cls, html: str) -> _Page:
        """Read a page; what it leaves open at its end is not there."""
        page = cls(html)
        page.feed(html)
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element that may draw, and one that a script may draw into."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._headings.append(False)
        elif tag == "th" and self._headings and not self._headings[-1]:
            self._headings[-1] = True
            self._of_data += 1
        element = _Element(tag, attributes, self._of_data > 0)
        if tag in _DRAWING and not self._drawings:
            self.elements.append(element)
        if tag == "svg":
            self._drawings.append(self._place())
        # Lets-Plot loads its library into an element of its own.
        is_setup = attributes.get("data-lets-plot-script") == "library"
        if tag == "script" and not is_setup:
            self.code.append(" ".join((attributes.get("src", ""), *attributes)))
        if name := attributes.get("id"):
            self.named[name] = element
        if tag in ("div", "span", "figure", "script"):
            element.text = is_setup
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Close what may hold text, and take a drawing out as it stands."""
        if tag == "table" and self._headings:
            has_headings = self._headings.pop()
            self._of_data -= has_headings
            # A table that lays out another one is of data as well.
            if has_headings and self._headings and not self._headings[-1]:
                self._headings[-1] = True
                self._of_data += 1
        if self._open and self._open[-1].tag == tag:
            self._open.pop()
        if tag == "svg" and self._drawings:
            start = self._drawings.pop()
            if not self._drawings:
                end = self.html.find(">", self._place()) + 1
                self.elements[-1].source = self.html[start:end]

    def handle_data(self, data: str) -> None:
        """Keep scripts, and note where text stands."""
        if self._open and self._open[-1].tag == "script":
            if not self._open[-1].text:
                self.code.append(data)
        elif self._open and data.strip():
            self._open[-1].text = True

    def of_kind(self, *tags: str) -> Iterator[_Element]:
        """Give the elements with one of these tags."""
        return (each for each in self.elements if each.tag in tags)

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def _inline(page: _Page) -> Iterator[Picture]:
    """Give the pictures that stand in the page itself, without icons and those in tables of data."""
    for element in page.of_kind("svg", "img"):
        if element.in_table or _is_icon(element):
            continue
        if element.tag == "img":
            picture = _image(element.attributes.get("src", ""))
            if picture is not None and not picture.is_icon(_ICON):
                yield picture
        elif element.source and not _is_symbol(element.source):
            yield Picture(SVG, svg_document(element.source).encode(), "drawing")


def _image(source: str) -> Picture | None:
    """Return what an image shows: its own bytes, or the file or address that it is loaded from."""
    found = _DATA.fullmatch(source.strip())
    if found is None:
        return Picture(FILE, unquote(source).encode(), "image") if source.strip() else None
    media_type, encoded, text = found[1].lower(), found[2], found[3]
    try:
        data = base64.b64decode(unquote(text)) if encoded else unquote_to_bytes(text)
    except (binascii.Error, ValueError):
        return None
    return Picture(media_type, data, "image")


def _is_symbol(svg: str) -> bool:
    """Return whether a drawing without a size is a symbol of a text, or a stock of such."""
    head = svg[: svg.index(">")].lower()
    return not re.search(r"\b(?:width|height|viewbox)\s*[=:]", head) and bool(
        re.search(r"icon|<use\b|<symbol\b", svg)
    )


def _is_icon(element: _Element) -> bool:
    """Return whether something is too small for a plot, as far as its own attributes tell."""
    style = _styles(element)
    box = element.attributes.get("viewbox", "").replace(",", " ").split()
    by_box = dict(zip(("width", "height"), box[2:4], strict=False)) if len(box) == 4 else {}
    for side in ("width", "height"):
        given = element.attributes.get(side) or style.get(side, "") or by_box.get(side, "")
        size = _NUMBER.fullmatch(given)
        if size and float(size[1]) < _ICON:
            return True
    return False


def _styles(element: _Element) -> dict[str, str]:
    return dict(re.findall(r"(?:^|;)\s*(width|height)\s*:\s*([^;]+)", element.attributes.get("style", "")))


def _framed(page: _Page, depth: int) -> Iterator[Picture]:
    """Yield what is in frames: the pictures of a page if all can be extracted, else the page; nothing online is opened."""
    for frame in page.of_kind("iframe"):
        source = frame.attributes.get("src", "")
        inner = frame.attributes.get("srcdoc") or _page_of_data(source) or _page_of_file(source)
        found = html_pictures(inner, depth + 1) if inner and depth < _MAX_DEPTH else ()
        if found and all(each.can_be_painted and each.media_type != PAGE for each in found):
            yield from found
        else:
            code = f"{frame.attributes.get('src', '')}\n{frame.attributes.get('id', '')}\n{inner}"
            drawing = drawing_in_code(code) or Drawing("page in a frame")
            size = _side(frame, "width"), _side(frame, "height")
            yield (
                Picture.page(drawing, inner, size) if inner and drawing is not VIDEO else Picture.of(drawing)
            )


def _side(frame: _Element, side: str) -> int:
    """Return a side of a frame in pixels; if it depends on the surrounding page, that of a wide notebook is assumed."""
    found = _NUMBER.fullmatch(frame.attributes.get(side) or _styles(frame).get(side, ""))
    return round(float(found[1])) if found else _FRAME[side]


def _page_of_data(source: str) -> str:
    """Return the page that a frame's address itself contains (a data URL)."""
    found = _DATA_PAGE.fullmatch(source.strip())
    if found is None:
        return ""
    try:
        data = base64.b64decode(unquote(found[2])) if found[1] else unquote_to_bytes(found[2])
    except (binascii.Error, ValueError):
        return ""
    return data.decode(errors="replace")


def _page_of_file(source: str) -> str:
    """Return the page that a frame shows from a file beside the notebook, as plotly writes them."""
    place = Path(unquote(source.partition("?")[0]))
    try:
        if "://" in source or place.suffix not in (".html", ".htm") or place.stat().st_size > _MAX_LENGTH:
            return ""
        return place.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return ""


def _drawn(page: _Page) -> Iterator[Picture]:
    """Give what the browser draws: canvas, video, and what scripts put into an element of the page."""
    for element in page.of_kind("video", "object", "embed"):
        yield Picture.of(VIDEO if element.tag == "video" else Drawing("page in a frame"))
    code = "\n".join(page.code)
    known = drawing_in_code(code) if code.strip() else None
    if any(page.of_kind("canvas")):
        drawing = known or Drawing("canvas")
        yield Picture.page(drawing, page.html) if code.strip() else Picture.of(drawing)
    elif code.strip() and _draws_into(page, code, known):
        yield Picture.page(known or Drawing("drawing by JavaScript"), page.html)


_FILLED = frozenset({"table", "style", "button", "input", "svg", "td", "th"})


def _draws_into(page: _Page, code: str, known: Drawing | None) -> bool:
    """Return whether a script fills an element of the page: an empty one, or any if its library draws."""
    return any(
        name in code and (known is not None or not element.text)
        for name, element in page.named.items()
        if element.tag not in _FILLED
    )
