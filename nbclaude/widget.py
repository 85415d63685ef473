"""The base of our own widgets: a widget whose front end is anywidget's."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Any

from ipywidgets import DOMWidget
from traitlets import Unicode

__all__ = ["FrontEndWidget"]

_ANYWIDGET = "~" + ".".join([*version("anywidget").split(".")[:2], "*"])  # what its front end is asked for


class FrontEndWidget(DOMWidget):  # type: ignore[misc]
    """A widget with a script (`_esm`) and a style sheet (`_css`) of ours.

    These are the six traits that the model of anywidget's front end reads, copied from `anywidget.AnyWidget`. Its Python half is
    not subclassed: it watches files and makes a class for each widget, and importing it takes a fifth of the time in which a
    panel opens. The traits are no public interface of it, so pyproject.toml allows only versions that were looked at (below
    0.12), and a kernel test compares them with those of the installed one.
    """

    _model_name = Unicode("AnyModel").tag(sync=True)
    _model_module = Unicode("anywidget").tag(sync=True)
    _model_module_version = Unicode(_ANYWIDGET).tag(sync=True)
    _view_name = Unicode("AnyView").tag(sync=True)
    _view_module = Unicode("anywidget").tag(sync=True)
    _view_module_version = Unicode(_ANYWIDGET).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        if (colab := sys.modules.get("google.colab.output")) is not None:
            colab.enable_custom_widget_manager()  # else Colab shows none but those of ipywidgets
