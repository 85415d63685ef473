"""Replaces the references in a prompt with text, and returns what they name in the user's namespace.

A reference is `{name}`, with attributes, subscripts and calls after the name, and a format after a colon. It is replaced only
if what it begins with exists; every other brace stays as it is, and so does what stands in code or maths, or belongs to
what is directly before it. No space may stand inside the braces: that keeps Jinja, GraphQL and JavaScript apart.
`{{name}}` writes `{name}`; three braces stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.references.brace_places import belongs_to_what_is_before, follows_a_sign
from nbclaude.context.references.expressions import (
    SEND_BRACES,
    evaluate,
    failures_of,
    formatted,
    names_existing,
    parse_expression,
)
from nbclaude.context.references.inline_values import (
    inline_text,
    is_format,
    is_python_format,
    is_short,
    python_text,
    reads_as_number,
)
from nbclaude.context.references.misspellings import close_name
from nbclaude.context.references.verbatim_spans import inside, looks_like_code, verbatim_spans
from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.texts import in_words
from nbclaude.wire.request import text_block

__all__ = ["Expanded", "Reference", "expand", "find_references", "is_kept", "read_reference"]

# Innermost braces on one line; or a call or subscript with dicts in it, {df.agg({"a": "mean"})}.
_DICT = r"[^{}\n]{0,200}[(\[,= ]\{[^{}\n]{0,200}\}"
_DATA = re.compile(r"schema|full|head \d+|(?:group|compare) .+")
_BRACES = re.compile(
    r"\{([^\s{}](?:[^{}\n]*[^\s{}])?"
    rf"|[^\W\d]\w{{0,99}}[.(\[](?:{_DICT}){{1,3}}[^{{}}\n]{{0,200}}[)\]](?::[^\s{{}}]{{1,20}})?)\}}"
)


@frozen
class Reference:
    """A place in the prompt, from `start` to `end`: an expression and its format, or a `literal` `{{name}}`.

    A `number` follows `$`, `#` or `%`: it is replaced only by a number, a price, and is else a variable of shell or Ruby.
    """

    start: int
    end: int
    expression: str
    format: str = ""
    literal: bool = False
    number: bool = False

    @property
    def label(self) -> str:
        """What stands between the braces."""
        return f"{self.expression}:{self.format}" if self.format else self.expression


@frozen
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


def find_references(
    prompt: str, namespace: Mapping[str, Any], *, unfinished: bool = False
) -> list[Reference]:
    """Return the references in a prompt, in order; nothing is evaluated.

    Raises ConfigurationError for a bare name that does not exist but is close to one that does, unless the prompt is
    `unfinished`: then the user may still be typing the name.
    """
    spans = verbatim_spans(prompt)
    found: list[Reference] = []
    checked: set[str] = set()
    depth = counted = 0
    for match in _BRACES.finditer(prompt):
        start, end = match.span()
        depth += prompt.count("{", counted, start) - prompt.count("}", counted, start)
        counted = start
        if inside(start, spans):
            continue
        doubled = _is_doubled(prompt, start, end)
        # `{"n": {n}}`: the second brace closes what was opened before.
        if not doubled and (prompt[start - 1 : start] == "{" or (prompt[end : end + 1] == "}" and depth < 1)):
            continue
        first = start - doubled
        sign = follows_a_sign(prompt, first)
        if (doubled and sign) or belongs_to_what_is_before(prompt, first, found[-1].end if found else 0):
            continue
        read = read_reference(match[1], namespace)
        if doubled:
            if read is not None:
                found.append(Reference(first, end + 1, match[1], literal=True))
        elif read is not None:
            found.append(Reference(start, end, *read, number=sign))
        elif not sign and not unfinished and match[1] not in checked:
            checked.add(match[1])
            _check_spelling(prompt, match, namespace)
    return found


def read_reference(text: str, namespace: Mapping[str, Any]) -> tuple[str, str] | None:
    """Split what stands in the braces, as `df:head 20`, into expression and format.

    None if it is no reference, or names something that does not exist.
    """
    if not text[:1].isidentifier():
        return None
    # The first colon after which a format is left, and before which an expression: colons may stand in subscripts too.
    colons = [len(text), *(n for n, character in enumerate(text) if character == ":")]
    for colon in colons:
        tree = parse_expression(text[:colon])
        format = text[colon + 1 :]
        if tree is None or (colon < len(text) and not is_format(format)):
            continue
        return (text[:colon], format) if names_existing(tree, namespace) else None
    return None


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
    unknown or does not fit. The user's stop (KeyboardInterrupt) is passed on.
    """
    pieces: list[str] = []
    values: dict[str, Any] = {}
    attachments: dict[str, Attachment] = {}
    inlined: dict[str, str] = {}
    position = 0
    for reference in find_references(prompt, namespace):
        written = prompt[reference.start : reference.end]
        pieces.append(prompt[position : reference.start])
        position = reference.end
        label = reference.label
        if reference.literal:
            pieces.append(f"{{{reference.expression}}}")
            continue
        if reference.expression not in values:
            values[reference.expression] = evaluate(reference.expression, namespace)
        with failures_of(label):
            value = in_words(values[reference.expression], reference.format)
            said = _said(value, reference)
            if said is None and label not in attachments:
                value = formatted(value, reference.expression, reference.format, namespace)
                attachments[label] = _attached(value, reference, attach or _attach)
        if said is None:
            said = f"[{label}]"
        elif said != written:
            inlined[label] = said
        pieces.append(said)
    pieces.append(prompt[position:])
    return Expanded("".join(pieces), tuple(attachments.values()), tuple(inlined.items()))


def is_kept(reference: Reference, namespace: Mapping[str, Any]) -> bool:
    """Return whether the value means that the braces stay, as far as this is known without evaluating anything."""
    if reference.expression not in namespace or not is_short(namespace[reference.expression]):
        return reference.number
    return _said(namespace[reference.expression], reference) == f"{{{reference.label}}}"


def _said(value: object, reference: Reference) -> str | None:
    """Return what stands in the sentence for a reference: a short value, or the braces themselves; None if it is large."""
    said = inline_text(value, reference.format)
    if reference.number:
        return said if said is not None and reads_as_number(said) else f"{{{reference.label}}}"
    if said is None and _is_no_format(value, reference.format):
        # `{color:red}` is CSS, where `color` happens to be a variable.
        return f"{{{reference.label}}}"
    return said


def _attached(
    value: object, reference: Reference, attach: Callable[[object, str, str], Attachment]
) -> Attachment:
    formatted = python_text(value, reference.format)
    if formatted is not None:
        return attach(formatted, reference.label, "")
    return attach(value, reference.label, reference.format)


def _attach(value: object, label: str, format: str) -> Attachment:
    from nbclaude.context.values import attachment_of

    return attachment_of(value, label, format)


def _is_doubled(prompt: str, start: int, end: int) -> bool:
    """Return whether exactly two braces stand on either side."""
    return (
        prompt[start - 1 : start] == "{"
        and prompt[end : end + 1] == "}"
        and prompt[max(start - 2, 0) : start - 1] != "{"
        and prompt[end + 1 : end + 2] != "}"
    )


def _is_no_format(value: object, format: str) -> bool:
    """Return whether a word after a short value is no format at all, nor meant to be one."""
    from nbclaude.context.values import close_format

    return bool(format) and is_short(value) and not close_format(format) and not _is_meant(format)


def _is_meant(format: str) -> bool:
    """Return whether this is plainly a format of Python, for whatever value: `.2f`, `,`, `>10`, `%Y`."""
    return is_python_format(format) and not format.isalnum()


def _check_spelling(prompt: str, match: re.Match[str], namespace: Mapping[str, Any]) -> None:
    name, colon, format = match[1].partition(":")
    if not name.isidentifier() or name in namespace or (colon and not is_format(format)):
        return
    close = close_name(name, namespace, surely=_is_for_data(format))
    if close and not looks_like_code(prompt, match.start()):
        raise ConfigurationError(
            f"There is no variable {name}. Did you mean {{{close}}}? Nothing was sent.", cure=SEND_BRACES
        )


def _is_for_data(format: str) -> bool:
    return bool(_DATA.fullmatch(format))
