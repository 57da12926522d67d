"""Runs of this project and of others that run the same nets, side by side: what `benchmarks/peers.py` is made of."""
