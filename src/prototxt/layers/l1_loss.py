"""L1Loss: the mean absolute distance, by value or by place."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.loss import check_item_size, scalar
from prototxt.layers.outcomes import Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("L1Loss", bottoms=(1, 2), loss=True, fork="flownet")
class L1Loss(Layer):
    """The absolute differences of two bottoms, or the lengths of the differences at each place, over N.

    Formula:
        d = a - b (a alone with one bottom), 0 where it is NaN
        y = 1 / D * sum of |d|
        l2_per_location: y = 1 / D * sum over n, h, w of sqrt(sum over c of d^2 + epsilon);
            with l2_prescale_by_channels the mean over c in place of the sum
        D: N; with normalize_by_num_entries the number of values of a - b that are not NaN, over C

    Shapes:
        a: N x any (N x C x H x W for l2_per_location), b: as many values
        y: a single number without axes

    Pitfalls:
        It is divided by the items, not by the values. A NaN in b stands for an unknown value, whose difference is 0;
        with l2_per_location a place without any known value still adds sqrt(epsilon). NVCaffe's L1Loss is the same
        without any field, and does not look for NaN. `plateau` is not applied.

    Example:
        layer {
          name: "loss2" type: "L1Loss" bottom: "predict_flow2" bottom: "scaled_flow_gt2" top: "loss2"
          l1_loss_param { l2_per_location: true }
        }

    Source: l1_loss_layer.cu of FlowNet 2, l1_loss_layer.cpp of NVCaffe.
    """

    golden = "the forks run it on GPUs only; the tests compute its formula by hand"

    ignores = ignore(Outcome.CHANGES_NUMBERS, "small differences count here too", "l1_loss_param.plateau")

    def setup(self, param: LayerParameter) -> None:
        p = param.l1_loss_param
        self.l2_per_location: bool = p.l2_per_location
        self.prescale: bool = p.l2_prescale_by_channels
        self.by_entries: bool = p.normalize_by_num_entries
        self.epsilon: float = p.epsilon

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_num_axes(bottom[0], 2 if self.l2_per_location else 1)
        if len(bottom) == 2:
            check_item_size(bottom)
        return [()]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0] - bottom[1].reshape(bottom[0].shape) if len(bottom) == 2 else bottom[0]
        known = int(np.count_nonzero(~np.isnan(x)))
        lengths = self.lengths(np.where(np.isnan(x), np.float32(0), x))
        return scalar(lengths.sum() / self.divisor(x.shape, known))

    def lengths(self, difference: Array) -> Array:
        """What is summed: the size of each difference, or their length at each place."""
        if not self.l2_per_location:
            return np.abs(difference)
        squares = np.square(difference).sum(axis=1)
        if self.prescale:
            squares = squares / np.float32(difference.shape[1])
        lengths: Array = np.sqrt(squares + np.float32(self.epsilon))
        return lengths

    def divisor(self, shape: Shape, known: int) -> float:
        """The divisor of the sum for a first bottom of this shape, `known` of whose differences are no NaN."""
        channels = shape[1] if len(shape) > 1 else 1
        return (known / max(channels, 1) if self.by_entries else shape[0]) or 1

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = count(bottom[0])
        differences = values if len(bottom) == 2 else 0
        if not self.l2_per_location:
            return Cost(additions=differences + values, comparisons=values, divisions=1)
        places = values // max(bottom[0][1], 1)
        return Cost(
            additions=differences + values + 2 * places,
            multiplications=values,
            exponentials=places,
            divisions=1 + (places if self.prescale else 0),
        )

    def brief(self, bottom: Sequence[Shape]) -> str:
        return "by place" if self.l2_per_location else ""
