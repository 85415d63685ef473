"""The Messages API from a cell: parameters, forms of answers, tools, documents, money; what reaches a strict server."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from nbclaude.simulator import Answer, HTTPFault, Simulator, StreamFault, text, thinking, tool_use
from tests.kernel.kernel import CANARY_KEY, Execution, Kernel

pytestmark = pytest.mark.once

TOOLS = """
weather = {"name": "get_weather", "description": "Get the weather", "input_schema": {"type": "object",
    "properties": {"city": {"type": "string"}}, "required": ["city"]}}
stock = {"name": "get_stock", "input_schema": {"type": "object"}}
"""


def ask(kernel: Kernel, code: str, cell: str = "a") -> Execution:
    done = kernel.run(code, cell_id=cell)
    assert done.ok, done.error
    return done


def refused(kernel: Kernel, code: str) -> str:
    done = kernel.run(code, cell_id="a")
    assert done.error is not None
    [line] = done.error["traceback"]
    return str(line)


def sent(simulator: Simulator) -> dict[str, Any]:
    return simulator.message_requests[-1].json


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ("-m claude-sonnet-4-6 -t 0.25", {"model": "claude-sonnet-4-6", "temperature": 0.25}),
        ("-m claude-sonnet-4-6 --top-p 0.5 --top-k 7", {"top_p": 0.5, "top_k": 7}),
        ("--stop END --stop '\\n\\nHuman:'", {"stop_sequences": ["END", "\n\nHuman:"]}),
        ("--effort low", {"output_config": {"effort": "low"}}),
        ("--think", {"thinking": {"type": "adaptive", "display": "summarized"}}),
        ("--think omitted", {"thinking": {"type": "adaptive", "display": "omitted"}}),
        ("--no-think", {"thinking": {"type": "between_tools"}}),
        ("-m opus-4-8 --metadata-user u-1", {"model": "claude-opus-4-8", "metadata": {"user_id": "u-1"}}),
        ("--service-tier standard_only", {"service_tier": "standard_only"}),
        ("--max-tokens 77", {"max_tokens": 77}),
        ("--extra '{\"inference_geo\": \"us\", \"max_tokens\": 50}'", {"inference_geo": "us", "max_tokens": 50}),
        ("--system 'Be brief.'", {"system": "Be brief."}),
        ("-m haiku", {"model": "claude-haiku-5-5"}),
        ("", {"cache_control": {"type": "ephemeral"}, "stream": True}),
    ],
)  # fmt: skip
def test_an_option_is_in_the_request(
    claude_kernel: Kernel, simulator: Simulator, options: str, fields: dict[str, Any]
) -> None:
    simulator.enqueue("ok")
    ask(claude_kernel, f"%claude {options} Hi")
    body = sent(simulator)
    assert {name: body.get(name) for name in fields} == fields
    assert body["messages"] == [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]


def test_nothing_optional_is_sent_that_was_not_asked_for(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("ok")
    ask(claude_kernel, "%claude Hi")
    assert set(sent(simulator)) == {"model", "max_tokens", "messages", "stream", "cache_control"}


def test_betas_and_headers(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("ok", "ok")
    ask(claude_kernel, "%claude --beta one-2026 --beta two-2026 --header 'X-Team: blue' Hi")
    headers = simulator.message_requests[-1].headers
    assert (headers["anthropic-beta"], headers["x-team"]) == ("one-2026,two-2026", "blue")
    ask(claude_kernel, "%config ClaudeMagics.betas = ['three-2026']\n%claude --beta one-2026 Hi")
    assert simulator.message_requests[-1].headers["anthropic-beta"] == "three-2026,one-2026"


def test_a_system_prompt_from_a_variable(claude_kernel: Kernel, simulator: Simulator) -> None:
    ask(
        claude_kernel,
        "rules = 'Be brief.'\nblocks = ['One.', {'type': 'text', 'text': 'Two.', 'cache_control': {'type': 'ephemeral'}}]",
    )
    simulator.enqueue("ok", "ok")
    ask(claude_kernel, "%claude --system @rules Hi")
    assert sent(simulator)["system"] == "Be brief."
    ask(claude_kernel, "%claude --system @blocks Hi")
    assert sent(simulator)["system"] == [
        {"type": "text", "text": "One."},
        {"type": "text", "text": "Two.", "cache_control": {"type": "ephemeral"}},
    ]
    assert "there is no variable ruels. Did you mean rules?" in refused(
        claude_kernel, "%claude --system @ruels Hi"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%claude -t 0.3 Hi", "claude-sonnet-5-5 does not accept temperature, top_p or top_k. Use --effort"),
        ("%claude -m haiku-4-5 --effort low Hi", "has no effort setting. Use --temperature"),
        ("%claude -m opus-5-5 --no-think Hi", "claude-opus-5-5 always thinks"),
        ("%claude --prefill Yes Hi", "--prefill: claude-sonnet-5-5 does not accept a prefill"),
        ("%claude -m claude-sonet-5-5 Hi", "Did you mean claude-sonnet-5-5?"),
        ("%claude --tools nothing Hi", "there is no variable nothing"),
        ("%claude --json nothing Hi", "there is no variable nothing. Run the cell that defines it first."),
        ("%claude --json int Hi", "there is no variable int. Assign it to a variable first."),
        ("%claude --json list[int] Hi", "it must be the name of a variable. Assign it to one first."),
        ("%claude -a no-such-file.pdf Hi", "no-such-file.pdf"),
        (
            "%claude My key is sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-AbCdEfGhIj_KlMnOpQr-AA",
            "revoke",
        ),
    ],
)
def test_what_cannot_be_is_said_before_any_request(
    claude_kernel: Kernel, simulator: Simulator, line: str, said: str
) -> None:
    message = refused(claude_kernel, line)
    assert said in message
    assert "AbCdEfGhIjKlMnOpQrSt" not in message
    assert simulator.requests == []


def test_a_configured_value_that_the_model_refuses_is_left_out_and_said_once(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue("ok", "ok", "ok")
    first = ask(claude_kernel, "%config ClaudeMagics.temperature = 0.31\n%claude Hi")
    assert "temperature" not in sent(simulator)
    assert "temperature 0.31 left out: claude-sonnet-5-5 does not accept temperature" in first.html
    assert "left out" not in ask(claude_kernel, "%claude Hi").html
    ask(claude_kernel, "%claude -m sonnet-4-6 Hi")
    assert sent(simulator)["temperature"] == 0.31


class TestJSON:
    def test_a_dataclass(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(
            claude_kernel,
            "from dataclasses import dataclass\n@dataclass\nclass City:\n    name: str\n    people: int",
        )
        simulator.enqueue('{"name": "Ulm", "people": 128928}')
        done = ask(claude_kernel, "%claude --json City Tell me of Ulm")
        schema = sent(simulator)["output_config"]["format"]
        assert schema["type"] == "json_schema"
        assert schema["schema"]["properties"] == {"name": {"type": "string"}, "people": {"type": "integer"}}
        assert claude_kernel.value("_claude.data") == "City(name='Ulm', people=128928)"
        assert claude_kernel.value("_claude.json") == "{'name': 'Ulm', 'people': 128928}"
        assert 'class="code"' in done.html
        assert done.data("text/markdown")[-1].startswith("```json\n")

    def test_what_is_none(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue("Sorry.")
        ask(claude_kernel, "form = {'type': 'object', 'properties': {}}\n%claude --json form Hi")
        assert "The answer is not JSON" in refused(claude_kernel, "_claude.data")


class TestTools:
    def test_a_call_is_shown_answered_and_goes_on(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, TOOLS)
        call = tool_use("get_weather", {"city": "Paris"}, id="toolu_1")
        simulator.enqueue(Answer([text("Let me look."), call]), "It is 21 °C in Paris.", "Yes.")
        done = ask(
            claude_kernel, "%claude --tools weather --tools stock --system 'Be brief.' Weather in Paris?", "a"
        )
        assert [tool["name"] for tool in sent(simulator)["tools"]] == ["get_weather", "get_stock"]
        assert "get_weather" in done.html
        assert "Paris" in done.html
        assert "needs the result of a tool" in done.html
        assert (
            claude_kernel.value("_claude.tool_calls")
            == "[ToolCall(name='get_weather', input={'city': 'Paris'}, id='toolu_1')]"
        )
        done = ask(claude_kernel, "%claude_tool_result {'celsius': 21}", "b")
        body = sent(simulator)
        assert body["messages"][-1] == {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": '{"celsius": 21}'}],
        }
        assert (body["system"], len(body["tools"])) == ("Be brief.", 2)
        assert "It is 21 °C in Paris." in done.html
        ask(claude_kernel, "%claude Is that warm?", "c")
        assert len(sent(simulator)["messages"]) == 5

    def test_without_a_call_there_is_nothing_to_answer(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        simulator.enqueue("Hello.")
        ask(claude_kernel, "%claude Hi")
        done = claude_kernel.run("%claude_tool_result 3", cell_id="b")
        assert "has no tool call that waits for a result" in str(done.error)

    def test_a_result_run_again_replaces_its_turn(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, TOOLS)
        simulator.enqueue(Answer([tool_use("get_weather", {"city": "Ulm"}, id="toolu_1")]), "Cold.", "Warm.")
        ask(claude_kernel, "%claude --tools weather Weather?", "a")
        ask(claude_kernel, "%claude_tool_result 'snow'", "b")
        done = ask(claude_kernel, "%claude_tool_result 'sun'", "b")
        assert [block["content"] for block in sent(simulator)["messages"][-1]["content"]] == ["sun"]
        assert "replaced turn 2" in done.html

    def test_text_that_is_no_python_goes_as_it_is(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, TOOLS)
        simulator.enqueue(Answer([tool_use("get_weather", {"city": "Ulm"}, id="toolu_1")]), "Cold.")
        ask(claude_kernel, "%claude --tools weather Weather?", "a")
        ask(claude_kernel, "%claude_tool_result 21 degrees {weather} and $HOME", "b")
        [block] = sent(simulator)["messages"][-1]["content"]
        assert block["content"] == "21 degrees {weather} and $HOME"

    def test_tool_choice(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, TOOLS)
        call = Answer([tool_use("get_weather", {"city": "Ulm"}, id="toolu_1")])
        simulator.enqueue(call, "Cold.")
        ask(claude_kernel, "%claude -m opus-4-8 --tools weather --tool-choice get_weather Weather?", "a")
        assert sent(simulator)["tool_choice"] == {"type": "tool", "name": "get_weather"}
        ask(claude_kernel, "%claude_tool_result 'snow'", "b")
        assert "tool_choice" not in sent(simulator)


class TestContinue:
    def test_a_model_without_prefill(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue(Answer("One two three", stop_reason="max_tokens"), " four.", "ok")
        done = ask(claude_kernel, "%claude --effort low --max-tokens 9 Count", "a")
        assert "%claude_continue</code> continues it" in done.html
        done = ask(claude_kernel, "%claude_continue --max-tokens 100", "b")
        body = sent(simulator)
        assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
        assert "Go on exactly where it stopped" in body["messages"][-1]["content"][0]["text"]
        assert (body["max_tokens"], body["output_config"]) == (100, {"effort": "low"})
        assert "four." in done.html

    def test_a_model_with_prefill_goes_on_in_the_middle_of_a_word(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        simulator.enqueue(Answer("One two thr", stop_reason="max_tokens"), "ee four.", "ok")
        ask(claude_kernel, "%claude -m sonnet-4-5 --max-tokens 9 Count", "a")
        ask(claude_kernel, "%claude_continue", "b")
        assert sent(simulator)["messages"][-1] == {
            "role": "assistant",
            "content": [{"type": "text", "text": "One two thr"}],
        }
        ask(claude_kernel, "%claude -m sonnet-4-5 And?", "c")
        assert [message["role"] for message in sent(simulator)["messages"]] == ["user", "assistant", "user"]

    def test_a_complete_answer(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue("All.")
        ask(claude_kernel, "%claude Hi", "a")
        assert "the last answer is complete" in str(claude_kernel.run("%claude_continue", cell_id="b").error)


def test_a_document_is_attached_and_cited(claude_kernel: Kernel, simulator: Simulator) -> None:
    ask(claude_kernel, "from pathlib import Path\nPath('notes.txt').write_text('The sky is blue.')")
    cited = {
        "type": "char_location",
        "cited_text": "The sky is blue.",
        "document_index": 0,
        "document_title": "notes.txt",
        "start_char_index": 0,
        "end_char_index": 16,
    }
    simulator.enqueue(Answer([text("It is blue.", citations=[cited]), text(" So there.")]))
    done = ask(claude_kernel, "%claude -a notes.txt --citations What colour?")
    document, question = sent(simulator)["messages"][0]["content"]
    assert (document["type"], document["title"], document["citations"]) == (
        "document",
        "notes.txt",
        {"enabled": True},
    )
    assert document["source"]["data"] == "The sky is blue."
    assert question["text"] == "What colour?"
    assert "notes.txt" in done.html
    assert ast.literal_eval(claude_kernel.value("_claude.citations"))[0]["cited_text"] == "The sky is blue."


def test_content_blocks_of_an_api_page_go_as_they_are(claude_kernel: Kernel, simulator: Simulator) -> None:
    block = {"type": "image", "source": {"type": "url", "url": "https://example.com/image.jpg"}}
    simulator.enqueue("ok", "ok")
    ask(claude_kernel, f"picture = {block!r}\n%claude -a picture Describe this image")
    assert sent(simulator)["messages"][0]["content"] == [
        block,
        {"type": "text", "text": "Describe this image"},
    ]
    ask(claude_kernel, "%claude --new -a https://example.com/image.jpg Describe this image", "b")
    assert block in sent(simulator)["messages"][0]["content"]


class TestMoney:
    def test_the_footer(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        usage = {
            "input_tokens": 300,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 2_000,
            "output_tokens": 500,
            "output_tokens_details": {"thinking_tokens": 400},
        }
        simulator.enqueue(Answer("ok", usage=usage))
        done = ask(claude_kernel, "%claude Hi")
        # 300 x 2 + 2,000 x 0.2 + 500 x 10 = 6,000 millionths of a dollar
        assert "2,300 tokens in (2,000 cached), 500 out (400 thinking) · $0.0060" in done.html
        assert float(claude_kernel.value("_claude.cost")) == pytest.approx(0.006)

    def test_usage(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue(Answer("ok", usage={"input_tokens": 1_000, "output_tokens": 100}))
        ask(claude_kernel, "%claude -m opus-5-5 -c work Hi", "cell-abcdefgh")
        [table] = ask(claude_kernel, "%claude_usage").data("text/plain")
        assert "model claude-opus-5-5" in table
        assert "conversation work" in table

    def test_a_budget_refuses_what_would_pass_it(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue(Answer("ok", usage={"input_tokens": 1_000, "output_tokens": 9_000}))
        ask(claude_kernel, "%claude_budget 0.10")
        done = ask(claude_kernel, "%claude Hi", "a")
        assert "of the budget of $0.10 is spent" in done.html
        count = len(simulator.message_requests)
        said = refused(claude_kernel, "%claude Hi")
        assert "exceed the budget of $0.10" in said
        assert len(simulator.message_requests) == count
        ask(claude_kernel, "%claude_budget off")
        simulator.enqueue("ok")
        ask(claude_kernel, "%claude Hi")


def test_the_countdown_of_a_retry_is_shown(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue(HTTPFault(529, retry_after=1.2), "Hello.")
    done = ask(claude_kernel, "%claude Hi")
    shown = [message.content["data"].get("text/html", "") for message in done.updates()]
    assert any("Overloaded (HTTP 529); attempt 2 of 3" in html for html in shown)
    assert "sent 2 times, waiting 2 s in between" in shown[-1]
    assert "Overloaded" not in done.html
    assert "Hello." in done.html


def test_a_summary_of_thinking(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue(Answer([thinking("First I look."), text("Done.")]))
    done = ask(claude_kernel, "%claude --think Hi")
    assert "First I look." in done.html
    assert claude_kernel.value("_claude.thinking") == "First I look."


def test_a_refusal_says_why_and_what_to_do(claude_kernel: Kernel, simulator: Simulator) -> None:
    details = {"type": "refusal", "category": "frontier_llm", "explanation": "This was not allowed."}
    simulator.enqueue(Answer("", stop_reason="refusal", stop_details=details))
    html = ask(claude_kernel, "%claude Hi").html
    assert "The model declined to answer (frontier llm). This was not allowed." in html


def test_models(claude_kernel: Kernel, simulator: Simulator) -> None:
    [table] = ask(claude_kernel, "%claude_models sonnet").data("text/plain")
    assert "claude-sonnet-5-5" in table
    assert "2 / 10" in table
    assert "claude-opus" not in table
    assert "retires on 2026-11-30" in table


def test_caching_falls_back_where_the_server_does_not_know_it(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue(HTTPFault(400, message="cache_control: Extra inputs are not permitted"), "ok", "ok")
    ask(claude_kernel, "%claude Hi", "a")
    body = sent(simulator)
    assert "cache_control" not in body
    assert body["messages"][-1]["content"][-1]["cache_control"] == {"type": "ephemeral"}
    ask(claude_kernel, "%claude Hi again", "b")
    assert len(simulator.message_requests) == 3


def test_one_figure_in_many_questions_is_no_heavy_request(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    code = (
        "import os\nfrom PIL import Image\nbig = Image.frombytes('RGB', (1200, 1000), os.urandom(3_600_000))"
    )
    ask(claude_kernel, f"{code}\n%config ClaudeMagics.upload_files = False")
    for number in range(9):
        simulator.enqueue("ok")
        ask(claude_kernel, "%claude What is {big}?", f"cell-{number}")
    assert len(simulator.message_requests) == 9


def test_a_large_image_is_uploaded_once(claude_kernel: Kernel, simulator: Simulator) -> None:
    ask(
        claude_kernel,
        "import os\nfrom PIL import Image\n"
        "Image.frombytes('RGB', (300, 300), os.urandom(270_000)).save('noise.png')",
    )
    simulator.enqueue("ok", "ok", "ok")
    ask(claude_kernel, "%claude -a noise.png What is it?", "a")
    ask(claude_kernel, "%claude And now?", "b")
    uploads = [
        request for request in simulator.requests if (request.method, request.path) == ("POST", "/v1/files")
    ]
    assert len(uploads) == 1
    sources = [
        block["source"]["type"]
        for request in simulator.message_requests
        for message in request.messages
        for block in message["content"]
        if block["type"] == "image"
    ]
    assert sources == ["file", "file"]
    ask(claude_kernel, "%config ClaudeMagics.upload_files = False\n%claude --new -a noise.png And?", "c")


@pytest.mark.parametrize(
    "script",
    [
        HTTPFault(401, message=f"Incorrect API key provided: {CANARY_KEY}"),
        HTTPFault(502, body=f"<html>{CANARY_KEY}</html>", content_type="text/html", should_retry=False),
        HTTPFault(200, body=f'{{"choices": "{CANARY_KEY}"}}'),
        StreamFault("error", message=f"bad {CANARY_KEY}", after_characters=8),
    ],
)
def test_a_server_that_repeats_the_key_is_not_repeated(
    claude_kernel: Kernel, simulator: Simulator, script: HTTPFault | StreamFault
) -> None:
    simulator.enqueue(script)
    assert "[secret removed: API key in use]" in refused(claude_kernel, "%claude Hi")


@pytest.mark.parametrize(
    "options",
    [f"--system {CANARY_KEY}", f"--prefill {CANARY_KEY}", f"-m {CANARY_KEY}", f"--effort {CANARY_KEY}"],
)
def test_a_key_in_an_option_is_refused_and_not_repeated(
    claude_kernel: Kernel, simulator: Simulator, options: str
) -> None:
    assert "revoke" in refused(claude_kernel, f"%claude {options} Hi").lower()
    assert simulator.requests == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("extra", {"api_key": CANARY_KEY}),
        ("base_url", f"http://{CANARY_KEY}@host"),
        ("connection", CANARY_KEY),
    ],
)
def test_a_key_is_no_setting(claude_kernel: Kernel, simulator: Simulator, name: str, value: object) -> None:
    claude_kernel.run(f"%config ClaudeMagics.{name} = {value!r}")
    assert CANARY_KEY not in claude_kernel.value(
        f"get_ipython().magics_manager.registry['ClaudeMagics'].{name}"
    )
    simulator.enqueue("ok")
    ask(claude_kernel, "%claude Hi")


def test_an_answer_that_was_cut_off_in_its_thinking_is_asked_for_again(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue(Answer([thinking("hm")], stop_reason="max_tokens"), "Paris.")
    ask(claude_kernel, "%claude --think Capital of France?", "a")
    ask(claude_kernel, "%claude_continue", "b")
    assert sent(simulator)["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "Capital of France?"}]}
    ]
