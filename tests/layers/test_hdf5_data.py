"""HDF5Data: rows across files, shuffling, and every file that is refused."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.errors import DataError, LayerError
from prototxt.net import Net
from support.extras import needs

h5py: Any = needs("h5py")


def write(path: Path, **datasets: Any) -> Path:
    with h5py.File(path, "w") as file:
        for name, values in datasets.items():
            file[name] = values
    return path


def files(folder: Path, rows: tuple[int, ...]) -> str:
    """Files of these many rows, row i of all labelled i; the field that names the list."""
    at = 0
    for i, count in enumerate(rows):
        labels = np.arange(at, at + count)
        write(
            folder / f"{i}.h5", data=np.stack([np.full((2, 3), n, np.float64) for n in labels]), label=labels
        )
        at += count
    (folder / "list").write_text("\n".join(f"{folder}/{i}.h5" for i in range(len(rows))))
    return f'source: "{folder}/list"'


def net_of(fields: str, tops: str = 'top: "data" top: "label"', seed: int = 0) -> Net:
    text = f'layer {{ name: "d" type: "HDF5Data" {tops} hdf5_data_param {{ {fields} }} }}'
    return prototxt.parse_net(text, file="net.prototxt", seed=seed)


def labels(net: Net, batches: int) -> list[int]:
    return [int(v) for _ in range(batches) for v in net.forward()["label"]]


def test_batches_run_over_files_and_round_again(tmp_path: Path) -> None:
    net = net_of(files(tmp_path, (2, 1, 4)) + " batch_size: 5")
    assert net.blobs["data"].shape == (5, 2, 3)
    assert labels(net, 3) == [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0]
    out = net.forward()
    assert (out["data"] == out["label"][:, None, None]).all()
    assert out["label"].dtype == np.float32


def test_a_batch_larger_than_all_files(tmp_path: Path) -> None:
    assert labels(net_of(files(tmp_path, (2, 1)) + " batch_size: 7"), 1) == [0, 1, 2, 0, 1, 2, 0]


def test_shuffles_files_and_rows(tmp_path: Path) -> None:
    fields = files(tmp_path, (3, 5)) + " batch_size: 8 shuffle: true"
    net = net_of(fields)
    passes = [tuple(labels(net, 1)) for _ in range(6)]
    for p in passes:
        assert sorted(p) == list(range(8))
        assert set(p[:3]) == {0, 1, 2} or set(p[:5]) == {3, 4, 5, 6, 7}
    assert len(set(passes)) > 3
    assert labels(net_of(fields), 1) == list(passes[0])


def test_an_hdf5_file_in_place_of_a_list(tmp_path: Path) -> None:
    files(tmp_path, (3,))
    assert labels(net_of(f'source: "{tmp_path}/0.h5" batch_size: 2'), 2) == [0, 1, 2, 0]


def test_missing_settings_are_refused() -> None:
    with pytest.raises(LayerError, match="no source"):
        net_of("batch_size: 1")
    with pytest.raises(LayerError, match="batch_size must be at least 1"):
        net_of('source: "x"')
    with pytest.raises(LayerError, match="HDF5Data does not transform"):
        prototxt.parse_net(
            'layer { name: "d" type: "HDF5Data" top: "x" transform_param { } hdf5_data_param { source: "x" } }'
        )
    with pytest.raises(
        LayerError, match='the list "no" is not here and the file does not say any shape'
    ) as e:
        net_of('source: "no" batch_size: 1')
    assert e.value.hint == "give --input data=N,... --input label=N,..."


def refuse(folder: Path, what: str, *names: str, error: type[Exception] = DataError) -> None:
    (folder / "list").write_text(" ".join(str(folder / n) for n in names))
    with pytest.raises(error, match=what) as caught:
        net_of(f'source: "{folder}/list" batch_size: 3').forward()
    assert 'layer "d" (HDF5Data)' in str(caught.value)


REFUSED: Mapping[str, tuple[dict[str, Any], str]] = {
    "no dataset": ({"data": np.zeros((2, 3))}, 'no dataset "label"; there are: "data"'),
    "rows differ": (
        {"data": np.zeros((2, 3)), "label": np.zeros(3)},
        'one number of rows.*"data" 2 x 3, "label" 3',
    ),
    "no rows": ({"data": np.zeros((0, 3)), "label": np.zeros(0)}, "at least 1; they are"),
    "scalar": ({"data": np.zeros((2, 3)), "label": 1.0}, '"label" is not a dataset of numbers'),
    "strings": ({"data": np.zeros((2, 3)), "label": ["a", "b"]}, '"label" is not a dataset of numbers'),
}


@pytest.mark.parametrize("case", REFUSED)
def test_datasets_that_are_refused(tmp_path: Path, case: str) -> None:
    datasets, what = REFUSED[case]
    write(tmp_path / "x.h5", **datasets)
    refuse(tmp_path, what, "x.h5")


def test_files_that_are_refused(tmp_path: Path) -> None:
    refuse(tmp_path, "no such HDF5 file", "missing.h5")
    (tmp_path / "text.h5").write_text("hello")
    refuse(tmp_path, "text.h5: not an HDF5 file", "text.h5")
    whole = write(tmp_path / "whole.h5", data=np.ones((50, 30)), label=np.ones(50)).read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    refuse(tmp_path, "cut.h5: not an HDF5 file", "cut.h5")
    refuse(tmp_path, "the list of HDF5 files is empty")
    with h5py.File(tmp_path / "group.h5", "w") as file:
        file.create_group("data")
        file["label"] = np.zeros(2)
    refuse(tmp_path, '"data" is not a dataset', "group.h5")


def test_a_later_file_of_another_shape(tmp_path: Path) -> None:
    write(tmp_path / "a.h5", data=np.zeros((2, 3)), label=np.zeros(2))
    write(tmp_path / "b.h5", data=np.zeros((2, 4)), label=np.zeros(2))
    refuse(tmp_path, 'b.h5: rows of dataset "data" are 4, the net takes 3', "a.h5", "b.h5")


def test_files_that_reach_for_other_files(tmp_path: Path) -> None:
    write(tmp_path / "other.h5", data=np.zeros((2, 3)), label=np.zeros(2))
    with h5py.File(tmp_path / "link.h5", "w") as file:
        file["data"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "data")
        file["label"] = np.zeros(2)
    refuse(tmp_path, 'dataset "data" lies in another file', "link.h5")
    (tmp_path / "raw").write_bytes(bytes(24))
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        file.create_dataset("data", (2, 3), "f4", external=[(str(tmp_path / "raw"), 0, 24)])
        file["label"] = np.zeros(2)
    refuse(tmp_path, 'dataset "data" lies in other files', "raw.h5")


def test_sizes_no_file_can_hold(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "wide.h5", "w") as file:
        file.create_dataset("data", (2, 1 << 40), "f4", chunks=(1, 64))
        file["label"] = np.zeros(2)
    refuse(tmp_path, "too large", "wide.h5")
    with h5py.File(tmp_path / "chunk.h5", "w") as file:
        file.create_dataset("data", (1 << 20, 1 << 10), "f4", chunks=(1 << 19, 1 << 10))
        file["label"] = np.zeros(2)
    refuse(tmp_path, "stored in chunks of 2,147,483,648 bytes", "chunk.h5")


def test_a_library_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = files(tmp_path, (2,)) + " batch_size: 1"
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(DataError, match="needs the Python library h5py") as e:
        net_of(fields)
    assert e.value.hint == "pip install prototxt[data]"


def test_an_error_stays(tmp_path: Path) -> None:
    net = net_of(files(tmp_path, (2, 2)) + " batch_size: 3")
    (tmp_path / "1.h5").unlink()
    for _ in range(2):
        with pytest.raises(DataError, match="no such HDF5 file"):
            net.forward()
