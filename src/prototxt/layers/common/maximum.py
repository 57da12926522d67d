"""The maximum of an empty window, as Caffe has it."""

LOWEST = -(2 - 2**-23) * 2.0**127
"""-FLT_MAX, the lowest float32."""
