"""Events to HTML: streaming Markdown, highlighting, style; no I/O, no clock."""
