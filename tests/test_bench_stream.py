"""`make bench-stream` judges by the median of its runs, and beside the idle page of each run."""

from __future__ import annotations

from dataclasses import replace

from bench.verdict import Measured, checks, doubt, table
from tests.browser.recorder import LongTask, Recording


def recording(sent: int, tasks: int = 0, gap: float = 17.0) -> Recording:
    return Recording(35_000.0, sent, (LongTask(1_000.0, 60.0),) * tasks, (gap,) * 100)


def measured(sent: int, tasks: int, gap: float, cpu: float) -> Measured:
    idle = recording(0, gap=17.0)
    return Measured("this project", recording(sent, tasks, gap), cpu + 1.0, 14, idle, 1.0, 0.15)


GOOD = measured(1_000_000, 0, 17.5, 0.7)


def test_one_bad_run_of_five_changes_nothing() -> None:
    bad = measured(9_000_000, 40, 90.0, 5.0)
    verdicts = checks([GOOD, bad, GOOD, GOOD, bad])
    assert [verdict.passed for verdict in verdicts] == [True] * 5
    assert [verdict.passed for verdict in checks([GOOD, bad, bad])] == [False] * 4 + [True]


def test_each_limit_is_held() -> None:
    for bad, failing in (
        (measured(1_310_000, 0, 17.0, 0.7), 0),
        (measured(1_000_000, 1, 17.0, 0.7), 1),
        (measured(1_000_000, 0, 17.0, 0.91), 2),
        (measured(1_000_000, 0, 18.1, 0.7), 3),
        (replace(GOOD, outputs=31), 4),
    ):
        assert [n for n, verdict in enumerate(checks([bad])) if not verdict.passed] == [failing]
    # Where everything takes twice as long, painting may, too.
    assert all(verdict.passed for verdict in checks([replace(GOOD, kernel_cpu=2.7, one_shot_cpu=0.3)]))
    # If even an idle page has gaps, the machine is to blame.
    slow = replace(measured(1_000_000, 0, 33.4, 0.7), idle=recording(0, gap=33.3))
    assert all(verdict.passed for verdict in checks([slow]))


def test_the_table_has_a_row_for_each_run() -> None:
    rows = table([GOOD, replace(GOOD, way="whole Markdown", idle=None, receive_cpu=0.0)]).splitlines()
    assert len(rows) == 4
    assert "| 1.00 MB " in rows[2] and "| 0.70 s " in rows[2] and "| 17.0 ms " in rows[2]


def test_it_warns_when_the_host_takes_the_processors() -> None:
    stolen = replace(GOOD, stolen=0.34)
    assert not doubt([GOOD, GOOD, stolen])
    assert "34%" in doubt([GOOD, stolen, stolen])
    assert table([stolen]).splitlines()[2].endswith("| 34%    |")
