"""Makes links that may be clicked, and Markdown that is only text, of strangers' addresses and words."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urlsplit

__all__ = ["address_alone", "escaped_markdown", "host_of", "is_safe_link", "link_html", "link_markdown"]

_HOST = re.compile(r"//[^/?#\\]")
_ENDS_LINK = re.compile(r"[()<>\\]")
# Marks of East Asian text, with no space before them.
_AFTER_ADDRESS = re.compile(
    "[\u3000-\u3003\u3008-\u3011\u3014-\u301b\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\u201c\u201d|]"
)
_MARKS = re.compile(r"([\\`*_\[\]<>|~$^#&!])")


def is_safe_link(url: str) -> bool:
    """Tell whether a link may be clicked: http, https, mailto, or a place in the same answer.

    Relative addresses are refused: in JupyterLab they would lead to the user's own server.
    """
    if url.startswith("#"):
        return True
    scheme, colon, rest = url.partition(":")
    if scheme.lower() in ("http", "https"):
        # "https:lab" has the scheme and yet is relative.
        return bool(_HOST.match(rest))
    return bool(colon) and scheme.lower() == "mailto" and bool(rest)


def address_alone(found: str) -> str:
    """Return an address without the marks of the text around it, such as the full stop in `(see https://a.example.)`."""
    end = _AFTER_ADDRESS.search(found)
    return (found[: end.start()] if end is not None else found).rstrip(".,;:!?'\"~*")


def host_of(url: str) -> str:
    """Return the host that a link leads to, without `www.`; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def link_html(url: str, label_html: str, attributes: str = "") -> str:
    """Build a link out of the notebook, or only its label when the address is not safe.

    `label_html` and `attributes` are HTML already. White space in an address is no part of it.
    """
    url = "".join(url.split())
    if not is_safe_link(url) or url.startswith("#"):
        return label_html
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer nofollow"{attributes}>{label_html}</a>'


def link_markdown(url: str, label: str) -> str:
    """Build the same link in Markdown; `label` is plain text."""
    url = "".join(url.split())
    if not is_safe_link(url) or url.startswith("#"):
        return escaped_markdown(label)
    # Brackets would end the link.
    address = _ENDS_LINK.sub(lambda found: f"%{ord(found.group()):02X}", url)
    return f"[{escaped_markdown(label)}]({address})"


def escaped_markdown(text: str) -> str:
    """Escape what Markdown would read as markup in one line of plain text."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
