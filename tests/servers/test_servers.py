"""Asks real servers through a kernel: LiteLLM, nginx and mitmproxy in front of the simulator, llama.cpp with a small model."""

from __future__ import annotations

import json
import os
import re
import time
import urllib.request
from ast import literal_eval
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nbclaude.simulator import Answer, HTTPFault, Pace, Simulator
from tests.kernel.kernel import Execution, Kernel
from tests.servers.conftest import Starting
from tests.servers.running import KEY, mitmproxy, mitmproxy_program, nginx, nginx_program
from tests.servers.table import SERVERS, TABLE, Cells, cells_of

pytestmark = pytest.mark.timeout(700)

PATIENCE = 180.0  # seconds: a small model on a busy machine


OWN_SYSTEM_PROMPT = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
"""The system prompt that llama.cpp gives this model if there is none in the request."""


def _text(content: Any) -> str:
    """Return the text of a message's content."""
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)


@dataclass
class Server:
    """A server that is connected; `script` is the simulator behind it, if there is one, which can be given answers."""

    name: str
    address: str
    kernel: Kernel
    cells: Cells
    script: Simulator | None
    asked: int = 0

    def ask(self, code: str, *answers: str | Answer | HTTPFault) -> Execution:
        """Run a cell."""
        if self.script is not None:
            self.script.enqueue(*answers)
        self.asked += 1
        return self.kernel.run(code, cell_id=f"{self.name}-{self.asked}", timeout=PATIENCE)

    def says(self, word: str) -> bool:
        """Whether the answer has this word; of a model so small any answer will do, since it knows little."""
        return word in self.answer() or (self.script is None and self.answer() != "")

    def answer(self) -> str:
        """Return the text of the last answer."""
        return str(literal_eval(self.value("ascii(_claude.text)")))

    def given(self) -> list[tuple[str, str]]:
        """Return the last prompt that the model got: each role with its text."""
        if self.script is None:
            prompt = self._slot()["prompt"].removesuffix("<|im_start|>assistant\n")
            parts = re.findall(r"<\|im_start\|>(\w+)\n(.*?)<\|im_end\|>\n", prompt, re.DOTALL)
            return [part for part in parts if part != ("system", OWN_SYSTEM_PROMPT)]
        sent = self.script.message_requests[-1].json
        system = [("system", _text(sent["system"]))] if sent.get("system") else []
        return system + [(message["role"], _text(message["content"])) for message in sent["messages"]]

    def is_writing(self, asked: int) -> bool:
        """Whether the server is still writing the answer to this question (counted from 0)."""
        if self.script is None:
            return bool(self._slot()["is_processing"])
        return not self.script.message_requests[asked].finished.is_set()

    def has_stopped(self, asked: int) -> bool:
        """Wait until the server has noticed the stop of this question."""
        if self.script is not None:
            return self.script.message_requests[asked].wait_disconnected(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while self._slot()["is_processing"] and time.monotonic() < deadline:
            time.sleep(0.1)
        return self._slot()["next_token"][0]["n_decoded"] < 1500

    def grammar(self) -> str:
        """Return the grammar that llama.cpp made the model follow; empty if there was none."""
        return str(self._slot()["params"]["grammar"])

    def _slot(self) -> dict[str, Any]:
        """Return what llama.cpp tells of its work."""
        with urllib.request.urlopen(f"{self.address}/slots", timeout=PATIENCE) as answer:  # noqa: S310 - ours
            [slot] = json.load(answer)
        return dict(slot)

    def note(self, row: str, seen: str) -> None:
        """Record a cell of the table."""
        self.cells.note(row, self.name, seen)

    def value(self, expression: str) -> str:
        """Evaluate an expression in the kernel."""
        return self.kernel.value(expression)


def _connected(
    kernel: Kernel, name: str, address: str, key: str, cells: Cells, script: Simulator | None
) -> Server:
    entry = {"base_url": address, "key_variable": "KEY_OF_SERVER", "key_optional": True}
    done = kernel.run(
        f"import os\nos.environ['KEY_OF_SERVER'] = {key!r}\n%config ClaudeMagics.connections = {{'tried': {entry!r}}}\n"
        "%claude_budget off\n%claude_connect tried\n%claude_reset"
    )
    assert done.ok, done.error
    return Server(name, address, kernel, cells, script)


# LiteLLM takes longest to start, so it is the last.
@pytest.fixture(scope="module", params=sorted(SERVERS, key="LiteLLM".__eq__))
def server(
    request: pytest.FixtureRequest,
    starting: Starting,
    servers_kernel: Kernel,
    cells: Cells,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """Give each of the servers in turn, connected."""
    if request.param == "mitmproxy" and mitmproxy_program() is None:
        pytest.skip("mitmproxy is not installed")
    if request.param == "nginx" and nginx_program() is None:
        pytest.skip("nginx is not installed")
    with ExitStack() as stack:
        if request.param == "nginx":
            simulator = stack.enter_context(Simulator())
            address = stack.enter_context(nginx(tmp_path_factory.mktemp("server"), simulator.base_url))
        else:
            simulator = starting.simulators[request.param]
            address = starting.servers[request.param].wait()
        script = None if request.param == "llama.cpp" else simulator
        key = KEY if request.param == "LiteLLM" else "any"
        yield _connected(servers_kernel, request.param, address, key, cells, script)


def test_it_answers(server: Server) -> None:
    answer = Answer("Paris is the capital of France. " * 6)
    asked = server.ask("%claude --new --max-tokens 25 What is the capital of France?", answer)
    assert asked.ok, asked.error
    assert server.says("Paris")
    server.note("ask", "yes")


def test_it_keeps_a_conversation(server: Server) -> None:
    assert server.ask("%claude --new --max-tokens 12 My name is Ada.", "Hello Ada.").ok
    first = server.answer()
    again = server.ask("%claude --max-tokens 16 What is my name?", "Your name is Ada.")
    assert again.ok, again.error
    assert server.says("Ada")
    # Such a small model does not reliably remember the previous turn, but it must have been given it.
    assert server.given() == [
        ("user", "My name is Ada."),
        ("assistant", first),
        ("user", "What is my name?"),
    ]
    server.note("several turns", "yes")


def test_a_system_prompt_arrives(server: Server) -> None:
    asked = server.ask("%claude --new --system 'Answer with the word moon.' --max-tokens 20 Say it.", "moon")
    assert asked.ok, asked.error
    assert server.given() == [("system", "Answer with the word moon."), ("user", "Say it.")]
    server.note("system prompt", "yes")


def test_it_streams_and_a_stop_keeps_what_arrived(server: Server) -> None:
    asked = len(server.script.message_requests) if server.script is not None else 0
    if server.script is not None:
        server.script.enqueue(Answer("One two three four five six. " * 400, pace=Pace(deltas_per_second=20)))
    running = server.kernel.start(
        "%claude --new --max-tokens 1500 Write a long story about the sea, with many chapters.",
        cell_id=f"{server.name}-stopped",
    )
    # The waiting sign, and the answer as it grew, while the server was still writing.
    running.wait_until(lambda e: len(e.updates()) > 2 and "nbclaude-answer" in e.html, PATIENCE)
    assert server.is_writing(asked)
    server.note("stream", "yes")
    server.kernel.interrupt()
    running.wait(PATIENCE)
    assert "interrupted" in running.html
    assert server.value("_claude.stop_reason") == "None"
    assert server.answer()
    assert server.has_stopped(asked)
    # The server still answers the next question.
    assert server.ask("%claude --new --max-tokens 10 Hello?", "Hello.").ok
    server.note("stop", "yes")


def test_images(server: Server) -> None:
    server.kernel.run("from PIL import Image\nimage = Image.new('RGB', (8, 8), 'red')")
    asked = server.ask("%claude --new --max-tokens 20 -a image What is this?", "A red square.")
    if server.name == "llama.cpp":
        assert "takes no images; nothing was sent." in str(asked.error)
        server.note("images", "not with this model: refused before they are sent")
    else:
        assert asked.ok, asked.error
        server.note("images", "yes")


def test_tools(server: Server) -> None:
    from nbclaude.simulator import tool_use

    server.kernel.run(
        "import nbclaude\n@nbclaude.tool(safe=True)\ndef double(number: int) -> int:\n"
        "    'Double a number.'\n    return 2 * number"
    )
    asked = server.ask(
        "%claude --new --tools double --max-tokens 60 Double 21.",
        Answer([tool_use("double", {"number": 21})]),
        "It is 42.",
    )
    assert asked.ok, asked.error
    calls = server.value("sum(len(step.calls) for step in _claude.steps)")
    if server.script is not None:
        assert calls == "1" and "42" in server.value("_claude.text")
        server.note("tools", "yes")
    else:
        server.note("tools", "accepted, but this model is too small to call one")


def test_json(server: Server) -> None:
    asked = server.ask(
        "schema = {'type': 'object', 'properties': {'city': {'type': 'string'}}}\n"
        "%claude --new --json schema --max-tokens 60 In which city is the Eiffel Tower?",
        '{"city": "Paris"}',
    )
    assert asked.ok, asked.error
    if server.script is not None:
        assert "did not keep to the schema" not in asked.html
        assert server.value("_claude.data") == "{'city': 'Paris'}"
    else:
        assert server.grammar() == ""
    server.note("JSON (`--json`)", "yes" if server.script is not None else "the schema is ignored")


def test_models(server: Server) -> None:
    listed = server.ask("%claude_models")
    assert listed.ok, listed.error
    name = {"LiteLLM": "fast", "llama.cpp": "SmolLM2", "nginx": "claude-sonnet-5-5"}.get(
        server.name, "claude-sonnet-5-5"
    )
    assert name in listed.html and "could not be read" not in listed.stdout
    server.note("models", "yes")


def test_budget(server: Server) -> None:
    begun = server.kernel.run("%claude_budget 0.0001")
    # The server behind these says that its models are Claude models, so they have prices.
    has_prices = server.name in ("nginx", "mitmproxy")
    told = server.ask("%claude --new --max-tokens 10 Hi", *([] if has_prices else ["Hi."]))
    prices = "%config ClaudeMagics.prices = {'claude-sonnet-5-5': (1000, 1000)}"
    refused = server.ask(f"{prices}\n%claude --new --max-tokens 10 Hi")
    server.kernel.run("%config ClaudeMagics.prices = {}\n%claude_budget off")
    assert "exceed the budget" in str(refused.error)
    if has_prices:
        assert "exceed the budget" in str(told.error)
        server.note("budget", "yes")
    else:
        assert told.ok and "The budget of $0.0001 does nothing" in begun.stdout
        assert "does nothing" not in told.html  # said only once
        server.note("budget", "with prices of your own")


def test_errors(server: Server) -> None:
    if server.name == "LiteLLM":
        wrong = server.ask("%claude --new -m nope Hi")
        assert "The server has no model of this name." in str(wrong.error)
        server.kernel.run("os.environ['KEY_OF_SERVER'] = 'sk-wrong'")
        refused = server.ask("%claude --new Hi")
        server.kernel.run(f"os.environ['KEY_OF_SERVER'] = {KEY!r}")
        assert "The server does not know the key that was sent." in str(refused.error)
        server.note("errors", "a wrong key, an unknown model")
    elif server.name == "llama.cpp":
        long = server.ask("words = 'word ' * 5000\n%claude --new --max-tokens 10 {words}")
        assert "longer than the context" in str(long.error) and "--new" in str(long.error)
        server.note("errors", "a request that is too long")
    elif server.name == "mitmproxy":
        server.kernel.run("%config ClaudeMagics.max_retries = 0")
        refused = server.ask("%claude --new Hi", HTTPFault(529, "overloaded_error", "Overloaded"))
        server.kernel.run("%config ClaudeMagics.max_retries = 2")
        assert "Overloaded" in str(refused.error)
        server.note("errors", "the API's own")
    else:
        gone = server.ask(
            f"%claude_connect {server.address}/dead\n%config ClaudeMagics.max_retries = 0\n%claude --new Hi"
        )
        server.kernel.run("%config ClaudeMagics.max_retries = 2\n%claude_connect tried")
        assert "answered: 502 Bad Gateway nginx/" in str(gone.error)
        server.note("errors", "its error pages")


def test_mitmproxy_in_front_of_llama_cpp(
    starting: Starting, servers_kernel: Kernel, cells: Cells, tmp_path: Path
) -> None:
    """The proxy passes on what a real server streams, too."""
    if mitmproxy_program() is None or "llama.cpp" not in starting.servers:
        pytest.skip("mitmproxy is not installed, or llama.cpp does not run")
    with mitmproxy(tmp_path, starting.servers["llama.cpp"].wait()) as address:
        server = _connected(servers_kernel, "mitmproxy", address, "any", cells, None)
        asked = server.ask("%claude --new --max-tokens 12 Hello?")
        assert asked.ok, asked.error
        assert server.answer()
        assert server.given() == [("user", "Hello?")]


def test_the_table_of_the_documentation_is_what_was_seen(cells: Cells) -> None:
    if os.environ.get("NBCLAUDE_WRITE_TABLE"):
        pytest.skip("it is being written")
    said = cells_of(TABLE.read_text(encoding="utf-8"))
    assert {place: said.get(place) for place in cells} == dict(cells)
