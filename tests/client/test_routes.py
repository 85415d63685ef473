"""Which way leads to a server, and which certificates are trusted on it, by the environment."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import certifi
import pytest

from nbclaude.client.certificates import certificates, trust_of_environment
from nbclaude.client.routes import Proxy, route_to
from nbclaude.errors import APIConnectionError
from nbclaude.simulator import Simulator
from tests.client.helpers import connection, read
from tests.client.listeners import Authority, Listener, forward, in_tls

A, B = "http://a.example:1", "http://b.example:2"


def way(url: str) -> str:
    proxy = route_to(url).proxy
    return "" if proxy is None else f"{proxy.name} {proxy.variable}"


@pytest.mark.parametrize(
    ("environment", "url", "expected"),
    [
        ({}, "https://x.example", ""),
        ({"HTTPS_PROXY": A}, "https://x.example", "a.example:1 HTTPS_PROXY"),
        ({"HTTPS_PROXY": A}, "http://x.example", ""),
        ({"HTTP_PROXY": A}, "http://x.example", "a.example:1 HTTP_PROXY"),
        ({"HTTPS_PROXY": A, "https_proxy": B}, "https://x.example", "b.example:2 https_proxy"),
        ({"HTTPS_PROXY": A, "https_proxy": ""}, "https://x.example", ""),
        ({"ALL_PROXY": A, "HTTPS_PROXY": B}, "https://x.example", "b.example:2 HTTPS_PROXY"),
        ({"ALL_PROXY": A}, "https://x.example", "a.example:1 ALL_PROXY"),
        ({"all_proxy": "a.example:1"}, "http://x.example", "a.example:1 all_proxy"),
        ({"HTTPS_PROXY": "https://a.example"}, "https://x.example", "a.example HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://[::1]:3128"}, "https://x.example", "[::1]:3128 HTTPS_PROXY"),
        # No proxy leads to this machine itself, and one that cannot be used does not matter for it.
        ({"ALL_PROXY": A}, "http://localhost:1", ""),
        ({"ALL_PROXY": A}, "http://127.0.0.1:1", ""),
        ({"ALL_PROXY": "socks5://a.example"}, "http://[::1]:1", ""),
    ],
)
def test_the_proxy_in_force(
    environment: dict[str, str], url: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert way(url) == expected


@pytest.mark.parametrize(
    ("listed", "url", "exempt"),
    [
        ("*", "https://x.example", True),
        ("x.example", "https://x.example", True),
        ("X.Example", "https://x.example", True),
        ("x.example", "https://sub.x.example", True),
        (".x.example", "https://sub.x.example", True),
        ("*.x.example", "https://sub.x.example", True),
        ("x.example", "https://notx.example", False),
        ("other.example, x.example", "https://x.example", True),
        ("other.example x.example", "https://x.example", True),
        ("x.example:443", "https://x.example", True),
        ("x.example:8443", "https://x.example", False),
        ("x.example:8443", "https://x.example:8443", True),
        ("https://x.example", "https://x.example", True),
        ("10.1.2.3", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("fd00::/8", "https://[fd00::1]", True),
        ("[fd00::1]", "https://[fd00::1]", True),
        ("[fd00::1]:8443", "https://[fd00::1]:8443", True),
        ("", "https://x.example", False),
        (",, ,", "https://x.example", False),
    ],
)
@pytest.mark.parametrize("spelling", ["NO_PROXY", "no_proxy"])
def test_exceptions(
    listed: str, url: str, exempt: bool, spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", A)
    monkeypatch.setenv(spelling, listed)
    assert way(url) == ("" if exempt else "a.example:1 HTTPS_PROXY")


def test_credentials_are_apart_and_not_in_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:p%40ss@a.example:1")
    proxy = route_to("https://x.example").proxy
    assert proxy == Proxy("http://a.example:1", "a.example:1", "HTTPS_PROXY", ("ann", "p@ss"))
    assert "p@ss" not in repr(proxy)


class TestCertificates:
    @pytest.fixture
    def places(self, tmp_path: Path) -> dict[str, str]:
        """Name what the environment may name: two authorities, and what is none."""
        names = {name: str(Authority(tmp_path, name).file) for name in ("ours", "other")}
        for name, data in (
            ("empty", b""),
            ("garbage", b"\x00\x01 no certificate"),
            ("der", b"\x30\x82\x01\x02"),
        ):
            (tmp_path / name).write_bytes(data)
            names[name] = str(tmp_path / name)
        names["missing"] = str(tmp_path / "missing.pem")
        names["public"] = certifi.where()
        return names

    @pytest.mark.parametrize(
        ("environment", "count"),
        [
            ({"SSL_CERT_FILE": "ours"}, 1),
            ({"REQUESTS_CA_BUNDLE": "ours"}, 1),
            ({"CURL_CA_BUNDLE": "ours"}, 1),
            # All of them count, whichever is set first.
            ({"SSL_CERT_FILE": "other", "REQUESTS_CA_BUNDLE": "ours"}, 2),
            ({"SSL_CERT_FILE": "ours", "REQUESTS_CA_BUNDLE": "other"}, 2),
            ({"SSL_CERT_FILE": "ours", "REQUESTS_CA_BUNDLE": "ours", "CURL_CA_BUNDLE": "ours"}, 1),
            ({"SSL_CERT_FILE": "ours", "REQUESTS_CA_BUNDLE": ""}, 1),
            # A directory that is missing is no obstacle beside a file that is there.
            ({"SSL_CERT_FILE": "ours", "SSL_CERT_DIR": "missing"}, 1),
        ],
    )
    def test_all_that_are_named_are_trusted(
        self, environment: dict[str, str], count: int, places: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, place in environment.items():
            monkeypatch.setenv(name, places.get(place, place))
        assert len(certificates(trust_of_environment()).get_ca_certs()) == count

    def test_the_public_ones_are_trusted_where_none_is_named(self) -> None:
        assert trust_of_environment() == ()
        assert len(certificates(()).get_ca_certs()) > 50

    @pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
    @pytest.mark.parametrize(
        ("place", "reason"),
        [
            ("missing", "no such file or directory"),
            ("empty", "it holds no certificate in PEM format"),
            ("garbage", "it holds no certificate in PEM format"),
            ("der", "it holds no certificate in PEM format"),
        ],
    )
    def test_what_is_no_file_of_certificates_is_named(
        self, variable: str, place: str, reason: str, places: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", places["ours"])
        monkeypatch.setenv(variable, places[place])
        error = read(connection("https://127.0.0.1:9", max_retries=2)).api_error
        assert type(error) is APIConnectionError
        assert str(error).startswith(
            f"{variable} names {places[place]}, which cannot be used as certificates: {reason}."
        )

    def test_a_directory_that_is_missing_is_named(
        self, places: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_DIR", places["missing"])
        with pytest.raises(
            APIConnectionError, match=r"SSL_CERT_DIR names .*missing\.pem, .*: there is no such directory"
        ):
            certificates(trust_of_environment())

    def test_no_certificates_are_needed_without_tls(
        self, simulator: Simulator, places: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", places["missing"])
        simulator.enqueue("Here.")
        assert read(connection(simulator)).text == "Here."

    def test_a_file_that_was_mended_is_read_again(
        self, places: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", places["garbage"])
        with pytest.raises(APIConnectionError):
            certificates(trust_of_environment())
        Path(places["garbage"]).write_bytes(Path(places["ours"]).read_bytes())
        assert len(certificates(trust_of_environment()).get_ca_certs()) == 1

    @pytest.mark.parametrize(
        "variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR"]
    )
    def test_a_server_is_believed(
        self, variable: str, simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        authority = Authority(tmp_path)
        place: Any = authority.file
        if variable == "SSL_CERT_DIR":
            if shutil.which("openssl") is None:
                pytest.skip("openssl is not installed: nothing else makes such a directory")
            place = f"{tmp_path / 'nothing'}:{authority.hashed_folder(tmp_path)}"
        monkeypatch.setenv(variable, str(place))
        simulator.enqueue("Here.")
        with Listener(in_tls(authority.context(), forward(simulator.port))) as server:
            assert read(connection(f"https://{server.address}")).text == "Here."
