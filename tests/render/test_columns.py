"""Tables as text in terminals of several widths: no line is too wide, and nothing is lost."""

from __future__ import annotations

import pytest
from wcwidth import wcswidth

from nbclaude.render.columns import columns_text, text_width, wrapped
from nbclaude.render.table import table_text

NAMES = ("model", "context", "note")
ROWS = [
    (
        "claude-sonnet-5-5",
        "1,000,000",
        "answers quickly, thinks where that helps, and takes images and PDF files",
    ),
    ("qwen3", "32,768", ""),
]
WIDTHS = (20, 40, 60, 80, 110)
# Wide characters, accents that take no room, emoji made of several characters, half-width and full-width forms, an address.
HARD = [
    ("東京都の人口は千四百万人で、日本の首都であり世界最大の都市圏を形成している", "1", "ok"),
    ("파이썬 노트북에서 클로드에게 질문하기 위한 확장 프로그램입니다", "22", "cafe\u0301 na\u0308her " * 8),
    ("👩‍👩‍👧‍👦 family 👍🏽 thumbs 🇩🇪 flag ⚠️ sign " * 3, "333", "ﾊﾝｶｸ カタカナ ＡＢＣ " * 5),
    ("https://gateway.example.com/a/very/long/path/" + "x" * 90, "4", "שלום עולם " * 6),
    ("", "5", "a\nb\tc\u2028d"),
    ("\x1b[31mred\x1b[0m\u202e", "6", "\x07" * 100),
]


def test_what_fits_is_not_wrapped() -> None:
    assert table_text("Models", NAMES, ROWS, "Two.", width=110).splitlines() == [
        "Models",
        "model                context  note",
        "-----------------  ---------  ------------------------------------------------------------------------",
        "claude-sonnet-5-5  1,000,000  answers quickly, thinks where that helps, and takes images and PDF files",
        "qwen3                 32,768",
        "Two.",
    ]
    assert table_text("Models", NAMES, ROWS, "Two.", width=110) == table_text("Models", NAMES, ROWS, "Two.")


def test_the_columns_are_wrapped_between_words() -> None:
    assert table_text("Models", NAMES, ROWS, width=60).splitlines() == [
        "Models",
        "model                context  note",
        "-----------------  ---------  ------------------------------",
        "claude-sonnet-5-5  1,000,000  answers quickly, thinks where",
        "                              that helps, and takes images",
        "                              and PDF files",
        "qwen3                 32,768",
    ]


def test_rows_become_lists_where_the_columns_do_not_fit() -> None:
    assert table_text(
        "Models that were found", NAMES, ROWS, "Choose one with -m NAME.", width=24
    ).splitlines() == [
        "Models that were found",
        "model:",
        "    claude-sonnet-5-5",
        "  context: 1,000,000",
        "  note: answers",
        "    quickly, thinks",
        "    where that helps,",
        "    and takes images and",
        "    PDF files",
        "model: qwen3",
        "  context: 32,768",
        "Choose one with -m NAME.",
    ]


def test_a_mark_stands_before_the_first_cell_of_its_list() -> None:
    rows = [("→", "a" * 30, "b" * 30), ("", "c", "d")]
    lines = columns_text(("", "name", "what"), rows, (False, False, False), 50)
    assert lines == [f"→ name: {'a' * 30}", f"  what: {'b' * 30}", "name: c", "  what: d"]


def test_the_names_of_number_columns_are_wrapped_and_numbers_are_not() -> None:
    lines = columns_text(("of", "saved by caching"), [("in all", "$1,234.00")], (False, True), 17)
    assert lines == ["of       saved by", "          caching", "------  ---------", "in all  $1,234.00"]


def test_one_long_cell_does_not_wrap_the_short_ones_beside_it() -> None:
    rows = [*[("8 / 40", "low medium high")] * 5, ("0.1 / 0.5, above 100k: 0.5 / 2.5", "low")]
    assert columns_text(("price", "effort"), rows, (False, False), 34) == [
        "price              effort",
        "-----------------  ---------------",
        *["8 / 40             low medium high"] * 5,
        "0.1 / 0.5, above   low",
        "100k: 0.5 / 2.5",
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_too_wide_and_nothing_is_lost(width: int) -> None:
    text = table_text(
        "標題 " * 30, ("名前の欄", "n", "a column with a long name"), HARD, "末尾の文。" * 20, width=width
    )
    assert max(wcswidth(line) for line in text.splitlines()) <= width
    assert min(wcswidth(line) for line in text.splitlines()) >= 0  # no control character
    kept = "".join(text.split())
    for whole in ("東京", "首", "都市圏", "cafe\u0301", "👩‍👩‍👧‍👦", "👍🏽", "333", "red"):
        assert whole in kept
    assert kept.count("x") >= 90 and kept.count("ﾊﾝｶｸ") == 5


@pytest.mark.parametrize("width", [30, 60, 110])
def test_columns_stay_aligned_beside_wide_characters(width: int) -> None:
    rows = [("日本語の説明文がここに入ります", "end"), ("e\u0301te\u0301", "end"), ("👍🏽 fine", "end")]
    lines = columns_text(("what", "mark"), rows, (False, False), width)
    ends = [text_width(line[: line.index("end")]) for line in lines if "end" in line]
    assert len(ends) == 3 and len(set(ends)) == 1


@pytest.mark.parametrize(
    ("text", "width", "parts"),
    [
        ("", 5, [""]),
        ("one two", 7, ["one two"]),
        ("one two", 6, ["one", "two"]),
        ("  indented words", 10, ["  indented", "words"]),
        ("abcdefghij k", 4, ["abcd", "efgh", "ij k"]),
        ("日本語", 4, ["日本", "語"]),
        ("日本語", 5, ["日本", "語"]),
        ("a日本", 2, ["a", "日", "本"]),
        ("日", 1, ["日"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
        ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2, ["👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"]),
        ("a b", 1, ["a", "b"]),
    ],
)
def test_wrapping(text: str, width: int, parts: list[str]) -> None:
    assert wrapped(text, width) == parts


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("\x1b[0m", 3), ("👍🏽", 2)]
)
def test_widths(text: str, width: int) -> None:
    assert text_width(text) == width


def test_no_rows() -> None:
    assert table_text("None", ("a", "b"), [], width=60) == "None\na  b\n-  -"
