from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from nbclaude.simulator import Simulator
from nbclaude.simulator.__main__ import main
from tests.simulator.helpers import HEADERS, body, send


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the program on a free port; give it and the text that it prints first."""
    command = [sys.executable, "-m", "nbclaude.simulator", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout
            lines = []
            for line in process.stdout:
                lines.append(line)
                if "Ctrl-C" in line:
                    break
            yield process, "".join(lines)
        finally:
            process.kill()


class Address(Simulator):
    """A simulator that runs in another process, for `send`."""

    def __init__(self, port: int) -> None:
        super().__init__(port=port)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_it_is_told_to_stop(number: signal.Signals) -> None:
    with running("--pace", "0") as (process, said):
        port = int(re.findall(r"export ANTHROPIC_BASE_URL=http://127\.0\.0\.1:(\d+)", said)[0])
        assert "export ANTHROPIC_API_KEY=" in said
        reply = send(Address(port), body("What is 17 * 3?"))
        assert "51" in reply.json["content"][1]["text"]
        os.kill(process.pid, number)
        assert process.wait(60) == 0
        assert process.stdout
        assert process.stdout.read() == "Stopped.\n"


def test_gateway() -> None:
    with running("--gateway") as (_, said):
        port = int(re.findall(r":(\d+)", said)[0])
        headers = {key: value for key, value in HEADERS.items() if key != "anthropic-version"}
        reply = send(Address(port), body("2+2", model="anything"), headers=headers)
    assert reply.json["code"] == 200
    assert reply.json["data"]["content"] == [{"type": "text", "text": "`2+2` = **4**"}]


def test_a_taken_port_is_one_readable_line(capsys: pytest.CaptureFixture[str]) -> None:
    with Simulator() as simulator:
        assert main(["--port", str(simulator.port)]) == 1
        where = f"127.0.0.1:{simulator.port}"
    assert (
        capsys.readouterr().out
        == f"Cannot listen on {where}: the port is taken. --port 0 takes a free port.\n"
    )


def test_an_impossible_port(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "99999"]) == 1
    assert capsys.readouterr().out.count("\n") == 1
