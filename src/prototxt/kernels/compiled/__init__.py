"""Kernels that numba compiles: one pass over memory where NumPy needs several. The extra `fast` installs numba."""
