"""Which instructions are known, and when a word is one."""

from __future__ import annotations

import pytest

from nbclaude.verbs.instructions import instruction_for, instructions_text


@pytest.mark.parametrize(
    "word", ["annotate", "docstring", "types", "test", "optimise", "Annotate", "optimize"]
)
def test_a_word_that_is_the_whole_instruction(word: str) -> None:
    """It stands for its prompt."""
    found = instruction_for(f" {word} ")
    assert found.name == {"Annotate": "annotate", "optimize": "optimise"}.get(word, word)
    assert len(found.text) > 60
    assert found.only_comments is (found.name == "annotate")
    assert found.below is (word == "test")


@pytest.mark.parametrize(
    "said",
    [
        "annotate the loop",
        "test it with n = 0",
        "translate",
        "types!",
        "optimise for memory",
        "make it faster",
    ],
)
def test_words_of_ones_own(said: str) -> None:
    """Anything else is asked as it stands."""
    found = instruction_for(said)
    assert (found.name, found.text) == ("", said)


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("translate German", "German"),
        ("translate to R", "R"),
        ("translate into plain polars", "plain polars"),
    ],
)
def test_translate(said: str, language: str) -> None:
    """What follows is the language."""
    found = instruction_for(said)
    assert f"Translate the cell to {language}." in found.text
    assert found.any_language


def test_the_list() -> None:
    """Each known instruction has its line."""
    lines = instructions_text().splitlines()
    assert [line.split()[0] for line in lines] == [
        "annotate",
        "docstring",
        "types",
        "test",
        "optimise",
        "translate",
    ]
