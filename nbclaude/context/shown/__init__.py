"""What cells have shown and said, remembered to go along later: figures, and cells with their outputs."""
