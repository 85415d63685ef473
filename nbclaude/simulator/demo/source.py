"""Finds the Python code in a question, fenced or bare."""

from __future__ import annotations

import ast
import re

from nbclaude.frozen import frozen

__all__ = ["Source", "find_source"]

_FENCE = re.compile(r"^(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_PYTHON = ("", "py", "python", "python3", "ipython", "ipython3")
_STARTS = re.compile(
    r"(?:def|class|import|from|for|while|if|with|try|async def|@\w|return|lambda)\b.*"
    r"|[\w.]+(?:\[.*\])?\s*[-+*/]?=[^=].*|[\w.]+\(.*"
)
_BLOCK = re.compile(
    r"(?:async def|def|class|for|while|if|with|try)\b.*:\s*(?:#.*)?$|(?:import|from) \w[\w., ]*$"
)
_INLINE = re.compile(r"`([^`\n]+)`|(\b[\w.]+\([^\n]*\))")
_MAGIC = re.compile(r"^\s*[%!?].*$", re.MULTILINE)


@frozen
class Source:
    """Python source and its syntax tree, or the error that kept it from being parsed."""

    text: str
    tree: ast.Module | None
    error: SyntaxError | None = None


def find_source(text: str) -> Source | None:
    """Find the Python code of a question; None when it holds none."""
    for fence in _FENCE.finditer(text):
        if fence[2].lower() in _PYTHON and fence[3].strip():
            source = _parse(fence[3])
            if source.tree is not None or fence[2]:
                return source
    return None if _FENCE.search(text) else _bare(text) or _inline(text)


def _bare(text: str) -> Source | None:
    """Find code between plain lines: from a line that looks like it to the last that still parses."""
    lines = text.split("\n")
    for start, line in enumerate(lines):
        if not _STARTS.fullmatch(line.rstrip()):
            continue
        for end in range(len(lines), start, -1):
            source = _parse("\n".join(lines[start:end]))
            if source.tree is not None and _says_something(source.tree):
                return source
        if _BLOCK.fullmatch(line.rstrip()):
            return _parse("\n".join(lines[start:]))
    return None


def _inline(text: str) -> Source | None:
    """Find code within a sentence: in backticks, or a call."""
    for match in _INLINE.finditer(text):
        source = _parse(match[1] or match[2])
        if source.tree is not None and _says_something(source.tree):
            return source
    return None


def _parse(text: str) -> Source:
    # Magic and shell lines are not Python; an empty line in their place keeps the line numbers.
    plain = _MAGIC.sub("", text)
    try:
        return Source(text, ast.parse(plain))
    except SyntaxError as error:
        return Source(text, None, error)
    except (ValueError, RecursionError, MemoryError) as error:
        return Source(text, None, SyntaxError(str(error)))


def _says_something(tree: ast.Module) -> bool:
    """Tell code from prose that happens to parse, such as a single word."""
    plain = (ast.Name, ast.Constant, ast.Attribute, ast.Tuple)
    return any(not (isinstance(node, ast.Expr) and isinstance(node.value, plain)) for node in tree.body)
