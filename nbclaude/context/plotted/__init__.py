"""What a figure's library knows about it, beyond its pixels: axes, legends, series, and the plotted numbers."""
