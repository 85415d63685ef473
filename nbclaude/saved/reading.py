"""Turns the answers in a notebook back into turns, and refuses anything its reader cannot see."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nbclaude.cleaning import identifier
from nbclaude.conversation.replaying import is_call, results_in
from nbclaude.conversation.turns import Turn
from nbclaude.refusal import UnfitError
from nbclaude.saved.notebook_file import NotebookFile, SavedAnswer
from nbclaude.saved.packing import fingerprint, sha256, texts_in, unpacked
from nbclaude.saved.record import KEPT_SETTINGS
from nbclaude.saved.segments import is_shown, texts_of_segments
from nbclaude.saved.visible import has_unseen_characters
from nbclaude.settings.values import Settings
from nbclaude.wire.request import text_block

__all__ = ["ReadTurn", "turns_of"]

_REFUSED = "its turn is not restored"
_NOT_SHOWN = "[What was attached here is not shown in the notebook.]"
_WORDS = {
    "thinking": "thinking",
    "citations": "citations",
    "characters": "characters that cannot be shown",
}


@dataclass(frozen=True, slots=True)
class ReadTurn:
    """A turn of a notebook, if it can be restored, and what to tell the user about it.

    `told` are sentences about the turn, without a subject. `left_out` names the kinds of content that are not saved.
    """

    id: str
    answer: SavedAnswer
    turn: Turn | None
    told: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    follows: str = ""
    kept: tuple[str, ...] = ()


class _RefusedError(Exception):
    """This turn is not restored; says why."""


def turns_of(answer: SavedAnswer, file: NotebookFile) -> Iterator[ReadTurn]:
    """Read the turns of an answer; each that cannot be restored says why."""
    try:
        texts = _texts(answer)
    except _RefusedError as refused:
        for entry in answer.turns:
            yield ReadTurn(str(entry.get("id")), answer, None, (f"{refused}; {_REFUSED}",))
        return
    for entry in answer.turns:
        own = [next(texts) for block in _content(entry) if block.get("type") == "text"]
        try:
            yield _turn(entry, own, answer, file)
        except _RefusedError as refused:
            yield ReadTurn(str(entry.get("id")), answer, None, (f"{refused}; {_REFUSED}",))
        except (AttributeError, KeyError, TypeError, ValueError):
            yield ReadTurn(str(entry.get("id")), answer, None, (f"its saved data is damaged; {_REFUSED}",))


def _texts(answer: SavedAnswer) -> Iterator[str]:
    """Return the texts of the answer's blocks, in order, if the notebook shows just these."""
    blocks = [block for entry in answer.turns for block in _content(entry) if block.get("type") == "text"]
    written = [block["text"] for block in blocks if isinstance(block.get("text"), str)]
    texts: Sequence[str] | None
    if written:
        texts = written if len(written) == len(blocks) and is_shown(written, answer.pages) else None
    else:
        texts = texts_of_segments([block.get("at") for block in blocks], answer.pages)
    if texts is None:
        raise _RefusedError("its saved answer does not match its Markdown output")
    if any(has_unseen_characters(text) for text in texts):
        raise _RefusedError("its answer contains invisible characters")
    if answer.view.has_foreign_style:
        raise _RefusedError(
            "its outputs include a style sheet from another version or another source, which may hide text"
        )
    hidden = answer.view.hidden_in("\n".join(answer.pages[number] for number in sorted(answer.pages)))
    if hidden:
        raise _RefusedError(f"its answer contains text that is not shown ({identifier(hidden, 30)!r})")
    return iter(texts)


def _turn(
    entry: Mapping[str, Any], texts: Sequence[str], answer: SavedAnswer, file: NotebookFile
) -> ReadTurn:
    content = _whole_content(entry, texts, answer)
    said = {**entry, "message": {**entry["message"], "content": _written(entry, texts)}}
    its_id = str(said.pop("id", ""))
    if fingerprint(said) != its_id:
        raise _RefusedError("it was changed after it was saved, or it is damaged")
    prompt, told = _question(entry, answer, file)
    tools = _tools(entry, answer)
    calls = any(is_call(block) for block in content) or bool(results_in(prompt))
    if calls and not tools:
        raise _RefusedError("the definitions of the tools that it calls are not shown")
    message = {
        "type": "message",
        "role": "assistant",
        "id": identifier(str(entry["message"].get("id") or "")),
        "model": identifier(str(entry["message"].get("model") or entry["model"])),
        "content": content,
        "stop_reason": _name(entry["message"].get("stop_reason")),
        "stop_sequence": None,
        "usage": _numbers(entry["message"].get("usage")),
    }
    left_out = [_WORDS.get(kind, "results of the server's tools") for kind in entry.get("left_out") or {}]
    turn = Turn(
        prompt=tuple(prompt),
        message=message,
        model=identifier(str(entry["model"])),
        cell=_cell_of(entry, answer),
        run=("restored", str(answer.record.get("answer"))),
        begins=entry.get("begins") is True,
        stopped="interrupted"
        if entry.get("stopped") == "interrupted"
        else "broken off"
        if entry.get("stopped")
        else "",
        seconds=float(entry.get("seconds") or 0),
        request_id=identifier(str(entry.get("request_id") or "")),
        settings=replace(_settings(entry), tools=tools),
        label=identifier(str(entry.get("label") or "")),
        notice=identifier(str(entry.get("notice") or "")),
        saved_as=its_id,
    )
    kept = tuple(str(each) for each in entry.get("kept") or ())
    return ReadTurn(
        its_id,
        answer,
        turn,
        tuple(told),
        tuple(dict.fromkeys(left_out)),
        str(entry.get("follows") or ""),
        kept,
    )


def _content(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    message = entry.get("message")
    content = message.get("content") if isinstance(message, Mapping) else None
    return [block for block in content if isinstance(block, Mapping)] if isinstance(content, list) else []


def _written(entry: Mapping[str, Any], texts: Sequence[str]) -> list[Any]:
    """Return the packed blocks with their texts written out, as they were when the id was made of them."""
    left = iter(texts)
    return [text_block(next(left)) if block.get("type") == "text" else block for block in _content(entry)]


def _whole_content(
    entry: Mapping[str, Any], texts: Sequence[str], answer: SavedAnswer
) -> list[dict[str, Any]]:
    left = iter(texts)
    content = []
    for block in _content(entry):
        if block.get("type") == "text":
            content.append(text_block(next(left)))
            continue
        if block.get("type") != "tool_use":
            raise _RefusedError("it contains a block that nbclaude does not save with an answer")
        call, _ = unpacked(block, lambda _: None, lambda _: None)
        if not set(call) <= {"type", "id", "name", "input", "caller"} or not isinstance(
            call.get("input"), dict
        ):
            raise _RefusedError("it contains a malformed tool call")
        if not _all_shown([call["name"], *texts_in(call["input"])], answer):
            raise _RefusedError(
                f"its call of {identifier(str(call['name']))} does not match what the notebook shows"
            )
        content.append(call)
    return content


def _question(
    entry: Mapping[str, Any], answer: SavedAnswer, file: NotebookFile
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the blocks of a question as they were sent, and what to tell the user about them."""
    packed = [block for block in entry["question"] if isinstance(block, Mapping)]
    bodies = {sha256(text): text for text in _bodies(answer.cell.source)}
    blocks: list[dict[str, Any]] = []
    told: list[str] = []
    view = answer.view
    for number, each in enumerate(packed, 1):
        block, missing = unpacked(each, file.image, bodies.get)
        blocks.append(block)
        if missing is not None:
            told.append(f"{missing} that was sent with it is not in the notebook")
            continue
        texts = texts_in(block)
        if any(has_unseen_characters(text) for text in texts):
            raise _RefusedError("its question contains invisible characters")
        is_typed = number == len(packed) and block.get("type") == "text"
        if is_typed and view.asks(block["text"]):
            continue
        if not _all_shown(_said(block), answer):
            if is_typed:
                raise _RefusedError("its question appears neither in its cell nor in its receipt")
            told.append("an attachment is not shown in the notebook, so it is left out")
            blocks[-1] = _without_content(block)
        elif is_typed and not entry.get("label") and "{" not in view.source:
            told.append("its cell now asks something else; the original question is restored")
    return blocks, told


def _bodies(source: str) -> list[str]:
    """Return what the question of a cell may be: everything below its first line, or after the magic."""
    first, _, body = source.partition("\n")
    return [body, body.strip(), body.rstrip("\n"), first.partition(" ")[2], source]


def _said(block: Mapping[str, Any]) -> list[str]:
    """Return the texts of a block that a model reads."""
    kind = block.get("type")
    if kind == "text":
        return [str(block.get("text"))]
    skipped = {"type", "tool_use_id", "is_error", "cache_control"}
    rest = {name: value for name, value in block.items() if name not in skipped}
    names = {
        "type",
        "source",
        "base64",
        "media_type",
        "data",
        "text",
        "content",
        "image",
        "title",
        "citations",
        "enabled",
    }
    return [text for text in texts_in(rest) if text not in names]


def _all_shown(texts: Iterable[str], answer: SavedAnswer) -> bool:
    return all(answer.view.shows(text) or answer.view.asks(text) for text in texts)


def _without_content(block: Mapping[str, Any]) -> dict[str, Any]:
    if block.get("type") == "tool_result":
        return {"type": "tool_result", "tool_use_id": block.get("tool_use_id"), "content": _NOT_SHOWN}
    return text_block(_NOT_SHOWN)


def _tools(entry: Mapping[str, Any], answer: SavedAnswer) -> tuple[dict[str, Any], ...]:
    """Return the definitions of its tools; none of them unless all are shown."""
    saved = entry.get("tools")
    if not isinstance(saved, list):
        return ()
    tools = tuple(json.loads(each) for each in saved)
    is_shown = all(isinstance(tool, dict) and _all_shown(texts_in(tool), answer) for tool in tools)
    return tools if is_shown else ()


def _settings(entry: Mapping[str, Any]) -> Settings:
    """Return the settings that can be read; never a request's destination or key."""
    saved = entry.get("settings")
    found: dict[str, Any] = {}
    for row in KEPT_SETTINGS:
        value = saved.get(row.name) if isinstance(saved, Mapping) else None
        if value is None:
            continue
        try:
            found[row.name] = row.kind.check(value)
        except UnfitError:
            continue
    return Settings(**found)


def _cell_of(entry: Mapping[str, Any], answer: SavedAnswer) -> str:
    """Return the id of the cell: that in the file, unless the front end has ids of another kind."""
    saved = str(entry.get("cell") or "")
    return saved if ":" in saved else answer.cell.id or saved


def _name(value: object) -> str | None:
    return identifier(value) if isinstance(value, str) else None


def _numbers(value: object) -> dict[str, Any]:
    """Return the numbers in a usage, nested ones included."""
    found: dict[str, Any] = {}
    for key, item in value.items() if isinstance(value, Mapping) else ():
        if isinstance(item, Mapping):
            found[str(key)] = _numbers(item)
        elif isinstance(item, int | float) and not isinstance(item, bool):
            found[str(key)] = item
    return found
