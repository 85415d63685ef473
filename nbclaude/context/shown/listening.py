"""Listens to what a shell displays, with its publisher's hooks (ipykernel) or without them (xeus-python)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

__all__ = ["is_heard", "listen", "replaced"]

_Message = dict[str, Any]


def is_heard(publisher: Any) -> bool:
    """Whether a publisher can be listened to; IPython's own print to a terminal or capture, and are left alone."""
    if hasattr(publisher, "register_hook"):
        return True
    return hasattr(publisher, "publish") and not type(publisher).__module__.startswith("IPython.")


def listen(publisher: Any, hook: Callable[[Any], Any]) -> Callable[[], None]:
    """Call a hook with each display message, in ipykernel's form; return a function that stops this."""
    if hasattr(publisher, "register_hook"):
        publisher.register_hook(hook)
        return lambda: publisher.unregister_hook(hook)
    undos = [
        replaced(publisher, "publish", lambda publish: _publishing(publish, hook)),
        replaced(publisher, "clear_output", lambda clear: _clearing(clear, hook)),
    ]

    def undo() -> None:
        for each in undos:
            each()

    return undo


def replaced(holder: Any, name: str, wrapped: Callable[[Any], Any]) -> Callable[[], None]:
    """Wrap a function of an object; return what takes the wrapper off again, unless another one has been put there since.

    An object that has no such function, or whose attributes cannot be set, is left alone.
    """
    before = getattr(holder, name, None)
    if not callable(before):
        return _nothing
    # An object that is not written in Python may let attributes be set without having a `__dict__`.
    own = getattr(holder, "__dict__", {}).get(name) if hasattr(holder, "__dict__") else before
    ours = wrapped(before)
    try:
        setattr(holder, name, ours)
    except (AttributeError, TypeError):
        return _nothing

    def undo() -> None:
        if getattr(holder, name, None) is not ours:
            return
        with contextlib.suppress(AttributeError, TypeError):
            if own is None:
                delattr(holder, name)
            else:
                setattr(holder, name, own)

    return undo


def _nothing() -> None:
    """Do nothing, since nothing was wrapped."""


def _publishing(publish: Callable[..., Any], hook: Callable[[Any], Any]) -> Callable[..., Any]:
    def publishing(data: Any, metadata: Any = None, *rest: Any, **named: Any) -> Any:
        kind = "update_display_data" if named.get("update") else "display_data"
        content = {"data": data, "metadata": metadata or {}, "transient": named.get("transient") or {}}
        with contextlib.suppress(Exception):
            hook(_message(kind, content))
        return publish(data, metadata, *rest, **named)

    return publishing


def _clearing(clear: Callable[..., Any], hook: Callable[[Any], Any]) -> Callable[..., Any]:
    def clearing(wait: bool = False) -> Any:
        with contextlib.suppress(Exception):
            hook(_message("clear_output", {"wait": wait}))
        return clear(wait)

    return clearing


def _message(kind: str, content: _Message) -> _Message:
    return {"msg_type": kind, "header": {"msg_type": kind}, "parent_header": {}, "content": content}
