"""The values of a net's blobs between forwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.engine.arena import zeros
from prototxt.errors import InputError
from prototxt.graph.graph import BlobId, Graph
from prototxt.kernels.layout import copy
from prototxt.util.limits import check_fits

__all__ = ["Blob", "BlobStore"]

Lend = Callable[[Array], Array]
"""Makes an array for a user of one that lies in an engine's memory."""


class BlobStore:
    """The values of every blob of a graph: zeros at first, then what forwards leave and users write.

    `last` is the latest version of each blob that a forward has reached, by name.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._values: dict[BlobId, Array] = {}
        self._lenders: dict[BlobId, Lend] = {}
        self._has_run = False
        self.last: Mapping[str, BlobId] = graph.last
        self.loss = 0.0

    @property
    def has_run(self) -> bool:
        """Whether there was a forward."""
        return self._has_run

    def __contains__(self, blob: BlobId) -> bool:
        """Whether a forward has left its values, or somebody has given or read them."""
        return blob in self._values

    def names(self) -> dict[str, BlobId]:
        """Every blob by name; earlier versions that the latest forward kept as `conv1@0`."""
        earlier = {str(blob): blob for blob in self._values if blob != self.last[blob.name]}
        return {**self.last, **earlier}

    def shape(self, blob: BlobId) -> Shape:
        """A blob's shape after the latest forward, else as the graph has it."""
        values = self._values.get(blob)
        return self._graph.shapes[blob] if values is None else values.shape

    def value(self, blob: BlobId) -> Array:
        """A blob's own array, in memory that a later forward may write over.

        Raises InputError when the latest forward did not keep it.
        """
        if blob not in self._values:
            is_input = blob.name in self._graph.inputs
            if self._has_run and not is_input:
                raise InputError(
                    f'the latest forward did not keep blob "{blob.name}"',
                    hint=f'load the net with keep="all" or keep=["{blob.name}"], or give its values',
                )
            self._check_fits(blob)
            # An input lies as kernels read it, so that an engine can take the array itself.
            shape = self._graph.shapes[blob]
            self._values[blob] = zeros(shape) if is_input else np.zeros(shape, np.float32)
        return self._values[blob]

    def lend(self, blob: BlobId) -> Array:
        """A blob's array for a user, whose it is as long as it is held. Raises what `value` raises."""
        values, lend = self.value(blob), self._lenders.get(blob)
        return lend(values) if lend else values.view()

    def copy(self, blob: BlobId) -> Array:
        """A blob's values as an array of its own; zeros where there are none."""
        if blob in self._values:
            return np.array(self._values[blob], order="C")
        self._check_fits(blob)
        return np.zeros(self._graph.shapes[blob], np.float32)

    def entries(self, graph: Graph) -> dict[BlobId, Array]:
        """The values that a forward of this graph, or part of it, starts from.

        Raises InputError for one that no forward has left behind.
        """
        for blob in graph.entries:
            if blob not in self._values and blob.name not in self._graph.inputs:
                raise InputError(
                    f'{graph.file}: these layers read blob "{blob.name}", which no forward has left behind',
                    hint=f"give its values: forward({blob.name}=array), or run the layers before them first",
                )
        return {blob: self.value(blob) for blob in graph.entries}

    def give(self, blob: BlobId, values: Array) -> None:
        """Take a user's values: into an input's own array, or as a copy in place of what a forward left."""
        if blob.name in self._graph.inputs:
            copy(self.value(blob), values)
        else:
            self.put(blob, values.copy())

    def put(self, blob: BlobId, values: Array) -> None:
        """Take an array, of whatever shape, as a blob's own."""
        self._values[blob] = values
        self._lenders.pop(blob, None)

    def update(self, part: Graph, values: Mapping[BlobId, Array], loss: float, lend: Lend | None) -> None:
        """Take what a forward of `part` left; blobs that its layers did not write stay as they were."""
        written = {top.name for node in part.nodes if not node.layer.is_input for top in node.tops}
        others = {blob: array for blob, array in self._values.items() if blob.name not in written}
        self._lenders = {blob: lender for blob, lender in self._lenders.items() if blob in others}
        if lend is not None:
            self._lenders.update(dict.fromkeys(values, lend))
        self._values, self._has_run, self.loss = {**others, **values}, True, loss
        self.last = {**self.last, **part.last}

    def _check_fits(self, blob: BlobId) -> None:
        check_fits(4 * count(self._graph.shapes[blob]), f'{self._graph.file}: blob "{blob.name}"')


class Blob:
    """A blob of a net: its name, its shape, and its values after the latest forward."""

    def __init__(self, store: Callable[[], BlobStore], blob: BlobId) -> None:
        """`store` is the net's at the time: a net that is reshaped takes another one."""
        self._store, self._id = store, blob

    @property
    def name(self) -> str:
        return self._id.name

    @property
    def shape(self) -> Shape:
        """N x C x H x W (or as many axes as the blob has), after the latest forward.

        Only a Filter layer can make it differ from the shape that the graph has.
        """
        return self._store().shape(self._id)

    @property
    def has_values(self) -> bool:
        """Whether a forward has left its values, or somebody has given or read them."""
        return self._id in self._store()

    @property
    def data(self) -> Array:
        """float32 values; zeros before the first forward. An input's may be written before `forward()`.

        The array stays valid as long as you hold it, or any view of it: a later forward then writes into other memory.
        An input's array is the exception: it is what the next forward reads, and what `forward(name=values)` writes.

        Raises InputError when the latest forward did not keep this blob.
        """
        return self._store().lend(self._id)

    def copy(self) -> Array:
        """The values as an array of its own; zeros where no forward has left any."""
        return self._store().copy(self._id)

    def __repr__(self) -> str:
        return f'<Blob "{self.name}" {format_shape(self.shape)}>'
