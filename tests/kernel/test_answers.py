"""What an answer leaves in the notebook: pages, footer, reply, and what stays after a stop or a failure."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest

from nbclaude.simulator import Answer, HTTPFault, Pace, Simulator, StreamFault, thinking
from tests.kernel.kernel import Execution, Kernel

SLOW = Pace(deltas_per_second=50, characters=10)
LONG = "".join(f"Paragraph {i} of an answer that goes on.\n\n" for i in range(400))


def sent(simulator: Simulator) -> list[str]:
    return [
        "".join(block.get("text", "") for block in message["content"])
        for message in simulator.requests[-1].messages
    ]


def displays(done: Execution) -> list[dict[str, object]]:
    return done.of("display_data")


def test_the_waiting_sign_comes_at_once_and_the_first_words_before_the_end(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    waits = []
    for _ in range(3):
        simulator.enqueue(Answer("Hello world, this is slow.", pace=Pace(20, 4, first_delay=0.5)))
        done = claude_kernel.run("%claude hi", cell_id="a")
        first, *later = done.updates()
        assert "nbclaude-waiting" in first.content["data"]["text/html"]
        waits.append(first.sent - done.messages[0].sent)
    # The best of three: a busy machine may be late with anything. No word comes within the first half second.
    assert min(waits) < 0.4
    growing = [
        m
        for m in later
        if "Hello" in m.content["data"]["text/html"] and "slow." not in m.content["data"]["text/html"]
    ]
    assert growing, "no update showed a part of the answer"
    assert all("text/markdown" not in m.content["data"] for m in growing)


def test_a_finished_answer_is_one_output_in_three_formats(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue("# Title\n\nSome *text*.")
    done = claude_kernel.run("%claude hi", cell_id="a")
    (output,) = displays(done)
    assert output["data"]["text/markdown"] == output["data"]["text/plain"] == "# Title\n\nSome *text*."
    assert "<h1>Title</h1>\n<p>Some <em>text</em>.</p>\n" in output["data"]["text/html"]
    assert 'nbclaude-waiting"' not in output["data"]["text/html"]
    assert ">Sonnet 5.5</strong> · " in output["data"]["text/html"]
    assert "turn 1" in output["data"]["text/html"]


def test_a_long_answer_is_many_pages_and_a_closed_page_is_never_painted_again(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue(Answer(LONG, pace=Pace(2000, 10)))
    done = claude_kernel.run("%claude hi", cell_id="a")
    outputs = displays(done)
    assert 2 <= len(outputs) <= 30
    assert "".join(output["data"]["text/markdown"] for output in outputs) == LONG
    assert all(set(output["data"]) == {"text/html", "text/markdown", "text/plain"} for output in outputs)
    closed: set[str] = set()
    for message in done.updates():
        display_id = message.content["transient"]["display_id"]
        assert display_id not in closed
        if "text/markdown" in message.content["data"]:
            closed.add(display_id)


def test_an_answer_that_is_not_streamed_by_the_server_still_shows(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue(Answer([thinking("hm"), "one ", "two"]))
    done = claude_kernel.run("%claude hi", cell_id="a")
    assert "<p>one two</p>" in done.html


def test_the_reply(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("Look:\n\n```python\nx = 1\n```\n\n- and\n\n  ```sql\n  SELECT 1\n  ```\n")
    assert claude_kernel.run("%claude --into answer hi", cell_id="a").ok
    assert claude_kernel.value("answer is _claude") == "True"
    assert ast.literal_eval(claude_kernel.value("[tuple(block) for block in answer.code]")) == [
        ("python", "x = 1"),
        ("sql", "SELECT 1"),
    ]
    assert claude_kernel.value("answer.code[0].language + answer.code[0].source") == "pythonx = 1"
    assert claude_kernel.value("answer.stop_reason + ' ' + answer.model") == "end_turn claude-sonnet-5-5"
    assert claude_kernel.value("answer.usage['output_tokens'] > 0") == "True"
    assert claude_kernel.value("answer.request_id").startswith("req_")
    assert claude_kernel.value("sorted(answer.message)[:3]") == "['content', 'id', 'model']"
    shown = claude_kernel.run("answer")
    bundle = shown.of("execute_result")[0]["data"]
    assert bundle["text/plain"].startswith("Look:") and "<p>Look:</p>" in bundle["text/html"]


def test_stop_keeps_what_came_and_the_next_request_is_valid(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue("A1", Answer(LONG, pace=SLOW), "A3")
    claude_kernel.run("%claude Q1", cell_id="a")
    running = claude_kernel.start("%%claude\nQ2", cell_id="b")
    running.wait_until(lambda e: "Paragraph 2" in e.html)
    claude_kernel.interrupt()
    running.wait()
    assert simulator.requests[-1].wait_disconnected()
    assert running.error["ename"] == "AnswerInterrupted"
    assert running.error["evalue"] == (
        "Stopped. The partial answer is kept. Continue: %claude_continue. Discard: %claude_undo."
    )
    (output,) = displays(running)
    assert '<span class="nbclaude-mark">interrupted</span>' in output["data"]["text/html"]
    kept = output["data"]["text/markdown"]
    assert kept.startswith("Paragraph 0") and len(kept) < 2000
    claude_kernel.run("%claude Q3", cell_id="c")
    assert sent(simulator) == ["Q1", "A1", "Q2", kept.rstrip(), "Q3"]
    assert claude_kernel.run("%claude_history").data("text/plain")[0].count("(interrupted)") == 1


def test_stop_before_the_first_word_leaves_everything_as_it_was(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue("A1", Answer("never", pace=Pace(header_delay=20)), "A3")
    claude_kernel.run("%claude Q1", cell_id="a")
    running = claude_kernel.start("%%claude\nQ2", cell_id="b")
    running.wait_until(lambda e: len(simulator.requests) == 2)
    pressed = time.monotonic()
    claude_kernel.interrupt()
    running.wait()
    assert running.finished - pressed < 10  # of the 20 s that the server takes
    assert [output["output_type"] for output in running.outputs] == ["error"]
    assert simulator.requests[1].wait_disconnected()
    claude_kernel.run("%claude Q3", cell_id="c")
    assert sent(simulator) == ["Q1", "A1", "Q3"]


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (HTTPFault(400, "invalid_request_error", "max_tokens: too large"), "BadRequestError"),
        (HTTPFault(401, "authentication_error", "invalid x-api-key"), "AuthenticationError"),
        (
            HTTPFault(
                413, body="<html><h1>413 Request Entity Too Large</h1></html>", content_type="text/html"
            ),
            "RequestTooLargeError",
        ),
        (HTTPFault(404, "not_found_error", "model: nope"), "NotFoundError"),
    ],
)
def test_a_refused_request_publishes_nothing_but_one_error_line(
    claude_kernel: Kernel, simulator: Simulator, fault: HTTPFault, name: str
) -> None:
    simulator.enqueue("A1", fault)
    claude_kernel.run("%claude Q1", cell_id="a")
    failed = claude_kernel.run("%%claude\nQ2", cell_id="b")
    (output,) = failed.outputs
    assert output["ename"] == name
    simulator.enqueue(fault, "A3")
    assert [o["output_type"] for o in claude_kernel.run("%claude Q2", cell_id="b").outputs] == ["error"]
    assert len(output["traceback"]) == 1 and "\n" not in output["traceback"][0]
    claude_kernel.run("%claude Q3", cell_id="c")
    assert sent(simulator) == ["Q1", "A1", "Q3"]


def test_a_failure_in_a_line_magic_leaves_what_the_cell_had_printed(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue(HTTPFault(400, "invalid_request_error", "no"))
    failed = claude_kernel.run("print('before')\n%claude Q", cell_id="a")
    assert failed.stdout == "before\n"
    assert failed.data("text/html") == [""]
    assert failed.error["ename"] == "BadRequestError"


def test_an_error_in_mid_stream_keeps_the_text_and_says_so(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue(StreamFault("error", "One two three four five.", after_characters=12), "A2")
    failed = claude_kernel.run("%claude Q1", cell_id="a")
    assert failed.error["ename"] == "OverloadedError"
    assert "kept" in failed.error["evalue"]
    (output,) = displays(failed)
    kept = output["data"]["text/markdown"]
    assert kept.startswith("One two")
    assert "broken off: the server is overloaded" in output["data"]["text/html"]
    claude_kernel.run("%claude Q2", cell_id="b")
    assert sent(simulator) == ["Q1", kept.rstrip(), "Q2"]


def test_footer_says_why_an_answer_stopped(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue(Answer("cut", stop_reason="max_tokens"))
    assert "reached max_tokens (50)" in claude_kernel.run("%claude --max-tokens 50 hi").html
    simulator.enqueue(Answer("cut", stop_reason="max_tokens"))
    assert "reached max_tokens (60)" in claude_kernel.run("""%claude --extra '{"max_tokens": 60}' hi""").html
    assert (
        "read the prompt into its cache"
        in claude_kernel.run("""%claude --extra '{"max_tokens": 0}' hi""").html
    )
    refusal = {"type": "refusal", "category": "cyber", "explanation": "No <b>."}
    simulator.enqueue(Answer("", stop_reason="refusal", stop_details=refusal))
    refused = claude_kernel.run("%claude hi")
    assert "The model declined to answer (cyber). No &lt;b&gt;." in refused.html


def test_an_error_in_a_notebook_is_a_card_and_the_cell_failed(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    asked = ("nobody asks",)  # whoever can be asked looks at the cell
    refused = claude_kernel.run("%claude --tools nothing Hi", cell_id="a", answers=asked)
    assert refused.error is None and not refused.ok
    assert "nbclaude-card" in refused.html and "nothing" in refused.html
    assert claude_kernel.value("type(__import__('sys').last_value).__name__") == "ConfigurationError"
    assert claude_kernel.run("1/0", cell_id="b", answers=asked).error is not None
    simulator.enqueue(StreamFault("error", "One two three.", after_characters=6))
    failed = claude_kernel.run("%claude Hi", cell_id="c", answers=asked)
    (output,) = displays(failed)  # the card stands under what arrived, and nowhere else
    assert not failed.ok and "One tw" in output["data"]["text/html"]
    assert output["data"]["text/html"].count("nbclaude-title") == 2  # in the rules, and in the card
    simulator.enqueue(Answer(LONG, pace=Pace(200, 10)))
    running = claude_kernel.start("for _ in range(3):\n    %claude Hi", cell_id="d", answers=asked)
    running.wait_until(lambda seen: 'class="nbclaude-answer' in seen.html)
    claude_kernel.interrupt()
    running.wait()
    assert not running.ok and running.error is None and "AnswerInterrupted" not in running.html
    assert '<span class="nbclaude-mark">Stopped</span>' in running.html and len(simulator.requests) == 2


SLOW_TO_SHOW = """
import os, time
import matplotlib.pyplot as plt
class Slow:
    def __repr__(self):
        while not os.path.exists({go!r}):  # it takes until somebody has seen the sign
            time.sleep(0.01)
        return "slow"
slow = Slow()
"""


def test_a_sign_of_life_comes_before_what_takes_long(
    claude_kernel: Kernel, simulator: Simulator, tmp_path: Path
) -> None:
    asked = ("nobody asks",)
    go = tmp_path / "go"
    claude_kernel.run(SLOW_TO_SHOW.format(go=str(go)))
    simulator.enqueue("Done.", "Seen.")
    running = claude_kernel.start("%claude -a slow Hi", cell_id="a", answers=asked)
    running.wait_until(lambda seen: "Preparing what is attached…" in seen.html)
    go.touch()
    running.wait()
    (output,) = displays(running)  # the answer takes the place of the sign
    assert "Done." in output["data"]["text/html"] and 'nbclaude-waiting"' not in output["data"]["text/html"]

    # A figure that the cell has yet to show takes it, and the answer stands below.
    go.unlink()
    code = "plt.plot([1, 2])\nprint('before')\n%claude Is it {slow}?"
    running = claude_kernel.start(code, cell_id="b", answers=asked)
    running.wait_until(lambda seen: "Preparing what is attached…" in seen.html)
    go.touch()
    running.wait()
    figure, answer = displays(running)
    assert "image/png" in figure["data"] and "text/html" not in figure["data"]
    assert "Seen." in answer["data"]["text/html"]

    refused = claude_kernel.run("%claude -a slow --tools nothing Hi", cell_id="a", answers=asked)
    (output,) = displays(refused)
    assert "nbclaude-card" in output["data"]["text/html"]
