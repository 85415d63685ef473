from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from nbclaude.client.addresses import normalize_base_url, server_name
from nbclaude.client.connection import Connection, connect
from nbclaude.client.connections import NamedConnection, find_connection
from nbclaude.errors import ConfigurationError, MissingKeyError
from nbclaude.options.spelling import spell
from nbclaude.secrets.keys import Secret
from tests.client.helpers import CANARY, connection, read

KEY = {"ANTHROPIC_API_KEY": CANARY}


def open_connection(environment: dict[str, str], **changes: Any) -> Connection:
    settings: dict[str, Any] = {
        "base_url": "https://api.anthropic.com",
        "api_version": "2023-06-01",
        "timeout": 600.0,
        "max_retries": 2,
    }
    return connect(environment, **settings | changes)


class TestBaseURL:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ("https://api.anthropic.com", "https://api.anthropic.com"),
            ("https://api.anthropic.com/", "https://api.anthropic.com"),
            ("https://api.anthropic.com//", "https://api.anthropic.com"),
            ("https://api.anthropic.com/v1", "https://api.anthropic.com"),
            ("https://api.anthropic.com/v1/", "https://api.anthropic.com"),
            ("https://api.anthropic.com/v1/messages", "https://api.anthropic.com"),
            ("https://api.anthropic.com/v1/messages/", "https://api.anthropic.com"),
            ("  https://api.anthropic.com/v1\n", "https://api.anthropic.com"),
            ("http://localhost:4000", "http://localhost:4000"),
            ("http://localhost:4000/v1", "http://localhost:4000"),
            ("http://127.0.0.1:11434/", "http://127.0.0.1:11434"),
            ("http://[::1]:8080/v1", "http://[::1]:8080"),
            ("https://openrouter.ai/api", "https://openrouter.ai/api"),
            ("https://openrouter.ai/api/v1", "https://openrouter.ai/api"),
            ("https://openrouter.ai/api/v1/messages", "https://openrouter.ai/api"),
            ("https://r.services.ai.azure.com/anthropic/", "https://r.services.ai.azure.com/anthropic"),
            (
                "https://bedrock-mantle.us-east-1.api.aws/anthropic",
                "https://bedrock-mantle.us-east-1.api.aws/anthropic",
            ),
            ("https://gateway.example/v1/anthropic", "https://gateway.example/v1/anthropic"),
            ("https://gateway.example/team/v1beta", "https://gateway.example/team/v1beta"),
            ("https://gateway.example/xv1", "https://gateway.example/xv1"),
        ],
    )
    def test_normalized(self, given: str, expected: str) -> None:
        assert normalize_base_url(given) == expected
        assert normalize_base_url(expected) == expected

    def test_the_address_of_messages(self) -> None:
        assert open_connection(KEY, base_url="http://h:1/x/v1/").messages_url == "http://h:1/x/v1/messages"

    @pytest.mark.parametrize(
        "given",
        [
            "",
            "   ",
            "api.anthropic.com",
            "localhost:4000",
            "//api.anthropic.com",
            "ftp://api.anthropic.com",
            "file:///etc/passwd",
            "https://",
            "https:///v1",
            "http://:4000",
            "http://[::1",
            "http://localhost:port",
            "http://localhost:99999",
            "http://local host:4000",
            "http://localhost:4000/a b\x00",
            # A query would end up in the middle of the address, a fragment nowhere.
            "https://gateway.example/v1?key=1",
            "https://gateway.example/#/v1",
        ],
    )
    def test_no_address(self, given: str) -> None:
        with pytest.raises(ConfigurationError) as caught:
            normalize_base_url(given)
        assert "base_url" in str(caught.value)

    @pytest.mark.parametrize(
        ("url", "host"),
        [
            ("https://api.anthropic.com", "api.anthropic.com"),
            ("http://localhost:4000", "localhost:4000"),
            ("http://localhost:4000/x", "localhost:4000"),
            ("http://[::1]:8080", "[::1]:8080"),
        ],
    )
    def test_host(self, url: str, host: str) -> None:
        assert connection(url).host == host

    @pytest.mark.parametrize(
        "url", ["https://user:{}@h.example", "https://{}@h.example/v1", "user:{}@h.example"]
    )
    def test_a_password_in_it_is_refused_and_not_shown(self, url: str) -> None:
        # The address is shown in the notebook: by %claude, by %config, in errors.
        with pytest.raises(ConfigurationError, match="ANTHROPIC_CUSTOM_HEADERS") as caught:
            normalize_base_url(url.format(CANARY))
        assert CANARY not in str(caught.value)


class TestKey:
    @pytest.mark.parametrize(
        ("environment", "header", "value", "source"),
        [
            ({"ANTHROPIC_API_KEY": "k"}, "x-api-key", "k", "ANTHROPIC_API_KEY"),
            ({"ANTHROPIC_AUTH_TOKEN": "t"}, "authorization", "Bearer t", "ANTHROPIC_AUTH_TOKEN"),
            ({"ANTHROPIC_API_KEY": "k", "ANTHROPIC_AUTH_TOKEN": "t"}, "x-api-key", "k", "ANTHROPIC_API_KEY"),
            (
                {"ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": "t"},
                "authorization",
                "Bearer t",
                "ANTHROPIC_AUTH_TOKEN",
            ),
            (
                {"ANTHROPIC_API_KEY": "  ", "ANTHROPIC_AUTH_TOKEN": "t"},
                "authorization",
                "Bearer t",
                "ANTHROPIC_AUTH_TOKEN",
            ),
            ({"ANTHROPIC_API_KEY": "k\n"}, "x-api-key", "k", "ANTHROPIC_API_KEY"),
            (
                {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_CUSTOM_HEADERS": ""},
                "x-api-key",
                "k",
                "ANTHROPIC_API_KEY",
            ),
            (
                {"ANTHROPIC_CUSTOM_HEADERS": "Authorization: Bearer c"},
                "authorization",
                "Bearer c",
                "ANTHROPIC_CUSTOM_HEADERS",
            ),
            ({"ANTHROPIC_CUSTOM_HEADERS": "X-API-Key: c"}, "x-api-key", "c", "ANTHROPIC_CUSTOM_HEADERS"),
        ],
    )
    def test_precedence(self, environment: dict[str, str], header: str, value: str, source: str) -> None:
        to = open_connection(environment)
        headers = to.headers()
        assert headers[header] == value
        assert len({"x-api-key", "authorization"} & headers.keys()) == 1
        assert to.key_source == source

    @pytest.mark.parametrize(
        "environment",
        [
            {},
            {"ANTHROPIC_API_KEY": ""},
            {"ANTHROPIC_API_KEY": " \n", "ANTHROPIC_AUTH_TOKEN": ""},
            {"ANTHROPIC_CUSTOM_HEADERS": "X-Team: a"},
        ],
    )
    def test_missing(self, environment: dict[str, str]) -> None:
        with pytest.raises(MissingKeyError) as caught:
            open_connection(environment)
        assert "ANTHROPIC_API_KEY" in str(caught.value)
        assert "%claude_login" in caught.value.said(spell)
        assert "%claude_demo" in caught.value.said(spell)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("variable", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"])
    @pytest.mark.parametrize(
        "key",
        ["sk canary", "sk\ncanary", "sk\x00canary", "sk-canäry", "sk\tcanary", "“sk-canary”", "sk\x7fcanary"],
    )
    def test_bad(self, variable: str, key: str) -> None:
        with pytest.raises(ConfigurationError) as caught:
            open_connection({variable: key})
        assert variable in str(caught.value)
        assert "can" not in str(caught.value).replace("cannot", "")

    def test_is_in_no_text(self) -> None:
        to = open_connection({**KEY, "ANTHROPIC_CUSTOM_HEADERS": f"X-Other: {CANARY}"})
        assert CANARY in to.headers().values()
        for shown in (
            repr(to),
            str(to),
            f"{to}",
            repr(to.secret),
            str(to.secret),
            f"{to.secret}",
            format(to.secret),
        ):
            assert CANARY not in shown
        assert repr(Secret("x")) == "Secret(•••)"

    def test_cannot_be_saved(self) -> None:
        secret = Secret(CANARY)
        for save in (pickle.dumps, copy.deepcopy, json.dumps):
            with pytest.raises(TypeError):
                save(secret)
        with pytest.raises(TypeError):
            dataclasses.asdict(open_connection(KEY))

    def test_two_secrets_are_not_compared_by_value_in_an_assertion(self) -> None:
        assert Secret("a").reveal() == "a"
        assert not hasattr(Secret("a"), "__dict__")

    def test_is_in_no_traceback_even_with_local_variables(self) -> None:
        result = read(connection("http://127.0.0.1:9"))
        report = "".join(
            traceback.TracebackException.from_exception(result.api_error, capture_locals=True).format()
        )
        assert "APIConnectionError" in report
        assert CANARY not in report

    def test_is_in_no_log(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("DEBUG")
        read(connection("http://127.0.0.1:9", max_retries=1))
        assert CANARY not in caplog.text


class TestHeaders:
    def test_all(self) -> None:
        assert open_connection(KEY, api_version="2026-10-21").headers() == {
            "content-type": "application/json",
            "accept": "text/event-stream, application/json",
            "accept-encoding": "identity",
            "anthropic-version": "2026-10-21",
            "x-api-key": CANARY,
        }

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", {}),
            ("\n \n", {}),
            ("X-Team: a", {"x-team": "a"}),
            ("X-Team: a\nX-User: b", {"x-team": "a", "x-user": "b"}),
            ("X-Team: a\r\nX-User: b\r\n", {"x-team": "a", "x-user": "b"}),
            ("  X-Team :  a  ", {"x-team": "a"}),
            ("X-Url: https://a.example:1/x", {"x-url": "https://a.example:1/x"}),
            ("X-Empty:", {"x-empty": ""}),
            ("anthropic-beta: a,b", {"anthropic-beta": "a,b"}),
            ("Anthropic-Version: 2026-10-21", {"anthropic-version": "2026-10-21"}),
            ("X-A: 1\nx-a: 2", {"x-a": "2"}),
        ],
    )
    def test_custom(self, text: str, expected: dict[str, str]) -> None:
        plain = open_connection(KEY).headers()
        assert open_connection({**KEY, "ANTHROPIC_CUSTOM_HEADERS": text}).headers() == plain | expected

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("no colon canary", 1),
            (": canary", 1),
            ("X Team: canary", 1),
            ("X-Té: canary", 1),
            ("X-Team: canäry", 1),
            ("X-Good: 1\n\nbad canary", 3),
            ('{"X-Team": "canary"}', 1),
            # What no HTTP header may hold; the network library would quote the value in its complaint.
            ("X-Team: can\x00ary", 1),
            ("X-Team: can\x07ary", 1),
            ("X-Team: can\x7fary", 1),
        ],
    )
    def test_custom_lines_that_are_no_header(self, text: str, line: int) -> None:
        with pytest.raises(ConfigurationError) as caught:
            open_connection({**KEY, "ANTHROPIC_CUSTOM_HEADERS": text})
        assert f"Line {line} of ANTHROPIC_CUSTOM_HEADERS" in str(caught.value)
        assert "can" not in str(caught.value)

    @pytest.mark.parametrize(
        "version", ["", "2023-06-01\r\nX-Evil: 1", "2023\u201106\u201101", "2023 06\x00"]
    )
    def test_a_version_that_is_no_header_value(self, version: str) -> None:
        # Non-breaking hyphens come along when a version is copied from a web page.
        with pytest.raises(ConfigurationError, match="api_version"):
            open_connection(KEY, api_version=version)


class TestNames:
    def test_are_case_sensitive_and_no_others_are_read(self) -> None:
        with pytest.raises(MissingKeyError):
            open_connection({"anthropic_api_key": "k", "CLAUDE_API_KEY": "k", "OPENAI_API_KEY": "k"})


class TestNamed:
    WORK = NamedConnection(
        "work", "https://gateway.example", "bearer", ("WORK_KEY", "OLD_KEY"), caching="explicit"
    )
    LOCAL = NamedConnection("local", "http://localhost:8000", key_variables=("LOCAL_KEY",), key_optional=True)

    def test_it_has_its_own_address_key_and_name(self) -> None:
        to = open_connection({**KEY, "WORK_KEY": "w", "OLD_KEY": "o"}, named=self.WORK)
        assert (to.base_url, to.key_source, to.name, to.caching) == (
            "https://gateway.example",
            "WORK_KEY",
            "work",
            "explicit",
        )
        assert to.headers()["authorization"] == "Bearer w"
        assert "x-api-key" not in to.headers()

    def test_the_first_variable_that_is_set_wins(self) -> None:
        assert open_connection({"WORK_KEY": " ", "OLD_KEY": "o"}, named=self.WORK).key_source == "OLD_KEY"

    def test_without_a_name_nothing_is_known(self) -> None:
        to = open_connection(KEY)
        assert (to.name, to.caching) == ("", "")

    def test_no_key_of_another_server_is_sent(self) -> None:
        environment = {**KEY, "ANTHROPIC_AUTH_TOKEN": CANARY, "ANTHROPIC_CUSTOM_HEADERS": f"X-Team: {CANARY}"}
        to = open_connection({**environment, "WORK_KEY": "w"}, named=self.WORK)
        assert CANARY not in "".join(to.headers().values())
        with pytest.raises(MissingKeyError):
            open_connection(environment, named=self.WORK)

    def test_custom_headers_belong_to_the_address_in_the_environment(self) -> None:
        environment = {"WORK_KEY": "w", "ANTHROPIC_CUSTOM_HEADERS": "X-Team: a"}
        here = {**environment, "ANTHROPIC_BASE_URL": "https://gateway.example/v1"}
        assert open_connection(here, named=self.WORK).headers()["x-team"] == "a"
        for elsewhere in ("", "https://api.anthropic.com", "http://[::1"):
            headers = open_connection(
                {**environment, "ANTHROPIC_BASE_URL": elsewhere}, named=self.WORK
            ).headers()
            assert "x-team" not in headers
        anthropic = find_connection("anthropic", {})
        assert open_connection({**KEY, **environment}, named=anthropic).headers()["x-team"] == "a"

    def test_a_missing_key_names_this_connection_s_variables(self) -> None:
        with pytest.raises(MissingKeyError) as caught:
            open_connection(KEY, named=self.WORK)
        message = caught.value.said(spell)
        for part in (
            "work",
            "https://gateway.example",
            "WORK_KEY or OLD_KEY",
            "%claude_login",
            "%claude_demo",
        ):
            assert part in message
        assert "ANTHROPIC" not in message and CANARY not in message and "\n" not in message

    def test_a_missing_key_without_variables(self) -> None:
        with pytest.raises(MissingKeyError, match=r"gateway\.example \(.*\): no key is stored\. Run login"):
            open_connection(KEY, named=find_connection("https://gateway.example", {}))

    def test_a_server_that_needs_no_key_gets_a_placeholder(self) -> None:
        to = open_connection(KEY, named=self.LOCAL)
        assert (to.headers()["x-api-key"], to.key_source) == ("no-key", "")
        assert open_connection({"LOCAL_KEY": "k"}, named=self.LOCAL).headers()["x-api-key"] == "k"

    def test_its_version_wins(self) -> None:
        named = dataclasses.replace(self.LOCAL, api_version="2025-10-01")
        assert open_connection({}, named=named).headers()["anthropic-version"] == "2025-10-01"
        assert open_connection({}, named=self.LOCAL).headers()["anthropic-version"] == "2023-06-01"


class TestAuthStyle:
    @pytest.mark.parametrize(
        ("base_url", "variable", "header"),
        [
            ("https://api.anthropic.com", "ANTHROPIC_API_KEY", "x-api-key"),
            ("https://api.anthropic.com", "ANTHROPIC_AUTH_TOKEN", "authorization"),
            ("https://gateway.example", "ANTHROPIC_API_KEY", "x-api-key"),
            ("https://gateway.example", "ANTHROPIC_AUTH_TOKEN", "authorization"),
            ("https://ollama.com", "ANTHROPIC_API_KEY", "authorization"),
            ("https://openrouter.ai/api/v1", "ANTHROPIC_API_KEY", "authorization"),
            ("https://not-ollama.com", "ANTHROPIC_API_KEY", "x-api-key"),
        ],
    )
    def test_default(self, base_url: str, variable: str, header: str) -> None:
        headers = open_connection({variable: "k"}, base_url=base_url).headers()
        assert {"x-api-key", "authorization"} & headers.keys() == {header}

    @pytest.mark.parametrize(
        ("named", "style", "header"),
        [
            ("", "bearer", "authorization"),
            ("", "x-api-key", "x-api-key"),
            ("bearer", "x-api-key", "x-api-key"),
            ("bearer", "", "authorization"),
            ("x-api-key", "", "x-api-key"),
            ("x-api-key", "bearer", "authorization"),
        ],
    )
    def test_the_setting_wins_over_the_connection_s_own(self, named: str, style: str, header: str) -> None:
        connection_ = NamedConnection("w", "https://gateway.example", named, ("WORK_KEY",))
        headers = open_connection({"WORK_KEY": "k"}, named=connection_, auth_style=style).headers()
        assert {"x-api-key", "authorization"} & headers.keys() == {header}

    def test_unknown(self) -> None:
        with pytest.raises(ConfigurationError, match=r"auth_style 'basic'.*x-api-key, bearer"):
            open_connection(KEY, auth_style="basic")


class TestStoredKey:
    @staticmethod
    def of(**keys: str) -> Callable[[str], tuple[str, str]]:
        return lambda name: (keys[name], "keyring") if name in keys else ("", "")

    def test_a_variable_wins_and_nothing_is_looked_up(self) -> None:
        def refuse(_name: str) -> tuple[str, str]:
            raise AssertionError

        assert open_connection(KEY, stored_key=refuse).key_source == "ANTHROPIC_API_KEY"

    def test_without_a_variable_it_is_used(self) -> None:
        to = open_connection({}, stored_key=self.of(anthropic=CANARY))
        assert (to.headers()["x-api-key"], to.key_source) == (CANARY, "keyring")
        assert CANARY not in repr(to)

    def test_anthropic_s_goes_to_anthropic_alone(self) -> None:
        stored = self.of(anthropic=CANARY)
        for url in ("https://gateway.example", "http://api.anthropic.com", "https://api.anthropic.com:8443"):
            with pytest.raises(MissingKeyError):
                open_connection({}, base_url=url, stored_key=stored)

    def test_another_server_s_is_stored_under_its_host(self) -> None:
        stored = self.of(**{"gateway.example:8443": "g"})
        to = open_connection({}, base_url="https://Gateway.example:8443/team/v1", stored_key=stored)
        assert to.headers()["x-api-key"] == "g"

    def test_a_named_connection_s_is_stored_under_its_name(self) -> None:
        named = NamedConnection("work", "https://gateway.example", key_variables=("WORK_KEY",))
        assert open_connection({}, named=named, stored_key=self.of(work="w")).headers()["x-api-key"] == "w"
        with pytest.raises(MissingKeyError):
            open_connection({}, named=named, stored_key=self.of(anthropic="a", **{"gateway.example": "g"}))

    def test_one_that_is_no_header_value_is_refused_and_not_shown(self) -> None:
        with pytest.raises(
            ConfigurationError, match=r"keyring cannot be a key\. Store it again with login\."
        ) as caught:
            open_connection({}, stored_key=self.of(anthropic=f"{CANARY}\n x"))
        assert CANARY not in str(caught.value)

    @pytest.mark.parametrize(
        ("url", "name"),
        [
            ("https://api.anthropic.com", "anthropic"),
            ("https://gateway.example/team", "gateway.example"),
            ("http://localhost:8000", "localhost:8000"),
            ("http://[::1]:8000", "[::1]:8000"),
            # A key that was stored for https must not go out in the clear.
            ("http://gateway.example", "http://gateway.example"),
        ],
    )
    def test_server_name(self, url: str, name: str) -> None:
        assert server_name(url) == name
