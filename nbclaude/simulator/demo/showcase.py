"""Writes the showcase of Markdown, and texts of a wanted length."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .question import Question

__all__ = ["SHOWCASE", "answer_long", "answer_showcase", "long_text"]

SHOWCASE = r"""# What an answer can hold

Plain text with **bold**, *italic*, ***both***, ~~struck out~~ and `inline code`;
a [link](https://jupyter.org "Project Jupyter"), and prices that stay prices: coffee is $5 and the cake $10.

## Lists

1. Ordered items
   - with nested ones
     - and one level deeper
   - that keep their place
2. and go on counting

- [x] ask in a cell
- [x] watch the answer stream
- [ ] run the cell again, and see the turn replaced

## A table

| Sequence    |           Rule            | First terms        | Sum of five |
| :---------- | :-----------------------: | :----------------- | ----------: |
| Squares     |          $n^2$            | 1, 4, 9, 16, 25    |          55 |
| Triangular  |   $\tfrac{n(n+1)}{2}$     | 1, 3, 6, 10, 15    |          35 |
| Fibonacci   | $F_{n-1} + F_{n-2}$       | 1, 1, 2, 3, 5      |          12 |

## Mathematics

Inline with dollars, $e^{i\pi} + 1 = 0$, or with parentheses, \(\sqrt{2} \notin \mathbb{Q}\).
Displayed with dollars:

$$
\int_{-\infty}^{\infty} e^{-x^2}\,dx = \sqrt{\pi}
$$

and with brackets:

\[
A = \begin{pmatrix} a & b \\ c & d \end{pmatrix}, \qquad \det A = ad - bc
\]

## Code

```python
from collections import Counter

def letters(text: str, most: int = 3) -> list[tuple[str, int]]:
    '''Return the most frequent letters.'''
    return Counter(c for c in text.lower() if c.isalpha()).most_common(most)

print(letters("The answer streams as it is written"))  # [('t', 5), ('s', 5), ('e', 4)]
```

```sql
SELECT city, count(*) AS orders
FROM   sales
WHERE  price BETWEEN 5 AND 10
GROUP  BY city;
```

```bash
pip install nbclaude && jupyter lab
```

## Quotations and notes

> “The purpose of computing is insight, not numbers.”
>
> > A quotation inside may add that numbers help.[^1]

[^1]: This is a footnote. All of this was written by the demo model that ships with nbclaude, not by Claude.
"""

_SHOW = re.compile(r"\b(markdown|show ?-?off|showcase|show me (everything|all)|can you render|formatting)\b")
_LONG = re.compile(
    r"\b(very )?long(er)?\b.{0,40}\b(answer|text|reply|story|essay|article|report)\b|\blorem ipsum\b"
)
_SIZE = re.compile(r"(\d[\d,_]*)\s*(k\b)?\s*(characters|chars|letters|words)?")
_SIZED = re.compile(r"\b\d[\d,_]*\s*k?\s*(characters|chars)\b")
DEFAULT_LENGTH = 12_000
MAX_LENGTH = 400_000

_SENTENCES = (
    "A long answer is good for trying the stop button.",
    "What has arrived stays on the screen, marked as interrupted.",
    "The conversation goes on from there, because the kernel holds it.",
    "Selecting text in a part that has settled works while the rest is still growing.",
    "Each paragraph here is made of the same few sentences in another order.",
    "The length is what you asked for, up to `max_tokens`.",
    "Nothing of this is random: the same question gets the same text.",
)


def answer_showcase(question: Question) -> str | None:
    """Give the show-off answer when it is asked for."""
    return SHOWCASE if _SHOW.search(question.lower) else None


def answer_long(question: Question) -> str | None:
    """Give a text of about the length that is asked for, 12,000 characters without a number."""
    if not (_LONG.search(question.lower) or _SIZED.search(question.lower)):
        return None
    length = DEFAULT_LENGTH
    if match := _SIZE.search(question.lower):
        length = int(match[1].replace(",", "").replace("_", "")) * (1000 if match[2] else 1)
        length *= 6 if match[3] == "words" else 1
    return long_text(min(max(length, 1), MAX_LENGTH))


def long_text(length: int) -> str:
    """Write a deterministic Markdown text of `length` characters, or a few more."""
    parts: list[str] = []
    total = 0
    for block in _blocks():
        if total >= length:
            break
        parts.append(block)
        total += len(block) + 2
    return "\n\n".join(parts)


def _blocks() -> Iterator[str]:
    yield "# A long answer"
    number = 0
    while True:
        number += 1
        yield f"## Section {number}"
        for shift in range(3):
            start = number + 2 * shift
            yield " ".join(_SENTENCES[(start + step) % len(_SENTENCES)] for step in range(5))
        if number % 3 == 1:
            yield "\n".join(
                f"{item}. item {item} of section {number}, with $x^{item}$" for item in range(1, 5)
            )
        elif number % 3 == 2:
            yield f'```python\nfor step in range({number}):\n    print("section {number}, step", step)\n```'
        else:
            rows = "\n".join(f"| {row} | {row * number} |" for row in range(1, 5))
            yield f"| n | {number} n |\n| --: | --: |\n{rows}"
