"""Cutting a text: what is left, and the numbers that are said of it."""

from __future__ import annotations

from nbclaude.data.cells import cell_text
from nbclaude.secrets.masking import mask
from nbclaude.texts import beginning, clip, gap, one_line


def test_a_text_within_the_limit() -> None:
    assert clip("abc", 3) == ("abc", "")


def test_the_beginning_and_the_end() -> None:
    assert clip("a" * 900 + "b" * 100, 100) == (
        "a" * 100 + "\n[… 900 of 1,000 characters left out …]",
        "900 of 1,000 characters left out",
    )
    assert clip("a" * 900 + "b" * 100, 100, tail=0.5)[0] == (
        "a" * 50 + "\n[… 900 of 1,000 characters left out …]\n" + "b" * 50
    )


def test_a_text_cut_twice_counts_all_that_is_missing() -> None:
    once, _ = clip("a" * 900 + "b" * 100, 500, tail=0.5)
    assert clip(once, 100, tail=0.5) == (
        "a" * 50 + "\n[… 900 of 1,000 characters left out …]\n" + "b" * 50,
        "900 of 1,000 characters left out",
    )


def test_a_gap_that_stays_is_counted_in_the_whole() -> None:
    text, note = clip("a" * 10 + gap(1_000) + "b" * 290, 100)
    assert text == ("a" * 10 + gap(1_000) + "b" * 57 + "\n[… 233 of 1,300 characters left out …]")
    assert note == "1,233 of 1,300 characters left out"


def test_a_mark_is_never_cut_through() -> None:
    text = "a" * 90 + gap(1_000) + "b" * 210
    assert clip(text, 100)[0] == "a" * 90 + "\n[… 1,210 of 1,300 characters left out …]"


_TOKEN = "ghp_" + "abcDEF0123456789ghiJKL0123456789mnoP"
_LINE = "MIIEpAIBAAKCAQEA0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL"
_KEY = "\n".join(
    ["-----BEGIN RSA " + "PRIVATE KEY-----", *[_LINE] * 25, "-----END RSA " + "PRIVATE KEY-----"]
)


def test_a_beginning_ends_before_a_credential() -> None:
    assert beginning("abc", 3) == "abc"
    assert beginning("abcd", 3) == "abc"
    assert beginning(f"see {_TOKEN} there", 20) == "see "
    # Bytes are cut before they are shown.
    assert _TOKEN[:12] not in cell_text(b"x" * 40 + b" " + _TOKEN.encode())


def test_a_private_key_that_is_cut_leaves_nothing() -> None:
    text = "# a comment of a line\n" * 40 + f'key = """{_KEY}"""\n' + "print('a line of code')\n" * 40
    for limit in range(500, 4_000, 130):
        for tail in (0.0, 0.3, 0.5, 0.7):
            masked, _ = mask(clip(text, limit, tail=tail)[0])
            assert _LINE[-20:] not in masked, (limit, tail)


def test_a_long_token_that_is_cut_leaves_nothing() -> None:
    token = "IQoJb3JpZ2luX2VjEHQaCXVzLWVhc3QtMSJ" + "a9/B8+c7D6e5F4" * 60
    for before in ("AWS_SESSION_TOKEN=", 'aws_session_token = "', '{"SessionToken": "'):
        text = f'a line before it {before}{token}" and more\n' + "the rest\n" * 400
        for limit in range(20, 1_400, 70):
            for cut in (clip(text, limit)[0], clip(text, limit, tail=0.9)[0], one_line(text, limit)):
                masked, _ = mask(cut)
                assert "a9/B8" not in masked, (before, limit)
                assert token[:20] not in masked, (before, limit)
