"""The panel in JupyterLab and Notebook 7, worked with mouse and keyboard; what it sends is looked up at the simulator."""

from __future__ import annotations

import base64
import itertools
import json
import re
import threading

import pytest
from playwright.sync_api import Locator, expect

from nbclaude.simulator import Answer, Pace, Simulator, StreamFault, tool_use
from tests.browser.conftest import OpenNotebook
from tests.browser.documents import report
from tests.browser.notebook_page import NotebookPage
from tests.browser.test_answers import BEHIND_AND_BEFORE, contrast, overflowing
from tests.kernel.kernel import CANARY_KEY

LOAD = "%load_ext nbclaude"
FRAME = "import pandas as pd\ndf = pd.DataFrame({'year': [1, 2, 3, 4], 'sales': [3, 5, 4, 8], 'shop': list('abab')})"
ASK = "%%claude\nWhat now?"
PANEL = "%claude"
FRONT_ENDS = ("lab", "notebook")
CONTROLS = (
    "button",
    "checkbox",
    "combobox",
    "image",
    "listbox",
    "searchbox",
    "slider",
    "spinbutton",
    "textbox",
    "log",
)
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElFTkSuQmCC"
PASTE = """([target, data]) => {
    const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
    target.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
}"""
DROP = """([target, data]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([Uint8Array.from(atob(data), c => c.charCodeAt(0))], 'dropped.png', { type: 'image/png' }));
    for (const kind of ['dragover', 'drop'])
        target.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
}"""

# The least time, in milliseconds, that the browser needs to lay the transcript out when a little of it has changed.
PAINT = """log => {
    const page = log.lastElementChild.appendChild(document.createElement('div'));
    const times = [1, 2, 3, 4, 5, 6, 7, 8].map(number => {
        page.innerHTML = `<div class="nbclaude"><div class="nbclaude-answer"><p>word <b>${number}</b></p></div></div>`;
        const start = performance.now();
        log.scrollHeight;
        return performance.now() - start;
    });
    page.remove();
    return Math.min(...times);
}"""


class PanelOf:
    """The panel that a cell shows, as a user sees it."""

    def __init__(self, notebook: NotebookPage, cell: int) -> None:
        self.notebook = notebook
        self.root = notebook.cell(cell).locator(".nbclaude-panel")
        expect(self.root).to_have_count(1)
        self.question = self.root.locator(".nbclaude-question textarea")
        self.turns = self.root.locator(".nbclaude-turn[aria-label^='Turn']")
        self.chips = self.root.locator(".nbclaude-chip")

    def button(self, name: str) -> Locator:
        """Locate a button by its words."""
        return self.root.get_by_role("button", name=name, exact=True)

    def field(self, label: str) -> Locator:
        """Locate a control by its label."""
        return self.root.get_by_label(label, exact=True)

    def row(self, label: str) -> Locator:
        """Locate the row of a control, with the reason beside it."""
        return self.root.locator(".nbclaude-row").filter(has=self.root.page.get_by_text(label, exact=True))

    def ask(self, text: str) -> None:
        """Write a question and send it with the keyboard."""
        self.question.fill(text)
        self.question.press("Shift+Enter")

    def choose_model(self, name: str) -> None:
        """Search a model and take it from the list."""
        self.field("Search models").fill(name)
        model = self.field("Model")
        expect(model.locator("option", has_text="Fable")).to_have_count(0)  # the list is narrowed
        expect(model.locator("option", has_text=name).first).to_be_attached()
        value = model.locator("option", has_text=name).first.get_attribute("value")
        model.select_option(value)


def images_of(simulator: Simulator) -> list[bytes]:
    """The images of the last question that arrived."""
    content = simulator.message_requests[-1].messages[-1]["content"]
    return [base64.b64decode(block["source"]["data"]) for block in content if block["type"] == "image"]


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_settings_know_the_model_and_reach_the_next_cell(
    claude_notebook: OpenNotebook, simulator: Simulator, front_end: str
) -> None:
    notebook = claude_notebook([LOAD, PANEL, ASK, PANEL], size=(1200, 1400), front_end=front_end)
    notebook.run(0)
    notebook.run(1)
    panel = PanelOf(notebook, 1)
    panel.button("Settings").click()
    temperature = panel.row("Temperature").get_by_role("slider")
    panel.choose_model("opus-5-5")
    expect(temperature).to_have_attribute("aria-disabled", "true")
    expect(panel.row("Temperature")).to_contain_text("claude-opus-5-5 does not accept temperature")
    expect(panel.field("Effort")).to_be_enabled()
    panel.field("Effort").select_option("xhigh")
    notebook.run(2)
    sent = json.loads(simulator.message_requests[-1].body)
    assert (sent["model"], sent["output_config"], "temperature" in sent) == (
        "claude-opus-5-5",
        {"effort": "xhigh"},
        False,
    )
    panel.choose_model("haiku-4-5")
    expect(temperature).to_have_attribute("aria-disabled", "false")
    expect(panel.field("Effort")).to_be_disabled()
    expect(panel.row("Effort")).to_contain_text("claude-haiku-4-5-20251001 has no effort setting")
    temperature.press("Home")
    for _ in range(4):
        temperature.press("ArrowRight")
    expect(panel.row("Temperature")).to_contain_text("0.20")
    notebook.run(2)
    sent = json.loads(simulator.message_requests[-1].body)
    assert (sent["model"], sent["temperature"]) == ("claude-haiku-4-5-20251001", 0.2)
    # A second panel shows the same, and what is changed in one or by %config changes in both.
    notebook.run(3)
    other = PanelOf(notebook, 3)
    other.button("Settings").click()
    expect(other.row("Temperature")).to_contain_text("0.20")
    other.field("Max tokens").fill("2048")
    other.field("Max tokens").press("Enter")
    expect(panel.field("Max tokens")).to_have_value("2048")
    notebook.edit(2, "%config ClaudeMagics.temperature = 0.7\n%claude_budget 2")
    notebook.run(2)
    for each in (panel, other):
        expect(each.row("Temperature")).to_contain_text("0.70")
        expect(each.row("Budget, US $").get_by_role("spinbutton")).to_have_value("2")
        expect(each.row("Budget, US $").get_by_role("progressbar")).to_be_visible()
    panel.button("Unset").click()
    expect(other.row("Temperature")).to_contain_text("Not set")


@pytest.mark.parametrize("front_end", [pytest.param("lab", marks=pytest.mark.oldest), "notebook"])
def test_a_question_streams_is_stopped_edited_and_goes_on_in_a_cell(
    claude_notebook: OpenNotebook, simulator: Simulator, front_end: str
) -> None:
    slow = Answer(
        "**First** " + "and more words of it " * 2000, pace=Pace(60, 10)
    )  # more than a minute of it
    simulator.enqueue(slow, "The second answer, with $x^2$.", "The third.", "The fourth.")
    notebook = claude_notebook([LOAD, PANEL, ASK], size=(1200, 1400), front_end=front_end)
    notebook.run(0)
    notebook.run(1)
    panel = PanelOf(notebook, 1)
    panel.ask("Tell me a long story.")
    expect(panel.root.locator("strong", has_text="First")).to_be_visible()
    expect(panel.question).to_have_value("")
    assert notebook.execution_count(1) == 2  # Shift+Enter has not run the cell again
    panel.button("Stop").click()
    expect(panel.turns).to_have_count(1)
    assert simulator.message_requests[-1].wait_disconnected()
    expect(panel.turns.first).to_contain_text("interrupted")
    expect(panel.turns.first).to_contain_text("First and more words")
    panel.button("Edit and resend turn 1").click()
    expect(panel.question).to_have_value("Tell me a long story.")
    expect(panel.question).to_be_focused()
    panel.question.fill("Tell me a short story.")
    panel.button("Resend").click()
    expect(panel.turns.first).to_contain_text("The second answer")
    expect(panel.turns).to_have_count(1)
    expect(panel.turns.first.locator("mjx-container")).to_have_count(1)
    expect(panel.turns.first.locator("details.nbclaude-receipt")).to_contain_text("sent:")
    assert len(simulator.message_requests[-1].messages) == 1
    # A cell goes on with it, and the panel with the cell.
    notebook.run(2)
    roles = [message["role"] for message in simulator.message_requests[-1].messages]
    assert roles == ["user", "assistant", "user"]
    expect(panel.turns).to_have_count(2)
    panel.ask("And on?")
    expect(panel.turns).to_have_count(3)
    assert len(simulator.message_requests[-1].messages) == 5
    panel.button("Delete turn 2").click()
    expect(panel.turns).to_have_count(2)
    expect(panel.root).to_contain_text("Turn 2 is deleted")
    # Another conversation, and back.
    panel.root.get_by_placeholder("name of a new one").fill("other")
    panel.button("New conversation").click()
    expect(panel.turns).to_have_count(0)
    panel.ask("Anything?")
    expect(panel.turns).to_have_count(1)
    assert len(simulator.message_requests[-1].messages) == 1
    panel.field("Conversation").select_option("main (2 turns)")
    expect(panel.turns).to_have_count(2)


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_what_is_attached_arrives_and_shows_in_the_receipt(
    claude_notebook: OpenNotebook, simulator: Simulator, front_end: str
) -> None:
    notebook = claude_notebook(
        [LOAD, f"{FRAME}\ndf.plot(y='sales');", PANEL, ASK], size=(1200, 1600), front_end=front_end
    )
    for cell in range(3):
        notebook.run(cell)
    panel = PanelOf(notebook, 2)
    # A plot of a frame: the image that is previewed is the image that arrives.
    panel.button("Plot").click()
    panel.field("Kind").select_option("bar")
    panel.field("x").select_option("year")
    panel.field("y").select_option("sales")
    expect(panel.root.locator(".nbclaude-code")).to_have_text("df.plot(kind='bar', x='year', y=['sales']);")
    preview = panel.root.locator(".nbclaude-preview img")
    expect(preview).to_have_attribute("alt", "bar plot of df")
    shown = base64.b64decode((preview.get_attribute("src") or "").partition(",")[2])
    panel.button("Attach plot").click()
    expect(panel.chips).to_have_count(1)
    notebook.run(3)
    assert images_of(simulator) == [shown]
    expect(notebook.answer(3)).to_contain_text("bar plot of df")
    expect(panel.chips).to_have_count(0)
    panel.button("Insert as code").click()
    notebook.wait_for("return document.querySelectorAll('.jp-Notebook .jp-Cell').length === 5")
    assert notebook.source(3) == "df.plot(kind='bar', x='year', y=['sales']);"
    # A figure of the gallery stays when it is kept; a pasted and a dropped image, and a variable.
    panel.button("Attach").click()
    panel.root.locator(".nbclaude-pick").first.click()
    panel.button("Keep figure of cell 2 attached").click()
    panel.question.evaluate(f"(e, data) => ({PASTE})([e, data])", PNG)
    expect(panel.chips).to_have_count(2)
    panel.root.evaluate(f"(e, data) => ({DROP})([e, data])", PNG)
    expect(panel.chips).to_have_count(3)
    panel.button("Remove dropped.png").click()
    panel.field("Variable").fill("df")
    panel.field("Variable").press("Tab")
    panel.button("Attach variable").click()
    expect(panel.chips).to_have_count(3)
    panel.ask("What is in all this?")
    expect(panel.turns).to_have_count(2)
    figure, pasted = images_of(simulator)
    assert pasted == base64.b64decode(PNG)
    assert figure.startswith(b"\x89PNG")
    texts = [block.get("text", "") for block in simulator.message_requests[-1].messages[-1]["content"]]
    assert any('<data name="df">' in text for text in texts)
    expect(panel.turns.last.locator("details.nbclaude-receipt summary").first).to_contain_text("df")
    expect(panel.chips).to_have_count(1)


def test_files_are_chosen_from_disk(claude_notebook: OpenNotebook, simulator: Simulator) -> None:
    notebook = claude_notebook([LOAD, PANEL])
    notebook.run_all()
    panel = PanelOf(notebook, 1)
    panel.button("Attach").click()
    panel.field("Choose files").set_input_files(
        [
            {"name": "shop.png", "mimeType": "image/png", "buffer": base64.b64decode(PNG)},
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Ada sells apples."},
        ]
    )
    expect(panel.chips).to_have_count(2)
    panel.ask("Who sells?")
    expect(panel.turns).to_have_count(1)
    assert images_of(simulator) == [base64.b64decode(PNG)]
    assert "Ada sells apples." in str(simulator.message_requests[-1].messages[-1]["content"])


def test_a_panel_answers_and_stops_while_a_cell_runs(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    simulator.enqueue("While it ran.", Answer("Slowly " * 400, pace=Pace(50, 8)))
    notebook = claude_notebook([LOAD, PANEL, "import time\nfor _ in range(600):\n    time.sleep(0.1)"])
    notebook.run(0)
    notebook.run(1)
    panel = PanelOf(notebook, 1)
    notebook.start(2)
    panel.ask("Are you there?")
    expect(panel.turns).to_have_count(1)
    expect(panel.turns.first).to_contain_text("While it ran.")
    panel.ask("And a long one?")
    expect(panel.root.locator(".nbclaude-transcript")).to_contain_text("Slowly Slowly")
    panel.button("Stop").click()
    expect(panel.turns).to_have_count(2)
    notebook.stop()
    notebook.wait_until_idle()
    assert notebook.text(2).count("KeyboardInterrupt") > 0  # the cell was running all the time


def test_the_keyboard_s_focus_never_falls_out_of_the_panel(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    simulator.enqueue("One.", "Two.", "Three.")
    notebook = claude_notebook([LOAD, "a, b = 1, 2", PANEL], size=(1200, 1400))
    notebook.run_all()
    panel = PanelOf(notebook, 2)
    for number in (1, 2, 3):
        panel.question.fill(f"Question {number}?")
        panel.button("Ask").focus()
        notebook.page.keyboard.press("Enter")
        expect(panel.turns).to_have_count(number)
        expect(panel.question).to_be_focused()
    panel.button("Delete turn 2").focus()
    notebook.page.keyboard.press("Enter")
    expect(panel.turns).to_have_count(2)
    assert notebook.script("return document.activeElement.dataset.action") == "delete"
    panel.button("Attach").click()
    for name in ("a", "b"):
        panel.field("Variable").fill(name)
        panel.field("Variable").press("Enter")
        expect(panel.chips.last).to_contain_text(name)
    panel.button("Keep a attached").focus()
    notebook.page.keyboard.press("Enter")
    expect(panel.button("Keep a attached")).to_have_attribute("aria-pressed", "true")
    expect(panel.button("Keep a attached")).to_be_focused()
    panel.button("Remove a").focus()
    notebook.page.keyboard.press("Enter")
    expect(panel.button("Remove b")).to_be_focused()
    # From one group of models to the next, over the heading.
    panel.button("Settings").click()
    panel.choose_model("sonnet-4-6")
    expect(panel.root.locator(".nbclaude-title")).to_contain_text("sonnet-4-6")
    expect(panel.field("Search models")).to_have_value("")
    models = panel.field("Model")
    models.focus()
    title = panel.root.locator(".nbclaude-title")
    for _ in range(8):
        before = title.inner_text()
        notebook.page.keyboard.press("ArrowDown")
        expect(title).not_to_have_text(before)
        if "haiku" in title.inner_text():
            break
    expect(title).to_contain_text("haiku")
    expect(models).to_be_focused()
    assert notebook.execution_count(2) == 3


def test_an_answer_stays_in_its_conversation_and_an_edit_survives_its_end(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    go_on = threading.Event()
    slow = StreamFault("stall", "Slowly it comes. " * 20, after_characters=40, until=go_on)
    simulator.enqueue("The first.", slow)
    notebook = claude_notebook([LOAD, PANEL], size=(1200, 1400))
    notebook.run_all()
    panel = PanelOf(notebook, 1)
    panel.ask("First?")
    expect(panel.turns).to_have_count(1)
    panel.ask("Second?")
    transcript = panel.root.locator(".nbclaude-transcript")
    expect(transcript).to_contain_text("Slowly it comes.")
    panel.root.get_by_placeholder("name of a new one").fill("other")
    panel.button("New conversation").click()
    expect(transcript).to_contain_text("Nothing has been asked")
    expect(transcript.get_by_text("Slowly it comes.")).to_be_hidden()
    panel.ask("Elsewhere?")
    expect(panel.root.get_by_role("alert")).to_contain_text("in the conversation 'main'")
    panel.field("Conversation").select_option("main (1 turn)")
    expect(transcript.get_by_text("Slowly it comes.").first).to_be_visible()
    panel.button("Edit and resend turn 1").click()
    expect(panel.question).to_have_value("First?")
    panel.question.fill("First, but better?")
    go_on.set()
    expect(panel.turns).to_have_count(2)
    expect(panel.question).to_have_value("First, but better?")
    panel.button("Resend").click()
    expect(panel.turns.first).to_contain_text("First, but better?")
    expect(panel.turns).to_have_count(2)


def test_what_a_painting_costs_does_not_grow_with_a_long_answer(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    simulator.enqueue(StreamFault("stall", report(300), after_characters=40_000))
    notebook = claude_notebook([LOAD, PANEL])
    notebook.run_all()
    panel = PanelOf(notebook, 1)
    panel.ask("All of it?")
    log = panel.root.get_by_role("log")
    expect(log.locator("h2").nth(200)).to_be_attached(timeout=60_000)
    # A rule of style that each painting applies to all of the answer takes fifty times as long.
    assert log.evaluate(PAINT) < 30
    panel.button("Stop").click()
    expect(panel.turns.first).to_contain_text("interrupted", timeout=30_000)


def test_the_transcript_keeps_its_place_and_goes_to_the_end_with_a_question(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    notebook = claude_notebook([LOAD, PANEL], size=(1200, 900))
    simulator.enqueue(*(f"Answer {number}. " + "Words. " * 60 for number in range(1, 17)))
    notebook.run_all()
    panel = PanelOf(notebook, 1)
    for number in range(1, 16):
        panel.ask(f"Question {number}?")
        expect(panel.turns.last).to_contain_text(f"Answer {number}.")
    log = panel.root.get_by_role("log")
    log.evaluate("log => { log.scrollTop = 0; }")
    before = height_of(panel, 4)
    panel.button("Show 3 earlier turns").click()
    expect(panel.turns).to_have_count(15)
    assert abs(height_of(panel, 4) - before) < 3
    panel.button("Delete turn 1").evaluate("button => button.click()")  # without scrolling to it
    expect(panel.turns).to_have_count(14)
    assert abs(height_of(panel, 3) - before) < 3
    panel.ask("Question 16?")
    expect(panel.turns.last).to_contain_text("Answer 16.")
    assert log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 2


# How often a text stands in the element at most, whenever something in it has changed.
COUNT = """(element, text) => {
    window.mostOften = 0;
    const count = () => { window.mostOften = Math.max(window.mostOften, element.textContent.split(text).length - 1); };
    new MutationObserver(count).observe(element, { subtree: true, childList: true });
}"""


def test_who_reads_the_beginning_of_an_answer_stays_there_when_it_ends(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    words = "\n\n".join(f"Paragraph {number}, with words." for number in range(60))
    simulator.enqueue(Answer(words, pace=Pace(120)))
    notebook = claude_notebook([LOAD, PANEL], size=(1200, 900))
    notebook.run_all()
    panel = PanelOf(notebook, 1)
    log = panel.root.get_by_role("log")
    log.evaluate(COUNT, "Paragraph 0,")
    panel.ask("Something long?")
    # What grows is not read out with every word; the turn is, once. And never are both in the page.
    expect(log.locator("[aria-live=off]")).to_contain_text("Paragraph 30,")
    log.evaluate("log => { log.scrollTop = 120; }")
    expect(panel.turns).to_have_count(1)
    assert log.evaluate("log => log.scrollTop") == 120
    assert log.evaluate("log => log.scrollHeight - log.clientHeight") > 1000
    assert notebook.script("return window.mostOften") == 1


def height_of(panel: PanelOf, turn: int) -> float:
    """How far below the upper edge of the transcript a turn begins, in pixels."""
    height: float = panel.turns.and_(panel.root.get_by_label(f"Turn {turn}", exact=True)).evaluate(
        "turn => turn.getBoundingClientRect().top - turn.closest('.nbclaude-view').getBoundingClientRect().top"
    )
    return height


def test_a_draft_and_a_new_conversation_are_not_lost(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    simulator.enqueue("The first.", "The second.")
    notebook = claude_notebook([LOAD, PANEL], size=(1200, 1400))
    notebook.run_all()
    panel = PanelOf(notebook, 1)
    panel.ask("First?")
    expect(panel.turns).to_have_count(1)
    for end in ("Cancel edit", "Resend"):
        panel.question.fill("What I was about to ask")
        panel.button("Edit and resend turn 1").click()
        expect(panel.question).to_have_value("First?")
        panel.question.fill("First, but better?")
        panel.button(end).click()
        expect(panel.question).to_have_value("What I was about to ask")
    expect(panel.turns.first).to_contain_text("The second.")
    for name in ("one", "two"):
        panel.root.get_by_role("textbox", name="Name of the new conversation").fill(name)
        panel.button("New conversation").click()
        expect(panel.field("Conversation")).to_have_value(f"{name} (0 turns)")
    panel.field("Conversation").select_option("one (0 turns)")
    expect(panel.root.get_by_role("log")).to_contain_text("Nothing has been asked")


def test_errors_stand_in_the_panel_and_nothing_is_lost(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    notebook = claude_notebook([LOAD, PANEL, "quarters = 4"])
    notebook.run_all()
    panel = PanelOf(notebook, 1)
    alert = panel.root.get_by_role("alert")
    panel.ask("How many are {quartesr}?")
    expect(alert).to_contain_text("quarters")
    expect(panel.question).to_have_value("How many are {quartesr}?")
    panel.button("Settings").click()
    panel.field("Search models").fill("claude-opsu-5-5")
    panel.field("Search models").press("Enter")
    expect(alert).to_contain_text("opus-5-5")
    key = CANARY_KEY.replace("Canary", "Another")
    panel.question.fill(f"My key is {key}")
    expect(alert).to_contain_text("An API key was in this field")
    expect(panel.question).to_have_value("My key is [key removed]")
    panel.root.get_by_placeholder("name of a new one").fill(key)
    expect(panel.root.get_by_placeholder("name of a new one")).to_have_value("[key removed]")
    # However fast it is sent, it does not go, and what stood around the key stays.
    for question in (f"And {key}?", "And [key removed]?"):
        panel.ask(question)
        expect(alert).to_contain_text("An API key was")
        expect(alert).to_be_in_viewport()  # also below the settings, which are open
        expect(panel.question).to_have_value("And [key removed]?")
    assert simulator.message_requests == []
    notebook.save()
    assert key not in json.dumps(notebook.saved())


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_a_saved_panel_is_a_still_picture(
    claude_notebook: OpenNotebook, simulator: Simulator, front_end: str
) -> None:
    simulator.enqueue("Hello Ada.")
    notebook = claude_notebook([LOAD, PANEL], front_end=front_end)
    notebook.run_all()
    panel = PanelOf(notebook, 1)
    picture = notebook.cell(1).locator(".nbclaude-picture")
    expect(picture).to_be_hidden()
    panel.ask("I am Ada.")
    expect(picture).to_contain_text("Hello Ada.")  # also while it is hidden
    error = notebook.page.get_by_text("Error displaying widget")
    notebook.restart_kernel()
    expect(picture).to_be_visible()
    expect(panel.root).to_be_hidden()
    for trusted in (True, False):
        notebook.reopen(trusted=trusted)
        picture = notebook.cell(1).locator(".jp-OutputArea-output").last
        expect(picture).to_contain_text("Hello Ada.")
        expect(picture).to_contain_text("Run this cell to open the panel.")
        expect(error).to_be_hidden()
    notebook.watch.console_errors.clear()  # JupyterLab tells its console that the widget has gone


def test_copies_go_to_the_clipboard_and_closing_leaves_the_picture(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    simulator.enqueue("Some **bold** words.")
    notebook = claude_notebook([LOAD, PANEL, "%config ClaudeMagics.effort = 'low'"])
    notebook.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.run_all()
    panel = PanelOf(notebook, 1)
    panel.ask("Go.")
    panel.button("Copy the answer of turn 1").click()
    expect(panel.root.locator(".nbclaude-done")).to_have_text("Copied.")
    assert notebook.script("return navigator.clipboard.readText()") == "Some **bold** words."
    panel.button("Settings").click()
    panel.button("Copy as code").click()
    expect(panel.root.locator(".nbclaude-code")).to_contain_text("%config ClaudeMagics.effort = 'low'")
    expect(panel.root.locator(".nbclaude-done")).to_have_text("Copied.")
    code = notebook.script("return navigator.clipboard.readText()")
    assert code.splitlines()[:2] == ["%load_ext nbclaude", "%config ClaudeMagics.model = 'claude-sonnet-5-5'"]
    panel.button("Close").click()
    expect(notebook.cell(1).locator(".nbclaude-panel")).to_have_count(0)
    expect(notebook.cell(1).locator(".nbclaude-picture")).to_be_visible()
    notebook.run(1)
    PanelOf(notebook, 1)


def test_the_panel_is_readable_labelled_and_fits(claude_notebook: OpenNotebook, simulator: Simulator) -> None:
    simulator.enqueue("An answer with `code`.")
    cells = [LOAD, f"{FRAME}\ndf.plot(y='sales');", PANEL]
    notebook = claude_notebook(cells, size=(1200, 1700))
    notebook.run_all()
    panel = PanelOf(notebook, 2)
    panel.ask("Say something.")
    expect(panel.turns).to_have_count(1)
    for theme, width in itertools.product(("light", "dark"), (1200, 500)):
        notebook.set_theme(theme)
        notebook.set_width(width)
        for pane in ("Settings", "Attach", "Plot"):
            button = panel.button(pane)
            button.focus()
            notebook.page.keyboard.press("Enter")
            expect(button).to_have_attribute("aria-expanded", "true")
            expect(panel.root.locator(".nbclaude-pane")).to_have_count(1)
            if pane == "Plot":
                expect(panel.root.locator(".nbclaude-preview img")).to_be_visible()
            if pane == "Settings" and width == 1200 and theme == "light":
                panel.button("More settings").click()
                expect(panel.field("Max retries")).to_have_value("2")
            assert [each for each in overflowing(panel.root) if "option" not in each] == []
            if theme == "light":
                assert unlabelled(panel) == []
            assert pale(panel.root) == []
            notebook.screenshot(f"panel-{pane.lower()}-{width}", of=panel.root)


def unlabelled(panel: PanelOf) -> list[str]:
    """The roles of the controls without a name for a screen reader, by the browser's own accessibility tree."""
    page = panel.notebook.page
    browser = page.context.new_cdp_session(page)
    browser.send("DOM.getDocument")
    found = browser.send("Runtime.evaluate", {"expression": "document.querySelector('.nbclaude-panel')"})
    tree = browser.send("Accessibility.queryAXTree", {"objectId": found["result"]["objectId"]})
    browser.detach()
    controls = [node for node in tree["nodes"] if not node["ignored"] and node["role"]["value"] in CONTROLS]
    assert len(controls) > 10
    return [node["role"]["value"] for node in controls if not node.get("name", {}).get("value")]


def pale(root: Locator) -> list[str]:
    """What is written with less contrast than 4.5 to 1, but for controls that are disabled."""
    texts = root.locator(
        "button:enabled, .nbclaude-reason, .nbclaude-quiet, .widget-label, h4, .nbclaude-said"
    )
    visible = (
        f"all => all.filter(e => e.checkVisibility()).map(e => [e.innerText, ...({BEHIND_AND_BEFORE})(e)])"
    )
    return [
        f"{said!r}: {colour} on {background}"
        for said, background, colour in texts.evaluate_all(visible)
        if contrast(background, colour) < 4.5 and re.search(r"\w", said)
    ]


def test_enter_takes_all_that_was_typed_however_fast(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    notebook = claude_notebook([LOAD, "a_long_name = 1", PANEL], size=(1200, 1400))
    for cell in range(3):
        notebook.run(cell)
    panel = PanelOf(notebook, 2)
    title, alert = panel.root.locator(".nbclaude-title"), panel.root.locator(".nbclaude-alert")
    keyboard = notebook.page.keyboard
    panel.button("Settings").click()
    expect(panel.root).to_contain_text("models of 127.0.0.1")
    for typed, name in [("haiku-4-5", "claude-haiku-4-5-20251001"), ("opus-5-5", "claude-opus-5-5")]:
        panel.field("Search models").click()
        keyboard.type(typed)
        keyboard.press("Enter")
        expect(title).to_have_text(name)
        expect(panel.field("Search models")).to_have_value("")
    # Words that are no name mean a model if they find one.
    panel.field("Search models").fill("sonnet 200k")
    panel.field("Search models").press("Enter")
    expect(title).to_have_text("claude-sonnet-4-5-20250929")
    expect(panel.field("Search models")).to_have_value("")
    panel.field("Search models").fill("opus 1M")
    panel.field("Search models").press("Enter")
    expect(alert).to_contain_text("'opus 1M' is not a model name, and matches")
    expect(title).to_have_text("claude-sonnet-4-5-20250929")
    panel.button("Attach").click()
    panel.field("Variable").click()
    keyboard.type("a_long_name")
    keyboard.press("Enter")
    expect(panel.chips).to_contain_text("a_long_name")
    panel.root.get_by_placeholder("name of a new one").click()
    keyboard.type("second thoughts")
    keyboard.press("Enter")
    expect(panel.field("Conversation")).to_have_value("second thoughts (0 turns)")
    assert simulator.message_requests == []


def test_a_call_is_approved_in_the_panel_also_while_a_cell_runs(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    function = f"{LOAD}\nran = []\ndef erase(what: str):\n    ran.append(what)\n    return 'done'"
    wait = "import time\nwhile not ran: time.sleep(0.05)\nran"
    cells = [function, "%claude --tools erase Hello", PANEL, wait]
    notebook = claude_notebook(cells, size=(1200, 1400))
    simulator.enqueue("Hello.", Answer([tool_use("erase", {"what": "<b>x</b>"})]), "It is gone.")
    for cell in range(3):
        notebook.run(cell)
    notebook.start(3)
    panel = PanelOf(notebook, 2)
    panel.ask("Erase x")
    expect(panel.root.locator(".nbclaude-ask td")).to_have_text('"<b>x</b>"')
    panel.button("Edit arguments…").click()
    panel.root.get_by_label("what", exact=True).fill("y")
    panel.button("Allow with these arguments").click()
    expect(panel.turns.last).to_contain_text("It is gone.")
    expect(panel.root.locator(".nbclaude-ask, .nbclaude-approve")).to_have_count(0)
    notebook.wait_until_idle()
    expect(notebook.outputs(3).last).to_contain_text("['y']")
