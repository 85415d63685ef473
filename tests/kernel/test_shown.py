"""`--fig` after outputs without a raster picture: what can be painted is, and nothing older is ever sent in its place."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image

from nbclaude.simulator import Simulator
from tests.kernel.kernel import Kernel
from tests.kernel.test_context import ask, images, refused, texts, thumbnails
from tests.kernel.test_plotting import needs, share

OLD = (
    "from PIL import Image\nfrom IPython.display import HTML, display, Javascript, Markdown\n"
    "display(Image.new('RGB', (90, 80), 'red'))"
)
ASK = "%claude --no-history --fig What?"


def image(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


@needs("bokeh", "plotly", "altair", "choreographer", "anywidget")
def test_what_is_drawn_in_the_browser_is_painted(claude_kernel: Kernel, simulator: Simulator) -> None:
    cells = {
        "bokeh": (
            "from bokeh.plotting import figure, show\nfrom bokeh.io import output_notebook\noutput_notebook()\n"
            "p = figure(width=300, height=200)\np.rect(x=[1], y=[1], width=1, height=1, color='#00ff00')\nshow(p)",
            (0, 255, 0),
        ),
        "plotly widget": (
            "import plotly.graph_objects as go\nimport ipywidgets\n"
            "w = go.FigureWidget()\ndisplay(ipywidgets.VBox([ipywidgets.IntSlider(), w]))\n"
            "_ = w.add_bar(y=[3], marker_color='#0000ff')",  # after it was shown
            (0, 0, 255),
        ),
        "altair widget": (
            "import altair\naltair.JupyterChart(altair.Chart(altair.Data(values=[{'a': 1}])).mark_bar(color='#ff00ff', size=90)"
            ".encode(x='a:Q', y='a:Q'))",
            (255, 0, 255),
        ),
        "canvas": (
            'HTML(\'<canvas id="c"></canvas><script>const d = c.getContext("2d"); d.fillStyle = "#ffff00"; '
            "d.fillRect(0, 0, 99, 99)</script>')",
            (255, 255, 0),
        ),
        "drawing in HTML": (
            'HTML(\'<div><svg width="90" height="80"><rect width="60" height="80" fill="#00ffff"/></svg></div>\')',
            (0, 255, 255),
        ),
    }
    ask(claude_kernel, OLD, "old")
    for name, (code, colour) in cells.items():
        done = claude_kernel.run(code, cell_id=name)
        assert done.ok, done.error
        simulator.enqueue("I see.")
        ask(claude_kernel, ASK)
        [sent] = images(simulator)
        assert share(image(sent), *colour) > 0.02, name
        assert share(image(sent), 255, 0, 0) == 0, name


OPAQUE = {
    "a page": ("HTML('<iframe src=\"https://example.org\"></iframe>')", "a page in a frame"),
    "a canvas": ("HTML('<canvas width=\"300\"></canvas>')", "a canvas"),
    "a film": ("HTML('<video src=\"data:video/mp4;base64,AAAA\"></video>')", "a video"),
    "a script": ("Javascript('element.append(1)')", "a drawing by JavaScript"),
    "a map": ("display({'application/geo+json': {}, 'text/plain': '<GeoJSON>'}, raw=True)", "a map"),
    "a stream": (
        "import ipywidgets\n"
        "M = type('VideoStream', (ipywidgets.DOMWidget,), {'__module__': 'ipywebrtc.webrtc'})\n"
        "M(_view_module='jupyter-webrtc', _view_name='MediaStreamView')",
        "a video",
    ),
    "an update": (
        "h = display(HTML('<i>wait</i>'), display_id=True)\nh.update(HTML('<iframe src=\"https://example.org\"></iframe>'))",
        "a page in a frame",
    ),
}


def test_what_cannot_be_painted_stops_the_question(claude_kernel: Kernel, simulator: Simulator) -> None:
    for name, (code, what) in OPAQUE.items():
        ask(claude_kernel, OLD, "old")
        count = claude_kernel.run(code, cell_id=name).reply["execution_count"]  # type: ignore[index]
        for option in ("--fig", "--fig cell", "--fig 1"):
            message = re.sub(r"\x1b\[\d+m", "", refused(claude_kernel, f"%claude {option} What?"))
            assert f": Cell {count} shows {what} that cannot be turned into an image" in message, (
                name,
                message,
            )
        assert message.endswith(" --attach attaches a file. --fig 2 attaches the figure before it.")
        assert not simulator.message_requests
        gallery = ask(claude_kernel, "%claude_figures").html
        assert f"{what.partition(' ')[2]}, cannot be attached: only the browser draws it" in gallery
    simulator.enqueue("Red.")
    ask(claude_kernel, "%claude --fig 2 What?")
    assert len(images(simulator)) == 1


def test_tables_controls_and_texts_are_no_plots(claude_kernel: Kernel, simulator: Simulator) -> None:
    ask(claude_kernel, OLD, "old")
    others = (
        "import pandas as pd, ipywidgets\npd.DataFrame({'a': [1]})",
        "pd.DataFrame({'a': [1]}).style.bar()",
        "ipywidgets.interact(lambda x: x, x=3)",
        "display(ipywidgets.HBox([ipywidgets.HTML('<b>0%</b>'), ipywidgets.FloatProgress()]))",
        "from IPython.display import Audio\nAudio(b'RIFF', rate=8000)",
        "Markdown('# A title')",
        "HTML('<script>window.loaded = 1</script>')",
    )
    for number, code in enumerate(others):
        assert claude_kernel.run(code, cell_id=f"other {number}").ok
    simulator.enqueue("Red.")
    ask(claude_kernel, ASK)
    assert share(image(images(simulator)[0]), 255, 0, 0) == 1


@needs("matplotlib")
def test_light_ink_on_nothing_is_seen(claude_kernel: Kernel, simulator: Simulator) -> None:
    plot = (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nwith plt.style.context('{style}'):\n"
        "    f, ax = plt.subplots(); f.patch.set_alpha(0); ax.patch.set_alpha(0); ax.plot([1, 3, 2], color='{ink}')\n"
    )
    asks = {"%claude --no-history --fig What?": "", "%claude --no-history What is {f}?": ""}
    for style, ink, ground in (("dark_background", "w", 17), ("default", "k", 255)):
        code = plot.format(style=style, ink=ink)
        questions: dict[str, Any] = {
            f"{code}%claude --no-history --fig What?": "plot",
            **dict.fromkeys(asks, "ask"),
        }
        for question, cell in questions.items():
            simulator.enqueue("A line.")
            done = ask(claude_kernel, question, cell)
            [sent] = images(simulator)
            grey = Image.open(io.BytesIO(sent)).convert("L")
            assert grey.getpixel((0, 0)) == ground
            assert grey.histogram()[255 if ink == "w" else 0] > 500
            assert thumbnails(done.html) == [sent]
    # The gallery shows it as it is sent.
    assert thumbnails(ask(claude_kernel, "%claude_figures").html)


@needs("matplotlib")
def test_a_file_in_light_ink(claude_kernel: Kernel, simulator: Simulator) -> None:
    code = (
        "import matplotlib.pyplot as plt\nfrom matplotlib.figure import Figure\n"
        "with plt.style.context('dark_background'):\n"
        "    f = Figure(); f.subplots().plot([1, 3, 2], color='w'); f.savefig('light.png', transparent=True)\n"
        "Image.open('light.png').quantize(16).save('palette.png')"
    )
    ask(claude_kernel, f"{OLD}\n{code}", "plot")
    for name in ("light.png", "palette.png"):
        simulator.enqueue("A line.")
        ask(claude_kernel, f"%claude --no-history -a {name} What?")
        assert image(images(simulator)[0]).getpixel((0, 0)) == (17, 17, 17)


def test_a_styler_goes_as_it_is_seen(claude_kernel: Kernel, simulator: Simulator) -> None:
    frame = (
        "import pandas as pd\ndf = pd.DataFrame({'name': ['Ann'], 'ssn': ['111-22'], 'rate': [0.12345]})\n"
        "s = df.style.hide(axis='columns', subset=['ssn']).format('{:.1%}', subset=['rate']).set_caption('Rates')\ns"
    )
    assert claude_kernel.run(frame, cell_id="frame").ok
    for question in (
        "What of {s}?",
        "-a s What?",
        "What of {s:full}?",
        "--cells 1 What?",
        "What of {s:schema}?",
    ):
        simulator.enqueue("Fine.")
        ask(claude_kernel, f"%claude --no-history {question}")
        sent = "\n".join(texts(simulator)).replace(frame, "")
        assert "ssn" not in sent and "111-22" not in sent and "0.12345" not in sent
        assert "Rates" in sent and "rate" in sent
        assert "schema" in question or "12.3%" in sent


@pytest.mark.parametrize("name", ["drawn.png"])
def test_an_image_that_a_page_loads_from_a_file(
    claude_kernel: Kernel, simulator: Simulator, name: str
) -> None:
    ask(claude_kernel, OLD, "old")
    assert claude_kernel.run(
        f"Image.new('RGB', (90, 70), 'blue').save('{name}')\nHTML('<p><img src=\"{name}\"></p>')",
        cell_id="file",
    ).ok
    simulator.enqueue("Blue.")
    ask(claude_kernel, ASK)
    assert image(images(simulator)[0]).getpixel((5, 5)) == (0, 0, 255)


@needs("matplotlib")
def test_what_the_cell_draws_that_loads_the_extension(kernel: Kernel, simulator: Simulator) -> None:
    drawn = kernel.run(
        f"import os\nos.environ['ANTHROPIC_BASE_URL'] = {simulator.base_url!r}\nos.environ['ANTHROPIC_API_KEY'] = 'k'\n"
        "%load_ext nbclaude\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        cell_id="0d0c9a1e-loads",
    )
    assert drawn.ok and drawn.reply is not None, drawn.error
    number = drawn.reply["execution_count"]
    assert f"figure of cell {number}:" in kernel.run("%claude --fig --dry-run What?", cell_id="b").html
