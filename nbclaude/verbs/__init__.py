"""Verbs: what is gathered and said for "explain this", "fix this", so that a word is enough."""
