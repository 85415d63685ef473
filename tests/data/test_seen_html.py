"""HTML, read as it is seen."""

from __future__ import annotations

import pytest

from nbclaude.data.seen_html import seen_tree, words
from tests.growth import is_quick


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>one <b>bold</b></p><script>no()</script><style>p {}</style>", "one bold"),
        ("<p>a<p>b<br>c", "a\nb\nc"),
        ("<table><tr><td>1<td>2<tr><td>3</table>", "1 | 2\n3"),
        ("<table><tr><td><b>1</td><td>2</i></td></tr></table>after", "1 | 2\nafter"),
        ("1 &lt; 2 &amp;&nbsp;3", "1 < 2 & 3"),
        ("a<span hidden>b</span>c", "ac"),
        ("a<span style='DISPLAY:none'>b<i>c</i></span>d", "ad"),
        (
            "<div style='visibility:hidden'>a</div><div style='opacity: 0.0'>b</div><div style='opacity: 0.5'>c</div>",
            "c",
        ),
        ("<style>#x, .y { display : none }</style><i id=x>a</i><i class='z y'>b</i><i>c</i>", "c"),
        ("<i class=y>a</i><i>b</i><style>/* late */ i.y{display:none;}</style>", "b"),
        (
            "<style>@media print { i { display: none } } @media screen { b { display: none } }</style><i>a</i><b>c</b>",
            "a",
        ),
        (
            "<style>i:hover, i::before, i:unknown(3) { display: none } b { display: none</style><i>a</i><b>c</b>",
            "a",
        ),
        ("<div style='font-size:0'><p style='font-size:1em'>a</p></div>", "a"),
        ("<svg><path d='M0'/><text>label</text></svg>", "label"),
        ("no <tags here", "no"),
    ],
)
def test_words(html: str, expected: str) -> None:
    assert words(seen_tree(html, 10_000)) == expected


PIECES = [
    "<div>",
    "<td>",
    "</b>",
    "<b hidden>",
    "<!--",
    "<",
    "&",
    "a ",
    "<!x",
    "</",
    "<?",
    "<a b='",
    "<style>",
    "<i class=a>",
]


@pytest.mark.parametrize("piece", PIECES)
def test_the_cost_is_linear(piece: str) -> None:
    html = piece * (100_000 // len(piece))
    assert is_quick(lambda: words(seen_tree(html, 400_000)), 10)
