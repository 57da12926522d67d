"""Means: numbers, .npy, .binaryproto."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prototxt.errors import ImageError
from prototxt.images.mean import read_mean
from prototxt.schema.caffe_pb2 import BlobProto

IMAGE = np.arange(3 * 4 * 5, dtype=np.float32).reshape(3, 4, 5)


@pytest.mark.parametrize("text", ["104,117,123", "104, 117, 123", "104 117 123", "1.04e2,+117.0,123."])
def test_numbers(text: str) -> None:
    mean = read_mean(text)
    np.testing.assert_array_equal(mean.values, [104, 117, 123])
    assert mean.describe() == "104,117,123"
    assert mean.fit(3, 7, 8).shape == (3, 1, 1)


def test_one_number_serves_every_channel() -> None:
    assert read_mean("127.5").fit(3, 2, 2).ravel().tolist() == [127.5] * 3


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, ">f4"])
@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 3, 4, 5)])
def test_npy(tmp_path: Path, shape: tuple[int, ...], dtype: str) -> None:
    path = tmp_path / "mean.npy"
    np.save(path, IMAGE.reshape(shape).astype(dtype))
    mean = read_mean(path)
    np.testing.assert_array_equal(mean.fit(3, 4, 5), IMAGE)
    assert mean.values.dtype == np.float32
    assert mean.describe() == "mean.npy (3 x 4 x 5)"
    assert mean.describe("resized") == "mean.npy (3 x 4 x 5 resized)"
    assert mean.size == (4, 5)
    assert mean.fit(3, 8, 9).shape == (3, 8, 9)


def test_npy_of_values_and_of_one_plane(tmp_path: Path) -> None:
    path = tmp_path / "mean.npy"
    np.save(path, np.array([1.0, 2, 3]))
    np.testing.assert_array_equal(read_mean(path).fit(3, 4, 5).ravel(), [1, 2, 3])
    np.save(path, IMAGE[0])
    assert read_mean(path).fit(1, 4, 5).shape == (1, 4, 5)


@pytest.mark.parametrize("legacy", [True, False])
def test_binaryproto(tmp_path: Path, legacy: bool) -> None:
    blob = BlobProto(data=IMAGE.ravel().tolist())
    if legacy:
        blob.num, blob.channels, blob.height, blob.width = 1, 3, 4, 5
    else:
        blob.shape.dim.extend((3, 4, 5))
    path = tmp_path / "mean.binaryproto"
    path.write_bytes(blob.SerializeToString())
    np.testing.assert_array_equal(read_mean(path).fit(3, 4, 5), IMAGE)
    path.write_bytes(blob.SerializeToString()[:-9])
    with pytest.raises(ImageError, match=r"mean\.binaryproto: not a mean file: .*cut short"):
        read_mean(path)


def refused(tmp_path: Path, content: object) -> str:
    path = tmp_path / "mean.npy"
    np.save(path, np.array(content), allow_pickle=True)
    with pytest.raises(ImageError) as caught:
        read_mean(path)
    return str(caught.value)


def test_arrays_that_are_no_means(tmp_path: Path) -> None:
    assert "not 2 x 3 x 4 x 5" in refused(tmp_path, np.zeros((2, 3, 4, 5)))
    assert "not scalar" in refused(tmp_path, 3.0)
    assert "0 x 3" in refused(tmp_path, np.zeros((3, 0, 3)))
    assert "not finite" in refused(tmp_path, [1, np.nan, 2])
    assert "not finite" in refused(tmp_path, [1e300])
    assert "not of numbers" in refused(tmp_path, ["a"])
    assert "not a mean file" in refused(tmp_path, [{"a": 1}])


def test_files_that_are_no_means(tmp_path: Path) -> None:
    path = tmp_path / "mean.npy"
    with pytest.raises(ImageError, match="no such mean file") as caught:
        read_mean("104,117,12x")
    assert "104,117,123" in str(caught.value)
    with pytest.raises(ImageError, match="not a mean file"):
        read_mean(tmp_path)
    np.save(path, IMAGE)
    whole = path.read_bytes()
    for content in (b"", b"104 117 123 text", whole[:50], whole[:-4], whole[:7], b"\x93NUMPY" + bytes(200)):
        path.write_bytes(content)
        with pytest.raises(ImageError, match=r"mean\.npy: not a mean file"):
            read_mean(path)
    for numbers in ("nan,1,2", "1,inf", "1e999"):
        with pytest.raises(ImageError, match="not finite"):
            read_mean(numbers)


def test_channels_that_do_not_agree(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="mean 1,2 has 2 values, the net's input 3 channels"):
        read_mean("1,2").fit(3, 2, 2)
    np.save(tmp_path / "mean.npy", IMAGE)
    with pytest.raises(ImageError, match=r"has 3 channels, the net's input 1 channels"):
        read_mean(tmp_path / "mean.npy").fit(1, 4, 5)
