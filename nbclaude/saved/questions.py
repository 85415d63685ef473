"""The blocks of a saved question as they were sent, as far as the notebook shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from nbclaude.render.results import unmarked
from nbclaude.saved.notebook_file import NotebookFile, SavedAnswer
from nbclaude.saved.packing import sha256, texts_in, unpacked
from nbclaude.saved.visible import has_unseen_characters
from nbclaude.wire.request import text_block

__all__ = ["RefusedError", "all_shown", "question_of"]

_MARK = re.compile(r'<tool_result name="([^"]*)">\n')
_NOT_SHOWN = "[What was attached here is not shown in the notebook.]"


class RefusedError(Exception):
    """This turn is not restored; says why."""


def question_of(
    entry: Mapping[str, Any], answer: SavedAnswer, file: NotebookFile
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the blocks of a question as they were sent, and what to tell the user about them.

    Raises:
        RefusedError: its question is not shown, or has invisible characters.
        ValueError: a block is damaged.

    """
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
            raise RefusedError("its question contains invisible characters")
        is_typed = number == len(packed) and block.get("type") == "text"
        if is_typed and view.asks(block["text"]):
            continue
        if not all_shown(_said(block), answer):
            if is_typed:
                raise RefusedError("its question appears neither in its cell nor in its receipt")
            told.append("an attachment is not shown in the notebook, so it is left out")
            blocks[-1] = _without_content(block)
        elif is_typed and not entry.get("label") and "{" not in view.source:
            told.append("its cell now asks something else; the original question is restored")
        elif is_typed and not entry.get("label") and not view.has_words_of(block["text"]):
            told.append("the original question is restored, which has words that its cell does not have")
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
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "application/pdf",
        "text/plain",
    }
    said = [text for text in texts_in(rest) if text not in names]
    return [piece for text in said for piece in _without_marks(text)] if kind == "tool_result" else said


def _without_marks(text: str) -> list[str]:
    """Return the tool's name, which the marks around a result hold, and the result without those marks, which nobody sees."""
    found = _MARK.match(text)
    return [found[1], unmarked(text)] if found else [text]


def all_shown(texts: Iterable[str], answer: SavedAnswer) -> bool:
    """Tell whether a reader of the cell sees each of these texts."""
    return all(answer.view.shows(text) or answer.view.asks(text) for text in texts)


def _without_content(block: Mapping[str, Any]) -> dict[str, Any]:
    if block.get("type") == "tool_result":
        return {"type": "tool_result", "tool_use_id": block.get("tool_use_id"), "content": _NOT_SHOWN}
    return text_block(_NOT_SHOWN)
