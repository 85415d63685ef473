"""A prompt and the user's namespace come in; the text with its references replaced, and what they name, go out.

A reference is `{name}`, with attributes, subscripts and calls after the name, and a format after a colon. It is replaced only
if what it begins with exists; every other brace stays as it is, and so does what stands in code or maths. No space may
stand inside the braces: that keeps Jinja, GraphQL and JavaScript apart. `{{name}}` writes `{name}`.
"""

from __future__ import annotations

import datetime
import decimal
import difflib
import fractions
import numbers
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.expressions import evaluate, names_existing, parse_expression
from nbclaude.context.verbatim_spans import inside, looks_like_code, verbatim_spans
from nbclaude.errors import ConfigurationError
from nbclaude.wire.request import text_block

__all__ = ["Expanded", "Reference", "expand", "find_references"]

# Innermost braces on one line.
_BRACES = re.compile(r"\{([^\s{}](?:[^{}\n]*[^\s{}])?)\}")
# A LaTeX command, with its optional arguments, that takes what follows it as its argument.
_COMMAND = re.compile(r"\\[A-Za-z]+\*?(?:\[[^\]\n]*\])*$")
# x_{i}, x^{i}, \\frac{a}{b}, ${x}, #{x}, %{x}, @{x}
_ATTACHING = frozenset("\\_^}$%#@")
_WORD_FORMAT = re.compile(r"[A-Za-z]+(?: \S+)?")
# How Python formats numbers ({x:.2f}, {n:,}) and dates ({day:%Y-%m-%d}).
_PYTHON_FORMAT = re.compile(r"[+,]?\.\d+[efg%]|,|\d*d|%[A-Za-z].*")

# A text that is not longer is put into the sentence.
_INLINE = 80

# What every IPython namespace holds, and nobody means by a misspelt word.
_NOT_MEANT = frozenset({"In", "Out", "get_ipython", "exit", "quit", "open"})


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in the prompt, from `start` to `end`: an expression and its format, or a `literal` `{{name}}`."""

    start: int
    end: int
    expression: str
    format: str = ""
    literal: bool = False

    @property
    def label(self) -> str:
        """What stands between the braces."""
        return f"{self.expression}:{self.format}" if self.format else self.expression


@dataclass(frozen=True, slots=True)
class Expanded:
    """A prompt with its references replaced: `text` for the model, and what goes along before it.

    `inlined` are the references whose values stand in the text itself, with these values.
    """

    text: str
    attachments: tuple[Attachment, ...] = ()
    inlined: tuple[tuple[str, str], ...] = ()

    def blocks(self) -> tuple[Mapping[str, Any], ...]:
        """Return the content blocks to send: what goes along, in the order of the text, then the text."""
        from nbclaude.context.values import labelled_blocks

        return (*labelled_blocks(self.attachments), text_block(self.text))


def find_references(prompt: str, namespace: Mapping[str, Any]) -> list[Reference]:
    """Return the references in a prompt, in order; nothing is evaluated.

    Raises ConfigurationError for a bare name that does not exist but is close to one that does.
    """
    spans = verbatim_spans(prompt)
    found: list[Reference] = []
    checked: set[str] = set()
    for match in _BRACES.finditer(prompt):
        if inside(match.start(), spans):
            continue
        start, end = match.span()
        after_reference = bool(found) and found[-1].end == start
        if prompt[start - 1 : start] == "{" or prompt[end : end + 1] == "}":
            start, end = start - 1, end + 1
            if _is_literal(prompt, start, end) and _read(match[1], namespace):
                found.append(Reference(start, end, match[1], literal=True))
            continue
        if not after_reference and _is_attached(prompt, start):
            continue
        read = _read(match[1], namespace)
        if read is not None:
            found.append(Reference(start, end, *read))
        elif match[1] not in checked:
            checked.add(match[1])
            _check_spelling(prompt, match, namespace)
    return found


def expand(
    prompt: str,
    namespace: Mapping[str, Any],
    *,
    attach: Callable[[object, str, str], Attachment] | None = None,
) -> Expanded:
    """Replace the references in a prompt: short values in the sentence, others by `[name]` and an attachment.

    `attach(value, label, format)` makes the attachment (`values.attachment_of`, with the limits of the model). A reference
    that occurs twice is evaluated and sent once.

    Raises ConfigurationError, before anything is sent, for a reference that fails, a misspelt name, and a format that is
    unknown or does not fit.
    """
    pieces: list[str] = []
    attachments: dict[str, Attachment] = {}
    inlined: dict[str, str] = {}
    position = 0
    for reference in find_references(prompt, namespace):
        pieces.append(prompt[position : reference.start])
        position = reference.end
        label = reference.label
        if reference.literal:
            pieces.append(f"{{{reference.expression}}}")
            continue
        if label not in inlined and label not in attachments:
            value = evaluate(reference.expression, namespace)
            inline = _inline(value, reference.format)
            if inline is not None:
                inlined[label] = inline
            elif _is_no_format(value, reference.format):
                # `{color:red}` is CSS, where `color` happens to be a variable.
                inlined[label] = prompt[reference.start : reference.end]
            else:
                attachments[label] = (attach or _attach)(value, label, reference.format)
        pieces.append(inlined.get(label, f"[{label}]"))
    pieces.append(prompt[position:])
    said = tuple((label, text) for label, text in inlined.items() if text != f"{{{label}}}")
    return Expanded("".join(pieces), tuple(attachments.values()), said)


def _attach(value: object, label: str, format: str) -> Attachment:
    from nbclaude.context.values import attachment_of

    return attachment_of(value, label, format)


def _is_literal(prompt: str, start: int, end: int) -> bool:
    """Return whether exactly two braces stand on either side."""
    inner = prompt[start : start + 2] == "{{" and prompt[end - 2 : end] == "}}"
    outer = prompt[max(start - 1, 0) : start] == "{" or prompt[end : end + 1] == "}"
    return inner and start >= 0 and not outer and not _is_attached(prompt, start)


def _is_attached(prompt: str, position: int) -> bool:
    """Return whether a brace here belongs to what is before it: an argument of LaTeX, `${x}` of a shell."""
    before = prompt[max(position - 100, 0) : position].rpartition("\n")[2]
    return before[-1:] in _ATTACHING or bool(_COMMAND.search(before))


def _read(inner: str, namespace: Mapping[str, Any]) -> tuple[str, str] | None:
    """Split what stands in the braces into expression and format; None if it is no reference."""
    root = re.match(r"[^\W\d]\w*", inner)
    if root is None:
        return None
    # The first colon after which a format is left, and before which an expression: colons may stand in subscripts too.
    colons = [len(inner), *(n for n, character in enumerate(inner) if character == ":")]
    for colon in colons:
        tree = parse_expression(inner[:colon])
        format = inner[colon + 1 :]
        if tree is None or (colon < len(inner) and not _is_format(format)):
            continue
        return (inner[:colon], format) if names_existing(tree, namespace) else None
    return None


def _is_format(text: str) -> bool:
    return bool(_WORD_FORMAT.fullmatch(text) or _PYTHON_FORMAT.fullmatch(text))


def _inline(value: object, format: str) -> str | None:
    """Return a short value as the text that stands for it in the sentence; None if it is larger."""
    if not _is_short(value):
        return None
    if not format:
        return value if isinstance(value, str) else str(value)
    if format in ("repr", "str"):
        return repr(value) if format == "repr" else str(value)
    if _PYTHON_FORMAT.fullmatch(format):
        try:
            return str(value.__format__(format))
        except (ValueError, TypeError):
            return None
    return None


def _is_short(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= _INLINE and "\n" not in value
    if value is None or isinstance(value, _SHORT):
        # An integer may have a million digits.
        return not isinstance(value, int) or value.bit_length() < 200
    # A single number or date of numpy has the methods of an array.
    return (
        type(value).__module__ == "numpy"
        and getattr(value, "shape", None) == ()
        and not hasattr(value, "fill_value")
    )


_SHORT = (
    numbers.Number,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    decimal.Decimal,
    fractions.Fraction,
    uuid.UUID,
)


def _is_no_format(value: object, format: str) -> bool:
    """Return whether a word after a short value is no format at all, nor meant to be one."""
    from nbclaude.context.values import close_format

    return bool(format) and _is_short(value) and not close_format(format)


def _check_spelling(prompt: str, match: re.Match[str], namespace: Mapping[str, Any]) -> None:
    name = match[1].partition(":")[0]
    if not name.isidentifier() or len(name) < 3 or name in namespace:
        return
    if ":" in match[1] and not _is_format(match[1].partition(":")[2]):
        return
    known = [other for other in namespace if not other.startswith("_") and other not in _NOT_MEANT]
    same = [other for other in known if other.lower() == name.lower()]
    close = same or difflib.get_close_matches(name, [other for other in known if len(other) > 1], 1, 0.75)
    if close and not looks_like_code(prompt, match.start()):
        raise ConfigurationError(
            f"There is no variable {name}. Did you mean {{{close[0]}}}? Nothing was sent; --raw sends braces as they are."
        )
