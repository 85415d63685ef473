"""Credentials and personal data in texts: by form, by name and by place; and their masks."""
