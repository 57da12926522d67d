"""Lowering a graph to steps.

`fuse.py` joins layers to steps, `choose_kernel.py` picks a kernel for each, `alias.py` finds blobs that can share
memory and `memory.py` places the others in one arena; `plan.py` puts all of it together. Whatever depends on the type
of a layer is registered in `lowering/` (and in `compiled/` for the engine "numba").
"""
