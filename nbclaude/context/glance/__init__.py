"""What a value is, at a glance: a line of text, found without running anything of the user's."""
