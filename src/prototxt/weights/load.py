"""From a weights file's layers to a net's parameters: matched by layer name, every shape compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from prototxt.errors import WeightsError
from prototxt.layers.base import Array, Shape, show
from prototxt.weights.caffemodel import StoredBlob, StoredLayer


@dataclass(frozen=True, slots=True)
class Matched:
    """What a weights file gives a net.

    `arrays` maps (layer name, blob index) to a float32 array of the shape the net wants. `unused`
    names the stored layers with blobs that the net does not have, `missing` the net's layers that have
    parameters but got none; both in their own file's order.
    """

    arrays: dict[tuple[str, int], Array] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def match(
    stored: Sequence[StoredLayer], wanted: Mapping[str, Sequence[Shape]], source: str, net: str
) -> Matched:
    """The stored arrays for the parameters `wanted` (layer name -> shapes), as Caffe copies trained layers.

    Stored layers without blobs count as not there; of two with one name the later wins. Shapes must be equal;
    those in the legacy form (num, channels, height, width) may have leading ones that the net's shape lacks.
    `source` and `net` name the two files in errors.

    Raises WeightsError where blob counts or shapes differ, and where not one layer name is in both.

    Source: caffe/src/caffe/net.cpp (CopyTrainedLayersFrom), caffe/src/caffe/blob.cpp (ShapeEquals).
    """
    given = {layer.name: layer for layer in stored if layer.blobs}
    needy = [name for name, shapes in wanted.items() if shapes]
    if needy and not any(name in given for name in needy):
        raise _nothing_matches(list(given), needy, source, net)
    arrays: dict[tuple[str, int], Array] = {}
    for layer in stored:
        if layer.blobs and layer.name in wanted:
            _check(layer, wanted[layer.name], source, net)
    for name in needy:
        if name in given:
            for i, (blob, shape) in enumerate(zip(given[name].blobs, wanted[name], strict=True)):
                arrays[name, i] = blob.array().reshape(shape)
    return Matched(
        arrays,
        unused=tuple(name for name in given if name not in wanted),
        missing=tuple(name for name in needy if name not in given),
    )


def same_shape(blob: StoredBlob, shape: Shape) -> bool:
    """Whether a stored blob fits a wanted shape; legacy dimensions do when only leading ones differ."""
    if not blob.legacy or len(shape) > 4:
        return blob.shape == shape
    return blob.shape == (1,) * (4 - len(shape)) + tuple(shape)


def _check(layer: StoredLayer, shapes: Sequence[Shape], source: str, net: str) -> None:
    if len(layer.blobs) != len(shapes):
        has, needs = _listed([b.shape for b in layer.blobs]), _listed(shapes)
        raise WeightsError(f"{source} has {has}, {net} needs {needs}", layer=layer.name)
    for i, (blob, shape) in enumerate(zip(layer.blobs, shapes, strict=True)):
        if not same_shape(blob, tuple(shape)):
            raise WeightsError(
                f"{source} has {show(blob.shape)}, {net} needs {show(shape)} (blob {i})",
                layer=layer.name,
                hint="rename the layer in the net to start it from its filler, as for fine-tuning",
            )


def _listed(shapes: Sequence[Shape]) -> str:
    count = f"{len(shapes)} blob" + ("" if len(shapes) == 1 else "s")
    return count + (f" ({', '.join(map(show, shapes))})" if shapes else "")


def _nothing_matches(given: list[str], needy: list[str], source: str, net: str) -> WeightsError:
    if not given:
        return WeightsError(f"{source} holds no weights: none of its layers has blobs")
    return WeightsError(
        f"the weights of another net: {source} has {_some(given)}; {net} needs {_some(needy)}",
        hint="weights are matched by layer name, and no name is in both",
    )


def _some(names: list[str], most: int = 4) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
