"""A cell's source comes in; source in which the prompts of `%claude` and `%%claude` are safe goes out.

IPython reads a line that ends in `?` as a call for help, strips `>>>` from pasted code, and joins or expands what it finds in
a magic's line. A prompt is none of its business, so both magics become plain calls before it looks.
"""

from __future__ import annotations

import re
from tokenize import TokenInfo

from IPython.core.inputtransformer2 import TokenTransformBase

from nbclaude.notebook import Shell

__all__ = ["ClaudeLine", "load", "protect_cell", "unload"]

_CELL = re.compile(r"%%claude(?=[ \t\r\n]|$)[ \t]?([^\r\n]*)(?:\r\n|\n|\r|$)")
_LINE = re.compile(r"([ \t]*)((?:[^\W\d][\w.]*[ \t]*=[ \t]*)?)%claude[ \t](.*?)(\r?\n)?\Z", re.DOTALL)


def protect_cell(lines: list[str]) -> list[str]:
    """Turn a `%%claude` cell, or a cell that is one `%claude` line, into one call, its prompt byte for byte."""
    source = "".join(lines)
    # IPython has ended the cell with a newline of its own.
    text = source.lstrip().removesuffix("\n")
    if found := _CELL.match(text):
        return [f"get_ipython().run_cell_magic('claude', {found.group(1)!r}, {text[found.end() :]!r})\n"]
    if text.startswith(("%claude ", "%claude\t")) and "\n" not in text:
        return [f"get_ipython().run_line_magic('claude', {text[len('%claude ') :]!r})\n"]
    return lines


# IPython runs what has no side effects also to see whether a cell that is being typed is complete: a `%%claude` cell in a
# terminal is complete at its first blank line, which IPython's own rule for cell magics knows.
protect_cell.has_side_effects = True  # type: ignore[attr-defined]


class ClaudeLine(TokenTransformBase):
    """Turns a `%claude` line into a call, before the rule for a trailing `?` sees it."""

    priority = 1

    @classmethod
    def find(cls, tokens_by_line: list[list[TokenInfo]]) -> ClaudeLine | None:
        """Return a transformer for the first `%claude` line, or for `name = %claude ...`."""
        for tokens in tokens_by_line:
            names = [token for token in tokens if token.string.strip()]
            for index, token in enumerate(names[:-1]):
                if token.string == "%":
                    begins = index == 0 or (
                        index >= 2 and names[index - 1].string == "=" and _is_target(names[: index - 1])
                    )
                    if begins and names[index + 1].string == "claude" and _LINE.match(names[0].line):
                        return cls(names[0].start)
                    break
        return None

    def transform(self, lines: list[str]) -> list[str]:
        """Rewrite the line; a backslash at its end joins the next one, as in every line magic."""
        first = last = self.start_line
        text = lines[first]
        while text.rstrip("\r\n").endswith("\\") and last + 1 < len(lines):
            last += 1
            text = text.rstrip("\r\n")[:-1] + lines[last].lstrip(" \t")
        found = _LINE.match(text)
        if not found:
            return lines
        indent, target, prompt, _ = found.groups()
        call = f"get_ipython().run_line_magic('claude', {prompt!r})"
        if target:
            # The magic itself returns nothing, or a cell that ends in it would show the answer twice.
            call = f"({call}, get_ipython().user_ns.get('_claude'))[1]"
        call = f"{indent}{target}{call}\n"
        return [*lines[:first], call, *lines[last + 1 :]]


def _is_target(tokens: list[TokenInfo]) -> bool:
    return bool(re.fullmatch(r"[^\W\d][\w.]*", "".join(token.string for token in tokens)))


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
