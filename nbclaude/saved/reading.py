"""Turns the answers in a notebook back into turns, and refuses anything its reader cannot see."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbclaude.cleaning import identifier
from nbclaude.conversation.replaying import is_call, results_in
from nbclaude.conversation.turns import Turn
from nbclaude.frozen import frozen
from nbclaude.refusal import UnfitError
from nbclaude.render.markdown import plain_text
from nbclaude.saved.definitions import is_run_by_client
from nbclaude.saved.notebook_file import NotebookFile, SavedAnswer
from nbclaude.saved.packing import fingerprint, texts_in, unpacked
from nbclaude.saved.questions import RefusedError, all_shown, question_of
from nbclaude.saved.record import KEPT_SETTINGS
from nbclaude.saved.segments import is_shown, texts_of_segments
from nbclaude.saved.visible import has_unseen_characters
from nbclaude.settings.values import Settings
from nbclaude.wire.message import summary_of
from nbclaude.wire.request import text_block

__all__ = ["ReadTurn", "turns_of"]

_REFUSED = "its turn is not restored"
_WORDS = {
    "thinking": "thinking",
    "citations": "citations",
    "characters": "characters that cannot be shown",
}


@frozen
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


def turns_of(answer: SavedAnswer, file: NotebookFile) -> Iterator[ReadTurn]:
    """Read the turns of an answer; each that cannot be restored says why."""
    try:
        texts = _texts(answer, file)
    except RefusedError as refused:
        for entry in answer.turns:
            yield ReadTurn(str(entry.get("id")), answer, None, (f"{refused}; {_REFUSED}",))
        return
    besides = _besides(answer, texts, file)
    left = iter(texts)
    for entry in answer.turns:
        own = [next(left) for block in _content(entry) if block.get("type") == "text"]
        try:
            read = _turn(entry, own, answer, file)
            yield replace(read, told=(*read.told, *besides))
        except RefusedError as refused:
            yield ReadTurn(str(entry.get("id")), answer, None, (f"{refused}; {_REFUSED}",))
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
            yield ReadTurn(str(entry.get("id")), answer, None, (f"its saved data is damaged; {_REFUSED}",))


def _besides(answer: SavedAnswer, texts: Sequence[str], file: NotebookFile) -> tuple[str, ...]:
    """Say what a reader may overlook in an answer that is restored."""
    told = []
    if words := answer.view.differs_from(texts):
        told.append(
            f"its HTML differs from its Markdown at {identifier(words, 60)!r}; the Markdown is what is restored"
        )
    if pointed := answer.view.pointed:
        told.append(f"part of its answer shows only when you point at a link: {identifier(pointed[0], 60)!r}")
    if veiled := answer.view.veiled:
        told.append(f"a formula in its answer may hide words: {identifier(veiled[0], 60)!r}")
    if answer.view.is_far:
        told.append("much white space stands in it; scroll to its end to see all of it")
    if covered := answer.view.covered:
        told.append(f"the output below it hides a code block in its answer: {identifier(covered, 60)!r}")
    if file.covering:
        told.append(
            f"an output of {file.covering} may cover what is restored; clear that output to see everything"
        )
    if answer.cell.is_collapsed:
        told.append("it is collapsed in the notebook; open it to see what is restored")
    return tuple(told)


def _texts(answer: SavedAnswer, file: NotebookFile) -> Sequence[str]:
    """Return the texts of the answer's blocks, in order, if the notebook shows just these."""
    blocks = [block for entry in answer.turns for block in _content(entry) if block.get("type") == "text"]
    written = [block["text"] for block in blocks if isinstance(block.get("text"), str)]
    texts: Sequence[str] | None
    if written:
        texts = written if len(written) == len(blocks) and is_shown(written, answer.pages) else None
    else:
        texts = texts_of_segments([block.get("at") for block in blocks], answer.pages)
    if texts is None:
        raise RefusedError("its saved answer does not match its Markdown output")
    if any(has_unseen_characters(text) for text in texts):
        raise RefusedError("its answer contains invisible characters")
    if not answer.view.is_own:
        raise RefusedError(
            "its outputs include HTML or a style sheet from another version or another source, which may hide text"
        )
    if file.hiding:
        raise RefusedError(
            f"a style sheet in {file.hiding} may hide text of answers (clear that output to restore)"
        )
    hidden = answer.view.hidden_in("\n".join(answer.pages[number] for number in sorted(answer.pages)), texts)
    if hidden:
        raise RefusedError(f"its answer contains text that is not shown ({identifier(hidden, 30)!r})")
    return texts


def _turn(
    entry: Mapping[str, Any], texts: Sequence[str], answer: SavedAnswer, file: NotebookFile
) -> ReadTurn:
    content = _whole_content(entry, texts, answer)
    said = {**entry, "message": {**entry["message"], "content": _written(entry, texts)}}
    its_id = str(said.pop("id", ""))
    if fingerprint(said) != its_id:
        raise RefusedError("it was changed after it was saved, or it is damaged")
    prompt, told = question_of(entry, answer, file)
    defined = _tools(entry, answer)
    tools = tuple(filter(is_run_by_client, defined))
    if len(tools) < len(defined):
        told.append("tools that the server runs are not restored; name them again to use them")
    calls = any(is_call(block) for block in content) or bool(results_in(prompt))
    if calls and not tools:
        raise RefusedError("the definitions of the tools that it calls are not shown")
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
        if block.get("type") == "compaction":
            content.append(_compaction(block, answer))
            continue
        if block.get("type") != "tool_use":
            raise RefusedError("it contains a block that nbclaude does not save with an answer")
        call, _ = unpacked(block, lambda _: None, lambda _: None)
        if not set(call) <= {"type", "id", "name", "input", "caller"} or not isinstance(
            call.get("input"), dict
        ):
            raise RefusedError("it contains a malformed tool call")
        if not all_shown([call["name"], *texts_in(call["input"])], answer):
            raise RefusedError(
                f"its call of {identifier(str(call['name']))} does not match what the notebook shows"
            )
        content.append(call)
    return content


def _compaction(block: Mapping[str, Any], answer: SavedAnswer) -> dict[str, Any]:
    """Return the compaction block, if the notebook shows its summary."""
    if "json" in block:
        block, _ = unpacked(block, lambda _: None, lambda _: None)
    summary = summary_of({"content": [block]})
    if not summary or has_unseen_characters(summary) or not all_shown([plain_text(summary)], answer):
        raise RefusedError("its summary of the conversation does not match what the notebook shows")
    return dict(block)


def _tools(entry: Mapping[str, Any], answer: SavedAnswer) -> tuple[dict[str, Any], ...]:
    """Return the definitions of its tools; none of them unless all are shown."""
    saved = entry.get("tools")
    if not isinstance(saved, list):
        return ()
    tools = tuple(json.loads(each) for each in saved)
    is_shown = all(isinstance(tool, dict) and all_shown(texts_in(tool), answer) for tool in tools)
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
    """Return the numbers in a usage, nested ones included, and of what kinds its iterations are."""
    found: dict[str, Any] = {}
    for key, item in value.items() if isinstance(value, Mapping) else ():
        if isinstance(item, Mapping):
            found[str(key)] = _numbers(item)
        elif isinstance(item, list) and key == "iterations":
            found[key] = [
                {**_numbers(each), "type": _name(each.get("type"))}
                for each in item
                if isinstance(each, Mapping)
            ]
        elif isinstance(item, int | float) and not isinstance(item, bool):
            found[str(key)] = item
    return found
