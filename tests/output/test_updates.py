"""An update is the message that the kernel's own publisher would send, but does not wait for printed output."""

from __future__ import annotations

import contextlib
import functools
import io
from typing import Any

import pytest
from ipykernel.zmqshell import ZMQDisplayPublisher
from IPython.core.displaypub import CapturingDisplayPublisher
from jupyter_client.session import Session

from nbclaude.output.updates import publish

DATA, METADATA = {"text/html": "<p>é</p>", "text/plain": "é"}, {"nbclaude": {"part": 1}}


class Flushed(io.StringIO):
    """A stream that counts how often it has been flushed."""

    count = 0

    def flush(self) -> None:
        self.count += 1


@pytest.fixture
def stream() -> Flushed:
    return Flushed()


class Sent:
    """A kernel's own publisher, and what it has sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.messages: list[tuple[Any, dict[str, Any], bytes]] = []
        session = Session(key=b"k")
        self.publisher = ZMQDisplayPublisher(session=session, pub_socket="the socket")
        self.publisher.set_parent({"header": {"msg_id": "asked", "msg_type": "execute_request"}})
        monkeypatch.setattr(session, "send", lambda to, what, ident: self.messages.append((to, what, ident)))

    def show(self, *, update: bool) -> None:
        publish(self.publisher, DATA, METADATA, "id-0", update=update)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    return Sent(monkeypatch)


def told(message: tuple[Any, dict[str, Any], bytes]) -> list[Any]:
    socket, content, topic = message
    return [socket, topic, content["msg_type"], content["parent_header"], content["content"]]


def test_an_update_is_the_message_that_the_kernel_would_send(sent: Sent, stream: Flushed) -> None:
    with contextlib.redirect_stdout(stream):
        sent.show(update=True)
        assert stream.count == 0
        sent.publisher.publish(DATA, METADATA, transient={"display_id": "id-0"}, update=True)
    assert stream.count == 1
    ours, its = map(told, sent.messages)
    assert ours == its and ours[2] == "update_display_data"


def test_a_new_display_comes_after_what_has_been_printed(sent: Sent, stream: Flushed) -> None:
    with contextlib.redirect_stdout(stream):
        sent.show(update=False)
    assert stream.count == 1
    assert told(sent.messages[0])[2:] == [
        "display_data",
        {"msg_id": "asked", "msg_type": "execute_request"},
        {"data": DATA, "metadata": METADATA, "transient": {"display_id": "id-0"}},
    ]


def test_hooks_see_an_update_and_may_withhold_it(sent: Sent) -> None:
    heard: list[str] = []

    def hook(message: dict[str, Any]) -> dict[str, Any] | None:
        heard.append(message["msg_type"])
        return message if len(heard) == 1 else None

    sent.publisher.register_hook(hook)
    sent.show(update=True)
    sent.show(update=True)
    assert heard == ["update_display_data"] * 2 and len(sent.messages) == 1


def test_a_wrapped_publish_method_is_called(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    @functools.wraps(ZMQDisplayPublisher.publish)
    def wrapper(self: ZMQDisplayPublisher, *arguments: Any, **options: Any) -> Any:
        calls.append(options["transient"]["display_id"])
        return wrapper.__wrapped__(self, *arguments, **options)  # type: ignore[attr-defined]

    monkeypatch.setattr(ZMQDisplayPublisher, "publish", wrapper)
    sent.show(update=True)
    assert calls == ["id-0"] and len(sent.messages) == 1


def test_a_replaced_publish_method_is_called(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(sent.publisher, "publish", lambda **call: calls.append(call))
    sent.show(update=True)
    assert calls[0]["update"] and calls[0]["data"] == DATA and not sent.messages


def test_an_update_is_recorded_where_a_record_is_kept(sent: Sent, stream: Flushed) -> None:
    if not hasattr(sent.publisher, "store_display_history"):
        pytest.skip("this ipykernel keeps no record")
    sent.publisher.store_display_history = True
    with contextlib.redirect_stdout(stream):
        sent.show(update=True)
    assert stream.count == 1 and len(sent.messages) == 1


def test_captured_output_has_the_update() -> None:
    publisher = CapturingDisplayPublisher()
    publish(publisher, DATA, METADATA, "id-0", update=True)
    assert publisher.outputs[0]["data"] == DATA
