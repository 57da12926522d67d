"""The lowering of layers to steps: their kernels, their epilogues, the memory they share. One file per subject.

A function registered with `numpy_kernels`, `epilogue`, `alias_tops` or `alias_bottoms` is all that a layer type needs;
`plan/choose_kernel.py` imports every module of this folder.
"""
