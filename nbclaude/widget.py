"""The base of our own widgets, whose front end is anywidget's, and a way for widgets to speak apart from any cell.

A comm asks the kernel for the parent of each message, and ipykernel 7.4 handles messages to the comm in the thread of the request
that its last parent belongs to: a widget that has spoken for a cell is not heard before that cell's thread is free. So a widget
that must be heard while a cell runs speaks without a parent. ipykernel 7 keeps parents in context variables, ipykernel 6 in a
plain dict that all threads share, and needs the parent there to report that a cell has ended. So the parents are never touched:
the comm's question reaches a function of ours, which names no parent in the contexts that are apart.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from importlib.metadata import version
from typing import Any, TypeVar

from ipywidgets import DOMWidget
from traitlets import Unicode

from nbclaude.notebook import Shell

__all__ = ["FrontEndWidget", "apart_from_cells", "release"]

Result = TypeVar("Result")

_apart: ContextVar[bool] = ContextVar("nbclaude_apart", default=False)
_asked: list[
    tuple[Any, Callable[..., Any]]
] = []  # kernels that are asked through a function of ours, and this function

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


def apart_from_cells(shell: Shell, function: Callable[[], Result]) -> Result:
    """Run a function in a context whose comm messages have no parent; threads that it starts with its context inherit this."""
    kernel = getattr(shell, "kernel", None)
    if hasattr(kernel, "get_parent"):
        _ask_through_us(kernel)
    context = copy_context()
    context.run(_apart.set, True)
    return context.run(function)


def release() -> None:
    """Let comms ask the kernel itself again."""
    while _asked:
        kernel, ours = _asked.pop()
        if vars(kernel).get("get_parent") is ours:
            del kernel.get_parent


def _ask_through_us(kernel: Any) -> None:
    if any(kernel is each for each, _ in _asked):
        return
    parent_of = kernel.get_parent

    def get_parent(*arguments: Any, **named: Any) -> Any:
        return {} if _apart.get() else parent_of(*arguments, **named)

    try:
        kernel.get_parent = get_parent
    except (AttributeError, TypeError):
        return  # xeus-python's kernel is not written in Python: its attributes cannot be set
    _asked.append((kernel, get_parent))
