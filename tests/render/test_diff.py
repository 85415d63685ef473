"""A diff as lines, text and HTML."""

from __future__ import annotations

from nbclaude.render.diff import diff_html, diff_lines, diff_text

BEFORE = 'orders = pd.read_csv("a.csv")\norders["prcie"].mean()'
AFTER = 'orders = pd.read_csv("a.csv")\norders["price"].mean()\nprint("<b>")'


def test_lines() -> None:
    """What has gone stands above what has come."""
    assert [(line.kind, line.text) for line in diff_lines(BEFORE, AFTER)] == [
        ("same", 'orders = pd.read_csv("a.csv")'),
        ("out", 'orders["prcie"].mean()'),
        ("in", 'orders["price"].mean()'),
        ("in", 'print("<b>")'),
    ]


def test_text() -> None:
    """The usual signs of plain text."""
    assert diff_text(BEFORE, AFTER) == (
        '  orders = pd.read_csv("a.csv")\n- orders["prcie"].mean()\n+ orders["price"].mean()\n+ print("<b>")'
    )


def test_a_short_text_is_whole_and_a_long_one_is_not() -> None:
    """Of a long cell only the lines around the change are shown, and how many are not."""
    short = "\n".join(f"x{n} = {n}" for n in range(20))
    assert len(diff_lines(short, short.replace("x10 = 10", "x10 = 11"))) == 21
    long = "\n".join(f"x{n} = {n}" for n in range(100))
    lines = diff_lines(long, long.replace("x50 = 50", "x50 = 51"))
    assert [line.text for line in lines] == [
        "47 unchanged lines", "x47 = 47", "x48 = 48", "x49 = 49", "x50 = 50", "x50 = 51",
        "x51 = 51", "x52 = 52", "x53 = 53", "46 unchanged lines",
    ]  # fmt: skip


def test_html_is_escaped_and_needs_no_colour() -> None:
    """Hostile code stays text; signs, `ins` and `del` say what the colours say."""
    html = diff_html(BEFORE, AFTER, 'cell "6" <i>')
    assert '<b>−</b>orders["prcie"].mean()</del>' in html
    assert '<ins><b>+</b>print("&lt;b&gt;")</ins>' in html
    assert 'data-language="cell &quot;6&quot; &lt;i&gt;"' in html
    assert 'aria-label="Changes in cell &quot;6&quot; &lt;i&gt;"' in html
    assert "<script" not in diff_html("<script>", "</pre><script>x</script>")


def test_a_text_of_many_lines_is_quick() -> None:
    """Ten thousand equal lines are no place to meet at."""
    before = "x\n" * 5_000 + "y"
    assert diff_lines(before, before + "\nz")[-1].text == "z"
