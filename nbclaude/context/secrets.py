"""A text, or content blocks, come in; they go out with every credential replaced by a mask that says what it was.

Providers' tokens have shapes of their own, and only such shapes are looked for. Guesses from a variable's name or from how
random a string looks would mask hashes, ids and data. Most shapes are those of detect-secrets, which imports requests: it is
loaded with the first text to look at (0.1 to 0.3 s), not with this module.
"""

from __future__ import annotations

import functools
import importlib
import logging
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Finding", "mask", "mask_blocks", "whole_credentials"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A credential that was found: its kind, and the line of the text it stands in. Never the credential itself."""

    kind: str
    line: int


@dataclass(frozen=True, slots=True)
class _Detector:
    """A shape of a credential. `hint` stands in every text that holds one, and is quick to look for.

    `bounded` is for shapes so short of marks that they also occur inside longer words.
    """

    kind: str
    hint: str
    pattern: re.Pattern[str]
    bounded: bool = False


# The shape of a whole word: not inside a longer one, but after an escape of a repr ("\nAC...").
_BEFORE = re.compile(r"(?:^|[^A-Za-z0-9]|\\[nrt])$")

_REST = re.compile(r"[A-Za-z0-9_-]*")

# What detect-secrets looks for: its module and class, our word for it, and a hint.
# Left out: entropy and keywords (noise), public IP addresses (no secret), basic auth, JWT, npm, GitHub, PyPI, Azure and
# Discord (ours see more), and the providers that it only knows by the name of a variable.
_PLUGINS = (
    ("aws", "AWSKeyDetector", "AWS key", "A", False),
    ("artifactory", "ArtifactoryDetector", "Artifactory token", "AKC", False),
    ("gitlab_token", "GitLabTokenDetector", "GitLab token", "-", True),
    ("mailchimp", "MailchimpDetector", "Mailchimp key", "-us", True),
    ("openai", "OpenAIDetector", "OpenAI key", "T3BlbkFJ", False),
    ("sendgrid", "SendGridDetector", "SendGrid key", "SG.", False),
    ("slack", "SlackDetector", "Slack token", "", False),
    ("square_oauth", "SquareOAuthDetector", "Square secret", "sq0csp-", False),
    ("stripe", "StripeDetector", "Stripe key", "k_live_", False),
    ("telegram_token", "TelegramBotTokenDetector", "Telegram token", ":", True),
    ("twilio", "TwilioKeyDetector", "Twilio key", "", True),
)

# What it does not know, or sees only a part of: a cell of a frame or a long text may be cut in the middle of a token.
# Group 1, where there is one, is the secret.
_OURS = tuple(
    _Detector(kind, hint, re.compile(pattern), bounded)
    for kind, hint, pattern, bounded in (
        (
            "private key",
            "PRIVATE KEY",
            r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?=[\s\S]{0,400}?[A-Za-z0-9+/=]{24})"
            r"(?:[\s\S]{0,20000}?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\s\\:,.⏎-]*)",
            False,
        ),
        ("Anthropic key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{16,}", False),
        ("OpenAI key", "sk-", r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}", False),
        ("OpenRouter key", "sk-or-", r"sk-or-v1-[0-9a-f]{32,}", False),
        ("API key", "sk-", r"sk-[A-Za-z0-9]{32,}", True),
        ("Google API key", "AIza", r"AIza[0-9A-Za-z_-]{35}", True),
        ("Google OAuth secret", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{28}", False),
        ("Google access token", "ya29.", r"ya29\.[A-Za-z0-9_-]{30,}", True),
        ("GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{20,}", False),
        ("GitHub token", "gh", r"gh[pousr]_[A-Za-z0-9_]{36,}", False),
        ("PyPI token", "pypi-", r"pypi-Ag[A-Za-z0-9_-]{30,}", False),
        ("Discord token", ".", r"[MNO][A-Za-z\d_-]{23,25}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{16,}", True),
        ("Slack token", "xapp-", r"xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]{32,}", False),
        ("Stripe key", "_", r"(?:[sr]k_(?:live|test)|whsec)_[0-9A-Za-z]{20,}", False),
        ("npm token", "npm_", r"npm_[A-Za-z0-9]{36}", True),
        ("npm token", "_authToken", r"_authToken\s*=\s*[\"']?([^\s\"']{16,})", False),
        ("Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{34,}", True),
        ("Databricks token", "dapi", r"dapi[0-9a-f]{32}(?:-\d)?", True),
        ("Groq key", "gsk_", r"gsk_[A-Za-z0-9]{32,}", True),
        ("xAI key", "xai-", r"xai-[A-Za-z0-9]{40,}", True),
        ("Replicate token", "r8_", r"r8_[A-Za-z0-9]{37,}", True),
        ("DigitalOcean token", "do", r"do[opr]_v1_[0-9a-f]{32,}", True),
        ("Shopify token", "shp", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}", True),
        ("SendGrid key", "SG.", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}", True),
        (
            "AWS secret key",
            "",
            r"(?i:aws_?secret_?(?:access_?)?key|secret_?access_?key)[\"']?\s*[:=]\s*[\"']?"
            r"([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
            False,
        ),
        ("Azure storage key", "AccountKey", r"AccountKey=([A-Za-z0-9+/]{20,}={0,2})", False),
        ("Azure access signature", "sig=", r"[?&]sig=([A-Za-z0-9%+/]{30,}={0,2})", False),
        (
            "JSON web token",
            "eyJ",
            r"(?:(?<![A-Za-z0-9_=-])|(?<=\\[nrt]))"
            r"eyJ[A-Za-z0-9_=-]{8,}\.eyJ[A-Za-z0-9_=-]{8,}(?:\.[A-Za-z0-9_+/=-]*)?",
            True,
        ),
        # The scheme is short and known to be before: a long word is looked at once, not from each of its letters.
        ("password in a URL", "://", r"://[^\s:/?#@\"'<>\[\]{}]*:([^\s/@\"'<>{}]{3,})@(?=[\w\[])", False),
        ("bearer token", "earer", r"\b[Bb]earer\s+([A-Za-z0-9._~+/-]*\d[A-Za-z0-9._~+/-]*={0,2})", False),
        (
            "basic credentials",
            "Basic",
            r"(?i:authorization)[\"']?\s*[:=]\s*[\"']?Basic\s+([A-Za-z0-9+/]{8,}={0,2})",
            False,
        ),
        ("API key", "", r"(?i:x-api-key|api[_-]key)[\"']?\s*[:=]\s*[\"']([A-Za-z0-9._-]{20,})[\"']", False),
    )
)

_AROUND = 400  # characters on either side of a cut; longer credentials are known by their beginnings

# A token is at least this long: a word after "Bearer" need not be one.
_SHORTEST = {"bearer token": 20, "API key": 20}

# Their shape alone is also that of dotted names and of long numbers.
_MIXED = frozenset({"Discord token", "Telegram token"})
_CHARACTERS = (re.compile("[0-9]"), re.compile("[a-z]"), re.compile("[A-Z]"))


def mask(text: str) -> tuple[str, tuple[Finding, ...]]:
    """Return the text with `[secret removed: AWS key]` in place of each credential, and what was found, in order."""
    spans = _spans(text)
    if not spans:
        return text, ()
    pieces: list[str] = []
    findings: list[Finding] = []
    position = line_start = 0
    line = 1
    for start, end, kind in spans:
        line += text.count("\n", line_start, start)
        line_start = start
        pieces += (text[position:start], f"[secret removed: {kind}]")
        findings.append(Finding(kind, line))
        position = end
    return "".join([*pieces, text[position:]]), tuple(findings)


def whole_credentials(text: str, cut: int) -> tuple[int, int]:
    """Return where a text can be cut: before and behind the credential that a cut at this place would go through.

    A part of a credential is a secret still, and no detector knows it any more.
    """
    window = max(cut - _AROUND, 0)
    for start, end, _ in _spans(text[window : cut + _AROUND]):
        if window + start < cut < window + end:
            return window + start, window + end
    return cut, cut


def _spans(text: str) -> list[tuple[int, int, str]]:
    found = [hit for detector in _detectors() if detector.hint in text for hit in _hits(detector, text)]
    return _apart(found)


def mask_blocks(
    blocks: Iterable[Mapping[str, Any]],
) -> tuple[tuple[Mapping[str, Any], ...], tuple[Finding, ...]]:
    """Return content blocks with the credentials in all their texts masked, and what was found.

    Looked at are all strings of a block: texts, documents of text, results and inputs of tools, titles. Left alone are
    base64 data, which is pictures and PDFs, and what the API must get back as it sent it (signatures, ids).
    """
    findings: list[Finding] = []
    masked = tuple(_masked(block, findings) for block in blocks)
    return masked, tuple(findings)


_VERBATIM_FIELDS = frozenset(
    {
        "type",
        "id",
        "tool_use_id",
        "file_id",
        "media_type",
        "signature",
        "encrypted_content",
        "encrypted_index",
    }
)
_VERBATIM_BLOCKS = frozenset({"thinking", "redacted_thinking", "compaction"})


def _masked(value: Any, findings: list[Finding]) -> Any:
    if isinstance(value, str):
        text, found = mask(value)
        findings += found
        return text
    if isinstance(value, Mapping):
        if value.get("type") in _VERBATIM_BLOCKS or value.get("type") == "base64":
            return value
        changed = {
            key: item if key in _VERBATIM_FIELDS else _masked(item, findings) for key, item in value.items()
        }
        # What holds nothing to hide stays the object that it was.
        return changed if changed != value else value
    if isinstance(value, (list, tuple)):
        return [_masked(item, findings) for item in value]
    return value


@functools.cache
def _detectors() -> tuple[_Detector, ...]:
    found = list(_OURS)
    shown = warnings.showwarning
    with warnings.catch_warnings():
        for module, name, kind, hint, bounded in _PLUGINS:
            plugin = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)
            found += [_Detector(kind, hint, pattern, bounded) for pattern in plugin().denylist]
        if warnings.showwarning is not shown:
            # Loading detect-secrets sends all warnings to its log, the user's own, too, where nobody sees them.
            logging.captureWarnings(False)
    return tuple(found)


def _hits(detector: _Detector, text: str) -> Iterable[tuple[int, int, str]]:
    for match in detector.pattern.finditer(text):
        # Where the first group is not the secret itself but its prefix (GitHub's "ghp"), it is shorter than any secret.
        inner = detector.pattern.groups and len(match[1] or "") >= 6
        start, end = match.span(1) if inner else match.span()
        if not inner and not detector.bounded:
            # Some shapes are those of the shortest tokens of their kind.
            rest = _REST.match(text, end)
            end = rest.end() if rest else end
        if end - start < _SHORTEST.get(detector.kind, 0):
            continue
        if detector.kind in _MIXED and not all(kind.search(text, start, end) for kind in _CHARACTERS):
            continue
        if detector.bounded and not _is_word(text, start, end):
            continue
        yield start, end, detector.kind


def _is_word(text: str, start: int, end: int) -> bool:
    return bool(_BEFORE.search(text[max(start - 2, 0) : start])) and not text[end : end + 1].isalnum()


def _apart(spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return the spans in order, those that overlap as one, under the name of the one that begins first."""
    # The sort is stable: of two that begin together, the more telling name is that of the detector that stands first.
    united: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(spans, key=lambda span: span[0]):
        if united and start < united[-1][1]:
            first, last, name = united[-1]
            united[-1] = (first, max(last, end), name)
        else:
            united.append((start, end, kind))
    return united
