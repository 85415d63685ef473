"""How a cell is changed: a proposal with its checks, the offer of it as a diff, and the way that the front end has."""

from typing import TYPE_CHECKING

from nbclaude.doors import door

if TYPE_CHECKING:
    from nbclaude.edits.blocks import cell_of_block, corrected_cell, is_runnable, missing_extension
    from nbclaude.edits.inserting import insert_cells
    from nbclaude.edits.kept import Edits
    from nbclaude.edits.offers import Offer, offer
    from nbclaude.edits.proposal import Proposal, propose
    from nbclaude.edits.standing import forget_widgets
    from nbclaude.edits.ways import Way, way_of

__all__ = [
    "Edits",
    "Offer",
    "Proposal",
    "Way",
    "cell_of_block",
    "corrected_cell",
    "forget_widgets",
    "insert_cells",
    "is_runnable",
    "missing_extension",
    "offer",
    "propose",
    "way_of",
]

__getattr__ = door(
    __name__,
    {
        "blocks": ("cell_of_block", "corrected_cell", "is_runnable", "missing_extension"),
        "inserting": ("insert_cells",),
        "kept": ("Edits",),
        "offers": ("Offer", "offer"),
        "proposal": ("Proposal", "propose"),
        "standing": ("forget_widgets",),
        "ways": ("Way", "way_of"),
    },
)
