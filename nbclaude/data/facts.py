"""The facts about a column as values; each can be left out, or said shorter, where there is little room."""

from __future__ import annotations

from dataclasses import replace

from nbclaude.data.extents import Extent
from nbclaude.frozen import frozen

__all__ = ["LEVELS", "Fact", "Facts"]

LEVELS = 4


@frozen
class Fact:
    """One fact. Level 0 has all facts in full; from level 1 on, the `short` form is used; those of `rank` r are dropped at 4 - r.

    A fact that is `apart` follows a semicolon; one that is `in_rows` is omitted if rows follow. `schema` replaces it where no
    value of a row may be quoted.
    """

    text: str
    rank: int = 0
    short: str | None = None
    schema: str | None = None
    apart: bool = False
    in_rows: bool = False

    def at(self, level: int, *, values: bool) -> str:
        """Return the fact as it is said at a level, or nothing."""
        if self.rank and level >= LEVELS - self.rank:
            return ""
        if not values and self.schema is not None:
            return self.schema
        return self.text if self.short is None or not level else self.short


@frozen
class Facts:
    """What is in a column, the most important first; `extent` is that of numbers, as far as it is known."""

    facts: tuple[Fact, ...] = ()
    extent: Extent | None = None
    title: str = ""

    @classmethod
    def of(cls, *facts: Fact | str, extent: Extent | None = None) -> Facts:
        """Return facts without those that say nothing; a plain text is always said."""
        whole = (Fact(each) if isinstance(each, str) else each for each in facts)
        return cls(tuple(each for each in whole if each.text), extent)

    def text(self, level: int = 0, *, values: bool = True, rows: bool = False) -> str:
        """Return facts in a line; without `values`, only those that quote none; with `rows`, only those that rows do not show."""
        facts = (fact for fact in self.facts if not (rows and fact.in_rows))
        said = [(fact.apart, fact.at(level, values=values)) for fact in facts]
        close = ", ".join(text for apart, text in said if text and not apart)
        apart = (text for apart, text in said if text and apart)
        return "; ".join(part for part in (self.title, close, *apart) if part)

    def after(self, *facts: Fact | str) -> Facts:
        """Return the facts with others before them."""
        return replace(self, facts=(*Facts.of(*facts).facts, *self.facts))

    def before(self, *facts: Fact | str) -> Facts:
        """Return the facts with others behind them."""
        return replace(self, facts=(*self.facts, *Facts.of(*facts).facts))
