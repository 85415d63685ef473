"""What is said, and how soon, where no connection to a server comes about."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbclaude.client.endpoints import list_models
from nbclaude.errors import APIConnectionError, APIError, APITimeoutError
from nbclaude.simulator import Simulator
from tests.client.helpers import Result, connection, read
from tests.client.listeners import Authority, Listener, connect_to, forward, in_tls, read_head

FAR = "https://far.example"
PASSWORD = "canary-p@ss/w:rd"
IN_URL = "canary-p%40ss%2Fw%3Ard"
AT_ONCE = 15.0  # seconds, far from the time that an answer may take
CURE = "set SSL_CERT_FILE to a PEM file"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def through(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Listener]]:
    """Start a proxy, name it in the environment, and give it."""
    open_ones: list[Listener] = []

    def start(
        handler: Callable[[socket.socket], None], variable: str = "HTTPS_PROXY", user: str = ""
    ) -> Listener:
        proxy = Listener(handler)
        open_ones.append(proxy.__enter__())
        monkeypatch.setenv(variable, f"http://{user}{proxy.address}")
        return proxy

    yield start
    for proxy in open_ones:
        proxy.__exit__()


def close(peer: socket.socket) -> None:
    """Do nothing more."""


def reset(peer: socket.socket) -> None:
    peer.recv(100)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def garbage(peer: socket.socket) -> None:
    peer.recv(10_000)
    peer.sendall(b"Blocked by policy, ask the administrator.\r\n" * 20)
    peer.recv(1000)


def alert(peer: socket.socket) -> None:
    peer.recv(5)
    peer.sendall(b"\x15\x03\x03\x00\x02\x02\x28")  # fatal, handshake_failure
    peer.recv(1000)


def half_a_handshake(peer: socket.socket) -> None:
    peer.recv(1000)
    peer.sendall(b"\x16\x03\x03\x00\x7a\x02\x00")


def nothing(peer: socket.socket) -> None:
    peer.recv(100_000)
    with contextlib.suppress(OSError):
        while peer.recv(100_000):  # until the test ends
            pass


def asked(url: str = FAR, **changes: Any) -> tuple[APIError, Result, list[Any]]:
    """Ask with the retries that are usual; give the error, the result, and how often it was tried again."""
    from nbclaude.client.stream import MessageStream
    from tests.client.helpers import request

    waits: list[Any] = []
    result = Result()
    begun = time.monotonic()
    with MessageStream(
        connection(url, **{"max_retries": 2, "timeout": 600.0} | changes), request()
    ) as stream:
        stream.on_wait = waits.append
        try:
            list(stream)
        except Exception as error:
            result.error = error
    result.seconds = time.monotonic() - begun
    return result.api_error, result, waits


class TestBehindAProxy:
    @pytest.mark.parametrize(
        ("behaviour", "says"),
        [
            (close, "was closed during the TLS handshake"),
            (reset, "was closed during the TLS handshake"),
            (half_a_handshake, "was closed during the TLS handshake"),
            (garbage, "does not speak TLS"),
            (alert, "refused the TLS connection"),
        ],
    )
    @pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
    def test_a_tunnel_without_tls_fails_at_once(
        self, behaviour: Any, says: str, variable: str, through: Callable[..., Listener]
    ) -> None:
        proxy = through(connect_to(behaviour), variable)
        error, result, waits = asked()
        assert type(error) is APIConnectionError
        assert result.seconds < AT_ONCE
        assert waits == []
        assert proxy.connections == 1
        for part in (says, "certificate", CURE, "https://far.example", proxy.address, variable):
            assert part in str(error)

    @pytest.mark.parametrize(
        ("host", "times", "says"),
        [
            ("far.example", {}, "the authority that signed it is not trusted"),
            ("far.example", {"expired": True}, "it has expired"),
            ("other.example", {}, "it was issued for another host"),
        ],
    )
    def test_a_certificate_is_said_to_be_the_reason(
        self,
        host: str,
        times: Any,
        says: str,
        authority: Authority,
        through: Callable[..., Listener],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        if "authority" not in says:
            monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        through(connect_to(in_tls(authority.context(host, **times), nothing)))
        error, result, waits = asked()
        assert result.seconds < AT_ONCE
        assert waits == []
        for part in (
            "The certificate of https://far.example through the proxy",
            says,
            "verify failed",
            "SSL_CERT_FILE",
        ):
            assert part in str(error)

    def test_a_proxy_that_falls_silent_has_the_time_of_a_connection(
        self, through: Callable[..., Listener]
    ) -> None:
        through(nothing)
        error, result, _ = asked(timeout=0.3, max_retries=0)
        assert type(error) is APITimeoutError
        assert "did not connect to https://far.example within 0.3 s" in str(error)
        assert result.seconds < AT_ONCE

    @pytest.mark.parametrize("behaviour", [nothing, connect_to(nothing)])
    def test_which_is_not_the_time_of_an_answer(
        self, behaviour: Any, through: Callable[..., Listener], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("nbclaude.client.lines.CONNECT_TIMEOUT", 0.4)
        through(behaviour)
        error, result, _ = asked(max_retries=0)
        assert type(error) is APITimeoutError
        assert result.seconds < AT_ONCE

    @pytest.mark.parametrize(
        ("status", "says", "retries"),
        [
            ("403 Forbidden", "did not open a tunnel to https://far.example: 403 Forbidden", 0),
            (
                "407 Proxy Authentication Required",
                "asks for a user name and a password. Put them in its address",
                0,
            ),
            ("502 Bad Gateway", "502 Bad Gateway", 1),
            ("501 Not Implemented", "501 Not Implemented", 0),
            ("503 Service Unavailable", "503 Service Unavailable", 1),
            ("451 Unavailable For Legal Reasons", "451 Unavailable For Legal Reasons", 0),
        ],
    )
    def test_a_refused_tunnel(
        self, status: str, says: str, retries: int, through: Callable[..., Listener]
    ) -> None:
        answer = f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode()
        proxy = through(connect_to(close, answer))
        error, _, waits = asked(max_retries=1)
        assert says in str(error)
        assert f"The proxy {proxy.address} (HTTPS_PROXY)" in str(error)
        assert len(waits) == retries
        assert proxy.connections == 1 + retries

    def test_a_proxy_that_wants_a_password_for_plain_http(self, through: Callable[..., Listener]) -> None:
        answer = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"
        proxy = through(connect_to(close, answer), "HTTP_PROXY")
        error, _, waits = asked("http://far.example")
        assert f"The proxy {proxy.address} (HTTP_PROXY) asks for a user name and a password" in str(error)
        assert "(HTTP 407)" in str(error)
        assert waits == []

    def test_a_plain_proxy_that_is_named_as_one_with_tls(
        self, through: Callable[..., Listener], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proxy = through(garbage)
        monkeypatch.setenv("HTTPS_PROXY", f"https://{proxy.address}")
        error, _, waits = asked()
        assert f"The proxy {proxy.address} (HTTPS_PROXY) does not speak TLS" in str(error)
        assert "begins with http://" in str(error)
        assert waits == []

    def test_no_password_is_shown(self, through: Callable[..., Listener]) -> None:
        answer = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"
        through(connect_to(close, answer), user=f"ann:{IN_URL}@")
        error, _, _ = asked()
        assert "rejected the user name and password" in str(error)
        for part in (PASSWORD, IN_URL, "canary", "ann"):
            assert part not in f"{error!s} {error!r}"

    @pytest.mark.parametrize(
        ("value", "says"),
        [
            ("http://ann:canary#x@proxy.example:1", "is not a proxy address"),
            ("http://ann:canary/x@proxy.example:1", "is not a proxy address"),
            ("http://:8080", "is not a proxy address"),
            ("http://proxy.example:99999", "is not a proxy address"),
            ("http://ann:canary@pro xy:1", "is not a proxy address"),
            ("ftp://ann:canary@proxy.example", "names a ftp:// proxy, which is not supported"),
            ("socks4://ann:canary@proxy.example", "names a socks4:// proxy, which is not supported"),
            ("socks5://ann:canary@proxy.example:1080", "run `pip install socksio`"),
            ("socks5h://proxy.example:1080", "run `pip install socksio`"),
        ],
    )
    def test_a_proxy_that_cannot_be_used(
        self, value: str, says: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ALL_PROXY", value)
        error, _, waits = asked()
        assert "ALL_PROXY" in str(error)
        assert says in str(error)
        assert "canary" not in str(error)
        assert waits == []

    def test_a_proxy_that_is_not_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("https_proxy", "127.0.0.1:9")
        error, _, _ = asked(max_retries=0)
        assert "The proxy 127.0.0.1:9 (https_proxy) could not be reached" in str(error)

    def test_what_fails_with_one_way_succeeds_with_the_next(
        self,
        authority: Authority,
        simulator: Simulator,
        through: Callable[..., Listener],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        broken = through(connect_to(close))
        assert asked()[0]
        broken.__exit__()
        through(
            connect_to(in_tls(authority.context("far.example"), forward(simulator.port))),
            user=f"ann:{IN_URL}@",
        )
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        simulator.enqueue("Here.")
        assert read(connection(FAR)).text == "Here."

    def test_the_plain_endpoints_say_the_same(self, through: Callable[..., Listener]) -> None:
        through(connect_to(close))
        for _ in range(2):  # the second one does not wait for the first one's place
            begun = time.monotonic()
            with pytest.raises(APIConnectionError, match="SSL_CERT_FILE"):
                list_models(connection(FAR, timeout=600.0))
            assert time.monotonic() - begun < AT_ONCE

    def test_credentials_reach_the_proxy(
        self, simulator: Simulator, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heads: list[bytes] = []

        def proxy(peer: socket.socket) -> None:
            heads.append(read_head(peer))
            peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            in_tls(authority.context("far.example"), forward(simulator.port))(peer)

        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        with Listener(proxy) as listener:
            monkeypatch.setenv("HTTPS_PROXY", f"http://ann:{IN_URL}@{listener.address}")
            simulator.enqueue("Here.")
            assert read(connection(FAR)).text == "Here."
        # base64 of "ann:canary-p@ss/w:rd"
        assert b"Proxy-Authorization: Basic YW5uOmNhbmFyeS1wQHNzL3c6cmQ=" in heads[0]


class TestDirect:
    @pytest.mark.parametrize(
        ("behaviour", "says", "retries"),
        [
            (close, "was closed during the TLS handshake", 1),
            (reset, "was closed during the TLS handshake", 1),
            (garbage, "does not speak TLS", 0),
            (alert, "refused the TLS connection (sslv3 alert handshake failure)", 0),
        ],
    )
    def test_a_handshake_that_fails(self, behaviour: Any, says: str, retries: int) -> None:
        with Listener(behaviour) as server:
            error, _, waits = asked(f"https://{server.address}", max_retries=1)
            assert server.connections == 1 + retries
        assert type(error) is APIConnectionError
        assert says in str(error)
        assert CURE in str(error)
        assert len(waits) == retries

    def test_a_handshake_that_stalls(self) -> None:
        with Listener(nothing) as server:
            error, result, _ = asked(f"https://{server.address}", timeout=0.3, max_retries=0)
        assert type(error) is APITimeoutError
        assert "did not finish the TLS handshake within 0.3 s" in str(error)
        assert result.seconds < AT_ONCE

    def test_a_server_that_speaks_plain_http(self, simulator: Simulator) -> None:
        error, _, waits = asked(simulator.base_url.replace("http:", "https:"))
        assert "If it is a plain HTTP server, its address begins with http://" in str(error)
        assert waits == []

    def test_a_server_that_wants_a_certificate(
        self, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        context = authority.context()
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority.file)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        with Listener(in_tls(context, nothing)) as server:
            error, result, waits = asked(f"https://{server.address}")
        assert "refused the TLS connection" in str(error)
        assert result.seconds < AT_ONCE
        assert waits == []

    def test_a_certificate_is_not_tried_again(self, authority: Authority) -> None:
        with Listener(in_tls(authority.context(), nothing)) as server:
            error, result, waits = asked(f"https://{server.address}")
            assert server.connections == 1
        assert "certificate verify failed: unable to get local issuer certificate" in str(error)
        assert CURE in str(error)
        assert (waits, result.seconds < AT_ONCE) == ([], True)

    def test_what_is_trusted_now_is_named(
        self, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = Authority(tmp_path, "other")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other.file))
        with Listener(in_tls(authority.context(), nothing)) as server:
            error, _, _ = asked(f"https://{server.address}")
        assert f"REQUESTS_CA_BUNDLE ({other.file}), or set SSL_CERT_FILE" in str(error)
