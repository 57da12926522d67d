"""prototxt-run on nets that find something: tables, lines, JSON, pictures, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from prototxt.batch.runner import Runner
from prototxt.cli.run.command import main as run
from prototxt.pictures.colours import label_colour
from support.commands import DIGIT, LENET, invoke
from support.detection_nets import DATA, FASTER, HEADS, PRIORS, SCORE_MAP, SSD, ssd_weights
from support.golden import SHARED, needs_shared

BOXES = np.array([PRIORS[0], PRIORS[1], PRIORS[3]]) * [400, 300, 400, 300]
"""Those of at least 0.5, in an image of 400 x 300."""


@pytest.fixture
def ssd(tmp_path: Path) -> list[str | Path]:
    """The arguments of a net that finds PRIORS."""
    net = tmp_path / "ssd.prototxt"
    net.write_text(SSD)
    return [net, "--weights", ssd_weights(tmp_path / "w.npz")]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.new("RGB", (400, 300), (128, 128, 128)).save(path)
    return path


def run_json(*arguments: Any) -> dict[str, Any]:
    result = invoke(run, *arguments, "--json")
    assert result.code == 0, result.err
    document: dict[str, Any] = json.loads(result.out)
    return document


def boxes(*arguments: Any) -> np.ndarray[Any, Any]:
    return np.array([box["box"] for box in run_json(*arguments)["found"]["boxes"]])


def test_a_table(ssd: list[Any], photo: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("cat\ndog\n")
    result = invoke(run, *ssd, photo, "--labels", labels)
    assert (result.code, result.err) == (0, "")
    answer = result.out.split("weights: ")[1].splitlines()[1:]
    rows = [" ".join(line.split()) for line in answer if line.strip() and "─" not in line]
    assert rows == [
        "found: 3 boxes of at least 0.5, 4 below",
        "label name score x1 y1 x2 y2",
        "1 cat 0.9000 40.0 60.0 200.0 180.0",
        "2 dog 0.7000 240.0 30.0 360.0 120.0",
        "1 cat 0.5500 -40.0 210.0 80.0 360.0",
        "x1, y1 and x2, y2: corners in pixels of the image, 400 x 300",
    ]


def test_less_and_more(ssd: list[Any], photo: Path) -> None:
    assert len(boxes(*ssd, photo)) == 3
    assert len(boxes(*ssd, photo, "--min-score", "0")) == 7
    assert len(boxes(*ssd, photo, "--min-score", "0", "--top", "2")) == 2
    document = run_json(*ssd, photo, "--min-score", "0.95")
    assert (document["found"]["boxes"], document["found"]["below"], document["answers"]) == ([], 7, [])
    assert (
        "no box of at least 0.95; the best of 7 has 0.9\n"
        in invoke(run, *ssd, photo, "--min-score", "0.95").out
    )


@pytest.mark.parametrize(
    ("options", "size"),
    [([], (400, 300)), (["--resize", "30x40"], (40, 30)), (["--resize", "none"], (56, 80))],
)
def test_boxes_are_told_in_pixels_of_the_image(
    ssd: list[Any], tmp_path: Path, options: list[str], size: tuple[int, int]
) -> None:
    image = tmp_path / "i.png"
    Image.new("L", size).save(image)
    got = boxes(*ssd, image, *options)
    np.testing.assert_allclose(got, BOXES / [400, 300, 400, 300] * [*size, *size], atol=1e-3)


def test_a_crop_is_undone(ssd: list[Any], photo: Path) -> None:
    """400 x 300 becomes 80 x 60, of which the middle 40 x 30 is seen: 200 x 150 of the image, from 100, 75 on."""
    got = boxes(*ssd, photo, "--resize", "60x80")
    np.testing.assert_allclose(got, BOXES / 2 + [100, 75, 100, 75], atol=1e-3)


@pytest.mark.parametrize("batch", ["1", "2", "5"])
def test_many_images(ssd: list[Any], tmp_path: Path, batch: str) -> None:
    """Brighter images have higher scores of label 2; each has its own boxes, whatever the batch."""
    weights = ssd_weights(tmp_path / "w.npz", by_mean=0.001)
    shades = (0, 100, 200)
    for shade in shades:
        Image.new("L", (80, 60), shade).save(tmp_path / f"{shade}.png")
    images = [tmp_path / f"{shade}.png" for shade in shades]
    arguments = [ssd[0], "--weights", weights, *images, "--batch", batch]
    document = [
        json.loads(line)["found"]["boxes"] for line in invoke(run, *arguments, "--json").out.splitlines()
    ]
    for shade, each in zip(shades, document, strict=True):
        scores = {box["label"]: box["score"] for box in reversed(each)}
        assert scores == pytest.approx({1: 0.9, 2: 0.7 + 0.001 * shade})
    listing = invoke(run, *arguments).out.split("\n\n")[1].splitlines()
    assert len(listing) == 3
    assert listing[1].endswith(
        "3 boxes of at least 0.5, 5 below: class 1: 0.90, class 2: 0.80, class 1: 0.55"
    )


def test_an_image_without_boxes_in_a_batch(ssd: list[Any], tmp_path: Path) -> None:
    """Scores of no more than 0.05 are dropped by the layer itself: the row of -1 is no box."""
    text = SSD.replace("confidence_threshold: 0.05", "confidence_threshold: 0.95")
    Path(ssd[0]).write_text(text)
    weights = ssd_weights(tmp_path / "w.npz", by_mean=0.003)
    for shade in (0, 200):
        Image.new("L", (80, 60), shade).save(tmp_path / f"{shade}.png")
    arguments = [ssd[0], "--weights", weights, tmp_path / "0.png", tmp_path / "200.png"]
    for batch in ("1", "2"):
        first, second = invoke(run, *arguments, "--batch", batch).out.split("\n\n")[1].splitlines()
        assert first.endswith("no box")
        assert "1 box of at least 0.5, 0 below: class 2: 1.30" in second


def test_arrays_have_boxes_too(ssd: list[Any], tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((2, 3, 30, 40), np.float32))
    result = invoke(run, *ssd, tmp_path / "x.npy", "--json", "--batch", "2")
    for line in result.out.splitlines():
        document = json.loads(line)["found"]
        assert (document["width"], document["height"]) == (40, 30)
        np.testing.assert_allclose(document["boxes"][0]["box"], BOXES[0] / 10, atol=1e-4)


def test_rows_can_be_saved(ssd: list[Any], photo: Path, tmp_path: Path) -> None:
    assert invoke(run, *ssd, photo, "--save", tmp_path / "f.npz").code == 0
    with np.load(tmp_path / "f.npz") as file:
        assert file["found"].shape == (1, 1, 7, 7)


@pytest.mark.parametrize("batch", ["1", "2"])
def test_rows_of_several_images_are_no_table(ssd: list[Any], tmp_path: Path, batch: str) -> None:
    weights = ssd_weights(tmp_path / "w.npz", by_mean=0.001)
    for shade in (0, 200):
        Image.new("L", (80, 60), shade).save(tmp_path / f"{shade}.png")
    images = [tmp_path / "0.png", tmp_path / "200.png"]
    result = invoke(
        run, ssd[0], "--weights", weights, *images, "--batch", batch, "--save", tmp_path / "f.npz"
    )
    assert result.code == 1
    assert 'blob "found" is 1 x 8 x 7, in the rows before 1 x 7 x 7' in result.err
    assert "--json" in result.err


def test_draw_one(ssd: list[Any], photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    assert invoke(run, *ssd, photo, "--draw", out).code == 0
    with Image.open(out) as picture:
        assert picture.size == (400, 300)
        assert picture.getpixel((200, 120)) == label_colour(1)
        assert picture.getpixel((300, 120)) == label_colour(2)
        assert picture.getpixel((300, 75)) == (128, 128, 128)


def test_draw_many(ssd: list[Any], photo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    Image.new("RGB", (50, 60)).save(other / "photo.jpg")
    folder = tmp_path / "drawn"
    assert invoke(run, *ssd, photo, other / "photo.jpg", "--draw", folder, "--min-score", "0.6").code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["photo-2.png", "photo.png"]
    # one image may go to a folder as well, one that is there or one to be made
    assert invoke(run, *ssd, photo, "--draw", tmp_path).code == 0
    assert invoke(run, *ssd, other / "photo.jpg", "--draw", tmp_path / "new" / "one").code == 0
    assert (tmp_path / "new" / "one" / "photo.png").exists()


def test_draw_refused(ssd: list[Any], photo: Path, tmp_path: Path) -> None:
    result = invoke(run, *ssd, photo, photo, "--draw", tmp_path / "out.png")
    assert result.code == 2
    assert "--draw of 2 images makes a PNG each: name a folder" in result.err
    result = invoke(run, *ssd, photo, "--draw", tmp_path / "out.jpg")
    assert result.code == 2
    assert "--draw writes a PNG" in result.err
    np.save(tmp_path / "x.npy", np.zeros((1, 3, 30, 40), np.float32))
    result = invoke(run, *ssd, tmp_path / "x.npy", "--draw", tmp_path / "out.png")
    assert result.code == 2
    assert "not on arrays" in result.err
    result = invoke(run, *ssd, photo, "--draw", tmp_path / "no" / "such" / "folder.png")
    assert result.code == 1
    assert "cannot be written" in result.err


def test_nets_that_find_nothing(tmp_path: Path) -> None:
    result = invoke(run, LENET, DIGIT, "--draw", tmp_path / "out.png")
    assert result.code == 1
    assert (
        'outputs ("prob") are neither boxes nor a class for each pixel: --draw has nothing to draw'
        in result.err
    )
    result = invoke(run, LENET, DIGIT, "--min-score", "0.5")
    assert result.code == 1
    assert "no boxes" in result.err
    assert "hint" not in result.err
    # up to a layer in the middle there is nothing to be found either
    net = tmp_path / "ssd.prototxt"
    net.write_text(SSD)
    for option in (["--min-score", "0.5"], ["--draw", tmp_path / "out.png"]):
        result = invoke(run, net, DIGIT, "--to", "mean", *option)
        assert result.code == 1
        assert "hint: --to found stops at the layer that outputs boxes" in result.err


@pytest.mark.parametrize("size", [[], ["--resize", "60x80"]])
def test_ten_crops_are_refused(ssd: list[Any], photo: Path, size: list[str]) -> None:
    result = invoke(run, *ssd, photo, "--crop", "ten", *size)
    assert result.code == 1
    assert "ten crops have no place in common" in result.err


@pytest.mark.parametrize("score", ["nan", "half"])
def test_a_score_is_a_number(ssd: list[Any], photo: Path, score: str) -> None:
    result = invoke(run, *ssd, photo, "--min-score", score)
    assert result.code == 2
    assert f'"{score}" is not a number' in result.err


def test_labels_of_another_net(ssd: list[Any], photo: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("a\nb\nc\nd\n")
    result = invoke(run, *ssd, photo, "--labels", labels)
    assert result.err == f'warning: {labels}: 4 labels, but "found" has 3 classes\n'
    labels.write_text(
        'item { name: "none_of_the_above" label: 0 } item { name: "x" label: 2 display_name: "Xx" }'
    )
    result = invoke(run, *ssd, photo, "--labels", labels)
    assert (result.code, result.err) == (0, "")
    assert "2   Xx     0.7000" in result.out


@pytest.mark.parametrize("kind", ["faster", "rfcn"])
def test_regions_know_the_images_size(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """300 x 200 with the short side 64 is 96 x 64: that, and the factor, is what im_info says."""
    fed: list[Any] = []
    feeds = Runner.feeds

    def spy(runner: Runner, items: Any) -> Any:
        fed.append(feeds(runner, items))
        return fed[-1]

    monkeypatch.setattr(Runner, "feeds", spy)
    net, image = tmp_path / "n.prototxt", tmp_path / "i.png"
    net.write_text(FASTER + HEADS[kind])
    ramp = np.linspace(0, 255, 200 * 300 * 3).reshape(200, 300, 3).astype(np.uint8)
    Image.fromarray(ramp).save(image)
    message = run_json(net, image, "--resize", "64-100", "--scale", "0.02", "--min-score", "0.05")
    assert message["zeros"] == []
    assert fed[0]["data"].shape == (1, 3, 64, 96)
    np.testing.assert_allclose(fed[0]["im_info"], [[64, 96, 64 / 200]])
    corners = np.array([box["box"] for box in message["found"]["boxes"]])
    assert len(corners) > 3
    assert corners.min() >= 0
    assert corners.max() > 150
    assert (corners.max(0) <= [299, 199, 299, 199]).all()
    assert invoke(run, net, image, "--resize", "64-100", "--draw", tmp_path / "o.png").code == 0
    both = invoke(run, net, image, image, "--resize", "64-100", "--json")
    assert len(both.out.splitlines()) == 2
    assert invoke(run, net, image, "--preset", "faster-rcnn").code == 0
    assert fed[-1]["data"].shape == (1, 3, 600, 900)


def test_score_maps(tmp_path: Path, photo: Path) -> None:
    net = tmp_path / "n.prototxt"
    net.write_text(DATA + SCORE_MAP)
    labels = tmp_path / "labels.txt"
    labels.write_text("sky\nroad\ncar\ntree\n")
    ramp = np.linspace(0, 255, 60 * 80 * 3).reshape(60, 80, 3).astype(np.uint8)
    image = tmp_path / "ramp.png"
    Image.fromarray(ramp).save(image)
    message = run_json(net, image, "--labels", labels)
    shares = [row["share"] for row in message["found"]["classes"]]
    assert sum(shares) == pytest.approx(1)
    assert message["answers"] == []
    names = {0: "background", 1: "sky", 2: "road", 3: "car", 4: "tree"}
    assert all(row["name"] == names[row["label"]] for row in message["found"]["classes"])
    table = invoke(run, net, image, "--labels", labels)
    assert " at 40 x 30 places" in table.out
    assert "%   █" in table.out
    listing = invoke(run, net, image, photo, "--labels", labels)
    assert len(listing.out.split("\n\n")[1].splitlines()) == 2
    assert invoke(run, net, image, "--draw", tmp_path / "o.png", "--labels", labels).code == 0
    with Image.open(tmp_path / "o.png") as picture:
        assert picture.width == 320
        assert picture.height > 240
    assert invoke(run, net, image, "--min-score", "0.5").code == 1


@needs_shared
def test_a_qr_code(tmp_path: Path) -> None:
    """The public QR detector on a code that lies between 110 and 235 along x, 90 and 215 along y."""
    folder = SHARED / "models" / "wechat_detect"
    arguments = [
        folder / "deploy.prototxt",
        "--weights",
        folder / "detect.caffemodel",
        "--scale",
        "0.00390625",
    ]
    (box,) = boxes(*arguments, SHARED / "images" / "qr_made_here.png")
    np.testing.assert_allclose(box, [110, 90, 235, 215], atol=6)


@needs_shared
def test_a_face(tmp_path: Path) -> None:
    """The public face detector on a man in profile, small in the image."""
    folder = SHARED / "models" / "res10_ssd"
    (weights,) = folder.glob("*.caffemodel")
    arguments = [
        folder / "deploy.prototxt",
        "--weights",
        weights,
        "--mean",
        "104,177,123",
        "--min-score",
        "0.3",
    ]
    (box,) = boxes(*arguments, SHARED / "images" / "fish-bike.jpg")
    np.testing.assert_allclose(box, [289, 19, 319, 55], atol=2)
