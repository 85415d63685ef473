import base64
import hashlib
import subprocess
import sys
import time
import uuid

import pandas
import pytest

from nbclaude.context.personal import mask_personal
from nbclaude.context.screen import Screen
from nbclaude.context.secrets import Finding, mask
from nbclaude.context.texts import clip, one_line
from nbclaude.errors import ConfigurationError

# Each is put together here, so that no scanner takes this file for a leak.
_DIGITS = "0123456789"
_WORD = "abcDEF0123456789ghiJKL0123456789mnoPQR0123456789stuVWX0123456789yz"
_HEX = "0123456789abcdef" * 4
SECRETS = {
    "Anthropic key": "sk-ant-" + "api03-" + _WORD[:40] + "-" + _WORD[:30],
    "AWS key": "AKIA" + "IOSFODNN7EXAMPLE",
    "GitHub token": "ghp_" + _WORD[:36],
    "GitLab token": "glpat-" + _WORD[:20],
    "Slack token": "xoxb-" + "123456789012-123456789012-" + "abcdefghijklmnop12345678",
    "Stripe key": "sk_live_" + _WORD[:24],
    "OpenAI key": "sk-proj-" + _WORD + "T3BlbkFJ" + _WORD[:40],
    "API key": "sk-" + _WORD[:48],
    "Google API key": "AIza" + "Sy" + _WORD[:33],
    "npm token": "npm_" + _WORD[:36],
    "PyPI token": "pypi-" + "AgEIcHlwaS5vcmc" + _WORD + _WORD[:20],
    "SendGrid key": "SG." + _WORD[:22] + "." + _WORD[:43],
    "Twilio key": "SK" + _HEX[:32],
    "Azure storage key": "AccountKey=" + base64.b64encode(bytes(range(64))).decode(),
    "Discord token": "MTk4" + _WORD[:20] + ".Cl2FMQ." + _WORD[:27],
    "Telegram token": "110201543:AAH" + _WORD[:32],
    "JSON web token": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + "." + _WORD[:43],
    "Hugging Face token": "hf_" + _WORD[:34],
    "Databricks token": "dapi" + _HEX[:32],
    "Square secret": "sq0csp-" + _WORD[:43],
    "Mailchimp key": _HEX[:32] + "-us12",
    "OpenRouter key": "sk-or-v1-" + _HEX,
}

# What stands around a secret, and what of the whole must not come through.
_IN_CONTEXT = [
    ("password in a URL", "postgresql://anna:", "s3cr3t!pw$", "@db.example.org:5432/shop"),
    ("bearer token", "Authorization: Bearer ", "0a1b2c3d4e5f6a7b8c9d0e1f2a3b", "\n"),
    ("bearer token", "curl -H 'authorization: bearer ", "abcdefghijklmnop.qrstuvw_1", "'"),
    ("basic credentials", "Authorization: Basic ", "YW5uYTpzM2NyM3Q=", ""),
    ("AWS secret key", "AWS_SECRET_ACCESS_KEY=", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "\n"),
    ("API key", "{'x-api-key': '", "0123456789abcdef0123", "'}"),
    ("npm token", "//registry.npmjs.org/:_authToken=", "0123456789abcdef-0123", "\n"),
]


@pytest.mark.parametrize(("kind", "secret"), SECRETS.items())
@pytest.mark.parametrize(
    "frame", ["{}", "key = '{}'", "a,b\n1,{}\n2,x", "['line\\n{}']", "<{}>", "ends with {}.", '{{"k": "{}"}}']
)
def test_a_secret_is_masked_wherever_it_stands(kind: str, secret: str, frame: str) -> None:
    text = frame.format(secret)
    masked, findings = mask(text)
    body = secret.removeprefix("AccountKey=")
    assert body not in masked
    assert body[-12:] not in masked
    assert masked == frame.format(secret.replace(body, f"[secret removed: {kind}]"))
    assert [finding.kind for finding in findings] == [kind]
    assert mask(masked) == (masked, ())


@pytest.mark.parametrize(("kind", "before", "secret", "after"), _IN_CONTEXT)
def test_a_secret_that_its_surroundings_give_away(kind: str, before: str, secret: str, after: str) -> None:
    assert mask(before + secret + after) == (
        f"{before}[secret removed: {kind}]{after}",
        (Finding(kind, 1),),
    )


@pytest.mark.parametrize("line_end", ["\n", "\\n", "⏎"])
def test_a_private_key_goes_as_a_whole(line_end: str) -> None:
    lines = ["-----BEGIN RSA " + "PRIVATE KEY-----", _WORD, _WORD, "-----END RSA " + "PRIVATE KEY-----"]
    masked, findings = mask("before " + line_end.join(lines) + " after")
    assert masked == "before [secret removed: private key] after"
    assert findings == (Finding("private key", 1),)
    # Cut off before its end it is as secret.
    masked, _ = mask(line_end.join(lines[:2]) + '" after')
    assert masked == '[secret removed: private key]" after'


def test_code_that_only_speaks_of_private_keys_stays() -> None:
    text = 'if "-----BEGIN ' + 'PRIVATE KEY-----" in text:\n    raise ValueError("no key in here")\n'
    assert mask(text) == (text, ())


@pytest.mark.parametrize(
    "kind", ["Anthropic key", "GitHub token", "PyPI token", "SendGrid key", "OpenAI key"]
)
def test_a_token_that_was_cut_is_masked_too(kind: str) -> None:
    masked, findings = mask(SECRETS[kind][:59] + "…")
    assert masked == f"[secret removed: {kind}]…"
    assert len(findings) == 1


def test_findings_name_the_line_and_never_the_secret() -> None:
    text = f"first\n{SECRETS['AWS key']} and {SECRETS['GitHub token']}\nthird\n{SECRETS['Stripe key']}"
    masked, findings = mask(text)
    assert findings == (Finding("AWS key", 2), Finding("GitHub token", 2), Finding("Stripe key", 4))
    assert masked == (
        "first\n[secret removed: AWS key] and [secret removed: GitHub token]\nthird\n[secret removed: Stripe key]"
    )
    assert _WORD[:10] not in repr(findings)


_FRAME = pandas.DataFrame({"x": [0.1234567890123456, 12345678.901234567], "id": [110201543, 20240101]})

_HARMLESS = {
    "uuid": f"id {uuid.UUID(int=0x12345678123456781234567812345678)}",
    "git": "commit da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "git with a date": "20240101:da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "sha256": hashlib.sha256(b"x").hexdigest(),
    "sri": "sha512-" + base64.b64encode(hashlib.sha512(b"x").digest()).decode(),
    "image": "data:image/png;base64," + base64.b64encode(bytes(range(256)) * 40).decode(),
    "frame": _FRAME.to_string() + _FRAME.to_csv(),
    "file names": "/usr/lib/python3/dist-packages/SKlearn_tests_2024-01-01.tar.gz report-us12.pdf IMG_20240101_123456.jpg",
    "urls": "https://example.org:8080/a/b?x=1&y=user@example.org and http://localhost:8888/lab",
    "url without password": "git@github.com:someone/repository.git ssh://git@example.org/x",
    "prose": "The bearer of this letter brings responsibilities. Basic understanding suffices: bearer token, API key.",
    "code": 'headers = {"Authorization": f"Bearer {token}", "x-api-key": os.environ["ANTHROPIC_API_KEY"]}',
    "names": "skip-connection sk-estimator-doc-link pypi-server hf_transformers_model_name npm_config_registry",
    "module": "sklearn.ensemble.RandomForestClassifier MyVeryLongPackageNameHere.module.TestSomethingLong",
    "dna": "ACGTACGTACGTACGTACGTACGTACGTACGTACGTACGT",
    "digits": "3.141592653589793238462643383279 12345678:12345678901234567890123456789012345",
    "placeholders": "ANTHROPIC_API_KEY=sk-ant-... or ghp_xxx",
}


@pytest.mark.parametrize("text", _HARMLESS.values(), ids=_HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == (text, ())


def test_blocks_are_walked_and_base64_is_left_alone() -> None:
    key = SECRETS["AWS key"]
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": key}}
    plain = {"type": "text", "text": "nothing here"}
    blocks, findings = Screen().blocks(
        [
            {"type": "text", "text": f"my key is {key}"},
            image,
            plain,
            {
                "type": "document",
                "title": key,
                "source": {"type": "text", "media_type": "text/plain", "data": f"k={key}"},
            },
            {
                "type": "tool_result",
                "tool_use_id": "toolu_1",
                "content": [{"type": "text", "text": key}, image],
            },
            {"type": "tool_result", "tool_use_id": "toolu_2", "content": key},
            {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": [key]}},
            {"type": "thinking", "thinking": key, "signature": "s"},
        ]
    )
    told = "[secret removed: AWS key]"
    assert [dict(block) for block in blocks] == [
        {"type": "text", "text": f"my key is {told}"},
        image,
        plain,
        {
            "type": "document",
            "title": told,
            "source": {"type": "text", "media_type": "text/plain", "data": f"k={told}"},
        },
        {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": told}, image]},
        {"type": "tool_result", "tool_use_id": "toolu_2", "content": told},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": [told]}},
        {"type": "thinking", "thinking": key, "signature": "s"},
    ]
    assert len(findings) == 6
    assert blocks[1] is image
    assert blocks[2] is plain


@pytest.mark.parametrize(
    "text",
    [
        "eyJ" * 100_000,
        "://a:" * 60_000,
        "a.b:" * 80_000,
        "Bearer " * 40_000,
        "//" * 150_000,
        "?sig=" * 60_000,
    ],
)
def test_long_texts_take_no_longer_than_their_length(text: str) -> None:
    mask("")
    began = time.perf_counter()
    assert mask(text) == (text, ())
    assert time.perf_counter() - began < 2


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
        "-4.52566 … 4.42018, mean -0.00435649, std 1.0032 decorator@property",
    ],
)
def test_numbers_are_no_personal_data(text: str) -> None:
    assert mask_personal(text) == (text, ())


@pytest.mark.parametrize(
    "phone", ["+1 (555) 123-4567", "(030) 1234-5678", "555-123-4567", "+4915112345678", "020 7946 0958"]
)
def test_telephone_numbers(phone: str) -> None:
    assert mask_personal(f"call {phone}, please")[0] == "call [telephone number], please"


def test_an_unknown_kind_of_personal_data_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="'iban' cannot be masked; what can is email, card, phone"):
        mask_personal("x", ["iban"])


@pytest.mark.parametrize(("kind", "secret"), SECRETS.items())
@pytest.mark.parametrize("limit", [30, 40, 50, 60])
def test_a_cut_never_leaves_a_part_of_a_credential(kind: str, secret: str, limit: int) -> None:
    # The cut goes through the middle of the secret, and later past its end.
    for before in (limit - len(secret) // 2, limit - 12, limit - 3):
        text = "x" * max(before - 1, 0) + " " + secret + " more text of a cell that is long" * 9
        for cut in (one_line(text, limit), clip(text, limit)[0], clip(text, limit, tail=0.9)[0]):
            masked, _ = mask(cut)
            assert secret[:12] not in masked, (kind, before)
            assert secret[-12:] not in masked, (kind, before)


def test_the_user_s_own_warnings_stay_where_they_are() -> None:
    code = (
        "import logging, warnings\nbefore = warnings.showwarning, list(warnings.filters)\n"
        "from nbclaude.context.secrets import mask\nmask('x')\n"
        "assert (warnings.showwarning, list(warnings.filters)) == before\nwarnings.warn('mine')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "UserWarning: mine" in done.stderr
