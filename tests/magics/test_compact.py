"""`%claude_compact`: a summary in the place of turns, and undo that restores them exactly."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbclaude.simulator import Simulator
from tests.magics.conftest import Notebook


def texts(simulator: Simulator) -> list[str]:
    body: dict[str, Any] = json.loads(simulator.requests[-1].body)
    return ["".join(block.get("text", "") for block in message["content"]) for message in body["messages"]]


def test_folding_and_unfolding(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    """The summary is asked with all turns, and stands in their place; undo sends the same bytes as if nothing had been folded."""
    notebook.simulator.enqueue(
        "One is 1.", "Two is 2.", "Four.", "We counted: 1, 2.", "Three is 3.", "Three is 3."
    )
    assert "there is nothing to fold" in notebook.refused("%claude_compact")
    notebook.run("%claude What is one?")
    notebook.run("%claude What is two?")
    notebook.run("%claude -c other What is four?")
    assert notebook.run("%claude_compact keep the numbers") is None
    sent = texts(notebook.simulator)
    assert sent[:4] == ["What is one?", "One is 1.", "What is two?", "Two is 2."]
    assert sent[4].endswith("keep the numbers")
    assert "instead of 2 turns" in capsys.readouterr().out
    notebook.run("%claude And three?")
    folded = texts(notebook.simulator)
    assert folded[1:] == ["We counted: 1, 2.", "And three?"]
    notebook.run("%claude_undo")
    notebook.run("%claude_undo")
    notebook.run("%claude And three?")
    assert texts(notebook.simulator) == [
        "What is one?",
        "One is 1.",
        "What is two?",
        "Two is 2.",
        "And three?",
    ]


def test_half_a_summary_folds_nothing(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    """A summary that was cut off is a turn like any other."""
    notebook.simulator.enqueue("One is 1.", "Two is 2.")
    notebook.run("%claude What is one?")
    notebook.run("%claude What is two?")
    assert notebook.run("%claude_compact --max-tokens 1") is None
    assert "nothing was folded" in capsys.readouterr().out
    notebook.run("%claude And three?")
    assert texts(notebook.simulator)[:2] == ["What is one?", "One is 1."]
