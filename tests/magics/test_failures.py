"""Errors of ours and stops are cards and quiet lines where somebody looks, and errors for everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import nbclaude
from nbclaude.cures import Command
from nbclaude.errors import (
    AnswerInterrupted,
    APIConnectionError,
    APITimeoutError,
    ConfigurationError,
    RateLimitError,
    status_error,
)
from nbclaude.magics.failures import card_of
from nbclaude.output import bundles
from tests.magics.conftest import Notebook


class Kernel:
    """Makes the shell look like a kernel's whose front end has sent a request."""

    def __init__(self, notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shell = notebook.shell
        self.request = "1"
        self.content: dict[str, Any] = {"code": "", "allow_stdin": True}
        monkeypatch.setattr(self.shell, "_last_traceback", None, raising=False)
        monkeypatch.setattr(
            self.shell,
            "get_parent",
            lambda: {
                "header": {"msg_id": self.request},
                "metadata": {"cellId": "a"},
                "content": self.content,
            },
            raising=False,
        )
        self.shell.display_pub.outputs.clear()

    @property
    def shown(self) -> list[str]:
        """The HTML that was shown."""
        return [output["data"]["text/html"] for output in self.shell.display_pub.outputs]


@pytest.fixture
def kernel(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    """Give such a shell."""
    return Kernel(notebook, monkeypatch)


def test_a_refusal_is_a_card(notebook: Notebook, kernel: Kernel, capsys: Any) -> None:
    notebook.refused("%claude --tools nothing Hi")
    assert len(kernel.shown) == 1 and "nbclaude-card" in kernel.shown[0] and "nothing" in kernel.shown[0]
    assert kernel.shell._last_traceback[0].startswith("\x1b[31mConfigurationError\x1b[39m: --tools nothing")
    said = capsys.readouterr()
    assert said.out + said.err == ""


def test_a_line_that_is_not_understood_is_a_card(notebook: Notebook, kernel: Kernel, capsys: Any) -> None:
    notebook.refused("%claude --modell x y")
    assert len(kernel.shown) == 1 and '<code class="nbclaude-typed">--modell</code>' in kernel.shown[0]
    assert kernel.shell._last_traceback[0].startswith("UsageError: ")
    notebook.run("%nosuchmagic")
    notebook.run("%cd -x")
    assert len(kernel.shown) == 1  # those are not ours
    assert "UsageError" in capsys.readouterr().err


def test_where_nobody_looks_it_is_an_error(notebook: Notebook, kernel: Kernel, capsys: Any) -> None:
    kernel.content["allow_stdin"] = False
    notebook.refused("%claude --tools nothing Hi")
    notebook.refused("%claude --modell x y")
    assert kernel.shown == []
    said = capsys.readouterr().out
    assert "ConfigurationError" in said and "UsageError: " in said


def test_other_errors_stay_as_they_are(notebook: Notebook, kernel: Kernel, capsys: Any) -> None:
    notebook.run("1/0")
    assert kernel.shown == [] and "ZeroDivisionError" in capsys.readouterr().out


def test_unloading_puts_back_what_was_there(notebook: Notebook, capsys: Any) -> None:
    shell = notebook.shell
    nbclaude.unload_ipython_extension(shell)
    assert not {"_showtraceback", "show_usage_error"} & set(vars(shell))
    calls: list[str] = []
    shell._showtraceback = lambda kind, error, lines: calls.append(kind.__name__)
    own = shell._showtraceback
    nbclaude.load_ipython_extension(shell)
    notebook.run("1/0")
    ours = shell._showtraceback
    shell._showtraceback = lambda *args: ours(*args)  # somebody wraps it again
    nbclaude.unload_ipython_extension(shell)
    notebook.run("[][1]")
    assert calls == ["ZeroDivisionError", "IndexError"]
    shell._showtraceback = own
    del shell._showtraceback


def test_what_is_said() -> None:
    limit = RateLimitError(
        "Slow down", status=429, type="rate_limit_error", request_id="req_1", retry_after=30
    )
    card = card_of(limit)
    assert (card.title, card.detail) == ("Rate limit reached", "request req_1")
    assert card.paragraphs[0] == "Slow down (HTTP 429, rate_limit_error)"
    assert card.paragraphs[1].startswith("Ask again in 30 s. ")
    spent = status_error("No", status=429, error_code="contract_spend_limit_reached")
    assert card_of(spent).title == "Spending limit reached"
    assert card_of(APITimeoutError("Nothing came")).title == "No answer in time"
    unreachable = APIConnectionError("There is no way.", cure=("Check ", Command.CONNECT, "."))
    assert card_of(unreachable).paragraphs == ("There is no way.", "Check %claude_connect.")
    assert card_of(ConfigurationError("x: y.")).paragraphs == ("x: y.",)
    stopped = card_of(AnswerInterrupted("before it was sent"))
    assert (stopped.word, stopped.text) == ("Stopped", "Before it was sent.")
    assert card_of(AnswerInterrupted(note=("All is kept.",))).text == "All is kept."
    both = AnswerInterrupted("when it was complete", note=(Command.UNDO, " takes it back."))
    assert card_of(both).text == "When it was complete. %claude_undo takes it back."
    assert card_of(AnswerInterrupted()).text == ""


def test_many_quiet_lines_leave_room_for_other_outputs(
    notebook: Notebook, kernel: Kernel, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(bundles, "_prints_to_front_end", lambda: True)
    monkeypatch.setattr(bundles, "_current_shell", lambda: notebook.shell)
    kernel.request = "2"
    notebook.run("for i in range(60):\n    %claude_undo")
    assert len(kernel.shown) == 20
    assert capsys.readouterr().out == "There is nothing to take back.\n" * 40
    kernel.request = "3"
    notebook.run("%claude_undo")
    assert len(kernel.shown) == 21
