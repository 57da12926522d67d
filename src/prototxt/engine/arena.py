"""The memory of a plan's blobs: one arena, a view of it for each blob, and which of them somebody holds."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakSet

import numpy as np

from prototxt.blobs import Array, Shape, count
from prototxt.graph.graph import BlobId
from prototxt.kernels import layout
from prototxt.kernels.phases import ALIGN
from prototxt.plan.plan import Plan
from prototxt.plan.regions import Region, is_channels_last

__all__ = ["Arena", "aligned", "zeros"]


class Arena:
    """Memory for a plan: `blobs` are its arrays, N x C x H x W, those of `entries` among them.

    The next forward writes over them. Arrays for users come from `lend`: as long as one of those, or any view of it,
    is alive, `is_held` is true, and a forward must use another arena.
    """

    def __init__(self, plan: Plan, entries: Mapping[BlobId, Array]) -> None:
        self.memory = aligned(plan.arena)
        self.blobs = _views_of(self.memory, plan, entries)
        self._lent: WeakSet[_Lent] = WeakSet()

    @property
    def is_held(self) -> bool:
        """Whether somebody outside still holds an array that lies here."""
        return any(True for _ in self._lent)

    def lend(self, array: Array) -> Array:
        """A view of this array for a user; arrays that lie outside the arena need not be watched."""
        if not np.may_share_memory(array, self.memory):
            return array.view()
        base = _Lent(array)
        self._lent.add(base)
        return np.asarray(base)


class _Lent:
    """The base of an array that is lent. NumPy keeps it alive as long as that array or any view of it is."""

    def __init__(self, array: Array) -> None:
        self._array = array  # keeps the arena alive
        self.__array_interface__ = array.__array_interface__


def aligned(numbers: int) -> Array:
    """Uninitialised memory for N numbers that starts at a cache line."""
    raw = np.empty(numbers + ALIGN, np.float32)
    skip = -(raw.ctypes.data // 4) % ALIGN
    return raw[skip : skip + numbers]


def zeros(shape: Shape) -> Array:
    """A blob in memory of its own, stored as kernels read it."""
    return _as_blob(np.zeros(count(shape), np.float32), shape)


def _views_of(memory: Array, plan: Plan, entries: Mapping[BlobId, Array]) -> dict[BlobId, Array]:
    """Every blob's array, N x C x H x W."""
    shapes = plan.graph.shapes
    blobs = dict(entries)

    def place(blob: BlobId) -> Array:
        if blob not in blobs:
            if blob in plan.aliases:
                alias = plan.aliases[blob]
                blobs[blob] = _part(place(alias.of), alias.region, shapes[blob])
            else:
                start = plan.offsets[blob]
                blobs[blob] = _as_blob(memory[start : start + count(shapes[blob])], shapes[blob])
        return blobs[blob]

    dynamic = {top for step in plan.steps if step.dynamic for top in step.tops}
    for blob in shapes:
        if blob not in dynamic and (blob in blobs or blob in plan.aliases or blob in plan.offsets):
            place(blob)
    return blobs


def _as_blob(memory: Array, shape: Shape) -> Array:
    """Memory as a blob of this shape, stored channels-last where it has four or five axes."""
    if not is_channels_last(shape):
        return memory.reshape(shape)
    n, c, *spatial = shape
    return layout.channels_first(memory.reshape(n, *spatial, c))


def _part(whole: Array, region: Region, shape: Shape) -> Array:
    if region.axis is not None:
        index = (slice(None),) * region.axis + (slice(region.start, region.start + shape[region.axis]),)
        return whole[index]
    if whole.shape == shape:
        return whole
    line = np.moveaxis(whole, 1, -1) if is_channels_last(whole.shape) else whole
    flat = layout.view(line, whole.size)
    return _as_blob(flat, shape)
