"""Sections that explain a layer: size, formula, connectivity, cost and more."""
