"""Notices and cards: what a reader types is set as code, and nothing in them is markup."""

from __future__ import annotations

import pytest

from nbclaude.render.footer import Footer
from nbclaude.render.notice import Failure, Notice, on_its_own, sentence_html
from nbclaude.render.receipt import Receipt


def test_a_notice_is_a_word_and_a_sentence() -> None:
    notice = Notice("Stopped", "The rest <is> gone (%claude_undo takes it back).")
    assert notice.html == (
        '<div class="nbclaude-notice mathjax_ignore tex2jax_ignore"><span class="nbclaude-mark">Stopped</span>'
        "<span>The rest &lt;is&gt; gone "
        '(<code class="nbclaude-typed">%claude_undo</code> takes it back).</span></div>'
    )
    assert notice.line == "Stopped: The rest <is> gone (%claude_undo takes it back)."


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Ask with -m or --max-tokens 5.", ["-m", "--max-tokens"]),
        (
            "%%claude and %claude_undo deleted, _claude.request",
            ["%%claude", "%claude_undo deleted", "_claude.request"],
        ),
        (
            'Use %claude_verb NAME "TEXT" [options], %claude_mcp add NAME COMMAND, or %claude_budget 5 for 5 dollars.',
            ['%claude_verb NAME "TEXT" [options]', "%claude_mcp add NAME COMMAND", "%claude_budget 5"],
        ),
        (
            "%claude_rules accept uses them, %claude_demo off ends it.",
            ["%claude_rules accept", "%claude_demo off"],
        ),
        ("Write `%config ClaudeMagics.x = 1`, then `--`.", ["%config ClaudeMagics.x = 1", "--"]),
        ("Spent 82 % of it - a well-known re-run, 5-3, /a/--b/x", []),
        ("%config ClaudeMagics.new = 'all' shows", ["%config ClaudeMagics.new = 'all'"]),
    ],
)
def test_what_is_typed_is_code(text: str, typed: list[str]) -> None:
    html = Failure("T", (text,)).html
    assert [part.partition("</code>")[0] for part in html.split('nbclaude-typed">')[1:]] == typed


def test_a_card_on_its_own_brings_its_rules_and_no_markup_of_others() -> None:
    html = on_its_own(Failure("<b>No</b>", ("<img src=x>", ""), "request <r>").html)
    assert html.startswith('<div class="nbclaude"><style>.nbclaude {') and html.count("<p") == 3
    assert "<b>" not in html and "<img" not in html and "<r>" not in html


def test_a_sentence_is_a_quiet_line_and_what_it_quotes_stays_as_written() -> None:
    html = sentence_html("$1 of $2; %claude_undo <b>", "  a <i>\n%claude")
    assert (
        "<code" in html and "<b>" not in html and "<i>" not in html and "  a &lt;i&gt;\n%claude</pre>" in html
    )
    assert html.count("mathjax_ignore") == 2 and "<pre" not in sentence_html("A sentence.")


def test_one_line_under_an_answer() -> None:
    footer = Footer(
        ("12 tokens in", "0.4 s"),
        receipt=Receipt("sent: df (3 rows)"),
        model="claude-sonnet-5-5",
        name="Sonnet 5.5",
        notices=(Notice("Masked", "password in df"),),
        more=("turn 2",),
    )
    above, below = footer.html.split("<details")
    assert above == Notice("Masked", "password in df").html
    assert (
        '<strong title="claude-sonnet-5-5">Sonnet 5.5</strong> · 12 tokens in · '
        '<span class="nbclaude-fact">0.4 s</span></span> · sent: df' in below
    )
    assert below.index("</summary>") < below.index("turn 2")
    assert footer.line == "claude-sonnet-5-5 · 12 tokens in · 0.4 s · turn 2"


def test_an_ending_stands_in_the_place_of_the_mark() -> None:
    footer = Footer(("1 s",), mark="interrupted", model="m", ending=Notice("Stopped", "Kept."))
    assert "interrupted" not in footer.html and Notice("Stopped", "Kept.").html in footer.html
    assert footer.line == "interrupted · m · 1 s"
