"""Explanations of a layer and of one of its values, with the net's own numbers."""
