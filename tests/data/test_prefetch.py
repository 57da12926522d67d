"""Prefetch: order, depth, errors, and that no thread stays."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from prototxt.data.prefetch import Prefetch
from prototxt.errors import DataError, InputError
from support.datasets import data_net, images_database, prefetch_threads


def numbers() -> Iterator[int]:
    yield from range(1000)


def test_items_come_in_order() -> None:
    ahead = Prefetch(numbers, 3)
    assert [next(ahead) for _ in range(1000)] == list(range(1000))


def test_no_more_than_depth_are_produced() -> None:
    produced: list[int] = []

    def noted() -> Iterator[int]:
        for i in range(100):
            produced.append(i)
            yield i

    ahead = Prefetch(noted, 2)
    time.sleep(0.1)
    assert len(produced) <= 3
    next(ahead)
    time.sleep(0.1)
    assert len(produced) <= 4
    ahead.close()
    assert prefetch_threads() == []


def test_errors_come_out_of_next_with_their_message() -> None:
    def known() -> Iterator[int]:
        yield 1
        raise InputError("raised by the reader")

    ahead = Prefetch(known, 4)
    assert next(ahead) == 1
    for _ in range(2):
        with pytest.raises(InputError, match="raised by the reader"):
            next(ahead)

    def unforeseen() -> Iterator[int]:
        yield 1 // 0

    with pytest.raises(DataError, match="cannot be read: ZeroDivisionError"):
        next(Prefetch(unforeseen, 1))

    def at_once() -> Iterator[int]:
        raise DataError("no items at all")

    with pytest.raises(DataError, match="no items at all"):
        next(Prefetch(at_once, 1))
    assert prefetch_threads() == []


def test_a_closed_one_gives_nothing() -> None:
    ahead = Prefetch(numbers, 1)
    next(ahead)
    ahead.close()
    next(ahead)
    with pytest.raises(DataError, match="closed"):
        next(ahead)


def test_the_reader_is_closed_in_its_thread() -> None:
    where: list[threading.Thread] = []

    def opened() -> Iterator[int]:
        try:
            yield from range(100)
        finally:
            where.append(threading.current_thread())

    ahead = Prefetch(opened, 1)
    next(ahead)
    ahead.close()
    assert where
    assert where[0] is not threading.current_thread()


@pytest.mark.parametrize("backend", ["LMDB", "LEVELDB"])
def test_a_net_that_is_gone_leaves_no_thread(tmp_path: Path, backend: str) -> None:
    db = images_database(tmp_path / "db", backend=backend)
    net = data_net(f'source: "{db}" backend: {backend} batch_size: 2')
    assert prefetch_threads() == []
    net.forward()
    assert [t.name for t in threading.enumerate() if t.name.startswith("prototxt")] == ["prototxt-d"]
    del net
    gc.collect()
    assert prefetch_threads() == []


def test_a_program_ends_while_batches_are_being_prepared(tmp_path: Path) -> None:
    db = images_database(tmp_path / "db")
    text = f'layer {{ name: "d" type: "Data" top: "x" data_param {{ source: "{db}" backend: LMDB batch_size: 2 }} }}'
    program = f"import prototxt; net = prototxt.parse_net('''{text}'''); net.forward(); print('ran')"
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, "ran", "")
