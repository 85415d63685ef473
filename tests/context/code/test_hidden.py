"""What code gives to names of secrets is masked, and put back in code that comes back."""

from __future__ import annotations

import pytest

from nbclaude.context.code.hidden import hide_secrets, put_back


@pytest.mark.parametrize(
    "code",
    [
        "password = 'tea'",
        "db_password: str = 'tea'",
        "self.api_key = 'tea'",
        "cfg['password'] = 'tea'",
        "login = {'user': 'anna', 'password': 'tea'}",
        "connect(user='anna', password='tea')",
        "if password == 'tea': pass",
        "token = f'tea{x}'",
        "secret = '''tea\ncup'''",
        "password = base64.b64decode('tea')",
        "API_KEY = os.environ.get('KEY', 'tea')",
        "passwd = ('te'\n          'tea')",
        "%env API_KEY=tea",
        "%set_env DB_PASSWORD tea",
        "!export TOKEN=tea",
        "%%bash\nexport SECRET_KEY=tea",
        "password = b'tea'",
        "password, user = 'tea', 'anna'",
        "(user, password) = ('anna', 'tea')",
        "a, token, *rest = ['x', 'tea', 'y']",
        "user, login['password'] = 'anna', 'tea'",
        "password, user = 'tea anna'.split()",
        "connect(\n    user, password='tea', name='x')",
    ],
)
def test_masked(code: str) -> None:
    assert "tea" not in hide_secrets(code)


@pytest.mark.parametrize(
    "code",
    [
        "user = 'tea'",
        "password = os.environ['DB_PASSWORD']",
        "password = getpass.getpass('Password: ')",
        "tokens = text.split(' ')",
        "password = None",
        "token_count = count(text)",
        "print('password')",
    ],
)
def test_left_as_it_is(code: str) -> None:
    assert hide_secrets(code) == code


def test_only_the_value_of_the_secret_is_masked() -> None:
    assert hide_secrets("user, password = 'anna', 'tea'").startswith(
        "user, password = 'anna', '[secret removed"
    )
    assert "'b'" in hide_secrets("password, x = f('tea', 1), 'b'")


def test_what_was_masked_is_put_back() -> None:
    code = "password = 'tea'\nurl = 'x'"
    sent = hide_secrets(code)
    assert put_back(sent.replace("'x'", "'y'"), sent, code) == "password = 'tea'\nurl = 'y'"
    two = "password = 'tea'\npasswd = 'cup'"
    assert put_back(hide_secrets(two), hide_secrets(two), two) == two
    assert put_back("password = '[secret removed: unheard of]'", sent, code) is None
