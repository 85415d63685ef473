"""Answers of every shape: each construct, constructs inside each other, and what is easily cut in the wrong place."""

from __future__ import annotations

__all__ = ["DOCUMENTS", "FRAGMENTS", "LATE"]

# Documents in which nothing that comes later changes what has settled before.
DOCUMENTS: dict[str, str] = {
    "empty": "",
    "blank": "\n\n  \n",
    "words": "Just a few words.",
    "paragraphs": "One.\n\nTwo\nlines.\n\nThree.\n",
    "headings": "# A\ntext\n## B\n\ntext\n### C ###\nD\n=\n\nE\n-\ntext\n",
    "headings without text between": "# A\n## B\n### C\n",
    "emphasis": "a *b* **c** ***d*** `e` ~~f~~ \\*g\\*\n\n**whole paragraph**\n\n*x\ny*\n",
    "unclosed emphasis": "a **b\n\nc `d\n\n*e\n\n~~f\n\n[g](h\n\n![i\n",
    "bullets": "- a\n- b\n  - c\n    - d\n- e\n\ntext\n\n* f\n+ g\n",
    "numbers": "1. a\n2. b\n   1. c\n\n   d\n3. e\n\ntext\n\n7) x\n8) y\n",
    "loose lists": "- a\n\n- b\n\n  more\n\n- c\n\n\ntext\n",
    "lazy continuation": "- a\nb\n\n> c\nd\n\n1. e\nf\n",
    "list then code": "- a\n\n      code\n\n- b\n\n    not code\n",
    "list with fence": "1. a\n\n   ```python\n   x = 1\n\n   y = 2\n   ```\n2. b\n\n   ```\n   z\n   ```\n\ndone\n",
    "quotes": "> a\n> b\n>\n> c\n\n> d\n> > e\n> - f\n> - g\n\ntext\n",
    "rules": "a\n\n---\n\nb\n***\nc\n\n___\n",
    "fences": "```python\ndef f():\n    return 1\n```\n\ntext\n\n~~~\n```\n~~~\n\n````\n```\n````\n",
    "fence that never closes": "text\n\n```python\nx = 1\n\n# not a heading\n- not a list\n",
    "fence that is empty": "```\n```\n\n```python\n```\n",
    "fence with blank lines": "```\n\n\na\n\n\n```\n\nb\n",
    "fences after text": "text\n```\na\n```\ntext\n```\nb\n```\n",
    "indented code": "text\n\n    a\n\n    b\n\ntext\n    c\n\n\td\n",
    "tables": "| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 | `x|y` |\n\ntext\n\na | b\n--|--\n1 | 2\n",
    "formulas in tables": "| f | $|x|$ |\n|---|---|\n| $|y|$ | `a|b` |\n| $5 | $6 |\n\nو**«مهم»** ข้อ**“สำคัญ”**มาก\n",
    "table after text": "text\n| a | b |\n|---|---|\n| 1 | 2 |\ntext\n",
    "table of one column": "| a |\n|---|\n| 1 |\n",
    "not quite tables": "| a | b |\n\n| a | b |\n| - |\n\n|---|---|\n\na | b\n",
    "task lists": "- [ ] a\n- [x] b\n  - [ ] c\n- d\n\n1. [ ] e\n",
    "links": '[a](https://a.example) <https://b.example> https://c.example/x?y=1&z=2.\n\n[d](https://d.example "t")\n',
    "links refused": "[a](javascript:x) [b](/c) ![d](e)\n",
    "images": "![a](https://a.example/b.png)\n\n[![c](https://d.example/e.png)](https://f.example)\n",
    "references first": (
        "[r]: https://a.example 'T'\n\n[a][r] and [r] and [r][]\n\n"
        "[s]: <https://b.example>\n[t]: https://c.example\n\n[s] [t]\n"
    ),
    "a definition used later": "text\n\n[r]: https://a.example\n\n# [r]\n\n- [x][r]\n\n| [r] |\n|---|\n| [r] |\n",
    "a definition given twice": "[r]: https://a.example\n\n[r]\n\n[r]: https://b.example\n\n[r]\n",
    "inline maths": "a $x^2$ b \\(y\\) c\n\n- $z$\n\ncosts $5 or $10\n",
    "display maths": "text\n\n$$\nx = y\n$$\n\ntext\n\n\\[\na\n\\]\n\ntext $$z$$ text\n\n$$u$$\ntext\n",
    "maths that never closes": "text\n\n$$\nx = y\n\ntext\n\n\\[ a\n\n$b\n",
    "a sum over several lines": "$$\nx\n+ y\n- z\n$$\n\ntext\n\n\\[\na\n= b\n+ c\n\\]\n\ntext\n",
    "lines that would be a rule without their last marks": "2) b\n---```\n\n- a\n---**\n\n> c\n---`\n\nend\n",
    "maths with markup": "$a_1 * b_1 * c$\n\n$$\n- x\n# y\n| z |\n$$\n",
    "raw html": "<div>\na\n\n<b>b</b>\n</div>\n\n<!-- c -->\n\ntext <i>d</i>\n",
    "entities": "&lt; &amp; &copy; &#65; &unknown;\n",
    "hard breaks": "a  \nb\\\nc\n",
    "windows line ends": "# A\r\n\r\ntext\r\nmore\r\n\r\n- a\r\n- b\r\n\r\n```\r\ncode\r\n```\r\n\r\nend\r\n",
    "old line ends": "a\r\rb\r- c\r",
    "odd spaces": "a\u2028b\n\nc\x0cd\n\ne\x85f\n\n\u00a0g\n\n\u3000h\n\n\ufeffi\n",
    "no bytes": "a\x00b\n\n- \x00\n\n```\n\x00\n```\n",
    "tabs": "-\ta\n\n\tb\n\n>\tc\n\n1.\td\n",
    "many languages": "Grüße, 世界, мир, 😀👩‍👩‍👧 \u202eabc\u202c\n\n- é\u0301\n",
    "long line": "word " * 100 + "\n\n" + "x" * 400 + "\n",
    "no spaces": "#a\n\n-b\n\n1.c\n\n>d\n",
    "looks like the end of a heading": "text\n-\n\ntext\n=\n\ntext\n- \n",
    "numbers that begin no list": "2026. A year\n\ntext\n2. not a list\n1. a list\n",
    "deep": "> - > 1. a\n>   >    - b\n>   >\n>   >      c\n\ntext\n",
    "tags": "H<sub>2</sub>O<br>and <b>bold\ntext</b>, <i>never\n\n| a<br>b |\n|---|\n| c<sup>2</sup> |\n",
    "details": "a\n<details>\n<summary>b</summary>\n\nc\n\n</details>\n\nd\n\n<details><summary>e</summary>f</details>\n",
    "everything": (
        "# Answer\n\nHere is **what** you asked, in `three` parts:\n\n1. First\n   - a\n   - b\n2. Second\n\n"
        "```python\nimport os\n\n\ndef f(x):\n    return x\n```\n\n| a | b |\n|---|--:|\n| 1 | $x$ |\n\n"
        "> note\n\n$$\ne = mc^2\n$$\n\n"
        "See [here](https://a.example). It costs $5.\n\n---\n\n- [x] done\n"
    ),
}

# Documents in which a definition at the end changes what has settled before.
LATE: dict[str, str] = {
    "reference": "[a][r] and [r]\n\ntext\n\nmore [r]\n\n[r]: https://a.example\n",
    "references": "# [a]\n\n- [b]\n\n> [c]\n\n[a]: https://a.example\n[b]: https://b.example\n\n[c]: https://c.example\n\nend\n",
    "image reference": "![a][r]\n\ntext\n\n[r]: https://a.example/x.png\n",
    "footnote": "a[^1] b[^2]\n\ntext\n\n[^1]: one\n[^2]: two\n\nend\n",
    "footnote first": "[^1]: one\n\na[^1]\n\ntext\n",
    "footnotes in the other order": "a[^x] b[^y] c[^x]\n\n[^y]: why\n\n[^x]: ex\n\n    more\n\nend\n",
    "footnote without a note": "a[^1]\n\nb[^1]\n\nend\n",
    "note without a mark": "a\n\n[^1]: never\n\nend\n",
    "footnotes everywhere": (
        "# a[^1]\n\n- b[^2]\n\n| c[^3] |\n|---|\n| d[^1] |\n\n"
        "[^1]: one\n\n[^2]: two\n\n    ```\n    code\n    ```\n\n[^3]: three\n"
    ),
    "footnote in a footnote": "a[^1]\n\n[^1]: one[^2]\n\n[^2]: two\n\nend\n",
    "footnote and reference": "a[^1] [r]\n\n[^1]: [r]\n\n[r]: https://a.example\n",
    "definition cut in two": "[r]:\nhttps://a.example\n'title\nmore'\n\n[r]\n",
    "definition with a title on its own line": '[r]: https://a.example\n"title"\n\n[r]\n',
}

# Pieces that meet in every way.
FRAGMENTS: list[str] = [
    *["text", " ", "\n", "\n\n", "\n\n\n", "  ", "    ", "\t", "word word word", ".", ":", "!", "\r\n", "\r"],
    *["# ", "## h\n", "- ", "- a\n", "  - b\n", "1. ", "1. a\n", "2) b\n", "> ", "> q\n", "---", "---\n"],
    *["***\n", "===\n", "`", "``", "```", "```\n", "```python\nx = 1\n", "~~~\n", "**", "*", "_", "~~"],
    *[
        "[",
        "]",
        "(",
        ")",
        "[a](https://a.example)",
        "![i](https://a.example/x.png)",
        "[x]: https://a.example\n",
    ],
    *["[x]", "https://a.example ", "<b>", "|", "| a | b |\n", "|---|---|\n", "| 1 | 2 |\n"],
    *["$", "$x$", "$$", "$$\n", "\\(", "\\)", "\\[\n", "\\]\n", "\\", "$5 "],
    *["- [ ] t\n", "- [x] t\n", "&amp;", "é", "😀"],
]
