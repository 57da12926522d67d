"""Breakdowns as text, HTML and plain data."""
