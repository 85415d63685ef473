"""The same thing named twice in one prompt: sent once, and the second name says where it is."""

from __future__ import annotations

from typing import Any

from nbclaude.context.attachment import Attachment, each_once


def image(data: str) -> dict[str, Any]:
    return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}


def picture(label: str, *data: str) -> Attachment:
    return Attachment(label, tuple(image(each) for each in data), "figure 4×3", ("downscaled",), "image")


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def test_a_name_that_holds_a_key_is_shown_without_it() -> None:
    key = "ghp_" + "abcDEF0123456789ghiJKL0123456789mnoP"
    attachment = Attachment(f"{key}.csv", (), f"a file {key}", (f"cut: {key}",), "document")
    assert attachment.label == "[secret removed: GitHub token].csv"
    assert attachment.summary == "a file [secret removed: GitHub token]"
    assert attachment.notes == ("cut: [secret removed: GitHub token]",)


def test_the_same_figure_by_two_names() -> None:
    fig, axes = each_once([picture("fig", "AAAA"), picture("axs[0]", "AAAA")])
    assert fig == picture("fig", "AAAA")
    assert axes == Attachment(
        "axs[0]", (text("[axs[0]: the same image as fig]"),), "the same image as fig", (), "text"
    )


def test_the_same_name_twice() -> None:
    assert each_once([picture("fig", "AAAA"), picture("fig", "AAAA")]) == [picture("fig", "AAAA")]
    frame = Attachment("df", (text("rows"),), "3 rows", kind="data")
    assert each_once([frame, frame]) == [frame]


def test_other_bytes_and_the_same_text_by_another_name_stay() -> None:
    there = [picture("a", "AAAA"), picture("b", "BBBB"), Attachment("c", (text("x"),), "")]
    there.append(Attachment("d", (text("x"),), ""))
    assert each_once(there) == there


def test_one_figure_of_several() -> None:
    figures, again = each_once([picture("figs", "AAAA", "BBBB"), picture("fig", "BBBB")])
    assert figures.blocks == (image("AAAA"), image("BBBB"))
    assert again.blocks == (text("[fig: the same image as image 2 of figs]"),)
    _, partly = each_once([picture("fig", "BBBB"), picture("figs", "AAAA", "BBBB")])
    assert partly.blocks == (image("AAAA"), text("[the same image as fig]"))
    assert partly.notes == ("downscaled", "the same image as fig")
    assert partly.kind == "image"


def test_what_an_address_names() -> None:
    there = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    _, again = each_once([Attachment("a.png", (there,), ""), Attachment("picture", (there,), "")])
    assert again.summary == "the same image as a.png"
