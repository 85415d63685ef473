"""Lets long words (paths, identifiers, addresses) break at their seams before they break elsewhere; what is copied is unchanged.

JupyterLab's search reads elements one by one, so words that fit on a line of a narrow window are left alone.
"""

from __future__ import annotations

import re
from html import escape

__all__ = ["escaped", "seamed"]

_LONG = re.compile(r"(?<!\S)\S{32,}+")
_SEAM = re.compile(r"(?<=\w\w[/\\_.,=])(?=\w\w)|(?<=[a-z\d])(?=[A-Z][a-z])")


def escaped(text: str) -> str:
    """Return a text as HTML that breaks at its seams."""
    return seamed(escape(text, quote=False))


def seamed(html: str) -> str:
    """Mark the seams of the long words in a text that is HTML already, and has no tags."""
    return _LONG.sub(_marked, html)


def _marked(word: re.Match[str]) -> str:
    return _SEAM.sub("<wbr>", word[0])
