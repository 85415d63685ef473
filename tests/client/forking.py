"""Run as a program: ask in a parent and its forked children at the same time, and print who got whose answer.

Arguments: the base URL of a server that repeats the prompt, and names of scenes below.
"""

from __future__ import annotations

import concurrent.futures
import json
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable

from nbclaude import quiet
from nbclaude.client import lines
from nbclaude.client.endpoints import list_models
from nbclaude.client.relay import Relay
from nbclaude.client.stream import MessageStream
from nbclaude.errors import APIConnectionError
from nbclaude.wire.message import MessageBuilder, text_of
from tests.client.helpers import connection, request

URL = sys.argv[1]
CHILDREN, QUESTIONS = 4, 6
FORK = multiprocessing.get_context("fork")


def ask(prompt: str, whole: bool = False) -> str:
    builder = MessageBuilder()
    with Relay(MessageStream(connection(URL), request(prompt, stream=not whole))) as relay:
        for batch in relay.batches(lambda: None):
            if not isinstance(batch, list):
                return f"tried again: {batch.error}"
            for event in batch:
                builder.apply(event)
    return text_of(builder.message)


def wrong(who: str, whole: bool = False) -> list[str]:
    """Ask several times; give what was not the answer to the question."""
    asked = [f"{who} {number}" for number in range(QUESTIONS)]
    answers = [(prompt, ask(prompt, whole)) for prompt in asked]
    return [f"{prompt}: {answer}" for prompt, answer in answers if answer.strip() != f"You said: {prompt}"]


def in_children(work: Callable[[str], list[str]], count: int = CHILDREN) -> list[str]:
    """Fork, let each child and the parent work, and give what went wrong in any of them."""
    ends = []
    for number in range(count):
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                found = work(f"child{number}")
            except BaseException as error:
                found = [f"child{number}: {error!r}"]
            os.write(writes, json.dumps(found).encode())
            os._exit(0)
        os.close(writes)
        ends.append((child, reads))
    found = work("parent")
    for child, reads in ends:
        with open(reads, "rb") as pipe:  # noqa: PTH123 - a descriptor
            found += json.loads(pipe.read() or b'["a child died"]')
        os.waitpid(child, 0)
    return found


def streamed() -> list[str]:
    return wrong("before") + in_children(wrong) + wrong("after")


def whole() -> list[str]:
    return wrong("before", True) + in_children(lambda who: wrong(who, True)) + wrong("after", True)


def pool() -> list[str]:
    found = wrong("before")
    with FORK.Pool(3) as workers:
        pending = workers.map_async(wrong, [f"worker{number}" for number in range(6)])
        found += wrong("parent")
        for each in pending.get(30):
            found += each
    return found


def executor() -> list[str]:
    found = wrong("before")
    with concurrent.futures.ProcessPoolExecutor(3, mp_context=FORK) as workers:
        pending = [workers.submit(wrong, f"worker{number}") for number in range(6)]
        found += wrong("parent")
        for each in pending:
            found += each.result(30)
    return found


def during_a_stream() -> list[str]:
    """Fork while a worker thread reads: the child has its own answers, the parent keeps the rest of its own."""
    found = wrong("before")
    builder = MessageBuilder()
    with Relay(MessageStream(connection(URL), request("slow"))) as relay:
        batches = relay.batches(lambda: None)
        for event in next(batches):
            builder.apply(event)

        def work(who: str) -> list[str]:
            return wrong(who) if who != "parent" else []

        found += in_children(work, 2)
        for batch in batches:
            for event in batch:
                builder.apply(event)
    if text_of(builder.message).strip() != ("slow " * 60).strip():
        found.append(f"the stream was cut: {text_of(builder.message)!r}")
    return found + wrong("after")


def goes_on_in_the_child() -> list[str]:
    """A child that goes on reading the parent's answer is told so; it does not wait for ever."""
    found: list[str] = []
    with Relay(MessageStream(connection(URL), request("slow"))) as relay:
        batches = relay.batches(lambda: None)
        next(batches)

        def work(who: str) -> list[str]:
            if who == "parent":
                return [] if sum(len(batch) for batch in batches) > 10 else ["the parent's answer was cut"]
            try:
                list(batches)
            except APIConnectionError as error:
                return [] if "a fork of it" in str(error) else [str(error)]
            return ["the child has read the parent's answer"]

        found += in_children(work, 1)
    return found


def locks_held() -> list[str]:
    """Fork while other threads hold every lock there is."""
    found = wrong("before")
    held, release = threading.Barrier(3), threading.Event()

    def hold(lock: threading.Lock) -> None:
        with lock:
            held.wait()
            release.wait()

    for lock in (lines._lock, quiet._lock):
        threading.Thread(target=hold, args=(lock,), daemon=True).start()
    held.wait()

    def work(who: str) -> list[str]:
        if who == "parent":
            release.set()
        return wrong(who)

    return found + in_children(work, 2)


def while_others_ask() -> list[str]:
    """Fork again and again while threads of the parent are in the middle of questions of their own."""
    found: list[str] = []
    done = threading.Event()

    def keep_asking(who: str) -> None:
        while not done.is_set():
            found.extend(wrong(who, whole=who.endswith("1")))

    threads = [threading.Thread(target=keep_asking, args=(f"thread{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        found += in_children(wrong, 2)
    done.set()
    for thread in threads:
        thread.join()
    return found


def reloads() -> list[str]:
    """A child that unloads the extension closes nothing of its parent's."""

    def work(who: str) -> list[str]:
        if who == "parent":
            time.sleep(0.3)
        else:
            lines.close_lines()
        return wrong(who) + ([] if list_models(connection(URL)) else ["no models"])

    return wrong("before") + in_children(work, 1)


def parent_first() -> list[str]:
    """A parent that ends before its child."""
    found = wrong("before")
    reads, writes = os.pipe()
    if os.fork() == 0:
        if os.fork() == 0:
            time.sleep(0.3)
            os.write(writes, json.dumps(wrong("grandchild")).encode())
        os._exit(0)
    os.close(writes)
    os.wait()
    with open(reads, "rb") as pipe:  # noqa: PTH123 - a descriptor
        return found + json.loads(pipe.read() or b'["the grandchild died"]') + wrong("after")


SCENES = (
    streamed,
    whole,
    pool,
    executor,
    during_a_stream,
    goes_on_in_the_child,
    locks_held,
    while_others_ask,
    reloads,
    parent_first,
)

if __name__ == "__main__":
    sys.stdout.write(
        json.dumps({scene.__name__: scene() for scene in SCENES if scene.__name__ in sys.argv[2:]})
    )
