"""Weights files that change while a net lives: an error that names the file, never other numbers, never a crash."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.errors import InputError, WeightsError
from prototxt.formats.npy import NpyRows
from prototxt.util import opened
from support.extras import needs

TEXT = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 1 dim: 4 } } }
layer { name: "a" type: "InnerProduct" bottom: "x" top: "a" inner_product_param { num_output: 3 bias_term: false } }
layer { name: "b" type: "InnerProduct" bottom: "a" top: "b" inner_product_param { num_output: 5 bias_term: false } }
"""
ONES = np.ones((1, 4), np.float32)


def store(path: Path, value: float) -> bytes:
    """Weights that are all `value`, at `path` in the form of its suffix; the file's bytes, of one length."""
    net = prototxt.parse_net(TEXT)
    for arrays in net.params.values():
        arrays[0].data[...] = value
    net.save(path)
    return path.read_bytes()


@pytest.fixture(params=[".caffemodel", ".npz", ".h5"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == ".h5":
        needs("h5py")
    return tmp_path / f"live{request.param}"


def other_values(path: Path) -> None:
    path.write_bytes(store(path.with_stem("other"), 5))


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def replaced(path: Path) -> None:
    store(path.with_stem("other"), 5)
    path.with_stem("other").replace(path)


@pytest.mark.parametrize("change", [other_values, cut_off, emptied, replaced])
def test_a_file_that_changed_is_named(path: Path, change: Callable[[Path], None]) -> None:
    store(path, 1)
    untouched, started = (prototxt.parse_net(TEXT, path) for _ in range(2))
    assert started.params["a"][0].data[0, 0] == 1
    change(path)
    for net in (untouched, started):
        with pytest.raises(WeightsError, match="since it was opened") as caught:
            net.forward(x=ONES)
        assert str(caught.value).startswith(f"{path}: ")
    np.testing.assert_array_equal(started.params["a"][0].data, np.ones((3, 4), np.float32))


def test_what_was_read_once_stays(path: Path) -> None:
    store(path, 2)
    net = prototxt.parse_net(TEXT, path)
    before = net.forward(x=ONES)["b"].copy()
    assert before[0].tolist() == [2 * 4 * 2 * 3] * 5
    for change in (other_values, cut_off, emptied):
        change(path)
        np.testing.assert_array_equal(net.forward(x=ONES)["b"], before)
    net.save(path)  # over the file that it came from
    np.testing.assert_array_equal(prototxt.parse_net(TEXT, path).forward(x=ONES)["b"], before)


def test_a_net_that_failed_takes_the_file_anew(path: Path) -> None:
    store(path, 1)
    net = prototxt.parse_net(TEXT, path)
    other_values(path)
    with pytest.raises(WeightsError):
        net.forward(x=ONES)
    net.load(path)
    assert net.forward(x=ONES)["b"][0, 0] == 5 * 4 * 5 * 3


def test_a_deleted_file_can_still_be_read(path: Path) -> None:
    store(path, 1)
    net = prototxt.parse_net(TEXT, path)
    path.unlink()
    assert net.forward(x=ONES)["b"][0, 0] == 12


def test_a_relative_name_and_another_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(path, 1)
    monkeypatch.chdir(path.parent)
    net = prototxt.parse_net(TEXT, path.name)
    (path.parent / "elsewhere").mkdir()
    monkeypatch.chdir(path.parent / "elsewhere")
    Path(path.name).write_bytes(b"another file")
    assert net.forward(x=ONES)["b"][0, 0] == 12


def test_a_rewrite_right_after_opening_is_seen(path: Path) -> None:
    # Within one tick of the clock that stamps files, two writes leave the same time.
    one, five = store(path, 1), store(path, 5)
    assert len(one) == len(five)
    for _ in range(20):
        path.write_bytes(one)
        net = prototxt.parse_net(TEXT, path)
        with path.open("r+b") as file:
            file.write(five)
        with pytest.raises(WeightsError, match="written to"):
            net.forward(x=ONES)


READER = """
import sys, numpy as np, prototxt
text, path, ones = sys.argv[1], sys.argv[2], np.ones((1, 4), np.float32)
prototxt.parse_net(text, path).forward(x=ones)
print("ready", flush=True)
while not sys.stdin.closed:
    try:
        net = prototxt.parse_net(text, path)
        values = net.forward(x=ones)["b"][0]
        known = np.sqrt(values / 12)
        print(known.tolist() in ([1.0] * 5, [2.0] * 5, [3.0] * 5) or f"mixed {values}", flush=True)
    except prototxt.PrototxtError as error:
        print("error" if "was opened" in str(error) else "other error", flush=True)
"""


def replace(path: Path, data: bytes) -> None:
    """One step: a file that is opened in the middle of a write holds a mixture for every program."""
    path.with_stem("new").write_bytes(data)
    path.with_stem("new").replace(path)


def test_a_file_replaced_and_truncated_at_random_moments(path: Path) -> None:
    """20 changes under a process that loads and runs nets all the time."""
    rng = random.Random(path.suffix)
    versions = [store(path, value) for value in (1, 2, 3)]
    command = [sys.executable, "-c", textwrap.dedent(READER), TEXT, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for _ in range(20):
            time.sleep(rng.uniform(0, 0.03))
            if rng.random() < 0.5:
                os.truncate(path, rng.randrange(len(versions[0])))
                time.sleep(rng.uniform(0, 0.01))
            replace(path, rng.choice(versions))
        assert process.poll() is None  # SIGBUS would have ended it
        process.kill()
        said = process.stdout.read().split("\n")[:-1]
    assert len(said) > 3
    assert not [line for line in said if line.startswith("mixed")]


def write_in_place(path: Path, data: bytes) -> bool:
    """Write over a file piece by piece; whether this machine was too slow for a reader to notice all of it."""
    longest, started = 0.0, time.monotonic()
    last = started
    with path.open("r+b", buffering=0) as file:
        for start in range(0, len(data), len(data) // 20):
            time.sleep(0.0005)
            file.write(data[start : start + len(data) // 20])
            now = time.monotonic()
            longest, last = max(longest, now - last), now
    return longest > opened._TICK / 1e9 or last - started > opened._MAX_WAIT


def outcome(path: Path) -> str:
    """What a net of this file computes: "old", "new", "mixed", or "error" for a WeightsError that names the file."""
    try:
        values = prototxt.parse_net(TEXT, path).forward(x=ONES)["b"][0]
    except WeightsError as error:
        return "error" if str(error).startswith(f"{path}:") else str(error)
    return (
        {12.0: "old", 48.0: "new"}.get(float(values[0]), "mixed")
        if len(set(values.tolist())) == 1
        else "mixed"
    )


def test_a_file_opened_while_it_is_written_in_place(path: Path) -> None:
    """20 moments: a mixture of old and new is not seen, if the writer does not pause for longer than a tick."""
    rng = random.Random(f"in place {path.suffix}")
    old, new = (store(path, value) for value in (1, 2))
    assert len(old) == len(new)
    for _ in range(20):
        path.write_bytes(old)
        with ThreadPoolExecutor(1) as pool:
            writer = pool.submit(write_in_place, path, new)
            time.sleep(rng.uniform(0, 0.02))
            seen = outcome(path)
        assert seen in ("old", "new", "error") or (seen == "mixed" and writer.result())
        assert outcome(path) == "new"


def test_a_net_that_has_it_open_hides_no_change_from_the_next(path: Path) -> None:
    """HDF5's library opens a file by its name only once, and shows later readers what the first one found."""
    data = store(path, 1)
    older = prototxt.parse_net(TEXT, path)
    os.truncate(path, len(data) - 30)
    with pytest.raises(WeightsError):
        prototxt.parse_net(TEXT, path).forward(x=ONES)
    with pytest.raises(WeightsError, match="changed since it was opened"):
        older.forward(x=ONES)


def test_large_arrays_are_read_in_parts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(path, 2)
    monkeypatch.setattr(opened, "_MAX_READ", 7)
    assert prototxt.parse_net(TEXT, path).forward(x=ONES)["b"][0, 0] == 48


def test_rows_of_a_npy_file(tmp_path: Path) -> None:
    values = np.arange(7 * 2 * 3, dtype=np.int16).reshape(7, 2, 3)
    for order in "CF":
        np.save(tmp_path / "rows.npy", np.asarray(values, order=order))  # type: ignore[call-overload]
        rows = NpyRows(str(tmp_path / "rows.npy"), InputError)
        assert (len(rows), rows.shape) == (7, (7, 2, 3))
        np.testing.assert_array_equal(rows[2:5], values[2:5])
        np.testing.assert_array_equal(rows[5:9], values[5:])
    np.save(tmp_path / "rows.npy", values)
    rows = NpyRows(str(tmp_path / "rows.npy"), InputError)
    os.truncate(tmp_path / "rows.npy", 150)
    with pytest.raises(InputError, match="212 bytes then, 150 now"):
        rows[:2]
