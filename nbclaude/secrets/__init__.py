"""Credentials and personal data in texts: what gives them away, and their masks."""
