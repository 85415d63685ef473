"""Takes style sheets out of saved answers, for nbconvert's exports to text.

nbconvert calls the function as a preprocessor, by its name:
`jupyter nbconvert --to markdown --MarkdownExporter.preprocessors=nbclaude.saved.text_exports.without_style_sheets NOTEBOOK`
"""

from __future__ import annotations

from typing import Any

from nbclaude.render.sheet import divided, without_blank_lines

__all__ = ["without_style_sheets"]


def without_style_sheets(notebook: Any, resources: Any) -> tuple[Any, Any]:
    """Change the outputs of a notebook (nbformat's, which nbconvert has copied) in place; what is not ours stays."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            css, html = divided(str(data.get("text/html", "")))
            if css:
                data["text/html"] = without_blank_lines(html)
    return notebook, resources
