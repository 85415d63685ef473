"""One question and its answer, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from nbclaude.frozen import frozen
from nbclaude.settings.values import Settings
from nbclaude.wire.message import prompt_tokens, summary_of, text_of, token_count, whole_usage

__all__ = ["Turn"]


@frozen
class Turn:
    """One question and its answer. `prompt` and `message` are in the API's shape; `stopped` says why it was cut short.

    `begins` marks the first turn of a new conversation: no request reaches back beyond it. An empty `prompt` goes on with
    the answer before. `prefix` is the fingerprint of what the answer's thinking is bound to, `settings` what it was asked
    with.

    `follows` is the turn whose answer this one goes on from (its rest, or the results of its tool calls), `completes` the
    partial turn that has become this one. `kept` are turns of earlier runs of the cell that this run builds on: they stay
    as long as it does. `label` is what the question is called in lists; empty for its own words. `notice` says who answered
    where it was not Claude. A turn that came from a notebook, or from
    another conversation, is `saved_as` the id that it has there.
    """

    prompt: tuple[Mapping[str, Any], ...]
    message: Mapping[str, Any]
    model: str
    cell: str = ""
    run: object = None
    begins: bool = False
    stopped: str = ""
    seconds: float = 0.0
    request_id: str = ""
    prefix: str = ""
    settings: Settings | None = None
    follows: Turn | None = field(default=None, repr=False, compare=False)
    completes: Turn | None = field(default=None, repr=False, compare=False)
    kept: tuple[Turn, ...] = field(default=(), repr=False, compare=False)
    label: str = ""
    notice: str = ""
    saved_as: str = field(default="", compare=False)

    @property
    def asked(self) -> str:
        """What the question is called in lists: its label, or what the user has typed, which stands after what is attached."""
        last = self.prompt[-1] if self.prompt else {}
        said = str(last.get("text") or "") if last.get("type") == "text" else ""
        kinds = {block.get("type") for block in self.prompt}
        return self.label or said or ("(the result of a tool)" if "tool_result" in kinds else "(goes on)")

    @property
    def is_restored(self) -> bool:
        """Whether it was read from a notebook."""
        return isinstance(self.run, tuple) and self.run[:1] == ("restored",)

    @property
    def question(self) -> str:
        """The text of the prompt."""
        return text_of({"content": self.prompt})

    @property
    def answer(self) -> str:
        """The text of the answer, or the summary if it is one."""
        return text_of(self.message) or summary_of(self.message)

    @property
    def tokens(self) -> tuple[int, int] | None:
        """The tokens of the question with everything sent along, and of the answer; None if they were not counted."""
        usage = whole_usage(self.message.get("usage"))
        return (prompt_tokens(usage), token_count(usage, "output_tokens")) if usage else None
