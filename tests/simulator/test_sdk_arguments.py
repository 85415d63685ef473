"""Every argument of the official SDK's `messages.create` is taken, or refused for a reason that a table gives."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from nbclaude.simulator import Answer, Simulator, tool_use
from tests.later import later
from tests.simulator.helpers import MODEL, TOOL

if TYPE_CHECKING:
    import anthropic
else:
    anthropic = later("anthropic")

HELLO: Any = [{"role": "user", "content": "Hello"}]
COMPACT = "compact-2026-09-04"
# Of the client, not of the request.
CLIENT = {"extra_headers", "extra_query", "extra_body", "timeout"}
TAKEN: dict[str, Any] = {
    "max_tokens": 10,
    "messages": HELLO,
    "model": MODEL,
    "cache_control": {"type": "ephemeral"},
    "container": "container_1",
    "diagnostics": {"previous_message_id": "msg_1"},
    "inference_geo": "us",
    "metadata": {"user_id": "u"},
    "output_config": {"effort": "low"},
    "service_tier": "auto",
    "speed": "standard",
    "stop_sequences": ["X"],
    "system": "Be brief.",
    "thinking": {"type": "adaptive"},
    "tool_choice": {"type": "auto"},
    "tools": [TOOL],
    "stream": True,
    # These two are headers.
    "user_profile_id": "profile",
    "workspace_id": "wrkspc_1",
}
# argument -> value, the beta that knows it
BETA: dict[str, tuple[Any, str]] = {
    "compaction": ({"type": "summarize"}, COMPACT),
    "context_management": ({"edits": []}, "context-management-2025-06-27"),
    "mcp_servers": ([{"type": "url", "url": "https://a.example", "name": "a"}], "mcp-client-2025-11-20"),
    "fallbacks": ([{"model": "claude-opus-4-8"}], "server-side-fallback-2026-06-01"),
    "fallback_credit_token": ("t", "server-side-fallback-2026-06-01"),
}
# argument -> value, why it is refused
REFUSED: dict[str, tuple[Any, str]] = {
    "billing_policy": (
        {"type": "x"},
        "billing_policy: Extra inputs are not permitted",
    ),  # nothing here costs money
    "thread": (
        {"type": "create"},
        "thread: Extra inputs are not permitted",
    ),  # with its beta it is refused as unsupported: the simulator keeps no messages
}


@pytest.fixture
def client(simulator: Simulator) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key="canary", base_url=simulator.base_url, max_retries=0) as connected:
        yield connected


def asked(**more: Any) -> dict[str, Any]:
    needed: dict[str, Any] = {"model": MODEL, "max_tokens": 1000, "messages": HELLO}
    if "tool_choice" in more:
        needed["tools"] = [TOOL]
    return needed | more


def refusal(client: anthropic.Anthropic, **more: Any) -> anthropic.BadRequestError:
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.beta.messages.create(**asked(**more))
    return caught.value


def test_the_tables_have_every_argument() -> None:
    names = set(inspect.signature(anthropic.resources.Messages.create).parameters) - {"self"} - CLIENT
    assert names == set(TAKEN)
    beta = set(inspect.signature(anthropic.resources.beta.messages.Messages.create).parameters) - {
        "self",
        "betas",
    }
    assert beta - CLIENT - names == set(BETA) | set(REFUSED)


def test_what_is_taken(simulator: Simulator, client: anthropic.Anthropic) -> None:
    for name, value in TAKEN.items():
        simulator.enqueue("Hi")
        message: Any = client.messages.create(**asked(**{name: value}))
        assert "stream" in name or message.stop_reason in ("end_turn", "max_tokens"), name
        if name == "stream":
            assert [event.type for event in message][-1] == "message_stop"


def test_what_a_beta_adds(simulator: Simulator, client: anthropic.Anthropic) -> None:
    for name, (value, beta) in BETA.items():
        assert f"{name}: Extra inputs are not permitted" in str(refusal(client, **{name: value})), name
        simulator.enqueue("Hi")
        message = client.beta.messages.create(**asked(**{name: value}, betas=[beta]))
        assert message.content, name
    for name, (value, why) in REFUSED.items():
        assert why in str(refusal(client, **{name: value})), name


@pytest.mark.parametrize("streams", [False, True])
def test_a_compaction_and_what_follows_it(
    simulator: Simulator, client: anthropic.Anthropic, streams: bool
) -> None:
    simulator.enqueue(Answer("They said hello."), "Go on.")
    said = [*HELLO, {"role": "assistant", "content": "Hello!"}]
    arguments: Any = asked(
        messages=said, compaction={"type": "summarize", "instructions": "Short."}, betas=[COMPACT]
    )
    if streams:
        with client.beta.messages.stream(**arguments) as stream:
            compacted: Any = stream.get_final_message()
    else:
        compacted = client.beta.messages.create(**arguments)
    (block,) = compacted.content
    assert (block.type, block.content, compacted.stop_reason) == (
        "compaction",
        "They said hello.",
        "compaction",
    )
    (iteration,) = compacted.usage.iterations
    assert iteration.type == "compaction" and iteration.output_tokens > 0 and iteration.input_tokens > 0
    assert compacted.usage.output_tokens == 0
    later: Any = [{"role": "assistant", "content": [block]}, {"role": "user", "content": "And now?"}]
    answer: Any = client.beta.messages.create(**asked(messages=later, betas=[COMPACT]))
    assert answer.content[-1].text == "Go on."


def test_compactions_that_are_refused(simulator: Simulator, client: anthropic.Anthropic) -> None:
    simulator.enqueue("They said hello.")
    compaction: Any = {"type": "summarize"}
    made: Any = client.beta.messages.create(**asked(compaction=compaction, betas=[COMPACT])).content[0]
    call = {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {}}
    block = made.model_dump()
    refused: dict[str, dict[str, Any]] = {
        "compaction.type: Input should be 'summarize'": {"compaction": {"type": "forget"}},
        "cannot be combined with": {"compaction": compaction, "context_management": {"edits": []}},
        "compaction_nothing_to_summarize": {
            "compaction": compaction,
            "messages": [{"role": "system", "content": "Be brief."}],
        },
        "compaction_block_misplaced": {
            "messages": [*HELLO, {"role": "assistant", "content": [block]}, *HELLO]
        },
        "compaction_signature_invalid": {
            "messages": [{"role": "assistant", "content": [block | {"signature": "AAAA"}]}, *HELLO]
        },
        "compaction_content_mismatch": {
            "messages": [{"role": "assistant", "content": [block | {"content": "They quarrelled."}]}, *HELLO]
        },
    }
    for why, more in refused.items():
        error = refusal(client, betas=[COMPACT, "context-management-2025-06-27"], **more)
        assert why in str(error), why
        if why.startswith("compaction_"):
            assert type(error).__name__ == "".join(map(str.capitalize, why.split("_"))) + "Error"
    unfinished = [*HELLO, {"role": "assistant", "content": [call]}]
    error = refusal(client, betas=[COMPACT], compaction=compaction, messages=unfinished, tools=[TOOL])
    assert "tool_use" in str(error) or "not finished" in str(error)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (("", b"%PDF-1.7", "application/pdf"), "unnamed.pdf"),
        (("", b"x", "application/x-unheard-of"), "unnamed"),
        (("reports/of/May.pdf", b"%PDF-1.7", "application/pdf"), "May.pdf"),
        (("C:\\reports\\May.pdf", b"%PDF-1.7", "application/pdf"), "May.pdf"),
    ],
)
def test_names_of_uploads(client: anthropic.Anthropic, file: Any, name: str) -> None:
    assert client.files.upload(file=file).filename == name


def test_lists_of_files(simulator: Simulator, client: anthropic.Anthropic) -> None:
    uploaded = client.files.upload(file=("a.txt", b"a", "text/plain"))
    assert [file.id for file in client.beta.files.list(ids=[uploaded.id])] == [uploaded.id]
    assert list(client.beta.files.list(scope_id="session_1")) == []
    with pytest.raises(anthropic.BadRequestError, match="cannot be combined"):
        client.files.list(ids=["file_1"], limit=5)
    with pytest.raises(anthropic.BadRequestError, match="at most 100"):
        client.files.list(ids=[f"file_{number}" for number in range(101)])


@pytest.mark.filterwarnings(
    "ignore:The model:DeprecationWarning"
)  # which is what the SDK says of one of them
def test_retired_models(client: anthropic.Anthropic) -> None:
    """The list remembers them if it is asked to; a request that names one fails as for any unknown name."""
    known = client.models.retrieve("claude-3-opus-20240229")
    assert (known.lifecycle, known.display_name) == ("retired", "Claude Opus 3")
    assert known.retires_at is not None
    retired = [model.id for model in client.models.list(lifecycle=["retired"])]
    assert "claude-3-opus-20240229" in retired
    assert not set(retired) & {model.id for model in client.models.list()}
    for name in retired:
        with pytest.raises(anthropic.NotFoundError, match=f"model: {name}"):
            client.messages.create(**asked(model=name))
        with pytest.raises(anthropic.NotFoundError, match=f"model: {name}"):
            client.messages.count_tokens(model=name, messages=HELLO)


def test_what_runs_tools_goes_on_without_a_thread(simulator: Simulator, client: anthropic.Anthropic) -> None:
    @anthropic.beta_tool
    def double(number: int) -> str:
        """Double a number."""
        return str(2 * number)

    simulator.enqueue(Answer([tool_use("double", {"number": 21})]), "It is 42.")
    runner = client.beta.messages.tool_runner(model=MODEL, max_tokens=1000, messages=HELLO, tools=[double])
    *_, last = runner
    assert last.content[-1].text == "It is 42."
    assert [message["role"] for message in simulator.message_requests[-1].messages] == [
        "user",
        "assistant",
        "user",
    ]


def test_a_thread_is_refused_as_the_api_refuses_what_it_cannot_thread(client: anthropic.Anthropic) -> None:
    body: Any = refusal(client, thread={"type": "create"}, betas=["message-threads-2026-08-12"]).body
    assert body["error"]["details"]["error_code"] == "thread_unsupported_request"
