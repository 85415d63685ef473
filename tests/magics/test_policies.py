"""What an administrator sets: settings that are locked, and a function that sees every text and may refuse or mask it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets import TraitError
from traitlets.config import Config

import nbclaude
from nbclaude.magics.traits import ClaudeTraits
from tests.magics.conftest import Notebook


@pytest.fixture
def locked(notebook: Notebook, shell: InteractiveShell) -> Iterator[Notebook]:
    """Give a notebook whose kernel was started with a locked system prompt, effort and connection."""
    before = shell.config
    config = Config()
    config.ClaudeMagics.system = "Give hints, never solutions."
    config.ClaudeMagics.effort = "low"
    config.ClaudeMagics.locked = ["system", "effort", "connection"]
    nbclaude.unload_ipython_extension(shell)
    shell.config = config
    nbclaude.load_ipython_extension(shell)
    yield notebook
    shell.config = before


@pytest.mark.parametrize(
    "cell",
    [
        "%claude --system 'Solve it.' Hello",
        "%claude --effort max Hello",
        "%claude_connect http://127.0.0.1:9",
        """%claude --extra '{"system": "Solve it."}' Hello""",
        """%claude --extra '{"output_config": {"effort": "max"}}' Hello""",
        "nbclaude.ask('Hello', system='Solve it.')",
    ],
)
def test_locked_settings(locked: Notebook, cell: str) -> None:
    """No way of setting changes them, and each says who has locked them."""
    locked.run("import nbclaude")
    assert "locked by the configuration that this kernel was started with" in locked.refused(cell)
    assert locked.sent("%claude Hello") == ["Hello"]
    assert b"Give hints, never solutions." in locked.simulator.requests[-1].body


def test_config_says_who_has_locked_it(locked: Notebook, caplog: pytest.LogCaptureFixture) -> None:
    """IPython logs what a trait refuses; the value stays."""
    for line in ("system = 'Solve it.'", "locked = []", "effort = 'max'"):
        locked.run(f"%config ClaudeMagics.{line}")
        assert "it is locked by the configuration that this kernel was started with." in caplog.text
        caplog.clear()
    assert locked.sent("%claude Hello") == ["Hello"]
    assert b"Give hints, never solutions." in locked.simulator.requests[-1].body


def test_defaults_can_be_locked() -> None:
    """What the configuration locks without setting it keeps its default, which was never read before."""
    free = ClaudeTraits()
    names = [name for name in free.trait_names(config=True) if name != "locked"]
    locked = ClaudeTraits(config=Config(ClaudeTraits={"locked": names}))
    assert {name: getattr(locked, name) for name in names} == {name: getattr(free, name) for name in names}
    with pytest.raises(TraitError, match=r"ClaudeMagics\.connection: it is locked by the configuration"):
        locked.connection = "http://127.0.0.1:9"
    assert locked.connection == ""
    assert locked.configured() == {}


def test_a_lock_of_what_is_no_setting_is_said(
    notebook: Notebook, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    before = shell.config
    config = Config()
    config.ClaudeMagics.locked = ["sytem", "effort"]
    nbclaude.unload_ipython_extension(shell)
    shell.config = config
    nbclaude.load_ipython_extension(shell)
    shell.config = before
    assert capsys.readouterr().out == (
        "ClaudeMagics.locked contains 'sytem', which is not a setting, so it locks nothing. Did you mean system?\n"
    )


def test_what_is_not_locked_is_free(locked: Notebook) -> None:
    """The same value is no change, and other settings are the user's."""
    assert locked.run("%config ClaudeMagics.effort = 'low'") is None
    assert locked.run("%config ClaudeMagics.max_tokens = 900") is None
    locked.run("%config ClaudeMagics.max_tokens = 16000")


@pytest.fixture
def policy(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """Give what a policy has seen: it masks "coffee", refuses "forbidden" and fails at "broken"."""
    seen: list[tuple[str, str]] = []

    def check(text: str, what: str) -> str | None:
        seen.append((text, what))
        if "forbidden" in text:
            raise PermissionError("House policy 4: no forbidden words.")
        if "broken" in text:
            raise KeyError("oops")
        return text.replace("coffee", "[drink]") if "coffee" in text else None

    module = ModuleType("a_policy")
    module.check = check  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "a_policy", module)
    notebook.run("%config ClaudeMagics.moderate = 'a_policy:check'")
    yield seen
    notebook.run("%config ClaudeMagics.moderate = ''")


def test_a_question_is_seen_first(notebook: Notebook, policy: list[tuple[str, str]]) -> None:
    """It is masked or refused before anything leaves; a fault of the function refuses, too."""
    assert notebook.sent("%claude A coffee, please") == ["A [drink], please"]
    assert ("A coffee, please", "question") in policy
    assert "refuses the question: House policy 4: no forbidden words." in notebook.refused(
        "%claude forbidden"
    )
    assert "failed (KeyError: 'oops'), so the question is refused." in notebook.refused("%claude broken")
    notebook.run("%config ClaudeMagics.moderate = 'no_such_module:check'")
    assert "cannot be loaded (ModuleNotFoundError" in notebook.refused("%claude Hello")


def test_an_answer_is_seen_before_anybody_reads_it(notebook: Notebook, policy: list[tuple[str, str]]) -> None:
    """What is masked or refused of an answer is neither shown nor kept; it is paid for."""
    outputs = notebook.shell.display_pub.outputs
    outputs.clear()
    notebook.simulator.enqueue("Have a coffee.")
    assert notebook.run("%claude Hello") is None
    assert notebook.value("_claude").text == "Have a [drink]."
    assert "coffee" not in str(outputs)
    notebook.simulator.enqueue("This is forbidden.")
    error = notebook.run("%claude Hello again")
    assert "refuses the answer: House policy 4" in str(error)
    assert "forbidden." not in str(outputs)
    assert notebook.sent("%claude And now?") == ["And now?"]
    assert b"Hello again" not in notebook.simulator.requests[-1].body
