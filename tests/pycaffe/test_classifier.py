"""caffe.Classifier: its answers against a net run by hand on crops cut by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import prototxt
import prototxt.caffe as caffe
from support.golden import SHARED, needs_shared
from support.pycaffe_nets import IMAGE_NET, image_net

MEAN = np.array([100.0, 110.0, 120.0])
DIMS = (13, 16)
CROP = (9, 11)


def images(count: int, height: int = 21, width: int = 19) -> list[np.ndarray]:
    return list(np.random.default_rng(3).random((count, height, width, 3), np.float32))


def classifier(folder: Path, **how: Any) -> caffe.Classifier:
    model, weights = image_net(folder)
    return caffe.Classifier(model, weights, **how)


def scores(weights: Path, crops: list[np.ndarray]) -> np.ndarray:
    """The output of prototxt's own net for crops that are prepared here: BGR, 255, minus the mean."""
    net = prototxt.parse_net(IMAGE_NET, weights=str(weights), engine="reference")
    fed = [(crop[..., ::-1] * 255 - MEAN).transpose(2, 0, 1) for crop in crops]
    rows = [net.forward(data=np.repeat(one[None], 4, axis=0))["prob"][0] for one in fed]
    return np.array(rows)


def ten(image: np.ndarray) -> list[np.ndarray]:
    """Ten crops of 9 x 11 of an image of 13 x 16."""
    corners = [(0, 0), (0, 5), (4, 0), (4, 5), (2, 2)]
    five = [image[y : y + 9, x : x + 11] for y, x in corners]
    return five + [crop[:, ::-1] for crop in five]


def test_the_mean_of_ten_crops(tmp_path: Path) -> None:
    net = classifier(tmp_path, image_dims=DIMS, mean=MEAN, raw_scale=255, channel_swap=(2, 1, 0))
    given = images(3)
    got = net.predict(given)
    assert got.shape == (3, 6)
    assert got.dtype == np.float32
    for row, image in zip(got, given, strict=True):
        crops = scores(tmp_path / "net.caffemodel", ten(caffe.io.resize_image(image, DIMS)))
        assert_allclose(row, crops.mean(axis=0), rtol=1e-4, atol=1e-6)
        assert np.abs(crops - crops.mean(axis=0)).max() > 1e-3  # the crops differ: their mean says something


def test_without_oversampling_only_the_centre_counts(tmp_path: Path) -> None:
    net = classifier(tmp_path, image_dims=DIMS, mean=MEAN, raw_scale=255, channel_swap=(2, 1, 0))
    given = images(5)  # one more than the net's batch
    got = net.predict(given, oversample=False)
    crops = [caffe.io.resize_image(image, DIMS)[2:11, 2:13] for image in given]
    assert_allclose(got, scores(tmp_path / "net.caffemodel", crops), rtol=1e-4, atol=1e-6)


def test_without_image_dims_the_whole_image_is_the_crop(tmp_path: Path) -> None:
    net = classifier(tmp_path, mean=MEAN, raw_scale=255, channel_swap=(2, 1, 0))
    assert tuple(net.image_dims) == tuple(net.crop_dims) == CROP
    given = images(1)
    whole = caffe.io.resize_image(given[0], CROP)
    wanted = scores(tmp_path / "net.caffemodel", [whole, whole[:, ::-1]])
    assert_allclose(net.predict(given, oversample=False)[0], wanted[0], rtol=1e-4, atol=1e-6)
    assert_allclose(net.predict(given)[0], wanted.mean(axis=0), rtol=1e-4, atol=1e-6)


def test_arguments_are_in_the_transformer(tmp_path: Path) -> None:
    net = classifier(tmp_path, input_scale=0.5)
    assert isinstance(net, caffe.Net)
    assert net.transformer.transpose == {"data": (2, 0, 1)}
    assert net.transformer.input_scale == {"data": 0.5}
    for unsaid in (net.transformer.mean, net.transformer.raw_scale, net.transformer.channel_swap):
        assert not unsaid


def test_images_of_several_sizes_stay_as_they_are(tmp_path: Path) -> None:
    net = classifier(tmp_path, image_dims=np.array(DIMS))
    given = [*images(1), *images(1, 30, 12)]
    before = [image.copy() for image in given]
    together = net.predict(given)
    for image, copy, row in zip(given, before, together, strict=True):
        assert_array_equal(image, copy)
        assert_allclose(net.predict([image])[0], row, rtol=1e-5)


def test_an_answer_in_several_places_stays_a_map(tmp_path: Path) -> None:
    model, weights = image_net(tmp_path)
    text = Path(model).read_text().split('layer { name: "score"')[0]
    Path(model).write_text(text)
    caffe.Net(model, caffe.TEST).save(weights)
    net = caffe.Classifier(model, weights)
    maps = net.predict(images(2), oversample=False)
    assert maps.shape == (2, 5, 7, 9)
    assert net.predict(images(2)).shape == (2, 5 * 7 * 9)


def test_inputs_that_cannot_be_classified_are_refused(tmp_path: Path) -> None:
    net = classifier(tmp_path, image_dims=(8, 20))
    with pytest.raises(ValueError, match="a crop of 9 x 11 does not fit in an image of 8 x 20"):
        net.predict(images(1))
    with pytest.raises(ValueError, match="a crop of 9 x 11 does not fit"):
        net.predict(images(1), oversample=False)
    with pytest.raises(ValueError, match="no images"):
        classifier(tmp_path).predict([])
    with pytest.raises(ValueError, match="an image is H x W x K, not 4 x 5"):
        classifier(tmp_path).predict([np.zeros((4, 5))])
    with pytest.raises(ValueError, match="Mean channels incompatible with input"):
        classifier(tmp_path, mean=np.zeros(4))


def test_a_net_that_takes_no_images(tmp_path: Path) -> None:
    model = tmp_path / "flat.prototxt"
    model.write_text(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }'
        'layer { name: "y" type: "ReLU" bottom: "x" top: "y" }'
    )
    caffe.Net(str(model), caffe.TEST).save(str(tmp_path / "flat.caffemodel"))
    with pytest.raises(ValueError, match=r"x takes no images: its shape is \(2, 3\)"):
        caffe.Classifier(str(model), str(tmp_path / "flat.caffemodel"))


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="Could not open file"):
        caffe.Classifier(str(tmp_path / "net.prototxt"), str(tmp_path / "net.caffemodel"))


@needs_shared
def test_a_trained_net_as_tutorials_run_it() -> None:
    folder = SHARED / "models" / "squeezenet"
    file = (SHARED / "models" / "imagenet" / "ilsvrc_2012_mean.binaryproto").read_bytes()
    mean = caffe.io.blobproto_to_array(caffe.io.caffe_pb2.BlobProto.FromString(file))[0]
    net = caffe.Classifier(
        str(folder / "deploy.prototxt"), str(folder / "decompressed_SqueezeNet.caffemodel"),
        mean=mean.mean(1).mean(1), raw_scale=255, channel_swap=(2, 1, 0), image_dims=(256, 256),
    )  # fmt: skip
    cat = caffe.io.load_image(str(SHARED / "images" / "cat.jpg"))
    best = net.predict([cat])[0].argsort()[::-1][:5]
    assert best.tolist() == [278, 277, 263, 281, 463]
    assert net.predict([cat], oversample=False)[0].argmax() == 278


def test_images_of_other_channels_are_refused_with_the_numbers(tmp_path: Path) -> None:
    net = classifier(tmp_path)
    with pytest.raises(ValueError, match="an image has 1 channels, data takes 3"):
        net.predict([image[..., :1] for image in images(2)])


def test_a_net_without_an_input_is_refused(tmp_path: Path) -> None:
    source = 'layer { name: "d" type: "DummyData" top: "x" dummy_data_param { shape { dim: 2 dim: 3 } } } '
    scores = 'layer { name: "score" type: "InnerProduct" bottom: "x" top: "y" inner_product_param { num_output: 6 } }'
    (tmp_path / "train.prototxt").write_text(source + scores)
    weights = str(tmp_path / "net.caffemodel")
    caffe.Net(str(tmp_path / "train.prototxt"), caffe.TEST).save(weights)
    with pytest.raises(ValueError, match="no input for images"):
        caffe.Classifier(str(tmp_path / "train.prototxt"), weights)
