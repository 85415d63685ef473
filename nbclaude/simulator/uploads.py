"""The files endpoint.

https://platform.claude.com/docs/en/api/files-create
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from email import message_from_string
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, unquote

from .connection import MAX_BODY
from .faults import APIFault
from .files import FileStore
from .recorded import RecordedRequest

__all__ = ["FILES", "answer_files"]

FILES = "/v1/files"
LIFETIMES = (3_600, 7_776_000)  # seconds
MAX_IDS = 100
_KNOWN = frozenset({"limit", "page", "ids[]", "scope_id", "beta"})


def answer_files(store: FileStore, request: RecordedRequest) -> dict[str, Any]:
    """Answer one request to `/v1/files` or below; APIFault for what the API refuses."""
    file_id, _, rest = request.path.removeprefix(FILES).removeprefix("/").partition("/")
    file_id, method = unquote(file_id), request.method
    if not file_id:
        if method == "POST":
            return _upload(store, request)
        if method == "GET":
            return _page(store, request.query)
    elif rest == "content" and method == "GET":
        raise APIFault(f"File '{store.find(file_id).id}' is not downloadable")
    elif rest:
        raise APIFault("Not found", 404)
    elif method == "GET":
        return store.find(file_id).as_json()
    elif method == "DELETE":
        store.delete(file_id)
        return {"id": file_id, "type": "file_deleted"}
    raise APIFault("Method Not Allowed", 405)


def _upload(store: FileStore, request: RecordedRequest) -> dict[str, Any]:
    if len(request.body) > MAX_BODY:
        raise APIFault("Request exceeds the maximum size", 413)
    name, mime_type, data, lifetime = "", "", None, None
    for head, content in _parts(request.headers.get("content-type", ""), request.body):
        field = head.get_param("name", header="content-disposition")
        if field == "file":
            name, mime_type, data = head.get_filename() or "", head.get_content_type(), content
        elif field == "expires_in_seconds":
            lifetime = _lifetime(content)
        else:
            raise APIFault(f"{field}: Extra inputs are not permitted")
    if data is None:
        raise APIFault("file: Field required")
    return store.add(_filename(name, mime_type), mime_type, data, lifetime).as_json()


def _filename(given: str, mime_type: str) -> str:
    """Return the last component of a name; a nameless file is called "unnamed", with an extension for its type."""
    return re.split(r"[/\\\\]", given)[-1] or f"unnamed{mimetypes.guess_extension(mime_type) or ''}"


def _parts(content_type: str, body: bytes) -> Iterator[tuple[Message, bytes]]:
    """Split a form: https://www.rfc-editor.org/rfc/rfc7578."""
    head = message_from_string(f"content-type: {content_type}\n\n")
    boundary = head.get_boundary()
    if head.get_content_type() != "multipart/form-data" or not boundary:
        raise APIFault("content-type: header must be multipart/form-data", 415)
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if pieces.pop().strip() != b"--":
        raise APIFault("The request body is not a whole form")
    for piece in pieces[1:]:
        names, separator, content = piece.partition(b"\r\n\r\n")
        if not separator:
            raise APIFault("The request body is not a valid form")
        yield message_from_string(names.decode("utf-8", "replace").strip()), content


def _lifetime(content: bytes) -> int:
    least, most = LIFETIMES
    if not content.isdigit() or not least <= int(content) <= most:
        raise APIFault(f"expires_in_seconds: Input should be an integer from {least} to {most}")
    return int(content)


def _page(store: FileStore, query: str) -> dict[str, Any]:
    """Give a page of files, newest first; a page is named by the id of its first file."""
    given = parse_qs(query, keep_blank_values=True)
    for name in given:
        if name not in _KNOWN:
            raise APIFault(f"{name}: Extra inputs are not permitted")
    limit = given.get("limit", ["20"])[0]
    if not limit.isdecimal() or not 1 <= int(limit) <= 1000:
        raise APIFault("limit: Input should be an integer from 1 to 1000")
    files = store.living[::-1]
    if "scope_id" in given:
        files = [file for file in files if file.scope == given["scope_id"][0]]
    if "ids[]" in given:
        if {"page", "limit"} & given.keys():
            raise APIFault("ids: cannot be combined with `page` or `limit`")
        if len(set(given["ids[]"])) > MAX_IDS:
            raise APIFault(f"ids: List should have at most {MAX_IDS} items")
        files = [file for file in files if file.id in given["ids[]"]]
    ids = [file.id for file in files]
    start = 0
    if "page" in given:
        if given["page"][0] not in ids:
            raise APIFault("page: Invalid page token")
        start = ids.index(given["page"][0])
    end = start + int(limit)
    return {
        "data": [file.as_json() for file in files[start:end]],
        "next_page": ids[end] if end < len(ids) else None,
    }
