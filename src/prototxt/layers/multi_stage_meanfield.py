"""MultiStageMeanfield: a conditional random field over all pairs of pixels, as layer of a net (CRF-RNN)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer, OutputKind, Param
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.fields import check_given, check_least
from prototxt.layers.common.permutohedral import lattice_of
from prototxt.layers.outcomes import Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.layers.softmax import softmax
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

MAX_ITERATIONS = 1000
"""More rounds change nothing any more; they would only take time."""

COLOURS = 3
"""Channels of the image."""


@layer("MultiStageMeanfield", bottoms=3, fork="others")
class MultiStageMeanfield(Layer):
    """Refines scores of classes with the colours of the image: pixels that look alike and lie near take one class.

    Formula:
        s = q0; then num_iterations times, with q = softmax of s over the classes:
            s = unary - M (Ws spatial(q) + Wb bilateral(q)),   y = s of the last round
        spatial(q) at pixel i = sum over j of k(i, j) * q at j / sum over j of k(i, j), j over all pixels
            with k(i, j) = exp(-|p_i - p_j|^2 / (2 theta_gamma^2)), p being places in pixels
        bilateral(q) alike, with k(i, j) = exp(-|p_i - p_j|^2 / (2 theta_alpha^2) - |I_i - I_j|^2 / (2 theta_beta^2))

    Shapes:
        unary, q0: N x C x H x W; image: N x 3 x H x W; y: like unary
        Ws, Wb, M: 1 x 1 x C x C, learned; without a weights file spatial_filter_weight and bilateral_filter_weight
        on the diagonals, and -1 on M's (POTTS)

    Pitfalls:
        y holds scores, no probabilities: a Softmax or the largest of them comes after. The image is the one that the
        net reads, with the mean subtracted; that changes nothing, its scale does. Sums over all pairs are computed on
        the permutohedral lattice. Averages differ from the exact ones by 0.2% to 1%, those of single pixels by 2% as
        long as an area's grain is below theta_beta; a pixel that stands alone with its colour has few neighbours in the
        lattice, and grain of 2 to 3 theta_beta makes 7% on average. 500 x 500 pixels, 21 classes and 10 rounds take 11
        to 24 s on one thread, by how many colours there are (benchmarks/meanfield.py). `threshold` is not used.

    Example:
        layer {
          name: "inference1" type: "MultiStageMeanfield" bottom: "unary" bottom: "Q0" bottom: "data" top: "pred"
          multi_stage_meanfield_param {
            num_iterations: 10 compatibility_mode: POTTS threshold: 2 theta_alpha: 160 theta_beta: 3 theta_gamma: 3
            spatial_filter_weight: 3 bilateral_filter_weight: 5
          }
        }

    Source: Zheng et al., Conditional Random Fields as Recurrent Neural Networks (2015), and the prototxt files of
    torrvision/crfasrnn. The layer's C++ has not been read; the order of the arrays is that of the files' comments.
    """

    golden = "only prototxt files of the fork are available; the tests compute its formula with exact sums"
    ignores = ignore(Outcome.QUIET, "mean field does not use it", "multi_stage_meanfield_param.threshold")

    def setup(self, param: LayerParameter) -> None:
        p = param.multi_stage_meanfield_param
        for field in ("num_iterations", "theta_alpha", "theta_beta", "theta_gamma"):
            check_given(p, field)
        check_least(p.num_iterations, 1, "num_iterations")
        if p.num_iterations > MAX_ITERATIONS:
            what = f"num_iterations must be at most {MAX_ITERATIONS:,}, not {p.num_iterations:,}"
            raise LayerError(what, field="num_iterations")
        for field in ("theta_alpha", "theta_beta", "theta_gamma"):
            if not getattr(p, field) > 0:
                raise LayerError(f"{field} must be above 0, not {getattr(p, field):g}", field=field)
        self.num_iterations: int = p.num_iterations
        self.theta_alpha: float = p.theta_alpha
        self.theta_beta: float = p.theta_beta
        self.theta_gamma: float = p.theta_gamma
        self.diagonals: tuple[float, float, float] = (
            p.spatial_filter_weight,
            p.bilateral_filter_weight,
            -1.0,
        )
        """What the three matrices begin with: POTTS, the only mode there is, is -1."""
        self.mode = p.Mode.Name(p.compatibility_mode)
        self.output_kind = OutputKind("scores")

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        check_num_axes(bottom[0], 4, 4)
        classes = bottom[0][1]
        names = ("spatial weights", "bilateral weights", "compatibility")
        return tuple(
            Param((1, 1, classes, classes), start=_diagonal(classes, value), name=name)
            for name, value in zip(names, self.diagonals, strict=True)
        )

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        unary, start, image = bottom
        check_num_axes(unary, 4, 4)
        for shape, want, name in ((start, unary, "Q0"), (image, _image_of(unary), "the image")):
            if shape != want:
                what = (
                    f"{name} is {format_shape(shape)}; for a unary term of {format_shape(unary)} it must be "
                )
                raise LayerError(what + format_shape(want), field="bottom")
        return [unary]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        unary, start, image = bottom
        if not unary.size:
            return [np.zeros(unary.shape, np.float32)]
        spatial = _averages(_places(image.shape[2:]) / np.float32(self.theta_gamma))
        matrices = [matrix.reshape(matrix.shape[-2:]) for matrix in params]
        y = np.empty(unary.shape, np.float32)
        for n, colours in enumerate(image):
            bilateral = _averages(self._features(colours))
            scores = self._refined(_rows(unary[n]), _rows(start[n]), spatial, bilateral, matrices)
            y[n] = scores.T.reshape(y.shape[1:])
        return [y]

    def _features(self, image: Array) -> Array:
        """Place and colour of every pixel, in units of their thetas."""
        places = _places(image.shape[1:]) / np.float32(self.theta_alpha)
        return np.concatenate([places, _rows(image) / np.float32(self.theta_beta)], 1)

    def _refined(
        self, unary: Array, scores: Array, spatial: Average, bilateral: Average, matrices: Sequence[Array]
    ) -> Array:
        """The scores after all rounds, pixels x classes."""
        spatial_weights, bilateral_weights, compatibility = matrices
        for _ in range(self.num_iterations):
            q = softmax(scores, 1)
            message: Array = spatial(q) @ spatial_weights.T + bilateral(q) @ bilateral_weights.T
            scores = unary - message @ compatibility.T
        return scores

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """Blurring on the lattice is not counted: the number of its places depends on the image."""
        values, classes = count(top[0]), top[0][1]
        corners = 3 + (3 + COLOURS)
        return Cost(
            macs=self.num_iterations * values * (2 * corners + 3 * classes),
            additions=self.num_iterations * 4 * values,
            comparisons=self.num_iterations * values,
            divisions=self.num_iterations * 3 * values,
            exponentials=self.num_iterations * values,
        )

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.mode} x{self.num_iterations}"


Average = Callable[["Array"], "Array"]
"""Weighted averages over all pixels of values, pixels x classes."""


def _averages(features: Array) -> Average:
    """The Gaussian averages over pixels with these features."""
    lattice = lattice_of(features)
    scale: Array = np.float32(1) / (
        lattice.filter(np.ones((len(features), 1), np.float32)) + np.float32(1e-20)
    )
    return lambda values: lattice.filter(values) * scale


def _diagonal(size: int, value: float) -> Callable[[], Array]:
    return lambda: value * np.eye(size, dtype=np.float32)[None, None]


def _image_of(shape: Shape) -> Shape:
    return (shape[0], COLOURS, *shape[2:])


def _places(size: Shape) -> Array:
    """The column and the row of every pixel, row by row."""
    rows, columns = np.indices(size, np.float32)
    return np.stack([columns.reshape(-1), rows.reshape(-1)], 1)


def _rows(x: Array) -> Array:
    """C x H x W as a matrix with a row for every pixel."""
    return x.reshape(len(x), -1).T
