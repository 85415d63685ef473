"""The API's refusals: status, type, message and the error body that they make.

Types and statuses: https://platform.claude.com/docs/en/api/errors
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["ERROR_TYPES", "STATUS_OF", "APIFault", "default_message", "error_body", "should_retry"]

# status -> error type, the message that the real API sends most
_ERRORS: dict[int, tuple[str, str]] = {
    400: ("invalid_request_error", "Invalid request"),
    401: ("authentication_error", "invalid x-api-key"),
    402: ("billing_error", "Your credit balance is too low to access the Anthropic API."),
    403: ("permission_error", "Your API key does not have permission to use the specified resource."),
    404: ("not_found_error", "Not found"),
    405: ("invalid_request_error", "Method Not Allowed"),
    408: ("timeout_error", "Request timed out while the body was being read"),
    409: ("conflict_error", "The resource was changed by another request"),
    413: ("request_too_large", "Request exceeds the maximum size"),
    415: ("invalid_request_error", "content-type: header must be application/json"),
    422: ("invalid_request_error", "The request cannot be processed"),
    429: ("rate_limit_error", "This request would exceed your organization's rate limit."),
    499: ("api_error", "Client closed request"),
    500: ("api_error", "Internal server error"),
    501: ("api_error", "Not implemented"),
    502: ("api_error", "Bad gateway"),
    503: ("api_error", "Service unavailable"),
    504: ("timeout_error", "Request timed out"),
    529: ("overloaded_error", "Overloaded"),
}

ERROR_TYPES = {status: kind for status, (kind, _) in _ERRORS.items()}

# The status under which an error type travels when it is not inside a stream.
STATUS_OF = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}

# Spend limits do not clear by waiting; the API says so with `x-should-retry: false`.
SPEND_CODES = frozenset({"enforced_spend_limit_reached", "contract_spend_limit_reached"})


class APIFault(Exception):  # noqa: N818 - it is the API's answer, raised only to leave the rules early
    """A request that the simulated API refuses: HTTP status, error type, message and optional `details`."""

    def __init__(
        self,
        message: str,
        status: int = 400,
        kind: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind or ERROR_TYPES[status]
        self.details = details


def default_message(status: int) -> str:
    """Give the usual message of an error status."""
    return _ERRORS.get(status, ("api_error", f"HTTP {status}"))[1]


def error_body(
    kind: str, message: str, request_id: str, details: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Build the body `{"type": "error", "error": {...}, "request_id": ...}`."""
    error: dict[str, Any] = {"type": kind, "message": message}
    if details is not None:
        error["details"] = dict(details)
    return {"type": "error", "error": error, "request_id": request_id}


def should_retry(status: int, details: Mapping[str, Any] | None = None) -> bool:
    """Tell what `x-should-retry` says about an error."""
    if details and details.get("error_code") in SPEND_CODES:
        return False
    return status in (408, 409, 429) or status >= 500
