"""Tries the skills of the demo model in order: the first that fits answers the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..scripts import Answer
from .calls import answer_results, tool_calls
from .edits import answer_edit
from .explaining import answer_numbered
from .memory import answer_memory
from .mending import answer_failure
from .pictures import answer_images
from .question import Question, read_question
from .showcase import answer_long, answer_showcase
from .snippets import answer_code_request
from .structured import answer_json, answer_schema
from .sums import answer_sum
from .syntax import answer_code
from .tables import answer_tables
from .talk import answer_rest, answer_system, answer_talk, apply_manners
from .tracebacks import answer_traceback
from .wording import count

__all__ = ["DEMO_MODEL_NOTICE", "demo_answer"]

DEMO_MODEL_NOTICE = "demo model, not Claude"
"""What an answer of the demo model is to be marked with."""

Skill = Callable[[Question], str | None]

# The order matters: what was sent along comes before what the words say.
_SKILLS: dict[str, Skill] = {
    "tool results": answer_results,
    "an edit": answer_edit,
    "a failed cell": answer_failure,
    "a cell to explain": answer_numbered,
    "images": answer_images,
    "a traceback": answer_traceback,
    "data": answer_tables,
    "memory": answer_memory,
    "the system prompt": answer_system,
    "code": answer_code,
    "arithmetic": answer_sum,
    "a long answer": answer_long,
    "Markdown": answer_showcase,
    "JSON": answer_json,
    "writing code": answer_code_request,
    "small talk": answer_talk,
}


def demo_answer(body: Mapping[str, Any]) -> Answer:
    """Answer a valid request body; the same body gets the same answer."""
    question = read_question(body)
    if value := answer_schema(question):
        return Answer(value, thinking=_thinking(question, "a JSON schema"))
    if calls := tool_calls(question):
        names = " and ".join(f"`{call['name']}`" for call in calls)
        words = {"type": "text", "text": f"I call the tool{'s' if len(calls) > 1 else ''} {names}."}
        return Answer([words, *calls], thinking=_thinking(question, "a tool"))
    answers = ((name, skill(question)) for name, skill in _SKILLS.items())
    name, answer = next(((name, answer) for name, answer in answers if answer), ("what arrived", None))
    answer = answer or answer_rest(question)
    if name != "JSON":
        answer = apply_manners(answer, question)
    if question.prefill:
        answer = f" {answer}"
    return Answer(answer, thinking=_thinking(question, name))


def _thinking(question: Question, skill: str) -> str:
    attached = len(question.images) + len(question.documents)
    return (
        f"The message has {count(question.words, 'word')} and {count(attached, 'attachment')}; "
        f"before it the user sent {count(len(question.earlier), 'message')}. The skill that fits is {skill}."
    )
