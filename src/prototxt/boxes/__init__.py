"""Boxes in images: how much two overlap, which of many to keep, how boxes are matched and coded."""
