"""The first sign of life of a cell that asks: shown from a thread if what goes along takes longer than a moment to prepare."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable, Iterator
from contextvars import copy_context
from types import TracebackType
from typing import Any, Self

from nbclaude.forks import ForkSafeLock
from nbclaude.output.marks import marked_open
from nbclaude.output.updates import publish

__all__ = ["DELAY", "EarlySign"]

DELAY = 0.04  # seconds; most questions are on their way by then


class EarlySign:
    """A context manager around the preparation: `say` what is being done; what shows the answer takes over the sign.

    A sign that is left because nothing could be sent is removed at the end; `is_alone` tells whether the cell's output may be
    cleared for that. It may be entered again, and ends with the innermost `with` block. `waited` is the time in seconds since
    the cell began, during which the first question loads what it needs.
    """

    def __init__(
        self,
        publisher: Any,
        is_alone: Callable[[], bool] = lambda: False,
        *,
        is_wanted: bool = True,
        waited: float = 0.0,
    ) -> None:
        self.id = f"nbclaude-{uuid.uuid4().hex[:12]}"
        self._publisher = publisher
        self._is_alone = is_alone
        self._is_wanted = is_wanted
        self._delay = DELAY - waited
        self._words = ""
        self._is_shown = self._is_over = False
        self._lock = ForkSafeLock()
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        if self._is_wanted and self._delay <= 0:
            self._show()
        elif self._is_wanted:
            # The copied context tells ipykernel in which cell the thread speaks.
            self._timer = threading.Timer(self._delay, copy_context().run, [self._show])
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Take the sign away, if it is on the screen: what is shown next is no answer."""
        if self.take_over():
            self._take_away()

    @contextlib.contextmanager
    def giving_place(self) -> Iterator[None]:
        """Let what is displayed first take the place of the sign: it belongs above the answer."""
        is_shown = self.take_over()
        if not is_shown or not hasattr(self._publisher, "register_hook"):
            if is_shown:
                self._take_away()
            yield
            return
        taken = False

        def into_place(message: dict[str, Any]) -> dict[str, Any]:
            nonlocal taken
            if not taken and message["header"]["msg_type"] == "display_data":
                taken = True
                message["header"]["msg_type"] = message["msg_type"] = "update_display_data"
                message["content"].setdefault("transient", {})["display_id"] = f"{self.id}-0"
            return message

        self._publisher.register_hook(into_place)
        try:
            yield
        finally:
            self._publisher.unregister_hook(into_place)
            if not taken:
                self._take_away()

    def _take_away(self) -> None:
        if self._is_alone():
            self._publisher.clear_output(wait=True)
        else:
            self._publish({"text/html": "", "text/plain": ""}, update=True)

    def say(self, words: str) -> None:
        """Say what is being done."""
        with self._lock:
            self._words = words
            if self._is_shown and not self._is_over:
                self._publish(self._bundle(), update=True)

    def take_over(self) -> bool:
        """End the sign's own life; tell whether it is on the screen, once."""
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            is_left, self._is_over = self._is_shown and not self._is_over, True
            return is_left

    def _show(self) -> None:
        with self._lock:
            if not (self._is_over or self._is_shown):
                self._publish(self._bundle(), update=False)
                self._is_shown = True

    def _bundle(self) -> dict[str, str]:
        from nbclaude.render.style import THINKING, waiting_html

        return {"text/html": waiting_html(self._words), "text/plain": self._words or THINKING}

    def _publish(self, bundle: dict[str, str], *, update: bool) -> None:
        metadata = marked_open(self.id) if bundle["text/html"] else {}
        publish(self._publisher, bundle, metadata, f"{self.id}-0", update=update)
