import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbclaude.asking.reply import Reply
from nbclaude.context.shown.bundle_text import bundle_text
from nbclaude.context.shown.cells import CellLog, CellOutput, LoggedCell, context_cells
from nbclaude.context.shown.watch import CellWatch
from nbclaude.secrets.masking import mask
from nbclaude.texts import gap


def log_of(*cells: tuple[str, str]) -> CellLog:
    log = CellLog()
    for number, (source, printed) in enumerate(cells, 1):
        log.record(f"c{number}", number, source, [CellOutput("stdout", printed)] if printed else [])
    return log


def text_of(log: CellLog, wanted: Any = "all", **limits: Any) -> str:
    attachment = context_cells(log, wanted, **limits)
    assert attachment is not None
    (block,) = attachment.blocks
    return str(block["text"])


def test_cells_with_their_outputs_and_errors() -> None:
    log = CellLog()
    outputs = [
        CellOutput("stdout", "one\n"),
        CellOutput("stdout", "two\n"),
        CellOutput("stderr", "careful\n"),
        CellOutput("result", "42"),
    ]
    log.record("a", 1, "x = 1\nx\n", outputs)
    log.record("b", 2, "1 / 0", [CellOutput("error", "ZeroDivisionError: division by zero")])
    attachment = context_cells(log, "all")
    assert attachment is not None
    assert attachment.blocks == (
        {
            "type": "text",
            "text": '<cells name="notebook">\n'
            "In [1]:\nx = 1\nx\nstdout [1]:\none\ntwo\nstderr [1]:\ncareful\nOut [1]:\n42\n\n"
            "In [2]:\n1 / 0\nerror [2]:\nZeroDivisionError: division by zero\n</cells>",
        },
    )
    assert (attachment.label, attachment.summary, attachment.notes) == ("cells", "2 cells", ())


def test_the_last_cells() -> None:
    log = log_of(("a = 1", ""), ("b = 2", ""), ("c = 3", ""))
    assert text_of(log, 2) == '<cells name="notebook">\nIn [2]:\nb = 2\n\nIn [3]:\nc = 3\n</cells>'
    assert "a = 1" in text_of(log, 9)
    assert context_cells(log, 0) is None
    assert context_cells(CellLog(), "all") is None


def test_a_cell_that_ran_again_counts_once() -> None:
    log = log_of(("a = 1", "old"), ("b = 2", ""))
    log.record("c1", 3, "a = 10", [CellOutput("stdout", "new")])
    assert [cell.execution_count for cell in log.cells] == [2, 3]
    assert (
        text_of(log)
        == '<cells name="notebook">\nIn [2]:\nb = 2\n\nIn [3]:\na = 10\nstdout [3]:\nnew\n</cells>'
    )
    log.forget(["c1", "unknown"])
    assert [cell.source for cell in log.cells] == ["b = 2"]
    log.record("", 4, "x", [])
    log.record("", 5, "x", [])
    assert [cell.execution_count for cell in log.cells] == [2, 4, 5]
    log.clear()
    assert log.cells == ()


@pytest.mark.parametrize(
    "source",
    [
        "# claude: ignore\nsecret = 1",
        "#claude:ignore",
        "\n  # Claude: Ignore this\nx",
        "%%time\n# claude: ignore\nsecret = 1",
        "%%capture out\n\n%%time\n  # claude: ignore\nsecret = 1",
        "%%time\n%%claude\nwhat is x?",
        "%%claude\nwhat is x?",
        "%%claude -m opus\nx",
        "\n%%claude_explain\nx",
        "# why\n\n# really?\n%%claude\nx",
        "ans['k'] = %claude what?\nr: object = %claude a = b?",
        "%time %claude what?",
        "%claude what is x?",
        "%claude_usage",
        "  answer = %claude what?\n%claude again",
        "",
    ],
)
def test_cells_that_stay_out(source: str) -> None:
    log = log_of(("kept = 1", ""), (source, "printed"))
    assert text_of(log, 1) == '<cells name="notebook">\nIn [1]:\nkept = 1\n</cells>'


def test_a_later_line_does_not_keep_a_cell_out() -> None:
    log = log_of(("%%time\nx = 1\n# claude: ignore", ""))
    assert "x = 1" in text_of(log)


def test_our_own_answers_are_not_repeated() -> None:
    answer = "The trend goes up, and it does so faster from year to year."
    log = log_of(
        ("print(_claude)", f"{answer}\n"), ("print('said:', _claude)", f"said: {answer}\n"), ("6 * 7", "42\n")
    )
    assert text_of(log, answers=[answer, "4", ""]) == (
        '<cells name="notebook">\nIn [1]:\nprint(_claude)\nstdout [1]:\n[an answer of yours]\n\n'
        "In [2]:\nprint('said:', _claude)\nstdout [2]:\nsaid: [an answer of yours]\n\n"
        "In [3]:\n6 * 7\nstdout [3]:\n42\n</cells>"
    )
    assert "stdout [3]:\n[an answer of yours]" in text_of(log, answers=["42"])
    lines = "The trend goes up,\nand it's faster from year to year."
    assert text_of(log_of(("print([_claude.text])", f"{[lines]}\n")), answers=[lines]) == (
        '<cells name="notebook">\nIn [1]:\nprint([_claude.text])\nstdout [1]:\n["[an answer of yours]"]\n</cells>'
    )


def test_lines_that_ask_stay_out() -> None:
    log = log_of(("df.plot()\n%claude --fig what is the trend?\nx = 1", ""), ("%claudette\n# %%claude", ""))
    assert text_of(log) == (
        '<cells name="notebook">\nIn [1]:\ndf.plot()\nx = 1\n\nIn [2]:\n%claudette\n# %%claude\n</cells>'
    )


def test_the_cell_that_asks_is_left_out() -> None:
    log = log_of(("a = 1", ""), ("b = 2", ""))
    assert "b = 2" not in text_of(log, without="c2")
    log.record("", 3, "no id", [])
    assert "no id" in text_of(log, without="")


def test_cuts_are_said_to_the_model_and_to_the_user() -> None:
    log = log_of(*((f"cell_{n} = 1", f"begin{n}" + "." * 5_000 + f"end{n}") for n in range(1, 11)))
    attachment = context_cells(log, "all", cell_budget=500, total_budget=1_500)
    assert attachment is not None
    assert attachment.notes == ("2 cells shortened", "8 older cells left out")
    assert attachment.summary == "2 cells"
    text = attachment.blocks[0]["text"]
    assert text.startswith('<cells name="notebook">\n[… 8 older cells left out …]\n\nIn [9]:\ncell_9 = 1\n')
    assert "begin10" in text
    assert "end10" in text
    assert "characters left out" in text
    assert len(text) < 1_700
    # A single cell always goes.
    assert "cell_10" in text_of(log, total_budget=10)


def test_what_was_cut_twice_is_counted_once() -> None:
    log = CellLog()
    printed = "a" * 10_000 + gap(960_000) + "b" * 30_000
    log.record("c", 1, "x", [CellOutput("stdout", printed)])
    text = text_of(log, cell_budget=501)
    assert "[… 999,500 of 1,000,000 characters left out …]" in text
    assert text.count("left out") == 1


def test_the_log_is_bounded() -> None:
    log = CellLog()
    for number in range(600):
        log.record(f"c{number}", number, "x" * 30_000, [CellOutput("stdout", "y" * 100_000)])
    assert len(log.cells) == 500
    assert log.cells[0].cell_id == "c100"
    assert len(log.cells[0].source) < 20_100
    assert len(log.cells[0].outputs[0].text) < 20_100


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell()
    yield shell
    shell.history_manager.end_session()


def run(shell: InteractiveShell, *cells: str) -> tuple[LoggedCell, ...]:
    log = CellLog()
    watch = CellWatch(shell, log)
    watch.load()
    try:
        for cell in cells:
            shell.run_cell(cell, store_history=True)
    finally:
        watch.unload()
    return log.cells


def test_a_shell_is_watched(shell: InteractiveShell) -> None:
    code = "import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('more')\n40 + 2"
    first, second, third = run(shell, code, "1 / 0", "x = )")
    assert first.source == code
    assert first.outputs[:3] == (
        CellOutput("stdout", "out\n"),
        CellOutput("stderr", "err\n"),
        CellOutput("stdout", "more\n"),
    )
    assert CellOutput("result", "42") in first.outputs
    assert second.outputs[-1].kind == "error"
    assert second.outputs[-1].text.endswith("ZeroDivisionError: division by zero")
    assert "SyntaxError" in third.outputs[-1].text


@pytest.mark.sweep
def test_what_is_watched_is_bounded_and_plain(shell: InteractiveShell) -> None:
    (cell,) = run(
        shell,
        "for n in range(300_000): print(n)\n"
        "print('\\x1b]8;;http://x.y\\x07a\\x1b]8;;\\x07 \\x1b]8;;http://x.y\\x1b\\\\b\\x1b]8;;\\x1b\\\\')\n"
        "import sys\nsys.stderr.write('\\x1b[31mred\\x1b[0m\\n10 %\\r50 %\\r100 %\\n')",
    )
    out = cell.outputs[0].text
    assert len(out) < 20_100
    assert out.startswith("0\n1\n2\n")
    assert out.endswith("299999\na b\n")
    assert "characters left out" in out
    assert CellOutput("stderr", "red\n100 %\n") in cell.outputs


def test_a_private_key_in_a_long_output_leaves_nothing(shell: InteractiveShell) -> None:
    line = "MIIEpAIBAAKCAQEA0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL"
    for before in (200, 9_500, 11_000):
        (cell,) = run(
            shell,
            f"print('x y ' * {before // 4})\nprint('-----BEGIN ' + 'PRIVATE KEY-----')\nfor _ in range(50): print('{line}')\n"
            "print('-----END ' + 'PRIVATE KEY-----')\nprint('x y ' * 2_100)",
        )
        masked, _ = mask(cell.outputs[0].text)
        assert line[-20:] not in masked, before


def test_outputs_that_are_not_kept_are_counted(shell: InteractiveShell) -> None:
    (cell,) = run(
        shell, "import sys\nfor n in range(150): sys.stdout.write('a\\n'); sys.stderr.write('b\\n')"
    )
    assert cell.outputs[-1] == CellOutput("result", "[… 100 more outputs of this cell left out …]")
    assert len(cell.outputs) == 201


def test_an_answer_as_the_last_value_is_not_noted(shell: InteractiveShell) -> None:
    shell.user_ns["answer"] = Reply({"content": [{"type": "text", "text": "Hello"}]})
    (cell,) = run(shell, "print('before')\nanswer")
    assert [each.text for each in cell.outputs] == ["before\n"]


def test_the_shell_is_left_as_it_was(shell: InteractiveShell) -> None:
    callbacks = {name: list(found) for name, found in shell.events.callbacks.items()}
    streams = sys.stdout, sys.stderr
    own = [vars(stream).get("write") if hasattr(stream, "__dict__") else None for stream in streams]
    run(shell, "print(1)", "import sys; sys.stdout.write('x')", "1 / 0")
    assert {name: list(found) for name, found in shell.events.callbacks.items()} == callbacks
    assert (sys.stdout, sys.stderr) == streams
    assert [vars(stream).get("write") if hasattr(stream, "__dict__") else None for stream in streams] == own


def test_cells_inside_cells_and_silent_ones(shell: InteractiveShell) -> None:
    log = CellLog()
    watch = CellWatch(shell, log, lambda: "the-id")
    watch.load()
    shell.run_cell("2 + 2", silent=True)
    assert log.cells == ()
    shell.run_cell("%%capture kept\nprint('hidden')", store_history=True)
    watch.unload()
    assert [(cell.cell_id, cell.outputs) for cell in log.cells] == [("the-id", ())]


def test_what_is_displayed_is_noted_but_not_our_answers(shell: InteractiveShell) -> None:
    log = CellLog()
    watch = CellWatch(shell, log)
    hooks: list[Any] = []
    publisher = shell.display_pub
    publisher.register_hook = hooks.append
    publisher.unregister_hook = hooks.remove
    watch.load()

    def show(text: str, display_id: str = "", kind: str = "display_data") -> None:
        content = {
            "data": {"text/plain": text},
            "transient": {"display_id": display_id} if display_id else {},
        }
        message = {"msg_type": kind, "content": content}
        assert hooks[0](message) is message

    def clear(wait: bool) -> None:
        hooks[0]({"msg_type": "clear_output", "content": {"wait": wait}})

    shell.user_ns |= {"show": show, "clear": clear}
    shell.run_cell(
        "show('a table')\nshow('our answer', 'nbclaude-1234-0')\nshow('again', 'x', 'update_display_data')",
        store_history=True,
    )
    shell.run_cell("print(1)\nshow('a')\nclear(False)\nprint(2)", store_history=True)
    shell.run_cell("print(1)\nclear(True)\nprint(2)\nclear(True)\nprint(3)\nprint(4)", store_history=True)
    shell.run_cell("print(1)\nclear(True)", store_history=True)
    shell.run_cell("print(1)\nclear(True)\n1 / 0", store_history=True)
    shell.run_cell(
        "show('D1', 'x')\nshow('other')\nshow('D2', 'x', 'update_display_data')", store_history=True
    )
    watch.unload()
    shown, cleared, replaced, waiting, failed, updated = log.cells
    assert updated.outputs == (CellOutput("result", "D2"), CellOutput("result", "other"))
    assert shown.outputs == (CellOutput("result", "a table"),)
    assert cleared.outputs == (CellOutput("stdout", "2\n"),)
    assert "".join(each.text for each in replaced.outputs) == "3\n4\n"
    assert "".join(each.text for each in waiting.outputs) == "1\n"
    assert [each.kind for each in failed.outputs] == ["error"]
    assert hooks == []


def test_an_error_that_a_script_has_shown_is_noted_once(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("script.py").write_text("print('begins')\n[][1]\n", "utf-8")
    ran, after = run(shell, "%run script.py\nprint('goes on')", "1")
    assert ran.outputs[0] == CellOutput("stdout", "begins\ngoes on\n")
    assert ran.outputs[-1].kind == "error"
    assert ran.outputs[-1].text.endswith("IndexError: list index out of range")
    assert [each.text for each in after.outputs] == ["1"]


def test_a_syntax_error_is_told_without_what_read_the_cell(shell: InteractiveShell) -> None:
    (cell,) = run(shell, "x =")
    assert [line.strip() for line in cell.outputs[-1].text.splitlines()] == [
        "Cell, line 1",
        "x =",
        "^",
        "SyntaxError: invalid syntax",
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"text/plain": "42"}, "42"),
        ({"text/plain": "   a\n0  1", "text/html": "<table><tr><td>1</td></tr></table>"}, "   a\n0  1"),
        ({"text/plain": "<IPython.core.display.Markdown object>", "text/markdown": "# hi"}, "# hi"),
        (
            {
                "text/plain": "<pandas.io.formats.style.Styler at 0x7f5dde862450>",
                "text/html": "<style>td {}</style><table><tr><th>a</th><th>b</th></tr>\n<tr><td>1 &lt; 2</td><td>x\n y</td></tr>",
            },
            "a | b\n1 < 2 | x y",
        ),
        (
            {
                "text/plain": "<IPython.core.display.HTML object>",
                "text/html": "<p>one <b>bold</b></p><script>no()</script>",
            },
            "one bold",
        ),
        (
            {
                "text/plain": "<IPython.core.display.HTML object>",
                "text/html": "<img src='data:image/png;base64,AAAA'>",
            },
            "<IPython.core.display.HTML object>",
        ),
        (
            {"text/plain": "<Figure size 640x480 with 1 Axes>", "image/png": "AAAA"},
            "<Figure size 640x480 with 1 Axes>",
        ),
        ({"application/json": {}}, ""),
    ],
)
def test_what_a_display_says_in_words(data: dict[str, Any], text: str) -> None:
    assert bundle_text(data) == text
