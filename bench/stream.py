"""Measures what three ways of streaming a long answer into JupyterLab in Chromium cost, and prints a table.

Prints PASS or FAIL for each of this project's limits, by the median of several runs, and exits with 1 if one fails. Close other
programs first: the browser, the kernel and the server share this machine's processors, and it shows in the frame gaps.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, TimeoutError

from bench.answer import answer
from bench.rivals import CHARACTERS_PER_DELTA
from bench.verdict import Measured, checks, doubt, table
from nbclaude.simulator import Answer, Pace, Simulator
from tests.browser.chromium import launch
from tests.browser.lab import Lab
from tests.browser.notebook_page import NotebookPage
from tests.browser.recorder import Recording
from tests.browser.tripwire import Tripwire

ROOT = Path(__file__).resolve().parents[1]
RIVAL = "import sys\nsys.path.insert(0, {root!r})\nfrom bench import rivals"
ASK = "%%claude --max-tokens 64000\nWrite a long report."
CHECK = """\
import hashlib
print(hashlib.sha256(_claude.text.encode()).hexdigest())
"""
ONE_SHOT = """\
import time
from nbclaude.render.markdown import render_markdown
started = time.process_time()
render_markdown(_claude.text)
print(time.process_time() - started)
"""
# What a page loads for its first formula is not a cost of any way of streaming, so it is loaded before anything is measured.
FORMULA = """\
from IPython.display import HTML
HTML(r'Formulas: $x$, $$\\sum_{n=1}^\\infty \\frac{1}{n^2} = \\frac{\\pi^2}{6}$$')
"""
# The same stream received and thrown away: what is left of the kernel's CPU is rendering and publishing.
SILENCE = """\
import nbclaude.magics.in_cell as asking

class Silent:
    def begin(self): pass
    def show(self, events): pass
    def pause(self): return None
    def wait(self, reason, seconds): pass
    def hold(self, reason): pass
    def finish(self, footer, saves=None): pass
    def abandon(self): pass

asking.open_display = lambda *where, **how: Silent()
"""
IDLE = 5.0
"""Seconds for which the page is watched before anything happens, to see how even its frames can be on this machine."""
SLACK = 240.0
"""Seconds that a page may need on top of the stream's own time: a frozen one is to be measured as well."""


class Bench:
    """One JupyterLab server and one browser; each measurement has a notebook and a kernel of its own."""

    def __init__(self, lab: Lab, browser: Browser, tripwire: Tripwire, options: argparse.Namespace) -> None:
        self.lab = lab
        self.browser = browser
        self.tripwire = tripwire
        self.characters: int = options.characters
        self.rate: float = options.rate

    def this_project(self) -> Measured:
        """Measure `%%claude`, answered by the simulator over a real socket."""
        text = answer(self.characters)
        pace = Pace(deltas_per_second=self.rate, characters=CHARACTERS_PER_DELTA)
        cells = ["%load_ext nbclaude", ASK, CHECK, ONE_SHOT, SILENCE, ASK, CHECK, FORMULA]
        with Simulator() as simulator:
            simulator.enqueue(Answer(text, pace=pace), Answer(text, pace=pace))
            self.lab.connect(ANTHROPIC_BASE_URL=simulator.base_url, ANTHROPIC_API_KEY="sk-ant-simulator")
            with self._notebook(cells) as notebook:
                notebook.run(0)
                _warm(notebook, 7)
                idle = _idle(notebook)
                measured = self._measure("this project", notebook, 1)
                for index in (2, 3, 4):
                    notebook.run(index)
                silent = self._measure("without display", notebook, 5)
                notebook.run(6)
                for index in (2, 6):  # all of the answer has arrived
                    notebook.outputs(index).get_by_text(fingerprint(text)).wait_for()
                notebook.outputs(3).first.wait_for()
                one_shot = float(notebook.text(3))
        return replace(measured, idle=idle, receive_cpu=silent.kernel_cpu, one_shot_cpu=one_shot)

    def whole_markdown(self) -> Measured:
        """Measure sending the whole Markdown 15 times a second."""
        return self._rival("whole Markdown at 15 Hz", "whole_markdown")

    def whole_html(self) -> Measured:
        """Measure rendering and sending the whole HTML 15 times a second."""
        return self._rival("whole HTML at 15 Hz", "whole_html")

    def _rival(self, way: str, function: str) -> Measured:
        self.lab.connect()
        call = f"rivals.{function}({self.characters}, {self.rate})"
        with self._notebook([RIVAL.format(root=str(ROOT)), call, FORMULA]) as notebook:
            notebook.run(0)
            _warm(notebook, 2)
            return self._measure(way, notebook, 1)

    def _measure(self, way: str, notebook: NotebookPage, index: int) -> Measured:
        """Run a cell under observation: what JupyterLab does when one clicks on it is not part of that."""
        (kernel,) = [p for p in psutil.Process(self.lab.process.pid).children(True) if _is_kernel(p)]
        notebook.select(index)
        before, whole_before = kernel.cpu_times(), psutil.cpu_times()
        notebook.start_recording()
        timeout = self.characters / CHARACTERS_PER_DELTA / self.rate + SLACK
        notebook.run(index, timeout, is_selected=True)
        recording = notebook.stop_recording()
        after, whole_after = kernel.cpu_times(), psutil.cpu_times()
        cpu = after.user + after.system - before.user - before.system
        stolen = _stolen(whole_before, whole_after)
        return Measured(way, recording, cpu, notebook.outputs(index).count(), stolen=stolen)

    @contextlib.contextmanager
    def _notebook(self, cells: Sequence[str]) -> Iterator[NotebookPage]:
        notebook = NotebookPage(self.lab, self.browser, self.tripwire, (1280, 900))
        try:
            notebook.create(cells)
            yield notebook
        finally:
            notebook.close()
            self.lab.shut_kernels_down()


WAYS: dict[str, Callable[[Bench], Measured]] = {
    "this": Bench.this_project,
    "markdown": Bench.whole_markdown,
    "html": Bench.whole_html,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and the verdicts; the exit status is 1 if a limit is exceeded."""
    options = _parser().parse_args(arguments)
    deltas = -(-options.characters // CHARACTERS_PER_DELTA)
    print(f"{options.characters:,} characters of Markdown in {deltas:,} deltas at {options.rate:g}/s\n")
    if (load := psutil.getloadavg()[0]) > 1:
        print(f"This machine is busy (load {load:.1f}): long tasks and frame gaps are not to be trusted.\n")
    results: dict[str, list[Measured]] = {}
    with tempfile.TemporaryDirectory() as home, Tripwire() as tripwire, launch(tripwire) as browser:
        if browser is None:
            print("No Chromium on this machine: nothing was measured.")
            return 1
        with Lab(Path(home)) as lab:
            bench = Bench(lab, browser, tripwire, options)
            for way in options.ways:
                results[way] = []
                for run in range(options.runs if way == "this" else 1):
                    print(f"measuring ({run + 1}): {WAYS[way].__doc__}", flush=True)
                    try:
                        results[way].append(WAYS[way](bench))
                    except TimeoutError:
                        # A page that this project freezes is a failure; one that another way freezes is a result.
                        if way == "this":
                            raise
                        print(
                            f"given up: the page stood still for {SLACK:.0f} s longer than the stream takes",
                            flush=True,
                        )
    print("\n" + table([run for runs in results.values() for run in runs]))
    if "this" not in results:
        return 0
    verdicts = checks(results["this"])
    print("\nThis project, the median of its runs:\n" + "\n".join(map(str, verdicts)))
    if doubtful := doubt(results["this"]):
        print(f"\n{doubtful}")
    return 0 if all(verdict.passed for verdict in verdicts) else 1


def fingerprint(text: str) -> str:
    """Return what `CHECK` prints for a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _warm(notebook: NotebookPage, index: int) -> None:
    """Show a formula, and wait until it is typeset."""
    notebook.run(index)
    notebook.outputs(index).locator("mjx-container").first.wait_for()


def _idle(notebook: NotebookPage) -> Recording:
    """Record the page while nothing happens."""
    notebook.start_recording()
    notebook.page.wait_for_timeout(IDLE * 1000)
    return notebook.stop_recording()


def _stolen(before: Any, after: Any) -> float:
    """Return the share of processor time that a virtual machine's host gave to others; 0 where the system does not report it."""
    passed = [later - earlier for earlier, later in zip(before, after, strict=True)]
    return (getattr(after, "steal", 0.0) - getattr(before, "steal", 0.0)) / sum(passed)


def _is_kernel(process: psutil.Process) -> bool:
    return any("ipykernel_launcher" in argument for argument in process.cmdline())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.stream", description=__doc__)
    parser.add_argument("--characters", type=int, default=56_000, help="length of the answer (%(default)s)")
    parser.add_argument("--rate", type=float, default=400.0, help="deltas per second (%(default)s)")
    parser.add_argument(
        "--runs", type=int, default=5, help="runs of this project (%(default)s); the median counts"
    )
    parser.add_argument(
        "--ways", nargs="+", choices=list(WAYS), default=list(WAYS), help="what to measure (all three)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
