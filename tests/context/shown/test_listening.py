"""Listening to publishers and streams other than ipykernel's: xeus-python's, and objects not written in Python."""

from __future__ import annotations

from typing import Any

from IPython.core.displaypub import CapturingDisplayPublisher

from nbclaude.context.shown.listening import is_heard, listen, replaced


class Publisher:
    """Has no hooks, like xeus-python's publisher."""

    def __init__(self) -> None:
        self.published: list[tuple[Any, ...]] = []

    def publish(
        self,
        data: Any,
        metadata: Any = None,
        source: Any = None,
        *,
        transient: Any = None,
        update: bool = False,
    ) -> None:
        self.published.append((data, transient, update))

    def clear_output(self, wait: bool = False) -> None:
        self.published.append(({"text/plain": "cleared"}, None, wait))


class Slotted:
    """Has one attribute that can be set, and no `__dict__`."""

    __slots__ = ("write",)

    def __init__(self) -> None:
        self.write = str.upper


class Closed:
    """Has no attribute that can be set."""

    __slots__ = ()

    def write(self, text: str) -> str:
        return text


def test_a_publisher_without_hooks_is_heard_and_left_as_it_was() -> None:
    publisher, heard = Publisher(), list[dict[str, Any]]()
    before = dict(vars(publisher))
    end = listen(publisher, heard.append)
    publisher.publish({"text/plain": "a"}, transient={"display_id": "x"})
    publisher.publish({"text/plain": "b"}, {"m": 1}, update=True)
    publisher.clear_output(wait=True)
    end()
    publisher.publish({"text/plain": "c"})
    assert [message["msg_type"] for message in heard] == [
        "display_data",
        "update_display_data",
        "clear_output",
    ]
    assert heard[0]["content"] == {
        "data": {"text/plain": "a"},
        "metadata": {},
        "transient": {"display_id": "x"},
    }
    assert heard[1]["content"]["metadata"] == {"m": 1} and heard[2]["content"] == {"wait": True}
    assert [data["text/plain"] for data, _, _ in publisher.published] == ["a", "b", "cleared", "c"]
    assert vars(publisher).keys() == before.keys()


def test_a_hook_that_fails_hides_nothing() -> None:
    publisher = Publisher()
    listen(publisher, lambda message: message["nothing"])
    publisher.publish({"text/plain": "a"})
    assert len(publisher.published) == 1


def test_ipythons_own_publishers_are_not_listened_to() -> None:
    assert is_heard(Publisher()) and not is_heard(CapturingDisplayPublisher())  # type: ignore[no-untyped-call]


def test_streams_without_a_dict() -> None:
    stream = Slotted()
    undo = replaced(stream, "write", lambda write: lambda text: write(text) + "!")
    assert stream.write("a") == "A!"
    undo()
    assert stream.write is str.upper
    closed = Closed()
    replaced(closed, "write", lambda write: lambda text: write(text) + "!")()
    assert closed.write("a") == "a"


def test_what_somebody_has_put_there_since_stays() -> None:
    stream = Slotted()
    undo = replaced(stream, "write", lambda write: lambda text: write(text) + "!")
    later = stream.write = str.title
    undo()
    assert stream.write is later
