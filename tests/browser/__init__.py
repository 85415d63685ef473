"""JupyterLab in a real browser: cells go in, what a reader sees comes out."""
