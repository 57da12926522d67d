"""Data: order, wrapping, randomness, shapes without the database, and everything that can be wrong with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.blobs import TRAIN
from prototxt.data.datum import make_datum
from prototxt.errors import DataError, LayerError, PrototxtError, UnappliedError
from prototxt.images.opencv import encode_png
from prototxt.schema.caffe_pb2 import Datum
from support.datasets import data_net, images_database, pixels, prefetch_threads, write_database
from support.extras import needs
from support.helpers import layer_from_text

plyvel: Any = needs("plyvel")

# Remarks are PrototxtWarnings; these tests read them in Graph.notes.
pytestmark = pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")

BACKENDS = ["LMDB", "LEVELDB"]


def labels(net: prototxt.Net, batches: int) -> list[int]:
    return [int(v) for _ in range(batches) for v in net.forward()["label"]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_batches_wrap_around_the_end(tmp_path: Path, backend: str) -> None:
    db = images_database(tmp_path / "db", 5, backend)
    net = data_net(f'source: "{db}" backend: {backend} batch_size: 3')
    assert net.blobs["data"].shape == (3, 3, 6, 7)
    assert labels(net, 4) == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]
    images = net.forward()["data"]
    np.testing.assert_array_equal(images[0], pixels(6, 7, seed=2).transpose(2, 0, 1))


def test_one_top_has_no_label(tmp_path: Path) -> None:
    net = data_net(
        f'source: "{images_database(tmp_path / "db")}" backend: LMDB batch_size: 2', tops='top: "x"'
    )
    assert list(net.forward()) == ["x"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_two_nets_read_one_database_at_once(tmp_path: Path, backend: str) -> None:
    fields = f'source: "{images_database(tmp_path / "db", 5, backend)}" backend: {backend} batch_size: 2'
    first, second = data_net(fields), data_net(fields)
    assert labels(first, 2) == labels(second, 2) == [0, 1, 2, 3]


def test_rand_skip_starts_somewhere_and_is_seeded(tmp_path: Path) -> None:
    fields = f'source: "{images_database(tmp_path / "db", 9)}" backend: LMDB batch_size: 2 rand_skip: 9'
    starts = {seed: labels(data_net(fields, seed=seed), 1) for seed in range(6)}
    assert all(b == (a + 1) % 9 for a, b in starts.values())
    assert len({a for a, _ in starts.values()}) > 2
    assert labels(data_net(fields, seed=3), 1) == starts[3]


def test_rand_skip_beyond_the_end(tmp_path: Path) -> None:
    fields = (
        f'source: "{images_database(tmp_path / "db", 2)}" backend: LMDB batch_size: 2 rand_skip: 4000000000'
    )
    with pytest.raises(DataError, match=r"fewer than the \d+ records"):
        data_net(fields).forward()


def test_crop_mirror_mean_and_scale(tmp_path: Path) -> None:
    db = images_database(tmp_path / "db")
    image = pixels(6, 7, seed=0).transpose(2, 0, 1).astype(np.float32)
    more = "transform_param { crop_size: 3 mean_value: 5 scale: 0.5 }"
    got = data_net(f'source: "{db}" backend: LMDB batch_size: 1', more).forward()["data"][0]
    np.testing.assert_array_equal(got, (image[:, 1:4, 2:5] - 5) * np.float32(0.5))


def test_random_crops_and_mirrors_are_seeded(tmp_path: Path) -> None:
    fields = f'source: "{images_database(tmp_path / "db", 1)}" backend: LMDB batch_size: 20'
    image = pixels(6, 7, seed=0).transpose(2, 0, 1)
    crops = [image[:, i : i + 4, j : j + 4] for i in range(3) for j in range(4)]
    allowed = {c.tobytes() for crop in crops for c in (crop, crop[..., ::-1])}
    more = "transform_param { crop_size: 4 mirror: true }"
    first, again, other = (data_net(fields, more, phase="TRAIN", seed=s).forward()["data"] for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    values = {x.astype(np.uint8).tobytes() for x in first}
    assert values <= allowed
    assert len(values) > 5


def test_mirrors_at_test_too(tmp_path: Path) -> None:
    fields = f'source: "{images_database(tmp_path / "db", 1)}" backend: LMDB batch_size: 30'
    images = data_net(fields, "transform_param { mirror: true }").forward()["data"]
    assert len({x.tobytes() for x in images}) == 2
    np.testing.assert_array_equal(np.unique(images, axis=0)[0], np.unique(images[..., ::-1], axis=0)[0])


def test_crops_level_out_images_of_several_sizes(tmp_path: Path) -> None:
    records = [make_datum(pixels(6, 7), 0), make_datum(pixels(9, 5), 1)]
    db = write_database(tmp_path / "db", records)
    net = data_net(f'source: "{db}" backend: LMDB batch_size: 2', "transform_param { crop_size: 4 }")
    assert net.forward()["data"].shape == (2, 3, 4, 4)


def test_shapes_without_the_database() -> None:
    net = data_net('source: "no/db" batch_size: 9', "transform_param { crop_size: 227 }")
    assert net.blobs["data"].shape == (9, 3, 227, 227)
    assert net.blobs["label"].shape == (9,)
    (note,) = net.graph.notes
    assert note.startswith('net.prototxt:1:1: layer "d" (Data): the database "no/db" is not here')
    assert "3 channels assumed" in note
    gray = data_net('source: "no/db" batch_size: 9', "transform_param { crop_size: 5 force_gray: true }")
    assert gray.blobs["data"].shape == (9, 1, 5, 5)


def test_forward_without_the_database_explains_how_to_give_data() -> None:
    net = data_net('source: "no/db" batch_size: 9', "transform_param { crop_size: 227 }")
    with pytest.raises(
        DataError, match=r"net.prototxt:1:\d+: layer \"d\" \(Data\): no/db: no such database"
    ) as e:
        net.forward()
    assert e.value.hint is not None
    assert 'inputs={"data": (N, C, H, W)}' in e.value.hint
    assert prefetch_threads() == []


def test_no_size_at_all_without_the_database() -> None:
    what = 'the database "no/db" is not here and the file does not say its image size'
    with pytest.raises(LayerError, match=what) as e:
        data_net('source: "no/db" batch_size: 9')
    assert e.value.hint is not None
    assert "--input data=N,C,H,W" in e.value.hint


def test_fields_of_forks_that_are_not_applied_stop_it() -> None:
    more = "transform_param { crop_size: 4 resize_param { height: 3 width: 4 } }"
    with pytest.raises(
        UnappliedError, match=r"transform_param.resize_param \(SSD.* is not applied"
    ) as caught:
        data_net('source: "no/db" batch_size: 9', more)
    assert caught.value.hint is not None
    assert "--input data=N,..." in caught.value.hint


@pytest.mark.parametrize(
    ("fields", "more", "what"),
    [
        ("batch_size: 2", "", "no source"),
        ('source: "x"', "", "batch_size must be at least 1, not 0"),
        ('source: "x" batch_size: 1', "transform_param { force_gray: true force_color: true }", "not both"),
        ('source: "x" batch_size: 1', 'transform_param { mean_file: "m" mean_value: 1 }', "not both"),
        ('source: "x" batch_size: 1', "transform_param { scale: nan }", "finite"),
    ],
)
def test_parameters_that_are_refused(fields: str, more: str, what: str) -> None:
    with pytest.raises(LayerError, match=what):
        layer_from_text(f'name: "d" type: "Data" top: "data" {more} data_param {{ {fields} }}')


def refuse(path: Path, what: str, more: str = "", backend: str = "LMDB", batch_size: int = 3) -> DataError:
    """The error of loading or running a Data layer on a path; it names layer and path."""
    with pytest.raises(PrototxtError, match=what) as caught:
        data_net(f'source: "{path}" backend: {backend} batch_size: {batch_size}', more).forward()
    assert isinstance(caught.value, LayerError)
    text = str(caught.value)
    assert text.startswith("net.prototxt:1:")
    assert 'layer "d" (Data)' in text
    if isinstance(caught.value, DataError):
        assert str(path) in text
    assert prefetch_threads() == []
    return caught.value  # type: ignore[return-value]


def test_crop_larger_than_the_images(tmp_path: Path) -> None:
    refuse(images_database(tmp_path / "db"), "crop_size 7 is larger", "transform_param { crop_size: 7 }")


def test_wrong_backend(tmp_path: Path) -> None:
    db = images_database(tmp_path / "db")
    error = refuse(db, "this is a database of kind LMDB", backend="LEVELDB")
    assert error.hint == "write backend: LMDB"
    db = images_database(tmp_path / "level", backend="LEVELDB")
    assert refuse(db, "this is a database of kind LEVELDB").field == "backend"


@pytest.mark.parametrize("backend", BACKENDS)
def test_empty_databases(tmp_path: Path, backend: str) -> None:
    refuse(write_database(tmp_path / "db", [], backend), "the database is empty", backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_other_files_are_no_database(tmp_path: Path, backend: str) -> None:
    (tmp_path / "folder").mkdir()
    refuse(tmp_path / "folder", f"not an? {backend}"[:8], backend=backend)
    (tmp_path / "file").write_bytes(b"something else" * 1000)
    refuse(tmp_path / "file", "not a", backend=backend)


def test_a_broken_lmdb(tmp_path: Path) -> None:
    for name, data in (("empty", b""), ("text", b"hello" * 5000), ("zeros", bytes(8192))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data.mdb").write_bytes(data)
        refuse(tmp_path / name, "not an LMDB that can be read")


def test_an_lmdb_that_is_cut_off(tmp_path: Path) -> None:
    db = images_database(tmp_path / "db", 500)
    file = db / "data.mdb"
    file.write_bytes(file.read_bytes()[: 4 * 4096])
    refuse(db, "cut off: it has 16,384 bytes and needs")


def test_an_lmdb_without_a_folder(tmp_path: Path) -> None:
    db = images_database(tmp_path / "db")
    assert labels(data_net(f'source: "{db}/data.mdb" backend: LMDB batch_size: 2'), 1) == [0, 1]


def test_a_broken_leveldb(tmp_path: Path) -> None:
    db = images_database(tmp_path / "db", backend="LEVELDB")
    (db / "CURRENT").write_text("nothing\n")
    error = refuse(db, "not a LevelDB that can be read", backend="LEVELDB")
    assert "b'" not in str(error)
    assert "prototxt-leveldb" not in str(error)


def test_a_leveldb_table_with_wrong_bytes(tmp_path: Path) -> None:
    db = write_database(
        tmp_path / "db", [make_datum(pixels(64, 64, seed=i), i) for i in range(600)], "LEVELDB"
    )
    database = plyvel.DB(str(db))
    database.compact_range()  # the records go from the log to tables
    database.close()
    tables = sorted(db.glob("*.ldb"))
    assert tables
    for table in tables:
        data = bytearray(table.read_bytes())
        data[100:5000] = bytes(4900)
        table.write_bytes(data)
    refuse(db, "not a LevelDB that can be read", backend="LEVELDB", batch_size=600)


def test_records_that_are_refused(tmp_path: Path) -> None:
    datum = Datum
    cases = {
        "not a Datum": b"\xff\xff\xff",
        "image is 0 x 0 x 0": b"",
        "image is -1 x 2 x 2": datum(channels=-1, height=2, width=2).SerializeToString(),
        "2000000 x 2000000 x 2000000": datum(
            channels=2000000, height=2000000, width=2000000
        ).SerializeToString(),
        "= 12 values, and holds 3": datum(channels=3, height=2, width=2, data=b"abc").SerializeToString(),
        "= 12 values, and holds 2": datum(
            channels=3, height=2, width=2, float_data=[1, 2]
        ).SerializeToString(),
        "not an image": datum(encoded=True, data=b"abc").SerializeToString(),
        "broken image|cut": datum(encoded=True, data=encode_png(pixels(40, 50))[:-900]).SerializeToString(),
    }
    for i, (what, record) in enumerate(cases.items()):
        refuse(write_database(tmp_path / f"db{i}", [record]), what)


def test_a_later_record_of_another_shape(tmp_path: Path) -> None:
    records = [make_datum(pixels(6, 7), 0), make_datum(pixels(6, 8), 1)]
    error = refuse(
        write_database(tmp_path / "db", records), "the image is 3 x 6 x 8, the net takes 3 x 6 x 7"
    )
    assert 'key "00000001"' in str(error)


def test_an_error_comes_after_the_batches_before_it_and_stays(tmp_path: Path) -> None:
    records = [make_datum(pixels(6, 7), i) for i in range(4)] + [b"\xff"]
    net = data_net(f'source: "{write_database(tmp_path / "db", records)}" backend: LMDB batch_size: 2')
    assert labels(net, 2) == [0, 1, 2, 3]
    for _ in range(2):
        with pytest.raises(DataError, match='key "00000004": record is not a Datum'):
            net.forward()


def test_means_that_do_not_fit(tmp_path: Path) -> None:
    db = images_database(tmp_path / "db")
    refuse(
        db,
        "the mean 2 x 1 x 1 does not fit the image, 3 x 6 x 7",
        "transform_param { mean_value: 1 mean_value: 2 }",
    )
    np.save(tmp_path / "mean.npy", np.zeros((3, 5, 7), np.float32))
    more = f'transform_param {{ mean_file: "{tmp_path / "mean.npy"}" }}'
    refuse(db, "the mean 3 x 5 x 7 does not fit", more)
    with pytest.raises(DataError, match="no/mean: no such mean file") as e:
        data_net(
            f'source: "{db}" backend: LMDB batch_size: 1', 'transform_param { mean_file: "no/mean" }'
        ).forward()
    assert e.value.field == "mean_file"


def test_a_library_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = images_database(tmp_path / "db", backend="LEVELDB")
    monkeypatch.setitem(sys.modules, "plyvel", None)
    error = refuse(db, "needs the Python library plyvel", backend="LEVELDB")
    assert error.hint is not None
    assert "pip install prototxt[data]" in error.hint


def test_an_lmdb_is_read_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = images_database(tmp_path / "db")
    monkeypatch.setitem(sys.modules, "lmdb", None)
    assert labels(data_net(f'source: "{db}" backend: LMDB batch_size: 2'), 1) == [0, 1]


def test_train_and_test_crop_differently() -> None:
    text = 'name: "d" type: "Data" top: "x" transform_param { crop_size: 3 } data_param { source: "x" batch_size: 1 }'
    assert layer_from_text(text, TRAIN).transform.random  # type: ignore[attr-defined]
    assert not layer_from_text(text).transform.random  # type: ignore[attr-defined]
    assert layer_from_text(text).brief([]) == "x crop 3"
