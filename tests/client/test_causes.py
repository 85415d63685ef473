"""What gateways and local servers say in their own words, and what is to be done about it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbclaude.client.failures import error_of_reply, retry_delay
from nbclaude.magics.wording import said
from nbclaude.secrets.keys import Secret
from tests.client.helpers import connection

IMAGES = "The model takes no images. Choose another model (-m), or leave the turns that hold them behind with --new."
CONTEXT = (
    "The request is longer than the context that the server has for the model. Start a new conversation with --new, "
    "or fold this one into a summary with %claude_compact."
)
KEY = (
    "The server does not know the key that was sent. %claude_connect shows where it comes from, "
    "and %claude_login stores another."
)
NOT_YOURS = (
    "The key may not be used with this model. %claude_models lists the models that it may be used with."
)
SPENT = "This key has used up its budget on this server. Whoever issued the key can raise the limit."
UPSTREAM = (
    "The service behind this server refuses the server's own key. Tell whoever runs the server, "
    "or choose another model (-m)."
)
NO_TOOLS = (
    "This model or this server takes no tools. Enable them when you start the server, or ask without tools."
)
BILLING = "Check billing for the account that issued the key, then ask again."
MODEL = "The server has no model of this name. %claude_models lists those that it has."


# As llama.cpp and LiteLLM answered when they were tried.
LLAMA_IMAGE = "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"
LLAMA_LONG = "request (3031 tokens) exceeds the available context size (1024 tokens), try increasing it"
LITELLM_MODEL = (
    "anthropic_messages: Invalid model name passed in model=nope. Call `/v1/models` to view available models."
)
LITELLM_UPSTREAM = (
    'litellm.AuthenticationError: AnthropicException - {"type":"error","error":{"type":"authentication_error",'
    '"message":"invalid x-api-key"}}. Received Model Group=fast'
)
# As others document it.
VLLM_LONG = "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens."
LMSTUDIO_LONG = (
    "Trying to keep the first 5000 tokens, but the model is loaded with context length of only 4096 tokens"
)
ANTHROPIC_LONG = "prompt is too long: 210000 tokens > 200000 maximum"


@pytest.mark.parametrize(
    ("status", "message", "more", "advice"),
    [
        (500, LLAMA_IMAGE, {"code": 500, "type": "server_error"}, IMAGES),
        (400, LLAMA_LONG, {"code": 400, "type": "exceed_context_size_error"}, CONTEXT),
        (
            400,
            "Your credit balance is too low to access the Anthropic API.",
            {"type": "invalid_request_error"},
            BILLING,
        ),
        (400, "No connected db.", {"type": "no_db_connection", "param": None, "code": "400"}, KEY),
        (400, LITELLM_MODEL, {"type": "invalid_request_error"}, MODEL),
        (400, "litellm.ContextWindowExceededError: ...", {"type": "invalid_request_error"}, CONTEXT),
        (400, VLLM_LONG, {"type": "BadRequestError"}, CONTEXT),
        (400, LMSTUDIO_LONG, {"type": "invalid_request_error"}, CONTEXT),
        (400, "too long", {"type": "invalid_request_error", "code": "context_length_exceeded"}, CONTEXT),
        (400, ANTHROPIC_LONG, {"type": "invalid_request_error"}, CONTEXT),
        (500, "At most 0 image(s) may be given; qwen3 is not a multimodal model", {"type": "x"}, IMAGES),
        (403, "Tried to access opus", {"type": "key_model_access_denied", "code": "403"}, NOT_YOURS),
        (401, "Team not allowed to access model. Tried opus", {"type": "auth_error"}, NOT_YOURS),
        (404, "model 'qwen9' not found", {"type": "not_found_error"}, MODEL),
        (
            400,
            "Budget has been exceeded! Current cost: 12.5, Max budget: 10.0",
            {"type": "budget_exceeded"},
            SPENT,
        ),
        (429, "ExceededBudget: User=ada over budget. Spend=12.5, Budget=10.0", {"type": "None"}, SPENT),
        (400, "Authentication Error, ExceededTokenBudget: Current spend for token: 7.2e-05", {}, SPENT),
        (
            429,
            "You exceeded your current quota, please check your plan.",
            {"type": "insufficient_quota"},
            SPENT,
        ),
        (401, LITELLM_UPSTREAM, {"type": None, "code": "401"}, UPSTREAM),
        (500, "tools param requires --jinja flag", {"code": 500, "type": "server_error"}, NO_TOOLS),
        (400, '"auto" tool choice requires --enable-auto-tool-choice to be set', {}, NO_TOOLS),
        (400, "registry.ollama.ai/library/gemma:2b does not support tools", {}, NO_TOOLS),
        (
            400,
            "No models loaded. Please load a model in the developer page.",
            {},
            "Load a model in the server, then ask again.",
        ),
        (404, "The model `qwen9` does not exist.", {"type": "NotFoundError"}, MODEL),
        (404, "model: claude-opus-9", {"type": "not_found_error"}, MODEL),
        (
            400,
            "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
            {"type": "invalid_request_error"},
            "Raise the limit in the account that issued the key, or wait until it is lifted.",
        ),
    ],
)
def test_the_likely_cause_is_named_and_nothing_is_sent_again(
    status: int, message: str, more: dict[str, Any], advice: str
) -> None:
    body = json.dumps({"error": {"message": message, **more}}).encode()
    found = error_of_reply(status, {}, body, connection("http://server"))
    assert said(found).endswith(advice)
    assert retry_delay(found) is False


@pytest.mark.parametrize(
    ("source", "key", "advice"),
    [
        (
            *("ANTHROPIC_API_KEY", "sk-ant-api03-x1"),
            "The key from ANTHROPIC_API_KEY was refused: check that it is complete and belongs to this server.",
        ),
        (
            "keyring",
            "'sk-ant-api03-x1'",
            "The key from the keyring is not a key: there are quotes around it.",
        ),
        ("ANTHROPIC_CUSTOM_HEADERS", "", "The key from ANTHROPIC_CUSTOM_HEADERS was refused: check that"),
        ("", "no-key", "Check the key, and that it belongs to this server;"),
    ],
)
def test_a_refused_key_is_named_by_its_place(source: str, key: str, advice: str) -> None:
    server = connection("http://server", key_source=source, secret=Secret(key))
    for body in (
        b'{"error": {"type": "authentication_error", "message": "invalid x-api-key"}}',
        b"Who are you?",
    ):
        text = said(error_of_reply(401, {}, body, server))
        assert advice in text
        assert not key or key not in text


@pytest.mark.parametrize(
    "message",
    [
        "the context of the request is not valid",
        "image: exceeds 5 MB",
        "messages.0.content.1.image.source: Unable to download the file",
        "Loading model",
        "model is overloaded",
    ],
)
def test_other_refusals_keep_their_own_advice(message: str) -> None:
    body = json.dumps({"error": {"message": message, "type": "api_error"}}).encode()
    found = error_of_reply(503, {}, body, connection("http://server"))
    assert said(found).endswith("Nothing is wrong with your request; ask again.")
    assert retry_delay(found) is True


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (
            "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>"
            "\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>",
            "server answered: 502 Bad Gateway nginx/1.22.1 (HTTP 502)",
        ),
        (
            "<title>502 Proxy Error</title><h1>Proxy Error</h1><p>The proxy server received an invalid response.</p>",
            "server answered: 502 Proxy Error The proxy server received an invalid response. (HTTP 502)",
        ),
        (
            "<body><h1>503 Service Unavailable</h1>\nNo server is available.</body>",
            "server answered: 503 Service Unavailable No server is available. (HTTP 502)",
        ),
        (
            "<title>Oops</title><p>Sorry.<p>Oops",
            "server answered: Oops Sorry. (HTTP 502)",
        ),
        ("<title>Oops</title>", "server answered: Oops (HTTP 502)"),
        ("<TITLE>A</TITLE><body>B", "server answered: A B (HTTP 502)"),
        (
            "<title>ERROR: It was not retrieved</title><h1>ERROR</h1><h2>It was not retrieved</h2><p>Access <b>denied</b>.",
            "server answered: ERROR: It was not retrieved Access denied. (HTTP 502)",
        ),
        (
            "<!DOCTYPE html><!--[if gt IE 8]><!--><html><!--<![endif]--><title>llm.example | 524: A timeout occurred</title>"
            "<style>p{}</style><script>a < b</script><h1><span>A timeout occurred</span><span>Error code 524</span></h1>&copy;",
            "server answered: llm.example | 524: A timeout occurred A timeout occurred Error code 524 (HTTP 502)",
        ),
        (f"<html><p>{'word ' * 90}", f"server answered: {'word ' * 39}word… (HTTP 502)"),
    ],
)
def test_a_page_says_its_title_once(page: str, words: str) -> None:
    found = error_of_reply(502, {}, page.encode(), connection("http://server"))
    assert str(found).startswith(words)


def test_a_page_in_a_message_and_no_message() -> None:
    page = "Upstream said: <html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1></html>"
    body = json.dumps({"error": {"message": page, "type": "api_error"}}).encode()
    found = error_of_reply(502, {}, body, connection("http://server"))
    assert str(found).startswith("Upstream said: 502 Bad Gateway (HTTP 502, api_error)")
    assert str(error_of_reply(500, {}, b"{}", connection("http://server"))).startswith(
        "(no explanation) (HTTP 500)"
    )


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (403, "PermissionDeniedError"),
        (429, "RateLimitError"),
    ],
)
def test_servers_like_openai_s_have_one_type_for_all_refusals(status: int, name: str) -> None:
    body = b'{"error": {"message": "Incorrect API key", "type": "invalid_request_error", "code": "invalid_api_key"}}'
    assert type(error_of_reply(status, {}, body, connection("http://server"))).__name__ == name
