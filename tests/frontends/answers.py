"""The answer that is asked for in each front end, and the words that must be there, each once."""

ANSWER = "First *words*.\n\n```python\nx = 1\n```\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 3 | 4 |\n\nLast words."
PARTS = ("First", "x = 1", "two", "Last words.")
