"""A path or an address of the user's comes in; an image or a document for the model goes out."""

from __future__ import annotations

import base64
import codecs
import difflib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nbclaude.context.attachment import Attachment
from nbclaude.context.images.prepared import STANDARD_IMAGES, ImageLimits, prepare_image
from nbclaude.context.images.vectors import paint_svg
from nbclaude.context.texts import beginning
from nbclaude.errors import ConfigurationError

__all__ = ["MAX_CHARACTERS", "attach_path", "attach_url"]

MAX_CHARACTERS = 400_000  # of a text file; about 100k tokens
MAX_OUTPUT = 2_000  # characters of one output of a notebook
MAX_FILE = 100_000_000  # bytes of an image or a PDF that is read at all

_IMAGES_BY_URL = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
_IMAGES = _IMAGES_BY_URL | {".bmp", ".tif", ".tiff", ".ico", ".avif", ".jp2", ".ppm", ".pgm", ".tga"}

_TABLE = "Read it with {} and attach the table, e.g. {{df}}."
_UNPACK = "Unpack it and attach what matters."
# What people try to attach and no model reads: what it is, and the way.
_UNREADABLE = {
    ".xlsx": ("an Excel workbook", _TABLE.format("pandas.read_excel")),
    ".xls": ("an Excel workbook", _TABLE.format("pandas.read_excel")),
    ".ods": ("a spreadsheet", _TABLE.format("pandas.read_excel")),
    ".parquet": ("a Parquet table", _TABLE.format("pandas.read_parquet")),
    ".feather": ("a Feather table", _TABLE.format("pandas.read_feather")),
    ".arrow": ("an Arrow table", _TABLE.format("pandas.read_feather")),
    ".h5": ("an HDF5 file", _TABLE.format("pandas.read_hdf or h5py")),
    ".nc": ("a NetCDF file", _TABLE.format("xarray.open_dataset")),
    ".npy": ("a numpy array", "Load it with numpy.load and attach the array."),
    ".npz": ("an archive of numpy arrays", "Load it with numpy.load and attach an array."),
    ".pkl": ("a pickle", "Load it with pandas.read_pickle and attach the object."),
    ".pickle": ("a pickle", "Load it with pandas.read_pickle and attach the object."),
    ".db": ("a database", "Query it and attach the result."),
    ".sqlite": ("a database", "Query it and attach the result."),
    ".docx": ("a Word document", "Save it as PDF or text and attach that."),
    ".doc": ("a Word document", "Save it as PDF or text and attach that."),
    ".odt": ("a text document", "Save it as PDF or text and attach that."),
    ".pptx": ("a presentation", "Save it as PDF and attach that."),
    ".zip": ("an archive", _UNPACK),
    ".gz": ("a compressed file", _UNPACK),
    ".bz2": ("a compressed file", _UNPACK),
    ".xz": ("a compressed file", _UNPACK),
    ".tar": ("an archive", _UNPACK),
    ".mp3": ("sound", "Models hear nothing; attach a transcript."),
    ".wav": ("sound", "Models hear nothing; attach a transcript or a plot of it."),
    ".mp4": ("a film", "Attach single frames as images."),
    ".mov": ("a film", "Attach single frames as images."),
    ".heic": ("a HEIC photo", "Save it as JPEG and attach that."),
    ".eps": ("an EPS figure", "Save it as PDF or PNG and attach that."),
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# How images begin; a file without a suffix, or with an unknown one, is known by it.
_IMAGE_BEGINS = re.compile(rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP|II\*\0|MM\0\*", re.DOTALL)
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def attach_path(
    path: str | Path,
    limits: ImageLimits = STANDARD_IMAGES,
    *,
    citations: bool = False,
    max_characters: int = MAX_CHARACTERS,
) -> Attachment:
    """Read a file: an image becomes an image block, a PDF or any text a document.

    `~` is the home directory; a relative path begins where the kernel runs. Of a long text `max_characters` go along,
    and the model is told. `citations` lets the model cite documents. Raises ConfigurationError for what is not there, is
    no file, cannot be read, or is of a kind that no model takes.
    """
    place = _existing(Path(path).expanduser())
    suffix = place.suffix.lower()
    try:
        beginning = _read(place, 1024)
        if suffix in _IMAGES or _IMAGE_BEGINS.match(beginning):
            return prepare_image(_whole(place), limits, place.name).attachment(place.name)
        if suffix == ".svg":
            painted = paint_svg(_whole(place), limits, place.name)
            return prepare_image(painted, limits, place.name).attachment(place.name)
        if b"%PDF-" in beginning or suffix == ".pdf":
            return _pdf(_whole(place), place.name, limits, citations)
        if suffix == ".ipynb":
            text, notes = _notebook(_whole(place), place.name)
        else:
            text, notes = _text(place, 4 * max_characters + 4)
    except OSError as error:
        raise ConfigurationError(f"{place}: the file cannot be read: {error.strerror or error}.") from error
    return _text_document(text, place, notes, citations, max_characters)


def attach_url(url: str, *, as_image: bool = False, citations: bool = False) -> Attachment:
    """Let the API fetch an address itself: an image, by its suffix or because `as_image` says so, or a PDF.

    The kernel loads nothing. Raises ConfigurationError for other addresses, and for one that holds a password.
    """
    parts = urlsplit(url)
    label = parts.path.rpartition("/")[2] or parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(
            f"{label or url!r} is no web address: it must begin with https:// or http://."
        )
    if parts.username or parts.password:
        raise ConfigurationError(
            f"The address of {label} holds a name or password. Download the file and attach it instead."
        )
    suffix = Path(parts.path).suffix.lower()
    source = {"type": "url", "url": url}
    if suffix == ".pdf" and not as_image:
        document = _document(source, label, citations)
        return Attachment(label, (document,), f"PDF at {parts.hostname}", kind="document")
    if as_image or suffix in _IMAGES_BY_URL:
        block = {"type": "image", "source": source}
        return Attachment(label, (block,), f"image at {parts.hostname}", kind="image")
    raise ConfigurationError(
        f"{label} at {parts.hostname}: only images ({', '.join(sorted(_IMAGES_BY_URL))}) and .pdf can be attached by "
        "address. Download it and attach the file, or put its text into a variable."
    )


def _existing(place: Path) -> Path:
    if place.is_dir():
        inside = sorted(each.name for each in place.iterdir() if each.is_file())[:3]
        example = f", e.g. {place / inside[0]}" if inside else ""
        raise ConfigurationError(f"{place} is a directory. Name a file in it{example}.")
    if place.is_file():
        return place
    if place.exists():
        raise ConfigurationError(
            f"{place} is no regular file (a device or a pipe): it has no end to read to."
        )
    folder = place.parent
    if not folder.is_dir():
        raise ConfigurationError(f"{place} does not exist: there is no directory {folder}.")
    names = {each.name.lower(): each.name for each in folder.iterdir()}
    close = [names[each] for each in difflib.get_close_matches(place.name.lower(), names, n=3, cutoff=0.6)]
    meant = f" Did you mean {' or '.join(close)}?" if close else ""
    raise ConfigurationError(f"{place} does not exist; the kernel runs in {Path.cwd()}.{meant}")


def _read(place: Path, size: int) -> bytes:
    with place.open("rb") as file:
        return file.read(size)


def _whole(place: Path) -> bytes:
    size = place.stat().st_size
    if size > MAX_FILE:
        raise ConfigurationError(f"{place.name}: {_megabytes(size)} are more than a request takes (32 MB).")
    return place.read_bytes()


def _pdf(data: bytes, name: str, limits: ImageLimits, citations: bool) -> Attachment:
    if b"%PDF-" not in data[:1024]:
        raise ConfigurationError(f"{name} is no PDF: it does not begin with %PDF-. Save it as PDF again.")
    encoded = base64.b64encode(data).decode()
    if len(encoded) > limits.max_request_bytes:
        raise ConfigurationError(
            f"{name}: {_megabytes(len(data))} are {_megabytes(len(encoded))} on the wire; a request takes "
            f"{limits.max_request_bytes / 1e6:.0f} MB. Split it, or attach the pages that matter."
        )
    source = {"type": "base64", "media_type": "application/pdf", "data": encoded}
    pages = _page_count(data)
    facts = ["PDF", f"{pages} page{'s' * (pages != 1)}" if pages else "", _megabytes(len(data))]
    summary = ", ".join(fact for fact in facts if fact)
    return Attachment(name, (_document(source, name, citations),), summary, kind="document")


def _page_count(data: bytes) -> int | None:
    """Count the pages that stand readable in a PDF; None where they are in compressed objects."""
    return len(re.findall(rb"/Type\s*/Page(?![a-zA-Z])", data)) or None


def _text(place: Path, size: int) -> tuple[str, tuple[str, ...]]:
    """Return the first `size` bytes as text, and a note if they are not UTF-8."""
    data = _read(place, size)
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return codecs.getincrementaldecoder(encoding)("replace").decode(data), (f"read as {encoding}",)
    if encoding := _wide_encoding(data):
        return data.decode(encoding, "replace"), (f"read as {encoding}",)
    if _is_binary(data):
        raise _unreadable(place)
    try:
        # Not final: the last character may be cut.
        return codecs.getincrementaldecoder("utf-8")().decode(data), ()
    except UnicodeDecodeError:
        return data.decode("latin-1"), ("not UTF-8: read as Latin-1",)


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
        # No more than bytes: then controls, also those above 127, tell.
        high = sum(1 for byte in sample if 127 <= byte < 160)
        return controls > len(sample) / 50 or high > len(sample) / 10
    return controls > max(len(sample) / 10, 1)


def _unreadable(place: Path) -> ConfigurationError:
    kind, cure = _UNREADABLE.get(
        place.suffix.lower(),
        (
            f"a binary file ({place.suffix or 'no suffix'})",
            "Load it in a cell, and attach what you get from it.",
        ),
    )
    return ConfigurationError(
        f"{place.name} is {kind}: models take images, PDF and text, nothing else. {cure}"
    )


def _notebook(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
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
        raise ConfigurationError(f"{name} is no notebook that can be read (nbformat 4).") from error
    note = f"{images} image{'s' * (images != 1)} in the outputs left out"
    return "\n\n".join(texts), (note,) * bool(images)


def _said(output: Mapping[str, Any]) -> str:
    if output["output_type"] == "stream":
        text = _joined(output["text"])
    elif output["output_type"] == "error":
        text = f"{output['ename']}: {output['evalue']}"
    else:
        text = _joined(output["data"].get("text/plain", ""))
    text = _ANSI.sub("", text).strip()
    said = beginning(text, MAX_OUTPUT)
    return said if said == text else f"{said}\n[… {len(text) - len(said):,} more]"


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _text_document(
    text: str, place: Path, notes: tuple[str, ...], citations: bool, max_characters: int
) -> Attachment:
    if not text.strip():
        raise ConfigurationError(f"{place.name} is empty: there is nothing to send.")
    summary = f"text, {text.count(chr(10)) + (not text.endswith(chr(10))):,} lines"
    if len(text) > max_characters:
        text = beginning(text, max_characters)
        cut = f"cut: the first {len(text):,} characters of a file of {_megabytes(place.stat().st_size)}"
        notes += (cut,)
        summary = f"text, {len(text):,} characters"
        text = f"{text}\n[{cut}]"
    source = {"type": "text", "media_type": "text/plain", "data": text}
    return Attachment(place.name, (_document(source, place.name, citations),), summary, notes, "document")


def _document(source: Mapping[str, Any], title: str, citations: bool) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "document", "source": source, "title": title}
    return block | {"citations": {"enabled": True}} if citations else block


def _megabytes(size: int) -> str:
    if size < 100_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1e6:.1f} MB"
