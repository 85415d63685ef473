"""Finds the saved answer to a cell's question, or says why there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from nbclaude.asking.prepare import Prepared
from nbclaude.errors import ConfigurationError
from nbclaude.magics.restoring import open_notebook
from nbclaude.notebook import Shell, notebook_file

if TYPE_CHECKING:
    from nbclaude.saved.replaying import Replays, SavedReply

__all__ = ["Replayer", "saved_answer"]

_NO_FILE = "Only saved answers may be shown, but the notebook's file is not known. Name it: %claude_replay only talk.ipynb"


class Replayer(Protocol):
    """What may show saved answers: those in `replays`, once a file has been read; `replay` says whether one is to be read."""

    shell: Shell
    replay: str
    replays: Replays | None


def _replays(replayer: Replayer) -> Replays | None:
    """Return the saved answers. If no file has been read and the settings ask for them, read the notebook's own file.

    Raises:
        ConfigurationError: only saved answers are wanted, and the file is not known or cannot be read.

    """
    if replayer.replays is not None or replayer.replay == "off":
        return replayer.replays
    path, is_only = notebook_file(replayer.shell), replayer.replay == "only"
    if path is None or not path.is_file():
        if is_only:
            raise ConfigurationError(_NO_FILE)
        return None
    from nbclaude.saved.replaying import Replays

    replayer.replays = Replays(open_notebook(path), only=is_only)
    return replayer.replays


def saved_answer(
    replayer: Replayer, prepared: Prepared, *, fresh: bool
) -> tuple[Prepared, SavedReply | None]:
    """Return the saved answer to what was prepared, if there is one; else what was prepared, noting what differs.

    Raises:
        ConfigurationError: there is none, and only saved answers are wanted.

    """
    replays, question = _replays(replayer), prepared.ask.question
    if replays is None or question.completes is not None:
        return prepared, None
    if fresh and not replays.only:
        return prepared, None
    from nbclaude.saved.record import request_parts

    request = request_parts(prepared.plan.request)
    saved = replays.find(request)
    if saved is not None:
        return prepared, saved
    cell = question.at.cell if question.at else ""
    parts = replays.differing(cell, request)
    name = prepared.workspace.cell_name(cell) or "this cell"
    why = (
        f"the saved request of {name} differs in: {', '.join(parts)}"
        if parts
        else f"{replays.path.name} has no saved answer for {name}"
    )
    if replays.only:
        raise ConfigurationError(
            f"This request has no saved answer; {why}. Nothing was sent. To send such requests, use %claude_replay on."
        )
    plan = replace(prepared.plan, notes=(*prepared.plan.notes, f"asked anew: {why}"))
    return replace(prepared, plan=plan), None
