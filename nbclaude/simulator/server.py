"""The simulator itself: a server that plays the scripts of a test.

with Simulator() as simulator:
    simulator.enqueue("Hello.", HTTPFault(529), StreamFault("drop", after_events=5))
    ...  # talk to simulator.base_url
    simulator.requests[-1].json["messages"]
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self

from .api import API, Settings
from .connection import Connection, Listener
from .demo import demo_answer
from .files import UploadedFile
from .recorded import RecordedRequest
from .scripts import (
    NATURAL,
    UNPACED,
    Answer,
    ChunkSizes,
    HTTPFault,
    Pace,
    RawStream,
    Script,
    Scripted,
    StreamFault,
)

__all__ = ["Simulator"]


class Simulator:
    """A Messages API on a real socket, strict like the real one.

    Without scripts the demo model answers. An invalid request gets the API's refusal and uses up no script.

    * `port` 0 takes a free one; `host` is where it listens.
    * `pace` and `chunk_bytes` hold for every answer that has none of its own; "natural" is a real model's pace.
    * `api_key` is the only key accepted; None accepts any.
    * `strict=False` takes unknown fields, models, block types and versions, as gateways do; `wrap` puts messages
      into `{"code": 200, "data": ...}`; `openai_models` gives the model list in the OpenAI shape.
    * `gateway` is a gateway that sells older models (see gateway.py), ids that end in `-thinking` among them: it
      wraps messages, lists models in the OpenAI shape, takes the versions 2023-06-01 and 2025-10-01 and every
      sampling parameter, and has neither files nor `count_tokens`. `plain_errors` are its own,
      `{"code": 400, "message": ...}`.
    * `files=False` is a server without `/v1/files`.
    * `bind_thinking=False` does not check the signatures of thinking blocks.
    * `keep` is how many requests are remembered; None remembers all.
    * `clock` gives seconds for the life of cache entries.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        pace: Pace | Literal["natural"] | None = None,
        chunk_bytes: ChunkSizes | None = None,
        api_key: str | None = None,
        strict: bool = True,
        wrap: bool = False,
        openai_models: bool = False,
        gateway: bool = False,
        plain_errors: bool = False,
        files: bool = True,
        bind_thinking: bool = True,
        keep: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._host, self._port = host, port
        settings = Settings(
            strict=strict,
            api_key=api_key,
            pace=NATURAL if pace == "natural" else pace or UNPACED,
            chunk_bytes=chunk_bytes,
            bind_thinking=bind_thinking,
            wrap=wrap or gateway,
            openai_models=openai_models or gateway,
            gateway=gateway,
            plain_errors=plain_errors,
            files=files and not gateway,
            clock=clock,
        )
        self._api = API(settings, self._next_script, demo_answer)
        self._arrived = threading.Condition()
        self._requests: deque[RecordedRequest] = deque(maxlen=keep)
        self._scripts: deque[Scripted] = deque()
        self._undecided: list[RecordedRequest] = []  # may still take a script, in the order of their arrival
        self._count = 0
        self._listener: Listener | None = None

    def start(self) -> Self:
        """Listen; OSError when the port is taken. Starting twice does nothing."""
        if self._listener is None:
            self._listener = Listener((self._host, self._port), self._serve)
            self._port = self._listener.server_port
        return self

    def stop(self) -> None:
        """Close every connection, free the port and wait for the threads; stopping twice does nothing."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "running" if self._listener else "stopped"
        return f"<Simulator {self.base_url} {state}, {len(self.requests)} requests, {self.pending} scripts>"

    @property
    def port(self) -> int:
        """The port; before the first start as it was asked for."""
        return self._port

    @property
    def base_url(self) -> str:
        """The address for `ANTHROPIC_BASE_URL`, without `/v1`."""
        return f"http://{self._host}:{self._port}"

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request so far, also refused and interrupted ones, in the order of their arrival."""
        with self._arrived:
            return list(self._requests)

    @property
    def message_requests(self) -> list[RecordedRequest]:
        """The requests to `POST /v1/messages` alone."""
        return [
            request for request in self.requests if (request.method, request.path) == ("POST", "/v1/messages")
        ]

    @property
    def files(self) -> list[UploadedFile]:
        """The uploaded files that were not deleted, expired ones too, in the order of the uploads."""
        return self._api.store.files

    def expire_files(self) -> None:
        """Let every uploaded file expire now."""
        self._api.store.expire()

    @property
    def pending(self) -> int:
        """How many scripts nobody has asked for yet."""
        with self._arrived:
            return len(self._scripts)

    def enqueue(self, *scripts: Scripted) -> None:
        """Add scripts; each valid `POST /v1/messages` uses up one. TypeError for what is no script."""
        for script in scripts:
            _check_script(script)
        with self._arrived:
            self._scripts.extend(scripts)

    def clear(self) -> None:
        """Forget requests, waiting scripts, uploaded files and the prompt cache."""
        with self._arrived:
            self._requests.clear()
            self._scripts.clear()
        self._api.cache.clear()
        self._api.store.clear()

    def wait_for_requests(self, count: int, timeout: float = 15.0) -> list[RecordedRequest]:
        """Wait until `count` message requests have arrived and give them; TimeoutError after `timeout` s."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.message_requests) >= count, timeout):
                raise TimeoutError(
                    f"{len(self.message_requests)} of {count} requests arrived within {timeout:g} s"
                )
        return self.message_requests

    def _serve(self, connection: Connection, request: RecordedRequest) -> None:
        with self._arrived:
            self._requests.append(request)
            self._undecided.append(request)
            self._count += 1
            number = self._count
            self._arrived.notify_all()
        try:
            self._api.serve(connection, request, number)
        finally:
            with self._arrived:
                self._decide(request)

    def _next_script(self, request: RecordedRequest) -> Script | None:
        """Take the next script once earlier requests have taken theirs: each has its own thread, and threads can overtake."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._undecided[0] is request)
            script = self._scripts.popleft() if self._scripts else None
            self._decide(request)
        if callable(script):
            script = script(request)
            if script is not None:
                _check_script(script)
        return Answer(script) if isinstance(script, str) else script

    def _decide(self, request: RecordedRequest) -> None:
        if request in self._undecided:
            self._undecided.remove(request)
            self._arrived.notify_all()


def _check_script(script: object) -> None:
    if not (isinstance(script, Answer | HTTPFault | StreamFault | RawStream | str) or callable(script)):
        raise TypeError(
            f"not a script: {script!r}; give a str, Answer, HTTPFault, StreamFault, RawStream or a function"
        )
