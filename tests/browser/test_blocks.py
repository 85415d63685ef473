"""Answers that are more than text, in JupyterLab: thinking, notes and sources, tools of the server and of the user."""

from __future__ import annotations

import json
import re
import threading
from typing import Any

from playwright.sync_api import expect

from nbclaude.simulator import Answer, HTTPFault, Pace, Simulator, StreamFault, text, thinking, tool_use
from tests.browser.conftest import OpenNotebook
from tests.browser.test_answers import BEHIND_AND_BEFORE, contrast, overflowing

LOAD = "%load_ext nbclaude"
ASK = "%%claude\nGo on."
THOUGHT = (
    "The user asks about **tides**. Two effects matter:\n\n- the Moon's gravity, weaker on the far side\n"
    "- the rotation about the common centre of mass\n\nSo there are two bulges, and I should say why."
)
ANSWER = "There are two tides a day.\n\n" + "\n\n".join(
    f"Point {number}: the far side is pulled less than the centre." for number in range(14)
)


def found(url: str, title: str, excerpt: str) -> dict[str, Any]:
    """A citation of something that a web search found."""
    return {
        "type": "web_search_result_location",
        "url": url,
        "title": title,
        "cited_text": excerpt,
        "encrypted_index": "E",
    }


MOON = found(
    "https://science.example/tides",
    "Tides and the Moon: an introduction",
    "The Moon pulls the near side more strongly than the centre, and the centre more strongly than the far side.",
)
SEA = found(
    "https://www.coast.example/bay", "The Bay of Fundy", "The highest tides in the world reach 16 metres."
)
PAGE = {
    "type": "page_location",
    "document_index": 0,
    "document_title": "Harbour almanac 2026",
    "start_page_number": 12,
    "end_page_number": 14,
    "cited_text": "High water at 04:12 and 16:38.",
}


def search(number: int, query: str, results: list[dict[str, Any]] | dict[str, Any]) -> list[dict[str, Any]]:
    """A web search and what it found."""
    call = {"type": "server_tool_use", "id": f"srv_{number}", "name": "web_search", "input": {"query": query}}
    return [call, {"type": "web_search_tool_result", "tool_use_id": f"srv_{number}", "content": results}]


def hit(title: str, url: str, age: str) -> dict[str, Any]:
    return {
        "type": "web_search_result",
        "title": title,
        "url": url,
        "page_age": age,
        "encrypted_content": "E",
    }


CODE = [
    {
        "type": "server_tool_use",
        "id": "srv_9",
        "name": "code_execution",
        "input": {"code": "heights = [4.2, 0.8, 4.0, 1.1]\nprint(max(heights) - min(heights))"},
    },
    {
        "type": "code_execution_tool_result",
        "tool_use_id": "srv_9",
        "content": {
            "type": "code_execution_result",
            "stdout": "3.4000000000000004\n",
            "stderr": "",
            "return_code": 0,
            "content": [],
        },
    },
]
RESEARCH = [
    thinking(THOUGHT),
    text("I will look that up."),
    *search(
        1,
        "why are there two tides a day",
        [
            hit("Tides and the Moon: an introduction", "https://science.example/tides", "3 weeks ago"),
            hit("The Bay of Fundy", "https://www.coast.example/bay", "May 4, 2026"),
            hit("Refused", "javascript:alert(1)", ""),
        ],
    ),
    *search(2, "tides today", {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}),
    *CODE,
    text("## Two bulges\n\n"),
    text("The Moon pulls the near side of the Earth more than its centre", citations=[MOON]),
    text(", and in narrow bays the water piles up. "),
    text("The highest tides are in the Bay of Fundy.", citations=[SEA, MOON]),
    text("\n\n| Place | Range |\n|---|---|\n"),
    text("| Bay of Fundy | 16 m |\n", citations=[SEA]),
    text("\nIn your harbour, high water comes "),
    text("at 04:12 and again at 16:38", citations=[PAGE]),
    text("."),
]


def test_thinking_streams_open_folds_and_stays_as_the_user_leaves_it(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    answer = Answer([thinking(THOUGHT), text(ANSWER)], pace=Pace(100, 4))
    thought, go_on = threading.Event(), threading.Event()
    later = StreamFault("stall", after_characters=150, until=go_on)
    simulator.enqueue(StreamFault("stall", answer, after_events=50, until=thought, then=later))
    notebook = claude_notebook([LOAD, ASK])
    notebook.run(0)
    notebook.start(1)
    fold = notebook.answer(1).locator("details.nbclaude-thinking")
    expect(fold.locator("summary")).to_have_text("Thinking…")
    expect(fold.locator("li").first).to_be_visible()
    assert fold.get_attribute("open") is not None
    notebook.screenshot("thinking-streams")
    thought.set()
    expect(notebook.answer(1).nth(1)).to_contain_text("two tides")
    expect(fold.locator("summary")).to_contain_text("Thought for")
    assert fold.get_attribute("open") is None
    fold.locator("summary").click()
    fold.evaluate("e => e.dataset.seen = 'yes'")
    assert "Point 13" not in notebook.text(1)
    go_on.set()
    notebook.wait_until_idle()
    assert "Point 13" in notebook.text(1)
    assert fold.get_attribute("data-seen") == "yes"
    assert fold.get_attribute("open") is not None
    assert fold.locator("summary").inner_text().startswith("Thought for ")


def test_research_looks_good_and_reads_well_untrusted(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    simulator.enqueue(Answer(RESEARCH))
    notebook = claude_notebook([LOAD, ASK], size=(1100, 1500))
    notebook.run_all()
    answer = notebook.answer(1)
    expect(answer.locator("sup.nbclaude-cite")).to_have_text(["[1]", "[1]", "[2]", "[2]", "[3]"])
    assert answer.locator("sup a").first.get_attribute("href") == "https://science.example/tides"
    expect(answer.locator(".nbclaude-sources li")).to_have_count(3)
    assert "Web search failed: max_uses_exceeded · “tides today”" in notebook.text(1)
    notebook.screenshot("research-folded")
    for summary in answer.locator("summary").all():
        summary.click()
    assert answer.locator("a[href^=javascript]").count() == 0
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        for width in (1100, 500):
            notebook.set_width(width)
            assert overflowing(notebook.cell(1).locator(".jp-OutputArea")) == []
            notebook.screenshot(f"research-open-{width}")
        for quiet in ("summary", ".nbclaude-where", ".nbclaude-excerpt"):
            background, colour = answer.locator(quiet).first.evaluate(BEHIND_AND_BEFORE)
            assert contrast(background, colour) > 4.5
    for summary in answer.locator("summary").all():
        summary.click()
    before = " ".join(notebook.text(1).split())
    notebook.reopen(trusted=False)
    assert " ".join(notebook.text(1).split()) == before
    notebook.screenshot("research-untrusted")


def test_a_tool_call_of_the_user_stays_open_and_a_retry_counts_down(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    arguments = {"city": "Paris", "days": [1, 2], "note": "a long text " * 70}
    answer, go_on = Answer([text("Let me ask."), tool_use("get_weather", arguments)]), threading.Event()
    simulator.enqueue(StreamFault("stall", answer, after_events=20, until=go_on))
    simulator.enqueue(HTTPFault(529, retry_after=4.0), "Here I am.")
    notebook = claude_notebook([LOAD, ASK, "%%claude --new\nGo on."])
    notebook.run(0)
    notebook.start(1)
    call = notebook.answer(1).locator("details.nbclaude-call")
    expect(call).to_contain_text('"city": "Paris"')
    assert not call.inner_text().rstrip().endswith("}")
    go_on.set()
    notebook.wait_until_idle()
    assert call.get_attribute("open") is not None
    assert call.locator("summary").inner_text() == "Calls get_weather"
    assert json.loads(call.locator("code").inner_text()) == arguments
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        notebook.screenshot("tool-call")
    notebook.start(2)
    outputs = notebook.outputs(2)
    expect(outputs).to_contain_text("Overloaded (HTTP 529); attempt 2 of 3. Trying again in")
    expect(outputs).to_contain_text(re.compile("again in [123] s"))
    notebook.screenshot("countdown")
    notebook.wait_until_idle()
    expect(notebook.answer(2)).to_contain_text("Here I am.")
    assert "Overloaded" not in notebook.text(2)
