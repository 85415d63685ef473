"""Keeps the last words that a server writes to its stderr: they say why it has failed, and appear nowhere else."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import TextIO

from nbclaude.cleaning import printable
from nbclaude.secrets.masking import mask
from nbclaude.texts import clip

__all__ = ["LastWords"]

_KEPT = 16_000  # bytes
_SHOWN = 2_000  # characters
_PATIENCE = 1.0  # seconds


class LastWords:
    """A pipe that a server writes to, and the end of what it has written."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._lock = threading.Lock()
        self._is_read = threading.Event()
        self._is_read.set()
        self._was_told = False

    @contextlib.contextmanager
    def pipe(self) -> Iterator[TextIO]:
        """Give the file that the server is to write to; what it writes is read until the last writer has closed it."""
        read, write = os.pipe()
        self._is_read.clear()
        threading.Thread(target=self._reading, args=(read,), name="nbclaude-mcp-stderr", daemon=True).start()
        with open(write, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor, not a path
            yield file

    def wait(self) -> None:
        """Wait until all output of an ended server is read, but at most a second: another process may hold the pipe open."""
        self._is_read.wait(_PATIENCE)

    @property
    def is_over(self) -> bool:
        """Whether nobody holds the pipe open: the server has exited."""
        return self._is_read.is_set()

    def once(self) -> str:
        """Return the end of what an exited server wrote, but only once; after that, nothing."""
        self.wait()
        was_told, self._was_told = self._was_told, True
        return "" if was_told else self.end

    @property
    def text(self) -> str:
        """The end of what was written, as it may be shown."""
        with self._lock:
            data = bytes(self._data)
        return mask(printable(data.decode("utf-8", "replace").replace("\r\n", "\n")))[0].strip()

    @property
    def end(self) -> str:
        """So much of the end that it fits on a screen."""
        return clip(self.text, _SHOWN, tail=1.0)[0].strip()

    @property
    def last_line(self) -> str:
        """The last line that says anything."""
        return self.text.rpartition("\n")[2].strip()

    def _reading(self, read: int) -> None:
        with contextlib.suppress(OSError):
            while piece := os.read(read, 65_536):
                with self._lock:
                    self._data += piece
                    del self._data[:-_KEPT]
        os.close(read)
        self._is_read.set()
