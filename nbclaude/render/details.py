"""A markdown-it plugin for `<details>`: its summary becomes a bold line, and its content is shown like any other text.

The model cannot fold any of its answer: what the reader does not see would still be sent with the next question.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

__all__ = ["details_plugin"]

# A line may open the element, contain its summary, or close it, or do all three. A tag mentioned in a sentence does not count.
_LINE = re.compile(
    r"(?:<details(?:[ ]open)?>[ ]*(?:\Z|(?=<summary>)))?(?:<summary>(?P<summary>.*?)</summary>(?P<text>.*?))?"
    r"(?:</details>)?[ \t]*\Z"
)


def details_plugin(md: MarkdownIt) -> None:
    """Add the rule to a parser."""
    md.block.ruler.before(
        "fence", "details", _rule, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )


def _rule(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    begin, end = state.bMarks[start_line] + state.tShift[start_line], state.eMarks[start_line]
    if not state.src.startswith(("<details", "<summary>", "</details>"), begin):
        return False
    found = None if state.is_code_block(start_line) else _LINE.match(state.src[begin:end])
    if found is None:
        return False
    if silent:
        return True
    state.line = start_line + 1
    lines = [start_line, state.line]
    summary, text = (found["summary"] or "").strip(), (found["text"] or "").strip()
    if not (summary or text):
        state.push("html_block", "", 0).map = lines
        return True
    state.push("paragraph_open", "p", 1).map = lines
    inline = state.push("inline", "", 0)
    parts = (summary and f"<strong>{summary}</strong>", text)
    inline.content, inline.map, inline.children = "<br>".join(filter(None, parts)), lines, []
    state.push("paragraph_close", "p", -1)
    return True
