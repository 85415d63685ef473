"""What a figure's library knows of it and its picture does not tell: axes, legends, series, and the plotted numbers."""
