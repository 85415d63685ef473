"""A strict reading of HTML by the standard library: what a browser would get to see, as a list of elements."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

__all__ = ["Element", "assert_harmless", "elements", "text"]

VOID = {"br", "hr", "input", "wbr"}


@dataclass(frozen=True)
class Element:
    tag: str
    attributes: dict[str, str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.pieces: list[str] = []
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice: {attrs}")
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.pieces.append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"a declaration: {decl}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"a declaration: {data}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"an instruction: {data}")


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader.open:
        reader.faults.append(f"never closed: {reader.open}")
    return reader


def elements(html: str, tag: str = "") -> list[Element]:
    """Give the elements, or those of one tag."""
    return [element for element in _read(html).elements if not tag or element.tag == tag]


def text(html: str) -> str:
    """Give the text that is shown."""
    return "".join(_read(html).pieces)


_PLAIN = ["br", "wbr", "em", "strong", "s", "blockquote", "table", "thead", "tbody", "tr", "pre", "summary"]
_PLAIN += ["h1", "h2", "h3", "h4", "h5", "h6"]

# Everything that an answer may be made of, with the attributes that it may have.
ALLOWED: dict[str, set[str]] = {
    **{tag: {"dir"} for tag in _PLAIN},
    "pre": {"tabindex"},
    "blockquote": {"class", "dir"},
    "p": {"class", "dir"},
    "a": {"href", "title", "class", "target", "rel", "id", "aria-label"},
    "ul": {"class", "dir"},
    "ol": {"class", "start", "dir"},
    "li": {"class", "id", "dir"},
    "th": {"style", "dir", "class"},
    "td": {"style", "dir", "class"},
    "table": {"style", "dir"},
    "code": {"class", "dir"},
    "div": {"class", "data-language", "role", "tabindex", "aria-label", "dir"},
    "i": set(),
    "span": {"class", "role"},
    "sub": set(),
    "sup": {"class", "title"},
    "section": {"class"},
    "input": {"class", "disabled", "type", "checked", "aria-label"},
    "details": {"class", "open"},
    "hr": {"class"},
}
ALIGNMENTS = {"text-align:left", "text-align:center", "text-align:right"}
OWN_TABLES = {
    "white-space: nowrap",
    "min-width: 14em; max-width: 17em",
    "width: auto",
}  # those of our magics, not of an answer
SCHEMES = {"http", "https", "mailto"}


def assert_harmless(html: str, *, own: bool = False) -> None:
    """Check that nothing in it could run, load, style, or lead to another place than it may."""
    reader = _read(html)
    assert reader.faults == []
    for element in reader.elements:
        assert element.tag in ALLOWED, element
        assert element.attributes.keys() <= ALLOWED[element.tag], element
        if element.tag == "a" and "href" in element.attributes:
            href = element.attributes["href"]
            cleaned = "".join(c for c in href if c > " " and c != "\x7f")
            assert cleaned == href, element
            assert href.startswith("#") or urlsplit(href).scheme.lower() in SCHEMES, element
            if not href.startswith("#"):
                assert element.attributes["target"] == "_blank", element
                assert {"noopener", "noreferrer"} <= set(element.attributes["rel"].split()), element
        if "style" in element.attributes:
            assert element.attributes["style"] in ALIGNMENTS | (OWN_TABLES if own else set()), element
        if element.tag == "input":
            assert element.attributes["type"] == "checkbox", element
            assert "disabled" in element.attributes, element
