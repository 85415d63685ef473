"""Turns a value that is neither data nor a picture into its source, its traceback, or what it says of itself."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.reprs import bounded_repr, bounded_str, is_bare
from nbclaude.context.sources import describe_exception, describe_source
from nbclaude.data.table import Described
from nbclaude.errors import ConfigurationError
from nbclaude.texts import TextLimits, clip, framed

if TYPE_CHECKING:
    from nbclaude.context.images.limits import ImageLimits

__all__ = ["no_form", "object_attachment", "string_text", "text_attachment", "type_name", "value_text"]

# A string goes whole up to this many characters.
MAX_STRING = 200_000

# What a notebook shows of a value whose repr tells nothing, by IPython's protocol; the best for a reader of text first.
_TEXTS = {
    "_repr_markdown_": "Markdown",
    "_repr_latex_": "LaTeX",
    "_repr_json_": "JSON",
    "_repr_javascript_": "JavaScript",
    "_repr_html_": "HTML",
}


def object_attachment(
    value: Any, label: str, limits: TextLimits, images: ImageLimits | None = None
) -> Attachment:
    """Return source, traceback, text or repr of a value, or a picture if it only draws itself.

    Raises ConfigurationError if none of these says anything.
    """
    if isinstance(value, BaseException):
        return text_attachment(label, "traceback", describe_exception(value, limits), "text")
    source = describe_source(value, limits)
    if source is not None:
        return text_attachment(label, "source", source, "source")
    if isinstance(value, str):
        return string_text(value, label)
    from nbclaude.context.images.limits import STANDARD_IMAGES
    from nbclaude.context.shown.drawn_values import drawn_attachment

    text, note = bounded_repr(value, limits.text)
    if is_bare(text):
        # Some types have nothing to say in their repr, but print well.
        text, note = bounded_str(value, limits.text)
    if not is_bare(text):
        return value_text(label, text, f"repr of a {type_name(value)}", note)
    drawn = drawn_attachment(value, label, images or STANDARD_IMAGES)
    if drawn is not None:
        return drawn
    kind, text = _shown(value)
    if not text:
        raise no_form(value, label)
    text, note = clip(text, limits.text)
    return value_text(label, text, f"{kind} of a {type_name(value)}", note)


def string_text(value: str, label: str) -> Attachment:
    """Return a string, whole if it is no book."""
    text, note = clip(value, MAX_STRING)
    return text_attachment(
        label, "text", Described(text, f"text, {len(text):,} characters", (note,) if note else ()), "text"
    )


def value_text(label: str, text: str, summary: str, note: str) -> Attachment:
    """Return what a value says of itself."""
    return text_attachment(label, "value", Described(text, summary, (note,) if note else ()), "text")


def text_attachment(label: str, tag: str, described: Described, kind: str) -> Attachment:
    """Return a text as a block that shows the model where it begins and ends."""
    return Attachment(label, (framed(tag, label, described.text),), described.summary, described.notes, kind)


def type_name(value: object) -> str:
    """Return the name of a value's type, with the module that it is from."""
    kind = type(value)
    return (
        kind.__qualname__
        if kind.__module__ in ("builtins", "__main__")
        else f"{kind.__module__}.{kind.__qualname__}"
    )


def no_form(value: Any, label: str) -> ConfigurationError:
    """Return the error for a value that has nothing to say, with the way to what has."""
    way = f"reference what is in it ({{{label}.attribute}}), or give its class a __repr__"
    if _has(value, "fetchall") and not _has(value, "commit"):
        way = f"fetch its rows first: rows = {label}.fetchall()"
    elif _has(value, "__next__"):
        way = f"make it a list first: {{list({label})}}"
    elif _has(value, "execute"):
        way = f'query it first: rows = {label}.execute("SELECT ...").fetchall()'
    elif _has(value, "agg"):
        way = f"aggregate it first, as in {{{label}.agg(...)}}, or describe the groups of its frame: {_by_group(value)}"
    elif type(value).__dictoffset__:
        way = f"reference what is in it ({{{label}.attribute}}, {{vars({label})}}), or give its class a __repr__"
    return ConfigurationError(
        f"{label} is a {type_name(value)}, an object without any form that would say something to the model: {way}."
    )


def _by_group(value: Any) -> str:
    """Return the reference that describes the groups of a frame, as far as the grouped value reveals its columns."""
    keys = getattr(value, "keys", None)
    names = keys if isinstance(keys, list) else [keys]
    known = [name for name in names if isinstance(name, str)]
    return f"{{df:group {', '.join(known) if len(known) == len(names) else 'column'}}}"


def _shown(value: Any) -> tuple[str, str]:
    """Return the kind and the text of what a notebook shows of a value; nothing where that is a film or sound in base64."""
    for method, kind in _TEXTS.items():
        text = _shown_as(value, method)
        if text.strip() and ";base64," not in text:
            return kind, text
    return "", ""


def _shown_as(value: Any, method: str) -> str:
    # Looked up on the class: some objects have every attribute that one asks for.
    if not inspect.isroutine(getattr(type(value), method, None)):
        return ""
    try:
        shown = getattr(value, method)()
        # With metadata it is a pair.
        shown = shown[0] if isinstance(shown, tuple) and shown else shown
        return shown if isinstance(shown, str) else json.dumps(shown) if method == "_repr_json_" else ""
    except Exception:  # the value has other forms; a notebook goes on to them as well
        return ""


def _has(value: object, method: str) -> bool:
    """Return whether a class has defined a method: some objects have every attribute that one asks for."""
    return any(method in vars(base) for base in type(value).__mro__)
