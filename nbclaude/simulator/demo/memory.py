"""Quotes what was said earlier in the conversation.

The demo model keeps nothing: it reads the turns that the request carries, which is all that any model knows
of a conversation.
"""

from __future__ import annotations

import re

from .question import Question
from .wording import count, quote, shorten

__all__ = ["answer_memory"]

_SAID = re.compile(
    r"\b(?:what|which)\b.*\b(?:did|have|had|do)\s+(?:i|we)\b.*\b(?:say|said|ask|asked|tell|told|write|wrote|talk|talked|discuss)|"
    r"\bwhat (?:was|were) my (?:first|last|previous|earlier)?\s*(?:question|message|turn|prompt)s?\b|"
    r"\b(?:repeat|summari[sz]e|recap)\b.*\b(?:conversation|chat|i (?:said|asked|told)|so far)\b"
)
_REPLIED = re.compile(
    r"\bwhat\b.*\bdid you\b.*\b(?:say|answer|tell|reply|write)\b|\byour (?:last|previous|first) answer\b"
)
_COUNTED = re.compile(r"\bhow many (?:turns|questions|messages|times)\b")
_FACT = re.compile(r"\bmy ([a-z][a-z ]{1,40}?) (?:is|are|was) (?!not\b)([^\n.!?;]{1,80})", re.IGNORECASE)
_CALLED = re.compile(r"\b(?:call me|i am called|i'm called) ([A-Z][\w'-]*(?: [A-Z][\w'-]*)*)")
_ASKS_FACT = re.compile(
    r"\b(?:what(?:'s| is| are| was| were)|who(?:'s| is)|do you (?:remember|know|recall)|tell me|remind me of)"
    r" my ([a-z][a-z ]{1,40}?)\s*(?:\?|$|\.|,)"
)
_REMEMBER = re.compile(r"\b(?:please )?remember\b[ ,:]*(?:that )?(.{2,200})", re.IGNORECASE | re.DOTALL)


def answer_memory(question: Question) -> str | None:
    """Answer a question about earlier turns, or take note of a fact; None for other questions."""
    for skill in (_asked_fact, _asked_count, _asked_reply, _asked_turns, _told):
        if answer := skill(question):
            return answer
    return None


def _facts(text: str) -> dict[str, str]:
    facts = {match[1].lower().strip(): match[2].strip() for match in _FACT.finditer(text)}
    if match := _CALLED.search(text):
        facts["name"] = match[1]
    return facts


def _asked_fact(question: Question) -> str | None:
    match = _ASKS_FACT.search(question.lower)
    wanted = "name" if re.search(r"\bwho am i\b", question.lower) else match[1].strip() if match else ""
    if not wanted or wanted in ("first question", "last question", "previous question", "question"):
        return None
    for back, text in enumerate(reversed((*question.earlier, question.text))):
        value = _facts(text).get(wanted)
        if value:
            where = (
                "in this very message"
                if back == 0
                else "in your last message"
                if back == 1
                else f"{back} messages ago"
            )
            return f"Your {wanted}: **{value}**. You told me {where}:\n\n{quote(text)}"
    turns = count(len(question.earlier), "earlier message")
    return f"I do not know your {wanted}: this request holds {turns} of yours, and none says it."


def _asked_count(question: Question) -> str | None:
    if not _COUNTED.search(question.lower):
        return None
    number = len(question.earlier)
    held = count(number, "earlier one")
    return f"This is your message number **{number + 1}** in this conversation; the request holds {held}."


def _asked_reply(question: Question) -> str | None:
    if not _REPLIED.search(question.lower):
        return None
    if not question.answers:
        return "Nothing yet: this request holds no earlier answer of mine."
    chosen = question.answers[0] if "first" in question.lower else question.answers[-1]
    return f"I answered:\n\n{quote(chosen, 600)}"


def _asked_turns(question: Question) -> str | None:
    if not _SAID.search(question.lower):
        return None
    earlier = question.earlier
    if not earlier:
        return "Nothing yet: this is the first message of the conversation that I was sent."
    if re.search(r"\bfirst\b|\bat the (?:start|beginning)\b", question.lower):
        return f"Your first message was:\n\n{quote(earlier[0])}"
    if re.search(r"\b(?:last|previous|just|before that)\b", question.lower):
        return f"Your message before this one was:\n\n{quote(earlier[-1])}"
    if about := re.search(r"\babout (.+?)\s*\??$", question.lower):
        return _about(about[1], earlier)
    lines = "\n".join(f"{number}. {_inline(text)}" for number, text in enumerate(earlier, 1))
    return f"You have sent {count(len(earlier), 'message')} before this one:\n\n{lines}"


def _about(subject: str, earlier: tuple[str, ...]) -> str:
    words = [word for word in re.findall(r"\w+", subject) if len(word) > 2 or word.isdigit()] or [subject]
    found = [text for text in earlier if any(word in text.lower() for word in words)]
    if not found:
        return f"Nothing: none of your {count(len(earlier), 'earlier message')} mentions {subject}."
    return f"About {subject} you wrote:\n\n" + "\n\n".join(quote(text) for text in found)


def _told(question: Question) -> str | None:
    """Take note of what somebody tells about themselves; asking is another matter."""
    if "?" in question.text or len(question.text) > 300 or "```" in question.text:
        return None
    facts = _facts(question.text)
    if name := facts.get("name"):
        return (
            f"Nice to meet you, **{name}**. Ask me later what your name is: I read it from the conversation."
        )
    if facts:
        told = ", ".join(f"your {key} is **{value}**" for key, value in facts.items())
        return (
            f"Noted: {told}. I keep nothing myself, the conversation does; ask me about it in a later cell."
        )
    if match := _REMEMBER.search(question.text):
        later = "Ask me later what you told me; running this cell again replaces the note."
        return f"Noted:\n\n{quote(match[1])}\n\n{later}"
    return None


def _inline(text: str) -> str:
    return shorten(" ".join(text.split()), 160)
