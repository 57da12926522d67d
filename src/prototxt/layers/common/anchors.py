"""Anchors of region proposal nets on a map, and the fields of the image's im_info."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.boxes.anchors import Exact, forms, lay
from prototxt.errors import LayerError
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.param_str import positive, read_param_str, whole
from prototxt.util.lazy import np

RATIOS = (0.5, 1.0, 2.0)
"""Height over width of py-faster-rcnn's anchors, where a file does not say."""

BASE_SIZE = 16
"""Side of the square whose area anchors have at scale 1, whatever the stride."""

SCALES = (8.0, 16.0, 32.0)


@dataclass(frozen=True, slots=True)
class Anchors:
    """All ratios (height over width) times all scales at every place of a map, `stride` pixels apart.

    `whole` rounds sides before they are scaled.
    """

    stride: int
    base_size: int
    ratios: tuple[float, ...]
    scales: tuple[float, ...]
    whole: Callable[[Exact], Exact]

    @property
    def number(self) -> int:
        """Number of anchors at one position."""
        return len(self.ratios) * len(self.scales)

    def lay(self, rows: int, columns: int) -> Exact:
        """The anchors of a whole map, rows * columns * number x 4."""
        return lay(forms(self.base_size, self.ratios, self.scales, self.whole), rows, columns, self.stride)

    def brief(self) -> str:
        """In one token or two."""
        return f"{self.number} anchors /{self.stride}"


def read_anchors(param_str: str) -> Anchors:
    """The anchors of a Python layer. Raises LayerError for a text that does not define them."""
    pairs = read_param_str(param_str)
    ratios, scales = positive(pairs, "ratios", RATIOS), positive(pairs, "scales", SCALES)
    return Anchors(whole(pairs, "feat_stride"), BASE_SIZE, ratios, scales, even)


def even(x: Exact) -> Exact:
    """Whole numbers as NumPy rounds: halves become even."""
    return np.rint(x)


def check_scores(shape: Shape, anchors: int) -> None:
    """Raises LayerError unless bottom 0 holds two scores for each anchor of one image."""
    check_num_axes(shape, 4, 4)
    if shape[0] != 1:
        raise LayerError(f"takes one image at a time, got {shape[0]}: {format_shape(shape)}", field="bottom")
    if shape[1] != 2 * anchors:
        what = (
            f"{anchors} anchors take {2 * anchors} channels of scores, got {shape[1]}: {format_shape(shape)}"
        )
        raise LayerError(
            what, field="bottom", hint="anchors are ratios x scales; param_str may name 'scales'"
        )


def check_rows(shape: Shape, which: int, least: int, what: str) -> None:
    """Raises LayerError unless bottom `which` is rows of at least `least` numbers."""
    if len(shape) < 2 or count(shape[1:]) < least:
        raise LayerError(f"bottom {which} must be {what}, got {format_shape(shape)}", field="bottom")


def check_info(shape: Shape, which: int = 2, least: int = 3) -> None:
    """Raises LayerError unless bottom `which` has height, width and scale of an image, or the first two of them."""
    named = ", ".join(("height", "width", "scale")[:least])
    check_rows(shape, which, least, f"1 x {least} ({named})")
    if shape[0] < 1:
        raise LayerError(
            f"bottom {which} must have a row for the image, got {format_shape(shape)}", field="bottom"
        )


def read_rows(x: Array, columns: int) -> Array:
    """The first values of each row."""
    return x.reshape(len(x), count(x.shape[1:]))[:, :columns]


def read_info(info: Array) -> tuple[float, float, float]:
    """Height, width and scale of the image."""
    height, width, scale = read_rows(info, 3)[0]
    return height, width, scale
