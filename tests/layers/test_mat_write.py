"""MatWrite: writes only where the caller allows it, under the names of its list, and never over a file."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array
from prototxt.errors import DataError, LayerError
from prototxt.net import Net
from support.helpers import layer_from_text, noise

# Remarks are PrototxtWarnings; these tests read them in Graph.notes.
pytestmark = pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")


def net_of(fields: str, **options: bool) -> Net:
    return prototxt.parse_net(
        'input: "x" input: "l" input_shape { dim: 2 dim: 3 dim: 4 dim: 5 } input_shape { dim: 7 } '
        f'layer {{ name: "out" type: "MatWrite" bottom: "x" bottom: "l" mat_write_param {{ {fields} }} }}',
        file="net.prototxt",
        **options,  # type: ignore[arg-type]
    )


def read_mat(path: Path) -> tuple[str, Array]:
    """The name and the values of the one variable of a file, element by element as MATLAB's description has them."""
    data = path.read_bytes()
    assert data.startswith(b"MATLAB 5.0 MAT-file")
    assert data[124:128] == b"\x00\x01IM"
    assert struct.unpack_from("<II", data, 128) == (14, len(data) - 136)
    at, parts = 136, []
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        parts.append((kind, data[at + 8 : at + 8 + size]))
        at += 8 + -(-size // 8) * 8
    (_, flags), (_, dims), (_, name), (kind, values) = parts
    assert [kind for kind, _ in parts] == [6, 5, 1, 7]
    assert flags[0] == 7
    shape = np.frombuffer(dims, "<i4")
    return name.decode(), np.frombuffer(values, "<f4").reshape(shape, order="F")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_nothing_is_written_by_itself(tmp_path: Path, engine: str) -> None:
    net = net_of(f'prefix: "{tmp_path}/" source: "no/such/list"')
    net.engine = engine
    net.forward(x=noise(2, 3, 4, 5))
    assert names_in(tmp_path) == []
    (note,) = net.graph.notes
    assert 'layer "out" (MatWrite)' in note
    assert "allow_writes=True" in note


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_every_forward_writes_every_bottom(tmp_path: Path, engine: str) -> None:
    net = net_of(f'prefix: "{tmp_path}/fc8_"', allow_writes=True)
    net.engine = engine
    assert net.graph.notes == ()
    x, label = noise(2, 3, 4, 5), noise(7)
    net.forward(x=x, l=label)
    net.forward(x=x + 1, l=label)
    assert names_in(tmp_path) == [f"fc8_iter_{t}_blob_{i}.mat" for t in (0, 1) for i in (0, 1)]
    name, values = read_mat(tmp_path / "fc8_iter_1_blob_0.mat")
    assert name == "data"
    assert values.shape == (5, 4, 3, 2)
    np.testing.assert_array_equal(values.transpose(3, 2, 1, 0), x + 1)
    _, label_values = read_mat(tmp_path / "fc8_iter_0_blob_1.mat")
    np.testing.assert_array_equal(label_values, label[:, None])


def test_another_reader_reads_the_same(tmp_path: Path) -> None:
    scipy_io = pytest.importorskip("scipy.io", reason="scipy is not installed")
    x = noise(2, 3, 4, 5)
    net_of(f'prefix: "{tmp_path}/"', allow_writes=True).forward(x=x)
    data = scipy_io.loadmat(tmp_path / "iter_0_blob_0.mat")["data"]
    assert data.dtype == np.float32
    np.testing.assert_array_equal(data.transpose(3, 2, 1, 0), x)


def test_names_from_a_list(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("a.jpg\nb.jpg\nc.jpg\nd.jpg\n")
    net = net_of(
        f'prefix: "{tmp_path}/out_" source: "{tmp_path}/list.txt" strip: 4 period: 2', allow_writes=True
    )
    for _ in range(4):
        net.forward(x=noise(2, 3, 4, 5))
    written = ["out_a_blob_0.mat", "out_a_blob_1.mat", "out_c_blob_0.mat", "out_c_blob_1.mat"]
    assert names_in(tmp_path) == ["list.txt", *written]
    with pytest.raises(DataError, match=r"list.txt: it has 4 names, and this is forward 5"):
        net.forward()


def test_the_list_may_lie_beside_the_net(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("a\n")
    file = tmp_path / "net.prototxt"
    file.write_text(
        'input: "x" input_shape { dim: 2 dim: 3 } layer { name: "o" type: "MatWrite" bottom: "x" '
        f'mat_write_param {{ prefix: "{tmp_path}/" source: "list.txt" }} }}'
    )
    prototxt.load_net(file, allow_writes=True).forward()
    assert "a_blob_0.mat" in names_in(tmp_path)


def test_never_over_a_file_that_was_there(tmp_path: Path) -> None:
    (tmp_path / "iter_0_blob_1.mat").write_text("mine")
    net = net_of(f'prefix: "{tmp_path}/"', allow_writes=True)
    with pytest.raises(
        DataError, match=r"layer \"out\" \(MatWrite\): .*blob_1.mat: the file is there already"
    ):
        net.forward()
    assert names_in(tmp_path) == ["iter_0_blob_1.mat"]
    assert (tmp_path / "iter_0_blob_1.mat").read_text() == "mine"


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no/iter_0_blob_0.mat: "):
        net_of(f'prefix: "{tmp_path}/no/"', allow_writes=True).forward()


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no: no such list of names"):
        net_of(f'prefix: "{tmp_path}/" source: "{tmp_path}/no"', allow_writes=True).forward()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ('prefix: ""', "no prefix"),
        ('prefix: "x" strip: -1', "strip must be at least 0, not -1"),
        ('prefix: "x" period: 0', "period must be at least 1, not 0"),
    ],
)
def test_wrong_settings_are_refused(fields: str, message: str) -> None:
    with pytest.raises(LayerError, match=message):
        layer_from_text(f'type: "MatWrite" bottom: "x" mat_write_param {{ {fields} }}')


def test_the_old_form(tmp_path: Path) -> None:
    net = prototxt.parse_net(
        'input: "x" input_shape { dim: 2 dim: 3 } layers { name: "o" type: MAT_WRITE bottom: "x" '
        f'mat_write_param {{ prefix: "{tmp_path}/" period: 3 }} }}',
        allow_writes=True,
    )
    net.forward()
    assert names_in(tmp_path) == ["iter_0_blob_0.mat"]
    assert net.layers[-1].type == "MatWrite"
