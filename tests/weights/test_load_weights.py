"""Weights matched to a net by layer name."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Shape
from prototxt.errors import WeightsError
from prototxt.formats.stored import StoredBlob, StoredLayer
from prototxt.weights.match import Matched, match, same_shape


def blob(*shape: int, legacy: bool = False, start: float = 0) -> StoredBlob:
    return StoredBlob(shape, legacy, lambda: np.arange(np.prod(shape), dtype=np.float32) + np.float32(start))


def layer(name: str, *blobs: StoredBlob) -> StoredLayer:
    return StoredLayer(name, "InnerProduct", dict(enumerate(blobs)))


def run(stored: list[StoredLayer], wanted: dict[str, list[Shape]]) -> Matched:
    return match(stored, wanted, "weights.caffemodel", "net.prototxt")


def test_blobs_and_unused() -> None:
    stored = [layer("data"), layer("a", blob(2, 3), blob(2)), layer("old", blob(1)), layer("relu")]
    result = run(stored, {"a": [(2, 3), (2,)], "new": [(4,)], "relu": []})
    assert result.unused == ("old",)
    assert sorted(result.blobs) == [("a", 0), ("a", 1)]
    np.testing.assert_array_equal(result.blobs["a", 0].array(), [[0, 1, 2], [3, 4, 5]])


def test_shapes_differ() -> None:
    with pytest.raises(WeightsError) as caught:
        run([layer("fc8", blob(1000, 40))], {"fc8": [(20, 40)]})
    head = str(caught.value).splitlines()[0]
    assert head == 'layer "fc8": weights.caffemodel has 1000 x 40, net.prototxt needs 20 x 40 (blob 0)'


@pytest.mark.parametrize(
    ("shapes", "what"),
    [
        ([(2, 3)], "weights.caffemodel has 2 blobs (2 x 3, 2), net.prototxt needs 1 blob (2 x 3)"),
        ([], "weights.caffemodel has 2 blobs (2 x 3, 2), net.prototxt needs 0 blobs"),
    ],
)
def test_blob_counts_differ(shapes: list[Shape], what: str) -> None:
    with pytest.raises(WeightsError) as caught:
        run([layer("a", blob(2, 3), blob(2)), layer("b", blob(1))], {"a": shapes, "b": [(1,)]})
    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("stored", "wanted", "fits"),
    [
        ((1, 1, 1, 7), (7,), True),
        ((1, 1, 5, 7), (5, 7), True),
        ((1, 3, 5, 7), (3, 5, 7), True),
        ((2, 3, 5, 7), (2, 3, 5, 7), True),
        ((1, 1, 1, 1), (), True),
        ((5, 7, 1, 1), (5, 7), False),
        ((1, 1, 7, 1), (7,), False),
        ((1, 1, 5, 7), (35,), False),
        ((1, 1, 5, 7), (7, 5), False),
        ((1, 2, 3, 4), (1, 1, 2, 3, 4), False),
        ((1, 1, 5, 7), (1, 5, 7), True),
    ],
)
def test_legacy_dimensions(stored: Shape, wanted: Shape, fits: bool) -> None:
    assert same_shape(blob(*stored, legacy=True), wanted) is fits
    if fits:
        assert run([layer("a", blob(*stored, legacy=True))], {"a": [wanted]}).blobs["a", 0].shape == stored


def test_leading_ones_count_where_the_shape_is_not_legacy() -> None:
    assert not same_shape(blob(1, 1, 1, 7), (7,))


def test_only_what_another_layer_owns_may_be_left_out() -> None:
    holed = StoredLayer("a", "", {1: blob(2)})
    wanted: dict[str, list[Shape]] = {"a": [(2, 3), (2,), (5,)]}
    borrowed = {("a", 0), ("a", 2)}
    result = match([holed], wanted, "weights.h5", "net.prototxt", borrowed)
    assert list(result.blobs) == [("a", 1)]
    for owned in borrowed:
        with pytest.raises(WeightsError) as caught:
            match([holed], wanted, "weights.h5", "net.prototxt", borrowed - {owned})
        assert "weights.h5 has 1 blob (1: 2), net.prototxt needs 3 blobs (2 x 3, 2, 5)" in str(caught.value)


def test_the_last_of_two_layers_with_one_name_wins() -> None:
    result = run([layer("a", blob(2)), layer("a", blob(2, start=5)), layer("a")], {"a": [(2,)]})
    np.testing.assert_array_equal(result.blobs["a", 0].array(), [5, 6])
    with pytest.raises(WeightsError, match="3 x 1"):
        run([layer("a", blob(3, 1)), layer("a", blob(2))], {"a": [(2,)]})


def test_weights_of_another_net() -> None:
    stored = [layer(f"conv{i}", blob(1)) for i in range(9)]
    with pytest.raises(WeightsError) as caught:
        run(stored, {"fc6": [(1,)], "fc7": [(1,)]})
    text = str(caught.value)
    assert "another net" in text
    assert '"conv0", "conv1", "conv2", "conv3" and 5 more' in text
    assert 'net.prototxt needs "fc6", "fc7"' in text
    with pytest.raises(WeightsError, match="holds no weights"):
        run([layer("fc6")], {"fc6": [(1,)]})


def test_a_net_without_parameters_takes_any_weights() -> None:
    assert run([layer("a", blob(1))], {"relu": []}) == Matched({}, ("a",))
