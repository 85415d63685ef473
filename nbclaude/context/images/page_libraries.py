"""Gives a page the library that an earlier output has loaded for all that follow it in a notebook."""

from __future__ import annotations

import sys
from pathlib import Path

from nbclaude.frozen import frozen

__all__ = ["with_libraries"]


@frozen
class _Library:
    """A library in a package of Python; pages that hold `mark`, and not `loads`, expect it to be there."""

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
    """Return a page with the libraries that it expects, from the packages that are loaded; others stay as they are."""
    for each in _LIBRARIES:
        if each.mark.encode() in html and each.loads.encode() not in html and (script := _script(each)):
            html = b"<script>%s</script><script>%s</script>%s" % (script, each.also.encode(), html)
    return html


def _script(library: _Library) -> bytes:
    for folder in getattr(sys.modules.get(library.package), "__path__", ()):
        try:
            # Nothing within the script ends the element that holds it.
            return (Path(folder) / library.script).read_bytes().replace(b"</script", b"<\\/script")
        except OSError:
            continue
    return b""
