"""An axes of a figure with several panels is sent as that panel, with its labels; which of how many is said."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

import matplotlib
import pytest
from PIL import Image

from nbclaude.context.attachment import Attachment
from nbclaude.context.images.matplotlib_figures import figures_in
from nbclaude.context.images.panels import panel_of
from nbclaude.context.values import attachment_of

matplotlib.use("agg")

from matplotlib import pyplot

_COLORS = ("#ff0000", "#00ff00", "#0000ff", "#ffff00")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    pyplot.close("all")


def _colored(layout: str | None) -> Any:
    figure, axes = pyplot.subplots(2, 2, layout=layout, figsize=(4, 3))
    for each, color in zip(axes.flat, _COLORS, strict=True):
        each.set_facecolor(color)
        each.set_xlabel("x")
        each.set_title("a title")
        each.set(xticks=[0, 1], yticks=[])  # laying out the labels of many ticks takes longest
    return figure, axes


def _colors_of(attachment: Attachment) -> set[str]:
    """Return which of the colours fill a part of the picture that is seen."""
    data = base64.b64decode(attachment.blocks[-2]["source"]["data"])
    image = Image.open(io.BytesIO(data)).convert("RGB")
    counts: Any = image.getcolors(image.width * image.height) or []
    large = image.width * image.height / 100
    return {f"#{r:02x}{g:02x}{b:02x}" for n, (r, g, b) in counts if n > large} & set(_COLORS)


@pytest.mark.sweep
@pytest.mark.parametrize("layout", ["tight", "constrained"])
def test_a_panel_is_cropped(layout: str | None) -> None:
    figure, axes = _colored(layout)
    for number, (each, color) in enumerate(zip(axes.flat, _COLORS, strict=True), 1):
        attachment = attachment_of(each, "axs[0]")
        assert _colors_of(attachment) == {color}
        assert attachment.blocks[0] == {"type": "text", "text": f"axs[0]: panel {number} of 4"}
        assert attachment.notes == (f"panel {number} of 4",)
    whole = attachment_of(figure, "fig")
    assert (_colors_of(whole), whole.notes) == (set(_COLORS), ())
    assert _colors_of(attachment_of(axes, "axs")) == set(_COLORS)


def test_twins_and_colorbars_belong_to_their_panel() -> None:
    figure, axes = pyplot.subplots(1, 2)
    image = axes[0].imshow([[1, 2], [3, 4]])
    figure.colorbar(image, ax=axes[0])
    twin = axes[1].twinx()
    for value, number in ((axes[0], 1), (axes[1], 2), (twin, 2)):
        panel = panel_of(value, figure)
        assert panel is not None
        assert panel.caption == f"panel {number} of 2"
    alone, only = pyplot.subplots()
    alone.colorbar(only.imshow([[1, 2]]))
    only.twinx()
    assert panel_of(only, alone) is None
    assert panel_of(figure, figure) is None


def test_what_is_no_panel_is_its_whole_figure() -> None:
    figure, axes = _colored(None)
    inset = axes[0, 0].inset_axes([0.5, 0.5, 0.4, 0.4])
    (line,) = axes[0, 0].plot([1, 2])
    for value in (inset, line, image_bar(figure, axes)):
        assert figures_in(value, "it") == [("it", figure)]
        assert panel_of(value, figure) is None
    left, right = pyplot.figure().subfigures(1, 2)
    first, second = left.subplots(), right.subplots()
    assert (panel := panel_of(second, first.figure.figure)) is not None
    assert panel.caption == "panel 2 of 2"


def image_bar(figure: Any, axes: Any) -> Any:
    return figure.colorbar(axes[1, 1].imshow([[1, 2]]), ax=axes[1, 1]).ax
