"""Files in one folder and nothing outside it. Each part of a path is opened relative to the one before, so no link can lead out.

A path that was checked may lead elsewhere by the time it is opened, because another process can put a link in its place.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

__all__ = ["ConfinedError", "ConfinedFolder"]

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _NO_LINK
# Opening a pipe must not block.
_READ = os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | getattr(os, "O_BINARY", 0)
_STEPS = os.open in os.supports_dir_fd  # not on Windows, where links need special rights


class ConfinedError(Exception):
    """A path leads outside the folder."""


class ConfinedFolder:
    """A folder whose files are read and written, none of them through a link.

    Paths are real ones, as `inside` returns them. What the system refuses is an OSError.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def inside(self, path: str) -> Path:
        """Return the real location of a path, links and dots resolved.

        Raises:
            ConfinedError: it is outside the folder.
            OSError: it cannot be resolved.

        """
        # An absolute path stays one: the model often starts paths at the root of the folder that it was given.
        real = (self.folder / path).resolve()
        if not real.is_relative_to(self.folder):
            raise ConfinedError
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            real.lstat()  # a name may be longer than the system allows
        return real

    def read(self, file: Path, most: int) -> bytes:
        """Return the beginning of a file, at most this many bytes."""
        with self._at(file.parent) as folder, self._opened(file, folder, _READ) as number:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise OSError(0, "It is not a file")
            with os.fdopen(number, "rb", closefd=False) as opened:
                return opened.read(most)

    def entries(self, folder: Path) -> list[str]:
        """Return the names in a folder, sorted; those of folders end in a slash."""
        with self._at(folder) as number, os.scandir(folder if number is None else number) as found:
            names = [f"{entry.name}/" if entry.is_dir() else entry.name for entry in found]
        return sorted(names)

    def write(self, file: Path, data: bytes) -> None:
        """Write a file atomically: a reader sees the old content or the new, and a link is replaced, never followed."""
        temporary = file.with_name(f".nbclaude-{secrets.token_hex(8)}")
        with self._at(file.parent, make=True) as folder:
            try:
                with (
                    self._opened(temporary, folder, _NEW) as number,
                    os.fdopen(number, "wb", closefd=False) as opened,
                ):
                    opened.write(data)
                self._allow_as_before(file, temporary, folder)
                self._replace(temporary, file, folder, folder)
            except BaseException:
                with contextlib.suppress(OSError):
                    self._unlink(temporary, folder)
                raise

    def remove(self, file: Path) -> None:
        """Remove a file, or a folder with all that is in it."""
        with self._at(file.parent) as folder:
            if not self._is_folder(file, folder):
                self._unlink(file, folder)
            elif folder is None:
                shutil.rmtree(file)
            else:
                shutil.rmtree(file.name, dir_fd=folder)

    def rename(self, old: Path, new: Path) -> None:
        """Move a file or a folder to a place where nothing exists yet."""
        with self._at(old.parent) as source, self._at(new.parent, make=True) as target:
            if new.exists():
                raise FileExistsError(0, "It already exists")
            self._replace(old, new, source, target)

    @contextlib.contextmanager
    def _at(self, folder: Path, *, make: bool = False) -> Iterator[int | None]:
        """Open a folder part by part; None where the system does not support this."""
        if not _STEPS:
            if make:
                folder.mkdir(parents=True, exist_ok=True)
            if not folder.resolve().is_relative_to(self.folder):
                raise OSError(0, "It is outside the folder")
            yield None
            return
        if make:
            self.folder.mkdir(parents=True, exist_ok=True)
        at = os.open(self.folder, _FOLDER)
        try:
            for part in folder.relative_to(self.folder).parts:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, dir_fd=at)
                inner = os.open(part, _FOLDER, dir_fd=at)
                os.close(at)
                at = inner
            yield at
        finally:
            os.close(at)

    @contextlib.contextmanager
    def _opened(self, file: Path, folder: int | None, how: int) -> Iterator[int]:
        number = (
            os.open(file, how, 0o600) if folder is None else os.open(file.name, how, 0o600, dir_fd=folder)
        )
        try:
            yield number
        finally:
            os.close(number)

    def _allow_as_before(self, file: Path, temporary: Path, folder: int | None) -> None:
        """Give a new file the permissions of the one that it replaces."""
        try:
            before = os.stat(_name(file, folder), dir_fd=folder, follow_symlinks=False)
            mode = before.st_mode & 0o777 if stat.S_ISREG(before.st_mode) else 0o644
        except FileNotFoundError:
            mode = 0o644
        os.chmod(_name(temporary, folder), mode, dir_fd=folder)

    def _replace(self, old: Path, new: Path, source: int | None, target: int | None) -> None:
        os.replace(_name(old, source), _name(new, target), src_dir_fd=source, dst_dir_fd=target)

    def _unlink(self, file: Path, folder: int | None) -> None:
        os.unlink(_name(file, folder), dir_fd=folder)

    def _is_folder(self, file: Path, folder: int | None) -> bool:
        found = os.stat(_name(file, folder), dir_fd=folder, follow_symlinks=False)
        return stat.S_ISDIR(found.st_mode)


def _name(file: Path, folder: int | None) -> str | Path:
    return file if folder is None else file.name
