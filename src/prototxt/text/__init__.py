"""Prototxt text: read, parsed to a tree with positions, built to a message, written back."""
