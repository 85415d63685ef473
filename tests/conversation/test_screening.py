from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nbclaude.conversation.plan import make_plan
from nbclaude.conversation.question import Question
from nbclaude.conversation.screening import Screening, screened
from nbclaude.conversation.turns import Conversation, Turn
from nbclaude.errors import ConfigurationError
from nbclaude.magics import wording
from nbclaude.models.info import model_info
from nbclaude.reply import wording as python_wording
from nbclaude.secrets.keys import Secret
from nbclaude.settings.values import Settings
from nbclaude.wire.request import text_block
from tests.secrets.test_masking import SECRETS

AWS = SECRETS["AWS key"]
TOLD = "[secret removed: AWS key]"
PLAIN = Settings(model="claude-sonnet-5-5")


def asked(text: str) -> Question:
    return Question((text_block(text),))


def said(screening: Screening) -> tuple[str, ...]:
    return tuple(map(wording.note_text, screening.notes))


def test_prompt_prefill_and_settings_are_masked() -> None:
    question, settings, screening = screened(
        Question((text_block(f"a {AWS}"), text_block(f"b {AWS}")), prefill=f"c {AWS}", names=("df", "")),
        replace(PLAIN, system=f"d {AWS}", tools=({"name": "f", "description": AWS},), schema={"title": AWS}),
    )
    assert question.prompt == (text_block(f"a {TOLD}"), text_block(f"b {TOLD}"))
    assert question.prefill == f"c {TOLD}"
    assert settings.system == f"d {TOLD}"
    assert settings.tools == ({"name": "f", "description": TOLD},)
    assert settings.schema == {"title": TOLD}
    assert said(screening) == (
        "masked in df: AWS key",
        "masked in the prompt: AWS key",
        "masked in the prefill: AWS key",
        "masked in the system prompt: AWS key",
        "masked in the tool definitions: AWS key",
        "masked in the JSON schema: AWS key",
        "--allow-secrets sends the secrets.",
    )
    assert screening.summary == ("6 secrets masked",)


def test_what_holds_nothing_leaves_as_it_came() -> None:
    question, settings = asked("Hello"), replace(PLAIN, system=[text_block("Be brief.")])
    assert screened(question, settings) == (question, settings, Screening())
    # What was masked once is masked for good: the same turns are the same bytes.
    once, masked, _ = screened(asked(f"a {AWS}"), replace(PLAIN, system=AWS))
    assert screened(once, masked) == (once, masked, Screening())


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ({"stop_sequences": (AWS,)}, "--stop"),
        ({"metadata_user": AWS}, "--metadata-user"),
        ({"extra": {"metadata": {"user_id": AWS}}}, "--extra"),
    ],
)
def test_what_cannot_be_masked_is_refused_or_sent(given: dict[str, Any], option: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        screened(asked("Hello"), replace(PLAIN, **given))
    reason = "it holds a secret (AWS key), which cannot be masked there; nothing was sent. Take it out, or send it with"
    [name] = given
    assert wording.said(refusal.value) == f"{option}: {reason} --allow-secrets."
    assert python_wording.said(refusal.value) == f"{name}: {reason} allow_secrets=True."
    _, settings, screening = screened(asked("Hello"), replace(PLAIN, **given, allow_secrets=True))
    assert settings == replace(PLAIN, **given, allow_secrets=True)
    assert screening.sent == ((name, "AWS key"),)


@pytest.mark.parametrize("key", [SECRETS["Anthropic key"], "a-key-of-no-known-form"])
def test_a_key_that_was_typed_is_refused_and_one_in_data_masked(key: str) -> None:
    keys = (Secret("a-key-of-no-known-form"),)
    for settings in (PLAIN, replace(PLAIN, allow_secrets=True)):
        with pytest.raises(ConfigurationError, match="revoke") as refusal:
            screened(asked(f"mine is {key}"), settings, keys=keys)
        assert key not in str(refusal.value)
    with pytest.raises(ConfigurationError, match="revoke"):
        screened(asked("Hello"), replace(PLAIN, system=key), keys=keys)
    question, _, screening = screened(replace(asked(f"k={key}"), names=("df",)), PLAIN, keys=keys)
    assert key not in repr(question)
    assert len(screening.masked) == 1


def test_personal_data_is_masked_but_in_what_was_typed() -> None:
    result = {"type": "tool_result", "tool_use_id": "t", "content": "anna@example.org"}
    question, settings, screening = screened(
        Question(
            (
                text_block("bo@example.org cy@example.org"),
                result,
                text_block("me@example.org, di@example.org"),
            ),
            names=("df", "", ""),
            values=(("address", "di@example.org"),),
        ),
        replace(PLAIN, system="to me@example.org", mask_personal=("email",), allow_secrets=True),
    )
    assert question.prompt == (
        text_block("[e-mail address] [e-mail address]"),
        {**result, "content": "[e-mail address]"},
        text_block("me@example.org, [e-mail address]"),
    )
    assert settings.system == "to me@example.org"
    assert said(screening) == (
        "masked in df: e-mail address, 2 times",
        "masked in the tool result: e-mail address",
        "masked in the prompt: e-mail address",
    )
    assert screening.summary == ("4 e-mail addresses masked",)


def test_what_was_allowed_is_said_then_and_later() -> None:
    question, settings, screening = screened(asked(f"mine is {AWS}"), replace(PLAIN, allow_secrets=True))
    assert question == asked(f"mine is {AWS}")
    assert screening.summary == ("1 secret sent",)
    assert said(screening) == ("sent as it is in the prompt, by --allow-secrets: AWS key",)
    turn = Turn(question.prompt, {"content": [text_block("ok")]}, "m", settings=settings)
    plan = make_plan(asked("And?"), Conversation(turns=(turn,)), PLAIN, model_info(PLAIN.model))
    assert plan.screening.summary == ("1 secret in earlier turns",)
    assert said(plan.screening) == (
        "An earlier turn holds what --allow-secrets sent (AWS key); this question sends it again. "
        "--new leaves earlier turns behind.",
    )


def test_the_tools_of_earlier_turns_are_masked_too() -> None:
    tool = {"name": "look", "description": AWS, "input_schema": {"type": "object"}}
    call = {"type": "tool_use", "id": "t", "name": "look", "input": {}}
    before = Turn(
        (text_block("Hi"),),
        {"content": [call], "stop_reason": "tool_use"},
        "m",
        settings=replace(PLAIN, tools=(tool,)),
    )
    result = {"type": "tool_result", "tool_use_id": "t", "content": "x"}
    plan = make_plan(Question((result,)), Conversation(turns=(before,)), PLAIN, model_info(PLAIN.model))
    assert [each["description"] for each in plan.request.tools] == [TOLD]
    assert AWS not in plan.request.to_json().decode()


def test_the_expression_of_a_value_in_the_sentence_says_what_it_is() -> None:
    block = {
        "type": "text",
        "text": "Log in as ann with sunshine, not sunshiny, or one of ['a b', 'c']; 3 tokens.",
    }
    question = Question(
        prompt=(block,),
        values=(
            ("user", "ann"),
            ("cfg['password']", "sunshine"),
            ("passwords", "['a b', 'c']"),
            ("n_tokens", "3"),
        ),
    )
    masked, _, screening = screened(question, Settings())
    assert masked.prompt[0]["text"] == (
        "Log in as ann with [secret removed: password], not sunshiny, or one of "
        "['[secret removed: password]', '[secret removed: password]']; 3 tokens."
    )
    assert screening.masked == (("the prompt", "password"), ("the prompt", "password"))
    sent, _, screening = screened(question, Settings(allow_secrets=True))
    assert sent.prompt[0] == block
    assert screening.sent == (("the prompt", "password"), ("the prompt", "password"))


def test_what_was_masked_in_several_places_is_said_once() -> None:
    masked = (
        ("orders", "password"),
        ("orders", "password"),
        ("e", "password"),
        ("e", "password"),
        ("e", "AWS key"),
    )
    assert Screening(masked=masked).masked_by_place == (
        "password, 2 times each in orders and e",
        "AWS key in e",
    )
