"""Makes the entries of the panel's list of a server's models: in groups, with price and context, filtered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from nbclaude.models.catalog import Catalog
from nbclaude.models.info import in_short, retirement_note
from nbclaude.models.table import LINES, ModelInfo

__all__ = ["Entry", "entries_of", "known_models"]

_OTHERS = "Other"


class Entry(NamedTuple):
    """One line of the list: what is read, and the model's id; a heading has none."""

    label: str
    id: str


def known_models(offered: Sequence[ModelInfo]) -> list[ModelInfo]:
    """Return the models that a server offers, with what the table knows of them; without an offer those of the table."""
    return Catalog(tuple(offered)).listed()


def entries_of(
    models: Iterable[ModelInfo], *, word: str = "", chosen: str | ModelInfo = "", today: date
) -> list[Entry]:
    """Group the models by their line; of the words in `word` each must occur in the entry. The chosen one is always there."""
    known = chosen if isinstance(chosen, ModelInfo) else Catalog().info(chosen)
    found: dict[str, list[Entry]] = {}
    seen = set()
    for model in models:
        entry = Entry(_label(model, today), model.id)
        seen.add(model.id)
        if model.id == known.id or all(part in entry.label.lower() for part in word.lower().split()):
            found.setdefault(model.line.title() or _OTHERS, []).append(entry)
    entries = []
    if known.id and known.id not in seen:
        entries.append(Entry(f"{_label(known, today)} · not in the list", known.id))
    for line in (*(name.title() for name in LINES), _OTHERS):
        if line in found:
            entries += [Entry(f"── {line} ──", ""), *found[line]]
    return entries


def _label(model: ModelInfo, today: date) -> str:
    price = f"${model.price.input:g} in / ${model.price.output:g} out per M" if model.price else ""
    context = f"{in_short(model.context_window)} context" if model.context_window else ""
    facts = (model.id, price, context, retirement_note(model, today))
    return " · ".join(fact for fact in facts if fact)
