"""Fixtures of the front ends that `make test-frontends` installs; without them nothing here is collected."""

from __future__ import annotations

from importlib.util import find_spec

from tests.browser.conftest import chromium, claude_notebook, kept, lab, open_notebook, tripwire

__all__ = ["chromium", "claude_notebook", "kept", "lab", "open_notebook", "tripwire"]

if find_spec("jupyter_server_nbmodel") is None or find_spec("qtconsole") is None:
    collect_ignore_glob = ["test_*.py"]
