"""Makes an output of its own of the style sheet that HTML of ours begins with: exports to text leave it out.

nbconvert takes the same HTML for a page as for Markdown and reStructuredText, and there a style sheet is shown as text. It takes
scripts for pages only.
"""

from __future__ import annotations

import json
import re

__all__ = ["FIRST", "SHEET", "divided", "sheet_script", "without_blank_lines"]

SHEET = "nbclaude-sheet"
"""The class of the output that brings a style sheet; it takes no place on the page."""
FIRST = "nbclaude-first"
"""The class of HTML whose style sheet is in another output."""
_BEGINS = re.compile(r'<div class="(nbclaude\b[^"]*)"><style>([^<]*)</style>')
_BLANK = re.compile(r"(?<=\n)([ \t]*)\n")
_NO_PLACE = f".jp-OutputArea-child:has(>.{SHEET}),.output_area:has(>.{SHEET}){{display:none}}"
# nbconvert puts the script into the output; JupyterLab runs it with `element`, before the output is on the page.
_SCRIPT = (
    "{const place=document.currentScript?.parentElement??element;place.classList.add(%s);"
    'place.append(Object.assign(document.createElement("style"),{textContent:%s}))}'
)


def divided(html: str) -> tuple[str, str]:
    """Return the style sheet that HTML of ours begins with, and the HTML without it."""
    found = _BEGINS.match(html)
    if found is None:
        return "", html
    return found[2], f'<div class="{found[1]} {FIRST}">{html[found.end() :]}'


def sheet_script(css: str) -> str:
    """Return a script that puts a style sheet where it stands."""
    return _SCRIPT % tuple(json.dumps(each).replace("</", "<\\/") for each in (SHEET, css + _NO_PLACE))


def without_blank_lines(html: str) -> str:
    """Return HTML that shows the same; in Markdown it is one block, which a blank line would end."""
    return _BLANK.sub(r"\1&#10;", html)
