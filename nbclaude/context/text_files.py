"""Reads the text of a file, in whatever encoding it is, or what a notebook says in its cells."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from typing import Any

from nbclaude.context.shown.bundle_text import bundle_text
from nbclaude.errors import ConfigurationError
from nbclaude.texts import Cut, beginning, counted

__all__ = ["file_text", "notebook_text"]

MAX_OUTPUT = 2_000  # characters of one output of a notebook

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def file_text(data: bytes, name: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the beginning of a file as text, and a note if it is not UTF-8; None if it is no text.

    Raises ConfigurationError for a text whose encoding cannot be told: a wrong guess would send other letters.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return codecs.getincrementaldecoder(encoding)("replace").decode(data), (f"read as {encoding}",)
    if encoding := _wide_encoding(data):
        return data.decode(encoding, "replace"), (f"read as {encoding}",)
    if _is_binary(data):
        return None
    try:
        # Not final: the last character may be cut.
        return codecs.getincrementaldecoder("utf-8")().decode(data), ()
    except UnicodeDecodeError:
        text = _western(data)
    if not text:
        raise ConfigurationError(
            f"{name}: the text is neither UTF-8 nor Western European, and its encoding cannot be told. Read it with "
            "open(path, encoding=...) and attach the variable, or save it as UTF-8."
        )
    return text, ("not UTF-8: read as Windows-1252",)


def _western(data: bytes) -> str:
    """Return a text in Windows-1252, of which Latin-1 is a part; nothing where it would be no text of its languages."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    letters = sum(map(str.isalpha, text))
    other = sum(1 for character in text if character.isalpha() and not character.isascii())
    # German, French and Turkish have one in ten; what reads as a half of them is Cyrillic, Greek, Chinese.
    return text if other <= max(0.35 * letters, 2) else ""


def _wide_encoding(data: bytes) -> str:
    """Return the UTF-16 in which a text without a mark at its beginning is written: every second byte is zero."""
    sample = data[: min(len(data), 8192) // 2 * 2]
    for encoding, high, low in (
        ("utf-16-le", sample[1::2], sample[::2]),
        ("utf-16-be", sample[::2], sample[1::2]),
    ):
        if len(low) > 3 and 0 not in low and high.count(0) > 0.9 * len(high):
            text = sample.decode(encoding, "replace")
            return (
                encoding if all(character.isprintable() or character.isspace() for character in text) else ""
            )
    return ""


def _is_binary(data: bytes) -> bool:
    """Return whether the content is no text: it has zeros, or more control characters than a log or a recording of a terminal."""
    sample = data[:8192]
    if b"\0" in sample:
        return True
    controls = sum(
        1 for byte in sample if byte < 32 and byte not in b"\t\n\v\f\r\a\b\x1a\x1b\x1c\x1d\x1e\x1f"
    )
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        # No more than bytes: then controls tell, and those above 127, which are letters in Japan and signs in Windows.
        high = sum(1 for byte in sample if 127 <= byte < 160)
        signs = high > len(sample) / 10 and not any(
            _decodes(sample, each) for each in ("cp1252", "shift_jis")
        )
        return controls > len(sample) / 50 or signs
    return controls > max(len(sample) / 10, 1)


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def notebook_text(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the cells of a notebook as text, with what their outputs say."""
    try:
        cells = json.loads(data)["cells"]
        texts, images = [], 0
        for number, cell in enumerate(cells, 1):
            kind = cell["cell_type"]
            texts.append(f"# [{number}] {kind}\n{_joined(cell['source'])}")
            for output in cell.get("outputs", ()):
                bundle = output.get("data", {})
                images += any(each.startswith("image/") for each in bundle)
                if said := _said(output):
                    texts.append(f"# [{number}] output\n{said}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{name} is not a notebook that can be read (nbformat 4).") from error
    notes = (Cut(f"{counted(images, 'image')} in the outputs left out"),) if images else ()
    return "\n\n".join(texts), notes


def _said(output: Mapping[str, Any]) -> str:
    if output["output_type"] == "stream":
        text = _joined(output["text"])
    elif output["output_type"] == "error":
        text = f"{output['ename']}: {output['evalue']}"
    else:
        forms = ("text/plain", "text/html", "text/markdown")
        text = bundle_text({form: _joined(output["data"][form]) for form in forms if form in output["data"]})
    text = _ANSI.sub("", text).strip()
    said = beginning(text, MAX_OUTPUT)
    return said if said == text else f"{said}\n[… {len(text) - len(said):,} more]"


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
