"""AdaptiveBiasChannel: raises the classes an image is known to hold until each has its share of the pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes, four_axes
from prototxt.layers.common.labels import read_labels
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

IGNORED = -1
"""The label that is none."""

MAX_ROUNDS = 1000
"""A net may come from a stranger: what takes hours is refused."""


@layer("AdaptiveBiasChannel", bottoms=2, fork="pspnet")
class AdaptiveBiasChannel(Layer):
    """Adds to each listed class what lets it win about `fg_portion` of the image's pixels, `bg_portion` for class 0.

    Formula:
        for each image with labels, y = x, and where `suppress_others` is set, a class that is not listed and above
        the least listed score of a pixel gets that score - margin_others
        num_iter times, for each listed class c (0 first, the others in an order drawn at random):
            d = max over listed classes of y - y[c], at each pixel
            y[c] += the value that portion * H * W values of d are below
        y += the mean of the listed maximum before, minus that after

    Shapes:
        x: N x C x H x W, C at least 2; labels: N x L x 1 x 1, -1 where there is none
        y: like x

    Pitfalls:
        The order is drawn: with two classes besides the background results differ by seed. A portion of 1 takes the
        largest difference; the fork reads past the end. `num_iter` is at most 1000 here.

    Example:
        layer {
          name: "biased" type: "AdaptiveBiasChannel" bottom: "score" bottom: "labels" top: "biased"
          adaptive_bias_channel_param { num_iter: 3 bg_portion: 0.4 fg_portion: 0.2 }
        }

    Source: PSPNet/src/caffe/layers/adaptive_bias_channel_layer.cpp.
    """

    golden = "draws the order of classes with the reference's own random numbers"

    @property
    def stateful(self) -> bool:
        return True

    def setup(self, param: LayerParameter) -> None:
        p = param.adaptive_bias_channel_param
        if not 1 <= p.num_iter <= MAX_ROUNDS:
            raise LayerError(f"num_iter must be from 1 to {MAX_ROUNDS}, not {p.num_iter}", field="num_iter")
        for field in ("bg_portion", "fg_portion"):
            if not 0 <= getattr(p, field) <= 1:
                raise LayerError(f"{field} must be from 0 to 1, not {getattr(p, field):g}", field=field)
        if not p.margin_others >= 0:
            raise LayerError(
                f"margin_others must be at least 0, not {p.margin_others:g}", field="margin_others"
            )
        self.num_iter: int = p.num_iter
        self.portions: tuple[float, float] = (p.bg_portion, p.fg_portion)
        self.suppress_others: bool = p.suppress_others
        self.margin_others: float = p.margin_others

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        for shape in bottom:
            check_num_axes(shape, 2, 4)
        x, labels = map(four_axes, bottom)
        if labels[0] != x[0] or labels[2:] != (1, 1) or x[1] < 2:
            what = f"scores of {format_shape(bottom[0])} and labels of {format_shape(bottom[1])}"
            hint = "scores are N x C x H x W with at least 2 channels, labels N x L x 1 x 1"
            raise LayerError(what, field="bottom", hint=hint)
        return [x]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        x = bottom[0].reshape(four_axes(bottom[0].shape))
        labels, kept = read_labels(bottom[1].reshape(bottom[1].shape[:2]), x.shape[1], IGNORED)
        y = np.array(x, order="C")
        for image, own, counts in zip(y, labels, kept, strict=True):
            if counts.any():
                self._raise(image.reshape(len(image), count(image.shape[1:])), np.sort(own[counts]))
        return [y]

    def _raise(self, scores: Array, listed: NDArray[np.intp]) -> None:
        """Change one image's scores, C x pixels, in place."""
        if self.suppress_others:
            others = np.setdiff1d(np.arange(len(scores)), listed)
            least, kept = scores[listed].min(axis=0), scores[others]
            scores[others] = np.where(kept > least, least - np.float32(self.margin_others), kept)
        best = scores[listed].max(axis=0)
        before = best.mean(dtype=np.float64)
        for _ in range(self.num_iter):
            for label in self._order(listed):
                scores[label] += self._rise(best - scores[label], self.portions[int(label > 0)])
                np.maximum(best, scores[label], out=best)
        scores += np.float32(before - best.mean(dtype=np.float64))

    def _order(self, listed: NDArray[np.intp]) -> NDArray[np.intp]:
        """Listed classes, the background first, the others at random."""
        background = int(listed[0] == 0)  # they are sorted
        return np.concatenate([listed[:background], self.rng.permutation(listed[background:])])

    def _rise(self, difference: Array, portion: float) -> np.float32:
        place = min(int(np.float32(portion) * np.float32(difference.size)), difference.size - 1)
        value: np.float32 = np.partition(difference, place)[place]
        return value

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        pixels, listed = count(top[0]) // top[0][1], four_axes(bottom[1])[1]
        rounds = self.num_iter * listed * pixels
        return Cost(comparisons=count(top[0]) + 2 * rounds, additions=count(top[0]) + 2 * rounds)
