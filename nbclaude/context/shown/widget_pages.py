"""Turns a live widget that draws itself into a page, as ipywidgets' own export does, and paints it.

ipywidgets is imported only once there is a widget of it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from nbclaude.context.images.drawings import Drawing
from nbclaude.context.images.limits import ImageLimits
from nbclaude.context.images.picture import Picture
from nbclaude.context.images.prepared import PreparedImage
from nbclaude.context.images.vectors import first_line, optional
from nbclaude.context.images.web_pages import HOME, paint_web_page
from nbclaude.context.libraries import is_a
from nbclaude.errors import ConfigurationError

__all__ = ["paint_drawn_widget"]

# The colours of JupyterLab's light theme, which widgets use.
_THEME = "".join(
    f"--jp-{name}-color{number}: {colour}; "
    for name, colours in {
        "layout": ("white", "white", "#eeeeee", "#bdbdbd"),
        "content-font": ("black", "#212121", "#757575", "#9e9e9e"),
        "ui-font": ("black", "#212121", "#757575", "#9e9e9e"),
        "border": ("#bdbdbd", "#bdbdbd", "#e0e0e0", "#eeeeee"),
    }.items()
    for number, colour in enumerate(colours)
)
_STYLE = f"<style>:root {{ {_THEME} --jp-border-width: 1px }}</style>"
# What the page shows in place of a widget whose scripts are missing.
_FAILED = ".jupyter-widgets-error-widget"


def paint_drawn_widget(widget: Any, shown: Picture, limits: ImageLimits, label: str) -> PreparedImage:
    """Return the picture of a widget in its current state, drawn by its package's installed scripts, else by those online.

    `shown` says what it is. Raises ConfigurationError with its cure if it cannot be painted.
    """
    export = next((export for kind, export in _EXPORTS.items() if is_a(widget, kind)), _embedded)
    try:
        page, modules = export(widget)
    except Exception as error:  # the widget's own code produces its state
        raise ConfigurationError(
            f"{label}: the state of the {shown.what} cannot be read: {type(error).__name__}: {first_line(error)} {shown.cure}"
        ) from error
    drawn = Picture.page(Drawing(shown.what, shown.cure), page)
    return paint_web_page(drawn, limits, label, _installed(modules), _FAILED)


def _embedded(widget: Any) -> tuple[str, set[str]]:
    """Return the page of ipywidgets' export, and the JavaScript modules that it requests."""
    embed = importlib.import_module("ipywidgets.embed")
    state = embed.dependency_state([widget], drop_defaults=False)
    snippet = embed.embed_snippet([widget], state=state, drop_defaults=False)
    modules = {str(each.get("model_module")) for each in state.values()}
    return f"<!DOCTYPE html>{_STYLE}<body>{snippet}</body>", modules


def _k3d(plot: Any) -> tuple[str, set[str]]:
    return str(plot.get_snapshot()), set()


# Widgets that export their own page.
_EXPORTS: Mapping[str, Callable[[Any], tuple[str, set[str]]]] = {"k3d:Plot": _k3d}


def _installed(modules: Iterable[str]) -> Mapping[str, bytes]:
    """Return the widget scripts that are installed beside Jupyter, and the files next to them, by address."""
    found = {}
    for module in modules:
        folder = next((each for each in _folders(module) if (each / "index.js").is_file()), None)
        for file in folder.iterdir() if folder else ():
            if file.is_file() and file.suffix != ".map":
                found[f"{HOME}{module}.js" if file.name == "index.js" else f"{HOME}{file.name}"] = (
                    file.read_bytes()
                )
    return found


def _folders(module: str) -> Iterable[Path]:
    paths = optional("jupyter_core.paths")
    folders = paths.jupyter_path("nbextensions") if paths else [f"{sys.prefix}/share/jupyter/nbextensions"]
    return (Path(folder) / module for folder in folders)
