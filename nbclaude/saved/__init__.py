"""Turns of conversations as outputs of a notebook carry them: written, read, and put back into a conversation."""
