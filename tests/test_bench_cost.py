"""`make bench-cost` measures what it says: the notebook it plays, the sums, and the verdict."""

from __future__ import annotations

import argparse

import pytest

from bench import cost
from nbclaude.context.images.limits import image_tokens
from nbclaude.models.info import model_info
from nbclaude.models.prices import Price
from nbclaude.simulator import MODELS
from nbclaude.simulator.tokens import text_tokens

pytestmark = pytest.mark.sweep

MODEL = "claude-sonnet-5-5"
OPTIONS = argparse.Namespace(model=MODEL, pause=30.0, later=2)


@pytest.fixture
def price() -> Price:
    found = model_info(MODEL).price
    assert found is not None
    return found


def test_the_notebook_is_the_one_that_is_promised() -> None:
    for later in (1, 2, 9):
        cells = cost.cells_in_order(later)
        assert len(cells) == 32
        assert sorted(set(cells)) == list(range(1, 31))
        assert [cell for cell in set(cells) if cells.count(cell) == 2] == [10, 20]
    model = next(model for model in MODELS if model.id == MODEL)
    assert 1_400 < text_tokens(cost.data_frame(), model) < 1_600
    (block,) = cost.figure_blocks(MODEL, 5, (1000, 700), 450)
    assert (block["type"], block["source"]["media_type"]) == ("image", "image/png")
    assert 100_000 < len(block["source"]["data"]) * 3 / 4 < 300_000
    assert image_tokens(1000, 700) == 900


def test_the_same_tokens_are_asked_with_and_without_caching(price: Price) -> None:
    with cost.this_environment_alone():
        without = cost.spend(OPTIONS, price, 0.0, caching="off")
        cached = cost.spend(OPTIONS, price, 0.0)
    assert (without.written, without.read, without.saved) == (0, 0, 0.0)
    assert without.cost == pytest.approx(without.plain * 2 / 1_000_000)
    assert cached.plain + cached.written + cached.read == without.plain
    assert cached.cost == pytest.approx(
        (cached.plain * 2 + cached.written * 2.5 + cached.read * 0.2) / 1_000_000
    )
    # What the product tells its user, and what the referee has counted.
    assert cached.saved == pytest.approx(without.cost - cached.cost)


def test_figures_are_sent_once(capsys: pytest.CaptureFixture[str]) -> None:
    with cost.this_environment_alone():
        assert cost.measure_bytes(MODEL, questions=10, side=500)
    printed = capsys.readouterr().out
    assert "three figures of 0.26 MB" in printed
    assert "| uploaded once, as by default | 14 | 3 | 0.8 |" in printed
    assert "PASS  bytes sent: 1." in printed


def test_a_limit_that_is_exceeded_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert not cost.verdict(False, "input cost", "30% of that without caching")
    assert capsys.readouterr().out == "FAIL  input cost: 30% of that without caching\n"
