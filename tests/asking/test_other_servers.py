"""Asking servers that are not Anthropic's: whose rules and prices count, and what is said where there is none."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence

import pytest

from nbclaude.asking.ask import Answered, Surface, ask_prepared
from nbclaude.asking.footer import footer_of
from nbclaude.asking.gathering import Gathered
from nbclaude.asking.prepare import Ask, prepare
from nbclaude.conversation.answer_format import answer_format
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import MAIN
from nbclaude.errors import ConfigurationError
from nbclaude.magics.wording import note_text, said
from nbclaude.output.display import NoDisplay
from nbclaude.render.footer import Footer
from nbclaude.simulator import Simulator
from nbclaude.wire.request import text_block
from nbclaude.workspace import Surroundings, Workspace
from tests.client.listeners import Listener, read_head
from tests.conversation.conftest import no_idle_lines, no_network_settings

__all__ = ["no_idle_lines", "no_network_settings"]

PIXEL = {
    "type": "image",
    "source": {
        "type": "base64",
        "media_type": "image/png",
        "data": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    },
}


@pytest.fixture
def lenient() -> Simulator:
    """Give a server that takes any name of a model."""
    return Simulator(strict=False)


def workspace_at(address: str, **entry: object) -> Workspace:
    named = {"other": {"base_url": address, **entry}}
    return Workspace(
        Surroundings(configured=lambda: {"connection": "other"}, connections=lambda: named)  # type: ignore[arg-type]
    )


def ask(
    workspace: Workspace, blocks: Sequence[dict[str, object]] = (text_block("Hi"),), **options: object
) -> tuple[Answered, Footer]:
    footers: list[Footer] = []

    def footer(answered: Answered) -> Footer:
        footers.append(footer_of(answered, note_text))
        return footers[-1]

    settings = workspace.settings(options)
    prepared = prepare(workspace, Ask(Question(tuple(blocks)), settings, MAIN, Gathered(tuple(blocks))))
    answered = ask_prepared(prepared, NoDisplay(), Surface(footer=footer))
    return answered, footers[0]


def notices(footer: Footer) -> list[str]:
    return [notice.text for notice in footer.notices]


def test_neither_rules_nor_prices_of_claude(lenient: Simulator) -> None:
    with lenient as server:
        workspace = workspace_at(server.base_url)
        workspace.budget.set(2.5, workspace.ledger)
        settings = workspace.settings({"temperature": 0.5, "max_tokens": 1_000_000, "prefill": "Well"})
        blocks = (text_block("Hi"),)
        planned = prepare(
            workspace, Ask(Question(blocks, prefill="Well"), settings, MAIN, Gathered(blocks))
        ).plan
        assert planned.request.body()["temperature"] == 0.5 and planned.notes == ()
        answered, footer = ask(workspace)
        assert answered.reply.cost is None
        said_once = (
            "The budget of $2.50 does nothing for claude-sonnet-5-5: its price is not known. "
            "Give it one with %config ClaudeMagics.prices."
        )
        assert notices(footer) == [said_once]
        assert notices(ask(workspace)[1]) == []


@pytest.mark.parametrize("models", ["anthropic", {"claude-sonnet-5-5": "claude-sonnet-5-5"}])
def test_what_the_user_maps_has_both(lenient: Simulator, models: object) -> None:
    with lenient as server:
        workspace = workspace_at(server.base_url, models=models)
        assert ask(workspace)[0].reply.cost is not None
        with pytest.raises(ConfigurationError, match="temperature"):
            ask(workspace, temperature=0.5)


def test_what_the_server_says(simulator: Simulator) -> None:
    from nbclaude.client.endpoints import list_models

    workspace = workspace_at(simulator.base_url)
    connection = workspace.connection(workspace.settings({}))
    workspace.note_models(connection.base_url, list_models(connection))
    assert ask(workspace)[0].reply.cost is not None


def test_prices_of_the_users_own(lenient: Simulator) -> None:
    with lenient as server:
        named = {"other": {"base_url": server.base_url}}
        configured = {"connection": "other", "prices": {"qwen3": (1_000, 2_000)}}
        workspace = Workspace(
            Surroundings(configured=lambda: configured, connections=lambda: named)  # type: ignore[arg-type]
        )
        answered, footer = ask(workspace, model="qwen3")
        usage = answered.reply.usage
        expected = (usage["input_tokens"] * 1_000 + usage["output_tokens"] * 2_000) / 1_000_000
        assert answered.reply.cost == pytest.approx(expected)
        workspace.budget.set(0.001, workspace.ledger)
        with pytest.raises(ConfigurationError, match="exceed the budget"):
            ask(workspace, model="qwen3")
        assert notices(footer) == []


def test_a_server_that_takes_no_images_is_asked_before_anything_is_sent() -> None:
    models = {
        "object": "list",
        "data": [{"id": "smol", "object": "model", "owned_by": "llamacpp"}],
        "models": [{"name": "smol", "model": "smol", "capabilities": ["completion"]}],
    }
    body = json.dumps(models).encode()
    heads: list[bytes] = []

    def serve(peer: socket.socket) -> None:
        heads.append(read_head(peer))
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        peer.sendall(head + body)

    with Listener(serve) as server:
        workspace = workspace_at(f"http://{server.address}")
        for _ in range(2):
            with pytest.raises(ConfigurationError) as refused:
                ask(workspace, [text_block("What is this?"), PIXEL])
            assert "claude-sonnet-5-5 takes no images; nothing was sent." in said(refused.value)
    assert [head.split(b" ")[:2] for head in heads] == [[b"GET", b"/v1/models?limit=1000"]]


@pytest.mark.parametrize(
    ("answer", "said_under_it"),
    [
        ("Paris, of course.", "the answer is not JSON"),
        ('{"town": "Paris"}', "city is missing"),
        ('{"city": "Paris"}', ""),
        ('```json\n{"city": "Paris"}\n```', ""),
    ],
)
def test_a_server_that_does_not_keep_to_the_schema(
    lenient: Simulator, answer: str, said_under_it: str
) -> None:
    form = answer_format({"city": str})
    with lenient as server:
        server.enqueue(answer)
        _, footer = ask(workspace_at(server.base_url), schema=form.schema)
    told = [notice.text for notice in footer.notices if notice.word == "JSON"]
    expected = (
        f"The server did not keep to the schema: {said_under_it}. Say in the prompt, too, that the answer must be JSON, "
        "and in what form, or choose another model (-m)."
    )
    assert told == ([expected] if said_under_it else [])
