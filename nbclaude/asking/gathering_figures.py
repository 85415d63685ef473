"""Attaches the figures that a question asks for by number or by cell: those that cells have shown, and open ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbclaude import notebook
from nbclaude.cures import Command, Mention, Words
from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.lab import cell_meant, cell_that_ran, told_by
from nbclaude.notebook import Shell
from nbclaude.plurals import counted
from nbclaude.refusal import Refusal, refused
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.context.attachment import Attachment, FigureName
    from nbclaude.context.images.limits import ImageLimits
    from nbclaude.context.images.picture import Picture
    from nbclaude.context.shown.figures import FigureLog
    from nbclaude.context.shown.shown_image import ShownImage

__all__ = ["RUN_AGAIN", "FigureGatherer", "reason_of"]

_LIVE = re.compile("bokehjs|javascript|widget-view")


@frozen
class FigureGatherer:
    """Finds figures for one question; `counted` refuses more of them than a request takes."""

    workspace: Workspace
    shell: Shell
    images: ImageLimits
    counted: Callable[[Attachment], Attachment]

    def attach(self, which: str) -> list[Attachment]:
        """Attach figures that cells have shown: the Nth last, or all of one cell (by number, or the last that plotted)."""
        from nbclaude.context.shown.pending import pending_figures, shows_at_end

        if which.startswith("In["):
            return self._of_cell(which)
        log = self.workspace.seen.figures
        shown = log.all()
        waiting = [
            each for each in pending_figures(self.shell, log.open_before) if not _is_shown(each, shown)
        ]
        newest = _newest_first(waiting, shown, log) if not shows_at_end(self.shell) else [*waiting, *shown]
        # If the front end does not say which cell runs, nobody knows which of the figures belong to it.
        at = notebook.cell_run(self.shell)
        shown_here = log.of_cell(at.cell) if at else ()
        if not newest:
            raise refused(Refusal("figures", which, "no cell has shown a figure yet.", _PLOT_FIRST))
        if which == "cell":
            waits = newest[0] in waiting
            found = [
                self._shown(image, log.name_of(image, len(waiting) if waits else 0), which)
                for image in (shown_here if waits else log.of_last_plotting_cell())
            ]
            return found + self._yet_to_show(waiting, len(shown_here), range(len(waiting)) if waits else ())
        number = int(which)
        if number > len(newest):
            raise refused(_too_far_back(which, len(newest)))
        wanted = newest[number - 1]
        if wanted in waiting:
            place = len(waiting) - 1 - waiting.index(wanted)
            return self._yet_to_show(waiting, len(shown_here), [place])
        older: Words = (" ", Mention("figures", str(number + 1)), " attaches the figure before it.")
        older = older if number < len(newest) else ()
        name = log.name_of(wanted, len(waiting) if wanted in shown_here else 0)
        return [self._shown(wanted, name, which, older)]

    def _of_cell(self, which: str) -> list[Attachment]:
        """Attach the figures of the cell with this number, or just one of them (`In[4].2`).

        Figures shown before the kernel started, or before nbclaude was loaded, come from the front end.
        """
        from nbclaude.context.attachment import FigureName

        number, _, nth = which.removeprefix("In[").partition("]")
        shown = self._shown_under(int(number), which)
        if not shown:
            raise refused(Refusal("figures", which, "no cell with this number shows a figure.", _PLOT_FIRST))
        places = [int(nth[1:])] if nth else range(1, len(shown) + 1)
        if places[-1] > len(shown):
            reason = f"cell {number} shows only {counted(len(shown), 'figure')}."
            raise refused(Refusal("figures", which, reason, ()))
        return [
            self._shown(shown[place - 1], FigureName(place, len(shown), f"cell {number}"), which)
            for place in places
        ]

    def _shown_under(self, number: int, which: str) -> Sequence[ShownImage]:
        from nbclaude.context.shown.shown_image import Place, ShownImage

        told, log = told_by(self.shell), self.workspace.seen.figures
        handed = {
            each.cell: [output and _pictures(output) for output in each.outputs]
            for each in (told.handed if told else ())
            if told and told.counts.get(each.cell) == number
        }
        # If only one of several cells shows figures, that is the one meant.
        handed = {cell: found for cell, found in handed.items() if any(each != () for each in found)}
        cell = cell_meant(self.shell, told, handed) if told and handed else cell_that_ran(self.shell, number)
        if handed and not cell:
            raise refused(Refusal("figures", which, "several cells show this number.", RUN_AGAIN))
        seen = (
            log.of_cell(cell)
            if cell
            else [each for each in log.all()[::-1] if each.execution_count == number]
        )
        found = handed.get(cell or "", [])
        if not seen and None in found:
            reason = "its figure is too large to be passed to the kernel."
            raise refused(Refusal("figures", which, reason, RUN_AGAIN))
        place = Place(cell or "", execution_count=number)
        return seen or [ShownImage.of(picture, place) for pictures in found for picture in pictures or ()]

    def _shown(self, image: ShownImage, name: FigureName, which: str, older: Words = ()) -> Attachment:
        """Attach a figure that a cell has shown; where it cannot be painted nothing is sent in its place."""
        try:
            return self.counted(image.attachment(self.images, name))
        except ConfigurationError as error:
            reason, cure = reason_of(error)
            cure = (*cure, Mention("attach"), " attaches a file.", *older)
            raise refused(Refusal("figures", which, reason, cure)) from None

    def _yet_to_show(self, waiting: list[Any], shown: int, places: Iterable[int]) -> list[Attachment]:
        """Attach figures that no cell has shown (`waiting`, the newest first), from top to bottom.

        They are the asking cell's, after what it has `shown`; with a front end of windows they may be open for long.
        """
        from nbclaude.context.attachment import FigureName
        from nbclaude.context.shown.pending import pending_picture, shows_at_end

        where = f"cell {notebook.cell_number(self.shell)}" if shows_at_end(self.shell) else ""
        before, figures = shown if where else 0, waiting[::-1]
        names = {place: FigureName(before + place + 1, before + len(waiting), where) for place in places}
        found = [
            pending_picture(self.shell, figures[place], self.images, name) for place, name in names.items()
        ]
        return [self.counted(picture) for picture in found if picture is not None]


RUN_AGAIN: Words = ("Run the cell again, then use its new number.",)
_PLOT_FIRST: Words = ("Run the cell that plots first, or attach one by name with ", Mention("attach"), ".")


def _pictures(output: Mapping[str, Any]) -> tuple[Picture, ...]:
    from nbclaude.context.images.bundles import bundle_pictures

    data, metadata = (output.get(part) for part in ("data", "metadata"))
    if not isinstance(data, Mapping):
        return ()
    # Figures drawn by scripts would mean running the scripts, and the widgets of an earlier kernel are dead.
    still = {kind: each for kind, each in data.items() if not _LIVE.search(kind)}
    return tuple(map(_without_scripts, bundle_pictures(still, metadata or {})))


def _without_scripts(picture: Picture) -> Picture:
    from nbclaude.context.images.drawings import Drawing
    from nbclaude.context.images.picture import PAGE, Picture

    if picture.media_type != PAGE:
        return picture
    return Picture.of(Drawing(picture.what, "Scripts in a saved output are not run. Run the cell again."))


def _too_far_back(which: str, number: int) -> Refusal:
    reason = f"only {number} {'is' if number == 1 else 'are'} remembered."
    cure = (
        *(Command.FIGURES, " lists them. If the number belongs to the prompt: ", Mention("figures")),
        f" -- {which} ...",
    )
    return Refusal("figures", which, reason, cure)


def reason_of(error: ConfigurationError) -> tuple[str, Words]:
    """Return why something was refused, and what can be done, as words that another sentence can hold."""
    reason, cure = (
        (error.refusal.reason, error.refusal.cure) if error.refusal else (str(error.args[0]), error.cure)
    )
    return reason, (*cure, " ") if cure else ()


def _is_shown(figure: Any, shown: Iterable[ShownImage]) -> bool:
    """Return whether a figure that is open is one of those shown: ipympl's are widgets, and stay open."""
    model_id = getattr(getattr(figure, "canvas", None), "model_id", "")
    return bool(model_id) and any(each.picture.widget == model_id for each in shown)


def _newest_first(waiting: list[Any], shown: Iterable[ShownImage], log: FigureLog) -> list[Any]:
    """Return open figures and those that cells have shown in one order: windows stay open while cells show others."""
    left, newest = list(shown), []
    for figure in waiting:
        since = log.open_since(figure)
        while left and left[0].order[0] > since:
            newest.append(left.pop(0))
        newest.append(figure)
    return newest + left
