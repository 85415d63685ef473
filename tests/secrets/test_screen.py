import pytest

from nbclaude.secrets.keys import Secret
from nbclaude.secrets.masking import Finding
from nbclaude.secrets.screen import Screen
from tests.secrets.test_masking import SECRETS


def test_blocks_are_walked_and_base64_is_left_alone() -> None:
    key = SECRETS["AWS key"]
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": key}}
    plain = {"type": "text", "text": "nothing here"}
    blocks, findings = Screen().blocks(
        [
            {"type": "text", "text": f"my key is {key}"},
            image,
            plain,
            {
                "type": "document",
                "title": key,
                "source": {"type": "text", "media_type": "text/plain", "data": f"k={key}"},
            },
            {
                "type": "tool_result",
                "tool_use_id": "toolu_1",
                "content": [{"type": "text", "text": key}, image],
            },
            {"type": "tool_result", "tool_use_id": "toolu_2", "content": key},
            {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": [key]}},
            {"type": "thinking", "thinking": key, "signature": "s"},
        ]
    )
    told = "[secret removed: AWS key]"
    assert [dict(block) for block in blocks] == [
        {"type": "text", "text": f"my key is {told}"},
        image,
        plain,
        {
            "type": "document",
            "title": told,
            "source": {"type": "text", "media_type": "text/plain", "data": f"k={told}"},
        },
        {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": told}, image]},
        {"type": "tool_result", "tool_use_id": "toolu_2", "content": told},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": [told]}},
        {"type": "thinking", "thinking": key, "signature": "s"},
    ]
    assert len(findings) == 6
    assert blocks[1] is image
    assert blocks[2] is plain


def test_fields_of_a_schema_may_be_called_type_and_id() -> None:
    key = SECRETS["AWS key"]
    schema = {"properties": {"type": {"type": ["string", "null"]}, "id": {"description": f"like {key}"}}}
    masked, findings = Screen().masked(schema)
    assert masked == {
        "properties": {
            "type": {"type": ["string", "null"]},
            "id": {"description": "like [secret removed: AWS key]"},
        }
    }
    assert findings == (Finding("AWS key", 1),)


def test_names_of_fields_are_texts_too() -> None:
    assert Screen().masked({SECRETS["AWS key"]: 1})[0] == {"[secret removed: AWS key]": 1}


@pytest.mark.parametrize("value", ["plain", 3, None, ["a", {"b": 1}], {"c": ("d",)}, b"bytes"])
def test_what_holds_nothing_stays_the_object_that_it_was(value: object) -> None:
    assert Screen(personal=("email",)).masked(value)[0] is value


def test_the_key_in_use_is_known_by_its_value() -> None:
    screen = Screen(keys=(Secret("a-key-of-no-known-form"), Secret("demo")))
    assert screen.text("demo\nwith a-key-of-no-known-form") == (
        "demo\nwith [secret removed: API key in use]",
        (Finding("API key in use", 2),),
    )


def test_personal_data_is_masked_where_secrets_are_allowed() -> None:
    key = SECRETS["AWS key"]
    assert Screen(secrets=False, personal=("email",)).text(f"anna@example.org {key}") == (
        f"[e-mail address] {key}",
        (Finding("e-mail address", 1),),
    )
