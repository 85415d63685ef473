from __future__ import annotations

import inspect
import pickle

import pytest

from nbclaude import errors
from nbclaude.cures import spelled
from nbclaude.errors import (
    AnswerInterrupted,
    APIConnectionError,
    APIError,
    APIStatusError,
    ConfigurationError,
    MissingKeyError,
    NbclaudeError,
    RateLimitError,
    status_error,
)
from nbclaude.options.spelling import spell

_LIMIT = "If this keeps happening, raise the limit in the account that issued the key."

TREE = {
    "APIConnectionError": "APIError",
    "APIError": "NbclaudeError",
    "APIResponseValidationError": "APIError",
    "APIStatusError": "APIError",
    "APITimeoutError": "APIConnectionError",
    "AnswerInterrupted": "Readable",
    "AuthenticationError": "APIStatusError",
    "BadRequestError": "APIStatusError",
    "BillingError": "APIStatusError",
    "ConfigurationError": "NbclaudeError",
    "ConflictError": "APIStatusError",
    "DeadlineExceededError": "InternalServerError",
    "IncompleteStreamError": "APIError",
    "InternalServerError": "APIStatusError",
    "MissingKeyError": "ConfigurationError",
    "BudgetError": "ConfigurationError",
    "NbclaudeError": "Readable",
    "NotFoundError": "APIStatusError",
    "OverloadedError": "InternalServerError",
    "PermissionDeniedError": "APIStatusError",
    "RateLimitError": "APIStatusError",
    "RequestTimeoutError": "APIStatusError",
    "RequestTooLargeError": "APIStatusError",
    "SpendLimitError": "RateLimitError",
    "UnprocessableEntityError": "APIStatusError",
}


def test_the_tree() -> None:
    classes = {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and name in errors.__all__
    }
    assert {name: value.__mro__[1].__name__ for name, value in classes.items()} == TREE


def test_the_docstring_draws_it_whole() -> None:
    for name in TREE:
        assert name in str(errors.__doc__)


@pytest.mark.parametrize("name", TREE)
def test_every_class_says_what_it_is(name: str) -> None:
    assert getattr(errors, name).__doc__


def test_a_stop_is_no_exception_that_a_cell_would_swallow() -> None:
    assert not issubclass(AnswerInterrupted, Exception)
    assert issubclass(AnswerInterrupted, KeyboardInterrupt)


def test_configuration_errors_are_value_errors() -> None:
    assert issubclass(ConfigurationError, ValueError)
    assert issubclass(MissingKeyError, NbclaudeError)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (NbclaudeError("What happened."), "What happened."),
        (APIConnectionError("Refused."), "Refused."),
        (AnswerInterrupted(), "Stopped."),
        (AnswerInterrupted("before it was sent"), "Stopped before it was sent."),
        (
            status_error("No.", status=400, type="invalid_request_error"),
            "No. (HTTP 400, invalid_request_error) Fix the part named above; --dry-run shows what is sent.",
        ),
        (status_error("No.", status=418), "No. (HTTP 418)"),
        (
            status_error("No.", status=400, type="t", error_code="c", request_id="req_1"),
            "No. (HTTP 400, t, c, request req_1) Fix the part named above; --dry-run shows what is sent.",
        ),
        (
            RateLimitError("Slow down.", status=429, retry_after=12.0),
            "Slow down. (HTTP 429) Ask again in 12 s. " + _LIMIT,
        ),
        (
            RateLimitError("Slow down.", status=429, retry_after=0.0),
            "Slow down. (HTTP 429) Wait a little, then ask again. " + _LIMIT,
        ),
        (
            RateLimitError("Slow down.", status=429, retry_after=3601.5),
            "Slow down. (HTTP 429) Ask again in 61 min. " + _LIMIT,
        ),
        (
            status_error("No.", status=429, error_code="enforced_spend_limit_reached"),
            "No. (HTTP 429, enforced_spend_limit_reached) Raise the limit in the account that issued the key. "
            "Waiting a little does not help.",
        ),
        (
            status_error("Overloaded.", status=200, type="overloaded_error"),
            "Overloaded. (overloaded_error) Nothing is wrong with your request; ask again in a moment.",
        ),
        (
            status_error("Overloaded.", status=529, retry_after=0.2),
            "Overloaded. (HTTP 529) Ask again in 1 s.",
        ),
    ],
)
def test_one_line(error: NbclaudeError, text: str) -> None:
    error.spell = spell
    assert str(error) == text
    assert error._render_traceback_() == [f"\x1b[31m{type(error).__name__}\x1b[39m: {text}"]
    error.note = ("Kept as turn 2.",)
    assert str(error) == f"{text} Kept as turn 2."


@pytest.mark.parametrize("status", [401, 404, 413, 429])
def test_an_error_that_the_user_can_cure_says_how(status: int) -> None:
    error = status_error("No.", status=status)
    assert error.cure
    assert error.said(spell).endswith(spelled(error.cure, spell))


def test_a_note_belongs_to_one_error() -> None:
    one, two = NbclaudeError("a"), NbclaudeError("b")
    one.note = ("x",)
    assert two.note == ()


def test_partial() -> None:
    assert not APIError("m").partial
    assert APIError("m", partial=True).partial
    assert status_error("m", status=500, partial=True).partial


def test_the_type_decides_before_the_status() -> None:
    assert type(status_error("m", status=200, type="overloaded_error")).__name__ == "OverloadedError"
    assert type(status_error("m", status=500, type="overloaded_error")).__name__ == "OverloadedError"
    assert type(status_error("m", status=429, type="unheard_of")).__name__ == "RateLimitError"


@pytest.mark.parametrize(
    "error",
    [
        APIError("m", partial=True),
        status_error("m", status=429, type="t", retry_after=3.0),
        AnswerInterrupted("m"),
    ],
)
def test_survives_a_process_boundary(error: BaseException) -> None:
    # Cells ask from worker processes, too.
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    if isinstance(error, APIStatusError):
        assert copy.status == 429
        assert copy.retry_after == 3.0
    if isinstance(error, APIError):
        assert copy.partial == error.partial
