"""axe-core, the accessibility checker that browsers' own tools use: fetched once from npm's registry, without Node."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import sys
import tarfile
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.browser.notebook_page import NotebookPage

VERSION = "4.14.1"
ADDRESS = f"https://registry.npmjs.org/axe-core/-/axe-core-{VERSION}.tgz"
SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
# Beside the packages of the environment: a new environment fetches it anew.
KEPT = Path(sys.prefix) / "share" / "nbclaude-tests" / f"axe-core-{VERSION}.js"
# JupyterLab's own page has findings of its own; these concern whole pages, of which ours is a part.
OF_PAGES = ["region", "page-has-heading-one", "landmark-one-main", "heading-order", "bypass"]

RUN = """
const found = await axe.run({include: selectors.map(each => [each])}, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: Object.fromEntries(off.map(rule => [rule, {enabled: false}])), resultTypes: ["violations"]});
return found.violations.flatMap(each => each.nodes.map(
    node => `${each.id}: ${node.html.slice(0, 160)} ${(node.any[0] || node.all[0] || node.none[0] || {}).message || ""}`));
"""


def script() -> str:
    """Return the source; without it the test is skipped, or fails where browser tests must run."""
    if not KEPT.exists():
        try:
            with urllib.request.urlopen(ADDRESS, timeout=60) as answer:
                data = answer.read()
        except OSError as error:
            reason = f"axe-core cannot be fetched from {ADDRESS} ({error}): nothing is checked with it"
            if os.environ.get("NBCLAUDE_REQUIRE_BROWSER", "") not in ("", "0"):
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
        assert base64.b64encode(hashlib.sha512(data).digest()).decode() == SHA512, "this is another axe-core"
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            member = archive.extractfile("package/axe.min.js")
            assert member is not None
            KEPT.write_bytes(member.read())
    return KEPT.read_text("utf-8")


def findings(notebook: NotebookPage, *selectors: str) -> list[str]:
    """Return what axe finds within the elements: the rule, the element, and what is wrong with it."""
    if not notebook.script("return 'axe' in window"):
        notebook.page.evaluate(script())
    found: Any = notebook.script(RUN, selectors=list(selectors), off=OF_PAGES)
    return list(found)
