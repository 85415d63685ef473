"""A request that arrived at the simulator, as a value that tests can look into."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Headers", "RecordedRequest"]


class Headers(Mapping[str, str]):
    """HTTP headers, looked up in any case; a repeated header is joined with a comma."""

    __slots__ = ("_values",)

    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, str] = {}
        for name, value in items:
            key = name.lower()
            self._values[key] = f"{self._values[key]}, {value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values


@dataclass(frozen=True, slots=True, eq=False)
class RecordedRequest:
    """One request as it arrived.

    `path` has no query; `query` is the raw text after `?`. `body` holds the raw bytes. `disconnected` is set
    when the client closes the connection before the reply is complete, `finished` when the simulator is done
    with it either way.
    """

    method: str
    path: str
    query: str = ""
    # A key stays here alone: neither the repr nor any message shows the headers.
    headers: Headers = field(default_factory=lambda: Headers(()), repr=False)
    body: bytes = field(default=b"", repr=False)
    disconnected: threading.Event = field(default_factory=threading.Event, repr=False)
    finished: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def json(self) -> Any:
        """The parsed body; ValueError when it is no JSON."""
        return json.loads(self.body)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The `messages` of the body."""
        messages: list[dict[str, Any]] = self.json["messages"]
        return messages

    @property
    def prompt(self) -> str:
        """The text of the last message: its text blocks joined with a newline."""
        content = self.messages[-1]["content"]
        if isinstance(content, str):
            return content
        return "\n".join(block["text"] for block in content if block.get("type") == "text")

    def wait_disconnected(self, timeout: float = 15.0) -> bool:
        """Wait up to `timeout` seconds for the client to close the connection in mid-reply."""
        return self.disconnected.wait(timeout)

    def wait_finished(self, timeout: float = 15.0) -> bool:
        """Wait up to `timeout` seconds until the reply was sent or given up."""
        return self.finished.wait(timeout)
