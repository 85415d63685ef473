"""A loopback Messages API: strict, scriptable, and it remembers what it was asked.

Without a script the demo model answers. This is the way to test notebooks that use nbclaude: docs/testing.md.
"""

from __future__ import annotations

from .api import DEMO_HEADER
from .demo import DEMO_MODEL_NOTICE, demo_answer
from .models import MODELS, SimulatedModel
from .recorded import Headers, RecordedRequest
from .scripts import (
    NATURAL,
    Answer,
    Block,
    HTTPFault,
    Pace,
    RawStream,
    Script,
    Scripted,
    StreamFault,
    text,
    thinking,
    tool_use,
)
from .server import Simulator

__all__ = [
    "DEMO_HEADER",
    "DEMO_MODEL_NOTICE",
    "MODELS",
    "NATURAL",
    "Answer",
    "Block",
    "HTTPFault",
    "Headers",
    "Pace",
    "RawStream",
    "RecordedRequest",
    "Script",
    "Scripted",
    "SimulatedModel",
    "Simulator",
    "StreamFault",
    "demo_answer",
    "text",
    "thinking",
    "tool_use",
]
