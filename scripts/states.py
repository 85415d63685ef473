"""Takes a picture of every state of an answer and of the panel, in both themes, wide and narrow, to be looked at.

Run it from the root of the repository: `python -m scripts.states`. The pictures are in `build/screenshots/`, one of each cell:
`STATE-WIDTH-THEME.png`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Error, Locator

from nbclaude.simulator import Answer, HTTPFault, Simulator, StreamFault, text, thinking, tool_use
from tests.browser.chromium import launch
from tests.browser.lab import Lab
from tests.browser.notebook_page import SCREENSHOTS, NotebookPage
from tests.browser.test_look import ANSWER
from tests.browser.tripwire import Tripwire

THEMES = ("light", "dark")
WIDTHS = (1200, 500)
HEIGHT = 1000
KEY = "sk-ant-api03-" + "s" * 80

FRAME = """\
import matplotlib.pyplot as plt, pandas as pd
sales = pd.DataFrame({"month": pd.date_range("2021-01-01", periods=24, freq="MS"), "sales": [*range(24, 48)],
                      "password": ["hunter2-correct-horse"] * 24})
def revenue_of(month: str) -> float:
    \"\"\"Return the revenue of a month.\"\"\"
    return 48_200.0
_ = sales.plot(x="month", y="sales", figsize=(5, 2))"""
FAILING = "total = sales['sales'].sum()\ntotal / len(sales['shops'])"
FIXED = """\
`sales` has no column `shops`: the columns are `month`, `sales` and `password`. Divide by the number of rows.

```python
total = sales['sales'].sum()
total / len(sales)
```
"""
EXPLAINED = "Lines 1-2 count the months, and line 3 tells whether there are enough. **12** is a year."
EDITED = '''\
Done: the loop is one expression now.

```python
def mean(values):
    """Return the mean of some values."""
    return sum(values) / len(values)
```
'''
EDIT = """\
%%claude_edit optimise
def mean(values):
    total = 0
    for value in values:
        total = total + value
    return total / len(values)"""
EXPLAIN = "%%claude_explain --level beginner\nmonths = sales['month'].dt.month\ncount = months.nunique()\ncount >= 12"
LATE_WORDS = "The figure shows a steady rise, " * 40

# A state's name, its cell, and the scripts that answer it; "" is a cell that is not looked at.
CELLS: Sequence[tuple[str, str, tuple[object, ...]]] = (
    ("", "%load_ext nbclaude\n%claude_budget 2", ()),
    ("", FRAME, ()),
    ("answer", "%%claude --fig\nWhich December stands out in {sales}?", (ANSWER,)),
    (
        "thought",
        "%%claude --think\nWhy?",
        (Answer([thinking("The last value is the largest. " * 12), text("Because it is.")]),),
    ),
    ("failed", "%%claude\nFail", (HTTPFault(400, message="max_tokens: 64001 > 64000, too large"),)),
    (
        "broke-off",
        "%%claude\nBreak off",
        (StreamFault("error", "One two three. Four five six.", after_characters=14),),
    ),
    (
        "refused",
        "%%claude\nRefuse",
        (
            Answer(
                "I had better not.",
                stop_reason="refusal",
                stop_details={"type": "refusal", "category": "cyber"},
            ),
        ),
    ),
    ("not-understood", "%claude --modell opus Hi", ()),
    (
        "cut-off",
        "%%claude --max-tokens 20\nCut",
        (Answer("It is cut in the middle of", stop_reason="max_tokens"),),
    ),
    ("error", FAILING, ()),
    ("fix", "%claude_fix", (FIXED,)),
    ("explain", EXPLAIN, (EXPLAINED,)),
    ("edit", EDIT, (EDITED,)),
    ("dry-run", "%claude --dry-run What is in {sales}?", ()),
    ("history", "%claude_history", ()),
    ("usage", "%claude_usage", ()),
    ("models", "%claude_models sonnet", ()),
    ("connect", "%claude_connect", ()),
)
LIVE = ("waiting", "thinking", "writing", "approval", "stopped")


class Tour:
    """Goes through the states in one page, and takes a picture of each in all looks."""

    def __init__(self, notebook: NotebookPage, simulator: Simulator, wanted: Sequence[str]) -> None:
        self.notebook = notebook
        self.simulator = simulator
        self.wanted = wanted

    def take(self, states: Sequence[tuple[str, Callable[[], Locator]]]) -> None:
        """Take pictures of several states that are on the page."""
        chosen = [(name, find) for name, find in states if not self.wanted or name in self.wanted]
        if not chosen:
            return
        for theme in THEMES:
            self.notebook.set_theme(theme)
            for width in WIDTHS:
                self.notebook.set_width(width)
                for name, find in chosen:
                    try:
                        self.notebook.screenshot(f"{name}-{width}", of=find())
                    except Error as error:
                        sys.stderr.write(f"{name}: {str(error).splitlines()[0]}\n")

    def cell(self, index: int) -> Callable[[], Locator]:
        """Return how a cell's outputs are found."""
        return lambda: self.notebook.cell(index).locator(".jp-Cell-outputWrapper")

    def answers(self) -> None:
        """Take everything that stays on the page."""
        for index, (_, _, scripts) in enumerate(CELLS):
            self.simulator.enqueue(*scripts)
            self.notebook.run(index)
        receipt = self.notebook.answer(2).locator("details.nbclaude-receipt > summary")
        self.take([(name, self.cell(index)) for index, (name, _, _) in enumerate(CELLS) if name])
        receipt.click()
        self.take([("receipt", self.cell(2))])

    def while_it_runs(self, first: int) -> None:
        """Take what is on the page only while a cell runs."""
        slow = [
            StreamFault("stall", Answer("Late."), after_events=0, until=(go := threading.Event())),
            StreamFault(
                "stall", Answer([thinking("First the months. " * 9), text("Late.")]), after_events=5, until=go
            ),
            StreamFault("stall", Answer(LATE_WORDS), after_characters=300, until=go),
        ]
        for number, (name, script) in enumerate(zip(LIVE, slow, strict=False)):
            go.clear()
            self.simulator.enqueue(script)
            self.notebook.start(first + number)
            self.notebook.cell(first + number).locator(".nbclaude").first.wait_for()
            self.notebook.page.wait_for_timeout(500)
            self.take([(name, self.cell(first + number))])
            go.set()
            self.notebook.wait_until_idle()
        self.simulator.enqueue(
            Answer([text("Let me look."), tool_use("revenue_of", {"month": "2021-12"})]), "Done."
        )
        self.notebook.start(first + 3)
        buttons = self.notebook.cell(first + 3).locator(".nbclaude-approve")
        buttons.get_by_role("button", name="Deny…").wait_for()
        self.take([("approval", self.cell(first + 3))])
        buttons.get_by_role("button", name="Edit arguments…").click()
        self.take([("approval-edit", self.cell(first + 3))])
        buttons.get_by_role("button", name="Allow with these arguments").click()
        self.notebook.wait_until_idle()
        self.take([("tool", self.cell(first + 3))])
        self.simulator.enqueue(
            StreamFault("stall", Answer(LATE_WORDS), after_characters=60, until=threading.Event())
        )
        self.notebook.start(first + 4)
        self.notebook.answer(first + 4).get_by_text("steady").wait_for()
        self.notebook.stop()
        self.notebook.wait_until_idle()
        self.take([("stopped", self.cell(first + 4))])

    def panel(
        self, index: int, prefix: str = "panel", panes: Sequence[str] = ("Settings", "Attach", "Plot")
    ) -> None:
        """Take the panel, and each of its panes."""
        self.notebook.run(index)
        panel = self.notebook.cell(index).locator(".nbclaude-panel")
        panel.wait_for()
        self.take([(prefix, lambda: panel)])
        for pane in panes:
            panel.get_by_role("button", name=pane, exact=True).click()
            self.notebook.page.wait_for_timeout(300)
            self.take([(f"{prefix}-{pane.lower()}", lambda: panel)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures; the exit status is 1 if there is no browser."""
    parser = argparse.ArgumentParser(prog="python -m scripts.states", description=__doc__)
    parser.add_argument("states", nargs="*", help="only these (all)")
    wanted = parser.parse_args(arguments).states
    live = [
        "%%claude\nWait",
        "%%claude --think\nThink",
        "%%claude\nWrite",
        "%%claude --tools revenue_of\nLook it up",
        "%%claude\nStop",
    ]
    with (
        tempfile.TemporaryDirectory() as home,
        Tripwire() as tripwire,
        launch(tripwire) as browser,
        Simulator() as simulator,
    ):
        if browser is None:
            sys.exit("No Chromium on this machine.")
        with Lab(Path(home)) as lab:
            lab.connect(ANTHROPIC_BASE_URL=simulator.base_url, ANTHROPIC_API_KEY=KEY)
            notebook = NotebookPage(lab, browser, tripwire, (WIDTHS[0], HEIGHT))
            notebook.create([*(cell for _, cell, _ in CELLS), *live, "%claude"])
            tour = Tour(notebook, simulator, wanted)
            tour.answers()
            tour.while_it_runs(len(CELLS))
            tour.panel(len(CELLS) + len(live))
            notebook.close()
            lab.shut_kernels_down()
            lab.connect()
            notebook = NotebookPage(lab, browser, tripwire, (WIDTHS[0], HEIGHT))
            notebook.create(
                [
                    "%load_ext nbclaude",
                    "%claude",
                    "%claude_demo",
                    "%%claude\nWhat can you do?",
                    "%claude_history",
                ],
                "without-key",
            )
            notebook.run(0)
            tour = Tour(notebook, simulator, wanted)
            tour.panel(1, "panel-without-key", ())
            for index in (2, 3, 4):
                notebook.run(index)
            tour.take(
                [
                    ("demo", tour.cell(2)),
                    ("demo-answer", tour.cell(3)),
                    ("demo-history", tour.cell(4)),
                    ("panel-demo", lambda: notebook.cell(1).locator(".nbclaude-panel")),
                ]
            )
            notebook.close()
    sys.stdout.write(f"The pictures are in {SCREENSHOTS}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
