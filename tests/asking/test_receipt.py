"""What the receipt of a request shows: every block, every turn and every parameter of it, and what is cut of them."""

from __future__ import annotations

import base64
import io
import json
import random
from typing import Any

import pytest
from PIL import Image

from nbclaude.asking.receipt import receipt_of
from nbclaude.context.attachment import Attachment, FigureName
from nbclaude.options.spelling import spell
from nbclaude.render.receipt import Receipt, ReceiptPart
from nbclaude.texts import Cut


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def user(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def assistant(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def image(width: int = 12) -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (width, 8), "red").save(out, "PNG")
    data = base64.b64encode(out.getvalue()).decode()
    return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}


def body(*messages: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 4096, "messages": list(messages), **parameters}


def test_a_question() -> None:
    receipt = receipt_of(body(user(text("Hello"))), spent="12 tokens")
    assert receipt == Receipt(
        "sent: 12 tokens", (ReceiptPart("prompt", "Hello"),), facts=("model m, at most 4,096 tokens",)
    )


def test_two_things_with_the_same_words_are_both_said() -> None:
    first, second = image(12), image(13)
    attachments = [
        Attachment("figure of cell 3", (shown,), "figure", (), "image") for shown in (first, second)
    ]
    receipt = receipt_of(body(user(text("figure of cell 3:"), first, second, text("What?"))), attachments)
    assert receipt.summary == "sent: figure of cell 3 (figure), figure of cell 3 (figure)"


def test_attachments_lend_their_names_and_say_in_the_summary_what_is_cut() -> None:
    frame, notes = text("rows"), (Cut("5 of 9 columns described"),)
    attachments = [
        Attachment("df", (frame,), "9 rows", notes, "data"),
        Attachment("fig", (image(),), "figure 12×8", ("downscaled from 24×16 to 12×8",), "image"),
    ]
    request = body(user(frame, text("fig:"), image(), text("What?")))
    receipt = receipt_of(
        request, attachments, found=("1 secret masked",), notes=(("masked in df: AWS key",),)
    )
    assert receipt.summary == "sent: df (9 rows, cut), fig (figure 12×8), 1 secret masked"
    assert [part.title for part in receipt.parts] == ["df", "fig: image/png, 12×8 pixels, 76 bytes", "prompt"]
    assert receipt.parts[1].notes == ("downscaled from 24×16 to 12×8",)
    assert receipt.notes == ("masked in df: AWS key", "Images and PDFs are not searched for secrets.")


def test_a_prompt_that_reads_like_a_name_is_shown() -> None:
    fig = Attachment("fig", (image(),), "figure 12×8", (), "image")
    receipt = receipt_of(body(user(image(), text("fig:"))), [fig])
    assert [part.title for part in receipt.parts] == ["fig: image/png, 12×8 pixels, 76 bytes", "prompt"]


def test_the_summary_stays_short() -> None:
    figures = [
        Attachment(FigureName(n, 6, "cell 4"), (image(n),), f"{n}×8", (), "image") for n in range(1, 7)
    ]
    others = [Attachment(f"{'x' * 50}{n}", (text(str(n)),), "1 row", (), "data") for n in range(12)]
    several = receipt_of(body(user(*(each.blocks[0] for each in figures), text("What?"))), figures)
    assert several.summary == "sent: figures 1 to 6 of cell 4"
    two = receipt_of(body(user(*(each.blocks[0] for each in figures[:2]), text("What?"))), figures[:2])
    assert two.summary == "sent: figure 1 of cell 4 (1×8), figure 2 of cell 4 (2×8)"
    some = [figures[n] for n in (4, 0, 2)]
    not_all = receipt_of(body(user(*(each.blocks[0] for each in some), text("What?"))), some)
    assert not_all.summary == "sent: figures 1, 3, 5 of cell 4"
    attached = [*figures, *others]
    many = receipt_of(body(user(*(each.blocks[0] for each in attached), text("What?"))), attached)
    name = f"{'x' * 39}… (1 row)"
    assert many.summary == f"sent: figures 1 to 6 of cell 4, {', '.join([name] * 6)}, 6 more things"
    # A name of the user's that reads like one of ours is not counted with them.
    alike = [Attachment(f"figure {n} of cell 4", (image(n),), "1×8", (), "image") for n in range(1, 4)]
    apart = receipt_of(body(user(*(each.blocks[0] for each in alike), text("What?"))), alike)
    assert apart.summary == (
        "sent: figure 1 of cell 4 (1×8), figure 2 of cell 4 (1×8), figure 3 of cell 4 (1×8)"
    )
    # What the summary does not name is in the fold.
    assert [part.title for part in many.parts[6:]] == [*(each.label for each in others), "prompt"]
    ten = [Attachment(f"t{n}", (text(str(n)),), "", (), "data") for n in range(10)]
    said = receipt_of(body(user(*(each.blocks[0] for each in ten), text("What?"))), ten).summary
    assert said == "sent: t0, t1, t2, t3, t4, t5, t6, 3 more things"


def test_every_block_of_earlier_turns_can_be_opened() -> None:
    earlier = [
        user(text('<data name="df">\nrows\n</data>'), image(), text("What is in df?")),
        assistant(
            {"type": "thinking", "thinking": "Let me see.", "signature": "s" * 900},
            {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": "df", "deep": True}},
        ),
        user({"type": "tool_result", "tool_use_id": "t1", "content": [text("found"), image()]}),
        assistant(text("Three rows.")),
    ]
    receipt = receipt_of(body(*earlier, user(text("And now?"))))
    first, second = receipt.earlier
    assert (first.title, first.folded) == ("What is in df? [df, image]", True)
    assert [(part.title, part.text, part.notes) for part in first.parts] == [
        ("question", '<data name="df">\nrows\n</data>', ()),
        ("image: image/png, 12×8 pixels, 76 bytes", "", ()),
        ("question", "What is in df?", ()),
        ("thinking", "Let me see.", ("signature: 900 characters",)),
        ("call of look", '{\n  "at": "df",\n  "deep": true\n}', ("id: t1",)),
    ]
    # Its image is in the receipt of the cell that sent it first.
    assert all(not part.image for part in first.parts)
    assert second.title == "[tool result]"
    result, answer = second.parts
    assert [part.title for part in result.parts] == ["text", "image: image/png, 12×8 pixels, 76 bytes"]
    assert (answer.title, answer.text) == ("answer", "Three rows.")
    whole = receipt_of(body(*earlier, user(text("And now?"))), is_sent=False)
    assert whole.earlier[0].parts[1].image.startswith("data:image/png;base64,")


def test_every_parameter_is_there() -> None:
    receipt = receipt_of(
        body(
            user(text("Hi")),
            system="Be brief.",
            tools=[{"name": "look", "description": "Looks.", "input_schema": {"type": "object"}}],
            service_tier="auto",
            speed="fast",
            temperature=0,
            metadata={"user_id": "u1"},
            thinking={"type": "enabled", "budget_tokens": 2000},
            mcp_servers=[{"url": "https://example.com", "authorization_token": "hidden", "name": "n" * 200}],
            stream=True,
        ),
        headers={"anthropic-beta": "a,b", "x-team": "7"},
    )
    assert receipt.facts == (
        "model m, at most 4,096 tokens",
        "system prompt: Be brief.",
        "service_tier: auto",
        "speed: fast",
        "temperature: 0",
        'metadata: {"user_id": "u1"}',
        'thinking: {"type": "enabled", "budget_tokens": 2000}',
        "stream: true",
        "betas: a,b",
        "header x-team: 7",
    )
    tools, servers = receipt.settings
    assert (tools.title, tools.folded, tools.parts[0].title) == ("tools: look", True, "look")
    assert json.loads(tools.parts[0].text)["input_schema"] == {"type": "object"}
    assert servers.title == "mcp_servers"
    assert "hidden" not in receipt.text
    assert '"authorization_token": "[a key, not shown]"' in servers.text


def test_a_long_system_prompt_is_a_fold() -> None:
    long = "Be brief. " * 50
    assert receipt_of(body(user(text("Hi")), system=long)).settings == (
        ReceiptPart("system prompt", long, folded=True),
    )
    marked = [{**text("Be brief."), "cache_control": {"type": "ephemeral"}}]
    assert "cache_control" in receipt_of(body(user(text("Hi")), system=marked)).text


def test_what_stands_after_the_question() -> None:
    receipt = receipt_of(body(user(text("Hi")), assistant(text("Dear"))))
    assert receipt.parts == (ReceiptPart("prompt", "Hi"), ReceiptPart("the answer begins so", "Dear"))


def test_blocks_that_nobody_knows_and_fields_beside_the_text() -> None:
    receipt = receipt_of(
        body(
            user(
                {"type": "search_result", "title": "T", "source": "s", "content": [text("found")]},
                {**text("Hi"), "cache_control": {"type": "ephemeral"}},
                {"type": "document", "source": {"type": "text", "data": "lines"}, "title": "a.txt"},
            )
        )
    )
    search, marked, document = receipt.parts
    assert search.title == "search result"
    assert json.loads(search.text) == {"title": "T", "source": "s", "content": [text("found")]}
    assert marked.notes == ('cache_control: {"type": "ephemeral"}',)
    assert (document.title, document.text, document.notes) == ("document", "lines", ("title: a.txt",))


@pytest.mark.parametrize("turns", [3, 60, 400])
def test_what_a_notebook_keeps_does_not_grow_with_the_conversation(turns: int) -> None:
    messages: list[dict[str, Any]] = []
    for number in range(turns):
        messages += [user(text(f"question {number} " + "q" * 3_000)), assistant(text("a" * 9_000))]
    request = body(*messages, user(text("p" * 90_000), text("short")), system="s" * 50_000)
    receipt = receipt_of(request, spell=spell)
    assert len(receipt.html) < 60_000
    assert receipt.summary == f"sent: {turns} earlier turns"
    assert len(receipt.earlier) == min(turns, 40)
    assert receipt.left == max(turns - 40, 0)
    prompt, short = receipt.parts
    assert short.text == "short"
    assert prompt.text == "p" * 19_995 + "\n[… 70,005 more characters]"
    assert receipt.notes == (
        "Long texts are shortened here: _claude.request has the whole request, --dry-run shows one.",
    )
    whole = receipt_of(request, is_sent=False)
    assert len(whole.earlier) == turns
    assert whole.notes == ()
    assert "p" * 90_000 in whole.html


def test_nothing_in_it_is_markup() -> None:
    evil = "<img src=x onerror=alert(1)>"
    receipt = receipt_of(
        body(
            user(text(evil)),
            assistant({"type": evil, evil: evil}),
            user({"type": evil, evil: evil, "title": evil}),
            system=evil,
            tools=[{"name": evil}],
            metadata={evil: evil * 20},
        ),
        notes=((evil,),),
        spent=evil,
        headers={evil: evil},
    )
    assert "<img" not in receipt.html


def noise(seed: int, kind: str = "JPEG") -> dict[str, Any]:
    out = io.BytesIO()
    pixels = random.Random(seed).randbytes(300 * 300 * 3)
    Image.frombytes("RGB", (300, 300), pixels).resize((700, 700)).save(out, kind, quality=50)
    data = base64.b64encode(out.getvalue()).decode()
    return {
        "type": "image",
        "source": {"type": "base64", "media_type": f"image/{kind.lower()}", "data": data},
    }


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.sweep
def test_many_images_do_not_swell_a_notebook(whole: bool) -> None:
    images = [noise(seed) for seed in range(15)]
    sizes = [len(block["source"]["data"]) for block in images]
    assert min(sizes) > 100_000
    earlier = [user(image), assistant(text("Noise."))] if (image := images[0]) else []
    receipt = receipt_of(body(*earlier, user(*images, text("What?"))), is_sent=not whole)
    assert len(receipt.html) < 1_100_000
    shown = [len(part.image) for part in receipt.parts[:-1]]
    # The first ones are the very bytes, the others small copies.
    assert shown[0] == sizes[0] + len("data:image/jpeg;base64,")
    assert sum(length > 100_000 for length in shown) == 700_000 // max(sizes)
    assert all(0 < length <= 20_000 for length in shown if length < 100_000)
    assert receipt.parts[14].notes == ("shown as a small copy, sent as it is",)


@pytest.mark.sweep
def test_hundreds_of_images_are_told_in_words_at_last() -> None:
    images = [noise(1), *(image(width) for width in range(10, 12))] * 50
    receipt = receipt_of(body(user(*images)))
    assert len(receipt.html) < 1_200_000
    assert receipt.parts[-3].image == "" and receipt.parts[-3].notes == ("not shown, sent as it is",)
