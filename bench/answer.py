"""A length in, a Markdown text of exactly that many characters out: always the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

PROSE = """
the model reads every column once and keeps a running estimate of what it has seen so that a second pass is
never needed even when the data do not fit into memory which is why the error stays small for most inputs
although it grows with the number of groups and with the skew of the keys in each of them
"""
WORDS = PROSE.split()

CODE = '''\
```python
def estimate_{n}(rows, groups={n}):
    """Return the mean of each group and how far it may be off."""
    sums = [0.0] * groups
    counts = [0] * groups
    for key, value in rows:
        slot = hash(key) % groups  # the same key always lands in the same slot
        sums[slot] += value
        counts[slot] += 1
    return {{slot: (total / count, 1.96 / count**0.5)
            for slot, (total, count) in enumerate(zip(sums, counts)) if count}}
```
'''

SQL = """\
```sql
SELECT region, quarter, SUM(amount) AS total_{n}
FROM sales AS s JOIN customers AS c ON c.id = s.customer_id
WHERE s.amount > {n} AND c.name NOT LIKE 'test%'
GROUP BY region, quarter
ORDER BY total_{n} DESC;
```
"""

LIST = """\
1. Start with **{a}**, then look at `{b}_{n}`.
   - It is *{c}*, and [documented](https://docs.example/{n}).
   - A second level, ~~{a}~~ {b}:
     * with a third one for good measure,
     * and another that says {c}.
2. Repeat until the change is below {n} %.
3. [x] Done is done.

> A note on {a}: {b} and {c} are not the same thing,
> however often people say so.
"""

MATHS = """\
The bound is $\\sigma_{{{n}}}^2 \\le \\frac{{1}}{{{n}}} \\sum_i (x_i - \\bar x)^2$, hence for every group

$$\\Pr\\bigl(|\\bar x - \\mu| > t\\bigr) \\le 2 \\exp\\left(-\\frac{{2 {n} t^2}}{{(b - a)^2}}\\right).$$
"""


def answer(characters: int = 56_000) -> str:
    """Return prose, code, tables, lists and a little maths, `characters` long (the end may cut a word)."""
    text = ""
    for section in sections():
        if len(text) + len(section) > characters:
            break
        text += section
    fillers = (paragraph(number, 3) for number in itertools.count())
    while len(text) < characters:
        text += next(fillers) + "\n"
    return text[: characters - 1] + "\n"


def sections() -> Iterator[str]:
    """Give sections without end, each with one of everything but maths, which every third has."""
    for n in itertools.count(1):
        a, b, c = (WORDS[(n * step) % len(WORDS)] for step in (3, 7, 11))
        parts = [f"## {n}. How {a} and {b} differ\n", paragraph(n, 5), CODE.format(n=n), paragraph(n + 1, 4)]
        parts += [
            table(n),
            LIST.format(n=n, a=a, b=b, c=c),
            SQL.format(n=n) if n % 2 else paragraph(n + 2, 3),
        ]
        if n % 3 == 0:
            parts.append(MATHS.format(n=n))
        yield "\n".join(parts) + "\n"


def table(n: int) -> str:
    """Return a table of six rows."""
    rows = [f"| {WORDS[(n + row) % len(WORDS)]} | {n * row % 97} | `{row / n:.3f}` |" for row in range(1, 7)]
    return "\n".join(["| group | count | error |", "|:------|------:|:-----:|", *rows]) + "\n"


def paragraph(n: int, sentences: int) -> str:
    """Return a paragraph, with some emphasis and inline code in it."""
    return " ".join(sentence(n * 5 + number) for number in range(sentences)) + "\n"


def sentence(n: int) -> str:
    """Return a sentence of 9 to 19 words."""
    start, length = n * 13 % len(WORDS), 9 + n % 11
    words = list(itertools.islice(itertools.cycle(WORDS), start, start + length))
    words[2] = f"**{words[2]}**" if n % 2 else f"`{words[2]}_{n}`"
    return " ".join(words).capitalize() + "."
