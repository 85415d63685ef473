"""The endpoints: gives each recorded request the reply that the real API would give.

The order is the API's: route, credentials, headers, JSON, rules; then, for a message, the next script or the
demo model.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from nbclaude.frozen import frozen

from .caching import PromptCache, count_input
from .catalogue import list_models, model_json
from .connection import MAX_BODY, Connection, Disconnected
from .faults import APIFault
from .files import FileStore
from .gateway import GATEWAY_MODELS, GATEWAY_VERSIONS, find_gateway_model
from .models import MODELS, SimulatedModel, find_model
from .recorded import Headers, RecordedRequest
from .reply import make_id
from .retired import RETIRED, find_retired
from .rules import VERSIONS, Context, check_request
from .scripts import UNPACED, Answer, ChunkSizes, HTTPFault, Pace, Script
from .sending import Exchange, play, send_fault, send_json
from .uploads import FILES, answer_files

__all__ = ["API", "DEMO_HEADER", "Settings"]

DEMO_HEADER = "nbclaude-simulator"
"""The reply header that says `demo` when the demo model has answered."""

_ORGANIZATION = "00000000-0000-4000-8000-000000000000"
_LIMITS = {"requests": 4000, "tokens": 4_800_000, "input-tokens": 4_000_000, "output-tokens": 800_000}


@frozen
class Settings:
    """The switches of a simulator; see `Simulator`."""

    strict: bool = True
    api_key: str | None = field(default=None, repr=False)
    pace: Pace = UNPACED
    chunk_bytes: ChunkSizes | None = None
    bind_thinking: bool = True
    wrap: bool = False
    openai_models: bool = False
    gateway: bool = False
    plain_errors: bool = False
    files: bool = True
    clock: Callable[[], float] = time.time


class API:
    """Answers requests; `next_script` gives the script for a request, or None for the demo model."""

    def __init__(
        self,
        settings: Settings,
        next_script: Callable[[RecordedRequest], Script | None],
        demo: Callable[[Mapping[str, Any]], Answer],
    ) -> None:
        self.cache = PromptCache(settings.clock)
        self.store = FileStore(settings.clock)
        self._settings = settings
        self._next_script = next_script
        self._demo = demo

    def serve(self, connection: Connection, request: RecordedRequest, number: int) -> None:
        """Answer one request, the simulator's `number`th."""
        request_id = make_id("req", number)
        headers = {"request-id": request_id, "anthropic-organization-id": _ORGANIZATION}
        try:
            endpoint = _endpoint(request, self._settings)
            _check_key(request.headers, self._settings.api_key)
            context = self._context(request.headers)
            endpoint(self, connection, request, context, Reply(number, request_id, headers | self._limits()))
        except APIFault as fault:
            http = HTTPFault(fault.status, fault.kind, fault.message, fault.details)
            send_fault(connection, http, request_id, headers, plain=self._settings.plain_errors)
        except (Disconnected, OSError):
            raise
        except Exception as error:  # a script that is a function may raise anything
            message = f"the simulator or a script raised {type(error).__name__}: {error}"
            http = HTTPFault(500, message=message, should_retry=False)
            send_fault(connection, http, request_id, headers, plain=self._settings.plain_errors)

    def messages(
        self, connection: Connection, request: RecordedRequest, context: Context, reply: Reply
    ) -> None:
        """`POST /v1/messages`."""
        arrived = time.monotonic()
        body = self._body(request)
        model = check_request(body, context)
        script = self._next_script(request)
        headers = dict(reply.headers)
        if script is None:
            script = self._demo(body)
            headers[DEMO_HEADER] = "demo"
        usage = self.cache.account(body, model)
        exchange = Exchange(
            body=body,
            model=model,
            number=reply.number,
            request_id=reply.request_id,
            headers=headers,
            input_usage=usage,
            pace=self._settings.pace,
            chunk_bytes=self._settings.chunk_bytes,
            wrap=self._settings.wrap,
            plain_errors=self._settings.plain_errors,
            arrived=arrived,
        )
        play(connection, script, exchange)

    def count_tokens(
        self, connection: Connection, request: RecordedRequest, context: Context, reply: Reply
    ) -> None:
        """`POST /v1/messages/count_tokens`."""
        body = self._body(request)
        model = check_request(body, replace(context, counting=True))
        send_json(connection, 200, {"input_tokens": count_input(body, model)}, reply.headers)

    def models(
        self, connection: Connection, request: RecordedRequest, context: Context, reply: Reply
    ) -> None:
        """`GET /v1/models`."""
        offered = GATEWAY_MODELS if self._settings.gateway else (*MODELS, *RETIRED)
        value = list_models(request.query, offered, openai=self._settings.openai_models)
        send_json(connection, 200, value, reply.headers)

    def model(self, connection: Connection, request: RecordedRequest, context: Context, reply: Reply) -> None:
        """`GET /v1/models/{id}`."""
        name = unquote(request.path.removeprefix("/v1/models/"))
        find = find_gateway_model if self._settings.gateway else find_model
        model: SimulatedModel | None = find(name) or (None if self._settings.gateway else find_retired(name))
        if model is None:
            raise APIFault(f"model: {name}", 404)
        send_json(connection, 200, model_json(model, openai=self._settings.openai_models), reply.headers)

    def files(self, connection: Connection, request: RecordedRequest, context: Context, reply: Reply) -> None:
        """`/v1/files` and what is below it."""
        send_json(connection, 200, answer_files(self.store, request), reply.headers)

    def _body(self, request: RecordedRequest) -> Any:
        """Parse a body and put the uploaded files that it names into it."""
        body = _parse(request)
        return self.store.resolve(body) if self._settings.files else body

    def _context(self, headers: Headers) -> Context:
        version = headers.get("anthropic-version", "")
        accepted = GATEWAY_VERSIONS if self._settings.gateway else VERSIONS
        if self._settings.strict and version not in accepted:
            raise APIFault(
                f'anthropic-version: "{version}" is not a valid version'
                if version
                else "anthropic-version: header is required"
            )
        betas = tuple(beta.strip() for beta in headers.get("anthropic-beta", "").split(",") if beta.strip())
        return Context(
            version=version if version in VERSIONS and version in accepted else VERSIONS[0],
            betas=betas,
            strict=self._settings.strict,
            bind_thinking=self._settings.bind_thinking,
            gateway=self._settings.gateway,
        )

    def _limits(self) -> dict[str, str]:
        reset = datetime.fromtimestamp(int(self._settings.clock()) + 1, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        found: dict[str, str] = {}
        for name, limit in _LIMITS.items():
            remaining = limit - 1 if name == "requests" else limit
            figures = {"limit": str(limit), "remaining": str(remaining), "reset": reset}
            found |= {f"anthropic-ratelimit-{name}-{key}": value for key, value in figures.items()}
        return found


@frozen
class Reply:
    """What every reply carries: the request's number and id, and the common headers."""

    number: int
    request_id: str
    headers: Mapping[str, str]


_Endpoint = Callable[[API, Connection, RecordedRequest, Context, Reply], None]
_ROUTES: dict[str, tuple[str, _Endpoint]] = {
    "/v1/messages": ("POST", API.messages),
    "/v1/messages/count_tokens": ("POST", API.count_tokens),
    "/v1/models": ("GET", API.models),
}


def _endpoint(request: RecordedRequest, settings: Settings) -> _Endpoint:
    path = request.path
    if settings.files and (path == FILES or path.startswith(f"{FILES}/")):
        return API.files
    route = ("GET", API.model) if path.startswith("/v1/models/") else _ROUTES.get(path)
    if route is None or (settings.gateway and path == "/v1/messages/count_tokens"):
        raise APIFault("Not found", 404)
    method, endpoint = route
    if request.method != method:
        raise APIFault("Method Not Allowed", 405)
    return endpoint


def _check_key(headers: Headers, expected: str | None) -> None:
    # The API looks at x-api-key first when both are there.
    given = headers.get("x-api-key")
    if given is None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else ""
    if not given:
        raise APIFault("x-api-key header is required", 401)
    if expected is not None and given != expected:
        raise APIFault("invalid x-api-key", 401)


def _parse(request: RecordedRequest) -> Any:
    if len(request.body) > MAX_BODY:
        raise APIFault("Request exceeds the maximum size", 413)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise APIFault("content-type: header must be application/json", 415)
    try:
        value = json.loads(request.body, parse_constant=_no_constant)
        # A surrogate without its other half parses in Python, but is no text that could be sent on.
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise APIFault("The request body is not valid JSON: no low surrogate in string") from None
    except (ValueError, RecursionError) as error:
        raise APIFault(f"The request body is not valid JSON: {error}") from None
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")  # NaN, Infinity and -Infinity are Python's own
