"""Holds what a panel has attached until the next ask, from the panel or from a cell, which sends it."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nbclaude.context.shown.shown_image import ShownImage
from nbclaude.errors import ConfigurationError
from nbclaude.forks import ForkSafeLock
from nbclaude.frozen import frozen

__all__ = ["Tray", "TrayItem"]

MAX_ITEMS = 20
MAX_BYTES = 64 * 1024 * 1024
MAX_NAME = 200  # bytes


@frozen
class TrayItem:
    """One thing that waits: a picture, a file, or an expression that is evaluated when it is sent.

    A `pinned` one stays for the asks after the next.
    """

    label: str
    what: ShownImage | Path | str
    size: int = 0  # bytes
    pinned: bool = False
    key: int = 0


class Tray:
    """What goes along with the next ask; safe to use from several threads."""

    def __init__(self, max_items: int = MAX_ITEMS, max_bytes: int = MAX_BYTES) -> None:
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._items: tuple[TrayItem, ...] = ()
        self._keys = itertools.count(1)
        self._lock = ForkSafeLock()
        self._folder: Path | None = None

    def items(self) -> tuple[TrayItem, ...]:
        """Return what waits, in the order in which it was attached."""
        return self._items

    def attach(self, label: str, what: ShownImage | Path | str, size: int = 0) -> TrayItem:
        """Put something on the tray; what is there already stays where it is.

        Raises:
            ConfigurationError: there are too many things on it, or too many bytes.

        """
        with self._lock:
            for item in self._items:
                if item.what == what:
                    return item
            if len(self._items) >= self._max_items:
                raise ConfigurationError(
                    f"{label}: {self._max_items} things are attached already. Remove one, or ask first."
                )
            if size + sum(item.size for item in self._items) > self._max_bytes:
                raise ConfigurationError(
                    f"{label} has {size:,} bytes, and all that is attached may have {self._max_bytes:,}. Remove something, "
                    "or ask first."
                )
            added = TrayItem(label, what, size, key=next(self._keys))
            self._items = (*self._items, added)
            return added

    def attach_file(self, name: str, data: bytes) -> TrayItem:
        """Put a file on the tray that the front end has sent; it is kept in a folder of its own until it is sent.

        Raises:
            ConfigurationError: there are too many things on the tray, or too many bytes, or the file cannot be kept.

        """
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="nbclaude-"))
                weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            label = self._free_label(_short(Path(name).name or "file"))
            place = self._folder / str(next(self._keys)) / label
            try:
                place.parent.mkdir()
                place.write_bytes(data)
            except OSError as error:
                raise ConfigurationError(f"{label} cannot be kept: {error.strerror or error}.") from error
            try:
                return self.attach(label, place, len(data))
            except ConfigurationError:
                place.unlink()
                raise

    def _free_label(self, name: str) -> str:
        """Number files of one name, so that they can be told apart."""
        labels = {item.label for item in self._items}
        stem, suffix = Path(name).stem, Path(name).suffix
        numbered = (f"{stem} ({number}){suffix}" for number in itertools.count(2))
        return name if name not in labels else next(label for label in numbered if label not in labels)

    def remove(self, key: int) -> None:
        """Take one thing off."""
        with self._lock:
            self._take_off([item for item in self._items if item.key == key])

    def pin(self, key: int, *, pinned: bool) -> None:
        """Keep one thing for the asks after the next, or not."""
        with self._lock:
            self._items = tuple(
                replace(item, pinned=pinned) if item.key == key else item for item in self._items
            )

    def sent(self, items: Sequence[TrayItem]) -> None:
        """These have been sent: they go, but for those that are pinned by now."""
        with self._lock:
            keys = {item.key for item in items}
            self._take_off([item for item in self._items if item.key in keys and not item.pinned])

    def clear(self) -> None:
        """Take everything off."""
        with self._lock:
            self._take_off(list(self._items))

    def _take_off(self, items: list[TrayItem]) -> None:
        self._items = tuple(item for item in self._items if item not in items)
        for item in items:
            if isinstance(item.what, Path):
                with contextlib.suppress(OSError):
                    item.what.unlink()


def _short(name: str) -> str:
    """Shorten a name to what every file system takes, the suffix kept."""
    suffix = Path(name).suffix[:20]
    return name if len(name.encode()) <= MAX_NAME else name[: MAX_NAME // 4 - len(suffix)] + suffix
