"""The page about the API is complete, and every test that it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from nbclaude import errors
from nbclaude.client.failures import retry_delay
from nbclaude.conversation.exchange import Outcome
from nbclaude.conversation.plan import Plan
from nbclaude.conversation.screening import Screening
from nbclaude.magics.wording import note_text
from nbclaude.models.info import model_info
from nbclaude.settings.values import Settings
from nbclaude.wire.request import MessageRequest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "upstream.md").read_text("utf-8")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+(?:::\w+)?)`")
NOT_TESTED = ("not used", "not supported")

# Everything that the API's reference and a gateway's reference name, by the section of the page that must say it.
# A name that ends in `_` or `-` is the beginning of several.
NAMES = {
    "Endpoints": "/v1/messages /v1/messages/count_tokens /v1/models /v1/models/{id} /v1/messages/batches /v1/files "
    "/v1/files/{id} /v1/files/{id}/content limit after_id before_id lifecycle expires_in_seconds",
    "Versions and request headers": "anthropic-version 2023-06-01 2026-10-21 x-api-key authorization anthropic-beta "
    "content-type accept anthropic-workspace-id anthropic-user-profile-id content-encoding x-stainless-",
    "Response headers": "request-id retry-after retry-after-ms x-should-retry anthropic-ratelimit- anthropic-priority- "
    "anthropic-organization-id anthropic-workspace-id",
    "Request parameters": "model max_tokens messages system stream stop_sequences tools tool_choice thinking "
    "output_config cache_control metadata service_tier speed inference_geo container diagnostics temperature top_p top_k "
    "output_format context_management mcp_servers fallbacks fallback_credit_token compaction thread billing_policy "
    "adaptive enabled disabled between_tools budget_tokens display summarized omitted updates block_binding effort low "
    "medium high xhigh max format json_schema task_budget auto any tool none disable_parallel_tool_use user_id "
    "standard_only standard fast skills",
    "Messages": "user assistant system thinking redacted_thinking tool_use tool_result",
    "Content blocks that are sent": "text image document search_result thinking redacted_thinking tool_use tool_result "
    "server_tool_use container_upload mcp_tool_use mcp_tool_result compaction fallback advisor_tool_result tool_addition "
    "tool_removal tool_reference browser_state base64 url file content transformations title context citations is_error",
    "Tools": "name description input_schema cache_control defer_loading strict eager_input_streaming allowed_callers "
    "input_examples bash_ text_editor_ memory_ computer_ computer_toolset_ browser_toolset_ web_search_ web_fetch_ "
    "code_execution_ tool_search_tool_bm25_ tool_search_tool_regex_ mcp_toolset advisor_ caller toolset_name",
    "Stream": "message_start content_block_start content_block_delta content_block_stop message_delta message_stop ping "
    "error [DONE] text_delta input_json_delta thinking_delta signature_delta citations_delta compaction_delta "
    "estimated_tokens",
    "Content blocks that come": "text thinking redacted_thinking tool_use server_tool_use web_search_tool_result "
    "web_fetch_tool_result code_execution_tool_result bash_code_execution_tool_result "
    "text_editor_code_execution_tool_result tool_search_tool_result container_upload advisor_tool_result mcp_tool_use "
    "mcp_tool_result mcp_tool_listing compaction fallback char_location page_location content_block_location "
    "web_search_result_location search_result_location invalid_tool_input unavailable max_uses_exceeded "
    "too_many_requests query_too_long request_too_large url_too_long url_not_allowed url_not_in_prior_context "
    "url_not_accessible unsupported_content_type content_too_large error_code",
    "Message and usage": "id type role content model stop_reason stop_sequence stop_details container diagnostics "
    "context_management input_transformations input_tokens cache_creation_input_tokens cache_read_input_tokens "
    "cache_creation ephemeral_5m_input_tokens ephemeral_1h_input_tokens output_tokens output_tokens_details "
    "thinking_tokens server_tool_use web_search_requests web_fetch_requests service_tier speed inference_geo iterations "
    "message compaction advisor_message fallback_message fallback_credit",
    "Stop reasons": "end_turn max_tokens stop_sequence tool_use pause_turn refusal model_context_window_exceeded "
    "compaction category explanation recommended_model fallback_credit_token fallback_has_prefill_claim",
    "Errors": "invalid_request_error authentication_error billing_error permission_error not_found_error conflict_error "
    "request_too_large rate_limit_error api_error timeout_error overloaded_error 400 401 402 403 404 408 409 413 422 429 "
    "499 500 501 503 504 529 ramp_limit_exceeded enforced_spend_limit_reached contract_spend_limit_reached file_expired "
    "image_dimensions_too_large tool_name_conflict tool_reference_unresolved compaction_ thread_ organization_on_hold "
    "request_body_too_large_after_decoding request_body_encoding_ sandbox_egress_restricted cmek_ memory_",
    "Models": "max_input_tokens max_tokens lifecycle line deprecated_at retires_at capabilities thinking effort "
    "structured_outputs image_input pdf_input citations batch context_management server_tools code_execution",
    "Prompt caching": "cache_control ttl 5m 1h",
    "Beta features": "compact- context-management-2025-06-27 mcp-client- task-budgets-2026-03-13 "
    "server-side-fallback-2026-07-01 thinking-binding-controls-2026-08-01 thinking-display-updates-2026-08-18 "
    "thinking-token-count-2026-05-13 message-threads-2026-08-12 fast-mode-2026-02-01 output-300k-2026-03-24",
    "Other servers": "code data 2025-10-01 computer_20241022 text_editor_20241022 bash_20241022",
}


def section(heading: str) -> str:
    """The text below a heading, without the names of tests."""
    _, found, after = PAGE.partition(f"\n## {heading}\n")
    assert found, heading
    return TEST.sub("", after.partition("\n## ")[0])


def rows(text: str = PAGE) -> list[list[str]]:
    """The cells of all rows of the tables, without the tables' own headings."""
    lines = text.split("\n")
    found = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("|") and ":--" not in line and ":--" not in after:
            found.append(re.split(r"\s*\|\s*", line.strip("|").strip()))
    return found


@cache
def names_in(path: str) -> frozenset[str]:
    """The tests of a file, `test_name` or `TestClass::test_name`."""
    names = set()
    for node in ast.parse((ROOT / path).read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            names |= {
                f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)
            }
    return frozenset(name for name in names if name.rpartition("::")[2].startswith("test_"))


def test_every_test_that_is_named_exists() -> None:
    named = set(TEST.findall(PAGE))
    assert len(named) > 80
    missing = [
        f"{path}::{name}" for path, name in named if not (ROOT / path).exists() or name not in names_in(path)
    ]
    assert sorted(missing) == []


def test_every_row_has_a_test_or_says_that_it_has_none() -> None:
    assert len(rows()) > 150
    for cells in rows():
        assert TEST.fullmatch(cells[-1]) or cells[-1] in NOT_TESTED, cells
        assert cells[0], cells


def test_every_test_in_the_text_is_written_in_full() -> None:
    assert len(re.findall(r"tests/[\w/]+\.py::", PAGE)) == len(TEST.findall(PAGE))


@pytest.mark.parametrize(
    ("heading", "name"), [(heading, name) for heading, names in NAMES.items() for name in names.split()]
)
def test_nothing_of_the_reference_is_missing(heading: str, name: str) -> None:
    code = " ".join(re.findall(r"`[^`]+`|\b\d{3}\b", section(heading)))
    end = "" if name.endswith(("_", "-")) else r"(?![\w/{-])"
    assert re.search(rf"(?<![\w/-]){re.escape(name)}{end}", code)


def test_errors_are_tried_again_as_the_page_says() -> None:
    lines = [row for row in rows(section("Errors")) if row[0].isdigit() and row[0] != "200"]
    assert len(lines) == 13
    for status, _, name, retried, *_ in lines:
        kind = getattr(errors, name.strip("`"))
        assert retry_delay(kind("m", status=int(status))) is (retried == "yes"), status


def stopped(reason: str, **more: Any) -> Outcome:
    """The outcome of an answer that stopped for this reason."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
    message = {"model": "m", "content": [call], "stop_reason": reason, "stop_sequence": "END", **more}
    return Outcome(message, Plan(MessageRequest("m", 100, ()), model_info("m"), Settings(), Screening()), 1.0)


@pytest.mark.parametrize(
    ("reason", "words"), [(row[0].strip("`"), row[1]) for row in rows(section("Stop reasons"))]
)
def test_the_footer_says_what_the_page_says(reason: str, words: str) -> None:
    from nbclaude.asking.ask import Answered
    from nbclaude.asking.footer import footer_of
    from nbclaude.asking.reply import Reply

    said, _, otherwise = words.partition("; without a summary: ")
    footer = footer_of(Answered(stopped(reason), Reply({})), note_text)
    assert footer.mark == (otherwise or said).replace("(nothing)", "")
    if otherwise:
        summary = {"type": "compaction", "content": "A summary.", "signature": "s"}
        footer = footer_of(Answered(stopped(reason, content=[summary]), Reply({})), note_text)
        assert footer.mark == "" and said in footer.facts


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            "max_tokens",
            "The answer reached max_tokens (100) after a call to f, which was not run. %claude_continue",
        ),
        ("tool_use", "Claude needs the result of f. Run: %claude_tool_result VALUE"),
        ("model_context_window_exceeded", "--new starts a new one."),
        ("pause_turn", "%claude_continue continues."),
        ("refusal", "(cyber). No. The API recommends claude-opus-4-8 (-m) for this."),
    ],
)
def test_the_callout_says_what_the_page_says(reason: str, said: str) -> None:
    from nbclaude.asking.ask import Answered
    from nbclaude.asking.footer import footer_of
    from nbclaude.asking.reply import Reply

    details = {"category": "cyber", "explanation": "No.", "recommended_model": "claude-opus-4-8"}
    footer = footer_of(Answered(stopped(reason, stop_details=details), Reply({})), note_text)
    assert said in footer.callout
