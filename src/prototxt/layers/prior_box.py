"""PriorBox: the boxes that a detector starts from, of several sizes and ratios around every position of a map."""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Sequence

from prototxt.blobs import MAX_ELEMENTS, Array, Shape, count
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.common.fields import as_trained, given
from prototxt.layers.common.priors import PlacedBoxes, place, read_dense, read_offsets
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter, PriorBoxParameter
from prototxt.util.lazy import np

SAME = 1e-6
"""Ratios that differ by less are one."""


@layer("PriorBox", bottoms=2, fork="ssd")
class PriorBox(Layer):
    """Lays boxes of given sizes and aspect ratios over an image, around every position of a feature map.

    Formula:
        centre = ((w + offset) * step_w, (h + offset) * step_h)
        for each min_size s: s x s; with its max_size m: sqrt(s*m) x sqrt(s*m); for each ratio r but 1:
            s*sqrt(r) x s/sqrt(r), and with `flip` the same for 1/r
        y[0, 0]: x1, y1, x2, y2 of every box in parts of the image, in the order h, w, box
        y[0, 1]: the variances, four for every box
        `fixed_size` f and `density` d (FaceBoxes): d x d boxes of f x f before the others, their centres
            floor(f / d) apart, cut at the edges of the image; `fixed_ratio` gives their ratios
        `denser_prior_boxes` (TextBoxes++): after every box the same with its centre at (h + 1) * step_h
        offset_w and offset_h, several of each: every box at each pair of them (OpenCV); where their numbers
            differ or are 1, every ratio but 1, no squares, at each offset_w with each offset_h (tl_ssd)

    Shapes:
        map: N x C x H x W, image: N x C x h x w; only H, W, h and w count
        y: 1 x 2 x (H * W * boxes * 4), boxes = ratios (1 and flipped ones too) * min sizes + max sizes

    Pitfalls:
        Sizes are cut to whole numbers first: 30.4 is 30. `flip` is true where the file does not say. `step` is
        image / map where none is given, and `img_size`, `img_h`, `img_w` take the place of the image's own size.
        `clip` cuts the boxes at the edges of the image; without it they hang over. `variance` is 0.1 where none is
        given; one counts for all four.

    Example:
        layer {
          name: "conv4_3_priors" type: "PriorBox" bottom: "conv4_3" bottom: "data" top: "conv4_3_priors"
          prior_box_param {
            min_size: 30 max_size: 60 aspect_ratio: 2 clip: false step: 8
            variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2
          }
        }

    Source: prior_box_layer.cpp of the SSD fork, of TextBoxes++, tl_ssd, FaceBoxes (lippman1125/faceboxes_lqy) and
    OpenCV's dnn module; Liu et al., SSD: Single Shot MultiBox Detector (2016).
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.prior_box_param
        self.sizes, self.max_sizes = _sizes(p)
        self.ratios = _ratios(p)
        self.dense = read_dense(p, self.ratios)
        self.offsets = read_offsets(p)
        self.by_offset = bool(p.offset_h) and not self.offsets.paired
        self.has_squares = not (self.by_offset and self.ratios)
        self.variance = _variance(p)
        self.image = _pair(p, "img_size", "img_h", "img_w")
        self.step = _pair(p, "step", "step_h", "step_w")
        self.offset: float = p.offset
        self.clip: bool = p.clip

    @property
    def boxes(self) -> int:
        """Number of boxes around each position."""
        squares = len(self.sizes) + len(self.max_sizes) if self.has_squares else 0
        return self.dense.number + (len(self.sizes) * len(self.ratios) + squares) * self.offsets.number

    def placed(self) -> PlacedBoxes:
        """The sides and the centre of each of them."""
        return place(self.dense, self._sides(), self.offset, self.offsets, by_offset=self.by_offset)

    def _sides(self) -> Array:
        """Width and height of the boxes of min_size at one offset, in pixels."""
        least, most = (np.array(sizes, np.float64)[:, None] for sizes in (self.sizes, self.max_sizes))
        squares = [least, np.sqrt(least * most)] if self.max_sizes else [least]
        squares = squares if self.has_squares else []
        roots = np.sqrt(np.array(self.ratios, np.float64))
        pair = np.hstack([*squares, least * roots]), np.hstack([*squares, least / roots])
        return np.stack(pair, -1).reshape(-1, 2).astype(np.float32)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        for shape in bottom:
            check_num_axes(shape, 4, 4)
        values = count(bottom[0][2:]) * self.boxes * 4
        if 2 * values > MAX_ELEMENTS:
            what = f"{values // 4:,} boxes are more than a blob may hold ({MAX_ELEMENTS:,} values)"
            raise LayerError(what, field="min_size")
        return [(1, 2, values)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        rows, columns = bottom[0].shape[2:]
        height, width = self.image or bottom[1].shape[2:]
        down, across = self.step or (height / rows, width / columns)
        placed = self.placed()
        (ox, oy), (dx, dy), half = placed.offsets.T, placed.shifts.T, placed.sides / 2
        y = (np.arange(rows, dtype=np.float32)[:, None] + oy) * down + dy
        x = (np.arange(columns, dtype=np.float32)[:, None] + ox) * across + dx
        boxes = np.empty((rows, columns, len(half), 2, 2), np.float32)  # the first corner, the second; x, y
        for corner, side in enumerate((-half, half)):
            boxes[..., corner, 0] = (x + side[:, 0]) / width
            boxes[..., corner, 1] = ((y + side[:, 1]) / height)[:, None]
        inside = boxes[..., : placed.kept_inside, :, :]
        inside[..., 0, :] = np.maximum(inside[..., 0, :], 0)
        inside[..., 1, :] = np.minimum(inside[..., 1, :], 1)
        if self.clip:
            boxes = boxes.clip(0, 1)
        variance = np.resize(np.array(self.variance, np.float32), boxes.size)
        return [np.stack([boxes.ravel(), variance])[None]]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values = top[0][2]
        clipped = 2 * values if self.clip else 0
        return Cost(additions=values, divisions=values, comparisons=clipped)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.boxes} boxes"


def _sizes(p: PriorBoxParameter) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The least sides and the largest, in whole pixels; as many of these as of those, or none."""
    if not (p.min_size or p.fixed_size):
        raise LayerError("no min_size: there are 0 boxes", field="min_size", hint=as_trained("min_size"))
    if p.max_size and len(p.max_size) != len(p.min_size):
        what = (
            f"{len(p.max_size)} values of max_size for {len(p.min_size)} of min_size; give one each, or none"
        )
        raise LayerError(what, field="max_size")
    for size in p.min_size:
        if not 0 < size < MAX_ELEMENTS:
            raise LayerError(f"min_size must be above 0, not {size:g}", field="min_size")
    for least, size in zip(p.min_size, p.max_size, strict=False):
        if not least < size < MAX_ELEMENTS:
            raise LayerError(f"max_size {size:g} must be above its min_size {least:g}", field="max_size")
    return tuple(map(int, p.min_size)), tuple(map(int, p.max_size))


def _ratios(p: PriorBoxParameter) -> tuple[float, ...]:
    """The aspect ratios other than 1, each once, followed by what it is flipped."""
    ratios: list[float] = []
    known = [1.0]  # ascending: a file may hold very many
    for ratio in p.aspect_ratio:
        if not 0 < ratio < MAX_ELEMENTS:
            raise LayerError(f"aspect_ratio must be above 0, not {ratio:g}", field="aspect_ratio")
        at = bisect(known, ratio)
        if all(abs(ratio - near) >= SAME for near in known[max(at - 1, 0) : at + 1]):
            for new in (ratio, 1 / ratio) if p.flip else (ratio,):
                insort(known, new)
                ratios.append(new)
    return tuple(ratios)


def _variance(p: PriorBoxParameter) -> tuple[float, ...]:
    variance = tuple(p.variance) or (0.1,)
    if len(variance) not in (1, 4):
        raise LayerError(f"{len(variance)} values of variance; give 1 or 4", field="variance")
    if not min(variance) > 0:
        raise LayerError(f"variance must be above 0, not {min(variance):g}", field="variance")
    return variance


def _pair(p: PriorBoxParameter, both: str, high: str, wide: str) -> tuple[float, float] | None:
    """The value of one field for both axes, or of two fields for one each; None where none is given."""
    written = given(p, (both, high, wide))
    if high in written or wide in written:
        if both in written:
            raise LayerError(f"give either {both} or {high} and {wide}, not both", field=both)
        pair = {high: getattr(p, high), wide: getattr(p, wide)}
    elif written:
        pair = {both: getattr(p, both)}
    else:
        return None
    for field, value in pair.items():
        if not value > 0:
            raise LayerError(f"{field} must be above 0, not {value:g}", field=field)
    values = tuple(pair.values())
    return values[0], values[-1]
