"""The lines of the list of models: grouped, with price and context, searched by words."""

from __future__ import annotations

from datetime import date

from nbclaude.models.table import ModelInfo
from nbclaude.panel.models import Entry, entries_of, known_models

TODAY = date(2026, 11, 24)


def test_the_table_is_grouped_by_line_with_price_and_context() -> None:
    entries = entries_of(known_models(()), today=TODAY)
    assert entries[0] == Entry("── Opus ──", "")
    assert Entry("claude-opus-5-5 · $4 in / $20 out per M · 1M context", "claude-opus-5-5") in entries
    headings = [entry.label for entry in entries if not entry.id]
    assert headings == ["── Opus ──", "── Sonnet ──", "── Haiku ──", "── Fable ──", "── Mythos ──"]


def test_a_model_that_retires_says_so() -> None:
    (label,) = [
        entry.label for entry in entries_of(known_models(()), today=TODAY) if "sonnet-4-5" in entry.id
    ]
    assert label.endswith("· retires on 2026-11-30")


def test_all_words_must_occur_and_the_chosen_one_stays() -> None:
    found = entries_of(known_models(()), word="OPUS 200k", chosen="claude-sonnet-5-5", today=TODAY)
    assert [entry.id for entry in found] == [
        "",
        "claude-opus-4-5-20251101",
        "claude-opus-4-1-20250805",
        "",
        "claude-sonnet-5-5",
    ]


def test_a_server_s_own_models() -> None:
    offered = (ModelInfo("anthropic/claude-opus-5.5"), ModelInfo("llama-4"))
    entries = entries_of(known_models(offered), chosen="my-model", today=TODAY)
    assert entries == [
        Entry("my-model · not in the list", "my-model"),
        Entry("── Opus ──", ""),
        Entry("anthropic/claude-opus-5.5 · $4 in / $20 out per M · 1M context", "anthropic/claude-opus-5.5"),
        Entry("── Other ──", ""),
        Entry("llama-4", "llama-4"),
    ]
