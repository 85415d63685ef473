"""What a model sees of an image, what that costs, and how many images a server takes in one request."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbclaude.cures import Mention, Words
from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.models.table import ModelInfo

__all__ = [
    "FEWER_TURNS",
    "LARGE_IMAGES",
    "STANDARD_IMAGES",
    "ImageLimits",
    "check_amount",
    "fitted_size",
    "image_tokens",
    "limits_of",
]

PATCH = 28  # pixels: the side of the square that one token stands for


FEWER_TURNS: Words = (
    *("leave earlier turns behind with ", Mention("new", True), " or ", Mention("history", False), "."),
)


_FEWER: Words = ("Attach fewer, or ", *FEWER_TURNS)


@frozen
class ImageLimits:
    """What a model sees of an image, what a server accepts, and how many plotted numbers go with a figure."""

    long_edge: int = 1568  # pixels
    max_tokens: int = 1568  # for one image, see `image_tokens`
    max_base64_bytes: int = 10 * 1024 * 1024  # one image; 5 MB on Bedrock and at Google
    max_images: int = 600  # in one request; 100 for models with a context of 200k tokens
    max_request_bytes: int = 32_000_000
    plotted_characters: int = 0  # of the plotted numbers that go along with a figure


STANDARD_IMAGES = ImageLimits()


# The models from 4.7 on.
LARGE_IMAGES = ImageLimits(long_edge=2576, max_tokens=4784)


def limits_of(model: ModelInfo) -> ImageLimits:
    """What this model sees of an image."""
    most = 100 if model.context_window == 200_000 else 600
    return ImageLimits(long_edge=model.long_edge, max_tokens=model.max_image_tokens, max_images=most)


def image_tokens(width: int, height: int) -> int:
    """Return what an image of this many pixels costs."""
    return math.ceil(width / PATCH) * math.ceil(height / PATCH)


def fitted_size(width: int, height: int, limits: ImageLimits) -> tuple[int, int]:
    """Return the largest size of the same shape that the model sees whole; never a larger one."""
    longest = max(width, height)

    def scaled(long_edge: int) -> tuple[int, int]:
        return max(1, round(width * long_edge / longest)), max(1, round(height * long_edge / longest))

    # No image has more pixels than its tokens have: a start from which only few steps are left.
    by_tokens = math.ceil(longest * math.sqrt(limits.max_tokens * PATCH * PATCH / (width * height)))
    long_edge = min(longest, limits.long_edge, by_tokens)
    while image_tokens(*scaled(long_edge)) > limits.max_tokens and long_edge > 1:
        long_edge -= 1
    return scaled(long_edge)


def check_amount(
    blocks: Iterable[Mapping[str, Any]], limits: ImageLimits = STANDARD_IMAGES, *, all_there: bool = True
) -> list[str]:
    """Raise ConfigurationError if these are too many images or bytes already; return the images in base64.

    It looks into none of them, so it can be asked again after each image: what is refused anyway need not be prepared. Then
    they are not `all_there`.
    """
    total = 0
    images: list[str] = []
    for block in _nested(blocks):
        source = block.get("source")
        if block.get("type") not in ("image", "document") or not isinstance(source, Mapping):
            continue
        data = source.get("data") if source.get("type") == "base64" else ""
        total += len(data or "")
        if block.get("type") == "image":
            images.append(data or "")
    at_least = "" if all_there else "at least "
    if len(images) > limits.max_images:
        raise ConfigurationError(
            f"The request would hold {at_least}{len(images)} images; the model takes {limits.max_images}.",
            cure=_FEWER,
        )
    if total > limits.max_request_bytes:
        raise ConfigurationError(
            f"The images and documents of this request come to {at_least}{total / 1e6:.1f} MB; the server takes "
            f"{limits.max_request_bytes / 1e6:.0f} MB.",
            cure=_FEWER,
        )
    return images


def _nested(blocks: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for block in blocks:
        yield block
        inner = block.get("content")
        if isinstance(inner, list | tuple):
            yield from _nested(each for each in inner if isinstance(each, Mapping))
