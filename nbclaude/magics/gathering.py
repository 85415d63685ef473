"""A prompt and its options come in; what goes along is gathered: references, attachments, figures, cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbclaude.client.models import ModelInfo
from nbclaude.conversation.workspace import current_workspace
from nbclaude.errors import ConfigurationError
from nbclaude.magics import notebook
from nbclaude.options import Options
from nbclaude.wire.request import text_block

if TYPE_CHECKING:
    from nbclaude.context.attachment import Attachment
    from nbclaude.context.images import ImageLimits

__all__ = ["Gathered", "gather"]

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The blocks of a question with what the user calls them, and the attachments that they are made of.

    `values` are those of the kernel that stand in the last block, which is what the user has typed.
    """

    blocks: tuple[Block, ...]
    names: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Gatherer:
    """One gathering: from which shell, with which options, for which model."""

    shell: Any
    options: Options
    images: ImageLimits

    def attach(self, value: object, label: str, format: str = "", *, attached: bool = False) -> Attachment:
        """Make a value of the kernel an attachment."""
        from nbclaude.context.values import attachment_of

        return attachment_of(
            value, label, format, images=self.images, citations=self.options.citations, attached=attached
        )

    def attach_named(self, what: str) -> Attachment:
        """Attach what `-a` names: the address of an image or PDF, a file, or an expression."""
        from nbclaude.context.expressions import evaluate, names_existing, parse_expression
        from nbclaude.context.files import attach_path, attach_url

        if what.startswith(("http://", "https://")):
            return attach_url(what, citations=self.options.citations)
        tree = parse_expression(what)
        is_value = tree is not None and names_existing(tree, self.shell.user_ns)
        if is_value and not ("." in what and Path(what).expanduser().is_file()):
            return self.attach(evaluate(what, self.shell.user_ns), what, attached=True)
        return attach_path(what, self.images, citations=self.options.citations)

    def figures(self, which: str) -> list[Attachment]:
        """Attach figures that cells have shown: the last one, the Nth last, or those of the last cell that plotted."""
        from nbclaude.context.figures import pending_figures
        from nbclaude.context.pictures import picture_of

        log = current_workspace().seen.figures
        waiting = pending_figures()
        here = f"figure of cell {self.shell.execution_count}"
        if which == "cell":
            if waiting:
                found = [picture_of(figure, self.images, here) for figure in waiting[::-1]]
                return [picture for picture in found if picture is not None]
            shown = log.of_last_plotting_cell()
            if not shown:
                raise ConfigurationError(f"--fig cell: {_NO_FIGURE}")
            return [image.attachment(self.images, _figure_name(image, n)) for n, image in enumerate(shown, 1)]
        number = int(which)
        if number <= len(waiting):
            picture = picture_of(waiting[number - 1], self.images, here)
            return [picture] if picture is not None else []
        image = log.last(number - len(waiting))
        if image is None:
            there = len(waiting) + len(log.all())
            raise ConfigurationError(
                f"--fig {which}: {_NO_FIGURE}"
                if not there
                else f"--fig {which}: only {there} are remembered."
            )
        return [image.attachment(self.images, _figure_name(image))]

    def cells(self, wanted: str) -> list[Attachment]:
        """Attach the last executed cells with their outputs."""
        from nbclaude.context.cells import context_cells

        at = notebook.cell_run(self.shell)
        log = current_workspace().seen.cells
        found = context_cells(log, "all" if wanted == "all" else int(wanted), without=at.cell if at else "")
        return [found] if found is not None else []


_NO_FIGURE = "no cell has shown a figure yet. Run the cell that plots first, or attach one by name with -a."


def _figure_name(image: Any, number: int = 0) -> str:
    where = f"cell {image.execution_count}" if image.execution_count else "a cell"
    return f"figure {number} of {where}" if number else f"figure of {where}"


def gather(
    options: Options,
    prompt: str,
    shell: Any,
    model: ModelInfo,
    *,
    cells: int = 0,
) -> Gathered:
    """Return what is attached, then the prompt: models read a question best after what it is about.

    `cells` go along where no option says otherwise.

    Raises:
        ConfigurationError: something cannot be attached; the message says what, and what could be.

    """
    from nbclaude.context.images import limits_of
    from nbclaude.context.references import expand

    gatherer = _Gatherer(shell, options, limits_of(model))
    attached = gatherer.cells(options.cells or str(cells)) if options.cells or cells else []
    attached += [gatherer.attach_named(what) for what in options.attach]
    attached += [picture for which in options.figures for picture in gatherer.figures(which)]
    text, attachments = prompt, attached
    values: tuple[str, ...] = ()
    if not options.raw:
        expanded = expand(prompt, shell.user_ns, attach=gatherer.attach)
        text, attachments = expanded.text, [*attached, *expanded.attachments]
        values = tuple(value for _, value in expanded.inlined)
    if options.citations and not any(attachment.kind == "document" for attachment in attachments):
        raise ConfigurationError("--citations: no document is attached to be cited. Add one with -a FILE.")
    labelled = _labelled(attachments, named=attachments[len(attached) :])
    blocks = (*(block for block, _ in labelled), text_block(text))
    names = (*(name for _, name in labelled), "")
    return Gathered(blocks, names, tuple(attachments), values)


def _labelled(attachments: list[Attachment], named: list[Attachment]) -> list[tuple[Block, str]]:
    """Return the blocks of attachments and what each is of.

    Pictures are introduced by their names where the names are needed: several pictures, or one that the prompt refers to.
    """
    from nbclaude.context.values import labelled_blocks

    several = sum(attachment.kind == "image" for attachment in attachments) > 1
    return [
        (block, attachment.label)
        for attachment in attachments
        for block in (labelled_blocks([attachment]) if several or attachment in named else attachment.blocks)
    ]
