"""Sections as text and HTML."""
