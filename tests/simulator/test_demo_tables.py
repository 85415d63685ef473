"""The demo model about data that came along: it says what it can count, and no more."""

from __future__ import annotations

from nbclaude.simulator import Simulator
from tests.client.helpers import connection, read, request


def answer(simulator: Simulator, *texts: str) -> str:
    blocks = [{"type": "text", "text": text} for text in texts]
    result = read(connection(simulator), request(blocks))  # type: ignore[arg-type]
    assert result.error is None
    return str(result.text)


FRAME = (
    '<data name="penguins">\npandas DataFrame, 344 rows × 2 columns\ncolumns:\n'
    "  species: object; 3 distinct\n  mass: float64; 2 missing, 2700 … 6300\n</data>"
)


def test_a_frame_is_named_with_its_size(simulator: Simulator) -> None:
    said = answer(simulator, FRAME, "Which species is heaviest in [penguins]?")
    assert "penguins" in said
    assert "344 rows" in said


def test_an_image_again_is_said_to_be_one(simulator: Simulator) -> None:
    said = answer(simulator, "[Image 1 of this conversation again.]", "And now?")
    assert "earlier question" in said
