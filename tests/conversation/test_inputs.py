"""Images and PDFs that a model does not take are refused before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nbclaude.conversation.plan import Plan, make_plan
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import Conversation
from nbclaude.errors import ConfigurationError
from nbclaude.magics.wording import said
from nbclaude.models.info import model_info
from nbclaude.settings.values import Settings
from nbclaude.wire.request import text_block

IMAGE = {"type": "image", "source": {"type": "url", "url": "https://a.example/b.png"}}
PDF = {
    "type": "document",
    "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjQK"},
}
TEXT = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a"}}


def planned(block: dict[str, Any], **takes: bool | None) -> Plan:
    model = replace(model_info("claude-haiku-4-5"), **takes)
    question = Question((block, text_block("What is it?")), names=("x", ""))
    return make_plan(question, Conversation(), Settings(model=model.id), model)


@pytest.mark.parametrize(
    ("block", "takes", "what"),
    [(IMAGE, {"image_input": False}, "images"), (PDF, {"pdf_input": False}, "PDFs")],
)
def test_what_the_model_does_not_take(block: dict[str, Any], takes: dict[str, bool], what: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        planned(block, **takes)
    assert said(refusal.value) == (
        f"claude-haiku-4-5 takes no {what}; nothing was sent. Choose another model (-m), or leave the turns that hold "
        "them behind with --new."
    )


@pytest.mark.parametrize("takes", [True, None])
def test_what_it_takes_or_nobody_knows(takes: bool | None) -> None:
    planned(IMAGE, image_input=takes)
    planned(PDF, pdf_input=takes)
    planned(TEXT, image_input=False, pdf_input=False)
