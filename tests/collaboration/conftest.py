"""Fixtures of a JupyterLab with shared documents (`make test-collaboration`); without it nothing is collected."""

from __future__ import annotations

from importlib.util import find_spec

from tests.browser.conftest import chromium, claude_notebook, kept, open_notebook, tripwire
from tests.browser.test_extension import lab

__all__ = ["chromium", "claude_notebook", "kept", "lab", "open_notebook", "tripwire"]

if find_spec("jupyter_server_ydoc") is None:
    collect_ignore_glob = ["test_*.py"]
