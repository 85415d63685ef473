"""What goes along from the kernel: references, figures, DataFrames, cells; what stays home; and the receipt of it all."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from nbclaude.simulator import Simulator
from tests.context.test_secrets import SECRETS
from tests.kernel.kernel import CANARY_KEY, Execution, Kernel

FRAME = "import pandas as pd\ndf = pd.DataFrame({'city': ['Ulm', 'Bonn'], 'people': [128928, 335975]})"
PLOT = "%matplotlib inline\nimport matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2, 4])"


def ask(kernel: Kernel, code: str, cell: str = "a") -> Execution:
    done = kernel.run(code, cell_id=cell, timeout=60)
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
        assert "--attach leave() failed: SystemExit: 3. Nothing was sent." in refused(
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
        ask(claude_kernel, PLOT + "\n%claude --fig What trend?", "plot")
        assert len(images(simulator)) == 1

    def test_all_figures_of_the_cell_that_asks(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, PLOT, "earlier")
        simulator.enqueue("ok")
        ask(
            claude_kernel,
            f"{PLOT}\nplt.show()\nplt.bar([1, 2], [3, 4])\n%claude --fig cell Compare these.",
            "plot",
        )
        assert len(set(images(simulator))) == 2
        assert [text[:9] for text in texts(simulator)] == ["figure 1 ", "figure 2 ", "Compare t"]

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
        assert texts(simulator) == ["fig:", "[ax: the same image as fig]", "Compare [fig] and [ax]."]
        assert re.search(r"sent: fig \(figure \d+×\d+\), ax \(the same image as fig\), ", done.html)
        ask(claude_kernel, "%claude --no-history -a fig -a fig What?", "b")
        assert len(images(simulator)) == 1
        ask(claude_kernel, "%claude --no-history --fig What is {fig}?", "b")
        assert len(images(simulator)) == 1
        assert re.fullmatch(r"\[fig: the same image as figure of cell \d+\]", texts(simulator)[1])

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

    def test_they_can_be_sent(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue("ok")
        done = ask(claude_kernel, f"%claude --allow-secrets Mine is {SECRETS['AWS key']}", "c")
        assert texts(simulator) == [f"Mine is {SECRETS['AWS key']}"]
        assert "masked" not in done.html


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
        assert re.search(r"answer</div><pre>ok</pre>", html)
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
