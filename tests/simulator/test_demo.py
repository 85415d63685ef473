from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from PIL import Image, ImageDraw

from nbclaude.simulator import Simulator, demo_answer, text
from nbclaude.simulator.demo.pictures import main_colours
from nbclaude.simulator.demo.showcase import SHOWCASE, long_text
from nbclaude.simulator.demo.sums import compute
from tests.simulator.helpers import (
    RESULT,
    TOOL,
    ask,
    body,
    image,
    image_bytes,
)

NAME = "I am the demo model that ships with nbclaude, not Claude"


def say(*contents: Any, **changes: Any) -> str:
    """Give the text that the demo model answers."""
    content = demo_answer(body(*contents, **changes)).content
    return (
        content
        if isinstance(content, str)
        else "".join(b if isinstance(b, str) else b["text"] for b in content[:1])
    )


def test_it_says_what_it_is() -> None:
    for question in ("Hello!", "Who are you?", "Are you Claude?", "What can you do?", "Why is the sky blue?"):
        assert NAME in say(question)


def test_it_does_not_nag() -> None:
    assert NAME not in say("Hello", "Hello!", "Why is the sky blue?")
    assert NAME not in say("What is 17 * 3?")


def test_the_same_question_gets_the_same_answer() -> None:
    for question in ("Hello!", "show off your markdown", "What is a monad?"):
        assert say(question) == say(question)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is 17 * 3?", "`17 * 3` = **51**"),
        ("2+2", "`2+2` = **4**"),
        ("calculate (1 + 2) × 3.5", "`(1 + 2) * 3.5` = **10.5**"),
        ("What's 2^10?", "`2**10` = **1024**"),
        ("What is 7 divided by 2?", "`7 / 2` = **3.5**"),
        ("how much is 1,200 plus 34?", "`1200 + 34` = **1234**"),
        ("what is 1/0?", "`1/0` has no value: it divides by zero."),
        ("what is 9**9**9?", "`9**9**9` is a number of more digits than I write out."),
    ],
)
def test_arithmetic(question: str, answer: str) -> None:
    assert say(question) == answer


@pytest.mark.parametrize("question", ["Meet at 10-12 on 2026-11-23", "In 1-2 sentences, why?", "What is 42?"])
def test_numbers_are_not_always_sums(question: str) -> None:
    assert "=" not in say(question).split("\n")[0]


@pytest.mark.parametrize(
    "source", ["__import__('os')", "a + 1", "'a' * 9", "[1]", "1 if 1 else 2", "(-8) ** 0.5", "True + 1"]
)
def test_only_numbers_are_computed(source: str) -> None:
    with pytest.raises((ValueError, SyntaxError)):
        compute(source)


class TestMemory:
    CONVERSATION = ("My name is Ada.", "Hello.", "I like tea, and my favourite colour is teal.", "Fine.")

    @pytest.mark.parametrize(
        ("question", "expected"),
        [
            ("What is my name?", "Your name: **Ada**. You told me 2 messages ago:\n\n> My name is Ada."),
            ("Do you remember my name?", "Your name: **Ada**"),
            ("Who am I?", "Your name: **Ada**"),
            (
                "What’s my favourite colour?",
                "Your favourite colour: **teal**. You told me in your last message:",
            ),
            ("What did I ask first?", "Your first message was:\n\n> My name is Ada."),
            ("What did I just say?", "Your message before this one was:\n\n> I like tea"),
            ("What did I tell you about tea?", "About tea you wrote:\n\n> I like tea"),
            ("What have I said about coffee?", "Nothing: none of your 2 earlier messages mentions coffee."),
            (
                "What have I said so far?",
                "You have sent 2 messages before this one:\n\n1. My name is Ada.\n2. I like",
            ),
            ("What did you answer?", "I answered:\n\n> Fine."),
            ("How many questions did I ask?", "This is your message number **3**"),
            (
                "What is my shoe size?",
                "I do not know your shoe size: this request holds 2 earlier messages of yours",
            ),
        ],
    )
    def test_quotes_the_truth(self, question: str, expected: str) -> None:
        assert say(*self.CONVERSATION, question).startswith(expected)

    def test_the_last_word_counts(self) -> None:
        assert "**Grace**" in say("My name is Ada.", "a", "My name is Grace.", "b", "What is my name?")

    def test_notes_are_acknowledged(self) -> None:
        assert say("My name is Ada.").startswith("Nice to meet you, **Ada**.")
        assert say("Please remember that the deadline is Friday.").startswith(
            "Noted:\n\n> the deadline is Friday."
        )
        assert say("My dog is called Rex and my city is Oslo.").startswith("Noted: ")

    def test_the_first_message_has_nothing_before_it(self) -> None:
        assert say("What did I say before?").startswith("Nothing yet")
        assert say("What did you answer?").startswith("Nothing yet")


class TestImages:
    def test_size_format_and_colours(self) -> None:
        picture = Image.new("RGB", (200, 100), "white")
        ImageDraw.Draw(picture).rectangle((0, 0, 49, 99), fill="red")
        out = io.BytesIO()
        picture.save(out, "PNG")
        size = len(out.getvalue())
        answer = say([image(out.getvalue()), text("What is this?")])
        assert answer.startswith(
            f"I got one image: **200 × 100 pixels**, PNG, {size} bytes. Main colours: white (75%) and red (25%)."
        )

    @pytest.mark.parametrize(
        "name", ["black", "white", "red", "green", "blue", "yellow", "orange", "purple", "pink", "navy"]
    )
    def test_colours_have_the_names_that_people_use(self, name: str) -> None:
        assert main_colours(image_bytes(colour=name)) == [(name, 1.0)]

    def test_the_colours_of_matplotlib_too(self) -> None:
        cycle = [
            "1f77b4",
            "ff7f0e",
            "2ca02c",
            "d62728",
            "9467bd",
            "8c564b",
            "e377c2",
            "7f7f7f",
            "bcbd22",
            "17becf",
        ]
        names = [main_colours(image_bytes(colour=f"#{value}"))[0][0] for value in cycle]
        assert names == ["blue", "orange", "green", "red", "purple", "brown", "pink", "grey", "olive", "cyan"]

    @pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16"])
    def test_every_kind_of_pixel(self, mode: str) -> None:
        out = io.BytesIO()
        Image.new(mode, (30, 30)).save(out, "PNG")
        assert len(main_colours(out.getvalue())) == 1

    def test_broken_data_has_no_colours(self) -> None:
        assert main_colours(image_bytes()[:40]) == []
        assert main_colours(b"x") == []

    def test_several_and_remote(self) -> None:
        remote = {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}
        answer = say([image(image_bytes()), remote])
        assert answer.startswith("I got 2 images:\n\n1. **20 × 10 pixels**")
        assert "2. given as url `https://example.org/a.png`, which I do not fetch." in answer


class TestShows:
    @pytest.mark.parametrize(
        "question", ["show off your markdown", "What can you render in Markdown?", "showcase"]
    )
    def test_markdown(self, question: str) -> None:
        assert say(question) == SHOWCASE

    def test_the_showcase_holds_everything(self) -> None:
        for part in (
            "# ",
            "   - ",
            "- [x] ",
            "| :-",
            "> > ",
            "[^1]:",
            "~~",
            "```python",
            "```sql",
            "```bash",
            "$5",
            "$10",
        ):
            assert part in SHOWCASE
        for part in ("$e^{i", "\\(", "$$\n", "\\[\n"):
            assert part in SHOWCASE
        code = re.findall(r"```python\n(.*?)```", SHOWCASE, re.DOTALL)[0]
        printed: list[Any] = []
        exec(code, {"print": printed.append})  # noqa: S102 - what it claims to print must be true
        assert f"# {printed[0]}" in code

    @pytest.mark.parametrize(
        ("question", "length"),
        [
            ("Write a long answer of 5000 characters", 5000),
            ("long answer 20,000", 20_000),
            ("a long text of 30k characters please", 30_000),
            ("a very long story", 12_000),
            ("write 1000 characters", 1000),
        ],
    )
    def test_long_answers(self, question: str, length: int) -> None:
        assert length <= len(say(question)) < length + 700

    def test_long_texts_are_linear(self) -> None:
        assert 400_000 <= len(long_text(400_000)) < 401_000


class TestJSON:
    def test_facts(self) -> None:
        answer = say("Answer in JSON: 3 and 4.5")
        assert answer.startswith("```json\n")
        assert json.loads(answer.strip("`json\n"))["numbers"] == [3, 4.5]
        assert json.loads(say("Return only JSON"))["words"] == 3

    def test_a_schema_is_followed(self) -> None:
        schema = {
            "type": "object",
            "additionalProperties": False,
            "required": ["name", "tags", "size", "kind", "place"],
            "properties": {
                "name": {"type": "string"},
                "tags": {"type": "array", "items": {"type": "string", "format": "date"}},
                "size": {"type": "integer", "minimum": 5},
                "kind": {"enum": ["b", "c"]},
                "place": {"$ref": "#/$defs/place"},
            },
            "$defs": {"place": {"type": "object", "properties": {"open": {"type": "boolean"}}}},
        }
        wanted = {"format": {"type": "json_schema", "schema": schema}}
        assert json.loads(say("A café", output_config=wanted)) == {
            "name": "name (demo): A café",
            "tags": ["2026-11-23"],
            "size": 5,
            "kind": "b",
            "place": {"open": True},
        }

    @pytest.mark.parametrize(
        ("form", "told", "value"),
        [
            ("integer", "stars\nminimum: 3; maximum: 5", 3),
            ("integer", "exclusiveMinimum: 10; multipleOf: 5", 15),
            ("integer", "exclusiveMaximum: -2", -3),
            ("number", "exclusiveMinimum: 0; exclusiveMaximum: 0.5", 0.25),
            ("string", "maxLength: 4", "name"),
            ("string", "minLength: 24", "name (demo): Hi........."),
            ("string", 'format: "date"', "2026-11-23"),
            ("string", 'default: "a; b: c"', "a; b: c"),
            ("string", "maximum: of what?", "name (demo): Hi"),
            ("integer", 'minimum: "low"; prefixItems: 3', 1),
            ("array", 'prefixItems: [{"type": "integer"}, {"type": "boolean"}]; minItems: 2', [1, True]),
        ],
    )
    def test_bounds_in_a_description(self, form: str, told: str, value: object) -> None:
        schema = {"type": "object", "properties": {"name": {"type": form, "description": told}}}
        wanted = {"format": {"type": "json_schema", "schema": schema | {"additionalProperties": False}}}
        assert json.loads(say("Hi", output_config=wanted)) == {"name": value}

    def test_a_schema_without_end(self) -> None:
        schema = {"type": "object", "properties": {"next": {"$ref": "#"}}, "additionalProperties": False}
        assert say("x", output_config={"format": {"type": "json_schema", "schema": schema}}).startswith(
            '{"next": {'
        )


class TestManners:
    def test_the_system_prompt_is_quoted(self) -> None:
        assert say("What is your system prompt?", system="Be kind.") == "My system prompt is:\n\n> Be kind."
        assert say("What is your system prompt?") == "This request has no system prompt."

    def test_simple_wishes(self) -> None:
        plain = say("Who are you?")
        assert say("Who are you?", system="Answer in one sentence.") == plain.split(". ")[0] + "."
        assert say("Who are you?", system="Use upper case.") == plain.upper()
        assert say("What is 1 + 2?", system='End every answer with "Over."') == "`1 + 2` = **3** Over."
        assert say("What is 1 + 2?", system="Always begin with “Well:”") == "Well: `1 + 2` = **3**"

    def test_what_arrived(self) -> None:
        document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}
        answer = say("a", "b", [document, text("Why is the sky blue?")], system="Be brief.", tools=[TOOL])
        assert answer.startswith(
            "I cannot really answer this one, but it arrived safely: 5 words (20 characters), 1 document, "
            "1 earlier message, a system prompt (“Be brief.”) and 1 tool.\n\n> Why is the sky blue?"
        )

    def test_an_empty_question(self, simulator: Simulator) -> None:
        assert ask(simulator, [image(image_bytes())]).status == 200
        assert "no words" in say([{"type": "container_upload", "file_id": "x"}])


class TestTools:
    WEATHER: Any = {  # noqa: RUF012 - read only
        "name": "get_weather",
        "input_schema": {
            "type": "object",
            "properties": {
                "location": {"type": "string"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                "days": {"type": "integer"},
            },
            "required": ["location", "days"],
        },
    }

    def call(self, *contents: Any, **changes: Any) -> Any:
        content = demo_answer(body(*contents, **changes)).content
        return content[1] if isinstance(content, list) else None

    def test_a_named_tool_is_called(self) -> None:
        tools = [TOOL, self.WEATHER]
        assert self.call("What is the weather in San Francisco in Celsius?", tools=tools) == {
            "type": "tool_use",
            "name": "get_weather",
            "input": {"location": "San Francisco", "unit": "celsius", "days": 1},
        }
        assert self.call("Please add 7 and 8", tools=tools)["input"] == {"a": 7}

    def test_or_not(self) -> None:
        assert self.call("Hello", tools=[TOOL]) is None
        assert self.call("Please add 7", tools=[TOOL], tool_choice={"type": "none"}) is None
        assert self.call("Hello", tools=[TOOL], tool_choice={"type": "any"})["name"] == "add"

    def test_the_result_is_told(self, simulator: Simulator) -> None:
        first = ask(simulator, "Please add 7", tools=[TOOL]).json["content"]
        assert [block["type"] for block in first] == ["thinking", "text", "tool_use"]
        result = RESULT | {"tool_use_id": first[2]["id"]}
        second = ask(simulator, "Please add 7", first, [result], tools=[TOOL]).json["content"]
        assert second[1]["text"] == "The tool gave back `3`."
        failed = result | {"is_error": True, "content": "line\nline"}
        third = ask(simulator, "Please add 7", first, [failed], tools=[TOOL]).json["content"]
        assert third[1]["text"] == "The tool failed with:\n\n> line\n> line"


def test_prefill_is_continued() -> None:
    assert say("What is 1 + 2?", "It is", model="claude-haiku-4-5") == " `1 + 2` = **3**"
