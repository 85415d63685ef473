"""A markdown-it plugin for `<details>`: its summary becomes a line in bold, and what it holds is shown like any other text.

An answer has no folds of the model's: what a reader does not see of it would go along with the next question all the same.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

__all__ = ["details_plugin"]

# A line may open the element, have its summary, or close it, and may do all three. The word in a sentence is none of these.
_LINE = re.compile(
    r"(?:<details(?:[ ]open)?>[ ]*(?:\Z|(?=<summary>)))?(?:<summary>(?P<summary>.*?)</summary>(?P<text>.*?))?"
    r"(?:</details>)?[ \t]*\Z"
)


def details_plugin(md: MarkdownIt) -> None:
    """Let a parser know it."""
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
