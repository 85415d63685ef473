"""Shows our errors as cards: a title for the kind of error, and its message in the wording of the surface (magics, panel)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nbclaude.cures import Spell
from nbclaude.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BillingError,
    BudgetError,
    ConfigurationError,
    IncompleteStreamError,
    InternalServerError,
    MissingKeyError,
    NbclaudeError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    RateLimitError,
    RequestTimeoutError,
    RequestTooLargeError,
    SpendLimitError,
)
from nbclaude.render.notice import Failure

__all__ = ["failure_card", "title_of"]

_TITLES: Sequence[tuple[type[BaseException], str]] = (
    (MissingKeyError, "No API key"),
    (BudgetError, "The budget would be exceeded"),
    (ConfigurationError, "This cannot be done as written"),
    (APITimeoutError, "No answer in time"),
    (APIConnectionError, "No connection"),
    (APIResponseValidationError, "Not a Messages API response"),
    (IncompleteStreamError, "The answer broke off"),
    (AuthenticationError, "The key was not accepted"),
    (BillingError, "Payment is due"),
    (PermissionDeniedError, "The key lacks permission"),
    (NotFoundError, "No such model or address"),
    (RequestTimeoutError, "The server timed out waiting for the request"),
    (RequestTooLargeError, "The request is too large"),
    (SpendLimitError, "Spending limit reached"),
    (RateLimitError, "Rate limit reached"),
    (OverloadedError, "The server is overloaded"),
    (InternalServerError, "The server failed"),
    (APIStatusError, "The server refused the request"),
    (APIError, "The request failed"),
)


def title_of(error: BaseException) -> str:
    """Return what has happened, in a few words; of an error that is not ours, its class."""
    return next((title for kind, title in _TITLES if isinstance(error, kind)), type(error).__name__)


def failure_card(error: BaseException, said: Callable[[BaseException], str], spell: Spell) -> Failure:
    """Return an error as a card; `said` and `spell` are the surface's. Other kinds of errors have their class as the title."""
    title = title_of(error)
    if not isinstance(error, NbclaudeError) or getattr(error, "refusal", None) is not None:
        return Failure(title, (said(error),))
    number = error.request_id if isinstance(error, APIStatusError) else ""
    return Failure(title, error.paragraphs(spell), f"request {number}" if number else "")
