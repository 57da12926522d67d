"""Maps of coordinates: against what the engine does to a single point, FCN's offsets, and what has no map."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.caffe import NetSpec
from prototxt.caffe import layers as L
from prototxt.caffe import params as P
from prototxt.caffe.coord_map import (
    AxisMismatchException,
    UndefinedMapException,
    compose,
    conv_params,
    coord_map,
    coord_map_from_to,
    crop,
    crop_params,
    inverse,
)
from prototxt.caffe.net_spec import Top


def pattern(
    conv: Any = 3, stride: Any = 1, pad: Any = 0, pool: int = 2, up: Any = 2, cut: Any = 0
) -> NetSpec:
    """Convolution, pooling and back up, on images of 100 x 84."""
    n = NetSpec()
    n.data = L.Input(shape=dict(dim=[2, 1, 100, 84]))
    n.conv = L.Convolution(n.data, num_output=3, kernel_size=conv, stride=stride, pad=pad)
    n.pool = L.Pooling(n.conv, pool=P.Pooling.MAX, kernel_size=pool, stride=pool)
    twice = [2 * s for s in up] if isinstance(up, list) else 2 * up
    n.up = L.Deconvolution(n.pool, num_output=3, kernel_size=twice, stride=up, pad=cut)
    return n


@pytest.mark.parametrize(
    ("given", "scale", "shift"),
    [
        (dict(), 1, 0),
        (dict(pool=4, up=4), 1, -1),
        (dict(pad=5), 1, -5),
        (dict(cut=5), 1, 5),
        (dict(pad=7, cut=7), 1, 0),
        (dict(pool=3, up=2), 1.5, 0),
        (dict(conv=[3, 5], stride=[1, 2], pad=[0, 10]), [1, 2], [0, -9]),
    ],
)
def test_down_and_up(given: dict[str, Any], scale: Any, shift: Any) -> None:
    n = pattern(**given)
    axis, a, b = coord_map_from_to(n.up, n.data)
    assert axis == 1
    np.testing.assert_allclose(a, np.ravel(scale))
    if "stride" not in given and given.get("pool", 2) == given.get("up", 2):
        np.testing.assert_allclose(b, np.ravel(shift))
    axis, back, _ = coord_map_from_to(n.data, n.up)
    np.testing.assert_allclose(back, 1 / np.ravel(scale))


def test_axes_apart_are_axes_together() -> None:
    three = pattern(conv=3, stride=1, pad=0)
    five = pattern(conv=5, stride=2, pad=10)
    both = pattern(conv=[3, 5], stride=[1, 2], pad=[0, 10])
    maps = [coord_map_from_to(n.up, n.data) for n in (three, five, both)]
    for first, second, of_both in list(zip(*maps, strict=True))[1:]:
        np.testing.assert_array_equal([first[0], second[0]], of_both)


def test_three_spatial_axes() -> None:
    n = NetSpec()
    n.data = L.Input(shape=dict(dim=[2, 3, 20, 21, 22]))
    n.conv = L.Convolution(n.data, num_output=2, kernel_size=[3, 3, 3], stride=[1, 1, 1], pad=[0, 1, 2])
    n.pool = L.Pooling(n.conv, kernel_size=2, stride=2)
    n.up = L.Deconvolution(n.pool, num_output=2, kernel_size=4, stride=2)
    axis, a, b = coord_map_from_to(n.up, n.data)
    assert (axis, list(a), list(b)) == (1, [1, 1, 1], [0, -1, -2])


@pytest.mark.parametrize(
    ("kernel", "stride", "pad", "dilation"),
    [([3, 5], [1, 2], [2, 0], 1), ([5, 3], 1, 1, [2, 3]), ([1, 7], 3, 3, 1)],
)
def test_where_a_point_of_the_engine_lands(kernel: Any, stride: Any, pad: Any, dilation: Any) -> None:
    """A Deconvolution of one point spreads it over its window: the middle of what it wrote is the point's place."""
    n = NetSpec()
    n.data = L.Input(shape=dict(dim=[1, 1, 9, 11]))
    n.up = L.Deconvolution(
        n.data, num_output=1, kernel_size=kernel, stride=stride, pad=pad, dilation=dilation, bias_term=False,
        weight_filler=dict(type="constant", value=1),
    )  # fmt: skip
    net = prototxt.parse_net(str(n.to_proto()))
    place = (5, 7)
    x = np.zeros((1, 1, 9, 11), np.float32)
    x[0, 0, place[0], place[1]] = 1
    written = np.argwhere(net.forward({"data": x})["up"][0, 0])
    middle = (written.min(0) + written.max(0)) / 2
    _, a, b = coord_map_from_to(n.data, n.up)
    np.testing.assert_allclose(a * np.array(place) + b, middle)


def fcn(skips: int) -> NetSpec:
    """FCN-32s, FCN-16s or FCN-8s with one filter a layer: pad 100, five poolings, up again, cropped."""
    n = NetSpec()
    n.data = top = L.Input(shape=dict(dim=[1, 3, 50, 70]))
    for block, convs in enumerate((2, 2, 3, 3, 3), 1):
        for i in range(convs):
            pad = 100 if block == 1 and i == 0 else 1
            top = L.ReLU(L.Convolution(top, kernel_size=3, pad=pad, num_output=1), in_place=True)
        top = n[f"pool{block}"] = L.Pooling(top, pool=P.Pooling.MAX, kernel_size=2, stride=2)
    top = L.Dropout(L.Convolution(top, kernel_size=7, num_output=1), in_place=True)
    top = L.Convolution(top, kernel_size=1, num_output=2)
    for skip in ("pool4", "pool3")[:skips]:
        up = L.Deconvolution(
            top, convolution_param=dict(num_output=2, kernel_size=4, stride=2, bias_term=False)
        )
        n[f"{skip}c"] = crop(L.Convolution(n[skip], kernel_size=1, num_output=2), up)
        top = L.Eltwise(up, n[f"{skip}c"], operation=P.Eltwise.SUM)
    stride = 32 >> skips
    up = L.Deconvolution(top, convolution_param=dict(num_output=2, kernel_size=2 * stride, stride=stride))
    n.score = crop(up, n.data)
    return n


@pytest.mark.parametrize(("skips", "offsets"), [(0, [19]), (1, [5, 27]), (2, [5, 9, 31])])
def test_fcn(skips: int, offsets: list[int]) -> None:
    """The offsets that stand in the files of FCN's authors; the whole net gives a map of the image's size."""
    net = fcn(skips).to_proto()
    crops = [layer.crop_param for layer in net.layer if layer.type == "Crop"]
    assert [list(param.offset) for param in crops] == [[offset] for offset in offsets]
    assert {param.axis for param in crops} == {2}
    assert prototxt.parse_net(str(net)).blobs["score"].shape == (1, 2, 50, 70)


def test_layers_that_move_nothing() -> None:
    n = pattern(pad=2)
    want = coord_map_from_to(n.up, n.data)
    n.relu = L.ReLU(n.up)
    n.point = L.Convolution(n.relu, num_output=3, kernel_size=1)
    assert coord_map_from_to(n.relu, n.data) == want
    assert coord_map_from_to(n.point, n.data) == want
    assert coord_map_from_to(n.relu, n.relu) == (None, 1, 0)


def test_crop_of_a_crop() -> None:
    n = pattern()
    axis, a, b = coord_map_from_to(n.up, n.data)
    n.crop = L.Crop(n.up, n.data, axis=2, offset=7)
    assert coord_map_from_to(n.crop, n.data) == (axis, a, b + 7)
    assert crop_params(L.Crop(n.up, n.data, crop_param=dict(offset=[3, 4])).fn)[1].tolist() == [3, 4]


def test_all_bottoms_have_the_same_map() -> None:
    n = pattern()
    n.aux = L.Input(shape=dict(dim=[2, 1, 20, 24]))
    n.a, n.b = L.Convolution(n.data, n.aux, ntop=2, num_output=2, kernel_size=5, stride=2)
    assert coord_map_from_to(n.a, n.data) == coord_map_from_to(n.b, n.aux)


def test_layers_without_a_map_are_refused() -> None:
    n = pattern()
    n.ip = L.InnerProduct(n.up, num_output=3)
    with pytest.raises(UndefinedMapException, match="InnerProduct"):
        coord_map(n.ip.fn)
    with pytest.raises(RuntimeError, match="Could not compute map between tops"):
        coord_map_from_to(n.ip, n.data)
    n.all = L.Pooling(n.up, global_pooling=True)
    with pytest.raises(UndefinedMapException, match="Pooling has no kernel_size"):
        conv_params(n.all.fn)
    with pytest.raises(AssertionError, match="cropping does not support legacy _h/_w params"):
        conv_params(L.Convolution(n.data, kernel_h=3, kernel_w=5).fn)
    with pytest.raises(AxisMismatchException):
        compose((1, 2, 0), (2, 1, 0))
    assert compose((None, 2, 3), (2, 5, 7)) == (2, 10, 17)
    assert inverse((2, 4, 6)) == (2, 0.25, -1.5)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (dict(pool=3, up=2), "scale mismatch on crop"),
        (dict(cut=10), "cannot crop negative offset"),
        (dict(conv=2), "cannot crop noninteger offset"),
    ],
)
def test_crops_that_do_not_fit(given: dict[str, Any], what: str) -> None:
    n = pattern(**given)
    with pytest.raises(AssertionError, match=what):
        crop(n.up, n.data)


def test_thirds_are_exact_enough() -> None:
    """In the binary fractions of this net the scale is not quite 1."""
    n = NetSpec()
    n.data = L.Input(shape=dict(dim=[1, 1, 60, 49]))
    top = L.Convolution(n.data, num_output=1, kernel_size=3, stride=49, pad=24)
    n.up = L.Deconvolution(top, num_output=1, kernel_size=97, stride=49)
    _, scale, _ = coord_map_from_to(n.up, n.data)
    assert scale != 1
    result = crop(n.up, n.data)
    assert isinstance(result, Top)
    (offset,) = result.fn.params["crop_param"]["offset"]
    assert (offset, type(offset)) == (71, int)
