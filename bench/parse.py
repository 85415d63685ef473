"""A long stream in; out, how many events a second of CPU nbclaude and the official SDK read of it, side by side in one process.

Both read the same bytes from the same server, over a socket, up to the finished message.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from nbclaude.client.connection import connect
from nbclaude.client.stream import MessageStream
from nbclaude.conversation.rounds import AnswerRounds
from nbclaude.wire.events import parse_event
from nbclaude.wire.message import MessageBuilder, text_of
from nbclaude.wire.request import MessageRequest
from nbclaude.wire.sse import EventStreamDecoder

LEAST = 10.0
"""How many times as fast as the SDK's stream helper."""
_CHUNK = 1_400  # bytes: what one packet brings
KEY = "sk-ant-api03-" + "b" * 80

SERVER = """\
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

body = sys.stdin.buffer.read()

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_): pass

server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


def stream_of(deltas: int) -> tuple[bytes, str]:
    """Return a stream of so many text deltas as the API writes it, and its text."""
    pieces = [f" word {number}," + ("\n" if number % 9 == 0 else "") for number in range(deltas)]
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-5",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 9, "output_tokens": 1},
    }
    events: list[dict[str, Any]] = [{"type": "message_start", "message": message}]
    events.append({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    for piece in pieces:
        delta = {"type": "text_delta", "text": piece}
        events.append({"type": "content_block_delta", "index": 0, "delta": delta})
    events.append({"type": "content_block_stop", "index": 0})
    events.append(
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": deltas},
        }
    )
    events.append({"type": "message_stop"})
    lines = [
        f"event: {event['type']}\ndata: {json.dumps(event, separators=(',', ':'))}\n\n" for event in events
    ]
    return "".join(lines).encode(), "".join(pieces)


def ours(address: str) -> str:
    """Read the stream as an answer is read."""
    connection = connect(
        {"ANTHROPIC_API_KEY": KEY}, base_url=address, api_version="2023-06-01", timeout=60, max_retries=0
    )
    request = MessageRequest("claude-sonnet-5-5", 100, ({"role": "user", "content": "x"},))
    rounds = AnswerRounds()
    with MessageStream(connection, request) as stream:
        for batch in stream:
            for event in batch:
                for _shown in rounds.apply(event):
                    pass
    return text_of(rounds.message)


def alone(body: bytes) -> str:
    """Read bytes that are there already, event by event."""
    decoder, builder = EventStreamDecoder(), MessageBuilder()
    for start in range(0, len(body), _CHUNK):
        for item in decoder.feed(body[start : start + _CHUNK]):
            if (event := parse_event(item)) is not None:
                builder.apply(event)
    return text_of(builder.message)


def theirs(address: str) -> str:
    """Read it with the SDK's stream helper."""
    import anthropic

    client = anthropic.Anthropic(api_key=KEY, base_url=address, max_retries=0)
    ask: Any = {
        "model": "claude-sonnet-5-5",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "x"}],
    }
    with client, client.messages.stream(**ask) as stream:
        for _event in stream:
            pass
        return "".join(block.text for block in stream.get_final_message().content if block.type == "text")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status is 1 if nbclaude is not fast enough."""
    parser = argparse.ArgumentParser(prog="python -m bench.parse", description=__doc__)
    parser.add_argument("--deltas", type=int, default=20_000, help="of text (%(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="of each, in turns (%(default)s)")
    options = parser.parse_args(arguments)
    body, text = stream_of(options.deltas)
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None and server.stdout is not None
    try:
        server.stdin.write(body)
        server.stdin.close()
        address = f"http://127.0.0.1:{int(server.stdout.readline())}"
        ways = {
            "nbclaude": lambda: ours(address),
            "nbclaude, of bytes that are there": lambda: alone(body),
            "the SDK's stream helper": lambda: theirs(address),
        }
        took: dict[str, list[float]] = {name: [] for name in ways}
        for _run in range(options.runs + 1):
            for name, read in ways.items():
                took[name].append(_timed(read, text))
    finally:
        server.terminate()
        server.wait()
    # The first of each has loaded modules.
    rates = {name: options.deltas / statistics.median(times[1:]) for name, times in took.items()}
    print(
        f"| {options.deltas:,} text deltas, median of {options.runs} | events per second of CPU |\n|---|---|"
    )
    for name, rate in rates.items():
        print(f"| {name} | {rate:,.0f} |")
    passed = True
    for name in list(rates)[:2]:
        ratio = rates[name] / rates["the SDK's stream helper"]
        passed &= ratio >= LEAST
        print(
            f"\n{'PASS' if ratio >= LEAST else 'FAIL'}  {name}: {ratio:.1f} times as fast, limit {LEAST:.0f}"
        )
    return 0 if passed else 1


def _timed(read: Callable[[], str], text: str) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        started = time.process_time()
        found = read()
        took = time.process_time() - started
    assert found == text, "not all of the answer was read"
    return took


if __name__ == "__main__":
    sys.exit(main())
