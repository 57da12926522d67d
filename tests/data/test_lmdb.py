"""LMDB files: the same records as LMDB's own library gives, and errors for files that are damaged or change."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from prototxt.data.lmdb import open_lmdb
from prototxt.errors import DataError
from support.datasets import data_net, images_database, write_database
from support.extras import needs

lmdb = needs("lmdb")


def make(path: Path, rng: random.Random, count: int) -> list[tuple[bytes, bytes]]:
    """A database with random keys and records, some deleted again; what its library reads."""
    with lmdb.open(str(path), map_size=1 << 28) as environment:
        with environment.begin(write=True) as transaction:
            for _ in range(count):
                size = rng.choice(
                    [0, 3, 100, 1900, 2030, 2040, 2050, 4080, 4090, 9000, 70_000][: 3 + rng.randrange(9)]
                )
                transaction.put(rng.randbytes(rng.randint(1, 60)), rng.randbytes(size))
        with environment.begin(write=True) as transaction:
            keys = [key for key, _ in transaction.cursor()]
            for key in rng.sample(keys, len(keys) // 3):
                transaction.delete(key)
        with environment.begin() as transaction:
            return list(transaction.cursor())


@pytest.mark.parametrize("seed", range(20))
def test_records_as_its_own_library_reads_them(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    wanted = make(tmp_path / "db", rng, rng.choice([0, 1, 2, 30, 300, 2000 if seed < 2 else 100]))
    with open_lmdb(str(tmp_path / "db")) as reader:
        assert list(reader.records()) == wanted


def test_damaged_bytes_are_an_error_or_other_records(tmp_path: Path) -> None:
    rng = random.Random(0)
    make(tmp_path / "db", rng, 300)
    file = tmp_path / "db" / "data.mdb"
    good, refused = file.read_bytes(), list[str]()
    for _ in range(60):
        data = bytearray(good)
        for _ in range(rng.randint(1, 30)):
            page = rng.randrange(len(data) // 4096)
            data[page * 4096 + rng.randrange(rng.choice([20, 200, 4096]))] = rng.randrange(256)
        file.write_bytes(data)
        try:
            with open_lmdb(str(tmp_path / "db")) as reader:
                for _ in reader.records():
                    pass
        except DataError as error:
            refused.append(str(error))
    assert len(refused) > 20
    assert all(error.startswith(str(tmp_path / "db")) for error in refused)


def test_a_database_made_anew_while_an_older_net_lives(tmp_path: Path) -> None:
    nets = []
    for count in (2, 3, 4):
        shutil.rmtree(tmp_path / "db", ignore_errors=True)
        images_database(tmp_path / "db", count)
        nets.append(data_net(f'source: "{tmp_path / "db"}" backend: LMDB batch_size: {count}'))
        nets[-1].forward()
        np.testing.assert_array_equal(nets[-1].blobs["label"].data, np.arange(count))


def cut_off(file: Path) -> None:
    os.truncate(file, 3 * 4096)


def touched(file: Path) -> None:
    os.utime(file, (1, 1))


@pytest.mark.parametrize("change", [cut_off, touched])
def test_a_database_that_changes_while_it_is_read(tmp_path: Path, change: Callable[[Path], None]) -> None:
    db = write_database(tmp_path / "db", [bytes(5000)] * 40)
    with open_lmdb(str(db)) as reader:
        records = reader.records()
        next(records)
        change(db / "data.mdb")
        with pytest.raises(DataError, match=f"{db}: the file .* since it was opened"):
            list(records)
