import pytest

from nbclaude.cleaning import excerpt, identifier, one_line, printable
from nbclaude.errors import status_error

_CLIPBOARD = "\x1b]52;c;aGk=\x07"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n\ttext", "plain\n\ttext"),
        (f"a{_CLIPBOARD}b", "a]52;c;aGk=b"),
        ("\x1b[2J\x1b[31mred\x1b[0m", "[2J[31mred[0m"),
        ("\x9b31mred \x90dcs\x9c \x85next", "31mred dcs next"),
        ("del\x7f bell\a back\b over\rwrite \x00", "del bell back overwrite "),
        ("user\u202egpj.exe\u202c", "usergpj.exe"),
        ("\u2066isolated\u2069 \u2067x\u2068y\u202a\u202b\u202d", "isolated xy"),
        ("hidden\U000e0041\U000e0042 text\ufeff\u180e", "hidden text"),
        ("half \ud83d character", "half \ufffd character"),
    ],
)
def test_what_steers_a_screen_is_gone(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "👩‍👩‍👧 family, 🏳️‍🌈 flag, 👍🏽",
        "می‌خواهم",  # Persian, with a zero-width non-joiner
        "שלום\u200e (1)\u200f",
        "क्‍ष",
        "ไทย\u200bภาษา",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f England",
        "é ß 漢字 \u00a0 soft\u00adhyphen",
        "line\u2028separator",
    ],
)
def test_what_writing_needs_stays(text: str) -> None:
    assert printable(text) == text


def test_a_sentence_is_one_line_of_bounded_length() -> None:
    assert one_line(" two\nlines\u2028and\u2029more\r\nend ") == "two lines and more end"
    assert one_line("x" * 2_000) == "x" * 999 + "…"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"


def test_a_name_has_nothing_that_cannot_be_seen() -> None:
    assert identifier("claude\u200b-\u200dsonnet\u2060\u200e\x1b[0m") == "claude-sonnet[0m"
    assert identifier("req_1\nINFO all is well") == "req_1 INFO all is well"
    assert len(identifier("x" * 10_000)) == 200


def test_every_field_of_an_error_is_clean() -> None:
    bad = f"{_CLIPBOARD}\u202e\nx"
    said = str(status_error(bad, status=500, type=bad, error_code=bad, request_id=bad))
    assert said.startswith("]52;c;aGk= x (HTTP 500, ]52;c;aGk= x, ]52;c;aGk= x, request ]52;c;aGk= x)")
    assert said.isprintable()


def test_it_takes_no_longer_than_the_text() -> None:
    assert printable("\U000e0041" * 200_000) == ""
    assert printable("\U0001f3f4" * 100_000) == "\U0001f3f4" * 100_000
    assert printable("\x1b" * 500_000 + "end") == "end"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one two  three", "one two three"),
        ("a question about the average of all sales", "a question about the…"),
        ("a question about the averages", "a question about the…"),
        ("supercalifragilisticexpialidocious", "supercalifragilisticexpi…"),
        ("a b supercalifragilisticexpialidocious", "a b supercalifragilistic…"),
    ],
)
def test_an_excerpt_ends_with_a_whole_word(text: str, shown: str) -> None:
    assert excerpt(text, 25) == shown
