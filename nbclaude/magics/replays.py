"""Finds the saved answer to a cell's question, or says why there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from nbclaude.asking.prepare import Prepared
from nbclaude.errors import ConfigurationError

if TYPE_CHECKING:
    from nbclaude.saved.replaying import Replays, SavedReply

__all__ = ["Replayer", "saved_answer"]


class Replayer(Protocol):
    """Who may show saved answers."""

    replays: Replays | None


def saved_answer(
    replayer: Replayer, prepared: Prepared, *, fresh: bool
) -> tuple[Prepared, SavedReply | None]:
    """Return the saved answer to what was prepared, if there is one; else what was prepared, noting what differs.

    Raises:
        ConfigurationError: there is none, and only saved answers are wanted.

    """
    replays, question = replayer.replays, prepared.ask.question
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
