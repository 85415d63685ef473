"""Completion through IPython's completer, with Jedi and without: what Tab offers, and that it leaves the rest alone."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import polars as pl
import pytest
from IPython.core.completer import provisionalcompleter

from nbclaude.context.references.replacing import read_reference
from tests.growth import is_quick
from tests.magics.conftest import Notebook


@pytest.fixture(params=[True, False], ids=["jedi", "no jedi"])
def book(request: pytest.FixtureRequest, notebook: Notebook) -> Iterator[Notebook]:
    completer = notebook.shell.Completer
    before = completer.use_jedi
    completer.use_jedi = request.param
    yield notebook
    completer.use_jedi = before


def offered(book: Notebook, typed: str) -> dict[str, str]:
    """Return what Tab makes of a cell at `|`: the whole texts that result (to the cursor), with what is said of each."""
    offset = typed.index("|")
    text = typed.replace("|", "")
    with provisionalcompleter():
        found = list(book.shell.Completer.completions(text, offset))
    return {text[: one.start] + one.text: str(one.type) for one in found}


def endings(book: Notebook, typed: str) -> list[str]:
    """Return what the offered texts have beyond the words before the one that is typed."""
    start = (
        max(
            typed.rindex(sign, 0, typed.index("|"))
            for sign in (" ", "{")
            if sign in typed[: typed.index("|")]
        )
        + 1
    )
    return [text[start:] for text in offered(book, typed)]


def test_options(book: Notebook) -> None:
    assert endings(book, "%%claude --mo|") == ["--model"]
    assert {"-m", "--model", "--effort", "--fig", "--into"} <= set(endings(book, "%%claude |\nWhy?"))
    assert endings(book, "r = %claude --ef|") == ["--effort"]
    assert offered(book, "%%claude --ef|")["%%claude --effort"] == "option"


def test_models_tell_context_and_price(book: Notebook) -> None:
    found = offered(book, "%%claude -m |")
    assert found["%%claude -m claude-sonnet-5-5"] == found["%%claude -m sonnet"] != ""
    assert found["%%claude -m sonnet"] == "1M\u00a0$2/$10"
    assert all(
        text.startswith("%%claude -m claude-haiku") for text in offered(book, "%%claude -m claude-haiku|")
    )


def test_values(book: Notebook) -> None:
    assert endings(book, "%%claude --effort |") == ["low", "medium", "high", "xhigh", "max"]
    assert set(offered(book, "%%claude --effort |").values()) == {"value"}
    assert endings(book, "%%claude --service-tier s|") == ["standard_only"]
    # An optional value is offered along with the options that may follow.
    assert endings(book, "%claude --think |")[:3] == ["summarized", "omitted", "-m"]
    assert endings(book, "%claude --fig --no-s|") == ["--no-stream"]
    assert endings(book, "%claude -m opus --fig 2 --no-s|") == ["--no-stream"]
    assert "--effort" in endings(book, "%claude -m opus |")
    # After `=` a value must follow.
    assert endings(book, "%claude --think=|") == ["--think=summarized", "--think=omitted"]
    assert endings(book, "%claude --fig-data=--m|") == ["--fig-data=--m"]
    assert endings(book, "%%claude -c |") == ["main"]
    book.sent("%claude -c plots What is this?")
    assert "plots" in endings(book, "%%claude -c |")
    book.shell.run_cell("x = 1", store_history=True)
    ran = len(book.shell.history_manager.input_hist_raw) - 1
    assert endings(book, "%claude --cells |")[:4] == ["1", "all", "needed", f"In[{ran}]"]
    assert endings(book, "%claude --cells n|") == ["needed"]
    assert f"In[{ran}]" in endings(book, "%claude --fig In|")


def test_arguments_follow_the_usages_of_a_magic(book: Notebook) -> None:
    book.sent("%claude -c plots What is this?")
    book.sent("%claude -c 'my talk' What is this?")
    assert endings(book, "%claude_history pl|") == ["plots"]
    assert list(offered(book, "%claude_history 'my|")) == ["%claude_history 'my talk'"]
    assert list(offered(book, "%claude_export -c my|")) == ['%claude_export -c "my talk"']
    assert "deleted" in endings(book, "%claude_undo |")
    assert "ollama" in endings(book, "%claude_connect ol|")
    assert endings(book, "%claude_login |") == ["--connection"]
    assert "ollama" in endings(book, "%claude_login --connection |")
    assert endings(book, "%claude_mcp |") == ["add", "show", "accept", "remove"]
    assert endings(book, "%claude_mcp add files |") == ["--env", "--bearer"]
    assert "PATH" in endings(book, "%claude_mcp add files --env P|")
    # New names, and what can be given only once, are left to the user.
    for typed in (
        "%claude_mcp add |",
        "%claude_fork |",
        "%claude_connect ollama |",
        "%claude_undo deleted |",
    ):
        assert endings(book, typed) == [""]


def test_turns_to_fork_from(book: Notebook) -> None:
    assert endings(book, "%claude_fork other |") == [""]
    assert book.run("%claude_history") is None
    for _ in range(2):
        book.sent("%claude What is this?")
    assert endings(book, "%claude_fork other |") == ["2", "1"]


def test_verbs_have_words_of_their_own(book: Notebook) -> None:
    assert endings(book, "%claude_fix --no-v|") == ["--no-values"]
    assert endings(book, "%fix --ce|") == ["--cell", "--cells"]
    assert endings(book, "%%claude_explain --level |\nx = 1") == ["beginner", "practitioner", "expert"]
    assert endings(book, "%explain --level expert --br|") == ["--brief"]
    assert endings(book, "%%claude_explain --mo|") == ["--model"]
    known = ["annotate", "docstring", "types", "test", "optimise", "translate"]
    assert endings(book, "%%claude_edit |\nx = 1")[: len(known)] == known
    assert endings(book, "%%claude_edit --apply opt|\nx = 1") == ["optimise"]
    assert "optimise" not in endings(book, "%%claude_edit translate to op|\nx = 1")
    assert endings(book, "%claude_rules a|") == ["accept"]
    assert {"on", "off", "only"}.isdisjoint(endings(book, "%claude_replay only |"))
    assert endings(book, "%claude_mcp add files --|") == ["--env", "--bearer"]
    assert endings(book, "%claude_restore --yes --|") == ["--"]
    ran = len(book.shell.history_manager.input_hist_raw)
    book.sent("%claude -m opus Hi")
    book.run("  total = sum(\n  [1])")
    cells = list(offered(book, "%claude_fix --cell |").items())
    assert cells[:2] == [
        (f"%claude_fix --cell {ran + 1}", "total\u00a0=\u00a0sum("),
        (f"%claude_fix --cell {ran}", "%claude\u00a0-m\u00a0opus\u00a0Hi"),
    ]
    book.shell.user_ns.update(quantity=5)
    assert endings(book, "%claude_explain quan|") == ["quantity"]
    book.simulator.enqueue("```python\nx = 1\n```\n\n```bash\nls\n```\n")
    book.sent("%claude Two blocks, please")
    assert offered(book, "%claude_insert |") == {
        "%claude_insert all": "argument",
        "%claude_insert 1": "python",
        "%claude_insert 2": "bash",
    }


def test_names_of_the_right_kind(book: Notebook) -> None:
    @dataclass
    class Person:
        name: str

    weather = {"name": "weather", "description": "", "input_schema": {"type": "object"}}
    book.shell.user_ns.update(
        Person=Person, person_schema={"type": "object"}, weather=weather, prompt_text="Be brief.", number=5
    )
    assert {"Person", "person_schema"} <= set(endings(book, "%%claude --json |"))
    assert not {"number", "weather", "prompt_text"} & set(endings(book, "%%claude --json |"))
    assert not {"number", "person_schema"} & set(endings(book, "%%claude --tools |"))
    assert endings(book, "%%claude --system @pro|") == ["@prompt_text"]


def test_tools(book: Notebook) -> None:
    book.run("def total(a: int): return a\ndef mean(a: int): return a\nnumber = 1")
    book.shell.user_ns.update(weather=[{"name": "weather", "input_schema": {"type": "object"}}])
    found = offered(book, "%%claude --tools |")
    assert found["%%claude --tools total"] == "function"
    assert found["%%claude --tools weather"] == "tools"
    assert found["%%claude --tools python"] == found["%%claude --tools web_search"] == "built\u2011in"
    assert "%%claude --tools number" not in found
    # Several stand with commas between them, each once.
    assert endings(book, "%%claude --tools mean,me|") == ["mean,memory"]
    assert list(offered(book, '%%claude --tools "mean, me|')) == ['%%claude --tools "mean, memory"']


def test_files(book: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data one.csv").write_text("a")
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "p.png").write_bytes(b"")
    (tmp_path / ".hidden").write_text("a")
    (tmp_path / "it's.csv").write_text("a")
    (tmp_path / 'say "hi".csv').write_text("a")
    monkeypatch.chdir(tmp_path)
    assert endings(book, "%%claude -a it|") == ['"it\'s.csv"']
    assert endings(book, "%%claude -a 'it|") == ['"it\'s.csv"']
    assert list(offered(book, "%%claude -a sa|")) == ["%%claude -a 'say \"hi\".csv'"]
    assert list(offered(book, "%%claude -a data\\ o|")) == ['%%claude -a "data one.csv"']
    assert endings(book, "%%claude -a da|") == ['"data one.csv"']
    assert list(offered(book, "%%claude -a 'data o|")) == ["%%claude -a 'data one.csv'"]
    assert endings(book, "%%claude -a plo|") == ["plots/"]
    assert endings(book, "%%claude -a plots/|") == ["plots/p.png"]
    assert endings(book, "%%claude -a .h|") == [".hidden"]


def test_files_beside_what_looks_like_an_expression(
    book: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.csv").write_text("a")
    (tmp_path / "rows one.csv").write_text("a")
    monkeypatch.chdir(tmp_path)
    assert endings(book, "%claude -a model.c|") == ["model.csv"]
    assert list(offered(book, '%claude -a "rows o|"')) == ['%claude -a "rows one.csv']


def test_keys_are_spelled_as_python_reads_them(book: Notebook) -> None:
    keys = ["it's", 'say "hi"', "back\\slash", "two\nlines", "{braces}", "Ω 😀", "a.b", ""]
    book.shell.user_ns.update(sales=pd.DataFrame({key: [1] for key in keys}), keyed=dict.fromkeys(keys, 1))
    for quote in "'\"":
        for name in ("sales", "keyed"):
            texts = [text.rpartition("{")[2] for text in offered(book, f"%%claude\n😀 {{{name}[{quote}|")]
            assert [ast.literal_eval(text[len(name) + 1 : -1]) for text in texts] == keys
            for text in texts:
                assert read_reference(text, book.shell.user_ns) == (text, "")
                (sent,) = book.sent(f"%%claude --no-history\nOf {{{text}}}")
                assert f"{{{text}}}" not in sent
    assert list(offered(book, "%claude -a \"sales['it|")) == ["%claude -a \"sales['it\\'s']"]
    assert list(offered(book, '%%claude\n{sales["a|]}')) == ['%%claude\n{sales["a.b"']
    assert list(offered(book, '%%claude\n{sales["say \\"|"]}')) == ['%%claude\n{sales["say \\"hi\\"']


def test_formats_that_fit(book: Notebook) -> None:
    sales = pd.DataFrame({"unit price": [1], "two\nlines": [1]})
    book.shell.user_ns.update(
        sales=sales,
        parts={"a": sales},
        number=5,
        text="a",
        rows=[{"a": 1}],
        other=pd.Series({"north": 1}),
        query=pl.LazyFrame({"a": [1]}),
        plain={"a": 1},
    )

    def formats(name: str) -> set[str]:
        return {text.rpartition(":")[2] for text in offered(book, f"%%claude\n{{{name}:|")}

    data = {"schema", "stats", "head 20", "full", "repr", "str"}
    assert formats("sales") == formats("parts['a']") == formats("sales.T") == {*data, "group ", "compare "}
    assert formats("parts") == formats("rows") == data
    assert formats("text") == {"full", "repr", "str"}
    assert formats("other") == {*data, "compare "}
    assert formats("query") == data - {"full"}
    assert formats("number") == formats("plain") == {"repr", "str"}
    assert formats("color") == {""}
    assert list(offered(book, "%%claude\n{sales:group unit p|")) == ["%%claude\n{sales:group unit price"]
    assert list(offered(book, "%%claude\n{sales:group |")) == ["%%claude\n{sales:group unit price"]
    assert list(offered(book, "%%claude\n{parts:group |")) == ["%%claude\n{parts:group "]
    assert endings(book, "%claude -a sales:gr|") == ['"sales:group ']
    assert list(offered(book, '%claude -a "sales:group |')) == ['%claude -a "sales:group unit price"']


class Hostile:
    """Whatever is done to it is noted."""

    ran: ClassVar[list[str]] = []

    def __getattr__(self, name: str) -> Any:
        self.ran.append(name)
        raise RuntimeError(name)

    def __repr__(self) -> str:
        return self.missing_repr

    def __bool__(self) -> bool:
        return self.missing_bool

    def __eq__(self, other: object) -> bool:
        return self.missing_eq

    def __hash__(self) -> int:
        return self.missing_hash

    def __dir__(self) -> list[str]:
        return self.missing_dir

    @property
    def computed(self) -> Any:
        return self.missing_computed


class HostileDict(dict[str, Any]):
    """A dict whose methods are noted."""

    def _note(self, *_: object) -> Any:
        Hostile.ran.append("a method of a dict")
        raise RuntimeError

    __getitem__ = __contains__ = __len__ = get = keys = items = values = __iter__ = _note  # type: ignore[assignment]


def test_nothing_of_the_users_runs(book: Notebook) -> None:
    Hostile.ran.clear()
    book.shell.user_ns.update(
        odd=Hostile(), odd_dict=HostileDict(a=1), schema={"type": "object"}, odd_list=[Hostile()]
    )
    book.run("def total(a: int): return a")
    assert "total" in endings(book, "%claude --tools |")
    assert "schema" in endings(book, "%claude --json |")
    assert {"odd", "odd_dict", "schema"} <= set(endings(book, "%claude -a |"))
    assert {"@schema"}.isdisjoint(endings(book, "%claude --system |"))
    for typed in ("{odd.|", "{odd_list[0].|"):
        found = [text.rpartition(".")[2] for text in offered(book, f"%%claude\n{typed}")]
        assert found == ["computed", "ran"]
    assert endings(book, "%%claude\n{odd_dict['|") == ["odd_dict['a']"]
    for typed in (
        "{odd:|",
        "{odd_dict:|",
        "{odd_list:|",
        "{odd:compare |",
        "{odd_dict:group |",
        "{odd.computed:|",
    ):
        offered(book, f"%%claude\n{typed}")
    assert Hostile.ran == []


def test_references(book: Notebook) -> None:
    class Model:
        def __init__(self) -> None:
            self.weights = {"first layer": 1}

        @property
        def expensive(self) -> Any:
            raise AssertionError("a property ran")

    book.shell.user_ns.update(sales=pd.DataFrame({"unit price": [1], "count": [2]}), model=Model())
    assert endings(book, "%%claude\nWhat of {sal|}") == ["sales"]
    assert offered(book, "%claude What of {sal|")["%claude What of {sales"] == "DataFrame"
    assert set(offered(book, '%%claude\nOf {sales["|')) == {
        '%%claude\nOf {sales["unit price"]',
        '%%claude\nOf {sales["count"]',
    }
    assert list(offered(book, '%%claude\nOf {sales["co|"]}')) == ['%%claude\nOf {sales["count']
    assert list(offered(book, "%%claude\nOf {model.weights['f|")) == [
        "%%claude\nOf {model.weights['first layer']"
    ]
    assert {"weights", "expensive"} <= {
        text.rpartition(".")[2] for text in offered(book, "%%claude\nOf {model.|")
    }
    assert not [text for text in offered(book, "%%claude\nOf {model.expensive.|") if "expensive.w" in text]
    formats = {text.rpartition(":")[2] for text in offered(book, "%%claude\nOf {sales:|")}
    assert formats == {"schema", "stats", "head 20", "full", "repr", "str", "group ", "compare "}
    assert endings(book, '%%claude\nOf {sales[["count","un|') == ['sales[["count","unit price"']
    assert endings(book, "%%claude -a sales['co|") == ["sales['count']"]
    assert endings(book, "%%claude -a sales:s|") == ["sales:schema", "sales:stats", "sales:str"]
    assert endings(book, "%%claude -a sales:head|") == ['"sales:head 20"']
    assert endings(book, "%%claude -a model.we|") == ["model.weights"]
    book.shell.user_ns["means"] = pd.Series({"north": 1.0, "south": 2.0})
    assert endings(book, "%%claude\nOf {means['n|") == ["means['north']"]
    book.shell.user_ns["older"] = pd.DataFrame({"count": [1]})
    assert endings(book, "%%claude\nOf {sales:group |") == ["unit price", "count"]
    assert endings(book, "%%claude\nOf {sales:compare o|") == ["older"]


def test_other_completions_are_as_they_were(book: Notebook) -> None:
    book.shell.user_ns.update(quantity={"unit price": 1}, time=time)
    assert any(text.endswith("quantity") for text in offered(book, "quant|"))
    assert any(text.endswith("%claude_history") for text in offered(book, "%claude_hist|"))
    assert any("perf_counter" in text for text in offered(book, "time.perf_c|"))
    assert any("unit price" in text for text in offered(book, 'quantity["|'))


@pytest.mark.parametrize(
    "typed",
    ["%claude --max-tokens |", "%claude -m gpt|", "%claude_usage |", "%%claude\n{nothing|"],
)
def test_where_nothing_fits_nothing_else_is_offered(book: Notebook, typed: str) -> None:
    book.shell.user_ns.update(quantity=1)
    assert list(offered(book, typed)) == [typed.removesuffix("|")]


def test_it_is_fast_and_silent(book: Notebook, capfd: pytest.CaptureFixture[str]) -> None:
    book.shell.user_ns.update({f"name_{i}": i for i in range(3_000)})
    cells = ("%%claude -m |", "%%claude --|", "%%claude\n{name_1|", "%%claude -a |")
    for cell in cells:
        offered(book, cell)
    assert is_quick(lambda: [offered(book, cell) for cell in cells], 2.0)  # 0.2 on an idle machine
    book.run('%config ClaudeMagics.connections = {"w": {"base_url": 5}}')
    offered(book, "%claude_connect |")
    assert "Traceback" not in "".join(capfd.readouterr())
    book.run("%config ClaudeMagics.connections = {}")
    for i in range(3_000):
        del book.shell.user_ns[f"name_{i}"]


def test_files_of_conversations(book: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notebooks and JSON files can be restored; only notebooks can be replayed."""
    for name in ("talk.ipynb", "talk.json", "talk.md"):
        (tmp_path / name).write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert endings(book, "%claude_restore ta|") == ["talk.ipynb", "talk.json"]
    assert endings(book, "%claude_replay on ta|") == ["talk.ipynb"]
