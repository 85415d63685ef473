"""The harness folds messages as a front end does, and gives each test a kernel as new."""

import os
import time

import pytest

from tests.kernel.kernel import Kernel


def test_streams_results_and_errors_are_told_apart(kernel: Kernel) -> None:
    ran = kernel.run("import sys\nprint('a'); print('b')\nprint('c', file=sys.stderr)\n6 * 7")
    assert (ran.ok, ran.stdout, ran.stderr, ran.result) == (True, "a\nb\n", "c\n", "42")
    failed = kernel.run("1 / 0")
    assert not failed.ok
    assert failed.error is not None
    assert failed.error["ename"] == "ZeroDivisionError"


def test_display_ids_are_updated_in_place_also_from_a_later_cell(kernel: Kernel) -> None:
    first = kernel.run(
        "from IPython.display import HTML, display, update_display, clear_output\n"
        "_ = display(HTML('<p>one</p>'), display_id='a'); display(HTML('<p>two</p>'))\n"
        "update_display(HTML('<p>uno</p>'), display_id='a')"
    )
    assert first.data("text/html") == ["<p>uno</p>", "<p>two</p>"]
    assert [m.type for m in first.updates()] == ["display_data", "display_data", "update_display_data"]
    kernel.run("update_display(HTML('<p>un</p>'), display_id='a')")
    assert first.html == "<p>un</p><p>two</p>"


def test_clear_output_waits_for_the_next_output_when_asked_to(kernel: Kernel) -> None:
    code = "from IPython.display import clear_output\nprint('old')\nclear_output(wait={})\n{}"
    assert kernel.run(code.format(True, "")).stdout == "old\n"
    assert kernel.run(code.format(True, "print('new')")).stdout == "new\n"
    assert kernel.run(code.format(False, "")).stdout == ""


def test_cell_ids_reach_the_kernel_as_from_jupyterlab_and_only_when_given(kernel: Kernel) -> None:
    look = "m = get_ipython().get_parent()['metadata']\nprint(m.get('cellId'), m.get('deletedCells'))"
    assert kernel.run(look, cell_id="c1", deleted=["c0"]).stdout == "c1 ['c0']\n"
    assert kernel.run(look).stdout == "None None\n"


def test_a_running_cell_can_be_watched_and_interrupted(kernel: Kernel) -> None:
    running = kernel.start("import time\nprint('up', flush=True)\ntime.sleep(30)")
    running.wait_until(lambda e: "up" in e.stdout)
    before = time.monotonic()
    kernel.interrupt()
    running.wait()
    assert running.finished is not None
    assert running.finished - before < 20  # of 30
    assert running.error is not None
    assert running.error["ename"] == "KeyboardInterrupt"


def test_questions_are_answered(kernel: Kernel) -> None:
    asked = kernel.run("import getpass\nprint(input('a?') + getpass.getpass('b?'))", answers=["x", "y"])
    assert asked.stdout == "xy\n"


@pytest.mark.once  # what jedi needs to complete the first word is not ours to wait for twice
def test_tab_and_shift_tab(kernel: Kernel) -> None:
    kernel.run("forty_two = 42")
    assert "forty_two" in kernel.complete("forty_")
    assert "int" in kernel.inspect("forty_two")


def test_a_test_leaves_names_and_a_busy_kernel_behind(kernel: Kernel) -> None:
    kernel.run("import os; left_behind = 1; os.environ['ANTHROPIC_API_KEY'] = 'canary'")
    kernel.start("import time; time.sleep(60)")


def test_and_the_next_one_finds_none_of_it(kernel: Kernel) -> None:
    assert kernel.value("'left_behind' in dir()") == "False"
    assert kernel.value("[n for n in __import__('os').environ if 'ANTHROPIC' in n]") == "[]"


def test_a_restart_and_the_end_leave_no_process_behind(fresh_kernel: Kernel) -> None:
    first = fresh_kernel.pid
    fresh_kernel.run("x = 1")
    fresh_kernel.restart()
    assert not _runs(first)
    assert fresh_kernel.value("'x' in dir()") == "False"
    second = fresh_kernel.pid
    fresh_kernel.close()
    assert not _runs(second)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
