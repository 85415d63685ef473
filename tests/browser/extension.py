"""Lays out the front-end extension as pip does, and starts servers that have it, whatever is installed."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from tests.browser.lab import Lab

ROOT = Path(__file__).parents[2]
BELOW = Path("share/jupyter/labextensions")


def lay_out(prefix: Path) -> Path:
    """Copy what a wheel puts below `share`, as pyproject.toml says; return the folder of the extension."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    for source, target in wheel["shared-data"].items():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, prefix / target, dirs_exist_ok=True)
        else:
            (prefix / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, prefix / target)
    return prefix / BELOW / "nbclaude"


class LabWithExtension(Lab):
    """A JupyterLab server that has the extension of these sources, which its tests change."""

    pages_last = False

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.extension = lay_out(home / "prefix")

    def _options(self) -> list[str]:
        place = self.extension.parent
        apps = ("LabApp", "JupyterNotebookApp")
        return [*super()._options(), *(f"--{app}.extra_labextensions_path={place}" for app in apps)]
