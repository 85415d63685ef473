"""`python -m nbclaude.simulator`: runs a demo Messages API until Ctrl-C.

It prints the two environment variables with which any client connects.
"""

from __future__ import annotations

import argparse
import errno
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

from .scripts import NATURAL, Pace
from .server import Simulator

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; the exit status is 1 when the address cannot be used."""
    options = _parser().parse_args(arguments)
    rate = options.pace
    simulator = Simulator(
        host=options.host,
        port=options.port,
        pace=Pace() if rate == 0 else Pace(deltas_per_second=rate, first_delay=NATURAL.first_delay),
        strict=not options.gateway,
        gateway=options.gateway,
        keep=0,
    )
    try:
        simulator.start()
    except (OSError, OverflowError) as error:
        where = f"{options.host}:{options.port}"
        _say(f"Cannot listen on {where}: {_reason(error)}. --port 0 takes a free port.")
        return 1
    _say(
        f"The demo Messages API (not Claude) answers at {simulator.base_url}. Connect with\n\n"
        f"  export ANTHROPIC_BASE_URL={simulator.base_url}\n"
        "  export ANTHROPIC_API_KEY=demo\n\n"
        "Ctrl-C stops it."
    )
    _wait_for_the_end()
    simulator.stop()
    _say("Stopped.")
    return 0


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "the port is taken"
    return str(getattr(error, "strerror", None) or error).rstrip(".")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nbclaude.simulator",
        description="A Messages API on this machine, answered by a demo model: no key, no network.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=8765, help="the port; 0 takes a free one (default: %(default)s)"
    )
    parser.add_argument(
        "--pace",
        type=float,
        default=NATURAL.deltas_per_second,
        metavar="N",
        help="deltas per second; 0 is as fast as possible (default: %(default)g)",
    )
    parser.add_argument(
        "--gateway",
        action="store_true",
        help="behave like a gateway: unknown fields and models pass, messages are wrapped in {code, data}, "
        "the model list has the OpenAI shape, models that end in -thinking show their thinking, and there are "
        "neither files nor count_tokens",
    )
    return parser


def _wait_for_the_end() -> None:
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while not ended.wait(3600):
        pass


def _say(text: str) -> None:
    print(text, file=sys.stdout, flush=True)  # noqa: T201 - a program that is run for what it prints


if __name__ == "__main__":
    sys.exit(main())
