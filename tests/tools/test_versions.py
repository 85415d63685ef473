"""Built-in tools by name: the version that fits the model, options of the server's tools, and the folder of memories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbclaude.refusal import UnfitError
from nbclaude.settings.brackets import parts_between_commas
from nbclaude.tools.built_in import built_in, name_of_word
from nbclaude.tools.memory import Memory, memory_tool
from nbclaude.tools.running import ToolFailedError
from nbclaude.tools.versions import FAMILIES, version_for

NEW, OLD = "claude-sonnet-5-5", "claude-haiku-4-5"


@pytest.mark.parametrize(
    ("word", "model", "expected"),
    [
        ("bash", NEW, "bash_20250124"),
        ("bash", "claude-3-5-sonnet-20241022", "bash_20241022"),
        ("bash_20241022", NEW, "bash_20241022"),
        ("editor", NEW, "text_editor_20250728"),
        ("editor", "claude-3-7-sonnet-20250219", "text_editor_20250124"),
        ("editor", "claude-3-5-sonnet-20241022", "text_editor_20241022"),
        ("text_editor_20250124", NEW, "text_editor_20250124"),
        ("web_search", NEW, "web_search_20260318"),
        ("web_search", "anthropic/claude-opus-4.6", "web_search_20260318"),
        ("web_search", OLD, "web_search_20250305"),
        ("web_search", "some-other-model", "web_search_20250305"),
        ("web_fetch", "claude-opus-4-5", "web_fetch_20250910"),
        ("code_execution", NEW, "code_execution_20260521"),
        ("code_execution", OLD, "code_execution_20250825"),
        ("memory", NEW, "memory_20250818"),
    ],
)
def test_a_name_means_the_newest_version_that_the_model_takes(word: str, model: str, expected: str) -> None:
    assert version_for(word, model).type == expected


def test_what_runs_code_itself_is_not_put_beside_the_tool_for_code() -> None:
    assert version_for("web_search", NEW, ["code_execution"]).type == "web_search_20250305"
    [found] = built_in("web_fetch", None, None, NEW, ["web_fetch", "code_execution"])  # type: ignore[arg-type]
    assert found == {"type": "web_fetch_20250910", "name": "web_fetch"}


def test_every_version_stands_once_in_the_table() -> None:
    types = [each.type for versions in FAMILIES.values() for each in versions]
    assert len(types) == len(set(types))
    for versions in FAMILIES.values():
        assert [each.since for each in versions] == sorted((each.since for each in versions), reverse=True)
        assert versions[-1].since == () or versions[-1].type.startswith(("bash", "tool_search"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a,b", ["a", "b"]),
        (" a , ,b,", ["a", "b"]),
        ("web_search(max_uses=3, allowed_domains=['a.com', 'b.com']),total", None),
        ("web_search(x='),'),b", ["web_search(x='),')", "b"]),
        ("a)),b", ["a))", "b"]),
        ("'", ["'"]),
        (r"web_search(x='it\'s, (so'),b", [r"web_search(x='it\'s, (so')", "b"]),
        ('web_search(x="""a",)"""),d["a,)"],b', ['web_search(x="""a",)""")', 'd["a,)"]', "b"]),
        ("[a, b", ["[a", "b"]),
    ],
)
def test_words(line: str, words: list[str] | None) -> None:
    expected = words or ["web_search(max_uses=3, allowed_domains=['a.com', 'b.com'])", "total"]
    assert parts_between_commas(line) == expected


@pytest.mark.parametrize(
    ("word", "options"),
    [
        ("web_search()", {}),
        (
            "web_search(max_uses=3, allowed_domains=['a.com'])",
            {"max_uses": 3, "allowed_domains": ["a.com"]},
        ),
        (
            "web_search(user_location={'type': 'approximate', 'city': 'Ulm'})",
            {"user_location": {"type": "approximate", "city": "Ulm"}},
        ),
        ("web_fetch(citations=True)", {"citations": {"enabled": True}}),
    ],
)
def test_options_of_the_servers_tools(word: str, options: dict[str, Any]) -> None:
    [found] = built_in(word, None, None, OLD)  # type: ignore[arg-type]
    assert isinstance(found, dict)
    assert {key: value for key, value in found.items() if key not in ("type", "name")} == options


@pytest.mark.parametrize(
    "word",
    [
        "web_search(3)",
        "web_search(max_uses=n)",
        "web_search(max_uses=__import__('os').getpid())",
        "web_search(**{'a': 1})",
        "web_search(type='bash_20250124')",
        "web_search(name='x')",
        "web_search(max_uses=3",
        "web_search(a=1)(b=2)",
        "bash(timeout=3)",
    ],
)
def test_options_that_are_none(word: str) -> None:
    assert name_of_word(word)
    with pytest.raises(UnfitError, match=r"options"):
        built_in(word, None, None, OLD)  # type: ignore[arg-type]


def test_notes_are_kept_in_one_folder(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memories")
    assert memory.run("view", {"path": "/memories"}) == "(an empty folder)"
    assert memory.run("create", {"path": "/memories/a/b.md", "file_text": "one\n"}) == "Created a/b.md."
    assert memory.run("view", {"path": "/memories/a/b.md"}) == "1: one"
    changed = {"path": "/memories/a/b.md", "old_str": "one", "new_str": "two"}
    assert memory.run("str_replace", changed) == "Changed:\n1: two"
    assert memory.run("insert", {"path": "/memories/a/b.md", "insert_line": 0, "insert_text": "zero\n"})
    assert (
        memory.run("rename", {"old_path": "/memories/a/b.md", "new_path": "/memories/c.md"})
        == "Renamed /memories/a/b.md to /memories/c.md."
    )
    assert (tmp_path / "memories" / "c.md").read_text() == "zero\ntwo\n"
    assert memory.run("view", {"path": "/memories/"}) == "a/\nc.md"
    assert memory.run("delete", {"path": "/memories/a"}) == "Deleted /memories/a."
    tool = memory_tool(tmp_path / "memories", FAMILIES["memory"][0])
    assert tool.definition == {"type": "memory_20250818", "name": "memory"}
    assert not tool.safe
    assert tool.preview is not None
    assert "-zero\n+nil" in tool.preview(
        {"command": "str_replace", "path": "/memories/c.md", "old_str": "zero", "new_str": "nil"}
    )


@pytest.mark.parametrize(
    ("command", "given"),
    [
        ("delete", {"path": "/memories"}),
        ("delete", {"path": "/memories/../kept.txt"}),
        ("delete", {"path": "/memories/link"}),
        ("delete", {"path": "/memories/link/kept.txt"}),
        ("delete", {"path": "/memories/."}),
        ("delete", {"path": "kept.txt"}),
        ("delete", {}),
        ("view", {"path": "/etc/passwd"}),
        ("view", {"path": "/memoriesx/../../etc/passwd"}),
        ("view", {"path": "/memories//etc/../../kept.txt"}),
        ("create", {"path": "/memories/link/new.txt", "file_text": "x"}),
        ("create", {"path": "/memories\0/x", "file_text": "x"}),
        ("rename", {"old_path": "/memories/mine.md", "new_path": "/memories/../stolen.md"}),
        ("rename", {"old_path": "/memories/../kept.txt", "new_path": "/memories/x"}),
        ("rename", {"old_path": "/memories/mine.md", "new_path": "/memories/other.md"}),
        ("rename", {"old_path": "/memories", "new_path": "/memories/x"}),
        ("rename", {"old_path": "/memories/mine.md"}),
        ("run", {"path": "/memories/mine.md"}),
    ],
)
def test_notes_stay_in_their_folder(tmp_path: Path, command: str, given: dict[str, Any]) -> None:
    folder = tmp_path / "memories"
    folder.mkdir()
    (tmp_path / "kept.txt").write_text("kept")
    (folder / "mine.md").write_text("mine")
    (folder / "other.md").write_text("other")
    (folder / "link").symlink_to(tmp_path)
    before = sorted(str(each) for each in tmp_path.rglob("*"))
    with pytest.raises(ToolFailedError):
        Memory(folder).run(command, given)
    assert sorted(str(each) for each in tmp_path.rglob("*")) == before
    assert (tmp_path / "kept.txt").read_text() == "kept"
