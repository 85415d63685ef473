"""Stores the files that clients have uploaded, and puts them into requests that name their ids.

https://platform.claude.com/docs/en/build-with-claude/files
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import Any

from nbclaude.frozen import frozen

from .faults import APIFault
from .reply import make_id

__all__ = ["FileStore", "UploadedFile"]


@frozen
class UploadedFile:
    """One uploaded file; the times are seconds of the simulator's clock, `expires_at` None is never."""

    id: str
    filename: str
    mime_type: str
    data: bytes = field(repr=False)
    created_at: float = 0.0
    expires_at: float | None = None
    scope: str = ""
    """The session that has made it; uploads belong to none."""

    def as_json(self) -> dict[str, Any]:
        """Give the metadata as the API does."""
        return {
            "type": "file",
            "id": self.id,
            "filename": self.filename,
            "mime_type": self.mime_type,
            "size_bytes": len(self.data),
            "created_at": _timestamp(self.created_at),
            "expires_at": None if self.expires_at is None else _timestamp(self.expires_at),
            "downloadable": False,  # only what a tool has made is
            **({"scope": {"id": self.scope, "type": "session"}} if self.scope else {}),
        }

    def source(self) -> dict[str, Any]:
        """Give the source that would hold the same bytes inside a request."""
        if self.mime_type == "text/plain":
            text = self.data.decode("utf-8", "replace")
            return {"type": "text", "media_type": "text/plain", "data": text}
        data = base64.b64encode(self.data).decode()
        return {"type": "base64", "media_type": self.mime_type, "data": data}


class FileStore:
    """The files of one simulator; the clock gives seconds. Used by several threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._files: dict[str, UploadedFile] = {}
        self._count = 0

    @property
    def files(self) -> list[UploadedFile]:
        """Every file that was not deleted, expired ones too, in the order of the uploads."""
        with self._lock:
            return list(self._files.values())

    @property
    def living(self) -> list[UploadedFile]:
        """The files that have not expired."""
        return [file for file in self.files if not self._is_expired(file)]

    def add(
        self, filename: str, mime_type: str, data: bytes, lifetime: int | None = None, *, scope: str = ""
    ) -> UploadedFile:
        """Keep a file, for `lifetime` seconds if given; a session that has made it is its `scope`."""
        now = self._clock()
        with self._lock:
            self._count += 1
            expires = None if lifetime is None else now + lifetime
            file = UploadedFile(
                make_id("file", self._count, filename), filename, mime_type, data, now, expires, scope
            )
            self._files[file.id] = file
        return file

    def find(self, file_id: str) -> UploadedFile:
        """Find a file; APIFault 404 for an unknown or expired one."""
        with self._lock:
            file = self._files.get(file_id)
        if file is None:
            raise APIFault(f"File not found: {file_id}", 404)
        if self._is_expired(file):
            raise APIFault(f"File has expired: {file_id}", 404, details={"error_code": "file_expired"})
        return file

    def delete(self, file_id: str) -> None:
        """Delete a file; APIFault 404 for an unknown or expired one."""
        self.find(file_id)
        with self._lock:
            self._files.pop(file_id, None)

    def expire(self) -> None:
        """Let every file expire now."""
        now = self._clock()
        with self._lock:
            self._files = {key: replace(file, expires_at=now) for key, file in self._files.items()}

    def clear(self) -> None:
        """Forget every file."""
        with self._lock:
            self._files.clear()

    def resolve(self, body: Any) -> Any:
        """Put the bytes in the place of file ids: images and documents of a parsed body; APIFault 404.

        The rules and the token estimates then see what the model sees. What is no valid body stays as it is.
        """
        messages = body.get("messages") if isinstance(body, dict) else None
        if not isinstance(messages, list):
            return body
        return body | {"messages": [self._resolved(message) for message in messages]}

    def _resolved(self, holder: Any) -> Any:
        """Resolve the blocks in the `content` of a message or a tool result."""
        if not isinstance(holder, dict) or not isinstance(holder.get("content"), list):
            return holder
        return holder | {"content": [self._block(block) for block in holder["content"]]}

    def _block(self, block: Any) -> Any:
        kind = block.get("type") if isinstance(block, dict) else None
        if kind == "tool_result":
            return self._resolved(block)
        source = block.get("source") if kind in ("image", "document") else None
        if not isinstance(source, Mapping) or source.get("type") != "file":
            return block
        file_id = source.get("file_id")
        if not isinstance(file_id, str):
            return block  # the rules say what is wrong with it
        return block | {"source": self.find(file_id).source()}

    def _is_expired(self, file: UploadedFile) -> bool:
        return file.expires_at is not None and file.expires_at <= self._clock()


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
