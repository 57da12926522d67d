"""HDF5Output: writes only where the caller allows it, and never over a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.errors import DataError, LayerError
from prototxt.net import Net
from support.extras import needs
from support.helpers import layer_from_text, noise

h5py: Any = needs("h5py")

# Remarks are PrototxtWarnings; these tests read them in Graph.notes.
pytestmark = pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")


def net_of(path: Path, **options: bool) -> Net:
    return prototxt.parse_net(
        f"""
        layer {{ name: "in" type: "Input" top: "x" top: "l"
                 input_param {{ shape {{ dim: 2 dim: 3 dim: 4 }} shape {{ dim: 2 }} }} }}
        layer {{ name: "out" type: "HDF5Output" bottom: "x" bottom: "l"
                 hdf5_output_param {{ file_name: "{path}" }} }}
        """,
        file="net.prototxt",
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_nothing_is_written_by_itself(tmp_path: Path, engine: str) -> None:
    net = net_of(tmp_path / "out.h5")
    net.engine = engine
    net.forward(x=noise(2, 3, 4))
    assert list(tmp_path.iterdir()) == []
    (note,) = net.graph.notes
    assert 'layer "out" (HDF5Output)' in note
    assert "allow_writes=True" in note


def test_every_forward_adds_rows(tmp_path: Path) -> None:
    net = net_of(tmp_path / "out.h5", allow_writes=True)
    assert net.graph.notes == ()
    batches = [noise(2, 3, 4, seed=i) for i in range(3)]
    for i, x in enumerate(batches):
        net.forward(x=x, l=[i, i + 10])
    with h5py.File(tmp_path / "out.h5") as file:
        np.testing.assert_array_equal(file["data"], np.concatenate(batches))
        np.testing.assert_array_equal(file["label"], [0, 10, 1, 11, 2, 12])


def test_never_over_a_file_that_was_there(tmp_path: Path) -> None:
    (tmp_path / "out.h5").write_text("mine")
    net = net_of(tmp_path / "out.h5", allow_writes=True)
    with pytest.raises(DataError, match=r"layer \"out\" \(HDF5Output\): .*out.h5: the file is there already"):
        net.forward()
    assert (tmp_path / "out.h5").read_text() == "mine"


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no/out.h5: "):
        net_of(tmp_path / "no" / "out.h5", allow_writes=True).forward()


def test_hdf5_data_reads_the_file(tmp_path: Path) -> None:
    x = noise(2, 3, 4)
    net_of(tmp_path / "out.h5", allow_writes=True).forward(x=x, l=[3, 4])
    text = f'source: "{tmp_path}/out.h5" batch_size: 2'
    net = prototxt.parse_net(
        f'layer {{ name: "d" type: "HDF5Data" top: "data" top: "label" hdf5_data_param {{ {text} }} }}'
    )
    out = net.forward()
    np.testing.assert_array_equal(out["data"], x)
    assert out["label"].tolist() == [3, 4]


def test_wrong_settings_are_refused() -> None:
    text = 'name: "o" type: "HDF5Output" bottom: "a" bottom: "b"'
    with pytest.raises(LayerError, match="no file_name"):
        layer_from_text(text)
    with pytest.raises(LayerError, match="same batch size; they are 2 x 3 and 4"):
        layer_from_text(f'{text} hdf5_output_param {{ file_name: "x" }}').shapes([(2, 3), (4,)])
