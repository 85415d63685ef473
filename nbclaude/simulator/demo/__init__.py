"""The demo model: answers from what the request holds.

It is a set of small rules, not a language model, and says so.
"""

from __future__ import annotations

from .model import DEMO_MODEL_NOTICE, demo_answer

__all__ = ["DEMO_MODEL_NOTICE", "demo_answer"]
