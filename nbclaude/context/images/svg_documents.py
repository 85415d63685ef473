"""Makes a drawing that stands in HTML an SVG document of its own."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.parsers import expat

from nbclaude.data.seen_html import HIDDEN, seen_tree

__all__ = ["svg_document"]

_NAME = re.compile(r"[A-Za-z_][\w.:-]*")
# Names in drawings that HTML, where case says nothing, spells in small letters.
_SPELT = {
    name.lower(): name
    for name in re.findall(
        r"\w+",
        """
        viewBox preserveAspectRatio linearGradient radialGradient clipPath textPath foreignObject gradientUnits
        gradientTransform patternUnits patternTransform clipPathUnits maskUnits markerWidth markerHeight markerUnits refX refY
        textLength lengthAdjust startOffset pathLength spreadMethod stdDeviation
        """,
    )
}


def svg_document(svg: str) -> str:
    """Return a drawing as a document of its own; in HTML it needs no namespace."""
    head, _, rest = svg.partition(">")
    if "xmlns=" not in head:
        head = head[:4] + ' xmlns="http://www.w3.org/2000/svg"' + head[4:]
    if "xlink:" in svg and "xmlns:xlink" not in head:
        head = head[:4] + ' xmlns:xlink="http://www.w3.org/1999/xlink"' + head[4:]
    document = f"{head}>{rest}".replace("&nbsp;", "\xa0")
    try:
        expat.ParserCreate().Parse(document, True)
    except expat.ExpatError:
        return _well_formed(document)
    return document


def _well_formed(svg: str) -> str:
    """Return a drawing as a browser understands it, whose attributes have no quotes, and whose elements do not end."""
    found = seen_tree(svg, len(svg)).find("svg")
    if found is None:
        return svg
    found.tail = None
    for element in found.iter():
        element.attrib.pop(HIDDEN, None)
        element.tag = _SPELT.get(str(element.tag), element.tag)
        for name in [each for each in element.attrib if not _NAME.fullmatch(each) or each in _SPELT]:
            value = element.attrib.pop(name)
            if name in _SPELT:
                element.set(_SPELT[name], value)
    return ElementTree.tostring(found, encoding="unicode")
