"""prototxt-run on many images: which, in which batches, what is told, what fails, Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from prototxt.blobs import Array
from prototxt.cli.run.command import main as run
from support.commands import DATA, DIGIT, LENET, invoke, layer, picture

CLASSES = 'inner_product_param { num_output: 4 weight_filler { type: "gaussian" std: 1 } }'


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """Scores of four classes for images of 8 x 9."""
    path = tmp_path / "net.prototxt"
    path.write_text(DATA + layer("InnerProduct", CLASSES))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Seven images of several sizes, the third broken."""
    result = tmp_path / "photos"
    result.mkdir()
    for i in range(7):
        picture(result / f"{i}.png", size=(9 + i, 12))
    (result / "2.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    return result


def rows(path: Path) -> dict[str, Array]:
    with np.load(path) as file:
        return dict(file)


GOOD = [f"{i}.png" for i in (0, 1, 3, 4, 5, 6)]


def test_a_listing(net: Path, folder: Path) -> None:
    result = invoke(run, net, folder, "--scale", "0.01", "--channel-order", "rgb")
    assert result.code == 1
    head, listing = result.out.split("\n\n")
    assert head.startswith(
        "first input: 0.png 9x12 RGB -> 9x8 RGB, x 0.01 -> data 1 x 3 x 8 x 9\nweights: random"
    )
    assert [line.split()[0] for line in listing.splitlines()] == [str(folder / name) for name in GOOD]
    failed, summary = result.err.splitlines()
    assert failed.startswith(f"error: {folder / '2.png'}: ")
    assert summary.startswith("6 images in ")
    assert summary.endswith(" images/s; 1 failed")


@pytest.mark.parametrize("batch", [1, 2, 4, 50])
def test_batches_change_nothing(net: Path, folder: Path, batch: int, tmp_path: Path) -> None:
    alone = [json.loads(invoke(run, net, folder / name, "--json").out) for name in GOOD]
    out = tmp_path / "f.npz"
    result = invoke(run, net, folder, "--batch", str(batch), "--json", "--save", out)
    got = [json.loads(line) for line in result.out.splitlines()]
    assert [line["image"] for line in got] == [str(folder / f"{i}.png") for i in range(7)]
    assert list(got[2]) == ["image", "error"]
    assert str(folder / "2.png") in got[2]["error"]
    for mine, other in zip([*got[:2], *got[3:]], alone, strict=True):
        np.testing.assert_allclose(mine["answers"][0]["most"], other["answers"][0]["most"], 1e-4)
    saved = rows(out)
    assert saved["names"].tolist() == [str(folder / name) for name in GOOD]
    assert saved["y"].shape == (6, 4)
    np.testing.assert_allclose(saved["y"].max(1), [line["answers"][0]["most"] for line in alone], 1e-4)


def test_fail_fast(net: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.npz"
    for batch in ("1", "3"):
        result = invoke(run, net, folder, "--json", "--fail-fast", "--save", out, "--batch", batch)
        assert result.code == 1
        assert len(result.out.splitlines()) == 3
        assert rows(out)["names"].tolist() == [str(folder / name) for name in GOOD[:2]]


def test_nothing_but_failures(net: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.npz"
    result = invoke(run, net, folder / "2.png", folder / "none.png", "--save", out)
    assert result.code == 1
    assert result.out == ""
    assert "0 images" in result.err
    assert not out.exists()


def test_patterns_and_a_list(net: Path, folder: Path) -> None:
    listed = CliRunner().invoke(run, [str(net), "-", "--json"], input=f"{folder}/5.png\n\n{folder}/0.png\n")
    assert [json.loads(line)["image"][-5:] for line in listed.stdout.splitlines()] == ["5.png", "0.png"]
    assert listed.exit_code == 0
    result = invoke(run, net, f"{folder}/[56].png", f"{folder}/0.png", "--json")
    assert [json.loads(line)["image"][-5:] for line in result.out.splitlines()] == ["5.png", "6.png", "0.png"]
    assert invoke(run, net, f"{folder}/*.gif").err == f'error: no file matches "{folder}/*.gif"\n'
    empty = CliRunner().invoke(run, [str(net), "-"], input="\n")
    assert (empty.exit_code, empty.stderr) == (1, "error: no images: the list is empty\n")


def test_several_classes_each(net: Path, folder: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("ant\nbee\ncat\ndog\n")
    result = invoke(run, net, folder / "0.png", folder / "1.png", "--top", "2", "--labels", labels)
    listing = result.out.split("\n\n")[1].splitlines()
    assert len(listing) == 4
    assert not listing[1].split(".")[0].strip()[:1].isalpha()
    assert all(line.split()[-1] in ("ant", "bee", "cat", "dog") for line in listing)


def test_blobs_of_the_middle(tmp_path: Path, folder: Path) -> None:
    net, out = tmp_path / "n.prototxt", tmp_path / "f.npz"
    net.write_text(
        DATA
        + layer("Power", "power_param { shift: -100 }", top='top: "p"')
        + layer("ReLU", "", 'bottom: "p"', 'top: "p"').replace('"it"', '"act"')
        + layer("InnerProduct", CLASSES, 'bottom: "p"')
    )
    images = [folder / "0.png", folder / "1.png"]
    invoke(run, net, *images, "--save", out, "--blob", "p", "--blob", "p:before-relu", "--blob", "p@0")
    saved = rows(out)
    assert list(saved) == ["names", "p", "p:before-relu", "p@0"]
    assert saved["p"].shape == (2, 3, 8, 9)
    assert saved["p:before-relu"].min() < 0
    np.testing.assert_array_equal(saved["p"], np.maximum(saved["p:before-relu"], 0))
    np.testing.assert_array_equal(saved["p@0"], saved["p:before-relu"])


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["--blob", "q", "--save", "x.npz"], 'the net has no blob "q"'),
        (["--blob", "y:before-relu", "--save", "x.npz"], 'no layer "relu" writes blob "y" in place'),
        (["--save", "x.csv"], 'features cannot be written as ".csv"'),
        (["--to", "iz"], 'the net has no layer "iz"'),
        (["--crop", "ten"], "give a size to resize to"),
        (["--resize", "4"], "smaller than the net's input"),
        (["--raw-scale", "nan"], "must be finite"),
        (["--preset", "vgg", "--mean", "1,2"], "2 values, the net's input 3 channels"),
    ],
)
def test_what_is_refused(
    net: Path, folder: Path, args: list[str], what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    result = invoke(run, net, folder / "0.png", *args)
    assert result.code == 1
    assert result.out == ""
    assert what in result.err
    assert sorted(tmp_path.rglob("*")) == before


def test_resize_none(tmp_path: Path, folder: Path) -> None:
    net = tmp_path / "n.prototxt"
    net.write_text(
        DATA + layer("Convolution", "convolution_param { num_output: 4 kernel_size: 5 stride: 2 }")
    )
    picture(folder / "2.png", size=(2, 2))
    result = invoke(run, net, folder, "--resize", "none", "--batch", "3", "--json")
    got = [json.loads(line) for line in result.out.splitlines()]
    assert [line["answers"][0]["shape"][2:] for line in got if "answers" in line] == [
        [4, 3], [4, 3], [4, 4], [4, 5], [4, 5], [4, 6]
    ]  # fmt: skip
    assert list(got[2]) == ["image", "error"]
    assert "2.png" in got[2]["error"]
    assert result.code == 1


def test_ten_crops(net: Path, folder: Path, tmp_path: Path) -> None:
    out, image = tmp_path / "f.npz", folder / "0.png"
    invoke(run, net, image, "--resize", "12x14", "--crop", "ten", "--save", out)
    whole = np.asarray(Image.open(image).resize((9, 12)), np.float32)
    assert whole.shape == (12, 9, 3)
    np.testing.assert_array_equal(rows(out)["y"].shape, (1, 4))
    line = json.loads(invoke(run, net, image, "--resize", "12x14", "--crop", "ten", "--json").out)
    assert "14x12, ten crops of 9x8 BGR -> data 10 x 3 x 8 x 9" in line["input"]


TRAIN_VAL = """
layer { name: "data" type: "ImageData" top: "data" top: "label"
  image_data_param { source: "list.txt" batch_size: 5 new_height: 12 new_width: 11 }
  transform_param { crop_size: 8 mean_value: 10 mean_value: 20 mean_value: 30 scale: 0.5 mirror: true } }
layer { name: "echo" type: "Power" bottom: "data" top: "y" }
"""


def test_the_nets_own_transform(tmp_path: Path, folder: Path) -> None:
    net, image = tmp_path / "t.prototxt", folder / "3.png"
    net.write_text(TRAIN_VAL)
    own = invoke(run, net, image, "--input", "data=1,3,8,8", "--json")
    message = "3.png 12x12 RGB -> 11x12, centre 8x8 BGR, minus mean 10,20,30, x 0.5 -> data 1 x 3 x 8 x 8"
    assert json.loads(own.out)["input"] == message
    assert "images are not mirrored at random here" in own.err
    said = invoke(
        run,
        net,
        image,
        "--input",
        "data=1,3,8,8",
        "--scale",
        "2",
        "--mean",
        "0",
        "--resize",
        "input",
        "--json",
    )
    assert (
        json.loads(said.out)["input"] == "3.png 12x12 RGB -> 8x8 BGR, minus mean 0, x 2 -> data 1 x 3 x 8 x 8"
    )
    preset = invoke(run, net, image, "--input", "data=1,3,8,8", "--preset", "unit", "--json")
    assert json.loads(preset.out)["input"] == "3.png 12x12 RGB -> 8x8 BGR, x 0.00392157 -> data 1 x 3 x 8 x 8"


def test_a_mean_file_that_is_not_there(tmp_path: Path, folder: Path) -> None:
    net, image = tmp_path / "t.prototxt", folder / "3.png"
    values = "mean_value: 10 mean_value: 20 mean_value: 30"
    net.write_text(
        TRAIN_VAL.replace(values, 'mean_file: "mean.npy"').replace("new_height: 12 new_width: 11", "")
    )
    result = invoke(run, net, image, "--input", "data=1,3,8,8", "--json")
    assert result.code == 1
    assert 'layer "data" (ImageData): ' in result.err
    assert "mean.npy: no such mean file" in result.err
    assert "give --mean" in result.err
    given = invoke(run, net, image, "--input", "data=1,3,8,8", "--json", "--mean", "1,2,3")
    assert "8x8 BGR, minus mean 1,2,3, x 0.5" in json.loads(given.out)["input"]
    np.save(tmp_path / "mean.npy", np.ones((3, 10, 9), np.float32))
    actual = invoke(run, net, image, "--input", "data=1,3,8,8", "--json")
    assert (
        "-> 9x10, centre 8x8 BGR, minus mean mean.npy (3 x 10 x 9 cut alike)"
        in json.loads(actual.out)["input"]
    )


def test_parts(net: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.npz"
    net.write_text(
        DATA
        + layer("Power", "power_param { shift: -100 }", top='top: "p"').replace('"it"', '"first"')
        + layer("InnerProduct", CLASSES, 'bottom: "p"')
    )
    whole = invoke(run, net, folder, "--json")
    to = invoke(run, net, folder, "--to", "first", "--save", out, "--json")
    assert json.loads(to.out.splitlines()[0])["answers"][0]["output"] == "p"
    assert invoke(run, net, folder / "0.png", "--to", "first").out.count("InnerProduct") == 0
    rest = invoke(run, net, out, "--from", "it", "--json", "--batch", "4")
    assert rest.code == 0
    best = [json.loads(text)["answers"] for text in whole.out.splitlines() if "answers" in text]
    again = [json.loads(text) for text in rest.out.splitlines()]
    assert [line["image"] for line in again] == [f"{out}[{i}]" for i in range(6)]
    for line, want in zip(again, best, strict=True):
        np.testing.assert_allclose(line["answers"][0]["most"], want[0]["most"], 1e-4)
    refused = invoke(run, net, folder / "0.png", "--from", "it")
    assert "no input takes an image" not in refused.err  # p has three maps of its own
    assert refused.code == 0


def test_a_part_that_takes_no_image() -> None:
    result = invoke(run, LENET, DIGIT, "--from", "ip2")
    assert 'no input takes an image (N x 1 or 3 x H x W); its inputs: "ip1" 1 x 500' in result.err
    assert "give a .npy or .npz file" in result.err


def test_time(net: Path, folder: Path) -> None:
    result = invoke(run, net, folder / "0.png", "--time", "3")
    header = next(line for line in result.out.splitlines() if "layer" in line and "ms" in line)
    assert "ms min" in header
    assert "ms median" in header
    assert "share" in header
    assert "100 %" in result.out
    line = json.loads(invoke(run, net, folder / "0.png", "--time", "3", "--json").out)
    data, product = line["times"]
    assert (data["layer"], data["min_ms"]) == ("data", None)
    assert 0 < product["min_ms"] <= product["median_ms"]


def test_trace(tmp_path: Path, folder: Path) -> None:
    net = tmp_path / "n.prototxt"
    text = (
        DATA
        + layer("Power", "power_param { shift: -100 }", top='top: "p"').replace('"it"', '"shift"')
        + layer("Log", "", 'bottom: "p"', 'top: "p"').replace('"it"', '"log"')
        + layer("ReLU", "", 'bottom: "p"', 'top: "p"').replace('"it"', '"act"')
    )
    net.write_text(text)
    result = invoke(run, net, folder / "0.png", "--trace")
    assert 'first value that is not finite: layer "log" (Log), blob "p": ' in result.out
    line = json.loads(invoke(run, net, folder / "0.png", "--trace", "--json").out)
    assert [(row["layer"], row["blob"]) for row in line["trace"]] == [
        ("data", "data"), ("shift", "p"), ("log", "p"), ("act", "p")
    ]  # fmt: skip
    shift = line["trace"][1]["values"]
    assert shift["count"] == 216
    assert shift["least"] < 0 < shift["most"]
    assert line["trace"][2]["values"]["nan"] > 0
    net.write_text(text.replace("-100", "1"))
    assert "every value is finite" in invoke(run, net, folder / "0.png", "--trace").out


def numbers(path: Path) -> Any:
    return np.asarray(Image.open(path))


def test_pictures(tmp_path: Path, folder: Path) -> None:
    net, maps, out = tmp_path / "n.prototxt", tmp_path / "maps/deep", tmp_path / "seen.png"
    convolution = (
        'convolution_param { num_output: 5 kernel_h: 3 kernel_w: 2 weight_filler { type: "xavier" } }'
    )
    net.write_text(DATA + layer("Convolution", convolution, top='top: "a/b"'))
    clone = folder / "sub/0.png"
    clone.parent.mkdir()
    picture(clone, size=(10, 11))
    args = ("--feature-maps", maps, "--filters", tmp_path / "filters", "--show-input", out)
    result = invoke(run, net, folder / "0.png", clone, *args)
    assert result.code == 0, result.err
    actual = sorted(
        str(path.relative_to(tmp_path))
        for path in tmp_path.rglob("*.png")
        if path.is_file() and folder not in path.parents
    )
    assert actual == [
        "filters/it.png", "maps/deep/0.png-2/a_b.png", "maps/deep/0.png-2/data.png",
        "maps/deep/0.png/a_b.png", "maps/deep/0.png/data.png", "seen.png",
    ]  # fmt: skip
    for name in actual:
        assert numbers(tmp_path / name).std() > 1
    only = tmp_path / "only"
    invoke(run, net, folder / "0.png", "--feature-maps", only, "--blob", "a/b")
    assert [path.name for path in only.rglob("*.png") if path.is_file()] == ["a_b.png"]


def test_no_filters() -> None:
    result = invoke(run, LENET, DIGIT, "--filters", DIGIT)
    assert result.code == 1
    assert "this folder cannot be made" in result.err


def test_warnings_of_odd_values_end(tmp_path: Path, folder: Path) -> None:
    net = tmp_path / "n.prototxt"
    net.write_text(DATA + layer("Power", "power_param { power: 0.5 shift: -1000 }"))
    result = invoke(run, net, *[folder / "0.png"] * 15)
    warned = [line for line in result.err.splitlines() if line.startswith("warning: ")]
    assert len(warned) == 11
    assert warned[-1] == "warning: and more like these"


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A net that takes long enough to be interrupted."""
    path = tmp_path / "slow.prototxt"
    path.write_text(
        DATA.replace("dim: 8 dim: 9", "dim: 120 dim: 130")
        + layer(
            "Convolution",
            'convolution_param { num_output: 64 kernel_size: 9 weight_filler { type: "xavier" } }',
        )
    )
    return path


def printed(process: subprocess.Popen[str], count: int) -> Iterator[str]:
    assert process.stdout is not None
    for _ in range(count):
        yield process.stdout.readline()


def test_ctrl_c_leaves_complete_output(slow: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.npz"
    program = "import sys; from prototxt.cli.run.command import main; main(sys.argv[1:])"
    named = [str(folder / "0.png")] * 400
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(slow), *named, "--json", "--save", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        first = list(printed(process, 2))
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)
    assert process.returncode == 130
    done = [json.loads(line) for line in [*first, *rest.splitlines()]]
    assert 2 <= len(done) < 400
    assert rows(out)["y"].shape == (len(done), 64, 112, 122)
    assert f"{len(done)} images in" in said
    assert "interrupted: of 400 files; what was written is complete" in said
    assert "Traceback" not in said


MEMORY = """
import json, sys, tracemalloc
from click.testing import CliRunner
from prototxt.cli.run.command import main

for i, arguments in enumerate(json.load(sys.stdin)):
    if i:
        tracemalloc.start()
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    if i:
        print(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
"""


def most_memory(*runs: Sequence[object]) -> list[int]:
    """The most bytes that each run but the first takes; what the first imports and caches is not counted.

    In a process of their own: in an old one tables of the interpreter may grow by megabytes just then.
    """
    arguments = json.dumps([[str(word) for word in words] for words in runs])
    command = [sys.executable, "-c", MEMORY]
    done = subprocess.run(command, input=arguments, capture_output=True, text=True, timeout=300, check=True)
    return [int(line) for line in done.stdout.split()]


def test_memory_stays_flat(net: Path, tmp_path: Path) -> None:
    """What a run holds on to after 40 images is what it holds after 400."""
    image = picture(tmp_path / "i.png", size=(300, 200))
    few, many = most_memory(
        *([net, *[image] * count, "--save", tmp_path / "f.npz", "--batch", "4"] for count in (4, 40, 400))
    )
    # Reading ahead, and batches that run: 24 images of 180,000 bytes at most, reached or not by chance.
    assert many < few + 24 * 180_000


def test_threads_end(net: Path, folder: Path) -> None:
    invoke(run, net, folder)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(t.name.startswith("prototxt") for t in threading.enumerate()):
        time.sleep(0.01)
    assert not [t.name for t in threading.enumerate() if t.name.startswith("prototxt-run")]


RANDOM = """
layer { name: "noise" type: "DummyData" top: "noise" dummy_data_param {
  shape { dim: 1 dim: 3 dim: 8 dim: 9 } data_filler { type: "gaussian" std: 50 } } }
layer { name: "sum" type: "Eltwise" bottom: "data" bottom: "noise" top: "y" }
"""


def test_random_layers_draw_in_order(tmp_path: Path, folder: Path) -> None:
    net = tmp_path / "n.prototxt"
    net.write_text(DATA.replace("dim: 2", "dim: 1") + RANDOM)
    images = [folder / "0.png"] * 8
    runs = [invoke(run, net, *images, "--seed", "3", "--json").out for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]
    means = [json.loads(line)["answers"][0]["mean"] for line in runs[0].splitlines()]
    assert len(set(means)) == 8


def test_rows_of_arrays_are_made_as_they_are_needed(net: Path, tmp_path: Path) -> None:
    one, many = tmp_path / "one.npz", tmp_path / "rows.npz"
    np.savez(one, data=np.zeros((1, 3, 8, 9), np.uint8))
    np.savez_compressed(many, data=np.zeros((3000, 3, 8, 9), np.uint8))
    (most,) = most_memory(*([net, rows, "--to", "data", "--json", "--batch", "100"] for rows in (one, many)))
    assert most < 6_000_000  # the file's 0.6 MB, what is printed; all rows as float32 would be 2.6 MB more


def test_image_options_are_not_for_arrays(net: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((1, 3, 8, 9)))
    result = invoke(run, net, tmp_path / "x.npy", "--mean", "1,2,3")
    assert result.code == 2
    assert "files of arrays are fed as they are: --mean is for images" in result.err


def test_inputs_that_a_file_does_not_fill(tmp_path: Path) -> None:
    net = tmp_path / "n.prototxt"
    net.write_text(
        DATA + DATA.replace('"data"', '"more"') + layer("Eltwise", bottom='bottom: "data" bottom: "more"')
    )
    np.savez(tmp_path / "half.npz", data=np.ones((1, 3, 8, 9)))
    np.savez(tmp_path / "whole.npz", data=np.ones((1, 3, 8, 9)), more=np.ones((1, 3, 8, 9)))
    got = invoke(run, net, tmp_path / "half.npz", tmp_path / "whole.npz", "--json").out.splitlines()
    assert [json.loads(line)["zeros"] for line in got] == [["more"], []]
    assert [json.loads(line)["answers"][0]["most"] for line in got] == [1, 2]


def test_pictures_of_blobs_with_names_alike(tmp_path: Path, folder: Path) -> None:
    net = tmp_path / "n.prototxt"
    net.write_text(
        DATA + layer("Power", top='top: "a/b"') + layer("Power", bottom='bottom: "a/b"', top='top: "A_b"')
    )
    invoke(run, net, folder / "0.png", "--feature-maps", tmp_path / "maps")
    assert sorted(path.name for path in (tmp_path / "maps/0.png").iterdir()) == [
        "A_b-2.png",
        "a_b.png",
        "data.png",
    ]


def test_labels_of_another_net(net: Path, folder: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("ant\nbee\n")
    result = invoke(run, net, folder / "0.png", "--labels", labels)
    assert result.err == f'warning: {labels}: 2 labels, but "y" has 4 classes\n'


def test_show_input_is_a_png(net: Path, folder: Path, tmp_path: Path) -> None:
    result = invoke(run, net, folder / "0.png", "--show-input", tmp_path / "x.jpg")
    assert result.code == 2
    assert not (tmp_path / "x.jpg").exists()


def test_up_to_a_layer_before_one_that_nothing_can_run(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(
        DATA
        + layer("ReLU")
        + layer("Nonesuch", bottom='bottom: "y"', top='top: "z"').replace('"it"', '"odd"')
    )
    picture(tmp_path / "image.png")
    result = invoke(run, net, tmp_path / "image.png", "--to", "it", "--json")
    assert (result.code, result.err) == (0, "")
    assert [answer["output"] for answer in json.loads(result.out)["answers"]] == ["y"]
    assert 'unknown layer type "Nonesuch"' in invoke(run, net, tmp_path / "image.png", "--to", "odd").err
