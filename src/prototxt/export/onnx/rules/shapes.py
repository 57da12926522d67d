"""Layers that move, join, cut or resize values in ONNX."""

from __future__ import annotations

from prototxt.blobs import count
from prototxt.export.onnx.draft import INT64, LayerDraft
from prototxt.export.onnx.rule import Values, onnx_rule
from prototxt.layers.common.axes import canonical_axis
from prototxt.layers.concat import Concat
from prototxt.layers.crop import Crop
from prototxt.layers.crop_center import CropCenter
from prototxt.layers.dummy_data import DummyData
from prototxt.layers.flatten import Flatten
from prototxt.layers.interp import Interp
from prototxt.layers.parameter import Parameter
from prototxt.layers.permute import Permute
from prototxt.layers.reorg import Reorg
from prototxt.layers.reshape import Reshape
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.layers.silence import Silence
from prototxt.layers.slice import Slice
from prototxt.layers.split import Split
from prototxt.layers.tile import Tile
from prototxt.layers.upsample_segnet import SegNetUpsample
from prototxt.layers.upsample_yolo import UpsampleByScale


@onnx_rule.register
def onnx_concat(layer: Concat, draft: LayerDraft) -> Values:
    """Concat."""
    return draft.op("Concat", *draft.bottoms, axis=canonical_axis(layer.axis, draft.bottom[0]))


@onnx_rule.register
def onnx_slice(layer: Slice, draft: LayerDraft) -> Values:
    """Split."""
    axis = canonical_axis(layer.axis, draft.bottom[0])
    if draft.dims[axis] is None:
        raise draft.refuse("it cuts the batch", field="axis", hint="give a fixed batch")
    sizes = draft.whole([shape[axis] for shape in draft.top], "sizes")
    return draft.ops("Split", draft.x, sizes, outputs=len(draft.top), axis=axis)


@onnx_rule.register
def onnx_split(layer: Split, draft: LayerDraft) -> Values:
    """Nothing: a value may have several readers."""
    return [draft.x] * len(draft.top)


@onnx_rule.register
def onnx_silence(layer: Silence, draft: LayerDraft) -> Values:
    """Nothing."""
    return []


@onnx_rule.register
def onnx_parameter(layer: Parameter, draft: LayerDraft) -> Values:
    """A constant."""
    return draft.constant(draft.params[0], "values")


@onnx_rule.register
def onnx_dummy_data(layer: DummyData, draft: LayerDraft) -> Values:
    """Constants."""
    if any(filler is not None and filler.type != "constant" for filler in layer.fillers):
        raise draft.refuse("its values are drawn at random", field="data_filler")
    return [draft.constant(values, f"values_{i}") for i, values in enumerate(layer.forward((), ()))]


@onnx_rule.register
def onnx_flatten(layer: Flatten, draft: LayerDraft) -> Values:
    """Flatten from axis 1 on, else Reshape."""
    shape = draft.bottom[0]
    if (layer.axis % len(shape), layer.end_axis % len(shape)) == (1, len(shape) - 1):
        return draft.op("Flatten", draft.x, axis=1)
    return draft.as_top(draft.x)


@onnx_rule.register
def onnx_reshape(layer: Reshape, draft: LayerDraft) -> Values:
    """Reshape."""
    return draft.as_top(draft.x)


@onnx_rule.register
def onnx_permute(layer: Permute, draft: LayerDraft) -> Values:
    """Transpose."""
    return draft.op("Transpose", draft.x, perm=list(layer.axes(draft.bottom[0])))


@onnx_rule.register
def onnx_tile(layer: Tile, draft: LayerDraft) -> Values:
    """Tile."""
    axis, axes = canonical_axis(layer.axis, draft.bottom[0]), len(draft.bottom[0])
    repeats = [layer.tiles if i == axis else 1 for i in range(axes)]
    return draft.op("Tile", draft.x, draft.whole(repeats, "repeats"))


@onnx_rule.register
def onnx_crop(layer: Crop, draft: LayerDraft) -> Values:
    """Slice at places that are known."""
    offsets = layer.offsets(*draft.bottom)
    axes = range(len(draft.bottom[0]) - len(offsets), len(draft.bottom[0]))
    return _cut(
        draft, draft.x, [(axis, o, o + draft.top[0][axis]) for axis, o in zip(axes, offsets, strict=True)]
    )


@onnx_rule.register
def onnx_crop_center(layer: CropCenter, draft: LayerDraft) -> Values:
    """Slice at places that are known."""
    pieces = [
        (axis, cut, n - cut)
        for axis, (n, cut) in enumerate(zip(draft.bottom[0], layer.crop_size, strict=True))
        if cut
    ]
    if pieces and pieces[0][0] == 0 and draft.dims[0] is None:
        raise draft.refuse("it cuts the batch", hint="give a fixed batch")
    return _cut(draft, draft.x, pieces) if pieces else draft.x


def _cut(draft: LayerDraft, x: str, pieces: list[tuple[int, int, int]]) -> str:
    """The values from a start to an end along some axes."""
    axes, starts, ends = zip(*pieces, strict=True)
    names = [draft.whole(v, w) for v, w in ((starts, "starts"), (ends, "ends"), (axes, "axes"))]
    return draft.op("Slice", x, *names)


@onnx_rule.register
def onnx_interp(layer: Interp, draft: LayerDraft) -> Values:
    """Resize with aligned corners, after Slice where rows and columns are cut off."""
    x, (before, after), missing = draft.x, layer.cut_off, 4 - len(draft.bottom[0])
    if missing:
        x = draft.op("Unsqueeze", x, draft.whole(range(4 - missing, 4), "axes"))
    height, width = (*draft.bottom[0], *(1,) * missing)[2:]
    if before or after:
        x = _cut(draft, x, [(2, before, height - after), (3, before, width - after)])
    return _resize(draft, x, "align_corners", mode="linear")


@onnx_rule.register
def onnx_upsample_by_scale(layer: UpsampleByScale, draft: LayerDraft) -> Values:
    """Resize to the nearest value."""
    return _resize(draft, draft.x, "asymmetric", mode="nearest", nearest_mode="floor")


def _resize(draft: LayerDraft, x: str, corners: str, **attributes: str) -> str:
    """Resize to sizes that are known but for the batch, which comes from the value itself."""
    size = draft.whole(draft.top[0][2:], "size")
    sizes = draft.op("Concat", draft.lengths(x, 2), size, axis=0)
    return draft.op("Resize", x, "", "", sizes, coordinate_transformation_mode=corners, **attributes)


@onnx_rule.register
def onnx_upsample_by_mask(layer: SegNetUpsample, draft: LayerDraft) -> Values:
    """ScatterElements on zeros: MaxUnpool refuses the sizes of Caffe's pooling."""
    (_, channels, *spatial), size = draft.bottom[0], draft.top[0][2:]
    lines = draft.whole([-1, channels, count(spatial)], "lines")
    values, mask = (draft.op("Reshape", x, lines) for x in draft.bottoms)
    shape = draft.op("Concat", draft.lengths(values, 2), draft.whole([count(size)], "places"), axis=0)
    zeros = draft.op("Expand", draft.constant(0, "zero"), shape)
    y = draft.op("ScatterElements", zeros, draft.op("Cast", mask, to=INT64), values, axis=2)
    return draft.op("Reshape", y, draft.whole([-1, channels, *size], "shape"))


@onnx_rule.register
def onnx_reorg(layer: Reorg, draft: LayerDraft) -> Values:
    """Reshape, Transpose, Reshape: SpaceToDepth has another order of channels."""
    (_, channels, height, width), s = draft.bottom[0], layer.stride
    c = channels // s**2
    if layer.reverse:
        dims, order = [-1, s, s, c, height, width], [0, 3, 4, 1, 5, 2]
    else:
        dims, order = [-1, c, height, s, width, s], [0, 3, 5, 1, 2, 4]
    return _regrouped(draft, dims, order)


@onnx_rule.register
def onnx_shuffle_channel(layer: ShuffleChannel, draft: LayerDraft) -> Values:
    """Reshape, Transpose, Reshape."""
    _, channels, *spatial = draft.bottom[0]
    dims = [-1, layer.group, channels // layer.group, *spatial]
    return _regrouped(draft, dims, [0, 2, 1, *range(3, 3 + len(spatial))])


def _regrouped(draft: LayerDraft, dims: list[int], order: list[int]) -> str:
    """The values of an image in more axes, these in another order, and that in the shape of the top."""
    apart = draft.op("Reshape", draft.x, draft.whole(dims, "groups"))
    turned = draft.op("Transpose", apart, perm=order)
    return draft.op("Reshape", turned, draft.whole([-1, *draft.top[0][1:]], "shape"))
