"""The text of what a cell displays, for a model that reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["bundle_text"]

# A text that gives only a type away: `<IPython.core.display.Markdown object>`, `<...Styler at 0x7f00>`.
_BARE = re.compile(r"<[^\n<>]{1,200}(?: object| at 0x[0-9A-Fa-f]+)>")
MAX_HTML = 400_000  # characters that are read
# How texts begin that tell more than is shown: the repr of great_tables' GT holds the whole frame, hidden columns included.
_TELL_ALL = ("GT(_tbl_data=",)


def bundle_text(data: Mapping[str, Any]) -> str:
    """Return the text of a mime bundle: its Markdown or plain text, or that of its HTML where these say nothing."""
    plain, html = (data.get(kind) for kind in ("text/plain", "text/html"))
    if isinstance(markdown := data.get("text/markdown"), str) and not isinstance(html, str):
        return markdown
    plain = plain if isinstance(plain, str) else ""
    tells_all = plain.startswith(_TELL_ALL)
    if isinstance(html, str) and (tells_all or _BARE.fullmatch(plain)):
        from nbclaude.data.seen_html import seen_tree, words  # most outputs have no HTML to read

        plain = words(seen_tree(html, MAX_HTML)) or ("" if tells_all else plain)
    elif tells_all:
        plain = ""
    return plain
