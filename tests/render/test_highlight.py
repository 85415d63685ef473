from __future__ import annotations

import re
from html import unescape

import pytest

from nbclaude.render.highlight import CodeHighlighter, highlight
from tests.render.html import assert_harmless, text

CODE: dict[str, str] = {
    "python": '@decorator\nclass A(B):\n    """Doc & <b>."""\n    def f(self, x=0x1F):\n        return f"{x!r}" + "\\n"  # ok\n',
    "javascript": "const f = async (x) => { return `${x}` < 5 && /a<b/g.test(x); } // ok\n",
    "typescript": "interface A<T> { x?: T; }\nexport const f = <T,>(x: T): T => x;\n",
    "json": '{"a": [1, 2.5, true, null], "b": "é\\n"}\n',
    "yaml": "a: &x\n  - 1\n  - 'b'\n# c\nd: *x\n",
    "toml": '[a.b]\nc = "d"\ne = 2026-11-23\n',
    "html": "<!DOCTYPE html>\n<p class='a'>x &amp; y</p><script>let a = 1 < 2;</script>\n",
    "css": "a > b::before { content: '<'; color: #fff; }\n",
    "bash": 'for f in *.txt; do echo "$f" | grep -E "a|b" > /dev/null && exit 1; done\n',
    "sql": "SELECT a, COUNT(*) FROM t WHERE b <> 'c' AND d < 5; -- ok\n",
    "c": '#include <stdio.h>\nint main(void) { printf("%d\\n", 1 << 2); return 0; }\n',
    "cpp": "template <typename T> auto f(std::vector<T>&& v) { return v[0]; }\n",
    "java": "public class A<T extends B> { @Override void f() { } }\n",
    "rust": "fn f<'a>(x: &'a str) -> Option<&'a str> { Some(x) }\n",
    "go": "func f(x chan<- int) { x <- 1 }\n",
    "r": "f <- function(x) { x %>% filter(a < 1) }\n",
    "julia": "f(x::Vector{T}) where {T<:Number} = x .^ 2\n",
    "ruby": 'def f(x) = "#{x}" =~ /a/ ? :b : nil\n',
    "php": "<?php echo $a['b'] ?? 'c'; ?>\n",
    "latex": "\\begin{align}a &= b \\\\ % ok\n\\end{align}\n",
    "diff": "--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n",
    "markdown": "# A\n\n- *b* `c`\n",
    "xml": '<?xml version="1.0"?><a b="c"><!-- d --></a>\n',
    "dockerfile": "FROM python:3.11\nRUN pip install x && echo 'y'\n",
    "pycon": ">>> 1 + 1\n2\n>>> f()\nTraceback (most recent call last):\n",
    "console": "$ ls -l\ntotal 0\n",
    "text": "just <text> & more\n",
    "haskell": "f :: Int -> Maybe Int\nf x | x < 1 = Nothing\n",
    "kotlin": "fun f(x: List<Int>?) = x?.map { it + 1 }\n",
    "swift": "func f<T>(_ x: T?) -> T { x! }\n",
    "scala": "def f[A](x: => A): A = x match { case a => a }\n",
    "makefile": "a: b\n\t$(CC) -o $@ $<\n",
    "ini": "[a]\nb = c ; d\n",
}

# Texts that lexers like to change: other line ends, no last line end, blank lines before and after, tabs.
SHAPES = ["{}", "\n\n{}", "{}\n\n\n", "{}    \n", "\t{}", "{}\u2028x\x85y\x0cz", "  {}", "{}\x00"]


@pytest.mark.parametrize("language", CODE)
def test_the_text_is_preserved(language: str) -> None:
    for shape in SHAPES:
        for code in (CODE[language], CODE[language].rstrip("\n")):
            source = shape.format(code)
            html = highlight(source, language)
            assert text(html) == source
            assert_harmless(html)


@pytest.mark.parametrize("language", CODE)
def test_half_written_code_is_preserved(language: str) -> None:
    code = CODE[language]
    for end in range(0, len(code), 5):
        assert text(highlight(code[:end], language)) == code[:end]


@pytest.mark.parametrize(
    "language", ["", "brainrot", "python3000", "<script>", "../x", "guess", "PYTHON ", "\x00", "x" * 1000]
)
def test_an_unknown_language_is_plain(language: str) -> None:
    assert highlight("a < b & c", language) == "a &lt; b &amp; c"


@pytest.mark.parametrize(
    "language", ["python", "Python", "PYTHON", "py", "py3", "ipython", "jupyter", "python3"]
)
def test_names_of_python(language: str) -> None:
    assert highlight("import os", language) == '<span class="k">import </span>os'


@pytest.mark.parametrize(
    ("code", "html"),
    [
        ("", ""),
        ("\n", "\n"),
        ("x = 1", 'x <span class="o">= </span><span class="n">1</span>'),
        (
            "def f(): pass",
            '<span class="k">def </span><span class="d">f</span>(): <span class="k">pass</span>',
        ),
        ("'a<b'", "<span class=\"s\">'a&lt;b'</span>"),
        ("# a", '<span class="c"># a</span>'),
        ("True", '<span class="a">True</span>'),
        ("len", '<span class="b">len</span>'),
    ],
)
def test_classes(code: str, html: str) -> None:
    assert highlight(code, "python") == html


def test_carriage_returns_never_change_the_text() -> None:
    for code in ("a = 1\r\nb = 2\r\n", "a\r\n\r\n\r\n"):
        assert re.sub(r"<[^>]*>", "", highlight(code, "python")) == code


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


class TestGrowing:
    LONG = "".join(f'value_{n} = "text {n}"  # line {n}\n' for n in range(400))

    @pytest.mark.parametrize("step", [1, 7, 50, 997])
    def test_the_text_is_there_at_every_moment(self, step: int) -> None:
        highlighter = CodeHighlighter()
        code = self.LONG[: 1500 * min(step, 8)]
        for end in range(0, len(code), step):
            assert plain(highlighter.growing(code[:end], "python")) == code[:end]

    def test_finished_is_what_highlight_gives(self) -> None:
        highlighter = CodeHighlighter()
        for end in range(0, 2000, 100):
            highlighter.growing(self.LONG[:end], "python")
        assert highlighter.finished(self.LONG, "python") == highlight(self.LONG, "python")

    def test_another_block_begins_anew(self) -> None:
        highlighter = CodeHighlighter()
        highlighter.growing(self.LONG, "python")
        assert text(highlighter.growing("other <code>", "html")) == "other <code>"

    def test_the_same_text_in_another_language_is_not_shown_in_the_colours_of_the_first(self) -> None:
        # A block's info line is complete before its code begins, but two blocks may begin alike.
        highlighter = CodeHighlighter()
        highlighter.growing(self.LONG, "python")
        assert highlighter.growing(self.LONG, "text") == CodeHighlighter().growing(self.LONG, "text")

    def test_two_finished_blocks_of_one_text_and_two_languages(self) -> None:
        highlighter = CodeHighlighter()
        assert highlighter.finished("import x", "python") != highlighter.finished("import x", "text")
