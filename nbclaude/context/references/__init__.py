"""A prompt's names in braces: what is one, what it names, and what stands in its place."""
