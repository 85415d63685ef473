"""Passwords in entries of a netrc, also where several stand on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbclaude.secrets.values import is_stand_in

__all__ = ["netrc_secrets"]

# An entry begins where a line does, in quotes, or behind another entry; that of a host with a dot anywhere.
_START = re.compile(
    r"(?:^|(?<=[\n⏎\"'])|(?<=\\n))[ \t]*(?:[+>|#-]{1,2}[ \t]+)?(?=machine\s|default\s)"
    r"|(?<![\w-])(?=machine\s+(?:[\w-]{0,60}[.\d]|localhost\b))",
    re.MULTILINE,
)
# Prose that reads like an entry, where the host has no dot and no digit: "machine learning login page password reset".
_PROSE = (
    r"\s+(?:login|user)\s+(?:page|form|screen|prompt|dialog|flow|button|link|attempt|error|problem|and|or|with|by|for)"
    r"\s+(?:password|passwd)\s+[a-z]{1,40}(?![^\s\"'\\])"
)
_HOST = rf"(?:[\w-]*[.\d][\w.-]{{0,200}}|localhost|[\w-]{{1,200}}(?!{_PROSE}))"
_BREAK = r"(?:\s|\\r|\\n|⏎)+"
_VALUE = r"[^\s\"'\\⏎]{1,200}"
_PASSWORD = rf"(?:password|passwd){_BREAK}"
_ENTRY = re.compile(
    rf"(?:machine{_BREAK}{_HOST}|default(?!{_PROSE})){_BREAK}(?:"
    rf"(?:(?:login|user){_BREAK}{_VALUE}{_BREAK})?(?:account{_BREAK}{_VALUE}{_BREAK})?{_PASSWORD}(?P<behind>{_VALUE})"
    rf"|{_PASSWORD}(?P<before>{_VALUE}){_BREAK}(?:login|user){_BREAK}{_VALUE})"
    rf"(?:{_BREAK}account{_BREAK}{_VALUE})?"
    r"(?:\s|\\r|\\n|⏎)*(?=$|[\"',}#\\⏎]|machine\b|default\b|macdef\b|port\b)",
    re.MULTILINE,
)


def netrc_secrets(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and kind of each password of a netrc."""
    if "password" not in text and "passwd" not in text:
        return
    read = 0
    for start in _START.finditer(text) if "machine" in text or "default" in text else ():
        position = max(start.end(), read)
        while entry := _ENTRY.match(text, position):
            group = "behind" if entry["behind"] is not None else "before"
            prose = entry[0].startswith("default") and position == start.end() and entry[group].isalpha()
            if not is_stand_in(entry[group]) and not (
                prose and "anonymous" not in entry[0] and entry[group].islower()
            ):
                yield (*entry.span(group), "password of netrc")
            position = read = entry.end()
