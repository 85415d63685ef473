"""axe-core, the accessibility checker that browsers' own tools use: fetched once from npm's registry, without Node."""

from __future__ import annotations

from typing import Any

from tests.browser.notebook_page import NotebookPage
from tests.npm import fetched

VERSION = "4.14.1"
SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
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
    return fetched("axe-core", VERSION, SHA512, ["axe.min.js"])["axe.min.js"].decode()


def findings(notebook: NotebookPage, *selectors: str) -> list[str]:
    """Return what axe finds within the elements: the rule, the element, and what is wrong with it."""
    if not notebook.script("return 'axe' in window"):
        notebook.page.evaluate(script())
    found: Any = notebook.script(RUN, selectors=list(selectors), off=OF_PAGES)
    return list(found)
