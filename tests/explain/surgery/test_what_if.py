"""Changes to a net: what they are taken to mean, what follows, and that it is what the changed file gives."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from prototxt.errors import InputError, NetError, PrototxtError
from prototxt.explain.surgery.compare import Work
from prototxt.explain.surgery.what_if import WhatIf, sections, what_if
from prototxt.frontend.load import Options, define_net, load_graph, make_graph
from prototxt.graph.graph import BlobId
from prototxt.text.definition import Definition
from prototxt.text.files import read_text
from prototxt.text.write import write
from support.golden import SHARED

ROOT = Path(__file__).parents[3]
ALEXNET = str(ROOT / "examples" / "alexnet.prototxt")

NET = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 4 dim: 9 dim: 8 } } }
layer {
  name: "a.b" type: "Convolution" bottom: "x" top: "y" param { lr_mult: 1 } param { lr_mult: 2 }
  convolution_param { num_output: 6 kernel_size: 3 weight_filler { type: "xavier" } }
}
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "y" bottom: "t" }
layer { name: "pool" type: "Pooling" bottom: "y" top: "p" pooling_param { kernel_size: 2 stride: 2 } }
layer { name: "pool" type: "Pooling" bottom: "y" top: "q" pooling_param { kernel_size: 3 } }
"""
INPUTS = Options(inputs={"t": (2, 1, 7, 6)})


def what_if_of(*changes: str, text: str = NET, options: Options = INPUTS) -> WhatIf:
    return what_if(define_net(text, "net"), options, changes)


def shape_of(result: WhatIf, blob: str) -> Any:
    assert result.after.graph is not None
    return result.after.graph.shapes[BlobId(blob)]


def only_change(change: str) -> tuple[str, str, str]:
    ((_, difference),) = what_if_of(change).edited.changes
    return difference.field, difference.before, difference.after


def test_fields_by_their_prototxt_names() -> None:
    assert only_change("a.b.num_output=8") == ("convolution_param.num_output", "6", "8")
    assert only_change("a.b.convolution_param.num_output=8") == ("convolution_param.num_output", "6", "8")
    assert only_change("a.b.stride=2") == ("convolution_param.stride", "", "2")
    assert only_change("a.b.kernel_size=3,2") == ("convolution_param.kernel_size", "3", "[3, 2]")
    assert only_change("a.b.bias_term=false") == ("convolution_param.bias_term", "true", "false")
    assert only_change("a.b.weight_filler.type=msra") == (
        "convolution_param.weight_filler.type", '"xavier"', '"msra"',
    )  # fmt: skip
    assert only_change("a.b.weight_filler=") == ("convolution_param.weight_filler", '{ type: "xavier" }', "")
    assert only_change('a.b.bias_filler={ type: "constant" value: 2 }')[2] == '{ type: "constant" value: 2 }'
    assert only_change("a.b.param.1.lr_mult=0") == ("param.1.lr_mult", "2", "0")
    assert only_change("loss.normalization=BATCH_SIZE") == ("loss_param.normalization", "VALID", "BATCH_SIZE")
    assert only_change("loss.loss_weight=0.5") == ("loss_weight", "", "0.5")


def test_shapes_follow_down_to_the_end() -> None:
    result = what_if_of("a.b.stride=2", "in.shape=2x4x12x8", "t.shape=2,1,5,3")
    assert shape_of(result, "y") == (2, 6, 5, 3)
    assert shape_of(result, "p") == (2, 6, 3, 2)
    before, after = result.comparison.before, result.comparison.after
    assert before == Work(6 * 4 * 9 + 6, 0, 6 * 36 * 42, before.bytes)
    assert after == Work(6 * 4 * 9 + 6, 0, 6 * 36 * 15, after.bytes)
    assert [pair.name for pair in result.comparison.pairs if pair.differs][:3] == ["t", "in", "a.b"]


def test_a_name_stands_for_all_layers_of_that_name() -> None:
    result = what_if_of("pool.kernel_size=4", "pool.stride=1")
    assert (shape_of(result, "p"), shape_of(result, "q")) == ((2, 6, 4, 3), (2, 6, 4, 3))


def test_an_input_is_named_by_its_blob_or_its_layer() -> None:
    for name in ("x", "in"):
        assert shape_of(what_if_of(f"{name}.shape=1,4,9,8", "t.shape=1,1,7,6"), "x") == (1, 4, 9, 8)


def test_the_definition_stays_as_it_is() -> None:
    definition = define_net(NET, "net")
    text = write(definition.message)
    what_if(definition, INPUTS, ["a.b.num_output=8", "x.shape=1,4,9,8"])
    assert write(definition.message) == text


@pytest.mark.parametrize(
    ("change", "what", "hint"),
    [
        ("stride=2", "is not LAYER.FIELD=VALUE", None),
        ("a.b.stride", "is not LAYER.FIELD=VALUE", None),
        ("a.b=2", 'no layer "a"', None),
        ("pol.stride=2", 'no layer "pol"', 'did you mean "pool"?'),
        ("pool.strid=2", 'has no field "strid"', "stride"),
        ("pool.stride=two", "takes a whole number, not two", None),
        ("pool.stride=1,2", "", None),
        ("pool.pool=ave", "takes one of MAX, AVE", 'did you mean "AVE"?'),
        ("pool.stride=2 pad: 1", "is not one value", None),
        ("a.b.param.lr_mult=0", 'has 2 "param"', "param.0"),
        ("a.b.param.2.lr_mult=0", "no number 2", None),
        ("a.b.num_output.x=1", "is a value and has no fields", None),
        ("a.b.weight_filler.typ=1", 'FillerParameter has no field "typ"', "type"),
        ("x.shape=1,a", "is not a shape", None),
        ("t.stride=1", "is an input of the net and no layer", None),
        ("x.shape=1,0,9,8", "every dim must be at least 1", None),
    ],
)
def test_what_is_no_change(change: str, what: str, hint: str | None) -> None:
    with pytest.raises(InputError) as caught:
        what_if_of(change)
    assert what in str(caught.value)
    assert hint is None or hint in str(caught.value.hint)


def test_what_breaks_is_told_with_its_layer_and_all_before_it() -> None:
    result = what_if_of("a.b.kernel_size=7", "t.shape=2,1,3,2", "pool.kernel_size=4")
    assert result.after.error is not None
    assert (result.after.error.layer, result.after.error.what) == (
        "pool", "a kernel of 4x4 leaves no window on a padded input of 3x2",
    )  # fmt: skip
    assert [pair.name for pair in result.comparison.pairs] == ["t", "in", "a.b", "loss"]
    assert sections(result)[-1].key == "breaks"


def test_a_change_may_mend_a_net() -> None:
    broken = NET.replace("num_output: 6", "num_output: 6 group: 3")
    result = what_if_of("a.b.group=2", text=broken)
    assert result.before.error is not None
    assert result.before.error.layer == "a.b"
    assert result.after.error is None


def test_layers_whose_weights_no_longer_fit() -> None:
    result = what_if(define_net(read_text(ALEXNET), ALEXNET), Options(), ["conv1.stride=2"])
    assert [pair.name for pair in result.comparison.unfit] == ["fc6"]
    assert result.comparison.after.macs == 2_959_095_072


FIELDS = {
    "Convolution": ("convolution_param", ("num_output", "kernel_size", "stride", "pad", "group", "dilation")),
    "Deconvolution": ("convolution_param", ("num_output", "kernel_size", "stride", "pad")),
    "Pooling": ("pooling_param", ("kernel_size", "stride", "pad")),
    "InnerProduct": ("inner_product_param", ("num_output", "axis")),
    "Concat": ("concat_param", ("axis",)),
}


def check_random_edits(file: Path, times: int) -> None:
    """What if agrees with the graph of a file into which the value was written by protobuf alone."""
    try:
        definition = define_net(read_text(file), str(file))
        make_graph(definition, Options())
    except PrototxtError:
        return
    draw = random.Random(file.name)
    names = [layer.name for layer in definition.message.layer]
    layers = [lay for lay in definition.message.layer if lay.type in FIELDS and names.count(lay.name) == 1]
    for _ in range(times if layers else 0):
        layer = draw.choice(layers)
        message, fields = FIELDS[layer.type]
        field, value = draw.choice(fields), draw.choice([0, 1, 1, 2, 3, 4, 5, 7, 12])
        result = what_if(definition, Options(), [f"{layer.name}.{message}.{field}={value}"])
        edited = write(_set(definition, layer.name, message, field, value))
        if result.after.error is not None:
            with pytest.raises(NetError) as caught:
                make_graph(define_net(edited, "edited"), Options())
            assert (caught.value.what, caught.value.layer) == (
                result.after.error.what,
                result.after.error.layer,
            )
            continue
        graph = make_graph(define_net(edited, "edited"), Options())
        assert result.after.graph is not None
        assert result.after.graph.shapes == graph.shapes
        assert [n.cost for n in result.after.graph.nodes] == [n.cost for n in graph.nodes]
        assert [n.params for n in result.after.graph.nodes] == [n.params for n in graph.nodes]


def _set(definition: Definition, layer: str, message: str, field: str, value: int) -> Any:
    net = type(definition.message)()
    net.CopyFrom(definition.message)
    part = getattr(next(lay for lay in net.layer if lay.name == layer), message)
    part.ClearField(field)
    if part.DESCRIPTOR.fields_by_name[field].is_repeated:
        getattr(part, field).append(value)
    else:
        setattr(part, field, value)
    return net


def test_random_edits_of_the_examples() -> None:
    for name in ("alexnet", "lenet"):
        check_random_edits(ROOT / "examples" / f"{name}.prototxt", 12)
    assert load_graph(ALEXNET).shapes


CORPUS = sorted((SHARED / "corpus").rglob("*.prototxt")) if SHARED.exists() else []


@pytest.mark.slow
@pytest.mark.parametrize("file", CORPUS, ids=lambda p: "/".join(p.parts[-3:]))
def test_random_edits_of_public_nets(file: Path) -> None:
    check_random_edits(file, 6)
