"""Whatever is a picture as an image that the model can use whole: painted, prepared, bounded."""
