"""JupyterLab in a real browser: runs cells and reads what a reader sees."""
