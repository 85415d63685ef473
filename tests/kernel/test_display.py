"""Where an answer appears: on pages that are updated, or appended where updates are not known to be shown."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nbclaude.simulator import Answer, HTTPFault, Pace, Simulator
from tests.kernel.kernel import Execution, Kernel

ANSWER = "Hello **there**.\n\n- one\n- two\n\nThe last words."
CONSOLE = ("answers only tell that somebody can be asked",)
"""With answers at hand the request looks like that of a console, of jupyter-server-nbmodel or `jupyter run`."""


def printed(done: Execution) -> str:
    """What a console prints, which knows neither HTML nor updates."""
    shown = [message.content["data"] for message in done.messages if message.type == "display_data"]
    return "".join(data["text/plain"] + "\n" for data in shown)


def kinds(done: Execution) -> set[str]:
    return {message.type for message in done.messages if "display" in message.type or "clear" in message.type}


def is_appended(done: Execution, answers: int = 1) -> bool:
    """Tell whether it is appended as a whole, and once."""
    text = printed(done)
    counts = {
        text.count(word) for word in ("Asking Claude …", "Hello **there**.", "- two", "The last words.")
    }
    assert len(counts) == 1, text
    if kinds(done) != {"display_data"}:
        return False
    assert counts == {answers}, text
    assert text.index("Asking") < text.index("Hello") < text.index("- one") < text.index("(claude-")
    return True


def test_a_console_is_shown_each_block_once(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue(ANSWER)
    assert is_appended(claude_kernel.run("%claude hi", answers=CONSOLE))


def test_it_streams_there(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue(
        Answer(
            "First words.\n\nSecond words.\nThird.\n\nFourth " + "and more words " * 900, pace=Pace(50, 10)
        )
    )
    running = claude_kernel.start("%claude hi", answers=CONSOLE)
    running.wait_until(lambda e: "First words." in printed(e))
    claude_kernel.interrupt()
    running.wait()
    text = printed(running)
    assert text.count("First words.") == 1 and "(interrupted · claude" in text
    assert running.error["ename"] == "AnswerInterrupted"


def test_an_error_and_a_retry_are_lines(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue(HTTPFault(529, "overloaded_error", "busy", headers={"retry-after": "1"}), ANSWER)
    retried = claude_kernel.run("%claude hi", answers=CONSOLE)
    assert is_appended(retried)
    assert printed(retried).count("Trying again in 1 s)") == 1
    simulator.enqueue(HTTPFault(400, "invalid_request_error", "no"))
    failed = claude_kernel.run("%claude hi", answers=CONSOLE)
    assert printed(failed) == "Asking Claude …\n\n"
    assert failed.error["ename"] == "BadRequestError" and kinds(failed) == {"display_data"}


OUTPUTS = {
    "with": "with out:\n    %claude hi",
    "capture": "@out.capture()\ndef ask():\n    %claude hi\nask()",
    "capture and clear": "@out.capture(clear_output=False)\ndef ask(): get_ipython().run_line_magic('claude', 'hi')\nask()",
    "nested": "other = w.Output()\nwith other:\n    with out:\n        %claude hi",
    "an outer one": "other = w.Output()\nwith out:\n    with other:\n        pass\n    %claude hi",
    "a class of one's own": "class Mine(w.Output): pass\nmine = Mine()\nwith mine:\n    %claude hi",
    "an import inside": "import ipywidgets.widgets as deep\nwith deep.Output():\n    %claude hi",
    "interact": "@w.interact(x=(0, 5))\ndef f(x=1):\n    %claude hi",
    "interactive_output": "w.interactive_output(lambda x: get_ipython().run_line_magic('claude', 'hi'), {'x': w.IntSlider()})",
}


@pytest.mark.parametrize("code", OUTPUTS.values(), ids=OUTPUTS.keys())
def test_an_output_widget_is_told_block_by_block(
    claude_kernel: Kernel, simulator: Simulator, code: str
) -> None:
    simulator.enqueue(ANSWER)
    done = claude_kernel.run(f"import ipywidgets as w\nout = w.Output()\n{code}", cell_id="a")
    assert done.ok, done.error
    if "interact" in code:  # it clears its output before it calls
        assert printed(done).count("The last words.") == 1 and "update_display_data" not in kinds(done)
    else:
        assert is_appended(done)


@pytest.mark.parametrize(
    "code",
    [
        "%claude hi",
        "import ipywidgets as w\nout = w.Output()\n%claude hi",
        "import ipywidgets as w\nout = w.Output()\nwith out:\n    print(1)\n%claude hi",
    ],
)
def test_a_cell_is_told_on_pages(claude_kernel: Kernel, simulator: Simulator, code: str) -> None:
    simulator.enqueue(ANSWER)
    done = claude_kernel.run(code, cell_id="a")
    assert "update_display_data" in kinds(done)
    first = next(m for m in done.messages if m.type == "display_data" and "claude" in str(m.content))
    # A front end that was taken for one that shows updates shows this, and nothing more.
    assert first.content["data"]["text/plain"] == (
        "Asking Claude … If no answer appears here, it is in _claude; "
        "%config ClaudeMagics.display = 'append' shows answers even where outputs are not updated."
    )


@pytest.mark.parametrize(
    ("setting", "answers", "appended"), [("append", (), True), ("pages", CONSOLE, False), ("auto", (), False)]
)
def test_the_setting_overrules_what_is_known(
    claude_kernel: Kernel, simulator: Simulator, setting: str, answers: Sequence[str], appended: bool
) -> None:
    simulator.enqueue(ANSWER)
    claude_kernel.run(f"%config ClaudeMagics.display = '{setting}'")
    done = claude_kernel.run("%claude hi", cell_id="a", answers=answers) if not answers else None
    done = done or claude_kernel.run("%claude hi", answers=answers)
    assert ("update_display_data" not in kinds(done)) is appended


def test_only_an_answer_alone_clears_the_output_of_its_cell(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    """An update of an output that was cleared by hand would go nowhere."""
    simulator.enqueue(*[ANSWER] * 5)

    def clears(code: str) -> bool:
        done = claude_kernel.run(code, cell_id="a")
        assert done.html.count("The last words.") == 1
        return "clear_output" in kinds(done)

    assert clears("%claude hi") and clears("%%claude\nhi")
    assert not clears("print(1)\n%claude hi") and not clears("%claude hi\nprint(1)")
    claude_kernel.run("say = lambda info: print('begun')\nget_ipython().events.register('pre_run_cell', say)")
    assert not clears("%claude hi")
    claude_kernel.run("get_ipython().events.unregister('pre_run_cell', say)")


def test_every_first_message_of_a_long_answer_says_something(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue(
        Answer("".join(f"Paragraph {i} of an answer.\n\n" for i in range(400)), pace=Pace(2000, 10))
    )
    done = claude_kernel.run("%claude hi", cell_id="a")
    firsts = [m.content["data"]["text/plain"] for m in done.messages if m.type == "display_data"]
    assert len(firsts) > 2 and all(text.strip() for text in firsts)


@pytest.mark.parametrize(
    ("package", "old", "needed"),
    [("ipykernel", "6.28.1", "ipykernel 6.29"), ("IPython", "8.17.2", "IPython 8.18")],
)
def test_what_is_too_old_is_refused_in_a_sentence(
    kernel: Kernel, package: str, old: str, needed: str
) -> None:
    kernel.run(f"import {package}\nkept, {package}.__version__ = {package}.__version__, '{old}'")
    refused = kernel.run("%load_ext nbclaude")
    kernel.run(f"{package}.__version__ = kept")
    assert refused.error["ename"] == "ConfigurationError"
    assert refused.error["evalue"] == (
        f"nbclaude needs {needed} or newer, but this is {package} {old}. "
        f'Run %pip install -U "{needed.lower().replace(" ", ">=")}" and restart.'
    )
    assert len(refused.error["traceback"]) == 1
    assert kernel.run("%load_ext nbclaude").ok


def test_old_widgets_are_refused_when_the_panel_opens(claude_kernel: Kernel) -> None:
    claude_kernel.run("import ipywidgets\nkept, ipywidgets.__version__ = ipywidgets.__version__, '7.8.5'")
    refused = claude_kernel.run("%claude")
    claude_kernel.run("ipywidgets.__version__ = kept")
    assert "nbclaude needs ipywidgets 8.0 or newer, but this is ipywidgets 7.8.5." in refused.error["evalue"]


@pytest.mark.once
def test_a_forked_child_prints_its_answer(claude_kernel: Kernel, simulator: Simulator) -> None:
    """The kernel's messages are its parent's alone."""
    simulator.enqueue("Answer **one**.", "Answer two.")
    done = claude_kernel.run(
        "import multiprocessing\n"
        "def ask(number):\n"
        "    %claude number {number}\n"
        "    return _claude.text\n"
        "with multiprocessing.get_context('fork').Pool(1) as pool:\n"
        "    told = pool.map(ask, [7])",
        cell_id="a",
    )
    assert done.ok, done.error
    (printed,) = [output["text"] for output in done.outputs if output["output_type"] == "stream"]
    assert printed.startswith("Answer **one**.\n(")
    assert "asked in a forked process" in printed
    assert claude_kernel.value("told") == "['Answer **one**.']"
    assert claude_kernel.run("%claude hi", cell_id="b").updates()
    assert [request.prompt for request in simulator.message_requests] == ["number 7", "hi"]


def test_a_sentence_is_a_quiet_line_in_a_notebook_and_text_everywhere_else(claude_kernel: Kernel) -> None:
    said = "No budget is set. %claude_budget 5 sets one of 5 dollars."
    shown = claude_kernel.run("%claude_budget", cell_id="a", answers=["watched"])
    assert shown.stdout == "" and shown.data("text/plain") == [said]
    assert "sets one of 5 dollars.</span>" in shown.html and "<pre" not in shown.html
    assert claude_kernel.run("%claude_budget").stdout == f"{said}\n"
    assert claude_kernel.run("%claude_budget", cell_id="a").stdout == f"{said}\n"  # nobody looks at it
    captured = claude_kernel.run("%%capture cap\n%claude_budget", cell_id="b", answers=["watched"])
    assert captured.outputs == []
    assert claude_kernel.value("(cap.stdout, cap.outputs)") == repr((f"{said}\n", []))
