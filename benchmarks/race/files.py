"""The files that every engine opens: a net's text, weights drawn by one recipe, and the same as ONNX."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from math import prod, sqrt
from pathlib import Path

import numpy as np
from nets import NETS
from numpy.typing import NDArray

import prototxt
from prototxt.net import Net


@dataclass(frozen=True, slots=True)
class Files:
    """A net on disk: of one image in the prototxt, of any batch in the ONNX file, if there is one."""

    name: str
    prototxt: Path
    caffemodel: Path
    onnx: Path | None
    image: tuple[int, ...]
    """Shape of one image: C x H x W."""
    macs: int
    """Multiply-adds of one image."""


def draw(net: Net) -> None:
    """Fills every parameter: He's spread for weights, statistics and scales around one, small shifts.

    The same layer name gives the same numbers.
    """
    for node in net.layers:
        for slot, param in enumerate(net.params.get(node.name, [])):
            r = np.random.RandomState(zlib.crc32(f"{node.name}/{slot}".encode()) & 0x7FFFFFFF)
            into = param.data.reshape(-1)
            make = _recipe(r, node.type, slot, param.shape)
            for start in range(0, into.size, 1 << 20):  # some arrays are large
                part = into[start : start + (1 << 20)]
                part[...] = make(part.size)


def soften(net: Net) -> None:
    """Scales the last learned layer so that its values spread by two: a softmax of more is all zeros and a one.

    Engines could not be told apart by it.
    """
    (data,) = net.inputs
    rng = np.random.default_rng(0)
    net.forward({data: rng.standard_normal(net.blobs[data].shape, dtype=np.float32)})
    spread = next(
        float(net.blobs[node.bottoms[0].name].data.std()) for node in net.layers if node.type == "Softmax"
    )
    for param in net.params[list(net.params)[-1]]:
        param.data[...] *= 2 / spread


def _recipe(
    r: np.random.RandomState, kind: str, slot: int, shape: tuple[int, ...]
) -> Callable[[int], NDArray[np.float64]]:
    if kind == "BatchNorm":
        return (lambda n: 0.1 * r.randn(n), lambda n: 0.5 + r.rand(n), np.ones)[slot]
    if kind == "Scale":
        return (lambda n: 0.75 + 0.5 * r.rand(n), lambda n: 0.1 * r.randn(n))[slot]
    if len(shape) < 2:
        return lambda n: 0.05 * r.randn(n)
    spread = sqrt(2 / prod(shape[1:]))
    return lambda n: spread * r.randn(n)


def make_files(name: str, cache: Path, *, onnx: bool) -> Files:
    """The files of a net, made where they are not in the cache yet."""
    text = NETS[name]()
    folder = cache / f"{name}-{_made_from(text):08x}"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{suffix}" for suffix in ("prototxt", "caffemodel", "onnx")]
    net = prototxt.parse_net(text, file=name)
    if not paths[0].exists():
        paths[0].write_text(text)
    if not paths[1].exists():
        draw(net)
        soften(net)
        net.save(paths[1])
    if onnx and not paths[2].exists():
        from to_onnx import save_onnx  # onnx may not be installed

        save_onnx(prototxt.load_net(paths[0], paths[1]), paths[2])
    (data,) = net.inputs
    macs = sum(node.cost.macs for node in net.graph.nodes)
    return Files(name, paths[0], paths[1], paths[2] if onnx else None, net.blobs[data].shape[1:], macs)


def _made_from(text: str) -> int:
    """Another text, another recipe or another way to ONNX makes other files."""
    here = Path(__file__)
    makers = (here, here.parents[1] / "to_onnx.py")
    return zlib.crc32(text.encode() + b"".join(path.read_bytes() for path in makers))
