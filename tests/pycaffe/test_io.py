"""caffe.io: images, arrays and messages, compared with what pycaffe gives for three small images."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from prototxt.caffe import io
from prototxt.data.datum import make_datum
from prototxt.errors import DataError, ImageError
from prototxt.images.opencv import encode_png
from prototxt.schema.caffe_pb2 import BlobProto, Datum

CASES = Path(__file__).with_name("cases")
TOLERANCE = 1e-4
IMAGE_SHAPE = (24, 32)


@pytest.fixture(scope="module")
def golden() -> Iterator[Any]:
    with np.load(CASES / "io.npz") as stored:
        yield dict(stored)


def close(got: np.ndarray, want: np.ndarray) -> None:
    assert got.shape == want.shape
    assert got.dtype == np.float32
    assert_allclose(got, want, rtol=0, atol=TOLERANCE)


def drawn(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape)).random(shape, np.float32)


@pytest.fixture
def transformer() -> io.Transformer:
    """For 3 x 24 x 32, H x W x K in."""
    result = io.Transformer({"data": (2, 3, *IMAGE_SHAPE)})
    result.set_transpose("data", (2, 0, 1))
    return result


@pytest.mark.parametrize("color", [True, False])
@pytest.mark.parametrize("name", ["color", "gray", "rgba"])
def test_images_are_read_as_pycaffe_reads_them(golden: Any, name: str, color: bool) -> None:
    got = io.load_image(str(CASES / f"{name}.png"), color)
    close(got, golden[f"load_image/{name}/{'color' if color else 'gray'}"])


@pytest.mark.parametrize(
    ("case", "channels", "order"), [("down", 3, 1), ("up", 3, 1), ("order0", 3, 0), ("2ch", 2, 1)]
)
def test_images_are_resized_as_pycaffe_resizes_them(
    golden: Any, case: str, channels: int, order: int
) -> None:
    image, want = golden["load_image/color/color"][..., :channels], golden[f"resize_image/{case}"]
    close(io.resize_image(image, want.shape[:2], order), want)


def test_the_transformer_of_imagenet(golden: Any, transformer: io.Transformer) -> None:
    transformer.set_mean("data", np.array([104.0, 117.0, 123.0]))
    transformer.set_raw_scale("data", 255)
    transformer.set_channel_swap("data", (2, 1, 0))
    got = transformer.preprocess("data", golden["load_image/color/color"])
    close(got, golden["transformer/imagenet"])
    close(transformer.deprocess("data", got), golden["transformer/deprocess"])
    close(transformer.deprocess("data", got[None]), golden["transformer/deprocess"])


def test_a_transformer_with_a_mean_image(golden: Any, transformer: io.Transformer) -> None:
    mean = golden["transformer/mean_image"]
    transformer.set_mean("data", mean)
    transformer.set_raw_scale("data", 255)
    transformer.set_input_scale("data", 0.017)
    image = golden["load_image/color/color"]
    got = transformer.preprocess("data", image)
    close(got, golden["transformer/mean_image_out"])
    close(transformer.deprocess("data", got), io.resize_image(image, IMAGE_SHAPE))


def test_ten_crops(golden: Any) -> None:
    close(io.oversample(golden["oversample/in"], IMAGE_SHAPE), golden["oversample/out"])
    close(io.oversample(list(golden["oversample/in"]), np.array(IMAGE_SHAPE)), golden["oversample/out"])


def test_the_centre_is_the_fifth_of_the_ten_crops() -> None:
    images = drawn(2, 7, 10, 3)
    assert_array_equal(io.center_crop(images, (4, 5)), io.oversample(images, (4, 5))[[4, 14]])
    assert_array_equal(io.center_crop(images, (4, 5))[0], images[0, 1:5, 2:7])


# What no golden case has: sums done by hand


def row(*values: float, channels: int = 1) -> np.ndarray:
    """A picture of one row."""
    return np.repeat(np.array(values, np.float32)[None, :, None], channels, axis=2)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_outside_has_the_least_value(channels: int) -> None:
    # Places -0.25, 0.25, 0.75, 1.25; outside is 2.
    got = io.resize_image(row(2, 6, channels=channels), (1, 4))
    close(got, row(2, 3, 5, 5, channels=channels))
    got = io.resize_image(row(6, 2, channels=channels), (1, 4))
    close(got, row(5, 5, 3, 2, channels=channels))


def test_an_axis_that_shrinks_is_smoothed_first() -> None:
    bell = np.exp(-0.5 * np.arange(-4, 5) ** 2.0)  # 3 to 1: sigma 1
    close(io.resize_image(row(0, 0, 1), (1, 1)), row(np.exp(-0.5) / bell.sum()))
    close(io.resize_image(row(0, 1, 0), (1, 1), 0), row(1 / bell.sum()))


def test_other_numbers_of_channels_go_from_first_to_last_pixel() -> None:
    close(io.resize_image(row(0, 3, channels=2), (2, 4)), np.repeat(row(0, 1, 2, 3, channels=2), 2, axis=0))
    close(io.resize_image(row(0, 3, channels=5), (1, 4), 0), row(0, 0, 3, 3, channels=5))
    close(io.resize_image(row(5, 3, channels=4), (1, 1)), row(5, channels=4))


def test_bytes_keep_their_range() -> None:
    close(io.resize_image(row(20, 250).astype(np.uint8), (1, 4)), row(20, 77.5, 192.5, 192.5))


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_an_image_of_one_value_stays_it(channels: int) -> None:
    close(
        io.resize_image(np.full((5, 7, channels), 0.3), (3, 9)),
        np.full((3, 9, channels), 0.3, np.float32),
    )


@pytest.mark.parametrize(
    ("image", "size", "error", "words"),
    [
        (drawn(4, 5), (2, 2), ValueError, "H x W x K, not 4 x 5"),
        (drawn(0, 5, 3), (2, 2), ValueError, "not 0 x 5 x 3"),
        (drawn(4, 5, 3), (2, 0), ValueError, r"at least 1, not \(2, 0\)"),
        (drawn(4, 5, 3), (2, 2, 3), ValueError, "height, width"),
    ],
)
def test_arrays_that_cannot_be_resized_are_refused(
    image: np.ndarray, size: Any, error: type, words: str
) -> None:
    with pytest.raises(error, match=words):
        io.resize_image(image, size)


def test_splines_are_refused() -> None:
    with pytest.raises(NotImplementedError, match=r"interp_order 3.*1 \(linear\) or 0"):
        io.resize_image(drawn(4, 5, 3), (2, 2), interp_order=3)


def test_crops_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="a crop of 5 x 4 does not fit in an image of 4 x 9"):
        io.oversample([drawn(4, 9, 3)], (5, 4))
    with pytest.raises(ValueError, match="no images"):
        io.oversample([], (5, 4))


# Files


@pytest.mark.parametrize(
    ("mode", "pixels", "want"),
    [
        ("1", [[0, 1]], [0, 1]),
        ("L", [[51, 255]], [0.2, 1]),
        ("LA", [[[51, 9], [255, 9]]], [0.2, 1]),
        ("I;16", [[13107, 65535]], [0.2, 1]),
        ("F", [[-0.25, 0.5]], [-0.25, 0.5]),
    ],
)
@pytest.mark.parametrize("color", [True, False])
def test_gray_files(tmp_path: Path, mode: str, pixels: Any, want: list[float], color: bool) -> None:
    dtype = {"1": bool, "I;16": np.uint16, "F": np.float32}.get(mode, np.uint8)
    path = tmp_path / f"x.{'tif' if mode == 'F' else 'png'}"
    Image.fromarray(np.array(pixels, dtype)).save(path)
    close(io.load_image(path, color), row(*want, channels=3 if color else 1))


def test_a_palette_has_colours(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 51, 0])
    image.putpixel((1, 0), 1)
    image.save(tmp_path / "x.png")
    close(io.load_image(tmp_path / "x.png"), np.array([[[1, 0, 0], [0, 0.2, 0]]], np.float32))
    close(io.load_image(tmp_path / "x.png", color=False), row(0.2125, 0.2 * 0.7154))


def test_the_orientation_of_a_photo_is_not_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 4)).save(tmp_path / "x.jpg", exif=exif)
    assert io.load_image(tmp_path / "x.jpg").shape == (4, 8, 3)


def test_files_that_are_no_images(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"x\.png"):
        io.load_image(tmp_path / "x.png")
    (tmp_path / "y.png").write_text("no")
    with pytest.raises(ImageError, match=r"y\.png: not an image"):
        io.load_image(tmp_path / "y.png")
    Image.fromarray(np.array([[0, 7]], np.float32)).save(tmp_path / "z.tif")
    with pytest.raises(ImageError, match="pixels from 0 to 7, where -1 to 1"):
        io.load_image(tmp_path / "z.tif")


# Transformer


def test_only_steps_that_were_set_are_done() -> None:
    image = drawn(*IMAGE_SHAPE, 3)
    plain = io.Transformer({"data": [2, 3, *IMAGE_SHAPE]})
    assert_array_equal(plain.preprocess("data", image), image)
    assert_array_equal(plain.deprocess("data", image[None]), image)


def test_the_image_itself_stays_as_it_is(transformer: io.Transformer) -> None:
    image = drawn(*IMAGE_SHAPE, 3)
    transformer.set_raw_scale("data", 255)
    transformer.set_mean("data", np.arange(3))
    before = image.copy()
    blob = transformer.preprocess("data", image)
    transformer.deprocess("data", blob)
    assert_array_equal(image, before)
    close(blob, image.transpose(2, 0, 1) * 255 - np.arange(3, dtype=np.float32)[:, None, None])


def test_a_single_channel_goes_there_and_back() -> None:
    gray = io.Transformer({"data": (1, 1, 5, 6)})
    gray.set_transpose("data", (2, 0, 1))
    gray.set_mean("data", drawn(5, 6))
    image = drawn(5, 6, 1)
    got = gray.preprocess("data", image)
    close(got[0], image[..., 0] - drawn(5, 6))
    close(gray.deprocess("data", got[None]), image)


@pytest.mark.parametrize("channels", [3, 4])
def test_orders_of_channels_are_taken_back(channels: int) -> None:
    order = (2, 0, 1, 3)[:channels]
    swapping = io.Transformer({"data": (1, channels, 5, 6)})
    swapping.set_transpose("data", (2, 0, 1))
    swapping.set_channel_swap("data", order)
    image = drawn(5, 6, channels)
    got = swapping.preprocess("data", image)
    assert_array_equal(got[0], image[..., 2])
    assert_array_equal(swapping.deprocess("data", got), image)


def test_a_mean_image_of_another_size_is_resized(transformer: io.Transformer) -> None:
    mean = drawn(3, 30, 31) * 200
    transformer.set_mean("data", mean)
    close(transformer.mean["data"].transpose(1, 2, 0), io.resize_image(mean.transpose(1, 2, 0), IMAGE_SHAPE))
    transformer.set_mean("data", np.full((3, 30, 31), 120.0))
    assert (transformer.mean["data"] == 120).all()


@pytest.mark.parametrize(
    ("mean", "words"),
    [
        (np.zeros(4), r"Mean channels incompatible with input\. It has 4, the input 3"),
        (np.zeros((1, 3, 24, 32)), "Mean shape invalid"),
        (np.zeros((4, 24, 32)), r"Mean shape incompatible with input shape\. It has 4 channels, the input 3"),
        (np.zeros((24, 32)), "Mean shape incompatible with input shape"),
    ],
)
def test_means_that_do_not_fit(transformer: io.Transformer, mean: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        transformer.set_mean("data", mean)
    assert transformer.mean == {}


def test_orders_that_do_not_fit(transformer: io.Transformer) -> None:
    with pytest.raises(ValueError, match="Transpose order needs to have the same number of dimensions"):
        transformer.set_transpose("data", (1, 0))
    with pytest.raises(ValueError, match="Channel swap needs to have the same number of dimensions"):
        transformer.set_channel_swap("data", (1, 0))
    with pytest.raises(ValueError, match="channel 3: the input's are 0 to 2"):
        transformer.set_channel_swap("data", (3, 1, 0))


@pytest.mark.parametrize(
    ("method", "argument"),
    [
        ("preprocess", drawn(4, 5, 3)),
        ("deprocess", drawn(3, 4, 5)),
        ("set_transpose", (2, 0, 1)),
        ("set_channel_swap", (2, 1, 0)),
        ("set_raw_scale", 255),
        ("set_mean", np.zeros(3)),
        ("set_input_scale", 2),
    ],
)
def test_inputs_that_are_not_there(transformer: io.Transformer, method: str, argument: Any) -> None:
    with pytest.raises(ValueError, match=r"label is not one of the net inputs: \{'data'"):
        getattr(transformer, method)("label", argument)


# Messages


def test_arrays_to_blobs_and_back() -> None:
    values, slope = drawn(2, 3, 4), drawn(2, 3, 4) + 1
    blob = io.array_to_blobproto(values, slope)
    assert list(blob.shape.dim) == [2, 3, 4]
    assert_array_equal(io.blobproto_to_array(blob), values)
    assert_array_equal(io.blobproto_to_array(blob, return_diff=True), slope)
    read = io.caffe_pb2.BlobProto.FromString(blob.SerializeToString())
    assert_array_equal(io.blobproto_to_array(read), values)


def test_blobs_of_old_files_have_four_numbers() -> None:
    blob = BlobProto(num=1, channels=2, height=3, width=1, data=range(6))
    assert_array_equal(io.blobproto_to_array(blob), np.arange(6).reshape(1, 2, 3, 1))
    blob = BlobProto(double_data=[1 / 3])
    blob.shape.dim.extend([1, 1])
    assert io.blobproto_to_array(blob).tolist() == [[1 / 3]]


def test_lists_of_arrays_to_bytes_and_back() -> None:
    arrays = [drawn(2, 3), drawn(4, 1, 2, 2)]
    data = io.arraylist_to_blobprotovecor_str(arrays)
    assert data == io.arraylist_to_blobprotovector_str(arrays)
    for got, want in zip(io.blobprotovector_str_to_arraylist(data), arrays, strict=True):
        assert_array_equal(got, want)


@pytest.mark.parametrize("label", [None, 7])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_arrays_to_datums_and_back(dtype: type, label: int | None) -> None:
    values: np.ndarray = (drawn(2, 3, 4) * 255).astype(dtype)
    datum = io.array_to_datum(values, label)
    assert (datum.channels, datum.height, datum.width) == (2, 3, 4)
    assert datum.HasField("label") == (label is not None)
    assert bool(datum.data) == (dtype is np.uint8)
    got = io.datum_to_array(datum)
    assert_array_equal(got, values.astype(np.float32))
    assert got.dtype == (np.uint8 if dtype is np.uint8 else np.float64)
    got[...] = 0  # one's own


def test_an_image_file_in_a_datum_is_decoded() -> None:
    pixels = (drawn(4, 5, 3) * 255).astype(np.uint8)
    datum = Datum.FromString(make_datum(pixels, 3, encode_png(pixels)))
    assert_array_equal(io.datum_to_array(datum), pixels.transpose(2, 0, 1))


def test_datums_that_are_none() -> None:
    with pytest.raises(ValueError, match=r"Incorrect array shape\."):
        io.array_to_datum(drawn(2, 3))
    with pytest.raises(DataError, match="2 x 3 x 4 = 24 values, and holds 5"):
        io.datum_to_array(Datum(channels=2, height=3, width=4, data=b"12345"))


def test_an_open_file_is_an_image(tmp_path: Path) -> None:
    Image.new("RGB", (3, 2), (255, 0, 51)).save(tmp_path / "x.png")
    opened = BytesIO((tmp_path / "x.png").read_bytes())
    close(io.load_image(opened), np.broadcast_to(np.array([1, 0, 0.2], np.float32), (2, 3, 3)))
    with pytest.raises(ImageError):
        io.load_image(BytesIO(b"no image"))


def test_resize_is_that_of_scikit_image() -> None:
    image = np.array([[0, 100], [200, 40]], np.uint8)
    # Linear at 1/4 and 3/4, and what lies outside is 0: corners are (3/4)^2 of the pixel.
    got = io.resize(image, (4, 4))
    np.testing.assert_allclose(got[0, 3], 0.5625 * 100 / 255)
    np.testing.assert_allclose(got[1, 1], (0.1875 * 300 + 0.0625 * 40) / 255)
    assert io.resize(image[..., None], (3, 5, 1)).shape == (3, 5, 1)
    np.testing.assert_allclose(io.resize(np.full((4, 4), 0.5), (2, 2)), 0.5)
    np.testing.assert_allclose(io.resize(image, (2, 2), preserve_range=True), image)
    np.testing.assert_allclose(io.resize(image, (1, 1), order=0, preserve_range=True), 40)


@pytest.mark.parametrize("shape", [(4,), (0, 2), (2, 2, 3)])
def test_resize_refuses(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="2 x 2 cannot be resized"):
        io.resize(np.zeros((2, 2)), shape)
    with pytest.raises(NotImplementedError, match="reflect"):
        io.resize(np.zeros((2, 2)), (4, 4), mode="reflect")
