"""After a fork each process has its own connections, and gets its own answers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nbclaude.simulator import Answer, Pace, RecordedRequest, Simulator
from tests.client.listeners import Authority, Listener, forward, in_tls

SCENES = [
    "while_others_ask",  # first: then other threads load what a question needs while the process forks
    "streamed",
    "whole",
    "pool",
    "executor",
    "during_a_stream",
    "goes_on_in_the_child",
    "locks_held",
    "reloads",
    "parent_first",
]

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
]


def repeat(asked: RecordedRequest) -> Answer:
    prompt = asked.messages[-1]["content"]
    if prompt == "slow":
        return Answer("slow " * 60, pace=Pace(deltas_per_second=80))
    return Answer(f"You said: {prompt}")


def run(scenes: list[str], url: str, **environment: str) -> dict[str, list[str]]:
    """Give what went wrong in each scene: questions that had another one's answer."""
    program = [sys.executable, "-X", "faulthandler", "-W", "ignore::DeprecationWarning"]
    program += ["-m", "tests.client.forking", url, *scenes]
    with subprocess.Popen(
        program,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
        start_new_session=True,
    ) as done:
        try:
            output, said = done.communicate(timeout=80)
        except subprocess.TimeoutExpired:
            # Each process says where it hangs.
            os.killpg(done.pid, signal.SIGABRT)
            output, said = done.communicate()
    assert done.returncode == 0, said
    found: dict[str, list[str]] = json.loads(output)
    return found


@pytest.fixture(scope="module")
def found(running_simulator: Simulator) -> dict[str, list[str]]:
    """Play all scenes in one process: starting it takes longest."""
    running_simulator.clear()
    running_simulator.enqueue(*[repeat] * 3000)
    return run(SCENES, running_simulator.base_url)


@pytest.mark.parametrize("scene", SCENES)
def test_each_process_has_its_own_answers(scene: str, found: dict[str, list[str]]) -> None:
    assert found[scene] == []


def test_over_tls_too(simulator: Simulator, tmp_path: Path) -> None:
    simulator.enqueue(*[repeat] * 3000)
    authority = Authority(tmp_path)
    scenes = ["while_others_ask", "streamed", "during_a_stream"]
    with Listener(in_tls(authority.context(), forward(simulator.port))) as server:
        found = run(scenes, f"https://{server.address}", SSL_CERT_FILE=str(authority.file))
    assert found == {scene: [] for scene in scenes}
