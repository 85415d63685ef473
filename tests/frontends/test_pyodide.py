"""In Pyodide nbclaude loads, and everything that needs a thread or a socket ends in one sentence."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

PYODIDE = Path(sys.prefix, "pyodide", "node_modules", "pyodide")
HERE = Path(__file__).parent
SENTENCE = (
    "nbclaude does not work in Pyodide (JupyterLite): Python in a browser has neither threads nor sockets. "
    "Use a Jupyter server."
)


@pytest.mark.timeout(300)
@pytest.mark.skipif(
    not PYODIDE.exists() or shutil.which("node") is None, reason="Node and Pyodide are not installed"
)
def test_it_says_that_it_is_not_supported() -> None:
    node = shutil.which("node")
    assert node is not None
    command = [node, str(HERE / "pyodide.mjs"), str(PYODIDE), sysconfig.get_path("purelib")]
    command += [str(HERE.parents[1]), str(HERE / "in_pyodide.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    ended = [line.split(" ended with ") for line in done.stdout.splitlines() if " ended with " in line]
    refused = [
        "'%claude Hi'",
        "'%%claude\\nHi'",
        "'%claude_demo'",
        "'%claude_models'",
        "'%claude'",
        "\"nbclaude.ask('Hi')\"",
    ]
    assert ended == [
        ["'%load_ext nbclaude'", "nothing"],
        *([cell, SENTENCE] for cell in refused),
        ["'%unload_ext nbclaude'", "nothing"],
    ]
