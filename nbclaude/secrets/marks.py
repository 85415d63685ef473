"""What stands in the place of a secret."""

from __future__ import annotations

__all__ = ["MASK", "mask_of"]

MASK = "[secret removed: "
"""How every mask begins."""


def mask_of(kind: str) -> str:
    """Return what stands in the place of a secret of this kind."""
    return f"{MASK}{kind}]"
