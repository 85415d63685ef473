"""Remembers by their hashes which descriptions of tools the user has accepted, in every kernel of this user."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from nbclaude.tools.mcp.described import Described

__all__ = ["Pins", "pins_path"]

_MAX_SERVERS = 500


def pins_path() -> Path:
    """Return where the hashes are kept; the file need not exist."""
    import platformdirs

    return platformdirs.user_config_path("nbclaude", appauthor=False) / "mcp-tools.json"


class Pins:
    """The accepted descriptions, by what a server is reached by and the tool's name."""

    def __init__(self, path: Callable[[], Path] = pins_path) -> None:
        self._path = path
        self._here: dict[str, dict[str, str]] = {}  # of this kernel: the file may not be writable

    def is_new(self, key: str) -> bool:
        """Tell whether nothing of this server has ever been accepted."""
        return self._of(key) is None

    def unaccepted(self, key: str, tools: Sequence[Described]) -> list[Described]:
        """Return the tools that are described in other words than those that were accepted, or are new."""
        known = self._of(key) or {}
        return [tool for tool in tools if known.get(tool.name) != tool.hash]

    def accept(self, key: str, tools: Sequence[Described]) -> None:
        """Accept these descriptions as they stand, and no others of this server."""
        hashes = {tool.name: tool.hash for tool in tools}
        self._here[key] = hashes
        kept = {**self._read(), key: hashes}
        path = self._path()
        new = path.with_name(f"{path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps(dict(list(kept.items())[-_MAX_SERVERS:])), "utf-8")
            new.replace(path)

    def _of(self, key: str) -> Mapping[str, str] | None:
        found = self._here.get(key)
        return found if found is not None else self._read().get(key)

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            known = json.loads(self._path().read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(known, dict):
            return {}
        return {key: value for key, value in known.items() if isinstance(value, dict)}
