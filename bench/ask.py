"""What a question costs in the kernel, in CPU time, at conversations of several lengths: it must not grow with the history."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence

from nbclaude.asking.ask import Surface, ask_prepared
from nbclaude.asking.footer import footer_of
from nbclaude.asking.gathering import Gathered
from nbclaude.asking.prepare import Ask, prepare
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import MAIN, Turn
from nbclaude.notebook import CellRun
from nbclaude.output.display import NoDisplay
from nbclaude.wire.request import text_block
from nbclaude.workspace import Workspace

LENGTHS = (0, 100, 1_000)
MOST = 2.0
"""CPU time of an ask at the longest conversation, of that without one, the request's own serialisation apart."""

MODEL = "claude-opus-5-5"


def conversation_of(workspace: Workspace, turns: int) -> None:
    """Record so many turns: a question of 300 characters, an answer of 1,500."""
    conversation = workspace.conversations[MAIN]
    for number in range(turns):
        question = f"Question {number}: " + "what does the next column of the table say? " * 7
        answer = f"Answer {number}. " + "It says that the values rise with the years, but not evenly. " * 24
        message = {
            "role": "assistant",
            "model": MODEL,
            "stop_reason": "end_turn",
            "content": [text_block(answer)],
        }
        turn = Turn((text_block(question),), message, MODEL, cell=f"cell {number}", run=number)
        conversation.record(turn, CellRun(f"cell {number}", number), None)


def measure(turns: int, asks: int) -> tuple[float, float]:
    """Return milliseconds of CPU for an ask, and for rendering its request as JSON alone; both are medians."""
    workspace = Workspace()
    conversation_of(workspace, turns)
    asked: list[float] = []
    rendered: list[float] = []
    for number in range(asks):
        question = Question((text_block(f"And number {number}?"),), CellRun("last", number))
        settings = workspace.settings({"model": MODEL, "stream": False})
        started = time.process_time()
        ask = Ask(question, settings, MAIN, Gathered(question.prompt))
        outcome = ask_prepared(prepare(workspace, ask), NoDisplay(), Surface(footer=footer_of)).outcome
        asked.append(time.process_time() - started)
        assert outcome.error is None
        started = time.process_time()
        outcome.plan.request.to_json()
        rendered.append(time.process_time() - started)
    # The first ask of a conversation works out what the others find.
    return statistics.median(asked[1:]) * 1_000, statistics.median(rendered[1:]) * 1_000


def _address(said: Iterable[str]) -> str:
    """Find the server's address in what it says when it is up."""
    return next(line.partition("BASE_URL=")[2].strip() for line in said if "BASE_URL=" in line)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status is 1 if a long conversation makes asks dearer than it may."""
    parser = argparse.ArgumentParser(prog="python -m bench.ask", description=__doc__)
    parser.add_argument("--asks", type=int, default=25, help="asks at each length (%(default)s)")
    asks = parser.parse_args(arguments).asks
    # The server is a process of its own, so that its time is not counted.
    command = [sys.executable, "-m", "nbclaude.simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            os.environ["ANTHROPIC_BASE_URL"] = _address(server.stdout)
            os.environ["ANTHROPIC_API_KEY"] = "sk-ant-bench-0000000000000000"
            print("| turns before | CPU of an ask | of that the request as JSON |\n|--:|--:|--:|")
            costs: dict[int, float] = {}
            for turns in LENGTHS:
                asked, rendered = measure(turns, asks)
                costs[turns] = asked - rendered
                print(f"| {turns:,} | {asked:.1f} ms | {rendered:.1f} ms |", flush=True)
        finally:
            server.terminate()
    ratio = costs[LENGTHS[-1]] / costs[0]
    passed = ratio <= MOST
    print(
        f"\n{'PASS' if passed else 'FAIL'}  {LENGTHS[-1]:,} turns, JSON apart: {ratio:.1f}x, limit {MOST:.0f}x"
    )
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
