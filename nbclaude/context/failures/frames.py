"""Reads the frames of a traceback: which are the user's, where exactly each was, and the code around it."""

from __future__ import annotations

import ast
import functools
import itertools
import linecache
import re
from collections.abc import Mapping
from dataclasses import replace
from types import FrameType, TracebackType

from nbclaude.context.places import is_cell_file, is_users_file, short_path
from nbclaude.frozen import frozen

__all__ = ["Frame", "frames_of", "shown_code", "statement_at"]

_MACHINERY = ("/IPython/core/", "/ipykernel/", "\\IPython\\core\\", "\\ipykernel\\")
# What IPython calls code of the user's that it runs for a magic.
_MAGIC_FILES = ("<timed exec>", "<timed eval>", "<magic-timeit>", "<string>")
_CELL_MAGIC = re.compile(r"(?:\s*%%[^\n]*\n)+")
_MAX_FRAMES = 60  # frames at the beginning, and at the end, of a deep traceback
_MAX_LINES = 24  # of a function


@frozen
class Frame:
    """One frame: its file, position (lines from 1, columns from 1), and the Python frame with its variables."""

    file: str
    place: str
    line: int
    columns: tuple[int, int] | None
    function: str
    is_users: bool
    frame: FrameType

    left_before: int = 0
    """How many frames before it, of a deep recursion, are not told."""
    body: str = ""
    """The code below a cell magic, where the frame runs that."""

    @property
    def source(self) -> str:
        """The whole text that the frame runs a part of."""
        return self.body or "".join(linecache.getlines(self.file, self.frame.f_globals))

    @property
    def text(self) -> str:
        """The line that runs, or "" where the source is not known."""
        lines = self.source.splitlines()
        return lines[self.line - 1] if 0 < self.line <= len(lines) else ""


def frames_of(
    traceback: TracebackType | None, cells: Mapping[str, int], count: int, source: str = ""
) -> list[Frame]:
    """Return the frames, without those of IPython; `cells` are the numbers of cells by file, `count` that of the failing one.

    A cell with a magic over it has two frames: the one of the code below the magic is the one that tells.
    """
    every: list[TracebackType] = []
    while traceback is not None:
        every.append(traceback)
        traceback = traceback.tb_next
    if left := len(every) - 2 * _MAX_FRAMES:
        every = [*every[:_MAX_FRAMES], *every[-_MAX_FRAMES:]] if left > 0 else every
    frames = [
        _frame(each, cells, count, source)
        for each in every
        if not any(mark in each.tb_frame.f_code.co_filename for mark in _MACHINERY)
    ]
    if left > 0 and len(frames) > _MAX_FRAMES:
        frames[_MAX_FRAMES] = replace(frames[_MAX_FRAMES], left_before=left)
    is_magic = any(each.file in _MAGIC_FILES for each in frames)
    return [each for each in frames if not (is_magic and "get_ipython().run_cell_magic" in each.text)]


def _frame(traceback: TracebackType, cells: Mapping[str, int], count: int, source: str) -> Frame:
    code = traceback.tb_frame.f_code
    file, name = code.co_filename, code.co_name
    is_users = is_users_file(file) or file in _MAGIC_FILES
    if is_cell_file(file):
        place = f"In[{cells[file]}]" if file in cells else "a cell"
    else:
        place = f"In[{count}], below its magic" if file in _MAGIC_FILES else short_path(file)
    columns = _columns(traceback, is_users)
    line, body = traceback.tb_lineno, ""
    if file in _MAGIC_FILES and (below := _CELL_MAGIC.match(source)):
        body, name = source[below.end() :], "<module>"
    return Frame(file, place, line, columns, name, is_users, traceback.tb_frame, body=body)


def _columns(traceback: TracebackType, is_users: bool) -> tuple[int, int] | None:
    if not is_users:
        return None
    positions = traceback.tb_frame.f_code.co_positions()
    found = next(itertools.islice(positions, traceback.tb_lasti // 2, None), None)
    if found is None or found[2] is None or found[3] is None or found[0] != found[1]:
        return None
    return found[2] + 1, found[3]


@functools.lru_cache(maxsize=100)
def _tree(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def statement_at(source: str, line: int) -> ast.AST | None:
    """Return the smallest statement over a line; of a compound one only the part in its head."""
    found: ast.AST | None = None
    tree = _tree(source)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
            found = node
    if found is not None and isinstance(body := getattr(found, "body", None), list) and body:
        heads = [getattr(found, name, None) for name in ("test", "iter", "subject")]
        heads += [each.context_expr for each in getattr(found, "items", [])]
        heads += [*getattr(found, "decorator_list", []), *getattr(found, "bases", [])]
        module = ast.Module([ast.Expr(each) for each in heads if isinstance(each, ast.expr)], [])
        return module if module.body else None
    return found


def shown_code(frame: Frame) -> str:
    """Return the function that a frame runs, with the numbers of its lines and a mark at the one where it was."""
    first = frame.frame.f_code.co_firstlineno
    lines = frame.source.splitlines()
    last = min(_end_of_function(frame.source, first), len(lines)) or len(lines)
    if frame.function == "<module>":
        first, last = max(frame.line - 4, 1), min(frame.line + 3, len(lines))
    if last - first >= _MAX_LINES:
        # The head of a long function says what its arguments are.
        begin = max(first + 1, frame.line - _MAX_LINES // 2)
        numbers = [first, *range(begin, min(begin + _MAX_LINES, last + 1))]
    else:
        numbers = list(range(first, last + 1))
    shown = []
    for before, number in itertools.pairwise([first - 1, *numbers]):
        if number > before + 1:
            shown.append("     …")
        mark = "->" if number == frame.line else "  "
        if 0 < number <= len(lines):
            shown.append(f"{mark} {number:>3} {lines[number - 1]}")
    return "\n".join(shown)


def _end_of_function(source: str, first: int) -> int:
    tree = _tree(source)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            begins = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if begins == first:
                return node.end_lineno or 0
    return first
