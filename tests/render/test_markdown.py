from __future__ import annotations

import pytest

from nbclaude.render.links import is_safe_link
from nbclaude.render.markdown import build_parser, render_markdown
from tests.render.html import assert_harmless, elements, text

LINK = 'target="_blank" rel="noopener noreferrer nofollow"'

# Markdown -> the whole HTML
CONSTRUCTS: dict[str, tuple[str, str]] = {
    "nothing": ("", ""),
    "paragraphs": ("One\n\ntwo", "<p>One</p>\n<p>two</p>\n"),
    "each line of a verse or an address": (
        "One\ntwo\n\n- a\n  b",
        "<p>One<br>\ntwo</p>\n<ul>\n<li>a<br>\nb</li>\n</ul>\n",
    ),
    "hard break": ("one  \ntwo", "<p>one<br>\ntwo</p>\n"),
    "headings": ("# A\n## B\n### C\n#### D", "<h1>A</h1>\n<h2>B</h2>\n<h3>C</h3>\n<h4>D</h4>\n"),
    "heading underlined": ("A\n=\n\nB\n-", "<h1>A</h1>\n<h2>B</h2>\n"),
    "emphasis": (
        "*a* **b** ***c*** _d_",
        "<p><em>a</em> <strong>b</strong> <em><strong>c</strong></em> <em>d</em></p>\n",
    ),
    "strikethrough": ("~~a~~", "<p><s>a</s></p>\n"),
    "code span": ("`a < b` ``c ` d``", "<p><code>a &lt; b</code> <code>c ` d</code></p>\n"),
    "bullets": ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
    "numbers": ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
    "nested lists": (
        "- a\n  1. b\n     - c\n- d",
        "<ul>\n<li>a\n<ol>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ol>\n</li>\n<li>d</li>\n</ul>\n",
    ),
    "loose list": ("- a\n\n- b", "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>\n"),
    "quote": ("> a\n> > b", "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n</blockquote>\n"),
    "rule": ("---", "<hr>\n"),
    "fence": ("```\na < b\n```", '<div class="code"><pre tabindex="0"><code>a &lt; b\n</code></pre></div>\n'),
    "fence with a language": (
        "```text\na\n```",
        '<div class="code" data-language="text"><pre tabindex="0"><code class="language-text">a\n</code></pre></div>\n',
    ),
    "fence with tildes": (
        "~~~\n```\n~~~",
        '<div class="code"><pre tabindex="0"><code>```\n</code></pre></div>\n',
    ),
    "fence with attributes": (
        '```text title="x" {1,3}\na\n```',
        '<div class="code" data-language="text"><pre tabindex="0"><code class="language-text">a\n</code></pre></div>\n',
    ),
    "fence that is not closed": (
        "```\na",
        '<div class="code"><pre tabindex="0"><code>a</code></pre></div>\n',
    ),
    "indented code": (
        "    a <b>\n",
        '<div class="code"><pre tabindex="0"><code>a &lt;b&gt;\n</code></pre></div>\n',
    ),
    "table": (
        "| a | b |\n|:--|--:|\n| 1 | 2 |",
        '<div class="table" tabindex="0" role="group" aria-label="Table"><table>\n'
        '<thead>\n<tr>\n<th style="text-align:left">a</th>\n<th style="text-align:right">b</th>\n'
        '</tr>\n</thead>\n<tbody>\n<tr>\n<td style="text-align:left">1</td>\n<td style="text-align:right">2</td>\n</tr>\n'
        "</tbody>\n</table></div>\n",
    ),
    "task list": (
        "- [ ] a\n- [x] b",
        '<ul class="contains-task-list">\n'
        '<li class="task-list-item"><input class="task-list-item-checkbox" disabled="disabled" '
        'type="checkbox" aria-label="to do"> a</li>\n'
        '<li class="task-list-item">'
        '<input class="task-list-item-checkbox" checked="checked" disabled="disabled" '
        'type="checkbox" aria-label="done"> b</li>\n</ul>\n',
    ),
    "link": ("[a](https://a.example)", f'<p><a href="https://a.example" {LINK}>a</a></p>\n'),
    "link with a title": (
        '[a](https://a.example "T<")',
        f'<p><a href="https://a.example" title="T&lt;" {LINK}>a</a></p>\n',
    ),
    "reference": ("[a][r]\n\n[r]: https://a.example", f'<p><a href="https://a.example" {LINK}>a</a></p>\n'),
    "autolink": ("<https://a.example>", f'<p><a href="https://a.example" {LINK}>https://a.example</a></p>\n'),
    "bare address": (
        "see https://a.example/x.",
        f'<p>see <a href="https://a.example/x" {LINK}>https://a.example/x</a>.</p>\n',
    ),
    "mail": ("[m](mailto:a@b.example)", f'<p><a href="mailto:a@b.example" {LINK}>m</a></p>\n'),
    "place in the answer": ("[m](#fn1)", '<p><a href="#fn1">m</a></p>\n'),
    "names of files are not hosts": (
        "main.py, README.md and a@b.example",
        "<p>main.py, README.md and a@b.example</p>\n",
    ),
    "quotes stay as they are": ("\"a\" -- 'b' (c) ...", "<p>&quot;a&quot; -- 'b' (c) ...</p>\n"),
    "raw HTML is text": ("<u>a</u>", "<p>&lt;u&gt;a&lt;/u&gt;</p>\n"),
    "tags in a line": (
        "H<sub>2</sub>O, x<sup>2</sup><br>new<br/>line, <kbd>Ctrl</kbd>, <b>a *b*</b>",
        "<p>H<sub>2</sub>O, x<sup>2</sup><br>\nnew<br>\nline, <code>Ctrl</code>, <strong>a <em>b</em></strong></p>\n",
    ),
    "tags that are text": (
        "`<br>`, <b>a, b</b>, <b class=x>c</b>, <b></b>, <i><script>d</script></i>",
        "<p><code>&lt;br&gt;</code>, <strong>a, b</strong>, &lt;b class=x&gt;c&lt;/b&gt;, &lt;b&gt;&lt;/b&gt;, "
        "<em>&lt;script&gt;d&lt;/script&gt;</em></p>\n",
    ),
    "details": (
        "a\n<details>\n<summary>More of `b`</summary>\n\nc\n\n</details>\n\n<details><summary>d</summary>e</details>",
        "<p>a</p>\n<p><strong>More of <code>b</code></strong></p>\n<p>c</p>\n<p><strong>d</strong><br>\ne</p>\n",
    ),
    "the word details": (
        "<details> is an element\n\n    <details>\n",
        "<p>&lt;details&gt; is an element</p>\n"
        '<div class="code"><pre tabindex="0"><code>&lt;details&gt;\n</code></pre></div>\n',
    ),
    "a block of raw HTML is text": ("<div>\na\n</div>", "<p>&lt;div&gt;<br>\na<br>\n&lt;/div&gt;</p>\n"),
    "entities": ("&lt;b&gt; &amp; &copy; &#65;", "<p>&lt;b&gt; &amp; © A</p>\n"),
    "escapes": (r"\*a\* \# \`", "<p>*a* # `</p>\n"),
    "image": (
        "![a cat](https://a.example/c.png)",
        f'<p><a class="image" href="https://a.example/c.png" {LINK}>image: a cat (a.example)</a></p>\n',
    ),
    "image without a name": (
        "![](https://a.example/c.png)",
        f'<p><a class="image" href="https://a.example/c.png" {LINK}>image (a.example)</a></p>\n',
    ),
    "image inside a link": (
        "[![a](https://a.example/c.png)](https://b.example)",
        f'<p><a href="https://b.example" {LINK}><span class="image">image: a (a.example)</span></a></p>\n',
    ),
    "footnote": (
        "a[^1]\n\n[^1]: note",
        '<p>a<sup class="footnote-ref"><a href="#fn-x-1" id="fnref-x-1">[1]</a></sup></p>\n'
        '<hr class="footnotes-sep">\n<section class="footnotes">\n<ol class="footnotes-list">\n'
        '<li id="fn-x-1" class="footnote-item"><p>note <a href="#fnref-x-1" class="footnote-backref">↩︎</a></p>\n'
        "</li>\n</ol>\n</section>\n",
    ),
}


# Markdown -> the HTML in a paragraph
MEANT: dict[str, str] = {
    # Products, powers, wildcards and repetitions hold no emphasis, words may.
    "2*3*4, a*b*c, 5*x + 3*y": "2*3*4, a*b*c, 5*x + 3*y",
    "2**10, x**2 + y**2 = z**2": "2**10, x**2 + y**2 = z**2",
    "COUNT(*) and SUM(*)": "COUNT(*) and SUM(*)",
    "*.py and **/*.ipynb, src/**/*.ts": "*.py and **/*.ipynb, src/**/*.ts",
    r"^a.*$ or \w+\s*$": r"^a.*$ or \w+\s*$",
    "f(*args, **kw) or g(*args, **kw)": "f(*args, **kw) or g(*args, **kw)",
    "walk*ed*, go**es**, **P**ython, *P*ython": (
        "walk<em>ed</em>, go<strong>es</strong>, <strong>P</strong>ython, <em>P</em>ython"
    ),
    "**Note:**text": "<strong>Note:</strong>text",
    '**"उद्धरण"**के': "<strong>&quot;उद्धरण&quot;</strong>के",
    # Names of programs.
    "__init__, obj.__dict__, __main__.py": "__init__, obj.__dict__, __main__.py",
    "_repr_html_ and __my_name__": "_repr_html_ and __my_name__",
    "__bold__, _a_, __two words__": "<strong>bold</strong>, <em>a</em>, <strong>two words</strong>",
    # Addresses end before the marks of the text around them.
    "(https://a.example/x.)": f'(<a href="https://a.example/x" {LINK}>https://a.example/x</a>.)',
    "https://a.example/x、y": f'<a href="https://a.example/x" {LINK}>https://a.example/x</a>、y',
    "~~https://a.example~~": f'<s><a href="https://a.example" {LINK}>https://a.example</a></s>',
    "[a](), [b](<>), ![c]()": '<a>a</a>, [b](&lt;&gt;), <span class="image">image: c</span>',
    "<B>a</b> <SUB>b</Sub>": "<strong>a</strong> <sub>b</sub>",
}


@pytest.mark.parametrize("source", MEANT)
def test_what_was_meant(source: str) -> None:
    assert render_markdown(source) == f"<p>{MEANT[source]}</p>\n"


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_construct(name: str) -> None:
    source, expected = CONSTRUCTS[name]
    html = render_markdown(source, "x")
    assert html == expected
    assert_harmless(html)


def test_footnotes_of_different_answers_do_not_meet() -> None:
    one, two = (render_markdown("a[^1]\n\n[^1]: note", name) for name in ("x", "y"))
    targets = [{element.attributes["href"] for element in elements(html, "a")} for html in (one, two)]
    assert not targets[0] & targets[1]
    ids = {element.attributes["id"] for element in elements(one) if "id" in element.attributes}
    assert {target.removeprefix("#") for target in targets[0]} <= ids


@pytest.mark.parametrize(
    "source",
    [
        "![a](https://a.example/c.png)",
        "![a][r]\n\n[r]: https://a.example/c.png",
        "![r]\n\n[r]: https://a.example/c.png",
        "- ![a](https://a.example/c.png)",
        "| ![a](https://a.example/c.png) |\n|--|",
        "# ![a](https://a.example/c.png)",
        "a[^1]\n\n[^1]: ![a](https://a.example/c.png)",
        "![![b](https://b.example/d.png)](https://a.example/c.png)",
        "![a](data:image/png;base64,AAAA)",
        "![a](//a.example/c.png)",
        "![a](relative.png)",
        "![a](attachment:image.png)",
    ],
)
def test_no_image_is_ever_loaded(source: str) -> None:
    html = render_markdown(source)
    assert elements(html, "img") == []
    assert_harmless(html)


def test_the_host_of_an_image_is_said() -> None:
    assert "evil.example" in text(render_markdown("![cat](https://evil.example/x.png?secret)"))


def test_an_image_cannot_claim_another_host() -> None:
    # The name in the parentheses is ours; one in the alternative text must not pass for it.
    shown = text(render_markdown("![cat (good.example)](https://evil.example/x.png)"))
    assert shown.rstrip().endswith("(evil.example)")


def test_the_text_of_an_image_is_shown_without_its_markup() -> None:
    assert text(render_markdown("![a **b** `c`](https://a.example/c.png)")) == "image: a b c (a.example)\n"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example", True),
        ("http://a.example", True),
        ("HTTPS://a.example", True),
        ("mailto:a@b.example", True),
        ("#fn1", True),
        ("#", True),
        ("", False),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\tscript:alert(1)", False),
        ("data:text/html,x", False),
        ("data:image/png;base64,x", False),
        ("vbscript:x", False),
        ("file:///etc/passwd", False),
        ("ftp://a.example", False),
        ("tel:123", False),
        ("blob:https://a.example/x", False),
        ("command:x", False),
        ("vscode://x", False),
        ("/lab/tree/x", False),
        ("//evil.example", False),
        ("lab/api", False),
        ("../api/terminals", False),
        ("?token=1", False),
        ("a:b", False),
        ("https", False),
        ("https:", False),
        ("https:/lab/tree", False),
        ("https:lab", False),
        ("http:///lab", False),
    ],
)
def test_is_safe_link(url: str, safe: bool) -> None:
    # `https:lab` without slashes is relative for a browser that shows a page over https.
    assert is_safe_link(url) is safe


@pytest.mark.parametrize(
    "info",
    [
        "python",
        "Python",
        "PYTHON",
        "py",
        "python3",
        "ipython",
        "py3",
        "python {.line}",
        "python,ignore",
        "python:x.py",
    ],
)
def test_language_names(info: str) -> None:
    html = render_markdown(f"```{info}\nimport os\n```")
    assert '<span class="k">import' in html


@pytest.mark.parametrize("info", ['"><img src=x>', "<script>", "a&b", "'onload='x", "{.py}", "`", "\\", "😀"])
def test_language_names_that_are_none(info: str) -> None:
    assert_harmless(render_markdown(f"~~~{info}\ncode\n~~~"))


def test_the_html_default_rules_are_not_in_force() -> None:
    options = build_parser().options
    assert options["html"] is False
    assert options["typographer"] is False


def test_deep_nesting_is_no_crash() -> None:
    for source in (
        ">" * 5000,
        "- " * 2000,
        "[" * 5000,
        "*" * 5000,
        "![" * 3000,
        "`" * 5000,
        "$" * 5000,
        "(" * 5000,
    ):
        assert_harmless(render_markdown(source))
