"""Keeps IPython's hands off prompts: a cell or a line that asks becomes a plain call before IPython reads it.

IPython reads a line that ends in `?` as a call for help, strips `>>>` from pasted code, and joins or expands what it finds in
a magic's line. A prompt is none of its business.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from tokenize import TokenInfo

from IPython.core.inputtransformer2 import TokenTransformBase

from nbclaude.magics.calls import RUNNING, asks, line_of_code, target_of
from nbclaude.notebook import ABOVE_MAGIC, Shell
from nbclaude.stopping import unbroken

__all__ = ["ClaudeLine", "load", "protect_cell", "unload"]

_ABOVE = re.compile(ABOVE_MAGIC)
_CELL = re.compile(r"%%(claude(?:_\w+)?)(?=[ \t\r\n]|$)[ \t]?([^\r\n]*)(?:\r\n|\n|\r|$)")
# A magic alone is IPython's: `%claude` and `%claude?`
_HAS_MORE = re.compile(r"%\w+[ \t]+\S")
_ASSIGNS = re.compile(r"(?://|\*\*|>>|<<|[-+*/%@&|^])?=")


@unbroken
def protect_cell(lines: list[str]) -> list[str]:
    """Turn a `%%claude` cell, or a cell that is one `%claude` line, into one call, its prompt byte for byte."""
    source = "".join(lines)
    above = _ABOVE.match(source)
    # IPython has ended the cell with a newline of its own.
    text = source[above.end() if above else 0 :].removesuffix("\n")
    if found := _CELL.match(text):
        return [f"get_ipython().run_cell_magic({found[1]!r}, {found[2]!r}, {text[found.end() :]!r})\n"]
    if text.startswith("%") and "\n" not in text and _HAS_MORE.match(text):
        call = line_of_code(text, mentions=False)
        return [f"{call}\n"] if call is not None else lines
    return lines


# IPython runs what has no side effects also to see whether a cell that is being typed is complete: a `%%claude` cell in a
# terminal is complete at its first blank line, which IPython's own rule for cell magics knows.
protect_cell.has_side_effects = True  # type: ignore[attr-defined]


class ClaudeLine(TokenTransformBase):
    """Turns a line that asks into a call, before the rule for a trailing `?` sees it: alone, assigned, or after `%time`."""

    priority = 1

    def __init__(self, start: tuple[int, int], sign: tuple[int, int], target: str = "") -> None:
        # IPython takes the transformer first that starts first: here with the statement, as its rule for help does.
        super().__init__(start)  # type: ignore[no-untyped-call]
        self._line, self._column = sign[0] - 1, sign[1]
        self._target = target

    @classmethod
    @unbroken
    def find(cls, tokens_by_line: list[list[TokenInfo]]) -> ClaudeLine | None:
        """Return a transformer for the first line that asks."""
        for tokens in tokens_by_line:
            names = [token for token in tokens if token.string.strip()]
            for index in _places(names):
                token, magic = names[index], names[index + 1].string
                code = token.line[token.start[1] :]
                target = "" if index == 0 else _target(names[: index + 1])
                if (
                    (asks(magic) or magic in RUNNING)
                    and target is not None
                    and line_of_code(code, target) is not None
                    and (target or code[len(magic) + 1 :].strip())
                ):
                    return cls(names[0].start, token.start, target)
        return None

    @unbroken
    def transform(self, lines: list[str]) -> list[str]:
        """Rewrite the line; a backslash at its end joins the next one, as in every line magic."""
        first = last = self._line
        before, text = lines[first][: self._column], lines[first][self._column :]
        while text.rstrip("\r\n").endswith("\\") and last + 1 < len(lines):
            last += 1
            text = text.rstrip("\r\n")[:-1] + lines[last].lstrip(" \t")
        ended = re.sub(r"\r?\n\Z", "", text)
        # What begins at the margin stands in no function, and mentions nothing.
        inside = lines[first][:1].isspace() or (before.strip() and ":" in before) or self._target
        call = line_of_code(ended, self._target, mentions=bool(inside))
        return [*lines[:first], f"{before}{call}\n", *lines[last + 1 :]] if call is not None else lines


def _places(tokens: list[TokenInfo]) -> Iterator[int]:
    """Return where a magic may stand in a line: at its beginning, or after what assigns."""
    depth = 0
    for index, token in enumerate(tokens[:-1]):
        depth += (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))
        if token.string != "%" or depth or tokens[index + 1].type != tokenize.NAME:
            continue
        if index == 0 or _ASSIGNS.fullmatch(tokens[index - 1].string):
            yield index


def _target(tokens: list[TokenInfo]) -> str | None:
    """Return what is left of the `%` that the tokens end in, from where its statement begins; None if it is no assignment."""
    begin, end = tokens[0].start, tokens[-1].start
    lines = {token.start[0]: token.line for token in tokens}
    is_one_line = begin[0] == end[0]
    words = " ".join(token.string for token in tokens[:-1])
    split = target_of(lines[end[0]][begin[1] : end[1]] if is_one_line else words)
    return split[1].strip() if split else None


def load(shell: Shell) -> None:
    """Add both transformers to the shell."""
    manager = shell.input_transformer_manager
    manager.cleanup_transforms.insert(0, protect_cell)
    manager.token_transformers.append(ClaudeLine)


def unload(shell: Shell) -> None:
    """Take both out again."""
    manager = shell.input_transformer_manager
    if protect_cell in manager.cleanup_transforms:
        manager.cleanup_transforms.remove(protect_cell)
    if ClaudeLine in manager.token_transformers:
        manager.token_transformers.remove(ClaudeLine)
