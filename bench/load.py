"""Nothing in; out, what loading the extension costs in a running IPython, beside some imports."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence

LOAD, PANEL = "%load_ext nbclaude", "%claude, the panel"
LIMITS = {LOAD: 100.0, PANEL: 300.0}
"""Milliseconds that loading and opening the first panel may take."""

# Each statement is timed in a fresh process, in an IPython that has already run a cell.
STATEMENTS = {
    LOAD: "shell.run_line_magic('load_ext', 'nbclaude')",
    PANEL: "shell.run_line_magic('claude', '')",
    "import httpx": "import httpx",
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
    for name, statement in STATEMENTS.items():
        _measure(name, statement)  # compiles to bytecode and warms the disk cache
        times, modules = zip(*(_measure(name, statement) for _run in range(runs)), strict=True)
        medians[name] = statistics.median(times)
        print(f"| {name} | {medians[name]:.0f} ms | {modules[-1]} |", flush=True)
    passed = True
    for name, limit in LIMITS.items():
        took = medians[name]
        passed &= took < limit
        print(f"\n{'PASS' if took < limit else 'FAIL'}  {name}: {took:.0f} ms, limit {limit:.0f} ms")
    return 0 if passed else 1


def _measure(name: str, statement: str) -> tuple[float, int]:
    """Run a statement in a fresh process; return milliseconds and the number of modules it imported."""
    code = CHILD.format(preparation=PREPARATIONS.get(name, ""), statement=statement)
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    took, modules = json.loads(ran.stdout.splitlines()[-1])
    return took, modules


if __name__ == "__main__":
    sys.exit(main())
