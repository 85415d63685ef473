"""Gathers what is sent along with a prompt, from its options: references, attachments, figures, cells."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbclaude import notebook
from nbclaude.asking.prompt import Prompt
from nbclaude.conversation.workspace import Workspace
from nbclaude.cures import Command, Mention, Words
from nbclaude.errors import ConfigurationError
from nbclaude.models.table import ModelInfo
from nbclaude.notebook import Shell
from nbclaude.refusal import Refusal, refused
from nbclaude.settings.values import Options
from nbclaude.wire.message import text_of
from nbclaude.wire.request import text_block

if TYPE_CHECKING:
    from nbclaude.context.attachment import Attachment
    from nbclaude.context.images.prepared import ImageLimits
    from nbclaude.context.shown.figures import FigureLog
    from nbclaude.context.shown.shown_image import ShownImage
    from nbclaude.context.tray import TrayItem

__all__ = ["Gathered", "gather", "notebook_names"]

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The blocks of a question with what the user calls them, and the attachments that they are made of.

    `values` are those of the kernel that stand in the last block, which is what the user has typed; `tray` is what a panel
    had attached.
    """

    blocks: tuple[Block, ...]
    names: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    tray: tuple[TrayItem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Gatherer:
    """One gathering: from which shell, with which options, for which model."""

    workspace: Workspace
    shell: Shell
    options: Options
    images: ImageLimits
    so_far: list[Attachment] = field(default_factory=list)

    def attach(self, value: object, label: str, format: str = "", *, attached: bool = False) -> Attachment:
        """Make a value of the kernel an attachment."""
        from nbclaude.context.values import attachment_of

        found = attachment_of(
            value, label, format, images=self.images, citations=self.options.citations, attached=attached
        )
        return self.counted(found)

    def counted(self, attachment: Attachment) -> Attachment:
        """Refuse more images or bytes than a request takes before still more of them are prepared."""
        from nbclaude.context.attachment import each_once
        from nbclaude.context.images.prepared import check_amount

        self.so_far.append(attachment)
        blocks = (block for each in each_once(self.so_far) for block in each.blocks)
        check_amount(blocks, self.images, all_there=False)
        return attachment

    def attach_named(self, what: str, names: Mapping[str, Any]) -> Attachment:
        """Attach what `-a` names: the address of an image or PDF, a file, or an expression of these `names`."""
        from nbclaude.context.files import attach_path, attach_url
        from nbclaude.context.references.expressions import evaluate, failures_of, parse_expression
        from nbclaude.context.references.replacing import read_reference

        if what.startswith(("http://", "https://")):
            return self.counted(attach_url(what, citations=self.options.citations))
        named = read_reference(what, names)
        if named is not None and not ("." in what and Path(what).expanduser().is_file()):
            expression, format = named
            value = evaluate(expression, names, "attach")
            with failures_of(what, "attach"):
                return self.attach(value, what, format, attached=True)
        # A dotted name may be a file's, too: attach_path knows what files there are.
        is_expression = parse_expression(what) is not None and ("." not in what or what[-1] in "])")
        if is_expression and not Path(what).exists():
            raise refused(_nothing_named(what, names))
        return self.counted(attach_path(what, self.images, citations=self.options.citations))

    def figures(self, which: str) -> list[Attachment]:
        """Attach figures that cells have shown: the last one, the Nth last, or those of the last cell that plotted."""
        from nbclaude.context.shown.pending import pending_figures, shows_at_end

        log = self.workspace.seen.figures
        shown = log.all()
        waiting = [
            each for each in pending_figures(self.shell, log.open_before) if not _is_shown(each, shown)
        ]
        newest = _newest_first(waiting, shown, log) if not shows_at_end(self.shell) else [*waiting, *shown]
        # Where the front end tells no cell, nobody knows which of those shown are this cell's.
        at = notebook.cell_run(self.shell)
        shown_here = log.of_cell(at.cell) if at else ()
        if not newest:
            raise refused(Refusal("figures", which, "no cell has shown a figure yet.", _PLOT_FIRST))
        if which == "cell":
            waits = newest[0] in waiting
            found = [
                self._shown(image, len(waiting) if waits else 0, which)
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
        return [self._shown(wanted, len(waiting) if wanted in shown_here else 0, which, older)]

    def _shown(self, image: ShownImage, to_come: int, which: str, older: Words = ()) -> Attachment:
        """Attach a figure that a cell has shown; where it cannot be painted nothing is sent in its place."""
        name = self.workspace.seen.figures.name_of(image, to_come)
        try:
            return self.counted(image.attachment(self.images, name))
        except ConfigurationError as error:
            reason, cure = _reason_of(error)
            cure = (*cure, Mention("attach"), " attaches a file.", *older)
            raise refused(Refusal("figures", which, reason, cure)) from None

    def _yet_to_show(self, waiting: list[Any], shown: int, places: Iterable[int]) -> list[Attachment]:
        """Attach figures that no cell has shown (`waiting`, the newest first), from top to bottom.

        They are the asking cell's, after what it has `shown`; with a front end of windows they may be open for long.
        """
        from nbclaude.context.shown.figures import figure_name
        from nbclaude.context.shown.pending import pending_picture, shows_at_end

        where = f"cell {notebook.cell_number(self.shell)}" if shows_at_end(self.shell) else ""
        before, figures = shown if where else 0, waiting[::-1]
        names = {place: figure_name(before + place + 1, before + len(waiting), where) for place in places}
        found = [
            pending_picture(self.shell, figures[place], self.images, name) for place, name in names.items()
        ]
        return [self.counted(picture) for picture in found if picture is not None]

    def waiting(self, item: TrayItem) -> Attachment:
        """Attach what a panel has put on the tray; if it cannot be sent, the error says where it came from."""
        try:
            return self._waiting(item)
        except ConfigurationError as error:
            reason, cure = _reason_of(error)
            raise ConfigurationError(
                f"{item.label} is attached in the panel, and cannot be sent: {reason}",
                cure=(*cure, "Remove it there (", Command.STATE, " opens the panel)."),
            ) from None

    def _waiting(self, item: TrayItem) -> Attachment:
        if isinstance(item.what, str):
            # It was attached in a panel, which sees the notebook's variables.
            return self.attach_named(item.what, self.shell.user_ns)
        if isinstance(item.what, Path):
            from nbclaude.context.files import attach_path

            return self.counted(attach_path(item.what, self.images, citations=self.options.citations))
        return self.counted(item.what.attachment(self.images, item.label))

    def cells(self, wanted: str, prompt: str, names: Mapping[str, Any]) -> list[Attachment]:
        """Attach the last executed cells with their outputs, or those that the names in the prompt depend on."""
        from nbclaude.context.shown.cells import TOTAL_BUDGET, context_cells, visible_cells

        at = notebook.cell_run(self.shell)
        if wanted == "needed":
            from nbclaude.context.code.attached import needed_attachment

            shown = visible_cells(self.workspace.seen.cells, at.cell if at else "")
            needed = needed_attachment(shown, prompt, names, budget=TOTAL_BUDGET)
            return [needed] if needed is not None else []
        conversations = self.workspace.conversations
        answers = [
            text_of(turn.message) for name in conversations.names() for turn in conversations[name].every
        ]
        found = context_cells(
            self.workspace.seen.cells,
            "all" if wanted == "all" else int(wanted),
            without=at.cell if at else "",
            answers=answers,
        )
        return [found] if found is not None else []


_PLOT_FIRST: Words = ("Run the cell that plots first, or attach one by name with ", Mention("attach"), ".")


def _too_far_back(which: str, number: int) -> Refusal:
    reason = f"only {number} {'is' if number == 1 else 'are'} remembered."
    cure = (
        *(Command.FIGURES, " lists them. If the number belongs to the prompt: ", Mention("figures")),
        f" -- {which} ...",
    )
    return Refusal("figures", which, reason, cure)


def _reason_of(error: ConfigurationError) -> tuple[str, Words]:
    """Return why something was refused, and what can be done, as words that another sentence can hold."""
    reason, cure = (
        (error.refusal.reason, error.refusal.cure) if error.refusal else (str(error.args[0]), error.cure)
    )
    return reason, (*cure, " ") if cure else ()


def _nothing_named(what: str, namespace: Mapping[str, Any]) -> Refusal:
    root = re.split(r"[.(\[]", what, maxsplit=1)[0]
    known = [
        *(name for name in namespace if not name.startswith("_")),
        *(file.name for file in Path().iterdir()),
    ]
    close = difflib.get_close_matches(root, known, 1)
    cure = f"Did you mean {close[0]}?" if close else "Run the cell that defines it first, or name a file."
    reason = f"there is neither a variable {root} nor a file of this name in {Path.cwd()}."
    return Refusal("attach", what, reason, (cure,))


def gather(
    workspace: Workspace,
    shell: Shell,
    options: Options,
    prompt: Prompt,
    model: ModelInfo,
    *,
    cells: int = 0,
    names: Mapping[str, Any] | None = None,
) -> Gathered:
    """Return what is attached, then the prompt: models read a question best after what it is about.

    `cells` go along where no option says otherwise, unless a verb gathers by itself. `names` are the variables that may be
    named, the notebook's if None.

    Raises:
        ConfigurationError: something cannot be attached; the message says what, and what could be.

    """
    from nbclaude.context.attachment import each_once
    from nbclaude.context.images.prepared import limits_of
    from nbclaude.context.references.replacing import expand

    names = notebook_names(shell) if names is None else names
    gatherer = _Gatherer(workspace, shell, options, limits_of(model))
    attached = [gatherer.counted(attachment) for attachment in prompt.gathered()]
    number = options.cells or str(cells if not prompt.verb else 0)
    attached += gatherer.cells(number, prompt.text, names) if number != "0" else []
    attached += [gatherer.attach_named(what, names) for what in options.attach]
    attached += [picture for which in options.figures for picture in gatherer.figures(which)]
    tray = workspace.tray.items()
    attached += [gatherer.waiting(item) for item in tray]
    text, named = prompt.text, []
    values: tuple[tuple[str, str], ...] = ()
    if not options.raw:
        expanded = expand(prompt.text, names, attach=gatherer.attach)
        text, named = expanded.text, list(expanded.attachments)
        values = tuple(expanded.inlined)
    attachments = each_once([*attached, *named])
    if options.citations and not any(attachment.kind == "document" for attachment in attachments):
        cure = ("Add one with ", Mention("attach"), ".")
        raise refused(Refusal("citations", True, "no document is attached to be cited.", cure))
    several = sum(each.kind == "image" for each in (*attached, *named)) > 1
    to_name = {each.label for each in attachments if several or each in named or each.gathered_by}
    labelled = _labelled(attachments, to_name)
    blocks = (*(block for block, _ in labelled), text_block(text))
    labels = (*(name for _, name in labelled), "")
    return Gathered(blocks, labels, tuple(attachments), values, tray)


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


def notebook_names(shell: Shell) -> dict[str, Any]:
    """Return the user's variables, without those functions that IPython brings: `{open}` and `{exit}` are words."""
    hidden = shell.user_ns_hidden
    return {
        name: value
        for name, value in tuple(shell.user_ns.items())
        if not (callable(value) and not name.startswith("_") and hidden.get(name) is value)
    }


def _labelled(attachments: list[Attachment], to_name: set[str]) -> list[tuple[Block, str]]:
    """Return the blocks of attachments and what each is of.

    Pictures are introduced by their names where the names are needed: several pictures, or one that the prompt refers to.
    """
    from nbclaude.context.values import labelled_blocks

    return [
        (block, attachment.label)
        for attachment in attachments
        for block in (labelled_blocks([attachment]) if attachment.label in to_name else attachment.blocks)
    ]
