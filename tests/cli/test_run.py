"""prototxt-run on good nets: what it prints, saves and takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import prototxt
from prototxt.cli.run.command import main as run
from prototxt.images.load import load_image
from support.cli_nets import MIXED
from support.commands import DATA, DIGIT, LENET, LENET_BLOBS, invoke, layer, picture, write_weights

SCALE = 1 / 256
LENET_RUN = (LENET, DIGIT, "--scale", str(SCALE))


def lines(*args: str | Path) -> list[Any]:
    """What --json prints, a document a line."""
    result = invoke(run, *args, "--json")
    assert result.code == 0, result.err
    return [json.loads(line) for line in result.out.splitlines()]


def document(*args: str | Path) -> Any:
    """What --json prints of one image."""
    (line,) = lines(*args)
    return line


def lenet_api(weights: Path | None = None) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The probabilities the API gives for the digit."""
    pixels = load_image(DIGIT, color=False).transpose(2, 0, 1)[None].astype(np.float32)
    return prototxt.load_net(LENET, weights).forward(data=pixels * np.float32(SCALE))["prob"]


def test_text() -> None:
    result = invoke(run, *LENET_RUN)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("LeNet · TEST · 9 layers")
    for part in (
        "431,080", "2,293,000", "1 x 20 x 24 x 24", "ms",
        "image: digit.png 28x28 gray -> 28x28 gray, x 0.00390625 -> data 1 x 1 x 28 x 28",
        "weights: random (seed 0), the net is untrained; give --weights FILE.caffemodel",
        "prob 1 x 10, best 5",
    ):  # fmt: skip
        assert part in result.out
    best = int(lenet_api().argmax())
    assert f" {best}   {lenet_api().max():.6f}   █" in result.out.split("best 5")[1]


def test_json() -> None:
    got = document(*LENET_RUN)
    assert list(got) == ["image", "input", "zeros", "weights", "loss", "answers"]
    assert got["image"] == DIGIT
    assert got["input"].startswith("digit.png 28x28 gray -> ")
    (answer,) = got["answers"]
    assert (answer["output"], answer["shape"]) == ("prob", [1, 10])
    want = lenet_api()[0]
    order = np.argsort(-want, kind="stable")[:5]
    assert [entry["index"] for entry in answer["classes"]] == order.tolist()
    np.testing.assert_allclose([entry["score"] for entry in answer["classes"]], want[order], rtol=1e-5)
    np.testing.assert_allclose(
        [answer["least"], answer["mean"], answer["most"]], [want.min(), 0.1, want.max()], 1e-5
    )
    assert len(document(*LENET_RUN, "--top", "3")["answers"][0]["classes"]) == 3


def test_save(tmp_path: Path) -> None:
    path = tmp_path / "out.npz"
    result = invoke(run, *LENET_RUN, "--save", path)
    assert result.err == f"saved 1 row to {path}\n"
    with np.load(path) as saved:
        assert list(saved) == ["names", "prob"]
        assert saved["names"].tolist() == [DIGIT]
        np.testing.assert_array_equal(saved["prob"], lenet_api())
    assert [p.name for p in tmp_path.iterdir()] == ["out.npz"]


def test_save_several_outputs(tmp_path: Path) -> None:
    net, path = tmp_path / "net.prototxt", tmp_path / "out.npz"
    net.write_text(DATA + layer("Slice", "slice_param { slice_point: 1 }", top='top: "res/a" top: "b"'))
    document(net, picture(tmp_path / "i.png"), "--save", path)
    with np.load(path) as saved:
        shapes = {name: saved[name].shape for name in saved}
        assert shapes == {"names": (1,), "b": (1, 2, 8, 9), "res/a": (1, 1, 8, 9)}
        assert saved["b"].dtype == np.float32


def test_seed_and_engine() -> None:
    first, again, other = (document(*LENET_RUN, "--seed", seed)["answers"] for seed in ("1", "1", "2"))
    assert first == again
    assert first != other
    assert "random (seed 2)" in invoke(run, *LENET_RUN, "--seed", "2").out
    slow = document(*LENET_RUN, "--seed", "1", "--engine", "reference")
    (a,), (b,) = first, slow["answers"]
    assert [c["index"] for c in a["classes"]] == [c["index"] for c in b["classes"]]
    np.testing.assert_allclose(
        [c["score"] for c in a["classes"]], [c["score"] for c in b["classes"]], rtol=1e-4
    )


def test_weights(tmp_path: Path) -> None:
    path = write_weights(tmp_path / "w.caffemodel", LENET_BLOBS)
    assert f"weights: {path}, 4 layers\n" in invoke(run, *LENET_RUN, "--weights", path).out
    score = document(*LENET_RUN, "--weights", path)["answers"][0]["classes"][0]["score"]
    assert score == pytest.approx(float(lenet_api(path).max()), rel=1e-5)
    some = {"conv1": LENET_BLOBS["conv1"], "conv9": LENET_BLOBS["ip2"]}
    result = invoke(run, *LENET_RUN, "--weights", write_weights(path, some))
    assert f"weights: {path}, 1 layer; not in the net, so unused: conv9\n" in result.out
    assert result.err == f"warning: {path}: no weights for 3 layers, which stay random: conv2, ip1, ip2\n"


def test_several_weights(tmp_path: Path) -> None:
    first = write_weights(tmp_path / "a.caffemodel", {k: LENET_BLOBS[k] for k in ("conv1", "conv2")})
    second = write_weights(tmp_path / "b.caffemodel", {k: LENET_BLOBS[k] for k in ("ip1", "ip2")})
    message = f"weights: {first}, 2 layers, {second}, 2 layers\n"
    result = invoke(run, *LENET_RUN, "--weights", f"{first},{second}")
    assert message in result.out
    assert result.err == ""
    assert message in invoke(run, *LENET_RUN, "--weights", first, "--weights", second).out
    comma = write_weights(tmp_path / "a,b.caffemodel", LENET_BLOBS)
    assert f"weights: {comma}, 4 layers\n" in invoke(run, *LENET_RUN, "--weights", comma).out


def test_labels(tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("".join(f"n{i:08} digit {i}, [b]bold[/b]\n" for i in range(10)))
    best = int(lenet_api().argmax())
    got = document(*LENET_RUN, "--labels", labels)
    assert got["answers"][0]["classes"][0]["label"] == f"digit {best}, [b]bold[/b]"
    assert f"digit {best}, [b]bold[/b]" in invoke(run, *LENET_RUN, "--labels", labels).out
    labels.write_text("only one\n")
    assert {c["label"] for c in document(*LENET_RUN, "--labels", labels)["answers"][0]["classes"]} <= {
        "only one",
        "",
    }


@pytest.fixture
def echo(tmp_path: Path) -> Path:
    """A net that gives back its input."""
    path = tmp_path / "echo.prototxt"
    path.write_text(DATA + layer("Power"))
    return path


def fed(net: Path, image: Path, *args: str | Path) -> Any:
    """What the net was fed with, 3 x 8 x 9."""
    out = net.with_name("out.npz")
    assert invoke(run, net, image, "--save", out, *args).code == 0
    with np.load(out) as saved:
        return saved["y"][0]


def test_channel_order_mean_and_scale(echo: Path, tmp_path: Path) -> None:
    image = picture(tmp_path / "i.png", size=(9, 8))
    rgb = np.asarray(Image.open(image), np.float32).transpose(2, 0, 1)
    np.testing.assert_array_equal(fed(echo, image), rgb[::-1])
    np.testing.assert_array_equal(fed(echo, image, "--channel-order", "rgb"), rgb)
    mean = np.array([10, 20, 30], np.float32)
    np.testing.assert_array_equal(
        fed(echo, image, "--mean", "10,20,30", "--scale", "0.5"), (rgb[::-1] - mean[:, None, None]) / 2
    )
    np.save(tmp_path / "mean.npy", rgb)
    np.testing.assert_array_equal(fed(echo, image, "--mean", tmp_path / "mean.npy"), rgb[::-1] - rgb)
    np.testing.assert_array_equal(fed(echo, image, "--mean", "-5"), rgb[::-1] + 5)
    line = document(echo, image, "--mean", "10,20,30", "--scale", "0.5")["input"]
    assert line == "i.png 9x8 RGB -> 9x8 BGR, minus mean 10,20,30, x 0.5 -> data 1 x 3 x 8 x 9"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "F"])
@pytest.mark.parametrize("channels", [1, 3])
def test_image_modes(mode: str, channels: int, tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(DATA.replace("dim: 3", f"dim: {channels}") + layer("Power"))
    ending = {"CMYK": "tif", "F": "tif", "YCbCr": "jpg"}.get(mode, "png")
    image = picture(tmp_path / f"i.{ending}", mode, (9, 8))
    values = fed(net, image)
    assert values.shape == (channels, 8, 9)
    assert values.min() >= 0
    assert 100 < values.max() <= 255


def test_an_image_on_its_side(echo: Path, tmp_path: Path) -> None:
    upright = picture(tmp_path / "up.png", size=(9, 8))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    Image.open(upright).transpose(Image.Transpose.ROTATE_90).save(tmp_path / "side.png", exif=exif)
    np.testing.assert_array_equal(fed(echo, tmp_path / "side.png"), fed(echo, upright))


def test_a_batch_takes_one_image(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(MIXED.replace("dim: 4", "dim: 3").replace("slice_point: 2", "slice_point: 1"))
    refused = invoke(run, net, DIGIT)
    assert refused.code == 1  # shared weights no longer fit
    net.write_text(DATA + layer("InnerProduct", "inner_product_param { num_output: 4 }"))
    image = picture(tmp_path / "i.png")
    got = document(net, image)
    assert got["answers"][0]["shape"] == [1, 4]
    assert got["input"].endswith("data 1 x 3 x 8 x 9")
    said = "weights: none given, and the file's fillers are constant: all classes will score alike"
    assert said in invoke(run, net, image).out


def test_other_inputs_are_zeros(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(
        DATA + DATA.replace('"data"', '"more"')
        + layer("Eltwise", bottom='bottom: "data" bottom: "more"')
    )  # fmt: skip
    image = picture(tmp_path / "i.png", size=(9, 8))
    result = invoke(run, net, image)
    assert (result.code, result.err) == (0, "")
    assert "other inputs, fed with zeros: more" in result.out
    assert "weights: the net has none" in result.out
    assert "y 1 x 3 x 8 x 9: min " in result.out


def test_input_shape_and_phase(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(
        DATA + layer("Power") + layer("TanH", "include { phase: TRAIN }", 'bottom: "y"', 'top: "z"')
    )
    image = picture(tmp_path / "i.png")
    assert document(net, image, "--input", "data=1x1x5x6")["input"].endswith("data 1 x 1 x 5 x 6")
    outputs = [document(net, image, *phase)["answers"][0]["output"] for phase in ((), ("--phase", "TRAIN"))]
    assert outputs == ["y", "z"]


def test_help() -> None:
    result = invoke(run, "--help")
    assert result.code == 0
    assert "--weights FILE" in result.out
    assert "--save FILE" in result.out
