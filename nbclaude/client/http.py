"""Load httpx so that nothing of the user's changes: with `rich` installed, its import draws from the global random generator."""

from __future__ import annotations

import random

from nbclaude.client.unforked import unforked
from nbclaude.supported import refuse_pyodide

# Everything that talks to a server imports this module.
refuse_pyodide()
with unforked():
    _state = random.getstate()
    # The first request would load these at any moment and in any thread: httpcore, and what encodes the names of hosts.
    import encodings.idna  # noqa: F401

    import httpcore  # noqa: F401
    import httpx

    random.setstate(_state)

__all__ = ["httpx"]
