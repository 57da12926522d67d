"""prototxt-report: what it writes, what it says, what it refuses."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.cli.report import main
from support.commands import ALEXNET, DIGIT, LENET, ROOT, Result, invoke, layer, picture
from support.report_pages import PAGE, Read, read_page

WEIGHTS = str(ROOT / "examples" / "lenet.caffemodel")


@pytest.fixture(autouse=True)
def _empty_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The data alone: what a browser makes of it is tested in tests/browser."""
    monkeypatch.setattr("prototxt.page.write.page", lambda: PAGE)


def report(folder: Path, *args: str | float | Path) -> tuple[Read, Result]:
    result = invoke(main, *args, "-o", folder / "page.html")
    assert result.code == 0, result.err
    return read_page(folder / "page.html"), result


def test_shapes_alone(tmp_path: Path) -> None:
    page, result = report(tmp_path, ALEXNET)
    assert result.out.startswith(f"{tmp_path / 'page.html'}: ")
    assert "24 layers, 0 arrays" in result.out
    assert set(page.scripts) == {"report"}
    assert "image" not in page.document
    assert page.document["net"] == {
        "name": "AlexNet",
        "file": "alexnet.prototxt",
        "phase": "TEST",
        "images": 1,
    }


def test_kernels_with_weights(tmp_path: Path) -> None:
    page, result = report(tmp_path, LENET, "--weights", WEIGHTS)
    net = prototxt.load_net(LENET, WEIGHTS)
    conv2 = page.document["layers"][3]
    np.testing.assert_allclose(
        page.values(conv2["params"][0]), net.params["conv2"][0].data, rtol=2**-11, atol=1e-7
    )
    assert not any("data" in blob for blob in page.document["blobs"].values())
    assert any(
        note.startswith("weights: lenet") or "lenet.caffemodel" in note for note in page.document["notes"]
    )
    assert "left out" not in result.out


def test_maps_with_an_image(tmp_path: Path) -> None:
    options = ["--weights", WEIGHTS, "--image", DIGIT, "--preset", "mnist"]
    page, _ = report(tmp_path, LENET, *options, "--dtype", "fp32")
    net = prototxt.load_net(LENET, WEIGHTS)
    data = page.values(page.document["blobs"]["data@0"])
    answer = net.forward(data=data)["prob"]
    np.testing.assert_allclose(page.values(page.document["blobs"]["prob@0"]), answer, rtol=1e-4, atol=1e-6)
    assert page.values(page.document["blobs"]["ip1@0"]).min() < 0
    assert page.values(page.document["blobs"]["ip1@1"]).min() == 0
    image = page.document["image"]
    assert image["blob"] == "data@0"
    assert image["src"].startswith("data:image/png;base64,")
    assert image["view"] == {"left": 0, "top": 0, "width": image["width"], "height": image["height"]}
    assert any(note.startswith("digit.png") for note in page.document["notes"])


def test_no_folder_of_this_machine_is_in_the_page(tmp_path: Path) -> None:
    """A page is sent to other people: it names files, and no folders."""
    home = tmp_path / "home" / "somebody" / "nets"
    home.mkdir(parents=True)
    net, weights, image = (shutil.copy(source, home) for source in (LENET, WEIGHTS, DIGIT))
    Path(net).write_text(
        Path(net).read_text()
        + layer("InnerProduct", "inner_product_param { num_output: 2 }", 'bottom: "prob"')
    )
    page, _ = report(tmp_path, net, "--weights", weights, "--image", image, "--scale", 0.01)
    whole = (tmp_path / "page.html").read_text()
    assert str(tmp_path) not in whole
    assert "somebody" not in whole
    assert re.findall(r"(?<![\w.])/(?:home|tmp|root|work|Users|var)/", page.scripts["report"]) == []
    assert page.document["net"]["file"] == "lenet.prototxt"
    assert page.document["layers"][3]["place"] == "lenet.prototxt:33"
    said = "\n".join(page.document["notes"])
    assert "weights: lenet.caffemodel, 4 layers" in said
    assert "lenet.caffemodel: no weights for 1 layer" in said
    assert "digit.png 28x28" in said


def test_the_part_of_the_image_that_the_net_saw(tmp_path: Path) -> None:
    photo = picture(tmp_path / "photo.png", size=(2000, 500))
    text = (
        'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 4 dim: 3 dim: 20 dim: 30 } } }'
    )
    (tmp_path / "net.prototxt").write_text(text)
    page, _ = report(tmp_path, tmp_path / "net.prototxt", "--image", photo, "--resize", "50")
    image = page.document["image"]
    assert (image["width"], image["height"]) == (1024, 256)
    assert image["src"].startswith("data:image/jpeg;base64,")
    # resized to 200 x 50, the centre of 30 x 20 seen: from 85, 15
    scale = 1024 / 200
    assert image["view"] == pytest.approx(
        {"left": 85 * scale, "top": 15 * 256 / 50, "width": 30 * scale, "height": 102.4}
    )
    assert "the file's batch is 4, the page shows 1" in page.document["notes"]


def test_arrays_are_no_picture(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((2, 1, 28, 28), np.float32))
    page, _ = report(tmp_path, LENET, "--weights", WEIGHTS, "--image", tmp_path / "x.npy")
    assert "image" not in page.document
    np.testing.assert_array_equal(page.values(page.document["blobs"]["data@0"]), np.ones((1, 1, 28, 28)))


def test_the_largest_are_left_out_and_told(tmp_path: Path) -> None:
    page, result = report(tmp_path, LENET, "--weights", WEIGHTS, "--max-mb", 0.5)
    assert 'left out: parameter 0 of "ip1" (500 x 800, 1.1 MB)' in result.out
    assert (tmp_path / "page.html").stat().st_size < 500_000
    assert "left out to keep the page below 0.5 MB" in page.document["notes"][-1]


def test_a_net_with_layers_that_nothing_can_run(tmp_path: Path) -> None:
    text = 'layer { name: "d" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }' + layer(
        "Odd"
    )
    (tmp_path / "net.prototxt").write_text(text)
    page, _ = report(tmp_path, tmp_path / "net.prototxt")
    assert page.document["blobs"]["y@0"]["shape"] is None


REFUSED: dict[str, tuple[list[str], int, str]] = {
    "image options without an image": (["--preset", "mnist"], 2, "--preset is for images: give --image"),
    "ten crops": (["--image", DIGIT, "--crop", "ten"], 2, "a page shows one"),
    "no size": (["--max-mb", "0"], 2, "--max-mb"),
    "not a number": (["--max-mb", "nan"], 2, "nan is no size"),
    "endless": (["--max-mb", "inf"], 2, "inf is no size"),
    "too small": (
        ["--max-mb", "0.01"],
        1,
        "MB without any values, more than 0.01 MB\nhint: allow more: --max-mb 0.",
    ),
    "no such image": (["--image", "nowhere.png"], 1, "nowhere.png"),
    "no such weights": (["--weights", "nowhere.caffemodel"], 1, "nowhere.caffemodel"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str, tmp_path: Path) -> None:
    args, code, what = REFUSED[case]
    result = invoke(main, LENET, *args, "-o", tmp_path / "x.html")
    assert result.code == code
    assert what in result.err
    assert "Traceback" not in result.err
    assert not list(tmp_path.iterdir())


def test_no_file_that_is_read_is_written_over(tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_bytes(Path(LENET).read_bytes())
    for args in ([net], [LENET, "--compare", net]):
        result = invoke(main, *args, "-o", tmp_path / "." / "net.prototxt")
        assert result.code == 2
        assert "is an input too" in result.err
    assert net.read_bytes() == Path(LENET).read_bytes()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    result = invoke(main, LENET, "-o", tmp_path / "no" / "x.html")
    assert result.code == 1
    assert "cannot be written" in result.err


def test_the_page_says_why_there_is_no_breakdown(tmp_path: Path) -> None:
    text = """
    layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 1 dim: 4 dim: 4 } } }
    layer { name: "p" type: "Pooling" bottom: "d" top: "p"
            pooling_param { pool: STOCHASTIC kernel_size: 2 } }"""
    (tmp_path / "net.prototxt").write_text(text)
    for phase, why in (("train", "samples a value at random"), ("test", "")):
        page, _ = report(tmp_path, tmp_path / "net.prototxt", "--phase", phase)
        assert why in page.document["layers"][1]["noBreakdown"]
        assert bool(why) == bool(page.document["layers"][1]["noBreakdown"])
