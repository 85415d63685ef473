"""Which part of a request a server refuses: told by its code, by the field's path, or by its words."""

from __future__ import annotations

import pytest

from nbclaude.client.blame import Blame, blamed_message, blames, path_in
from nbclaude.client.failures import error_of_body
from nbclaude.errors import APIConnectionError

BLAMES = [
    ({"message": "cache_control: Extra inputs are not permitted"}, 400, {Blame.CACHING}),
    ({"message": "This endpoint has no prompt caching."}, 422, {Blame.CACHING}),
    ({"message": "Extra inputs are not permitted", "param": "system.0.cache_control"}, 400, {Blame.CACHING}),
    ({"message": "messages.1.content.0: Invalid `signature` in `thinking` block"}, 400, {Blame.THINKING}),
    ({"message": "File not found: file_011C"}, 404, {Blame.FILES}),
    ({"message": "file_id is not known"}, 400, {Blame.FILES}),
    ({"message": "gone", "details": {"error_code": "file_expired"}}, 404, {Blame.FILES}),
    # A code says what is meant, whatever words come with it.
    ({"message": "thinking", "details": {"error_code": "file_expired"}}, 404, {Blame.FILES}),
    ({"message": "compaction: Extra inputs are not permitted"}, 400, {Blame.COMPACTION}),
    ({"message": "No.", "details": {"error_code": "compaction_incomplete_turn"}}, 400, {Blame.COMPACTION}),
    ({"message": "The user profile is not known"}, 400, set()),
    ({"message": "max_tokens: must be positive"}, 400, set()),
    # Only what was refused for what it holds can be mended by sending something else.
    ({"message": "cache_control: too many"}, 429, set()),
    ({"message": "thinking took too long"}, 500, set()),
]


@pytest.mark.parametrize(("error", "status", "expected"), BLAMES)
def test_what_is_blamed(error: dict[str, object], status: int, expected: set[Blame]) -> None:
    refusal = error_of_body({"error": error}, status, {})
    assert {what for what in Blame if blames(refusal, what)} == expected


def test_a_lost_connection_blames_nothing() -> None:
    lost = APIConnectionError("cache_control thinking file")
    assert not any(blames(lost, what) for what in Blame)
    assert blamed_message(lost) is None


@pytest.mark.parametrize(
    ("message", "path", "place"),
    [
        ("messages.3.content.0.text: Field required", "messages.3.content.0.text", 3),
        ("messages.12.content: blocks must not be empty", "messages.12.content", 12),
        ("messages.1.content.0 holds a block that is not known", "messages.1.content.0", 1),
        ("messages.3.role: Input should be 'user'", "messages.3.role", None),
        ("output_config.effort: not supported", "output_config.effort", None),
        ("the messages.3.content is bad", "", None),
        ("messages.99999999.content: x", "messages.99999999.content", None),
        ("Overloaded", "", None),
    ],
)
def test_where_it_stands(message: str, path: str, place: int | None) -> None:
    assert path_in(message) == path
    assert blamed_message(error_of_body({"error": {"message": message}}, 400, {})) == place
    assert error_of_body({"error": {"message": message}}, 400, {}).parameter == path
