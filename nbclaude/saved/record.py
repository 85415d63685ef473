"""Writes what the last output of an answer carries: its turns, and how the conversations stand that it has changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from nbclaude.conversation.turns import Conversation, Turn
from nbclaude.output.marks import KEY, VERSION, Shown
from nbclaude.saved.packing import LONG, SHORT, fingerprint, packed_answer, packed_question, sha256
from nbclaude.saved.segments import segments_of
from nbclaude.settings.table import SETTINGS
from nbclaude.settings.values import Settings
from nbclaude.wire.json_text import to_json
from nbclaude.wire.message import content_of
from nbclaude.wire.request import MessageRequest
from nbclaude.workspace import Workspace

__all__ = [
    "KEPT_SETTINGS",
    "NOT_KEPT",
    "change_record",
    "entry_of",
    "id_of",
    "place_texts",
    "record_of",
    "request_parts",
    "state_of",
]

# What may stand in nobody else's notebook, or is saved in a way of its own.
NOT_KEPT = frozenset(["system", "tools", "schema", "headers", "extra", "betas", "metadata_user"])
KEPT_SETTINGS = tuple(row for row in SETTINGS if row.follows and row.name not in NOT_KEPT)
_MESSAGE = ("id", "model", "stop_reason", "stop_sequence", "usage")


def record_of(
    workspace: Workspace,
    names: Iterable[str],
    turns: Sequence[Turn],
    shown: Shown,
    request: Mapping[str, str],
) -> dict[str, Any]:
    """Make the record of an answer that is shown, and remember that its turns have one.

    `names` are the conversations that it has changed, `request` are the fingerprints of its first request.
    """
    ids = [id_of(turn, workspace) for turn in turns]
    entries = [{"id": its_id, **entry_of(turn, workspace)} for turn, its_id in zip(turns, ids, strict=True)]
    place_texts(entries, shown.pages)
    workspace.published.update(ids)
    states = [state_of(workspace.conversations[name], workspace) for name in names]
    return _savable({"saved": _now(), "request": dict(request), "turns": entries, "conversations": states})


def _savable(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record without halves of characters, which would keep the whole notebook from being saved."""
    text = json.dumps(record, ensure_ascii=False)
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return record if whole == text else dict(json.loads(whole))


def change_record(workspace: Workspace, names: Iterable[str]) -> dict[str, Any]:
    """Make the metadata of an output that tells of a change of conversations, and of no turn."""
    states = [state_of(workspace.conversations[name], workspace) for name in names]
    return {KEY: {"version": VERSION, "saved": _now(), "turns": [], "conversations": states}}


def state_of(conversation: Conversation, workspace: Workspace) -> dict[str, Any]:
    """Tell how a conversation stands: the ids of its turns in their order."""
    aside = {id(turn) for turn in conversation.set_aside}
    order = []
    for turn in conversation.every:
        its_id = id_of(turn, workspace)
        mark = "-" if id(turn) in aside else "" if its_id in workspace.published else "~"
        order.append(f"{mark}{its_id}")
    return {
        "name": conversation.name,
        "lineage": conversation.lineage,
        "also": list(conversation.also),
        "order": order,
        **({"branch": list(conversation.branch)} if conversation.branch[0] else {}),
    }


def id_of(turn: Turn, workspace: Workspace) -> str:
    """Return the id under which a turn is saved: that of its record if it was restored, else the hash of what it holds."""
    if turn.saved_as:
        return turn.saved_as
    return workspace.memory.of(turn, "saved id", lambda: fingerprint(entry_of(turn, workspace)))


def entry_of(turn: Turn, workspace: Workspace) -> dict[str, Any]:
    """Pack a turn, with its texts written out."""
    content, left_out = packed_answer(content_of(turn.message))
    message = {name: turn.message[name] for name in _MESSAGE if turn.message.get(name) is not None}
    settings = turn.settings or Settings()
    said = {
        "cell": turn.cell,
        "question": packed_question(turn.prompt),
        "message": {**message, "content": content},
        "model": turn.model,
        "settings": _settings(settings),
        "system": sha256(to_json(settings.system)) if settings.system else "",
        "tools": _tools(settings),
        "begins": turn.begins,
        "stopped": turn.stopped,
        "seconds": round(turn.seconds, 1),
        "request_id": turn.request_id,
        "label": turn.label,
        "notice": turn.notice,
        "follows": id_of(turn.follows, workspace) if turn.follows is not None else "",
        "kept": [id_of(each, workspace) for each in turn.kept],
        "left_out": left_out,
    }
    return {name: value for name, value in said.items() if value or name in ("question", "message", "model")}


def request_parts(request: MessageRequest) -> dict[str, str]:
    """Return the fingerprints of the parts of a whole request, as a saved notebook can know it.

    Cache marks, which depend on what a server has refused, do not count, and of earlier answers only what is saved of them.
    """
    body = request.body()
    messages = [
        {**message, "content": packed_answer(content_of(message))[0]}
        if message.get("role") == "assistant"
        else message
        for message in body.pop("messages")
    ]
    parts = {name: body.pop(name, None) for name in ("model", "system", "tools")}
    parts |= {"earlier": messages[:-1], "question": messages[-1:]}
    parts["settings"] = [body, request.headers.get("anthropic-beta", "")]
    return {name: sha256(to_json(_without_marks(part)))[:SHORT] for name, part in parts.items()}


def _without_marks(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_marks(item) for key, item in value.items() if key != "cache_control"}
    return [_without_marks(item) for item in value] if isinstance(value, list | tuple) else value


def _settings(settings: Settings) -> dict[str, Any]:
    found = {row.name: getattr(settings, row.name) for row in KEPT_SETTINGS}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in found.items()
        if value != getattr(_DEFAULT, name)
    } | {"model": settings.model}


def _tools(settings: Settings) -> Any:
    """Return the definitions, each as JSON of its own: notebooks sort keys, and requests are to have the same bytes."""
    definitions = [to_json(tool).decode() for tool in settings.tools]
    if sum(map(len, definitions)) > LONG:
        return {"sha256": sha256("".join(definitions))}
    return definitions


def place_texts(entries: Sequence[Mapping[str, Any]], pages: Mapping[int, str]) -> None:
    """Put places into the outputs where the texts of the answer stand, if that is what the outputs say."""
    blocks = [block for entry in entries for block in entry["message"]["content"] if block["type"] == "text"]
    places = segments_of([block["text"] for block in blocks], pages)
    for block, segments in zip(blocks, places or (), strict=False):
        del block["text"]
        block["at"] = segments


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_DEFAULT = Settings()
