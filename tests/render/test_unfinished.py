"""What is shown while an answer arrives is the beginning of what is shown in the end."""

from __future__ import annotations

import pytest

from nbclaude.render.growing_code import GrowingCode
from nbclaude.render.streaming import MarkdownStream
from tests.render.html import text

# At no point do these show a character that is not there in the end.
STEADY = [
    "Functions may take *args and **kwargs, which collect the rest; f(*args, **kwargs) is a call.\n",
    "The **kwargs** parameter, 2**10, 2*3*4, x**2 + y**2, a*b*c and *.py or src/**/*.ts files.\n",
    "**bold with *italic* inside**, *italic with **bold** inside*, ***both***, ~~old~~ new, ~5 s\n",
    "Call __init__ and obj.__dict__, _repr_html_, max_tokens; _so_ it __is it__.\n",
    "walk**ed**, un**frigging**believable, **P**ython, **API key**s, **Note:**text\n",
    "See [the documentation](https://docs.example/a_(b)?c=d#e), **[bold](https://a.example)**, [x][i][j], [1].\n",
    'An ![image](https://a.example/b.png "T"). Hello! See [a file](src/main.py) and [b](<https://b.example> "T").\n',
    "- [ ] to do\n- [x] done\n- [link](https://a.example)\n- ***\n\n***\n* * *\n",
    "<https://a.example>, <me@a.example>, List<String>, a < b, H<sub>2</sub>O, <kbd>Ctrl</kbd>, <B>x</B>, a<br>b\n",
    "AT&T &lt;div&gt; &amp; \\*a\\* C:\\new\\table \\_ end\\\nnext  \nnext\n",
    "Code `a`, ``b`c``, `` ` `` and `**d**`, `_e_`; a ` alone.\n",
    "With \\(x^2\\), $y_1$, \\[ E = mc^2 \\], $$e^{i\\pi} + 1 = 0$$: costs $5 to $10, or $1,000.50 ($12k a year). US$100, $3M.\n",
    "($15), [$20] and $30/€28, US$40; =SUM($A$1:$B$2), $C$3\n",
    "Set $HOME and $PATH; use ${VAR} and $(pwd). export A=$B:$C\n",
    "A $100 bond at $r = 5\\%$ pays $5 a year, so $PV = \\frac{5}{1+r}$.\n",
    "So\n\n\\begin{align}\na &= b \\\\\n&= c\n\\end{align}\n\nand \\begin{pmatrix} 1 & 2 \\end{pmatrix} here.\n",
    "We get\n$$\na = b\n$$\nand\n\\[\nc\n\\]\nso $$x = 1$$ is it.\n",
    "$$\nx = 1\n$$.\n",
    "A table:\n| a | b |\n|---|:-:|\n| `x | y` | **z** |\n| $|x|$ | [l](https://a.example) |\n| \\(P(A|B)\\) | *w* |\n",
    "> | a | b |\n> |---|---|\n> | 1 | 2 |\n\n- c:\n  | a |\n  |---|\n  | 1 |\n\n|x| is absolute.\n",
    "```python\nx = 1  # ```\n```\nUse ```x = 1``` inline.\n\n~~~ text\n~\n~~~\n\n- > ```sh\n  > ls\n  > ```\n",
    "1. Install:\n   ```bash\n   pip install x\n   ```\n2. **Run** it\n",
    "<details open>\n<summary>More **of** `it`</summary>\n\nHidden.\n\n</details>\n\n<details><summary>a</summary>b</details>\n",
    "> [!NOTE]\n> Be **careful**.\n\n## **Step 1**: `do`\n\n#hashtag, C# and F#\n",
    "这是**重点（很重要）**的内容，**“引号”**也行。使用**`pandas`**库；当$x>0$时，函数\\(f(x)\\)递增，价格$5。\n",
    "**ध्यान दें:** यह **\"उद्धरण\"**के साथ है। و**«مهم»**، ב**\"הארץ\"** ข้อความ**ตัวหนา**และ*เอียง*\n",
    "**https://a.example/x**, (see https://a.example.), https://a.example/(b)_c, d, https://a.example/a_b*c\n",
    "**Bold words that go on, across\nlines** and *so do\nthese* and [link that\nspans](https://a.example).\n",
]  # fmt: skip


def letters(html: str) -> str:
    return "".join(text(html).split())


@pytest.mark.parametrize("source", STEADY)
@pytest.mark.parametrize("step", [1, 4])
def test_nothing_is_shown_that_goes_away(source: str, step: int) -> None:
    whole = MarkdownStream("x")
    whole.feed(source)
    end = whole.advance()
    final = letters("".join(block.html for block in end.settled) + end.tail)
    stream, settled, before = MarkdownStream("x"), "", 0
    for start in range(0, len(source), step):
        stream.feed(source[start : start + step])
        now = stream.advance()
        settled += "".join(block.html for block in now.settled)
        shown = letters(settled + now.tail)
        assert final.startswith(shown), source[: start + step]
        assert len(shown) >= before, source[: start + step]
        before = len(shown)
    assert before == len(final)


@pytest.mark.parametrize(
    ("source", "tail"),
    [
        ("a *b", "<p>a <em>b</em></p>\n"),
        ("a **b *c* ", "<p>a <strong>b <em>c</em></strong></p>\n"),
        ("a ``b`c", "<p>a <code>b`c</code></p>\n"),
        ("x<sup>2", "<p>x<sup>2</sup></p>\n"),
        ("- *args\n- **kwargs: x\n- **b", "<ul>\n<li>*args</li>\n<li>**kwargs: x</li>\n<li><strong>b</strong></li>\n</ul>\n"),
        ("- a\n- [ ] **", "<ul>\n<li>a</li>\n</ul>\n"),
        ("a [b", "<p>a</p>\n"),
        ("a [b](https://a.exa", "<p>a b</p>\n"),
        ("a [b](src/ma", "<p>a</p>\n"),
        ("a\n[b](c", "<p>a</p>\n"),
        ("a \\(x", "<p>a</p>\n"),
        ("costs $5", "<p>costs</p>\n"),
        ("costs $5 a", "<p>costs</p>\n"),
        ("costs $5 a d", "<p>costs $5 a d</p>\n"),
        ("a\n```pyth", "<p>a</p>\n"),
        ("a\n| b | c |\n|--", "<p>a</p>\n"),
        ("<summary>a", "<p><strong>a</strong></p>\n"),
    ],
)  # fmt: skip
def test_half_marks(source: str, tail: str) -> None:
    stream = MarkdownStream()
    stream.feed(source)
    assert stream.advance().tail == tail


def test_code_in_a_block_of_markdown_is_not_completed() -> None:
    """The line above the second fence shows that it opens a block within the first, so what follows is code."""
    stream = MarkdownStream()
    stream.feed("```markdown\nFor example:\n```\nx = 1\nf(**a")
    assert text(stream.advance().tail).strip() == "For example:\n```\nx = 1\nf(**a"


def test_what_never_becomes_markup_is_shown_after_a_while() -> None:
    for begun in ("a [", "a \\(", "a $x+", "a `"):
        stream = MarkdownStream()
        stream.feed(begun + "1+" * 600)
        assert text(stream.advance().tail).count("1+") == 600


def test_long_code_and_long_tables_hold_the_same_back() -> None:
    stream = MarkdownStream()
    stream.feed("```python\n" + "x = 1\n" * 1000)
    stream.advance()
    assert isinstance(stream._code, GrowingCode)
    stream.feed("``")
    assert stream.advance(catch_up=True).tail.count("`") == 0
    stream = MarkdownStream()
    stream.feed("| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 600)
    stream.advance()
    assert stream._table is not None
    stream.feed("| `x | y` | **z")
    assert "<td><code>x | y</code></td>\n<td><strong>z</strong></td>" in stream.advance(catch_up=True).tail
