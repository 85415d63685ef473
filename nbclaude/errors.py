"""Every error there is, as a tree of classes: each says what went wrong, and what the user can do.

    NbclaudeError
    ├── ConfigurationError          a setting, an option's value or an environment variable
    │   ├── MissingKeyError         no key for this connection
    │   └── BudgetError             the request would pass the budget
    └── APIError                    the request or its answer
        ├── APIConnectionError      the network: refused, reset, DNS, TLS, proxy
        │   └── APITimeoutError     nothing arrived within `timeout` seconds
        ├── APIResponseValidationError   what came back is not the Messages API
        ├── IncompleteStreamError   the stream ended before `message_stop`
        └── APIStatusError          the API said no; has status, type and request id
            ├── BadRequestError 400        ├── UnprocessableEntityError 422
            ├── AuthenticationError 401    ├── RateLimitError 429
            ├── BillingError 402           │   └── SpendLimitError
            ├── PermissionDeniedError 403  └── InternalServerError 5xx
            ├── NotFoundError 404              ├── DeadlineExceededError 504
            ├── RequestTimeoutError 408        └── OverloadedError 529
            ├── ConflictError 409
            └── RequestTooLargeError 413
    KeyboardInterrupt
    └── AnswerInterrupted           the stop button, Ctrl-C: what had arrived is kept

Names that mean the same as in the official SDK are the same. A message names the thing and the value; the cure mentions
settings and commands (`nbclaude.cures`), and the surface that shows the error spells them.
"""

from __future__ import annotations

from typing import Any, Required, TypedDict, Unpack

from nbclaude.cleaning import identifier, one_line
from nbclaude.cures import Command, Mention, Spell, Words, duration
from nbclaude.readable import AnswerInterrupted, Readable

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AnswerInterrupted",
    "AuthenticationError",
    "BadRequestError",
    "BillingError",
    "BudgetError",
    "ConfigurationError",
    "ConflictError",
    "DeadlineExceededError",
    "IncompleteStreamError",
    "InternalServerError",
    "MissingKeyError",
    "NbclaudeError",
    "NotFoundError",
    "OverloadedError",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestTimeoutError",
    "RequestTooLargeError",
    "SpendLimitError",
    "UnprocessableEntityError",
    "status_error",
]


class NbclaudeError(Readable, Exception):
    """Base of every error of nbclaude."""


class ConfigurationError(NbclaudeError, ValueError):
    """A setting, an option's value or an environment variable cannot be used as it is."""

    # The fact behind it (`nbclaude.refusal.Refusal`), where a surface has yet to word it.
    refusal: Any = None

    def __init__(self, *arguments: object, cure: Words = ()) -> None:
        super().__init__(*arguments)
        self.cure = cure


class MissingKeyError(ConfigurationError):
    """There is no key for the connection in use."""


class BudgetError(ConfigurationError):
    """The request would pass the budget of this kernel; it was not sent."""


class APIError(NbclaudeError):
    """A request to the Messages API failed.

    `partial` is true when part of an answer had arrived (and was kept) before it failed. `should_retry` is whether
    sending the same again may help, where that is known: None leaves it to the kind of error.
    """

    def __init__(
        self, message: str, *, partial: bool = False, should_retry: bool | None = None, cure: Words = ()
    ) -> None:
        super().__init__(message)
        if cure:
            self.cure = cure
        self.partial = partial
        self.should_retry = should_retry

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is rebuilt from its message alone; the rest is in its attributes.
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[APIError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> APIError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(attributes)
    return error


class APIConnectionError(APIError):
    """The server could not be reached, or the connection broke."""


class APITimeoutError(APIConnectionError):
    """Nothing arrived from the server for `timeout` seconds."""


class APIResponseValidationError(APIError):
    """The server answered, but not with a message or an event stream of the Messages API."""


class IncompleteStreamError(APIError):
    """The stream ended without `message_stop`."""


_BY_STATUS: dict[int, type[APIStatusError]] = {}
_BY_TYPE: dict[str, type[APIStatusError]] = {}
_BY_CODE: dict[str, type[APIStatusError]] = {}


class APIStatusError(APIError):
    """The API refused or failed, by HTTP status or by an `error` event in the stream.

    `status` is the HTTP status (200 for an error inside a stream), `type` the API's error type, `error_code` the code
    in `details` where there is one, `parameter` the path of the field that is refused, as far as the server names it
    ("messages.1.content.0"), `retry_after` the seconds that the server asked to wait.
    """

    # What to do if waiting helps, but the server does not say how long.
    later = ""

    def __init_subclass__(cls, of_status: int = 0, of_type: str = "", of_codes: tuple[str, ...] = ()) -> None:
        """Register the class for an HTTP status, for an error type of the API, and for codes in its details."""
        _BY_CODE.update(dict.fromkeys(of_codes, cls))
        if of_status:
            _BY_STATUS[of_status] = cls
        if of_type:
            _BY_TYPE[of_type] = cls

    def __init__(
        self,
        message: str,
        *,
        status: int,
        type: str = "",
        error_code: str = "",
        parameter: str = "",
        request_id: str = "",
        retry_after: float | None = None,
        should_retry: bool | None = None,
        partial: bool = False,
    ) -> None:
        super().__init__(message, partial=partial, should_retry=should_retry)
        self.message = message
        self.status = status
        self.type = type
        self.error_code = error_code
        self.parameter = parameter
        self.request_id = request_id
        self.retry_after = retry_after

    def _facts(self) -> str:
        request = f"request {identifier(self.request_id)}" if self.request_id else ""
        return self._said_of_server(request)

    def _said_of_server(self, *more: str) -> str:
        # Within a stream, the status says nothing: the answer had begun.
        status = f"HTTP {self.status}" if self.status != 200 else ""
        facts = (status, identifier(self.type), identifier(self.error_code), *more)
        known = ", ".join(fact for fact in facts if fact)
        return f"{one_line(self.message)} ({known})" if known else one_line(self.message)

    def _advice(self, spell: Spell) -> str:
        again = f"Ask again in {duration(self.retry_after)}." if self.retry_after else self.later
        if "cure" in vars(self):
            again = ""  # the cause is known, and waiting does not remove it
        return " ".join(filter(None, (again, super()._advice(spell))))

    def paragraphs(self, spell: Spell) -> tuple[str, ...]:
        """What the server said, and what to do; the request's id is not among it."""
        return tuple(filter(None, (self._said_of_server(), self._advice(spell))))


_FIX: Words = ("Fix the part named above; ", Mention("dry_run", True), " shows what is sent.")


class BadRequestError(APIStatusError, of_status=400, of_type="invalid_request_error"):
    """400: the request is not valid for this model."""

    cure = _FIX


class AuthenticationError(APIStatusError, of_status=401, of_type="authentication_error"):
    """401: the key was not accepted."""

    cure = (
        "Check the key, and that it belongs to this server; ",
        Command.CONNECT,
        " shows where it comes from.",
    )


class BillingError(APIStatusError, of_status=402, of_type="billing_error"):
    """402: payment is due."""

    cure = ("Check billing for the account that issued the key, then ask again.",)


class PermissionDeniedError(APIStatusError, of_status=403, of_type="permission_error"):
    """403: the key may not do this."""

    cure = ("Choose another ", Mention("model"), ", or use a key that has access.")


class NotFoundError(APIStatusError, of_status=404, of_type="not_found_error"):
    """404: no such model or address."""

    cure = ("Check the ", Mention("model"), " and the address of the server; ", Command.STATE, " shows both.")


class RequestTimeoutError(APIStatusError, of_status=408):
    """408: the server gave up waiting for the request."""

    cure = ("Ask again.",)


class ConflictError(APIStatusError, of_status=409, of_type="conflict_error"):
    """409: the resource changed meanwhile."""

    cure = ("Ask again.",)


class RequestTooLargeError(APIStatusError, of_status=413, of_type="request_too_large"):
    """413: the request is larger than the server takes (32 MB at Anthropic)."""

    cure = (
        *("Start a new conversation with ", Mention("new", True), " or ", Command.RESET),
        *(", or ask with ", Mention("history", False), "."),
    )


class UnprocessableEntityError(APIStatusError, of_status=422):
    """422: the request is well formed but cannot be processed."""

    cure = _FIX


class RateLimitError(APIStatusError, of_status=429, of_type="rate_limit_error"):
    """429: too many requests or tokens."""

    later = "Wait a little, then ask again."
    cure = ("If this keeps happening, raise the limit in the account that issued the key.",)


class SpendLimitError(
    RateLimitError, of_codes=("enforced_spend_limit_reached", "contract_spend_limit_reached")
):
    """429: a spending limit, which waiting does not clear."""

    later = ""
    cure = ("Raise the limit in the account that issued the key. Waiting a little does not help.",)


class InternalServerError(APIStatusError, of_type="api_error"):
    """5xx: the server failed."""

    later = "Nothing is wrong with your request; ask again."


class DeadlineExceededError(InternalServerError, of_status=504, of_type="timeout_error"):
    """504: the server did not finish in time."""


class OverloadedError(InternalServerError, of_status=529, of_type="overloaded_error"):
    """529: the API is overloaded."""

    later = "Nothing is wrong with your request; ask again in a moment."


class StatusFacts(TypedDict, total=False):
    """What is known of an answer that is an error, see `APIStatusError`."""

    status: Required[int]
    type: str
    error_code: str
    parameter: str
    request_id: str
    retry_after: float | None
    should_retry: bool | None
    partial: bool


def status_error(message: str, **facts: Unpack[StatusFacts]) -> APIStatusError:
    """Build the error of the class for the code in the details, else for the API's error type, else for the HTTP status."""
    status = facts["status"]
    if by_code := _BY_CODE.get(facts.get("error_code", "")):
        return by_code(message, **facts)
    by_status = _BY_STATUS.get(status) or (InternalServerError if status >= 500 else APIStatusError)
    by_type = _BY_TYPE.get(facts.get("type", ""), by_status)
    # Servers like OpenAI's give almost every error this type; a status that says more is preferred.
    is_general = by_type is BadRequestError and status in _BY_STATUS
    return (by_status if is_general else by_type)(message, **facts)
