"""notebooks/quickstart.ipynb in; the same, executed on the demo model, and its HTML in build/ out.

The cells tell their ids to the kernel, as JupyterLab's do, and one is run again at the end: its turn is replaced.
"""

from __future__ import annotations

import os
import re
import sys
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert.exporters import HTMLExporter
from traitlets import default

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "quickstart.ipynb"
BUILD = ROOT / "build"
RUN_AGAIN = ("tell-name", "history")


class ThisPython(AsyncKernelManager):
    """Starts kernels with the Python of this script, whatever kernels the user has installed."""

    @default("kernel_spec_manager")
    def _native_kernel_only(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True)


class LikeJupyterLab(NotebookClient):
    """Sends the id of the cell with every execute request."""

    async def async_execute_cell(
        self, cell: nbformat.NotebookNode, cell_index: int, *args: Any, **kwargs: Any
    ) -> nbformat.NotebookNode:
        """Execute one cell."""
        self.kc.session.metadata = {"cellId": cell["id"]}
        return await super().async_execute_cell(cell, cell_index, *args, **kwargs)

    execute_cell = run_sync(async_execute_cell)


def main() -> int:
    """Execute, write and print; the exit status is 1 if a cell failed or no cell was answered."""
    # The notebook starts the demo model itself; a key or an address of the user's has no part in it.
    for name in [name for name in os.environ if name.startswith("ANTHROPIC_")]:
        del os.environ[name]
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    failure = execute(notebook)
    executed, page = write(notebook)
    answers = print_answers(notebook)
    say(f"Executed notebook:  {executed}\nThe same as a page: {page}\nTo play with it:    make lab")
    if failure:
        say(f"\nA cell of {NOTEBOOK.name} failed:\n{failure}")
    elif not answers:
        say(f"\nNo cell of {NOTEBOOK.name} got an answer.")
    return 0 if answers and not failure else 1


def execute(notebook: nbformat.NotebookNode) -> str:
    """Run all cells with this Python; return the error of the one that failed, or an empty text."""
    client = LikeJupyterLab(
        notebook,
        kernel_name="python3",
        kernel_manager_class=ThisPython,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": NOTEBOOK.parent}},
        timeout=120,
    )
    numbered = list(enumerate(notebook.cells))
    again = [(index, cell) for index, cell in numbered if cell["id"] in RUN_AGAIN]
    try:
        with client.setup_kernel():
            for index, cell in numbered + again:
                client.execute_cell(cell, index)
            notebook.metadata["language_info"] = client.wait_for_reply(client.kc.kernel_info())["content"][
                "language_info"
            ]
    except CellExecutionError as error:
        return str(error)
    return ""


def write(notebook: nbformat.NotebookNode) -> tuple[Path, Path]:
    """Write the notebook and its HTML under build/."""
    BUILD.mkdir(exist_ok=True)
    executed, page = BUILD / NOTEBOOK.name, BUILD / f"{NOTEBOOK.stem}.html"
    nbformat.write(notebook, executed)
    html, _resources = HTMLExporter().from_notebook_node(notebook)
    page.write_text(html, "utf-8")
    return executed, page


def print_answers(notebook: nbformat.NotebookNode) -> int:
    """Print each cell that asked, with its answer as plain text; return how many were answered."""
    answered = 0
    for cell in notebook.cells:
        asks = any(line.startswith(("%%claude", "%claude ")) for line in cell.source.splitlines())
        if cell.cell_type != "code" or not asks:
            continue
        data = [output.get("data", {}) for output in cell.outputs]
        texts = [bundle["text/plain"] for bundle in data if bundle.get("text/plain")]
        answered += bool(texts)
        texts += [f"({footer})" for bundle in data for footer in footers(bundle.get("text/html", ""))]
        say(f"{'─' * 80}\n{cell.source.strip()}\n{'─' * 80}\n" + "\n".join(texts) + "\n")
    return answered


def footers(html: str) -> list[str]:
    """Return the quiet lines under the answers in this HTML, as text."""
    found = re.findall(r'<div class="nbclaude-footer">(.*?)</div>', html)
    return [unescape(re.sub(r"<[^>]*>", "", footer)) for footer in found]


def say(text: str) -> None:
    """Print to whoever called make."""
    print(text, file=sys.stdout, flush=True)  # noqa: T201 - a program that is run for what it prints


if __name__ == "__main__":
    sys.exit(main())
