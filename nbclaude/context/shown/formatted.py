"""Reads what matplotlib knows about a figure, or folium about a map, when it is shown: it may be changed right after."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbclaude.context.images.picture import IMAGE_TYPES
from nbclaude.context.libraries import is_a
from nbclaude.context.shown.listening import replaced

if TYPE_CHECKING:
    from nbclaude.context.plotted.facts import PlottedFigure

__all__ = ["FormattedFigures"]


# The MIME types in which these figures are shown.
_SHOWN_AS: Mapping[str, Sequence[str]] = {
    "matplotlib:Figure": tuple(IMAGE_TYPES),
    "folium:Map": ("text/html",),
}


class FormattedFigures:
    """Follows a shell's formatter, and remembers the last figure that it formatted until its picture is displayed.

    `before` is called with each figure before it is read.
    """

    def __init__(self, before: Callable[[Any], None]) -> None:
        self._before = before
        self._last: tuple[Mapping[str, Any], PlottedFigure] | None = None

    def follow(self, formatter: Any) -> Callable[[], None]:
        """Read each figure that this formatter turns into a picture; return a function that ends this."""
        undo = replaced(formatter, "format", self._following)

        def end() -> None:
            undo()
            self._last = None

        return end

    def facts_of(self, data: Mapping[str, Any]) -> PlottedFigure | None:
        """Return what is known of the figure whose picture is displayed; None for every other output."""
        last = self._last
        if last is None:
            return None
        pictures, facts = last
        if not any(data.get(kind) == picture for kind, picture in pictures.items()):
            return None
        self._last = None
        return facts

    def _following(self, format_value: Callable[..., Any]) -> Callable[..., Any]:
        def formatting(value: Any, *more: Any, **named: Any) -> Any:
            formatted = format_value(value, *more, **named)
            types = next((types for kind, types in _SHOWN_AS.items() if is_a(value, kind)), ())
            if types:
                with contextlib.suppress(Exception):
                    self._note(value, {kind: data for kind in types if (data := formatted[0].get(kind))})
            return formatted

        return formatting

    def _note(self, figure: Any, pictures: Mapping[str, Any]) -> None:
        from nbclaude.context.plotted.reading import facts_of

        if pictures and is_a(figure, "matplotlib:Figure"):
            self._before(figure)
        facts = facts_of(figure) if pictures else None
        self._last = (pictures, facts) if facts is not None else None
