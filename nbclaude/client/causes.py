"""Finds the likely cause of a refusal, and the cure, where gateways and local servers put it in their own words."""

from __future__ import annotations

import re
from typing import NamedTuple

from nbclaude.cures import Command, Mention, Words

__all__ = ["cure_for"]


class _Cause(NamedTuple):
    """What a server says by type, code or message, and what to do; sending the same again helps with none of them."""

    said: re.Pattern[str]
    cure: Words


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


# The order matters: a sentence about images may mention the model as well.
_CAUSES = (
    _Cause(
        # LiteLLM says so if the provider behind it refuses LiteLLM's own key.
        _words(r"\blitellm\.(?:exceptions\.)?(?:AuthenticationError|PermissionDeniedError)\b"),
        (
            "The service behind this server refuses the server's own key. Tell whoever runs the server, or ",
            *("choose another ", Mention("model"), "."),
        ),
    ),
    _Cause(
        _words(
            r"\bbudget_exceeded\b",
            r"\bExceeded\w*Budget\b",
            r"\bbudget has been exceeded\b",
            r"\bover budget\b",
            r"\binsufficient_quota\b",
            r"\bexceeded your current quota\b",
        ),
        ("This key has used up its budget on this server. Whoever issued the key can raise the limit.",),
    ),
    _Cause(
        _words(r"\breached your specified (?:\w+ )?usage limits?\b"),
        ("Raise the limit in the account that issued the key, or wait until it is lifted.",),
    ),
    _Cause(
        _words(r"\bcredit balance is too low\b", r"\binsufficient (?:credits?|funds|balance)\b"),
        ("Check billing for the account that issued the key, then ask again.",),
    ),
    _Cause(
        _words(
            r"\brequires? (?:the )?--jinja\b",
            r"--enable-auto-tool-choice\b",
            r"--tool-call-parser\b",
            r"\bdoes(?: not|n't) support (?:tools?|tool use|tool calling|function calling)\b",
        ),
        ("This model or this server takes no tools. Enable them when you start the server, or ask without tools.",),
    ),
    _Cause(
        _words(r"\bno models? (?:is |are |has been |have been )?(?:currently )?loaded\b"),
        ("Load a model in the server, then ask again.",),
    ),
    _Cause(
        # LiteLLM keeps its own keys in a database, and looks there for any key that is not its master key.
        _words(r"\bno_db_connection\b", r"\bno connected db\b"),
        (
            *("The server does not know the key that was sent. ", Command.CONNECT, " shows where it comes from, "),
            *("and ", Command.LOGIN, " stores another."),
        ),
    ),
    _Cause(
        _words(
            r"\b(?:image|vision|multimodal)(?: input| content)?s? (?:is|are) not supported",
            r"\bdoes(?: not|n't) (?:support|accept|take) (?:image|vision|multimodal)",
            r"\bno (?:image|vision) support\b",
            r"\bimage_url\b.{0,40}\bnot supported",
            r"\bmmproj\b",
            r"\bnot a (?:multimodal|vision) model\b",
        ),
        (
            *("The model takes no images. Choose another ", Mention("model"), ", or leave the turns that hold them "),
            *("behind with ", Mention("new", True), "."),
        ),
    ),
    _Cause(
        _words(
            r"\bexceed_context_size",
            r"\bcontext_length_exceeded\b",
            r"\bContextWindowExceeded",
            r"\bexceeds? (?:the |its )?(?:available |maximum |model'?s? )*context",
            r"\bprompt is too long\b",
            r"\b(?:prompt|input|request)\b.{0,60}\blonger than (?:the )?(?:context|maximum context|n_ctx)",
            r"\bmaximum context length\b",
            r"\bcontext (?:length|window|size) of (?:only )?\d",
            r"\bcontext (?:size|window|length) (?:has been |is |was )?(?:exceeded|overflow|too small)",
        ),
        (
            "The request is longer than the context that the server has for the model. Start a new conversation with ",
            *(Mention("new", True), ", or fold this one into a summary with ", Command.COMPACT, "."),
        ),
    ),
    _Cause(
        _words(
            r"\b(?:key|user|team|org|project)_model_access_denied\b",
            r"\b(?:key|user|team|org|project) (?:is )?not allowed to access (?:this )?model\b",
            r"\bnot available for this API key\b",
        ),
        ("The key may not be used with this model. ", Command.MODELS, " lists the models that it may be used with."),
    ),
    _Cause(
        _words(
            r"\binvalid model name\b",
            r"\bmodel_not_found\b",
            r"\bno such model\b",
            r"^not_found_error  ?model: \S+$",
            r"\bmodel ['\"`]?[^\s'\"`]{1,200}['\"`]? (?:was |is )?not found",
            r"\bmodel ['\"`]?[^\s'\"`]{1,200}['\"`]? does not exist",
        ),
        ("The server has no model of this name. ", Command.MODELS, " lists those that it has."),
    ),
)  # fmt: skip


def cure_for(message: str, kind: str, code: str = "") -> Words:
    """Return the cure for what a server said in its message and its error's type and code; empty if none is known."""
    said = f"{kind} {code} {message}"
    return next((cause.cure for cause in _CAUSES if cause.said.search(said)), ())
