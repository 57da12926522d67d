"""Good files of every kind cut off, flipped, wounded: each is refused in words, or read as what it still says."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from prototxt.formats.stored import StoredLayer
from support.fuzz.damage import cuts, flips, noise, wounds
from support.fuzz.seeds import seed_names, seeds
from support.fuzz.targets import TARGETS, weights

pytestmark = pytest.mark.sweep

TIMES = {"text": 40, "image": 30}
"""How often each file is damaged in each way; 100 times where that is fast."""

KINDS = [(target, name) for target in TARGETS for name in seed_names(target)]


@pytest.mark.parametrize(("target", "name"), KINDS, ids=str)
def test_damaged(target: str, name: str) -> None:
    """The targets hold the assertions; here some damage must be seen, or nothing was tested."""
    data, read, times = seeds(target)[name], TARGETS[target], TIMES.get(target, 100)
    damaged = chain(cuts(data, times), flips(data, times, seed=1), wounds(data, times, seed=2))
    refused = sum(read(broken) is None for broken in damaged)
    # Most bytes of an uncompressed image, of labels or of an array are only values.
    assert refused >= 1


@pytest.mark.parametrize("target", TARGETS)
def test_noise(target: str) -> None:
    taken = sum(TARGETS[target](data) is not None for data in noise(300, 200, seed=3))
    assert taken == 0 or target == "labels"


@pytest.mark.parametrize("name", seeds("caffemodel"))
def test_weights_cut_at_every_byte(name: str) -> None:
    """Only between two layers does a shorter file still make sense, and it has the layers before the cut."""
    data = seeds("caffemodel")[name]
    whole = _names(weights(data))
    left = [result for size in range(len(data)) if (result := _names(weights(data[:size])))]
    assert left == [whole[: i + 1] for i in range(len(whole) - 1)]


@pytest.mark.parametrize("name", seeds("caffemodel"))
def test_bits_of_weights_flipped(name: str) -> None:
    """1,000 of each form of layer; a flip within a number is a number still, with the shapes as they were."""
    data = seeds("caffemodel")[name]
    shapes = _shapes(weights(data))
    results = [weights(broken) for broken in flips(data, 1000, seed=4)]
    same = sum(_shapes(layers) == shapes for layers in results if layers is not None)
    assert same > 100
    assert sum(layers is None for layers in results) > 100


@pytest.mark.parametrize("name", seeds("npz"))
def test_archives_keep_their_word(name: str) -> None:
    """A zip archive has a sum over every file: an array is read as it was written, or not at all."""
    data = seeds("npz")[name]
    good = {blob.array().tobytes() for layer in weights(data) or () for blob in layer.blobs.values()}
    assert len(good) == 2
    for broken in flips(data, 500, seed=5):
        read = {blob.array().tobytes() for layer in weights(broken) or () for blob in layer.blobs.values()}
        assert read <= good


def test_means_are_read_as_they_lie() -> None:
    """A bit of the last value flipped is that value changed, and no other."""
    data = seeds("mean")["npy"]
    good, broken = TARGETS["mean"](data), TARGETS["mean"](data[:-1] + bytes([data[-1] ^ 0x80]))
    assert np.flatnonzero(good.values != broken.values).tolist() == [good.values.size - 1]
    assert broken.values.flat[-1] == -good.values.flat[-1]


def _names(layers: tuple[StoredLayer, ...] | None) -> list[str]:
    return [layer.name for layer in layers or ()]


def _shapes(layers: tuple[StoredLayer, ...] | None) -> list[list[tuple[int, ...]]]:
    return [[blob.shape for blob in layer.blobs.values()] for layer in layers or ()]
