"""Translate HTTP errors and exceptions of httpx into errors of ours, which name the server, the cause and the cure."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Mapping
from typing import Any

from nbclaude.cleaning import identifier, one_line
from nbclaude.client.blame import path_in
from nbclaude.client.causes import cure_for
from nbclaude.client.connection import Connection
from nbclaude.client.http import httpx
from nbclaude.client.keys import key_problem
from nbclaude.client.lines import CONNECT_TIMEOUT, Line
from nbclaude.client.unreachable import (
    AUTHENTICATION_REQUIRED,
    Stage,
    connection_failure,
    system_error,
    tls_refusal,
    wants_password,
)
from nbclaude.client.web_pages import excerpt, is_web_page
from nbclaude.cures import Command, Mention
from nbclaude.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    IncompleteStreamError,
    SpendLimitError,
    status_error,
)
from nbclaude.wire.json_text import from_json

__all__ = ["error_of_body", "error_of_exception", "error_of_reply", "redact_key", "retry_delay"]

_RETRIED = {408, 409, 429}
_BROKEN = (httpx.RemoteProtocolError, httpx.NetworkError, httpx.StreamError, httpx.ReadTimeout)
_MAX_WAIT = 86_400.0  # seconds; a server that asks for more is taken to have said nothing


def error_of_exception(
    error: Exception, connection: Connection, line: Line | None = None, *, partial: bool = False
) -> APIError:
    """Translate any exception of httpx, or of what lies under it; `line` is what was to carry the request."""
    if line is not None and line.stage is not Stage.CONNECTED:
        return connection_failure(error, line.route, line.stage, min(connection.timeout, CONNECT_TIMEOUT))
    where = f"{connection.base_url} (base_url)"
    reason = str(error) or type(error).__name__
    if isinstance(error, httpx.TimeoutException) and not system_error(error, "ETIMEDOUT"):
        return APITimeoutError(
            f"Nothing arrived from {connection.host} for {connection.timeout:g} s.",
            partial=partial,
            cure=("Ask again, or wait longer with ", Mention("timeout"), "."),
        )
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
        return APIConnectionError(
            f"{where} cannot be used as an address: {reason}.", partial=partial, should_retry=False
        )
    if isinstance(error, (httpx.LocalProtocolError, ValueError)):
        # The reason may quote a header, and a header may hold the key.
        return APIConnectionError(
            f"The request to {connection.host} cannot be sent: its address or one of its headers is not valid.",
            partial=partial,
            should_retry=False,
            cure=("Check base_url, the key and ANTHROPIC_CUSTOM_HEADERS.",),
        )
    if (refusal := tls_refusal(error, connection.host)) is not None:
        refusal.partial = partial
        return refusal
    if (
        partial
        and isinstance(error, _BROKEN)
        and not isinstance(error, (httpx.ConnectError, httpx.WriteError))
    ):
        return IncompleteStreamError(
            f"The connection to {connection.host} broke before the answer was complete ({reason}).",
            partial=True,
        )
    if isinstance(error, httpx.DecodingError):
        return APIResponseValidationError(f"What {where} sent cannot be decoded: {reason}.", partial=partial)
    return APIConnectionError(
        f"{where} could not be reached: {reason}.",
        partial=partial,
        cure=("Check the address, the network and the proxy settings.",),
    )


def error_of_reply(
    status: int, headers: Mapping[str, str], body: bytes, connection: Connection, line: Line | None = None
) -> APIError:
    """Read the reply of a refused request; its body may be the API's JSON, a gateway's, a web page or nothing."""
    if status == AUTHENTICATION_REQUIRED and line is not None and line.route.proxy:
        return _status_error(wants_password(line.route.proxy), status, headers, {})
    if 300 <= status < 400:
        return APIResponseValidationError(
            f"{connection.base_url} (base_url) redirects to {headers.get('location', 'another address')!r}.",
            cure=("Keys are not sent along a redirect: set base_url to the final address.",),
        )
    try:
        data = from_json(body)
    except ValueError:
        data = None
    if isinstance(data, dict):
        return _naming_key(error_of_body(data, status, headers), connection)
    words = excerpt(body.decode("utf-8", "replace")) or "no explanation"
    error = _status_error(f"{connection.host} answered: {words}", status, headers, {})
    return _naming_key(error, connection)


def _naming_key(error: APIStatusError, connection: Connection) -> APIStatusError:
    """Say where a refused key came from, and what is obviously wrong with it; the key itself is not shown."""
    source = "the keyring" if connection.key_source == "keyring" else connection.key_source
    if not isinstance(error, AuthenticationError) or error.cure is not AuthenticationError.cure or not source:
        return error
    problem = key_problem(connection.secret.reveal()) if connection.secret.reveal() else ""
    why = (
        f"is not a key: {problem}"
        if problem
        else "was refused: check that it is complete and belongs to this server"
    )
    error.cure = (f"The key from {source} {why}. ", Command.LOGIN, " stores another.")
    return error


def error_of_body(data: Mapping[str, Any], status: int, headers: Mapping[str, str]) -> APIStatusError:
    """Read an error body: `{"error": {"type", "message"}}`, `{"error": "..."}`, or a gateway's `{"code", "message"}`."""
    error = data.get("error")
    fields: dict[str, Any] = dict(error) if isinstance(error, Mapping) else {}
    fields["request_id"] = data.get("request_id")
    for code in (data.get("code"), fields.get("code")):
        if status < 400 and isinstance(code, int) and 400 <= code < 600:
            status = code
    message = fields.get("message")
    if not isinstance(message, str):
        said = (data.get(name) for name in ("message", "msg", "Message", "detail"))
        message = (
            error if isinstance(error, str) else next((text for text in said if isinstance(text, str)), None)
        )
    if not message:
        # Whatever it is, it says more than nothing.
        message = excerpt(json.dumps(data, ensure_ascii=False)) if data else "(no explanation)"
    if is_web_page(message):
        message = excerpt(message)
    return _status_error(message, status, headers, fields)


def _status_error(
    message: str, status: int, headers: Mapping[str, str], fields: Mapping[str, Any]
) -> APIStatusError:
    details = fields.get("details")
    parameter = fields.get("param")
    kind = identifier(str(fields.get("type") or ""))
    kind = "" if kind in ("None", "null") else kind  # from a gateway that has none
    cure = cure_for(message, kind, str(fields.get("code") or ""))
    error = status_error(
        one_line(message),
        status=status,
        type=kind,
        error_code=identifier(str(details.get("error_code") or "")) if isinstance(details, dict) else "",
        parameter=identifier(parameter) if isinstance(parameter, str) else path_in(message),
        request_id=identifier(str(fields.get("request_id") or headers.get("request-id") or "")),
        retry_after=_retry_after(headers) if status >= 400 else None,
        should_retry=False if cure else {"true": True, "false": False}.get(headers.get("x-should-retry", "")),
    )
    if cure:
        error.cure = cure
    return error


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (seconds or an HTTP date)."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        return max(0.0, seconds) if seconds <= _MAX_WAIT else None
    try:
        date = email.utils.parsedate_to_datetime(headers["retry-after"])
        return max(0.0, date.timestamp() - time.time())
    except (KeyError, ValueError, OverflowError):
        return None


def redact_key(error: APIError, connection: Connection) -> APIError:
    """Redact the connection's keys in an error that a server has written: some repeat them. Changes and returns the error."""
    guard = connection.guard()
    error.args = tuple(guard.text(item) if isinstance(item, str) else item for item in error.args)
    for name in ("message", "type", "error_code", "parameter", "request_id"):
        if isinstance(said := getattr(error, name, None), str):
            setattr(error, name, guard.text(said))
    return error


def retry_delay(error: Exception) -> bool | float:
    """Decide on a retry: False, True (at the usual pace), or the seconds that the server asked to wait."""
    if isinstance(error, SpendLimitError):
        return False
    if isinstance(error, APIConnectionError):
        return not error.partial and error.should_retry is not False
    if not isinstance(error, APIStatusError) or error.partial:
        return False
    retry = error.should_retry
    if retry is None:
        retry = error.status in _RETRIED or error.status >= 500
    return error.retry_after if retry and error.retry_after else retry
