"""Comparisons as tables."""
