"""Turns a path or an address of the user's into an image or a document for the model."""

from __future__ import annotations

import base64
import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nbclaude.context.attachment import Attachment
from nbclaude.context.images.limits import STANDARD_IMAGES, ImageLimits
from nbclaude.context.images.prepared import prepare_image
from nbclaude.context.images.vectors import paint_svg
from nbclaude.context.text_files import file_text, notebook_text
from nbclaude.errors import ConfigurationError
from nbclaude.texts import Cut, beginning, counted

__all__ = ["MAX_CHARACTERS", "attach_path", "attach_url"]

MAX_CHARACTERS = 400_000  # of a text file; about 100k tokens
MAX_FILE = 100_000_000  # bytes of an image or a PDF that is read at all

_IMAGES_BY_URL = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
_IMAGES = _IMAGES_BY_URL | {
    ".bmp",
    ".heic",
    ".heif",
    ".tif",
    ".tiff",
    ".ico",
    ".avif",
    ".jp2",
    ".ppm",
    ".pgm",
    ".tga",
}

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
    ".eps": ("an EPS figure", "Save it as PDF or PNG and attach that."),
}
# The trailer of a PDF, also one in a compressed stream, names the way in which it is encrypted.
_ENCRYPTED = re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R|/Encrypt\s*<<")
# How images begin; a file without a suffix, or with an unknown one, is known by it.
_IMAGE_BEGINS = re.compile(
    rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP|II\*\0|MM\0\*|BM.{4}\0{4}|.{4}ftyp(?:avi[fs]|hei[cx]|mif1)",
    re.DOTALL,
)


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
    place = Path(path).expanduser()
    suffix = place.suffix.lower()
    try:
        _check_there(place)
        beginning = _read(place, 1024)
        if suffix in _IMAGES or _IMAGE_BEGINS.match(beginning):
            return prepare_image(_whole(place), limits, place.name).attachment(place.name)
        if suffix == ".svg":
            painted = paint_svg(_whole(place), limits, place.name)
            return prepare_image(painted, limits, place.name).attachment(place.name)
        if b"%PDF-" in beginning or suffix == ".pdf":
            return _pdf(_whole(place), place.name, limits, citations)
        if suffix == ".ipynb":
            text, notes = notebook_text(_whole(place), place.name)
        else:
            read = file_text(_read(place, 4 * max_characters + 4), place.name)
            if read is None:
                raise _unreadable(place)
            text, notes = read
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


def _check_there(place: Path) -> None:
    """Raise ConfigurationError, with what may be meant, for what is no file."""
    if place.is_dir():
        inside = sorted(each.name for each in place.iterdir() if each.is_file())[:3]
        example = f", e.g. {place / inside[0]}" if inside else ""
        raise ConfigurationError(f"{place} is a directory. Name a file in it{example}.")
    if place.is_file():
        return
    if place.is_symlink():
        raise ConfigurationError(f"{place} is a link to {place.readlink()}, which does not exist.")
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
    if _ENCRYPTED.search(data):
        raise ConfigurationError(
            f"{name} is encrypted: a server cannot open it, with or without a password. Print it to a new PDF, and attach that."
        )
    encoded = base64.b64encode(data).decode()
    if len(encoded) > limits.max_request_bytes:
        raise ConfigurationError(
            f"{name}: {_megabytes(len(data))} are {_megabytes(len(encoded))} on the wire; a request takes "
            f"{limits.max_request_bytes / 1e6:.0f} MB. Split it, or attach the pages that matter."
        )
    source = {"type": "base64", "media_type": "application/pdf", "data": encoded}
    pages = _page_count(data)
    facts = ["PDF", counted(pages, "page") if pages else "", _megabytes(len(data))]
    summary = ", ".join(fact for fact in facts if fact)
    return Attachment(name, (_document(source, name, citations),), summary, kind="document")


def _page_count(data: bytes) -> int | None:
    """Count the pages that stand readable in a PDF; None where they are in compressed objects."""
    return len(re.findall(rb"/Type\s*/Page(?![a-zA-Z])", data)) or None


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


def _text_document(
    text: str, place: Path, notes: tuple[str, ...], citations: bool, max_characters: int
) -> Attachment:
    if not text.strip():
        raise ConfigurationError(f"{place.name} is empty: there is nothing to send.")
    summary = f"text, {counted(text.count(chr(10)) + (not text.endswith(chr(10))), 'line')}"
    if len(text) > max_characters:
        text = beginning(text, max_characters)
        cut = Cut(f"cut: the first {len(text):,} characters of a file of {_megabytes(place.stat().st_size)}")
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
