from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from nbclaude.conversation.estimate import rough_tokens, unmeasured_note
from nbclaude.conversation.ledger import Budget, Ledger, Total, dollars, spent_text
from nbclaude.errors import BudgetError
from nbclaude.models.info import model_info
from nbclaude.options.spelling import spell

SONNET = model_info("claude-sonnet-5-5")  # 2 / 10 dollars, cache writes 2.5, reads 0.2
UNKNOWN = model_info("llama3.2")


def enter(
    ledger: Ledger, usage: dict[str, int], model: str = "claude-sonnet-5-5", cell: str = "a", **more: bool
) -> None:
    complete = more.get("complete", True)
    ledger.record(
        usage,
        model_info(model),
        cell=cell,
        conversation="main",
        price_of=lambda name: model_info(name).price,
        complete=complete,
    )


def test_an_entry() -> None:
    ledger = Ledger()
    enter(
        ledger,
        {
            "input_tokens": 1_000,
            "cache_creation_input_tokens": 2_000,
            "cache_read_input_tokens": 10_000,
            "output_tokens": 500,
        },
    )
    [entry] = ledger.entries
    assert (entry.tokens_in, entry.tokens_cached, entry.tokens_out) == (13_000, 10_000, 500)
    # 1,000 x 2 + 2,000 x 2.5 + 10,000 x 0.2 + 500 x 10 = 14,000 millionths
    assert entry.cost == pytest.approx(0.014)
    # 13,000 x 2 + 500 x 10 = 31,000 without a cache
    assert entry.saved == pytest.approx(0.017)


def test_no_price_no_number() -> None:
    ledger = Ledger()
    enter(ledger, {"input_tokens": 5, "output_tokens": 5}, model="llama3.2")
    assert (ledger.entries[0].cost, ledger.entries[0].saved) == (None, None)
    assert ledger.total == Total(1, 5, 0, 5, 0.0, 0.0, 1)


def test_what_the_demo_answers_stands_apart() -> None:
    ledger = Ledger()
    assert spent_text(ledger) == "$0.00"
    ledger.record(
        {"input_tokens": 1_000, "output_tokens": 500},
        SONNET,
        cell="a",
        conversation="main",
        price_of=lambda name: None,
        complete=True,
        notice="demo model",
    )
    assert spent_text(ledger) == "$0.0070 (demo model)"
    enter(ledger, {"input_tokens": 1_000, "output_tokens": 0})
    assert spent_text(ledger) == "$0.0020, $0.0070 (demo model)"


def test_totals() -> None:
    ledger = Ledger()
    enter(ledger, {"input_tokens": 1_000, "output_tokens": 100}, cell="a")
    enter(ledger, {"input_tokens": 2_000, "output_tokens": 100}, cell="b")
    enter(ledger, {"input_tokens": 1_000, "output_tokens": 100}, cell="a", model="claude-opus-5-5")
    assert ledger.total.cost == pytest.approx(0.003 + 0.005 + 0.006)
    assert {name: total.answers for name, total in ledger.by(lambda entry: entry.cell).items()} == {
        "a": 2,
        "b": 1,
    }
    assert list(ledger.by(lambda entry: entry.model)) == ["claude-sonnet-5-5", "claude-opus-5-5"]


class TestBudget:
    def test_none(self) -> None:
        assert Budget().allowed_output(Ledger(), SONNET, 10**9, 16_000) == 16_000
        assert Budget().warning(Ledger()) == ""

    def test_what_fits_is_not_touched(self) -> None:
        assert Budget(5.0).allowed_output(Ledger(), SONNET, 1_000, 16_000) == 16_000

    def test_it_holds_whatever_the_answer_says(self) -> None:
        # 0.10 dollars less 0.002 for the prompt pay for 9,800 tokens.
        assert Budget(0.1).allowed_output(Ledger(), SONNET, 1_000, 16_000) == 9_800

    def test_a_prompt_that_is_written_into_a_cache_costs_more(self) -> None:
        # 0.10 dollars less 0.0025 for the prompt pay for 9,750 tokens.
        assert Budget(0.1).allowed_output(Ledger(), SONNET, 1_000, 16_000, dearer=1.25) == 9_750

    def test_what_would_pass_it_is_refused_with_the_estimate(self) -> None:
        ledger = Ledger()
        enter(ledger, {"input_tokens": 1_000, "output_tokens": 9_000})  # 0.092
        with pytest.raises(BudgetError) as caught:
            Budget(0.1).allowed_output(ledger, SONNET, 1_000, 16_000)
        # Answers of this model have had 9,000 tokens: 0.002 + 0.09.
        assert caught.value.said(spell) == (
            "This request would exceed the budget of $0.10: $0.092 is spent, and it would cost about $0.092 "
            "(1,000 tokens in, about 9,000 out, claude-sonnet-5-5). Nothing was sent. Raise the budget with "
            "%claude_budget, choose a cheaper model (-m), or leave earlier turns behind with --new."
        )

    def test_it_counts_from_when_it_was_set(self) -> None:
        ledger = Ledger()
        enter(ledger, {"input_tokens": 1_000, "output_tokens": 9_000})
        budget = Budget(0.1, spent_before=ledger.total.cost)
        assert budget.spent(ledger) == 0
        assert budget.allowed_output(ledger, SONNET, 1_000, 500) == 500

    def test_a_model_without_a_price_is_not_held_up(self) -> None:
        assert Budget(0.000001).allowed_output(Ledger(), UNKNOWN, 10**6, 16_000) == 16_000

    def test_it_warns_once_at_four_fifths(self) -> None:
        ledger, budget = Ledger(), Budget(0.01)
        enter(ledger, {"input_tokens": 1_000, "output_tokens": 500})
        assert budget.warning(ledger) == ""
        enter(ledger, {"input_tokens": 500, "output_tokens": 0})
        assert budget.warning(ledger) == "$0.0080 of the budget of $0.01 is spent"
        assert budget.warning(ledger) == ""


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "$0.00"),
        (5, "$5.00"),
        (1234.5, "$1,234.50"),
        (0.5, "$0.50"),
        (0.1 + 0.2, "$0.30"),
        (0.125, "$0.125"),
        (0.0123, "$0.012"),
        (0.0069, "$0.0069"),
        (0.00012, "$0.0001"),
        (0.000021, "$0.000021"),
        (-0.02, "-$0.02"),
        (0.0000001, "$0.0000001"),
        (-1e-17, "$0.00"),
    ],
)
def test_dollars(amount: float, text: str) -> None:
    assert dollars(amount) == text


class TestRoughTokens:
    def test_text_by_its_bytes(self) -> None:
        body = {"model": "m" * 900, "messages": [{"role": "user", "content": "x" * 3_000}]}
        assert 1_000 <= rough_tokens(body) <= 1_020

    def test_an_image_by_its_size(self) -> None:
        png = io.BytesIO()
        Image.new("RGB", (560, 280)).save(png, "PNG")
        source = {
            "type": "base64",
            "media_type": "image/png",
            "data": base64.b64encode(png.getvalue()).decode(),
        }
        body = {"messages": [{"role": "user", "content": [{"type": "image", "source": source}]}]}
        assert 200 <= rough_tokens(body) <= 230

    def test_what_cannot_be_looked_into(self) -> None:
        source = {"type": "file", "file_id": "file_1"}
        body = {"messages": [{"role": "user", "content": [{"type": "image", "source": source}]}]}
        assert rough_tokens(body) >= 1_600

    def test_what_is_guessed_is_said(self) -> None:
        there = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
        pdf = {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "QQ=="},
        }
        messages = [{"role": "user", "content": [there]}]
        assert unmeasured_note({"messages": messages}) == (
            "The size of 1 image or document is not known here: it is taken for 1,600 tokens."
        )
        messages = [{"role": "user", "content": [there, pdf, {"type": "text", "text": "x"}]}]
        assert unmeasured_note({"messages": messages}).startswith("The sizes of 2 images and documents are")
        assert unmeasured_note({"messages": []}) == ""
