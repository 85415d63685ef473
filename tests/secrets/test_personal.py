import pytest

from nbclaude.errors import ConfigurationError
from nbclaude.secrets.masking import Finding
from nbclaude.secrets.personal import mask_personal


def test_personal_data_is_masked_as_asked() -> None:
    text = "name,contact\nAnna,anna.b+x@mail.example.org\nBo,+44 20 7946 0958\nCy,4111 1111 1111 1111\n"
    assert mask_personal(text) == (
        "name,contact\nAnna,[e-mail address]\nBo,[telephone number]\nCy,[card number]\n",
        (Finding("e-mail address", 2), Finding("card number", 4), Finding("telephone number", 3)),
    )
    assert mask_personal(text, ["email"])[0] == text.replace("anna.b+x@mail.example.org", "[e-mail address]")
    assert mask_personal(text, []) == (text, ())


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",  # no card: the check digit is wrong
        "12345678.123456 0.1234567890123456 1234567890",
        "2020-01-01 00:00:00+00:00 … 2020-04-25 17:45:09",
        "0,14,2020-01-01,1589300000000,-77.036871",
        "550e8400-e29b-41d4-a716-446655440000",
        "01 02 2024",
        "05 10 15 20",
        "00 11 22 33",
        "col 010 020 030",
        "f(12) 1234",
        "-4.52566 … 4.42018, mean -0.00435649, std 1.0032 decorator@property",
    ],
)
def test_numbers_are_no_personal_data(text: str) -> None:
    assert mask_personal(text) == (text, ())


@pytest.mark.parametrize(
    "phone",
    [
        "+1 (555) 123-4567",
        "(030) 1234-5678",
        "555-123-4567",
        "+4915112345678",
        "020 7946 0958",
        "(089) 123456",
        "089 123 456",
        "01 23 45 67 89",
    ],
)
def test_telephone_numbers(phone: str) -> None:
    assert mask_personal(f"call {phone}, please")[0] == "call [telephone number], please"


def test_card_numbers_of_a_column_of_floats() -> None:
    assert mask_personal("paid by 4111111111111111.0\n")[0] == "paid by [card number]\n"
    assert mask_personal("4111111111111111.05") == ("4111111111111111.05", ())


def test_an_unknown_kind_of_personal_data_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="'iban' cannot be masked; what can is email, card, phone"):
        mask_personal("x", ["iban"])
