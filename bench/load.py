"""Nothing in; out, what loading the extension costs in a running IPython, beside some imports."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence

LIMIT = 100.0
"""Milliseconds that `%load_ext nbclaude` may take."""

# Each statement is timed in a fresh process, in an IPython that has already run a cell.
STATEMENTS = {
    "%load_ext nbclaude": "shell.run_line_magic('load_ext', 'nbclaude')",
    "import httpx": "import httpx",
    "import markdown_it": "import markdown_it",
    "import ipywidgets": "import ipywidgets",
    "import anthropic": "import anthropic",
}

CHILD = """\
import json, sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("1 + 1", silent=True)
before = set(sys.modules)
started = time.perf_counter()
{statement}
took = time.perf_counter() - started
print(json.dumps([took * 1000, len(set(sys.modules) - before)]))
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status is 1 if the extension takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="processes for each statement (%(default)s)")
    runs = parser.parse_args(arguments).runs
    print(f"| in a running IPython, median of {runs} processes | time | new modules |\n|---|---|---|")
    medians: dict[str, float] = {}
    for name, statement in STATEMENTS.items():
        _measure(statement)  # compiles to bytecode and warms the disk cache
        times, modules = zip(*(_measure(statement) for _run in range(runs)), strict=True)
        medians[name] = statistics.median(times)
        print(f"| {name} | {medians[name]:.0f} ms | {modules[-1]} |", flush=True)
    took = medians["%load_ext nbclaude"]
    print(f"\n{'PASS' if took < LIMIT else 'FAIL'}  load time: {took:.0f} ms, limit {LIMIT:.0f} ms")
    return 0 if took < LIMIT else 1


def _measure(statement: str) -> tuple[float, int]:
    """Run a statement in a fresh process; return milliseconds and the number of modules it imported."""
    code = CHILD.format(statement=statement)
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    took, modules = json.loads(ran.stdout.splitlines()[-1])
    return took, modules


if __name__ == "__main__":
    sys.exit(main())
