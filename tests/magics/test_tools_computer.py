"""A screen as a tool: its calls in the loop, and a browser that does not outlive its kernel."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import psutil
import pytest

from nbclaude.simulator import Answer, tool_use
from nbclaude.tools.computer.page import find_browser
from tests.magics.conftest import Notebook, type_lines
from tests.tools.test_mcp import wait_for

SCREEN = """
from PIL import Image
done = []
class Screen:
    width, height = 300, 200
    def act(self, action, given):
        done.append((action, given))
        if action == "key":
            raise RuntimeError("the keyboard is broken")
        return Image.new("RGB", (300, 200), "red") if action == "screenshot" else None
"""


def member(name: str, **given: Any) -> dict[str, Any]:
    return tool_use(name, given, toolset_name="computer")


def results(notebook: Notebook) -> list[Any]:
    """Return what the last request gives back: a text, or the type of a picture; errors with an exclamation mark."""
    blocks = notebook.simulator.requests[-1].json["messages"][-1]["content"]
    return [
        f"!{block['content']}" if block.get("is_error") else block["content"][-1].get("text", "image")
        for block in blocks
    ]


def test_actions_run_in_order_until_one_fails(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook.run(f"{SCREEN}screen = nbclaude.computer(Screen())".replace("\n", "\nimport nbclaude\n", 1))
    not_run = "!Not run: an action before it in this answer failed or was denied."
    asked = type_lines(monkeypatch, "a", "a", "a", "d not there")
    notebook.simulator.enqueue(
        Answer(
            [
                member("screenshot"),
                member("left_click", coordinate=[1, 2]),
                member("key", text="a"),
                member("wait"),
            ]
        ),
        Answer([member("left_click", coordinate=[9, 9]), member("screenshot")]),
        "Well.",
    )
    assert notebook.run("%claude --tools screen Look") is None
    first, second, third = notebook.simulator.requests
    assert first.json["tools"] == [{"type": "computer_toolset_20260801"}]
    assert "anthropic-beta" not in first.headers
    assert "Claude wants to call left_click: a screen of yours" in asked[1]
    assert notebook.value("done") == [
        ("screenshot", {}),
        ("left_click", {"coordinate": [1, 2]}),
        ("key", {"text": "a"}),
    ]
    given = [block["content"] for block in second.json["messages"][-1]["content"]]
    assert (given[0][-1]["type"], "Done." in given[1][0]["text"]) == ("image", True)
    assert given[2:] == ["RuntimeError: the keyboard is broken", not_run[1:]]
    # A call goes back as it came.
    assert {block["toolset_name"] for block in third.json["messages"][1]["content"]} == {"computer"}
    assert results(notebook) == ["!The call was denied: not there.", not_run]
    assert len(asked) == 4


def test_an_older_version_brings_its_beta_header(notebook: Notebook) -> None:
    notebook.run(f"import nbclaude\n{SCREEN}screen = nbclaude.computer(Screen(), 'computer_20241022')")
    notebook.run("%config ClaudeMagics.allow_tools = ['computer']")
    notebook.simulator.enqueue(Answer([tool_use("computer", {"action": "screenshot"})]), "Red.")
    assert notebook.run("%claude --tools screen Look") is None
    request = notebook.simulator.requests[0]
    assert request.headers["anthropic-beta"] == "computer-use-2024-10-22"
    assert request.json["tools"] == [
        {"type": "computer_20241022", "name": "computer", "display_width_px": 300, "display_height_px": 200}
    ]
    assert results(notebook) == ["image"]
    # So does a definition as on the API's pages, whose calls the user answers.
    notebook.run(f"page = {json.dumps(request.json['tools'])}")
    notebook.sent("%claude --new --tools page Look")
    assert notebook.simulator.requests[-1].headers["anthropic-beta"] == "computer-use-2024-10-22"
    assert "computer needs the address of a page" in notebook.refused("%claude --tools computer Look")


def test_two_tools_of_one_name_are_refused(notebook: Notebook) -> None:
    notebook.run(f"import nbclaude\n{SCREEN}screen = nbclaude.computer(Screen())\ndef wait(): pass")
    assert "two tools are called wait" in notebook.refused("%claude --tools screen,wait Look")


KERNEL = """
import os, psutil, sys
from nbclaude.tools.computer.page import BrowserPage
from nbclaude.tools.computer.places import places_of
from nbclaude.tools.owner import Owner

page = BrowserPage(places_of("http://127.0.0.1:1/", []), Owner("browser"), 300, 200)
try:
    page.act("screenshot", {})
except Exception as error:
    assert "ERR_" in str(error), error
print(*[child.pid for child in psutil.Process().children(recursive=True)], flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(find_browser("/none") is None, reason="there is no Chromium here")
def test_a_kernel_that_is_killed_leaves_no_browser_behind() -> None:
    ran = subprocess.run([sys.executable, "-c", KERNEL], capture_output=True, text=True)
    processes = [int(word) for word in ran.stdout.split()]
    assert len(processes) > 1, ran.stderr
    for process in processes:
        wait_for(process)
    assert not [
        each for each in processes if psutil.pid_exists(each) and psutil.Process(each).status() != "zombie"
    ]
