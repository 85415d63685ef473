"""The file that keeps users' own verbs: written by us, edited by people."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbclaude.errors import ConfigurationError
from nbclaude.verbs.own import OwnVerb, keep_verb, kept_verbs, remove_verb, verb_name

REVIEW = OwnVerb("review", "Review this code for bugs; be brief", "--cells 1")


@pytest.mark.parametrize(
    "prompt",
    [
        "plain",
        'with "quotes" and \\backslashes\\ and \ttabs',
        "two\nlines",
        'two\nlines and """',
        'ends\nin a quote"',
        "[looks like a table]\n[review]\nx = 1",
        "\nbegins with a line",
        "del \x7f, nul \x00 and \U0001f600 é",
        "# not a comment",
    ],
)
def test_any_text_comes_back(tmp_path: Path, prompt: str) -> None:
    """What was kept is what is read."""
    path = tmp_path / "profile" / "verbs.toml"
    keep_verb(path, REVIEW)
    keep_verb(path, OwnVerb("other", prompt, '--system "be brief"'))
    keep_verb(path, OwnVerb("last", "x"))
    assert kept_verbs(path) == (
        REVIEW,
        OwnVerb("other", prompt.strip("\n"), '--system "be brief"'),
        OwnVerb("last", "x"),
    )
    keep_verb(path, OwnVerb("other", "new"))
    assert {verb.name: verb.prompt for verb in kept_verbs(path)} == {
        "review": REVIEW.prompt,
        "other": "new",
        "last": "x",
    }
    assert remove_verb(path, "other")
    assert [verb.name for verb in kept_verbs(path)] == ["review", "last"]
    assert not remove_verb(path, "other")


def test_comments_of_people_stay(tmp_path: Path) -> None:
    """Only the table of the verb is written anew."""
    path = tmp_path / "verbs.toml"
    path.write_text('# mine\n[a]\nprompt = "A"\n\n# about b\n[b]\nprompt = """\nB\n"""\n# end\n', "utf-8")
    keep_verb(path, OwnVerb("a", "AA", "--new"))
    assert path.read_text("utf-8") == (
        '# mine\n\n[a]\nprompt = "AA"\noptions = "--new"\n\n# about b\n[b]\nprompt = """\nB\n"""\n# end\n'
    )
    remove_verb(path, "a")
    assert "# about b\n[b]" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a", "is not valid TOML"),
        ("[A-b]\nprompt = 'x'", "[A-b] is not a name for a verb"),
        ("[a]\n", '[a] needs prompt = "..."'),
        ("[a]\nprompt = 3", '[a] needs prompt = "..."'),
        ("[a]\nprompt = 'x'\noption = '--new'", "[a] has 'option'"),
        ("a = 3", '[a] needs prompt = "..."'),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    """The file, the table and the reason."""
    path = tmp_path / "verbs.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        kept_verbs(path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_names() -> None:
    """A name may be written as its magic is."""
    assert [verb_name(text) for text in ("review", "%claude_review", "%%claude_x2")] == [
        "review",
        "review",
        "x2",
    ]
    assert [verb_name(text) for text in ("2x", "a-b", "é", "", "Review", "a b")] == [""] * 6
