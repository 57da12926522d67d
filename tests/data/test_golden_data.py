"""Every stored batch of the reference's data layers, to the last bit."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import prototxt
from support.datasets import prefetch_threads
from support.extras import needs
from support.golden import DATA_CASES

CASES = sorted(p.parent for p in DATA_CASES.glob("*/net.prototxt"))


LIBRARIES = {"lmdb": "lmdb", "leveldb": "plyvel", "hdf5": "h5py"}


def need_library(case: Path) -> None:
    """Skip the test where a case's database needs a library that is not installed."""
    kind = case.name.partition("_")[0]
    if kind in LIBRARIES:
        needs(LIBRARIES[kind])


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_four_batches_equal_the_reference(case: Path, engine: str) -> None:
    need_library(case)
    net = prototxt.load_net(case / "net.prototxt", engine=engine)
    assert net.graph.notes == ()
    assert net.inputs == []
    with np.load(case / "batches.npz") as stored:
        for i in range(4):
            for name, got in net.forward().items():
                want = stored[f"{i}/{name}"]
                assert got.shape == want.shape == net.blobs[name].shape
                np.testing.assert_array_equal(got, want, err_msg=f"batch {i} of {name}")
    del net
    assert prefetch_threads() == []


def test_paths_are_taken_from_the_current_folder_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in Caffe, whose nets are run from another folder than their own."""
    needs("lmdb")
    shutil.copytree(DATA_CASES / "lmdb_raw" / "db", tmp_path / "db")
    shutil.copytree(DATA_CASES / "lmdb_encoded", tmp_path / "nets")
    monkeypatch.chdir(tmp_path)
    with np.load(DATA_CASES / "lmdb_raw" / "batches.npz") as stored:
        got = prototxt.load_net("nets/net.prototxt").forward()
        np.testing.assert_array_equal(got["data"], stored["0/data"])


def test_reading_leaves_a_leveldb_as_it_is(tmp_path: Path) -> None:
    needs("plyvel")
    shutil.copytree(DATA_CASES / "leveldb_raw", tmp_path / "case")
    files = {p: p.read_bytes() for p in (tmp_path / "case" / "db").iterdir()}
    for path in [*files, tmp_path / "case" / "db"]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    first, second = (prototxt.load_net(tmp_path / "case" / "net.prototxt") for _ in range(2))
    np.testing.assert_array_equal(first.forward()["data"], second.forward()["data"])
    (tmp_path / "case" / "db").chmod(0o755)
    assert {p: p.read_bytes() for p in (tmp_path / "case" / "db").iterdir()} == files


def test_there_are_cases() -> None:
    assert len(CASES) == 11
