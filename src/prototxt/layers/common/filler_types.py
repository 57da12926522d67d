"""The names of the fillers, for code that fills nothing: `layers/fillers.py` imports NumPy."""

from __future__ import annotations

FILLER_TYPES = ("constant", "uniform", "gaussian", "positive_unitball", "xavier", "msra", "bilinear")
"""The values of FillerParameter.type."""
