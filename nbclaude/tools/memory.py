"""The built-in tool `memory`: files in one folder, where the model keeps notes from one conversation to the next."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from nbclaude.tools.editor import Editor, file_tool
from nbclaude.tools.functions import Tool
from nbclaude.tools.running import ToolFailedError
from nbclaude.tools.versions import Version

__all__ = ["FOLDER", "Memory", "memory_tool"]

FOLDER = "memories"
_ROOT = "/memories"  # what the model calls the folder
_PATHS = ("path", "old_path", "new_path")


@cache
def memory_tool(folder: Path, version: Version) -> Tool:
    """Make the tool for a folder, which is made with the first file."""
    memory = Memory(folder.resolve())
    return file_tool(version, memory.run, memory.preview, f"Claude's notes under {memory.folder}")


class Memory:
    """Reads and changes the files under one folder, which the model calls /memories; nothing outside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._editor = Editor(folder)

    def run(self, command: str, given: Mapping[str, Any]) -> str:
        """Carry out one command of the API's memory tool.

        Raises:
            ToolFailedError: it cannot be done; the message is for the model, and nothing has changed.

        """
        places = {name: self._place(given, name) for name in _PATHS if name in given}
        if command == "delete":
            return self._deleted(_needed(places, "path"))
        if command == "rename":
            return self._renamed(_needed(places, "old_path"), _needed(places, "new_path"))
        place = _needed(places, "path")
        if command == "view" and not place.exists() and place == self.folder:
            return "(an empty folder)"
        rest = {name: value for name, value in given.items() if name not in _PATHS}
        return self._editor.run(command, {**rest, "path": str(place)})

    def preview(self, arguments: Mapping[str, Any]) -> str:
        """Return a call's change as a diff; empty if it changes no text."""
        try:
            place = self._place(arguments, "path")
        except ToolFailedError:
            return ""
        return self._editor.preview({**arguments, "path": str(place)})

    def _place(self, given: Mapping[str, Any], name: str) -> Path:
        path = str(given.get(name) or "")
        if path != _ROOT and not path.startswith(f"{_ROOT}/"):
            raise ToolFailedError(f"{name} must begin with {_ROOT}; it is {path!r}.")
        return self._editor.inside(path[len(_ROOT) :].lstrip("/"))

    def _deleted(self, place: Path) -> str:
        if place == self.folder:
            raise ToolFailedError(f"{_ROOT} itself cannot be deleted.")
        try:
            self._editor.files.remove(place)
        except OSError as error:
            raise ToolFailedError(f"{self._called(place)} cannot be deleted: {error.strerror}.") from None
        return f"Deleted {self._called(place)}."

    def _renamed(self, old: Path, new: Path) -> str:
        if self.folder in (old, new):
            raise ToolFailedError(f"{_ROOT} itself cannot be renamed.")
        if not old.exists():
            raise ToolFailedError(f"There is no {self._called(old)}.")
        if new.exists():
            raise ToolFailedError(f"{self._called(new)} already exists.")
        try:
            self._editor.files.rename(old, new)
        except OSError as error:
            raise ToolFailedError(f"{self._called(old)} cannot be renamed: {error.strerror}.") from None
        return f"Renamed {self._called(old)} to {self._called(new)}."

    def _called(self, place: Path) -> str:
        return f"{_ROOT}/{place.relative_to(self.folder).as_posix()}"


def _needed(places: Mapping[str, Path], name: str) -> Path:
    if name not in places:
        raise ToolFailedError(f"{name} is missing.")
    return places[name]
