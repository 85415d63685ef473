"""Completes and marks what is typed in magics and prompts: where the cursor is, which words fit there, what is a reference."""
