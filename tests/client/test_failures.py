from __future__ import annotations

import inspect
import json
from email.utils import formatdate
from time import time
from typing import Any

import httpx
import pytest

from nbclaude import errors
from nbclaude.client.failures import error_of_body, error_of_exception, error_of_reply, retry_delay
from nbclaude.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    IncompleteStreamError,
    status_error,
)
from nbclaude.options.spelling import spell
from tests.client.helpers import connection

TO = connection("http://gateway.example:4000", timeout=7.0)

# Every exception of httpx, and what a user hears of it. A new one in a new httpx fails `test_the_table_is_complete`.
BY_EXCEPTION: dict[str, type[APIError]] = {
    "CloseError": APIConnectionError,
    "ConnectError": APIConnectionError,
    "ConnectTimeout": APITimeoutError,
    "CookieConflict": APIConnectionError,
    "DecodingError": APIResponseValidationError,
    "HTTPError": APIConnectionError,
    "HTTPStatusError": APIConnectionError,
    "InvalidURL": APIConnectionError,
    "LocalProtocolError": APIConnectionError,
    "NetworkError": APIConnectionError,
    "PoolTimeout": APITimeoutError,
    "ProtocolError": APIConnectionError,
    "ProxyError": APIConnectionError,
    "ReadError": APIConnectionError,
    "ReadTimeout": APITimeoutError,
    "RemoteProtocolError": APIConnectionError,
    "RequestError": APIConnectionError,
    "RequestNotRead": APIConnectionError,
    "ResponseNotRead": APIConnectionError,
    "StreamClosed": APIConnectionError,
    "StreamConsumed": APIConnectionError,
    "StreamError": APIConnectionError,
    "TimeoutException": APITimeoutError,
    "TooManyRedirects": APIConnectionError,
    "TransportError": APIConnectionError,
    "UnsupportedProtocol": APIConnectionError,
    "WriteError": APIConnectionError,
    "WriteTimeout": APITimeoutError,
}

# Those that say, in the middle of an answer, that the answer was cut.
CUTS = {
    "CloseError",
    "NetworkError",
    "ReadError",
    "RemoteProtocolError",
    "RequestNotRead",
    "ResponseNotRead",
    "StreamClosed",
    "StreamConsumed",
    "StreamError",
}


def exceptions_of_httpx() -> dict[str, type[Exception]]:
    found: dict[str, type[Exception]] = {}
    waiting = [
        value for value in vars(httpx).values() if inspect.isclass(value) and issubclass(value, Exception)
    ]
    while waiting:
        kind = waiting.pop()
        if kind.__module__.partition(".")[0] == "httpx":
            found[kind.__name__] = kind
            waiting += [sub for sub in kind.__subclasses__() if sub.__name__ not in found]
    return found


def make(kind: type[Exception], text: str = "the cause") -> Exception:
    if issubclass(kind, httpx.HTTPStatusError):
        return kind(text, request=httpx.Request("GET", "http://x"), response=httpx.Response(500))
    if issubclass(kind, httpx.StreamError) and kind is not httpx.StreamError:
        return kind()  # type: ignore[call-arg]
    return kind(text)


class TestExceptions:
    def test_the_table_is_complete(self) -> None:
        assert exceptions_of_httpx().keys() == BY_EXCEPTION.keys()

    @pytest.mark.parametrize("name", BY_EXCEPTION)
    def test_before_anything_came(self, name: str) -> None:
        error = error_of_exception(make(exceptions_of_httpx()[name]), TO)
        assert type(error) is BY_EXCEPTION[name]
        assert not error.partial
        assert "gateway.example:4000" in str(error)
        assert "\n" not in str(error)

    @pytest.mark.parametrize("name", BY_EXCEPTION)
    def test_in_the_middle_of_an_answer(self, name: str) -> None:
        error = error_of_exception(make(exceptions_of_httpx()[name]), TO, partial=True)
        assert error.partial
        if name in CUTS:
            assert isinstance(error, (IncompleteStreamError, APIConnectionError))
            assert "could not be reached" not in str(error)  # it was
        else:
            assert type(error) is BY_EXCEPTION[name]

    @pytest.mark.parametrize(
        "error", [OSError("boom"), ConnectionResetError(104, "Connection reset by peer"), BrokenPipeError()]
    )
    def test_of_the_operating_system(self, error: Exception) -> None:
        assert type(error_of_exception(error, TO)) is APIConnectionError

    def test_a_timeout_names_the_seconds_and_the_setting(self) -> None:
        text = error_of_exception(httpx.ReadTimeout(""), TO).said(spell)
        assert "7 s" in text
        assert "ClaudeMagics.timeout" in text

    def test_an_exception_without_a_text_is_named(self) -> None:
        assert "ReadError" in str(error_of_exception(httpx.ReadError(""), TO))


def of(status: int, body: Any, **headers: str) -> APIError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_of_reply(
        status, httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()}), data, TO
    )


# status, error type (of the reference's section 4), class
STATUSES: list[tuple[int, str, str]] = [
    (400, "invalid_request_error", "BadRequestError"),
    (401, "authentication_error", "AuthenticationError"),
    (402, "billing_error", "BillingError"),
    (403, "permission_error", "PermissionDeniedError"),
    (404, "not_found_error", "NotFoundError"),
    (408, "", "RequestTimeoutError"),
    (409, "conflict_error", "ConflictError"),
    (413, "request_too_large", "RequestTooLargeError"),
    (422, "", "UnprocessableEntityError"),
    (429, "rate_limit_error", "RateLimitError"),
    (499, "", "APIStatusError"),
    (418, "", "APIStatusError"),
    (500, "api_error", "InternalServerError"),
    (501, "", "InternalServerError"),
    (502, "", "InternalServerError"),
    (503, "", "InternalServerError"),
    (504, "timeout_error", "DeadlineExceededError"),
    (520, "", "InternalServerError"),
    (529, "overloaded_error", "OverloadedError"),
    (500, "overloaded_error", "OverloadedError"),
    (400, "a_type_to_come", "BadRequestError"),
    (599, "a_type_to_come", "InternalServerError"),
]


# Where the body says nothing, the status decides.
BY_STATUS = [(status, name) for status, _, name in STATUSES[:19]]


class TestReplies:
    @pytest.mark.parametrize(("status", "kind", "name"), STATUSES)
    def test_of_the_api(self, status: int, kind: str, name: str) -> None:
        body = {"type": "error", "error": {"type": kind, "message": "What was wrong."}, "request_id": "req_7"}
        error = of(status, body)
        assert isinstance(error, APIStatusError)
        assert type(error) is getattr(errors, name)
        assert (error.status, error.type, error.message, error.request_id) == (
            status,
            kind,
            "What was wrong.",
            "req_7",
        )
        assert str(error).startswith(f"What was wrong. (HTTP {status}")
        assert "req_7" in str(error)

    @pytest.mark.parametrize(("status", "name"), BY_STATUS)
    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b"", "no explanation"),
            (b"<html><head><title>502 Bad Gateway</title></head><body><h1>Oh no</h1></body></html>", "Oh no"),
            (b"upstream connect error", "upstream connect error"),
            (b'{"truncated": ', "truncated"),
            (b'"only a string"', "only a string"),
            (b"[]", ""),
            (b"null", ""),
            (b"\xff\xfe\x00", ""),
        ],
    )
    def test_of_what_stands_before_the_api(self, status: int, name: str, body: bytes, words: str) -> None:
        error = of(status, body, request_id="req_8")
        assert type(error) is getattr(errors, name)
        assert isinstance(error, APIStatusError)
        assert words in str(error)
        assert "gateway.example:4000" in str(error)
        assert error.request_id == "req_8"

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            ({"message": "Too many requests"}, "Too many requests"),
            ({"Message": "User is not authorized"}, "User is not authorized"),
            ({"error": "model 'x' not found"}, "model 'x' not found"),
            (
                {
                    "error": {
                        "message": "no such model",
                        "type": "invalid_request_error",
                        "code": "model_not_found",
                    }
                },
                "no such model",
            ),
            (
                {"error": {"message": "no such model", "type": None, "param": None, "code": 404}},
                "no such model",
            ),
            (
                {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}},
                "Loading model",
            ),
            ({"code": 401, "message": "bad key"}, "bad key"),
            ({"code": 401, "msg": "bad key"}, "bad key"),
            ({"detail": "Not Found"}, "Not Found"),
            ({"detail": [{"loc": ["body", "model"], "msg": "field required"}]}, "field required"),
            (
                {
                    "object": "error",
                    "message": "max_tokens is too large",
                    "type": "BadRequestError",
                    "code": 400,
                },
                "max_tokens is too large",
            ),
            (
                {"success": False, "errors": [{"code": 10000, "message": "Authentication error"}]},
                "Authentication error",
            ),
            ({"error": {"type": "server_error"}}, "server_error"),
            ({"error": {"message": {"text": "nested"}}}, "nested"),
            ({"error": ["listed"]}, "listed"),
            ({"reason": "something else entirely"}, "something else entirely"),
        ],
    )
    def test_of_gateways(self, body: dict[str, Any], words: str) -> None:
        error = of(418, body)
        assert isinstance(error, APIStatusError)
        assert error.status == 418
        assert words in str(error)

    @pytest.mark.parametrize(
        "body", [{}, {"error": None}, {"error": {}}, {"error": {"message": None}}, {"error": {"message": ""}}]
    )
    def test_of_nothing(self, body: dict[str, Any]) -> None:
        assert "HTTP 500" in str(of(500, body))

    def test_a_message_is_one_line_and_not_endless(self) -> None:
        error = of(502, b"<style>p{}</style><script>alert(1)</script><p>a</p>\n\n<p>b</p>" + b"x" * 100_000)
        text = str(error)
        assert "alert" not in text
        assert "p{}" not in text
        assert "a b" in text
        assert "\n" not in text
        assert len(text) < 600

    def test_a_message_of_several_lines_in_json_is_one_line(self) -> None:
        assert "\n" not in str(of(400, {"error": {"message": "first\n\n  second"}}))

    def test_terminal_escapes_are_not_passed_on(self) -> None:
        # The message is printed into the notebook, where IPython's error output interprets them.
        assert "\x1b" not in str(of(400, {"error": {"message": "a \x1b[2J\x1b[31m b"}}))

    def test_error_codes_in_details(self) -> None:
        error = of(
            429,
            {
                "error": {
                    "type": "rate_limit_error",
                    "message": "m",
                    "details": {"error_code": "ramp_limit_exceeded"},
                }
            },
        )
        assert isinstance(error, APIStatusError)
        assert error.error_code == "ramp_limit_exceeded"
        assert "ramp_limit_exceeded" in str(error)

    @pytest.mark.parametrize("details", [None, "x", [], {}, {"error_code": None}])
    def test_details_without_a_code(self, details: Any) -> None:
        error = of(429, {"error": {"type": "rate_limit_error", "message": "m", "details": details}})
        assert isinstance(error, APIStatusError)
        assert error.error_code == ""

    def test_the_request_id_of_the_body_counts_before_the_header(self) -> None:
        error = of(400, {"error": {"message": "m"}, "request_id": "req_body"}, request_id="req_header")
        assert isinstance(error, APIStatusError)
        assert error.request_id == "req_body"

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_redirects(self, status: int) -> None:
        error = of(status, b"", location="https://elsewhere.example/v1/messages")
        assert type(error) is APIResponseValidationError
        assert "https://elsewhere.example/v1/messages" in str(error)
        assert "base_url" in str(error)

    def test_a_redirect_to_nowhere(self) -> None:
        assert type(of(302, b"")) is APIResponseValidationError


class TestErrorsUnderStatus200:
    @pytest.mark.parametrize(
        ("body", "name", "status"),
        [
            (
                {"type": "error", "error": {"type": "overloaded_error", "message": "m"}},
                "OverloadedError",
                200,
            ),
            ({"error": {"type": "rate_limit_error", "message": "m"}}, "RateLimitError", 200),
            ({"code": 401, "message": "m"}, "AuthenticationError", 401),
            ({"code": 429, "msg": "m"}, "RateLimitError", 429),
            ({"code": 500, "message": "m", "data": None}, "InternalServerError", 500),
            ({"error": {"code": 404, "message": "m"}}, "NotFoundError", 404),
            ({"error": "m"}, "APIStatusError", 200),
            ({"code": 20001, "message": "m"}, "APIStatusError", 200),
        ],
    )
    def test_class(self, body: dict[str, Any], name: str, status: int) -> None:
        error = error_of_body(body, 200, {})
        assert type(error) is getattr(errors, name)
        assert error.status == status
        assert error.message == "m"


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, None),
            ({"retry-after": "3"}, 3.0),
            ({"retry-after": "0.5"}, 0.5),
            ({"retry-after": " 3 "}, 3.0),
            ({"retry-after-ms": "1500"}, 1.5),
            ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
            ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
            ({"retry-after": "0"}, 0.0),
            ({"retry-after": "-5"}, 0.0),
            ({"retry-after": "soon"}, None),
            ({"retry-after": ""}, None),
            ({"retry-after": "Fri, 99 Foo 2026 00:00:00 GMT"}, None),
            ({"retry-after": "Fri, 31 Dec 99999 23:59:59 GMT"}, None),
            ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
            # No clock can wait for these.
            ({"retry-after": "inf"}, None),
            ({"retry-after": "nan"}, None),
            ({"retry-after": "1e400"}, None),
        ],
    )
    def test_seconds(self, headers: dict[str, str], seconds: float | None) -> None:
        error = error_of_body({"error": {"message": "m"}}, 429, httpx.Headers(headers))
        assert error.retry_after == seconds

    def test_a_date(self) -> None:
        headers = {"retry-after": formatdate(time() + 30, usegmt=True)}
        seconds = error_of_body({}, 429, headers).retry_after
        assert seconds is not None
        assert 27 < seconds <= 30

    def test_is_said(self) -> None:
        assert "Ask again in 12 s." in str(error_of_body({}, 429, {"retry-after": "12"}))

    def test_means_nothing_on_a_success(self) -> None:
        # Real streams carry it under status 200.
        assert error_of_body({"error": {"message": "m"}}, 200, {"retry-after": "12"}).retry_after is None


def failure(status: int, **fields: Any) -> APIStatusError:
    return status_error("m", status=status, **fields)


class TestRetryDelay:
    @pytest.mark.parametrize(
        ("error", "decision"),
        [
            *[(failure(status), True) for status in (408, 409, 429, 500, 501, 502, 503, 504, 529, 599)],
            *[(failure(status), False) for status in (400, 401, 402, 403, 404, 413, 422, 499, 200)],
            (failure(400, should_retry=True), True),
            (failure(529, should_retry=False), False),
            (failure(429, should_retry=False, retry_after=1.0), False),
            (failure(429, retry_after=2.5), 2.5),
            (failure(400, retry_after=2.5), False),
            (failure(400, should_retry=True, retry_after=2.5), 2.5),
            (failure(503, retry_after=0.0), True),
            (failure(429, error_code="ramp_limit_exceeded", retry_after=4.0), 4.0),
            (failure(429, error_code="enforced_spend_limit_reached"), False),
            (failure(429, error_code="contract_spend_limit_reached"), False),
            (failure(529, partial=True), False),
            (APIConnectionError("m"), True),
            (APITimeoutError("m"), True),
            (APIConnectionError("m", partial=True), False),
            (APIResponseValidationError("m"), False),
            (IncompleteStreamError("m"), False),
            (ValueError("m"), False),
        ],
    )
    def test_decision(self, error: Exception, decision: bool | float) -> None:
        made = retry_delay(error)
        assert made == decision
        assert isinstance(made, bool) == isinstance(decision, bool)

    @pytest.mark.parametrize(
        ("header", "expected"), [("true", True), ("false", False), ("", None), ("maybe", None)]
    )
    def test_x_should_retry(self, header: str, expected: bool | None) -> None:
        assert error_of_body({}, 500, {"x-should-retry": header}).should_retry is expected

    @pytest.mark.parametrize("kind", [httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError])
    def test_what_cannot_become_better_is_not_tried_again(self, kind: type[Exception]) -> None:
        assert retry_delay(error_of_exception(make(kind), TO)) is False
