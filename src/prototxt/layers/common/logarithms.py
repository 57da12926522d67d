"""Bases of powers and logarithms, with -1 for e."""

from __future__ import annotations

from math import exp, inf, log

from prototxt.errors import LayerError


def log_of_base(base: float) -> float:
    """The natural logarithm of a base, 1 for base -1 (e).

    Raises LayerError for any other base that is not positive.
    """
    if base == -1:
        return 1.0
    if base <= 0:
        raise LayerError(f"base must be above 0, or -1 for e, not {base:g}", field="base")
    return log(base)


def exp_or_inf(power: float) -> float:
    """e to a power; infinite where that is beyond a double, as in C."""
    try:
        return exp(power)
    except OverflowError:
        return inf
