"""A markdown-it plugin that reads fences as their writer meant them.

A code block of Markdown ends after the code blocks in it: CommonMark ends it with the first fence in it, what follows would be
taken for text, and its last fence for the begin of code. A block whose language is "math" is a formula.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, fence

from nbclaude.render.fences import FenceReader, nests

__all__ = ["nested_fences_plugin"]

_GUESSED_WRONG = "nested_fences_guessed_wrong"


def nested_fences_plugin(md: MarkdownIt) -> None:
    """Let a parser read code blocks of Markdown with the blocks that they hold, and blocks of formulas."""
    rule = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.at("fence", _fence_rule, {"alt": rule})


def _fence_rule(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if not fence(state, start_line, end_line, silent):
        return False
    if silent:
        return True
    token = state.tokens[-1]
    if token.info.strip() == "math" and token.content.strip() and _is_closed(state, start_line, token.markup):
        token.type, token.tag, token.meta = "math_display", "", {"inline": False}
        token.content = "\n".join(filter(str.strip, token.content.splitlines()))
        return True
    if not nests(token.info):
        return True
    last, is_closed = _end(state, start_line, end_line)
    state.line = last + is_closed
    token.content = state.getLines(start_line + 1, last, state.sCount[start_line], True)
    token.map = [start_line, state.line]
    return True


def _is_closed(state: StateBlock, start_line: int, markup: str) -> bool:
    last = state.line - 1
    return last > start_line and _text(state, last).strip().startswith(markup)


def _end(state: StateBlock, start_line: int, end_line: int) -> tuple[int, bool]:
    """Return the line that ends a block, and whether a fence stands there."""
    reader = FenceReader(guesses=_GUESSED_WRONG not in state.env)
    reader.read(_text(state, start_line))
    block = reader.block
    ended = 0
    for line in range(start_line + 1, end_line):
        if not state.isEmpty(line) and state.sCount[line] < state.blkIndent:
            end_line = line  # the container has ended
            break
        reader.read(_text(state, line))
        if reader.block is block:
            ended = 0
        elif ended:
            return ended, True
        else:
            ended = line  # unless the next line shows that a block in it has begun
    if ended:
        return ended, True
    if reader.has_guessed and not state.env.get("draft"):
        # Nor are there guesses for the blocks below: each would be read to the end of the text again.
        state.env[_GUESSED_WRONG] = True
        return _end(state, start_line, end_line)
    return end_line, False


def _text(state: StateBlock, line: int) -> str:
    """Return a line without what belongs to the containers around it."""
    indent = max(0, state.sCount[line] - state.blkIndent)
    return " " * indent + state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
