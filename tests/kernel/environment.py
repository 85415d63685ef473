"""An empty directory in, the environment of a machine where nobody ever used Jupyter or Claude out."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbclaude

FOREIGN = ("ANTHROPIC_", "NBCLAUDE_", "CLAUDE_", "JUPYTER", "JPY_", "IPYTHON", "XDG_", "PYTEST_", "MPL")
"""Variables that reach into a kernel from the outside: settings, keys and paths of whoever runs the tests."""

PYTHON_SETTINGS = ("PYTHONSTARTUP", "PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "PYTHONDONTWRITEBYTECODE")


TRANSPORT = "tcp" if sys.platform == "win32" else "ipc"
"""How tests talk to kernels: another process might take a free port before the kernel listens on it."""


def socket_folder() -> Path:
    """Make a folder for kernel sockets: their paths have to be short, so it is not in the test's own folder."""
    return Path(tempfile.mkdtemp(prefix="nbclaude-", dir=None if sys.platform == "win32" else "/tmp"))  # noqa: S108


def clean_environment(home: Path) -> dict[str, str]:
    """Return an environment whose configuration, data and caches all live under `home`.

    Its Python finds the very nbclaude that the tests import, also where another copy is installed (a git worktree).
    Proxy variables are dropped as well: every server of the tests is on the loopback interface.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(FOREIGN)
        and name not in PYTHON_SETTINGS
        and not name.lower().endswith("_proxy")
    }
    places = {
        "HOME": home,
        "IPYTHONDIR": home / "ipython",
        "JUPYTER_CONFIG_DIR": home / "jupyter-config",
        "JUPYTER_DATA_DIR": home / "jupyter-data",
        "JUPYTER_RUNTIME_DIR": home / "jupyter-runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "lab-settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "lab-workspaces",
        "MPLCONFIGDIR": home / "matplotlib",
    }
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    package = {"PYTHONPATH": str(Path(nbclaude.__file__).parents[1])}
    # Tests look for what stands side by side in tables of text, so these are not to be wrapped.
    wide = {"COLUMNS": "200"}
    return kept | package | wide | {name: str(place) for name, place in places.items()}
