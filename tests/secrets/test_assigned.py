"""What a name gives away, and what only looks like it: both tables are written out, one line a case."""

import json
from collections.abc import Callable

import pytest

from nbclaude.secrets.assigned import assigned_secrets
from nbclaude.secrets.masking import mask
from nbclaude.secrets.names import named_places
from nbclaude.secrets.values import is_placeholder
from tests.secrets.test_masking import IN_CONTEXT

# As long as those of AWS.
SESSION = "IQoJb3JpZ2luX2VjEHQaCXVzLWVhc3QtMSJ" + "a9/B8+c7D6e5F4" * 40

# Kind, what stands before the secret, the secret, and what stands behind it.
NAMED = [
    ("API key", "OPENAI_API_KEY=", "0a1b2c3d4e5f6a7b8c9d", ""),
    ("API key", 'export OPENAI_API_KEY="', "0a1b2c3d4e5f6a7b8c9d", '"'),
    ("token", "CLOUDFLARE_API_TOKEN=", "v9Qx_3kT-71bZ0aQw8LmN2pR5sU6vX9yB4cD1eF7", ""),
    ("password", "DB_PASSWORD=", "hunter2", ""),
    ("password", "DB_PASSWORD=", "p@ss(w0rd),;&x", ""),
    ("password", "DB_PASSWORD='", "hunter2", "'"),
    ("password", "DB_PASSWORD=", "correcthorse", ""),
    ("password", "MYSQL_PWD=", "87654321", ""),
    ("password", "password: ", "hunter2", ""),
    ("password", "password = ", "hunter2-correct-horse", ""),
    ("password", "password = ", "correct-horse-battery-staple", ""),
    ("password", "import x\npassword = ", "hunter2-correct-horse", "\nprint(1)"),
    ("password", "The password = ", "hunter2-correct-horse", "."),
    ("password", "My password = ", "hunter2", " and it works"),
    ("password", "  password: ", "Tr0ub4dor&3", ""),
    ("password", 'password = "', "hunter2", '"'),
    ("password", 'password: str = "', "hunter2", '"'),
    ("password", 'connect(user="x", password="', "Tr0ub4dor&3", '")'),
    ("password", '{"password": "', "S3cr3t!x", '"}'),
    ("password", '{\\"password\\": \\"', "S3cr3t!x", '\\"}'),
    ("password", "'DB_PASSWORD=", "hunter2", "'"),
    ("password", "['A=1\\nDB_PASSWORD=", "hunter2", "\\nB=2']"),
    ("password", "- DB_PASSWORD=", "hunter2", ""),
    ("password", "docker run -e DB_PASSWORD=", "hunter2", " image"),
    ("password", "Server=db;Uid=sa;Pwd=", "hunter2!", ";Database=x"),
    ("password", "host=localhost password=", "hunter2", " dbname=x"),
    ("password", 'os.environ["DB_PASSWORD"] = "', "hunter2", '"'),
    ("API key", "x-api-key: ", "0a1b2c3d4e5f6a7b8c9d", ""),
    ("API key", '-H "x-api-key: ', "0a1b2c3d4e5f6a7b8c9d", '"'),
    ("API key", "-H 'X-Api-Key: ", "0a1b2c3d4e5f6a7b8c9d", "'"),
    ("API key", "HEROKU_API_KEY=", "550e8400-e29b-41d4-a716-446655440000", ""),
    ("secret", "JWT_SECRET=", "9f86d081884c7d659a2feaa0c55ad015", ""),
    ("secret", "client_secret: ", "9f86d081884c7d659a2feaa0c55ad015", ""),
    ("API key", "secret_key_base: ", "9f86d081884c7d659a2feaa0c55ad015", ""),
    ("API key", "SECRET_KEY = '", "django-insecure-#3b1k8x9$2p@q!7z6", "'"),
    ("API key", 'api_key="', "0a1b2c3d4e5f6a7b8c9d", '"'),
    ("API key", 'apiKey: "', "0a1b2c3d4e5f6a7b8c9d", '",'),
    ("token", '"accessToken": "', "0a1b2c3d4e5f6a7b8c9d", '"'),
    ("API key", "https://api.x.org/v1?api_key=", "0a1b2c3d4e5f6a7b8c9d", "&y=1"),
    ("password", "mysql --user=root --password=", "hunter2", " db"),
    ("password", "my password: ", "Tr0ub4dor&3", " works"),
    ("password", "POSTGRES_PASSWORD: ", "hunter2", ""),
    ("API key", "aws_secret_access_key = ", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""),
    ("password", "spring.datasource.password=", "hunter2", ""),
    ("password", "password=", "MySecretPass1", ""),
    ("password", "DB_PASS=", "hunter2", ""),
    ("password", "SMTP_PW=", "hunter22", ""),
    ("password", ':password => "', "hunter2", '"'),
    ("secret", "AZURE_CLIENT_SECRET=", "aBc8Q~aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456", ""),
    ("password", 'password="', "test1234", '"'),
    ("token", "TWILIO_AUTH_TOKEN=", "0123456789abcdef0123456789abcdef", ""),
    ("token", "AWS_SESSION_TOKEN=", SESSION, ""),
    ("token", "export AWS_SESSION_TOKEN='", SESSION, "'"),
    ("token", "aws_session_token = ", SESSION, "\nregion = eu"),
    ("token", '"SessionToken": "', SESSION, '",'),
    ("token", "x-amz-security-token: ", SESSION, "\n"),
    ("password", "[client]\nuser = anna\npassword = ", "correct7horse", "\n"),
    ("password", "+  POSTGRES_PASSWORD: ", "hunter2secret", "\n"),
    ("password", "> password: ", "hunter2secret", "\n"),
    ("password", "> > - password: ", "hunter2secret", "\n"),
    ("password", "data:\n  password: ", "aHVudGVyMiFwdw==", "\n"),
    ("API key", "MEILI_ADMIN_KEY=", "0a1b2c3d4e5f6a7b8c9d", ""),
    ("API key", "DD_APP_KEY=", "0a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d", ""),
    ("API key", "APP_KEY=", "base64:q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=", ""),
    ("API key", "TWITTER_CONSUMER_KEY=", "xvz1evFS4wEEPTGEFPHBog", ""),
    ("token", "AZURE_DEVOPS_PAT=", "n3k5abcd7fgh2jkl4mnp6qrs8tuv3wxy5zab7cde2fgh4jkl6mno", ""),
    ("API key", "Ocp-Apim-Subscription-Key: ", "0123456789abcdef0123456789abcdef", ""),
    ("password", 'password: str | None = "', "hunter2", '"'),
    ("password", 'password: Optional[str] = "', "hunter2", '"'),
    ("password", 'password = """', "hunter2", '"""'),
]

_INNOCENT = [
    "password = getpass()",
    'password = getpass.getpass("DB password: ")',
    "token_count=2048",
    "max_tokens=1000",
    "max_tokens = 1000",
    "num_tokens: 12345678",
    'api_key=os.environ["X"]',
    'api_key = os.environ["OPENAI_API_KEY"]',
    'api_key=os.getenv("OPENAI_API_KEY")',
    'OPENAI_API_KEY=os.environ["OPENAI_API_KEY"]',
    "API_TOKEN = settings.API_TOKEN",
    "DB_PASSWORD=${DB_PASSWORD}",
    "DB_PASSWORD=$DB_PASSWORD",
    "DB_PASSWORD=<password>",
    "DB_PASSWORD=",
    "DB_PASSWORD=your_password_here",
    "DB_PASSWORD=changeme",
    "DB_PASSWORD=********",
    "DB_PASSWORD=xxxxxxxx",
    "OPENAI_API_KEY=sk-...",
    "OPENAI_API_KEY=your-api-key-here",
    "password=None",
    "password: null",
    "password: str",
    "password: Optional[str] = None",
    "password: str | None = None",
    "def login(user: str, password: str) -> None:",
    '{"password": "string"}',
    '{"password": {"type": "string"}}',
    '{"password": "int64", "token": "object"}',
    "password  object",
    "password: int64",
    "password: datetime64[ns]",
    "password: VARCHAR(255)",
    "password varchar(255) NOT NULL,",
    '"password": "VARCHAR(255)"',
    '<input type="password" name="password" placeholder="Password">',
    "password_hash = hash(password)",
    "password_count = 12",
    'secret_santa = "Anna2024"',
    "secret santa draws: Anna -> Bo",
    "token = tokenizer.encode(text)",
    "token = tokens[0]",
    'tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")',
    'pad_token = "<pad>"',
    'eos_token="</s>"',
    '"eos_token": "<|endoftext|>"',
    '"bos_token": "<|im_start|>1"',
    "next_page_token = response.next_page_token",
    'primary_key = "customer_id_2024"',
    'key = "user:12345:profile"',
    '"key": "0123456789abcdef0123456789abcdef"',
    'sort_key="created_at_2024_01"',
    'cache_key = f"{user}:{page}"',
    'password = "{password}"',
    'password=f"{user}123"',
    "The password: use at least 12 characters with 2 digits.",
    "Password: must contain 8+ characters",
    "Forgot your password? Password reset: https://example.org/reset/12345",
    "His password is hunter-gatherer trivia.",
    "token: 2024-01-01T00:00:00Z",
    "token=abc",
    "secret: my-k8s-secret-name-01",
    "secretName: tls-cert-2024",
    "secret: projects/123456/secrets/my-secret/versions/1",
    "PRIVATE_KEY=/etc/ssl/private/key1.pem",
    "PASSWORD_FILE=/run/secrets/db1",
    "POSTGRES_PASSWORD_FILE: /run/secrets/pg_pass_1",
    "doi:10.1038/s41586-020-2649-2",
    "https://doi.org/10.1145/3292500.3330701",
    "ISBN 978-3-16-148410-0",
    "+1 555 123-4567",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "550e8400-e29b-41d4-a716-446655440000",
    '"integrity": "sha512-9fceb02d0ae598e95dc970b74767f19372d61af8abc=="',
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "numpy==1.26.4 --hash=sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "pass: 120 fail: 3",
    "tests pass: 120",
    "bypass=True1234",
    'compass="North42"',
    "postgres://user:password@localhost/db",
    "postgres://{user}:{password}@{host}/db",
    "postgresql://anna:***@db/x",
    "https://example.org:8080/@user/post",
    "mysql://localhost:3306/db",
    "git+https://github.com/org/repo@v1.2.3",
    "mailto:anna@example.org",
    "ssh git@github.com:org/repo.git",
    'curl -u "$USER:$PASS" https://x.org',
    "curl -u user:<password> https://x.org",
    "curl -X POST https://x.org -d 'a:b'",
    'parser.add_argument("--password", help="the password")',
    "usage: tool --password PASSWORD --token TOKEN",
    "Authorization: Bearer <token>",
    "Authorization: Bearer $TOKEN",
    "x-api-key: $ANTHROPIC_API_KEY",
    "x-api-key: YOUR_API_KEY",
    '"x-api-key": api_key,',
    'session_key = "session"',
    'secret = Secret("•••")',
    "client_secret=client_secret",
    "self.token = token2",
    "password=password2, user=user2",
    "password = password1",
    'with pytest.raises(ValueError, match="password"):',
    'api_version = "2023-06-01"',
    "service_key: customer-service-2",
    'account_key="revenue_2024"',
    "auth_key = auth_key_from_env_1()",
    "token_type: bearer",
    'tokens: ["a1b2", "c3d4"]',
    "pwd=/home/anna/project-2024",
    "PWD=/home/anna/project2024",
    "OLDPWD=/home/anna/x1",
    "pw = pd.wide_to_long(df)",
    "credentials: include",
    'credentials = Credentials.from_file("x.json")',
    "GOOGLE_APPLICATION_CREDENTIALS=/home/anna/key-1.json",
    "AWS_ACCESS_KEY_ID=AKIA...",
    "password must match 'string1'",
    " <li>Password: <b>required</b></li>",
    'df[df.password == "n/a"]',
    'password=="unknown"',
    "CSRF token: missing",
    '"password": "Password*"',
    '"password": "Passwort:",',
    "ENV PASSWORD=required",
    "validate_password=StrongPassword()",
    "class_key=Product1",
    "Token: Kennwort",
    "hf_hub_download npm_package_version xai-sdk gsk_utils dapi_version re_compile_pattern_flags pat.search",
    "NRAK- hvs.get_secret_value_from_vault_client fw_forward_pass_function do_v1_compat",
    "secret_manager_client.access_secret_version",
    "pw = 2*np.pi*f0",
    "pw = rho*g1",
    "pw=rho*g1+p0",
    "pw = 0.5*rho*A*v**3",
    "pw = 1000*kw2",
    "PW: 12kW/h",
    "Pass: 2:30pm",
    'token: "0x6B175474E89094C44Da98b954EedeAC495271d0F"',
    "publicKeyToken=b77a5c561934e089",
    "    private_key: PKCS7PrivateKeyTypes,",
    "login page password reset",
    "machine learning: the login page password reset",
    "machine learning login page password reset",
    'session_key = "9158_R_20230917_SGP"',
    'client_key = "C0012-A34-B56"',
    'next_page_token = "CAUQAA2b3c4d5e6f"',
    '"nextPageToken": "CAUQAA2b3c4d5e6f"',
    "SKabcdefghijklmnopqrstuvwxyzabcdefgh",
    "Password: ●●●●●●●●",
    "password = ________",
    "password = password1\n",
    'password="",user="x9"',
    "GITHUB_PATH=/a1/b2/c3/d4e5f6",
    "lin_api_docs glsa_token ntn_x sbp_x",
]


@pytest.mark.parametrize(("kind", "before", "secret", "after"), NAMED)
def test_a_value_that_its_name_gives_away(kind: str, before: str, secret: str, after: str) -> None:
    text = before + secret + after
    assert set(assigned_secrets(text, list(named_places(text)))) == {
        (len(before), len(before + secret), kind)
    }
    masked, findings = mask(text)
    assert secret not in masked
    assert len(findings) == 1
    assert mask(masked) == (masked, ())


@pytest.mark.parametrize("text", _INNOCENT)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert mask(text) == (text, ())


def test_they_stay_together_too() -> None:
    text = "\n\n".join(_INNOCENT)
    assert mask(text) == (text, ())


def test_letters_that_grow_in_lower_case_move_nothing() -> None:
    assert mask("İİİ DB_PASSWORD=hunter2\n")[0] == "İİİ DB_PASSWORD=[secret removed: password]\n"


def test_a_quote_that_was_cut_off_is_no_hiding_place() -> None:
    assert mask('auth_token = "0a1b2c3d4e5f6a7b8c9d')[0] == 'auth_token = "[secret removed: token]'


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("<password>", True),
        ("${DB_PASSWORD}", True),
        ("***", True),
        ("your_password", True),
        ("changeme", True),
        ("xxxxxxxx", True),
        ("{password}", True),
        ("hunter2", False),
        ("$ecret1!", False),
        ("yourself7", False),
    ],
)
def test_placeholders(value: str, is_one: bool) -> None:
    assert is_placeholder(value) is is_one


@pytest.mark.parametrize(
    "write", [repr, json.dumps, lambda text: repr([text]), lambda text: json.dumps({"a": text})]
)
def test_a_text_within_another_one_is_no_hiding_place(write: Callable[[str], str]) -> None:
    for _, before, secret, after in (*NAMED, *IN_CONTEXT):
        assert secret not in mask(write(before + secret + after))[0]
    text = "\n".join(before + secret + after for _, before, secret, after in (*NAMED, *IN_CONTEXT))
    masked, _ = mask(write(text))
    assert [secret for _, _, secret, _ in (*NAMED, *IN_CONTEXT) if secret in masked] == []
    # What is harmless stays so.
    text = write("\n\n".join(_INNOCENT))
    assert mask(text) == (text, ())
