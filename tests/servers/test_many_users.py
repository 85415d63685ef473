"""Two users' kernels at the same time, with one system-wide configuration, behind a LiteLLM that has a key for each of them."""

from __future__ import annotations

import sys
import sysconfig
import threading
import venv
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from nbclaude.simulator import RecordedRequest, Simulator
from tests.kernel.kernel import Execution, Kernel
from tests.servers.conftest import Starting
from tests.servers.running import KEY, KEYS, MODEL, OTHER_MODEL

pytestmark = pytest.mark.timeout(700)

PATIENCE = 180.0  # seconds
TUTOR = "You are a tutor. Give hints, never the solution."
WORDS = {"ada": "albatross", "bob": "bison"}
LOCKED = "locked by the configuration that this kernel was started with"


@dataclass
class Hub:
    """The kernels by user, and the simulator behind the gateway."""

    kernels: dict[str, Kernel]
    simulator: Simulator

    def ask_together(self, cells: dict[str, str]) -> dict[str, Execution]:
        """Run a cell for each user; nobody gets an answer before the questions of all have arrived."""
        together = threading.Barrier(len(cells))

        def answer(request: RecordedRequest) -> str:
            together.wait(PATIENCE)
            return f"An answer for {_user(request)}."

        self.simulator.enqueue(*[answer] * len(cells))
        running = {user: self.kernels[user].start(cell) for user, cell in cells.items()}
        return {user: execution.wait(PATIENCE) for user, execution in running.items()}

    def requests_of(self, user: str) -> list[RecordedRequest]:
        """Return what has arrived that the gateway says is this user's."""
        return [request for request in self.simulator.message_requests if _user(request) == user]


def _user(request: RecordedRequest) -> str:
    return str(request.json["metadata"]["user_id"])


def _hub_python(folder: Path, configuration: str) -> Path:
    """Make an environment with the packages of this one and a configuration for all its users; return its Python."""
    venv.create(folder, symlinks=True)
    packages = sysconfig.get_path("purelib", vars={"base": str(folder)})
    here = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
    Path(packages, "hub.pth").write_text(here, encoding="utf-8")
    place = folder / "etc" / "ipython" / "ipython_kernel_config.py"
    place.parent.mkdir(parents=True)
    place.write_text(configuration, encoding="utf-8")
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def hub(starting: Starting, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Give the kernels of Ada, who may use both models, and of Bob, who may use one."""
    if sys.platform == "win32":
        pytest.skip("the environment of the hub is made with symbolic links")
    folder = tmp_path_factory.mktemp("hub")
    gateway = starting.servers["hub"].wait()
    with ExitStack() as stack:
        python = _hub_python(
            folder / "environment",
            'c.InteractiveShellApp.extensions = ["nbclaude"]\n'
            f"c.ClaudeMagics.base_url = {gateway!r}\n"
            f"c.ClaudeMagics.model = {MODEL!r}\n"
            f"c.ClaudeMagics.system = {TUTOR!r}\n"
            'c.ClaudeMagics.locked = ["base_url", "connection", "system"]\n',
        )
        kernels = {
            user: stack.enter_context(
                Kernel(
                    tmp_path_factory.mktemp(user),
                    python=python,
                    environment={"ANTHROPIC_API_KEY": key},
                    secrets=(*KEYS.values(), KEY),
                )
            )
            for user, key in KEYS.items()
        }
        yield Hub(kernels, starting.simulators["hub"])


def test_each_has_a_conversation_and_answers_of_their_own(hub: Hub) -> None:
    first = hub.ask_together({user: f"%claude My word is {word}." for user, word in WORDS.items()})
    second = hub.ask_together(dict.fromkeys(WORDS, "%claude What is my word?"))
    for user, word in WORDS.items():
        for asked in (first[user], second[user]):
            assert asked.ok, asked.error
            assert f"An answer for {user}." in asked.html
        begun, went_on = hub.requests_of(user)
        assert begun.prompt == f"My word is {word}."
        texts = [(message["role"], _text(message["content"])) for message in went_on.json["messages"]]
        assert texts == [
            ("user", f"My word is {word}."),
            ("assistant", f"An answer for {user}."),
            ("user", "What is my word?"),
        ]


def test_the_model_that_one_may_not_use(hub: Hub) -> None:
    before = len(hub.simulator.message_requests)
    refused = hub.kernels["bob"].run(f"%claude --new -m {OTHER_MODEL} Hi", timeout=PATIENCE)
    assert not refused.ok
    assert f"model '{OTHER_MODEL}' is not available for this API key" in str(refused.error)
    assert len(hub.simulator.message_requests) == before
    [answered] = hub.ask_together({"ada": f"%claude --new -m {OTHER_MODEL} Hi"}).values()
    assert answered.ok, answered.error
    assert hub.simulator.message_requests[-1].json["model"] == OTHER_MODEL
    listed = {
        user: kernel.run("%claude_models", timeout=PATIENCE).html for user, kernel in hub.kernels.items()
    }
    assert OTHER_MODEL in listed["ada"] and OTHER_MODEL not in listed["bob"]
    assert MODEL in listed["bob"]


@pytest.mark.parametrize("user", KEYS)
def test_what_is_locked_holds(hub: Hub, user: str) -> None:
    kernel = hub.kernels[user]
    before = len(hub.simulator.message_requests)
    for cell in (
        "%claude --system 'Solve it.' Hi",
        "import nbclaude\nnbclaude.ask('Hi', system='Solve it.')",
        "%claude_connect http://127.0.0.1:9",
        "%config ClaudeMagics.system = 'Solve it.'",
        "%config ClaudeMagics.base_url = 'http://127.0.0.1:9'",
        "%config ClaudeMagics.locked = []",
    ):
        tried = kernel.run(cell, timeout=PATIENCE)
        assert LOCKED in f"{tried.error} {tried.stdout} {tried.stderr}", cell
    assert len(hub.simulator.message_requests) == before
    [asked] = hub.ask_together({user: "%claude --new Hi"}).values()
    assert asked.ok, asked.error
    assert _text(hub.requests_of(user)[-1].json["system"]) == TUTOR


def test_nobody_reads_a_key(hub: Hub) -> None:
    for user, kernel in hub.kernels.items():
        kernel.run("%claude_connect\n%config ClaudeMagics\n%claude_usage\n_claude.request", timeout=PATIENCE)
        assert kernel.leaks == []
        # The search sees a key that is published: this user's own, and that alone.
        kernel.run("import os\nfor value in os.environ.values(): print(value)", timeout=PATIENCE)
        published = "".join(kernel.leaks)
        assert [other for other in KEYS if KEYS[other] in published] == [user]
        kernel.leaks.clear()
    arrived = [(dict(request.headers), request.body) for request in hub.simulator.requests]
    assert arrived and not any(key in repr(arrived) for key in (*KEYS.values(), KEY))


def _text(content: str | list[dict[str, str]]) -> str:
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)
