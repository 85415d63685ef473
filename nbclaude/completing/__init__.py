"""Completes what is typed in magics and prompts: where the cursor is, and which words may stand there."""
