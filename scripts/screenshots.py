"""Takes the README's pictures, light and dark: answers of the demo model in JupyterLab, saved in docs/images/.

Run it from the root of the repository, where `make test` has prepared the environment: `python -m scripts.screenshots`, or
`python -m scripts.screenshots answers` for some of them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator

from tests.browser.chromium import launch
from tests.browser.extension import LabWithExtension
from tests.browser.notebook_page import PANEL, NotebookPage, notebook_of
from tests.browser.tripwire import Tripwire

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
WIDTH, HEIGHT = 840, 3600  # high enough for every cell to be on the page
MARGIN = 8  # pixels beside what is shown

SETUP = ["%load_ext nbclaude", "%claude_demo"]
BEGIN = [SETUP[0], f"{SETUP[1]}\n%xmode Minimal\nlimit = 50"]
PROMPT = """\
%%claude
Write a function that returns the **prime numbers** up to {limit}.
- Is a sieve faster than trial division?
- Name it `primes`, with a docstring."""
FAILING = "sum(range(limt))"
TELL = "%%claude\nMy name is {}. My favourite language is Python."
ASK = "%%claude\nWhat is my name?"
FRAME = """\
import pandas as pd
sales = pd.DataFrame({"year": range(2015, 2025), "shop": [31, 35, 38, 37, 41, 29, 36, 44, 47, 52],
                      "web": [4, 6, 9, 13, 18, 33, 37, 38, 40, 43]})
sales.plot(x="year");"""
SHOWN = {"Attach": "Variables", "Settings": "Search models", "Plot": "Group by"}
PANEL_WIDTHS = {"": 1200, "-500": 500}  # pixels


class SharpBrowser:
    """A browser whose pages have two dots to the pixel, as good screens have."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def new_context(self, **options: Any) -> BrowserContext:
        """Open a context."""
        return self._browser.new_context(device_scale_factor=2, **options)


def main() -> int:
    """Take every picture in both themes; the exit status is 1 if there is no browser."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, Tripwire() as tripwire, launch(tripwire) as browser:
        if browser is None:
            sys.exit("No Chromium on this machine.")
        with LabWithExtension(Path(home)) as lab:
            for theme in ("light", "dark"):
                lab.set_theme(theme)
                notebook = NotebookPage(lab, SharpBrowser(browser), tripwire, (WIDTH, HEIGHT))
                for name in sys.argv[1:] or TAKES:
                    TAKES[name](notebook, theme)
                notebook.close()
                lab.shut_kernels_down()
    return 0


def take_answers(notebook: NotebookPage, theme: str) -> None:
    """Take a prompt as prose, a code block and an error, each with its buttons, and a sample of Markdown."""
    open_cells(notebook, "answers", [*BEGIN, PROMPT, FAILING, "%%claude\nShow off your Markdown."])
    for index in range(5):
        notebook.run(index, timeout=60)
    notebook.cell(2).locator(".nbclaude-reference").wait_for()
    notebook.cell(3).locator(".nbclaude-on-output").wait_for()
    notebook.answer(2).locator(".code").hover()  # its buttons show then
    take(notebook, f"code-{theme}", [2, 3])
    headings = notebook.answer(4).locator("h2")
    take(
        notebook,
        f"markdown-{theme}",
        [4],
        top=headings.nth(1),
        below=notebook.answer(4).locator(".code").nth(1),
    )


def take_conversation(notebook: NotebookPage, theme: str) -> None:
    """Take a conversation whose first turn was replaced."""
    open_cells(notebook, "conversation", [*SETUP, TELL.format("Ada"), ASK, "%claude_history"])
    notebook.run_all(timeout=60)
    notebook.edit(2, TELL.format("Grace"))
    for index in (2, 3, 4):
        notebook.run(index)
    take(notebook, f"conversation-{theme}", [2, 3, 4])


def take_panel(notebook: NotebookPage, theme: str) -> None:
    """Take the panel with a conversation, its settings, and a plot, wide and narrow."""
    open_cells(
        notebook,
        "panel",
        [*SETUP, FRAME, "%claude_budget 2\n%config ClaudeMagics.model = 'opus-4-6'", "%claude"],
    )
    notebook.run_all(timeout=60)
    panel = notebook.cell(4).locator(".nbclaude-panel")
    panel.get_by_role("button", name="Attach", exact=True).click()
    panel.locator(".nbclaude-pick").first.click()
    panel.locator(".nbclaude-chip").wait_for()
    panel.locator(".nbclaude-question textarea").fill("What does the figure show?")
    panel.get_by_role("button", name="Ask", exact=True).click()
    panel.locator(".nbclaude-turn[aria-label='Turn 1']").wait_for()
    panel.locator(".nbclaude-pick").first.click()
    panel.locator(".nbclaude-chip").wait_for()
    for ending, width in PANEL_WIDTHS.items():
        notebook.set_width(width)
        for pane in ("Attach", "Settings", "Plot"):
            button = panel.get_by_role("button", name=pane, exact=True)
            if button.get_attribute("aria-expanded") != "true":
                button.click()
            panel.get_by_text(SHOWN[pane], exact=True).wait_for()
            if pane == "Plot":
                panel.get_by_label("x", exact=True).select_option("year")
                panel.get_by_label("Kind").select_option("area")
                panel.locator(".nbclaude-preview img[alt='area plot of sales']").wait_for()
            notebook.script("document.activeElement.blur()")
            picture = IMAGES / f"panel-{pane.lower()}{ending}-{theme}.png"
            panel.screenshot(path=picture, animations="disabled")
            shrink(picture)
    notebook.set_width(WIDTH)


def shrink(picture: Path) -> None:
    """Give the file a palette of 256 colours: a third of the size, and nobody sees it."""
    with Image.open(picture) as image:
        image.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            picture, optimize=True
        )


def open_cells(notebook: NotebookPage, name: str, cells: Sequence[str]) -> None:
    """Open a notebook whose cells have ids like those that JupyterLab gives."""
    content = notebook_of(cells)
    for number, cell in enumerate(content["cells"], 1):
        cell["id"] = f"{number * 0x9E3779B1 % 2**32:08x}-4bd1-4c1e-9a0e-5f0c6f1e7a55"
    (notebook.lab.root / f"{name}.ipynb").write_text(json.dumps(content), "utf-8")
    notebook.open(f"{name}.ipynb")


def take(
    notebook: NotebookPage,
    name: str,
    cells: Sequence[int],
    *,
    top: Locator | None = None,
    below: Locator | None = None,
) -> None:
    """Take a picture of neighbouring cells, without the mark of the active one; from `top` to above `below`."""
    notebook.script(f"{PANEL} panel.content.activeCellIndex = 0; document.activeElement.blur()")
    boxes = [notebook.cell(index).bounding_box() for index in (cells[0], cells[-1])]
    first, last = (box for box in boxes if box)
    left, right = first["x"] + 3 * MARGIN, first["x"] + first["width"] + MARGIN
    upper, lower = first["y"], last["y"] + last["height"]
    if top is not None and (box := top.bounding_box()):
        left, upper = box["x"] - 2 * MARGIN, box["y"] - MARGIN
    if below is not None and (box := below.bounding_box()):
        lower = box["y"] - MARGIN / 2
    clip = {"x": left, "y": upper, "width": right - left, "height": lower - upper}
    picture = IMAGES / f"{name}.png"
    notebook.page.screenshot(path=picture, clip=clip, animations="disabled")
    shrink(picture)


TAKES = {"answers": take_answers, "conversation": take_conversation, "panel": take_panel}

if __name__ == "__main__":
    sys.exit(main())
