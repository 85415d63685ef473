"""A notebook with answers, made without a kernel, and the tools of a forger: whatever is changed, the hashes are right again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbclaude.conversation.turns import Turn
from nbclaude.saved.exporting import export
from nbclaude.saved.notebook_file import read_notebook
from nbclaude.saved.packing import fingerprint
from nbclaude.saved.restoring import FoundConversation, find_conversations, put_back
from nbclaude.saved.segments import texts_of_segments
from nbclaude.settings.values import Settings
from nbclaude.workspace import Workspace

ANSWER = "A **list** keeps its items in order: `[1, 2]`.\n\nSee [the tutorial](https://docs.example/list)."


def turn(question: str, answer: str = ANSWER, cell: str = "", **more: Any) -> Turn:
    """Return a turn as an ask in a cell makes it."""
    message = {
        "type": "message",
        "role": "assistant",
        "id": "msg_1",
        "model": "claude-sonnet-4-6",
        "content": [{"type": "text", "text": answer}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 20, "output_tokens": 10},
    }
    prompt = ({"type": "text", "text": question},)
    return Turn(prompt, message, "claude-sonnet-4-6", cell, run=cell, settings=Settings(), **more)


def written(path: Path, *turns: Turn, name: str = "main") -> dict[str, Any]:
    """Write a notebook that holds these turns; return its content."""
    workspace = Workspace()
    conversation = workspace.conversations[name]
    conversation.every = turns
    export(conversation, workspace, path)
    made: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return made


def save(path: Path, made: Any) -> None:
    path.write_text(json.dumps(made, indent=1, sort_keys=True), "utf-8")


def read(path: Path, workspace: Workspace | None = None) -> list[FoundConversation]:
    return find_conversations(read_notebook(path), workspace or Workspace())


def restored(path: Path, workspace: Workspace) -> list[str]:
    """Restore what a file holds; return what was asked in the main conversation then."""
    for found in read(path, workspace):
        put_back(found, workspace)
    return [each.asked for each in workspace.conversations["main"].turns]


def output_of(made: dict[str, Any], cell: int = 0) -> dict[str, Any]:
    output: dict[str, Any] = made["cells"][cell]["outputs"][-1]
    return output


def record_of(made: dict[str, Any], cell: int = 0) -> dict[str, Any]:
    record: dict[str, Any] = output_of(made, cell)["metadata"]["nbclaude"]
    return record


def rehashed(made: dict[str, Any], change: Callable[[dict[str, Any]], object], cell: int = 0) -> None:
    """Change a saved turn, and compute its hash again; all states name the new one."""
    entry = record_of(made, cell)["turns"][0]
    old = entry.pop("id")
    change(entry)
    pages = {0: "".join(output_of(made, cell)["data"]["text/markdown"])}
    full = json.loads(json.dumps(entry))
    for block in full["message"]["content"]:
        if "at" in block:
            block["text"] = "".join(texts_of_segments([block.pop("at")], pages) or [])
    entry["id"] = fingerprint(full)
    text = json.dumps(made).replace(old, entry["id"])
    made.clear()
    made.update(json.loads(text))


def says(made: dict[str, Any], markdown: str, html: str | None = None, cell: int = 0) -> None:
    """Put other words into the model's mouth, in the Markdown and, by default, in the HTML as well."""
    data = output_of(made, cell)["data"]
    old = "".join(data["text/markdown"])
    data["text/markdown"] = [markdown]
    if html is not None:
        data["text/html"] = [html]
    else:
        from nbclaude.render.whole_message import message_html

        data["text/html"] = [message_html({"content": [{"type": "text", "text": markdown}]})]
    assert old != markdown
    length = len(markdown)
    rehashed(
        made, lambda entry: entry["message"].update(content=[{"type": "text", "at": [[0, 0, length]]}]), cell
    )
