"""From a weights file's layers to a net's parameters: matched by layer name, every shape compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from prototxt.blobs import Shape, format_shape
from prototxt.errors import WeightsError, a_few, printable
from prototxt.formats.stored import StoredBlob, StoredLayer

__all__ = ["Matched", "match", "same_numbers", "same_shape"]


@dataclass(frozen=True, slots=True)
class Matched:
    """The blobs that a weights file gives a net: `blobs` by (layer name, blob index), each of the net's shape.

    `unused` names the stored layers with blobs that the net does not have, in the file's order.
    """

    blobs: dict[tuple[str, int], StoredBlob] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


def match(
    stored: Sequence[StoredLayer],
    needed: Mapping[str, Sequence[Shape]],
    source: str,
    net: str,
    borrowed: Collection[tuple[str, int]] = (),
    *,
    groups: Mapping[str, int] | None = None,
    reshape: bool = False,
) -> Matched:
    """The stored blobs for the parameters `needed` (layer name -> shapes), as Caffe copies trained layers.

    Stored layers without blobs count as not there; of two with one name the later wins. Shapes must be equal;
    those in the legacy form (num, channels, height, width) may have leading ones that the net's shape lacks.
    `borrowed` are the parameters (layer name, blob index) that another layer owns: a file may leave those out.
    `source` and `net` name the two files in errors. `groups` are the groups of the net's convolutions by layer name,
    for these errors. With `reshape`, shapes may also differ as `same_numbers` says; the blobs keep theirs. No number
    is read.

    Raises WeightsError where blob counts or shapes differ, and where not one layer name is in both.

    Source: caffe/src/caffe/net.cpp (CopyTrainedLayersFrom, CopyTrainedLayersFromHDF5), caffe/src/caffe/blob.cpp
    (ShapeEquals).
    """
    given = {layer.name: layer for layer in stored if layer.blobs}
    with_params = [name for name, shapes in needed.items() if shapes]
    if with_params and not any(name in given for name in with_params):
        raise _nothing_matches(list(given), with_params, source, net)
    for layer in stored:
        if layer.blobs and layer.name in needed:
            group = (groups or {}).get(layer.name, 1)
            _check(layer, needed[layer.name], source, net, borrowed, group, reshape)
    blobs = {
        (name, i): blob for name in with_params if name in given for i, blob in given[name].blobs.items()
    }
    return Matched(blobs, unused=tuple(name for name in given if name not in needed))


def same_shape(blob: StoredBlob, shape: Shape) -> bool:
    """Whether a stored blob fits a needed shape; legacy dimensions do when only leading ones differ."""
    missing = len(blob.shape) - len(shape)
    if not blob.legacy or missing < 0:
        return blob.shape == shape
    return blob.shape == (1,) * missing + tuple(shape)


def same_numbers(stored: Shape, needed: Shape) -> bool:
    """Whether the numbers of one shape are those of the other, in one order, by what an axis means in both.

    That is so where the shapes differ only in axes of 1, and between the matrix of an InnerProduct (N x CHW) and the
    kernels of a convolution as large as its input (N x C x H x W), in both of which C varies slowest.
    """
    has, needs = (tuple(dim for dim in shape if dim != 1) for shape in (stored, needed))
    if has == needs:
        return True
    same_rows = bool(has) and bool(needs) and has[0] == needs[0]
    return same_rows and prod(has) == prod(needs) and min(len(has), len(needs)) == 2


def _check(
    layer: StoredLayer,
    shapes: Sequence[Shape],
    source: str,
    net: str,
    borrowed: Collection[tuple[str, int]],
    group: int,
    reshape: bool,
) -> None:
    left_out = set(range(len(shapes))) - layer.blobs.keys()
    if max(layer.blobs) >= len(shapes) or any((layer.name, i) not in borrowed for i in left_out):
        has, needs = _listed({i: b.shape for i, b in layer.blobs.items()}), _listed(dict(enumerate(shapes)))
        raise WeightsError(f"{source} has {has}, {net} needs {needs}", layer=layer.name)
    for i, blob in layer.blobs.items():
        needed = tuple(shapes[i])
        if not same_shape(blob, needed) and not (reshape and same_numbers(blob.shape, needed)):
            why, hint = _why_not(blob.shape, needed, group)
            raise WeightsError(
                f"{source} has {format_shape(blob.shape)}, {net} needs {format_shape(needed)} (blob {i}){why}",
                layer=layer.name,
                hint=hint,
            )


def _why_not(stored: Shape, needed: Shape, group: int) -> tuple[str, str]:
    """The end of the sentence that two shapes differ, and what to do about it; `group` is the net's."""
    if same_numbers(stored, needed):
        return "", (
            "the numbers are the same in another shape: --reshape-weights (in Python reshape_weights=True) takes them"
        )
    channels = needed[1] * group if len(needed) > 2 else 0
    others_agree = len(stored) == len(needed) > 2 and stored[:1] + stored[2:] == needed[:1] + needed[2:]
    if others_agree and stored[1] and channels % stored[1] == 0 and needed[0] % (channels // stored[1]) == 0:
        there = channels // stored[1]
        return (
            f": weights of group: {there}, and the net's layer has group: {group}",
            f"write group: {there} in the layer's convolution_param",
        )
    return "", "rename the layer in the net to start it from its filler, as for fine-tuning"


def _listed(shapes: Mapping[int, Shape]) -> str:
    """`2 blobs (2 x 3, 2)`; with their numbers where one is left out before another."""
    numbered = list(shapes) != list(range(len(shapes)))
    shown = [
        f"{i}: {format_shape(shape)}" if numbered else format_shape(shape) for i, shape in shapes.items()
    ]
    count = f"{len(shapes)} blob" + ("" if len(shapes) == 1 else "s")
    return count + (f" ({', '.join(shown)})" if shown else "")


def _nothing_matches(given: list[str], with_params: list[str], source: str, net: str) -> WeightsError:
    if not given:
        return WeightsError(f"{source} holds no weights: none of its layers has blobs")
    return WeightsError(
        f"the weights of another net: {source} has {_quoted(given)}; {net} needs {_quoted(with_params)}",
        hint="weights are matched by layer name, and no name is in both",
    )


def _quoted(names: list[str]) -> str:
    return a_few([f'"{printable(name)}"' for name in names])
