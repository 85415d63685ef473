"""How many secrets of the tests' table come through unmasked, and how many innocent texts are changed."""

from __future__ import annotations

import time

from nbclaude.secrets.masking import mask
from tests.secrets.corpus import INNOCENTS, SECRETS


def main() -> None:
    """Print the table of both kinds of error, and what masking a long text costs."""
    leaks = [(text, parts) for text, parts in SECRETS if any(part in mask(text)[0] for part in parts)]
    changed = [text for text in INNOCENTS if mask(text)[1]]
    print(f"secrets:   {len(SECRETS):>4} texts, {len(leaks)} not masked")
    print(f"innocents: {len(INNOCENTS):>4} texts, {len(changed)} masked")
    for text, parts in leaks:
        print(f"  not masked: {', '.join(parts)!r} in {text!r}\n      {mask(text)[0]!r}")
    for text in changed:
        print(f"  masked: {mask(text)[0]!r}")
    long = "\n".join(f"{number} {text}" for number in range(70) for text in INNOCENTS)[:735_000]
    began = time.process_time()
    mask(long)
    took = time.process_time() - began
    print(f"a text of {len(long):,} characters: {took * 1_000:.0f} ms of CPU")


if __name__ == "__main__":
    main()
