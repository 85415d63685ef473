"""The built-in tool `editor`: the model reads files in one folder, and changes them once the user has seen a diff."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from nbclaude.texts import counted
from nbclaude.tools.confined import ConfinedError, ConfinedFolder
from nbclaude.tools.functions import Tool
from nbclaude.tools.running import ToolFailedError
from nbclaude.tools.versions import FAMILIES, Version

__all__ = ["Editor", "editor_tool", "file_tool"]

_MAX_BYTES = 1_000_000  # of a file
_MAX_ENTRIES = 200  # of a folder
_CONTEXT = 3  # lines around a change


@cache
def editor_tool(folder: Path, version: Version = FAMILIES["editor"][0]) -> Tool:
    """Make the tool for a folder; the same one each time, since it can undo what it has changed."""
    editor = _editor_of(folder.resolve())
    return file_tool(version, editor.run, editor.preview, f"files under {editor.folder}", named="editor")


def file_tool(
    version: Version,
    run: Callable[[str, Mapping[str, Any]], str],
    preview: Callable[[Mapping[str, Any]], str],
    touches: str,
    named: str = "",
) -> Tool:
    """Make a tool of the API's whose calls are commands on files; `run` gets the command and the fields that are given."""
    from nbclaude.tools.arguments import arguments_of
    from nbclaude.tools.docstrings import Documented

    def carry_out(
        command: str,
        path: str | None = None,
        view_range: list[int] | None = None,
        file_text: str | None = None,
        old_str: str | None = None,
        new_str: str | None = None,
        insert_line: int | None = None,
        insert_text: str | None = None,
        old_path: str | None = None,
        new_path: str | None = None,
    ) -> str:
        fields = {
            "path": path,
            "view_range": view_range,
            "file_text": file_text,
            "old_str": old_str,
            "new_str": new_str,
            "insert_line": insert_line,
            "insert_text": insert_text,
            "old_path": old_path,
            "new_path": new_path,
        }
        return run(command, {name: value for name, value in fields.items() if value is not None})

    return Tool(
        version.name,
        {"type": version.type, "name": version.name},
        carry_out,
        arguments_of(carry_out, version.name, Documented()),
        touches=touches,
        preview=preview,
        previewed=("file_text", "old_str", "new_str", "insert_text"),
        named=named,
    )


@cache
def _editor_of(folder: Path) -> Editor:
    """Return the one editor of a folder, which can undo its changes whichever version made them."""
    return Editor(folder)


class Editor:
    """Reads and changes text files under one folder, and nothing outside it, not even through links."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = ConfinedFolder(folder)
        self._before: dict[Path, list[str | None]] = {}

    def run(self, command: str, given: Mapping[str, Any]) -> str:
        """Carry out one command of the API's text editor.

        Raises:
            ToolFailedError: it cannot be done; the message is for the model, and nothing has changed.

        """
        if "path" not in given:
            raise ToolFailedError("path is missing.")
        file = self.inside(given["path"])
        if command == "view":
            return self._viewed(file, given.get("view_range"))
        if command == "undo_edit":
            return self._undone(file)
        before, after = self._changed(file, command, given)
        self._before.setdefault(file, []).append(before)
        self._write(file, after)
        return _excerpt(before or "", after) if before is not None else f"Created {self._name(file)}."

    def preview(self, arguments: Mapping[str, Any]) -> str:
        """Return what a call would do, as a diff where it changes a file; empty if it only reads, or would fail."""
        command = str(arguments.get("command"))
        given = {name: value for name, value in arguments.items() if value is not None}
        if command not in ("create", "str_replace", "insert"):
            return ""
        try:
            file = self.inside(str(arguments.get("path")))
            before, after = self._changed(file, command, given)
        except (ToolFailedError, TypeError):
            return ""
        name = self._name(file)
        lines = difflib.unified_diff(
            (before or "").splitlines(),
            after.splitlines(),
            name if before is not None else "(new)",
            name,
            lineterm="",
        )
        return "\n".join(lines)

    def inside(self, path: str) -> Path:
        """Return the real location of a path, links and dots resolved; refuse one outside the folder."""
        if "\0" in path:
            raise ToolFailedError("A path cannot contain a NUL character.")
        try:
            return self.files.inside(path)
        except ConfinedError:
            raise ToolFailedError(
                f"{path} is outside {self.folder}, the only folder that this tool may touch."
            ) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise ToolFailedError(f"{path} cannot be resolved: {error}") from None

    def _name(self, file: Path) -> str:
        return str(file.relative_to(self.folder))

    def _viewed(self, file: Path, lines: Any) -> str:
        if file.is_dir():
            return self._listed(file)
        text = self._read(file).splitlines()
        first, last = 1, len(text)
        if lines is not None:
            if len(lines) != 2:
                raise ToolFailedError(
                    "view_range takes two numbers, the first and the last line; -1 means the end of the file."
                )
            first, last = max(1, lines[0]), len(text) if lines[1] == -1 else min(lines[1], len(text))
        if first > last and text:
            raise ToolFailedError(
                f"The file has {counted(len(text), 'line')}; view_range {lines} covers none of them."
            )
        return "\n".join(f"{n}: {line}" for n, line in enumerate(text[first - 1 : last], first)) or "(empty)"

    def _listed(self, folder: Path) -> str:
        try:
            entries = self.files.entries(folder)
        except OSError as error:
            raise ToolFailedError(f"{self._name(folder)} cannot be read: {error.strerror}.") from None
        where = "" if folder == self.folder else f"{self._name(folder)}/"
        names = [f"{where}{entry}" for entry in entries[:_MAX_ENTRIES]]
        if len(entries) > len(names):
            names.append(f"… and {len(entries) - len(names):,} more")
        return "\n".join(names) or "(an empty folder)"

    def _read(self, file: Path) -> str:
        try:
            data = self.files.read(file, _MAX_BYTES + 1)
        except FileNotFoundError:
            raise ToolFailedError(f"There is no file {self._name(file)}.") from None
        except OSError as error:
            raise ToolFailedError(f"{self._name(file)} cannot be read: {error.strerror}.") from None
        if len(data) > _MAX_BYTES:
            raise ToolFailedError(f"{self._name(file)} has more than {_MAX_BYTES:,} bytes.")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise ToolFailedError(f"{self._name(file)} is not UTF-8 text.") from None

    def _changed(self, file: Path, command: str, given: Mapping[str, Any]) -> tuple[str | None, str]:
        """Return the text of a file before (None for a new one) and after a command."""
        if command == "create":
            before = self._read(file) if file.exists() else None
            return before, str(_needed(given, "file_text"))
        if command == "str_replace":
            before, old = self._read(file), str(_needed(given, "old_str"))
            found = before.count(old) if old else 0
            if found != 1:
                where = "does not occur" if not found else f"occurs {found} times"
                raise ToolFailedError(f"old_str {where} in {self._name(file)}; it must occur exactly once.")
            return before, before.replace(old, str(given.get("new_str", "")))
        if command == "insert":
            before = self._read(file)
            lines, after = before.splitlines(keepends=True), int(_needed(given, "insert_line"))
            if not 0 <= after <= len(lines):
                raise ToolFailedError(f"insert_line must be from 0 to {len(lines)}; it is {after}.")
            text = str(given.get("insert_text", given.get("new_str", "")))
            if after and not lines[after - 1].endswith("\n"):
                lines[after - 1] += "\n"
            ended = text if not text or text.endswith("\n") or after == len(lines) else f"{text}\n"
            return before, "".join([*lines[:after], ended, *lines[after:]])
        raise ToolFailedError(f"There is no command {command}: use view, create, str_replace or insert.")

    def _undone(self, file: Path) -> str:
        earlier = self._before.get(file)
        if not earlier:
            raise ToolFailedError(f"{self._name(file)} was not changed by this tool.")
        text = earlier.pop()
        if text is None:
            with contextlib.suppress(FileNotFoundError):
                self.files.remove(file)
            return f"Removed {self._name(file)}, which this tool had created."
        self._write(file, text)
        return f"{self._name(file)} is as it was before the last change."

    def _write(self, file: Path, text: str) -> None:
        try:
            self.files.write(file, text.encode("utf-8", "surrogatepass"))
        except OSError as error:
            raise ToolFailedError(f"{self._name(file)} cannot be written: {error.strerror}.") from None


def _needed(given: Mapping[str, Any], name: str) -> Any:
    if name not in given:
        raise ToolFailedError(f"{name} is missing.")
    return given[name]


def _excerpt(before: str, after: str) -> str:
    """Return the changed lines with those around them, numbered."""
    old, new = before.splitlines(), after.splitlines()
    changed = [
        (first, last)
        for tag, _, _, first, last in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
    if not changed:
        return "Nothing changed: the text was the same."
    first, last = max(0, changed[0][0] - _CONTEXT), changed[-1][1] + _CONTEXT
    return "Changed:\n" + "\n".join(f"{n}: {line}" for n, line in enumerate(new[first:last], first + 1))
