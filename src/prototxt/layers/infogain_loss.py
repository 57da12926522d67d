"""InfogainLoss: a log loss in which every mistake has a price of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.data.paths import locate
from prototxt.errors import LayerError, WeightsError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.labels import check_label_count, class_view, ignore_label, read_labels
from prototxt.layers.common.loss import LOG_THRESHOLD, check_batch, divisor, normalization, scalar
from prototxt.layers.registry import layer
from prototxt.layers.softmax import softmax, softmax_cost
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("InfogainLoss", bottoms=(2, 3), tops=(1, 2), loss=True)
class InfogainLoss(Layer):
    """Softmax, then the log loss of every class, weighted by the label's row of a matrix H.

    Formula:
        p = softmax of x along `axis`
        y = -1 / D * sum over n, i, k of H[label[n, i], k] * log(max(p[n, k, i], 1e-20))
        D as for SoftmaxWithLoss; a second top is p

    Shapes:
        x: N x K x any (the classes on `axis`), labels: as many as x has places (N x any)
        H: K*K values, the third bottom or a file
        y: a single number without axes; p: like x

    Pitfalls:
        The bottom holds scores: the softmax is computed here. Without a third bottom
        `infogain_loss_param { source: "H.binaryproto" }` names a file with one BlobProto, relative to the current
        folder or else to the net's file; it is read at the first forward. `normalize` is refused, as in Caffe.

    Example:
        layer { name: "loss" type: "InfogainLoss" bottom: "fc8" bottom: "label" bottom: "H" top: "loss" }

    Source: caffe/src/caffe/layers/infogain_loss_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.infogain_loss_param
        self.axis: int = p.axis
        self.source: str = p.source
        self.ignore_label = ignore_label(param.loss_param)
        if param.loss_param.HasField("normalize"):
            what = "normalize is too old for this layer: give normalization: VALID for true, BATCH_SIZE for false"
            raise LayerError(what, field="normalize")
        self.normalization = normalization(param.loss_param)
        if self.num_bottoms < 3 and not p.source:
            what = "no matrix: 2 bottoms and no source; give a third bottom or the name of a file"
            raise LayerError(what, field="infogain_loss_param")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_batch(bottom)
        check_label_count(bottom, self.axis)
        if len(bottom) > 2:
            self._check_matrix(bottom[2], class_view(bottom[0], self.axis)[1], "bottom")
        return [(), bottom[0]][: self.num_tops]

    def _check_matrix(self, shape: Shape, classes: int, field: str) -> None:
        if count(shape) != classes * classes:
            what = f"{classes} classes need a matrix of {classes} x {classes}, got {format_shape(shape)}"
            raise LayerError(what, field=field)

    @cached_property
    def stored(self) -> Array:
        """The matrix in the file; raises LayerError."""
        from prototxt.formats.caffemodel import read_blob  # only here do losses know files

        path = locate(self.source, self.settings.folder)
        try:
            return read_blob(path).array()
        except WeightsError as error:
            raise LayerError(f"{path}: no matrix: {error.what}", field="source") from None

    def matrix(self, bottom: Sequence[Array], classes: int) -> Array:
        """H as classes x classes."""
        given = bottom[2] if len(bottom) > 2 else self.stored
        self._check_matrix(given.shape, classes, "source")
        return given.reshape(classes, classes)

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        outer, classes, inner = class_view(bottom[0].shape, self.axis)
        labels, counted = read_labels(bottom[1].reshape(outer, inner), classes, self.ignore_label)
        prob = softmax(bottom[0], self.axis)
        logs = np.log(np.maximum(prob.reshape(outer, classes, inner), LOG_THRESHOLD))
        prices = self.matrix(bottom, classes)[labels].transpose(0, 2, 1)
        losses = -(prices * logs).sum(axis=1)[counted]
        total = losses.sum() / divisor(self.normalization, outer, inner, int(counted.sum()))
        return [*scalar(total), prob][: self.num_tops]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(bottom[0])
        logs = Cost(
            comparisons=values, exponentials=values, multiplications=values, additions=values, divisions=1
        )
        return softmax_cost(bottom[0]) + logs
