"""What the front end tells: read from an execute request as JupyterLab sends it, and from shells that are told nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nbclaude.notebook import (
    CellRun,
    DeletedCells,
    cell_number,
    cell_run,
    deleted,
    is_claude_cell,
    is_terminal,
    notebook_path,
    only_asks_follow,
    request_id,
    shows_updates,
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


def gone(told: Any) -> list[str]:
    """The cells that are gone by this one request."""
    return sorted(DeletedCells().begin(told))


class TestUpdates:
    @pytest.mark.parametrize(
        ("front_end", "metadata", "content"),
        [
            ("JupyterLab", {"cellId": "A", "deletedCells": [], "recordTiming": False}, {"allow_stdin": True}),
            ("VS Code", {"cellId": "vscode-notebook-cell:/n.ipynb#W0", "tags": []}, {"allow_stdin": True}),
            ("nbclient", {}, {"allow_stdin": False}),
        ],
    )
    def test_they_are_known_to_be_shown(self, front_end: str, metadata: Any, content: Any) -> None:
        assert shows_updates(shell(metadata, content=content))

    @pytest.mark.parametrize(
        ("front_end", "metadata", "content"),
        [
            ("jupyter console, qtconsole, jupyter run", {}, {"allow_stdin": True}),
            ("jupyter-server-nbmodel", {}, {"code": "%claude hi", "allow_stdin": True}),
            ("an engine of ipyparallel", {}, {"code": "%claude hi", "silent": False}),
            ("a button", {}, {"comm_id": "c", "data": {"method": "custom"}}),
            ("who knows", {"cellId": ""}, {}),
            ("nonsense", "no dict", "no dict"),
        ],
    )
    def test_in_doubt_they_are_not(self, front_end: str, metadata: Any, content: Any) -> None:
        assert not shows_updates(shell(metadata, content=content))

    def test_a_shell_without_a_request_tells_nothing(self) -> None:
        assert not shows_updates(SimpleNamespace())  # type: ignore[arg-type]


class TestCells:
    def test_the_cell_that_runs(self) -> None:
        told = shell({"cellId": "A", "deletedCells": ["B"]})
        assert cell_run(told) == CellRun("A", "m-1")
        assert gone(told) == ["B"]
        assert request_id(told) == "m-1"
        assert cell_number(told) == 7

    @pytest.mark.parametrize(
        "metadata",
        [{}, {"cellId": ""}, {"cellId": 3}, {"cellId": None, "deletedCells": "B"}, "no dict", 5],
    )
    def test_a_front_end_that_tells_nothing_of_use(self, metadata: Any) -> None:
        told = shell(metadata)
        assert cell_run(told) is None
        assert gone(told) == []

    def test_what_is_no_id_is_left_out(self) -> None:
        assert gone(shell({"deletedCells": ["B", None, 3, "C"]})) == ["B", "C"]

    def test_a_terminal_has_no_request(self) -> None:
        assert cell_run(TERMINAL) is None
        assert gone(TERMINAL) == []
        assert request_id(TERMINAL) is None
        assert not is_claude_cell(TERMINAL)
        assert not only_asks_follow(TERMINAL)

    @pytest.mark.parametrize("parent", [None, "text", {"header": None, "metadata": None, "content": None}])
    def test_a_request_of_an_unknown_form(self, parent: Any) -> None:
        told: Any = SimpleNamespace(get_parent=lambda: parent)
        assert cell_run(told) is None
        assert request_id(told) is None
        assert not is_claude_cell(told)


class Requests:
    """A front end that sends requests as JupyterLab does, each with the deleted cells and the time of its own clock.

    The kernel's clock, which measures how long a cell runs, stands still unless a test advances it.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.kernel_clock = 100.0
        patch.setattr(deleted, "time", SimpleNamespace(monotonic=lambda: self.kernel_clock))
        self.cells = DeletedCells()
        self.now = datetime(2026, 11, 28, 12, tzinfo=UTC)

    def run(self, cell: str, *named: str, after: float = 0.01, text: bool = False) -> list[str]:
        """Run a cell whose request was sent so many seconds after the one before; return which cells are gone by it."""
        self.now += timedelta(seconds=after)
        header = {"msg_id": cell, "date": self.now.isoformat() if text else self.now}
        found = self.cells.begin(shell({"cellId": cell, "deletedCells": list(named)}, header=header))
        self.cells.end()
        return sorted(found)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Requests:
    return Requests(monkeypatch)


class TestDeletedCells:
    def test_the_cell_that_runs_is_there(self, requests: Requests) -> None:
        assert requests.run("A", "A", "B") == ["B"]

    @pytest.mark.parametrize("text", [True, False])
    def test_run_all_after_a_deletion_was_undone(self, text: bool, requests: Requests) -> None:
        # JupyterLab sends all requests at once, and forgets what it has told with the first reply.
        assert requests.run("A", "X", text=text) == ["X"]
        assert requests.run("X", "X", text=text) == []
        assert requests.run("B", "X", text=text) == []
        assert requests.run("C", "X", "Y", text=text) == ["Y"]

    def test_deleted_again(self, requests: Requests) -> None:
        assert requests.run("X", "X") == []
        assert requests.run("A", "X", after=5) == ["X"]
        assert requests.run("A", after=5) == []
        assert requests.run("X", after=5) == []
        assert requests.run("A", "X", after=0.2) == ["X"]

    def test_deleted_again_right_after_run_all(self, requests: Requests) -> None:
        assert [requests.run(cell, "X", after=0.1) for cell in "XABCDE"] == [[]] * 6
        assert requests.run("A", "X", after=0.3) == ["X"]

    def test_what_waits_in_the_queue_was_sent_before_the_first_reply(self, requests: Requests) -> None:
        told = shell({"cellId": "A", "deletedCells": ["X"]}, header={"msg_id": "a", "date": requests.now})
        assert requests.cells.begin(told) == {"X"}
        requests.kernel_clock += 0.7
        requests.cells.end()
        assert requests.run("X", "X", after=0.01) == []
        assert requests.run("B", "X", after=0.4) == []  # while A ran
        assert requests.run("B", "X", after=0.8) == ["X"]

    def test_a_cell_that_takes_long_holds_the_queue(self, requests: Requests) -> None:
        told = shell({"cellId": "X", "deletedCells": ["X"]}, header={"msg_id": "x", "date": requests.now})
        requests.cells.begin(told)
        requests.kernel_clock += 1.2
        requests.cells.end()
        assert requests.run("A", "X", after=1.1) == []
        assert requests.run("A", "X", after=1.0) == ["X"]

    def test_what_is_known_otherwise_holds_for_the_rest_of_the_queue(self, requests: Requests) -> None:
        assert requests.run("A", "X", "Y") == ["X", "Y"]
        requests.cells.exists(["X"])
        assert requests.run("B", "X", "Y") == ["Y"]
        assert requests.run("B", "X", after=60) == ["X"]

    def test_requests_without_a_date(self, requests: Requests) -> None:
        cells = DeletedCells()
        assert cells.begin(shell({"cellId": "X", "deletedCells": ["X"]})) == frozenset()
        assert cells.begin(shell({"cellId": "A", "deletedCells": ["X"]})) == {"X"}


class TestSource:
    @pytest.mark.parametrize(
        ("code", "alone"),
        [
            ("%%claude\nHi", True),
            ("\n%claude Hi\n", True),
            ("# why\n\n  # really?\n%%claude -m haiku\nHi\nHo", True),
            ("# why\n%claude Hi", True),
            ("%%claude_x\nHi", True),
            ("%%claudette\nHi", False),
            ("%claude_history", True),
            ("print(1)\n%%claude\nHi", False),
            ("# %%claude", False),
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
            ("x = 1\na['k'] = %claude Hi\nb: object = %claude a = b\nc = d = %claude Hi", True),
            ("%time %claude Hi\n%timeit -n 1 r = %claude Hi", True),
            ("a = %claude Hi\na.text", False),
            ("%claude Hi\n# %claude\nprint('%claude')", False),
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
        assert notebook_path(shell()) == path
        assert notebook_path(TERMINAL) == path

    @pytest.mark.parametrize(
        ("told", "file"),
        [
            ("talks/first.ipynb", "talks/first.ipynb"),  # as it was, also before it is saved
            ("talks/second.ipynb", "talks/second.ipynb"),
            ("RTC:talks/second.ipynb", "talks/second.ipynb"),
            ("moved.ipynb", "moved.ipynb"),
            ("talks/old/deep.ipynb", "talks/old/deep.ipynb"),
            ("talks/nowhere.ipynb", "talks/first.ipynb"),
            ("../../etc.txt", "talks/first.ipynb"),
            (None, "talks/first.ipynb"),
            ("", "talks/first.ipynb"),
        ],
    )
    def test_a_notebook_that_has_another_name_now(
        self, told: Any, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It was renamed or moved, or is another notebook of the same kernel."""
        (tmp_path / "talks/old").mkdir(parents=True)
        for name in ("talks/second.ipynb", "moved.ipynb", "talks/old/deep.ipynb"):
            (tmp_path / name).touch()
        monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "talks/first.ipynb"))
        request = shell({"nbclaude": {"version": "1", "notebook": told, "cells": []}})
        assert notebook_path(request) == tmp_path / file

    def test_no_terminal(self) -> None:
        assert not is_terminal(shell())
        assert not is_terminal(None)
