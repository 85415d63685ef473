"""Reads HTML as whoever looks at it does: what styles hide, and what never shows, is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import Element

__all__ = ["HIDDEN", "is_hidden", "seen_tree", "words"]

_UNSEEN = frozenset({"script", "style", "head", "template", "title", "noscript"})
_LINES = frozenset({"br", "caption", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "pre", "tr"})
_CELLS = frozenset({"td", "th"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_TABLE = _CELLS | {"table", "thead", "tbody", "tfoot", "tr", "caption"}
# What ends where one of these begins: the end tags that people leave out.
_ENDED_BY: Mapping[str, frozenset[str]] = {
    "td": _CELLS,
    "th": _CELLS,
    "tr": _CELLS | {"tr"},
    "tbody": _CELLS | {"tr", "tbody", "thead"},
    "tfoot": _CELLS | {"tr", "tbody", "thead"},
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "option": frozenset({"option"}),
}

_STYLES = re.compile(r"<style\b[^>]*>(.*?)</style", re.DOTALL | re.IGNORECASE)
# Whatever hides says one of these.
_HIDING = re.compile(r"display|visibility|opacity|hidden|font-size|color", re.IGNORECASE)
_ZERO = re.compile(r"(?:0+\.?0*|\.0+)(?:px|pt|r?em|%|)")
HIDDEN = "nbclaude-hidden"  # an attribute of ours


def seen_tree(html: str, limit: int) -> Element:
    """Return the elements of the first `limit` characters of some HTML; those that nobody sees are marked (`is_hidden`).

    Styles count wherever they stand, and they only ever hide: a rule that shows again what another hides is not looked for.
    """
    reader = _Tree()
    # It is not closed: what a last tag leaves open is not seen. A space ends the last character reference.
    reader.feed(html[:limit] + "\n")
    if _HIDING.search(html):
        _mark_hidden(reader.root, "\n".join(_STYLES.findall(html)))
    return reader.root


def is_hidden(element: Element) -> bool:
    """Return whether nobody sees an element, whatever is around it."""
    return element.tag in _UNSEEN or element.get(HIDDEN) is not None


def words(element: Element) -> str:
    """Return the text of an element, without empty lines: rows of tables are lines, and their cells stand apart."""
    lines = (" ".join(line.split()).removesuffix(" |") for line in "".join(_texts(element)).split("\n"))
    return "\n".join(line for line in lines if line)


def _texts(top: Element) -> Iterator[str]:
    """Give the text pieces of an element; HTML may be nested deeper than Python may call."""
    todo: list[Element | str] = [top]
    while todo:
        each = todo.pop()
        if isinstance(each, str):
            yield each
            continue
        tag = str(each.tag)
        breaks = "\n" if tag in _LINES else ""
        after = " | " if tag in _CELLS and each is not top else breaks
        inside: list[Element | str] = []
        if not is_hidden(each):
            inside = [breaks, _on_one_line(each.text)]
            for child in each:
                inside += [child, _on_one_line(child.tail)]
            inside.append(after)
        todo += reversed(inside)


def _on_one_line(text: str | None) -> str:
    # What breaks a line in the source does not break it on the page.
    return re.sub(r"\s+", " ", text or "")


class _Tree(HTMLParser):
    """Builds the elements of HTML as a browser would, as far as it matters to what is seen."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("html")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element, and end what cannot go on in it."""
        while len(self._open) > 1 and self._open[-1].tag in _ENDED_BY.get(tag, ()):
            self._open.pop()
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take `<br/>` as `<br>`, and `<div/>` as `<div>`; only in a drawing it is an element without content."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID and any(each.tag == "svg" for each in self._open):
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """End an element with what was left open in it; what was not begun in this cell of a table ends nothing."""
        inner = next((n for n, each in enumerate(reversed(self._open[1:])) if each.tag == tag), None)
        if inner is None:
            return
        left_open = self._open[len(self._open) - inner :]
        if tag in _TABLE or not any(each.tag in _CELLS for each in left_open):
            del self._open[-inner - 1 :]

    def handle_data(self, data: str) -> None:
        """Keep a text where it stands."""
        parent = self._open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data


def _mark_hidden(root: Element, css: str) -> None:
    import cssselect2

    matcher = cssselect2.Matcher()
    for prelude, hides in _hiding_rules(css):
        try:
            for selector in cssselect2.compile_selector_list(prelude):
                # What stands before or after an element does not hide it.
                if selector.pseudo_element is None:
                    matcher.add_selector(selector, hides)
        except cssselect2.SelectorError:
            continue  # browsers leave out the rule, too
    for each in cssselect2.ElementWrapper.from_html_root(root).iter_subtree():
        element, tag = each.etree_element, str(each.etree_element.tag)
        by_rules = [hides for *_rank, hides in matcher.match(each)]
        hidden = "hidden" in element.attrib
        if hidden or any(_applies(hides, tag) for hides in (*by_rules, _hides(element.get("style", "")))):
            element.set(HIDDEN, "")


def _hiding_rules(css: str) -> Iterator[tuple[Any, str]]:
    """Give the selectors of the rules that hide something, each with how: "all", or "cells" where only those of tables."""
    import tinycss2

    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    while rules:
        rule = rules.pop()
        if rule.type == "qualified-rule" and (hides := _hides(rule.content)):
            yield rule.prelude, hides
        elif rule.type == "at-rule" and rule.content and _is_for_screens(rule):
            rules += tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)


def _is_for_screens(rule: Any) -> bool:
    """Return whether rules within this one count; of other media (paper, a narrow screen) nobody knows here."""
    import tinycss2

    medium = tinycss2.serialize(rule.prelude).strip().lower()
    return rule.lower_at_keyword == "media" and medium in ("screen", "all")


def _hides(declarations: Any) -> str:
    """Return what these declarations of a style hide: "all", "cells" (texts of tables are made invisible), or nothing."""
    if not declarations or (isinstance(declarations, str) and not _HIDING.search(declarations)):
        return ""
    import tinycss2

    found: dict[str, str] = {}
    for each in tinycss2.parse_blocks_contents(declarations):
        if each.type == "declaration":
            found[each.lower_name] = tinycss2.serialize(each.value).strip().lower()
    if found.get("display") == "none" or found.get("visibility") in ("hidden", "collapse"):
        return "all"
    if _ZERO.fullmatch(found.get("opacity", "1")):
        return "all"
    ink = found.get("color")
    behind = found.get("background-color", found.get("background"))
    # Elsewhere a font of no size takes the gaps out of a layout.
    if _ZERO.fullmatch(found.get("font-size", "1")) or (ink and ink in (behind, "transparent")):
        return "cells"
    return ""


def _applies(hides: str, tag: str) -> bool:
    return hides == "all" or (hides == "cells" and tag in _TABLE)
