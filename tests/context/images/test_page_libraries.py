"""Pages that expect a library from an earlier output get it from its package."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from nbclaude.context.images.page_libraries import with_libraries

PLOT = b"<div id='a'></div><script>letsPlotCall(() => LetsPlot.draw())</script>"
OWN = b"<script data-lets-plot-script=\"library\" src='x.js'></script>"


def test_a_page_gets_the_library_that_it_expects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert with_libraries(PLOT) == PLOT
    package = ModuleType("lets_plot")
    package.__path__ = [str(tmp_path)]
    monkeypatch.setitem(sys.modules, "lets_plot", package)
    assert with_libraries(PLOT) == PLOT
    script = tmp_path / "package_data" / "lets-plot.min.js"
    script.parent.mkdir()
    script.write_bytes(b"LetsPlot = '</script>'")
    assert with_libraries(PLOT) == (
        b"<script>LetsPlot = '<\\/script>'</script><script>window.letsPlotCall = draw => draw()</script>"
        + PLOT
    )
    assert with_libraries(OWN + PLOT) == OWN + PLOT
    assert with_libraries(b"<p>SHAP</p>") == b"<p>SHAP</p>"
