"""Every credential in a text, replaced by a mask that says what it was.

Looked for are the shapes that providers' tokens have, and values whose names say what they are; how random a string looks
says nothing by itself, or hashes, ids and data would be masked.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from nbclaude.frozen import frozen
from nbclaude.secrets.assigned import assigned_secrets
from nbclaude.secrets.columns import aligned_secrets
from nbclaude.secrets.commands import command_secrets
from nbclaude.secrets.delimited import delimited_secrets
from nbclaude.secrets.documents import document_secrets
from nbclaude.secrets.escapes import unescaped
from nbclaude.secrets.key_tails import key_tails
from nbclaude.secrets.literals import leaves_of
from nbclaude.secrets.marks import MASK, mask_of
from nbclaude.secrets.names import Name, named_places
from nbclaude.secrets.neighbours import neighbour_secrets
from nbclaude.secrets.netrc import netrc_secrets
from nbclaude.secrets.placed import described_secrets, framed_secrets, placed_secrets
from nbclaude.secrets.rows import row_secrets
from nbclaude.secrets.shapes import MIN_LENGTH, MIXED, SHAPES, Shape
from nbclaude.secrets.values import is_placeholder, looks_secret

__all__ = ["Finding", "mask", "mask_named", "whole_credentials"]


@frozen
class Finding:
    """A credential that was found: its kind, and the line of the text it stands in. Never the credential itself."""

    kind: str
    line: int


_BY_PLACE = (
    placed_secrets,
    command_secrets,
    document_secrets,
    netrc_secrets,
    described_secrets,
    framed_secrets,
)
_BY_NAME = (neighbour_secrets, delimited_secrets, aligned_secrets, row_secrets)

# The shape of a whole word: not inside a longer one, but after an escape of a repr ("\nAC...").
_BEFORE = re.compile(r"(?:^|[^A-Za-z0-9]|\\[nrt])$")

_INSIDE = re.compile(r"[A-Za-z0-9]")

_REST = re.compile(r"[A-Za-z0-9_-]*")

_AROUND = 5_000  # characters on either side of a cut: a private key, a long token

# What a value may hold besides the credential in it: a line break.
_WORTH = re.compile(r"(?<!\\)[A-Za-z0-9]|[^\s\\A-Za-z0-9]")

_LEAST_DISTINCT = 8  # characters of a token

_CHARACTERS = (re.compile("[0-9]"), re.compile("[a-z]"), re.compile("[A-Z]"))

# Where secrets stand in texts that were looked at before, by the texts' hashes: a conversation comes again with each question.
_MAX_KNOWN = 2_000
_LEAST_KNOWN = 500  # characters; what is shorter is looked at faster than it is hashed
_known: dict[bytes, tuple[tuple[int, int, str], ...]] = {}


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
        pieces += (text[position:start], mask_of(kind))
        findings.append(Finding(kind, line))
        position = end
    return "".join([*pieces, text[position:]]), tuple(findings)


def mask_named(value: str, name: Name) -> str:
    """Return the value of something that this name has, masked: as a whole, or what it holds if it is a list or dict."""
    if value[:1] not in ("[", "{", "("):
        return mask_of(name.kind) if looks_secret(value, name, structured=True) else value
    for leaf in reversed(leaves_of(value, 0)[0]):
        if looks_secret(leaf.value, name, structured=True):
            value = f"{value[: leaf.start]}{mask_of(name.kind)}{value[leaf.end :]}"
    return value


def whole_credentials(text: str, cut: int) -> tuple[int, int]:
    """Return where a text can be cut: before and behind the credential that a cut at this place would go through.

    A part of a credential is a secret still, and no detector knows it any more.
    """
    window = max(cut - _AROUND, 0)
    for start, end, _ in _spans(text[window : cut + _AROUND]):
        if window + start < cut < window + end:
            return window + start, window + end
    return cut, cut


def _spans(text: str) -> tuple[tuple[int, int, str], ...]:
    if len(text) < _LEAST_KNOWN:
        return _found(text)
    key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    if key not in _known:
        while len(_known) >= _MAX_KNOWN:
            _known.pop(next(iter(_known)), None)
        _known[key] = _found(text)
    return _known[key]


def _found(text: str) -> tuple[tuple[int, int, str], ...]:
    spans = [hit for shape in SHAPES if shape.hint in text for hit in _hits(shape, text)]
    # A provider's shape says more than a name: it comes first.
    spans += key_tails(text)
    spans += _told(text)
    plain = unescaped(text)
    if plain is not None:
        spans += [
            (*plain.original(start, end), kind) for start, end, kind in _told(plain.text) if end > start
        ]
    return _apart(text, [span for span in spans if not text.startswith(MASK, span[0])])


def _told(text: str) -> list[tuple[int, int, str]]:
    """Return what is not known by its own form, but by its place or its name."""
    spans = [span for find in _BY_PLACE for span in find(text)]
    names = sorted(named_places(text), key=lambda place: place.start)
    spans += assigned_secrets(text, names)
    alone = [place for place in names if not place.name.several]
    return spans + [span for find in _BY_NAME if alone for span in find(text, alone)]


def _hits(shape: Shape, text: str) -> Iterable[tuple[int, int, str]]:
    for match in shape.pattern.finditer(text):
        inner = bool(shape.pattern.groups)
        start, end = match.span(1) if inner else match.span()
        if not inner and not shape.bounded:
            # Some shapes are those of the shortest tokens of their kind.
            rest = _REST.match(text, end)
            end = rest.end() if rest else end
        if end - start < MIN_LENGTH.get(shape.kind, 0):
            continue
        # `ghp_xxxx…` shows how a token looks.
        if not inner and len(set(text[start:end])) < _LEAST_DISTINCT:
            continue
        if shape.kind in MIXED and not all(kind.search(text, start, end) for kind in _CHARACTERS):
            continue
        if shape.bounded and not _is_word(text, start, end):
            continue
        if shape.kind.startswith("password") and is_placeholder(text[start:end]):
            continue
        yield start, end, shape.kind


def _is_word(text: str, start: int, end: int) -> bool:
    # Letters of scripts that write without spaces end a word: 鍵はAKIA…です
    return bool(_BEFORE.search(text[max(start - 2, 0) : start])) and not _INSIDE.match(text, end)


def _apart(text: str, spans: Sequence[tuple[int, int, str]]) -> tuple[tuple[int, int, str], ...]:
    """Return the spans in order, those that overlap as one, under the name of the one that begins first."""
    # The sort is stable: of two that begin together, the more telling name is that of the detector that stands first.
    united: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(spans, key=lambda span: span[0]):
        if united and start < united[-1][1]:
            first, last, name = united[-1]
            united[-1] = (first, max(last, end) if _WORTH.search(text, last, end) else last, name)
        else:
            united.append((start, end, kind))
    return tuple(united)
