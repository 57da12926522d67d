"""How much of the input a value can see: size, jump and place of its receptive field, in pixels of the input."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, prod

from prototxt.explain.axes import Axis, Names, alike, window_axes
from prototxt.explain.look import Look, of_class
from prototxt.explain.section import Line, Section
from prototxt.explain.words import product
from prototxt.graph.wiring import BlobId, Graph
from prototxt.layers._per_channel import PerChannel
from prototxt.layers._window import Window
from prototxt.layers.accuracy import Accuracy
from prototxt.layers.argmax import ArgMax
from prototxt.layers.axpy import Axpy
from prototxt.layers.base import Layer, Shape
from prototxt.layers.concat import Concat
from prototxt.layers.convolution import Convolution
from prototxt.layers.crop import Crop
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.dropout import Dropout
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.filter import Filter
from prototxt.layers.flatten import Flatten
from prototxt.layers.im2col import Im2col
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.interp import Interp
from prototxt.layers.lrn import LRN
from prototxt.layers.mvn import MVN
from prototxt.layers.neuron import Neuron
from prototxt.layers.normalize import Normalize
from prototxt.layers.permute import Permute
from prototxt.layers.pooling import Pooling
from prototxt.layers.prelu import PReLU
from prototxt.layers.reduction import Reduction
from prototxt.layers.reshape import Reshape
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.layers.slice import Slice
from prototxt.layers.softmax import Softmax
from prototxt.layers.spatial_product import SpatialProduct
from prototxt.layers.split import Split
from prototxt.layers.spp import SPP
from prototxt.layers.upsample_segnet import SegNetUpsample
from prototxt.layers.upsample_yolo import UpsampleByScale


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
    were joined, or blobs of different steps.
    """

    root: BlobId
    axes: tuple[Reach, ...]
    aligned: bool = True

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
                known[top] = _root(top, shape)
            elif rule and known.keys() >= set(node.bottoms):
                seen = tuple(known[blob] for blob in node.bottoms)
                field = rule(Step(node.layer, seen, graph.bottom_shapes(node), shape))
                known.update({top: field} if field else {})
    return known


def _root(blob: BlobId, shape: Shape) -> Field:
    return Field(blob, tuple(Reach(1, Fraction(1), Fraction(0), units) for units in shape[2:]))


def _windowed(reach: Reach, axis: Axis) -> Reach:
    """The way through a window: the field grows by its extent less 1 steps, steps grow by its stride."""
    middle = Fraction(axis.extent - 1, 2) - axis.pad
    size = reach.size + ceil((axis.extent - 1) * reach.jump)
    return Reach(size, reach.jump * axis.stride, reach.centre + middle * reach.jump, axis.out)


def _through(field: Field, axes: Sequence[Axis]) -> Field | None:
    if len(axes) != len(field.axes):
        return None
    return replace(field, axes=tuple(map(_windowed, field.axes, axes)))


def _convolution(step: Step) -> Field | None:
    layer, shape = step.layer, step.bottom[0]
    assert isinstance(layer, Convolution)
    return _through(step.fields[0], _last_axes(layer.window(shape), shape, step.top))


def _im2col(step: Step) -> Field | None:
    layer, shape = step.layer, step.bottom[0]
    assert isinstance(layer, Im2col)
    return _through(step.fields[0], _last_axes(layer.window(shape), shape, step.top))


def _pooling(step: Step) -> Field | None:
    layer, shape = step.layer, step.bottom[0]
    assert isinstance(layer, Pooling)
    return _through(step.fields[0], _last_axes(layer.window(shape), shape, step.top))


def _last_axes(window: Window, shape: Shape, top: Shape) -> list[Axis]:
    number = len(window.kernel)
    return window_axes(window, shape[len(shape) - number :], top[len(top) - number :])


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
    axes = _last_axes(layer.window(shape), shape, step.top)
    if len(axes) != len(field.axes):
        return None
    return replace(field, axes=tuple(map(_stamped, field.axes, axes)))


def _stamped(reach: Reach, axis: Axis) -> Reach:
    stamps = -(-axis.extent // axis.stride)
    middle = (axis.pad - Fraction(axis.extent - 1, 2)) / axis.stride
    size = reach.size + ceil((stamps - 1) * reach.jump)
    return Reach(size, reach.jump / axis.stride, reach.centre + middle * reach.jump, axis.out)


def _upsample(step: Step) -> Field | None:
    layer, field = step.layer, step.fields[0]
    assert isinstance(layer, UpsampleByScale)
    blocks = [Axis(a.units, layer.scale, layer.scale, 0, 1, a.units * layer.scale) for a in field.axes]
    return replace(field, axes=tuple(map(_stamped, field.axes, blocks)))


def _unpool(step: Step) -> Field | None:
    """Values go back to where the mask says: within the block that the pooling had taken them from."""
    field = step.fields[0]
    if len(field.axes) != 2:
        return None
    scales = [-(-new // old) for new, old in zip(step.top[2:], step.bottom[0][2:], strict=True)]
    blocks = (
        Axis(a.units, s, s, 0, 1, out) for a, s, out in zip(field.axes, scales, step.top[2:], strict=True)
    )
    return replace(field, axes=tuple(map(_stamped, field.axes, blocks)))


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
    if len(a.axes) != len(b.axes) or a.root != b.root:
        larger = max(a, b, key=lambda field: prod(axis.size for axis in field.axes))
        return replace(larger, aligned=False)
    steps = [(x.jump, x.units) == (y.jump, y.units) for x, y in zip(a.axes, b.axes, strict=True)]
    axes = tuple(map(_union, a.axes, b.axes))
    return Field(a.root, axes, a.aligned and b.aligned and all(steps))


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
    **dict.fromkeys((Concat, Slice), _along_axis),
    **dict.fromkeys((Flatten, Reshape), _moved),
    **dict.fromkeys((InnerProduct, Reduction, SPP, Accuracy), _at_everything),
    **dict.fromkeys((MVN,), _at_everything_alike),
    **dict.fromkeys(
        (Neuron, PerChannel, PReLU, Dropout, Split, Filter, Eltwise, Axpy, ShuffleChannel, SpatialProduct),
        _at_its_place,
    ),
}
"""By layer class; a class without a row of its own has its base's. What others look at is not told."""


def field(look: Look) -> Section | None:
    """Nothing for layers without tops that see an image."""
    seen = fields(look.graph)
    told = seen.get(look.node.tops[0]) if look.node.tops and look.node.bottoms else None
    if told is None or not told.axes:
        return None
    pixels = look.graph.shapes[told.root][2:]
    return Section("field", "What it sees of the input", tuple(_lines(look, seen, told, pixels)))


def _lines(look: Look, seen: Mapping[BlobId, Field], told: Field, pixels: Sequence[int]) -> list[Line]:
    image = f"{told.root.name}'s {product(pixels)} pixels"
    sizes = [axis.size for axis in told.axes]
    values = {
        "root": told.root.name, "size": sizes, "jump": [float(axis.jump) for axis in told.axes],
        "centre": [float(axis.centre) for axis in told.axes], "image": list(pixels),
    }  # fmt: skip
    if told.whole(pixels):
        note = f"its field of {product(sizes)} is larger" if max(sizes) > max(pixels) else ""
        return [Line("field", f"everything: all of {image}", note, values)]
    if not told.aligned:
        return [
            Line(
                "field", f"up to {product(sizes)} of {image}", "places are no rows and columns of it", values
            )
        ]
    lines = [Line("field", f"{product(sizes)} of {image}", values=values)]
    steps = [replace(reach, units=min(reach.units, 2)) for reach in told.axes]
    lines += [_axis_line(names, reach) for names, reach in alike(steps)]
    return [*lines, *_growth(look, seen), *_edges(told, pixels)]


def _axis_line(names: Names, reach: Reach) -> Line:
    """Steps and places along an axis."""
    start, end = (_pixel(place) for place in (reach.first, reach.last))
    steps = (
        f"the next value sees the same, {_pixel(reach.jump)} {'pixel' if reach.jump == 1 else 'pixels'} on"
    )
    place = f"value 0 is centred at pixel {_pixel(reach.centre)} and sees {start} to {end}"
    return Line(names.axis, steps if reach.units > 1 else "one value", place)


def _pixel(place: Fraction) -> str:
    return f"{float(place):.5g}"


def _growth(look: Look, seen: Mapping[BlobId, Field]) -> list[Line]:
    """How the field follows from that of the bottom, of layers with a window."""
    before, layer = seen[look.node.bottoms[0]], look.layer
    if not isinstance(layer, Convolution | Pooling | Deconvolution):
        return []
    shape = look.bottom[0]
    pairs = list(zip(before.axes, _last_axes(layer.window(shape), shape, look.top[0]), strict=True))
    if isinstance(layer, Deconvolution):
        grown = [_stamp_growth(reach, axis) for reach, axis in pairs]
        note = "the field before + (the values that meet at a place - 1) * the steps before"
    else:
        grown = [_window_growth(reach, axis) for reach, axis in pairs]
        note = "the field before + (what the kernel spans - 1) * the steps before"
    return [Line("follows", "\n".join(dict.fromkeys(grown)), note)]


def _window_growth(reach: Reach, axis: Axis) -> str:
    after, step = _windowed(reach, axis), _pixel(reach.jump)
    return (
        f"{reach.size} + ({axis.extent} - 1) * {step} = {after.size}, "
        f"steps of {step} * {axis.stride} = {_pixel(after.jump)}"
    )


def _stamp_growth(reach: Reach, axis: Axis) -> str:
    after, step, stamps = _stamped(reach, axis), _pixel(reach.jump), -(-axis.extent // axis.stride)
    return (
        f"{reach.size} + ({stamps} - 1) * {step} = {after.size}, "
        f"steps of {step} / {axis.stride} = {_pixel(after.jump)}"
    )


def _edges(told: Field, pixels: Sequence[int]) -> list[Line]:
    """What of the outermost field is padding, and how many values see none."""
    pairs = list(zip(told.axes, pixels, strict=True))
    outside = 1 - float(prod(reach.inside(n) for reach, n in pairs))
    free = [reach.unpadded(n) for reach, n in pairs]
    units = [reach.units for reach, _ in pairs]
    if free == units:
        return [Line("edges", "every value sees pixels of the image alone", values={"outside": 0.0})]
    seen = f"{product(free)} of the {product(units)} values" if prod(free) else "no value"
    text = (
        f"{100 * outside:.0f}% of what the corner value sees lies outside the image; {seen} see pixels alone"
    )
    return [
        Line(
            "edges",
            text.replace("no value see", "no value sees"),
            values={"outside": outside, "unpadded": free},
        )
    ]
