"""What goes along from the kernel: references, figures, DataFrames, cells; what stays home; and the receipt of it all."""

from __future__ import annotations

import base64
import io
import json
import re
from typing import Any

import pytest
from PIL import Image

from nbclaude.simulator import Answer, Simulator, tool_use
from tests.kernel.kernel import CANARY_KEY, Execution, Kernel
from tests.secrets.test_assigned import NAMED
from tests.secrets.test_masking import IN_CONTEXT, SECRETS

FRAME = "import pandas as pd\ndf = pd.DataFrame({'city': ['Ulm', 'Bonn'], 'people': [128928, 335975]})"
PLOT = "%matplotlib inline\nimport matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2, 4])"


def ask(kernel: Kernel, code: str, cell: str = "a") -> Execution:
    done = kernel.run(code, cell_id=cell, timeout=150)
    assert done.ok, done.error
    return done


def refused(kernel: Kernel, code: str) -> str:
    done = kernel.run(code, cell_id="a")
    assert done.error is not None
    [line] = done.error["traceback"]
    return str(line)


def content(simulator: Simulator) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = simulator.message_requests[-1].messages[-1]["content"]
    return blocks


def texts(simulator: Simulator) -> list[str]:
    return [block["text"] for block in content(simulator) if block["type"] == "text"]


def images(simulator: Simulator) -> list[bytes]:
    """The images of the last request, wherever their bytes are."""
    found = []
    uploads = {upload.id: upload.data for upload in simulator.files}
    for block in content(simulator):
        if block["type"] == "image":
            source = block["source"]
            found.append(
                uploads[source["file_id"]] if source["type"] == "file" else base64.b64decode(source["data"])
            )
    return found


def notices(html: str) -> list[tuple[str, str]]:
    """What stands on lines of its own under an answer: titles and texts."""
    form = r'<div class="nbclaude-notice [^"]*"><span class="nbclaude-mark">([^<]*)</span><span>([^<]*)</span></div>'
    return re.findall(form, html)


def thumbnails(html: str) -> list[bytes]:
    return [base64.b64decode(data) for data in re.findall(r'src="data:image/[a-z]+;base64,([^"]+)"', html)]


class TestReferences:
    def test_values_and_frames(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, FRAME + "\nn = 3")
        simulator.enqueue("ok")
        done = ask(claude_kernel, '%%claude\nShow {n} rows of {df}, not {of: this} or {"json": 1}.', "b")
        data, question = texts(simulator)
        assert data.startswith('<data name="df">')
        assert "128928" in data
        assert question == 'Show 3 rows of [df], not {of: this} or {"json": 1}.'
        assert "sent: df (" in done.html

    def test_a_schema_holds_no_row(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, FRAME)
        simulator.enqueue("ok")
        ask(claude_kernel, "%claude What is in {df:schema}?", "b")
        assert "Ulm" not in json.dumps(content(simulator))

    def test_an_option_names_what_braces_do(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, FRAME + "\nframes = {'two cities': df}\ndef leave(): raise SystemExit(3)")
        for what in ("df:schema", "frames['two cities']:schema", '"df:head 1"', "df.head(n=1)"):
            simulator.enqueue("ok")
            ask(claude_kernel, f"%claude --new -a {what} What's in it?", "b")
            [data, question] = texts(simulator)
            assert data.startswith(f'<data name="{what.strip(chr(34))}">')
            assert "Bonn" not in data
            assert question == "What's in it?"
        sent = len(simulator.message_requests)
        assert "there is neither a variable dff nor a file of this name in" in refused(
            claude_kernel, "%claude -a dff What?"
        )
        assert "Did you mean frames?" in refused(claude_kernel, "%claude -a frame['a'] What?")
        assert "df:shema has no format 'shema'. Did you mean schema?" in refused(
            claude_kernel, "%claude -a df:shema What?"
        )
        assert "--attach leave(): it failed: SystemExit: 3. Nothing was sent." in refused(
            claude_kernel, "%claude -a leave() What?"
        )
        assert "The reference {leave()} failed: SystemExit: 3." in refused(
            claude_kernel, "%claude See {leave()}."
        )
        assert len(simulator.message_requests) == sent

    def test_raw_sends_braces(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, FRAME)
        simulator.enqueue("ok")
        ask(claude_kernel, "%claude --raw What is {df}?", "b")
        assert texts(simulator) == ["What is {df}?"]

    def test_brackets_may_compute(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, FRAME)
        simulator.enqueue("ok")
        code = '%claude Why {df[df.people > 200_000]} and {df.agg({"people": "max"})}, {len(df[df.city == "Ulm"])}?'
        ask(claude_kernel, code, "b")
        large, greatest, question = texts(simulator)
        assert "Bonn" in large
        assert "Ulm" not in large
        assert "335975" in greatest
        assert question == 'Why [df[df.people > 200_000]] and [df.agg({"people": "max"})], 1?'

    def test_what_ipython_brings_are_words(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue("ok", "ok")
        ask(claude_kernel, "%claude The states {open} and {exit}, {quit}, {get_ipython}", "a")
        assert texts(simulator) == ["The states {open} and {exit}, {quit}, {get_ipython}"]
        ask(claude_kernel, "open = 12.5", "o")
        ask(claude_kernel, "%claude --new The price is {open}", "b")
        assert texts(simulator) == ["The price is 12.5"]

    def test_a_misspelling_stops_before_sending(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, "prices = [1]")
        assert "There is no variable price. Did you mean {prices}?" in refused(
            claude_kernel, "%claude See {price}."
        )
        assert simulator.requests == []

    def test_in_and_out(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, "6 * 7")
        count = claude_kernel.value("max(Out)")
        simulator.enqueue("ok")
        ask(claude_kernel, f"%claude Why {{Out[{count}]}}?", "b")
        assert texts(simulator) == ["Why 42?"]

    def test_an_exception_in_a_reference(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, FRAME)
        message = refused(claude_kernel, "%claude {df['nothing']}")
        assert "df['nothing']" in message
        assert "KeyError" in message
        assert simulator.requests == []


class TestFigures:
    def test_the_last_figure_and_its_thumbnail_are_the_same_bytes(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        shown = ask(claude_kernel, PLOT, "plot")
        [png] = shown.data("image/png")
        simulator.enqueue("ok")
        done = ask(claude_kernel, "%claude --fig What trend?", "b")
        [sent] = images(simulator)
        assert sent == base64.b64decode(png)
        assert thumbnails(done.html) == [sent]
        assert re.search(r"figure of cell \d+", done.html)

    def test_a_cell_that_plots_and_asks(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue("ok")
        waiting = ask(claude_kernel, PLOT + "\n%claude --fig What trend?", "plot")
        assert len(images(simulator)) == 1
        # It is of this cell also after it was shown.
        shown = ask(claude_kernel, "%claude --dry-run --fig What trend?", "b")
        cell = re.search(r"figure of cell \d+", waiting.html)
        assert cell and re.search(rf"{cell[0]}\b", shown.html)

    def test_all_figures_of_the_cell_that_asks(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, PLOT, "earlier")
        simulator.enqueue("ok")
        ask(
            claude_kernel,
            f"{PLOT}\nplt.show()\nplt.bar([1, 2], [3, 4])\n%claude --fig cell Compare these.",
            "plot",
        )
        assert len(set(images(simulator))) == 2
        assert [text[:9] for text in texts(simulator)] == [
            *("figure 1 ", "<plotted ", "figure 2 ", "<plotted "),
            "Compare t",
        ]

    def test_the_second_last_and_those_of_a_cell(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        first = ask(claude_kernel, PLOT, "one").data("image/png")[0]
        second = ask(claude_kernel, "fig, ax = plt.subplots()\nax.bar([1, 2], [3, 4])", "two").data(
            "image/png"
        )[0]
        simulator.enqueue("ok", "ok")
        ask(claude_kernel, "%claude --fig 2 --no-history What?", "b")
        assert images(simulator) == [base64.b64decode(first)]
        ask(claude_kernel, "%claude --fig cell --no-history What?", "b")
        assert images(simulator) == [base64.b64decode(second)]

    def test_figures_of_one_cell_have_numbers(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(
            claude_kernel,
            "from PIL import Image\nfor n in (20, 30, 40): display(Image.new('RGB', (n, n)))",
            "a",
        )
        simulator.enqueue("ok", "ok")
        done = ask(claude_kernel, "%claude --fig 3 --fig What?", "b")
        assert [Image.open(io.BytesIO(each)).size for each in images(simulator)] == [(20, 20), (40, 40)]
        assert re.search(r"sent: figure 1 of cell \d+ \(20×20\), figure 3 of cell \d+ \(40×40\)", done.html)
        # Of a cell that has yet to show its last one.
        done = ask(
            claude_kernel,
            f"display(Image.new('RGB', (9, 9)))\n{PLOT}\n%claude --new --fig --fig 2 What?",
            "c",
        )
        assert re.search(r"sent: figure 2 of cell (\d+) \(\d+×\d+\), figure 1 of cell \1 \(9×9\)", done.html)

    def test_a_figure_that_no_cell_shows_is_not_called_one_of_a_cell(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        open_one = (
            "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);"
        )
        ask(claude_kernel, open_one, "plots")
        simulator.enqueue("ok")
        done = ask(claude_kernel, "%claude --fig What?\n", "b")
        ask(claude_kernel, "plt.close('all')\n%matplotlib inline", "c")
        assert re.search(r" · sent: open figure \(\d+×\d+\)</summary>", done.html)

    def test_a_figure_by_name(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, PLOT, "plot")
        simulator.enqueue("ok", "ok")
        ask(claude_kernel, "%claude What is {fig}?", "b")
        assert len(images(simulator)) == 1
        ask(claude_kernel, "%claude --new -a ax What?", "c")
        assert len(images(simulator)) == 1

    def test_the_same_figure_twice_is_sent_once(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, PLOT, "plot")
        simulator.enqueue("ok", "ok")
        ask(claude_kernel, "%claude What is {fig}?", "b")
        ask(claude_kernel, "%claude And {fig} again?", "c")
        assert images(simulator) == []
        assert "[Image 1 of this conversation again.]" in texts(simulator)

    def test_a_figure_by_two_names_is_sent_once(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, PLOT, "plot")
        simulator.enqueue("ok", "ok", "ok")
        done = ask(claude_kernel, "%claude --no-history Compare {fig} and {ax}.", "b")
        assert len(images(simulator)) == 1
        name, facts, *rest = texts(simulator)
        assert (name, rest) == ("fig:", ["[ax: the same image as fig]", "Compare [fig] and [ax]."])
        assert facts.startswith('<plotted name="fig">\nmatplotlib\n')
        assert re.search(
            r" · sent: fig \(figure \d+×\d+\), ax \(the same image as fig\)</summary>", done.html
        )
        ask(claude_kernel, "%claude --no-history -a fig -a fig What?", "b")
        assert len(images(simulator)) == 1
        ask(claude_kernel, "%claude --no-history --fig What is {fig}?", "b")
        assert len(images(simulator)) == 1
        assert re.fullmatch(r"\[fig: the same image as figure of cell \d+\]", texts(simulator)[-2])

    def test_a_number_that_no_figure_has(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, PLOT, "plot")
        message = refused(claude_kernel, "%claude --fig 2024 was a good year")
        assert "--fig 2024: only 1 is remembered" in message
        assert "--fig -- 2024" in message
        assert simulator.requests == []

    def test_without_any(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        assert "no cell has shown a figure yet" in refused(claude_kernel, "%claude --fig What?")

    def test_the_gallery(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, PLOT, "plot")
        done = ask(claude_kernel, "%claude_figures", "g")
        assert "--fig 1" in done.html
        assert len(thumbnails(done.html)) == 1
        # The gallery's own pictures are no figures of a cell.
        assert ask(claude_kernel, "%claude_figures", "h").html.count("<figure") == 1


class TestCells:
    def test_the_last_cells_with_outputs(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, "secret_plan = 1\nprint('one')", "one")
        ask(claude_kernel, "# claude: ignore\nprint('hidden')", "two")
        claude_kernel.run("1 / 0", cell_id="three")
        ask(claude_kernel, "print('four')\n4 + 4", "four")
        simulator.enqueue("ok", "ok")
        done = ask(claude_kernel, "%claude --cells 2 What went wrong?", "b")
        sent = texts(simulator)[0]
        assert "1 / 0" in sent
        assert "ZeroDivisionError" in sent
        assert "four" in sent
        assert "8" in sent
        assert "hidden" not in sent
        assert "'one'" not in sent
        assert "cells (2 cells)" in done.html
        ask(claude_kernel, "%config ClaudeMagics.cells = 1\n%claude And?", "c")
        assert "print('four')" in texts(simulator)[0]


PRIVATE_KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq1xGf3kQ8vTzL2\n-----END RSA PRIVATE KEY-----"
)
PLANTED = {**SECRETS, "private key": PRIVATE_KEY}
# The key of this very API is not masked but refused, so that the user knows.
REFUSED = "Anthropic key"
AWS = SECRETS["AWS key"]
# `note` holds a key; so do files, definitions and a block.
EVERY_WAY = """
import json, nbclaude, pandas
pandas.DataFrame({"k": [note]}).to_csv("keys.csv")
cell = {"cell_type": "code", "source": f"k = {note!r}", "outputs": []}
with open("old.ipynb", "w") as file:
    json.dump({"cells": [cell]}, file)
field = {"type": "string", "description": note}
schema = {"type": "object", "properties": {"k": field}, "required": ["k"], "additionalProperties": False}
tool = {"name": "look", "description": f"with {note}", "input_schema": {"type": "object"}}
block = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": note}}
"""
FROM_PYTHON = """
import warnings
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    nbclaude.ask(f"mine: {note}", system=note, json=schema)
    nbclaude.ask([block], tools=tool)
print([str(each.message) for each in said])
"""


@pytest.mark.once  # masking does not depend on the kernel
class TestSecrets:
    def test_none_of_many_kinds_ever_leaves(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        assert len(PLANTED) >= 15
        for kind, key in PLANTED.items():
            simulator.enqueue("ok")
            code = f"import pandas as pd\nnote = {key!r}\nframe = pd.DataFrame({{'k': [note]}})\nprint(note)"
            ask(claude_kernel, code, "s")
            prompt = "" if kind == REFUSED else f"Mine is {key} and "
            done = ask(
                claude_kernel,
                f"%%claude --no-history --cells 1\n{prompt}see {{note}}, {{frame}}, {{frame.k[0]:repr}}",
                "b",
            )
            assert "masked in" in done.html, kind
        bodies = b"".join(request.body for request in simulator.requests).decode()
        assert len(simulator.message_requests) == len(PLANTED)
        for kind, key in PLANTED.items():
            secret = key.split("\n")[1] if "\n" in key else key.removeprefix("AccountKey=")
            assert secret not in bodies, kind

    def test_the_key_of_this_api_is_refused(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        message = refused(claude_kernel, f"%claude --allow-secrets Mine is {SECRETS[REFUSED]}")
        assert "revoke" in message.lower()
        assert SECRETS[REFUSED] not in message
        assert simulator.requests == []

    def test_those_that_their_names_or_surroundings_give_away(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        planted = [(before + secret + after, secret) for _, before, secret, after in (*NAMED, *IN_CONTEXT)]
        text = "\n".join(line for line, _ in planted)
        simulator.enqueue("ok")
        ask(
            claude_kernel,
            f"from pathlib import Path\nnote = {text!r}\nPath('all.env').write_text(note);",
            "s",
        )
        ask(claude_kernel, "print(note)", "p")
        done = ask(
            claude_kernel,
            f"%%claude --cells 2 -a all.env --system @note\nSee {{note}}, {{note:repr}} and\n{text}",
            "b",
        )
        [request] = simulator.message_requests
        assert [secret for _, secret in planted if secret in request.body.decode()] == []
        assert "masked in all.env: password, " in done.html

    def test_no_way_leads_around_the_mask(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, f"note = {AWS!r}\n{EVERY_WAY}", "s")
        ways = {
            f"%claude --system 'k {AWS}' a": "the system prompt",
            "%claude --system @note b": "the system prompt",
            f"%config ClaudeMagics.system = 'k {AWS}'\n%claude c": "the system prompt",
            "%config ClaudeMagics.system = ''\n%claude --tools tool d": "the tool definitions",
            "%claude --json schema e": "the JSON schema",
            f"%claude --prefill 'k {AWS}' -m claude-haiku-4-5 f": "the prefill",
            "%claude -a keys.csv g": "keys.csv",
            "%claude -a old.ipynb h": "old.ipynb",
            "%claude -a block i": "block",
            "%claude --cells all j": "cells",
        }
        for number, (way, where) in enumerate(ways.items()):
            simulator.enqueue('{"k": "v"}')
            done = ask(claude_kernel, way, f"w{number}")
            assert f"masked in {where}: AWS key" in done.html, way
        simulator.enqueue('{"k": "v"}', "ok")
        printed = ask(claude_kernel, FROM_PYTHON, "py").stdout
        assert "masked in the prompt: AWS key; masked in the system prompt: AWS key" in printed
        assert "masked in the document: AWS key; masked in the tool definitions: AWS key" in printed
        assert AWS not in printed
        assert len(simulator.message_requests) == len(ways) + 2
        assert [request.path for request in simulator.requests if AWS in request.body.decode()] == []

    def test_the_results_of_tools(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        tool = {"name": "look", "description": "look", "input_schema": {"type": "object"}}
        ask(claude_kernel, f"tool = {tool!r}\nnote = '{AWS} of anna@example.org'", "s")
        ask(claude_kernel, "%config ClaudeMagics.mask_personal = ['email']", "t")
        simulator.enqueue(Answer([tool_use("look", {}, id="toolu_1")]), "ok")
        ask(claude_kernel, "%claude --tools tool go", "a")
        done = ask(claude_kernel, "%claude_tool_result {'password': 'hunter2', 'note': note}", "b")
        [result] = content(simulator)
        assert result["content"] == (
            '{"password": "[secret removed: password]", "note": "[secret removed: AWS key] of [e-mail address]"}'
        )
        assert "masked in the tool result: AWS key" in done.html
        assert notices(done.html) == [
            (
                "Masked",
                "password in the tool result; AWS key in the tool result; e-mail address in the tool result",
            )
        ]

    def test_what_all_requests_of_an_answer_masked_is_said_once(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        tool = "@nbclaude.tool(safe=True)\ndef look() -> str:\n    'Look.'\n    return 'It is ' + note"
        ask(claude_kernel, f"import nbclaude\nnote = '{AWS}'\n{tool}", "s")
        simulator.enqueue(
            Answer([tool_use("look", {}, id="toolu_1")]), Answer([tool_use("look", {}, id="toolu_2")]), "ok"
        )
        system = f"--system 'The key is {AWS}.'"
        done = ask(claude_kernel, f"%claude {system} --tools look Go with {{note}}.", "a")
        said = "AWS key in the prompt and the system prompt; AWS key, 2 times in the result of look"
        assert notices(done.html) == [("Masked", said)]
        assert " · sent: the prompt alone, 2 tool results</summary>" in done.html

    def test_what_cannot_be_masked_is_refused(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        for option, value in {
            "--stop": AWS,
            "--metadata-user": AWS,
            "--extra": json.dumps({"metadata": {"user_id": AWS}}).join("''"),
        }.items():
            message = refused(claude_kernel, f"%claude {option} {value} hello")
            assert f"{option}: it holds a secret" in message
            assert "holds a secret (AWS key), which cannot be masked there; nothing was sent." in message
            assert AWS not in message
        asked = claude_kernel.run(f"import nbclaude\nnbclaude.ask('x', stop_sequences=['{AWS}'])")
        assert asked.error is not None
        assert "allow_secrets=True" in asked.error["evalue"]
        asked = claude_kernel.run(f"nbclaude.ask('mine is {SECRETS[REFUSED]}')")
        assert asked.error is not None
        assert "revoke" in asked.error["evalue"]
        assert simulator.requests == []

    def test_later_turns_say_that_an_earlier_one_holds_a_secret(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        simulator.enqueue("ok", "ok", "ok", "ok")
        first = ask(claude_kernel, f"%claude --allow-secrets Mine is {AWS}", "a")
        assert notices(first.html) == [("Sent", "1 secret, not masked")]
        assert "sent as it is in the prompt, by --allow-secrets: AWS key" in first.html
        then = ask(claude_kernel, "%claude And?", "b")
        assert notices(then.html) == [("Sent", "1 secret in earlier turns, not masked")]
        assert "An earlier turn holds what --allow-secrets sent (AWS key)" in then.html
        again = ask(claude_kernel, f"%claude --allow-secrets Mine is still {AWS}", "c")
        assert notices(again.html) == [("Sent", "1 secret and 1 secret in earlier turns, not masked")]
        assert "secret" not in ask(claude_kernel, "%claude --new And?", "d").html

    def test_what_was_masked_stays_the_same_bytes(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue("ok", "ok")
        ask(claude_kernel, f"%claude --system 'k {AWS}' Mine is {AWS}", "a")
        ask(claude_kernel, f"%claude --system 'k {AWS}' And?", "b")
        one, two = (request.body for request in simulator.message_requests)
        told = b"Mine is [secret removed: AWS key]"
        assert one[: one.index(told) + len(told)] == two[: two.index(told) + len(told)]

    def test_personal_data_is_masked_in_all_that_goes_along(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        frame = "pd.DataFrame({'p': ['anna@example.org', 'bo@example.org'], 'n': [1, 2]})"
        ask(claude_kernel, f"import pandas as pd\ndf = {frame}\ndf.to_csv('people.csv')\ndf", "s")
        ask(claude_kernel, "%config ClaudeMagics.mask_personal = ['email', 'phone', 'card']", "t")
        for way in (
            "{df}",
            "{df:repr}",
            "{df:full}",
            "{df.to_csv()}",
            "{df.p[0]}",
            "{df.p[0]:repr}",
            "--cells 2",
            "-a people.csv",
            "-a df",
            "--allow-secrets {df}",
        ):
            simulator.enqueue("ok")
            done = ask(claude_kernel, f"%claude --no-history {way} for me@example.org", "b")
            sent = simulator.message_requests[-1].body.decode()
            assert "anna@" not in sent, way
            assert "bo@" not in sent, way
            assert "me@example.org" in sent, way
            [(title, said)] = notices(done.html)
            assert title == "Masked", way
            assert re.fullmatch(r"e-mail address(, [2-9] times)? in [^;]+", said), (way, said)
            assert "secret" not in done.html, way

    def test_they_can_be_sent(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue("ok")
        done = ask(claude_kernel, f"%claude --allow-secrets Mine is {SECRETS['AWS key']}", "c")
        assert texts(simulator) == [f"Mine is {SECRETS['AWS key']}"]
        assert notices(done.html) == [("Sent", "1 secret, not masked")]
        assert "masked in" not in done.html


@pytest.mark.once
class TestReceipt:
    def test_a_dry_run_sends_nothing(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, FRAME)
        done = ask(claude_kernel, "%claude --dry-run What is {df}?", "b")
        assert "would be sent: df (" in done.html
        assert re.search(r"about \d+ tokens, \$0\.\d+ before the answer", done.html)
        assert simulator.requests == []
        assert claude_kernel.run("%claude_history").stdout.strip().endswith("has no turns yet.")

    def test_it_is_what_was_sent(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, FRAME)
        simulator.enqueue("ok", "ok")
        ask(claude_kernel, "%claude Hello", "b")
        done = ask(claude_kernel, "%claude --system 'Be brief.' What is {df}?", "c")
        html = done.html
        for text in texts(simulator):
            assert text.replace("<", "&lt;").replace(">", "&gt;") in html
        assert "sent: 1 earlier turn, df (" in html
        assert "<summary>Hello</summary>" in html
        assert re.search(r'answer</div><pre tabindex="0">ok</pre>', html)
        assert "system prompt: Be brief." in html

    def test_the_request_can_be_had(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue("ok")
        ask(claude_kernel, "%claude --system 'Be brief.' Hello", "b")
        ask(claude_kernel, "import json\nprint(json.dumps(_claude.request))", "c")
        shown = ask(claude_kernel, "print(json.dumps(_claude.request))", "d").stdout
        assert json.loads(shown) == json.loads(simulator.message_requests[-1].body)
        assert CANARY_KEY not in shown

    def test_a_saved_receipt_is_bounded_and_a_dry_run_is_whole(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        ask(claude_kernel, "long = 'word ' * 20_000 + 'the end'")
        simulator.enqueue("ok", "ok")
        done = ask(claude_kernel, "%claude What is {long}?", "b")
        assert "Long texts are shortened here: _claude.request has the whole request" in done.html
        assert len(done.html) < 50_000
        dry = ask(claude_kernel, "%claude --dry-run And {long:repr}?", "c").html
        assert dry.count("the end") == 1
        assert len(ask(claude_kernel, "%claude And?", "c").html) < 30_000

    def test_an_image_that_was_uploaded_is_shown(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(
            claude_kernel,
            "import os\nfrom PIL import Image\npicture = Image.frombytes('RGB', (250, 250), os.urandom(187_500))",
        )
        simulator.enqueue("ok")
        done = ask(claude_kernel, "%claude -a picture What?", "b")
        assert thumbnails(done.html) == images(simulator)
        assert "uploaded once, sent as file_" in done.html
        assert "Images and PDFs are not searched for secrets." in done.html
