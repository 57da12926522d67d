"""Which pad keeps a size: by formula, by the graph, and by what other programs pad."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import InputError
from prototxt.explain.surgery.edit import edit
from prototxt.explain.surgery.same_padding import Fit, checked_shape, fits, pad_changes
from prototxt.explain.surgery.views.same_padding import same_padding_section
from prototxt.frontend.load import Options, choose_layers, define_net, make_graph
from prototxt.graph.context import LayerContext, find_layer
from prototxt.graph.graph import BlobId
from prototxt.text.definition import Definition
from support.helpers import layer_from_text, noise


def net(kind: str, param: str, height: int = 28, width: int = 27) -> Definition:
    data = f"dim: 1 dim: 3 dim: {height} dim: {width}"
    return define_net(
        f'layer {{ name: "x" type: "Input" top: "x" input_param {{ shape {{ {data} }} }} }}'
        f'layer {{ name: "it" type: "{kind}" bottom: "x" top: "y" {param} }}',
        "net",
    )


def look_at(definition: Definition) -> LayerContext:
    graph = make_graph(definition, Options())
    return LayerContext(graph, find_layer(graph, "it"))


def conv(kernel: int, stride: int = 1, dilation: int = 1) -> str:
    fields = f"kernel_size: {kernel} stride: {stride} dilation: {dilation}"
    return f"convolution_param {{ num_output: 3 {fields} }}"


def both(kind: str, param: str) -> list[Fit]:
    return fits(look_at(net(kind, param)))


@pytest.mark.parametrize("kernel", [1, 3, 5, 11])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("dilation", [1, 2])
def test_half_of_what_an_odd_kernel_spans_does_for_every_size(
    kernel: int, stride: int, dilation: int
) -> None:
    for fit in both("Convolution", conv(kernel, stride, dilation)):
        assert fit.pad == dilation * (kernel - 1) // 2
        assert fit.pad in fit.always
        assert fit.wanted == -(-fit.axis.size // stride)


def test_an_even_kernel_has_no_pad() -> None:
    for fit in both("Convolution", conv(4)):
        assert (fit.pad, fit.pads, fit.nearest, fit.margins) == (None, (), (1, 2), (1, 2))


def test_an_even_kernel_with_a_stride_has_one_for_some_sizes() -> None:
    down, across = both("Convolution", conv(4, 2))
    assert (down.pads, down.always, across.pads, across.always) == ((1,), (), (2,), ())


def test_what_the_crop_gives_is_what_one_more_behind_gives() -> None:
    """For an even kernel: pad 2 and without the first row and column, against 1 before and 2 behind."""
    text = 'type: "Convolution" bottom: "x" top: "y" convolution_param { num_output: 3 kernel_size: 4 %s }'
    x, w = noise(1, 3, 9, 8), [noise(3, 3, 4, 4), noise(3)]
    (padded,) = layer_from_text(text % "pad: 2").forward([x], w)
    (same_as,) = layer_from_text(text % "").forward([np.pad(x, [(0, 0), (0, 0), (1, 2), (1, 2)])], w)
    np.testing.assert_allclose(padded[:, :, 1:, 1:], same_as, rtol=1e-5, atol=1e-5)


def test_pooling_rounds_up() -> None:
    down, across = both("Pooling", "pooling_param { kernel_size: 3 stride: 2 }")
    assert (down.pads, across.pads) == ((0,), (1,))
    (fit, _) = both("Pooling", "pooling_param { kernel_size: 2 stride: 2 }")
    assert (fit.pad, fit.always) == (0, (0,))
    (fit, _) = both("Pooling", "pooling_param { kernel_size: 3 stride: 1 }")
    assert (fit.pad, fit.always) == (1, (1,))


def test_deconvolution_multiplies_the_size_by_its_stride() -> None:
    (fit, _) = both("Deconvolution", conv(4, 2))
    assert (fit.wanted, fit.pad, fit.always, fit.margins) == (56, 1, (1,), None)
    (fit, _) = both("Deconvolution", conv(3, 2))
    assert (fit.pad, fit.nearest) == (None, (0, 1))


@pytest.mark.parametrize(
    ("kind", "param"),
    [
        ("Convolution", "convolution_param { num_output: 2 kernel_h: 5 kernel_w: 3 pad_h: 1 }"),
        ("Convolution", "convolution_param { num_output: 2 kernel_h: 5 kernel_w: 5 }"),
        ("Convolution", "convolution_param { num_output: 2 kernel_size: [3, 1] }"),
        ("Pooling", "pooling_param { kernel_h: 5 kernel_w: 3 }"),
        ("Pooling", "pooling_param { kernel_size: 3 pad_h: 1 pad_w: 0 }"),
        ("Im2col", "convolution_param { kernel_size: 7 }"),
    ],
)
def test_the_changes_make_the_pads(kind: str, param: str) -> None:
    definition = net(kind, param)
    look = look_at(definition)
    pads = [fit.pad or 0 for fit in fits(look)]
    message = choose_layers(definition, Options()).message.layer[1]
    changed = edit(definition, Options(), pad_changes(message, pads))
    shape = make_graph(changed.definition, Options()).shapes[BlobId("y")]
    assert shape[2:] == (28, 27)
    assert checked_shape(definition, Options(), look) == shape


def test_what_is_said() -> None:
    definition = net("Convolution", conv(5), 27, 27)
    look = look_at(definition)
    section = same_padding_section(look, checked_shape(definition, Options(), look))
    lines = {line.label: line for line in section.lines}
    assert lines["pad"].text == "2, for every size"
    assert lines["checked"].text == "with pad 2 the output is 1 x 3 x 27 x 27"
    assert lines["height, width"].values["pads"] == [2]


def test_layers_that_have_no_window() -> None:
    with pytest.raises(InputError, match="slides no window"):
        both("ReLU", "")
    with pytest.raises(InputError, match="pools the whole image"):
        both("Pooling", "pooling_param { global_pooling: true }")
