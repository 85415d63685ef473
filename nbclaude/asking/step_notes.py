"""What the steps of an answer add to its receipt and its footer: which tools ran with what, and what they sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nbclaude.asking.calls import RanCall, Step
from nbclaude.asking.receipt_parts import compact_json
from nbclaude.conversation.plan import Plan
from nbclaude.texts import counted, one_line
from nbclaude.wire.message import content_of

if TYPE_CHECKING:
    from nbclaude.render.receipt import Receipt

__all__ = ["steps_said", "with_steps"]

_ARGUMENTS = 120  # characters of them in a note


def with_steps(receipt: Receipt, steps: Sequence[Step], plans: Sequence[Plan]) -> Receipt:
    """Add to a receipt what each step has sent with the request after it."""
    sent = list(zip(steps, plans, strict=False))
    calls = [call for step, _ in sent for call in step.calls]
    if not calls:
        return receipt
    notes = [_note(call) for call in calls]
    notes += [place for _, plan in sent for place in plan.screening.places]
    summary = f"{receipt.summary}, {counted(len(calls), 'tool result')}"
    return replace(receipt, summary=summary, notes=(*receipt.notes, *notes))


def steps_said(steps: Sequence[Step]) -> list[str]:
    """Say for the footer how many calls were run and denied."""
    calls = [call for step in steps for call in step.calls]
    denied = [call for call in calls if call.denied]
    said = []
    if ran := len(calls) - len(denied):
        said.append(counted(ran, "tool call"))
    if denied:
        said.append(f"{counted(len(denied), 'call')} denied")
    return said


def _note(call: RanCall) -> str:
    arguments = one_line(compact_json(dict(call.arguments)), _ARGUMENTS)
    if call.denied:
        return f"{call.name} {arguments}: denied"
    read = f", read {', '.join(call.variables)}" if call.variables else ""
    if call.error:
        return f"{call.name} {arguments}: an error{read}"
    blocks = content_of(call.block)
    size = sum(len(str(block.get("text") or "")) for block in blocks)
    pictures = sum(block.get("type") == "image" for block in blocks)
    sizes = [f"{size:,} characters"] if size else []
    sizes += [counted(pictures, "image")] if pictures else []
    return f"{call.name} {arguments}: {' and '.join(sizes)} of its result{read}"
