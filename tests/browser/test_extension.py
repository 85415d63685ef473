"""The front-end extension: prompts as prose, buttons on what answers show, commands, cells in their order, the side bar."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from nbclaude.lab.shown import unfinished_html
from nbclaude.output.marks import marked_open
from nbclaude.render.style import sign_html
from nbclaude.simulator import Simulator, StreamFault
from tests.browser.conftest import OpenNotebook
from tests.browser.extension import LabWithExtension
from tests.browser.notebook_page import PANEL, NotebookPage
from tests.browser.test_turns import do
from tests.kernel.test_conversation import sent

CLIPBOARD = "return await navigator.clipboard.readText()"
NOTE_TITLES = """\
window.titles = new Set();
const note = ([{ target }]) => window.titles.add(target.title);
new MutationObserver(note).observe(document.body, { subtree: true, attributeFilter: ['title'] });"""
COPIED = "async text => await navigator.clipboard.readText() === text"
TYPES = f"{PANEL} return panel.content.widgets.map(w => w.model.mimeType)"
EMPHASISED = """return [...document.querySelectorAll('.jp-Notebook .jp-Cell:nth-child(2) .cm-line span')]
    .filter(each => getComputedStyle(each).fontStyle === 'italic').map(each => each.textContent)"""
# JupyterLab 4.2 does not tell that a cell runs; it has its number when it has.
HAVE_RUN = f"{PANEL} return panel.content.widgets.every(w => w.model.executionCount)"
PROSE, PYTHON = "text/x-ipythongfm", "text/x-ipython"
KEYS = "return window.jupyterapp.commands.keyBindings.map(b => [b.command, b.keys.join(' ')])"
NOTES = ".Toastify__toast-body, .jp-toastContainer"
PICTURE = """\
from IPython.display import SVG
SVG('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="60" height="40" fill="teal"/></svg>')"""
CHART = """\
from IPython.display import HTML
HTML('<div id="chart">A chart</div><script>window.draw = () => vegaEmbed("#chart", {})</script>')"""
HELD = """\
from IPython.display import SVG
from ipywidgets import interact
@interact(n=(0, 3))
def show(n=1):
    display(SVG('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="60" height="40"/></svg>'))
    1 / n"""
FIGURES = f"""{PANEL} return panel.content.widgets.slice(2, 4).map(({{ model }}) =>
    model.outputs.get(0).metadata.nbclaude?.figures ?? null)"""
SELECT = f"""{PANEL} panel.content.widgets[index].editor.setSelection(
    {{start: {{line: 0, column: 0}}, end: {{line: 1, column: 0}}}})"""
NEW = """\
const { commands } = window.jupyterapp;
const panel = await commands.execute('notebook:create-new', {kernelId: kernel});
await panel.revealed;
panel.content.widgets[0].model.sharedModel.setSource(text)"""
OPEN = {
    "output_type": "display_data",
    "data": {"text/html": unfinished_html(f'<div class="nbclaude">{sign_html()}</div>')},
    "metadata": marked_open("nbclaude-1"),
}
WAITS = """\
import os, time
from nbclaude.lab import LINE
def references(source, find=LINE.references):
    while not os.path.exists("seen"): time.sleep(0.02)
    return find(source)
LINE.references = references"""
UNHEARD = f"{PANEL} return window.unheard.get(panel.sessionContext.session.kernel).size"
ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": ["ValueError: no"]}
WITHOUT = """\
import os, sys
sys.path[:] = [p for p in sys.path if not os.path.isdir(os.path.join(p or ".", "nbclaude"))]"""


@pytest.fixture(scope="module")
def lab(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabWithExtension]:
    """Give a server that has the extension of these sources, whatever is installed."""
    with LabWithExtension(tmp_path_factory.mktemp("lab-with-extension")) as lab:
        yield lab


def sources(notebook: NotebookPage) -> list[str]:
    """Return the sources of all cells."""
    found: list[str] = notebook.script(
        f"{PANEL} return panel.content.widgets.map(w => w.model.sharedModel.getSource())"
    )
    return found


def test_prompts_and_blocks(claude_notebook: OpenNotebook, simulator: Simulator) -> None:
    cells = [
        "%load_ext nbclaude\nfigure_of_speech = 3",
        "%%claude --dry-run\nit is {figure_of",
        "x = %claude hi",
        "%%claude_edit do it",
    ]
    notebook = claude_notebook(cells)
    keys, page = notebook.page.keyboard, notebook.page
    notebook.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.wait_for(f"{TYPES}.join() === types", types=",".join([PYTHON, PROSE, PYTHON, PYTHON]))

    # Completion is there at once, a comment is none of HTML, and what is no prompt any more is Python again.
    notebook.run(0)
    notebook.complete(1)
    expect(page.locator(".jp-Completer-item")).to_have_count(1)
    keys.press("Enter")
    keys.press("Control+/")
    assert notebook.source(1) == "%%claude --dry-run\n# it is {figure_of_speech"
    keys.press("Control+/")
    code = "`{figure_of_speech}`\n```\n{figure_of_speech}\n\n```"
    asks = "# *aside\n%%claude --system '[x](y)'"
    notebook.edit(1, f"{asks}\nit is {{figure_of_speech}} or {{nothing}}, not {code}")
    expect(notebook.cell(1).locator(".nbclaude-reference")).to_have_text("{figure_of_speech}")
    expect(notebook.cell(1).locator(".nbclaude-instruction")).to_have_text(asks.split("\n"))
    expect(notebook.cell(3).locator(".nbclaude-instruction")).to_have_text("%%claude_edit do it")
    # The line of the magic is not Markdown, and does not affect the prompt.
    notebook.edit(1, "#*aside\n%%claude --stop * --stop ` --stop _\nit *is* so*, `it` is\n* so_")
    notebook.wait_for(f"{EMPHASISED}.join() === words", words="*,is,*")
    # A prompt that changes while the kernel checks it is checked again.
    seen = notebook.lab.root / "seen"
    seen.touch()
    notebook.edit(2, WAITS)
    notebook.run(2)
    seen.unlink()
    notebook.edit(1, "%%claude\n{nothing}")
    notebook.wait_for(UNHEARD)
    notebook.edit(1, "%%claude\nit is {figure_of_speech}")
    seen.touch()
    expect(notebook.cell(1).locator(".nbclaude-reference")).to_have_text("{figure_of_speech}")
    notebook.edit(2, "LINE.references = references.__defaults__[0]")
    notebook.run(2)
    seen.unlink()
    notebook.edit(1, "it = 1")
    assert notebook.script(TYPES)[1] == PYTHON
    notebook.edit(1, "%%claude\nit is")

    # Each block has its buttons; they are reached with the keys, and are there when the notebook is opened again.
    simulator.enqueue("Two:\n\n```python\nx = 1\n```\n\n```bash\n$ ls\nfile\n```\n")
    notebook.run(1)
    for output in (ERROR, ERROR, OPEN, OPEN):
        notebook.script(f"{PANEL} panel.content.widgets[1].model.outputs.add(output)", output=output)
    for again in (False, True):
        if again:
            notebook.reopen()
        blocks = notebook.cell(1).locator(".nbclaude .code")
        expect(blocks.nth(1).get_by_role("button")).to_have_count(2)
        notebook.script(NOTE_TITLES)
        blocks.nth(0).locator("pre").focus()
        keys.press("Tab")
        keys.press("Enter")
        notebook.wait_for("return window.titles.has('Copied')")
        assert notebook.script(CLIPBOARD) == "x = 1"
        blocks.nth(1).hover()
        blocks.nth(1).get_by_role("button", name="Insert below").click()
        assert sources(notebook)[2] == "%%bash\nls"
        notebook.delete(2)
    # One button stands for all errors of a cell: that of the last one.
    expect(notebook.cell(1).get_by_role("button", name="Fix This Error")).to_have_count(1)
    errors = notebook.cell(1).locator(".jp-OutputArea-child", has_text="ValueError: no")
    expect(errors.nth(1).get_by_role("button", name="Fix This Error")).to_be_visible()
    # An answer that was saved before it was complete will not go on.
    notice = notebook.outputs(1).last.locator(".nbclaude-incomplete")
    expect(notice).to_be_visible()
    assert "has not arrived" in notice.evaluate("node => getComputedStyle(node, '::after').content")

    # References are also marked in another notebook that shares the kernel.
    kernel = notebook.script(f"{PANEL} return panel.sessionContext.session.kernel.id")
    notebook.script(NEW, text="%%claude\n{figure_of_speech}", kernel=kernel)
    expect(page.locator(".jp-NotebookPanel:visible .nbclaude-reference")).to_have_text("{figure_of_speech}")


def test_cells_in_their_order(claude_notebook: OpenNotebook, simulator: Simulator) -> None:
    cells = ["%load_ext nbclaude", *(f"%claude -m sonnet-4-5 Q{number}" for number in (1, 2, 3)), "1 + 1"]
    notebook = claude_notebook(cells)
    simulator.enqueue("A1", "A2", "A3")
    notebook.run_all()

    # A cell that was moved up is asked with what is above it now, and the others with it.
    do(notebook, 3, "move-cell-up", "move-cell-up")
    simulator.enqueue("A3b")
    notebook.run(1)
    assert sent(simulator) == ["Q3"]
    simulator.enqueue("A2b")
    notebook.run(3)
    assert sent(simulator) == ["Q3", "A3b", "Q1", "A1", "Q2"]

    # Cut, and pasted elsewhere without being run; deleted, and brought back after something else has run.
    do(notebook, 1, "cut-cell")
    do(notebook, 2, "paste-cell-below")
    simulator.enqueue("A2c")
    notebook.run(2)
    assert sent(simulator) == ["Q1", "A1", "Q2"]
    do(notebook, 1, "delete-cell")
    notebook.run(3)  # 1 + 1
    do(notebook, 1, "undo-cell-action")
    simulator.enqueue("A3d")
    notebook.run(3)
    assert sent(simulator) == ["Q1", "A1", "Q2", "A2c", "Q3"]

    # Cleared while it arrives, an answer of several pages is whole at its end.
    words = "\n\n".join(f"Paragraph {number}. " + "word " * 60 for number in range(40))
    go_on = threading.Event()
    simulator.enqueue(StreamFault("stall", words, after_characters=6000, until=go_on))
    notebook.edit(4, "%%claude\nlong")
    notebook.start(4)
    expect(notebook.answer(4).last).to_contain_text("Paragraph 18.")  # the last one sent until here
    do(notebook, 4, "clear-cell-output")
    expect(notebook.outputs(4)).to_have_count(0)
    go_on.set()
    notebook.wait_until_idle()
    expect(notebook.answer(4).first).to_contain_text("Paragraph 0.")
    expect(notebook.answer(4).last).to_contain_text("Paragraph 39.")


def test_answers_that_arrive_while_their_cell_or_page_goes_away(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    notebook = claude_notebook(["%load_ext nbclaude", "%claude one", "'last'"])
    words = [f"Paragraph {number} of it." for number in range(60)]
    notebook.run(0)

    def begin(index: int) -> threading.Event:
        go_on = threading.Event()
        simulator.enqueue(StreamFault("stall", "\n\n".join(words), after_characters=300, until=go_on))
        notebook.start(index)
        expect(notebook.answer(index).first).to_contain_text(words[9])
        return go_on

    def check(index: int) -> None:
        expect(notebook.answer(index).last).to_contain_text(words[-1])
        expect(notebook.answer(index).locator(".nbclaude-footer")).to_have_count(1)
        assert notebook.answer(index).locator("p").all_inner_texts() == words
        assert notebook.execution_count(index)

    # A cell that is cut loses its output, which is back when the cell is pasted, before or after the answer ends.
    go_on = begin(1)
    do(notebook, 1, "cut-cell")
    do(notebook, 1, "paste-cell-below")
    go_on.set()
    notebook.wait_until_idle()
    check(2)
    go_on = begin(2)
    do(notebook, 2, "cut-cell")
    go_on.set()
    notebook.wait_until_idle()
    do(notebook, 0, "paste-cell-below")
    check(1)

    # A reloaded page goes on showing the answer that it had begun, in place of what had been saved.
    notebook.save()
    words = [f"Paragraph {number} of the next." for number in range(60)]
    go_on = begin(1)
    notebook.page.reload()
    notebook.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    notebook.wait_for(
        f"{PANEL} return panel?.sessionContext?.session?.kernel?.connectionStatus === 'connected'"
    )
    go_on.set()
    notebook.wait_until_idle()
    check(1)

    # An answer whose kernel has ended is marked as incomplete.
    begin(1)
    notices = notebook.outputs(1).locator(".nbclaude-incomplete")
    expect(notices.locator("visible=true")).to_have_count(0)
    notebook.restart_kernel()
    expect(notices.locator("visible=true")).to_have_count(1)
    expect(notebook.answer(1).first).to_contain_text(words[9])


@pytest.mark.parametrize("front_end", [pytest.param("lab", marks=pytest.mark.oldest), "notebook"])
def test_every_button_and_command(
    claude_notebook: OpenNotebook, simulator: Simulator, front_end: str
) -> None:
    cells = ["1 / 0", "y = 7\ny", PICTURE, CHART]
    notebook = claude_notebook(cells, name=f"buttons-{front_end}", front_end=front_end)
    notebook.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, keys = notebook.page, notebook.page.keyboard
    for index in range(4):
        notebook.run(index)
    notebook.wait_for(HAVE_RUN)

    # Where nbclaude is not loaded, the first command loads it, and says so. The error from before is known all the same.
    simulator.enqueue("Zero.\n\n```python\n1 / 2\n```")
    notebook.cell(0).get_by_role("button", name="Fix this error").click()
    expect(page.locator(NOTES).get_by_text("nbclaude was not loaded in this kernel yet")).to_be_visible()
    offer = notebook.cell(2).get_by_role("group", name="What to do with the new code")
    offer.get_by_role("button", name="Replace cell 1").click()
    assert sources(notebook)[:3] == ["1 / 2", "%load_ext nbclaude", "%claude_fix --cell 1"]
    offer.get_by_role("button", name="Undo").click()
    assert sources(notebook)[0] == "1 / 0"
    offer.get_by_role("button", name="New cell below").click()
    assert sources(notebook)[:2] == ["1 / 0", "1 / 2"]
    offer = notebook.cell(3).get_by_role("group", name="What to do with the new code")
    offer.get_by_role("button", name="Undo").click()
    offer = notebook.cell(2).get_by_role("group", name="What to do with the new code")
    offer.get_by_role("button", name="Copy").click()
    expect(offer.get_by_role("status")).to_have_text("Copied.")
    assert notebook.script(CLIPBOARD) == "1 / 2"

    # Each command writes a magic and runs it, or puts the cursor where the question goes.
    simulator.enqueue(
        "Such as:\n\n```python\n3 / 4\n```", "Zero again.", "It is seven.", "```python\ny = 8\n```"
    )
    notebook.run(0)
    notebook.wait_for(HAVE_RUN)
    command(notebook, 0, "explain")
    assert sources(notebook)[1] == f"%claude_explain --cell {notebook.execution_count(0)}"
    block = notebook.cell(1).locator(".nbclaude-answer .code").first
    block.hover()
    block.get_by_role("button", name="Copy").click()
    page.wait_for_function(COPIED, arg="3 / 4")
    block.get_by_role("button", name="Insert below").click()
    assert sources(notebook)[2] == "3 / 4"
    notebook.delete(2)
    command(notebook, 0, "fix")
    assert sources(notebook)[1].startswith("%claude_fix --cell ")
    expect(notebook.answer(1).first).to_contain_text("Zero again.")
    for _ in range(4):
        notebook.delete(1)
    assert sources(notebook) == cells
    notebook.script(SELECT, index=1)
    command(notebook, 1, "explain")
    assert sources(notebook)[2] == f"%claude_explain --cell {notebook.execution_count(1)} Explain line 1."
    notebook.delete(2)
    do(notebook, 1)
    notebook.script("window.jupyterapp.commands.execute('nbclaude:edit'); return null")
    page.get_by_role("dialog").get_by_role("textbox").fill("-y is wrong")
    keys.press("Enter")
    expect(notebook.cell(1).get_by_role("button", name="Replace cell")).to_be_visible()
    assert sources(notebook)[1] == "%%claude_edit -- -y is wrong\ny = 7\ny"
    notebook.edit(1, cells[1])
    notebook.wait_until_idle()
    for index in (1, 2, 3):
        notebook.run(index)
    notebook.wait_for(HAVE_RUN)
    # Only the kernel knows that the last cell, which shows HTML, has a figure; the type of the other output says so itself.
    assert notebook.script(FIGURES) == [None, 1]
    number = {index: notebook.execution_count(index) for index in (1, 2, 3)}
    figure = f"--fig In[{number[2]}]"
    for index, written in ((3, f"--fig In[{number[3]}]"), (2, figure), (1, f"--cells In[{number[1]}]")):
        command(notebook, index, "ask-output")
        type_into(notebook, index + 1, "Why?")
        assert sources(notebook)[index + 1] == f"%%claude {written}\nWhy?"
        notebook.delete(index + 1)
    notebook.cell(2).hover()
    notebook.cell(2).get_by_role("button", name="Ask About This Output").click()
    type_into(notebook, 3, "What?")
    assert sources(notebook)[3] == f"%%claude {figure}\nWhat?"

    # A cell's menu, and the keys; no other shortcut is or begins like one of ours.
    keys.press("Escape")
    notebook.press_in_turn("qa")
    type_into(notebook, 4, "Why?")
    assert sources(notebook)[4] == "%%claude\nWhy?"
    do(notebook, 1)
    notebook.cell(1).locator(".nbclaude-cell-menu").click()
    items = page.locator(".lm-Menu-itemLabel:visible")
    for place, label in enumerate(("Ask Claude Below", "Explain This Cell", "Fix This Error")):
        expect(items.nth(place)).to_have_text(label)
    items.get_by_text("Open the Panel").click()
    expect(notebook.cell(2).locator(".nbclaude-panel")).to_be_visible()
    assert sources(notebook)[2] == "%claude"
    bound = notebook.script(KEYS)
    assert len({key for name, key in bound if name.startswith("nbclaude:")}) == 6
    assert [key for name, key in bound if not name.startswith("nbclaude:") and key.split()[0] == "Q"] == []

    # The panel in the side bar is the same panel.
    notebook.wait_until_idle()
    notebook.command("nbclaude:side-panel")
    side = page.locator("#nbclaude-side-panel")
    simulator.enqueue("From the side:\n\n```python\nz = 1\n```")
    side.get_by_placeholder("Ask Claude").fill("Hello")
    side.get_by_role("button", name="Ask", exact=True).click()
    expect(side.locator("[aria-label^='Turn ']").last).to_contain_text("From the side:")
    do(notebook, 0)
    side.locator(".code").last.hover()
    side.get_by_role("button", name="Insert below").last.click()
    assert sources(notebook)[1] == "z = 1"


def asked_with(simulator: Simulator, since: int = 0) -> list[str]:
    """Return the types of the blocks of the last question."""
    asked = [each for each in simulator.requests[since:] if each.path == "/v1/messages"]
    return [block["type"] for block in asked[-1].messages[-1]["content"]]


def type_into(notebook: NotebookPage, index: int, text: str) -> None:
    """Type into the cell that a command or a button is about to put the cursor into."""
    notebook.wait_for(
        f"{PANEL} return panel.content.activeCellIndex === index && panel.content.activeCell.editor?.hasFocus()",
        index=index,
    )
    notebook.page.keyboard.type(text)


def command(notebook: NotebookPage, index: int, name: str) -> None:
    """Execute one of our commands on a cell, and wait until what it has written has run.

    Nothing has the focus beforehand, as when the focused cell is so far out of view that it has left the DOM.
    """
    do(notebook, index)
    notebook.script(
        f"document.activeElement?.blur(); await window.jupyterapp.commands.execute('nbclaude:{name}')"
    )
    notebook.wait_until_idle()


def test_versions_languages_and_kernels_without_it(
    claude_notebook: OpenNotebook, simulator: Simulator, lab: LabWithExtension
) -> None:
    notebook = claude_notebook(["%load_ext nbclaude", "1", PICTURE, HELD])
    notes = notebook.page.locator(NOTES)

    # Without nbclaude in the kernel nothing is inserted, and one sentence says what to do.
    notebook.edit(0, WITHOUT)
    notebook.run(0)
    before = sources(notebook)
    notebook.command("nbclaude:explain")
    expect(notes.get_by_text("Run %pip install nbclaude in a cell, then try again.")).to_be_visible()
    assert sources(notebook) == before
    # Nor in a notebook that is read-only.
    notebook.script(f"{PANEL} panel.context.model.readOnly = true")
    notebook.command("nbclaude:ask")
    expect(notes.get_by_text("This notebook is read-only.")).to_be_visible()
    assert sources(notebook) == before
    assert not notebook.script("return window.jupyterapp.commands.isEnabled('nbclaude:ask')")
    notebook.script(f"{PANEL} panel.context.model.readOnly = false")
    notebook.edit(0, "%load_ext nbclaude")
    notebook.restart_kernel()

    # A figure from before nbclaude was loaded is sent along, since the notebook has it. A text must be shown again.
    notebook.run(2)
    notebook.cell(2).hover()
    notebook.cell(2).get_by_role("button", name="Ask About This Output").click()
    type_into(notebook, 4, "What?")
    assert sources(notebook)[3:5] == ["%load_ext nbclaude", "%%claude --fig In[1]\nWhat?"]
    simulator.enqueue("A square.", "A square, still.", "A square.", "Zero.")
    notebook.run(4)
    assert asked_with(simulator) == ["image", "text"]
    # The side bar knows that a panel is dead if its kernel has ended: it loads nbclaude and opens another one.
    notebook.command("nbclaude:side-panel")
    notebook.restart_kernel()
    notebook.command("nbclaude:side-panel")
    before = len(simulator.requests)
    notebook.run(4)
    assert asked_with(simulator, before) == ["image", "text"]
    notebook.delete(4)
    notebook.delete(3)

    # Outputs in an Output widget have the same buttons as others, also if a callback has shown them.
    notebook.run(3)
    held, number = notebook.cell(3), notebook.execution_count(3)
    held.locator(".jp-RenderedSVG").hover()
    held.get_by_role("button", name="Ask About This Output").click()
    type_into(notebook, 4, "What?")
    assert sources(notebook)[4] == f"%%claude --fig In[{number}]\nWhat?"
    notebook.run(4)
    assert asked_with(simulator) == ["image", "text"]
    held.get_by_role("slider").press("ArrowLeft")
    held.get_by_role("button", name="Fix This Error").click()
    expect(notebook.answer(4).first).to_contain_text("Zero.")
    notebook.wait_until_idle()
    assert sources(notebook)[4] == f"%claude_fix --cell {number}"
    assert "ZeroDivisionError" in simulator.requests[-1].prompt
    for _ in range(2):
        notebook.delete(4)

    # Another version works, and says so.
    notebook.edit(
        1,
        "from nbclaude.lab import LINE\nLINE.version = '9.9.9'\nLINE.close()",
    )
    notebook.run(1)
    notebook.run(0)
    expect(notes.get_by_text("This kernel has nbclaude 9.9.9")).to_be_visible()

    # In a kernel of another language there are no commands; the script that has changed is the one that runs.
    visible = "return window.jupyterapp.commands.isVisible('nbclaude:ask')"
    assert notebook.script(visible)
    notebook.script(f"{PANEL} panel.content.model.setMetadata('language_info', {{name: 'R'}})")
    assert not notebook.script(visible)
    script = lab.extension / "js" / "commands.js"
    text = script.read_text("utf-8")
    script.write_text(text.replace("Ask Claude Below", "Ask Claude Underneath"), "utf-8")
    notebook.reopen()
    script.write_text(text, "utf-8")  # for the tests that come after this one
    assert (
        notebook.script("return window.jupyterapp.commands.label('nbclaude:ask')") == "Ask Claude Underneath"
    )
