"""Paints figures of bokeh, and what panel and HoloViews make of it, in a browser.

bokeh is not imported before there is a figure of it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from io import BytesIO, StringIO
from typing import Any

from PIL import Image

from nbclaude.context.images.browser import SCREEN_WIDTH
from nbclaude.context.images.pages import TIMEOUT, paint_page
from nbclaude.context.images.trimming import trimmed
from nbclaude.context.images.vectors import ENLARGED, first_line, optional, quiet_browser
from nbclaude.errors import ConfigurationError

__all__ = ["paint_bokeh", "paint_bokeh_document"]

# Models of panel need its own scripts, which its own pages hold.
_OF_PANEL = "panel."

# When all is drawn: the size of what bokeh shows.
_BOKEH_SIZE = """new Promise(done => {
    const look = () => {
        const drawn = window.Bokeh && Bokeh.documents.length && Bokeh.documents.every(each => each.is_idle)
        if (!drawn) return setTimeout(look, 50)
        const {width, height} = Bokeh.index.roots[0].el.getBoundingClientRect()
        done(JSON.stringify([Math.ceil(width), Math.ceil(height)]))
    }
    look()
})"""
# Panes of panel draw what other libraries do, and nobody tells when that is done: when the page has not changed its size for
# a second. It is as wide as the window, and as high as what it shows.
_PANEL_SIZE = """new Promise(done => {
    let height = 0, times = 0
    const look = () => {
        const drawn = window.Bokeh && Bokeh.documents.length && Bokeh.documents.every(each => each.is_idle)
        const now = drawn ? document.documentElement.scrollHeight : 0
        times = drawn && now === height ? times + 1 : 0
        height = now
        if (times < 10) return setTimeout(look, 100)
        done(JSON.stringify([window.innerWidth, height]))
    }
    look()
})"""


@quiet_browser("bokeh", "PIL", "selenium", "urllib3")
def paint_bokeh(model: Any, label: str) -> Any:
    """Paint a bokeh figure or layout in the browser that kaleido drives, or as bokeh does it itself, with selenium.

    It takes seconds, for a browser is started. Returns bytes, or a pillow image. Raises ConfigurationError where neither works.
    """
    export = importlib.import_module("bokeh.io.export")
    painted = _in_browser(export.get_layout_html(model), label, see_through=_is_see_through(model))
    if painted is not None:
        return painted
    try:
        image = export.get_screenshot_as_png(model)
        # The browser that bokeh has started would outlive a kernel that is killed.
        importlib.import_module("bokeh.io.webdriver").webdriver_control.reset()
        return image
    except Exception as error:  # selenium, the driver and the browser each have their own
        raise ConfigurationError(
            f"{label}: bokeh cannot paint the figure: {first_line(error)} Run `pip install kaleido` (it needs Chrome or "
            "Chromium as well), or install selenium and Firefox with geckodriver or Chromium with chromedriver."
        ) from error


@quiet_browser("bokeh", "panel", "PIL")
def paint_bokeh_document(described: Mapping[str, Any], label: str) -> Any:
    """Paint a bokeh document from the JSON with which it was shown; or as it is now, if it has changed since then."""
    roots = [str(root.get("id")) for root in described.get("roots", ()) if isinstance(root, dict)]
    viewed, shown = _live(roots)
    try:
        if viewed is not None and _OF_PANEL in str(described):
            page = StringIO()
            viewed.save(page, resources=importlib.import_module("bokeh.resources").INLINE)
            if (painted := _in_browser(page.getvalue(), label, _PANEL_SIZE)) is not None:
                return painted
        if shown is None:
            shown = importlib.import_module("bokeh.document").Document.from_json(dict(described))
    except ConfigurationError:
        raise
    except Exception as error:  # a model of a library that is not loaded, an unknown version
        raise ConfigurationError(
            f"{label}: bokeh cannot read the figure again: {first_line(error)} Save it as a PNG, and attach that."
        ) from error
    return paint_bokeh(shown, label)


def _live(roots: list[str]) -> tuple[Any, Any]:
    """Return what a notebook goes on to show: what panel views, and the model of bokeh; None where there is none."""
    panel = sys.modules.get("panel.io.state")
    views = getattr(getattr(panel, "state", None), "_views", {})
    for root in roots:
        # By the root's id: what is viewed, its model, its document, how it is spoken to.
        if root in views:
            return views[root][0], views[root][1]
    io = sys.modules.get("bokeh.io.state")
    # Of `push_notebook`.
    handle = io.curstate().last_comms_handle if io is not None else None
    if handle is not None and any(model.id in roots for model in handle.doc.roots):
        return None, handle.doc
    return None, None


def _in_browser(
    page: str, label: str, size: str = _BOKEH_SIZE, *, see_through: bool = False
) -> Image.Image | None:
    """Paint a page in the browser that kaleido drives; None where there is none, or one that does not start."""
    if not optional("choreographer"):
        return None
    try:
        return _opened(paint_page(page, size, ENLARGED, see_through=see_through))
    except TimeoutError as error:
        raise ConfigurationError(
            f"{label}: the browser has not drawn the figure within {TIMEOUT} seconds. Save it as a PNG, and attach that."
        ) from error
    except Exception:  # what the browser and its driver may raise
        return None


def _opened(png: bytes) -> Image.Image:
    """Return a picture; one that is as wide as the page (HoloViews) is trimmed."""
    image = Image.open(BytesIO(png))
    image.load()
    return image if image.width < ENLARGED * SCREEN_WIDTH else trimmed(image)


def _is_see_through(model: Any) -> bool:
    """Return whether a plot in it shows the page around what it draws."""
    plots = model.select({"type": importlib.import_module("bokeh.models").Plot})
    # Attributes may be named as they stand in a theme, so they are read from the plot.
    return any(plot.border_fill_color is None or not plot.border_fill_alpha for plot in plots)
