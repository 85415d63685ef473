"""Turns the style sheet at the start of our HTML into an output of its own, which exports to text leave out.

nbconvert uses the same HTML in pages as in Markdown and reStructuredText, where a style sheet would show up as text.
It uses scripts in pages only.
"""

from __future__ import annotations

import json
import re

__all__ = ["FIRST", "NO_PLACE", "SHEET", "divided", "sheet_script", "without_blank_lines"]

SHEET = "nbclaude-sheet"
"""The class of a style sheet that stands alone; its output takes no place on the page."""
FIRST = "nbclaude-first"
"""The class of HTML whose style sheet is in another output."""
_BEGINS = re.compile(r'<div class="(nbclaude\b[^"]*)"><style>([^<]*)</style>')
_BLANK = re.compile(r"\n(?:[ \t]*+\n)++")
NO_PLACE = f".jp-OutputArea-child:has(>*>.{SHEET}),.output_area:has(>*>.{SHEET}){{display:none}}"
# In a page that nbconvert writes, the first line closes the script element, so the style sheet works without a script.
# Front ends take that line for a comment and run the second, with the output as `element`, before it is on the page.
_SCRIPT = (
    '//</script><style class="{name}">{css}</style><script>\n'
    'if(!document.currentScript?.previousElementSibling?.matches(".{name}"))'
    "(document.currentScript?.parentElement??element).append(Object.assign("
    'document.createElement("style"),{{className:"{name}",textContent:{quoted}}}))'
)


def divided(html: str) -> tuple[str, str]:
    """Return the style sheet that HTML of ours begins with, and the HTML without it."""
    found = _BEGINS.match(html)
    if found is None:
        return "", html
    return found[2], f'<div class="{found[1]} {FIRST}">{html[found.end() :]}'


def sheet_script(css: str) -> str:
    """Return a script that puts a style sheet where it stands."""
    css = css.replace("\n", " ") + NO_PLACE
    return _SCRIPT.format(name=SHEET, css=css, quoted=json.dumps(css))


def without_blank_lines(html: str) -> str:
    """Return HTML that looks the same but has no blank lines: in Markdown, one would end the HTML block."""
    return _BLANK.sub(lambda lines: "\n" + lines[0][1:].replace("\n", "&#10;"), html)
