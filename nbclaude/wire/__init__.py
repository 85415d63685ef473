"""Bytes to server-sent events to typed events to a message, and a request to JSON; no I/O, no clock."""
