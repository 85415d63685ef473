"""Tests against a real Spark, if it and Java are installed."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from nbclaude.data.frames import describe_data

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),  # from Spark's own pandas support
    pytest.mark.filterwarnings(
        "ignore:Failed to set:UserWarning"
    ),  # what a server that runs already does not change
]
sql = pytest.importorskip("pyspark.sql")


ROWS = [(n, float("nan") if n % 4 == 0 else n / 2, "ab"[n % 2] if n % 3 else None) for n in range(60)]
TYPES = "n long, f double, s string"
SCHEMA = (
    "pyspark DataFrame, 3 columns\n(a query, not computed: no rows, no statistics; Spark would compute it)\n"
)


def started(builder: Any) -> Any:
    builder = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "1")
    return builder.getOrCreate()


@pytest.fixture
def spark() -> Iterator[Any]:
    session = started(sql.SparkSession.builder.master("local[1]"))
    yield session
    session.stop()


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give a client of Spark Connect; its server is another process."""
    monkeypatch.setenv("SPARK_CONNECT_MODE_ENABLED", "1")
    session = started(sql.SparkSession.builder.remote("local[1]"))
    yield session
    session.stop()


def test_a_mention_starts_no_job_and_statistics_are_pushed_down(spark: Any) -> None:
    frame = spark.createDataFrame(ROWS, TYPES)
    tracker = spark.sparkContext.statusTracker()
    for format in ("", "schema"):
        described = describe_data(frame, format)
        assert described is not None and described.text.startswith(SCHEMA)
    assert tracker.getJobIdsForGroup(None) == []
    described_in_full(frame)
    assert tracker.getActiveJobsIds() == []


def test_behind_spark_connect(connected: Any) -> None:
    frame = connected.createDataFrame(ROWS, TYPES)
    assert "connect" in type(frame).__module__
    described = describe_data(frame)
    assert described is not None and described.text.startswith(SCHEMA)
    described_in_full(frame)


def described_in_full(frame: Any) -> None:
    described = describe_data(frame, "stats")
    assert described is not None
    assert described.text.splitlines()[3:] == [
        "  n: bigint; 0 … 59, mean 29.5, std 17.4642",
        "  f: double; 15 NaN (25.0%), finite 0.5 … 29.5, mean 15, std 8.74838",
        "  s: string; 20 missing (33.3%), 2 distinct; a: 20, b: 20",
    ]
    shown = describe_data(frame, "head 2")
    assert shown is not None and shown.text.endswith("\nfirst 2 rows:\nrow,n,f,s\n0,0,NaN,\n1,1,0.5,b")
