"""Counts what requests used, as tokens and dollars per cell, model and conversation, and enforces a budget.

Dollars follow from the price table (`nbclaude.models.prices`); where a price is not known there is no number, and none is
invented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbclaude.cures import Command, Mention, Words
from nbclaude.errors import BudgetError
from nbclaude.frozen import frozen
from nbclaude.models.prices import cost, input_cost, output_cost, uncached_cost
from nbclaude.models.table import ModelInfo
from nbclaude.wire.message import prompt_tokens, token_count, whole_usage

__all__ = ["Budget", "Entry", "Ledger", "Total", "dollars", "no_price_note", "spent_text"]

_WARN_AT = 0.8  # of the budget
_NO_MONEY = 1e-9  # dollars; anything smaller comes from rounding
_LEAST_OUTPUT = 500  # tokens that an answer is expected to have when nothing is known of it


@frozen
class Entry:
    """One answer: tokens, and US dollars where the price is known. `saved` is what caching made cheaper (or, below 0, dearer).

    `at_least` tells that the answer was cut off, and its tokens had not all been counted. `notice` says who answered where it
    was not Claude, and what Claude would have cost stands for the cost.
    """

    cell: str
    conversation: str
    model: str
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    cost: float | None = None
    saved: float | None = None
    at_least: bool = False
    notice: str = ""


@frozen
class Total:
    """The sum of some entries; `unpriced` is how many of them have no price."""

    answers: int = 0
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    saved: float = 0.0
    unpriced: int = 0

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Total:
        """Add up entries."""
        total = cls()
        for entry in entries:
            total = cls(
                total.answers + 1,
                total.tokens_in + entry.tokens_in,
                total.tokens_cached + entry.tokens_cached,
                total.tokens_out + entry.tokens_out,
                total.cost + (entry.cost or 0.0),
                total.saved + (entry.saved or 0.0),
                total.unpriced + (entry.cost is None),
            )
        return total


@dataclass(slots=True)
class Ledger:
    """Every answer of this kernel, in order; nothing is ever taken out, since it has been paid for."""

    entries: list[Entry] = field(default_factory=list)

    def record(
        self,
        usage: Mapping[str, Any],
        model: ModelInfo,
        *,
        cell: str,
        conversation: str,
        price_of: Callable[[str], Any],
        complete: bool,
        notice: str = "",
    ) -> Entry:
        """Enter what one answer used; return the entry."""
        spent = cost(usage, model.price, price_of)
        without = uncached_cost(usage, model.price, price_of)
        usage = whole_usage(usage)
        entry = Entry(
            cell=cell,
            conversation=conversation,
            model=model.id,
            tokens_in=prompt_tokens(usage),
            tokens_cached=token_count(usage, "cache_read_input_tokens"),
            tokens_out=token_count(usage, "output_tokens"),
            cost=spent,
            saved=None if spent is None or without is None else without - spent,
            at_least=not complete,
            notice=notice,
        )
        self.entries.append(entry)
        return entry

    @property
    def total(self) -> Total:
        """The sum of all entries."""
        return Total.of(self.entries)

    @property
    def paid(self) -> float:
        """US dollars that the entries have cost; nobody pays for answers that did not come from Claude."""
        return sum(entry.cost or 0.0 for entry in self.entries if not entry.notice)

    def by(self, key: Callable[[Entry], str]) -> dict[str, Total]:
        """The sums of the entries that share a key, in the order of their first entry."""
        groups: dict[str, list[Entry]] = {}
        for entry in self.entries:
            groups.setdefault(key(entry), []).append(entry)
        return {name: Total.of(entries) for name, entries in groups.items()}

    def expected_output(self, model: str) -> int:
        """Tokens that the next answer of this model may have: the mean of those so far."""
        counts = [entry.tokens_out for entry in self.entries if entry.model == model and not entry.at_least]
        return max(_LEAST_OUTPUT, sum(counts) // len(counts)) if counts else _LEAST_OUTPUT


@dataclass(slots=True)
class Budget:
    """US dollars that this kernel may spend, counted from when it was set; None is no limit."""

    limit: float | None = None
    spent_before: float = 0.0
    warned: bool = False

    def set(self, limit: float | None, ledger: Ledger) -> None:
        """Begin a budget that counts from now on; None takes it away."""
        self.limit, self.spent_before, self.warned = limit, ledger.paid, False

    def spent(self, ledger: Ledger) -> float:
        """US dollars spent since the budget was set."""
        return ledger.paid - self.spent_before

    def allowed_output(
        self, ledger: Ledger, model: ModelInfo, tokens_in: int, max_tokens: int, *, dearer: float = 1.0
    ) -> int:
        """Return how many tokens the answer may have at the most, so that the budget holds whatever it says.

        `dearer` is what writing the prompt into a cache makes of its price. Fees of server tools come on top.

        Raises:
            BudgetError: what is left does not pay for the prompt and the answer that is to be expected.

        """
        if self.limit is None or model.price is None:
            return max_tokens
        left = self.limit - self.spent(ledger)
        prompt = dearer * (input_cost(tokens_in, model.price) or 0.0)
        per_token = output_cost(1, model.price, tokens_in) or 0.0
        expected = min(max_tokens, ledger.expected_output(model.id))
        estimate = prompt + expected * per_token
        if estimate > left:
            raise BudgetError(
                f"This request would exceed the budget of {dollars(self.limit)}: {dollars(self.spent(ledger))} is spent, and "
                f"it would cost about {dollars(estimate)} ({tokens_in:,} tokens in, about {expected:,} out, {model.id}). "
                "Nothing was sent.",
                cure=(
                    *("Raise the budget with ", Command.BUDGET, ", choose a cheaper ", Mention("model")),
                    *(", or leave earlier turns behind with ", Mention("new", True), "."),
                ),
            )
        return min(max_tokens, int((left - prompt) / per_token)) if per_token else max_tokens

    def warning(self, ledger: Ledger) -> str:
        """Say once that four fifths are spent."""
        if self.limit is None or self.warned or self.spent(ledger) < _WARN_AT * self.limit:
            return ""
        self.warned = True
        return f"{dollars(self.spent(ledger))} of the budget of {dollars(self.limit)} is spent"


def no_price_note(model: str, limit: float) -> Words:
    """Say that a budget does nothing for a model, and what helps."""
    return (
        f"The budget of {dollars(limit)} does nothing for {model}: its price is not known. Give it one with ",
        *(Mention("prices"), "."),
    )


def spent_text(ledger: Ledger) -> str:
    """Write what was spent; answers that did not come from Claude are listed separately, since nobody pays for them."""
    by_notice = ledger.by(lambda entry: entry.notice)
    parts = [
        f"{dollars(total.cost)} ({notice})" if notice else dollars(total.cost)
        for notice, total in sorted(by_notice.items())
    ]
    return ", ".join(parts) or dollars(0)


def dollars(amount: float) -> str:
    """Write US dollars: cents where that is exact enough, else two figures that tell something."""
    size = abs(amount)
    sign = "-" if amount <= -_NO_MONEY else ""
    in_cents = size < _NO_MONEY or (size >= 0.01 and abs(size * 100 - round(size * 100)) < 1e-7)
    if size >= 1 or in_cents:
        return f"{sign}${size:,.2f}"
    if size >= 0.01:
        return f"{sign}${size:.3f}"
    if size >= 0.0001:
        return f"{sign}${size:.4f}"
    return f"{sign}${size:.6f}" if size >= 0.000001 else f"{sign}${size:.9f}".rstrip("0")
