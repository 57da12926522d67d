"""Fast NumPy kernels: arrays in, arrays out."""
