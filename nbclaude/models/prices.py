"""What a message costs in dollars, from its usage and a price list; None where that is not known.

Prices: https://platform.claude.com/docs/en/about-claude/pricing
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from nbclaude.frozen import frozen
from nbclaude.wire.message import BESIDE_SUMS, read_count

__all__ = [
    "PRICES_AS_OF",
    "Price",
    "PriceOf",
    "cost",
    "input_cost",
    "output_cost",
    "own_price",
    "price_of_tokens",
    "uncached_cost",
]

PRICES_AS_OF = "2026-11-23"

_PER = 1_000_000
_WEB_SEARCH = 0.01  # dollars each; web fetch costs nothing but its tokens
# What multiplies the price of every token. A tier, speed or place that is not here has a price that is not known.
_FACTORS: Mapping[str, Mapping[str, float]] = {
    "service_tier": {"standard": 1.0, "batch": 0.5},
    "speed": {"standard": 1.0},
    "inference_geo": {"global": 1.0, "not_available": 1.0, "us": 1.1},
}


@frozen
class Price:
    """US dollars per million tokens; `cache_read` is None where it is not known.

    `above` is (prompt tokens, price): the whole request costs that price when its prompt is longer.
    """

    input: float
    output: float
    cache_write_5m: float
    cache_write_1h: float
    cache_read: float | None = None
    above: tuple[int, Price] | None = None

    def at(self, prompt_tokens: int) -> Price:
        """Return the price of a request with a prompt of this length."""
        return self.above[1] if self.above and prompt_tokens > self.above[0] else self


def price_of_tokens(
    input: float, output: float, read: float | None, above: tuple[int, Price] | None = None
) -> Price:
    """Make a price from what tokens cost: cache writes cost 1.25 times the input for 5 minutes, twice the input for an hour."""
    return Price(input, output, 1.25 * input, 2 * input, read, above)


def own_price(input: float, output: float, cached: float | None = None) -> Price:
    """Make a price from the user's numbers; without one for cached input, that costs what other input does."""
    return price_of_tokens(input, output, input if cached is None else cached)


PriceOf = Callable[[str], Price | None]


class _UnknownCost(Exception):  # noqa: N818 - no error: it ends a sum that cannot be known
    """A part of the cost is not known, so the sum is not."""


class _Tokens(NamedTuple):
    input: int
    write_5m: int
    write_1h: int
    read: int
    output: int

    @property
    def prompt(self) -> int:
        return self.input + self.write_5m + self.write_1h + self.read

    def uncached(self) -> _Tokens:
        return _Tokens(self.prompt, 0, 0, 0, self.output)


def cost(usage: Mapping[str, Any], price: Price | None, price_of: PriceOf | None = None) -> float | None:
    """Return what a message has cost in dollars, or None if any part of that is not known.

    `price` is that of the model that was asked; `price_of` gives the price of the other models that the usage names
    (an advisor, a fallback). Thinking is part of the output tokens. The time of code execution is in no usage and not
    counted.
    """
    return _sum(usage, price, price_of, cached=True)


def uncached_cost(
    usage: Mapping[str, Any], price: Price | None, price_of: PriceOf | None = None
) -> float | None:
    """Return what the same message would have cost without prompt caching, or None if that is not known."""
    return _sum(usage, price, price_of, cached=False)


def input_cost(tokens: int, price: Price | None) -> float | None:
    """Return what a prompt of this many uncached tokens costs in dollars."""
    return None if price is None else tokens * price.at(tokens).input / _PER


def output_cost(tokens: int, price: Price | None, prompt_tokens: int = 0) -> float | None:
    """Return what this many output tokens cost in dollars after a prompt of `prompt_tokens`."""
    return None if price is None else tokens * price.at(prompt_tokens).output / _PER


def _sum(
    usage: Mapping[str, Any], price: Price | None, price_of: PriceOf | None, *, cached: bool
) -> float | None:
    def known(name: object) -> Price | None:
        if not isinstance(name, str) or not name:
            return price
        return price_of(name) if price_of else None

    try:
        dollars = 0.0
        for tokens, its_price in _parts(usage, known):
            dollars += _token_cost(tokens if cached else tokens.uncached(), its_price)
        return dollars * _factor(usage) + _fees(usage)
    except _UnknownCost:
        return None


def _parts(
    usage: Mapping[str, Any], known: Callable[[object], Price | None]
) -> list[tuple[_Tokens, Price | None]]:
    """Split a usage into what is billed: the sums at its top level, and the iterations that are not in them.

    A compaction and an advisor's message are not in the sums. Where a fallback has answered, the sums are the
    fallback's; a request that was declined before any output costs nothing.
    """
    own: list[Mapping[str, Any]] = []
    others: list[Mapping[str, Any]] = []
    iterations = usage.get("iterations")
    for iteration in iterations if isinstance(iterations, list) else ():
        if not isinstance(iteration, Mapping):
            continue
        kind = iteration.get("type")
        if kind in ("message", "fallback_message"):
            own.append(iteration)
        elif kind in BESIDE_SUMS:
            others.append(iteration)
        else:
            raise _UnknownCost
    fallback = next((item for item in own if item.get("type") == "fallback_message"), None)
    price = known(fallback.get("model") if fallback else None)
    if fallback:
        declined = [item for item in own if item.get("model") != fallback.get("model")]
        own = [item for item in own if item not in declined]
        others += [item for item in declined if _count(item, "output_tokens")]
    return [
        *((tokens, price) for tokens in _requests(usage, own, price)),
        *((_tokens(item), known(item.get("model"))) for item in others),
    ]


def _requests(
    usage: Mapping[str, Any], iterations: list[Mapping[str, Any]], price: Price | None
) -> list[_Tokens]:
    """Take the sums apart where the price goes by the length of each prompt, and the sum of them exceeds the limit."""
    total = _tokens(usage)
    if price is None or price.above is None or total.prompt <= price.above[0]:
        return [total]
    each = [_tokens(item) for item in iterations]
    if (
        sum(item.prompt for item in each) == total.prompt
        and sum(item.output for item in each) == total.output
    ):
        return each
    if each or _server_tool_uses(usage):
        raise _UnknownCost
    return [total]


def _token_cost(tokens: _Tokens, price: Price | None) -> float:
    if price is None:
        raise _UnknownCost
    price = price.at(tokens.prompt)
    if tokens.read and price.cache_read is None:
        raise _UnknownCost
    return (
        tokens.input * price.input
        + tokens.write_5m * price.cache_write_5m
        + tokens.write_1h * price.cache_write_1h
        + tokens.read * (price.cache_read or 0.0)
        + tokens.output * price.output
    ) / _PER


def _tokens(usage: Mapping[str, Any]) -> _Tokens:
    written = _count(usage, "cache_creation_input_tokens")
    by_life = usage.get("cache_creation")
    by_life = by_life if isinstance(by_life, Mapping) else {}
    write_1h = _count(by_life, "ephemeral_1h_input_tokens")
    if usage.get("cache_creation_input_tokens") is None:
        written = write_1h + _count(by_life, "ephemeral_5m_input_tokens")
    write_1h = min(write_1h, written)
    return _Tokens(
        input=_count(usage, "input_tokens", required=True),
        write_5m=written - write_1h,
        write_1h=write_1h,
        read=_count(usage, "cache_read_input_tokens"),
        output=_count(usage, "output_tokens", required=True),
    )


def _count(usage: Mapping[str, Any], name: str, *, required: bool = False) -> int:
    """Read a count; what is no count makes the cost unknown, and so does a required one that is missing."""
    value = usage.get(name)
    if value is None and not required:
        return 0
    count = read_count(value)
    if count is None:
        raise _UnknownCost
    return count


def _factor(usage: Mapping[str, Any]) -> float:
    factor = 1.0
    for name, factors in _FACTORS.items():
        value = usage.get(name)
        if value:
            if not isinstance(value, str) or value not in factors:
                raise _UnknownCost
            factor *= factors[value]
    return factor


def _fees(usage: Mapping[str, Any]) -> float:
    tools = usage.get("server_tool_use")
    return _WEB_SEARCH * _count(tools, "web_search_requests") if isinstance(tools, Mapping) else 0.0


def _server_tool_uses(usage: Mapping[str, Any]) -> bool:
    tools = usage.get("server_tool_use")
    return isinstance(tools, Mapping) and any(tools.values())
