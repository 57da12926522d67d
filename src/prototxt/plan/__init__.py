"""Lowering a graph to steps: what is fused, which kernel runs, when a blob dies."""
