"""Completes what is typed in magics and prompts, and marks it: where the cursor is, which words may stand there, what is a reference."""
