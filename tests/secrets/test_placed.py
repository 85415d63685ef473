"""What a place gives away, and what only stands in such a place: both tables are written out, one line a case."""

import pytest

from nbclaude.secrets.masking import mask

_RANDOM = "0a1b2c3d4e5f6a7b8c9d"

# Kind, what stands before the secret, the secret, and what stands behind it.
PLACED = [
    ("password", "tool --password ", "hunter2", " --x"),
    ("password", "CREATE USER anna IDENTIFIED BY '", "hunter2", "'"),
    ("password", "ALTER ROLE x WITH PASSWORD '", "Tr0ub4dor", "'"),
    ("token", "tool --token ", _RANDOM, " --x"),
    ("API key", "tool --api-key ", _RANDOM, ""),
    ("secret", "tool --client-secret '", _RANDOM, "'"),
    ("password", "docker login -u anna -p ", "hunter2", " registry.example.org"),
    ("password", "mysql -u root -p", "hunter2", " shop"),
    (
        "AWS secret key",
        "aws configure set aws_secret_access_key ",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "",
    ),
    ("Weights & Biases key", "!wandb login ", "0123456789abcdef" * 2 + "01234567", ""),
    ("password", "FROM x\nENV DB_PASSWORD ", "hunter2", "\n"),
    ("API key", "FROM x\nENV API_KEY ", _RANDOM, "\n"),
    ("API key", 'os.getenv("API_KEY", "', _RANDOM, '")'),
    ("password", "os.environ.get('DB_PASSWORD', '", "hunter2", "')"),
    ("password", 'os.environ.setdefault("DB_PASSWORD", "', "hunter2", '")'),
    ("secret", 'SecretStr("', "hunter2", '")'),
    ("password", 'requests.get(url, auth=("anna", "', "s3cr3t99", '"))'),
    ("password", 'HTTPBasicAuth("anna", "', "s3cr3t99", '")'),
    ("password", "<password>", "hunter2", "</password>"),
    ("API key", "<apiKey>", _RANDOM, "</apiKey>"),
    ("API key", '<add key="ApiKey" value="', _RANDOM, '" />'),
    ("API key", '{"username":"anna","key":"', "0123456789abcdef0123456789abcdef", '"}'),
    ("basic credentials", '{"auths": {"x.org": {"auth": "', "YW5uYTpodW50ZXIy", '"}}}'),
    ("basic credentials", "//registry.example.org/:_auth=", "YW5uYTpodW50ZXIy", "\n"),
]

_INNOCENT = [
    "usage: tool --password PASSWORD --token TOKEN",
    "tool --token $TOKEN --api-key <key> --password ${PW1}",
    "tool --token --verbose1234567",
    "mysql -u root -p shop",
    "mysql --protocol=tcp -P3306 -proot",
    "docker login -u anna --password-stdin",
    "docker run -p 8080:80 image",
    "wandb login --relogin",
    'os.getenv("API_KEY", "")',
    'os.getenv("API_KEY", "your-api-key-here1")',
    'df.get("password", "missing")',
    'd.get("token", "[UNK1]")',
    'SecretStr("your_password")',
    'SecretStr("**********")',
    'auth=("user", "password")',
    "auth=(user, password1)",
    'auth = ("Mueller", "2024a")',
    "<password>${env.PASSWORD1}</password>",
    "<password>******</password>",
    '{"username":"anna","key":"value"}',
    '"auth": "required"',
    '"auth": "oauth2-bearer-1"',
    "the environment token api_key 12 is set",
]


@pytest.mark.parametrize(("kind", "before", "secret", "after"), PLACED)
def test_a_value_that_its_place_gives_away(kind: str, before: str, secret: str, after: str) -> None:
    text = before + secret + after
    masked, findings = mask(text)
    assert masked == f"{before}[secret removed: {kind}]{after}"
    assert len(findings) == 1
    assert mask(masked) == (masked, ())


@pytest.mark.parametrize(("kind", "before", "secret", "after"), PLACED)
def test_in_the_repr_of_a_text_too(kind: str, before: str, secret: str, after: str) -> None:
    assert secret not in mask(repr(["x\n" + before + secret + after]))[0]


@pytest.mark.parametrize("text", _INNOCENT)
def test_what_only_stands_in_such_a_place_stays(text: str) -> None:
    assert mask(text) == (text, ())
