"""prototxt-dataset: what it makes is what the layers read; whole or not at all; every refusal is one message."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import prototxt
from prototxt.cli.dataset import main
from prototxt.data.reader import open_database
from prototxt.data.samples import every_sample
from prototxt.data.transform import DataTransform
from prototxt.formats.caffemodel import read_blob
from prototxt.images.opencv import resize_bytes
from prototxt.schema.caffe_pb2 import Datum, TransformationParameter
from support.datasets import data_net, pixels, prefetch_threads, write_images
from support.extras import needs

for module in ("lmdb", "plyvel", "h5py"):
    needs(module)

SIZES = [(12, 9), (10, 14), (8, 8), (12, 9)]


def invoke(*words: object) -> Result:
    return CliRunner().invoke(main, [str(w) for w in words])


def run_dataset(*words: object) -> str:
    """The output of the command, which must succeed."""
    result = invoke(*words)
    assert result.exit_code == 0, result.output
    return result.output


def failed(*words: object, code: int = 1) -> str:
    result = invoke(*words)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A list of four images of three sizes, names with spaces, in tmp_path/images."""
    write_images(tmp_path / "images", SIZES)
    path = tmp_path / "list.txt"
    path.write_text("".join(f"image {i}.png {i + 5}\n" for i in range(len(SIZES))))
    return path


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize("backend", ["lmdb", "leveldb"])
def test_a_database_that_a_net_reads(tmp_path: Path, listed: Path, backend: str, encoded: bool) -> None:
    out = tmp_path / "db"
    more = ["--encoded"] if encoded else []
    words = [
        "make",
        listed,
        out,
        "--backend",
        backend,
        "--root",
        tmp_path / "images",
        "--resize",
        "7x6",
        *more,
    ]
    assert f"{out}: 4 images of 3 x 7 x 6, {backend}" in run_dataset(*words)
    got = data_net(f'source: "{out}" backend: {backend.upper()} batch_size: 4').forward()
    assert got["label"].tolist() == [5, 6, 7, 8]
    for i, size in enumerate(SIZES):
        want = resize_bytes(pixels(*size, seed=i), 7, 6).transpose(2, 0, 1)
        np.testing.assert_array_equal(got["data"][i], want)
    assert prefetch_threads() == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["db", "images", "list.txt"]


def test_hdf5_that_a_net_reads(tmp_path: Path, listed: Path) -> None:
    out = tmp_path / "x.h5"
    words = [
        "make",
        listed,
        out,
        "--backend",
        "hdf5",
        "--root",
        tmp_path / "images",
        "--resize",
        "7x6",
        "--gray",
    ]
    assert "4 images of 1 x 7 x 6, hdf5" in run_dataset(*words)
    (tmp_path / "files").write_text(f"{out}\n")
    fields = f'source: "{tmp_path}/files" batch_size: 3'
    net = prototxt.parse_net(
        f'layer {{ name: "d" type: "HDF5Data" top: "data" top: "label" hdf5_data_param {{ {fields} }} }}'
    )
    got = net.forward()
    assert got["data"].shape == (3, 1, 7, 6)
    assert got["label"].tolist() == [5, 6, 7]


def test_encoded_files_are_stored_as_they_are(tmp_path: Path, listed: Path) -> None:
    said = run_dataset("make", listed, tmp_path / "db", "--root", tmp_path / "images", "--encoded")
    assert "images of 3 sizes" in said
    with open_database(str(tmp_path / "db"), "LMDB") as reader:
        (key, record), *_ = reader.records()
    assert key == b"00000000_image 0.png"
    datum = Datum.FromString(record)
    assert datum.encoded
    assert datum.data == (tmp_path / "images" / "image 0.png").read_bytes()


def test_gray_encoded_and_shuffled(tmp_path: Path, listed: Path) -> None:
    common = ["--root", tmp_path / "images", "--gray", "--encoded", "--resize", "5x4", "--shuffle"]
    orders = []
    for i, seed in enumerate((1, 1, 2)):
        run_dataset("make", listed, tmp_path / f"db{i}", *common, "--seed", seed)
        samples = list(every_sample(str(tmp_path / f"db{i}"), "LMDB"))
        assert {s.image.shape for s in samples} == {(1, 5, 4)}
        orders.append([int(s.label) for s in samples])
    assert sorted(orders[0]) == [5, 6, 7, 8]
    assert orders[0] == orders[1] != orders[2]


def test_an_lmdb_grows_as_it_fills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prototxt.data.lmdb._FIRST_SIZE", 1 << 16)
    monkeypatch.setattr("prototxt.data.lmdb._BYTES_AT_ONCE", 1 << 14)
    write_images(tmp_path, [(64, 64)] * 30)
    (tmp_path / "list").write_text("".join(f"image {i}.png {i}\n" for i in range(30)))
    run_dataset("make", tmp_path / "list", tmp_path / "db", "--root", tmp_path)
    assert [int(s.label) for s in every_sample(str(tmp_path / "db"), "LMDB")] == list(range(30))


@pytest.mark.parametrize("backend", ["lmdb", "leveldb"])
def test_the_mean_and_a_net_that_subtracts_it(tmp_path: Path, listed: Path, backend: str) -> None:
    db, out = tmp_path / "db", tmp_path / "mean.binaryproto"
    run_dataset("make", listed, db, "--backend", backend, "--root", tmp_path / "images", "--resize", "7x6")
    said = run_dataset("mean", db, out)
    assert "the mean of 4 images, 3 x 7 x 6" in said
    images = np.stack([s.image for s in every_sample(str(db), backend.upper())])
    want = images.mean(axis=0, dtype=np.float64).astype(np.float32)
    blob = read_blob(out)
    assert blob.shape == (1, 3, 7, 6)
    np.testing.assert_array_equal(blob.array()[0], want)
    more = f'transform_param {{ mean_file: "{out}" scale: 0.5 }}'
    got = data_net(f'source: "{db}" backend: {backend.upper()} batch_size: 4', more).forward()["data"]
    np.testing.assert_array_equal(got, (images.astype(np.float32) - want) * np.float32(0.5))
    assert DataTransform.read(TransformationParameter(mean_file=str(out)), 1).mean("") is not None


def nothing_but(folder: Path, *names: str) -> None:
    assert sorted(p.name for p in folder.iterdir()) == sorted(names)


@pytest.mark.parametrize("backend", ["lmdb", "leveldb", "hdf5"])
def test_a_broken_image_leaves_nothing_behind(tmp_path: Path, listed: Path, backend: str) -> None:
    (tmp_path / "images" / "image 2.png").write_bytes(b"no image")
    words = ["make", listed, tmp_path / "out", "--backend", backend, "--resize", "4x4"]
    said = failed(*words, "--root", tmp_path / "images")
    assert "image 2.png: not an image of a known format" in said
    nothing_but(tmp_path, "images", "list.txt")


def test_what_is_there_stays(tmp_path: Path, listed: Path) -> None:
    (tmp_path / "out").write_text("mine")
    said = failed("make", listed, tmp_path / "out", "--root", tmp_path / "images")
    assert "there is something at this path already" in said
    assert (tmp_path / "out").read_text() == "mine"


def test_refusals(tmp_path: Path, listed: Path) -> None:
    images = tmp_path / "images"
    assert "no such image list" in failed("make", tmp_path / "no", tmp_path / "out")
    said = failed("make", listed, tmp_path / "out", "--root", images, "--check-size")
    assert "image 1.png: the image is 3 x 10 x 14, those before are 3 x 12 x 9" in said
    assert "--resize" in said
    said = failed("make", listed, tmp_path / "out", "--root", images, "--backend", "hdf5")
    assert "those before are" in said
    assert "no such file" in failed("make", listed, tmp_path / "out")
    assert "cannot be written" in failed("make", listed, tmp_path / "no" / "out", "--root", images)
    (tmp_path / "words").write_text("a.png three\n")
    assert 'words:1: the label "three" is not a whole number' in failed(
        "make", tmp_path / "words", tmp_path / "out"
    )
    (tmp_path / "large").write_text("a.png 4294967296\n")
    assert "not a whole number of 32 bits" in failed("make", tmp_path / "large", tmp_path / "out")
    nothing_but(tmp_path, "images", "list.txt", "words", "large")


def test_refusals_of_mean(tmp_path: Path, listed: Path) -> None:
    assert "no such database" in failed("mean", tmp_path / "no", tmp_path / "out")
    assert "not an LMDB" in failed("mean", listed, tmp_path / "out")
    run_dataset("make", listed, tmp_path / "db", "--root", tmp_path / "images")
    said = failed("mean", tmp_path / "db", tmp_path / "out")
    assert "the image is 3 x 10 x 14, those before are 3 x 12 x 9" in said
    nothing_but(tmp_path, "db", "images", "list.txt")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--resize", "7"], '"7" is not HEIGHTxWIDTH'),
        (["--resize", "0x7"], '"0x7" is not HEIGHTxWIDTH'),
        (["--backend", "sqlite"], "'sqlite' is not one of"),
        (["--backend", "hdf5", "--encoded"], "--encoded is for databases"),
    ],
)
def test_wrong_usage(words: list[str], what: str) -> None:
    assert what in failed("make", "a", "b", *words, code=2)
