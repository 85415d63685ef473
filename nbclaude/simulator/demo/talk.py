"""Answers small talk, and says honestly what the demo model is when nothing else fits."""

from __future__ import annotations

import re

from .question import Question
from .wording import count, listed, quote, shorten

__all__ = ["INTRODUCTION", "answer_rest", "answer_system", "answer_talk", "apply_manners"]

INTRODUCTION = "I am the demo model that ships with nbclaude, not Claude"

_GREETING = re.compile(
    r"(?:hi|hello|hey|hallo|hola|bonjour|ciao|moin|servus|good (?:morning|afternoon|evening|day)|greetings)\b"
    r"[^?]{0,40}[?!. ]*"
)
_WHO = re.compile(
    r"\b(?:who|what) (?:are|r) you\b|\bare you (?:claude|real|human|an? (?:ai|bot|llm))\b"
    r"|\bintroduce yourself\b"
)
_ABLE = re.compile(r"\bwhat can you do\b|^help\b|\bhow do you work\b|\bwhat should i (?:try|ask)\b")
_THANKS = re.compile(r"(?:thanks?|thank you|thx|merci|danke|gracias|great|nice|cool)\b.{0,30}", re.DOTALL)
_BYE = re.compile(r"(?:bye|goodbye|see you|ciao|adieu|tschüss)\b.{0,20}", re.DOTALL)
_JOKE = re.compile(r"\bjoke\b")
_SYSTEM = re.compile(r"\bsystem prompt\b|\bwhat are your instructions\b|\bhow (?:were|are) you instructed\b")

_SUGGESTIONS = (
    "**code**: paste a function, and I describe it from its syntax tree",
    "**memory**: tell me your name in one cell and ask for it in the next",
    "**Markdown**: “show off your markdown” for tables, formulas and code",
    "**stop**: “write a long answer of 20,000 characters”, then press the stop button",
    "**arithmetic**: “what is 17 * 3?”",
    "**images**: attach a figure, and I name its size and colours",
    "**code to run**: “write a function for prime numbers”",
    "**JSON**: “answer in JSON”",
)
_ONE_SENTENCE = re.compile(
    r"\b(?:in|with|only|just|exactly) (?:one|a single|1) (?:short )?sentence\b|\bone[- ]sentence\b"
)
_UPPER = re.compile(r"\b(?:upper ?case|all caps|capital letters)\b")
_FRAME = re.compile(
    r"\b(begin|start|end|finish|close)\b[^.\n]{0,60}?\bwith\b[^\"“'`\n]{0,20}[\"“'`]([^\"”'`\n]{1,80})[\"”'`]",
    re.I,
)


def answer_talk(question: Question) -> str | None:
    """Answer greetings, thanks, and questions about the demo model itself."""
    text = question.lower.strip()
    if _WHO.search(text):
        return (
            f"{INTRODUCTION}. I am a handful of rules: I answer from what your request holds, the same "
            "question "
            "gets the same answer, and nothing leaves your computer.\n\n"
            "With an API key, `%claude_demo off` connects you to the real one."
        )
    if _ABLE.search(text):
        return f"{INTRODUCTION}, but I can show you around. Try\n\n" + "\n".join(
            f"- {item}" for item in _SUGGESTIONS
        )
    if _JOKE.search(text):
        return "A SQL query walks into a bar, goes up to two tables and asks: “May I join you?”"
    if _GREETING.fullmatch(text):
        if question.earlier:
            return (
                f"Hello again! This is your message number {len(question.earlier) + 1} in this conversation."
            )
        return f"Hello! {INTRODUCTION}; ask me “what can you do?” for a tour."
    if _THANKS.fullmatch(text):
        return "You are welcome."
    if _BYE.fullmatch(text):
        return "Goodbye! The conversation stays in the kernel until you reset it."
    return None


def answer_system(question: Question) -> str | None:
    """Quote the system prompt when it is asked for."""
    if not _SYSTEM.search(question.lower):
        return None
    if not question.system.strip():
        return "This request has no system prompt."
    return f"My system prompt is:\n\n{quote(question.system, 800)}"


def answer_rest(question: Question) -> str:
    """Say what arrived, and what could be tried next."""
    got = [f"{count(question.words, 'word')} ({count(len(question.text), 'character')})"]
    if question.documents:
        got.append(count(len(question.documents), "document"))
    if question.earlier:
        got.append(count(len(question.earlier), "earlier message"))
    if question.system:
        got.append(f"a system prompt (“{shorten(' '.join(question.system.split()), 60)}”)")
    if question.tools:
        got.append(count(len(question.tools), "tool"))
    opening = f"{INTRODUCTION}, so I" if not question.earlier else "I"
    start = len(question.earlier) * 3
    tips = [_SUGGESTIONS[(start + step) % len(_SUGGESTIONS)] for step in range(3)]
    quoted = f"\n\n{quote(question.text, 160)}" if question.text.strip() else ""
    return (
        f"{opening} cannot really answer this one, but it arrived safely: {listed(got)}.{quoted}\n\n"
        "What I can answer:\n\n" + "\n".join(f"- {tip}" for tip in tips)
    )


def apply_manners(answer: str, question: Question) -> str:
    """Follow simple wishes of system prompt and question: one sentence, capitals, first or last words."""
    wishes = f"{question.system}\n{question.text}"
    if _ONE_SENTENCE.search(wishes.lower()):
        answer = first_sentence(answer)
    if _UPPER.search(wishes.lower()):
        answer = answer.upper()
    for verb, words in _FRAME.findall(wishes):
        gap = "\n\n" if "\n" in answer else " "
        answer = f"{words}{gap}{answer}" if verb.lower() in ("begin", "start") else f"{answer}{gap}{words}"
    return answer


def first_sentence(text: str) -> str:
    """Give the first sentence of a Markdown text."""
    paragraph = next(
        (part for part in text.split("\n\n") if part.strip() and not part.startswith(("#", "```", "|"))), text
    )
    match = re.match(r".+?[.!?](?=\s|$)", " ".join(paragraph.split()))
    return match.group() if match else " ".join(paragraph.split())
