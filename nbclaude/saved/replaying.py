"""Finds the saved answer to a request in a notebook that was read once, whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from nbclaude.conversation.turns import Turn
from nbclaude.frozen import frozen
from nbclaude.output.marks import Shown
from nbclaude.saved.notebook_file import NotebookFile, SavedAnswer
from nbclaude.saved.reading import turns_of
from nbclaude.saved.record import place_texts
from nbclaude.wire.message import content_of
from nbclaude.wire.request import text_block
from nbclaude.workspace import Workspace

__all__ = ["PARTS", "Replays", "SavedReply"]

# What can differ between two requests, in the words of a sentence.
PARTS: Mapping[str, str] = {
    "question": "the question",
    "earlier": "earlier turns",
    "model": "the model",
    "system": "the system prompt",
    "tools": "the tools",
    "settings": "the settings",
}
_ANSWER = re.compile(r"[0-9a-f]{6,32}")
_COMPLETE = ("end_turn", "max_tokens", "stop_sequence", "refusal")


@frozen
class SavedReply:
    """A saved answer that can be shown again: its turn, its record, and the id under which its pages stand."""

    turn: Turn
    record: Mapping[str, Any] = field(repr=False)
    answer: str = ""

    @property
    def saved(self) -> str:
        """When it was saved, for people."""
        return str(self.record.get("saved") or "").replace("T", " ")[:16]

    def record_again(self, shown: Shown) -> dict[str, Any]:
        """Return the record as it was, with its texts placed in the pages as they are shown now."""
        texts = iter(
            [str(block["text"]) for block in content_of(self.turn.message) if block.get("type") == "text"]
        )
        entries = []
        for entry in self.record["turns"]:
            message = entry["message"]
            content = [
                text_block(next(texts)) if block.get("type") == "text" else block
                for block in message["content"]
            ]
            entries.append({**entry, "message": {**message, "content": content}})
        place_texts(entries, shown.pages)
        kept = {
            name: self.record[name] for name in ("saved", "request", "conversations") if name in self.record
        }
        return {**kept, "turns": entries}

    def belongs(self, workspace: Workspace) -> None:
        """Take note that the turn has an output, and of which lineages its conversations are."""
        workspace.published.add(self.turn.saved_as)
        states = self.record.get("conversations")
        for state in states if isinstance(states, list) else ():
            conversation = workspace.conversations[str(state.get("name"))]
            lineages = {*conversation.also, str(state.get("lineage"))} - {conversation.lineage}
            conversation.also = tuple(sorted(lineages))


class Replays:
    """The saved answers of a notebook, by their requests; with `only` nothing is asked that is not among them."""

    def __init__(self, file: NotebookFile, *, only: bool = False) -> None:
        self.path = file.path
        self.only = only
        self._file = file
        self._by_request: dict[tuple[tuple[str, str], ...], SavedAnswer] = {}
        self._by_cell: dict[str, Mapping[str, str]] = {}
        for answer in sorted(file.answers, key=lambda answer: answer.saved):
            request = answer.record.get("request")
            if isinstance(request, Mapping) and _is_replayable(answer):
                self._by_request[_key(request)] = answer
                self._by_cell[answer.cell.id] = request

    def __len__(self) -> int:
        return len(self._by_request)

    def find(self, request: Mapping[str, str]) -> SavedReply | None:
        """Return the saved answer to a request of these parts; None if there is none that the notebook shows."""
        answer = self._by_request.get(_key(request))
        for one in turns_of(answer, self._file) if answer is not None else ():
            if one.turn is not None and answer is not None:
                name = str(answer.record.get("answer") or "")
                return SavedReply(one.turn, answer.record, name if _ANSWER.fullmatch(name) else "")
        return None

    def differing(self, cell: str, request: Mapping[str, str]) -> tuple[str, ...]:
        """Name the parts in which a request differs from the one that this cell has a saved answer to."""
        saved = self._by_cell.get(cell)
        if saved is None:
            return ()
        return tuple(words for part, words in PARTS.items() if saved.get(part) != request.get(part))


def _key(request: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(part), str(value)) for part, value in request.items()))


def _is_replayable(answer: SavedAnswer) -> bool:
    """Tell whether it is one complete answer for which nothing has run here."""
    turns = answer.turns
    message = turns[0].get("message") if len(turns) == 1 else None
    if not isinstance(message, Mapping) or turns[0].get("stopped"):
        return False
    return message.get("stop_reason") in _COMPLETE
