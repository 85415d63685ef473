"""What a panel attaches in; what waits for the next ask out."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbclaude.context.shown.shown_image import ShownImage
from nbclaude.context.tray import Tray
from nbclaude.errors import ConfigurationError


def picture(data: bytes = b"png") -> ShownImage:
    return ShownImage(data, "image/png")


def test_what_is_sent_goes_unless_it_is_pinned() -> None:
    tray = Tray()
    figure, frame = tray.attach("figure", picture()), tray.attach("df", "df")
    tray.pin(figure.key, pinned=True)
    added = tray.items()
    late = tray.attach("late", "late")
    tray.sent(added)
    assert [item.label for item in tray.items()] == ["figure", "late"]
    tray.pin(figure.key, pinned=False)
    tray.remove(late.key)
    tray.sent(tray.items())
    assert tray.items() == ()
    assert frame.what == "df"


def test_the_same_thing_is_attached_once() -> None:
    tray = Tray()
    assert tray.attach("figure", picture()) == tray.attach("again", picture())
    assert len(tray.items()) == 1


def test_files_keep_their_names_and_go_with_their_item() -> None:
    tray = Tray()
    one, two = tray.attach_file("../../a.txt", b"1"), tray.attach_file("a.txt", b"2")
    assert isinstance(one.what, Path) and isinstance(two.what, Path)
    assert (one.label, two.label) == ("a.txt", "a (2).txt")
    assert (one.what.read_bytes(), two.what.read_bytes()) == (b"1", b"2")
    assert one.what.parent.parent == two.what.parent.parent
    tray.clear()
    assert not one.what.exists() and not two.what.exists()


def test_it_is_bounded() -> None:
    tray = Tray(max_items=2, max_bytes=10)
    tray.attach("a", picture(b"a"), 6)
    with pytest.raises(ConfigurationError, match="b has 5 bytes, and all that is attached may have 10"):
        tray.attach("b", picture(b"b"), 5)
    tray.attach("c", "c")
    with pytest.raises(ConfigurationError, match="d: 2 things are attached already"):
        tray.attach("d", "d")


def test_a_very_long_name_is_shortened_and_what_cannot_be_kept_leaves_no_trace() -> None:
    tray = Tray(max_items=1)
    item = tray.attach_file("L" * 300 + ".png", b"1")
    assert item.label == "L" * 46 + ".png"
    with pytest.raises(ConfigurationError, match=r"b\.txt: 1 things are attached already"):
        tray.attach_file("b.txt", b"2")
    assert tray.items() == (item,)
