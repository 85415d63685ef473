"""The background that a picture with transparent parts is laid on, so that whatever is drawn on it can be seen."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

from PIL import Image, ImageChops

from nbclaude.frozen import frozen

__all__ = ["DARK", "GREY", "WHITE", "Background", "background_for", "background_named", "laid_on"]


@frozen
class Background:
    """A grey, by the word for it and its lightness from 0 to 255."""

    name: str
    lightness: int


WHITE = Background("white", 255)
# JupyterLab's, behind figures that need a dark one.
DARK = Background("dark", 17)
# As far from black as from white to the eye.
GREY = Background("grey", 112)
# For drawings in light and in dark ink; with ink in between as well, one of them still shows all.
_GREYS = (GREY, Background("grey", 192), Background("grey", 72))

# What a front end is told by `needs_background`; the inline backend sets it for matplotlib's figures.
_NAMED: Mapping[str, Background] = {"light": WHITE, "dark": DARK}

# A difference of lightness that is hardly seen.
_FAINT = 12
# ... and those that are enough, on the dark background (from which black differs by less) and on a grey one. The first
# background on which all stands out so far is taken.
_ENOUGH_ON_DARK, _ENOUGH = 24, 16
_NEARLY = 0.8
# The share of the outlines that may be lost where lines fade out; the weakest are looked at beyond it.
_FADING, _WEAKEST = 0.004, 0.02
# White stays while outlines stand out at least half as well on it as on the dark background.
_WELL_ENOUGH = 0.5
_MAX_SIDE = 1_200  # pixels of the longer side that are looked at


def background_named(needed: object) -> Background | None:
    """Return the background that `needs_background` asks for; None where it says nothing."""
    return _NAMED.get(needed) if isinstance(needed, str) else None


def background_for(image: Image.Image) -> Background:
    """Return white, unless some of what is drawn in an RGBA image would be lost on it, or would stand out too little.

    Outlines are compared, not colours: white letters beside black ones are lost on white, a white panel in a black frame is
    not.
    """
    if max(image.size) > _MAX_SIDE:
        image = image.reduce(-(-max(image.size) // _MAX_SIDE))
    white, dark = _contrasts(image, WHITE), _contrasts(image, DARK)
    # Whatever is drawn at all differs from one of these.
    outlines = ImageChops.lighter(white, dark).point(lambda contrast: 255 if contrast >= _FAINT else 0)
    on_white, on_dark = _Seen.of(white, outlines), _Seen.of(dark, outlines)
    if not on_white.loses and on_white.mean >= _WELL_ENOUGH * on_dark.mean:
        return WHITE
    seen = {WHITE: on_white, DARK: on_dark}
    seen |= {each: _Seen.of(_contrasts(image, each), outlines) for each in _GREYS}
    # A soft glow stands out plainly on none.
    best = _NEARLY * max(each.weakest for each in seen.values())
    for each, enough in ((DARK, _ENOUGH_ON_DARK), *((grey, _ENOUGH) for grey in _GREYS)):
        if not seen[each].loses and seen[each].weakest >= min(enough, best):
            return each
    return max(seen, key=lambda each: seen[each].rank)


def laid_on(background: Background, image: Image.Image) -> Image.Image:
    """Return an RGBA image without what can be seen through."""
    return Image.alpha_composite(Image.new("RGBA", image.size, (background.lightness,) * 3), image)


@frozen
class _Seen:
    """How outlines stand out on one background: the share that is lost, the difference of the weakest, and the mean."""

    lost: float
    weakest: int
    mean: float

    @classmethod
    def of(cls, contrasts: Image.Image, outlines: Image.Image) -> _Seen:
        # The rim of a line is seen where the line is.
        counts = _most_around(_most_around(contrasts)).histogram(outlines)
        total = max(sum(counts), 1)
        below = list(accumulate(counts))
        weakest = next(each for each, count in enumerate(below) if count >= _WEAKEST * below[-1])
        return cls(
            below[_FAINT - 1] / total, weakest, sum(each * count for each, count in enumerate(counts)) / total
        )

    @property
    def loses(self) -> bool:
        """Whether more is lost than fades out anyway."""
        return self.lost > _FADING

    @property
    def rank(self) -> tuple[bool, float, float]:
        """The better, the larger."""
        return (False, -self.lost, self.mean) if self.loses else (True, self.weakest, self.mean)


def _contrasts(image: Image.Image, background: Background) -> Image.Image:
    """Return how much the lightness of an image on this background changes around each pixel."""
    lightness = laid_on(background, image).convert("RGB").convert("L")
    darkness = ImageChops.invert(lightness)
    return ImageChops.subtract(_most_around(lightness), ImageChops.invert(_most_around(darkness)))


def _most_around(image: Image.Image) -> Image.Image:
    """Return the largest value of each pixel and its neighbours; pillow's own filter takes ten times as long."""
    for right, down in ((1, 0), (0, 1)):
        either = ImageChops.lighter(
            ImageChops.offset(image, right, down), ImageChops.offset(image, -right, -down)
        )
        image = ImageChops.lighter(image, either)
    return image
