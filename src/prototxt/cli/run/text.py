"""What prototxt-run says of a net before it shows any answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from prototxt.blobs import Shape, format_shape
from prototxt.errors import InputError, a_few, printable
from prototxt.views.numbers import counted

if TYPE_CHECKING:
    from prototxt.batch.run import Outcome
    from prototxt.net import Net

SOME = 6
"""As many names of a list are told."""


def image_entry(net: Net, entries: Mapping[str, Shape]) -> str:
    """The first blob that can take an image: N x C x H x W with 1 or 3 channels. Raises InputError without one."""
    for name, shape in entries.items():
        if len(shape) == 4 and shape[1] in (1, 3):
            return name
    known = ", ".join(f'"{name}" {format_shape(shape)}' for name, shape in entries.items()) or "none"
    reads = next(
        (n.tops[0].name for n in net.layers if n.tops and not n.bottoms and not n.layer.is_input), None
    )
    hint = "give a .npy or .npz file of arrays in place of an image" if entries else None
    if reads is not None:
        hint = f'"{reads}" is read from files: give --input {reads}=1,C,H,W to make it an input'
    raise InputError(
        f"{net.graph.file}: no input takes an image (N x 1 or 3 x H x W); its inputs: {known}", hint=hint
    )


def about_weights(net: Net) -> str:
    """Where the parameters come from."""
    loaded, params = net.loaded, list(net.graph.own_params())
    if loaded is None:
        if not params:
            return "the net has none"
        fillers = {p.filler.type for p in params if p.filler is not None and not p.statistic}
        if fillers <= {"constant"}:
            return "none given, and the file's fillers are constant: every class will look alike"
        return f"random (seed {net.seed}), the net has learned nothing; give --weights FILE.caffemodel"
    line = ", ".join(f"{printable(f.file)}, {counted(len(f.layers), 'layer')}" for f in loaded.files)
    if loaded.unused:
        line += f"; not in the net, so unused: {_some(loaded.unused)}"
    return line


def missing_weights(net: Net) -> list[str]:
    """A warning where weights were given and some layers got none."""
    if net.loaded is None or not net.loaded.missing:
        return []
    missing = net.loaded.missing
    return [
        f"{net.loaded.file}: no weights for {counted(len(missing), 'layer')}, which stay random: {_some(missing)}"
    ]


def label_notes(file: str | None, labels: Sequence[str], outcome: Outcome) -> list[str]:
    """A warning where a label file has another number of lines than an output has classes."""
    from prototxt.images.labels import fit_labels
    from prototxt.views.answers import scores_classes

    if not labels:
        return []
    classes = {name: v.shape[1] for name, v in outcome.others.items() if scores_classes(v.shape)}
    odd = {name: number for name, number in classes.items() if number != len(labels)}
    found = outcome.found
    if found is not None and found.labels and len(fit_labels(labels, found.labels)) != found.labels:
        odd[found.blobs[0]] = found.labels
    return [
        f'{file}: {len(labels)} labels, but "{name}" has {number} classes' for name, number in odd.items()
    ]


def _some(names: Sequence[str]) -> str:
    return a_few([printable(name) for name in names], SOME)
