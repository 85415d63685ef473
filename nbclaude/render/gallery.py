"""Renders pictures with captions as a gallery, whose images are their own bytes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nbclaude.frozen import frozen
from nbclaude.render.style import STYLE

__all__ = ["Picture", "gallery_html"]


@frozen
class Picture:
    """One picture: how it is asked for, its name, its size in words, and its image as a data: address (or nothing)."""

    word: str
    name: str
    size: str
    image: str = ""


def gallery_html(title: str, pictures: Sequence[Picture]) -> str:
    """Lay the pictures side by side, each with its number."""
    tiles = "".join(_tile(picture) for picture in pictures)
    return (
        f'<div class="nbclaude"><style>{STYLE}</style><p class="nbclaude-line">{escape(title)}</p>'
        f'<div class="nbclaude-gallery">{tiles}</div></div>'
    )


def _tile(picture: Picture) -> str:
    label = picture.word
    image = (
        f'<img class="nbclaude-thumb" alt="{escape(label)}" src="{escape(picture.image)}">'
        if picture.image
        else ""
    )
    return (
        f'<figure class="nbclaude-tile">{image}<figcaption><code>{escape(label)}</code> {escape(picture.name)}<br>'
        f"{escape(picture.size)}</figcaption></figure>\n"
    )
