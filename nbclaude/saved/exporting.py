"""Writes a conversation as a file that is readable by itself: Markdown, HTML, a notebook, or JSON for any client."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from nbclaude.conversation.history import SUMMARY, Scope, history_of
from nbclaude.conversation.turns import Conversation, Turn
from nbclaude.errors import ConfigurationError
from nbclaude.output.marks import Shown, marked
from nbclaude.plurals import counted
from nbclaude.render.data_urls import data_url
from nbclaude.render.dollars import in_dollars
from nbclaude.render.receipt import Receipt, ReceiptPart
from nbclaude.render.style import STYLE
from nbclaude.render.whole_message import message_html
from nbclaude.saved.packing import fingerprint, sha256
from nbclaude.saved.pieces import answer_markdown, fenced, pieces_of, tools_of
from nbclaude.saved.record import id_of, record_of
from nbclaude.wire.message import content_of, summary_of, text_of
from nbclaude.wire.request import text_block
from nbclaude.workspace import Workspace

__all__ = ["FORMAT", "KINDS", "export"]

FORMAT = "nbclaude-conversation"
_MAX_SAVED = (
    20_000  # characters of an attached text that an exported notebook holds, so that it can be restored
)
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


def export(conversation: Conversation, workspace: Workspace, path: Path) -> list[Path]:
    """Write a conversation to a file, whose name ends in one of `KINDS`; return all files that were written.

    Raises:
        ConfigurationError: the name ends in something else, or a file cannot be written.

    """
    write = KINDS.get(path.suffix.lower())
    if write is None:
        raise ConfigurationError(f"{path} ends in none of {', '.join(KINDS)}.")
    images = _Images(path)
    text = write(conversation, workspace, images)
    try:
        path.write_text(text, "utf-8")
        return [path, *images.write()]
    except OSError as error:
        raise ConfigurationError(f"{error.filename or path} cannot be written: {error.strerror}.") from None


class _Images:
    """The images of an exported file, which stand beside it in a folder of its own."""

    def __init__(self, path: Path) -> None:
        self._folder = path.with_name(f"{path.stem}_files")
        self._contents: dict[str, bytes] = {}

    def put(self, media_type: str, data: str) -> str:
        """Return the address of an image in the file."""
        content = base64.b64decode(data)
        name = f"{sha256(content)[:12]}.{_ENDINGS.get(media_type, 'bin')}"
        self._contents[name] = content
        return f"{self._folder.name}/{name}"

    def write(self) -> list[Path]:
        """Write them."""
        if self._contents:
            self._folder.mkdir(exist_ok=True)
        for name, content in self._contents.items():
            (self._folder / name).write_bytes(content)
        return [self._folder / name for name in self._contents]


def _markdown(conversation: Conversation, workspace: Workspace, images: _Images) -> str:
    parts = [f"# Conversation {conversation.name}"]
    for number, turn in enumerate(conversation.turns, 1):
        parts.append(f"## {number}. Question")
        for kind, text in pieces_of(turn, images.put):
            parts.append({"image": f"![image]({text})", "attached": fenced(text)}.get(kind, text))
        parts += [f"## {number}. Answer ({turn.model})", answer_markdown(turn)]
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _html(conversation: Conversation, workspace: Workspace, images: _Images) -> str:
    title = escape(f"Conversation {conversation.name}")
    parts = [f"<h1>{title}</h1>"]
    for turn in conversation.turns:
        for kind, text in pieces_of(turn, data_url):
            if kind == "image":
                parts.append(f'<p><img alt="image" src="{escape(text)}" style="max-width:100%"></p>')
            else:
                name = "attached" if kind == "attached" else "question"
                parts.append(f'<pre class="{name}">{escape(text, quote=False)}</pre>')
        parts += [message_html(turn.message, styled=False), f"<p><small>{escape(turn.model)}</small></p><hr>"]
    rules = (
        "body{max-width:50em;margin:2em auto;padding:0 1em;font-family:system-ui,sans-serif}"
        "pre.question{white-space:pre-wrap;font:inherit;font-weight:600}pre.attached{overflow:auto;max-height:20em}"
    )
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}{rules}</style>'
    return f"<!doctype html>\n<html><head>{head}</head>\n<body>{''.join(parts)}</body></html>\n"


def _json(conversation: Conversation, workspace: Workspace, images: _Images) -> str:
    turns = conversation.turns
    history = history_of(turns, (), Scope(keeps_thinking=False))
    tools = next(
        (turn.settings.tools for turn in reversed(turns) if turn.settings and turn.settings.tools), ()
    )
    content = {
        "format": FORMAT,
        "version": 1,
        "conversation": conversation.name,
        "model": turns[-1].model if turns else "",
        **({"tools": list(tools)} if tools else {}),
        "messages": _in_words(history.messages),
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _in_words(messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return messages that any client can send: a compacted beginning, which needs a beta header, becomes the user's text."""
    summary = summary_of(messages[0]) if messages else ""
    if not summary:
        return list(messages)
    said, *rest = text_block(f"{SUMMARY}\n\n{summary}"), *messages[1:]
    following = content_of(rest[0]) if rest and rest[0]["role"] == "user" else []
    return [{"role": "user", "content": [said, *following]}, *rest[1 if following else 0 :]]


def _notebook(conversation: Conversation, workspace: Workspace, images: _Images) -> str:
    order = [id_of(turn, workspace) for turn in conversation.turns]
    state = {"name": conversation.name, "lineage": f"export {fingerprint(order)}", "also": [], "order": order}
    cells = [_cell(number, turn, workspace, state) for number, turn in enumerate(conversation.turns, 1)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _cell(number: int, turn: Turn, workspace: Workspace, state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cell that asks the question, with the answer and its record."""
    pieces = list(pieces_of(turn, data_url, _MAX_SAVED))
    typed = "".join(text for kind, text in pieces if kind == "text")
    tools = tools_of(turn)
    html = message_html(turn.message) + _receipt([*pieces, *([("attached", tools)] if tools else [])])
    answer = sha256(html)[:12]
    published = set(workspace.published)
    said = in_dollars(text_of(turn.message))
    record = record_of(workspace, (), [turn], Shown(answer, {0: said}), {})
    record["conversations"] = [state]
    workspace.published.clear()
    workspace.published.update(published)
    data = {"text/html": html, "text/markdown": said, "text/plain": turn.answer}
    lines = {kind: text.splitlines(keepends=True) for kind, text in data.items()}
    return {
        "cell_type": "code",
        "id": f"turn-{number}",
        "execution_count": None,
        "metadata": {},
        "source": f"%%claude\n{typed}".splitlines(keepends=True),
        "outputs": [{"output_type": "display_data", "data": lines, "metadata": marked(answer, 0, record)}],
    }


def _receipt(pieces: Sequence[tuple[str, str]]) -> str:
    """Return a fold with everything that was sent along with a question, images included."""
    parts = [
        ReceiptPart("image", image=text) if kind == "image" else ReceiptPart("attached", text)
        for kind, text in pieces
        if kind != "text"
    ]
    if not parts:
        return ""
    said = f"Sent along: {counted(len(parts), 'attachment')}"
    return f'<div class="nbclaude">{Receipt(said, tuple(parts)).html}</div>'


KINDS: Mapping[str, Callable[[Conversation, Workspace, _Images], str]] = {
    ".md": _markdown,
    ".html": _html,
    ".json": _json,
    ".ipynb": _notebook,
}
