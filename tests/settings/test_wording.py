"""One refusal, as the cell, `%config`, the panel and Python say it; and the traits that are made of the table."""

from __future__ import annotations

from typing import Any

import pytest
from traitlets import TraitError
from traitlets.config import Config

from nbclaude.conversation.parameters import fit_parameters
from nbclaude.errors import ConfigurationError
from nbclaude.magics import wording
from nbclaude.magics.traits import ClaudeTraits
from nbclaude.models.info import model_info
from nbclaude.models.names import resolve_model
from nbclaude.panel import wording as panel_wording
from nbclaude.refusal import CONFIGURED, Mention, Refusal, UnfitError, refused
from nbclaude.reply import wording as python_wording
from nbclaude.settings.resolve import checked, resolve_settings
from nbclaude.settings.table import BY_NAME, SETTINGS
from nbclaude.settings.values import Settings

AWS = "AKIAIOSFODNN7EXAMPLQ"


def refusal_of(model: str, **values: Any) -> ConfigurationError:
    settings = Settings(model=model, **values, asked=frozenset(values))
    with pytest.raises(ConfigurationError) as caught:
        fit_parameters(settings, model_info(model))
    return caught.value


WORDED = [
    (
        refusal_of("claude-sonnet-4-6", temperature=0.1, thinking="summarized"),
        "--temperature 0.1: claude-sonnet-4-6 does not accept temperature while it thinks. Add --no-think, or leave it out.",
        "Temperature 0.1: claude-sonnet-4-6 does not accept temperature while it thinks. Add the thinking off, or leave it out.",
        "temperature=0.1: claude-sonnet-4-6 does not accept temperature while it thinks. Add thinking='off', or leave it out.",
    ),
    (
        refusal_of("claude-fable-5-2", thinking="off"),
        "--no-think: claude-fable-5-2 always thinks. Use --effort low to make it short.",
        "Thinking 'off': claude-fable-5-2 always thinks. Use the effort low to make it short.",
        "thinking='off': claude-fable-5-2 always thinks. Use effort='low' to make it short.",
    ),
    (
        refusal_of("claude-sonnet-4-5", temperature=0.5, api_version="2026-10-21"),
        "--temperature 0.5: version 2026-10-21 of the API does not accept temperature, top_p or top_k. "
        "Set %config ClaudeMagics.api_version = '2023-06-01', or use --effort.",
        "Temperature 0.5: version 2026-10-21 of the API does not accept temperature, top_p or top_k. "
        "Set %config ClaudeMagics.api_version = '2023-06-01', or use the effort.",
        "temperature=0.5: version 2026-10-21 of the API does not accept temperature, top_p or top_k. "
        "Set ClaudeMagics.api_version, or use effort.",
    ),
    (
        refusal_of("claude-haiku-4-5", max_tokens=64_001),
        "--max-tokens 64,001: claude-haiku-4-5 writes at most 64,000 tokens. Lower it.",
        "Max tokens 64001: claude-haiku-4-5 writes at most 64,000 tokens. Lower it.",
        "max_tokens=64001: claude-haiku-4-5 writes at most 64,000 tokens. Lower it.",
    ),
]


@pytest.mark.parametrize(("error", "line", "panel", "python"), WORDED)
def test_each_surface_has_its_words(error: ConfigurationError, line: str, panel: str, python: str) -> None:
    assert wording.said(error) == line
    assert panel_wording.said(error) == panel
    assert python_wording.said(error) == python


def test_a_misspelt_model() -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve_model("sonet")
    asked = "There is no model 'sonet'. Did you mean claude-sonnet-5-5?"
    assert wording.said(caught.value) == f"{asked} %claude_models lists those that the server offers."
    assert python_wording.said(caught.value) == asked


def test_where_a_value_came_from() -> None:
    def error(options: Any, configured: Any, environment: Any) -> ConfigurationError:
        with pytest.raises(ConfigurationError) as caught:
            resolve_settings(options, configured, environment)
        return caught.value

    asked = error({"effort": "huge"}, {}, {})
    assert wording.said(asked) == "--effort 'huge': it must be one of low, medium, high, xhigh, max."
    configured = error({}, {"timeout": -1}, {})
    for surface in (wording, panel_wording, python_wording):
        assert (
            surface.said(configured)
            == "ClaudeMagics.timeout = -1: it must be a number of seconds from 0.001."
        )
    environment = refused(UnfitError("it must be so.").refusal("model", "x", "ANTHROPIC_MODEL"))
    for surface in (wording, panel_wording, python_wording):
        assert surface.said(environment) == "ANTHROPIC_MODEL='x': it must be so."


def test_what_was_left_out() -> None:
    left_out = Refusal(
        "effort", "max", "m has no effort setting.", ("Use ", Mention("temperature"), "."), CONFIGURED
    )
    assert wording.note_text(left_out) == "effort max left out: m has no effort setting. Use --temperature."
    assert (
        panel_wording.note_text(left_out)
        == "effort max left out: m has no effort setting. Use the temperature."
    )
    assert wording.note_text("a note") == panel_wording.note_text("a note") == "a note"


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_can_be_mentioned(setting: Any) -> None:
    refusal = Refusal(setting.name, AWS, "no.", ("Use ", Mention(setting.name), "."))
    for surface in (wording, panel_wording, python_wording):
        said = surface.said(refused(refusal))
        assert AWS not in said
        assert said.endswith(".")


def test_lists_of_the_panel() -> None:
    assert panel_wording.choices("thinking") == (
        ("automatic", None),
        ("yes, with a summary", "summarized"),
        ("yes, without a summary", "omitted"),
        ("off", "off"),
    )
    assert [value for _, value in panel_wording.choices("caching")] == [
        "auto",
        "automatic",
        "explicit",
        "off",
    ]


class TestTraits:
    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            (
                "effort",
                "huge",
                "ClaudeMagics.effort = 'huge': it must be one of low, medium, high, xhigh, max.",
            ),
            ("temperature", True, "ClaudeMagics.temperature = True: it must be a number from 0 to 1."),
            ("max_tokens", None, "ClaudeMagics.max_tokens = None: it must be a whole number from 1."),
            ("extra", [1], 'ClaudeMagics.extra = [1]: it must be a dict of JSON values, like {"top_k": 5}.'),
            ("model", "", "ClaudeMagics.model = '': it must be text that is not empty."),
            ("metadata_user", 5, "ClaudeMagics.metadata_user = 5: it must be text that is not empty."),
            ("effort", AWS, "ClaudeMagics.effort = '[secret removed: AWS key]': it must be one of low"),
            (
                "headers",
                {"Cookie": "x"},
                "ClaudeMagics.headers (with 'cookie'): it must be a header that is not secret: a notebook is no place for a key. "
                "Use %claude_login, or ANTHROPIC_CUSTOM_HEADERS in the environment.",
            ),
        ],
    )
    def test_refused(self, name: str, value: Any, message: str) -> None:
        traits = ClaudeTraits()
        before = getattr(traits, name)
        with pytest.raises(TraitError) as caught:
            setattr(traits, name, value)
        assert str(caught.value).startswith(message)
        assert getattr(traits, name) == before

    @pytest.mark.parametrize(
        "setting", [row for row in SETTINGS if row.configurable], ids=lambda row: row.name
    )
    def test_no_setting_takes_a_key(self, setting: Any) -> None:
        key = "sk-ant-api03-aB3dE5gH9kLmN0pQrS1tU2vW3xY4z"
        traits = ClaudeTraits()
        for value in (key, [key], {"a": key}):
            with pytest.raises(TraitError) as caught:
                setattr(traits, setting.name, value)
            assert key not in str(caught.value)

    def test_values_are_kept_as_the_kinds_have_them(self) -> None:
        traits = ClaudeTraits(config=Config(ClaudeTraits={"stop_sequences": "END", "effort": "LOW"}))
        traits.betas = "a"
        traits.temperature = 1
        assert (traits.stop_sequences, traits.effort, traits.betas, traits.temperature) == (
            ["END"],
            "low",
            ["a"],
            1.0,
        )
        assert traits.names_set() == {"stop_sequences", "effort", "betas", "temperature"}
        traits.temperature = None
        assert resolve_settings({}, traits.configured(), {}).temperature is None

    def test_a_profile_with_a_wrong_value_is_refused_in_one_line(self) -> None:
        with pytest.raises(TraitError) as caught:
            ClaudeTraits(config=Config(ClaudeTraits={"effort": "huge"}))
        [line] = caught.value._render_traceback_()  # type: ignore[attr-defined]
        assert line.endswith("ClaudeMagics.effort = 'huge': it must be one of low, medium, high, xhigh, max.")

    def test_defaults_are_those_of_the_table(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for setting in SETTINGS:
            if setting.environment:
                monkeypatch.delenv(setting.environment, raising=False)
        traits = ClaudeTraits()
        for setting in SETTINGS:
            if setting.configurable:
                value = getattr(traits, setting.name)
                assert (tuple(value) if isinstance(value, list) else value) == setting.default, setting.name
        monkeypatch.setenv("ANTHROPIC_MODEL", "of-the-environment")
        assert ClaudeTraits().model == "of-the-environment"


def test_checked_names_the_setting() -> None:
    with pytest.raises(ConfigurationError) as caught:
        checked(BY_NAME["effort"], "huge")
    assert caught.value.refusal.setting == "effort"
