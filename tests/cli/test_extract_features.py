"""prototxt-extract-features: the rows are the net's blobs, batch after batch; nothing is written over or left half."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.cli.extract_features import main
from prototxt.data.datum import read_datum
from prototxt.data.reader import open_database
from support.commands import LENET, Result, invoke
from support.datasets import images_database
from support.extras import needs

h5py: Any = needs("h5py")

NET = """
layer { name: "d" type: "Data" top: "data" top: "label" data_param { source: "%s" backend: LMDB batch_size: 2 } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
  inner_product_param { num_output: 7 weight_filler { type: "xavier" } } }
"""
"""On five images of 3 x 6 x 7, two at a time."""


@pytest.fixture
def net(tmp_path: Path) -> Path:
    images_database(tmp_path / "images")
    path = tmp_path / "net.prototxt"
    path.write_text(NET % (tmp_path / "images"))
    prototxt.load_net(path, seed=3).save(tmp_path / "net.caffemodel")
    return path


def extract(net: Path, *args: str | float | Path) -> Result:
    return invoke(main, net.with_suffix(".caffemodel"), net, *args)


def expected(net: Path, batches: int) -> dict[str, list[np.ndarray]]:
    """Every blob's rows, by a net of our own."""
    result = prototxt.load_net(net, net.with_suffix(".caffemodel"))
    rows: dict[str, list[np.ndarray]] = {"conv": [], "ip": [], "label": []}
    for _ in range(batches):
        result.forward()
        for name, own in rows.items():
            own.extend(result.blobs[name].data.copy())
    return rows


def stored(path: Path, backend: str) -> dict[str, np.ndarray]:
    with open_database(str(path), backend) as reader:
        return {key.decode(): read_datum(record, str(path)).image for key, record in reader.records()}


@pytest.mark.parametrize("kind", ["lmdb", "leveldb"])
def test_databases_hold_a_datum_per_image_under_ten_digits(tmp_path: Path, net: Path, kind: str) -> None:
    done = extract(net, "conv,ip,label", f"{tmp_path}/c,{tmp_path}/i,{tmp_path}/l", 3, kind)
    assert done.code == 0, done.err
    assert f"{tmp_path}/c: 6 rows of conv, {kind}" in done.out
    rows = expected(net, 3)
    for blob, shape in {"conv": (4, 4, 5), "ip": (7, 1, 1), "label": (1, 1, 1)}.items():
        result = stored(tmp_path / blob[0], kind.upper())
        assert list(result) == [f"{i:010d}" for i in range(6)]
        assert {image.shape for image in result.values()} == {shape}
        np.testing.assert_array_equal(
            np.stack(list(result.values())), np.stack(rows[blob]).reshape(6, *shape)
        )
    assert [float(image.item()) for image in result.values()] == [0, 1, 2, 3, 4, 0]  # round and round


def test_hdf5_and_npz_hold_rows_under_the_blobs_name(tmp_path: Path, net: Path) -> None:
    rows = np.stack(expected(net, 2)["conv"])
    assert extract(net, "conv", tmp_path / "f.npz", 2, "npz").code == 0
    with np.load(tmp_path / "f.npz") as archive:
        np.testing.assert_array_equal(archive["conv"], rows)
        assert archive["names"].tolist() == ["0000000000", "0000000001", "0000000002", "0000000003"]
    assert extract(net, "conv", tmp_path / "f", 2, "hdf5").code == 0
    with h5py.File(tmp_path / "f.h5") as file:
        np.testing.assert_array_equal(file["conv"][:], rows)


def test_a_gpu_is_a_warning(tmp_path: Path, net: Path) -> None:
    assert "warning" not in extract(net, "ip", tmp_path / "a", 1, "lmdb", "CPU").err
    done = extract(net, "ip", tmp_path / "b", 1, "lmdb", "GPU", "2")
    assert (done.code, "GPU 2: nets run on the CPU here" in done.err) == (0, True)


def test_an_input_beside_the_data_stays_zeros_with_a_warning(tmp_path: Path, net: Path) -> None:
    more = 'layer { name: "in" type: "Input" top: "in" input_param { shape { dim: 1 dim: 2 } } }'
    net.write_text(net.read_text() + more)
    done = extract(net, "ip", tmp_path / "out", 1, "lmdb")
    assert (done.code, "nothing gives values to the inputs in: they are zeros" in done.err) == (0, True)


@pytest.mark.parametrize("kind", ["lmdb", "leveldb", "npz"])
def test_what_is_there_stays(tmp_path: Path, net: Path, kind: str) -> None:
    taken = tmp_path / "taken.npz"
    taken.write_text("mine")
    done = extract(net, "conv,ip", f"{tmp_path}/new.npz,{taken}", 1, kind)
    assert done.code == 1
    assert "taken.npz: there is something at this path already" in done.err
    assert taken.read_text() == "mine"
    assert not (tmp_path / "new.npz").exists()


@pytest.mark.parametrize("kind", ["lmdb", "leveldb", "npz"])
def test_an_error_in_a_later_batch_leaves_nothing(tmp_path: Path, kind: str) -> None:
    """The fourth image of the list is missing."""
    folder = tmp_path / "images"
    from support.datasets import write_images

    write_images(folder, [(6, 7)] * 3)
    (tmp_path / "list.txt").write_text("".join(f"image {i}.png {i}\n" for i in range(4)))
    net = tmp_path / "net.prototxt"
    net.write_text(
        f'layer {{ name: "d" type: "ImageData" top: "data" top: "label" image_data_param {{ '
        f'source: "{tmp_path}/list.txt" root_folder: "{folder}/" batch_size: 1 }} }}'
    )
    prototxt.load_net(net).save(tmp_path / "net.caffemodel")
    before = sorted(p.name for p in tmp_path.iterdir())
    done = extract(net, "data,label", f"{tmp_path}/a.npz,{tmp_path}/b.npz", 4, kind)
    assert done.code == 1
    assert "image 3.png" in done.err
    assert sorted(p.name for p in tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (
            ("conv,ip", "a", "1", "lmdb"),
            2,
            "the number of blob names and dataset names must be equal: 2 and 1",
        ),
        (("conv,conv", "a,b", "1", "lmdb"), 2, "with distinct names"),
        (("conv,", "a,b", "1", "lmdb"), 2, "with distinct names"),
        (("cnov", "a", "1", "lmdb"), 1, "Unknown feature blob name cnov in the network"),
        (("conv", "a", "0", "lmdb"), 2, "0 is not in the range"),
        (("conv", "a", "1", "sqlite"), 2, "'lmdb', 'leveldb', 'hdf5', 'npz'"),
        (("conv,ip", "a,./a", "1", "lmdb"), 1, "two blobs would be written to this path"),
        (("conv", "none/a", "1", "lmdb"), 1, "cannot be written"),
    ],
)
def test_refusals(
    tmp_path: Path, net: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(p.name for p in tmp_path.iterdir())
    done = extract(net, *args)
    assert done.code == code, done.err
    assert said in done.err
    assert "Traceback" not in done.err
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_a_net_without_data_is_refused(tmp_path: Path) -> None:
    done = invoke(main, LENET.replace(".prototxt", ".caffemodel"), LENET, "ip1", tmp_path / "a", 1, "lmdb")
    assert done.code == 1
    assert "nothing gives values to the inputs data" in done.err
