"""The tool `computer`: what each version is told and takes, keys, places, and a real Chromium on a page of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from PIL import Image

from nbclaude.refusal import UnfitError
from nbclaude.tools.computer.actions import computer, computer_tools
from nbclaude.tools.computer.built_in import page_tools
from nbclaude.tools.computer.keys import keys_of
from nbclaude.tools.computer.page import BrowserPage, find_browser
from nbclaude.tools.computer.places import places_of
from nbclaude.tools.definitions import definitions_of
from nbclaude.tools.functions import Tool
from nbclaude.tools.owner import Owner
from nbclaude.tools.running import ToolFailedError, run_tool
from nbclaude.tools.versions import FAMILIES, version_for


class Paper:
    """A screen that notes what is done on it."""

    width, height = 300, 200

    def __init__(self) -> None:
        self.done: list[tuple[str, dict[str, Any]]] = []

    def act(self, action: str, given: Mapping[str, Any]) -> Any:
        self.done.append((action, dict(given)))
        return Image.new("RGB", (300, 200)) if action == "screenshot" else None


def ran(tool: Tool, **given: Any) -> Any:
    return run_tool(tool, tool.arguments.read(given, {}), lambda text: None)


def test_the_toolset_is_one_definition_with_its_members() -> None:
    screen = Paper()
    tools = {tool.name: tool for tool in computer(screen)}
    assert len(tools) == 17
    assert definitions_of(list(tools.values())) == ({"type": "computer_toolset_20260801"},)
    assert ran(tools["left_click"], coordinate=[1, 2], text="ctrl") == "Done."
    assert ran(tools["scroll"], scroll_direction="down", scroll_amount=3) == "Done."
    assert ran(tools["screenshot"]).size == (300, 200)
    assert screen.done == [
        ("left_click", {"coordinate": [1, 2], "text": "ctrl"}),
        ("scroll", {"scroll_direction": "down", "scroll_amount": 3}),
        ("screenshot", {}),
    ]
    assert {(tool.safe, tool.group) for tool in tools.values()} == {(False, "computer")}


@pytest.mark.parametrize(
    ("version", "has", "has_not"),
    [
        ("computer_20241022", "cursor_position", "triple_click"),
        ("computer_20250124", "triple_click", "zoom"),
        ("computer_20251124", "zoom", ""),
    ],
)
def test_older_versions_are_one_tool(version: str, has: str, has_not: str) -> None:
    screen = Paper()
    [tool] = computer(screen, version)
    given = {"type": version, "name": "computer", "display_width_px": 300, "display_height_px": 200}
    assert tool.definition == ({**given, "enable_zoom": True} if has == "zoom" else given)
    arguments: dict[str, Any] = {"region": [0, 0, 9, 9]} if has == "zoom" else {}
    assert ran(tool, action=has, **arguments) == "Done."
    assert screen.done == [(has, arguments)]
    if has_not:
        with pytest.raises(ValueError, match=has_not):
            ran(tool, action=has_not)


@pytest.mark.parametrize(
    ("action", "given", "said"),
    [
        ("left_click", {"coordinate": [300, 0]}, "outside the screen, which is 300x200"),
        ("left_click", {"coordinate": [0, -1]}, "outside the screen"),
        ("zoom", {"region": [10, 10, 10, 20]}, "not a region of the screen"),
        ("type", {}, "missing required field `text`"),
        ("wait", {"duration": 3_600}, "`float` <= 60"),
        ("key", {"text": "a", "repeat": 1_000_000}, "`int` <= 100"),
        ("scroll", {"scroll_direction": "in", "scroll_amount": 1}, "Invalid enum value 'in'"),
        ("screenshot", {"path": "/etc/passwd"}, "unknown field `path`"),
    ],
)
def test_what_an_action_does_not_take(action: str, given: dict[str, Any], said: str) -> None:
    screen = Paper()
    tools = {tool.name: tool for tool in computer(screen)}
    with pytest.raises((ValueError, ToolFailedError), match=said.replace("(", r"\(")):
        ran(tools[action], **given)
    assert screen.done == []


def test_the_single_tool_checks_what_its_action_takes() -> None:
    [tool] = computer(Paper(), "computer_20251124")
    for given, said in (({}, "left_click_drag needs coordinate"), ({"region": [0, 0, 1, 1]}, "coordinate")):
        with pytest.raises(ToolFailedError, match=said):
            ran(tool, action="left_click_drag", **given)
    with pytest.raises(ToolFailedError, match="screenshot takes no coordinate"):
        ran(tool, action="screenshot", coordinate=[0, 0])
    with pytest.raises(UnfitError, match="bash is not a version"):
        computer(Paper(), "bash")


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-sonnet-5-5", "computer_toolset_20260801"),
        ("claude-opus-4-8", "computer_toolset_20260801"),
        ("claude-opus-4-7", "computer_20251124"),
        ("claude-haiku-4-5", "computer_20250124"),
        ("some-other-model", "computer_20250124"),
        ("claude-3-5-sonnet-20241022", "computer_20241022"),
    ],
)
def test_the_version_that_fits_the_model(model: str, expected: str) -> None:
    assert version_for("computer", model).type == expected


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Return", ["Enter"]),
        ("ctrl+s", ["Control", "s"]),
        ("ctrl+shift+Escape", ["Control", "Shift", "Escape"]),
        ("Page_Down", ["PageDown"]),
        ("ctrl++", ["Control", "+"]),
        ("+", ["+"]),
        ("F5", ["F5"]),
        ("ä", ["ä"]),
    ],
)
def test_names_of_keys(text: str, keys: list[str]) -> None:
    assert keys_of(text) == keys


def test_a_key_that_does_not_exist() -> None:
    with pytest.raises(ToolFailedError, match="Unknown key 'hyper'"):
        keys_of("ctrl+hyper")


PLACES = places_of("http://localhost:8000/a", ["example.org", "127.0.0.1:9000"])


@pytest.mark.parametrize(
    ("url", "may_show", "may_load"),
    [
        ("http://localhost:8000/b?c#d", True, True),
        ("https://example.org/", True, True),
        ("https://docs.example.org:443/", True, True),
        ("http://127.0.0.1:9000/", True, True),
        ("https://cdn.example.com/x.js", False, True),
        ("data:text/html,x", False, True),
        # A notebook server on the same machine, what looks like an allowed host, and files.
        ("http://localhost:8888/", False, False),
        ("http://127.0.0.1/", False, False),
        ("http://[::1]:8888/", False, False),
        ("http://169.254.169.254/latest/meta-data", False, False),
        ("http://192.168.0.1/", False, False),
        ("http://printer/", False, False),
        ("http://nas.local/", False, False),
        ("https://example.org.evil.com/", False, True),
        ("https://evilexample.org/", False, True),
        ("https://example.org@evil.com/", False, True),
        ("https://example.org:8443/", False, True),
        ("file:///etc/passwd", False, False),
        ("chrome://settings", False, False),
        ("view-source:https://example.org", False, False),
        ("javascript:alert(1)", False, False),
        ("ftp://example.org/", False, False),
    ],
)
def test_where_a_page_may_go(url: str, may_show: bool, may_load: bool) -> None:
    assert (PLACES.may_show(url), PLACES.may_load(url)) == (may_show, may_load)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"url": "file:///etc/passwd"},
        {"url": "https://me:secret@example.org"},
        {"url": "example.org"},
        {"url": "https://example.org", "allow": ["https://a.org/"]},
        {"url": "https://example.org", "allow": ["*"], "height": 10},
        {"url": "https://example.org", "width": 100_000},
        {"url": "https://example.org", "downloads": True},
        {"url": "https://[", "allow": []},
    ],
)
def test_options_that_no_page_has(options: dict[str, Any]) -> None:
    with pytest.raises(UnfitError):
        page_tools(FAMILIES["computer"][0], options)


PAGE = b"""<!doctype html><title>Shop</title><body style="margin:0;background:#fff;height:3000px">
<button style="position:absolute;left:0;top:0;width:200px;height:100px" onclick="said.value='clicked'">Click</button>
<input id="said" style="position:absolute;left:0;top:100px;width:200px;height:100px">
<a href="/second" style="position:absolute;left:0;top:200px;width:200px;height:100px">second</a>
<a href="http://localhost:1/" style="position:absolute;left:200px;top:0;width:200px;height:100px">elsewhere</a>
<a href="/away" style="position:absolute;left:200px;top:100px;width:200px;height:100px">led elsewhere</a>
<a href="/second" target="_blank" style="position:absolute;left:200px;top:200px;width:200px;height:100px">window</a>
<a href="/file" style="position:absolute;left:200px;top:300px;width:200px;height:100px">download</a>
<button style="position:absolute;left:0;top:300px;width:200px;height:100px" onclick="alert('hello')">dialog</button>
<div style="position:absolute;left:400px;top:0;width:100px;height:100px;background:#f00"></div>
<script>addEventListener("keydown", (e) => { if (e.ctrlKey && e.key === "s") said.value = "saved"; });
addEventListener("scroll", () => { document.title = "at " + scrollY; });</script>"""


class _Web(BaseHTTPRequestHandler):
    """Two pages, a download, and an address that redirects elsewhere. `asked` lists each requested host and path."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(f"{self.headers['Host'].partition(':')[0]}{self.path}")
        status, more = 200, {"Content-Type": "text/html"}
        if self.path == "/away":
            status, more = 302, {"Location": f"http://localhost:{self.server.server_port}/second"}  # type: ignore[attr-defined]
        elif self.path == "/file":
            more = {"Content-Type": "application/zip", "Content-Disposition": "attachment"}
        body = PAGE if self.path == "/" else b"<body style='margin:0;background:#00f'>second"
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def page() -> Iterator[BrowserPage]:
    """Give a page twice as large as its screenshots."""
    web = ThreadingHTTPServer(("127.0.0.1", 0), _Web)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    if find_browser("/none") is None:
        pytest.skip("there is no Chromium here")
    owner = Owner("test-browser")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
            patch.delenv(name, raising=False)
        yield (
            opened := BrowserPage(places_of(f"http://127.0.0.1:{web.server_port}/", []), owner, 2_560, 400)
        )
    opened.close()
    owner.close()
    web.shutdown()
    web.server_close()


def test_a_page_is_seen_and_worked_on(page: BrowserPage) -> None:
    tools = {tool.name: tool for tool in computer_tools(page, FAMILIES["computer"][0], "a page")}
    assert (page.width, page.height) == (1_280, 200)
    start = page.places.start

    def value() -> str:
        """Return what stands in the field, as the page says it."""
        return str(run_in_page(page, "said.value"))

    shot = ran(tools["screenshot"])
    assert (shot.size, shot.getpixel((225, 25))) == ((1_280, 200), (255, 0, 0))
    # Coordinates are those of the screenshot: the page's are twice as large.
    assert ran(tools["left_click"], coordinate=[50, 25]) == f"Done.\nThe page is {start}"
    assert value() == "clicked"
    ran(tools["triple_click"], coordinate=[50, 75])
    ran(tools["type"], text="Grüße, 3 < 4")
    assert value() == "Grüße, 3 < 4"
    ran(tools["key"], text="BackSpace", repeat=2)
    assert value() == "Grüße, 3 <"
    ran(tools["key"], text="ctrl+s")
    assert value() == "saved"
    assert ran(tools["cursor_position"]) == "X=50,Y=75"
    zoomed = ran(tools["zoom"], region=[200, 0, 250, 50])
    assert (zoomed.size, zoomed.getpixel((100, 100))) == ((200, 200), (255, 0, 0))
    ran(tools["scroll"], coordinate=[600, 100], scroll_direction="down", scroll_amount=2)
    assert run_in_page(page, "scrollY") == 200
    ran(tools["scroll"], scroll_direction="up", scroll_amount=2)
    ran(tools["left_click"], coordinate=[50, 125])
    assert ran(tools["screenshot"]).getpixel((5, 150)) == (0, 0, 255)


def run_in_page(page: BrowserPage, script: str) -> Any:
    """Run a script in the page, as a test may."""
    assert page._page is not None
    return page._owner.submit(page._page.evaluate(script)).result(60)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ([150, 25], "Navigation to http://localhost:1/ was refused: the user has not allowed this host."),
        ([150, 125], "A second window was refused: there is only this page."),
        ([150, 175], "A download was refused."),
        ([50, 175], "The page showed a dialog, which was dismissed: hello"),
    ],
)
def test_what_a_page_may_not_do(page: BrowserPage, place: list[int], said: str) -> None:
    return_to_start(page)
    told = clicked(page, place, said)
    assert told[:2] == ["Done.", f"The page is {page.places.start}"]
    assert set(told) == {*told[:2], said}
    assert len(run_in_page(page, "document.title")) > 0


def clicked(page: BrowserPage, place: list[int], said: str) -> list[str]:
    """Click, and collect messages until this one: what the browser has not noticed yet is reported after the next action."""
    told = page.act("left_click", {"coordinate": place}).splitlines()
    while said not in told:
        told += page.act("wait", {"duration": 0.1}).splitlines()
    return told


def return_to_start(page: BrowserPage) -> None:
    page.act("wait", {"duration": 0.1})  # opens it, or lets it end what a test before has begun
    page._owner.submit(page._page.goto(page.places.start)).result(60)  # type: ignore[union-attr]


_PARTS = """Promise.allSettled([
  fetch("/away"),
  new Promise((done) => new WebSocket(URL.replace("http", "ws")).onclose = done),
  new Promise((done) => Object.assign(new Image(), {src: "/away", onerror: done})),
  new Promise((done) => new Worker(`data:,fetch("${location}away").catch(() => postMessage(0))`).onmessage = done),
  new Promise((onload) => document.body.append(Object.assign(document.createElement("iframe"), {src: "/away", onload}))),
])"""


def test_where_a_server_leads_on_is_asked_for_nothing(page: BrowserPage) -> None:
    return_to_start(page)
    _Web.asked.clear()
    elsewhere = page.places.start.replace("127.0.0.1", "localhost")
    run_in_page(page, _PARTS.replace("URL", repr(elsewhere)))
    refused = f"Navigation to {elsewhere}second was refused: the user has not allowed this host."
    told = clicked(page, [150, 75], refused)
    assert set(told) == {"Done.", f"The page is {page.places.start}", refused}
    assert _Web.asked == ["127.0.0.1/away"] * 5


@pytest.mark.parametrize("url", ["file:///etc/passwd", "chrome://version", "http://localhost:1/"])
def test_a_script_of_the_page_leads_nowhere_else(page: BrowserPage, url: str) -> None:
    return_to_start(page)
    run_in_page(page, f"void (location.href = {url!r})")
    page.act("wait", {"duration": 0.1})
    assert run_in_page(page, "document.title") == "Shop"
