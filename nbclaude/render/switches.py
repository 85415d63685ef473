"""Rules of style that hide an output of ours where another one stands in its place."""

from __future__ import annotations

__all__ = ["INSTEAD_OF_CODE", "PANEL_PICTURE", "WITHOUT_WIDGET"]

# The diff shows the code that the answer above it ends in: one block of it is enough.
INSTEAD_OF_CODE = (
    ".jp-OutputArea-child:has(+ .jp-OutputArea-child .nbclaude-instead) .nbclaude-answer > .code:last-of-type"
    " { display: none; }"
)
# The buttons are the output after the diff. Where their widget has gone, JupyterLab would show an error in their place.
WITHOUT_WIDGET = (
    ".jp-OutputArea-child:has(.nbclaude-offered) + .jp-OutputArea-child:has(> .jp-OutputArea-output.jupyter-widgets)"
    ":not(:has(.nbclaude-actions:not(.jupyter-widgets-disconnected))) { display: none; }"
)
# A live panel hides the picture saved below it; without a live panel the picture is shown.
PANEL_PICTURE = (
    ".jp-OutputArea-child:has(.nbclaude-panel):not(:has(.jupyter-widgets-disconnected))"
    " + .jp-OutputArea-child:has(.nbclaude-picture) { display: none; }"
    " .jp-OutputArea-child:not(:has(.nbclaude-panel:not(.jupyter-widgets-disconnected)))"
    ":has(+ .jp-OutputArea-child .nbclaude-picture) { display: none; }"
)
