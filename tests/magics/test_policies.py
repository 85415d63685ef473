"""What an administrator sets: settings that are locked, and a function that sees every text and may refuse or mask it."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets import TraitError
from traitlets.config import Config

import nbclaude
from nbclaude.errors import AnswerInterrupted
from nbclaude.magics.traits import ClaudeTraits
from nbclaude.simulator import Answer, tool_use
from nbclaude.workspace import current_workspace
from tests.magics.conftest import Notebook


@pytest.fixture
def started(notebook: Notebook, shell: InteractiveShell) -> Iterator[Callable[..., Notebook]]:
    """Yield a function that returns a notebook whose kernel was started with these traits configured."""
    before = shell.config

    def start(**traits: Any) -> Notebook:
        nbclaude.unload_ipython_extension(shell)
        shell.config = Config(ClaudeMagics=traits)
        nbclaude.load_ipython_extension(shell)
        return notebook

    yield start
    shell.config = before


@pytest.fixture
def locked(started: Callable[..., Notebook]) -> Notebook:
    """Give a notebook whose kernel was started with a locked system prompt, effort and connection."""
    return started(
        system="Give hints, never solutions.", effort="low", locked=["system", "effort", "connection"]
    )


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
    started: Callable[..., Notebook], capsys: pytest.CaptureFixture[str]
) -> None:
    started(locked=["sytem", "effort"])
    assert capsys.readouterr().out == (
        "ClaudeMagics.locked contains 'sytem', which is not a setting, so it locks nothing. Did you mean system?\n"
    )


def test_what_is_not_locked_is_free(locked: Notebook) -> None:
    """The same value is no change, and other settings are the user's."""
    assert locked.run("%config ClaudeMagics.effort = 'low'") is None
    assert locked.run("%config ClaudeMagics.max_tokens = 900") is None
    locked.run("%config ClaudeMagics.max_tokens = 16000")


Check = Callable[[str, str], object]


@pytest.fixture
def moderated(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Check], None]]:
    """Yield a function that sets the policy."""

    def moderate(check: Check) -> None:
        module = ModuleType("a_policy")
        module.check = check  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "a_policy", module)
        notebook.run("%config ClaudeMagics.moderate = 'a_policy:check'")

    yield moderate
    notebook.run("%config ClaudeMagics.moderate = ''")
    notebook.run("%config ClaudeMagics.allow_tools = []")


@pytest.fixture
def policy(moderated: Callable[[Check], None]) -> list[tuple[str, str]]:
    """Give what a policy has seen: it masks "coffee", refuses "forbidden" and fails at "broken"."""
    seen: list[tuple[str, str]] = []

    def check(text: str, what: str) -> str | None:
        seen.append((text, what))
        if "forbidden" in text:
            raise PermissionError("House policy 4: no forbidden words.")
        if "broken" in text:
            raise KeyError("oops")
        return text.replace("coffee", "[drink]") if "coffee" in text else None

    moderated(check)
    return seen


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


@pytest.mark.parametrize("kind", [SystemExit, GeneratorExit, RecursionError, MemoryError])
@pytest.mark.parametrize("where", ["question", "answer"])
def test_whatever_a_policy_raises_refuses(
    notebook: Notebook, moderated: Callable[[Check], None], kind: type[BaseException], where: str
) -> None:
    def check(text: str, what: str) -> None:
        if what == where:
            raise kind("oops")

    moderated(check)
    notebook.shell.display_pub.outputs.clear()
    notebook.simulator.enqueue("Hidden words.")
    error = notebook.run("%claude Hello")
    assert f"failed ({kind.__name__}: oops), so the {where} is refused." in str(error)
    assert "Hidden words" not in str(notebook.shell.display_pub.outputs)
    assert current_workspace().conversations["main"].turns == ()
    assert len(current_workspace().ledger.entries) == (where == "answer")
    notebook.simulator.clear()


@pytest.mark.parametrize("value", [True, 0, b"text", ["text"], {}])
def test_a_policy_that_returns_no_text_refuses(
    notebook: Notebook, moderated: Callable[[Check], None], value: object
) -> None:
    moderated(lambda text, what: value)
    assert "instead of text or None, so the question is refused." in notebook.refused("%claude Hello")


def test_a_policy_that_hangs_can_be_stopped(notebook: Notebook, moderated: Callable[[Check], None]) -> None:
    """The first stop ends the wait, and what the policy has not passed is not shown."""

    def check(text: str, what: str) -> None:
        if what == "answer":
            signal.raise_signal(signal.SIGINT)
            time.sleep(10)

    moderated(check)
    notebook.shell.display_pub.outputs.clear()
    notebook.simulator.enqueue("Hidden words.")
    began = time.monotonic()
    assert isinstance(notebook.run("%claude Hello"), AnswerInterrupted)
    assert time.monotonic() - began < 8
    assert "Hidden words" not in str(notebook.shell.display_pub.outputs)
    assert current_workspace().conversations["main"].turns == ()


def test_a_policy_sees_all_that_is_sent(notebook: Notebook, moderated: Callable[[Check], None]) -> None:
    """Also the system prompt, tools with their calls and results, schemas, and what a summary is to keep."""
    seen: list[str] = []

    def check(text: str, what: str) -> str:
        seen.append(text)
        return text.replace("coffee", "[drink]")

    moderated(check)
    notebook.run(
        "asked_for = []\ndef brew(kind: str) -> str:\n    'Brew coffee, word one.'\n    asked_for.append(kind)\n"
        "    return 'hot coffee, word two'\nimport pandas\ndf = pandas.DataFrame({'word three': ['coffee']})\n"
        "fields = {'n': {'type': 'integer', 'description': 'coffee, word four'}}\n"
        "schema = {'type': 'object', 'properties': fields, 'required': ['n'], 'additionalProperties': False}\n"
        "%config ClaudeMagics.allow_tools = ['brew']"
    )
    call = tool_use("brew", {"kind": "coffee, word five"})
    notebook.simulator.enqueue(Answer(["A coffee, word six.", call]), "Your coffee.", '{"n": 1}', "All.")
    notebook.run("%%claude --tools brew --system 'coffee, word seven'\ncoffee, word eight {df}")
    notebook.run("%%claude --json schema\nHow many?")
    notebook.run("%claude_compact coffee, word nine")
    numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    assert [word for word in numbers if f"word {word}" not in "\n".join(seen)] == []
    assert notebook.value("asked_for") == ["[drink], word five"]
    bodies = [request.body for request in notebook.simulator.requests if request.path == "/v1/messages"]
    assert len(bodies) == 4 and not any(b"coffee" in body for body in bodies)


def test_a_policy_does_not_see_what_the_administrator_has_written(
    locked: Notebook, moderated: Callable[[Check], None]
) -> None:
    """A locked system prompt may name what the policy forbids to users; any other prompt is the user's."""
    seen: list[str] = []
    moderated(lambda text, what: seen.append(text))
    assert locked.sent("%claude Hello") == ["Hello"]
    assert "Give hints, never solutions." not in seen


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("base_url", "%claude_connect http://127.0.0.1:9"),
        ("base_url", "%claude_connect ollama"),
        ("connection", "%claude_connect ollama"),
        ("betas", "%claude --beta new-2026-01-01 Hello"),
        ("betas", "%claude --header 'Anthropic-Beta: new-2026-01-01' Hello"),
        ("model", "%claude -m haiku-4-5 Hello"),
        ("model", "%claude_explain -m haiku-4-5 len"),
        ("model", """%claude --extra '{"fallbacks": [{"model": "claude-haiku-4-5"}]}' Hello"""),
        ("tools", """%claude --extra '{"mcp_servers": []}' Hello"""),
        ("system", """%claude --extra '{"messages": [{"role": "system", "content": "Solve it."}]}' Hello"""),
        ("max_tokens", """%claude --extra '{"max_tokens": 5}' Hello"""),
        ("metadata_user", """%claude --extra '{"metadata": {"user_id": "somebody"}}' Hello"""),
    ],
)
def test_no_way_around_a_lock(started: Callable[..., Notebook], name: str, cell: str) -> None:
    """Anything with the effect of a locked setting is locked, too."""
    assert "it is locked by the configuration" in started(locked=[name]).refused(cell)


@pytest.mark.parametrize("name", ["base_url", "connection"])
def test_named_connections_are_locked_with_the_server(name: str) -> None:
    locked = ClaudeTraits(config=Config(ClaudeTraits={"locked": [name]}))
    with pytest.raises(TraitError, match=r"ClaudeMagics\.connections: it is locked"):
        locked.connections = {"mine": {"base_url": "http://127.0.0.1:9"}}
