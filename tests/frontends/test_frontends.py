"""Asks in front ends that show no display updates, as they are: qtconsole, and JupyterLab with jupyter-server-nbmodel."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from nbclaude.simulator import Answer, Pace, Simulator
from tests.browser.conftest import OpenNotebook
from tests.frontends.answers import ANSWER, PARTS
from tests.kernel.environment import clean_environment
from tests.kernel.kernel import CANARY_KEY

QT_CONSOLE = Path(__file__).with_name("qt_console.py")


def screens_of_qtconsole(home: Path, simulator: Simulator, *cells: str) -> list[str]:
    """Return what qtconsole showed, one text after the other."""
    environment = clean_environment(home) | {
        "ANTHROPIC_BASE_URL": simulator.base_url,
        "ANTHROPIC_API_KEY": CANARY_KEY,
    }
    done = subprocess.run(
        [sys.executable, str(QT_CONSOLE), *cells],
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    screens: list[str] = json.loads(done.stdout.splitlines()[-1])
    return screens


def test_qtconsole(tmp_path: Path, simulator: Simulator) -> None:
    simulator.enqueue(Answer(ANSWER, pace=Pace(20, 3)), "Second answer.")
    screens = screens_of_qtconsole(
        tmp_path, simulator, "%load_ext nbclaude", "%claude hi", "%claude and now?"
    )
    shown = screens[-1]
    for part in (*PARTS, "Second answer."):
        assert shown.count(part) == 1, (part, shown)
    assert shown.index("First") < shown.index("x = 1") < shown.index("Last words.") < shown.index("Second")
    assert "<div" not in shown and "\x1b" not in shown
    # It streams: what came first was there before the rest, and nothing that was shown has gone again.
    assert any("First" in screen and "Last words." not in screen for screen in screens)
    begun = [screen for screen in screens if "Asking Claude" in screen]
    assert all("Asking Claude" in screen for screen in screens[screens.index(begun[0]) :])


@pytest.mark.browser
def test_jupyterlab_with_jupyter_server_nbmodel(claude_notebook: OpenNotebook, simulator: Simulator) -> None:
    simulator.enqueue(Answer(ANSWER, pace=Pace(50, 5)), "Second answer.")
    notebook = claude_notebook(["%load_ext nbclaude", "%claude hi", "%claude and now?"])
    notebook.run(0)
    # The server hands the outputs over when the cell has ended.
    notebook.start(1)
    expect(notebook.cell(1).locator(".jp-OutputArea")).to_contain_text("Last words.", timeout=30_000)
    notebook.wait_until_idle()
    notebook.run(2)
    expect(notebook.cell(1).locator(".jp-OutputArea")).to_contain_text(
        re.compile("First.*x = 1.*two.*Last", re.DOTALL)
    )
    for part in ("p:has-text('First words.')", ".code", "table", "p:has-text('Last words.')"):
        expect(notebook.cell(1).locator(f".nbclaude-answer {part}")).to_have_count(1)
    expect(notebook.cell(1).locator(".nbclaude-footer")).to_have_count(1)
    expect(notebook.cell(2)).to_contain_text("Second answer.")
    # The server ran these cells, not the browser: else this would be the test of an ordinary JupyterLab.
    assert "nbmodel" in notebook.lab.log_file.read_text("utf-8")
    assert [request.prompt for request in simulator.message_requests] == ["hi", "and now?"]
