from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

import nbclaude
from nbclaude import workspace as workspace_module
from nbclaude.asking.reply import CodeBlock, Reply, reply_of
from nbclaude.context.references.replacing import expand
from nbclaude.context.values import attachment_of
from nbclaude.conversation.exchange import Outcome
from nbclaude.conversation.plan import Plan
from nbclaude.conversation.screening import Screening
from nbclaude.errors import (
    APIStatusError,
    BadRequestError,
    ConfigurationError,
    IncompleteStreamError,
    MissingKeyError,
    NotFoundError,
)
from nbclaude.models.info import model_info
from nbclaude.reply import ask
from nbclaude.settings.values import Settings
from nbclaude.simulator import HTTPFault, Simulator, StreamFault
from nbclaude.tools.results import content_of_value
from nbclaude.wire.request import MessageRequest
from nbclaude.workspace import Surroundings, Workspace, current_workspace
from tests.client.conftest import no_network_settings

__all__ = ["no_network_settings"]


def reply(*texts: str, **more: Any) -> Reply:
    return Reply({"content": [{"type": "text", "text": text} for text in texts], **more}, "req_1", 1.5)


class TestReply:
    def test_fields(self) -> None:
        message = {
            "model": "m",
            "content": [
                {"type": "thinking", "thinking": "x"},
                {"type": "text", "text": "a"},
                {"type": "text", "text": "b"},
            ],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 1},
        }
        made = Reply(message, "req_1", 1.5)
        assert (made.text, made.stop_reason, made.model, made.usage) == (
            "ab",
            "end_turn",
            "m",
            {"input_tokens": 1},
        )
        assert (made.request_id, made.seconds, str(made)) == ("req_1", 1.5, "ab")
        assert made.message is message

    def test_of_an_empty_message(self) -> None:
        made = Reply({})
        assert (made.text, made.code, made.usage, made.stop_reason, made.model, str(made)) == (
            "",
            [],
            {},
            None,
            "",
            "",
        )

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", []),
            ("no code, but `a span`", []),
            ("```\nx\n```", [("", "x")]),
            ("```python\nx = 1\ny = 2\n```", [("python", "x = 1\ny = 2")]),
            ("```python title=x\nx\n```", [("python", "x")]),
            ("a\n\n```py\nx\n```\n\nb\n\n~~~sh\ny\n~~~\n", [("py", "x"), ("sh", "y")]),
            ("- a\n\n  ```py\n  x\n    y\n  ```\n", [("py", "x\n  y")]),
            ("> ```py\n> x\n> ```\n", [("py", "x")]),
            ("1. a\n   - b\n     ```py\n     x\n     ```", [("py", "x")]),
            ("````md\n```py\nx\n```\n````", [("md", "```py\nx\n```")]),
            ("```py\nx", [("py", "x")]),
            ("```py\n```", [("py", "")]),
            ("```py\n\nx\n\n```", [("py", "\nx\n")]),
            ("    indented\n", []),
            ("```py\n<b>&amp;\\n\n```", [("py", "<b>&amp;\\n")]),
            ("a[^1]\n\n[^1]: n\n\n    ```py\n    x\n    ```\n", [("py", "x")]),
            ("```c++\nx\n```\n```C#\ny\n```", [("c++", "x"), ("C#", "y")]),
            ("```python{1,3}\nx\n```", [("python{1,3}", "x")]),
            ("```py\tx\ny\n```", [("py", "y")]),
        ],
    )
    def test_code(self, text: str, code: list[tuple[str, str]]) -> None:
        assert reply(text).code == [CodeBlock(*pair) for pair in code]

    def test_a_code_block_cut_by_citations(self) -> None:
        assert reply("```py\nx =", " 1\n```").code == [CodeBlock("py", "x = 1")]

    def test_a_code_block_unpacks(self) -> None:
        [(language, source)] = reply("```py\nx\n```").code
        assert (language, source) == ("py", "x")

    def test_rich_repr(self) -> None:
        bundle = reply("**a**")._repr_mimebundle_()
        assert bundle["text/markdown"] == bundle["text/plain"] == "**a**"
        assert "<strong>a</strong>" in bundle["text/html"]

    def test_the_plain_repr_is_short(self) -> None:
        assert len(repr(reply("x" * 10_000))) < 200

    @pytest.mark.parametrize(
        ("reference", "sent"),
        [
            ("{short}", "Paris"),
            (
                "{short:repr}",
                """<value name="short:repr">\nReply(request_id='req_1', seconds=1.5, cost=None)\n</value>""",
            ),
            ("{short:>7}", "  Paris"),
            ("{long}", '<text name="long">\none\n\n```py\nx = 1\n```\n</text>'),
            ("{long.code[0]}", '<text name="long.code[0]">\n```py\nx = 1\n```\n\n</text>'),
            ("{by_model}", """<value name="by_model">\n{'m': 'Paris', 'n': ['Paris']}\n</value>"""),
            (
                "{empty}",
                """<value name="empty">\nReply(request_id='req_1', seconds=1.5, cost=None)\n</value>""",
            ),
        ],
    )
    def test_in_a_prompt_it_stands_for_its_text(self, reference: str, sent: str) -> None:
        short, long = reply("Paris"), reply("one\n\n```py\nx = 1\n```")
        names = {"short": short, "long": long, "empty": reply(), "by_model": {"m": short, "n": [short]}}
        assert expand(reference, names).blocks()[0]["text"] == sent

    def test_attached_or_given_back_by_a_tool_it_stands_for_its_text(self) -> None:
        [attached] = attachment_of(reply("Paris\nRome"), "r").blocks
        [text, listed] = [content_of_value(value, "t")[0] for value in (reply("Paris"), [reply("Paris")])]
        assert attached["text"] == '<text name="r">\nParis\nRome\n</text>'
        assert text["text"] == '<tool_result name="t">\nParis\n</tool_result>'
        assert "['Paris']" in listed["text"]

    def test_is_frozen(self) -> None:
        with pytest.raises(dataclasses.FrozenInstanceError):
            reply("a").request_id = "x"  # type: ignore[misc]

    def test_its_usage_is_a_copy(self) -> None:
        made = reply("a", usage={"input_tokens": 1})
        made.usage["input_tokens"] = 5
        assert made.usage == {"input_tokens": 1}

    def test_of_an_outcome(self) -> None:
        made = reply_of(
            Outcome(
                {"content": []},
                Plan(MessageRequest("m", 1, ()), model_info("m"), Settings(), Screening()),
                2.0,
                "req_2",
            )
        )
        assert (made.request_id, made.seconds) == ("req_2", 2.0)


@pytest.fixture
def connected(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """Point the environment at the simulator, with a workspace of this test's own."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-canary")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
    for name in ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(workspace_module, "_current", [Workspace()])
    yield simulator
    from nbclaude.client.lines import close_lines

    close_lines()


def roles(simulator: Simulator) -> list[str]:
    return [message["role"] for message in simulator.message_requests[-1].messages]


class TestAsk:
    def test_is_what_the_package_offers(self) -> None:
        assert nbclaude.ask is ask
        assert nbclaude.Reply is Reply
        assert nbclaude.CodeBlock is CodeBlock

    def test_an_answer(self, connected: Simulator) -> None:
        connected.enqueue("Hello.")
        made = ask("Hi")
        assert made.text == "Hello."
        assert made.request_id.startswith("req_")
        assert made.seconds > 0

    def test_what_is_masked_is_said_before_it_is_sent(self, connected: Simulator) -> None:
        connected.enqueue("one", "two")
        with pytest.warns(
            UserWarning, match="masked in the prompt: password. allow_secrets=True sends secrets."
        ):
            ask("DB_PASSWORD=hunter2", new=True)
        assert b"hunter2" not in connected.message_requests[-1].body
        ask("DB_PASSWORD=hunter2", new=True, allow_secrets=True)
        assert b"hunter2" in connected.message_requests[-1].body

    def test_a_conversation(self, connected: Simulator) -> None:
        connected.enqueue("one", "two", "three", "four", "five")
        ask("a")
        ask("b")
        assert roles(connected) == ["user", "assistant", "user"]
        ask("c", history=False)
        assert roles(connected) == ["user"]
        ask("d", conversation="other")
        assert roles(connected) == ["user"]
        ask("e", new=True)
        assert roles(connected) == ["user"]
        assert [turn.question for turn in current_workspace().conversations["main"].turns] == ["a", "b", "e"]
        assert [turn.question for turn in current_workspace().conversations["other"].turns] == ["d"]

    def test_options(self, connected: Simulator) -> None:
        connected.enqueue("ok")
        ask("Hi", model="claude-opus-5-5", system="be brief", max_tokens=7)
        body = connected.message_requests[-1].json
        assert (body["model"], body["system"], body["max_tokens"]) == ("claude-opus-5-5", "be brief", 7)

    @pytest.mark.parametrize("prompt", ["", "  \n", None, 5, ["a"], b"bytes"])
    def test_a_prompt_that_is_none(self, connected: Simulator, prompt: Any) -> None:
        with pytest.raises(ConfigurationError, match="prompt"):
            ask(prompt)
        assert connected.requests == []

    def test_the_prompt_is_verbatim(self, connected: Simulator) -> None:
        prompt = "  {a} $x \\(y\\) -m --new 'it\\'s' 😀\n\n"
        connected.enqueue("ok")
        ask(prompt)
        assert connected.message_requests[-1].messages == [
            {"role": "user", "content": [{"type": "text", "text": prompt}]}
        ]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("max_tokens", -1),
            ("max_tokens", "5"),
            ("model", ""),
            ("model", 5),
            ("temperature", "warm"),
            ("thinking", "yes"),
            ("top_k", 1.5),
            ("tools", 3),
        ],
    )
    def test_options_that_cannot_be(self, connected: Simulator, name: str, value: Any) -> None:
        with pytest.raises((ConfigurationError, BadRequestError, NotFoundError)) as caught:
            ask("Hi", **{name: value})
        assert name in str(caught.value)

    def test_without_a_key(self, connected: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
        """The commands that help are there once the extension is loaded."""
        monkeypatch.delenv("ANTHROPIC_API_KEY")
        login, load = "Run %claude_login, which asks for the key", "%load_ext nbclaude makes the % commands"
        with pytest.raises(MissingKeyError, match=f"{login}.*{load}"):
            ask("Hi")
        current_workspace().enter(Surroundings())
        with pytest.raises(MissingKeyError, match=login) as caught:
            ask("Hi")
        assert load not in str(caught.value)
        current_workspace().leave()
        with pytest.raises(MissingKeyError, match=load):
            ask("Hi")
        assert connected.requests == []

    def test_a_failure(self, connected: Simulator) -> None:
        connected.enqueue(HTTPFault(404), HTTPFault(413))
        with pytest.raises(APIStatusError, match=r"%claude\b.*%load_ext nbclaude") as caught:
            ask("Hi")
        assert not caught.value.partial
        with pytest.raises(APIStatusError) as caught:
            ask("Hi")
        assert ("%claude" in str(caught.value)) == ("%load_ext" in str(caught.value))
        assert current_workspace().conversations["main"].turns == ()

    def test_a_failure_in_the_middle(self, connected: Simulator) -> None:
        connected.enqueue(StreamFault("truncate", after_characters=8), "fine")
        with pytest.raises(IncompleteStreamError) as caught:
            ask("Hi")
        assert caught.value.partial
        assert len(current_workspace().conversations["main"].turns) == 1
        assert ask("and now?").text == "fine"

    def test_the_key_is_in_no_traceback(self, connected: Simulator) -> None:
        import traceback

        connected.enqueue(HTTPFault(401))
        with pytest.raises(APIStatusError) as caught:
            ask("Hi")
        report = "".join(
            traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
        )
        assert "sk-canary" not in report.replace("monkeypatch", "")
