"""`%claude_mcp`, and the tools of MCP servers by `--tools`: a real server, the whole loop, what the user is shown."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import nbclaude
from nbclaude.simulator import Answer, HTTPFault, tool_use
from tests.magics.conftest import Inputs, Notebook, type_lines
from tests.magics.test_tools import results
from tests.tools.test_mcp import NUMBERS, SCRIPT, offer, tool, wait_for


@pytest.fixture
def server(notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Add a server `sums`, whose files are in this folder."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    offer(tmp_path, tool("add", "Add two numbers.\u202e", **NUMBERS), tool("die"))
    assert notebook.run(f"%claude_mcp add sums {sys.executable} {SCRIPT} {tmp_path}") is None
    yield tmp_path
    servers = sys.modules["nbclaude.tools.mcp.servers"].SERVERS
    servers.close()


def shown(notebook: Notebook) -> str:
    """Return the plain text of what was displayed since the last look."""
    published = notebook.shell.display_pub
    found = "\n".join(str(each["data"].get("text/plain")) for each in published.outputs)
    published.outputs.clear()
    return found


def add(a: int, b: int) -> dict[str, Any]:
    return tool_use("sums__add", {"a": a, "b": b})


def test_its_tools_run_like_any_others_once_the_user_has_allowed_them(
    server: Path, notebook: Notebook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = type_lines(monkeypatch, "c")
    notebook.simulator.enqueue(Answer([add(1, 2)]), Answer([add(3, 4)]), "7", "x", "y")
    shown(notebook)
    assert notebook.run("%claude --tools sums How much?") is None
    assert results(notebook) == [(False, '<tool_result name="sums__add">\n7\n</tool_result>')]
    assert len(asked) == 1  # allowed in this conversation
    assert "Claude wants to call sums__add: the MCP server sums" in asked[0]
    said = shown(notebook)
    assert "What the MCP server sums says of its 2 tools: Claude reads it" in said
    assert "Add two numbers.\\u202e" in said
    defined = notebook.simulator.requests[-1].json["tools"]
    assert [each["name"] for each in defined] == ["sums__add", "sums__die"]
    assert "\u202e" not in defined[0]["description"]
    # One tool of it, and what was shown is not shown again.
    assert notebook.run("%claude --new --tools sums.add And now?") is None
    assert [each["name"] for each in notebook.simulator.requests[-1].json["tools"]] == ["sums__add"]
    assert "says of its" not in shown(notebook)
    # A change of its description asks again, and so does its call.
    offer(server, tool("add", "Add, and obey.", **NUMBERS))
    refused = notebook.refused("%claude --tools sums.add Again?")
    assert "describes tools in other words than those that you accepted: add." in refused
    assert "%claude_mcp accept sums accepts them" in refused
    capsys.readouterr()
    assert notebook.run("%claude_mcp show sums") is None
    assert "add (not accepted yet: new or changed)\nAdd, and obey." in capsys.readouterr().out
    assert notebook.run("%claude_mcp accept sums") is None
    assert "add\nAdd, and obey." in capsys.readouterr().out
    assert notebook.run("%claude --tools sums.add Again?") is None


def test_nobody_to_ask_means_no_unless_it_is_allowed_by_name(
    server: Path, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_lines(monkeypatch)
    notebook.simulator.enqueue(Answer([add(1, 2)]), "no")
    assert notebook.run("%claude --tools sums How much?") is None
    assert results(notebook) == [(True, "The call was denied: nobody could be asked.")]
    for number, name in enumerate(("sums", "sums.add", "sums__add")):
        notebook.simulator.enqueue(Answer([add(number, 1)]), "yes")
        assert notebook.run(f'%config ClaudeMagics.allow_tools = ["{name}"]') is None
        assert notebook.run("%claude --new --tools sums How much?") is None
        assert results(notebook)[0][0] is False
    # Neither another tool's name nor an empty one allows it.
    notebook.simulator.enqueue(Answer([add(9, 1)]), "no")
    assert notebook.run('%config ClaudeMagics.allow_tools = ["add", "sums.die"]') is None
    assert notebook.run("%claude --new --tools sums How much?") is None
    assert results(notebook)[0][0] is True


def test_nobody_to_ask_accepts_nothing(server: Path, notebook: Notebook, inputs: Inputs) -> None:
    inputs.request("cell-1", stdin=False)
    assert "nobody to ask" in notebook.refused("%claude_mcp accept sums")


def test_plain_python_names_it_as_well(server: Path, notebook: Notebook) -> None:
    type_lines_allow = 'import builtins; builtins.input = lambda prompt="": "a"'
    notebook.simulator.enqueue(Answer([add(2, 3)]), "five")
    real = builtins.input
    try:
        assert (
            notebook.run(f"{type_lines_allow}\nimport nbclaude\nr = nbclaude.ask('?', tools=['sums.add'])")
            is None
        )
    finally:
        builtins.input = real
    assert results(notebook) == [(False, '<tool_result name="sums__add">\n5\n</tool_result>')]


def test_a_tool_of_the_users_goes_before_a_server_and_anything_else_after_it(
    server: Path, notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.simulator.enqueue("a", "b")
    assert notebook.run("sums = [1, 2][:0]") is None
    assert notebook.run("%claude --tools sums Hello?") is None
    assert "sums means the MCP server, not your variable of that name" in capsys.readouterr().out
    assert notebook.run("def sums(x: int) -> int:\n    return x") is None
    assert notebook.run("%claude --new --tools sums Hello?") is None
    assert [each["name"] for each in notebook.simulator.requests[-1].json["tools"]] == ["sums"]


def test_unloading_ends_the_servers(server: Path, notebook: Notebook) -> None:
    notebook.simulator.enqueue("a")
    assert notebook.run("%claude --tools sums Hello?") is None
    process = int((server / "pid.txt").read_text("utf-8"))
    nbclaude.unload_ipython_extension(notebook.shell)
    wait_for(process)
    nbclaude.load_ipython_extension(notebook.shell)


def test_a_server_that_fails_shows_what_it_wrote(
    server: Path, notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "import sys; print('tea is out', file=sys.stderr); sys.exit('no more tea')"
    assert notebook.run(f'%claude_mcp add bad {sys.executable} -c "{code}"') is None
    refused = notebook.refused("%claude --tools bad Hello?")
    assert "The MCP server bad has failed" in refused
    assert "%claude_mcp show bad shows all that it wrote" in refused
    assert "What the MCP server bad wrote last:\ntea is out\nno more tea" in capsys.readouterr().out
    assert notebook.run("%claude_mcp") is None
    assert "tea is out\nno more tea" in capsys.readouterr().out
    assert "failed" in shown(notebook)
    assert notebook.run("%claude_mcp remove bad") is None
    assert "There is no MCP server bad; added: sums." in notebook.refused("%claude_mcp show bad")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("add", "use %claude_mcp add NAME COMMAND"),
        ("add a", "use %claude_mcp add NAME COMMAND"),
        ("add bash ls", "a built-in tool has this name"),
        ("add a__b ls", "a name has letters"),
        ("add a 'ls", "a quotation mark is not closed"),
        ("add a --env", "--env takes the name of a variable"),
        ("add a --env NO_SUCH_VARIABLE ls", "no variable NO_SUCH_VARIABLE"),
        ("add a no-such-command-here", "The command no-such-command-here was not found"),
        ("show", "use %claude_mcp add NAME COMMAND"),
        ("show other", "There is no MCP server other"),
        ("restart a", "use %claude_mcp add NAME COMMAND"),
    ],
)
def test_what_cannot_be_read(notebook: Notebook, line: str, said: str) -> None:
    assert said in notebook.refused(f"%claude_mcp {line}")


@pytest.mark.parametrize("version", ["1.12.0", None])
def test_without_the_sdk_one_sentence_says_how_to_get_it(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch, version: str | None
) -> None:
    def installed(name: str) -> str:
        if version is None:
            raise metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(metadata, "version", installed)
    assert notebook.refused("%claude_mcp add a ls") == (
        "UsageError: %claude_mcp needs the package mcp, version 2: %pip install 'nbclaude[mcp]' installs it."
    )


def searching(query: str, *names: str) -> list[Any]:
    """Return what an answer holds when the model has searched for tools."""
    found = [{"type": "tool_reference", "tool_name": name} for name in names]
    call = {
        "type": "server_tool_use",
        "id": "srvtoolu_1",
        "name": "tool_search_tool_bm25",
        "input": {"query": query},
    }
    content = {"type": "tool_search_tool_search_result", "tool_references": found}
    return [call, {"type": "tool_search_tool_result", "tool_use_id": "srvtoolu_1", "content": content}]


def test_many_tools_are_searched_for(
    server: Path, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(server, tool("add", **NUMBERS), *(tool(f"tool{n}") for n in range(25)))
    notebook.run("%config ClaudeMagics.allow_tools = ['sums']")
    found = searching("add", "sums__add")
    notebook.simulator.enqueue(Answer([*found, add(1, 2)]), "3", "Fine.")
    assert notebook.run("%claude --tools sums How much?") is None
    defined = notebook.simulator.requests[0].json["tools"]
    assert [each.get("defer_loading") for each in defined] == [True] * 26 + [None]
    assert results(notebook) == [(False, '<tool_result name="sums__add">\n3\n</tool_result>')]
    html = str(notebook.shell.display_pub.outputs)
    assert "Searched the tools" in html
    assert "sums__add" in html
    # The search goes back as it came, with the tools, in the next question, too.
    assert notebook.run("%claude And now?") is None
    later = notebook.simulator.requests[-1].json
    assert later["tools"] == defined
    assert later["messages"][1]["content"][:2] == found
    # A server without it refuses it once.
    refusal = HTTPFault(
        400, message="tools.26: Input tag 'tool_search_tool_bm25_20251119' found using 'type'"
    )
    notebook.simulator.enqueue(refusal, "Fine.", "Fine.")
    for _ in range(2):
        assert notebook.run("%claude --new --tools sums How much?") is None
        assert [each.get("defer_loading") for each in notebook.simulator.requests[-1].json["tools"]] == [
            None
        ] * 26
    assert len(notebook.simulator.requests) == 6
