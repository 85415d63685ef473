"""Chooses which frames of an animation are sent, and draws those of matplotlib's animations."""

from __future__ import annotations

import contextlib
import sys
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from PIL import Image

from nbclaude.errors import ConfigurationError
from nbclaude.quiet import quietly

__all__ = ["chosen_frames", "frame_name", "further_frames", "paint_animation"]

_MAX_FRAMES = 1_000  # of a matplotlib animation that are drawn
_MAX_PIXELS = 300_000_000  # of all frames of a file, which is read up to its last one


def chosen_frames(count: int) -> list[int]:
    """Return which of so many frames are sent, counted from 0: the first, the middle and the last one."""
    return sorted({0, (count - 1) // 2, count - 1})


def frame_name(place: int, count: int) -> str:
    """Return the name of a frame, counted from 0; nothing if it is the only one."""
    return f"frame {place + 1:,} of {count:,}" if count > 1 else ""


def further_frames(image: Image.Image, data: bytes) -> list[tuple[str, Image.Image]]:
    """Return the frames of an animated image that are sent besides its first one, each with its name.

    `data` holds its file, if that is known. The user's own image is not moved to another frame: its file is opened again.
    A file that ends too early yields fewer, and a very long animation none.
    """
    count = getattr(image, "n_frames", 1)
    found: list[tuple[str, Image.Image]] = []
    if count * image.width * image.height > _MAX_PIXELS:
        return found
    with contextlib.suppress(OSError, EOFError, SyntaxError, ValueError):
        again = Image.open(BytesIO(data or _file_of(image)))
        for place in chosen_frames(count)[1:]:
            again.seek(place)
            again.load()
            found.append((frame_name(place, count), again.copy()))
    return found


def _file_of(image: Image.Image) -> bytes:
    """Return the bytes of the file that an image was opened from, without moving to another frame."""
    file = getattr(image, "_fp", None) or getattr(image, "fp", None)
    if file is None:
        return Path(getattr(image, "filename", "")).read_bytes()
    place = file.tell()
    try:
        file.seek(0)
        return bytes(file.read())
    finally:
        file.seek(place)


@quietly("matplotlib", "PIL")
def paint_animation(animation: Any, label: str) -> list[tuple[str, bytes]]:
    """Draw the first, middle and last frame of a matplotlib animation, each with its name.

    As when it is saved, all frames are drawn in the animation's own figure, which shows the last one afterwards.
    Raises ConfigurationError where the user's function fails, and for an animation without frames.
    """
    try:
        count = _count(animation)
        writer = _writer(chosen_frames(count) if 0 < count <= _MAX_FRAMES else [0])
        if count <= _MAX_FRAMES:
            animation.save("", writer=writer, dpi=animation._fig.dpi)
    except Exception as error:  # the user's function draws
        raise ConfigurationError(
            f"{label}: matplotlib cannot draw the animation: {type(error).__name__}: {error}"
        ) from error
    if count > _MAX_FRAMES:
        raise ConfigurationError(
            f"{label}: the animation has more than {_MAX_FRAMES:,} frames, too many to draw. Draw the frames that matter "
            "as figures, and attach those."
        )
    if not writer.painted:
        raise ConfigurationError(f"{label}: the animation has no frames.")
    return [(frame_name(place, writer.count), data) for place, data in writer.painted.items()]


def _count(animation: Any) -> int:
    """Return how many frames an animation has; 0 if that is not known before they are drawn.

    Those of a generator are counted without being drawn, unless it can be iterated only once.
    """
    told = getattr(animation, "_save_count", None)
    if isinstance(told, int):
        return told
    if not getattr(animation, "_repeat", True):
        return 0
    return sum(1 for _ in islice(animation.new_saved_frame_seq(), _MAX_FRAMES + 1))


def _writer(wanted: list[int]) -> Any:
    """Return a movie writer for matplotlib that keeps only some frames."""

    class Writer(sys.modules["matplotlib.animation"].AbstractMovieWriter):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.painted: dict[int, bytes] = {}
            self.count = 0

        def setup(self, fig: Any, outfile: str, dpi: float | None = None) -> None:
            super().setup(fig, outfile, dpi)

        def grab_frame(self, **how: Any) -> None:
            if self.count in wanted:
                self._paint(**how)
            self.count += 1

        def finish(self) -> None:
            # The figure still shows the last one, if there were fewer frames than announced or their number was unknown.
            if self.count and self.count - 1 not in self.painted:
                self.count -= 1
                self._paint()
                self.count += 1

        def _paint(self, **how: Any) -> None:
            buffer = BytesIO()
            self.fig.savefig(buffer, format="png", dpi=self.dpi, **how)
            self.painted[self.count] = buffer.getvalue()

    return Writer()
