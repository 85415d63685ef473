"""Adds to a page the library that an earlier output of the notebook has loaded for all later ones."""

from __future__ import annotations

import sys
from pathlib import Path

from nbclaude.frozen import frozen

__all__ = ["with_libraries"]


@frozen
class _Library:
    """A JavaScript library in a Python package; pages that contain `mark` but not `loads` expect it to be there."""

    mark: str
    loads: str
    package: str
    script: str  # its place in the package
    also: str = ""  # JavaScript that the earlier output runs


_LIBRARIES = (
    _Library(
        "letsPlotCall",
        'data-lets-plot-script="library"',
        "lets_plot",
        "package_data/lets-plot.min.js",
        "window.letsPlotCall = draw => draw()",
    ),
    _Library("SHAP.", "bundle.js", "shap", "plots/resources/bundle.js"),
)


def with_libraries(html: bytes) -> bytes:
    """Return a page with the libraries that it expects, taken from loaded packages; other pages are returned unchanged."""
    for each in _LIBRARIES:
        if each.mark.encode() in html and each.loads.encode() not in html and (script := _script(each)):
            html = b"<script>%s</script><script>%s</script>%s" % (script, each.also.encode(), html)
    return html


def _script(library: _Library) -> bytes:
    for folder in getattr(sys.modules.get(library.package), "__path__", ()):
        try:
            # Nothing within the script may close its `script` element.
            return (Path(folder) / library.script).read_bytes().replace(b"</script", b"<\\/script")
        except OSError:
            continue
    return b""
