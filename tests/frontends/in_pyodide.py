"""What test_pyodide runs in Pyodide: each line that it prints is a cell and how that ended."""

from __future__ import annotations

import sys

from IPython.core.interactiveshell import InteractiveShell

import nbclaude

CELLS = (
    "%load_ext nbclaude",
    "%claude Hi",
    "%%claude\nHi",
    "%claude_demo",
    "%claude_models",
    "%claude",
    "nbclaude.ask('Hi')",
    "%unload_ext nbclaude",
)

shell = InteractiveShell(user_ns={"nbclaude": nbclaude})
for cell in CELLS:
    ended = shell.run_cell(cell)
    sys.stdout.write(f"{cell!r} ended with {ended.error_in_exec or 'nothing'}\n")
