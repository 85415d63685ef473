"""Asks a question with its settings, for a cell or a panel, and does what comes before and after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbclaude.asking.gathering import Gathered
from nbclaude.conversation.plan import Plan
from nbclaude.conversation.question import Question
from nbclaude.conversation.workspace import current_workspace
from nbclaude.cures import Spell, spelled
from nbclaude.errors import ConfigurationError
from nbclaude.notebook import Shell
from nbclaude.reply import Reply
from nbclaude.secrets.keys import find_keys
from nbclaude.settings.mappings import SECRET_HEADERS
from nbclaude.settings.values import Settings

if TYPE_CHECKING:
    from nbclaude.render.receipt import Receipt

__all__ = ["Asking", "keep_reply", "receipt_of_plan", "refuse_keys"]


@dataclass(frozen=True, slots=True)
class Asking:
    """One ask: in which shell, what is asked in which conversation with which settings, and what goes along."""

    shell: Shell
    question: Question
    settings: Settings
    conversation: str
    gathered: Gathered


def refuse_keys(text: str) -> None:
    """Refuse a line or cell that holds an API key, before anything of it is read: it may stand in any option.

    What is sent is searched when it is planned (`conversation.screening`).

    Raises:
        ConfigurationError: it does; the message says how to revoke the key, and does not repeat it.

    """
    workspace = current_workspace()
    try:
        known = [workspace.connection(workspace.settings({})).secret]
    except ConfigurationError:
        known = []
    if found := find_keys(text, known):
        from nbclaude.conversation.screening import key_in_prompt

        raise key_in_prompt(found)


def receipt_of_plan(
    plan: Plan, gathered: Gathered, spent: str, spell: Spell, *, whole: bool = False
) -> Receipt:
    """Write the receipt of what was sent, or would be.

    `spent` says what it has taken, `spell` how the surface spells settings; `whole` leaves nothing out.
    """
    from nbclaude.context.receipt import receipt_of

    headers = plan.request.headers.items()
    # The attachments' names are found by their blocks, as those have left.
    left = {id(block): sent for block, sent in zip(gathered.blocks, plan.question.prompt, strict=True)}
    attachments = [
        replace(attachment, blocks=tuple(left.get(id(block), block) for block in attachment.blocks))
        for attachment in gathered.attachments
    ]
    return receipt_of(
        plan.request.body(),
        attachments,
        found=plan.screening.summary,
        notes=[spelled(note, spell) for note in plan.screening.notes],
        spent=spent,
        source_of=current_workspace().uploads.source_of,
        headers={name: value for name, value in headers if name.lower() not in SECRET_HEADERS},
        whole=whole,
    )


def keep_reply(shell: Shell, reply: Reply, into: str | None = None) -> None:
    """Put the reply into `_claude`, and into the variable that `--into` names."""
    shell.user_ns["_claude"] = shell.user_ns_hidden["_claude"] = reply
    if into:
        shell.user_ns[into] = reply
