"""Measures what loading the extension costs in a running IPython, compared with some imports."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence

LOAD, PANEL = "%load_ext nbclaude", "%claude, the panel"
YARDSTICK = "import httpx"
LIMITS = {LOAD: (60.0, 0.5), PANEL: (300.0, 5.0)}
"""Milliseconds that loading, and opening the first panel, may take. The second number is for slower or busier machines:
a multiple of the time that the yardstick takes in the same run."""

# Each statement is timed in a fresh process, in an IPython that has already run a cell.
STATEMENTS = {
    LOAD: "shell.run_line_magic('load_ext', 'nbclaude')",
    PANEL: "shell.run_line_magic('claude', '')",
    YARDSTICK: "import httpx",
    "import markdown_it": "import markdown_it",
    "import ipywidgets": "import ipywidgets",
    "import anthropic": "import anthropic",
}

# What must have happened before, without being counted.
PREPARATIONS = {PANEL: "shell.run_line_magic('load_ext', 'nbclaude')"}

CHILD = """\
import json, sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("1 + 1", silent=True)
{preparation}
before = set(sys.modules)
started = time.perf_counter()
{statement}
took = time.perf_counter() - started
print(json.dumps([took * 1000, len(set(sys.modules) - before)]))
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status is 1 if something takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="processes for each statement (%(default)s)")
    runs = parser.parse_args(arguments).runs
    print(f"| in a running IPython, median of {runs} processes | time | new modules |\n|---|---|---|")
    medians: dict[str, float] = {}
    measured: dict[str, list[tuple[float, int]]] = {name: [] for name in STATEMENTS}
    for run in range(runs + 1):
        for name, statement in STATEMENTS.items():  # in turns, so that a busy minute is everybody's
            found = _measure(name, statement)
            if run:  # the first compiles to bytecode and warms the disk cache
                measured[name].append(found)
    for name, values in measured.items():
        medians[name] = statistics.median(took for took, _ in values)
        print(f"| {name} | {medians[name]:.0f} ms | {values[-1][1]} |", flush=True)
    passed = True
    for name, (quiet, share) in LIMITS.items():
        took, limit = medians[name], max(quiet, share * medians[YARDSTICK])
        passed &= took < limit
        print(f"\n{'PASS' if took < limit else 'FAIL'}  {name}: {took:.0f} ms, limit {limit:.0f} ms")
    return 0 if passed else 1


def _measure(name: str, statement: str) -> tuple[float, int]:
    """Run a statement in a fresh process; return milliseconds and the number of modules it imported."""
    code = CHILD.format(preparation=PREPARATIONS.get(name, ""), statement=statement)
    # As users have it: what is imported is compiled once, and kept.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    ran = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
    )
    took, modules = json.loads(ran.stdout.splitlines()[-1])
    return took, modules


if __name__ == "__main__":
    sys.exit(main())
