"""Rows of features: what is read back, files whole or not at all, refusals, memory."""

from __future__ import annotations

import builtins
import json
import resource
import signal
import tracemalloc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prototxt.batch.features import npz
from prototxt.batch.features.hdf5 import chunk
from prototxt.batch.features.parquet import GROUP_BYTES, GROUP_ROWS
from prototxt.batch.features.write import FeatureWriter, open_features
from prototxt.blobs import Array
from prototxt.errors import InputError, PrototxtError
from support.extras import needs
from support.helpers import noise

h5py: Any = needs("h5py")
pa: Any = needs("pyarrow")
pq: Any = needs("pyarrow.parquet")

Read = tuple[list[str], dict[str, Array]]

SUFFIXES = (".npz", ".h5", ".hdf5", ".parquet")
every_format = pytest.mark.parametrize("suffix", SUFFIXES)


def read(path: Path, blobs: Sequence[str]) -> Read:
    """Names and rows as other people's tools find them."""
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as file:
            return file["names"].tolist(), {blob: file[blob] for blob in blobs}
    if path.suffix == ".parquet":
        return read_parquet(path, blobs)
    with h5py.File(path) as file:
        return list(file["names"].asstr()[:]), {blob: file[blob][:] for blob in blobs}


def read_parquet(path: Path, blobs: Sequence[str]) -> Read:
    table = pq.read_table(path)
    rows = {}
    for blob in blobs:
        shape = json.loads(table.schema.field(blob).metadata[b"shape"])
        values = table[blob].combine_chunks().flatten().to_numpy()
        rows[blob] = values.reshape(table.num_rows, *shape)
    return table["names"].to_pylist(), rows


def batches(*sizes: int) -> list[tuple[list[str], dict[str, Array]]]:
    """Batches of these sizes for a blob in a group, one called as an argument of np.savez, and one of numbers."""
    return [
        (
            [f"image {i}.{j}" for j in range(n)],
            {
                "inception_3a/1x1": noise(n, 3, 2, 5, seed=i),
                "file": noise(n, 7, seed=i + 100),
                "score@0": noise(n, seed=i + 200),
            },
        )
        for i, n in enumerate(sizes)
    ]


def joined(parts: Sequence[tuple[list[str], Mapping[str, Array]]]) -> Read:
    names = [name for names, _ in parts for name in names]
    return names, {blob: np.concatenate([blobs[blob] for _, blobs in parts]) for blob in parts[0][1]}


def assert_equal(result: Read, expected: Read) -> None:
    assert result[0] == expected[0]
    assert result[1].keys() == expected[1].keys()
    for blob, rows in expected[1].items():
        assert result[1][blob].dtype == np.float32
        np.testing.assert_array_equal(result[1][blob], rows)


@every_format
def test_rows_in_order(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    parts = batches(1, 4, 2)
    with open_features(path) as writer:
        for names, blobs in parts:
            writer.append(names, blobs)
        assert not path.exists()
        assert writer.rows == 7
        assert writer.shapes == {"inception_3a/1x1": (3, 2, 5), "file": (7,), "score@0": ()}
    assert_equal(read(path, list(parts[0][1])), joined(parts))
    assert list(tmp_path.iterdir()) == [path]


@every_format
def test_arrays_that_the_next_forward_overwrites(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    (names, blobs), *_ = batches(3)
    (_, before), *_ = batches(3)
    with open_features(path) as writer:
        writer.append(names, blobs)
        for values in blobs.values():
            values[...] = 0
    assert_equal(read(path, list(blobs)), (names, before))


@every_format
def test_channels_last_and_order_of_blobs(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    x, y = noise(2, 5, 4, 3).transpose(0, 3, 1, 2), noise(2, 6)
    with open_features(path) as writer:
        writer.append(["a", "b"], {"x": x, "y": y})
        writer.append(["c", "d"], {"y": y, "x": x})
    result = read(path, ["x", "y"])
    assert_equal(result, ([*"abcd"], {"x": np.concatenate([x, x]), "y": np.concatenate([y, y])}))


@every_format
def test_any_image_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    with open_features(path) as writer:
        writer.append(["käse/猫.jpg", "a\nb", "", "bad\udcff", "nul\0"], {"x": noise(5, 2)})
    assert read(path, ["x"])[0] == ["käse/猫.jpg", "a\nb", "", "bad\\udcff", "nul\\x00"]


@every_format
def test_nothing_appended_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    with open_features(tmp_path / f"out{suffix}") as writer:
        writer.append([], {"x": noise(0, 2)})
    assert list(tmp_path.iterdir()) == []


@every_format
def test_an_error_leaves_what_was_there(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    path.write_bytes(b"before")
    with pytest.raises(ZeroDivisionError), open_features(path) as writer:  # noqa: PT012
        writer.append(["a"], {"x": noise(1, 2)})
        raise ZeroDivisionError
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def append_rows(writer: FeatureWriter, rows: int) -> None:
    for i in range(rows):
        writer.append([str(i)], {"x": noise(1, 3000, seed=i)})


@pytest.mark.parametrize("rows", [9, 40, 400])
@every_format
def test_a_full_disk(tmp_path: Path, suffix: str, rows: int) -> None:
    """It is found when rows are appended, or when the file is finished."""
    path = tmp_path / f"out{suffix}"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with (
            pytest.raises(PrototxtError, match="cannot be written: file too large"),
            open_features(path) as writer,
        ):
            append_rows(writer, rows)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


@every_format
def test_ctrl_c_waits_for_the_row(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Ctrl-C in the middle of a row: the row is finished, then the interrupt comes."""
    path = tmp_path / f"out{suffix}"
    parts = batches(2, 2)

    def interrupted(name: str) -> str:
        signal.raise_signal(signal.SIGINT)
        return name

    with open_features(path) as writer:
        writer.append(*parts[0])
        monkeypatch.setattr("prototxt.batch.features.write.storable", interrupted)
        with pytest.raises(KeyboardInterrupt):
            writer.append(*parts[1])
        assert writer.rows == 4
    assert_equal(read(path, list(parts[0][1])), joined(parts))
    with pytest.raises(KeyboardInterrupt):  # the handler is back
        signal.raise_signal(signal.SIGINT)


@every_format
def test_rows_need_one_shape(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    with open_features(path) as writer:
        writer.append(["cat.jpg"], {"conv1": noise(1, 5, 4, 3), "fc": noise(1, 2)})
        with pytest.raises(InputError) as caught:
            writer.append(["dog.jpg"], {"conv1": noise(1, 5, 4, 2), "fc": noise(1, 2)})
        for what in ("dog.jpg", '"conv1"', "5 x 4 x 2", "5 x 4 x 3", "rows need one shape"):
            assert what in str(caught.value)
        with pytest.raises(InputError, match=r'the blobs are "fc"; .* "conv1", "fc"'):
            writer.append(["dog.jpg"], {"fc": noise(1, 2)})
    assert read(path, ["conv1", "fc"])[0] == ["cat.jpg"]


@pytest.mark.parametrize(
    ("blobs", "what"),
    [
        ({}, "no blobs"),
        (
            {"loss": np.float32(3) * np.ones((), np.float32)},
            'blob "loss" is scalar; it needs a first axis of 2',
        ),
        ({"x": noise(3, 2)}, "is 3 x 2; it needs a first axis of 2"),
        ({"x": noise(2, 3, 0)}, "rows of 3 x 0"),
        ({"names": noise(2, 3)}, 'a blob called "names"'),
        ({"a\nb": noise(2, 3)}, r'blob "a\\x0ab"'),
        ({"": noise(2, 3)}, 'blob ""'),
        ({"é" * 6000: noise(2, 3)}, "6,000 letters"),
    ],
)
@every_format
def test_blobs_that_no_file_holds(tmp_path: Path, suffix: str, blobs: dict[str, Array], what: str) -> None:
    with open_features(tmp_path / f"out{suffix}") as writer, pytest.raises(InputError, match=what):
        writer.append(["a", "b"], blobs)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("suffix", "blobs", "what"),
    [
        (".h5", ["a", "a/b"], '"a" cannot be both'),
        (".h5", ["x/y/z", "x/y"], '"x/y" cannot be both'),
        (".h5", ["names/a"], '"names" cannot be both'),
        (".h5", ["/a"], "no such name"),
        (".h5", ["a//b"], "no such name"),
        (".h5", ["./a"], "no such name"),
        (".npz", ["a", "a.npy"], 'a blob "a.npy" are one name'),
        (".npz", ["names.npy"], 'a blob "names.npy" are one name'),
    ],
)
def test_names_that_a_format_cannot_tell_apart(
    tmp_path: Path, suffix: str, blobs: list[str], what: str
) -> None:
    rows = {blob: noise(1, 2, seed=i) for i, blob in enumerate(blobs)}
    with open_features(tmp_path / f"out{suffix}") as writer, pytest.raises(InputError, match=what):
        writer.append(["a"], rows)
    assert list(tmp_path.iterdir()) == []
    path = tmp_path / "out.parquet"
    with open_features(path) as writer:
        writer.append(["a"], rows)
    assert_equal(read(path, blobs), (["a"], rows))


@pytest.mark.parametrize("name", ["out.csv", "out", "out.npy"])
def test_other_suffixes(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(InputError, match=r"\.npz, \.h5 \(or \.hdf5\) or \.parquet"),
        open_features(tmp_path / name),
    ):
        pass


@pytest.mark.parametrize(
    ("suffix", "library", "extra"), [(".h5", "h5py", "data"), (".parquet", "pyarrow", "parquet")]
)
def test_missing_libraries(
    tmp_path: Path, suffix: str, library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name.split(".")[0] == library:
            raise ImportError(name)
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError) as caught, open_features(tmp_path / f"out{suffix}"):
        pass
    assert library in str(caught.value)
    assert f"prototxt[{extra}]" in str(caught.value)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with (
        pytest.raises(PrototxtError, match="no such file"),
        open_features(tmp_path / "no" / "out.npz") as writer,
    ):
        writer.append(["a"], {"x": noise(1, 2)})


def test_a_device() -> None:
    assert npz._spool_folder("/dev/null") is None
    assert npz._spool_folder("/tmp/new.npz") == Path("/tmp").resolve()


def bytes_held(path: Path, images: int) -> int:
    """The most that Python and NumPy held at once, and Arrow after a row, while rows of 1,000 values were written."""
    rows, in_arrow, before = noise(10, 5, 10, 20), 0, pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        with open_features(path) as writer:
            for i in range(0, images, len(rows)):
                writer.append([f"folder/image{i + j:06d}.jpg" for j in range(len(rows))], {"fc": rows})
                in_arrow = max(in_arrow, pa.total_allocated_bytes() - before)
        return tracemalloc.get_traced_memory()[1] + in_arrow
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("suffix", [".npz", ".h5", ".parquet"])
def test_memory_stays_flat(tmp_path: Path, suffix: str) -> None:
    """10,000 rows are 40 MB; they hold no more than 5,000 of them do."""
    few = bytes_held(tmp_path / f"few{suffix}", 5_000)
    many = bytes_held(tmp_path / f"many{suffix}", 10_000)
    assert many < few + 1_000_000  # 5,000 rows more are 20 MB
    assert (tmp_path / f"many{suffix}").stat().st_size > 40_000_000


def test_row_groups_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    row = noise(3, 1000, 1100)
    with open_features(path) as writer:
        for i in range(7):
            writer.append([f"{i}a", f"{i}b", f"{i}c"], {"x": row})
    file = pq.ParquetFile(path)
    rows = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    assert sum(rows) == 21
    assert max(rows) == GROUP_BYTES // (4 * 1000 * 1100)


def test_small_rows_have_row_groups_too(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    with open_features(path) as writer:
        writer.append([str(i) for i in range(GROUP_ROWS + 3)], {"x": noise(GROUP_ROWS + 3, 2)})
    file = pq.ParquetFile(path)
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [GROUP_ROWS, 3]


@pytest.mark.parametrize(
    ("row", "expected"),
    [((), (65536,)), ((1000,), (65, 1000)), ((96, 55, 54), (1, 22, 55, 54)), ((3, 70_000), (1, 1, 65536))],
)
def test_chunks(row: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert chunk(row) == expected
