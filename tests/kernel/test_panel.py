"""The panel from the kernel's side: what it shows, what it frees, and what happens when several ask at once."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from nbclaude.simulator import Answer, HTTPFault, Pace, RecordedRequest, Simulator, StreamFault, tool_use
from tests.kernel.kernel import CANARY_KEY, Execution, Kernel

VIEW = "application/vnd.jupyter.widget-view+json"
PANELS = "import nbclaude.panel as _panels\np = _panels._open[-1]"
COUNT = (
    "import ipywidgets as _w, comm as _c\n"
    "len(_w.Widget.get_manager_state()['state']), len(_c.get_comm_manager().comms)"
)
APPROVING = f"""
%claude
{PANELS}
import threading, time
place = p.ask._approval.widget
def ask(text):
    p.ask.question.value = text
    p.ask.ask_button.click()
    while p.ask._live is not None and place.layout.display: time.sleep(0.02)
    return place.layout.display == ''
def press(**said):
    b = place.children[1]
    b._handle_custom_msg({{'key': b.key, **said}}, [])
def say(**said):
    press(**said)
    while p.ask._live is not None: time.sleep(0.02)
"""
WAIT = "import time\nwhile p.ask._live is not None: time.sleep(0.02)"


def shown(execution: Execution) -> list[dict[str, str]]:
    return [output["data"] for output in execution.of("display_data")]


def until(kernel: Kernel, condition: str) -> None:
    deadline = time.monotonic() + 60
    while kernel.value(condition) != "True":
        assert time.monotonic() < deadline, condition
        time.sleep(0.02)


def test_it_shows_a_widget_and_a_picture_and_loading_knows_nothing_of_it(claude_kernel: Kernel) -> None:
    loaded = claude_kernel.value("'nbclaude.panel' in __import__('sys').modules")
    assert loaded == "False"
    live, picture = shown(claude_kernel.run("%claude", cell_id="panel-cell"))
    assert VIEW in live and live["text/html"] == ""
    assert "claude-sonnet-5-5" in live["text/plain"]  # for front ends that know no widgets
    assert set(picture) == {"text/html", "text/plain"}
    assert "The panel of %claude, as it was last" in picture["text/html"]


def test_what_it_tells_the_front_end_is_what_anywidget_would(claude_kernel: Kernel) -> None:
    """Its own traits are those of `anywidget.AnyWidget`, which is not imported for them."""
    # A kernel that other tests have used may have it.
    claude_kernel.run(
        "import sys\nfor name in list(sys.modules):\n    if name.partition('.')[0] == 'anywidget': del sys.modules[name]"
    )
    claude_kernel.run(f"%claude\n{PANELS}")
    assert claude_kernel.value("'anywidget' in __import__('sys').modules") == "False"
    claude_kernel.run("import anywidget\nclass Same(anywidget.AnyWidget):\n    _esm = 'export default {}'")
    ours, theirs = (
        claude_kernel.value(
            f"sorted((k, v) for k, v in {widget}.get_state().items() if k.startswith(('_model', '_view')))"
        )
        for widget in ("p.ask.view", "Same()")
    )
    assert ours == theirs
    assert claude_kernel.value("{'_esm', '_anywidget_id'} <= set(p.ask.view.keys)") == "True"


def test_what_widgets_of_the_panel_are_told_belongs_to_no_cell(claude_kernel: Kernel) -> None:
    """Else a cell that runs would keep the panel waiting; and the kernel's own parents must stay as they are."""

    def comms(done: Execution) -> list[str]:
        return [message.type for message in done.messages if message.type.startswith("comm")]

    opened = claude_kernel.run("%claude", cell_id="a")
    assert opened.ok and comms(opened) == []
    assert comms(claude_kernel.run("%config ClaudeMagics.max_tokens = 5")) == []
    theirs = claude_kernel.run("import ipywidgets\nslider = ipywidgets.IntSlider()\nslider.value = 5")
    assert comms(theirs) == ["comm_open", "comm_open", "comm_open", "comm_msg"]
    assert claude_kernel.value("get_ipython().kernel.get_parent()['content']['code'][:5]") == "print"
    # ipykernel 7.4 hands what a widget is told to the thread that its last parent names: None is the thread of the cells.
    heard_by = (
        "from nbclaude.approval.widget import Buttons\nfrom nbclaude.widget import apart_from_cells\n"
        "def by(widget): return getattr(widget.comm, '_reply_subshell_for', lambda *_: 'theirs')({}, 'theirs')\n"
        "ours = apart_from_cells(get_ipython(), lambda: Buttons(print, key='k'))\n"
    )
    claude_kernel.run(heard_by)
    assert claude_kernel.value("by(ours)") == "theirs"
    assert claude_kernel.value("by(slider)") == claude_kernel.value(
        "None if hasattr(slider.comm, '_reply_subshell_for') else 'theirs'"
    )
    claude_kernel.run("%unload_ext nbclaude")
    assert claude_kernel.value("'get_parent' in vars(get_ipython().kernel)") == "False"


def test_closing_frees_every_widget_and_comm(claude_kernel: Kernel) -> None:
    claude_kernel.run(f"%claude\n{PANELS}\nfor t in p._toggles.values(): t.value = True", cell_id="a")
    claude_kernel.run("p.close()")
    empty = claude_kernel.run(COUNT).result
    for _ in range(3):  # running the cell again closes the panel of the run before
        claude_kernel.run("%claude", cell_id="a")
    one = claude_kernel.run(COUNT).result
    claude_kernel.run("%claude", cell_id="a")
    assert claude_kernel.run(COUNT).result == one != empty
    claude_kernel.run("1", cell_id="b", deleted=["a"])
    assert claude_kernel.run(COUNT).result == empty
    claude_kernel.run("%claude", cell_id="c")
    claude_kernel.run("%unload_ext nbclaude")
    assert claude_kernel.run(COUNT).result == empty


def test_a_question_of_the_panel_is_an_ordinary_turn(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("Hello Ada.", "You are Ada.")
    claude_kernel.run(f"%claude\n{PANELS}", cell_id="a")
    claude_kernel.run(f"p.ask.question.value = 'I am Ada.'\np.ask.ask_button.click()\n{WAIT}")
    assert claude_kernel.run("_claude.text").result == "'Hello Ada.'"
    assert claude_kernel.run("%claude who am I?", cell_id="b").ok
    texts = [message["content"][-1]["text"] for message in simulator.message_requests[-1].messages]
    assert texts == ["I am Ada.", "Hello Ada.", "who am I?"]
    assert "Turn 2" in claude_kernel.value("p.ask.view.items[-1][1]")


def test_what_is_attached_goes_with_the_next_cell_and_then_is_gone(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    claude_kernel.run("kept, once = 'kept words', 'words for once'")
    attach = "t = _panels.panel.Workspace and p._host.workspace.tray\nt.attach('kept', 'kept'); t.attach('once', 'once')"
    claude_kernel.run(f"%claude\n{PANELS}\n{attach}\nt.pin(t.items()[0].key, pinned=True)", cell_id="a")
    dry = claude_kernel.run("%claude --dry-run what?")
    assert "once" in dry.html and "kept" in dry.html
    claude_kernel.run("%claude what?", cell_id="b")
    claude_kernel.run("%claude and now?", cell_id="c")
    first, second = (str(request.messages[-1]) for request in simulator.message_requests)
    assert "kept words" in first and "words for once" in first
    assert "kept words" in second and "words for once" not in second


def test_a_refused_question_keeps_what_was_attached_and_typed(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    attach = "p._host.workspace.tray.attach('gone', 'gone')"
    claude_kernel.run(f"gone = 1\n%claude\n{PANELS}\n{attach}\ndel gone", cell_id="a")
    claude_kernel.run("p.ask.question.value = 'What?'\np.ask.ask_button.click()")
    assert "gone" in claude_kernel.value("p.ask._host.alert.value")
    assert claude_kernel.value("p.ask.question.value") == "What?"
    assert claude_kernel.value("[i.label for i in p._host.workspace.tray.items()]") == "['gone']"
    assert simulator.message_requests == []


def test_a_failed_question_comes_back_before_what_was_written_meanwhile(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    written = threading.Event()

    def refuse(_: RecordedRequest) -> HTTPFault:
        written.wait(60)
        return HTTPFault(400, message="No.")

    simulator.enqueue(refuse)
    claude_kernel.run(f"%claude\n{PANELS}", cell_id="a")
    claude_kernel.run("p.ask.question.value = 'First?'\np.ask.ask_button.click()")
    claude_kernel.run("p.ask.question.value = 'Second?'")
    written.set()
    claude_kernel.run(WAIT)
    assert claude_kernel.value("p.ask.question.value").splitlines() == ["First?", "", "Second?"]
    card = claude_kernel.value("p.ask._host.alert.value")
    assert "<strong>The server refused the request</strong>" in card and "<p>No. (HTTP 400" in card
    assert "BadRequestError" not in card


def test_a_fault_of_ours_is_shown_in_the_panel(claude_kernel: Kernel) -> None:
    claude_kernel.run(f"%claude\n{PANELS}\np.ask._asked = lambda text: 1 / 0", cell_id="a")
    done = claude_kernel.run("p.ask.question.value = 'What?'\np.ask.ask_button.click()")
    assert done.ok and done.outputs == []
    assert "ZeroDivisionError: division by zero" in claude_kernel.value("p.ask._host.alert.value")


def test_a_cell_waits_for_the_panel_s_question_in_the_same_conversation(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    go_on = threading.Event()
    slow = StreamFault("stall", "The first answer, slowly.", after_characters=9, until=go_on)
    simulator.enqueue(slow, "The second.")
    claude_kernel.run(f"%claude\n{PANELS}", cell_id="a")
    claude_kernel.run("p.ask.question.value = 'First?'\np.ask.ask_button.click()")
    waiting = "Another question of the conversation 'main' is being answered first"
    second = claude_kernel.start("%claude second?", cell_id="b")
    second.wait_until(lambda seen: waiting in seen.html)
    go_on.set()
    assert second.wait().ok, second.error
    signs = [message.content["data"].get("text/html", "") for message in second.updates()]
    assert waiting in signs[1] and waiting not in signs[2]
    texts = [message["content"][-1]["text"] for message in simulator.message_requests[-1].messages]
    assert texts == ["First?", "The first answer, slowly.", "second?"]


def test_a_stop_keeps_what_came(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue(Answer("One two three. " * 100, pace=Pace(50, 5)))
    claude_kernel.run(f"%claude\n{PANELS}", cell_id="a")
    claude_kernel.run(
        "p.ask.question.value = 'Count.'\np.ask.ask_button.click()\nimport time\n"
        # The thinking comes first; only what follows it is the answer.
        "said = lambda: p.ask._live and p.ask._live._pages._last and p.ask._live._pages._last.html\n"
        "while 'One two' not in (said() or ''): time.sleep(0.02)\n"
        f"p.ask.stop_button.click()\n{WAIT}"
    )
    (turn,) = [claude_kernel.value("p.ask._conversation.turns[0].answer")]
    assert turn.startswith("One") and len(turn) < 1500
    assert claude_kernel.value("p.ask._conversation.turns[0].stopped") == "interrupted"


def test_no_key_is_in_the_widgets_state(claude_kernel: Kernel) -> None:
    claude_kernel.run(f"%claude\n{PANELS}\nfor t in p._toggles.values(): t.value = True", cell_id="a")
    state = claude_kernel.value("__import__('ipywidgets').Widget.get_manager_state()")
    assert "ANTHROPIC_API_KEY" in state and CANARY_KEY not in state


def test_config_and_panel_show_the_same(claude_kernel: Kernel) -> None:
    claude_kernel.run(
        f"%claude\n{PANELS}\np._toggles['Settings'].value = True\ns = p._panes['Settings']", cell_id="a"
    )
    claude_kernel.run("%config ClaudeMagics.model = 'opus-4-6'\n%config ClaudeMagics.effort = 'max'")
    assert (
        claude_kernel.run(
            "s.controls['effort'].input.value, s.controls['effort'].input.disabled, s.controls['temperature'].input.disabled"
        ).result
        == "('max', False, False)"
    )
    claude_kernel.run("s.controls['max_tokens'].input.value = -5")
    assert "Max tokens -5: it must be a whole number from 1." in claude_kernel.value("p._host.alert.value")
    assert claude_kernel.value("s.controls['max_tokens'].input.value") == "16000"
    claude_kernel.run("s.controls['temperature'].input.value = 0.4\ns.budget.limit.value = 2.5")
    assert claude_kernel.value("s._host.settings.temperature") == "0.4"
    assert "$2.50" in claude_kernel.run("%claude_budget").stdout
    key = "sk-ant-" + "api03-An0therKeyThatIsNoCanary-9Rt5Yu7Io2Pq"
    claude_kernel.run(f"s.controls['system'].input.value = {key!r}")
    assert "API key" in claude_kernel.value("p._host.alert.value")
    assert claude_kernel.value("s.controls['system'].input.value") == ""
    code = claude_kernel.value("_panels.settings_pane.config_code(s._host.settings, s._host.workspace)")
    assert code.splitlines() == [
        "%load_ext nbclaude",
        "%config ClaudeMagics.model = 'claude-opus-4-6'",
        "%config ClaudeMagics.max_tokens = 16000",
        "%config ClaudeMagics.effort = 'max'",
        "%config ClaudeMagics.temperature = 0.4",
        "%claude_budget 2.5",
    ]
    done = claude_kernel.run("%reset -f\n" + code)
    assert done.ok


def test_copied_code_sets_texts_as_they_are(claude_kernel: Kernel) -> None:
    """IPython would expand $x and {x} in the line of a magic."""
    system = "Say {x} for $5 or $x, {{y}} or }}.\nIt's \\n."
    extra = {"a": {"b": ["{x}", None, 1]}}
    claude_kernel.run(f"x = 3\n%claude\n{PANELS}\ns = p._host.settings", cell_id="a")
    claude_kernel.run(f"s.system, s.extra = {system!r}, {extra!r}")
    code = claude_kernel.value(
        "p._pane('Settings') and _panels.settings_pane.config_code(s, p._host.workspace)"
    )
    claude_kernel.run("s.system, s.extra = '', {}")
    assert claude_kernel.run(code).ok
    assert claude_kernel.value("(s.system, dict(s.extra))") == str((system, extra))


def test_calls_of_a_question_from_the_panel_are_approved_in_the_panel(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    claude_kernel.run("ran = []\ndef erase(what: str):\n    ran.append(what)\n    return 'done'")
    simulator.enqueue("Yes?")
    claude_kernel.run("%claude --tools erase Hello", cell_id="a")
    claude_kernel.run(APPROVING, cell_id="b")
    call = Answer([tool_use("erase", {"what": "x"})])
    simulator.enqueue(call, "Done.", call, "As you wish.", call)
    assert claude_kernel.value("ask('Erase x')") == "True"
    assert "erase" in claude_kernel.value("place.children[0].value")
    claude_kernel.run("say(do='edit', values={'what': 'y'})")
    assert claude_kernel.value("(ran, _claude.text, len(place.children))") == "(['y'], 'Done.', 1)"
    claude_kernel.run("ask('Again')\nsay(do='deny', reason='no')")
    assert "The call was denied: no." in str(simulator.message_requests[-1].messages[-1])
    # Stop ends the waiting, and the answer.
    assert claude_kernel.run(f"ask('Once more')\np.ask.stop_button.click()\n{WAIT}").ok
    assert claude_kernel.value("(ran, place.layout.display)") == "(['y'], 'none')"


def test_code_of_the_model_runs_on_the_main_thread_for_the_panel_too(
    claude_kernel: Kernel, simulator: Simulator, tmp_path: Path
) -> None:
    simulator.enqueue("Yes?")
    claude_kernel.run("%claude --tools python Hello", cell_id="a")
    claude_kernel.run(f"{APPROVING}\ncells, begun = 0, False", cell_id="b")
    code = "where = threading.current_thread() is threading.main_thread()\nseen = cells\nprint('printed it')\nwhere"
    simulator.enqueue(Answer([tool_use("python", {"code": code})]), "So it is.")
    # It waits for the cell that is running.
    claude_kernel.run("ask('Where?')\npress(do='allow')\ntime.sleep(0.3)\ncells = 1")
    until(claude_kernel, "p.ask._live is None")
    assert claude_kernel.value("(where, seen, _claude.text)") == "(True, 1, 'So it is.')"
    sent = str(simulator.message_requests[-1].messages[-1])
    assert "printed it" in sent and "True" in sent and "new: where, seen" in sent
    # Stop interrupts it, and so does an interrupt of the kernel; cells go on as if nothing had been.
    for stop in ("threading.Thread(target=stop).start()", ""):
        begun = tmp_path / f"begun{bool(stop)}"
        endless = f"begun = True\nopen({str(begun)!r}, 'w').close()\nwhile True: pass"
        simulator.enqueue(Answer([tool_use("python", {"code": endless})]))
        claude_kernel.run(
            "begun = False\n"
            "def stop():\n    while not begun: time.sleep(0.02)\n    p.ask.stop_button.click()\n"
            f"ask('For ever')\npress(do='allow')\n{stop}"
        )
        if not stop:
            deadline = time.monotonic() + 60
            while not begun.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            claude_kernel.interrupt()
        until(claude_kernel, "p.ask._live is None")
        assert claude_kernel.value("begun") == "True"
