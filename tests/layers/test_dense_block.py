"""DenseBlock: the block of plain layers, sums by loops, TRAIN, dropout, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import prototxt
from prototxt.blobs import TRAIN, Array
from prototxt.layers.base import Cost, Layer
from support.helpers import floats, layer_from_text, noise, refused, run

TEXT = 'type: "DenseBlock" bottom: "x" top: "y" denseblock_param { numTransition: 3 growthRate: 2 %s }'
X = noise(2, 3, 4, 5)


Doubles = NDArray[np.float64]


def block(fields: str = "", phase: int = 1, seed: int = 0) -> Layer:
    return layer_from_text(TEXT % fields, phase=phase, seed=seed)


def arrays(layer: Layer) -> list[Array]:
    """Learned arrays with variances above 0, and a counter that must not count."""
    made = [noise(*p.shape, seed=i) for i, p in enumerate(layer.params([X.shape]))]
    pairs = zip(made, layer.params([X.shape]), strict=True)
    return [abs(x) + np.float32(0.5) if "variance" in p.name else x for x, p in pairs]


def turned(z: Doubles, w: Array) -> Doubles:
    """A convolution in the strict sense, of one image, summed place by place."""
    outputs, _, kh, kw = w.shape
    _, height, width = z.shape
    y = np.zeros((outputs, height, width))
    for o, i, j, u, v in np.ndindex(outputs, height, width, kh, kw):
        row, column = i + kh // 2 - u, j + kw // 2 - v
        if 0 <= row < height and 0 <= column < width:
            y[o, i, j] += (w[o, :, u, v] * z[:, row, column]).sum()
    return y


def normalized(x: Doubles, scale: Array, bias: Array, mean: Array, variance: Array) -> Doubles:
    stacked = [
        (x[c] - mean.flat[c]) / np.sqrt(variance.flat[c] + 1e-5) * scale.flat[c] + bias.flat[c]
        for c in range(len(x))
    ]
    y: Doubles = np.maximum(np.array(stacked), 0)
    return y


def plain(x: Doubles, params: list[Array]) -> Doubles:
    filters, scales, biases, means, variances = (params[3 * i : 3 * i + 3] for i in range(5))
    for k in range(3):
        z = normalized(x, scales[k], biases[k], means[k], variances[k])
        x = np.concatenate([x, turned(z, filters[k])])
    return x


def bottlenecked(x: Doubles, params: list[Array]) -> Doubles:
    groups = [params[3 * i : 3 * i + 3] for i in range(10)]
    for k in range(3):
        wide, *first = (group[k] for group in groups[:5])
        narrow, *second = (group[k] for group in groups[5:])
        between = turned(normalized(x, *first), narrow)
        x = np.concatenate([x, turned(normalized(between, *second), wide)])
    return x


def test_arrays_in_the_order_of_files() -> None:
    shapes = [p.shape for p in block().params([X.shape])]
    assert shapes[:3] == [(2, 3, 3, 3), (2, 5, 3, 3), (2, 7, 3, 3)]
    assert shapes[3:6] == [(1, 3, 1, 1), (1, 5, 1, 1), (1, 7, 1, 1)]
    assert shapes[3:15] == shapes[3:6] * 4
    assert shapes[15:] == [(1,)]
    names = [p.name for p in block().params([X.shape])]
    assert names[:4] == ["weights1", "weights2", "weights3", "scale1"]
    assert names[9:] == ["mean1", "mean2", "mean3", "variance1", "variance2", "variance3", "counter"]
    assert [p.name for p in block().params([X.shape]) if p.statistic] == names[9:]
    shapes = [p.shape for p in block("use_BC: true").params([X.shape])]
    assert shapes[:3] == [(2, 8, 3, 3)] * 3
    assert shapes[3:15] == [(1, 3, 1, 1), (1, 5, 1, 1), (1, 7, 1, 1)] * 4
    assert shapes[15:18] == [(8, 3, 1, 1), (8, 5, 1, 1), (8, 7, 1, 1)]
    assert shapes[18:] == [(1, 8, 1, 1)] * 12 + [(1,)]


@pytest.mark.parametrize("fields", ["", "initChannel: 64", "filter_H: 1 pad_h: 0 filter_W: 5 pad_w: 2"])
def test_sums_by_loops(fields: str) -> None:
    layer = block(fields)
    params = arrays(layer)
    (y,) = run(layer, X, params=params)
    assert y.shape == (2, 9, 4, 5)
    for n in range(2):
        np.testing.assert_allclose(y[n], plain(X[n].astype(float), params), rtol=1e-4, atol=1e-4)


def test_maps_between() -> None:
    layer = block("use_BC: true")
    params = arrays(layer)
    (y,) = run(layer, X, params=params)
    for n in range(2):
        np.testing.assert_allclose(y[n], bottlenecked(X[n].astype(float), params), rtol=1e-4, atol=1e-3)


def test_a_kernel_is_turned() -> None:
    """One bright pixel spreads as the kernel is written; Convolution would spread it turned by 180 degrees."""
    layer = layer_from_text(
        'type: "DenseBlock" bottom: "x" top: "y" denseblock_param { numTransition: 1 growthRate: 1 }'
    )
    x, kernel = np.zeros((1, 1, 3, 4), np.float32), np.arange(1, 10, dtype=np.float32).reshape(1, 1, 3, 3)
    x[0, 0, 1, 2] = 1
    one, zero = np.ones((1, 1, 1, 1), np.float32), np.zeros((1, 1, 1, 1), np.float32)
    (y,) = run(layer, x, params=[kernel, one, zero, zero, one, floats([0])])
    np.testing.assert_allclose(y[0, 1], [[0, 1, 2, 3], [0, 4, 5, 6], [0, 7, 8, 9]], rtol=1e-4)


def test_plain_layers_make_the_same_maps() -> None:
    layer = layer_from_text(
        'type: "DenseBlock" bottom: "x" top: "y" denseblock_param { numTransition: 1 growthRate: 2 }'
    )
    params = [noise(*p.shape, seed=i) for i, p in enumerate(layer.params([X.shape]))]
    params[4] = abs(params[4])
    net = prototxt.parse_net("""
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 4 dim: 5 } } }
layer { name: "bn" type: "BatchNorm" bottom: "x" top: "z" }
layer { name: "scale" type: "Scale" bottom: "z" top: "z" scale_param { bias_term: true } }
layer { name: "relu" type: "ReLU" bottom: "z" top: "z" }
layer { name: "conv" type: "Convolution" bottom: "z" top: "new"
  convolution_param { num_output: 2 kernel_size: 3 pad: 1 bias_term: false } }
layer { name: "y" type: "Concat" bottom: "x" bottom: "new" top: "y" }
""")
    stored = {
        "bn": [params[3], params[4], floats([1])],
        "scale": params[1:3],
        "conv": [params[0][..., ::-1, ::-1]],
    }
    for name, values in stored.items():
        for param, value in zip(net.params[name], values, strict=True):
            param.data[...] = value.reshape(param.shape)
    np.testing.assert_allclose(
        run(layer, X, params=params)[0], net.forward({"x": X})["y"], rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("fields", ["", "use_BC: true"])
def test_engines(engine: str, fields: str) -> None:
    text = (
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 4 dim: 5 } } }'
        f'layer {{ name: "block" {TEXT % fields} }}'
        'layer { name: "pool" type: "Pooling" bottom: "y" top: "z" pooling_param { kernel_size: 2 stride: 2 } }'
    )
    net, params = prototxt.parse_net(text, engine=engine), arrays(block(fields))
    for param, value in zip(net.params["block"], params, strict=True):
        param.data[...] = value
    (y,) = run(block(fields), X, params=params)
    want = y.reshape(2, 9, 2, 2, 5)[..., :4].reshape(2, 9, 2, 2, 2, 2).max(axis=(3, 5))
    got = net.forward({"x": X})["z"][..., :2]
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


def test_training_normalizes_with_the_batch() -> None:
    layer = block(phase=TRAIN)
    params = arrays(layer)
    (y,) = run(layer, X, params=params)
    batch = [x.copy() for x in params]
    for k, channels in enumerate((3, 5, 7)):
        maps = y[:, :channels].swapaxes(0, 1).reshape(channels, -1)
        batch[9 + k], batch[12 + k] = maps.mean(1), maps.var(1)
    for n in range(2):
        np.testing.assert_allclose(y[n], plain(X[n].astype(float), batch), rtol=1e-3, atol=1e-3)
    assert layer.stateful


def test_dropout_only_in_training() -> None:
    fields = "use_dropout: true dropout_amount: 0.5"
    params = arrays(block())
    np.testing.assert_array_equal(run(block(fields), X, params=params)[0], run(block(), X, params=params)[0])
    text = TEXT.replace("numTransition: 3", "numTransition: 1") % fields
    dropping = layer_from_text(text, phase=TRAIN)
    few = [params[0], *params[3::3][:4], params[-1]]
    (y,) = run(dropping, X, params=few)
    (whole,) = run(
        layer_from_text(TEXT.replace("numTransition: 3", "numTransition: 1") % "", phase=TRAIN), X, params=few
    )
    dropped = y[:, 3:] == 0
    assert 0.2 < dropped.mean() < 0.8
    np.testing.assert_allclose(y[:, 3:][~dropped], 2 * whole[:, 3:][~dropped], rtol=1e-6)
    np.testing.assert_array_equal(y[:, :3], X)


def test_cost_and_brief() -> None:
    layer, places = block(), 2 * 4 * 5
    cost = layer.cost([X.shape], [(2, 9, 4, 5)])
    channels = 3 + 5 + 7
    assert cost == Cost(
        macs=places * channels * 9 * 2,
        multiplications=places * channels + channels,
        additions=places * channels + 2 * channels,
        comparisons=places * channels,
        divisions=channels,
        exponentials=channels,
    )
    assert block("use_BC: true").cost([X.shape], [(2, 9, 4, 5)]).macs == places * (
        channels * 8 + 3 * 8 * 9 * 2
    )
    assert layer.brief([X.shape]) == "3 x 3x3 +2"
    assert block("use_BC: true").brief([X.shape]) == "3 x 3x3 +2 BC"


@pytest.mark.parametrize(
    ("fields", "what", "field"),
    [
        ("conv_verticalStride: 2", "conv_verticalStride 2: new maps must have the size", "conv_verticalStride"),
        ("conv_horizentalStride: 3", "conv_horizentalStride 3: new maps", "conv_horizentalStride"),
        ("filter_H: 5", "a filter of 5 with a pad of 1 changes the size of maps: 2 * pad + 1 is 3", "filter_H"),
        ("pad_w: 0", "a filter of 3 with a pad of 0 changes the size of maps: 2 * pad + 1 is 1", "filter_W"),
        ("filter_W: 0", "filter_W must be at least 1, not 0", "filter_W"),
        ("use_dropout: true dropout_amount: 1", "must be at least 0 and below 1, not 1", "dropout_amount"),
    ],
)  # fmt: skip
def test_refused(fields: str, what: str, field: str) -> None:
    error = refused(TEXT % fields, X.shape)
    assert what in error.what
    assert error.field == field


def test_refused_bottom() -> None:
    assert refused(TEXT % "", (2, 3, 4)).what == "needs a bottom of 4 axes, got 3: 2 x 3 x 4"
