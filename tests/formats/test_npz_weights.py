"""Weights in NumPy's archives: headers against what is there, other archives, and nothing that runs code."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.errors import WeightsError
from prototxt.formats.npz import write_npz
from prototxt.formats.read import read_weights

SIX = np.array([[1, -2, 3.5], [0, 1e-3, 6]], np.float32)


def npy(array: Any, **how: Any) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asanyarray(array), **how)
    return stream.getvalue()


def archive(path: Path, **members: bytes) -> Path:
    """A zip with these members; `__` stands for a slash and `_npy` for the suffix."""
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_npy", ".npy"), content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        read_weights(path)
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value)


@pytest.mark.parametrize(
    "array", [SIX, SIX.astype("<f8"), SIX.astype(">f4"), np.asfortranarray(SIX)], ids=["f", "d", "big", "fortran"]
)  # fmt: skip
def test_every_form_of_numbers(tmp_path: Path, array: Array) -> None:
    arrays: dict[str, Any] = {"a/b/0": array, "a/b/1": np.float32(7), "epoch": np.arange(3)}
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "w.npz", **arrays)
        (layer,) = read_weights(tmp_path / "w.npz")
        assert (layer.name, layer.blobs[0].shape, layer.blobs[1].shape) == ("a/b", (2, 3), ())
        np.testing.assert_array_equal(layer.blobs[0].array(), SIX)
        assert layer.blobs[0].array().flags.c_contiguous
        assert layer.blobs[1].array() == 7


def test_any_key_can_be_written(tmp_path: Path) -> None:
    with (tmp_path / "w.npz").open("wb") as file:
        write_npz(file, [("file", SIX), ("a/0", SIX[:1])])
    with np.load(tmp_path / "w.npz") as loaded:
        np.testing.assert_array_equal(loaded["file"], SIX)
    (layer,) = read_weights(tmp_path / "w.npz")
    assert layer.blobs[0].shape == (1, 3)


def test_other_archives(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    assert "this is a zip archive without arrays" in refused(archive(path))
    assert 'it holds "photo.jpg"' in refused(archive(path, **{"photo.jpg": b"x"}))
    torch = {"archive__data.pkl": b"\x80\x02", "archive__data__0": bytes(24)}
    assert "this is a PyTorch file" in refused(archive(path, **torch))
    np.savez(path, weight=SIX, bias=SIX, w2=SIX, b2=SIX, w3=SIX)
    assert 'its keys are "weight", "bias", "w2", "b2" and 1 more, expected are <layer>/<i>' in refused(path)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (npy(SIX.astype(int)), "holds int64, not float or double"),
        (npy(np.ones(2, np.longdouble)), "not float or double"),
        (npy(np.array([{}]), allow_pickle=True), "holds object, not float or double"),
        (npy(SIX)[:-1], "blob 0: it holds 23 bytes, its shape 2 x 3 of float32 needs 24"),
        (npy(SIX) + b"x", "blob 0: it holds 25 bytes"),
        (npy(SIX).replace(b"(2, 3)", b"(9**9,"), "blob 0: "),
        (npy(SIX).replace(b"(2, 3), }", b"(-2,-3),}"), "blob 0: an array of shape -2 x -3"),
        (npy(SIX).replace(b"(2, 3), }        ", b"(1" + b"0" * 12 + b",)}"), "1000000000000 of float32"),
        (npy(np.ones((1,) * 40, np.float32)), "40 axes"),
        (npy(SIX, version=(3, 0)), "version 3.0 of NumPy's form"),
        (b"PK", "blob 0: EOF: "),
        (b"", "blob 0: EOF: "),
    ],
    ids=range(12),
)
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    text = refused(archive(tmp_path / "w.npz", ip__0_npy=content))
    assert what in text
    assert 'layer "ip": ' in text


def test_other_compressions(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "w.npz", "w", zipfile.ZIP_BZIP2) as file:
        file.writestr("ip/0.npy", npy(SIX))
    assert "blob 0 is compressed by method 12" in refused(tmp_path / "w.npz")


def test_version_2_headers(tmp_path: Path) -> None:
    (layer,) = read_weights(archive(tmp_path / "w.npz", ip__0_npy=npy(SIX, version=(2, 0))))
    np.testing.assert_array_equal(layer.blobs[0].array(), SIX)


def test_cut_short_or_damaged(tmp_path: Path) -> None:
    path, values = tmp_path / "w.npz", np.arange(3000, dtype=np.float32)
    with path.open("wb") as file:
        write_npz(file, [("ip/0", values)])
    whole = path.read_bytes()
    for length in range(4, len(whole), 101):
        path.write_bytes(whole[:length])
        refused(path)
    path.write_bytes(whole.replace(values[-9:].tobytes(), bytes(36)))
    (layer,) = read_weights(path)
    with pytest.raises(WeightsError, match=r'w.npz: layer "ip": .*CRC'):
        layer.blobs[0].array()
