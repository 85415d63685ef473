"""Tests mirror `nbclaude/`; `kernel/` adds a real ipykernel and `browser/` JupyterLab in Chromium."""
