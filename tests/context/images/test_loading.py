"""From the browser's events to what is pending and what has failed."""

from __future__ import annotations

from typing import Any

from nbclaude.context.images.loading import Loading, Missed


def event(method: str, number: str = "", **params: Any) -> dict[str, Any]:
    return {"method": method, "params": {"requestId": number, **params}}


def asked(request: str, kind: str, address: str) -> dict[str, Any]:
    return event("Network.requestWillBeSent", request, type=kind, request={"url": address})


def answered(request: str, status: int) -> dict[str, Any]:
    return event("Network.responseReceived", request, response={"status": status})


def test_what_came_is_neither_pending_nor_missed() -> None:
    loading = Loading("home")
    loading.feed(asked("1", "Script", "https://a.example/x.js"))
    assert loading.pending == (Missed("scripts", "a.example"),)
    for each in (answered("1", 200), event("Network.loadingFinished", "1")):
        loading.feed(each)
    assert loading.pending == loading.missed == ()


def test_what_failed_is_told_once_for_each_kind_and_host() -> None:
    loading = Loading("home")
    for number in "12":
        loading.feed(asked(number, "Image", f"https://tiles.example:8080/{number}.png"))
        loading.feed(event("Network.loadingFailed", number, errorText="net::ERR_NAME_NOT_RESOLVED"))
    loading.feed(asked("3", "Fetch", "https://b.example/data.json"))
    loading.feed(answered("3", 404))
    loading.feed(asked("4", "Stylesheet", "https://b.example/x.css"))
    assert loading.pending == (Missed("style sheets", "b.example"),)
    assert loading.missed == (
        Missed("images", "tiles.example:8080"),
        Missed("data", "b.example"),
        Missed("style sheets", "b.example"),
    )


def test_what_is_given_up_is_not_missed_nor_what_stays_open_nor_what_is_at_home() -> None:
    loading = Loading("home")
    loading.feed(asked("1", "Image", "https://a.example/1.png"))
    loading.feed(event("Network.loadingFailed", "1", canceled=True))
    loading.feed(asked("2", "EventSource", "https://a.example/news"))
    loading.feed(asked("3", "Image", "data:image/png;base64,"))
    loading.feed(asked("4", "Script", "http://home/x.js"))
    assert loading.pending == (Missed("scripts", "home"),)
    assert loading.missed == ()


def test_what_is_waited_for_in_vain_is_missed() -> None:
    loading = Loading("home")
    loading.feed(asked("1", "Script", "https://a.example/x.js"))
    loading.give_up()
    # The browser is told to stop, and says that it has.
    loading.feed(event("Network.loadingFailed", "1", canceled=True))
    assert loading.pending == ()
    assert loading.missed == (Missed("scripts", "a.example"),)


def test_the_first_error_of_a_script_is_kept() -> None:
    loading = Loading("home")
    for text in ("ReferenceError: L is not defined\n    at x:1", "TypeError: later"):
        loading.feed(event("Runtime.exceptionThrown", exceptionDetails={"exception": {"description": text}}))
    assert loading.thrown == "ReferenceError: L is not defined"
