from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from nbclaude.quiet import quietly


class Collected(logging.Handler):
    """Keep what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture
def seen() -> Iterator[list[str]]:
    """Collect everything that reaches the root logger, at every level."""
    handler, level = Collected(), logging.root.level
    logging.root.addHandler(handler)
    logging.root.setLevel(1)
    yield handler.lines
    assert handler.filters == []
    assert logging.root.level == 1
    logging.root.setLevel(level)
    logging.root.removeHandler(handler)


def log(name: str, text: str = "said", level: int = logging.DEBUG) -> None:
    logging.getLogger(name).log(level, text)


def elsewhere(name: str, text: str) -> None:
    thread = threading.Thread(target=log, args=(name, text))
    thread.start()
    thread.join()


@pytest.mark.parametrize(
    "level", [5, logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL]
)
@pytest.mark.parametrize("name", ["httpx", "httpcore", "httpcore.http11", "httpcore.a.logger.that.is.new"])
def test_lines_of_a_package_are_dropped(name: str, level: int, seen: list[str]) -> None:
    with quietly("httpx", "httpcore"):
        log(name, level=level)
    assert seen == []
    log(name, "after", level)
    assert seen == [f"{name}: after"]


@pytest.mark.parametrize("name", ["mine", "httpx_of_mine", "root.httpx", "my.httpx"])
def test_other_lines_are_not(name: str, seen: list[str]) -> None:
    with quietly("httpx"):
        log(name)
    assert seen == [f"{name}: said"]


def test_lines_of_other_threads_are_not(seen: list[str]) -> None:
    with quietly("httpx"):
        elsewhere("httpx", "the user's")
        log("httpx", "ours")
    assert seen == ["httpx: the user's"]


def test_threads_that_start_meanwhile_can_count_as_ours(seen: list[str]) -> None:
    ready, done = threading.Event(), threading.Event()

    def work() -> None:
        ready.wait(30)
        log("kaleido", "the user's")
        done.set()

    before = threading.Thread(target=work)
    before.start()
    with quietly("kaleido", threads=True):
        elsewhere("kaleido", "the library's")
        elsewhere("mine", "from a new thread")
        ready.set()
        assert done.wait(30)
    before.join()
    assert seen == ["mine: from a new thread", "kaleido: the user's"]


def test_scopes_nest_and_overlap(seen: list[str]) -> None:
    with quietly("a"):
        with quietly("b"):
            log("a")
            log("b")
        log("a")
        log("b", "between")
    log("a", "after")
    assert seen == ["b: between", "a: after"]


def test_handlers_of_the_package_are_quiet_too(seen: list[str]) -> None:
    own = Collected()
    logger = logging.getLogger("httpcore.http11")
    logger.addHandler(own)
    try:
        with quietly("httpcore"):
            log("httpcore.http11")
        assert own.lines == []
        log("httpcore.http11", "after")
        assert own.lines == ["httpcore.http11: after"]
    finally:
        logger.removeHandler(own)


def test_a_handler_that_comes_meanwhile_is_found_by_the_next_scope(seen: list[str]) -> None:
    late = Collected()
    with quietly("a"):
        logging.root.addHandler(late)
        try:
            with quietly("a"):
                log("a")
        finally:
            logging.root.removeHandler(late)
    assert late.lines == []
    assert late.filters == []


def test_the_filters_of_the_user_stay(seen: list[str]) -> None:
    [handler] = [each for each in logging.root.handlers if isinstance(each, Collected)]

    def mine(record: logging.LogRecord) -> bool:
        return "secret" not in record.getMessage()

    handler.addFilter(mine)
    with quietly("a"):
        log("b", "secret")
        log("b", "open")
    log("b", "secret")
    assert handler.filters == [mine]
    handler.removeFilter(mine)
    assert seen == ["b: open"]


def test_a_decorated_function_is_quiet_each_time(seen: list[str]) -> None:
    @quietly("a")
    def work(times: int) -> None:
        log("a")
        if times:
            work(times - 1)

    work(2)
    work(0)
    log("a", "after")
    assert seen == ["a: after"]


def test_what_is_raised_ends_it(seen: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), quietly("a"):
        raise ZeroDivisionError
    log("a", "after")
    assert seen == ["a: after"]


def test_warnings_without_any_handler_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A line that no handler takes goes to stderr, by `logging.lastResort`."""
    logger = logging.getLogger("a_package")
    logger.propagate = False
    with quietly("a_package"):
        logger.warning("ours")
    assert capsys.readouterr().err == ""
    logger.warning("the user's")
    logger.propagate = True
    assert logging.lastResort is not None
    assert logging.lastResort.filters == []
