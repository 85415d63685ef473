"""A summary signed by the API is saved verbatim, and restored only if the notebook shows its text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nbclaude.conversation.history import Scope, history_of
from nbclaude.conversation.turns import Turn
from nbclaude.workspace import Workspace
from tests.saved.forging import output_of, restored, save, turn, written

BLOCK = {
    "type": "compaction",
    "content": "We counted **apples**:\n\n| day | apples |\n|---|---|\n| Monday | 3 |\n\n1. `x = 3` holds.",
    "encrypted_content": None,
    "signature": "c2lnbmVk",
}


def summary(cell: str = "turn-2") -> Turn:
    made = turn("", cell=cell)
    message = {**made.message, "content": [BLOCK], "stop_reason": "compaction"}
    return replace(made, prompt=(), message=message, begins=True, label="summary of 1 turn")


def test_it_comes_back_verbatim(tmp_path: Path) -> None:
    path = tmp_path / "talk.ipynb"
    written(path, turn("How many?", cell="turn-1"), summary(), turn("And now?", cell="turn-3"))
    workspace = Workspace()
    assert restored(path, workspace) == ["How many?", "summary of 1 turn", "And now?"]
    conversation = workspace.conversations["main"]
    turns = conversation.before(len(conversation.every))
    assert [each.asked for each in turns] == ["summary of 1 turn", "And now?"]
    messages = history_of(turns, [{"type": "text", "text": "More?"}], Scope()).messages
    assert messages[0] == {"role": "assistant", "content": [BLOCK]}
    assert [message["role"] for message in messages] == ["assistant", "user", "assistant", "user"]


def test_it_is_not_sent_where_all_that_it_stands_for_is(tmp_path: Path) -> None:
    turns = (turn("How many?"), summary(), turn("And now?"))
    messages = history_of(turns, (), Scope()).messages
    assert "compaction" not in str(messages)
    assert [message["role"] for message in messages] == ["user", "assistant", "user", "assistant"]


def test_a_server_that_refused_it_is_sent_its_words() -> None:
    messages = history_of((summary(), turn("And now?")), (), Scope(texts_alone=True)).messages
    first = messages[0]
    assert first["role"] == "user"
    assert first["content"][0]["text"].startswith("What was said so far, in short:\n\nWe counted **apples**")
    assert first["content"][1]["text"] == "And now?"


@pytest.mark.parametrize("word", ["apples", "Monday", "x = 3"])
def test_a_word_that_the_fold_does_not_show(tmp_path: Path, word: str) -> None:
    path = tmp_path / "talk.ipynb"
    made = written(path, turn("How many?", cell="turn-1"), summary())
    data = output_of(made, 1)["data"]
    data["text/html"] = "".join(data["text/html"]).replace(word, "pears")
    save(path, made)
    assert restored(path, Workspace()) == ["How many?"]
