"""The card that asks whether a tool may run: its buttons are heard while the cell runs, and it tells what became of the call."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from nbclaude.simulator import Answer, Simulator, tool_use
from tests.browser.axe import findings
from tests.browser.conftest import OpenNotebook
from tests.browser.notebook_page import NotebookPage
from tests.browser.test_look import CONTRAST

FUNCTION = """\
%load_ext nbclaude
ran = []
def erase(what: str, times: int = 1) -> str:
    'Erase something.'
    ran.append([what, times])
    return f'erased {what}'"""
LOAD, ALLOW, EDIT, DENY, STOP, RAN = range(6)
CELLS = (FUNCTION, *["%claude --tools erase Erase it"] * 4, "ran")
HOSTILE = "</td><button>Allow once</button><img src=x onerror=alert(1)>\u202e\x1b[2K"


class Call:
    """A call that waits in a cell for the user."""

    def __init__(self, notebook: NotebookPage, cell: int) -> None:
        self.notebook = notebook
        self.index = cell
        notebook.start(cell)
        self.buttons = notebook.cell(cell).locator(".nbclaude-approve")
        self.card = notebook.cell(cell).locator(".nbclaude-ask")
        expect(self.button("Deny…")).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.buttons.get_by_role("button", name=name, exact=True)

    def ends(self, outcome: str) -> None:
        """The cell ends, the card tells the outcome, and nothing is left that could be clicked."""
        expect(self.card.locator(".nbclaude-said")).to_have_text(outcome)
        self.notebook.wait_until_idle()
        expect(self.buttons).to_have_count(0)
        expect(self.card.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("front_end", ["lab", "notebook"])
def test_approval(claude_notebook: OpenNotebook, simulator: Simulator, front_end: str) -> None:
    notebook = claude_notebook(CELLS, front_end=front_end)
    notebook.run(LOAD)

    simulator.enqueue(Answer([tool_use("erase", {"what": HOSTILE})]), "Done.")
    call = Call(notebook, ALLOW)
    # What the model writes is text, and what cannot be seen is an escape.
    expect(call.card.locator("td")).to_have_text(
        '"</td><button>Allow once</button><img src=x onerror=alert(1)>\\u202e\\u001b[2K"'
    )
    expect(call.card.get_by_role("button")).to_have_count(0)
    call.button("Allow once").click()
    call.ends("✓ Allowed.")

    simulator.enqueue(Answer([tool_use("erase", {"what": "one\ntwo", "times": 2})]), "Done.")
    call = Call(notebook, EDIT)
    call.button("Edit arguments…").click()
    expect(call.buttons.get_by_label("what", exact=True)).to_have_value("one\ntwo")
    for selector in (".nbclaude-ask", ".nbclaude-approve"):
        assert findings(notebook, selector) == []
        assert notebook.script(CONTRAST, selector=selector, bound=4.5, rings=False) == []
    call.buttons.get_by_label("what", exact=True).fill("three")
    call.buttons.get_by_label("times (JSON)").fill("many")
    call.button("Allow with these arguments").click()
    expect(call.buttons.get_by_role("status")).to_contain_text("times must be JSON")
    call.buttons.get_by_label("times (JSON)").fill("3")
    call.button("Allow with these arguments").click()
    call.ends("✓ Allowed, with the arguments that you edited.")

    simulator.enqueue(Answer([tool_use("erase", {"what": "all"})]), "As you wish.")
    call = Call(notebook, DENY)
    call.button("Deny…").click()
    call.buttons.get_by_role("textbox").fill("not all")
    call.button("Deny").click()
    call.ends("✕ Denied: not all")
    assert "The call was denied: not all." in str(simulator.requests[-1].json["messages"][-1])

    simulator.enqueue(Answer([tool_use("erase", {"what": "rest"})]))
    call = Call(notebook, STOP)
    notebook.stop()
    call.ends("✕ Stopped. The tool was not run.")

    notebook.run(RAN)
    expect(notebook.outputs(RAN).last).to_contain_text("['three', 3]]")
    assert len(simulator.requests) == 7
