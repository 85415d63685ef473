"""`%claude_usage` adds up what was paid, and says so where a price is not known and where nobody pays."""

from __future__ import annotations

from typing import Any

from nbclaude.conversation.ledger import Entry
from nbclaude.workspace import current_workspace
from tests.magics.conftest import Notebook


def entry(model: str, cost: float | None, notice: str = "") -> Entry:
    return Entry("", "main", model, 1_000, 0, 100, cost, None if cost is None else 0.0, notice=notice)


def shown(notebook: Notebook) -> dict[str, str]:
    outputs: Any = notebook.shell.display_pub.outputs
    outputs.clear()
    notebook.run("%claude_usage")
    data: dict[str, str] = outputs[-1]["data"]
    return data


def test_what_was_paid_comes_first_and_what_is_not_known_is_marked(notebook: Notebook) -> None:
    workspace = current_workspace()
    workspace.ledger.entries += [
        entry("claude-a", 1.0, "demo"),
        entry("claude-a", 0.25),
        entry("own-model", None),
    ]
    data = shown(notebook)
    text = " ".join(data["text/plain"].split())
    html = data["text/html"]
    names = ("in all", "in all (demo)", "conversation main", "model claude-a", "no cell")
    places = [html.index(f">{name}<") for name in names]
    assert places == sorted(places)
    assert "≥ $0.25" in text and " – " in text
    assert "A dash or ≥ marks unknown prices" in text and "The demo costs nothing" in text
    assert html.count('class="nbclaude-number"') > 9 * 5  # costs are numbers, too


def test_a_demo_spends_nothing_of_a_budget(notebook: Notebook) -> None:
    workspace = current_workspace()
    notebook.run("%claude_budget 2")
    workspace.ledger.entries += [entry("claude-a", 0.25), entry("claude-a", 1.0, "demo")]
    assert "$0.25 of $2.00 is spent" in " ".join(shown(notebook)["text/plain"].split())
