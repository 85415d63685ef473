"""Python examples that the demo model hands out."""

from __future__ import annotations

import re

from .question import Question

__all__ = ["SNIPPETS", "answer_code_request"]

_ASKED = re.compile(
    r"\b(write|give me|show me|create|make|need|example of)\b.*"
    r"\b(code|function|script|snippet|program|class|python|plot|loop)\b|^\s*(please )?(plot|draw)\b",
    re.DOTALL,
)

# words that ask for it -> what it is, the code
SNIPPETS: dict[str, tuple[str, str]] = {
    r"fibonacci": (
        "The Fibonacci numbers, as a generator:",
        "def fibonacci(count):\n"
        '    """Yield the first `count` Fibonacci numbers."""\n'
        "    a, b = 0, 1\n"
        "    for _ in range(count):\n"
        "        yield a\n"
        "        a, b = b, a + b\n"
        "\n"
        "list(fibonacci(10))",
    ),
    r"prime": (
        "Prime numbers by the sieve of Eratosthenes:",
        "def primes(limit):\n"
        '    """Return the primes up to `limit`."""\n'
        "    sieve = [True] * (limit + 1)\n"
        "    for n in range(2, int(limit**0.5) + 1):\n"
        "        if sieve[n]:\n"
        "            sieve[n * n :: n] = [False] * len(sieve[n * n :: n])\n"
        "    return [n for n in range(2, limit + 1) if sieve[n]]\n"
        "\n"
        "primes(50)",
    ),
    r"factorial": (
        "The factorial, without recursion:",
        "def factorial(n):\n"
        '    """Return n! for n >= 0."""\n'
        "    product = 1\n"
        "    for factor in range(2, n + 1):\n"
        "        product *= factor\n"
        "    return product\n"
        "\n"
        "factorial(20)",
    ),
    r"plot|figure|chart|sine|matplotlib": (
        "A sine wave with matplotlib:",
        "import matplotlib.pyplot as plt\n"
        "import numpy as np\n"
        "\n"
        "x = np.linspace(0, 4 * np.pi, 400)\n"
        "fig, ax = plt.subplots()\n"
        'ax.plot(x, np.sin(x), label="sin x")\n'
        'ax.set_xlabel("x")\n'
        "ax.legend()",
    ),
    r"data ?frame|pandas|table": (
        "A small DataFrame, grouped:",
        "import pandas as pd\n"
        "\n"
        "sales = pd.DataFrame(\n"
        '    {"city": ["Oslo", "Lima", "Oslo", "Lima"], "units": [3, 5, 8, 13]}\n'
        ")\n"
        'sales.groupby("city")["units"].sum()',
    ),
    r"": (
        "A small function to start from:",
        "def greet(name, *, loud=False):\n"
        '    """Return a greeting for `name`."""\n'
        '    greeting = f"Hello, {name}!"\n'
        "    return greeting.upper() if loud else greeting\n"
        "\n"
        'greet("notebook")',
    ),
}


def answer_code_request(question: Question) -> str | None:
    """Give the example that fits; None when no code is asked for."""
    if not _ASKED.search(question.lower):
        return None
    intro, source = next(value for words, value in SNIPPETS.items() if re.search(words, question.lower))
    more = (
        ""
        if intro != SNIPPETS[""][0]
        else " (I know a few by heart: Fibonacci, primes, factorial, a plot, a DataFrame.)"
    )
    return f"{intro}{more}\n\n```python\n{source}\n```\n\nCopy it into a new cell and run it."
