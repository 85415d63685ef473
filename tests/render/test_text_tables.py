"""Tables in the terminal: laid out to fit its width, whatever the size of the pieces; the rest is unchanged."""

from __future__ import annotations

import pytest

from nbclaude.render.text_tables import TextTables

LAID_OUT = {
    "prose around": (
        "Before:\n\n| Name | Notes |\n|---|---|\n| **Ada** | wrote the first program |\n\nAfter.\n",
        "Before:\n\nName     Notes\n-------  -----------------------\n**Ada**  wrote the first program\n\nAfter.\n",
    ),
    "wrapped": (
        "| Name | Notes |\n| --- | --- |\n| Ada | wrote the first program for a machine that was never built |\n",
        "Name  Notes\n----  --------------------------------------\n"
        "Ada   wrote the first program for a machine\n      that was never built\n",
    ),
    "numbers to the right": (
        "|a|n|\n|:--|--:|\n|x|1|\n|y|1,000|\n",
        "a      n\n-  -----\nx      1\ny  1,000\n",
    ),
    "a single column": ("| a |\n|---\n| b |\n", "a\n-\nb\n"),
    "no rows yet, no end of the line": ("| a | b |\n|---|---|", "a  b\n-  -"),
    "the last row is unfinished": ("| a | b |\n|---|---|\n| one", "a    b\n---  -\none"),
    "a pipe in code, an escaped one": (
        "| a | b |\n|---|---|\n| `x|y` | p \\| q |\n",
        "a      b\n-----  -----\n`x|y`  p | q\n",
    ),
    "directly behind a paragraph": ("See:\n| a |\n|---|\n| b |\nSo.\n", "See:\na\n-\nb\nSo.\n"),
    "in a list item": (
        "1. First:\n\n    | a | b |\n    |---|---|\n    | c | d |\n",
        "1. First:\n\n    a  b\n    -  -\n    c  d\n",
    ),
    "in a quote": ("> | a | b |\n> |---|---|\n> | c | d |\n> so\n", "> a  b\n> -  -\n> c  d\n> so\n"),
    "wide characters": ("| 名前 | b |\n|---|---|\n| x | y |\n", "名前  b\n----  -\nx     y\n"),
    "windows lines": ("| a | b |\r\n|---|---|\r\n| c | d |\r\n", "a  b\n-  -\nc  d\n"),
    "a line before its head": ("| no head\n| a |\n|---|\n| b |\n", "| no head\na\n-\nb\n"),
    "two tables": ("| a |\n|---|\n\n| b |\n|---|\n| c |\n", "a\n-\n\nb\n-\nc\n"),
    "more columns than fit": (
        "| " + " | ".join(f"column{i}" for i in range(6)) + " |\n" + "|---" * 6 + "|\n" + "| value " * 6 + "|\n",
        "column0: value\n" + "".join(f"  column{i}: value\n" for i in range(1, 6)),
    ),
}  # fmt: skip

UNCHANGED = (
    "No table, but a | b.\n\n- item\n- item\n",
    "```\n| a | b |\n|---|---|\n| c | d |\n```\n",
    "~~~md\n| a |\n|---|\n~~~\n",
    "- ```\n  | a |\n  |---|\n  ```\n",
    "    | a | b |\n    |---|---|\n",
    "| a | b |\nno rule\n",
    "|x| is an absolute value\n",
    "| a | b |\n|---|\n| c | d |\n",
    "|",
    "\n\n   ",
    "> quote\n>\n> more\n",
    "a\u2028| b |\u2028|---|\n",
    "| a",
    "",
)


def laid_out(text: str, size: int, width: int | None = 44) -> str:
    """Feed a text in pieces."""
    tables = TextTables(width)
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    return "".join(map(tables.feed, pieces)) + tables.flush()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("name", LAID_OUT)
def test_tables_are_laid_out(name: str, size: int) -> None:
    text, expected = LAID_OUT[name]
    assert laid_out(text, size) == expected
    assert laid_out(text, size, None) == text


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("text", UNCHANGED)
def test_everything_else_passes(text: str, size: int) -> None:
    assert laid_out(text, size) == text


def test_prose_is_not_held_back() -> None:
    tables = TextTables(80)
    assert [tables.feed(piece) for piece in ("Hel", "lo | wor", "ld\n  - x", "\n| a |\n")] == [
        "Hel",
        "lo | wor",
        "ld\n  - x",
        "\n",
    ]
    assert tables.feed("b") == "| a |\nb"


def test_a_flush_in_the_middle_prints_what_there_is_once() -> None:
    tables = TextTables(80)
    assert tables.feed("| a |\n|---|\n| b |\n| c") == ""
    assert tables.flush() == "a\n-\nb\nc"
    assert tables.flush() == ""
    assert tables.feed(" and more\nSo.") == " and more\nSo."
