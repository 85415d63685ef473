"""What can go wrong between a question and its answer, as a table.

A row says how to make the fault, what the user is told or gets, what is kept, and how often the server was asked.
"""

from __future__ import annotations

import gzip
import json

from nbclaude import errors
from nbclaude.simulator import Answer, HTTPFault, Pace, RawStream, StreamFault
from tests.client.faults import (
    Fault,
    at_a_date,
    changed,
    http,
    json_reply,
    message,
    over_proxy,
    raw,
    refused,
    reply,
    scripted,
    untrusted,
)
from tests.client.helpers import EVENTS, MESSAGE, SHORT, STREAM, sse

__all__ = ["FAULTS"]

TEXT = "Hello there."  # what STREAM and MESSAGE say
CUT = "Part of an answer, and then it stops."  # what a StreamFault says unless told otherwise
SSE = b"content-type: text/event-stream\r\n"
HALF = sse(*EVENTS[:4])  # up to "Hello "
SOON = {"retry-after-ms": "10"}
GZIP = {"content-encoding": "gzip"}
OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
WHOLE = {"stream": False}
ONCE, TWICE = {"max_retries": 0}, {"max_retries": 1}
START = {
    "type": "message_start",
    "message": {key: value for key, value in MESSAGE.items() if key not in ("usage", "stop_reason")}
    | {"content": []},
}


NETWORK = (
    Fault(
        "refused connection", refused, errors.APIConnectionError, requests=0, says="refused", settings=ONCE
    ),
    Fault("refused connection, retried", refused, errors.APIConnectionError, requests=0, settings=TWICE),
    Fault(
        "unknown host",
        lambda stage: "http://nbclaude-test.invalid",
        errors.APIConnectionError,
        requests=0,
        says="nbclaude-test.invalid",
        settings=ONCE,
    ),
    Fault(
        "untrusted certificate",
        untrusted,
        errors.APIConnectionError,
        requests=0,
        says="certificate verify failed",
        settings=ONCE,
    ),
    Fault(
        "TLS to a server without",
        lambda stage: stage.simulator.base_url.replace("http:", "https:"),
        errors.APIConnectionError,
        requests=0,
        settings=ONCE,
    ),
    Fault("another protocol", raw(b"SSH-2.0-OpenSSH_9.6\r\n"), errors.APIConnectionError, settings=ONCE),
    Fault("closed without a word", raw(b""), errors.APIConnectionError, requests=2, settings=TWICE),
    Fault(
        "closed without a word, then well",
        raw(b"", http(b"200 OK", SSE, STREAM)),
        kept=TEXT,
        requests=2,
        settings=TWICE,
    ),
    Fault(
        "closed within the headers",
        raw(b"HTTP/1.1 200 OK\r\ncontent-ty"),
        errors.APIConnectionError,
        settings=ONCE,
    ),
    Fault(
        "a proxy that is not there",
        over_proxy("http://nbclaude-test.invalid"),
        errors.APIConnectionError,
        requests=0,
        says="refused",
        settings=ONCE,
    ),
    Fault(
        "a proxy that refuses the tunnel",
        over_proxy("https://nbclaude-test.invalid", http(b"403 Forbidden", b"content-length: 0\r\n")),
        errors.APIConnectionError,
        says="proxy",
        settings=ONCE,
    ),
    Fault(
        "a proxy that wants a password",
        over_proxy(
            "http://nbclaude-test.invalid",
            http(b"407 Proxy Authentication Required", b"content-length: 0\r\n"),
        ),
        errors.APIStatusError,
        says="HTTP 407",
    ),
    Fault(
        "a proxy's page",
        over_proxy(
            "http://nbclaude-test.invalid",
            http(b"403 Forbidden", b"content-length: 15\r\n", b"<h1>Blocked</h1>"),
        ),
        errors.PermissionDeniedError,
        says="Blocked",
    ),
)

TIME = (
    Fault(
        "a first byte that is slow to come",
        scripted(Answer("late", pace=Pace(header_delay=5.0))),
        errors.APITimeoutError,
        settings=ONCE | {"timeout": 0.3},
    ),
    Fault(
        "silence after the headers",
        scripted(StreamFault("stall", after_events=0)),
        errors.APITimeoutError,
        settings={"timeout": SHORT},
    ),
    Fault(
        "a stall in mid-stream",
        scripted(StreamFault("stall", after_characters=4)),
        errors.APITimeoutError,
        kept="Part",
        settings={"timeout": SHORT},
    ),
    Fault(
        "a stall inside an event",
        scripted(RawStream(STREAM, chunk_bytes=len(HALF) + 40, delay=30.0)),
        errors.APITimeoutError,
        kept="Hello ",
        settings={"timeout": SHORT},
    ),
    Fault(
        "a stall that ends in time",
        scripted(StreamFault("stall", after_characters=4, seconds=0.2)),
        kept=CUT,
        settings={"timeout": 20.0},
    ),
    Fault(
        "a stall within an answer that is not streamed",
        scripted(StreamFault("stall")),
        errors.APITimeoutError,
        settings=ONCE | WHOLE | {"timeout": 0.3},
    ),
)

BODIES = (
    Fault(
        "the body ends early",
        scripted(StreamFault("truncate", after_characters=8)),
        errors.IncompleteStreamError,
        "Part of an",
    ),
    Fault(
        "less than content-length",
        raw(http(b"200 OK", SSE + b"content-length: 5000\r\n", HALF)),
        errors.IncompleteStreamError,
        "Hello ",
    ),
    Fault(
        "a chunk size that is none",
        raw(
            http(
                b"200 OK", SSE + b"transfer-encoding: chunked\r\n", b"%x\r\n%b\r\nzz\r\n" % (len(HALF), HALF)
            )
        ),
        errors.IncompleteStreamError,
        "Hello ",
    ),
    Fault(
        "a truncated message, not streamed",
        scripted(StreamFault("truncate")),
        errors.APIResponseValidationError,
        settings=WHOLE,
    ),
    Fault(
        "a dropped message, not streamed",
        scripted(StreamFault("drop")),
        errors.APIConnectionError,
        settings=WHOLE | ONCE,
    ),
    Fault(
        "a reset message, not streamed",
        scripted(StreamFault("reset")),
        errors.APIConnectionError,
        settings=WHOLE | ONCE,
    ),
    Fault(
        "an event whose JSON is cut",
        reply(
            HALF
            + b'event: content_block_delta\ndata: {"type": "content_block_delta", "ind\n\n'
            + sse(*EVENTS[5:])
        ),
        errors.APIResponseValidationError,
        "Hello ",
    ),
    Fault(
        "an event that is cut by the end",
        reply(HALF + b'event: content_block_delta\ndata: {"type": "content_block_delta", "ind'),
        errors.IncompleteStreamError,
        "Hello ",
    ),
    Fault("Latin-1 in a stream", reply(STREAM.replace(b"there.", b"caf\xe9.")), kept="Hello caf\ufffd."),
    Fault("half a surrogate", reply(STREAM.replace(b"there.", b"\\ud83d.")), kept="Hello ?."),
    Fault("a compressed stream", reply(gzip.compress(STREAM), headers=GZIP), kept=TEXT),
    Fault(
        "a compressed message",
        reply(gzip.compress(json.dumps(MESSAGE).encode()), "application/json", headers=GZIP),
        kept=TEXT,
    ),
    Fault(
        "a compressed stream that is cut",
        reply(gzip.compress(HALF)[:-8], headers=GZIP),
        errors.IncompleteStreamError,
        "Hello ",
    ),
    Fault("compressed in secret", reply(gzip.compress(STREAM)), errors.APIResponseValidationError),
    Fault("not compressed, but said to be", reply(STREAM, headers=GZIP), errors.APIResponseValidationError),
    Fault("an encoding that nobody knows", reply(STREAM, headers={"content-encoding": "banana"}), kept=TEXT),
    Fault("nothing", reply(b""), errors.IncompleteStreamError),
    Fault("nothing but blank lines", reply(b"\n\n\n"), errors.IncompleteStreamError),
    Fault(
        "nothing, with its length",
        raw(http(b"200 OK", b"content-length: 0\r\n")),
        errors.IncompleteStreamError,
    ),
    Fault(
        "a web page with 200",
        reply(b"<!DOCTYPE html><h1>Log in</h1>", "text/html"),
        errors.APIResponseValidationError,
        says="Log in",
    ),
    Fault(
        "plain words",
        reply(b"upstream connect error", "text/plain"),
        errors.APIResponseValidationError,
        says="upstream connect error",
    ),
    Fault(
        "another kind of JSON", json_reply({"choices": []}), errors.APIResponseValidationError, says="choices"
    ),
    Fault("a list", json_reply([1]), errors.APIResponseValidationError),
)

SPELLINGS = (
    Fault("a message for a stream", json_reply(MESSAGE), kept=TEXT),
    Fault("a stream for a message", reply(STREAM), kept=TEXT, settings=WHOLE),
    Fault("a wrapped message", json_reply({"code": 200, "data": MESSAGE}), kept=TEXT, settings=WHOLE),
    Fault("a message_start twice", reply(sse(EVENTS[0]) + STREAM), kept=TEXT),
    Fault("an answer that begins again", reply(HALF + STREAM), kept=TEXT),
    Fault(
        "data lines only",
        reply(b"".join(b"data: %b\n\n" % json.dumps(event).encode() for event in EVENTS)),
        kept=TEXT,
    ),
    Fault(
        "[DONE] at the end",
        reply(sse(*EVENTS[:-1]) + b"data: [DONE]\n\n" + sse(EVENTS[-1]) + b"data: [DONE]\n\n"),
        kept=TEXT,
    ),
    Fault(
        "[DONE] for message_stop",
        reply(sse(*EVENTS[:-1]) + b"data: [DONE]\n\n"),
        errors.IncompleteStreamError,
        TEXT,
    ),
    Fault("CRLF and a byte order mark", reply(b"\xef\xbb\xbf" + STREAM.replace(b"\n", b"\r\n")), kept=TEXT),
    Fault(
        "hints before the answer",
        raw(http(b"103 Early Hints", b"link: </a>\r\n") + http(b"200 OK", SSE, STREAM)),
        kept=TEXT,
    ),
    Fault("no last line end", reply(STREAM.rstrip(b"\n")), kept=TEXT),
    Fault("one byte at a time", reply(STREAM, chunk_bytes=1), kept=TEXT),
    Fault("unknown events", reply(changed(2, {"type": "telepathy", "n": 1})), kept=TEXT),
    Fault("a block without its start", reply(changed(1, {"type": "ping"})), kept=TEXT),
    Fault(
        "known events in unknown shapes",
        reply(changed(2, b"event: content_block_delta\ndata: [1]\n\n")),
        kept=TEXT,
    ),
    Fault("no usage", json_reply(message(usage=...)), kept=TEXT),
    Fault("no usage in a stream", reply(changed(0, START)), kept=TEXT),
    Fault("usage of null", json_reply(message(usage=None)), kept=TEXT),
    Fault(
        "usage of nulls", json_reply(message(usage={"input_tokens": None, "output_tokens": None})), kept=TEXT
    ),
    Fault("content as a text", json_reply(message(content=TEXT)), kept=TEXT),
    Fault("nearly nothing else", json_reply({"content": MESSAGE["content"]}), kept=TEXT),
    Fault(
        "retry-after on a good answer", scripted(Answer("Fine.", headers={"retry-after": "60"})), kept="Fine."
    ),
)

REFUSALS = (
    Fault("400", scripted(HTTPFault(400)), errors.BadRequestError, says="Invalid request"),
    Fault("401", scripted(HTTPFault(401)), errors.AuthenticationError, says="invalid x-api-key"),
    Fault("402", scripted(HTTPFault(402)), errors.BillingError, says="credit balance"),
    Fault("403", scripted(HTTPFault(403)), errors.PermissionDeniedError),
    Fault("404", scripted(HTTPFault(404)), errors.NotFoundError, says="Not found"),
    Fault(
        "422 of a gateway",
        json_reply({"detail": "no such field"}, status=422),
        errors.UnprocessableEntityError,
        says="no such field",
    ),
    Fault(
        "413 as a page",
        scripted(HTTPFault.html(413, "Too large")),
        errors.RequestTooLargeError,
        says="Too large",
    ),
    Fault(
        "502 as a page",
        scripted(HTTPFault.html(502)),
        errors.InternalServerError,
        says="Bad gateway",
        settings=ONCE,
    ),
    Fault("504 as a page", scripted(HTTPFault.html(504)), errors.DeadlineExceededError, settings=ONCE),
    Fault(
        "502 as a page, then well",
        scripted(HTTPFault(502, body="<h1>x</h1>", headers=SOON), "Fine."),
        kept="Fine.",
        requests=2,
    ),
    *(
        Fault(
            f"{status}, then well",
            scripted(HTTPFault(status, headers=SOON), "Fine."),
            kept="Fine.",
            requests=2,
        )
        for status in (408, 409, 429, 500, 503, 504, 529)
    ),
    Fault(
        "500 that says Overloaded",
        scripted(HTTPFault(500, message="Overloaded")),
        errors.InternalServerError,
        says="Overloaded",
        settings=ONCE,
    ),
    Fault(
        "429 and retry-after", scripted(HTTPFault(429, retry_after=0.05), "Fine."), kept="Fine.", requests=2
    ),
    Fault("429 until a date", at_a_date, kept="Fine.", requests=2),
    Fault("429 without a word", scripted(HTTPFault(429), "Fine."), kept="Fine.", requests=2),
    Fault(
        "429 for a spend limit",
        scripted(HTTPFault(429, details={"error_code": "enforced_spend_limit_reached"}, should_retry=True)),
        errors.SpendLimitError,
        says="enforced_spend_limit_reached",
    ),
    Fault(
        "529 again and again",
        scripted(*[HTTPFault(529, headers=SOON)] * 3),
        errors.OverloadedError,
        requests=3,
        says="Overloaded",
        settings={"max_retries": 2},
    ),
    Fault(
        "x-should-retry: true",
        scripted(HTTPFault(400, should_retry=True, headers=SOON), "Fine."),
        kept="Fine.",
        requests=2,
    ),
    Fault("x-should-retry: false", scripted(HTTPFault(529, should_retry=False)), errors.OverloadedError),
    Fault(
        "an error with 200",
        scripted(HTTPFault(200, "overloaded_error", "Overloaded")),
        errors.OverloadedError,
        settings=ONCE,
    ),
    Fault(
        "a gateway's error with 200",
        json_reply({"code": 500, "message": "busy"}),
        errors.InternalServerError,
        says="busy",
        settings=ONCE,
    ),
    Fault(
        "a gateway's refusal",
        json_reply({"code": 401, "message": "no token"}, status=401),
        errors.AuthenticationError,
        says="no token",
    ),
    Fault(
        "an error without a body",
        scripted(HTTPFault(400, body="")),
        errors.BadRequestError,
        says="no explanation",
    ),
    Fault(
        "a redirect",
        scripted(HTTPFault(307, body="", headers={"location": "https://example.org/"})),
        errors.APIResponseValidationError,
        says="https://example.org/",
    ),
    Fault("an error event before message_start", reply(sse(OVERLOADED)), errors.OverloadedError),
    Fault(
        "an error event in mid-stream",
        scripted(StreamFault("error", after_characters=8)),
        errors.OverloadedError,
        "Part of an",
        says="Overloaded",
    ),
    Fault(
        "an error event in another shape",
        reply(HALF + b'event: error\ndata: {"error": "broken"}\n\n'),
        errors.APIStatusError,
        "Hello ",
        says="broken",
    ),
)

ODDITIES = (
    Fault(
        "a proxy of an unknown kind",
        over_proxy("http://nbclaude-test.invalid", proxy="gopher://127.0.0.1:70"),
        errors.APIConnectionError,
        requests=0,
        says="proxy",
    ),
    Fault(
        "a gateway's error with empty data",
        json_reply({"code": 400, "message": "no such model", "data": {}}),
        errors.BadRequestError,
        says="no such model",
    ),
    Fault(
        "an error in a data line alone",
        reply(HALF + b'data: {"error": {"type": "api_error", "message": "broken"}}\n\n'),
        errors.InternalServerError,
        "Hello ",
        says="broken",
    ),
    Fault(
        "a gateway's error in a data line alone",
        reply(b'data: {"code": 429, "message": "quota"}\n\n'),
        errors.RateLimitError,
        says="quota",
    ),
    Fault(
        "an event stream as the body of an error",
        reply(sse(OVERLOADED), status=529, headers={"x-should-retry": "false"}),
        errors.OverloadedError,
        says="Overloaded",
    ),
    Fault("no content", raw(http(b"204 No Content")), errors.APIStatusError, says="HTTP 204"),
)

FAULTS = (*NETWORK, *TIME, *BODIES, *SPELLINGS, *REFUSALS, *ODDITIES)
