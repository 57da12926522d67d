"""Weights in the kernels' own forms, packed again when somebody has written into the arrays."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from threading import Lock

from prototxt.plan.kernel import PackedWeights
from prototxt.weights.parameter_array import ParameterMemory
from prototxt.weights.params import Stamp

__all__ = ["PackedWeightsCache"]


class PackedWeightsCache:
    """Packed weights of all plans of a net, whatever its input shapes. Several threads may use it."""

    def __init__(self) -> None:
        self._packed: dict[Hashable, tuple[Stamp, PackedWeights]] = {}
        self._lock = Lock()

    def get(
        self, key: Hashable, memories: Iterable[ParameterMemory], pack: Callable[[], PackedWeights]
    ) -> PackedWeights:
        """The result of `pack`, called again only when one of the learned arrays it reads has been written."""
        with self._lock:
            known = self._packed.get(key)
            if known is None or not known[0].is_current:
                stamp = Stamp(memories)  # taken before the arrays are read: a later write counts
                known = self._packed[key] = (stamp, pack())
            return known[1]
