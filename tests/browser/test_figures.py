"""Figures and their receipts in JupyterLab: what is shown as sent is what arrived, byte for byte; the tutorials, looked at."""

from __future__ import annotations

import base64
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from nbclaude.simulator import Simulator
from tests.browser.conftest import OpenNotebook
from tests.browser.lab import Lab
from tests.browser.notebook_page import NotebookPage
from tests.browser.test_answers import BEHIND_AND_BEFORE, contrast, overflowing
from tests.kernel.test_answers import SLOW_TO_SHOW

TUTORIALS = Path(__file__).resolve().parents[2] / "notebooks"
LOAD = "%load_ext nbclaude"
FRAME = "import pandas as pd\ndf = pd.DataFrame({'sales': [3, 5, 4, 8, 9], 'returns': [1, 1, 2, 1, 3]})"
PLOT = f"{FRAME}\ndf.plot();"
# Noise does not compress: this figure is large enough to be uploaded instead of sent along.
NOISE = (
    "import matplotlib.pyplot as plt, numpy as np\n"
    "plt.figure(figsize=(4, 4))\n"
    "plt.imshow(np.random.default_rng(0).random((160, 160, 3)));"
)
# More pixels than the model sees: what arrives is smaller than what the cell shows.
HUGE = f"{FRAME}\ndf.plot(figsize=(30, 20));"
ASK = "%%claude --fig\nWhat is the trend?"


def arrived(simulator: Simulator, request: int = -1) -> list[tuple[str, bytes]]:
    """The images of a request, by default the last, as (how they came, their bytes)."""
    uploads = {upload.id: upload.data for upload in simulator.files}
    sources = [
        block["source"]
        for block in simulator.message_requests[request].messages[-1]["content"]
        if block["type"] == "image"
    ]
    return [
        ("uploaded", uploads[source["file_id"]])
        if source["type"] == "file"
        else ("inline", base64.b64decode(source["data"]))
        for source in sources
    ]


def image_bytes(image: Locator) -> bytes:
    """The bytes in the `data:` address of an image that the browser has painted."""
    assert image.evaluate("e => e.complete && e.naturalWidth > 0")
    head, _, data = (image.get_attribute("src") or "").partition(",")
    assert head == "data:image/png;base64"
    return base64.b64decode(data)


def open_receipt(notebook: NotebookPage, index: int) -> Locator:
    """Click on the receipt of a cell's answer; it was folded until then."""
    receipt = notebook.answer(index).locator("details.nbclaude-receipt")
    expect(receipt).to_have_count(1)
    assert receipt.get_attribute("open") is None
    thumbnails = receipt.locator("img.nbclaude-thumb")
    assert not any(image.is_visible() for image in thumbnails.all())
    receipt.locator("> summary").click()
    assert receipt.get_attribute("open") is not None
    return receipt


def test_the_thumbnail_is_the_image_that_arrived(
    claude_notebook: OpenNotebook, simulator: Simulator, tmp_path: Path
) -> None:
    simulator.enqueue("It goes up.", "It goes up.", "It goes up.", "It is slow.")
    notebook = claude_notebook([LOAD, PLOT, ASK, NOISE, ASK, HUGE, ASK], size=(1100, 1500))
    notebook.run_all()
    images = [("inline", True), ("uploaded", True), ("uploaded", False)]
    for number, (way, is_shown_size) in enumerate(images):
        cell = 2 * number + 2
        shown = image_bytes(notebook.outputs(cell - 1).locator("img"))
        receipt = open_receipt(notebook, cell)
        thumbnail = receipt.locator("img.nbclaude-thumb")
        expect(thumbnail).to_be_visible()
        assert arrived(simulator, number) == [(way, image_bytes(thumbnail))]
        assert (image_bytes(thumbnail) == shown) == is_shown_size
        width, height = thumbnail.evaluate("e => [e.naturalWidth, e.naturalHeight]")
        expect(receipt).to_contain_text(f"{width}×{height}")
        expect(receipt.locator("> summary")).to_contain_text("figure of cell")
        expect(receipt).to_contain_text("What is the trend?")

    # While something takes long to show itself, words say so, also to who wants no motion; the answer takes their place.
    go = tmp_path / "go"
    notebook.page.emulate_media(reduced_motion="reduce")
    notebook.edit(0, SLOW_TO_SHOW.format(go=str(go)))
    notebook.edit(1, "%claude -a slow Hi")
    notebook.run(0)
    notebook.start(1)
    expect(notebook.answer(1)).to_contain_text("Preparing what is attached…")
    go.touch()
    expect(notebook.answer(1)).to_contain_text("It is slow.")
    expect(notebook.answer(1)).not_to_contain_text("Preparing")


def test_a_receipt_looks_good_and_is_kept_with_the_notebook(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    simulator.enqueue("Hello.", "It goes up.")
    ask = "%%claude --fig --system 'Be brief.'\nMy key is AKIAIOSFODNN7EXAMPLE. What is the trend of {df}?"
    notebook = claude_notebook([LOAD, PLOT, "%claude Hello!", ask], size=(1100, 1900))
    notebook.run_all()
    notebook.screenshot("receipt-folded")
    receipt = open_receipt(notebook, 3)
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        for width in (1100, 500):
            notebook.set_width(width)
            assert overflowing(notebook.cell(3).locator(".jp-OutputArea")) == []
            notebook.screenshot(f"receipt-open-{width}")
        for quiet in ("summary", ".nbclaude-part-title", ".nbclaude-part-note"):
            background, colour = receipt.locator(quiet).first.evaluate(BEHIND_AND_BEFORE)
            assert contrast(background, colour) > 4.5
    notebook.reopen()
    [(_way, sent)] = arrived(simulator)
    assert image_bytes(open_receipt(notebook, 3).locator("img.nbclaude-thumb")) == sent


def test_the_gallery(claude_notebook: OpenNotebook, simulator: Simulator) -> None:
    simulator.enqueue("It goes up.")
    plots = [f"{FRAME}\ndf.plot(figsize=({width}, 3));" for width in (3, 5)]
    notebook = claude_notebook([LOAD, *plots, "%claude_figures", "%claude --fig 2 Up?"], size=(1100, 1500))
    notebook.run_all()
    shown = [image_bytes(notebook.outputs(index).locator("img")) for index in (2, 1)]
    tiles = notebook.answer(3).locator("figure.nbclaude-tile")
    expect(tiles.locator("code")).to_have_text(["--fig 1", "--fig 2"])
    assert [image_bytes(image) for image in tiles.locator("img").all()] == shown
    assert [data for _way, data in arrived(simulator)] == shown[1:]
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        notebook.screenshot("gallery")
    notebook.set_width(500)
    assert overflowing(notebook.cell(3).locator(".jp-OutputArea")) == []


OLD = "from PIL import Image\nimport ipywidgets\ndisplay(Image.new('RGB', (90, 80), 'red'))"
INTERACT = (
    "def draw(n=0):\n    display(Image.new('RGB', (90 + n, 80), 'blue'))\n"
    "ipywidgets.interact(draw, n=ipywidgets.IntSlider(min=0, max=9));"
)
CALLED = (
    "out, button = ipywidgets.Output(), ipywidgets.Button(description='Draw')\n"
    "@out.capture(clear_output=True)\ndef press(_):\n    display(Image.new('RGB', (200, 100), 'green'))\n"
    "button.on_click(press)\nipywidgets.VBox([button, out])"
)


def test_what_a_control_has_drawn_anew_is_the_newest(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    # JupyterLab runs what controls do in a thread of its own, whose outputs no hook of the kernel sees.
    simulator.enqueue("It is.", "It is.", "It is.")
    ask = "%claude --no-history --fig What?"
    notebook = claude_notebook([LOAD, OLD, INTERACT, ask, CALLED, ask, ask], size=(1100, 1500))
    notebook.run_all()
    sizes = [
        [Image.open(io.BytesIO(data)).size for _way, data in arrived(simulator, index)] for index in range(2)
    ]
    # Nobody has pressed the button.
    assert sizes == [[(90, 80)], [(90, 80)]]
    notebook.outputs(2).get_by_role("slider").press("ArrowRight")
    expect(notebook.outputs(2).locator("img")).to_have_js_property("naturalWidth", 91)
    simulator.enqueue("It is.")
    notebook.run(3)
    assert [Image.open(io.BytesIO(data)).size for _way, data in arrived(simulator)] == [(91, 80)]
    notebook.outputs(4).get_by_role("button").click()
    expect(notebook.outputs(4).locator("img")).to_have_js_property("naturalWidth", 200)
    simulator.enqueue("It is.")
    notebook.run(5)
    assert [Image.open(io.BytesIO(data)).size for _way, data in arrived(simulator)] == [(200, 100)]


@pytest.fixture
def data(lab: Lab) -> Iterator[None]:
    """Give the server's folder the data of the tutorials."""
    shutil.copytree(TUTORIALS / "data", lab.root / "data")
    yield
    shutil.rmtree(lab.root / "data")


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(("name", "asked"), [("figures", 11), ("dataframes", 16)])
def test_the_tutorials_look_good(
    claude_notebook: OpenNotebook, simulator: Simulator, lab: Lab, name: str, asked: int
) -> None:
    notebook = claude_notebook(["'a moment'"], size=(860, 13_000))
    tutorial = (TUTORIALS / f"{name}.ipynb").read_text("utf-8")
    # The same model, as fast as it can.
    (lab.root / f"{name}.ipynb").write_text(tutorial.replace('"%claude_demo"', '"pass"'), "utf-8")
    notebook.open(f"{name}.ipynb")
    notebook.run_all(timeout=110)
    receipts = notebook.page.locator("details.nbclaude-receipt")
    # JupyterLab lays out what is far down when it has time.
    expect(receipts).to_have_count(asked, timeout=60_000)
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        notebook.screenshot(f"tutorial-{name}")
    receipts.evaluate_all("all => all.forEach(e => e.open = true)")
    for width in (860, 500):
        notebook.set_width(width)
        for output in notebook.page.locator(".jp-OutputArea:has(.nbclaude)").all():
            assert overflowing(output) == []
        notebook.screenshot(f"tutorial-{name}-open-{width}")
