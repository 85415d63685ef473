"""What counts of a model, by whose server it is at: the table's word, the server's, the user's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nbclaude.models.catalog import Catalog
from nbclaude.models.server_list import model_of_json, with_more
from nbclaude.models.table import ModelInfo


def entry(**fields: Any) -> ModelInfo:
    info = model_of_json(fields)
    assert info is not None
    return info


class TestNames:
    def test_at_anthropic_the_table_counts(self) -> None:
        info = Catalog().info("claude-sonnet-5-5")
        assert (info.known, info.sampling, info.prefill) == (True, "refused", False)
        assert info.price is not None and (info.price.input, info.price.output) == (2, 10)

    @pytest.mark.parametrize(
        "name", ["claude-sonnet-5-5", "anthropic/claude-opus-5.5", "claude-3-7-sonnet-20250219", "qwen3"]
    )
    def test_elsewhere_a_name_means_nothing(self, name: str) -> None:
        info = Catalog(is_claude=False).info(name)
        assert (info.id, info.known, info.name, info.price) == (name, False, "", None)
        assert (info.sampling, info.prefill, info.effort, info.max_tokens) == (None, None, None, None)
        assert (info.image_input, info.context_window, info.retires_at) == (None, None, None)

    def test_what_the_user_maps(self) -> None:
        catalog = Catalog(means={"fast": "claude-haiku-5-5"}, is_claude=False)
        info = catalog.info("Fast")
        assert (info.id, info.name, info.known) == ("Fast", "Claude Haiku 5.5", True)
        assert info.price is not None and info.price.input == 0.1
        assert catalog.info("slow").known is False

    @pytest.mark.parametrize(
        ("said", "counts"),
        [
            ({"object": "model", "owned_by": "openai"}, False),
            ({"object": "model", "owned_by": "llamacpp"}, False),
            ({"object": "model", "display_name": "Claude Sonnet 5.5"}, False),
            ({"type": "model", "display_name": "Claude Sonnet 5.5"}, True),
            ({"type": "model", "display_name": "claude-sonnet-5-5", "max_input_tokens": 1_000_000}, False),
            ({"object": "model", "owned_by": "anthropic"}, True),
            ({"type": "model", "display_name": "SmolLM"}, False),
        ],
    )
    def test_what_the_server_says(self, said: dict[str, Any], counts: bool) -> None:
        catalog = Catalog((entry(id="claude-sonnet-5-5", **said),), is_claude=False)
        assert catalog.info("claude-sonnet-5-5").known is counts

    def test_an_older_model_is_still_asked_to_think_in_its_way(self) -> None:
        assert Catalog(is_claude=False).info("claude-haiku-4-5").thinking == ("enabled", "disabled")


class TestInputs:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"capabilities": {"image_input": {"supported": False}}}, (False, None)),
            ({"capabilities": {"image_input": False, "pdf_input": "no"}}, (False, None)),
            ({"capabilities": {"vision": True, "completion_chat": True}}, (True, None)),
            ({"capabilities": {"vision": False}}, (False, None)),
            ({"capabilities": ["completion"]}, (False, False)),
            ({"capabilities": ["completion", "multimodal"]}, (True, None)),
            ({"capabilities": ["tools"]}, (None, None)),
            ({"architecture": {"input_modalities": ["text"]}}, (False, False)),
            ({"architecture": {"input_modalities": ["text", "image"]}}, (True, None)),
            ({"architecture": {"input_modalities": "text"}}, (None, None)),
            ({}, (None, None)),
        ],
    )
    def test_what_a_server_tells(
        self, fields: dict[str, Any], expected: tuple[bool | None, bool | None]
    ) -> None:
        info = entry(id="m", **fields)
        assert (info.image_input, info.pdf_input) == expected
        at_server = Catalog((info,), is_claude=False).info("m")
        assert (at_server.image_input, at_server.pdf_input) == expected

    def test_llama_cpp_answers_to_any_name(self) -> None:
        data = {"id": "smol.gguf", "object": "model", "owned_by": "llamacpp", "meta": {"n_ctx": 1024}}
        more = [{"name": "smol.gguf", "model": "smol.gguf", "capabilities": ["completion"]}]
        only = model_of_json(with_more(data, more))
        assert only is not None
        info = Catalog((only,), is_claude=False).info("claude-sonnet-5-5")
        assert (info.id, info.name, info.image_input, info.context_window) == (
            "claude-sonnet-5-5",
            "",
            False,
            1024,
        )
        assert (info.sampling, info.price) == (None, None)


class TestPrices:
    def test_the_users_come_first(self) -> None:
        catalog = Catalog(prices={"Qwen3": (0.2, 0.6), "claude-opus-5-5": (1, 2, 0.1)}, is_claude=False)
        price = catalog.price("qwen3")
        assert price is not None
        assert (price.input, price.output, price.cache_read) == (0.2, 0.6, 0.2)
        dear = Catalog(prices=catalog.prices).price("claude-opus-5-5")
        assert dear is not None and (dear.input, dear.output, dear.cache_read) == (1, 2, 0.1)

    def test_who_answered_is_paid_for_and_else_who_was_asked(self) -> None:
        catalog = Catalog(prices={"asked": (1, 2)}, is_claude=False)
        price = catalog.paid("gpt-3.5-turbo", "asked").price
        assert price is not None and price.input == 1
        both = Catalog(prices={"asked": (1, 2), "answered": (3, 4)}, is_claude=False)
        price = both.paid("answered", "asked").price
        assert price is not None and price.input == 3
        assert catalog.paid("gpt-3.5-turbo", "other").price is None
        # A gateway that says which model is behind its name.
        alias = Catalog(means={"fast": "claude-haiku-5-5"}, is_claude=False)
        assert alias.paid("anthropic/claude-haiku-5-5", "fast").price == Catalog().price("claude-haiku-5-5")
        priced = replace(alias, prices={"claude-haiku-5-5": (7, 9)})
        price = priced.paid("anthropic/claude-haiku-5-5", "fast").price
        assert price is not None and (price.input, price.output) == (7, 9)
        assert Catalog().paid("claude-to-come-9", "claude-haiku-5-5").price is None

    def test_a_gateway_tells_its_own(self) -> None:
        pricing = {"prompt": "0.000003", "completion": "0.000015", "input_cache_read": "0.0000003"}
        listed = entry(id="anthropic/claude-sonnet-5.5", pricing=pricing)
        catalog = Catalog((listed,), is_claude=True, own_prices=True)
        info = catalog.info("anthropic/claude-sonnet-5.5")
        assert info.price is not None and info.sampling == "refused"
        assert (round(info.price.input, 6), round(info.price.output, 6)) == (3, 15)
        assert Catalog(own_prices=True).price("anthropic/claude-sonnet-5.5") is None

    @pytest.mark.parametrize(
        "pricing", [None, "free", {}, {"prompt": "x", "completion": "1"}, {"prompt": "-1", "completion": "0"}]
    )
    def test_what_is_not_a_price(self, pricing: object) -> None:
        assert entry(id="m", pricing=pricing).price is None
