"""Real plotting libraries in a real kernel: what they draw becomes an image that shows it, and is remembered.

A library that is not installed is skipped here; CI has them all.
"""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from nbclaude.simulator import Simulator
from tests.kernel.kernel import Execution, Kernel

pytestmark = pytest.mark.once

WIRING = """
import base64, json, os
from nbclaude.context.shown.figure_watch import watch
from nbclaude.context.shown.figures import FigureLog
from nbclaude.context.shown.pending import pending_figures
from nbclaude.context.images.limits import STANDARD_IMAGES
from nbclaude.context.images.pictures import picture_of
from nbclaude.notebook import cell_run

figures = FigureLog()
stop = watch(get_ipython(), figures, lambda: cell_run(get_ipython()))

def picture(value, label="figure"):
    found = picture_of(value, STANDARD_IMAGES, label)
    print(json.dumps(found and [found.blocks, found.summary, found.notes]))

def remembered():
    print(json.dumps([
        [each.cell, each.execution_count, each.media_type, each.size, base64.b64encode(each.data).decode()]
        for each in figures.all()
    ]))
"""


def needs(*packages: str) -> pytest.MarkDecorator:
    missing = [each for each in packages if importlib.util.find_spec(each) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


@pytest.fixture
def plotting(kernel: Kernel) -> Iterator[Kernel]:
    wired = kernel.run(WIRING)
    assert wired.ok, wired.error
    yield kernel
    kernel.run("stop()")


def image_of(block: Any) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(block["source"]["data"]))).convert("RGB")


def picture(kernel: Kernel, code: str, timeout: float = 60) -> tuple[Image.Image, str]:
    """Run code whose last line is an expression; return the one image that its value becomes, and its summary."""
    *setup, expression = code.strip().splitlines()
    done = kernel.run("\n".join([*setup, f"picture({expression})"]), timeout=timeout)
    assert done.ok, done.error
    # The print may come with what the library says itself.
    found = json.loads(done.stdout.splitlines()[-1])
    assert found is not None, "no picture"
    blocks, summary, _notes = found
    # What the figure's library knows of it follows as text.
    (block,) = images_in(blocks)
    return image_of(block), summary


def images_in(blocks: list[Any]) -> list[Any]:
    return [block for block in blocks if block["type"] == "image"]


def remembered(kernel: Kernel) -> list[list[Any]]:
    done = kernel.run("remembered()")
    assert done.ok, done.error
    found: list[list[Any]] = json.loads(done.stdout)
    return found


def share(image: Image.Image, red: int, green: int, blue: int, tolerance: int = 12) -> float:
    """Return the share of pixels of about this colour."""
    pixels = image.tobytes()
    near = sum(
        abs(pixels[i] - red) <= tolerance
        and abs(pixels[i + 1] - green) <= tolerance
        and abs(pixels[i + 2] - blue) <= tolerance
        for i in range(0, len(pixels), 3)
    )
    return near / (len(pixels) // 3)


BAR = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nbars = ax.bar([1, 2], [3, 3], color=(1, 0, 0))\n"


@needs("matplotlib")
@pytest.mark.parametrize("expression", ["fig", "ax", "bars", "bars[0]", "[ax, fig]", "ax.xaxis"])
def test_matplotlib(plotting: Kernel, expression: str) -> None:
    image, summary = picture(plotting, BAR + expression)
    assert summary == f"figure {image.width}×{image.height}"
    # Tight around what is drawn, as the notebook shows it: 640×480 less the margins.
    assert 520 < image.width < 640 and 380 < image.height < 480
    assert 0.5 < share(image, 255, 0, 0) < 0.9
    assert image.getpixel((0, 0)) == (255, 255, 255)


@needs("matplotlib")
def test_a_matplotlib_figure_is_not_changed_and_is_the_image_that_the_notebook_shows(
    plotting: Kernel,
) -> None:
    code = (
        BAR
        + "before = (fig.dpi, tuple(fig.get_size_inches()), fig.get_facecolor(), fig.canvas)\npicture(fig)\n"
    )
    done = plotting.run(
        code + "assert before == (fig.dpi, tuple(fig.get_size_inches()), fig.get_facecolor(), fig.canvas)\n",
        cell_id="plot",
    )
    assert done.ok, done.error
    blocks, _summary, notes = json.loads(done.stdout)
    (block,) = images_in(blocks)
    (shown,) = done.data("image/png")
    assert block["source"]["data"] == shown.replace("\n", "")
    assert notes == []


@needs("matplotlib")
def test_a_huge_matplotlib_figure_fits_and_a_transparent_one_is_white(plotting: Kernel) -> None:
    image, _summary = picture(plotting, BAR + "fig.set_size_inches(120, 60)\nplt.close()\nfig")
    assert image.width in range(1540, 1569)
    image, _summary = picture(plotting, BAR + "fig.patch.set_alpha(0)\nfig")
    assert image.getpixel((0, 0)) == (255, 255, 255)
    # Something far outside: the tight box would be a million pixels wide.
    far = "ax.annotate('far', (1e6, 0), annotation_clip=False, xycoords='figure pixels')\n"
    image, _summary = picture(plotting, BAR + far + "plt.close()\nfig")
    assert image.size == (640, 480)


@needs("matplotlib")
def test_a_poster_is_measured_without_its_pixels(plotting: Kernel) -> None:
    # 100 × 100 inches at 600 dpi are 3.6 billion pixels, 14 GB.
    code = (
        "import resource\nimport matplotlib.pyplot as plt\npeak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak()\nfig, ax = plt.subplots(figsize=(100, 100), dpi=600)\nplt.close()\npicture(fig)\n"
        "print(peak() - before)"
    )
    done = plotting.run(code)
    assert done.ok, done.error
    assert int(done.stdout.splitlines()[-1]) < 1_000_000  # kB


@needs("matplotlib")
def test_several_figures_and_figures_in_figures(plotting: Kernel) -> None:
    done = plotting.run(BAR + "other = plt.figure()\npicture([fig, other, ax])")
    blocks, summary, _notes = json.loads(done.stdout)
    assert (len(images_in(blocks)), summary) == (2, "2 figures")
    image, _summary = picture(
        plotting, "whole = plt.figure()\nleft, right = whole.subfigures(1, 2)\naxes = left.subplots()\naxes"
    )
    assert image.width > 300


@needs("matplotlib")
def test_a_figure_that_cannot_be_drawn_is_said(plotting: Kernel) -> None:
    done = plotting.run(BAR + "ax.set_title('$\\\\frac{$')\npicture(fig)")
    assert done.error is not None
    assert done.error["ename"] == "ConfigurationError"
    assert "figure: matplotlib cannot paint the figure: ValueError" in done.error["evalue"]


@needs("matplotlib", "numpy")
def test_numbers_are_no_figures(plotting: Kernel) -> None:
    done = plotting.run(
        "import numpy as np\npicture(np.eye(3))\npicture([1, 2])\npicture(np.array([object()]))"
    )
    assert done.stdout == "null\nnull\nnull\n"


@needs("pandas", "matplotlib")
@pytest.mark.parametrize(
    "expression",
    [
        "df.plot()",
        "df.plot(subplots=True)",
        "df.hist()",
        "df.boxplot(return_type='dict')",
        "df.groupby(df.b > 2)['a'].plot()",
        "df['a'].plot.hist()",
    ],
)
def test_pandas_plots(plotting: Kernel, expression: str) -> None:
    code = "import pandas as pd\ndf = pd.DataFrame({'a': [1, 5, 2, 8], 'b': [3, 1, 4, 1]})\n"
    image, _summary = picture(plotting, code + expression)
    assert image.width > 400
    assert 0.5 < share(image, 255, 255, 255) < 0.995


@needs("pandas", "matplotlib")
def test_the_plots_of_groups_are_pictures(plotting: Kernel) -> None:
    code = "import pandas as pd\ndf = pd.DataFrame({'a': [1, 5, 2, 8], 'b': [3, 1, 4, 1]})\n"
    done = plotting.run(code + "picture(df.groupby(df.b > 2)[['a']].hist())")
    blocks, summary, _notes = json.loads(done.stdout)
    assert (len(images_in(blocks)), summary) == (2, "2 figures")


@needs("pandas")
def test_a_frame_is_no_picture(plotting: Kernel) -> None:
    done = plotting.run(
        "import pandas as pd\ndf = pd.DataFrame({'dtype': [1], 'figure': [2], 'data': [3]})\n"
        "picture(df)\npicture(df['dtype'])\npicture(pd.Series(['a', 3]))\npicture(df.style)"
    )
    assert done.stdout == "null\nnull\nnull\nnull\n"


@needs("polars")
def test_a_polars_frame_is_no_picture(plotting: Kernel) -> None:
    done = plotting.run(
        "import polars as pl\nimport matplotlib\npicture(pl.DataFrame({'a': [1]}))\n"
        "picture(pl.Series([1, 2]))\npicture(pl.Series([object()]))"
    )
    assert done.stdout == "null\nnull\nnull\n", done.error


@needs("seaborn")
@pytest.mark.parametrize(
    "expression",
    [
        "sns.scatterplot(df, x='a', y='b')",
        "sns.relplot(df, x='a', y='b')",
        "sns.jointplot(df, x='a', y='b')",
        "sns.pairplot(df)",
        "so.Plot(df, x='a', y='b').add(so.Dot())",
    ],
)
def test_seaborn(plotting: Kernel, expression: str) -> None:
    code = (
        "import pandas as pd, seaborn as sns, seaborn.objects as so\n"
        "df = pd.DataFrame({'a': [1, 5, 2, 8], 'b': [3, 1, 4, 1]})\n"
    )
    image, _summary = picture(plotting, code + expression)
    assert image.width > 300
    assert share(image, 255, 255, 255) < 0.999


@needs("plotly", "kaleido")
@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium")
def test_plotly(plotting: Kernel) -> None:
    code = (
        "import plotly.graph_objects as go\n"
        "figure = go.Figure(go.Bar(y=[1, 1], marker_color='#ff0000'))\nfigure"
    )
    image, summary = picture(plotting, code, timeout=150)
    assert image.size == (700, 500)
    assert summary == "figure 700×500"
    assert 0.3 < share(image, 255, 0, 0) < 0.8


@needs("plotly")
def test_plotly_without_its_painter_is_said(plotting: Kernel) -> None:
    done = plotting.run(
        "import sys\n"
        "for name in [each for each in sys.modules if each.startswith(('plotly', '_plotly', 'kaleido'))]:\n"
        "    del sys.modules[name]\n"
        "sys.modules['kaleido'] = None\n"
        "import plotly.graph_objects as go\n"
        "try:\n    picture(go.Figure(), 'sales')\n"
        "finally:\n"
        "    for name in [each for each in sys.modules if each.startswith(('plotly', '_plotly', 'kaleido'))]:\n"
        "        del sys.modules[name]"
    )
    assert done.error is not None
    assert "sales: plotly cannot paint the figure" in done.error["evalue"]
    assert "pip install kaleido" in done.error["evalue"]


@needs("plotly", "kaleido")
def test_plotly_without_a_browser_is_said(plotting: Kernel) -> None:
    done = plotting.run(
        "os.environ['BROWSER_PATH'] = '/nonexistent/chrome'\nimport plotly.graph_objects as go\n"
        "try:\n    picture(go.Figure(), 'sales')\nfinally:\n    del os.environ['BROWSER_PATH']",
        timeout=150,
    )
    assert done.error is not None
    assert "Install Chrome or Chromium" in done.error["evalue"]


@needs("altair", "vl_convert")
def test_altair(plotting: Kernel) -> None:
    code = (
        "import altair as alt\n"
        "data = alt.Data(values=[{'a': 1, 'b': 5}, {'a': 2, 'b': 5}])\n"
        "alt.Chart(data, width=200, height=100).mark_bar(color='#ff0000').encode(x='a:N', y='b:Q')"
    )
    image, summary = picture(plotting, code)
    assert summary == f"chart {image.width}×{image.height}"
    assert 400 < image.width < 600 and 200 < image.height < 400
    assert 0.3 < share(image, 255, 0, 0) < 0.9


@needs("altair", "vl_convert", "pandas")
def test_an_altair_chart_of_many_rows(plotting: Kernel) -> None:
    code = "import altair as alt, pandas as pd\nrows = pd.DataFrame({'a': range(6000)})\n"
    image, _summary = picture(plotting, code + "alt.Chart(rows).mark_bar().encode(x='a')")
    assert 500 < image.width < 700
    done = plotting.run("alt.Chart(rows).mark_bar().encode(x='a').to_dict()")
    assert done.error is not None
    assert done.error["ename"] == "MaxRowsError"


BOKEH = (
    "from bokeh.plotting import figure as new\n"
    "p = new(width=300, height=200)\n"
    "bars = p.vbar(x=[1, 2], top=[3, 3], width=0.9, color='#ff0000')\n"
)


@needs("bokeh", "kaleido")
@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium")
def test_bokeh(plotting: Kernel) -> None:
    image, summary = picture(plotting, BOKEH + "p", timeout=150)
    assert (image.size, summary) == ((600, 400), "figure 600×400")
    assert 0.2 < share(image, 255, 0, 0) < 0.9


@needs("bokeh", "selenium")
@pytest.mark.skipif(not (shutil.which("chromedriver") and shutil.which("chromium")), reason="no chromedriver")
def test_bokeh_without_kaleido(plotting: Kernel) -> None:
    code = (
        "import sys\nsys.modules['choreographer'] = None\n"
        "os.environ['BOKEH_IN_DOCKER'] = '1'  # the tests may run as root\n"
    )
    image, _summary = picture(plotting, code + BOKEH + "p", timeout=150)
    assert image.size == (300, 200)
    assert 0.2 < share(image, 255, 0, 0) < 0.9


@needs("bokeh")
def test_bokeh_without_its_painter_is_said(plotting: Kernel) -> None:
    done = plotting.run(
        "import sys\n"
        "for name in [each for each in sys.modules if each.startswith(('selenium', 'bokeh.io.'))]:\n"
        "    del sys.modules[name]\n"
        "sys.modules['selenium'] = sys.modules['choreographer'] = None\n"
        "from bokeh.plotting import figure as new\n"
        "try:\n    picture(new(width=300, height=200), 'sales')\n"
        "finally:\n    del sys.modules['selenium'], sys.modules['choreographer']"
    )
    assert done.error is not None
    assert "sales: bokeh cannot paint the figure" in done.error["evalue"]
    assert "pip install kaleido" in done.error["evalue"]


@needs("graphviz")
@pytest.mark.skipif(not shutil.which("dot"), reason="no dot")
@pytest.mark.parametrize(
    "kind", ["Digraph()", "Source('digraph { a [style=filled, fillcolor=\"#ff0000\"] }')"]
)
def test_graphviz(plotting: Kernel, kind: str) -> None:
    code = (
        f"import graphviz\ngraph = graphviz.{kind}\n"
        "if hasattr(graph, 'node'): graph.node('a', style='filled', fillcolor='#ff0000')\ngraph"
    )
    image, summary = picture(plotting, code)
    assert summary == f"graph {image.width}×{image.height}"
    assert 60 < image.width < 200 and 40 < image.height < 150
    assert 0.2 < share(image, 255, 0, 0) < 0.9


@needs("graphviz")
@pytest.mark.skipif(not shutil.which("dot"), reason="no dot")
def test_what_graphviz_cannot_read_is_said(plotting: Kernel) -> None:
    done = plotting.run("import graphviz\npicture(graphviz.Source('digraph{a->'), 'tree')")
    assert done.error is not None
    assert done.error["evalue"].startswith(
        "tree: graphviz cannot paint the graph: Error: <stdin>: syntax error"
    )
    assert "install" not in done.error["evalue"]


@needs("graphviz")
def test_graphviz_without_its_program_is_said(plotting: Kernel) -> None:
    done = plotting.run(
        "import graphviz\npath = os.environ['PATH']\nos.environ['PATH'] = '/nonexistent'\n"
        "try:\n    picture(graphviz.Digraph(), 'tree')\nfinally:\n    os.environ['PATH'] = path"
    )
    assert done.error is not None
    assert "tree: graphviz cannot paint the graph" in done.error["evalue"]
    assert "apt-get install graphviz" in done.error["evalue"]


def drawn(color: str) -> str:
    return f"import matplotlib.pyplot as plt\nplt.bar([1], [1], color='{color}');"


def shown(done: Execution) -> list[str]:
    return [
        each["data"]["image/png"].replace("\n", "")
        for each in done.outputs
        if "image/png" in each.get("data", {})
    ]


@needs("matplotlib")
def test_a_figure_that_the_inline_backend_shows_is_remembered_as_it_was_sent(plotting: Kernel) -> None:
    done = plotting.run(drawn("red"), cell_id="plot")
    ((cell, count, media_type, size, data),) = remembered(plotting)
    (sent,) = shown(done)
    assert (cell, media_type, data) == ("plot", "image/png", sent)
    assert done.reply is not None
    assert count == done.reply["execution_count"]
    assert size == list(Image.open(io.BytesIO(base64.b64decode(sent))).size)


@needs("matplotlib")
def test_running_a_cell_again_replaces_its_figures(plotting: Kernel) -> None:
    plotting.run(drawn("red"), cell_id="one")
    second = plotting.run(drawn("blue"), cell_id="two")
    again = plotting.run(drawn("green"), cell_id="one")
    assert [(each[0], each[4]) for each in remembered(plotting)] == [
        ("one", *shown(again)),
        ("two", *shown(second)),
    ]
    plotting.run("pass", cell_id="one")
    assert [each[0] for each in remembered(plotting)] == ["two"]


@needs("matplotlib")
def test_results_displays_and_updates_are_all_seen(plotting: Kernel) -> None:
    plotting.run(drawn("red") + "\nfigure = plt.gcf()\nplt.close()")
    assert remembered(plotting) == []
    result = plotting.run("figure", cell_id="result")
    assert [each[4] for each in remembered(plotting)] == shown(result)
    code = (
        "from IPython.display import display\nhandle = display(figure, display_id='live')\n"
        "figure.axes[0].set_title('later')\nhandle.update(figure)"
    )
    updated = plotting.run(code, cell_id="display")
    assert [(each[0], each[4]) for each in remembered(plotting)] == [
        ("display", *shown(updated)),
        ("result", *shown(result)),
    ]


@needs("matplotlib")
def test_an_animation_is_its_last_picture(plotting: Kernel) -> None:
    code = (
        "import matplotlib.pyplot as plt\nfrom IPython.display import clear_output, display\n"
        "fig, ax = plt.subplots(figsize=(1, 1))\nax.set(xticks=[], yticks=[])\nplt.close()\n"
        "for i in range(40):\n    ax.set_title(str(i))\n    clear_output(wait=True)\n    display(fig)"
    )
    done = plotting.run(code, cell_id="loop")
    assert [each[4] for each in remembered(plotting)] == shown(done)[-1:]


@needs("matplotlib")
def test_the_figure_of_this_very_cell_is_pending(plotting: Kernel) -> None:
    code = (
        BAR
        + "ax.set_title('one')\nplt.figure()\nfound = pending_figures(get_ipython())\nprint(len(found), found[1] is fig)\n"
    )
    done = plotting.run(code, cell_id="plot")
    assert done.stdout == "2 True\n"
    assert plotting.run("print(pending_figures(get_ipython()))").stdout == "[]\n"


@needs("matplotlib")
def test_figures_that_stay_open_are_pending_only_in_their_own_cell(plotting: Kernel) -> None:
    plotting.run("%config InlineBackend.close_figures = False")
    try:
        first = plotting.run(BAR + "print(pending_figures(get_ipython()) == [fig])")
        second = plotting.run(
            "print(pending_figures(get_ipython()))\nother = plt.figure()\nprint(pending_figures(get_ipython()) == [other])"
        )
    finally:
        plotting.run("%config InlineBackend.close_figures = True\nplt.close('all')")
    assert first.stdout == "True\n"
    assert second.stdout == "[]\nTrue\n"


@needs("matplotlib")
def test_a_figure_that_no_cell_ever_shows_is_not_the_last_one(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    claude_kernel.run(
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nfrom PIL import Image", cell_id="import"
    )
    claude_kernel.run("plt.ioff()", cell_id="off")
    simulator.enqueue("ok", "ok")
    try:
        here = claude_kernel.run(
            "hidden = plt.figure(figsize=(5, 1))\n%claude --new --fig What?", cell_id="hidden"
        )
        claude_kernel.run("Image.new('RGB', (40, 30))", cell_id="image")
        later = claude_kernel.run("%claude --new --fig What?", cell_id="ask")
    finally:
        claude_kernel.run("plt.close('all')\nplt.ion()")
    assert "sent: figure of cell" in here.html
    assert "(40×30)" in later.html


@needs("matplotlib")
def test_a_figure_that_waits_is_the_image_that_the_notebook_shows_of_it(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue("ok")
    claude_kernel.run("%matplotlib inline\n%config InlineBackend.figure_formats = ['retina']")
    try:
        done = claude_kernel.run(drawn("red") + "\n%claude --new --fig What?", cell_id="sharp")
    finally:
        claude_kernel.run("%config InlineBackend.figure_formats = ['png']")
    [image] = [
        block for block in simulator.message_requests[-1].messages[-1]["content"] if block["type"] == "image"
    ]
    assert [image["source"]["data"]] == shown(done)


@needs("altair", "vl_convert")
def test_a_chart_of_altair_is_remembered_although_it_is_shown_as_html(plotting: Kernel) -> None:
    chart = "alt.Chart(alt.Data(values=[{'a': '})({', 'b': 5}])).mark_bar().encode(x='a:N', y='b:Q')"
    done = plotting.run(f"import altair as alt\nchart = {chart}\ndisplay(chart)\nchart", cell_id="chart")
    assert shown(done) == []
    done = plotting.run(
        "for found in figures.all(): print(found.cell, found.attachment(STANDARD_IMAGES, 'f').summary)"
    )
    first, second = done.stdout.splitlines()
    assert first == second
    assert first.startswith("chart figure "), done.error


@needs("plotly", "kaleido")
@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium")
def test_a_figure_of_plotly_is_remembered_although_it_is_shown_as_json(plotting: Kernel) -> None:
    code = "import plotly.graph_objects as go\nfigure = go.Figure(go.Bar(y=[1, 2]))\nfigure.show()\n"
    plotting.run(code, cell_id="chart", timeout=150)
    done = plotting.run(
        "found = figures.last()\nprint(found.cell, found.attachment(STANDARD_IMAGES, 'f').summary)",
        timeout=150,
    )
    assert done.stdout.splitlines()[-1:] == ["chart figure 700×500"], done.error


@needs("matplotlib")
def test_after_the_end_nothing_is_remembered(plotting: Kernel) -> None:
    hooks = "[len(each._hooks) for each in (get_ipython().display_pub, get_ipython().displayhook)]"
    assert plotting.value(hooks) == "[1, 1]"
    plotting.run("stop()")
    done = plotting.run(drawn("red"), cell_id="plot")
    assert len(shown(done)) == 1
    assert remembered(plotting) == []
    assert plotting.value(hooks) == "[0, 0]"


INLINE = "%matplotlib inline\n"


def kinds(done: Execution) -> list[str]:
    """What stands below the cell, from top to bottom: figures and answers."""
    bundles = [output["data"] for output in done.outputs if "data" in output]
    return ["figure" if "image/png" in each else "answer" for each in bundles]


@needs("matplotlib")
class TestFiguresAboveTheAnswer:
    @pytest.fixture
    def asking(self, claude_kernel: Kernel, simulator: Simulator) -> Kernel:
        simulator.enqueue(*["ok"] * 4)
        return claude_kernel

    def test_the_figure_comes_first_and_once(self, asking: Kernel, simulator: Simulator) -> None:
        done = asking.run(INLINE + BAR + "%claude --fig What?\n%claude And {fig}?\n# end\n", cell_id="a")
        assert done.ok, done.error
        assert kinds(done) == ["figure", "answer", "answer"]
        first, second = (request.messages[-1]["content"] for request in simulator.message_requests)
        assert first[0]["source"]["data"] == done.data("image/png")[0].replace("\n", "")
        assert "[Image 1 of this conversation again.]" in [block.get("text") for block in second]
        assert asking.value("plt.get_fignums()") == "[]"

    def test_a_dry_run(self, asking: Kernel) -> None:
        done = asking.run(INLINE + BAR + "%claude --dry-run --fig What?", cell_id="a")
        assert kinds(done) == ["figure", "answer"]

    def test_figures_that_stay_open(self, asking: Kernel) -> None:
        stay = "%config InlineBackend.close_figures = False\n"
        done = asking.run(INLINE + stay + BAR + "%claude --fig What?", cell_id="a")
        assert kinds(done) == ["figure", "answer"]
        again = asking.run("%claude --fig What?", cell_id="b")
        assert kinds(again) == ["answer"]
        asking.run("%config InlineBackend.close_figures = True\nplt.close('all')")

    @pytest.mark.parametrize(
        "code",
        [
            BAR + "%claude --fig What?\nax.set_title('later')",
            BAR + "for _ in range(2):\n    %claude --fig What?",
        ],
    )
    def test_a_figure_that_the_cell_may_go_on_with(self, asking: Kernel, code: str) -> None:
        done = asking.run(INLINE + code, cell_id="a")
        assert done.ok, done.error
        assert kinds(done).count("figure") == 1
        assert kinds(done)[-1] == "figure"
