"""What cells and panels share when they ask: what goes along is gathered, the answer gets its footer and receipt."""
