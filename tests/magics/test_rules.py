"""`%claude_rules`: the line that offers them, what is sent once they are accepted, and the receipt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbclaude.workspace import current_workspace
from tests.magics.conftest import Inputs, Notebook


@pytest.fixture
def rules(notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the file of the rules; what is accepted is forgotten with the test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    current_workspace().rules.folder = lambda: tmp_path
    path = tmp_path / "nbclaude.md"
    path.write_text("Use polars.\n", "utf-8")
    return path


def system(notebook: Notebook) -> Any:
    return notebook.simulator.requests[-1].json.get("system")


def test_offered_accepted_and_changed(
    notebook: Notebook, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says where they come from; they are used when they are accepted, and no longer when they change."""
    notebook.sent("%claude a")
    assert system(notebook) is None
    offered = f"There are house rules in {rules} (1 line), but they are not used: "
    assert offered in capsys.readouterr().out
    notebook.sent("%claude b")
    assert offered not in capsys.readouterr().out
    assert notebook.run("%claude_rules") is None
    assert "Use polars." in capsys.readouterr().out
    assert notebook.run("%claude_rules accept") is None
    assert f"follows the house rules in {rules}" in capsys.readouterr().out
    notebook.sent("%claude --system 'Be brief.' c")
    assert [block["text"] for block in system(notebook)] == [
        '<house_rules name="nbclaude.md">\nUse polars.\n</house_rules>',
        "Be brief.",
    ]
    html = str(notebook.shell.display_pub.outputs)
    assert "house rules" in html
    rules.write_text("Use R.\n", "utf-8")
    notebook.sent("%claude d")
    assert system(notebook) is None
    assert offered in capsys.readouterr().out
    rules.write_text("Use polars.\n", "utf-8")
    assert notebook.run("%claude_rules drop") is None
    notebook.sent("%claude e")
    assert system(notebook) is None


def test_a_dry_run_shows_them(notebook: Notebook, rules: Path) -> None:
    """What would be sent has them."""
    notebook.run("%claude_rules accept")
    notebook.shell.display_pub.outputs.clear()
    notebook.run("%claude --dry-run a")
    text = notebook.shell.display_pub.outputs[-1]["data"]["text/plain"]
    assert "house rules" in text
    assert "Use polars." in text


def test_nobody_there_to_answer(notebook: Notebook, rules: Path, inputs: Inputs) -> None:
    """What executes notebooks accepts nothing, though a cell of the notebook says so."""
    inputs.request(None, stdin=False)
    assert "nobody to ask" in notebook.refused("%claude_rules accept")
    notebook.sent("%claude a")
    assert system(notebook) is None


def test_usage(notebook: Notebook, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other words are refused; without a file it says where one would be."""
    assert "use %claude_rules" in notebook.refused("%claude_rules yes")
    rules.unlink()
    assert notebook.run("%claude_rules accept") is None
    assert f"There is no nbclaude.md in {rules.parent}" in capsys.readouterr().out
