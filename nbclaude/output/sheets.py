"""Publishes HTML. In a notebook that is executed to be exported, its style sheet is an output of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from nbclaude.notebook import Shell, is_exported

__all__ = ["Sheets"]


class Sheets:
    """The style sheets that an answer, or something else of ours, has shown so far."""

    def __init__(self, publisher: Any, *, apart: bool) -> None:
        self._publisher = publisher
        self._apart = apart
        self._shown: list[str] = []

    @classmethod
    def of(cls, shell: Shell) -> Sheets:
        """Return what the front end of `shell` asks for."""
        return cls(shell.display_pub, apart=is_exported(shell))

    def before(self, bundle: Mapping[str, str]) -> dict[str, str]:
        """Return a bundle ready to be published; its style sheet is shown first, if it has not been shown yet."""
        css, bundle = self.apart(bundle)
        self.show(css)
        return bundle

    def apart(self, bundle: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return the style sheet that must be shown for a bundle, if any, and the bundle as it is to be published."""
        from nbclaude.render.sheet import divided, without_blank_lines

        if "text/html" not in bundle:
            return "", dict(bundle)
        html = without_blank_lines(bundle["text/html"])
        css, html = divided(html) if self._apart else ("", html)
        return css, {**bundle, "text/html": html}

    def show(self, css: str) -> None:
        """Show a style sheet, unless it has been."""
        from nbclaude.render.sheet import sheet_script

        if css and not any(css in shown for shown in self._shown):
            self._shown.append(css)
            self._publisher.publish(
                # An empty text keeps nbconvert from warning that it has nothing to show.
                data={"application/javascript": sheet_script(css), "text/plain": ""},
                metadata={},
                transient={"display_id": f"nbclaude-{os.urandom(6).hex()}"},
            )

    def forget(self) -> None:
        """Note that the output was cleared."""
        self._shown.clear()
