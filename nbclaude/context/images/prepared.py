"""Makes an image one that the model can use whole, and no larger.

The API downscales what is larger than it can use (https://platform.claude.com/docs/en/build-with-claude/vision):
sending such an image whole costs time and bytes and shows the model nothing more.
"""

from __future__ import annotations

import base64
import re
import struct
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from nbclaude.context.attachment import Attachment, FigureName
from nbclaude.context.images.animations import further_frames
from nbclaude.context.images.backgrounds import Background
from nbclaude.context.images.limits import (
    FEWER_TURNS,
    STANDARD_IMAGES,
    ImageLimits,
    check_amount,
    fitted_size,
    image_tokens,
)
from nbclaude.context.images.pixels import PLENTY, draw, encode, is_transparent, squeeze, tells_of_its_making
from nbclaude.errors import ConfigurationError
from nbclaude.forks import ForkSafeLock
from nbclaude.frozen import frozen
from nbclaude.quiet import quietly

__all__ = ["PreparedImage", "check_images", "image_size", "is_opaque", "prepare_image"]

MAX_PIXELS = 100_000_000  # of an image that is still opened: 400 MB in memory
MANY_IMAGES = 20  # more in one request, and each may have MANY_IMAGES_EDGE pixels at most
MANY_IMAGES_EDGE = 2000
# A smaller file goes as it is: nothing worth the while can be saved.
SMALL = 400_000  # bytes
# The images prepared last are cached, so that re-running a question does not prepare them again.
RECENT = 8
WORTH_IT = 0.8  # of its size: a file that cannot become smaller than this is not drawn anew for its size


# What the API takes, by pillow's name of the format.
_MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
# What every reader of these formats can read: not 16 bits, not the colours of printers.
# Formats that hold several pages or views rather than the frames of an animation.
_OF_PAGES = ("TIFF", "MPO", "ICO", "ICNS")
_PLAIN_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA")
# What is opened at all. Not everything that pillow can: EPS, for one, would start a program.
_FORMATS = (
    *_MEDIA_TYPES,
    "MPO",
    "BMP",
    "DIB",
    "TIFF",
    "PPM",
    "ICO",
    "ICNS",
    "TGA",
    "JPEG2000",
    "AVIF",
    "HEIF",
)
# pillow opens it where a plugin has been registered.
_HEIC = re.compile(rb".{4}ftyp(?:hei[cx]|hevc|mif1)", re.DOTALL)


_recent: dict[tuple[bytes, ImageLimits, Background | None], PreparedImage] = {}
_lock = ForkSafeLock()


@frozen
class PreparedImage:
    """An image as it is sent; `notes` say what was done to it."""

    data: bytes
    media_type: str
    size: tuple[int, int]  # pixels
    notes: tuple[str, ...] = ()
    # What the model cannot see from the image itself: that there was more.
    caption: str = ""
    # Further frames of an animation.
    more: tuple[PreparedImage, ...] = ()

    @property
    def tokens(self) -> int:
        """What the image costs."""
        return image_tokens(*self.size)

    def block(self) -> dict[str, Any]:
        """Return the content block."""
        source = {
            "type": "base64",
            "media_type": self.media_type,
            "data": base64.b64encode(self.data).decode(),
        }
        return {"type": "image", "source": source}

    def blocks(self, label: str = "") -> tuple[dict[str, Any], ...]:
        """Return the content block, after a line of text if there is more to know about it, and those of further frames."""
        following = tuple(block for each in self.more for block in each.blocks(label))
        if not self.caption:
            return (self.block(), *following)
        text = f"{label}: {self.caption}" if label else self.caption
        return ({"type": "text", "text": text}, self.block(), *following)

    def framed(self, caption: str, more: Sequence[PreparedImage] = ()) -> PreparedImage:
        """Return it as the named part of a whole, with the other frames that are sent; the notes name them all."""
        distinct: list[PreparedImage] = []
        for each in more:
            if each.data not in [self.data, *(known.data for known in distinct)]:
                distinct.append(each)
        said = ", ".join((caption, *(each.caption for each in distinct)))
        notes = tuple(note for note in self.notes if note != self.caption)
        return replace(self, caption=caption, more=tuple(distinct), notes=(*notes, said))

    def attachment(self, label: str, what: str = "image") -> Attachment:
        """Return what goes along for this one image; `what` is the user's word for it."""
        says_it = isinstance(label, FigureName) and what == "figure"
        summary = _by(self.size) if says_it else f"{what} {_by(self.size)}"
        if self.more:
            summary += f", {1 + len(self.more)} frames"
        return Attachment(label, self.blocks(label), summary, self.notes, "image")


@quietly("PIL")
def image_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels; None if this is no image that can be read."""
    try:
        return _open(data, "").size
    except ConfigurationError:
        return None


@quietly("PIL")
def is_opaque(data: bytes) -> bool:
    """Return whether nothing of an image can be seen through; also for what is no image that can be read."""
    try:
        return not is_transparent(_open(data, ""))
    except (ConfigurationError, OSError, SyntaxError, ValueError, struct.error, MemoryError):
        return True


@quietly("PIL")
def prepare_image(
    source: bytes | Image.Image,
    limits: ImageLimits = STANDARD_IMAGES,
    label: str = "image",
    background: Background | None = None,
) -> PreparedImage:
    """Return the image as it should be sent: the same bytes for the same image.

    A file that is fit already goes as it is. Everything else is drawn anew: no larger than the model can use, upright,
    opaque, without EXIF, as PNG if that is small, else as JPEG or WebP without visible loss. Of an animation, the first, the
    middle and the last frame are sent. `background` is what is seen through it; by default one on which the drawing can be
    seen. `label` names the image in errors. Raises ConfigurationError for bytes that are not an image, and for an image too
    large to open.
    """
    if not isinstance(source, bytes):
        return _whole(source, b"", limits, label, background)
    key = sha256(source).digest(), limits, background
    with _lock:
        known = _recent.pop(key, None)
    image = known or _whole(_open(source, label), source, limits, label, background)
    with _lock:
        _recent[key] = image
        if len(_recent) > RECENT:
            del _recent[next(iter(_recent))]
    return image


def _whole(
    image: Image.Image, data: bytes, limits: ImageLimits, label: str, background: Background | None
) -> PreparedImage:
    """Return a prepared image; if it has several frames, with those that are sent."""
    first = _prepared(image, data, limits, label, background)
    if getattr(image, "n_frames", 1) == 1 or image.format in _OF_PAGES or image.tell():
        return first
    more = [
        replace(_prepared(frame, b"", limits, label, background), caption=caption)
        for caption, frame in further_frames(image, data)
    ]
    return first.framed(first.caption, more)


def _prepared(
    image: Image.Image, data: bytes, limits: ImageLimits, label: str, background: Background | None
) -> PreparedImage:
    """Return one frame of an image; `data` is the file that it was opened from, if that may go as it is."""
    original = image.size
    if 0 in original:
        raise ConfigurationError(f"{label}: the image has no pixels ({original[0]}×{original[1]}).")
    try:
        if data and image.format in ("JPEG", "MPO"):
            # A photo is read at a half, a quarter or an eighth of its size, if that is twice what is needed.
            width, height = fitted_size(*original, limits)
            image.draft(None, (2 * width, 2 * height))
        image.load()
        fit = _is_fit(image, data, limits)
        if fit and len(data) <= max(SMALL, PLENTY * image.width * image.height):
            return PreparedImage(data, _MEDIA_TYPES[image.format or ""], original)
        drawn, notes, caption = draw(image, background)
    except (OSError, SyntaxError, ValueError, struct.error, MemoryError) as error:
        raise _unreadable(label, error) from error
    size = fitted_size(*drawn.size, limits)
    if size != drawn.size:
        turned = (drawn.width < drawn.height) != (original[0] < original[1])
        notes += (f"downscaled from {_by(original[::-1] if turned else original)} to {_by(size)}",)
        drawn = drawn.resize(size, Image.Resampling.LANCZOS)
    encoded, media_type = encode(drawn, photo=image.format in ("JPEG", "MPO"))
    if fit and len(encoded) > WORTH_IT * len(data):
        return PreparedImage(data, _MEDIA_TYPES[image.format or ""], original)
    if _base64_length(len(encoded)) > limits.max_base64_bytes:
        encoded, media_type, drawn = squeeze(drawn, limits.max_base64_bytes * 3 // 4 - 2)
        notes += (f"compressed to {len(encoded) / 1e6:.1f} MB",)
    return PreparedImage(encoded, media_type, drawn.size, notes, caption)


@quietly("PIL")
def check_images(blocks: Iterable[Mapping[str, Any]], limits: ImageLimits = STANDARD_IMAGES) -> None:
    """Raise ConfigurationError if a request with these content blocks would be refused for its images or documents.

    `blocks` are those of the whole request, all its messages. Images by URL or file id are counted, but not measured.
    """
    images = check_amount(blocks, limits)
    if len(images) > MANY_IMAGES and (widest := max(map(_longest_edge, images))) > MANY_IMAGES_EDGE:
        raise ConfigurationError(
            f"The request would hold {len(images)} images, one of them {widest} px long; with more than {MANY_IMAGES} images "
            f"each may have {MANY_IMAGES_EDGE} px at most.",
            cure=("Attach fewer or smaller ones, or ", *FEWER_TURNS),
        )


def _open(data: bytes, label: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # The limit is ours, below; pillow's error at twice its own limit stays.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(data), formats=_known_formats())
    except Image.DecompressionBombError as error:
        raise ConfigurationError(
            f"{label}: {error} Open it with pillow and attach a smaller version."
        ) from error
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        if _HEIC.match(data):
            raise ConfigurationError(
                f"{label} is a HEIC photo, as phones take them, whatever its name: save it as JPEG and attach that."
            ) from error
        raise _unreadable(label, error) from error
    if image.width * image.height > MAX_PIXELS:
        raise ConfigurationError(
            f"{label}: {_by(image.size)} is more than {MAX_PIXELS // 1_000_000} million pixels. Open it with pillow and "
            "attach a smaller version."
        )
    return image


def _known_formats() -> list[str]:
    Image.init()
    return [name for name in _FORMATS if name in Image.OPEN]


def _unreadable(label: str, error: BaseException) -> ConfigurationError:
    reason = (
        "these bytes are not an image" if isinstance(error, UnidentifiedImageError) else f"broken ({error})"
    )
    return ConfigurationError(f"{label}: the image cannot be read: {reason}. Save it as PNG or JPEG again.")


def _is_fit(image: Image.Image, data: bytes, limits: ImageLimits) -> bool:
    return (
        bool(data)
        and image.format in _MEDIA_TYPES
        and image.mode in _PLAIN_MODES
        and getattr(image, "n_frames", 1) == 1
        and not tells_of_its_making(image)
        and fitted_size(*image.size, limits) == image.size
        and _base64_length(len(data)) <= limits.max_base64_bytes
        and not is_transparent(image)
    )


def _longest_edge(encoded: str) -> int:
    # The size stands at the beginning of a file; only JPEG may have a lot before it.
    size = image_size(base64.b64decode(encoded)) if encoded else None
    return max(size) if size else 0


def _base64_length(length: int) -> int:
    return (length + 2) // 3 * 4


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"
