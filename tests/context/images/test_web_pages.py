"""Pages that draw themselves, in a real browser: what they load comes from a test server, or is missing."""

from __future__ import annotations

import asyncio
import base64
import importlib.util
import io
import os
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from nbclaude.context.attachment import Attachment
from nbclaude.context.images.browser import in_browser
from nbclaude.context.images.drawings import Drawing
from nbclaude.context.images.limits import STANDARD_IMAGES
from nbclaude.context.images.picture import Picture
from nbclaude.context.images.web_pages import WebPage, paint_web_page
from nbclaude.context.values import attachment_of
from tests.npm import fetched

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("choreographer") is None, reason="kaleido is not installed"),
    pytest.mark.xdist_group("web pages"),
]

LEAFLET = (
    "leaflet",
    "1.9.4",
    "nxS1ynzJOmOlHp+iL3FyWqK89GtNL8U8rvlMOsQdTTssxZwCXh8N2NB3GDQOL+YR3XnWyZAxwQixURb+FA74PA==",
)
REQUIRE = (
    "requirejs",
    "2.3.7",
    "DouTG8T1WanGok6Qjg2SXuCMzszOo0eHeH9hDZ5Y4x8Je+9JB38HdTLT4/VA8OaUhBa0JPVHJ0pyBkM1z+pDsw==",
)
MANAGER = (
    "@jupyter-widgets/html-manager",
    "1.0.15",
    "5thBIV6ymNgmPVOHvzx+gGy8ZSKmSazhtGw4/c4xJDVzRhG9PTeQsRjF3FUTopvFi//SABeNz1yp47bCrJ3CQA==",
)
TYPES = {"js": "text/javascript", "css": "text/css", "png": "image/png"}


class Site:
    """A server on this machine; it serves only `files`, and no other site may read them."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.files.get(self.path.partition("?")[0])
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Type", TYPES.get(self.path.rpartition(".")[2], "text/plain"))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def address(self, place: str) -> str:
        return f"http://{self.host}{place}"


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


def png(colour: str, size: int = 256) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(buffer, "PNG")
    return buffer.getvalue()


def page(html: str, frame: tuple[int, int] = (0, 0)) -> Picture:
    return Picture.page(Drawing("map", "Take a screenshot."), html, frame)


def share(image: Image.Image, colour: tuple[int, int, int]) -> float:
    """The share of an image that has roughly this colour."""
    small = image.convert("RGB").resize((100, 100), Image.Resampling.NEAREST)
    pixels = ((count, pixel) for count, pixel in small.getcolors(10_000) or ())
    return (
        sum(
            count
            for count, pixel in pixels
            if all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True))
        )
        / 10_000
    )


def image_of(attachment: Attachment) -> Image.Image:
    [block] = [each for each in attachment.blocks if each["type"] == "image"]
    return Image.open(io.BytesIO(base64.b64decode(block["source"]["data"])))


# Green if the page could read nothing but its own content.
SNOOPS = """<canvas id="c" width="300" height="200"></canvas><script>
const found = []
const read = async where => { try { found.push(await (await fetch(where)).text()) } catch (error) {} }
Promise.all([read(FILE), read(SITE)]).then(() => {
    const drawn = c.getContext("2d")
    drawn.fillStyle = found.length ? "red" : "lime"
    drawn.fillRect(0, 0, 300, 200)
})
</script>"""


def test_a_page_is_painted_with_what_it_loads_and_reads_nothing_else(site: Site, tmp_path: Path) -> None:
    site.files = {"/draw.js": b"document.body.style.background = 'blue'", "/secret.txt": b"secret"}
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    html = SNOOPS.replace("FILE", repr(secret.as_uri())).replace("SITE", repr(site.address("/secret.txt")))
    loads = f"<script src='{site.address('/draw.js')}'></script><img src='{site.address('/tile.png')}'>"
    painted = paint_web_page(page(f"<body>{html}{loads}", (400, 300)), STANDARD_IMAGES, "m")
    image = Image.open(io.BytesIO(painted.data))
    assert image.size == (800, 600)
    assert (
        share(image, (0, 255, 0)) > 0.4 and share(image, (0, 0, 255)) > 0.3 and not share(image, (255, 0, 0))
    )
    missing = f"images from {site.host}; data from {site.host}"
    assert painted.caption == f"{missing} could not be loaded and are missing from the picture"


def reason(image: Image.Image, *, missing: bool = False, thrown: str = "") -> str:
    """Return why a picture does not show its page."""
    opened = WebPage(page(""), {}, "")
    opened.loading.thrown = thrown
    if missing:
        request = {"requestId": "1", "type": "Script", "request": {"url": "https://a.example/leaflet.js"}}
        opened.loading.feed({"method": "Network.requestWillBeSent", "params": request})
        opened.loading.feed({"method": "Network.loadingFailed", "params": {"requestId": "1"}})
    return opened.why_not(image)


def test_a_page_without_its_scripts_or_without_a_drawing_is_refused() -> None:
    blank, drawn = Image.new("RGB", (9, 9), "white"), Image.new("RGB", (9, 9), "white")
    drawn.putpixel((1, 1), (0, 0, 0))
    error = "ReferenceError: L is not defined"
    assert reason(drawn) == reason(drawn, thrown=error) == reason(drawn, missing=True) == ""
    assert reason(blank) == "its page stays empty"
    assert reason(blank, thrown=error) == f"its page stays empty ({error})"
    for image, thrown in ((blank, ""), (drawn, error)):
        assert reason(image, missing=True, thrown=thrown) == "scripts from a.example could not be loaded"


@pytest.mark.sweep
def test_an_interrupt_ends_the_wait_and_the_browser() -> None:
    async def endless(_tab: Any) -> None:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        await asyncio.Event().wait()

    me = psutil.Process()
    before = {each.pid for each in me.children(recursive=True)}
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        in_browser(endless, 60)
    assert time.monotonic() - start < 15
    deadline = time.monotonic() + 15
    while (
        left := {each.pid for each in me.children(recursive=True)} - before
    ) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left


@pytest.mark.sweep
def test_folium(site: Site) -> None:
    folium = pytest.importorskip("folium")
    site.files = {
        f"/{file}": data for file, data in fetched(*LEAFLET, ["dist/leaflet.js", "dist/leaflet.css"]).items()
    }
    site.files |= {f"/tiles/3/{x}/{y}.png": png("#00ffff") for x in range(8) for y in range(8)}

    class Map(folium.Map):  # type: ignore[misc]
        default_js = (("leaflet", site.address("/dist/leaflet.js")),)
        default_css = (("leaflet_css", site.address("/dist/leaflet.css")),)

    drawn = Map([50, 10], zoom_start=3, tiles=site.address("/tiles/{z}/{x}/{y}.png"), attr="tests")
    folium.CircleMarker([50, 10], radius=60, color="#ff0000", fill=True, fill_opacity=1).add_to(drawn)
    sent = attachment_of(drawn, "m")
    assert sent.summary == "folium map 1400×840"
    assert share(image_of(sent), (255, 0, 0)) > 0.01 and share(image_of(sent), (0, 255, 255)) > 0.8
    assert not any("missing" in note for note in sent.notes)


@pytest.mark.sweep
def test_ipyleaflet(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    ipyleaflet = pytest.importorskip("ipyleaflet")
    embed = importlib.import_module("ipywidgets.embed")
    site.files = fetched(*MANAGER, ["dist/embed-amd.js"]) | fetched(*REQUIRE, ["require.js"])
    site.files = {f"/{file}": data for file, data in site.files.items()}
    # As in a notebook without internet access, whose user has put the scripts on their own server.
    scripts = ("/require.js", "/dist/embed-amd.js")
    loads = "".join(f'<script src="{site.address(each)}"></script>' for each in scripts)
    monkeypatch.setattr(embed, "load_requirejs_template", loads)
    drawn = ipyleaflet.Map(
        center=(50, 10), zoom=3, basemap=ipyleaflet.TileLayer(url=site.address("/{z}/{x}/{y}.png"))
    )
    drawn.add(
        ipyleaflet.CircleMarker(
            location=(50, 10), radius=60, color="#ff0000", fill_opacity=1, fill_color="#ff0000"
        )
    )
    try:
        sent = attachment_of(drawn, "m")
    finally:
        importlib.import_module("ipywidgets").Widget.close_all()
    assert share(image_of(sent), (255, 0, 0)) > 0.01
    assert f"images from {site.host} could not be loaded and are missing from the picture" in sent.notes
