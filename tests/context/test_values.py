import base64
import functools
import io
import os
import sys
from pathlib import Path
from typing import Any

import IPython.display
import numpy
import pandas
import pytest
from PIL import Image

from nbclaude.context.attachment import Attachment
from nbclaude.context.images.limits import ImageLimits
from nbclaude.context.values import attachment_of, content_blocks, labelled_blocks
from nbclaude.errors import ConfigurationError


def text_of(attachment: Attachment) -> str:
    (block,) = attachment.blocks
    assert block["type"] == "text"
    return str(block["text"])


def png(size: int = 8) -> dict[str, Any]:
    return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * size}}


@pytest.mark.parametrize(
    ("value", "text", "kind"),
    [
        ("some text", '<text name="x">\nsome text\n</text>', "text"),
        ({"a": [1, 2]}, "<value name=\"x\">\n{'a': [1, 2]}\n</value>", "text"),
        ({1, 2}, '<value name="x">\n{1, 2}\n</value>', "text"),
        (b"ab", "<value name=\"x\">\nb'ab'\n</value>", "text"),
        (ValueError("bad"), '<traceback name="x">\nValueError: bad\n</traceback>', "text"),
        (
            pandas.DataFrame({"a": [1]}),
            '<data name="x">\npandas DataFrame, 1 row × 1 column\ncolumns: a: int64\nrow,a\n0,1\n</data>',
            "data",
        ),
    ],
)
def test_values_become_text_in_a_frame(value: object, text: str, kind: str) -> None:
    attachment = attachment_of(value, "x")
    assert text_of(attachment) == text
    assert attachment.kind == kind
    assert attachment.label == "x"


def test_source_goes_in_a_frame_of_its_own() -> None:
    attachment = attachment_of(text_of, "f")
    assert attachment.kind == "source"
    assert text_of(attachment).startswith('<source name="f">\n# function ')


def test_a_name_with_quotes() -> None:
    assert text_of(attachment_of([1], 'd["k"]')) == '<value name="d[&quot;k&quot;]">\n[1]\n</value>'


def test_content_blocks_go_verbatim() -> None:
    blocks = [{"type": "text", "text": "hi"}, png()]
    assert attachment_of(blocks, "b") == Attachment(
        "b", tuple(blocks), "2 content blocks: image, text", kind="text"
    )
    assert attachment_of(png(), "b") == Attachment("b", (png(),), "1 content block: image", kind="image")
    ready = Attachment("r", (png(),), "ready")
    assert attachment_of(ready, "b") is ready
    for other in (
        {"type": "text"},
        {"type": "car", "text": "x"},
        {},
        [],
        [1],
        [png(), 1],
        "text",
        {"type": 1},
    ):
        assert content_blocks(other) == ()


def test_of_many_pictures_the_first_go_and_the_model_is_told() -> None:
    many = [Image.new("RGB", (4, 3), (shade, 0, 0)) for shade in range(45)]
    found = attachment_of(many, "many")
    assert [block["type"] for block in found.blocks] == ["text", "image"] * 20 + ["text"]
    assert found.blocks[-1]["text"] == "[many: only the first 20 of 45 pictures]"
    assert (found.summary, found.notes) == ("20 pictures", ("only the first 20 of 45 pictures",))
    assert attachment_of([*many[:2], "no picture"], "mixed").summary == "list with 2 pictures"


def test_pictures_that_no_request_takes_are_not_all_prepared() -> None:
    class Picture:
        shown = 0

        def _repr_png_(self) -> bytes:
            Picture.shown += 1
            out = io.BytesIO()
            Image.frombytes("RGB", (64, 64), os.urandom(64 * 64 * 3)).save(out, "PNG")
            return out.getvalue()

    with pytest.raises(ConfigurationError, match=r"come to at least 0\.1 MB; the server takes 0 MB"):
        attachment_of([Picture()] * 18, "many", images=ImageLimits(max_request_bytes=50_000))
    # Looking whether it is one shows the first once more.
    assert Picture.shown <= 5


def test_pictures_files_and_addresses(tmp_path: Path) -> None:
    picture = Image.new("RGB", (20, 10), "red")
    one = attachment_of(picture, "pic")
    assert [block["type"] for block in one.blocks] == ["image"]
    assert (one.label, one.kind) == ("pic", "image")
    assert labelled_blocks([one]) == ({"type": "text", "text": "pic:"}, *one.blocks)

    several = attachment_of([picture, Image.new("RGB", (5, 5), "blue"), picture], "pics")
    assert [block.get("text", "image") for block in several.blocks] == [
        *("pics[0]:", "image", "pics[1]:", "image", "[pics[2] is the same picture as pics[0]]")
    ]
    assert (several.summary, several.notes) == (
        "2 pictures",
        ("pics[2] is the same picture as pics[0]",),
    )
    by_name = attachment_of({"old": picture, "new": picture}, "d")
    assert [block.get("text", "image") for block in by_name.blocks] == [
        *("d['old']:", "image", "[d['new'] is the same picture as d['old']]")
    ]
    assert by_name.summary == one.summary

    file = tmp_path / "notes.txt"
    file.write_text("from a file", encoding="utf-8")
    assert "from a file" in str(attachment_of(file, "file").blocks)

    address = "https://example.org/cat.png"
    assert attachment_of(address, "u", attached=True).blocks[0]["type"] == "image"
    assert text_of(attachment_of(address, "u")) == f'<text name="u">\n{address}\n</text>'


def test_figures_of_matplotlib() -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2)
    try:
        for value in (figure, axes, list(axes), pandas.Series(list(axes), dtype=object)):
            attachment = attachment_of(value, "fig")
            assert [block["type"] for block in attachment.blocks] == ["image", "text"]
    finally:
        pyplot.close(figure)


def test_several_figures_of_matplotlib_are_told_apart_by_their_places() -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    def texts(value: object) -> list[str]:
        return [
            block.get("text", "image").partition("\n")[0] for block in attachment_of(value, "figs").blocks
        ]

    def sent(place: str) -> list[str]:
        return [f"{place}:", "image", f'<plotted name="{place}">']

    one, axes = pyplot.subplots(1, 2)
    two, other = pyplot.subplots()
    boxes = other.boxplot([[1, 2, 3]])
    empty, same = pyplot.figure(figsize=(2, 1)), pyplot.figure(figsize=(2, 1))
    try:
        assert texts([one, two, one]) == [
            *(*sent("figs[0]"), *sent("figs[1]"), "[figs[2] is the same picture as figs[0]]")
        ]
        assert texts({"a": one, "b": boxes}) == [*sent("figs['a']"), *sent("figs['b']")]
        assert texts(numpy.array([[*axes], [other, other]])) == [
            *(*sent("figs[0, 0]"), *sent("figs[1, 0]")),
            "[figs[0, 1] is the same picture as figs[0, 0]]",
            "[figs[1, 1] is the same picture as figs[1, 0]]",
        ]
        assert texts((empty, same, empty)) == [
            *(*sent("figs[0]"), "[figs[2], figs[1] are the same picture as figs[0]]")
        ]
        assert texts([one, [one, two]]) == [
            *(*sent("figs[0]"), *sent("figs[1][1]"), "[figs[1][0] is the same picture as figs[0]]")
        ]
        assert texts([one, one]) == [*sent("figs[0]"), "[figs[1] is the same picture as figs[0]]"]
        assert texts([list(axes), one]) == ["image", '<plotted name="figs">']
    finally:
        pyplot.close("all")


def test_formats() -> None:
    frame = pandas.DataFrame({"a": [1, 2, 3]})
    assert attachment_of(frame, "df", "schema").summary == "3 rows × 1 column: schema only"
    assert attachment_of(frame, "df", "head 2").summary == "3 rows × 1 column: first 2 rows"
    assert attachment_of(frame, "df", "full").summary == "3 rows × 1 column: all rows"
    assert text_of(attachment_of(frame, "df", "repr")) == f'<value name="df">\n{frame!r}\n</value>'
    assert text_of(attachment_of("a\nb", "s", "repr")) == "<value name=\"s\">\n'a\\nb'\n</value>"
    assert text_of(attachment_of("a\nb", "s", "full")) == '<text name="s">\na\nb\n</text>'
    assert text_of(attachment_of(numpy.arange(3), "n", "str")) == '<value name="n">\n[0 1 2]\n</value>'


class _Mute:
    pass


class _Bad:
    def __repr__(self) -> str:
        raise ValueError("no repr today")


class _Failing(dict[int, int]):
    def items(self) -> Any:
        raise OSError("gone\nand more")


@pytest.mark.parametrize(
    ("value", "format", "message"),
    [
        (_Mute(), "", r"x is a .*_Mute, an object without any form .*\{x\.attribute\}, \{vars\(x\)\}"),
        ((n for n in [1]), "", r"x is a generator, .* make it a list first: \{list\(x\)\}"),
        (_Bad(), "", r"x is a .*_Bad that cannot be read: ValueError: no repr today\. Send a part of it"),
        (memoryview(b"x"), "", r"x is a memoryview, .*: reference what is in it \(\{x\.attribute\}\), or"),
        (pandas.DataFrame({"a": [1]}).groupby("a"), "", r"as in \{x\.agg\(\.\.\.\)\}, or .*: \{df:group a\}"),
        (_Failing({1: 2}), "", r"x is a .*_Failing that cannot be read: OSError: gone\. Send a part of it"),
        ([1], "schema", "The format 'schema' is for frames, arrays and tables, but x is of type list"),
        ([1], "head 3", "The format 'head 3' is for"),
        (
            pandas.DataFrame(),
            "csv",
            r"x has no format 'csv'\. Formats are schema, stats, head N, full, group COLUMN, compare NAME, "
            r"repr, str, and what Python's format\(\) takes for a "
            r"pandas\..*DataFrame\.",
        ),
        (pandas.DataFrame(), "scheme", "Did you mean schema"),
    ],
)
def test_what_cannot_go_along_is_an_error(value: object, format: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        attachment_of(value, "x", format)


def test_a_database_cursor_says_how_to_get_its_rows() -> None:
    import sqlite3

    connection = sqlite3.connect(":memory:")
    cursor = connection.execute("select 1")
    with pytest.raises(ConfigurationError, match=r"fetch its rows first: rows = x\.fetchall\(\)"):
        attachment_of(cursor, "x", "schema")
    with pytest.raises(ConfigurationError, match=r"rows = x\.execute\(\"SELECT ...\"\)\.fetchall\(\)"):
        attachment_of(connection, "x")
    assert cursor.fetchall() == [(1,)]
    connection.close()


def test_what_is_cut_within_a_list_is_said() -> None:
    texts = attachment_of(["a" * 3_000, "b" * 3_000, "c"], "strs")
    assert texts.notes == ("2 texts shortened",) and texts.is_cut
    deep: list[Any] = [1, 2, 3]
    for _ in range(14):
        deep = [deep]
    nested = attachment_of({"deep": deep}, "d")
    assert "… 1 more item" in text_of(nested)
    assert nested.notes == ("1 item of lists left out",) and nested.is_cut
    many = attachment_of({"l": list(range(5_000)), "t": "t" * 2_001}, "d", "repr")
    assert many.notes[0].startswith("3,002 items of lists left out") or "characters left out" in many.notes[0]
    assert attachment_of([["a" * 2_000]], "fine").notes == ()


def test_large_values_are_bounded_in_size_and_time() -> None:
    numbers = attachment_of(list(range(3_000_000)), "n")
    assert len(text_of(numbers)) < 8_200
    assert numbers.notes
    nested: list[Any] = []
    for _ in range(sys.getrecursionlimit() * 2):
        nested = [nested]
    assert len(text_of(attachment_of(nested, "n"))) < 8_200
    loop: dict[str, Any] = {}
    loop["self"] = loop
    assert len(text_of(attachment_of(loop, "n"))) < 8_200
    cut = attachment_of({"k": "v" * 50_000, "l": list(range(5_000))}, "d")
    assert "left out" in text_of(cut)
    assert "… " in text_of(cut)
    long = attachment_of("y" * 300_000, "s")
    assert long.notes == ("100,000 of 300,000 characters left out",)
    assert long.notes[0] in text_of(long)


class _Anything:
    """Has every attribute that one asks for, as proxies have."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: self


class _AnythingClass(type):
    def __getattr__(cls, name: str) -> Any:
        return lambda *_, **__: object()


class _Anyone(metaclass=_AnythingClass):
    pass


class _Homeless:
    __module__ = None  # type: ignore[assignment]


class _NoPicture:
    """Its pictures are none that a notebook could show."""

    def __init__(self, shown: object) -> None:
        self.shown = shown

    def _repr_png_(self) -> object:
        return self.shown

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> object:
        return {"image/png": self.shown, "text/plain": "x"}

    def __repr__(self) -> str:
        return "no picture"


@pytest.mark.parametrize("value", [_Anything(), _Anyone(), _Homeless()])
def test_an_object_that_has_every_attribute_has_no_form(value: object) -> None:
    with pytest.raises(ConfigurationError, match=r"without any form .*\{x\.attribute\}, \{vars\(x\)\}"):
        attachment_of(value, "x")


def test_a_function_behind_a_cache_is_still_its_source() -> None:
    assert attachment_of(functools.cache(text_of), "f").kind == "source"


@pytest.mark.parametrize("shown", [3, object(), [1, 2], {}, _Anything()])
def test_what_shows_no_picture_is_its_repr(shown: object) -> None:
    assert text_of(attachment_of(_NoPicture(shown), "x")) == '<value name="x">\nno picture\n</value>'


def test_a_pie_and_its_parts_are_their_figure_once() -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    try:
        pie = axes.pie([1, 2], labels=["a", "b"], autopct="%d")
        wedges, texts = list(axes.patches), list(axes.texts)
        for value in (pie, (wedges, texts), (wedges, texts, []), (figure, axes), [wedges[0], texts[0], axes]):
            attachment = attachment_of(value, "pie")
            assert [block["type"] for block in attachment.blocks] == ["image", "text"]
    finally:
        pyplot.close(figure)


def test_a_file_object_is_no_picture() -> None:
    assert "StringIO" not in str(attachment_of("StringIO", "x").notes)
    with pytest.raises(ConfigurationError):
        attachment_of(io.StringIO("x"), "x")


def test_pictures_among_other_values() -> None:
    red, blue = (Image.new("RGB", (20, 10), color) for color in ("red", "blue"))
    figures = attachment_of({"a": red, "b": blue, "n": 3}, "d")
    assert [block.get("text", block["type"]) for block in figures.blocks[1:]] == [
        "d['a']:",
        "image",
        "d['b']:",
        "image",
    ]
    assert (
        figures.blocks[0]["text"].startswith('<value name="d">\n{') and "'n': 3" in figures.blocks[0]["text"]
    )
    assert (figures.summary, figures.kind) == ("dict with 2 pictures", "image")
    mixed = attachment_of([red, 0.93], "l")
    assert [block["type"] for block in mixed.blocks] == ["text", "text", "image"]
    assert mixed.blocks[1]["text"] == "l[0]:"
    alone = attachment_of([red, blue], "l")
    assert [block["type"] for block in alone.blocks] == ["text", "image", "text", "image"]
    assert attachment_of({"n": 3, "l": [1]}, "d").kind == "text"
    late = attachment_of([red, *range(30)], "l")
    assert late.notes == ("pictures only of the first 20 of 31 values",)


def test_an_image_of_ipywidgets() -> None:
    ipywidgets = pytest.importorskip("ipywidgets")
    data = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(data, "PNG")
    sent = attachment_of(ipywidgets.Image(value=data.getvalue(), format="png"), "w")
    assert base64.b64decode(sent.blocks[0]["source"]["data"]) == data.getvalue()
    with pytest.raises(ConfigurationError, match=r"w: the ipywidgets.Image holds no data"):
        attachment_of(ipywidgets.Image(), "w")


@pytest.mark.parametrize(
    ("value", "summary", "text"),
    [
        (IPython.display.HTML("<b>x</b>"), "HTML of a IPython.core.display.HTML", "<b>x</b>"),
        (IPython.display.Markdown("# x"), "Markdown of a IPython.core.display.Markdown", "# x"),
        (IPython.display.JSON({"a": 1}), "JSON of a IPython.core.display.JSON", '{"a": 1}'),
    ],
)
def test_what_only_a_notebook_shows_goes_as_its_text(value: object, summary: str, text: str) -> None:
    attachment = attachment_of(value, "x")
    assert (attachment.summary, text_of(attachment)) == (summary, f'<value name="x">\n{text}\n</value>')


def test_a_film_has_no_text() -> None:
    film = IPython.display.Video(data=b"abc", embed=True, mimetype="video/mp4")
    with pytest.raises(ConfigurationError, match="x shows a video that cannot be turned into an image"):
        attachment_of(film, "x")


def test_tables_in_a_container() -> None:
    frame = pandas.DataFrame({"a": [1]})
    attachment = attachment_of({"train": frame, "n": 3, "test": numpy.arange(1_000)}, "sets")
    assert [block["text"] for block in attachment.blocks] == [
        "<data name=\"sets['train']\">\npandas DataFrame, 1 row × 1 column\ncolumns: a: int64\nrow,a\n0,1\n</data>",
        "<data name=\"sets['test']\">\nnumpy ndarray, shape (1000,), dtype int64\n"
        "0 … 999, mean 499.5, median 499.5, std 288.675, unique, increasing\n"
        "corners only; … stands for the rest:\n"
        "[  0,   1,   2, ..., 997, 998, 999]\n</data>",
        "<value name=\"sets\">\n{'n': 3}\n</value>",
    ]
    assert (attachment.kind, attachment.summary) == ("data", "dict with 2 tables")
    schemas = attachment_of([frame] * 25, "frames:schema", "schema")
    assert len(schemas.blocks) == 21
    assert schemas.blocks[-1]["text"] == "[frames:schema: only the first 20 of 25 values]"
    assert schemas.blocks[19]["text"].startswith('<data name="frames[19]:schema">\n')
    assert all("(no rows were sent)" in block["text"] for block in schemas.blocks[:20])
    assert (
        text_of(attachment_of([numpy.arange(3)], "small"))
        == '<value name="small">\n[array([0, 1, 2])]\n</value>'
    )


def test_widgets_are_what_they_draw() -> None:
    ipywidgets = pytest.importorskip("ipywidgets")
    drawing = "<svg width='90' height='80'><rect width='50' height='50'/></svg>"
    box = ipywidgets.VBox([ipywidgets.IntSlider(), ipywidgets.HTML(drawing)])
    page = ipywidgets.HTML("<iframe src='https://example.org'></iframe>")
    try:
        sent = attachment_of(box, "box")
        assert (sent.kind, sent.summary) == ("image", "figure 180×160")
        assert attachment_of(ipywidgets.IntSlider(), "slider").kind == "text"
        with pytest.raises(ConfigurationError) as refused:
            attachment_of(page, "page")
        assert str(refused.value) == (
            "page shows a page in a frame that cannot be turned into an image: only the browser draws it. Save it as a PNG, or "
            "take a screenshot of it. {page:repr} sends what its repr says."
        )
        assert attachment_of(page, "page:repr", "repr").kind == "text"
    finally:
        ipywidgets.Widget.close_all()


class _Film:
    def _repr_html_(self) -> str:
        return "<video src='data:video/mp4;base64,AAAA'></video>"


def test_what_only_a_browser_draws_is_not_sent_as_its_source() -> None:
    with pytest.raises(
        ConfigurationError,
        match=r"m shows a video that cannot be turned into an image: only the browser",
    ):
        attachment_of(_Film(), "m")
