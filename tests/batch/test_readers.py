"""Images and files of arrays as items."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from prototxt.batch.readers import array_reader, image_reader, is_arrays
from prototxt.blobs import Shape
from prototxt.errors import ImageError, InputError
from prototxt.images.load import load_image
from prototxt.images.recipe import Recipe
from prototxt.images.transform import Transform
from support.helpers import noise

WANTED: dict[str, Shape] = {"a": (7, 3, 4), "b": (7, 2)}


def test_an_image(tmp_path: Path) -> None:
    path = tmp_path / "i.png"
    Image.fromarray(np.arange(5 * 6 * 3, dtype=np.uint8).reshape(5, 6, 3)).save(path)
    transform = Transform(3, 4, 2, Recipe((6, 7), "ten"))
    (item,) = image_reader("data", transform)(str(path))
    np.testing.assert_array_equal(item.feeds["data"], transform.apply(load_image(path)))
    assert (item.name, item.views, item.shapes) == (str(path), 10, {"data": (10, 3, 4, 2)})
    assert item.preparation.startswith("i.png 6x5 RGB -> 7x6, ten crops of 2x4 BGR")
    (own,) = image_reader("x", Transform(1, 9, 9, Recipe("none")))(str(path))
    assert own.shapes == {"x": (1, 1, 5, 6)}


def test_images_that_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "i.png"
    path.write_bytes(b"nothing")
    with pytest.raises(ImageError, match=r"i\.png: not an image"):
        list(image_reader("data", Transform(3, 4, 2))(str(path)))
    Image.new("RGB", (5, 4)).save(path)
    with pytest.raises(ImageError, match=r"i\.png: resized to 4x3 pixels"):
        list(image_reader("data", Transform(3, 4, 2, Recipe(3)))(str(path)))


def test_rows_of_arrays(tmp_path: Path) -> None:
    a, b = noise(2, 3, 4), noise(2, 2).astype(np.float64)
    np.savez(tmp_path / "x.npz", a=a, b=b, names=np.array(["u", "v"]))
    first, second = array_reader(WANTED)(str(tmp_path / "x.npz"))
    assert (first.name, second.name) == (f"{tmp_path}/x.npz[0]", f"{tmp_path}/x.npz[1]")
    assert second.preparation == "x.npz[1] -> a 1 x 3 x 4, b 1 x 2"
    np.testing.assert_array_equal(second.feeds["a"], a[1:])
    assert second.feeds["b"].dtype == np.float32
    with (tmp_path / "one.NPY").open("wb") as file:
        np.save(file, a[:1])
    (only,) = array_reader({"a": (7, 3, 4)})(str(tmp_path / "one.NPY"))
    assert (only.name, only.views) == (f"{tmp_path}/one.NPY", 1)
    assert is_arrays("one.NPY")
    assert not is_arrays("npz.png")


def npz(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in entries.items():
            archive.writestr(f"{name}.npy", data)
    return file.getvalue()


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


HUGE = header("{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 3, 4), }\n")
REFUSED = {
    "x.npz": [
        (b"", "not a file of arrays"),
        (b"PK\x03\x04", "not a file of arrays"),
        (npz(), 'it holds nothing, the layers take "a", "b"'),
        (npz(c=b""), 'it holds "c", the layers take "a", "b"'),
        (npz(a=b"12345"), "not a file of arrays"),
        (npz(a=HUGE), "its shape 4000000000 x 3 x 4 of float32 needs 192000000000"),
    ],
    "x.npy": [(b"", "for several blobs")],
}


@pytest.mark.parametrize(
    ("name", "data", "what"), [(n, d, w) for n, rows in REFUSED.items() for d, w in rows]
)
def test_files_that_are_refused(tmp_path: Path, name: str, data: bytes, what: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        list(array_reader(WANTED)(str(path)))
    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("a", "b", "what"),
    [
        (noise(2, 3, 5), noise(2, 2), '"a" is 2 x 3 x 5, the net takes N x 3 x 4'),
        (noise(0, 3, 4), noise(0, 2), '"a" is 0 x 3 x 4'),
        (noise(2, 3, 4), noise(1, 2), 'different numbers of rows: "a" 2, "b" 1'),
        (noise(2, 3, 4), np.array(["x", "y"]), '"b" is of <U1, not of numbers'),
        (noise(2, 3, 4), np.float32(3), '"b" is scalar'),
    ],
)
def test_arrays_that_do_not_fit(tmp_path: Path, a: object, b: object, what: str) -> None:
    np.savez(tmp_path / "x.npz", a=a, b=b)  # type: ignore[arg-type]
    with pytest.raises(InputError) as caught:
        list(array_reader(WANTED)(str(tmp_path / "x.npz")))
    assert what in str(caught.value)


def test_nothing_in_a_file_runs(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path(tmp_path / "ran").touch, ())

    np.savez(tmp_path / "x.npz", a=np.array([Evil()], object))
    (tmp_path / "y.npy").write_bytes(pickle.dumps(Evil()))
    for name, wanted in (("x.npz", WANTED), ("y.npy", {"a": (7, 3, 4)})):
        with pytest.raises(InputError, match="not"):
            list(array_reader(wanted)(str(tmp_path / name)))
    assert not (tmp_path / "ran").exists()


def test_no_such_file() -> None:
    for name in ("nothing.npz", "nothing.npy"):
        with pytest.raises(InputError, match="no such file"):
            list(array_reader({"a": (1, 2)})(name))
