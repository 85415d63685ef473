from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from nbclaude.client import lines
from nbclaude.client.lines import close_lines, give_back, take_line
from nbclaude.simulator import HTTPFault, Simulator, StreamFault
from tests.client.helpers import connection, read, wait_for


def test_a_line_is_used_again() -> None:
    first = take_line("a.example")
    give_back(first)
    assert take_line("a.example") is first


def test_two_streams_at_once_have_two_lines() -> None:
    first, second = take_line("a.example"), take_line("a.example")
    assert first is not second
    give_back(first)
    give_back(second)


def test_closed_lines_are_not_given_out() -> None:
    first = take_line("a.example")
    give_back(first)
    close_lines()
    assert take_line("a.example") is not first


def test_another_proxy_gets_another_line(monkeypatch: pytest.MonkeyPatch) -> None:
    first = take_line("a.example")
    give_back(first)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    second = take_line("a.example")
    assert second is not first
    give_back(second)


def test_a_line_that_was_shut_down_is_not_used_again() -> None:
    first = take_line("a.example")
    first.shut_down()
    give_back(first)
    assert take_line("a.example") is not first


@pytest.mark.parametrize(
    "trouble",
    [
        StreamFault("drop"),
        StreamFault("reset"),
        StreamFault("error"),
        StreamFault("truncate"),
        HTTPFault(400),
        HTTPFault.html(502),
    ],
)
def test_trouble_on_a_line_does_not_reach_the_next_question(simulator: Simulator, trouble: Any) -> None:
    simulator.enqueue("one", trouble, "three", "four")
    texts = [read(connection(simulator)) for _ in range(4)]
    assert texts[1].error is not None
    assert [result.text for result in (texts[0], texts[2], texts[3])] == ["one", "three", "four"]


def test_a_connection_that_the_server_has_closed_meanwhile_is_replaced() -> None:
    with Simulator() as first:
        port = first.port
        first.enqueue("one")
        assert read(connection(first)).text == "one"
    with Simulator(port=port) as second:
        second.enqueue("two")
        # No retry is needed for it.
        assert read(connection(second)).text == "two"


def test_a_few_lines_at_the_most_wait_for_work(simulator: Simulator) -> None:
    simulator.enqueue(*["ok"] * 12)
    threads = [threading.Thread(target=read, args=(connection(simulator),)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert wait_for(lambda: len(lines._idle) <= 12)
    close_lines()
    assert lines._idle == []


class TestCertificates:
    """A corporate network's own certificates, by the environment variables that are usual."""

    @pytest.fixture(autouse=True)
    def none_of_this_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"):
            monkeypatch.delenv(name, raising=False)

    @pytest.fixture
    def server(self, tmp_path: Path) -> Iterator[tuple[str, Path]]:
        """Give the address of a TLS server, and the file of the authority that vouches for it."""
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        bundle = tmp_path / "authority.pem"
        authority.cert_pem.write_to_path(bundle)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=self.answer, args=(listener, context), daemon=True)
            thread.start()
            yield f"https://127.0.0.1:{listener.getsockname()[1]}", bundle
            thread.join(5)

    @staticmethod
    def answer(listener: socket.socket, context: ssl.SSLContext) -> None:
        peer, _ = listener.accept()
        with contextlib.suppress(OSError), context.wrap_socket(peer, server_side=True) as secure:
            # All of the request: what is left unread would end the connection by a reset.
            while not secure.recv(65_536).endswith(b"{}"):
                pass
            secure.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")

    @pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
    def test_are_trusted(self, server: tuple[str, Path], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(name, str(server[1]))
        line = take_line("127.0.0.1")
        response = line.post(server[0], b"{}", {}, 5.0)
        assert (response.status_code, response.read()) == (200, b"ok")
        line.close()

    def test_are_not_trusted_otherwise(self, server: tuple[str, Path]) -> None:
        line = take_line("127.0.0.1")
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            line.post(server[0], b"{}", {}, 5.0)
        line.close()

    def test_a_file_that_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/authority.pem")
        with pytest.raises(ValueError, match="REQUESTS_CA_BUNDLE names no file of certificates"):
            take_line("127.0.0.1")
