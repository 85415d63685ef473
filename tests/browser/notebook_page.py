"""Opens cell sources as a notebook in JupyterLab, to be run, stopped, edited and reopened."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, TimeoutError

from tests.browser import recorder
from tests.browser.lab import THEMES, Lab
from tests.browser.scripts import CELL, HAS_BEGUN, HAS_KEYS, IS_IDLE, LAY_OUT, LEAVE, LISTEN, PANEL, PRESS
from tests.browser.tripwire import Tripwire
from tests.browser.watch import Watch

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
TIMEOUT = 30.0
"""Seconds that a test waits for the page before it fails."""


class NotebookPage:
    """A browser context with one page that shows one notebook, in JupyterLab ("lab") or Notebook 7 ("notebook").

    Cells are numbered from 0; times are in seconds. Loading JupyterLab takes longer than most tests, and twice as long in a
    new page, so a page may serve another test with another notebook: `leave` says whether it can.
    """

    def __init__(
        self, lab: Lab, browser: Browser, tripwire: Tripwire, size: tuple[int, int], front_end: str = "lab"
    ) -> None:
        self.lab = lab
        self.front_end = front_end
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        self.context.set_default_timeout(TIMEOUT * 1000)
        self.context.add_init_script(path=recorder.SCRIPT)
        self.page: Page = self.context.new_page()
        self.watch = Watch(lab.host, tripwire)
        self.watch.attach(self.context, self.page)
        self.path = ""
        self.is_loaded = False

    def close(self) -> None:
        """Close the page; its kernel is the server's to end."""
        self.context.close()

    def leave(self) -> bool:
        """Close the notebook without saving it, and return whether the page is as good as a new one.

        Notebook 7 shows one notebook per page, and in JupyterLab notifications would stay on the screen: such pages are reloaded.
        A page on which a test provoked something on purpose is not used again.
        """
        if self.watch.provoked:
            return False
        if self.front_end != "lab" or not self.lab.pages_last or not self.script(LEAVE):
            self.page.goto("about:blank")
            self.is_loaded = False
        return True

    def enter(self, size: tuple[int, int], theme: str) -> None:
        """Get the page ready for another test."""
        self.page.emulate_media(reduced_motion="no-preference")
        self.page.mouse.move(0, 0)
        self.context.clear_permissions()
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        if self.is_loaded:
            self.set_theme(theme)
        self.watch.begin()

    # Open and reopen

    def create(self, cells: Sequence[str], name: str = "notebook") -> None:
        """Write a notebook of code cells and open it; a source that starts with `#md ` is a Markdown cell."""
        self.path = f"{name}.ipynb"
        (self.lab.root / self.path).write_text(json.dumps(notebook_of(cells)), "utf-8")
        if self.is_loaded:
            self.command("docmanager:open", path=self.path)
            # Once in hundreds of pages that are used again, JupyterLab does not hear that the kernel is ready.
            with contextlib.suppress(TimeoutError):
                self._wait_until_open(timeout=15)
                return
        self.open()

    def open(self, path: str | None = None) -> None:
        """Open a notebook of the server's folder (by default the same again) and wait for its kernel."""
        self.path = path or self.path
        address = {"lab": f"doc/tree/{self.path}?reset&", "notebook": f"notebooks/{self.path}?"}[
            self.front_end
        ]
        self.page.goto(f"{self.lab.url}{address}token={self.lab.token}")
        self.is_loaded = True
        self._wait_until_open()

    def reopen(self, *, trusted: bool = True) -> None:
        """Save, leave the page and open the notebook again; untrusted: as if a stranger had sent it."""
        self.save()
        if not trusted:
            content = self.saved()
            # Jupyter trusts a notebook whose signature it knows: any change of the file makes it strange.
            content["metadata"]["sent_by"] = "a stranger"
            self.path = f"untrusted-{self.path}"
            (self.lab.root / self.path).write_text(json.dumps(content), "utf-8")
        self.open()

    @property
    def is_trusted(self) -> bool:
        """Whether JupyterLab shows what the cells hold without sanitizing it."""
        trusted: bool = self.script(
            f"{PANEL} return panel.content.widgets.every(w => w.model.type !== 'code' || w.model.trusted)"
        )
        return trusted

    def save(self) -> None:
        """Save, as the button does."""
        self.command("docmanager:save")

    def rename(self, path: str) -> None:
        """Rename the notebook's file; the kernel goes on."""
        self.script(f"{PANEL} await panel.context.rename(path)", path=path)
        self.path = path

    def saved(self) -> dict[str, Any]:
        """Return the notebook as it is on disk."""
        content: dict[str, Any] = json.loads((self.lab.root / self.path).read_text("utf-8"))
        return content

    # Work

    def select(self, index: int) -> None:
        """Click beside a cell, which makes it the active one."""
        self.cell(index).locator(".jp-InputPrompt").click()

    def start(self, index: int, *, is_selected: bool = False) -> None:
        """Run a cell with Ctrl+Enter and return as soon as JupyterLab has sent it to the kernel."""
        if not is_selected:
            self.select(index)
        self._wait_in_page(HAS_KEYS, TIMEOUT, index=index)
        self.page.keyboard.press("Control+Enter")
        self.wait_for(HAS_BEGUN, index=index)

    def run(self, index: int, timeout: float = TIMEOUT, *, is_selected: bool = False) -> None:
        """Run a cell to its end."""
        self.start(index, is_selected=is_selected)
        self.wait_until_idle(timeout)

    def run_all(self, timeout: float = TIMEOUT) -> None:
        """Run all cells to the end of the last one, or to the first error."""
        self.command("notebook:run-all-cells")
        self.wait_until_idle(timeout)

    def wait_until_idle(self, timeout: float = TIMEOUT) -> None:
        """Wait until all requests of cells are done and their results shown, and the kernel is idle."""
        self._wait_in_page(IS_IDLE, timeout)

    def stop(self) -> None:
        """Press the stop button of the toolbar."""
        self.page.locator('[data-command="notebook:interrupt-kernel"]').first.click()

    def restart_kernel(self) -> None:
        """Restart the kernel."""
        self.script(f"{PANEL} await panel.sessionContext.session.kernel.restart()")
        self.wait_until_idle()

    def edit(self, index: int, source: str) -> None:
        """Replace a cell's source."""
        self.script(f"{CELL} model.sharedModel.setSource(source)", index=index, source=source)

    def delete(self, index: int) -> None:
        """Delete a cell, as the cell's button does: JupyterLab tells the kernel with the next execution."""
        self.script(f"{PANEL} panel.content.activeCellIndex = index", index=index)
        self.command("notebook:delete-cell")

    def insert(self, index: int, source: str) -> None:
        """Put a new code cell in front of cell `index`."""
        self.script(f"{PANEL} panel.content.activeCellIndex = index", index=index)
        self.command("notebook:insert-cell-above")
        self.edit(index, source)

    def complete(self, index: int) -> None:
        """Press Tab at the end of a cell."""
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("Control+End")
        # JupyterLab takes a moment to enable the completer of a newly active cell; until then, Tab indents.
        self.cell(index).locator(".jp-mod-completer-enabled").wait_for()
        self.page.keyboard.press("Tab")

    def press_in_turn(self, letters: str) -> None:
        """Press letters in quick succession: JupyterLab forgets the start of a shortcut after a second."""
        self.script(PRESS, letters=letters)

    # Look

    def cell(self, index: int) -> Locator:
        """Locate a cell."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def outputs(self, index: int) -> Locator:
        """Locate what a code cell shows: one element for each of its outputs."""
        return self.cell(index).locator(".jp-OutputArea-child .jp-OutputArea-output")

    def answer(self, index: int) -> Locator:
        """Locate the pages of Claude's answer in a cell's outputs."""
        return self.outputs(index).locator(".nbclaude")

    def text(self, index: int) -> str:
        """Return the text that a cell's outputs show."""
        return "\n".join(self.outputs(index).all_inner_texts())

    def source(self, index: int) -> str:
        """Return a cell's source."""
        source: str = self.script(f"{CELL} return model.sharedModel.getSource()", index=index)
        return source

    def execution_count(self, index: int) -> int | None:
        """Return the number in the cell's prompt."""
        count: int | None = self.script(f"{CELL} return model.executionCount", index=index)
        return count

    def cell_ids(self) -> list[str]:
        """Return the ids of the cells."""
        ids: list[str] = self.script(f"{PANEL} return panel.content.widgets.map(w => w.model.id)")
        return ids

    def set_theme(self, theme: str) -> None:
        """Switch to the "light" or the "dark" theme, as the settings menu does."""
        self.command("apputils:change-theme", theme=THEMES[theme])
        self.wait_for("return document.body.dataset.jpThemeName === name", name=THEMES[theme])

    def set_width(self, width: int) -> None:
        """Make the window `width` pixels wide."""
        size = self.page.viewport_size
        assert size is not None
        self.page.set_viewport_size({"width": width, "height": size["height"]})
        # JupyterLab lays its panels out anew some frames later.
        self.script(LAY_OUT)

    def screenshot(self, name: str, *, of: Locator | None = None) -> Path:
        """Keep a picture of the page, or of one element, as `build/screenshots/NAME-THEME.png`."""
        light = self.script("return document.body.dataset.jpThemeLight === 'true'")
        path = SCREENSHOTS / f"{name}-{'light' if light else 'dark'}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        if of is None:
            self.page.screenshot(path=path, animations="disabled")
        else:
            of.screenshot(path=path, animations="disabled")
        return path

    # Measure

    def start_recording(self) -> None:
        """Begin to record frames, long tasks and WebSocket traffic."""
        recorder.start(self.page)

    def stop_recording(self) -> recorder.Recording:
        """End the recording and return it."""
        return recorder.stop(self.page)

    # The page's inside

    def _wait_until_open(self, timeout: float = TIMEOUT) -> None:
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        self.wait_for(LISTEN, timeout)

    def _wait_in_page(self, script: str, timeout: float, **names: Any) -> None:
        """Run a script that does its own waiting, and returns what it is still waiting for when its time is up."""
        lacking: str = self.script(script, milliseconds=timeout * 1000, **names)
        assert lacking == "", f"after {timeout} s: {lacking}"

    def command(self, name: str, **arguments: Any) -> None:
        """Execute one of JupyterLab's commands and wait for it."""
        self.script("await window.jupyterapp.commands.execute(name, rest)", name=name, rest=arguments)

    def script(self, body: str, **names: Any) -> Any:
        """Run the body of an async JavaScript function in the page; `names` are its variables."""
        return self.page.evaluate(f"async {_function(body, names)}", names)

    def wait_for(self, body: str, timeout: float = TIMEOUT, **names: Any) -> None:
        """Wait until the body of a JavaScript function returns something true."""
        self.page.wait_for_function(_function(body, names), arg=names, timeout=timeout * 1000, polling=50)


def _function(body: str, names: dict[str, Any]) -> str:
    return f"({{{', '.join(names)}}}) => {{ {body} }}"


def notebook_of(cells: Sequence[str]) -> dict[str, Any]:
    """Return an nbformat 4.5 notebook whose cells have the ids `cell-0`, `cell-1`, ..."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "cells": [_cell(f"cell-{number}", source) for number, source in enumerate(cells)],
    }


def _cell(cell_id: str, source: str) -> dict[str, Any]:
    if source.startswith("#md "):
        return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": source[4:]}
    empty: dict[str, Any] = {"outputs": [], "execution_count": None}
    return {"cell_type": "code", "id": cell_id, "metadata": {}, "source": source, **empty}
