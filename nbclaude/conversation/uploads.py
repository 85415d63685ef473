"""Replaces large files in messages by references, where the server keeps files.

An image is part of every request that follows. Uploaded once, it goes along as an id of a few bytes, from the first request
on, so that the prompt's prefix stays the same and caches keep it. Where there is no Files API it goes as base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nbclaude.client.connection import Connection
from nbclaude.errors import APIError

__all__ = ["Uploads"]

_LEAST_SIZE = 40_000  # characters of base64; less is not worth a request
_LIFETIME = 7 * 86_400  # seconds that the server keeps it; an expired file is uploaded again
_MAX_DIGESTS = 200
_HAVE_SOURCES = ("image", "document")

Blocks = Sequence[Mapping[str, Any]]


class Uploads:
    """What servers hold, by server and content."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], str] = {}
        self._sources: dict[str, Mapping[str, Any]] = {}
        self._failed: set[tuple[str, str]] = set()
        # The digests of bytes that each request holds again, by the identity of the text, which is kept with them.
        self._digests: dict[int, tuple[str, str]] = {}

    def refer(
        self,
        connection: Connection,
        messages: Blocks,
        *,
        upload: bool,
        on_upload: Callable[[str], object] = lambda name: None,
    ) -> tuple[Mapping[str, Any], ...]:
        """Put file ids in the place of bytes; with `upload`, what the server does not hold yet is sent there first.

        `on_upload` is told what is on its way, and nothing when it has arrived.
        """

        def reference(block: Mapping[str, Any]) -> Mapping[str, Any]:
            file_id = self._id_of(connection, block, on_upload if upload else None)
            return {**block, "source": {"type": "file", "file_id": file_id}} if file_id else block

        return tuple(
            {**message, "content": _replaced(message.get("content"), reference)} for message in messages
        )

    def forget(self, connection: Connection) -> bool:
        """Forget what this server held (its files have expired); tell whether there was anything."""
        gone = [key for key in self._ids if key[0] == connection.base_url]
        for key in gone:
            del self._ids[key]
        return bool(gone)

    def source_of(self, file_id: str) -> Mapping[str, Any] | None:
        """Return the source that was uploaded under this id."""
        return self._sources.get(file_id)

    def _id_of(
        self, connection: Connection, block: Mapping[str, Any], on_upload: Callable[[str], object] | None
    ) -> str:
        source = block.get("source")
        if not isinstance(source, Mapping) or source.get("type") != "base64":
            return ""
        data = str(source.get("data") or "")
        if len(data) < _LEAST_SIZE:
            return ""
        key = (connection.base_url, self._digest(data))
        if key in self._ids:
            return self._ids[key]
        if on_upload is None or key in self._failed or not _has_files(connection):
            return ""
        on_upload(str(block.get("title") or f"the {block.get('type')}"))
        file_id = _uploaded(connection, block, str(source.get("media_type") or ""), data)
        on_upload("")
        if file_id:
            self._ids[key] = file_id
            self._sources[file_id] = source
        else:
            self._failed.add(key)
        return file_id

    def _digest(self, data: str) -> str:
        known = self._digests.get(id(data))
        if known is None:
            if len(self._digests) >= _MAX_DIGESTS:
                self._digests = {}
            known = self._digests[id(data)] = (data, hashlib.sha256(data.encode()).hexdigest())
        return known[1]


def _replaced(content: Any, reference: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Any:
    """Apply to every image and document, also within tool results."""
    if not isinstance(content, list | tuple):
        return content
    found = []
    for block in content:
        if block.get("type") in _HAVE_SOURCES:
            found.append(reference(block))
        elif block.get("type") == "tool_result" and isinstance(block.get("content"), list | tuple):
            found.append({**block, "content": _replaced(block["content"], reference)})
        else:
            found.append(block)
    return found


def _has_files(connection: Connection) -> bool:
    from nbclaude.client.endpoints import has_files

    return has_files(connection)


def _uploaded(connection: Connection, block: Mapping[str, Any], media_type: str, data: str) -> str:
    """Upload, or return nothing: whatever the trouble is, the bytes can go along as they are."""
    from nbclaude.client.endpoints import upload_file

    try:
        content = base64.b64decode(data, validate=True)
        name = str(block.get("title") or f"{block.get('type')}.{media_type.rpartition('/')[2] or 'bin'}")
        return upload_file(connection, name, media_type, content, _LIFETIME)
    except (binascii.Error, ValueError, APIError):
        return ""
