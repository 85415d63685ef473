"""What outputs show, by kind: pictures that can be taken or painted, what only a browser draws, and what is no plot."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nbclaude.context.images.bundles import bundle_pictures
from nbclaude.context.images.picture import Picture
from tests.growth import is_quick


def png(width: int = 80, height: int = 70) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(buffer, "PNG")
    return buffer.getvalue()


def address(width: int = 80, height: int = 70) -> str:
    return f"data:image/png;base64,{base64.b64encode(png(width, height)).decode()}"


DRAWING = '<svg width="300" height="200"><rect width="9" height="9"/><svg x="1"></svg></svg>'
PLOTLY = (
    '<div id="abc" class="plotly-graph-div"></div><script>window.PLOTLYENV={}; if (document.getElementById("abc")) { '
    'Plotly.newPlot( "abc", [{"y":[1,2],"text":"\\u003cb\\u003e"}], {"title":{"text":"T"}}, {"responsive": true} ) };</script>'
)
ALTAIR = (
    '<div id="altair-viz-1"></div><script>(function(spec, embedOpt){ vegaEmbed("#altair-viz-1", spec); })'
    '({"mark": "bar"}, {"mode": "vega-lite"});</script>'
)
ALTAIR_PAGE = (
    '<!DOCTYPE html><div id="vis"></div><script>\n(function(vegaEmbed) {\n  var spec = {"mark": "bar"};\n'
    '  vegaEmbed("#vis", spec, {});\n})(vegaEmbed);</script>'
)
ANIMATION = (
    '<div class="animation"><img id="_anim_img1"></div><script>frames = new Array(2);\n'
    f'  frames[0] = "{address()[:60]}\\\n{address()[60:]}"\n  frames[1] = "{address()}"\n'
    'anim1 = new Animation(frames, "_anim_img1")</script>'
)


def bokeh(name: str) -> str:
    document = {"d1": {"version": "3.9.2", "roots": [{"type": "object", "name": name, "id": "p1"}]}}
    return (
        f"(function(root) {{ const docs_json = {json.dumps(document)};\nconst render_items = [] }})(window);"
    )


EXEC = "application/vnd.bokehjs_exec.v0+json"


def html(text: str) -> dict[str, Any]:
    return {"text/html": text, "text/plain": "<IPython.core.display.HTML object>"}


def told(bundle: dict[str, Any]) -> list[tuple[str, str]]:
    """What each picture is called, and its type."""
    return [(each.what, each.media_type) for each in bundle_pictures(bundle)]


@pytest.mark.parametrize(
    ("bundle", "expected"),
    [
        (html(f'<p>a</p><img src="{address()}"><img src="{address()}">'), [("image", "image/png")] * 2),
        (html(f"<center>{DRAWING}</center>"), [("drawing", "image/svg+xml")]),
        (
            html(f"<table><tr><td><img src='{address()}'></td><td>b</td></tr></table>"),
            [("image", "image/png")],
        ),
        (html('<img src="plots/a%20b.png">'), [("image", "text/uri-list")]),
        (html(PLOTLY), [("plotly figure", "application/vnd.plotly.v1+json")]),
        (
            html(f"<iframe srcdoc='{PLOTLY.replace(chr(34), '&quot;')}'></iframe>"),
            [("plotly figure", "application/vnd.plotly.v1+json")],
        ),
        (html(ALTAIR), [("chart", "application/vnd.vegalite.v0+json")]),
        (html(ALTAIR_PAGE), [("chart", "application/vnd.vegalite.v0+json")]),
        (html(ANIMATION), [("animation", "image/png")]),
        (
            html(
                f'<script type="application/json" id="p1"> {json.dumps({"d": {"roots": [{"name": "Figure"}]}})} </script>'
                "<script>const docs_json = document.getElementById('p1').textContent;</script>"
            ),
            [("bokeh figure", EXEC)],
        ),
        (
            html(
                f"<iframe srcdoc='&lt;script&gt;{bokeh('Figure').replace(chr(34), '&quot;')}&lt;/script&gt;'></iframe>"
            ),
            [("bokeh figure", EXEC)],
        ),
        # A pane of panel that holds an image.
        (
            html(f"<script>{bokeh('panel.models.HTML').replace('p1', '&lt;img src=x')}</script>"),
            [("bokeh figure", EXEC)],
        ),
        (html(f"<script>{bokeh('Figure')}</script>"), [("bokeh figure", EXEC)]),
        ({"application/javascript": bokeh("Figure"), EXEC: ""}, [("bokeh figure", EXEC)]),
        (
            {"application/vnd.vegalite.v5+json": {"mark": "bar"}},
            [("chart", "application/vnd.vegalite.v5+json")],
        ),
        ({"text/markdown": f"Look: ![plot]({address()})"}, [("image", "image/png")]),
        ({"image/bmp": "AAAA"}, [("figure", "image/bmp")]),
    ],
)
def test_what_can_be_painted(bundle: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert told(bundle) == expected


@pytest.mark.parametrize(
    ("bundle", "what"),
    [
        (html('<iframe src="https://www.youtube.com/embed/x"></iframe>'), "video"),
        (html('<iframe src="x.html"></iframe>'), "page in a frame"),
        (html('<canvas width="300"></canvas>'), "canvas"),
        (html('<video controls><source src="data:video/mp4;base64,AAAA"></video>'), "video"),
        ({"application/javascript": "element.append(chart)"}, "drawing by JavaScript"),
        ({"application/geo+json": {}}, "map"),
        ({"application/3dmoljs_load.v0": "", "text/html": ""}, "molecule in 3D"),
        (
            {"application/vnd.unknown.v1": {}, "text/plain": "<X>"},
            "output of the type application/vnd.unknown.v1",
        ),
        ({"video/mp4": "AAAA"}, "video"),
        ({"text/markdown": "```mermaid\ngraph TD; A-->B\n```"}, "Mermaid diagram"),
    ],
)
def test_what_cannot_be_painted(bundle: dict[str, Any], what: str) -> None:
    assert told(bundle) == [(what, "")]
    assert bundle_pictures(bundle)[0].cure


@pytest.mark.parametrize(
    ("bundle", "what"),
    [
        (html("<iframe srcdoc='&lt;script src=&quot;leaflet.js&quot;&gt;'></iframe>"), "folium map"),
        (html('<canvas id="c"></canvas><script>new Chart(c)</script>'), "Chart.js chart"),
        (html('<div id="fig1"></div><script>mpld3.draw_figure("fig1", {})</script>'), "mpld3 figure"),
        (
            html('<div id="a1" ></div><script data-lets-plot-script="plot">f("a1")</script>'),
            "Lets-Plot figure",
        ),
        (
            html(
                '<div id="i1"><b>Javascript library not loaded!</b></div><script>SHAP.render("i1")</script>'
            ),
            "SHAP plot",
        ),
        (html('<div id="d1" style="width: 9em"></div><script>fill("d1")</script>'), "drawing by JavaScript"),
    ],
)
def test_what_a_browser_paints(bundle: dict[str, Any], what: str) -> None:
    assert told(bundle) == [(what, "text/html")]
    assert bundle_pictures(bundle)[0].cure


INNER = "<canvas></canvas><script>draw()</script>"


@pytest.mark.parametrize(
    ("attributes", "frame"),
    [
        ("width='400' height=300", (400, 300)),
        ("width='100%' height=500", (1000, 500)),
        ("style='width:640px;height:480px;border:none'", (640, 480)),
        ("style='width:100%;height:100%'", (1000, 600)),
    ],
)
def test_a_page_in_a_frame_is_painted_in_the_size_of_the_frame(
    attributes: str, frame: tuple[int, int]
) -> None:
    source = base64.b64encode(INNER.encode()).decode()
    for page in (f"srcdoc='{INNER}'", f"src='data:text/html;charset=utf-8;base64,{source}'"):
        [picture] = bundle_pictures(html(f"<iframe {page} {attributes}></iframe>"))
        assert (picture.data, picture.frame) == (INNER.encode(), frame)


@pytest.mark.parametrize(
    "bundle",
    [
        {"text/plain": "3"},
        {"text/latex": "$x$"},
        {"application/json": {}},
        {"text/markdown": "# A title\n\n| a |\n|---|\n| 1 |\n\n![logo](https://example.org/x)"[:30]},
        html("<table><thead><tr><th>a</th></tr></thead><tr><td>1</td></tr></table>"),
        html(
            f"<table><tr><th>a</th></tr><tr><td><img src='{address()}'></td><td>{DRAWING}</td></tr></table>"
        ),
        html("<table id='t1'><tr><td>Loading</td></tr></table><script>new DataTable('#t1')</script>"),
        html("<progress value='3' max='9'></progress>"),
        html("<audio controls><source src='data:audio/wav;base64,AAAA'></audio>"),
        html(f"<img src='{address(30, 30)}'>"),
        html(
            "<svg width='16' height='16'></svg><svg viewBox='0 0 24 24'></svg><svg class='icon'><use href='#a'/></svg>"
        ),
        html(
            "<script>window.x = '<svg width=\"900\" height=\"900\"></svg>'</script><!-- <iframe src='x'></iframe> -->"
        ),
        html("<div id='s1'>LogisticRegression()</div><script>theme('s1')</script>"),
        html("<div id='9U'></div><script data-lets-plot-script=\"library\">load('9U')</script>"),
        html("<script>window.PlotlyConfig = {}</script>"),
        html(f"<div>{bokeh('Slider')[:0]}</div><script>{bokeh('Slider')}</script>"),
        {"application/javascript": bokeh("DataTable"), EXEC: ""},
        {"application/javascript": "element.append(1)", "application/vnd.bokehjs_load.v0+json": "x"},
        {"application/javascript": "IPython.notebook.save_checkpoint()"},
        {"application/vnd.dataresource+json": {}, "text/html": "<iframe src='x'></iframe>"},
        {"application/vnd.some.dataframe.v3+json": {}},
        {"application/papermill.record+json": 3},
        html(
            "<table><tr><td><table><tr><th>a</th></tr></table></td><td><svg width='170' height='170'></svg></td></tr></table>"
        ),
        {"application/vnd.some.thing": {}, "text/html": "<table><tr><td>1</td></tr></table>"},
        {"audio/wav": "AAAA"},
    ],
)
def test_what_is_no_plot(bundle: dict[str, Any]) -> None:
    assert told(bundle) == []


def test_a_drawing_in_html_becomes_a_document_of_its_own() -> None:
    (picture,) = bundle_pictures(html(DRAWING.replace("<rect", '<use xlink:href="#a"/>&nbsp;<rect')))
    assert picture.data.decode().startswith(
        '<svg xmlns:xlink="http://www.w3.org/1999/xlink" xmlns="http://www.w3.org/2000/svg" width="300" height="200">'
    )
    assert "&nbsp;" not in picture.data.decode() and picture.data.decode().count("</svg>") == 2


def test_a_drawing_that_is_no_xml_is_understood_as_in_a_browser() -> None:
    (picture,) = bundle_pictures(
        html("<svg width=200 height=100 viewBox='0 0 9 9'><g hidden><rect width=9><p></svg>")
    )
    assert picture.data.decode() == (
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" viewBox="0 0 9 9">'
        '<g hidden=""><rect width="9"><p /></rect></g></svg>'
    )


def test_what_is_taken_is_what_is_shown() -> None:
    (figure,) = bundle_pictures(html(PLOTLY))
    assert json.loads(figure.data) == {
        "data": [{"y": [1, 2], "text": "<b>"}],
        "layout": {"title": {"text": "T"}},
    }
    (frame,) = bundle_pictures(html(ANIMATION))
    assert (frame.data, frame.part) == (png(), "frame 1 of 2")
    assert [(each.data, each.part) for each in frame.more] == [(png(), "frame 2 of 2")]
    (image,) = bundle_pictures(html(f"<img src='{address()}'>"))
    assert image.data == png()


def test_a_frame_that_plotly_has_written_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "figure_1.html").write_text(f"<html><body>{PLOTLY}</body></html>")
    assert told(html('<iframe src="figure_1.html"></iframe>')) == [
        ("plotly figure", "application/vnd.plotly.v1+json")
    ]


def test_what_the_front_end_is_told_of_the_background_is_kept() -> None:
    encoded = {"image/png": base64.b64encode(png()).decode()}
    expected = Picture("image/png", png(), needs_background="dark")
    assert bundle_pictures(encoded, {"needs_background": "dark"}) == (expected,)
    assert bundle_pictures(encoded, {"image/png": {"needs_background": "dark"}}) == (expected,)


@pytest.mark.parametrize(
    "piece",
    [
        "<svg>",
        "</svg>",
        "<script>",
        "<!--",
        "<img ",
        "<div id=a>",
        "frames[0] = ",
        "Plotly.newPlot(",
        "<table>",
    ],
)
def test_the_cost_is_linear(piece: str) -> None:
    text = "<img src=x>new Animation(" + piece * (200_000 // len(piece))
    assert is_quick(lambda: bundle_pictures(html(text)), 10)
