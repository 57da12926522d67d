"""Names from strangers' files in the output of every command: they forge no line, no colour and no direction of text.

What a program reads (JSON, a definition that is written) keeps the true names.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pytest
from PIL import Image

import prototxt
from prototxt.cli.caffe_shim import main as caffe_shim
from prototxt.cli.classify import main as classify
from prototxt.cli.dataset import main as dataset
from prototxt.cli.draw import main as draw
from prototxt.cli.draw_net import main as draw_net
from prototxt.cli.explain.command import main as explain
from prototxt.cli.extract_features import main as extract_features
from prototxt.cli.report import main as report
from prototxt.cli.run.command import main as run
from prototxt.cli.shapes import main as shapes
from prototxt.cli.time import main as time
from prototxt.cli.upgrade import main as upgrade
from prototxt.formats.npz import write_npz
from support.commands import Result, invoke

FORGED = re.compile(
    r"(?<!\\x0a)(?<!\\012)error: forged|(?<!\\x0d)(?<!\\015)warning: forged|(?<!\\x0b)(?<!\\013)hint: forged"
    r"|(?<!\\u2028)(?<!\\xe2\\x80\\xa8)(?<!\\342\\200\\250)layer forged"
)
"""What the names would show as lines of their own, without the character before it spelled out."""

OURS = re.compile(r"error: |warning: |hint: |  |saved |filters of |\d images? in ")
"""The beginnings of lines on standard error."""

NAMES = {
    "lines": "a\nerror: forged\rwarning: forged\x0bhint: forged\u2028layer forged",
    "terminal": "b\x1b[31m\u202e\tc\x00d\x07\x85",
    "long": "n" * 10_000,
    "words": "error: forged",
}
"""A file of the file system holds no NUL, and at most 255 bytes of name."""

FILE_NAMES = {"lines": NAMES["lines"], "terminal": "b\x1b[31m\u202e\tc", "long": "n" * 200}


def quoted(name: str) -> str:
    """A string of prototxt with every byte that is not a plain letter as an octal escape."""
    return (
        '"'
        + "".join(f"\\{byte:03o}" if byte < 32 or byte > 126 else chr(byte) for byte in name.encode())
        + '"'
    )


NET = """
name: TITLE
layer { name: NAME type: "Input" top: NAME input_param { shape { dim: 1 dim: 3 dim: 10 dim: 12 } } }
layer { name: CONV type: "Convolution" bottom: NAME top: CONV param { name: NAME } bla: 3
  convolution_param { num_output: 4 kernel_size: 3 engine: TENSOR weight_filler { type: "xavier" } } }
layer { name: RELU type: "ReLU" bottom: CONV top: CONV }
layer { name: POOL type: "Pooling" bottom: CONV top: POOL pooling_param { kernel_size: 3 stride: 2 pool: MAX } }
layer { name: FC type: "InnerProduct" bottom: POOL top: FC
  inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
layer { name: PROB type: "Softmax" bottom: FC top: PROB }
"""
"""A net that runs, with two notes: an unknown field and an unknown value that changes nothing."""

UNKNOWN = "layer { name: FC type: NAME bottom: NAME top: NAME }"
FILLER = """layer { name: FC type: "InnerProduct" bottom: NAME top: FC
  inner_product_param { num_output: 5 weight_filler { type: NAME } } }"""

WRONG = {
    "types": UNKNOWN.replace("top: NAME", "top: FC")
    + UNKNOWN.replace("FC", "PROB").replace("top: NAME", "top: PROB"),
    "filler": FILLER,
    "top twice": 'layer { name: FC type: "ReLU" bottom: CONV top: NAME }',
    "bottom": 'layer { name: FC type: "ReLU" bottom: FC top: PROB }',
    "sizes": 'layer { name: FC type: "Eltwise" bottom: NAME bottom: CONV top: FC }',
    "source": 'layer { name: FC type: "Data" top: FC data_param { source: NAME batch_size: 2 } }',
    "list": 'layer { name: FC type: "ImageData" top: FC top: PROB image_data_param { source: NAME } }',
    "hdf5": 'layer { name: FC type: "HDF5Data" top: FC hdf5_data_param { source: NAME batch_size: 2 } }',
    "mean": 'layer { name: FC type: "Data" top: FC data_param { source: NAME } transform_param { mean_file: NAME } }',
    "python": 'layer { name: FC type: "Python" bottom: CONV top: FC python_param { module: NAME layer: NAME } }',
    "stage": 'layer { name: FC type: "ReLU" top: FC include { stage: NAME } } layer { name: PROB type: "ReLU" '
    "bottom: FC top: PROB }",
    "enum": 'layer { name: FC type: "Pooling" bottom: CONV top: FC pooling_param { pool: NAME kernel_size: 2 } }',
    "field": "layer { name: FC type: NAME bla: 3 bottom: CONV top: FC }",
    "share": 'layer { name: FC type: "InnerProduct" bottom: CONV top: FC param { name: NAME } '
    "inner_product_param { num_output: 5 } }",
    "loss": 'layer { name: FC type: "SoftmaxWithLoss" bottom: CONV bottom: CONV top: FC }',
    "split": 'layer { name: FC type: "Slice" bottom: NAME top: FC top: PROB slice_param { axis: 1 } }',
}
"""Layers after CONV of which each is refused, or noted, with a name in the message."""


def made(text: str, name: str) -> str:
    """The net with NAME in place of all names; other names are the same with a word before them."""
    return re.sub(r"TITLE|NAME|CONV|RELU|POOL|FC|PROB", lambda word: quoted(spelled(word[0], name)), text)


def spelled(word: str, name: str) -> str:
    """The name that a word of the text stands for; that of the net has at most 99 characters."""
    return name if word == "NAME" else f"{word}{name}" if word != "TITLE" else name[:99]


def plain(text: str) -> bool:
    """Whether nothing in it acts on a terminal or begins a line of its own."""
    return not any(
        c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") for c in text
    )


def check(result: Result, name: str) -> None:
    """The command has ended with an answer or one error; no line of it was begun by a name."""
    assert result.code in (0, 1), result
    for text in (result.out, result.err):
        assert plain(text), text
        assert "Traceback" not in text
        if name != NAMES["words"]:
            assert not FORGED.search(text.replace("#92;", "\\")), text  # as Mermaid writes a backslash
        assert "\tc" not in text
    for line in result.err.splitlines():
        assert OURS.match(line), line
        assert not line.startswith("error: forged")


def strings(value: object) -> Iterator[str]:
    """Every string in a document, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A hostile name; the net of it, its weights, an image and labels stand in the current folder."""
    monkeypatch.chdir(tmp_path)
    hostile = NAMES[request.param]
    Path("net.prototxt").write_text(made(NET, hostile))
    with pytest.warns(prototxt.PrototxtWarning):
        prototxt.load_net("net.prototxt").save("net.caffemodel")
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (10, 12, 3), np.uint8)).save("image.png")
    Path("labels.txt").write_text("\n".join(f"{i}\x1b[31m\u202e\x0bhint: forged" for i in range(5)))
    return hostile


WEIGHTS = ("--weights", "net.caffemodel")
IMAGE = ("net.prototxt", "image.png", *WEIGHTS)
TRAINED = ("--model_def", "net.prototxt", "--pretrained_model", "net.caffemodel")
CALLS: dict[str, tuple[click.Command, tuple[str, ...]]] = {
    "shapes": (shapes, ("net.prototxt",)),
    "shapes csv": (shapes, ("net.prototxt", "--format", "csv")),
    "shapes markdown": (shapes, ("net.prototxt", "--format", "markdown")),
    "strict": (shapes, ("net.prototxt", "--strict")),
    "check": (shapes, ("--check", "net.prototxt")),
    "check csv": (shapes, ("--check", "net.prototxt", "--format", "csv")),
    "weights file": (shapes, ("net.caffemodel",)),
    "weights file csv": (shapes, ("net.caffemodel", "--format", "csv")),
    "extract": (shapes, ("net.caffemodel", "--extract", "new.prototxt")),
    "run": (run, (*IMAGE, "--labels", "labels.txt", "--time", "1", "--trace")),
    "run on several": (run, ("net.prototxt", "image.png", "image.png", "--labels", "labels.txt")),
    "save": (run, (*IMAGE, "--save", "out.npz", "--feature-maps", "maps", "--filters", "filters")),
    "plan": (run, ("net.prototxt", "--plan")),
    "profile": (run, ("net.prototxt", "--profile")),
    "no such blob": (run, (*IMAGE, "--save", "out.npz", "--blob", "nothing")),
    "no such layer": (run, (*IMAGE, "--to", "nothing")),
    "no boxes": (run, (*IMAGE, "--min-score", "0.5")),
    "no input": (run, (*IMAGE, "--input", "nothing=1,3,4,5")),
    "overview": (explain, ("net.prototxt",)),
    "explain no layer": (explain, ("net.prototxt", "nothing")),
    "fc as conv": (explain, ("net.prototxt", "--fc-as-conv", "13x16")),
    "diff": (explain, ("net.prototxt", "--diff", "other.prototxt")),
    "dot": (draw, ("net.prototxt",)),
    "mermaid": (draw, ("net.prototxt", "--format", "mermaid")),
    "svg": (draw, ("net.prototxt", "-o", "net.svg")),
    "draw net": (draw_net, ("net.prototxt", "net.dot")),
    "page": (report, ("net.prototxt", *WEIGHTS, "--image", "image.png")),
    "page of two": (report, ("net.prototxt", "--compare", "other.prototxt")),
    "small page": (report, ("net.prototxt", *WEIGHTS, "--image", "image.png", "--max-mb", "0.5")),
    "upgrade": (upgrade, ("net.prototxt", "new.prototxt")),
    "upgrade weights": (upgrade, ("net.caffemodel", "new.caffemodel")),
    "upgrade strictly": (upgrade, ("net.prototxt", "new.prototxt", "--strict")),
    "time": (time, ("-model", "net.prototxt", "-iterations", "1")),
    "classify": (
        classify,
        ("image.png", "--mean_file", "", "--labels", "labels.txt", *TRAINED),
    ),
    "extract features": (
        extract_features,
        ("net.caffemodel", "net.prototxt", "nothing", "out", "1", "npz"),
    ),
}


SLOW = {"profile"}
"""Calls that measure the machine first."""


@pytest.mark.parametrize(
    "call", [pytest.param(call, marks=[pytest.mark.slow] * (call in SLOW)) for call in CALLS]
)
def test_a_net_of_hostile_names(call: str, name: str) -> None:
    command, args = CALLS[call]
    Path("other.prototxt").write_text(made(NET.replace("kernel_size: 3 ", "kernel_size: 2 ", 1), name))
    check(invoke(command, *args), name)


def test_every_command_is_tried() -> None:
    tried = {command for command, _ in CALLS.values()}
    assert tried == {shapes, run, explain, draw, draw_net, report, upgrade, time, classify, extract_features}


@pytest.mark.parametrize("args", [(), ("--only", "layer"), ("--at", "0,1,2,3", "--depth", "2")])
def test_a_layer_of_a_hostile_name(args: tuple[str, ...], name: str) -> None:
    layer = spelled("CONV", name)
    if "\0" in name:
        pytest.skip("no argument holds a NUL")
    check(invoke(explain, "net.prototxt", layer, *args), name)
    check(invoke(explain, "net.prototxt", "--what-if", f"{layer}.kernel_size=99"), name)
    check(invoke(explain, "net.prototxt", "--same", layer), name)
    check(invoke(run, "net.prototxt", "image.png", "--to", layer), name)


@pytest.mark.parametrize(
    ("command", "args"),
    [
        (shapes, ("net.prototxt", "--format", "json")),
        (shapes, ("net.caffemodel", "--format", "json")),
        (run, (*IMAGE, "--json")),
        (explain, ("net.prototxt", "--format", "json")),
        (time, ("-model", "net.prototxt", "-iterations", "1", "--json")),
    ],
    ids=["shapes", "weights file", "run", "explain", "time"],
)
def test_json_keeps_the_true_names(command: click.Command, args: tuple[str, ...], name: str) -> None:
    result = invoke(command, *args)
    check(Result(result.code, "", result.err), name)
    assert plain(result.out.replace("\x7f", ""))
    assert any(name in text for text in strings(json.loads(result.out)))


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("hostile", NAMES)
def test_messages_about_hostile_names(
    what: str, hostile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = NAMES[hostile]
    head = NET[: NET.index("layer { name: RELU")]
    Path("net.prototxt").write_text(made(head + WRONG[what], name))
    Image.fromarray(np.zeros((10, 12, 3), np.uint8)).save("image.png")
    for command, args in (
        (shapes, ()), (shapes, ("--check",)), (shapes, ("--strict",)), (shapes, ("--allow-python-layers",)),
        (run, ("image.png",)), (explain, ()), (draw, ()), (report, ()),
    ):  # fmt: skip
        check(invoke(command, "net.prototxt", *args), name)
    written = invoke(shapes, "--check", "net.prototxt", "--format", "json").out
    assert plain(written.replace("\x7f", ""))
    assert json.loads(written)[0]["file"] == "net.prototxt"


@pytest.mark.parametrize("hostile", NAMES)
def test_weights_of_hostile_names(hostile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = NAMES[hostile].replace("\0", "")  # which no .npz file holds
    Image.fromarray(np.zeros((10, 12, 3), np.uint8)).save("image.png")
    Path("net.prototxt").write_text(made(NET, name))
    for layer in (name, spelled("CONV", name), spelled("FC", name)):
        with Path("w.npz").open("wb") as file:
            write_npz(
                file, [(f"{layer}/0", np.ones((2, 3), np.float32)), (f"{layer}x/0", np.ones(2, np.float32))]
            )
        for args in ((run, "net.prototxt", "image.png", "--weights", "w.npz"), (shapes, "w.npz")):
            check(invoke(args[0], *args[1:]), name)


@pytest.mark.parametrize("hostile", FILE_NAMES)
@pytest.mark.parametrize("suffix", [".prototxt", ".png", ".npy", ".caffemodel", ".txt"])
def test_files_of_hostile_names(
    suffix: str, hostile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = FILE_NAMES[hostile]
    file = f"{name.replace('/', '')}{suffix}"
    Path("net.prototxt").write_text(made(NET, "it"))
    Path(file).write_bytes(bytes(range(64)))
    Image.fromarray(np.zeros((10, 12, 3), np.uint8)).save("image.png")
    for command, args in (
        (shapes, (file,)), (shapes, ("--check", ".")), (shapes, ("--check", file, "--format", "csv")),
        (run, ("net.prototxt", file)), (run, ("net.prototxt", ".")), (run, (file, file)),
        (run, ("net.prototxt", file, "--weights", file)), (run, ("net.prototxt", "image.png", "--mean", file)),
        (run, ("net.prototxt", file, "--labels", file)), (explain, (file,)), (draw, (file,)),
        (draw_net, (file, "x.dot")), (report, (file,)), (report, ("net.prototxt", "--image", file)),
        (upgrade, (file, f"new{file}")), (time, ("-model", file)),
        (time, ("-model", "net.prototxt", "--weights", file)),
        (classify, (file, "--model_def", file, "--pretrained_model", file, "--mean_file", file)),
        (extract_features, (file, file, "a", f"out{file}", "1", "npz")),
        (dataset, ("make", file, "out.h5")), (dataset, ("mean", file, "mean.npy")),
        (caffe_shim, ("status", "--target", file)),
    ):  # fmt: skip
        check(invoke(command, *args), name)
