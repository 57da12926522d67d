"""How much of the input a value can see: size, jump and place of its receptive field, in pixels of the input."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, prod

import numpy as np

from prototxt.blobs import Shape
from prototxt.graph.context import of_class
from prototxt.graph.graph import BlobId, Graph
from prototxt.layers.accuracy import Accuracy
from prototxt.layers.adaptive_bias_channel import AdaptiveBiasChannel
from prototxt.layers.anchor_target import AnchorTarget
from prototxt.layers.argmax import ArgMax
from prototxt.layers.axpy import Axpy
from prototxt.layers.base import Layer
from prototxt.layers.batch_reindex import BatchReindex
from prototxt.layers.bias_channel import BiasChannel
from prototxt.layers.box_annotator_ohem import BoxAnnotatorOHEM
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.common.per_channel import PerChannel
from prototxt.layers.common.window import Axis
from prototxt.layers.concat import Concat
from prototxt.layers.convolution import Convolution
from prototxt.layers.correlation import Correlation
from prototxt.layers.crop import Crop
from prototxt.layers.crop_center import CropCenter
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.detection_evaluate import DetectionEvaluate
from prototxt.layers.detection_output import DetectionOutput
from prototxt.layers.dropout import Dropout
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.embed import Embed
from prototxt.layers.filter import Filter
from prototxt.layers.flatten import Flatten
from prototxt.layers.flow_warp import FlowWarp
from prototxt.layers.im2col import Im2col
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.interp import Interp
from prototxt.layers.lrn import LRN
from prototxt.layers.lstm import LSTM
from prototxt.layers.lstm_unit import LSTMUnit
from prototxt.layers.mvn import MVN
from prototxt.layers.normalize import Normalize
from prototxt.layers.parameter import Parameter
from prototxt.layers.permute import Permute
from prototxt.layers.pooling import Pooling
from prototxt.layers.prelu import PReLU
from prototxt.layers.prior_box import PriorBox
from prototxt.layers.proposal import Proposal
from prototxt.layers.proposal_minicaffe import ProposalMiniCaffe
from prototxt.layers.proposal_target import ProposalTarget
from prototxt.layers.psroi_pooling import PSROIPooling
from prototxt.layers.reduction import Reduction
from prototxt.layers.region import Region
from prototxt.layers.reorg import Reorg
from prototxt.layers.resample import Resample
from prototxt.layers.reshape import Reshape
from prototxt.layers.rnn import RNN
from prototxt.layers.roi_pooling import ROIPooling
from prototxt.layers.seg_accuracy import SegAccuracy
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.layers.slice import Slice
from prototxt.layers.softmax import Softmax
from prototxt.layers.spatial_product import SpatialProduct
from prototxt.layers.split import Split
from prototxt.layers.spp import SPP
from prototxt.layers.tile import Tile
from prototxt.layers.unique_label import UniqueLabel
from prototxt.layers.upsample_segnet import SegNetUpsample
from prototxt.layers.upsample_yolo import UpsampleByScale
from prototxt.layers.yolo_detection_output import YoloDetectionOutput
from prototxt.layers.yolov3_detection_output import Yolov3DetectionOutput


@dataclass(frozen=True, slots=True)
class Reach:
    """A blob's `units` along one axis: value i sees `size` pixels around `centre` + i * `jump`.

    `size` is the most that any value sees: behind a deconvolution they differ by one step.
    """

    size: int
    jump: Fraction
    centre: Fraction
    units: int

    @property
    def first(self) -> Fraction:
        """The first pixel that value 0 sees; below 0 it lies outside the image."""
        return self.centre - Fraction(self.size - 1, 2)

    @property
    def last(self) -> Fraction:
        """The last pixel that value 0 sees."""
        return self.centre + Fraction(self.size - 1, 2)

    def covers(self, pixels: int) -> bool:
        """Whether value 0 sees the whole axis."""
        return self.first <= 0 and self.last >= pixels - 1

    def inside(self, pixels: int) -> Fraction:
        """The share of what value 0 sees that is pixels of the image."""
        seen = min(self.last, Fraction(pixels - 1)) - max(self.first, Fraction(0)) + 1
        return max(seen, Fraction(0)) / self.size

    def unpadded(self, pixels: int) -> int:
        """How many values see pixels of the image alone."""
        start = max(ceil(-self.first / self.jump), 0)
        end = min(floor((pixels - 1 - self.last) / self.jump), self.units - 1)
        return max(end - start + 1, 0)


@dataclass(frozen=True, slots=True)
class Field:
    """What a blob's values see of the blob `root`, along its spatial axes.

    Where they are not `aligned` the values still see as much, but not each one `jump` behind the one before: axes
    were joined, or blobs of different steps. They see the images `also` likewise; `note` says why what they see is not
    told closer.
    """

    root: BlobId
    axes: tuple[Reach, ...]
    aligned: bool = True
    also: tuple[BlobId, ...] = ()
    note: str = ""

    @property
    def is_image(self) -> bool:
        """Whether it is more than one value of its root."""
        return any(axis.size > 1 or axis.units > 1 for axis in self.axes)

    def whole(self, pixels: Sequence[int]) -> bool:
        """Whether every value sees all of a root of this height and width."""
        alone = all(axis.units == 1 for axis in self.axes) or not self.aligned
        return alone and all(axis.covers(n) for axis, n in zip(self.axes, pixels, strict=True))


@dataclass(frozen=True, slots=True)
class Step:
    """A layer on the way: what it is, its bottoms' fields and shapes, its top's shape."""

    layer: Layer
    fields: tuple[Field, ...]
    bottom: list[Shape]
    top: Shape


@lru_cache(2)
def fields(graph: Graph) -> Mapping[BlobId, Field]:
    """The field of every blob of which it can be told; found once for all layers of a net."""
    known: dict[BlobId, Field] = {}
    for node in graph.nodes:
        rule = _at_everything if node.layer.loss else of_class(RULES, node.layer)
        for top in node.tops:
            shape = graph.shapes.get(top)
            if shape is None:
                continue
            if not node.bottoms:
                known[top] = _root(top, () if isinstance(node.layer, Parameter) else shape)
            elif rule and known.keys() >= set(node.bottoms):
                seen = tuple(known[blob] for blob in node.bottoms)
                field = rule(Step(node.layer, seen, graph.bottom_shapes(node), shape))
                known.update({top: field} if field else {})
    return known


def why_unknown(graph: Graph, blob: BlobId) -> str:
    """Why what a blob sees is not told: the first layer on the way that nothing here knows."""
    seen = fields(graph)
    while True:
        node = next(node for node in graph.nodes if blob in node.tops)
        dark = [bottom for bottom in node.bottoms if bottom not in seen]
        if not dark:
            return f'nothing here tells what "{node.name}" ({node.type}) looks at'
        blob = dark[0]


def _root(blob: BlobId, shape: Shape) -> Field:
    return Field(blob, tuple(Reach(1, Fraction(1), Fraction(0), units) for units in shape[2:]))


def windowed(reach: Reach, axis: Axis) -> Reach:
    """The way through a window: the field grows by its extent less 1 steps, steps grow by its stride."""
    middle = Fraction(axis.extent - 1, 2) - axis.pad
    size = reach.size + ceil((axis.extent - 1) * reach.jump)
    return Reach(size, reach.jump * axis.stride, reach.centre + middle * reach.jump, axis.out)


def _through(field: Field, axes: Sequence[Axis]) -> Field | None:
    if len(axes) != len(field.axes):
        return None
    return replace(field, axes=tuple(map(windowed, field.axes, axes)))


def _convolution(step: Step) -> Field | None:
    layer, shape = step.layer, step.bottom[0]
    assert isinstance(layer, Convolution)
    return _through(step.fields[0], layer.window(shape).axes)


def _im2col(step: Step) -> Field | None:
    layer, shape = step.layer, step.bottom[0]
    assert isinstance(layer, Im2col)
    return _through(step.fields[0], layer.window(shape).axes)


def _pooling(step: Step) -> Field | None:
    layer, shape = step.layer, step.bottom[0]
    assert isinstance(layer, Pooling)
    return _through(step.fields[0], layer.window(shape).axes)


def _lrn(step: Step) -> Field | None:
    layer, n = step.layer, getattr(step.layer, "local_size", 1)
    assert isinstance(layer, LRN)
    if layer.across:
        return step.fields[0]
    return _through(step.fields[0], [Axis(size, n, 1, n // 2, 1, size) for size in step.top[2:]])


def _deconvolution(step: Step) -> Field | None:
    """The way back through a window: a value is made of those whose kernels reach it."""
    layer, shape, field = step.layer, step.bottom[0], step.fields[0]
    assert isinstance(layer, Deconvolution)
    axes = layer.window(shape).axes
    if len(axes) != len(field.axes):
        return None
    return replace(field, axes=tuple(map(stamped, field.axes, axes)))


def stamped(reach: Reach, axis: Axis) -> Reach:
    stamps = -(-axis.extent // axis.stride)
    middle = (axis.pad - Fraction(axis.extent - 1, 2)) / axis.stride
    size = reach.size + ceil((stamps - 1) * reach.jump)
    return Reach(size, reach.jump / axis.stride, reach.centre + middle * reach.jump, axis.out)


def _upsample(step: Step) -> Field | None:
    layer, field = step.layer, step.fields[0]
    assert isinstance(layer, UpsampleByScale)
    blocks = [Axis(a.units, layer.scale, layer.scale, 0, 1, a.units * layer.scale) for a in field.axes]
    return replace(field, axes=tuple(map(stamped, field.axes, blocks)))


def _unpool(step: Step) -> Field | None:
    """Values go back to where the mask says: within the block that the pooling had taken them from."""
    field = step.fields[0]
    if len(field.axes) != 2:
        return None
    scales = [-(-new // old) for new, old in zip(step.top[2:], step.bottom[0][2:], strict=True)]
    blocks = (
        Axis(a.units, s, s, 0, 1, out) for a, s, out in zip(field.axes, scales, step.top[2:], strict=True)
    )
    return replace(field, axes=tuple(map(stamped, field.axes, blocks)))


def _interp(step: Step) -> Field | None:
    """Corners lie on corners, and a value is made of its two neighbours."""
    layer, field = step.layer, step.fields[0]
    assert isinstance(layer, Interp)
    before, behind = layer.cut_off
    resized = []
    for reach, units in zip(field.axes, step.top[2:], strict=False):
        kept = reach.units - before - behind
        jump = reach.jump * Fraction(kept - 1, units - 1) if units > 1 and kept > 1 else reach.jump
        size = reach.size + (ceil(reach.jump) if kept > 1 and units != kept else 0)
        resized.append(Reach(size, jump, reach.centre + before * reach.jump, units))
    return replace(field, axes=tuple(resized))


def _crop(step: Step) -> Field | None:
    layer, (shape, piece), field = step.layer, step.bottom, step.fields[0]
    assert isinstance(layer, Crop)
    offsets = layer.offsets(shape, piece)
    cut = (0,) * (len(shape) - len(offsets)) + tuple(offsets)
    moved = (
        replace(reach, centre=reach.centre + offset * reach.jump, units=units)
        for reach, offset, units in zip(field.axes, cut[2:], step.top[2:], strict=False)
    )
    return replace(field, axes=tuple(moved))


def _at_its_place(step: Step) -> Field | None:
    """Every value is made of those at its own place: the field is what they see together."""
    placed = [field for field in step.fields if field.axes] or list(step.fields)
    first, *others = placed
    for other in others:
        first = _both(first, other)
    return first


def _both(a: Field, b: Field) -> Field:
    larger = max(a, b, key=lambda field: prod(axis.size for axis in field.axes))
    roots = [root for field in (a, b) if field.is_image for root in (field.root, *field.also)]
    also = tuple(root for root in dict.fromkeys(roots) if root != larger.root)
    note = a.note or b.note
    steps = len(a.axes) == len(b.axes) and [
        (x.jump, x.units) == (y.jump, y.units) for x, y in zip(a.axes, b.axes, strict=True)
    ]
    if not steps or (a.root != b.root and not all(steps)):
        return replace(larger, aligned=False, also=also, note=note)
    axes = tuple(map(_union, a.axes, b.axes))
    return Field(larger.root, axes, a.aligned and b.aligned and all(steps), also, note)


def _union(a: Reach, b: Reach) -> Reach:
    """What two values at the same place see; of different steps the larger one, and the steps of more units."""
    if (a.jump, a.units) != (b.jump, b.units):
        larger, finer = max(a, b, key=lambda r: r.size), max(a, b, key=lambda r: r.units)
        return replace(finer, size=larger.size, centre=larger.centre)
    first, last = min(a.first, b.first), max(a.last, b.last)
    return replace(a, size=ceil(last - first) + 1, centre=(first + last) / 2)


def _at_everything(step: Step) -> Field | None:
    """Every value is made of all values of an image."""
    field = _at_its_place(step)
    if field is None:
        return None
    axes = (
        Reach(
            r.size + ceil((r.units - 1) * r.jump), r.jump * r.units, r.centre + (r.units - 1) * r.jump / 2, 1
        )
        for r in field.axes
    )
    return replace(field, axes=tuple(axes), aligned=True)


def _at_everything_alike(step: Step) -> Field | None:
    """The same, where the top has a value for each of those it is made of."""
    field = _at_everything(step)
    return replace(field, aligned=False) if field else None


def _moved(step: Step) -> Field | None:
    """Values lie elsewhere; each sees what it saw."""
    field = _at_its_place(step)
    if field is None or step.top[2:] == step.bottom[0][2:]:
        return field
    return replace(field, aligned=False)


def _permute(step: Step) -> Field | None:
    field = _at_its_place(step)
    return replace(field, aligned=False) if field else None


def _along_axis(step: Step) -> Field | None:
    """Layers that join, cut or compare along one axis: of the channels all is at its place."""
    axis = getattr(step.layer, "axis", 1)
    field = _at_its_place(step)
    if field is None or (axis is not None and axis % len(step.bottom[0]) == 1):
        return field
    return replace(field, aligned=False)


def _softmax(step: Step) -> Field | None:
    layer = step.layer
    assert isinstance(layer, Softmax)
    return _at_its_place(step) if layer.axis % len(step.bottom[0]) == 1 else _at_everything_alike(step)


def _argmax(step: Step) -> Field | None:
    layer = step.layer
    assert isinstance(layer, ArgMax)
    return _at_its_place(step) if layer.axis == 1 else _at_everything(step)


def _crop_center(step: Step) -> Field | None:
    layer, field = step.layer, step.fields[0]
    assert isinstance(layer, CropCenter)
    cut = layer.crop_size[2:]
    moved = (
        replace(reach, centre=reach.centre + offset * reach.jump, units=units)
        for reach, offset, units in zip(field.axes, cut, step.top[2:], strict=False)
    )
    return replace(field, axes=tuple(moved))


def _resample(step: Step) -> Field | None:
    """As many pixels as the widest value is made of, around the place that it looks at."""
    layer, field, shape, out = step.layer, step.fields[0], step.bottom[0], step.top[2:]
    assert isinstance(layer, Resample)
    factors = [Fraction(old, new) for old, new in zip(shape[2:], out, strict=True)]
    firsts = [
        factor / 2 - Fraction(1, 2) for factor in reversed(factors)
    ]  # of the other axis, as the layer has it
    taps = [None, None] if layer.method == "NEAREST" else layer.taps(shape, out)
    resized = []
    for reach, factor, first, tap, units in zip(field.axes, factors, firsts, taps, out, strict=True):
        spread = (
            1
            if tap is None
            else max(int(np.ptp(p[w != 0])) + 1 for p, w in zip(*tap, strict=True) if w.any())
        )
        size = reach.size + ceil((spread - 1) * reach.jump)
        resized.append(Reach(size, reach.jump * factor, reach.centre + first * reach.jump, units))
    return replace(field, axes=tuple(resized))


def _correlation(step: Step) -> Field | None:
    """A patch of the first map, and of the second all patches that it is compared with."""
    layer, (first, second) = step.layer, step.fields
    assert isinstance(layer, Correlation)
    most = layer.radius * layer.stride_2
    seen = []
    for field, around in ((first, 0), (second, most)):
        extent, pad = layer.kernel_size + 2 * around, layer.pad - layer.max_displacement + around
        axes = [
            Axis(a.units, extent, layer.stride_1, pad, 1, out)
            for a, out in zip(field.axes, step.top[2:], strict=True)
        ]
        seen.append(_through(field, axes))
    a, b = seen
    return _both(a, b) if a and b else None


def _first_at_its_place(step: Step) -> Field | None:
    return step.fields[0]


def _nothing(step: Step) -> Field | None:
    return Field(step.fields[0].root, (), note="it is made of the sizes of its bottoms alone")


def _anywhere(why: str) -> Callable[[Step], Field | None]:
    """Any value may count, for this reason."""

    def rule(step: Step) -> Field | None:
        field = _at_everything_alike(step)
        return replace(field, note=field.note or why) if field else None

    return rule


def _normalize(step: Step) -> Field | None:
    layer = step.layer
    assert isinstance(layer, Normalize)
    return _at_everything_alike(step) if layer.across_spatial else _at_its_place(step)


RULES: dict[type[Layer], Callable[[Step], Field | None]] = {
    Convolution: _convolution,
    Im2col: _im2col,
    Pooling: _pooling,
    Deconvolution: _deconvolution,
    LRN: _lrn,
    Interp: _interp,
    UpsampleByScale: _upsample,
    SegNetUpsample: _unpool,
    Crop: _crop,
    Softmax: _softmax,
    ArgMax: _argmax,
    Normalize: _normalize,
    Permute: _permute,
    CropCenter: _crop_center,
    Resample: _resample,
    Correlation: _correlation,
    BatchReindex: _first_at_its_place,
    PriorBox: _nothing,
    **dict.fromkeys((Concat, Slice, Tile), _along_axis),
    **dict.fromkeys((Flatten, Reshape, Reorg, Embed), _moved),
    **dict.fromkeys((InnerProduct, Reduction, SPP, Accuracy, SegAccuracy, UniqueLabel), _at_everything),
    **dict.fromkeys((LSTM, RNN, LSTMUnit), _anywhere("of this step, and by the state of those before")),
    **dict.fromkeys(
        (ROIPooling, PSROIPooling), _anywhere("where its region lies decides which of them count")
    ),
    **dict.fromkeys(
        (Proposal, ProposalMiniCaffe, DetectionOutput, YoloDetectionOutput, Yolov3DetectionOutput),
        _anywhere("boxes are sorted and dropped by what all others are"),
    ),
    **dict.fromkeys(
        (AnchorTarget, ProposalTarget, BoxAnnotatorOHEM, DetectionEvaluate),
        _anywhere("boxes are chosen by what all others are"),
    ),
    FlowWarp: _anywhere("where the flow points decides which of them count"),
    AdaptiveBiasChannel: _anywhere("classes are raised by all scores of an image"),
    **dict.fromkeys((MVN,), _at_everything_alike),
    **dict.fromkeys(
        (
            ElementwiseLayer,
            PerChannel,
            PReLU,
            Dropout,
            Split,
            Filter,
            Eltwise,
            Axpy,
            ShuffleChannel,
            SpatialProduct,
            BiasChannel,
            Region,
        ),
        _at_its_place,
    ),
}
"""By layer class; a class without a row of its own has its base's. What others look at is not told."""
