"""A batch of items through a net: what each of them gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from prototxt.batch.items import Item
from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.detection.detection import Found
from prototxt.detection.heads import BoxRows, Head, find_head, image_view
from prototxt.engine.session import Session
from prototxt.engine.watch import Watcher
from prototxt.errors import InputError
from prototxt.graph.graph import BlobId, Graph
from prototxt.graph.subgraph import part
from prototxt.graph.versions import find_blob
from prototxt.images.crops import average
from prototxt.net import Net


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What one item gave: `outputs` and `blobs` map names to arrays whose first axis is 1, this item.

    `zeros` names the net's inputs that the item did not fill; `loss` is that of the whole batch, None for a net
    without losses. `found` is what the outputs say of the image as boxes or as classes of pixels, if they do.
    """

    name: str
    how: str
    outputs: Mapping[str, Array] = field(repr=False)
    blobs: Mapping[str, Array] = field(repr=False)
    zeros: tuple[str, ...] = ()
    loss: float | None = None
    found: Found | None = None

    @property
    def others(self) -> dict[str, Array]:
        """The outputs that `found` does not tell of."""
        told = () if self.found is None else self.found.blobs
        return {name: values for name, values in self.outputs.items() if name not in told}

    def value(self, name: str) -> Array:
        """A blob that was asked for, or an output."""
        return self.blobs[name] if name in self.blobs else self.outputs[name]


@dataclass(frozen=True, eq=False)
class Runner:
    """A net, or the part of it from layer `start` to layer `end`, that takes items.

    `blobs` are names as `find_blob` takes them, of blobs to give besides the outputs. Of several windows an image
    every blob is the mean.
    """

    net: Net
    start: str | None = None
    end: str | None = None
    blobs: tuple[str, ...] = ()

    @property
    def graph(self) -> Graph:
        """The layers that run."""
        return part(self.net.graph, self.start, self.end)

    @cached_property
    def head(self) -> Head | None:
        """How to read what the layers that run find in an image."""
        return find_head(self.graph, self.net.graph)

    @property
    def maps(self) -> tuple[str, ...]:
        """The blobs that hold maps: N x C x H x W with more than one value in a map."""
        ran = self.graph
        return tuple(
            name
            for name, blob in ran.last.items()
            if len(ran.shapes[blob]) == 4 and count(ran.shapes[blob][2:]) > 1
        )

    def found(self) -> dict[str, BlobId]:
        """The versions of `blobs`, and of those that `head` reads, that a forward leaves.

        Raises InputError for one that it does not make.
        """
        ran, found = self.graph, {}
        for name in (*self.blobs, *(self.head.blobs if self.head is not None else ())):
            blob = find_blob(self.net.graph, name)
            reached = ran.last.get(blob.name)
            if reached is None:
                raise InputError(f'{ran.file}: the layers that run do not touch blob "{name}"')
            found[name] = blob if blob in ran.shapes else reached
        return found

    def feeds(self, items: Sequence[Item]) -> dict[str, Array]:
        """The batch of these items, and zeros for inputs that they do not fill."""
        given = {name: np.concatenate([item.feeds[name] for item in items]) for name in items[0].feeds}
        rows = next(iter(given.values())).shape[0]
        if self.start is None:
            others = {name: shape for name, shape in self._input_shapes(rows).items() if name not in given}
            return {**given, **{name: np.zeros(shape, np.float32) for name, shape in others.items()}}
        shapes = self._input_shapes(rows)
        if any(self.net.graph.shapes[BlobId(name)] != shape for name, shape in shapes.items()):
            self.net.reshape(**shapes)
        return given

    def _input_shapes(self, rows: int) -> dict[str, Shape]:
        """The net's inputs; where the file has a batch as their first axis, for as many rows."""
        graph = self.net.graph
        shapes = {name: graph.shapes[BlobId(name)] for name in graph.inputs}
        return {
            name: (rows, *shape[1:]) if shape[:1] == (graph.images,) else shape
            for name, shape in shapes.items()
        }

    def fit(self, items: Sequence[Item] = (), images: int | None = None) -> None:
        """Give the net the input shapes of these items; without any, those of so many images, if that is said."""
        if items:
            shapes = {name: array.shape for name, array in self.feeds(items).items()}
            self.net.reshape(**{name: shapes[name] for name in self.net.inputs if name in shapes})
        elif images:
            self.net.reshape(**self._input_shapes(images))

    def session(self) -> Session:
        """What a forward of the fast engine runs, for the net's present input shapes."""
        return self.net.session(self._keep(self.found()), start=self.start, end=self.end)

    def noise(self) -> dict[str, Array]:
        """Something to run on: noise of the net's present input shapes, from 0 to 1, so that a label is class 0."""
        rng, graph = np.random.default_rng(0), self.graph
        return {blob.name: rng.random(graph.shapes[blob], np.float32) for blob in graph.entries}

    def forward(self, items: Sequence[Item], watchers: Sequence[Watcher] = ()) -> dict[str, Array]:
        """One forward over these items; the outputs of the whole batch. Raises PrototxtError."""
        return self._forward(items, self.found(), watchers)

    def _forward(
        self, items: Sequence[Item], found: Mapping[str, BlobId], watchers: Sequence[Watcher]
    ) -> dict[str, Array]:
        return self._run(self.feeds(items), found, watchers)

    def give(self, feeds: Mapping[str, Array]) -> None:
        """One forward over these inputs, which stay in `session`."""
        self._run(feeds, self.found(), ())

    def _run(
        self, feeds: Mapping[str, Array], found: Mapping[str, BlobId], watchers: Sequence[Watcher]
    ) -> dict[str, Array]:
        keep = self._keep(found)
        return self.net.forward(feeds, start=self.start, end=self.end, keep=keep, watchers=watchers)

    @staticmethod
    def _keep(found: Mapping[str, BlobId]) -> list[str]:
        return [str(blob) for blob in found.values()]

    def run(self, items: Sequence[Item], watchers: Sequence[Watcher] = ()) -> list[Outcome]:
        """One forward over these items; what each of them gave, in order. Raises PrototxtError."""
        found = self.found()
        outputs, kept = self._forward(items, found, watchers), self.net.blobs
        wanted = {n: kept[str(b) if str(b) in kept else b.name].data for n, b in found.items()}
        views, size = items[0].views, len(items)
        by_output = {name: self._split(name, array, size, views) for name, array in outputs.items()}
        by_blob = {name: self._split(name, array, size, views) for name, array in wanted.items()}
        zeros = () if self.start else tuple(n for n in self.net.inputs if n not in items[0].feeds)
        loss = self.net.loss if self.graph.losses else None
        return [
            self._outcome(
                item,
                {name: rows[i] for name, rows in by_output.items()},
                {name: rows[i] for name, rows in by_blob.items()},
                zeros,
                loss,
            )
            for i, item in enumerate(items)
        ]

    def _outcome(
        self,
        item: Item,
        outputs: Mapping[str, Array],
        blobs: Mapping[str, Array],
        zeros: tuple[str, ...],
        loss: float | None,
    ) -> Outcome:
        found = None
        if self.head is not None and item.views == 1:
            found = self.head.find({**outputs, **blobs}, item.view or image_view(self.net.graph))
        return Outcome(item.name, item.how, outputs, blobs, zeros, loss, found)

    def _split(self, name: str, array: Array, items: int, views: int) -> list[Array]:
        """A blob as a row for each item."""
        if isinstance(self.head, BoxRows) and name == self.head.output:
            return self.head.split(array, items)
        rows = _rows(name, array, items, views)
        return [rows[i : i + 1] for i in range(items)]


def _rows(name: str, array: Array, items: int, views: int) -> Array:
    """A blob as one row an item. A blob that is not N x ... belongs to a batch of one as a whole."""
    if array.ndim and array.shape[0] == items * views:
        return average(array, views)
    if items == 1:
        return array[None]
    raise InputError(
        f'blob "{name}" is {format_shape(array.shape)}: its first axis is not the {items * views} inputs of the batch',
        hint="run with a batch of 1",
    )
