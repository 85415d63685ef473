"""Retired models: they are still in the list of models, but requests that name them fail.

https://platform.claude.com/docs/en/about-claude/model-deprecations
"""

from __future__ import annotations

from .models import SimulatedModel

__all__ = ["RETIRED", "find_retired"]

_ROWS = (
    # id, name, line, released, deprecated, retired
    ("claude-mythos-preview", "Claude Mythos Preview", "mythos", "2026-04-07", "2026-06-09", "2026-06-30"),
    ("claude-3-7-sonnet-20250219", "Claude Sonnet 3.7", "sonnet", "2025-02-24", "2025-10-28", "2026-02-19"),
    ("claude-3-5-haiku-20241022", "Claude Haiku 3.5", "haiku", "2024-10-22", "2025-12-19", "2026-02-19"),
    ("claude-3-opus-20240229", "Claude Opus 3", "opus", "2024-02-29", "2025-06-30", "2026-01-05"),
    ("claude-3-5-sonnet-20241022", "Claude Sonnet 3.5", "sonnet", "2024-10-22", "2025-08-13", "2025-10-28"),
)


def _retired(name: str, title: str, line: str, *days: str) -> SimulatedModel:
    released, deprecated, retired = (f"{day}T00:00:00Z" for day in days)
    return SimulatedModel(
        id=name,
        name=title,
        line=line,
        released=released,
        thinking_types=("enabled", "disabled"),
        thinks="off",
        effort=(),
        default_effort=None,
        max_input_tokens=200_000,
        max_tokens=64_000,
        deprecated_at=deprecated,
        retires_at=retired,
        is_retired=True,
    )


RETIRED = tuple(_retired(*row) for row in _ROWS)


def find_retired(name: str) -> SimulatedModel | None:
    """Return the retired model of this name, or None."""
    return next((model for model in RETIRED if model.id == name), None)
