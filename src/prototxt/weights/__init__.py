"""Learned arrays: drawn by fillers or read from files."""
