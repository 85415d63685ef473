"""The memory of shown figures: what goes in, what replaces what, and what is forgotten."""

from __future__ import annotations

import base64
import importlib
import io
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from PIL import Image
from traitlets.config import Config

from nbclaude.context.images.drawings import Drawing
from nbclaude.context.images.limits import STANDARD_IMAGES
from nbclaude.context.images.picture import Picture
from nbclaude.context.plotted.reading import facts_of
from nbclaude.context.shown.figure_watch import watch
from nbclaude.context.shown.figures import FigureLog
from nbclaude.context.shown.pending import pending_figures
from nbclaude.context.shown.shown_image import Place, ShownImage
from nbclaude.errors import ConfigurationError
from nbclaude.notebook import CellRun


def shown(name: str, cell: str = "", run: object = None, display_id: str = "") -> ShownImage:
    return ShownImage(name.encode(), "image/png", cell, run, 1, display_id)


def names(images: Any) -> list[str]:
    return [image.data.decode() for image in images]


def test_the_newest_is_number_one() -> None:
    log = FigureLog()
    assert log.last() is None and log.all() == () and log.of_last_plotting_cell() == ()
    for name in ("a", "b", "c"):
        log.add(shown(name))
    assert names(log.all()) == ["c", "b", "a"]
    assert names([log.last(), log.last(2), log.last(3)]) == ["c", "b", "a"]
    assert log.last(4) is None and log.last(0) is None and log.last(-1) is None


def test_a_run_replaces_what_the_cell_showed_before() -> None:
    log = FigureLog()
    log.add(shown("a1", "A", 1))
    log.add(shown("b1", "B", 2))
    log.add(shown("a2", "A", 3))
    log.add(shown("a3", "A", 3))
    assert names(log.all()) == ["a3", "a2", "b1"]
    log.begin("A", 4)
    assert names(log.all()) == ["b1"]


def test_without_cell_ids_nothing_is_replaced() -> None:
    log = FigureLog()
    log.add(shown("a", "", 1))
    log.begin("", 2)
    log.add(shown("b", "", 2))
    log.add(shown("c", "", 2))
    assert names(log.all()) == ["c", "b", "a"]
    assert names(log.of_last_plotting_cell()) == ["b", "c"]


def test_the_images_of_a_cell_come_from_top_to_bottom() -> None:
    log = FigureLog()
    for image in (shown("a", "A", 1), shown("b1", "B", 2), shown("b2", "B", 2)):
        log.add(image)
    assert names(log.of_cell("A")) == ["a"]
    assert names(log.of_cell("B")) == names(log.of_last_plotting_cell()) == ["b1", "b2"]
    assert log.of_cell("C") == ()


def test_an_update_changes_the_image_in_its_place() -> None:
    log = FigureLog()
    log.add(shown("a", "A", 1, "x"))
    log.add(shown("b", "B", 2))
    log.update("x", shown("new", "C", 3, "x"))
    log.update("unknown", shown("never", "C", 3, "unknown"))
    assert names(log.all()) == ["b", "new"]
    assert log.all()[1].cell == "A"


def test_an_update_may_bring_a_picture_or_take_it_away() -> None:
    log = FigureLog()
    log.displayed(Place("A", 1, 3, "x"))
    log.add(shown("b", "B", 2))
    log.update("x", shown("new"), shown("newer"))
    assert names(log.all()) == ["b", "newer", "new"]
    assert log.all()[1].where == "cell 3"
    log.update("x")
    assert names(log.all()) == ["b"]
    log.begin("A", 2)
    log.update("x", shown("gone with its cell"))
    assert names(log.all()) == ["b"]


def test_an_id_that_is_displayed_twice_is_updated_in_both_places() -> None:
    log = FigureLog()
    log.add(shown("a", "A", 1, "x"))
    log.add(shown("b", "B", 2, "x"))
    log.update("x", shown("new"))
    assert [(each.data, each.cell) for each in log.all()] == [(b"new", "B"), (b"new", "A")]


def test_what_only_a_browser_draws_is_refused_with_a_cure() -> None:
    picture = Picture.of(Drawing("ipyleaflet map", "Take a screenshot."))
    image = ShownImage.of(picture, Place("A", 1, 4))
    with pytest.raises(ConfigurationError) as refused:
        image.attachment(STANDARD_IMAGES, "figure of cell 4")
    assert (
        str(refused.value)
        == image.refusal
        == (
            "Cell 4 shows an ipyleaflet map that cannot be turned into an image: only the browser draws it. Take a screenshot."
        )
    )
    assert image.what == "ipyleaflet map" and image.size is None


def test_a_figure_that_stays_open_has_a_place_among_those_that_cells_show() -> None:
    log = FigureLog()
    first, second = Figure(), Figure()
    log.add(shown("a"))
    log.opened([first])
    log.add(shown("b"))
    log.opened([first, second])
    a, b = reversed(log.all())
    assert a.order[0] < log.open_since(first) < b.order[0] < log.open_since(second)


class Figure:
    """Stands for one of matplotlib's."""


def test_the_memory_is_bounded() -> None:
    log = FigureLog()
    for i in range(40):
        log.add(shown(str(i)))
    assert names(log.all()) == [str(i) for i in range(39, 7, -1)]
    heavy = FigureLog(max_bytes=10)
    for name in ("aaaa", "bbbb", "cccc"):
        heavy.add(shown(name))
    assert names(heavy.all()) == ["cccc", "bbbb"]
    heavy.add(shown("x" * 11))
    assert heavy.all() == ()


def test_cells_are_forgotten() -> None:
    log = FigureLog()
    for image in (shown("a", "A", 1), shown("b", "B", 2), shown("c", "B", 2)):
        log.add(image)
    log.clear_run("B", 1)
    assert len(log.all()) == 3
    log.forget_cells(["B", "Z"])
    assert names(log.all()) == ["a"]
    log.clear()
    assert log.all() == ()


def test_threads_may_write_and_read_at_once() -> None:
    log = FigureLog()
    faults: list[BaseException] = []

    def work(cell: str) -> None:
        try:
            for run in range(200):
                log.add(shown("x", cell, run, "id"))
                log.update("id", shown("y"))
                log.all()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(str(i),)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert len(log.all()) == 8


def png(color: str = "red", width: int = 12) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, 8), color).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_shown_image_becomes_an_attachment() -> None:
    image = ShownImage(png(), "image/png", "A", 1)
    assert image.size == (12, 8)
    attachment = image.attachment(STANDARD_IMAGES, "figure 1")
    assert (attachment.label, attachment.summary) == ("figure 1", "figure 12×8")
    assert base64.b64decode(attachment.blocks[0]["source"]["data"]) == png()
    assert ShownImage(b"<svg/>", "image/svg+xml").size is None


class Publisher(CapturingDisplayPublisher):
    """A display publisher that shows its messages to hooks, as the kernel's does."""

    def publish(self, data: Any, metadata: Any = None, **options: Any) -> None:
        update = options.get("update", False)
        content = {"data": data, "metadata": metadata or {}, "transient": options.get("transient") or {}}
        self.send("update_display_data" if update else "display_data", content)

    def clear_output(self, wait: bool = False) -> None:
        self.send("clear_output", {"wait": wait})

    def send(self, kind: str, content: dict[str, Any]) -> None:
        message = {"header": {"msg_type": kind}, "parent_header": {"msg_id": "m1"}, "content": content}
        for hook in self.hooks:
            assert hook(message) is message

    def register_hook(self, hook: Any) -> None:
        self.hooks.append(hook)

    def unregister_hook(self, hook: Any) -> None:
        self.hooks.remove(hook)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[InteractiveShell]:
    """Give IPython's own shell; its display publisher knows hooks, its display hook does not, as in older kernels."""
    config = Config({"HistoryManager": {"hist_file": ":memory:"}})
    shell = InteractiveShell(config=config, ipython_dir=str(tmp_path))
    shell.display_pub = Publisher()
    shell.display_pub.hooks = []
    yield shell
    shell.history_manager.end_session()


def displayed(shell: InteractiveShell, data: bytes, **options: Any) -> None:
    shell.display_pub.publish({"image/png": base64.b64encode(data).decode()}, **options)


def test_displays_are_seen_and_passed_on(shell: InteractiveShell) -> None:
    log = FigureLog()
    watch(shell, log, lambda: CellRun("A", 7))
    displayed(shell, png(), transient={"display_id": "x"})
    displayed(shell, png("blue"), transient={"display_id": "x"}, update=True)
    shell.display_pub.publish({"text/plain": "no image"})
    (image,) = log.all()
    assert image == ShownImage(png("blue"), "image/png", "A", 7, 0, "x")


@pytest.mark.parametrize("shown_by", ["the last expression", "display"])
def test_what_a_figure_knows_is_read_when_it_is_shown(shell: InteractiveShell, shown_by: str) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib.figure import Figure

    log = FigureLog()
    select_figure_formats(shell, {"png"})
    stop = watch(shell, log, lambda: CellRun("A", 7))
    figure = Figure()
    axes = figure.add_subplot(xlabel="then", xlim=(0, 2), ylim=(1, 4))
    axes.plot([0, 1, 2], [1.25, 2, 4])
    shell.user_ns["figure"] = figure
    if shown_by == "display":
        shell.display_pub.publish(*shell.display_formatter.format(figure))
        displayed(shell, png())  # what is shown next is another picture
    else:
        shell.run_cell("figure")
    axes.set_xlabel("now")
    axes.lines[0].set_ydata([0, 0, 0])
    attachment = log.all()[-1].attachment(replace(STANDARD_IMAGES, plotted_characters=400), "fig")
    assert [block["type"] for block in attachment.blocks] == ["image", "text"]
    assert attachment.blocks[1]["text"] == (
        '<plotted name="fig">\nmatplotlib\nx: "then", 0 to 2\ny: 1 to 4\nline: 3 points\n\n'
        "plotted numbers: 3 points\nline: 3 points\nx,y\n0,1.25\n1,2\n2,4\n</plotted>"
    )
    assert [each.picture.plotted is None for each in log.all()[:-1]] == (
        [True] if shown_by == "display" else []
    )
    stop()
    assert "format" not in vars(shell.display_formatter)


@pytest.mark.parametrize("form", ["png", "retina", "svg", "pdf"])
def test_a_figure_by_its_name_is_the_image_that_was_shown(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    from matplotlib.figure import Figure

    from nbclaude.context.values import attachment_of

    # The backend itself belongs to a kernel, and once imported it would stay for every other test.
    backend = SimpleNamespace(
        InlineBackend=SimpleNamespace(
            instance=lambda: SimpleNamespace(
                figure_formats={form}, print_figure_kwargs={"bbox_inches": "tight"}
            )
        )
    )
    monkeypatch.setitem(sys.modules, "matplotlib_inline.backend_inline", backend)
    log = FigureLog()
    select_figure_formats(shell, {form})
    stop = watch(shell, log, lambda: CellRun("A", 7))
    shell.user_ns["figure"] = figure = Figure()
    figure.add_subplot().plot([1, 3, 2])
    shell.run_cell("figure")
    stop()
    (shown,) = log.all()
    sent = shown.attachment(STANDARD_IMAGES, "fig").blocks
    assert sent == attachment_of(figure, "fig").blocks
    image = Image.open(io.BytesIO(base64.b64decode(sent[0]["source"]["data"])))
    assert (image.width > 1_000) == (form != "png")


@pytest.mark.parametrize("above", ["", "%%time\n"])
def test_what_seaborn_drew_says_so_wherever_it_is_named(shell: InteractiveShell, above: str) -> None:
    seaborn, plt = importlib.import_module("seaborn"), importlib.import_module("matplotlib.pyplot")

    log = FigureLog()
    stop = watch(shell, log, lambda: CellRun("A", 7))
    shell.user_ns |= {"sns": seaborn, "plt": plt, "facts_of": facts_of}
    plotted = "sns.scatterplot(data={'x': [1, 2], 'y': [3, 4]}, x='x', y='y', ax=axes)"
    cell = f"{above}figure, axes = plt.subplots()\n{plotted}\nwaiting = facts_of(figure)\nfigure"
    select_figure_formats(shell, {"png"})
    shell.run_cell(cell, store_history=True)
    shell.run_cell("other, axes = plt.subplots()\nother_facts = facts_of(other)", store_history=True)
    stop()
    plt.close("all")
    told = "matplotlib, drawn by a cell that calls seaborn.scatterplot"
    assert shell.user_ns["waiting"].library == told
    assert facts_of(shell.user_ns["figure"]).library == told
    assert log.all()[0].picture.plotted.library == told
    assert shell.user_ns["other_facts"].library == "matplotlib"


def test_our_own_images_are_not_remembered(shell: InteractiveShell) -> None:
    log = FigureLog()
    watch(shell, log, lambda: None)
    displayed(shell, png(), transient={"display_id": "nbclaude-1234-0"})
    assert log.all() == ()


def test_without_a_cell_id_the_request_tells_the_run(shell: InteractiveShell) -> None:
    log = FigureLog()
    watch(shell, log, lambda: None)
    displayed(shell, png())
    assert (log.all()[0].cell, log.all()[0].run) == ("", "m1")


def test_cleared_output_is_forgotten(shell: InteractiveShell) -> None:
    log = FigureLog()
    watch(shell, log, lambda: CellRun("A", 7))
    displayed(shell, png("red"))
    shell.display_pub.clear_output()
    assert log.all() == ()
    for color in ("red", "green", "blue"):  # an animation
        shell.display_pub.clear_output(wait=True)
        displayed(shell, png(color))
    assert [image.data for image in log.all()] == [png("blue")]
    shell.display_pub.clear_output(wait=True)
    assert len(log.all()) == 1


HTML = {"text/plain": "<IPython.core.display.HTML object>"}


def test_what_has_no_raster_picture_is_seen_as_well(shell: InteractiveShell) -> None:
    log = FigureLog()
    watch(shell, log, lambda: CellRun("A", 7))
    displayed(shell, png())
    shell.display_pub.publish({**HTML, "text/html": "<iframe src='https://example.org'></iframe>"})
    shell.display_pub.publish({**HTML, "text/html": "<table><tr><th>1</th></tr></table>"})
    assert [(each.what, each.media_type) for each in log.all()] == [
        ("page in a frame", ""),
        ("figure", "image/png"),
    ]


def test_what_is_told_of_the_background_is_kept(shell: InteractiveShell) -> None:
    log = FigureLog()
    watch(shell, log, lambda: None)
    displayed(shell, png(), metadata={"needs_background": "dark"})
    assert log.all()[0].picture.needs_background == "dark"


def widget_shown(shell: InteractiveShell, widget: Any) -> None:
    shell.display_pub.publish(widget._repr_mimebundle_())


def whats(log: FigureLog) -> list[str]:
    return [each.what for each in log.all()]


@pytest.fixture
def widgets() -> Iterator[Any]:
    """Give ipywidgets, and close what was made of it."""
    import ipywidgets

    before = set(ipywidgets.widgets.widget._instances)
    yield ipywidgets
    for key in set(ipywidgets.widgets.widget._instances) - before:
        ipywidgets.widgets.widget._instances[key].close()


def test_controls_are_no_plots_and_what_they_hold_is_looked_through(
    shell: InteractiveShell, widgets: Any
) -> None:
    log = FigureLog()
    watch(shell, log, lambda: CellRun("A", 7))
    widget_shown(shell, widgets.IntSlider())
    box = widgets.VBox([widgets.IntSlider(), widgets.HTML("<b>hi</b>")])
    widget_shown(shell, box)
    widget_shown(shell, widgets.HTML("<table><tr><td>1</td></tr></table>"))
    assert whats(log) == []
    image = widgets.Image(value=png())
    drawn = widgets.HTML("<svg width='90' height='90'></svg>")
    box.children = [widgets.Tab([widgets.Video(value=b"x"), image], selected_index=1), drawn]
    assert whats(log) == ["drawing", "image"]
    assert log.all()[1].data == png() and log.all()[1].cell == "A"
    drawn.layout.display = "none"
    assert whats(log) == ["image"]
    assert [log.name_of(each) for each in log.all()] == ["figure of cell A"]


def test_widgets_of_other_libraries(shell: InteractiveShell, widgets: Any) -> None:
    log = FigureLog()
    watch(shell, log, lambda: CellRun("A", 7))

    def made(package: str, view: str = "View", **attributes: Any) -> Any:
        return type("Made", (widgets.DOMWidget,), {"__module__": f"{package}.core", **attributes})(
            _view_module=package, _view_name=view
        )

    for each in (
        made("ipydatagrid"),
        made("ipyvuetify"),
        made("own", _esm="export default {render: e => e.add(button)}"),
    ):
        widget_shown(shell, each)
    assert whats(log) == []
    for each in (made("bqplot"), made("unknown"), made("own", _esm="el.appendChild(canvas)")):
        widget_shown(shell, each)
    assert whats(log) == ["widget of own", "widget of unknown", "bqplot figure"]
    assert {each.media_type for each in log.all()} == {"application/vnd.jupyter.widget-view+json"}
    shell.display_pub.publish({"application/vnd.jupyter.widget-view+json": {"model_id": "of no ipywidgets"}})
    assert whats(log)[0] == "widget"


def test_many_controls_take_no_picture_away(shell: InteractiveShell, widgets: Any) -> None:
    log = FigureLog(max_images=2)
    watch(shell, log, lambda: CellRun("A", 7))
    displayed(shell, png())
    for _ in range(210):
        widget_shown(shell, widgets.HBox([widgets.FloatProgress()]))
    assert whats(log) == ["figure"]


def test_an_output_widget(shell: InteractiveShell, widgets: Any) -> None:
    log = FigureLog()
    watch(shell, log, lambda: CellRun("A", 7))
    displayed(shell, png("red"))
    output = widgets.Output()
    widget_shown(shell, output)
    output.msg_id = "m1"  # as `with output:` does
    displayed(shell, png("blue"))
    output.msg_id = ""
    assert [each.data for each in log.all()] == [png("blue"), png("red")]
    # What the front end tells of it is the same picture, not another; what it tells later counts.
    held = {"output_type": "display_data", "data": {"image/png": base64.b64encode(png("blue")).decode()}}
    output.outputs = (held,)
    assert [each.data for each in log.all()] == [png("blue"), png("red")]
    output.outputs = ({**held, "data": {"image/png": base64.b64encode(png("green")).decode()}},)
    assert [each.data for each in log.all()] == [png("green"), png("red")]
    output.msg_id = "m1"
    shell.display_pub.clear_output()
    output.outputs = ()
    assert [each.data for each in log.all()] == [png("red")]
    output.append_display_data(Image.new("RGB", (90, 90)))
    assert log.all()[0].size == (90, 90)


def test_a_plotly_widget_is_painted_as_it_is_now_and_is_gone_when_it_is_closed(
    shell: InteractiveShell, widgets: Any
) -> None:
    graphs = pytest.importorskip("plotly.graph_objects")
    log = FigureLog()
    watch(shell, log, lambda: CellRun("A", 7))
    figure = graphs.FigureWidget()
    widget_shown(shell, figure)
    assert [(each.what, each.where) for each in log.all()] == [("plotly figure", "cell A")]
    (image,) = log.all()
    figure.close()
    assert log.all() == ()
    with pytest.raises(ConfigurationError, match="the plotly figure was closed"):
        image.attachment(STANDARD_IMAGES, "figure of cell A")


def test_a_broken_message_costs_nobody_an_output(shell: InteractiveShell) -> None:
    log = FigureLog()
    watch(shell, log, lambda: None)
    shell.display_pub.send("display_data", {"data": {"image/png": 3}, "transient": None})
    shell.display_pub.send("display_data", {"data": {"image/png": "A"}})
    shell.display_pub.send("display_data", {})
    assert log.all() == ()


def test_the_last_expression_is_seen_without_a_hook_for_results(shell: InteractiveShell) -> None:
    log = FigureLog()
    watch(shell, log, lambda: CellRun("A", 7))
    shell.run_cell("from PIL import Image; Image.new('RGB', (5, 4), 'red')", store_history=True)
    shell.run_cell("Image.new('RGB', (5, 4), 'red');", store_history=True)
    shell.run_cell("3", store_history=True)
    (image,) = log.all()
    assert (image.cell, image.run, image.execution_count) == ("A", 7, 1)
    assert (image.media_type, image.size) == ("image/png", (5, 4))


def test_what_displays_itself_is_displayed_once(shell: InteractiveShell) -> None:
    log = FigureLog()
    watch(shell, log, lambda: CellRun("A", 7))
    shell.run_cell(
        "class Shows:\n    times = 0\n    def _ipython_display_(self):\n        Shows.times += 1\nShows()",
        store_history=True,
    )
    assert shell.user_ns["Shows"].times == 1
    assert log.all() == ()


def test_a_cell_that_runs_again_starts_empty(shell: InteractiveShell) -> None:
    log = FigureLog()
    watch(shell, log, lambda: CellRun("A", 2))
    log.add(shown("old", "A", 1))
    log.add(shown("other", "B", 1))
    shell.run_cell("pass")
    assert names(log.all()) == ["other"]


def test_the_end_of_watching_leaves_no_trace(shell: InteractiveShell) -> None:
    before = {name: list(found) for name, found in shell.events.callbacks.items()}
    log = FigureLog()
    stop = watch(shell, log, lambda: None)
    assert shell.display_pub.hooks
    stop()
    displayed(shell, png())
    shell.run_cell("from PIL import Image; Image.new('RGB', (5, 4), 'red')")
    assert log.all() == ()
    assert shell.display_pub.hooks == []
    assert {name: list(found) for name, found in shell.events.callbacks.items()} == before


def test_without_matplotlib_nothing_is_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("matplotlib._pylab_helpers", "matplotlib_inline.backend_inline"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert pending_figures(None) == []
