"""The contents of a weights file of any form: layers by name, blobs whose shapes are known before their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from prototxt.blobs import AnyArray, Array, Shape

__all__ = ["StoredBlob", "StoredLayer", "in_layers", "split_key"]


@dataclass(frozen=True, slots=True, eq=False)
class StoredBlob:
    """One array of a weights file, its numbers still there.

    `shape` has 4 axes (num, channels, height, width), or 5 with C3D's length before height, where `legacy` is set.
    `read` gives the numbers in order (of `shape` or flat) and of the type the file holds, as many as `shape` says, in
    memory of their own. `parts` gives the same a part at a time, for who does not need all of them at once. Both
    raise WeightsError where the numbers turn out to be damaged, and where the file changed since it was opened.
    """

    shape: Shape
    legacy: bool
    read: Callable[[], AnyArray]
    parts: Callable[[], Iterator[AnyArray]] | None = None

    def in_parts(self) -> Iterator[AnyArray]:
        """The numbers in order, a part at a time where the file's form allows it."""
        yield from self.parts() if self.parts is not None else (self.read(),)

    def array(self) -> Array:
        """The values as a float32 array of `shape`: a copy, which later changes of the file do not reach."""
        with np.errstate(
            over="ignore", invalid="ignore"
        ):  # a double beyond float32 becomes infinity, as in C++
            values: Array = np.require(self.read(), np.float32, ["A", "C"])
        return values.reshape(self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class StoredLayer:
    """A layer of a weights file: its name, its type as the file's form writes it ("" where it does not), its blobs.

    `blobs` maps a blob's number to it, in ascending order; HDF5 files leave out those that another layer owns.
    """

    name: str
    type: str
    blobs: Mapping[int, StoredBlob] = field(default_factory=dict)


def split_key(key: str) -> tuple[str, int] | None:
    """`conv1/0` as the layer "conv1" and its blob 0; the layer's name may hold slashes. None for other keys."""
    layer, _, number = key.rpartition("/")
    if not (layer and number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    return (layer, int(number)) if str(int(number)) == number else None


def in_layers(blobs: Mapping[tuple[str, int], StoredBlob]) -> tuple[StoredLayer, ...]:
    """Blobs by layer name and number as layers, in the order in which their names first appear."""
    by_name: dict[str, dict[int, StoredBlob]] = {}
    for (name, i), blob in sorted(blobs.items(), key=lambda item: item[0][1]):
        by_name.setdefault(name, {})[i] = blob
    return tuple(StoredLayer(name, "", by_name[name]) for name in dict.fromkeys(name for name, _ in blobs))
