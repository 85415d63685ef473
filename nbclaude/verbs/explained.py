"""Gathers what an explanation needs: of a cell that ran, of one that did not, and of a name."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Mapping
from typing import Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.code.hidden import hide_secrets
from nbclaude.context.failures.failure import Failure
from nbclaude.context.failures.values import MISSING, lookup
from nbclaude.context.glance.glance import is_a
from nbclaude.context.shown.cells import LoggedCell
from nbclaude.context.shown.seen import Seen
from nbclaude.verbs.gathered import cell_attachment, failure_attachments, uses_attachment

__all__ = ["explained_cell", "explained_name", "listed_source"]

_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
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
    if not is_a(value, type) and not inspect.isfunction(value):
        return ()
    try:
        source = inspect.getsource(value)
    except (OSError, TypeError):
        return ()
    return uses_attachment(seen, LoggedCell("", _LAST, textwrap.dedent(source)), names, values=values)
