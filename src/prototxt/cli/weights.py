"""Weights files on the command line, and the sentences about where a net's parameters come from."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.errors import a_few, printable
from prototxt.net import Net
from prototxt.util.files import exists
from prototxt.views.numbers import counted

MAX_LAYERS = 6
"""Layers that a message names; more of them are counted."""


def weights_files(weights: Sequence[str]) -> list[str] | None:
    """The files of --weights: `a,b` is two files, unless a file has that very name."""
    files = [f for given in weights for f in ([given] if exists(given) else given.split(",")) if f]
    return files or None


def about_weights(net: Net) -> str:
    """A line that says where the parameters come from."""
    loaded, params = net.loaded, list(net.graph.own_params())
    if loaded is None:
        if not params:
            return "the net has none"
        fillers = {p.filler.type for p in params if p.filler is not None and not p.statistic}
        if fillers <= {"constant"}:
            return "none given, and the file's fillers are constant: all classes will score alike"
        return f"random (seed {net.seed}), the net is untrained; give --weights FILE.caffemodel"
    line = ", ".join(f"{printable(f.file)}, {counted(len(f.layers), 'layer')}" for f in loaded.files)
    if loaded.unused:
        line += f"; not in the net, so unused: {_listed(loaded.unused)}"
    return line


def missing_weights(net: Net) -> list[str]:
    """A warning if weights were given and some layers got none."""
    if net.loaded is None or not net.loaded.missing:
        return []
    missing = net.loaded.missing
    return [
        f"{net.loaded.file}: no weights for {counted(len(missing), 'layer')}, which stay random: {_listed(missing)}"
    ]


def _listed(names: Sequence[str]) -> str:
    return a_few([printable(name) for name in names], MAX_LAYERS)
