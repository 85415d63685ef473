"""Clients that ignore display updates, as they are: jupyter console in a pseudo-terminal, and what executes code for others."""

from __future__ import annotations

import sys
from pathlib import Path

import pexpect
import pytest

from nbclaude.simulator import Simulator
from tests.kernel.environment import clean_environment
from tests.kernel.kernel import CANARY_KEY, Kernel

ANSWER = "Hello **there**.\n\n```python\nx = 1\n```\n\nThe last words."


@pytest.mark.once
def test_jupyter_console(tmp_path: Path, simulator: Simulator) -> None:
    simulator.enqueue(ANSWER)
    environment = clean_environment(tmp_path) | {
        "ANTHROPIC_BASE_URL": simulator.base_url,
        "ANTHROPIC_API_KEY": CANARY_KEY,
        "TERM": "dumb",
    }
    arguments = ["-m", "jupyter_console", "--simple-prompt", "--kernel=python3"]
    console = pexpect.spawn(sys.executable, arguments, env=environment, encoding="utf-8", timeout=150)
    try:
        console.expect_exact("In [1]: ")
        console.sendline("%load_ext nbclaude")
        console.expect_exact("In [2]: ")
        console.sendline("%claude hi")
        console.expect_exact("In [3]: ")
        printed = console.before.replace("\r\n", "\n")
        console.sendline("exit")
        console.expect(pexpect.EOF)
    finally:
        console.close(force=True)
    assert (
        "%claude hi\nAsking Claude …\n\nHello **there**.\n\n```python\nx = 1\n```\n\nThe last words.\n\n"
        "(claude-sonnet-5-5 · "
    ) in printed
    assert "<div" not in printed and "\x1b" not in printed


def test_what_executes_code_for_others(claude_kernel: Kernel, simulator: Simulator) -> None:
    """`jupyter run` and jupyter-server-nbmodel hand code to this function of jupyter_client."""
    simulator.enqueue(ANSWER)
    outputs: list[str] = []

    def take(message: dict[str, object]) -> None:
        content = message["content"]
        # The server of nbmodel knows no updates, and clears at once.
        if message["header"]["msg_type"] == "display_data":  # type: ignore[index]
            outputs.append(content["data"]["text/plain"])  # type: ignore[index]

    claude_kernel.client.execute_interactive("%claude hi", output_hook=take, timeout=150)
    *blocks, last = outputs
    assert blocks == ["Asking Claude …\n", "Hello **there**.\n", "```python\nx = 1\n```\n"]
    assert last.startswith("The last words.\n\n(claude-sonnet-5-5 · ")
