"""Takes down what is known of an error, at once: afterwards its frames, and the values in them, are gone."""

from __future__ import annotations

import ast
import itertools
import platform
import re
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbclaude.context.code.names import names_of
from nbclaude.context.failures.failure import Failure, FrameFacts, Raised, ValueFact, exit_status
from nbclaude.context.failures.frames import Frame, frames_of, shown_code, statement_at
from nbclaude.context.failures.near import near_names
from nbclaude.context.failures.values import hidden_values, values_of, words_of
from nbclaude.context.glance.glance import is_a
from nbclaude.frozen import frozen
from nbclaude.texts import beginning

__all__ = ["FailedCell", "failed_command", "failure_of"]

_MAX_CAUSES = 4
_MAX_OF_A_GROUP = 3
_MAX_DETAILED = 5  # frames of the user's, of one exception
_LIBRARY_LINES = 4
_MESSAGE = 1_200  # characters
# What leaves an exit status: shell lines, and the magics that run the package managers.
_COMMAND = re.compile(r"\.system\(|run_line_magic\('(?:pip|conda|mamba|micromamba|uv|system)'")


@frozen
class FailedCell:
    """The cell that failed: which, its source as the user wrote it and as Python, the notebook's variables, cells by file.

    `magics` are those that the shell has, as they are written.
    """

    cell_id: str
    execution_count: int
    source: str
    code: str
    namespace: Mapping[str, Any]
    cells: Mapping[str, int]
    seconds: float = 0.0
    magics: tuple[str, ...] = ()


def failure_of(error: BaseException, cell: FailedCell) -> Failure:
    """Return what is known of an error. Takes a few milliseconds, and runs nothing of the user's."""
    words = words_of(cell.code)
    chain = _chain(error)
    every = [
        frames_of(each.__traceback__, cell.cells, cell.execution_count, cell.source) for each, _ in chain
    ]
    raised = [
        _raised(each, link, frames, cell, words, is_last=each is error)
        for (each, link), frames in zip(chain, every, strict=True)
    ]
    users = [frame for frame in every[-1] if frame.is_users]
    statement, names = _place(users[-1] if users else None, cell)
    hidden = hidden_values(
        cell.namespace, *(_variables(frame) for frames in every for frame in frames[:50] if frame.is_users)
    )
    needed = names_of(cell.code)
    wanted = needed.wants if needed.parses else frozenset(cell.namespace) & frozenset(words)
    missing = getattr(error, "name", None)
    return Failure(
        cell.cell_id,
        cell.execution_count,
        cell.source,
        tuple(raised),
        _nearby(error, statement, names, cell.magics),
        _environment(cell, every),
        tuple(sorted(wanted | ({missing} if type(missing) is str else set()))),
        hidden,
        cell.seconds,
    )


def failed_command(cell: FailedCell) -> Failure | None:
    """Return the failure of a cell whose shell command has failed, which IPython does not count as an error; else None."""
    status = exit_status(cell.namespace)
    if status == 0 or not _COMMAND.search(cell.code):
        return None
    lines = [line.strip() for line in cell.source.splitlines() if line.lstrip().startswith(("!", "%"))]
    command = beginning(lines[-1] if lines else cell.source.strip(), 300)
    raised = Raised("The command failed", f"{command} ended with exit status {status}")
    environment = (f"Python {platform.python_version()}, {sys.executable}, in {Path.cwd()}",)
    return Failure(
        cell.cell_id,
        cell.execution_count,
        cell.source,
        (raised,),
        environment=environment,
        names=tuple(sorted(names_of(cell.code).wants)),
        hidden=hidden_values(cell.namespace),
        seconds=cell.seconds,
    )


def _nearby(
    error: BaseException, statement: ast.AST | None, names: Mapping[str, Any], magics: tuple[str, ...]
) -> tuple[str, ...]:
    try:
        return near_names(error, statement, names, magics)
    except Exception:  # an error's own attributes may be anything
        return ()


def _chain(error: BaseException) -> list[tuple[BaseException, str]]:
    """Return the exceptions that led to an error, the first cause first, each with how it led to the next."""
    chain: list[tuple[BaseException, str]] = [(error, "")]
    seen = {id(error)}
    current = error
    while len(chain) < _MAX_CAUSES:
        cause, context = current.__cause__, current.__context__
        before = cause if cause is not None else None if current.__suppress_context__ else context
        if before is None or id(before) in seen:
            break
        seen.add(id(before))
        chain.insert(0, (before, "caused" if cause is not None else "while it was handled, came"))
        current = before
    group = getattr(error, "exceptions", ()) if is_a(error, BaseExceptionGroup) else ()
    # Where a library passes an error on as it is, its beginning says nothing more.
    while len(chain) > 1 and type(chain[0][0]) is type(error) and chain[0][0].args == error.args:
        chain.pop(0)
    return [*((each, "is one of the group") for each in group[:_MAX_OF_A_GROUP]), *chain]


def _raised(
    error: BaseException,
    link: str,
    frames: list[Frame],
    cell: FailedCell,
    words: tuple[str, ...],
    *,
    is_last: bool,
) -> Raised:
    message = _message(error)
    shown = list(_shown_frames(_folded(frames), cell, words, error, is_last=is_last))
    if is_a(error, SyntaxError):
        shown = [each for each in shown if each.is_users and not each.place.startswith("In[")]
        shown.append(_syntax_place(error, cell))
    notes = [str(each) for each in getattr(error, "__notes__", ()) if type(each) is str]
    last = statement_at(frames[-1].source, frames[-1].line) if frames and frames[-1].is_users else None
    said_by_user = isinstance(last, ast.Raise | ast.Assert)
    return Raised(type(error).__name__, message, tuple(shown), tuple(notes[:3]), link, said_by_user)


def _message(error: BaseException) -> str:
    try:
        said = str(error.msg) if is_a(error, SyntaxError) else str(error)
    except Exception as failed:
        said = f"(its str() failed: {type(failed).__name__})"
    return beginning(said, _MESSAGE)


def _syntax_place(error: Any, cell: FailedCell) -> FrameFacts:
    from nbclaude.context.places import is_cell_file, short_path

    file, line = str(error.filename or ""), int(error.lineno or 0)
    place = f"In[{cell.execution_count}]" if not file or is_cell_file(file) else short_path(file)
    columns = (int(error.offset or 1), int(getattr(error, "end_offset", 0) or error.offset or 1))
    return FrameFacts(place, line, "", columns, (error.text or "").rstrip("\n"), is_users=True)


def _folded(frames: list[Frame]) -> list[tuple[Frame, int]]:
    """Fold frames that repeat, as a recursion leaves them: each with how many times it comes again."""
    counted: dict[tuple[str, int], int] = {}
    for frame in frames:
        key = (frame.file, frame.line)
        counted[key] = counted.get(key, 0) + 1 + frame.left_before
    last = {(frame.file, frame.line): n for n, frame in enumerate(frames)}
    # The last of them is told: its variables are those with which it went wrong.
    return [
        (frame, counted[key] - 1 if counted[key] > 3 else 0)
        for n, frame in enumerate(frames)
        if counted[key := (frame.file, frame.line)] <= 3 or n == last[key]
    ]


def _shown_frames(
    frames: list[tuple[Frame, int]],
    cell: FailedCell,
    words: tuple[str, ...],
    error: BaseException,
    *,
    is_last: bool,
) -> Iterator[FrameFacts]:
    users = [n for n, (frame, _) in enumerate(frames) if frame.is_users]
    detailed = set(users if len(users) <= _MAX_DETAILED else [*users[:2], *users[-(_MAX_DETAILED - 2) :]])
    for is_users, group in itertools.groupby(enumerate(frames), lambda each: each[1][0].is_users):
        block = list(group)
        if is_users:
            for n, (frame, repeated) in block:
                if n in detailed:
                    failing = n == users[-1]
                    yield replace(
                        _user_frame(frame, cell, words, error, failing=failing, is_last=is_last),
                        repeated=repeated,
                    )
            continue
        chosen = block if len(block) <= _LIBRARY_LINES else [block[0], *block[-(_LIBRARY_LINES - 1) :]]
        for _, (frame, repeated) in chosen:
            yield FrameFacts(frame.place, frame.line, frame.function, repeated=repeated)


def _user_frame(
    frame: Frame,
    cell: FailedCell,
    words: tuple[str, ...],
    error: BaseException,
    *,
    failing: bool,
    is_last: bool,
) -> FrameFacts:
    own = frame.place.startswith(f"In[{cell.execution_count}]")
    in_cell = own and frame.function == "<module>"
    statement, names = _place(frame, cell)
    values: tuple[ValueFact, ...] = ()
    if is_last or failing:
        others = {} if frame.function == "<module>" else _variables(frame)
        if frame.function == "<module>" and failing:
            used = names_of(cell.code)
            others = {n: cell.namespace[n] for n in sorted(used.uses | used.defines) if n in cell.namespace}
        mentioned = tuple(dict.fromkeys([*words, *words_of(frame.source)])) if not own else words
        calls = is_a(error, TypeError) and failing
        values = values_of(statement, names, others, mentioned, calls=calls)
    code = "" if own else shown_code(frame)
    return FrameFacts(
        frame.place,
        frame.line,
        "" if in_cell else frame.function,
        frame.columns,
        frame.text,
        code,
        True,
        values,
    )


def _place(frame: Frame | None, cell: FailedCell) -> tuple[ast.AST | None, Mapping[str, Any]]:
    """Return the statement that a frame was in, and the names that it saw."""
    if frame is None:
        return None, cell.namespace
    return statement_at(frame.source, frame.line), {**frame.frame.f_globals, **_variables(frame)}


def _variables(frame: Frame) -> Mapping[str, Any]:
    """Return a frame's own variables: none for one that runs a module or cell, whose variables are the notebook's."""
    python = frame.frame
    return {} if python.f_locals is python.f_globals else dict(python.f_locals)


def _environment(cell: FailedCell, every: list[list[Frame]]) -> tuple[str, ...]:
    """Return the versions of Python and of the libraries that the traceback and the cell are about."""
    roots = [
        str(frame.frame.f_globals.get("__name__", "")).partition(".")[0]
        for frames in every
        for frame in frames
    ]
    roots += [
        value.__name__.partition(".")[0]
        for name in sorted(names_of(cell.code).uses | names_of(cell.code).defines)
        if is_a(value := cell.namespace.get(name), types.ModuleType)
    ]
    said = [f"Python {platform.python_version()}"]
    for root in dict.fromkeys(roots):
        version = vars(sys.modules[root]).get("__version__") if root in sys.modules else None
        if isinstance(version, str) and root not in ("IPython", "ipykernel", "nbclaude", "re", "json"):
            said.append(f"{root} {version}")
    return tuple(said[:6])
