import base64
import hashlib
import re
import uuid

import pandas
import pytest

from nbclaude.secrets import masking
from nbclaude.secrets.masking import Finding, mask
from nbclaude.texts import clip, one_line
from tests.growth import cpu, is_linear, is_quick

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
    "Azure storage key": "AccountKey=" + base64.b64encode(bytes(range(64))).decode(),
    "Discord token": "MTk4" + _WORD[:20] + ".Cl2FMQ." + _WORD[:27],
    "Telegram token": "110201543:AAH" + _WORD[:32],
    "JSON web token": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + "." + _WORD[:43],
    "Hugging Face token": "hf_" + _WORD[:34],
    "Databricks token": "dapi" + _HEX[:32],
    "Square secret": "sq0csp-" + _WORD[:43],
    "Mailchimp key": _HEX[:32] + "-us12",
    "OpenRouter key": "sk-or-v1-" + _HEX,
    "Docker token": "dckr_pat_" + _WORD[:27],
    "Vault token": "hvs." + _WORD[:50],
    "Grafana token": "glsa_" + _WORD[:32] + "_" + _HEX[:8],
    "Notion token": "ntn_" + _WORD[:46],
    "Linear key": "lin_api_" + _WORD[:40],
    "New Relic key": "NRAK-" + "0A1B2C3D4E5F6G7H8I9J0K1L2M3",
    "Perplexity key": "pplx-" + _WORD[:48],
    "age key": "AGE-SECRET-KEY-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE",
    "Groq key": "gsk_" + _WORD[:52],
    "xAI key": "xai-" + (_WORD + _WORD)[:80],
    "DigitalOcean token": "dop_v1_" + _HEX,
    "Shopify token": "shpat_" + _HEX[:32],
    "Supabase token": "sbp_" + _HEX[:40],
    "Replicate token": "r8_" + _WORD[:37],
    "Pinecone key": "pcsk_" + _WORD[:60],
    "LangSmith key": "lsv2_pt_" + _HEX[:32] + "_" + _HEX[:10],
    "Postman key": "PMAK-" + _HEX[:24] + "-" + _HEX[:34],
    "Doppler token": "dp.pt." + _WORD[:43],
    "PlanetScale token": "pscale_tkn_" + _WORD[:43],
    "Netlify token": "nfp_" + _WORD[:36],
    "Airtable token": "pat" + _WORD[:14] + "." + _HEX,
    "Figma token": "figd_" + _WORD[:40],
    "Brevo key": "xkeysib-" + _HEX + "-" + _WORD[:16],
    "Resend key": "re_" + _WORD[:8] + "_" + _WORD[9:33],
    "Atlassian token": "ATATT3" + (_WORD + _WORD)[:90],
    "Terraform token": _WORD[:14] + ".atlasv1." + _WORD + _WORD[:6],
    "Azure client secret": "aBc8Q~" + _WORD[:34],
    "NVIDIA key": "nvapi-" + _WORD[:60],
    "ElevenLabs key": "sk_" + _HEX[:48],
    "Voyage key": "pa-" + _WORD[:43],
    "Jina key": "jina_" + _WORD[:60],
    "Tailscale key": "tskey-" + "auth-" + "k0A1B2C3D4CNTRL-" + _WORD[:32],
    "SonarQube token": "sqp_" + _HEX[:40],
    "PostHog key": "phx_" + _WORD[:43],
    "Sourcegraph token": "sgp_" + _HEX[:40],
    "Google refresh token": "1//0" + _WORD[:60],
    "Mailgun key": "key-" + _HEX[:32],
    "OpenShift token": "sha256~" + _WORD[:43],
    "EasyPost key": "EZAK" + _WORD[:54],
    "Shippo token": "shippo_live_" + _HEX[:40],
    "Clojars token": "CLOJARS_" + _HEX[:60],
    "Twilio key": "SK" + _HEX[:32],
}

_JWT = SECRETS["JSON web token"]

# What stands around a secret, and what of the whole must not come through.
IN_CONTEXT = [
    ("password in a URL", "postgresql://anna:", "s3cr3t!pw$", "@db.example.org:5432/shop"),
    ("bearer token", "Authorization: Bearer ", "0a1b2c3d4e5f6a7b8c9d0e1f2a3b", "\n"),
    ("bearer token", "curl -H 'authorization: bearer ", "abcdefghijklmnop.qrstuvw_1", "'"),
    ("basic credentials", "Authorization: Basic ", "YW5uYTpzM2NyM3Q=", ""),
    ("AWS secret key", "AWS_SECRET_ACCESS_KEY=", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "\n"),
    ("API key", "{'x-api-key': '", "0123456789abcdef0123", "'}"),
    ("password in a URL", "mysql://u:", "p@ss/w", "@host"),
    ("password in a URL", "mysql+pymysql://u:", "p@ss/w0rd#1", "@db:3306/shop?charset=utf8"),
    ("password in a URL", "https://u:", "p@ss", "@example.org/x"),
    ("password of curl", "curl -s -u anna:", "hunter2", " https://example.org"),
    ("password of curl", "curl https://example.org \\\n  --user 'anna:", "hunter2", "'"),
    ("password of sshpass", "sshpass -p ", "hunter2", " ssh anna@example.org"),
    ("password of netrc", "machine example.org login anna password ", "hunter2", "\n"),
    ("Sentry DSN", "https://", _HEX[:32], "@o0.ingest.sentry.io/42"),
    ("Discord webhook", "https://discord.com/api/webhooks/123456789012345678/", _WORD + "-x", ""),
    ("Slack webhook", "https://hooks.slack.com/triggers/", "T012AB3CD/123456789012/" + _HEX[:32], "\n"),
    (
        "Slack token",
        "see ",
        "https://hooks.slack" + ".com/services/T012AB3CD/B012AB3CD/" + _WORD[:24],
        " there",
    ),
    ("token in a header", "Authorization: token ", "0a1b2c3d4e5f6a7b8c9d", "\n"),
    (
        "private key",
        '{"private_key": "',
        "-----BEGIN " + f"PRIVATE KEY-----\\n{_WORD}\\n-----END " + "PRIVATE KEY-----",
        '\\n"}',
    ),
    ("Twilio key", "twilio.rest.Client('", "AC" + _HEX[:32], "')"),
    ("JSON web token", "https://x.org/?token=", _JWT, "&y=1"),
    ("JSON web token", "SUPABASE_KEY=", _JWT, "\n"),
    ("JSON web token", "ACCESS_TOKEN=", _JWT, "\n"),
    ("JSON web token", "Cookie: session=", _JWT, "; path=/"),
    ("Telegram token", "https://api.telegram.org/bot", "123:AAH" + _WORD[:32], "/getMe"),
    ("token in a URL", "origin https://", _HEX[:10] + "abcdefghij" * 4, "@dev.azure.com/x/_git/y"),
    ("token in a header", "Authorization: SSWS ", "00QCjAl4MlV-WPXM0a1b2c3d4e5f", "\n"),
    ("npm token", "//registry.npmjs.org/:_authToken=", "0123456789abcdef-0123", "\n"),
]


@pytest.mark.parametrize(("kind", "secret"), SECRETS.items())
@pytest.mark.parametrize(
    "frame",
    [
        "{}",
        "key = '{}'",
        "a,b\n1,{}\n2,x",
        "['line\\n{}']",
        "<{}>",
        "ends with {}.",
        '{{"k": "{}"}}',
        "鍵は{}です",
    ],
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


@pytest.mark.parametrize(("kind", "before", "secret", "after"), IN_CONTEXT)
def test_a_secret_that_its_surroundings_give_away(kind: str, before: str, secret: str, after: str) -> None:
    assert mask(before + secret + after) == (
        f"{before}[secret removed: {kind}]{after}",
        (Finding(kind, before.count("\n") + 1),),
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


@pytest.mark.parametrize("between", ["\n", "\\n", "\n# ", "\r\n", "\n+", "\n    12 ", '\\n",\n"'])
def test_the_end_of_a_private_key_is_one_too(between: str) -> None:
    end = "-----END RSA " + "PRIVATE KEY-----"
    for first in (_WORD[50:], _WORD):
        masked, findings = mask("cut …]\n" + between.join([first, _WORD, _WORD, _WORD[:9], end]) + " after")
        assert masked == "cut …]\n[secret removed: private key] after"
        assert [finding.kind for finding in findings] == ["private key"]
    assert mask(f'if "{end}" in text:') == (f'if "{end}" in text:', ())


def test_the_file_of_keys_that_aws_offers() -> None:
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    masked, _ = mask("Access key ID,Secret access key\n" + SECRETS["AWS key"] + "," + secret + "\n")
    assert (
        masked
        == "Access key ID,Secret access key\n[secret removed: AWS key],[secret removed: AWS secret key]\n"
    )


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
    "prefixes": "xai-sdk gsk_utils re_compile_pattern_flags hvs.get_secret_value_from_vault_client fw_forward_pass pat.search",
    "examples": "ghp_" + "x" * 36 + " AC" + "x" * 32,
    "urls of templates": "postgres://{user}:{password}@{host}/db postgresql://anna:***@db/x mysql://localhost:3306/db",
    "curl": 'curl -u "$USER:$PASS" https://example.org; curl -u anna:<password> https://example.org',
    "lock file": "numpy==1.26.4 --hash=sha256:" + hashlib.sha256(b"numpy").hexdigest(),
    "doi, isbn, phone": "doi:10.1038/s41586-020-2649-2 ISBN 978-3-16-148410-0 +1 555 123-4567",
    "key in base64": "AEAAIAK" + "AKIA" + "BHEAIAIQAWEUNACA" + "AFFF",
    "placeholders": "ANTHROPIC_API_KEY=sk-ant-... or ghp_xxx",
}


@pytest.mark.parametrize("text", _HARMLESS.values(), ids=_HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == (text, ())


@pytest.mark.parametrize(
    "unit",
    [
        "eyJ",
        "://a:",
        "a.b:",
        "Bearer ",
        "//",
        "?sig=",
        "curl ",
        "mysql://a:",
        "password",
        "password: ",
        "machine a login ",
        "pass:",
        "TOKEN=",
        "token:",
        "=eyJ",
        "-----END PRIVATE KEY-----",
        "--token --password ",
        "docker login mysql ",
        "echo 'docker login --password-stdin <<<",
        "machine a.b password ",
        "// password: ",
        'get("password",',
        "<password>",
        "ENV A",
        "_auth=",
        "https://",
        'password="',
        "password=[(",
        '"password":{',
        "password: x\n",
        "a=b password=x ",
        "password,user\n",
        "password|user\n",
        "  password   user\n",
        "<tr><th>password",
        '("password","x"),',
        r"\n\"password\": ",
        "x, password = 'a', ",
        "INSERT (a, password) ",
        "password: " + "'",
    ],
)
@pytest.mark.sweep
def test_twice_the_text_is_twice_the_cost(unit: str) -> None:
    # `mask` remembers what it found in a long text.
    assert is_linear(masking._found, lambda size: unit * (size // len(unit)), 16_000)


@pytest.mark.parametrize(
    ("before", "run", "behind"), [("", "|", "password"), ("password", " ", "x"), ("password: ", "'", "")]
)
def test_a_long_run_beside_a_name_is_no_trap(before: str, run: str, behind: str) -> None:
    assert is_linear(masking._found, lambda size: before + run * size + behind, 16_000)


def test_a_square_would_be_noticed() -> None:
    to_the_end = re.compile("password.*?=")
    assert not is_linear(to_the_end.findall, lambda size: "password" * (size // 8), 16_000)
    a_little = re.compile("password.{,20}?=")
    assert is_linear(a_little.findall, lambda size: "password" * (size // 8), 16_000)


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


def test_a_hundred_thousand_characters_take_little_time() -> None:
    mask("")
    line = "row {n}: value = 0.{n}, token_count={n}, path=/data/run-{n}/key.csv, note='nothing: to see'\n"
    text = "".join(line.format(n=n) for n in range(1200))
    assert len(text) > 100_000
    for more in ("a", "b", "c"):
        assert mask(text + more) == (text + more, ())
    # About 20 ms; the limit is wide, for slow machines.
    seconds = min(cpu(lambda more=more: mask(text + more)) for more in ("d", "e", "f"))
    assert seconds < 0.5
    assert is_quick(lambda: mask(text + "f"), seconds / 3)
