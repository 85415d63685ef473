"""Values that show themselves, and those that only look as if they did; the plotting libraries are in tests/kernel."""

from __future__ import annotations

import base64
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.display import SVG
from IPython.display import Image as ShownByIPython
from PIL import Image

from nbclaude.context.attachment import Attachment
from nbclaude.context.images.bundles import bundle_pictures
from nbclaude.context.images.limits import STANDARD_IMAGES, ImageLimits
from nbclaude.context.images.matplotlib_figures import paint_figure
from nbclaude.context.images.pictures import picture_of, prepare_shown
from nbclaude.errors import ConfigurationError


def png(width: int = 12, height: int = 8) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(buffer, "PNG")
    return buffer.getvalue()


SVG_TEXT = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60pt" height="30pt"><rect width="99" height="9"/></svg>'
)


class Shows:
    """A value with the given representations."""

    def __new__(cls, **representations: Any) -> Any:
        methods = {
            f"_repr_{name}_": lambda _self, shown=shown, **_options: shown
            for name, shown in representations.items()
        }
        return type("Shows", (), methods)()


def sent(attachment: Attachment | None) -> bytes:
    assert attachment is not None
    (block,) = attachment.blocks
    return base64.b64decode(block["source"]["data"])


@pytest.mark.parametrize(
    "value",
    [
        Shows(png=png()),
        Shows(png=base64.b64encode(png()).decode()),
        Shows(png=(png(), {"width": 6})),
        Shows(mimebundle={"image/png": png(), "text/plain": "x"}),
        Shows(mimebundle=({"image/png": base64.b64encode(png()).decode()}, {})),
        Shows(mimebundle={"text/html": "<b>"}, png=png()),
        Shows(mimebundle=None, jpeg=None, png=png()),
    ],
)
def test_what_shows_itself_as_an_image_is_one(value: Any) -> None:
    attachment = picture_of(value, label="thing")
    assert sent(attachment) == png()
    assert attachment is not None
    assert (attachment.label, attachment.summary, attachment.kind) == ("thing", "image 12×8", "image")


class Raising:
    def _repr_png_(self) -> bytes:
        raise RuntimeError("no display")


class Anything:
    def __getattr__(self, name: str) -> Any:
        return lambda *_args, **_options: png()


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        "text",
        b"bytes",
        [],
        [1, 2],
        {"a": 1},
        object(),
        Raising(),
        Anything(),
        Raising,
        Image.Image,
        Shows(png=None),
        Shows(mimebundle={"text/html": "<b>"}),
        Shows(html="<img>"),
    ],
)
def test_everything_else_is_no_picture(value: Any) -> None:
    assert picture_of(value) is None


def test_a_pillow_image_is_one() -> None:
    image = Image.new("RGB", (12, 8), "red")
    assert Image.open(io.BytesIO(sent(picture_of(image)))).size == (12, 8)


def test_a_subclass_of_a_pillow_image_is_one() -> None:
    assert sent(picture_of(Image.open(io.BytesIO(png()))))


def test_the_picture_fits_the_limits() -> None:
    attachment = picture_of(Shows(png=png(300, 100)), ImageLimits(long_edge=30), "wide")
    assert attachment is not None
    assert attachment.notes == ("downscaled from 300×100 to 30×10",)


def test_ipython_images_by_data_and_by_address() -> None:
    assert sent(picture_of(ShownByIPython(data=png()))) == png()
    attachment = picture_of(ShownByIPython(url="https://example.org/a.png"))
    assert attachment is not None
    assert attachment.blocks == (
        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
    )


@pytest.mark.parametrize(
    "value", [Shows(svg=SVG_TEXT), Shows(mimebundle={"image/svg+xml": SVG_TEXT}), SVG(data=SVG_TEXT)]
)
def test_an_svg_is_painted_twice_as_large(value: Any) -> None:
    pytest.importorskip("resvg_py")
    attachment = picture_of(value)
    assert attachment is not None
    assert attachment.summary == "image 160×80"
    image = Image.open(io.BytesIO(sent(attachment))).convert("RGB")
    assert (image.getpixel((80, 2)), image.getpixel((80, 70))) == ((0, 0, 0), (255, 255, 255))


@pytest.mark.parametrize(
    ("svg", "size"),
    [
        ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30,20"/>', (60, 40)),
        (
            '<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%" viewBox="0 0 30 20"/>',
            (60, 40),
        ),
        ('<svg xmlns="http://www.w3.org/2000/svg" width="1in" height="2.54cm"/>', (192, 192)),
        ('<svg xmlns="http://www.w3.org/2000/svg" width="1000000" height="1000000"/>', (1092, 1092)),
        ('<svg xmlns="http://www.w3.org/2000/svg" width="1e9" height="10"/>', (1568, 1)),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>', (800, 800)),
    ],
)
def test_no_svg_asks_for_more_pixels_than_the_model_can_use(svg: str, size: tuple[int, int]) -> None:
    pytest.importorskip("resvg_py")
    prepared = prepare_shown(svg.encode(), "image/svg+xml", STANDARD_IMAGES, "drawing")
    assert prepared.size == size


def test_a_broken_svg_is_said() -> None:
    pytest.importorskip("resvg_py")
    with pytest.raises(ConfigurationError, match="drawing: the SVG cannot be painted"):
        picture_of(Shows(svg="<svg"), label="drawing")


def test_without_a_painter_the_error_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("resvg_py", "vl_convert", "pypdfium2"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigurationError, match=r"drawing: .*pip install resvg-py"):
        picture_of(Shows(svg=SVG_TEXT), label="drawing")
    with pytest.raises(ConfigurationError, match=r"drawing: .*pip install pypdfium2"):
        picture_of(Shows(pdf=b"%PDF-1.4"), label="drawing")
    with pytest.raises(ConfigurationError, match=r"chart: .*pip install vl-convert-python"):
        prepare_shown(b"{}", "application/vnd.vegalite.v5+json", STANDARD_IMAGES, "chart")


def test_the_painter_inside_vl_convert_does_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("vl_convert")
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    attachment = picture_of(Shows(svg=SVG_TEXT))
    assert attachment is not None
    assert attachment.summary == "image 160×80"


def test_a_pdf_figure_is_painted() -> None:
    pytest.importorskip("pypdfium2")
    buffer = io.BytesIO()
    Image.new("RGB", (100, 50), "red").save(buffer, "PDF", resolution=72.0)
    attachment = picture_of(Shows(pdf=buffer.getvalue()), label="figure")
    assert attachment is not None
    assert attachment.summary in ("image 267×134", "image 267×133")
    red, green, _blue = Image.open(io.BytesIO(sent(attachment))).convert("RGB").getpixel((100, 50))
    assert red > 240 and green < 20
    with pytest.raises(ConfigurationError, match="figure: the PDF cannot be painted"):
        picture_of(Shows(pdf=b"no"), label="figure")


def test_the_best_image_of_a_bundle() -> None:
    encoded = base64.b64encode(png()).decode()
    both = {"text/plain": "x", "image/jpeg": "AAAA", "image/png": encoded, "image/svg+xml": SVG_TEXT}
    assert found_in(both) == ("image/png", png())
    assert found_in({"image/svg+xml": SVG_TEXT}) == ("image/svg+xml", SVG_TEXT.encode())
    assert found_in({"image/png": [encoded[:8], encoded[8:]]}) == ("image/png", png())
    assert found_in({"image/png": encoded[:8] + "\n" + encoded[8:] + "\n"}) == ("image/png", png())
    assert found_in({"text/html": "<img>", "image/png": ""}) is None
    assert found_in({"image/png": "A"}) is None
    found = found_in({"application/vnd.plotly.v1+json": {"data": [], "config": {}}, "text/html": ""})
    assert found is not None
    assert (found[0], json.loads(found[1])) == ("application/vnd.plotly.v1+json", {"data": [], "config": {}})


def found_in(bundle: dict[str, Any]) -> tuple[str, bytes] | None:
    """The type and the bytes of the one picture in a bundle."""
    pictures = bundle_pictures(bundle)
    assert len(pictures) < 2
    return (pictures[0].media_type, pictures[0].data) if pictures else None


def test_an_ipython_image_that_only_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    shown = ShownByIPython(filename=str(tmp_path / "a.png"), embed=False)
    assert shown.data is None
    found = picture_of(shown)
    assert found is not None
    assert found.blocks[0]["source"]["data"] == base64.b64encode(png()).decode()


def test_animations_of_matplotlib_go_as_three_frames() -> None:
    from matplotlib.animation import FuncAnimation
    from matplotlib.figure import Figure

    def animation(frames: Any, **how: Any) -> FuncAnimation:
        figure = Figure(figsize=(1, 1))
        (line,) = figure.subplots().plot([])
        return FuncAnimation(
            figure, lambda n: line.set_data([0, n], [0, 1]), frames=frames, cache_frame_data=False, **how
        )

    def told(value: Any) -> tuple[str, tuple[str, ...]]:
        found = picture_of(value, label="spin")
        assert found is not None
        return found.summary, found.notes

    assert told(animation(20)) == (
        "animation 100×100, 3 frames",
        ("frame 1 of 20, frame 10 of 20, frame 20 of 20",),
    )
    assert told(animation(lambda: iter(range(2)))) == (
        "animation 100×100, 2 frames",
        ("frame 1 of 2, frame 2 of 2",),
    )
    once = animation((n for n in range(5)), repeat=False)
    assert told(once)[0] == "animation 100×100, 2 frames"
    assert told(animation(1)) == ("animation 100×100", ())
    with pytest.raises(ConfigurationError, match="spin: the animation has more than 1,000 frames"):
        picture_of(long := animation(2000), label="spin")
    long._draw_was_started = True  # type: ignore[attr-defined]  # matplotlib warns of animations never drawn
    failing = animation(2)
    failing._func = None  # type: ignore[attr-defined]
    with pytest.raises(ConfigurationError, match="spin: matplotlib cannot draw the animation: TypeError"):
        picture_of(failing, label="spin")


def test_a_figure_is_painted_with_the_settings_of_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    from IPython.core.pylabtools import print_figure
    from matplotlib.figure import Figure
    from matplotlib_inline import backend_inline

    figure = Figure(figsize=(1, 1))
    figure.subplots().plot([1, 2])
    for settings in ({"bbox_inches": None}, {"bbox_inches": "tight", "pad_inches": 1, "facecolor": "yellow"}):
        chosen = SimpleNamespace(print_figure_kwargs=settings, figure_formats={"png"})
        monkeypatch.setattr(backend_inline.InlineBackend, "instance", lambda chosen=chosen: chosen)
        assert paint_figure(figure, STANDARD_IMAGES, "fig") == print_figure(figure, **settings)
