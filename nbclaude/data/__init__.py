"""Frames, arrays and rows of any library as compact text, made for a model."""
