"""Where the cursor is: an option, its value, an argument, a reference in braces, or nowhere of ours."""

from __future__ import annotations

import pytest

from nbclaude.completing.places import place_at
from nbclaude.options import Option
from nbclaude.settings.kinds import Choice
from tests.growth import is_quick

OWN = (Option(("--level",), "LEVEL", "", kind=Choice(("low", "high")), field="level"),)
ASKING = {"claude": (), "claude_continue": (), "claude_explain": OWN, "explain": OWN}
# `|` is the cursor. What is expected: the kind, what is typed of it, and what it belongs to.
PLACES: dict[str, tuple[str, ...] | None] = {
    "%%claude --mo|": ("option", "--mo"),
    "%%claude -|": ("option", "-"),
    "%%claude |": ("option", ""),
    "%%claude|": None,
    "%%claude -m |": ("value", "", "model"),
    "%%claude -m son|": ("value", "son", "model"),
    "%%claude -m=son|": ("value", "son", "model"),
    "%%claude --model=|": ("value", "", "model"),
    "%%claude -m sonnet --ef|": ("option", "--ef"),
    "%%claude -m sonnet --effort |": ("value", "", "effort"),
    "# my question\n%%claude --effort h|\nWhy?": ("value", "h", "effort"),
    "%%claude --think |": ("value", "", "thinking"),
    "%claude --think omitted --no|": ("option", "--no"),
    "%claude -m sonnet |": ("option", ""),
    "%claude --fig 2 |": ("option", ""),
    "%claude --fig |": ("value", "", "figures"),
    "%claude --fig --no|": ("option", "--no"),
    "%claude --fig {d|": ("name", "d"),
    "%claude -a my\\ |": ("value", "my\\ ", "attach"),
    "%claude -a df['a|": ("key", "a", "df"),
    "%claude -a model.we|": ("attribute", "we", "model"),
    "x = 1\nr = %claude \\\n    -m opus \\\n    --ef|": ("option", "--ef"),
    "%claude -a \"df['a|": ("key", "a", "df"),
    '%claude -a "my fi|': ("value", '"my fi', "attach"),
    "%claude --think=--no|": ("value", "--no", "thinking"),
    "%timeit -n 1 -r 2 %claude --ef|": ("option", "--ef"),
    "%prun -s time r = %claude -m |": ("value", "", "model"),
    "%timeit 5 %claude -m |": None,
    "%claude --raw Is {d|": None,
    "%%claude -m opus --raw\nIs {d|": None,
    "%claude --fig Why {d|": ("name", "d"),
    "%claude -a 'my fi|": ("value", "'my fi", "attach"),
    "%claude -a figs[0] -a |": ("value", "", "attach"),
    "%claude --stop 'a b' --j|": ("option", "--j"),
    "%claude --system 'You are' What is --mo|": None,
    "%claude -- --mo|": None,
    "reply = %claude --ef|": ("option", "--ef"),
    "%time %claude --ef|": ("option", "--ef"),
    "%time r = %claude --ef|": ("option", "--ef"),
    "if x:\n    %claude --ef|": ("option", "--ef"),
    "print('%claude --ef|": None,
    "x = 5 %claude|": None,
    "%claude_undo |": ("argument", "", "claude_undo"),
    "%claude_undo del|": ("argument", "del", "claude_undo"),
    "%claude_login --connection o|": ("argument", "o", "claude_login"),
    "%claude_restore \t 'my fi|": ("argument", "'my fi", "claude_restore"),
    '%claude_export -c my\\ talk "a b" x|': ("argument", "x", "claude_export"),
    "%%claude_explain --le|": ("option", "--le"),
    "%claude_explain --level h|": ("value", "h", "level"),
    "%explain --level high --mo|": ("option", "--mo"),
    "# why\n%%explain --level |\nx = 1": ("value", "", "level"),
    "%claude_explain --level high d|": ("argument", "d", "claude_explain"),
    "%claude_explain what is d|": None,
    "%fix --no|": None,  # here it is somebody else's
    "%claude --level |": None,
    "%%claude\nLook at {|": ("name", ""),
    "%%claude\nLook at {df|": ("name", "df"),
    "%%claude\nLook at {df.|": ("attribute", "", "df"),
    "%%claude\nLook at {df.x.me|": ("attribute", "me", "df.x"),
    '%%claude\nLook at {df["|': ("key", "", "df"),
    "%%claude\nLook at {d['a']['b c|": ("key", "b c", "d['a']"),
    "%%claude\nLook at {d['a \"b|": ("key", 'a "b', "d"),
    "%%claude\nLook at {d['it\\'s a|": ("key", "it\\'s a", "d"),
    "%%claude\nLook at {df[['it\\'s', 'b|": ("key", "b", "df"),
    "%%claude\nLook at {df:group unit pr|": ("format", "group unit pr", "df"),
    "%%claude\nLook at {df:head unit pr|": None,
    '%%claude\nLook at {df[["|': ("key", "", "df"),
    "%%claude\nLook at {df[[\"a\", 'b c', 'd|": ("key", "d", "df"),
    "%%claude\nLook at {df:|": ("format", "", "df"),
    "%%claude\nLook at {df:he|": ("format", "he", "df"),
    "%%claude\nLook at {df['a']:sch|": ("format", "sch", "df['a']"),
    "%%claude\nLook at {a} and {b|": ("name", "b"),
    # Prose, and braces of other languages, are nobody's.
    "%%claude\nLook at df|": None,
    "%%claude\nLook at {df}|": None,
    "%%claude\nLook at {{df|": None,
    "%%claude\n\\frac{a|": None,
    "%%claude\nf{a|": None,
    "%%claude\ncosts ${a|": None,
    "%%claude\n{df\nx|": None,
    "%%claude\n--mo|": None,
    "%%claude\n{1 + |": None,
    # Cells of other magics are what they are.
    "%%bash\necho {df|": None,
    "{df|": None,
    "%timeit -n |": None,
}


@pytest.mark.parametrize("typed", PLACES)
def test_the_place_of_the_cursor(typed: str) -> None:
    offset = typed.index("|")
    place = place_at(typed.replace("|", ""), offset, ASKING, ("claude",))
    expected = PLACES[typed]
    if expected is None:
        assert place is None
        return
    assert place is not None
    owner = (
        place.option.field
        if place.option
        else place.expression or (place.magic if place.kind == "argument" else "")
    )
    assert (place.kind, place.fragment, *([owner] if owner else [])) == expected


LARGE = {
    "options": "%claude " + "-m opus " * 100_000 + "--ef",
    "brackets": "%claude -a " + "(" * 1_000_000,
    "a quote": "%claude -a '" + "a" * 1_000_000,
    "a prompt": "%%claude " + "word " * 600_000 + "{df",
    "braces": "%%claude\n" + "{" * 3_000_000 + "df",
    "references": "%%claude\n" + "{a} and\n" * 400_000 + '{df["',
    "code above": "x = 1\n" * 500_000 + "%claude -m ",
    "comments": "# a\n" * 50_000 + "%%claude -m ",
    "blank lines": " \n" * 1_000_000 + "x",
    "arguments": "%claude_undo " + "word " * 600_000,
    "a long argument": "%claude_undo " + "a" * 3_000_000,
    "joined lines": "%claude \\\n" * 300_000 + "-m ",
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_cell_takes_a_moment(name: str) -> None:
    text = LARGE[name]
    assert is_quick(lambda: place_at(text, len(text), ASKING, ("claude",)), 0.5)  # 0.05 on an idle machine
