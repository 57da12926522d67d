"""Receptive fields: the part of the input that each value of a blob depends on.

`model` holds the numbers, `fields` computes them for a whole graph, `rules/` has one function per kind of layer,
`label` and `section` put them into words.
One pass over the graph computes them all. The tests put NaN into the input and see which values it reaches.
"""
