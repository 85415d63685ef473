"""Cutting a text: what is left, and the numbers that are said of it."""

from __future__ import annotations

from nbclaude.context.texts import clip, gap


def test_a_text_within_the_limit() -> None:
    assert clip("abc", 3) == ("abc", "")


def test_the_beginning_and_the_end() -> None:
    assert clip("a" * 900 + "b" * 100, 100) == (
        "a" * 100 + "\n[… 900 of 1,000 characters left out …]",
        "900 of 1,000 characters left out",
    )
    assert clip("a" * 900 + "b" * 100, 100, tail=0.5)[0] == (
        "a" * 50 + "\n[… 900 of 1,000 characters left out …]\n" + "b" * 50
    )


def test_a_text_cut_twice_counts_all_that_is_missing() -> None:
    once, _ = clip("a" * 900 + "b" * 100, 500, tail=0.5)
    assert clip(once, 100, tail=0.5) == (
        "a" * 50 + "\n[… 900 of 1,000 characters left out …]\n" + "b" * 50,
        "900 of 1,000 characters left out",
    )


def test_a_gap_that_stays_is_counted_in_the_whole() -> None:
    text, note = clip("a" * 10 + gap(1_000) + "b" * 290, 100)
    assert text == ("a" * 10 + gap(1_000) + "b" * 57 + "\n[… 233 of 1,300 characters left out …]")
    assert note == "1,233 of 1,300 characters left out"


def test_a_mark_is_never_cut_through() -> None:
    text = "a" * 90 + gap(1_000) + "b" * 210
    assert clip(text, 100)[0] == "a" * 90 + "\n[… 1,210 of 1,300 characters left out …]"
