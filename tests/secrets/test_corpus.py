"""No secret of the table comes through, and no innocent text of it is changed; nor do they in what stands around them."""

import json
from collections.abc import Callable

import pytest

from nbclaude.secrets.masking import mask
from tests.secrets.corpus import INNOCENTS, SECRETS


def test_the_table_is_large_enough() -> None:
    assert len({text for text, _ in SECRETS}) >= 120
    assert len(set(INNOCENTS)) >= 120


@pytest.mark.parametrize(("text", "secrets"), SECRETS)
def test_a_secret_is_masked(text: str, secrets: tuple[str, ...]) -> None:
    masked, found = mask(text)
    assert [secret for secret in secrets if secret in masked] == []
    assert found
    # A mask is not taken for a secret, and what was masked stays as it is in later requests.
    assert mask(masked) == (masked, ())


@pytest.mark.parametrize("text", INNOCENTS)
def test_an_innocent_text_stays(text: str) -> None:
    assert mask(text) == (text, ())


@pytest.mark.parametrize(
    "around",
    ["Look at this:\n\n{}\n\nWhat is wrong?", '<file name="notes.txt">\n{}\n</file>', "```\n{}\n```"],
)
def test_in_a_prompt_it_is_the_same(around: str) -> None:
    missed = [
        (text, part)
        for text, parts in SECRETS
        for part in parts
        if part in mask(around.replace("{}", text))[0]
    ]
    assert missed == []
    changed = [text for text in INNOCENTS if mask(around.replace("{}", text))[1]]
    assert changed == []


@pytest.mark.parametrize("write", [repr, json.dumps, lambda text: repr([text])])
def test_in_the_repr_of_a_text_it_is_the_same(write: Callable[[str], str]) -> None:
    missed = [
        (text, part)
        for text, parts in SECRETS
        for part in parts
        if part.isascii() and part in mask(write(text))[0]
    ]
    assert missed == []
    assert [text for text in INNOCENTS if mask(write(text))[1]] == []
