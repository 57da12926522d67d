"""Predictions about an image: boxes with labels, or a class for every pixel."""
