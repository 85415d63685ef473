"""What is put to the model in words, and what a verb adds to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from nbclaude.context.attachment import Attachment
from nbclaude.frozen import frozen
from nbclaude.wire.request import text_block

if TYPE_CHECKING:
    from nbclaude.asking.ask import Answered

__all__ = ["Prompt"]


@frozen
class Prompt:
    """The text of a question, whose references are looked up; all else is for verbs such as `explain`.

    `verb` names what asks, and `label` the question where questions are listed (its text, if empty). `attachments` are what
    the verb has gathered by itself: the receipt says so. An `instruction` for this one answer stands before the text; nothing
    in it is looked up. `then` is called with what came of the ask once a complete answer has been shown: what it shows stands
    between the answer and its footer. `listing` is code that the answer refers to by the numbers of its lines.
    """

    text: str
    verb: str = ""
    label: str = ""
    attachments: tuple[Attachment, ...] = ()
    instruction: str = ""
    then: Callable[[Answered], None] | None = None
    listing: str = ""

    def gathered(self) -> tuple[Attachment, ...]:
        """Return what goes along because of the verb, marked as gathered by it, its instruction last."""
        said = Attachment("instruction", (text_block(self.instruction),), "", kind="text")
        found = (*self.attachments, *([said] if self.instruction else []))
        return tuple(replace(attachment, gathered_by=self.verb) for attachment in found)
