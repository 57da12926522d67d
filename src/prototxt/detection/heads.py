"""Heads: which outputs of a net hold predictions, and how they are decoded.

A head is found by the `output_kind` of layers, never by the name of a type: a user's own layer type works as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np

from prototxt.blobs import AnyArray, Array, Shape
from prototxt.detection.detection import Boxes, Detection, Segmentation
from prototxt.detection.regions import decode_regions
from prototxt.errors import InputError
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.images.view import View
from prototxt.layers.base import OutputKind

__all__ = [
    "BoxRows", "Head", "PixelMap", "Regions", "find_head", "image_shapes", "image_view", "region_layer", "size_input",
]  # fmt: skip

Values = Mapping[str, Array]

NO_BOX = (0, -1, -1, -1, -1, -1, -1)
"""The row of an image without boxes."""


@dataclass(frozen=True, slots=True)
class BoxRows:
    """An output of rows: image, label, score, xmin, ymin, xmax, ymax."""

    output: str
    output_kind: OutputKind

    @property
    def blobs(self) -> tuple[str, ...]:
        """The blobs that a forward must keep."""
        return (self.output,)

    def split(self, values: Array, images: int) -> list[Array]:
        """The rows of each image of a batch, as if it had been run by itself.

        Raises InputError where the rows do not say which image they belong to.
        """
        if images == 1:
            return [values]
        if self.output_kind.together:
            what = f'output "{self.output}" does not say which image of the batch a box belongs to'
            raise InputError(what, hint="run with a batch of 1")
        rows = values.reshape(-1, values.shape[-1])
        nothing = np.full((1, rows.shape[1]), -1, np.float32)
        nothing[0, : len(NO_BOX)] = NO_BOX
        own = [rows[rows[:, 0] == i] for i in range(images)]
        by_image = [part if len(part) else nothing for part in own]
        return [np.concatenate([part[:, :1] * 0, part[:, 1:]], axis=1)[None, None] for part in by_image]

    def find(self, values: Values, view: View, image: int = 0) -> Boxes:
        """The boxes of one image of the batch, in pixels of the view's image."""
        rows = (
            values[self.output]
            .reshape(-1, values[self.output].shape[-1])[:, : len(NO_BOX)]
            .astype(np.float64)
        )
        rows = rows[(rows[:, 0] == image) & (rows[:, 1] >= 0) & np.isfinite(rows).all(axis=1)]
        rows = rows[np.argsort(-rows[:, 2], kind="stable")]
        height, width = view.input_size
        corners = view.to_image(rows[:, 3:] * [width, height, width, height])
        detections = [
            Detection(int(label), score, tuple(corner))
            for (label, score), corner in zip(rows[:, 1:3].tolist(), corners.tolist(), strict=True)
        ]
        return Boxes(self.blobs, self.output_kind.labels, view, tuple(detections))


@dataclass(frozen=True, slots=True)
class Regions:
    """Outputs of scores (R x labels) and deltas (R x columns) for the regions in the blob `rois` (R x 5)."""

    scores: str
    deltas: str
    rois: str
    labels: int
    columns: int

    @property
    def blobs(self) -> tuple[str, ...]:
        return (self.scores, self.deltas, self.rois)

    def find(self, values: Values, view: View, image: int = 0) -> Boxes:
        rois = values[self.rois].reshape(-1, 5)
        scores = values[self.scores].reshape(len(rois), self.labels)
        deltas = values[self.deltas].reshape(len(rois), self.columns)
        own = rois[:, 0] == image
        detections = decode_regions(rois[own, 1:], scores[own], deltas[own], view)
        return Boxes((self.scores, self.deltas), self.labels, view, tuple(detections))


@dataclass(frozen=True, slots=True)
class PixelMap:
    """An output with a class for every position: scores, N x K x H x W, or the classes, N x 1 x H x W."""

    output: str
    kind: str
    labels: int

    @property
    def blobs(self) -> tuple[str, ...]:
        return (self.output,)

    def find(self, values: Values, view: View, image: int = 0) -> Segmentation:
        maps = values[self.output][image]
        classes: AnyArray = maps.argmax(axis=0) if self.kind == "scores" else maps[0]
        return Segmentation(self.blobs, self.labels, view, classes.astype(np.intp))


Head = BoxRows | Regions | PixelMap


def image_shapes(graph: Graph) -> list[Shape]:
    """The shapes of the blobs of images, N x C x H x W: inputs, and tops of data layers."""
    read = [top for node in graph.nodes if not node.bottoms for top in node.tops]
    return [
        graph.shapes[blob] for blob in dict.fromkeys((*graph.entries, *read)) if len(graph.shapes[blob]) == 4
    ]


def image_view(graph: Graph) -> View:
    """The view of an image of the input's size; 1 x 1 for a net without an input for images."""
    _, _, height, width = next(iter(image_shapes(graph)), (1, 1, 1, 1))
    return View.whole(height, width)


def find_head(graph: Graph, whole: Graph | None = None) -> Head | None:
    """The head of a graph; None if its outputs are neither boxes nor maps of classes.

    `whole` is the net that the graph is a part of, if it is one.
    """
    makers = {top: node for node in graph.nodes for top in node.tops[:1]}
    return _box_rows(graph, makers) or _regions(graph, makers) or _pixel_map(graph, makers, whole or graph)


def _output_kind(makers: Mapping[BlobId, Node], blob: BlobId) -> OutputKind | None:
    return makers[blob].layer.output_kind if blob in makers else None


def _output_shapes(graph: Graph) -> dict[str, Shape]:
    return {name: graph.shapes[graph.last[name]] for name in graph.outputs}


def _box_rows(graph: Graph, makers: Mapping[BlobId, Node]) -> BoxRows | None:
    for name in graph.outputs:
        output_kind = _output_kind(makers, graph.last[name])
        if output_kind is not None and output_kind.kind == "boxes":
            return BoxRows(name, output_kind)
    return None


def region_layer(graph: Graph) -> Node | None:
    """The layer that computes rois; None if there is none, or more than one."""
    nodes = [n for n in graph.nodes if n.layer.output_kind is not None and n.layer.output_kind.kind == "rois"]
    return nodes[0] if len(nodes) == 1 else None


def size_input(graph: Graph) -> str | None:
    """The input of 1 x 3 that gives a layer of rois the image's height, width and scale."""
    node = region_layer(graph)
    bottoms = node.bottoms if node is not None else ()
    return next((b.name for b in bottoms if b in graph.entries and graph.shapes[b] == (1, 3)), None)


def _regions(graph: Graph, makers: Mapping[BlobId, Node]) -> Regions | None:
    node = region_layer(graph)
    if node is None:
        return None
    count = graph.shapes[node.tops[0]][0]
    columns = {
        name: prod(shape[1:]) for name, shape in _output_shapes(graph).items() if shape[:1] == (count,)
    }
    for scores, classes in columns.items():
        if classes < 2 or not _are_probabilities(makers, graph.last[scores]):
            continue
        for deltas, width in columns.items():
            if deltas != scores and width in (4 * classes, 8):
                return Regions(scores, deltas, node.tops[0].name, classes, width)
    return None


def _are_probabilities(makers: Mapping[BlobId, Node], blob: BlobId) -> bool:
    """Whether a blob comes from a layer of scores, directly or through layers that only change its shape."""
    while blob in makers:
        node = makers[blob]
        if node.layer.output_kind is not None:
            return node.layer.output_kind.kind == "scores"
        if node.params or len(node.bottoms) != 1:
            return False
        blob = node.bottoms[0]
    return False


def _pixel_map(graph: Graph, makers: Mapping[BlobId, Node], whole: Graph) -> PixelMap | None:
    """The output of maps, if it holds classes or their scores.

    It does if its layer says so. So does an output of the whole net with the rows and columns of the only image input
    but another number of channels: it is neither an image nor the motion from one image to another.
    """
    name = _output_of_maps(graph, makers)
    if name is None:
        return None
    blob = graph.last[name]
    shape, output_kind, images = graph.shapes[blob], _output_kind(makers, blob), image_shapes(whole)
    if output_kind is not None and output_kind.kind == "classes":
        return PixelMap(name, "classes", _classes(graph, makers, blob))
    like_image = len(images) == 1 and images[0][2:] == shape[2:] and images[0][1] != shape[1]
    scores = output_kind.kind == "scores" if output_kind is not None else like_image and name in whole.outputs
    return PixelMap(name, "scores", shape[1]) if scores and shape[1] > 1 else None


def _output_of_maps(graph: Graph, makers: Mapping[BlobId, Node]) -> str | None:
    """The only output with several rows and columns, apart from inputs that no layer reads.

    Of several with one shape (one of them may be for training only) it is the only one whose layer states its kind.
    """
    maps = {
        name: shape
        for name, shape in _output_shapes(graph).items()
        if len(shape) == 4 and min(shape[2:]) > 1 and not _is_input(makers, graph.last[name])
    }
    if len(set(maps.values())) != 1:
        return None
    known = [name for name in maps if _output_kind(makers, graph.last[name]) is not None]
    names = list(maps) if len(maps) == 1 else known
    return names[0] if len(names) == 1 else None


def _is_input(makers: Mapping[BlobId, Node], blob: BlobId) -> bool:
    return blob not in makers or makers[blob].layer.is_input


def _classes(graph: Graph, makers: Mapping[BlobId, Node], blob: BlobId) -> int:
    """The number of scores of which a layer outputs the best; 0 if it is not known."""
    shape = graph.shapes[makers[blob].bottoms[0]]
    return shape[1] if len(shape) == 4 else 0
