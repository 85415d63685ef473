"""What is known about the models of one server: Anthropic's table applies where the names mean Anthropic's models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import TypeVar

from nbclaude.frozen import frozen
from nbclaude.models.info import of_server
from nbclaude.models.prices import Price, own_price
from nbclaude.models.table import MODELS, ModelInfo

__all__ = ["Catalog"]

Value = TypeVar("Value")


@frozen
class Catalog:
    """The models of one server.

    * `offered` are those that it lists.
    * `prices` are the user's, by name, in dollars per million tokens: (input, output) or (input, output, cached input).
    * `means` says which Claude models its names stand for, as the user has set.
    * `is_claude` says whether any name of a Claude model means that model there.
    * `own_prices` says that it sells these at prices other than Anthropic's.

    """

    offered: tuple[ModelInfo, ...] = ()
    prices: Mapping[str, Sequence[float]] = field(default_factory=dict)
    means: Mapping[str, str] = field(default_factory=dict)
    is_claude: bool = True
    own_prices: bool = False

    def info(self, name: str) -> ModelInfo:
        """Return what is known of the model behind a name; its `id` is the name as given."""
        info = of_server(name, self._means(name), self.offered, is_claude=self.is_claude)
        own = self._own_price(name)
        if own is None and self.own_prices:
            own = next((model.price for model in self.offered if model.id == name), None)
            return replace(info, price=own)
        return info if own is None else replace(info, price=own)

    def paid(self, answered: str, asked: str) -> ModelInfo:
        """Return what is known of the model that answered; the user's price for the model asked for comes before its own.

        A gateway may name the model behind one of its own names: that one is not in its list, and has no price.
        """
        info = self.info(answered)
        if self._own_price(answered) is not None:
            return info
        is_anthropic = self.is_claude and not self.own_prices
        price = self._own_price(asked) or info.price or (None if is_anthropic else self.price(asked))
        return replace(info, price=price)

    def price(self, name: str) -> Price | None:
        """Return the price of a model; None where it is not known."""
        return self.info(name).price

    def listed(self) -> list[ModelInfo]:
        """Return the models that the server lists; without a list those of the table."""
        return [self.info(model.id) for model in self.offered or MODELS]

    def _means(self, name: str) -> str:
        return _by_name(self.means, name, "")

    def _own_price(self, name: str) -> Price | None:
        found = _by_name(self.prices, name, ()) or _by_name(self.prices, self._means(name), ())
        return own_price(*found) if found else None


def _by_name(entries: Mapping[str, Value], name: str, default: Value) -> Value:
    """Find a name as it is written, else without regard to case."""
    if name in entries:
        return entries[name]
    lowered = name.casefold()
    return next((value for key, value in entries.items() if key.casefold() == lowered), default)
