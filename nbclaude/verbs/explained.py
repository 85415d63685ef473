"""Gathers what an explanation needs: of a cell that ran, of one that did not, and of a name."""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.code.hidden import hide_secrets
from nbclaude.context.failures.failure import Failure
from nbclaude.context.failures.values import MISSING, lookup
from nbclaude.context.glance.glance import glance, is_a
from nbclaude.context.references.scope import Scope
from nbclaude.context.shown.cells import LoggedCell
from nbclaude.context.shown.seen import Seen
from nbclaude.context.sources import source_of
from nbclaude.texts import counted, framed
from nbclaude.verbs.gathered import cell_attachment, failure_attachments, numbered, uses_attachment

__all__ = [
    "explained_cell",
    "explained_name",
    "is_code",
    "listed_source",
    "named_source",
    "scope_with_builtin",
]

_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_MAX_SOURCE = 12_000  # characters: longer source is sent like any other value, and not listed
_LAST = 10**9  # as the number of a cell: after all that ran


def explained_cell(
    seen: Seen,
    cell: LoggedCell,
    failure: Failure | None,
    namespace: Mapping[str, Any],
    *,
    values: bool,
    has_run: bool,
) -> tuple[Attachment, ...]:
    """Return the cell with numbered lines, its outcome or error, and what the names are that it uses."""
    shown = cell_attachment(cell, has_run=has_run, printed=values)
    if failure is not None:
        return (shown, *failure_attachments(seen, failure, namespace, values=values))
    used = cell if has_run else LoggedCell(cell.cell_id, _LAST, cell.source)
    return (shown, *uses_attachment(seen, used, namespace, values=values))


def listed_source(cell: LoggedCell) -> str:
    """Return the code of a cell as it is sent, to be listed above the explanation; nothing for a single line."""
    source = hide_secrets(cell.source.strip("\n"))
    return source if "\n" in source else ""


def scope_with_builtin(scope: Scope, text: str) -> Scope:
    """Return the names that a line sees, with the builtin function or class that its text names."""
    if text in scope or not hasattr(builtins, text) or text.startswith("_"):
        return scope
    return replace(scope, shared={**scope.shared, text: getattr(builtins, text)})


def is_code(text: str, names: Mapping[str, Any]) -> bool:
    """Whether a name is that of a function, class, method or module, which hold no data of the user's."""
    value = lookup(ast.parse(text, mode="eval").body, names)
    return value is not MISSING and (is_a(value, (type, ModuleType)) or inspect.isroutine(value))


def named_source(text: str, names: Mapping[str, Any]) -> tuple[Attachment, str] | None:
    """Return the source of a function or class with numbered lines, and as it is listed above the explanation.

    None if the name is anything else, or its source is missing, a single line or very long.
    """
    value = lookup(ast.parse(text, mode="eval").body, names)
    if value is MISSING or not (is_a(value, type) or inspect.isroutine(value)):
        return None
    source = hide_secrets(source_of(value)[0].rstrip("\n"))
    if "\n" not in source or len(source) > _MAX_SOURCE:
        return None
    block = framed("source", text, numbered(source))
    return Attachment(text, (block,), counted(source.count("\n") + 1, "line"), kind="source"), source


def explained_name(
    seen: Seen, text: str, names: Mapping[str, Any], *, values: bool
) -> tuple[Attachment, ...] | None:
    """Return what goes along beside a value that is to be explained; None if the text is not the name of one.

    A single word is a name only if it resolves: `why` is a question unless there is a variable of that name.
    """
    if not _NAME.fullmatch(text):
        return None
    root = text.partition(".")[0]
    if root not in names:
        return None
    value = lookup(ast.parse(text, mode="eval").body, names)
    if value is MISSING and "." not in text:
        return None
    if not values and not is_code(text, names):
        seen_value = glance(value, text.rpartition(".")[2]).text(values=False)
        block = framed("value", text, f"{text} = {seen_value}")
        return (Attachment(text, (block,), "its type and size", kind="text"),)
    if not is_a(value, type) and not inspect.isfunction(value):
        return ()
    try:
        source = inspect.getsource(value)
    except (OSError, TypeError):
        return ()
    return uses_attachment(seen, LoggedCell("", _LAST, textwrap.dedent(source)), names, values=values)
