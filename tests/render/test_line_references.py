"""References to lines of a listing in prose, and the listing that they point into."""

from __future__ import annotations

import re
from html import unescape

import pytest

from nbclaude.render.listing import Listing
from nbclaude.render.markdown import build_parser
from nbclaude.render.streaming import MarkdownStream

LISTING = Listing("\n".join(f"x{number} = {number}" for number in range(1, 13)), "abc")


def references(text: str) -> list[tuple[str, list[int]]]:
    """Return what is marked in the HTML of a text, and the lines that it points to."""
    html = build_parser(listing=LISTING).render(text)
    found = re.findall(r'<span class="nbclaude-to nbclaude-to-abc ([^"]*)" tabindex="0">([^<]*)</span>', html)
    return [
        (unescape(said), [int(each.rpartition("-")[2]) for each in classes.split()])
        for classes, said in found
    ]


@pytest.mark.parametrize(
    ("text", "said", "lines"),
    [
        ("In line 4 it ends.", "line 4", [4]),
        ("Line 4: it ends", "Line 4", [4]),
        ("**Lines 4-7** do it", "Lines 4-7", [4, 5, 6, 7]),
        ("lines 4–6", "lines 4–6", [4, 5, 6]),
        ("lines 4 to 6", "lines 4 to 6", [4, 5, 6]),
        ("lines 4 through 6", "lines 4 through 6", [4, 5, 6]),
        ("lines 1, 4 and 7", "lines 1, 4 and 7", [1, 4, 7]),
        ("lines 1-2, 4, and 7-8.", "lines 1-2, 4, and 7-8", [1, 2, 4, 7, 8]),
        ("lines 3 & 5", "lines 3 & 5", [3, 5]),
        ("see L4", "L4", [4]),
        ("see L4-7", "L4-7", [4, 5, 6, 7]),
        ("(L4–L7)", "L4–L7", [4, 5, 6, 7]),
        ("line L4", "line L4", [4]),
        ("lines 10-90", "lines 10-90", [10, 11, 12]),
        ("Zeile 4 endet", "Zeile 4", [4]),
        ("die Zeilen 4 bis 6", "Zeilen 4 bis 6", [4, 5, 6]),
        ("la ligne 3", "ligne 3", [3]),
        ("les lignes 3 à 5", "lignes 3 à 5", [3, 4, 5]),
        ("las líneas 2 y 3", "líneas 2 y 3", [2, 3]),
        ("第4行", "第4行", [4]),
        ("4行目", "4行", [4]),
        ("- line 2\n- b", "line 2", [2]),
        ("> line 2", "line 2", [2]),
        ("line 4 and 3 others", "line 4", [4]),
        ("line 4, which is long", "line 4", [4]),
        ("line 4 of the cell", "line 4", [4]),
        ("| a |\n| - |\n| line 2 |", "line 2", [2]),
    ],
)
def test_what_points_to_lines(text: str, said: str, lines: list[int]) -> None:
    assert references(text) == [(said, lines)]


@pytest.mark.parametrize(
    "text",
    [
        "`line 4`",
        "    line 4",
        "```\nline 4\n```",
        "[line 4](https://example.org)",
        "line 40",
        "line 0",
        "the L2 norm and L1-regularised fits",
        "a deadline 4 days off",
        "underline 4",
        "Python 3.12",
        "line 4.5",
        "airline 4",
        "line 4 of utils.py",
        "line 4 of `utils.py`",
        "line of 4",
    ],
)
def test_what_does_not(text: str) -> None:
    assert references(text) == []


def test_without_a_listing_numbers_are_plain() -> None:
    assert build_parser().render("line 4") == "<p>line 4</p>\n"


def test_text_around_references_is_kept() -> None:
    html = build_parser(listing=LISTING).render("A <b> line 1, *line 2* & `c`.")
    assert (
        re.sub(r"</?span[^>]*>", "", html)
        == "<p>A &lt;b&gt; line 1, <em>line 2</em> &amp; <code>c</code>.</p>\n"
    )


def test_the_listing_numbers_lines_and_marks_those_that_are_pointed_at() -> None:
    listing = Listing('"""a\n<b>"""\nx = 1', "q1")
    assert listing.html.count("<b>") == 3
    assert '<span class="nbclaude-at-q1-2"><b>2</b><span class="s">&lt;b&gt;"""</span></span>' in listing.html
    assert listing.text == '  1 | """a\n  2 | <b>"""\n  3 | x = 1'
    assert ".nbclaude-to-q1-3:is(:hover,:focus)) .nbclaude-at-q1-3" in listing.style
    assert "nbclaude-at-q1-4" not in listing.style


@pytest.mark.parametrize("size", [1, 3, 7, 1_000])
def test_references_are_found_however_the_text_arrives(size: int) -> None:
    text = "First lines 1-3.\n\nThen *L5*,\nline 7 and `line 8`.\n\n- Lines 2, 4 and 12"
    stream = MarkdownStream(listing=LISTING)
    for start in range(0, len(text), size):
        stream.feed(text[start : start + size])
        stream.advance(catch_up=True)
    assert "".join(stream.close(text, [])) == build_parser(listing=LISTING).render(text)
    assert [said for said, _ in references(text)] == ["lines 1-3", "L5", "line 7", "Lines 2, 4 and 12"]
