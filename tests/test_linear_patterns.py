"""Every pattern that reads what a server or a prompt holds is run against long runs: the cost must grow with the length alone."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import nbclaude.client.failures
import nbclaude.context.references
import nbclaude.render
import nbclaude.wire
from tests.growth import PART, RATIO, TRIES

pytestmark = pytest.mark.sweep

# What a run consists of: each kind of character that some pattern knows, and pairs that begin something again and again.
RUNS = [
    *"ab1_ \t\n\r>#*+-=~`|:;.,/\\!?@&%^$'\"()[]{}<",
    *(
        "  x",
        "\\\\",
        "\\a",
        "\\(",
        "\\[",
        "$$",
        "$ 1",
        "[a",
        "[^",
        "[^a",
        "![",
        "](",
        "[]",
        "[](",
        "{a",
        "{a}",
        "{%",
        "{#",
    ),
    *(
        "<a ",
        "<a>",
        "<!--",
        "<script>",
        "1.",
        "1,",
        "1 ",
        "- ",
        "* ",
        "> ",
        "| ",
        "|-",
        "a b ",
        "a.b",
        "a=",
        "\\label{",
    ),
    *(
        "\\begin{a}",
        "f'",
        'f"',
        "f'''",
        '"""',
        "'a",
        '"a',
        "@a{",
        "\n ",
        "\n|",
        "\n\n",
        "\n- ",
        "\n```",
        "``a",
        "a\\\n",
        "é",
    ),
    *(
        "<\ufdd01",
        "%3C%EF%B7%901",
        "const {",
        "int a[",
        "a(",
        "a!(",
        "_{",
        "^{",
        "x::",
        "->",
        "$",
        "import ",
        "export {",
    ),
]
# What stands before and behind a run, so that a pattern begins, and fails in the end.
FRAMES = [
    ("", ""),
    ("", "\0"),
    ("[", "\0"),
    ("a", "\0"),
    ("1", "\0"),
    ("|", "\0"),
    ("$", "\0"),
    ('"', "\0"),
    ("\\[", "x"),
]
PACKAGES = [nbclaude.wire, nbclaude.render, nbclaude.context.references]
MODULES = [nbclaude.client.failures]
LENGTH = 2_000
QUICK = 0.002  # seconds of CPU; whatever is quicker at the full length is no freeze
# A pattern that looks ahead at most so many characters is linear, too, though not at once.
BOUND = re.compile(r"\{\d*,(\d{3,})\}")
LONG, LONG_LIMIT = 12_000, 1.0  # characters, and seconds of CPU that they may cost such a pattern
WRITTEN_IN_PLACE = re.compile(r"^ .*\bre\.(?:match|search|sub|findall|finditer|fullmatch|split)\(.*", re.M)
MATCH = frozenset({"match"})


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        yield package
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            yield importlib.import_module(found.name)
    yield from MODULES


def patterns() -> dict[str, re.Pattern[Any]]:
    """Find the patterns of all modules, also those in lists and tables."""
    found: dict[str, re.Pattern[Any]] = {}
    for module in modules():
        for name, value in vars(module).items():
            values = (
                value.values()
                if isinstance(value, dict)
                else value
                if isinstance(value, list | tuple)
                else [value]
            )
            for number, item in enumerate(values):
                if isinstance(item, re.Pattern):
                    found.setdefault(f"{module.__name__}.{name}{number or ''}", item)
    return found


def uses(module: str, name: str) -> frozenset[str]:
    """Tell how a module uses a pattern: what is only ever matched at one place need not be quick to search with."""
    source = inspect.getsource(importlib.import_module(module))
    methods = "(match|fullmatch|search|sub|findall|finditer)"
    found = re.findall(rf"\b{re.escape(name)}\.({methods[1:-1]}|split)\(", source)
    if not found or re.search(rf"\b{re.escape(name)}[,)\]]", source):
        # It stands in a table, and is used under the name of a loop.
        found += re.findall(rf"\b[a-z]\w*\.{methods}\(", source)
    return frozenset(method if method in ("match", "fullmatch") else "search" for method in found)


def seconds(pattern: re.Pattern[Any], text: Any, methods: frozenset[str]) -> float:
    begun = time.thread_time()
    if "search" in methods:
        for _match in pattern.finditer(text):
            pass
    if "match" in methods:
        pattern.match(text)
    if "fullmatch" in methods:
        pattern.fullmatch(text)
    return time.thread_time() - begun


def is_slow(pattern: re.Pattern[Any], before: str, run: str, behind: str, methods: frozenset[str]) -> bool:
    def cost(length: int) -> float:
        text: Any = before + run * (length // len(run)) + behind
        text = text.encode() if isinstance(pattern.pattern, bytes) else text
        return seconds(pattern, text, methods)

    for _ in range(TRIES):
        part = cost(LENGTH // PART)
        if part > 10 * QUICK:
            continue  # a cube; the whole might take minutes
        whole = cost(LENGTH)
        if whole < QUICK or whole < RATIO * min(part, *(cost(LENGTH // PART) for _ in range(TRIES))):
            return False
    return not BOUND.search(str(pattern.pattern)) or cost(LONG) > LONG_LIMIT


def slow_runs(pattern: re.Pattern[Any], methods: frozenset[str]) -> list[str]:
    """Return the runs whose cost grows faster than their length."""
    return [
        f"{before!r} {run!r} {behind!r}"
        for run in RUNS
        for before, behind in FRAMES
        if is_slow(pattern, before, run, behind, methods)
    ]


PATTERNS = patterns()


def test_patterns_are_found() -> None:
    for name in (
        "wire.sse._LINE_END",
        "render.unfinished._BARE_MARKER",
        "context.references.verbatim_spans._MATHS",
    ):
        assert f"nbclaude.{name}" in PATTERNS


@pytest.mark.parametrize("name", PATTERNS)
def test_twice_the_text_is_twice_the_cost(name: str) -> None:
    module, _, variable = name.rpartition(".")
    methods = uses(module, variable.rstrip("0123456789"))
    assert methods
    assert slow_runs(PATTERNS[name], methods) == []


def test_no_pattern_is_written_where_it_is_not_found() -> None:
    """A pattern that is written where it is used would escape this test."""
    for module in modules():
        hidden = WRITTEN_IN_PLACE.findall(inspect.getsource(module))
        assert hidden == [], module.__name__


def test_a_pattern_that_is_not_linear_is_caught() -> None:
    assert is_slow(re.compile(r"[ \t>]*[ \t]*$"), "", " ", "\0", MATCH)
    assert is_slow(re.compile(r"<[^>]*>"), "", "<", "", frozenset({"search"}))
    assert not is_slow(re.compile(r"[ \t>]*+[ \t]*+$"), "", " ", "\0", MATCH)
