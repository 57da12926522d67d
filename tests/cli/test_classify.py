"""prototxt-classify: the options of classify.py, the rows it writes, the table it prints, and every refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

import prototxt.caffe as caffe
from prototxt.caffe import modes
from prototxt.cli.classify import main
from support.commands import Result, invoke
from support.pycaffe_nets import IMAGE_NET, image_net, write_net

HOW: dict[str, Any] = {"mean": np.array([100.0, 110.0, 120.0]), "raw_scale": 255, "channel_swap": (2, 1, 0)}
DIMS = "--images_dim", "13,16"


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A net, and three images in `photos`; one is a PNG."""
    monkeypatch.chdir(tmp_path)
    image_net(tmp_path)
    Path("photos").mkdir()
    rng = np.random.default_rng(6)
    for name in ("b.jpg", "a.jpg", "c.png"):
        Image.fromarray(rng.integers(0, 256, (20, 17, 3), np.uint8)).save(Path("photos", name))


def classify(*words: str, mean: str | None = "100,110,120") -> Result:
    net = "--model_def", "net.prototxt", "--pretrained_model", "net.caffemodel"
    return invoke(main, *words, *net, *(() if mean is None else ("--mean_file", mean)))


def done(*words: str, mean: str | None = "100,110,120") -> str:
    result = classify(*words, mean=mean)
    assert (result.code, result.err) == (0, "")
    return result.out


def failed(*words: str, mean: str | None = "100,110,120", code: int = 1) -> str:
    result = classify(*words, mean=mean)
    assert result.code == code, result
    assert not Path("out.npy").exists()
    return result.err


def wanted(*names: str, oversample: bool = True, **how: Any) -> np.ndarray:
    net = caffe.Classifier("net.prototxt", "net.caffemodel", **{"image_dims": (13, 16), **HOW, **how})
    return net.predict([caffe.io.load_image(f"photos/{name}") for name in names], oversample)


def test_an_image_to_a_row_of_scores() -> None:
    said = done("photos/a.jpg", "out.npy", *DIMS)
    assert said.startswith("Classifying 1 inputs.\nDone in ")
    assert said.endswith(" s.\nSaving results into out.npy\n")
    assert_allclose(np.load("out.npy"), wanted("a.jpg"), rtol=1e-5)


def test_the_suffix_is_added_as_numpy_adds_it() -> None:
    assert "Saving results into out.npy" in done("photos/a.jpg", "out", *DIMS, "--center_only")
    assert_allclose(np.load("out.npy"), wanted("a.jpg", oversample=False), rtol=1e-5)


def test_a_folder_in_the_order_of_names() -> None:
    Path("photos/.hidden.jpg").write_text("no image")
    done("photos", "out.npy", *DIMS)
    assert_allclose(np.load("out.npy"), wanted("a.jpg", "b.jpg"), rtol=1e-5)
    done("photos/", "out.npy", *DIMS, "--ext", "png")
    assert_allclose(np.load("out.npy"), wanted("c.png"), rtol=1e-5)


@pytest.mark.parametrize("count", [1, 4, 6])
def test_arrays_of_images(count: int) -> None:
    images = np.random.default_rng(1).random((count, 14, 18, 3), np.float32)
    np.save("in.npy", images)
    done("in.npy", "out.npy", *DIMS)
    net = caffe.Classifier("net.prototxt", "net.caffemodel", image_dims=(13, 16), **HOW)
    assert_allclose(np.load("out.npy"), net.predict(list(images)), rtol=1e-5)
    np.save("in.npy", images[0])
    done("in.npy", "out.npy", *DIMS)
    assert_allclose(np.load("out.npy"), net.predict(list(images[:1])), rtol=1e-5)


def test_scales_and_channels() -> None:
    options = "--raw_scale", "200", "--input_scale", "0.5", "--channel_swap", "1,2,0"
    done("photos/a.jpg", "out.npy", *DIMS, *options)
    how: dict[str, Any] = {"raw_scale": 200, "input_scale": 0.5, "channel_swap": (1, 2, 0)}
    assert_allclose(np.load("out.npy"), wanted("a.jpg", **how), rtol=1e-5)
    done("photos/a.jpg", "out.npy", *DIMS, "--channel_swap", "", mean="")
    assert_allclose(np.load("out.npy"), wanted("a.jpg", mean=None, channel_swap=None), rtol=1e-5)


def test_a_mean_image_is_its_channels_means() -> None:
    mean = np.random.default_rng(2).random((3, 40, 30)) * 255
    np.save("mean.npy", mean)
    done("photos/a.jpg", "out.npy", *DIMS, mean="mean.npy")
    first = np.load("out.npy")
    assert_allclose(first, wanted("a.jpg", mean=mean.mean(axis=(1, 2))), rtol=1e-5)
    Path("mean.binaryproto").write_bytes(caffe.io.array_to_blobproto(mean[None]).SerializeToString())
    done("photos/a.jpg", "out.npy", *DIMS, mean="mean.binaryproto")
    assert_allclose(np.load("out.npy"), first, rtol=1e-5)


def test_the_best_five_are_printed_where_no_file_is_named() -> None:
    said = done("photos", *DIMS).splitlines()
    assert [line for line in said if "best" in line] == [
        "photos/a.jpg 1 x 6, best 5",
        "photos/b.jpg 1 x 6, best 5",
    ]
    order = np.argsort(-wanted("a.jpg")[0])[:5]
    assert [int(line.split()[0]) for line in said[4:9]] == order.tolist()
    Path("labels.txt").write_text("".join(f"n0000000{i} class {i}\n" for i in range(6)))
    labelled = done("photos/a.jpg", *DIMS, "--labels", "labels.txt")
    assert [f"class {i}" in labelled for i in range(6)] == [i in order for i in range(6)]
    assert sorted(path.name for path in Path().iterdir()) == [
        "labels.txt",
        "net.caffemodel",
        "net.prototxt",
        "photos",
    ]


def test_labels_and_a_file() -> None:
    Path("labels.txt").write_text("a\nb\nc\nd\ne\nf\n")
    said = done("photos/a.jpg", "out.npy", *DIMS, "--labels", "labels.txt")
    assert "Saving results" in said
    assert "best 5" in said
    assert Path("out.npy").exists()


def test_a_net_of_gray_images_gets_gray() -> None:
    write_net(Path(), IMAGE_NET.replace("dim: 3", "dim: 1"))
    caffe.Net("net.prototxt", caffe.TEST).save("net.caffemodel")
    done("photos/a.jpg", "out.npy", "--center_only", *DIMS, mean="99")
    net = caffe.Classifier("net.prototxt", "net.caffemodel", image_dims=(13, 16), mean=[99], raw_scale=255)
    image = caffe.io.load_image("photos/a.jpg", color=False)
    assert_allclose(np.load("out.npy"), net.predict([image], False), rtol=1e-5)
    assert "Channel swap needs" in classify("photos/a.jpg", "--channel_swap", "2,1,0", mean="99").err


def test_gpu_is_accepted_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modes._state, "has_warned", False)
    result = classify("photos/a.jpg", "out.npy", *DIMS, "--gpu")
    assert result.code == 0
    assert result.err.startswith("warning: set_mode_gpu(): nets run on the CPU")
    with_gpu = np.load("out.npy")
    done("photos/a.jpg", "out.npy", *DIMS)
    assert_array_equal(np.load("out.npy"), with_gpu)


def test_what_caffe_took_from_its_source_tree_is_to_be_named() -> None:
    result = invoke(main, "photos/a.jpg")
    assert result.code == 2
    assert "--model_def is missing" in result.err
    assert "--pretrained_model is missing" in invoke(main, "x", "--model_def", "net.prototxt").err
    said = failed("photos/a.jpg", mean=None, code=2)
    assert "--mean_file is missing" in said
    assert "--mean_file ''" in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["none.jpg", "out.npy"], 1, "none.jpg: no such file"),
        (["net.prototxt", "out.npy"], 1, "net.prototxt: not an image"),
        (["none.npy", "out.npy"], 1, "none.npy: No such file"),
        (["flat.npy", "out.npy"], 1, "images are N x H x W x K numbers, not 4 x 5 of float64"),
        (["text.npy", "out.npy"], 1, "of <U1"),
        (["broken.npy", "out.npy"], 1, "broken.npy: "),
        (["photos", "out.npy", "--ext", "bmp"], 1, "photos: no *.bmp in this folder"),
        (["photos/a.jpg", "none/out.npy"], 1, "none/out.npy: cannot be written"),
        (["photos/a.jpg", "out.npy", "--images_dim", "8,20"], 1, "a crop of 9 x 11 does not fit"),
        (["photos/a.jpg", "out.npy", "--images_dim", "256"], 2, "HEIGHT,WIDTH"),
        (["photos/a.jpg", "out.npy", "--images_dim", "0,9"], 2, "HEIGHT,WIDTH"),
        (["photos/a.jpg", "out.npy", "--channel_swap", "b,g,r"], 2, "2,1,0"),
        (["photos/a.jpg", "out.npy", "--channel_swap", "1,0"], 1, "Channel swap needs"),
        (["photos/a.jpg", "out.npy", "--labels", "none.txt"], 1, "no such label file"),
    ],
)
def test_what_a_user_may_get_wrong(words: list[str], code: int, said: str) -> None:
    np.save("flat.npy", np.zeros((4, 5)))
    np.save("text.npy", np.full((2, 3, 4), "a"))
    Path("broken.npy").write_bytes(Path("flat.npy").read_bytes()[:100])
    assert said in failed(*words, code=code)


def test_means_and_nets_that_do_not_fit() -> None:
    assert "Mean channels incompatible with input. It has 2" in failed("photos/a.jpg", "out.npy", mean="1,2")
    assert "no such mean file" in failed("photos/a.jpg", "out.npy", mean="none.npy")
    Path("net.caffemodel").unlink()
    assert "Could not open file net.caffemodel" in failed("photos/a.jpg", "out.npy")
