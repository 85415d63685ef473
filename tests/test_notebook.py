"""What the front end tells: read from an execute request as JupyterLab sends it, and from shells that are told nothing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nbclaude.notebook import (
    CellRun,
    cell_number,
    cell_run,
    deleted_cells,
    is_claude_cell,
    is_terminal,
    notebook_path,
    only_asks_follow,
    request_id,
)


def shell(metadata: Any = None, code: object = "", **request: Any) -> Any:
    parent = {
        "header": {"msg_id": "m-1", "msg_type": "execute_request"},
        "metadata": metadata if metadata is not None else {},
        "content": {"code": code},
        **request,
    }
    return SimpleNamespace(get_parent=lambda: parent, displayhook=SimpleNamespace(prompt_count=7))


TERMINAL: Any = SimpleNamespace()


class TestCells:
    def test_the_cell_that_runs(self) -> None:
        told = shell({"cellId": "A", "deletedCells": ["B"]})
        assert cell_run(told) == CellRun("A", "m-1")
        assert deleted_cells(told) == ["B"]
        assert request_id(told) == "m-1"
        assert cell_number(told) == 7

    @pytest.mark.parametrize(
        "metadata",
        [{}, {"cellId": ""}, {"cellId": 3}, {"cellId": None, "deletedCells": "B"}, "no dict", 5],
    )
    def test_a_front_end_that_tells_nothing_of_use(self, metadata: Any) -> None:
        told = shell(metadata)
        assert cell_run(told) is None
        assert deleted_cells(told) == []

    def test_what_is_no_id_is_left_out(self) -> None:
        assert deleted_cells(shell({"deletedCells": ["B", None, 3, "C"]})) == ["B", "C"]

    def test_a_terminal_has_no_request(self) -> None:
        assert cell_run(TERMINAL) is None
        assert deleted_cells(TERMINAL) == []
        assert request_id(TERMINAL) is None
        assert not is_claude_cell(TERMINAL)
        assert not only_asks_follow(TERMINAL)

    @pytest.mark.parametrize("parent", [None, "text", {"header": None, "metadata": None, "content": None}])
    def test_a_request_of_an_unknown_form(self, parent: Any) -> None:
        told: Any = SimpleNamespace(get_parent=lambda: parent)
        assert cell_run(told) is None
        assert request_id(told) is None
        assert not is_claude_cell(told)


class TestSource:
    @pytest.mark.parametrize(
        ("code", "alone"),
        [
            ("%%claude\nHi", True),
            ("\n%claude Hi\n", True),
            ("%claude Hi\nx = 1", False),
            ("x = 1", False),
            (None, False),
        ],
    )
    def test_is_claude_cell(self, code: object, alone: bool) -> None:
        assert is_claude_cell(shell(code=code)) is alone

    @pytest.mark.parametrize(
        ("code", "only"),
        [
            ("plt.plot([1])\n%claude --fig What is this?", True),
            ("plt.plot([1])\n%claude --fig What is this?\n# done\n", True),
            ("a = %claude Hi\n%claude_continue", True),
            ("%claude Hi\nx = 1", False),
            ("for x in y:\n    %claude {x}", False),
            ("", False),
        ],
    )
    def test_only_asks_follow(self, code: str, only: bool) -> None:
        assert only_asks_follow(shell(code=code)) is only


class TestPlaces:
    @pytest.mark.parametrize(
        ("name", "path"),
        [
            ("/home/me/a b.ipynb", Path("/home/me/a b.ipynb")),
            ("/home/me/console-1-7f", None),
            ("", None),
        ],
    )
    def test_notebook_path(self, name: str, path: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JPY_SESSION_NAME", name)
        assert notebook_path() == path

    def test_no_terminal(self) -> None:
        assert not is_terminal(shell())
        assert not is_terminal(None)
