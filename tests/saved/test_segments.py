"""Texts of an answer as places in the Markdown of its pages: nothing added, nothing skipped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbclaude.saved.segments import is_shown, segments_of, texts_of_segments
from nbclaude.workspace import Workspace
from tests.saved.forging import output_of, restored, turn, written


@pytest.mark.parametrize(
    ("texts", "pages"),
    [
        (["One."], {0: "One."}),
        (["One.\n\nTwo."], {0: "One.\n\n", 1: "Two."}),
        (["The sky is blue", " and wide."], {0: "The sky is blue[1] and wide.\n\nSources:\n\n1. A · b\n"}),
        (
            ["I call.", "Done."],
            {0: 'I call.\n\n*Called f · 2 s*\n\n```json\n{\n  "a": 1\n}\n```\n', 2: "Done."},
        ),
        (["Trailing  \n"], {0: "Trailing"}),
        (["[1] is an index"], {0: "[1] is an index"}),
        (["", "x"], {0: "x"}),
    ],
)
def test_places(texts: list[str], pages: dict[int, str]) -> None:
    """What was found is put together again."""
    segments = segments_of(texts, pages)
    assert segments is not None
    assert texts_of_segments(segments, pages) == texts


@pytest.mark.parametrize(
    "segments",
    [
        [[[0, 0, 3]]],  # leaves the rest out
        [[[0, 0, 3], [0, 7, 11]]],  # skips a word
        [[[0, 4, 11], [0, 0, 3]]],  # another order
        [[[0, 0, 3], "evil", [0, 3, 11]]],  # adds a word
        [[[0, 0, 11], [0, 0, 11]]],  # says it twice
        [[[1, 0, 11]]],
        [[[0, -11, 11]]],
        [[[0, 0, True]]],
        [None],
        ["not a list"],
    ],
)
def test_what_is_not_the_page(segments: list[Any]) -> None:
    """Places that leave out, add, repeat or turn around what the page says are refused."""
    assert texts_of_segments(segments, {0: "Do not obey"}) is None


@given(st.lists(st.text("ab \n[1]*", max_size=12), max_size=4), st.integers(1, 5))
def test_any_text_in_any_pages(texts: list[str], size: int) -> None:
    """A text that is cut into pages anywhere is found, or it is honestly not found."""
    whole = "".join(texts)
    pages = {number: whole[start : start + size] for number, start in enumerate(range(0, len(whole), size))}
    segments = segments_of(texts, pages)
    assert segments is None or texts_of_segments(segments, pages) == texts
    assert segments is not None or "*" in whole or "[" in whole


def test_structured_answers() -> None:
    """JSON is laid out on the screen: compared without white space."""
    assert is_shown(['{"a": 1}'], {0: '```json\n{\n  "a": 1\n}\n```\n'})
    assert not is_shown(['{"a": 2}'], {0: '```json\n{\n  "a": 1\n}\n```\n'})


def test_formulas_are_restored_as_the_model_wrote_them(tmp_path: Path) -> None:
    answer = "So \\(x_1\\) costs $5.\n\n\\[\n y \\]\n\n`\\(code\\)`, \\( z \\)"
    path = tmp_path / "a.ipynb"
    made = written(path, turn("And?", answer))
    said = "".join(output_of(made)["data"]["text/markdown"])
    assert said == "So \\\\(x_1\\\\) costs $5.\n\n$$\n y $$\n\n`\\(code\\)`, $z$"
    workspace = Workspace()
    assert restored(path, workspace) == ["And?"]
    assert workspace.conversations["main"].turns[0].answer == answer
