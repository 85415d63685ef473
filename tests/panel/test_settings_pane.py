"""The settings pane without a front end: each row of the table has its control, which shows, changes and explains the setting."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import ipywidgets
import pytest

from nbclaude.panel.frontend import View
from nbclaude.panel.host import Host
from nbclaude.panel.settings_pane import SettingsPane
from nbclaude.settings.table import BY_NAME, SETTINGS
from nbclaude.workspace import current_workspace
from tests.magics.conftest import Notebook


class Open:
    """A pane that follows the settings of its notebook."""

    def __init__(self, notebook: Notebook) -> None:
        self.chat: Any = notebook.shell.magics_manager.registry["ClaudeMagics"]
        self.host = Host(notebook.shell, self.chat, current_workspace(), lambda: None)
        self.pane = SettingsPane(self.host, View(lambda *_: None))
        self.chat.observe(lambda _: self.pane.refresh())
        self.pane.refresh()
        self.pane.more.value = True

    def beside(self, name: str) -> str:
        """What stands beside a control."""
        return re.sub(r"<[^>]*>", "", self.pane.controls[name].row.children[-1].value)

    def enter(self, name: str, value: Any) -> str:
        """Put something into a control, as a user does; return what is reported."""
        self.pane.controls[name].input.value = value
        return html.unescape(re.sub(r"<[^>]*>", "", self.host.alert.value))


@pytest.fixture
def opened(notebook: Notebook) -> Iterator[Open]:
    found = Open(notebook)
    yield found
    found.chat.unobserve_all()
    ipywidgets.Widget.close_all()


def test_every_setting_that_a_line_of_text_can_hold_has_a_control(opened: Open) -> None:
    mappings = {row.name for row in SETTINGS if row.kind.__module__ == "nbclaude.settings.mappings"}
    assert {"headers", "extra", "connections"} <= mappings  # only code can write these
    without = {row.name for row in SETTINGS if row.configurable} - set(opened.pane.controls) - mappings
    # The first two have controls of their own, the panel a list of conversations, and what is locked is an administrator's.
    assert without == {"model", "connection", "conversation", "locked"}
    assert all(row.group for row in SETTINGS if row.name in opened.pane.controls)


@pytest.mark.parametrize(
    ("name", "entered", "kept", "shown"),
    [
        ("temperature", 0.2, 0.2, 0.2),
        ("top_p", 0.95, 0.95, 0.95),
        ("top_k", "40", 40, "40"),
        ("top_k", " ", None, ""),
        ("stop_sequences", "END\n\\n\\nHuman:", ("END", "\n\nHuman:"), "END\n\\n\\nHuman:"),
        ("effort", "low", "low", "low"),
        ("thinking", "off", "off", "off"),
        ("system", "Be brief.", "Be brief.", "Be brief."),
        ("metadata_user", " u-1 ", "u-1", "u-1"),
        ("speed", "fast", "fast", "fast"),
        ("mask_personal", "email\nPhone", ("email", "phone"), "email\nphone"),
        ("cache_ttl", "1h", "1h", "1h"),
        ("upload_files", False, False, False),
        ("timeout", 30.0, 30.0, 30.0),
        ("max_retries", 0, 0, 0),
        ("api_version", "2026-10-21", "2026-10-21", "2026-10-21"),
        ("auth_style", "bearer", "bearer", "bearer"),
    ],
)
def test_what_is_entered_is_set_and_shown(
    opened: Open, name: str, entered: Any, kept: Any, shown: Any
) -> None:
    opened.chat.model = "opus-4-6"  # takes temperature, effort and thinking
    assert opened.enter(name, entered) == ""
    value = getattr(opened.chat, name)
    assert (tuple(value) if isinstance(value, list) else value) == kept
    opened.pane.refresh()
    assert opened.pane.controls[name].input.value == shown


@pytest.mark.parametrize(
    ("name", "entered", "before", "reported"),
    [
        ("max_tokens", -5, 16_000, "Max tokens -5: it must be a whole number from 1."),
        ("top_k", "many", "", "Top k 'many': it must be a whole number from 0."),
        ("timeout", -1.0, 600.0, "Timeout -1.0: it must be a number of seconds from 0.001."),
        (
            "mask_personal",
            "email\nname",
            "",
            "Mask personal (with 'name'): each must be one of email, card, phone.",
        ),
    ],
)
def test_what_is_not_taken_is_reported_and_shown_no_longer(
    opened: Open, name: str, entered: Any, before: Any, reported: str
) -> None:
    assert opened.enter(name, entered) == reported
    assert opened.pane.controls[name].input.value == before


def test_what_is_configured_is_shown(opened: Open) -> None:
    opened.chat.top_p, opened.chat.allow_tools, opened.chat.stream = 0.5, ["total", "python"], False
    controls = opened.pane.controls
    assert controls["top_p"].input.value == 0.5
    assert controls["allow_tools"].input.value == "total\npython"
    assert controls["stream"].input.label == "off"
    assert not controls["top_p"].unset.disabled
    controls["top_p"].unset.click()
    assert opened.chat.top_p is None and controls["top_p"].unset.disabled


def test_controls_know_the_model(opened: Open) -> None:
    opened.chat.model = "opus-5-5"
    for name in ("temperature", "top_p", "top_k"):
        assert opened.pane.controls[name].input.disabled
        assert opened.beside(name) == (
            "claude-opus-5-5 does not accept temperature, top_p or top_k. Use effort instead."
        )
    opened.chat.temperature = 0.5
    assert opened.beside("temperature").endswith("Use effort instead. The value that is set is not sent.")
    opened.chat.effort = "xhigh"
    opened.chat.model = "haiku-4-5"
    assert opened.pane.controls["effort"].input.disabled
    assert opened.beside("effort").startswith("claude-haiku-4-5-20251001 has no effort setting.")
    assert not opened.pane.controls["temperature"].input.disabled
    assert opened.beside("temperature") == "0 is steady, 1 varied."
    opened.chat.max_tokens = 1_000_000
    assert opened.beside("max_tokens") == "claude-haiku-4-5-20251001 writes at most 64,000 tokens. Lower it."


def test_what_is_beside_the_others_is_the_help_of_their_rows(opened: Open) -> None:
    assert opened.beside("max_retries") == (
        "How many times to retry a request that failed before its answer began; a whole number from 0."
    )
    assert opened.beside("speed") == "Standard or fast, for models that offer it."
    assert opened.pane.controls["speed"].input.options == (
        ("not set", None),
        ("standard", "standard"),
        ("fast", "fast"),
    )


def test_what_is_seldom_changed_is_folded_and_made_when_somebody_looks(notebook: Notebook) -> None:
    chat: Any = notebook.shell.magics_manager.registry["ClaudeMagics"]
    pane = SettingsPane(Host(notebook.shell, chat, current_workspace(), lambda: None), View(lambda *_: None))
    assert list(pane.controls) == ["temperature", "effort", "thinking", "max_tokens", "system", "caching"]
    pane.more.value = True
    assert {BY_NAME[name].group for name in list(pane.controls)[6:]} == {"more"}
    assert pane._others.layout.display == ""
    pane.more.value = False
    assert pane._others.layout.display == "none"
    ipywidgets.Widget.close_all()
