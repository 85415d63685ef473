"""No secret of the table comes through, and no innocent text of it is changed; nor do they in what stands around them."""

import json
from collections.abc import Callable

import pytest

from nbclaude.secrets import masking
from nbclaude.secrets.masking import mask
from nbclaude.texts import clip
from tests.growth import is_linear
from tests.secrets.corpus import INNOCENTS, SECRETS

pytestmark = pytest.mark.sweep


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


@pytest.mark.parametrize("tail", [0.0, 0.3, 0.9])
def test_a_table_that_was_cut_keeps_its_header_in_mind(tail: float) -> None:
    rows = "".join(f"{number},user{number},moonlight {number}\n" for number in range(400))
    for limit in range(2_000, 2_040):
        cut, _ = clip(f"id,user,password\n{rows}", limit, tail=tail)
        masked, _ = mask(cut)
        assert "moon" not in masked
        assert "user1" in masked


def test_the_columns_of_a_table_cost_time_in_proportion_to_its_rows() -> None:
    def table(rows: int) -> str:
        return "id,user,password\n" + "".join(f"{row},ann,sunshine day {row}\n" for row in range(rows))

    masked, found = mask(table(8_000))
    assert len(found) == 8_000
    assert "sunshine" not in masked
    assert is_linear(masking._found, table, 8_000)  # `mask` remembers what it found in a long text
