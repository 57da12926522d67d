"""A batch of items through a net, or through a part of it: one outcome per item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from prototxt.batch.items import Failure, Item
from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.detection.detection import Prediction
from prototxt.detection.heads import BoxRows, Head, find_head, image_view
from prototxt.engine.session import Session
from prototxt.engine.watch import Watcher
from prototxt.errors import InputError
from prototxt.graph.graph import BlobId, Graph
from prototxt.graph.subgraph import part
from prototxt.graph.versions import find_blob
from prototxt.images.crops import average
from prototxt.net import Net

__all__ = ["Outcome", "Result", "Runner"]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The values that a net computed for one input.

    `name` is the input's, `preparation` describes in one line how it was prepared. `outputs` and `blobs` (the requested
    ones) map names to float32 arrays whose first axis is 1: this input. `zeros` names the net's inputs that it did not
    fill. `loss` is that of the whole batch, None for a net without losses. `prediction` holds the
    outputs read as boxes or as a class for each pixel, None where they are neither.
    """

    name: str
    preparation: str
    outputs: Mapping[str, Array] = field(repr=False)
    blobs: Mapping[str, Array] = field(repr=False)
    zeros: tuple[str, ...] = ()
    loss: float | None = None
    prediction: Prediction | None = None

    @property
    def other_outputs(self) -> dict[str, Array]:
        """The outputs that are not part of `prediction`."""
        read = () if self.prediction is None else self.prediction.blobs
        return {name: values for name, values in self.outputs.items() if name not in read}

    def value(self, name: str) -> Array:
        """A requested blob, or an output. Raises KeyError for another name."""
        return self.blobs[name] if name in self.blobs else self.outputs[name]


Result = Outcome | Failure
"""The result of one input."""


class Runner:
    """Runs batches of items through a net, or through the part of it from layer `start` to layer `end`.

    `blobs` are further blobs to keep besides the outputs, named as `prototxt.graph.versions.find_blob` takes them
    (`conv1`, `conv1:before-relu`, `conv1@0`). With several windows of an image every blob is their mean.

    Raises InputError for unknown layers, unknown blobs, and blobs that the layers that run do not compute.
    """

    def __init__(
        self, net: Net, start: str | None = None, end: str | None = None, blobs: Sequence[str] = ()
    ) -> None:
        self.net, self.start, self.end, self.blobs = net, start, end, tuple(blobs)
        self._whole, self._part = net.graph, part(net.graph, start, end)
        self._wanted = self._find_wanted()

    def clone(self, threads: int | None = None) -> Runner:
        """A runner of a clone of the net, which shares its parameters; the two can run in two threads."""
        return Runner(self.net.clone(threads), self.start, self.end, self.blobs)

    def keeping(self, blobs: Sequence[str]) -> Runner:
        """A runner of the same net that keeps these blobs."""
        return Runner(self.net, self.start, self.end, blobs)

    @property
    def graph(self) -> Graph:
        """The layers that run, for the net's present input shapes."""
        if self.net.graph is not self._whole:
            self._whole, self._part = self.net.graph, part(self.net.graph, self.start, self.end)
        return self._part

    @cached_property
    def head(self) -> Head | None:
        """The reader of boxes or maps of classes in the outputs; None where they are neither."""
        return find_head(self.graph, self.net.graph)

    @property
    def maps(self) -> tuple[str, ...]:
        """The names of the blobs of maps: N x C x H x W with more than one value in a map."""
        last, shapes = self.graph.last, self.graph.shapes
        return tuple(name for name, b in last.items() if len(shapes[b]) == 4 and count(shapes[b][2:]) > 1)

    def _find_wanted(self) -> dict[str, BlobId]:
        """The versions of `blobs`, and of the blobs that `head` reads, that a forward computes."""
        graph, wanted = self.graph, {}
        for name in (*self.blobs, *(self.head.blobs if self.head is not None else ())):
            blob = find_blob(self.net.graph, name)
            last = graph.last.get(blob.name)
            if last is None:
                raise InputError(f'{graph.file}: the layers that run do not touch blob "{name}"')
            wanted[name] = blob if blob in graph.shapes else last
        return wanted

    def feeds(self, items: Sequence[Item]) -> dict[str, Array]:
        """The batch of these items, and zeros for the inputs that they do not fill.

        The net is reshaped if only a part of it runs and the number of rows has changed.
        """
        feeds = {name: np.concatenate([item.feeds[name] for item in items]) for name in items[0].feeds}
        rows = next(iter(feeds.values())).shape[0]
        shapes = self._input_shapes(rows)
        if self.start is None:
            zeros = {name: shape for name, shape in shapes.items() if name not in feeds}
            return {**feeds, **{name: np.zeros(shape, np.float32) for name, shape in zeros.items()}}
        if any(self.net.graph.shapes[BlobId(name)] != shape for name, shape in shapes.items()):
            self.net.reshape(**shapes)
        return feeds

    def _input_shapes(self, rows: int) -> dict[str, Shape]:
        """The net's inputs, for this many rows where their first axis is the batch."""
        graph = self.net.graph
        shapes = {name: graph.shapes[BlobId(name)] for name in graph.inputs}
        return {
            name: (rows, *shape[1:]) if shape[:1] == (graph.images,) else shape
            for name, shape in shapes.items()
        }

    def fit(self, items: Sequence[Item] = (), images: int | None = None) -> None:
        """Give the net the input shapes of these items; without items, those of this number of images."""
        if items:
            shapes = {name: array.shape for name, array in self.feeds(items).items()}
            self.net.reshape(**{name: shapes[name] for name in self.net.inputs if name in shapes})
        elif images:
            self.net.reshape(**self._input_shapes(images))

    def session(self) -> Session:
        """The fast engine's session of a forward at the net's present input shapes."""
        return self.net.session(self._keep, start=self.start, end=self.end)

    @property
    def _keep(self) -> list[str]:
        return [str(blob) for blob in self._wanted.values()]

    def noise(self) -> dict[str, Array]:
        """Feeds of uniform noise in [0, 1), seeded, so that any label is class 0."""
        rng, graph = np.random.default_rng(0), self.graph
        return {blob.name: rng.random(graph.shapes[blob], np.float32) for blob in graph.entries}

    def forward(self, feeds: Mapping[str, Array], watchers: Sequence[Watcher] = ()) -> dict[str, Array]:
        """One forward of the whole batch; its outputs. Raises PrototxtError."""
        return self.net.forward(feeds, start=self.start, end=self.end, keep=self._keep, watchers=watchers)

    def run(self, items: Sequence[Item], watchers: Sequence[Watcher] = ()) -> list[Outcome]:
        """One forward over these items; an outcome for each, in order. Raises PrototxtError.

        No array of an outcome changes with a later forward.
        """
        outputs, kept = self.forward(self.feeds(items), watchers), self.net.blobs
        blobs = {
            name: kept[str(blob) if str(blob) in kept else blob.name].copy()
            for name, blob in self._wanted.items()
        }
        views, size = items[0].views, len(items)
        output_rows = {name: self._split(name, array, size, views) for name, array in outputs.items()}
        blob_rows = {name: self._split(name, array, size, views) for name, array in blobs.items()}
        zeros = () if self.start else tuple(n for n in self.net.inputs if n not in items[0].feeds)
        loss = self.net.loss if self.graph.losses else None
        outcomes = []
        for i, item in enumerate(items):
            own_outputs = {name: rows[i] for name, rows in output_rows.items()}
            own_blobs = {name: rows[i] for name, rows in blob_rows.items()}
            prediction = self._predict(item, {**own_outputs, **own_blobs})
            outcomes.append(
                Outcome(item.name, item.preparation, own_outputs, own_blobs, zeros, loss, prediction)
            )
        return outcomes

    def _predict(self, item: Item, values: Mapping[str, Array]) -> Prediction | None:
        if self.head is None or item.views > 1:
            return None
        return self.head.find(values, item.view or image_view(self.net.graph))

    def _split(self, name: str, array: Array, items: int, views: int) -> list[Array]:
        """A blob as a row for each item."""
        if isinstance(self.head, BoxRows) and name == self.head.output:
            return self.head.split(array, items)
        rows = _rows(name, array, items, views)
        return [rows[i : i + 1] for i in range(items)]


def _rows(name: str, array: Array, items: int, views: int) -> Array:
    """A blob as one row per item. A blob that is not N x ... belongs to a batch of one as a whole."""
    if array.ndim and array.shape[0] == items * views:
        return average(array, views)
    if items == 1:
        return array[None]
    raise InputError(
        f'blob "{name}" is {format_shape(array.shape)}: its first axis is not the {items * views} inputs of the batch',
        hint="run with a batch of 1",
    )
