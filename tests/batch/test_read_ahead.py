"""Reading ahead, and what makes a batch."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from prototxt.batch.items import Failure, Item
from prototxt.batch.read_ahead import read_ahead, split_batches
from prototxt.errors import InputError


def item(name: str, width: int = 4) -> Item:
    return Item(name, {"data": np.zeros((1, 3, 2, width), np.float32)}, "")


def read(name: str) -> Iterator[Item]:
    if name == "bad":
        raise InputError("broken")
    if name == "full":
        raise MemoryError("8 GiB")
    for row in range(3 if name == "three" else 1):
        yield item(f"{name}{row}")


def test_in_order_with_failures_in_their_place() -> None:
    result = list(read_ahead(["a", "bad", "three", "full", "b"], read, 2))
    assert [entry.name for entry in result] == ["a0", "bad", "three0", "three1", "three2", "full", "b0"]
    bad, full = (entry for entry in result if isinstance(entry, Failure))
    assert str(bad.error) == "broken"
    assert str(full.error) == "full: out of memory: 8 GiB"


@pytest.mark.parametrize("depth", [0, 1, 5])
def test_no_further_ahead_than_asked(depth: int) -> None:
    begun: list[str] = []

    def slow(name: str) -> Iterator[Item]:
        begun.append(name)
        yield item(name)

    result = read_ahead((str(i) for i in range(20)), slow, depth)
    for taken in range(1, 6):
        next(result)
        assert len(begun) <= taken + depth
    result.close()


def test_nobody_reads_after_the_end() -> None:
    result = read_ahead((str(i) for i in range(50)), read, 4)
    next(result)
    result.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("prototxt-run")]


def test_a_defect_is_not_a_failure() -> None:
    def defect(name: str) -> Iterator[Item]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(read_ahead(["a"], defect, 1))


def grouped(size: int, *entries: Item | Failure) -> list[list[str]]:
    return [[entry.name for entry in batch] for batch in split_batches(entries, size)]


def test_batches() -> None:
    bad = Failure("bad", InputError("broken"))
    a, b, c, d = (item(name) for name in "abcd")
    assert grouped(2, a, b, c) == [["a", "b"], ["c"]]
    assert grouped(2, bad, a, bad, b, bad, c, bad) == [["bad", "a"], ["bad", "b"], ["bad", "c"], ["bad"]]
    assert grouped(3, a, b, item("wide", 5), c, d) == [["a", "b"], ["wide"], ["c", "d"]]
    assert grouped(3) == []
    assert grouped(1, bad, bad) == [["bad"], ["bad"]]
    assert grouped(2, a, item("wide", 5), bad) == [["a"], ["wide", "bad"]]
