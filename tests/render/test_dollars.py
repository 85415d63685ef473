r"""Formulas in `\(..\)` and `\[..\]` as an output's Markdown has them: between dollars, and never anything else changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbclaude.render.dollars import in_dollars
from nbclaude.saved.segments import segments_of, texts_of_segments


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (r"Let \(x\) be", "Let $x$ be"),
        (r"\( e^{i\pi} + 1 = 0 \), so", r"$e^{i\pi} + 1 = 0$, so"),
        ("So\n\n\\[\n\\sum_{i=1}^n i\n\\]\n\nis", "So\n\n$$\n\\sum_{i=1}^n i\n$$\n\nis"),
        ("- a\n  \\[\n  x\n  \\]\n- b", "- a\n  $$\n  x\n  $$\n- b"),
        ("> \\[\n> x + y\n> \\]\n>\n> \\(z\\)", "> $$\n> x + y\n> $$\n>\n> $z$"),
        (r"\[\left[ a \\[2pt] b \right)\]", r"$$\left[ a \\[2pt] b \right)$$"),
        (r"so \[x\] in a line", r"so $$x$$ in a line"),
        (r"**\(a\)** and \(b\)\(c\)", "**$a$** and $b$$c$"),
        (r"\(\text{if $x > 0$}\)", r"$\text{if $x > 0$}$"),
        # What would be ambiguous between dollars.
        (r"\(\mbox{if $x > 0$}\)", r"\\(\mbox{if $x > 0$}\\)"),
        (r"\[\mbox{if $x > 0$}\]2", r"$$\mbox{if $x > 0$}$$2"),
        (r"from \(x\)2 to", r"from \\(x\\)2 to"),
        ("It costs $5 (a lot), so \\(x\\)\n\nand \\(y\\)", "It costs $5 (a lot), so \\\\(x\\\\)\n\nand $y$"),
        # Formulas already in dollars, and texts that are not formulas, stay as they are.
        ("$a$ and $$b$$ cost \\$5 or $10", "$a$ and $$b$$ cost \\$5 or $10"),
        (r"$a$ and \(b\)", "$a$ and $b$"),
        (r"`\(x\)` and ``a ` \(y\)`` but \(z\)", r"`\(x\)` and ``a ` \(y\)`` but $z$"),
        ("```tex\n\\(x\\)\n```\n\n\\(y\\)", "```tex\n\\(x\\)\n```\n\n$y$"),
        ("So:\n\n    \\(x\\) = 1\n\n\\(y\\)", "So:\n\n    \\(x\\) = 1\n\n$y$"),
        (r"\\(x\\) is a line break", r"\\(x\\) is a line break"),
        (r"\(a\) \[link\](https://a.example/\(b\))", r"$a$ $$link$$(https://a.example/\(b\))"),
        ("\\(never\n\nclosed\\)", "\\(never\n\nclosed\\)"),
        (
            "| \\(a\\) | `\\(b\\)` |\n|---|---|\n| 1 | \\(c\\) |",
            "| $a$ | `\\(b\\)` |\n|---|---|\n| 1 | $c$ |",
        ),
        (r"\( \)", r"\( \)"),
        ("", ""),
    ],
)
def test_formulas_between_dollars(written: str, expected: str) -> None:
    assert in_dollars(written) == expected
    segments = segments_of([written], {0: expected})
    assert segments is not None and texts_of_segments(segments, {0: expected}) == [written]


def test_places_beside_citations_and_over_pages() -> None:
    texts = [r"So \( a \)", r" and \(b\)." + "\n\n" + r"\[c\]"]
    pages = {0: "So $a$[1\\] and $b$.[2\\]\n\n", 1: "$$c$$\n\nSources:\n\n1. A\n2. B\n"}
    segments = segments_of(texts, pages)
    assert segments == [
        [[0, 0, 3], "\\(", " ", [0, 4, 5], " ", "\\)"],
        [" ", [0, 11, 15], "\\(", [0, 16, 17], "\\)", [0, 18, 19], "\n\n", "\\[", [1, 2, 3], "\\]"],
    ]
    assert texts_of_segments(segments, pages) == texts


@pytest.mark.parametrize(
    "segments",
    [
        [[[0, 0, 3], [0, 4, 5], [0, 6, 8]]],  # drops a dollar that no delimiter stands for
        [[[0, 0, 3], "\\[", [0, 4, 5], "\\]", [0, 6, 8]]],  # other dollars
        [[[0, 0, 4], "\\(", [0, 4, 5], [0, 5, 8]]],  # adds a delimiter
        [[[0, 0, 3], "\\(", [0, 4, 5], "\\)", "\\)", [0, 6, 8]]],
        [[[0, 0, 8], "\\("]],
    ],
)
def test_delimiters_stand_for_dollars(segments: list[object]) -> None:
    assert texts_of_segments(segments, {0: "So $a$ x"}) is None


@given(
    st.lists(
        st.sampled_from(
            [
                "\\(x\\)",
                "\\[y\\]",
                "\\(",
                "\\]",
                "$",
                "$z$",
                "`",
                "\n\n",
                "\n",
                " ",
                "a",
                "2",
                "\\",
                "> ",
                "    ",
            ]
        ),
        max_size=9,
    )
)
def test_any_text_is_found_again(pieces: list[str]) -> None:
    text = "".join(pieces)
    pages = {0: in_dollars(text)}
    segments = segments_of([text], pages)
    assert segments is not None and texts_of_segments(segments, pages) == [text]
