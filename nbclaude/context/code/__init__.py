"""What the source of cells says by itself: which names a cell defines, uses and changes, and which cells a name depends on."""
