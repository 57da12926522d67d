"""Files made to hurt, and what they cost: memory within a stated bound, time in step with the file's size."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from prototxt.errors import ImageError, WeightsError
from prototxt.formats.read import read_weights
from prototxt.images.load import load_image
from support.fuzz.measure import Cost, can_measure, measure
from support.fuzz.nasty import (
    HUGE,
    LARGE,
    PICTURES,
    archive,
    bomb,
    bytes_field,
    npy_head,
    png,
    telling,
    with_head,
)
from support.fuzz.seeds import blob, npy, npz
from support.fuzz.targets import TARGETS, arrays, image, mean, weights

pytestmark = pytest.mark.sweep

VALUES = np.arange(24, dtype=np.float32).tobytes()

HEADS = {
    "brackets": with_head(b"(" * 5000),
    "signs": with_head(b"-" * 9000 + b"1"),
    "sums": with_head(b"1" + b"+1" * 4000),
    "dictionaries": with_head(b"{'a':" * 3000),
    "too long": with_head(b" " * 60_000),
    "NUL": with_head(bytes(30)),
    "Latin-1": with_head("{'descr': 'é'}".encode()),
    "an expression": with_head(b"{'descr':'<f4','fortran_order':False,'shape':(1 if 1 else 2,)}"),
    "objects": npy_head("(4, 3, 2)", "'O'"),
    "a record": npy_head("(4, 3, 2)", "[('a', '<f4')]"),
    "objects in a record": npy_head("(4, 3, 2)", "[('a', 'O')]"),
    "no type": npy_head("(4, 3, 2)", "None"),
    "a type of numbers": npy_head("(4, 3, 2)", "5"),
    "an array as a type": npy_head("(4, 3, 2)", "('<f4', (100000,))"),
    "nothing": npy_head("(4, 3, 2)", "'V0'"),
    "much of nothing": npy_head("(4, 3, 2)", "'V2000000000'"),
    "a hole": npy_head("(4, 3, 2)", "{'names': ['a'], 'formats': ['<f4'], 'itemsize': 2000000000}"),
    "complex": npy_head("(1, 3, 4)", "'<c8'"),
    "dates": npy_head("(2, 3, 2)", "'<M8[s]'"),
    "negative": npy_head("(-4, 3, -2)"),
    "fractions": npy_head("(4.0, 3, 2)"),
    "huge": npy_head("(4000000000000, 3, 2)"),
    "beyond 64 bits": npy_head(f"({10**30}, 3, 2)"),
    "beyond what Python writes": npy_head(f"(0x{'f' * 9000},)"),
    "beyond what Python reads": npy_head(f"({'9' * 5000},)"),
    "nothing of much": npy_head(f"(0, {10**20})"),
    "axes": npy_head("(" + "1, " * 500 + ")"),
    "a set": npy_head("{1, 2}"),
    "a name in the order": npy_head("(4, 3, 2)", order="__import__"),
}


@pytest.mark.parametrize("name", HEADS)
def test_heads_of_arrays(name: str) -> None:
    """In a .npy for a run and for a mean, and in a .npz for a run and as weights."""
    data = HEADS[name] + VALUES
    assert arrays(data) is None
    assert mean(data) is None
    assert weights(npz_of(data)) is None
    assert arrays(npz_of(data)) is None


def npz_of(data: bytes) -> bytes:
    """A .npz file with the same bytes as an array of weights and as a blob."""
    return archive({"a/0.npy": data, "data.npy": data})


def test_an_archive_that_tells_of_more_than_it_holds(tmp_path: Path) -> None:
    head = npy_head("(4000000000000, 3, 2)")
    data = telling(npz_of(head), 24 * 4 * 10**12 + len(head))
    assert arrays(data) is None
    path = tmp_path / "w.npz"
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=r"w\.npz: .* it has 394 bytes and claims 192,000,000,000,166"):
        read_weights(path)


def test_what_deflate_can_do_is_taken(tmp_path: Path) -> None:
    """The bound on archives is none that an honest one could meet."""
    data = bomb(20_000_000)
    assert len(data) < 20_100
    path = tmp_path / "w.npz"
    path.write_bytes(data)
    (layer,) = read_weights(path)
    assert layer.blobs[0].shape == (5_000_000,)
    assert not layer.blobs[0].array().any()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (bytes_field(7, bytes_field(1, b"\xff" * 9 + b"\x01")), "a blob of shape -1"),
        (
            bytes_field(7, bytes_field(1, (b"\xff" * 8 + b"\x7f") * 30)),
            "holds 0 values, its shape 9223372036854775807",
        ),
        (
            bytes_field(7, bytes_field(1, b"\x80\x80\x80\x80\x10" * 2 + b"\x00")),
            "4294967296 x 0: empty, and too large",
        ),
        (bytes_field(7, bytes_field(1, b"\x01" * 1_000_000)), "a blob of more than 32 axes"),
        (bytes_field(7, b"\x08\x01" * 33), "a blob of more than 32 axes"),
        (bytes_field(5, VALUES[:-1]), "95 bytes of numbers are not a multiple of 4"),
        (b"\x0b" * 200 + b"\x0c" * 200, "groups nested deeper than 100"),
        (b"\x2a\xff\xff\xff\xff\x0f", "field 5 needs 4294967295 bytes, 0 are left"),
        (b"\x2a" + b"\xff" * 10, "a number is longer than 10 bytes"),
    ],
    ids=range(9),
)
def test_blobs(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "w.caffemodel"
    path.write_bytes(bytes_field(100, b"\x0a\x01a" + bytes_field(7, content)))
    with pytest.raises(WeightsError, match=what):
        read_weights(path)


def test_signalling_nans() -> None:
    """A double that is one makes the processor say so when it is cast; the targets let no warning out."""
    values = np.full((4, 3, 2), 0x7FF0000000000001, np.uint64).view(np.float64)
    rows = arrays(npy(values))
    assert rows is not None
    assert [np.isnan(row.feeds["data"]).all() for row in rows] == [True] * 4
    assert mean(npy(values)) is None
    layers = weights(npz({"a/0": values}))
    assert layers is not None
    assert np.isnan(layers[0].blobs[0].array()).all()


def test_a_mean_of_many_bytes_declared() -> None:
    message = blob((1, 3, 2, 4), legacy=True)
    message.height = 2_000_000_000
    assert mean(message.SerializeToString()) is None


@pytest.mark.parametrize("kind", HUGE)
def test_images_that_tell_of_huge_sizes(tmp_path: Path, kind: str) -> None:
    data = HUGE[kind]()
    assert len(data) < 1000
    assert image(data) is None
    path = tmp_path / "i"
    path.write_bytes(data)
    with pytest.raises(ImageError, match=r"an image of .* pixels is refused; the limit is 89478485"):
        load_image(path)


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_text_that_unpacks_to_much(kind: bytes) -> None:
    packed = zlib.compress(bytes(50_000_000), 9)
    assert image(png(9, 5, (kind, b"a\0\0" + packed), pixels=bytes(50))) is None
    assert image(png(9, 5, (kind, b"a\0\0" + packed[:1000]), pixels=bytes(50))) in (None, (5, 9, 3))


BYTES_OF_MEMORY, MORE_MEGABYTES = 650, 20
"""docs/hostile-files.md: a file of n bytes takes at most so many bytes each, and so many MB."""

BYTES_OF_A_PIXEL = 22

SECONDS = 5
"""Of the processor, for 100 KB; what takes time with the square of a file's size takes minutes."""


QUICK = ("layers", "messages", "pieces", "entries", *(["datasets"] if find_spec("h5py") else []), "lines")
"""A few kinds, at least one for each target; the others are the full run's."""

EVERY_KIND = [
    pytest.param(QUICK, id="quick"),
    pytest.param(tuple(kind for kind in LARGE if kind not in QUICK), id="others", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("kinds", EVERY_KIND)
def test_what_many_small_parts_cost(kinds: Sequence[str]) -> None:
    if not can_measure():
        pytest.skip("this system does not report a process's peak of memory")
    costs = measure(100_000, kinds)
    assert set(costs) == set(kinds)
    for kind, cost in costs.items():
        check_cost(kind, cost)


def check_cost(kind: str, cost: Cost) -> None:
    """Memory within the documented bound, and time far from what a quadratic reader takes."""
    assert cost.size > 50_000, kind
    assert cost.megabytes < MORE_MEGABYTES + BYTES_OF_MEMORY * cost.size / 1e6, kind
    assert cost.seconds < SECONDS, kind


def test_what_pictures_cost() -> None:
    if not can_measure():
        pytest.skip("this system does not tell of a process's peak of memory")
    costs = measure(2_000_000, PICTURES)
    assert set(costs) == set(PICTURES)
    for kind, cost in costs.items():
        assert cost.megabytes < MORE_MEGABYTES + BYTES_OF_A_PIXEL * 2, kind


def test_every_target_has_its_bound() -> None:
    assert {target for target, _ in LARGE.values()} <= set(TARGETS)
