"""Whatever a user gives: one message with its place, exit code 1 (wrong usage: 2), nothing half-written."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep
from typing import Any, TextIO

import click
import numpy as np
import pytest

from prototxt.cli.run.command import main as run
from prototxt.cli.shapes import main as shapes
from support.bad_nets import CONV, MANY, MISSING, NETS, SYNTAX, WHOLE_NET
from support.commands import (
    COMMANDS,
    DATA,
    DIGIT,
    LENET,
    LENET_BLOBS,
    invoke,
    layer,
    picture,
    write_weights,
)
from support.extras import param_with


@pytest.fixture(params=COMMANDS)
def on_net(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Both commands, given a net; the image is a good one. Files stand in an own folder, nothing may be added."""
    monkeypatch.chdir(tmp_path)
    picture(Path("image.png"))
    image = ("image.png",) if request.param == "run" else ()

    def call(net: str | Path, *args: str) -> Any:
        before = sorted(Path().iterdir())
        result = invoke(COMMANDS[request.param], net, *image, *args)
        assert sorted(Path().iterdir()) == before
        return result

    return call


@pytest.fixture
def shows(on_net: Callable[..., Any], request: pytest.FixtureRequest) -> bool:
    """Whether the command shows a net, with a layer that its type refuses."""
    return bool(request.node.callspec.params["on_net"] == "shapes")


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def check_error(result: Any, start: str, *parts: str, table: bool = False) -> None:
    """Exit code 1, one message on stderr that starts like this and has these parts.

    On stdout is nothing, or with `table` the rest of the net, in which a layer "cannot run" for the same reason.
    """
    assert result.code == 1
    if table:
        assert "cannot run" in result.out
        assert result.err.splitlines()[0].partition("layer ")[2].rpartition(": ")[2] in result.out
    else:
        assert result.out == ""
    assert result.err.startswith(f"error: {start}")
    assert result.err.count("error:") == 1
    assert "Traceback" not in result.err
    for part in parts:
        assert part in result.err


@pytest.mark.parametrize("what", SYNTAX)
def test_syntax(what: str, on_net: Callable[..., Any]) -> None:
    text, line, part = SYNTAX[what]
    Path("net.prototxt").write_text(text)
    result = on_net("net.prototxt")
    check_error(result, f"net.prototxt:{line}:", part)
    assert "^" in result.err or not text.splitlines()[line - 1].strip()


@pytest.mark.parametrize("what", NETS)
def test_net(what: str, on_net: Callable[..., Any], shows: bool) -> None:
    text, line, name, parts = NETS[what]
    Path("net.prototxt").write_text(text)
    result = on_net("net.prototxt")
    table = shows and what not in WHOLE_NET
    check_error(result, f"net.prototxt:{line}:" if line else "net.prototxt: ", *parts, table=table)
    if name:
        assert f": {name}: " in result.err.splitlines()[0]


@pytest.mark.parametrize("what", MISSING)
def test_a_layer_that_nothing_can_run(what: str, tmp_path: Path) -> None:
    text, line, name, parts = MISSING[what]
    net = tmp_path / "net.prototxt"
    net.write_text(text)
    check_error(invoke(run, net, DIGIT), f"{net}:{line}:", f": {name}: ", *parts)
    shown = invoke(shapes, net)
    assert (shown.code, shown.err) == (1, "")
    assert f'{net}:{line}:3: layer "it": ' in shown.out
    for part in parts:
        assert part in shown.out


def test_nothing_is_allocated_for_huge_shapes(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(DATA)
    invoke(shapes, net)  # imports are done
    for what in ("10^12 elements", "10^12 weights", "10^18 of padding"):
        net.write_text(NETS[what][0])
        for args in ((shapes, net), (run, net, DIGIT)):
            tracemalloc.start()
            result = invoke(*args)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert result.code == 1
            assert peak < 5_000_000


FILES: dict[str, tuple[bytes, str]] = {
    "zero bytes": (b"", "the file is empty"),
    "only blanks": (b" \n\t\n", "the file is empty"),
    "only comments": (b"# nothing\n# here\n", "the file is empty"),
    "binary": (bytes(range(256)) * 8, "not a text file"),
    "a trained net": (b"\x0a\x05LeNet\xa2\x06\x40" + b"\x00" * 64, "not a text file"),
    "UTF-16": ("layer { }".encode("utf-16"), "UTF-16"),
}


@pytest.mark.parametrize("what", FILES)
def test_files_without_text(what: str, on_net: Callable[..., Any]) -> None:
    data, part = FILES[what]
    Path("net.prototxt").write_bytes(data)
    check_error(on_net("net.prototxt"), "net.prototxt:", part)


def test_no_such_file(on_net: Callable[..., Any]) -> None:
    check_error(on_net("none.prototxt"), "none.prototxt: there is no such file")


def test_a_folder(on_net: Callable[..., Any]) -> None:
    check_error(on_net("."), ".: this is a folder")


def test_a_file_without_end(on_net: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prototxt.text.files.MAX_BYTES", 10_000_000)
    check_error(on_net("/dev/zero"), "/dev/zero: the file is larger than 10 MB")


def test_an_empty_name(on_net: Callable[..., Any]) -> None:
    result = on_net("")
    assert result.code == 2
    assert "the file name is empty" in result.err


def test_a_file_cut_short(on_net: Callable[..., Any]) -> None:
    text = Path(LENET).read_text()
    Path("net.prototxt").write_text(text[: text.index("kernel_size: 5")])
    check_error(on_net("net.prototxt"), "net.prototxt:19:", 'the "{" opened at line 18', "is never closed")


@pytest.mark.parametrize(
    "name",
    [
        "ä ö.prototxt",
        "a\nb.prototxt",
        "-x.prototxt",
        "a'b\"c.prototxt",
        "a%s{}.prototxt",
        "[red]x[].prototxt",
    ],
)
def test_odd_file_names(name: str, on_net: Callable[..., Any]) -> None:
    path = f"./{name}"
    Path(path).write_text(DATA)
    assert on_net(path).code == 0
    Path(path).write_text("layer {")
    shown = path.replace("\n", r"\x0a")
    check_error(on_net(path), f"{shown}:1:")
    assert on_net(path + "x").err == f"error: {shown}x: there is no such file\n"


def test_control_characters_do_not_reach_the_terminal(on_net: Callable[..., Any]) -> None:
    Path("net.prototxt").write_text(DATA + layer("ReLU", bottom=r'bottom: "\033[2J\007"', param="x: 1"))
    result = on_net("net.prototxt")
    assert result.code == 1
    assert r"\x1b[2J\x07" in result.err
    assert "\x1b" not in result.err


def test_a_line_of_15_mb(tmp_path: Path) -> None:
    long, net = "a" * 15_000_000, tmp_path / "net.prototxt"
    net.write_text(f"{DATA}{long}\n")
    result = invoke(shapes, net)
    check_error(result, f"{net}:2:15000001: ", "has no value")
    assert len(result.err) < 2000
    net.write_text(f"# {long}\n" + DATA)
    assert invoke(shapes, net).code == 0


def test_a_long_name(on_net: Callable[..., Any]) -> None:
    Path("net.prototxt").write_text(DATA + layer("ReLU", bottom=f'bottom: "{"a" * 1_000_000}"'))
    result = on_net("net.prototxt")
    check_error(result, "net.prototxt:5:3: ", 'layer "it" (ReLU): no layer makes bottom "aaa', "aaa ... aaa")
    assert len(result.err) < 2500  # two lines, each cut


@pytest.mark.parametrize("change", [
    lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("\n", "\r"), lambda text: "\ufeff" + text,
], ids=["windows", "old mac", "byte order mark"])  # fmt: skip
def test_other_line_ends(change: Callable[[str], str], on_net: Callable[..., Any], shows: bool) -> None:
    Path("net.prototxt").write_bytes(change(DATA).encode())
    assert on_net("net.prototxt").code == 0
    Path("net.prototxt").write_bytes(change(DATA + layer("Softmax", "softmax_param {\n axis: 4 }")).encode())
    check_error(on_net("net.prototxt"), "net.prototxt:8:2: ", "axis 4", table=shows)


def test_an_unknown_field_is_a_warning(on_net: Callable[..., Any]) -> None:
    Path("net.prototxt").write_text(DATA + layer("Convolution", CONV % "\n kernel_sizes: 3"))
    result = on_net("net.prototxt")
    assert result.code == 0
    assert result.out
    note = 'net.prototxt:8:2: layer "it": unknown field "kernel_sizes" in ConvolutionParameter'
    assert result.err.startswith(f'warning: {note}; did you mean "kernel_size"')
    assert result.err.count("\n") == 1
    strict = on_net("net.prototxt", "--strict")
    check_error(strict, 'net.prototxt:8:2: layer "it" (Convolution): unknown field "kernel_sizes"')


def test_many_unknown_fields(on_net: Callable[..., Any]) -> None:
    Path("net.prototxt").write_text(DATA + "".join(f"field_{i}: {i}\n" for i in range(1000)))
    result = on_net("net.prototxt")
    assert result.code == 0
    assert result.err.count("\n") == 11
    assert "warning: and 990 more like these" in result.err


def test_warnings_come_before_an_error(on_net: Callable[..., Any]) -> None:
    """A misspelt `layer` is why there are none."""
    Path("net.prototxt").write_text(DATA.replace("layer", "layr"))
    result = on_net("net.prototxt")
    assert result.code == 1
    assert (
        'warning: net.prototxt:1:1: unknown field "layr" in NetParameter; did you mean "layer"' in result.err
    )
    assert "error: net.prototxt: the file has no layers" in result.err


INPUTS = {
    "data=0,1,28,28": 'input "data" cannot be 0 x 1 x 28 x 28: every dim must be at least 1',
    "data=1,-1,28,28": 'input "data" cannot be 1 x -1 x 28 x 28',
    "data=1,1,99999999999999999999,28": "2,799,999,999,999,999,999,972 elements",
    "data=1000000,1,1000,1000": MANY,
    "data=1,1,4,4": "the kernel spans 5x5, more than the padded input of 4x4",
    "dat=1,1,28,28": 'the net has no input "dat"\nhint: did you mean "data"?',
    "ip1=1,1,28,28": '"ip1" is computed by layer "ip1", it is not an input of the net\nhint: its inputs are "data"',
    "data=" + ",".join(["1"] * 40): "40 axes",
}


@pytest.mark.parametrize("given", INPUTS)
def test_input_shapes_that_do_not_fit(given: str, on_net: Callable[..., Any], shows: bool) -> None:
    table = shows and ("kernel" in INPUTS[given] or "axes" in INPUTS[given])
    check_error(on_net(LENET, "--input", given), "", INPUTS[given], table=table)


USAGE: dict[str, tuple[list[str], str]] = {
    "malformed input": (["--input", "data"], '"data" is not NAME=N,C,H,W'),
    "input without numbers": (["--input", "data="], '"data=" is not NAME=N,C,H,W'),
    "input without name": (["--input", "=1,2"], '"=1,2" is not NAME=N,C,H,W'),
    "input of words": (["--input", "data=1,3,a,b"], "is not NAME=N,C,H,W"),
    "input with a hole": (["--input", "data=1,,2,3"], "is not NAME=N,C,H,W"),
    "input of decimals": (["--input", "data=1,3,2.5,4"], "is not NAME=N,C,H,W"),
    "input of too many digits": (["--input", "data=" + "9" * 5000], "is not NAME=N,C,H,W"),
    "unknown option": (["--bogus"], "No such option"),
    "phase": (["--phase", "VAL"], "'VAL' is not one of"),
    "level": (["--level", "high"], "not a valid integer"),
}


@pytest.mark.parametrize("what", USAGE)
def test_usage(what: str, on_net: Callable[..., Any]) -> None:
    args, part = USAGE[what]
    result = on_net(LENET, *args)
    assert result.code == 2
    assert part in result.err
    assert "Usage: " in result.err
    assert result.out == ""


@pytest.mark.parametrize(
    ("command", "args", "part"),
    [
        (shapes, [], "Missing argument 'NET...'"),
        (shapes, [LENET, "--format", "xml"], "'xml' is not one of"),
        (shapes, [LENET, "-o"], "requires an argument"),
        (run, [LENET, DIGIT, "--stage"], "requires an argument"),
        (shapes, [LENET, "-o", ""], "the file name is empty"),
        (run, [], "Missing argument 'NET'"),
        (run, [LENET], "Missing argument 'IMAGE...'"),
        (run, [LENET, ""], "the file name is empty"),
        (run, [LENET, DIGIT, "--engine", "gpu"], "'gpu' is not one of"),
        (run, [LENET, DIGIT, "--channel-order", "brg"], "'brg' is not one of"),
        (run, [LENET, DIGIT, "--scale", "1/256"], "not a valid float"),
        (run, [LENET, DIGIT, "--seed", "1.5"], "not a valid integer"),
        (run, [LENET, DIGIT, "--mean", ""], "the file name is empty"),
        (run, [LENET, DIGIT, "--labels", ""], "the file name is empty"),
        (run, [LENET, DIGIT, "--resize", "256x"], '"256x" is not a short side (256), HEIGHTxWIDTH (256x340)'),
        (run, [LENET, DIGIT, "--resize", "-3"], '"-3" is not a short side'),
        (run, [LENET, DIGIT, "--crop", "five"], "'five' is not one of"),
        (run, [LENET, DIGIT, "--preset", "imagnet"], "'imagnet' is not one of"),
        (run, [LENET, DIGIT, "--batch", "0"], "0 is not in the range"),
        (run, [LENET, DIGIT, "--top", "0"], "0 is not in the range"),
        (run, [LENET, DIGIT, "--time", "-1"], "-1 is not in the range"),
        (run, [LENET, DIGIT, "--blob", "ip1"], "--blob says what to --save or to paint"),
        (shapes, [LENET, "more"], "one at a time, or --check"),
    ],
)  # fmt: skip
def test_usage_of_one_command(command: click.Command, args: list[str], part: str) -> None:
    result = invoke(command, *args)
    assert result.code == 2
    assert part in result.err
    assert result.out == ""


IMAGES: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, "no such file"),
    "zero bytes": (b"", "the file is empty"),
    "text": (b"layer { }", "not an image of a known format"),
    "binary": (bytes(range(256)), "not an image of a known format"),
    "only a head": (b"\x89PNG\r\n\x1a\n", "image"),
    "cut short": (Path(DIGIT).read_bytes()[:100], "broken image"),
    "a net": (Path(LENET).read_bytes(), "not an image of a known format"),
}


@pytest.mark.parametrize("what", IMAGES)
def test_images(what: str, tmp_path: Path) -> None:
    data, part = IMAGES[what]
    path = tmp_path / "image.png"
    if data is not None:
        path.write_bytes(data)
    check_error(invoke(run, LENET, path), f"{path}: ", part)


def test_a_folder_as_image(tmp_path: Path) -> None:
    check_error(invoke(run, LENET, tmp_path), f"{tmp_path}: no images in this folder")


def test_a_net_that_takes_no_image(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(DATA.replace("dim: 3", "dim: 4"))
    check_error(invoke(run, net, DIGIT), f"{net}: no input takes an image", '"data" 2 x 4 x 8 x 9')
    net.write_text(DATA.replace("dim: 8 dim: 9", ""))
    check_error(invoke(run, net, DIGIT), f"{net}: no input takes an image", '"data" 2 x 3')


MEANS = {
    "1,2": "2 values, the net's input 1 channels",
    "nan": "not finite",
    "1e99": "not finite",
    "none.npy": "none.npy: no such mean file",
    LENET: "not a mean file",
    DIGIT: "not a mean file",
}


@pytest.mark.parametrize("mean", MEANS)
def test_means(mean: str) -> None:
    check_error(invoke(run, LENET, DIGIT, "--mean", mean), "", MEANS[mean])


def test_mean_files(tmp_path: Path) -> None:
    path = tmp_path / "mean.npy"
    np.save(path, np.zeros((2, 3, 4)))
    check_error(invoke(run, LENET, DIGIT, "--mean", path), "", "2 channels, the net's input 1 channels")
    np.save(path, np.zeros((2, 3, 4, 5)))
    check_error(invoke(run, LENET, DIGIT, "--mean", path), f"{path}: ", "not 2 x 3 x 4 x 5")
    np.save(path, np.array(["a"]))
    check_error(invoke(run, LENET, DIGIT, "--mean", path), f"{path}: ", "not of numbers")
    path.write_bytes(path.read_bytes()[:20])
    check_error(invoke(run, LENET, DIGIT, "--mean", path), f"{path}: not a mean file")


@pytest.mark.parametrize("scale", ["nan", "inf", "-inf"])
def test_scales(scale: str) -> None:
    check_error(invoke(run, LENET, DIGIT, "--scale", scale), f"scale {scale}", "finite")


def test_labels(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    check_error(invoke(run, LENET, DIGIT, "--labels", path), f"{path}: no such label file")
    path.write_bytes(b"\n\n")
    check_error(invoke(run, LENET, DIGIT, "--labels", path), f"{path}: the label file is empty")
    check_error(invoke(run, LENET, DIGIT, "--labels", DIGIT), f"{DIGIT}: not a label file")
    check_error(invoke(run, LENET, DIGIT, "--labels", tmp_path), f"{tmp_path}: label file cannot be read")


def test_weights_of_another_net(tmp_path: Path) -> None:
    path = write_weights(tmp_path / "w.caffemodel", {"conv9": [(2, 2)]})
    check_error(
        invoke(run, LENET, DIGIT, "--weights", path), "the weights of another net", '"conv9"', '"conv1"'
    )
    write_weights(path, {**LENET_BLOBS, "conv2": [(50, 21, 5, 5), (50,)]})
    check_error(
        invoke(run, LENET, DIGIT, "--weights", path), 'layer "conv2": ',
        f"{path} has 50 x 21 x 5 x 5, {LENET} needs 50 x 20 x 5 x 5",
    )  # fmt: skip
    write_weights(path, {**LENET_BLOBS, "conv2": [(50, 20, 5, 5)]})
    check_error(invoke(run, LENET, DIGIT, "--weights", path), 'layer "conv2": ', "1 blob", "2 blobs")


def test_two_layers_of_one_name(tmp_path: Path) -> None:
    """The first gets the weights, as in Caffe; the other has another shape and keeps its filler's."""
    net = tmp_path / "net.prototxt"
    param = "inner_product_param { num_output: %d }"
    net.write_text(DATA + layer("InnerProduct", param % 2, top='top: "a"') + layer("InnerProduct", param % 5))
    weights = write_weights(tmp_path / "w.caffemodel", {"it": [(2, 216), (2,)]})
    assert invoke(run, net, DIGIT, "--weights", weights).code == 0
    write_weights(weights, {"it": [(5, 216), (5,)]})
    check_error(invoke(run, net, DIGIT, "--weights", weights), 'layer "it": ', "5 x 216", "2 x 216")


@pytest.mark.parametrize(
    "data", [b"", b"name: 'LeNet'", bytes(range(256)), b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"]
)
def test_weights_that_are_none(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "w.caffemodel"
    path.write_bytes(data)
    check_error(invoke(run, LENET, DIGIT, "--weights", path), f"{path}: ")


def test_weights_cut_short(tmp_path: Path) -> None:
    path = write_weights(tmp_path / "w.caffemodel", LENET_BLOBS)
    whole = path.read_bytes()
    for size in (100, 10_000, len(whole) - 1):
        path.write_bytes(whole[:size])
        check_error(
            invoke(run, LENET, DIGIT, "--weights", path), f"{path}: at byte ", f"the file ends at byte {size}"
        )


def test_no_weights_file(tmp_path: Path) -> None:
    check_error(invoke(run, LENET, DIGIT, "--weights", tmp_path / "w"), f"{tmp_path / 'w'}: no such file")
    check_error(invoke(run, LENET, DIGIT, "--weights", tmp_path), f"{tmp_path}: this is a directory")


def test_fillers(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    for filler, part in (
        ('type: "xaver"', 'unknown filler type "xaver"'),
        ('type: "uniform" min: 2 max: 1', "min 2 is above max 1"),
        ('type: "gaussian" std: -1', "std must not be negative, got -1"),
    ):
        net.write_text(DATA + layer("Convolution", CONV % f"\n weight_filler {{ {filler} }}"))
        check_error(invoke(run, net, DIGIT), f'{net}:8:2: layer "it" (Convolution): ', part)


def test_values_that_are_not_finite(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(DATA + layer("Power", "power_param { power: 0.5 shift: -1000 }"))
    result = invoke(run, net, DIGIT, "--json")
    assert result.code == 0
    assert result.err == f'warning: {DIGIT}: output "y": 216 of 216 values are NaN or infinite\n'
    assert "NaN" not in result.out


def test_scores_that_are_not_finite() -> None:
    result = invoke(run, LENET, DIGIT, "--scale", "1e39")
    assert result.code == 0
    assert "NaN or infinite" in result.err


def test_out_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 8.00 GiB for an array")

    monkeypatch.setattr("prototxt.net.Net.forward", greedy)
    check_error(invoke(run, LENET, DIGIT), "out of memory: Unable to allocate 8.00 GiB")


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("prototxt.cli.nets.read_text", stop)
    result = invoke(COMMANDS[command], LENET, *([DIGIT] if command == "run" else []))
    assert (result.code, result.out, result.err) == (130, "", "")


SAVES: list[Any] = [
    (shapes, [LENET, "-o"], ""),
    (shapes, [LENET, "--format", "json", "-o"], ""),
    (run, [LENET, DIGIT, "--save"], ".npz"),
    param_with("h5py", run, [LENET, DIGIT, "--save"], ".h5"),
    (run, [LENET, DIGIT, "--show-input"], ".png"),
]


@pytest.mark.parametrize(("command", "args", "suffix"), SAVES)
def test_places_that_cannot_be_written(
    command: click.Command, args: list[str], suffix: str, tmp_path: Path
) -> None:
    file, folder = tmp_path / "file", tmp_path / f"folder{suffix}"
    file.write_text("old")
    folder.mkdir()
    for path in (folder, tmp_path / f"none/x{suffix}", file / f"x{suffix}", tmp_path / ("n" * 300 + suffix)):
        result = invoke(command, *args, path)
        assert result.code == 1
        assert result.err.startswith(f"error: {path}: cannot be written: ")
        assert names(tmp_path) == ["file", folder.name]
    assert file.read_text() == "old"


@pytest.mark.parametrize(("command", "args", "suffix"), SAVES)
@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()]
)
def test_writing_that_fails_midway(
    command: click.Command,
    args: list[str],
    suffix: str,
    error: BaseException,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def replace(*_: object) -> None:
        raise error

    monkeypatch.setattr(Path, "replace", replace)
    path = tmp_path / f"file{suffix}"
    result = invoke(command, *args, path)
    assert result.code == (130 if isinstance(error, KeyboardInterrupt) else 1)
    assert names(tmp_path) == []
    path.write_text("old")
    assert invoke(command, *args, path).code == result.code
    assert path.read_text() == "old"
    assert names(tmp_path) == [path.name]


def test_arrays_that_fail_midway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_some(archive: zipfile.ZipFile, *_: object, **__: object) -> None:
        archive.writestr("half", b"half")
        raise OSError(28, "No space left on device")

    path = tmp_path / "out.npz"
    path.write_text("old")
    monkeypatch.setattr("prototxt.batch.features.npz._write_rows", write_some)
    result = invoke(run, LENET, DIGIT, "--save", path)
    assert result.code == 1
    assert result.err.startswith(f"error: {path}: cannot be written: no space left on device")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["out.npz"]


def test_links_and_modes_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    assert invoke(shapes, LENET, "-o", link).code == 0
    assert link.is_symlink()
    assert target.read_text().startswith("LeNet")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_devices_stay_devices() -> None:
    assert invoke(shapes, LENET, "-o", "/dev/null").code == 0
    assert invoke(run, LENET, DIGIT, "--show-input", "/dev/null").code == 0
    assert not Path("/dev/null").is_file()


def test_blob_names_that_numpy_takes_for_arguments(tmp_path: Path) -> None:
    net, out = tmp_path / "net.prototxt", tmp_path / "out.npz"
    net.write_text(
        DATA + layer("Slice", "slice_param { slice_point: 1 }", top='top: "file" top: "allow_pickle"')
    )
    assert invoke(run, net, DIGIT, "--save", out).code == 0
    assert zipfile.is_zipfile(out)
    with np.load(out) as saved:
        assert {name: saved[name].shape for name in saved} == {
            "names": (1,),
            "file": (1, 1, 8, 9),
            "allow_pickle": (1, 2, 8, 9),
        }


BIN = Path(sys.executable).parent
on_posix = pytest.mark.skipif(os.name != "posix", reason="shells, signals and pipes")


@contextlib.contextmanager
def started(*args: str | bytes, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    name, *rest = args
    command = [BIN / os.fsdecode(name), *rest]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def finished(*args: str | bytes, **options: Any) -> tuple[int, str, str]:
    with started(*args, **options) as process:
        out, err = process.communicate(timeout=60)
        return process.returncode, out.decode(), err.decode()


@on_posix
class TestProcesses:
    """What only a real process shows."""

    def test_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "net.prototxt").write_text(NETS["axis"][0])
        code, out, err = finished("prototxt-shapes", "net.prototxt", cwd=tmp_path)
        message = (
            'net.prototxt:8:2: layer "it" (Softmax): axis 4 is out of range for a bottom of 2 x 3 x 8 x 9'
        )
        assert (code, err) == (1, f"error: {message}\n")
        assert "Softmax (cannot run)" in out

    def test_usage(self) -> None:
        code, out, err = finished("prototxt-run")
        assert (code, out) == (2, "")
        assert "Missing argument 'NET'" in err

    @pytest.mark.parametrize(
        "args",
        [
            ("prototxt-shapes", LENET),
            ("prototxt-shapes", LENET, "--format", "json"),
            ("prototxt-run", LENET, DIGIT),
        ],
    )
    def test_a_closed_pipe(self, args: tuple[str, ...]) -> None:
        with started(*args) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(60) == 0
            process.stdout = None

    def test_head(self) -> None:
        command = f"'{BIN}/prototxt-shapes' '{LENET}' | head -1"
        done = subprocess.run(command, shell=True, capture_output=True, check=True, text=True)
        assert done.stdout.startswith("LeNet")
        assert done.stderr == ""

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
    @pytest.mark.parametrize(
        "args", [("prototxt-shapes", LENET), ("prototxt-shapes", LENET, "--format", "csv")]
    )
    def test_a_full_disk(self, args: tuple[str, ...]) -> None:
        with Path("/dev/full").open("w") as full:
            done = subprocess.run([BIN / args[0], *args[1:]], stdout=full, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 1
        assert done.stderr == "error: cannot write the answer: No space left on device\n"

    @staticmethod
    def writer(pipe: Path, process: subprocess.Popen[bytes]) -> TextIO:
        """The pipe's other end, as soon as the command reads; a command that died would never read."""
        while process.poll() is None:
            with contextlib.suppress(OSError):
                return os.fdopen(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK), "w")
            sleep(0.05)
        pytest.fail(f"ended with {process.returncode} before it read: {process.communicate()}")

    def test_ctrl_c(self, tmp_path: Path) -> None:
        """The net is a pipe that nobody writes to: the command waits until it is stopped."""
        pipe = tmp_path / "net.prototxt"
        os.mkfifo(pipe)
        with started("prototxt-shapes", str(pipe)) as process:
            with self.writer(pipe, process) as writer:
                writer.write("layer {")
                writer.flush()
                code = None
                while code is None:  # a signal just before the command waits is seen at the next one
                    sleep(0.3)
                    process.send_signal(signal.SIGINT)
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        code = process.wait(3)
                assert code == 130
            assert process.communicate() == (b"", b"")

    def test_a_net_from_a_pipe(self) -> None:
        command = f"'{BIN}/prototxt-shapes' /dev/stdin < '{LENET}'"
        done = subprocess.run(command, shell=True, capture_output=True, check=True, text=True)
        assert done.stdout.startswith("LeNet")

    def test_a_terminal_without_arrows(self) -> None:
        env = {**os.environ, "PYTHONIOENCODING": "ascii"}
        code, out, err = finished("prototxt-run", LENET, DIGIT, env=env)
        assert (code, err) == (0, "")
        assert "431,080" in out
        assert out.isascii()

    def test_a_file_name_that_is_not_text(self, tmp_path: Path) -> None:
        image = os.fsencode(tmp_path) + b"/\xff.png"
        Path(os.fsdecode(image)).write_bytes(Path(DIGIT).read_bytes())
        code, _, err = finished("prototxt-run", LENET, image)
        assert (code, err) == (0, "")
        code, _, err = finished("prototxt-shapes", os.fsencode(tmp_path) + b"/\xfe")
        assert code == 1
        assert "there is no such file" in err

    def test_a_file_that_may_not_be_read(self, tmp_path: Path) -> None:
        secret = tmp_path / "net.prototxt"
        secret.write_text(DATA)
        secret.chmod(0)
        if os.access(secret, os.R_OK):
            pytest.skip("this user may read everything")
        code, _, err = finished("prototxt-shapes", str(secret))
        assert (code, err) == (1, f"error: {secret}: the file cannot be read: permission denied\n")
