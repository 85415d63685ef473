"""Long words break at their seams, and say the same as before."""

from __future__ import annotations

import pytest

from nbclaude.render.footer import Footer
from nbclaude.render.markdown import render_markdown
from nbclaude.render.notice import Failure, sentence_html
from nbclaude.render.receipt import Receipt, ReceiptPart
from nbclaude.render.seams import escaped
from nbclaude.render.table import table_html
from nbclaude.saved.own_html import texts_of
from tests.render.html import text

PATH = "/home/ada/projects/2026-11-30/all_stations.csv"
DIVIDED = "/home/<wbr>ada/<wbr>projects/<wbr>2026-11-30/<wbr>all_<wbr>stations.<wbr>csv"


@pytest.mark.parametrize(
    ("word", "html"),
    [
        (PATH, DIVIDED),
        ("AbstractSingletonProxyFactoryBean", "Abstract<wbr>Singleton<wbr>Proxy<wbr>Factory<wbr>Bean"),
        (
            "https://api.example.com/v1/messages?a=1&b_c=22",
            "https://api.<wbr>example.<wbr>com/<wbr>v1/<wbr>messages?a=1&amp;b_c=<wbr>22",
        ),
        ("f" * 64, "f" * 64),
        ("group_by_the_first_column", "group_by_the_first_column"),  # short enough
        ("many short words, none_of_them long", "many short words, none_of_them long"),
        ("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q", "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q"),  # no part is worth a line
    ],
)
def test_a_long_word_breaks_at_its_seams(word: str, html: str) -> None:
    assert text(escaped(word)) == word
    assert escaped(word) == html


def test_all_that_is_shown_breaks_so() -> None:
    shown = [
        render_markdown(f"See {PATH}, `{PATH}`"),
        sentence_html(f"Read {PATH}.", PATH),
        Failure("No file", (f"{PATH} does not exist.",), PATH).html,
        Receipt("sent: " + PATH, (ReceiptPart(PATH, PATH, notes=(PATH,)),)).html,
        Footer(facts=(PATH,), model="a").html,
        table_html("Files", ["file"], [[f"`{PATH}`"]]),
    ]
    assert [html.count(DIVIDED) for html in shown] == [2, 2, 2, 4, 1, 1]


def test_a_saved_answer_is_read_as_if_it_had_no_seams() -> None:
    assert texts_of(f"<p>{DIVIDED}</p>").answer.strip() == PATH
    assert texts_of("<p>$<wbr>x^2<wbr>$</p>").shown == texts_of("<p>$x^2$</p>").shown
