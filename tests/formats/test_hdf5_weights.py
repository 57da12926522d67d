"""HDF5 weights: what Caffe writes and what others may, what is left out, and files that lead elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array
from prototxt.errors import WeightsError
from prototxt.formats.read import read_weights
from prototxt.formats.stored import StoredLayer
from support.golden import SHARED, needs_shared

h5py: Any = pytest.importorskip("h5py", reason="HDF5 weights need the extra data")

SIX = np.array([[1, -2, 3.5], [0, 1e-3, 6]], np.float32)


def write(path: Path, fill: Callable[[Any], None]) -> Path:
    """An HDF5 file with what `fill` puts into its group /data."""
    with h5py.File(path, "w") as file:
        fill(file.create_group("data"))
    return path


def read(tmp_path: Path, fill: Callable[[Any], None]) -> tuple[StoredLayer, ...]:
    return read_weights(write(tmp_path / "w.h5", fill))


def refused(tmp_path: Path, fill: Callable[[Any], None]) -> str:
    with pytest.raises(WeightsError) as caught:
        read(tmp_path, fill)
    assert str(caught.value).startswith(f"{tmp_path / 'w.h5'}: ")
    return str(caught.value)


def put(name: str, data: Any = SIX, **how: Any) -> Callable[[Any], None]:
    def fill(root: Any) -> None:
        root.create_dataset(name, data=data, **how)

    return fill


def nothing(root: Any) -> None:
    """An empty group /data."""


@pytest.mark.parametrize(
    ("data", "how"),
    [
        (SIX, {}),
        (SIX.astype("<f8"), {}),
        (SIX.astype(">f4"), {}),
        (SIX, {"chunks": (1, 2), "compression": "gzip", "shuffle": True, "fletcher32": True}),
    ],
    ids=["float", "double", "big-endian", "compressed"],
)
def test_every_form_of_numbers(tmp_path: Path, data: Array, how: dict[str, Any]) -> None:
    (layer,) = read(tmp_path, put("ip/0", data, **how))
    assert (layer.name, layer.blobs[0].shape) == ("ip", (2, 3))
    array = layer.blobs[0].array()
    assert array.dtype == np.float32
    assert array.flags.c_contiguous
    np.testing.assert_array_equal(array, SIX)


def test_the_name_of_the_file_does_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "w.caffemodel", put("ip/0"))
    assert [layer.name for layer in read_weights(path)] == ["ip"]


def test_a_slash_in_a_layers_name_is_a_group(tmp_path: Path) -> None:
    def fill(root: Any) -> None:
        for name in ("inception_3a/1x1/0", "inception_3a/1x1/1", "inception_3a/5x5/0", "pool/"):
            root.require_group(name) if name.endswith("/") else root.create_dataset(name, data=SIX)
        root.create_dataset("inception_3a/1x1/momentum", data=SIX)

    layers = read(tmp_path, fill)
    assert [(layer.name, list(layer.blobs)) for layer in layers] == [
        ("inception_3a/1x1", [0, 1]),
        ("inception_3a/5x5", [0]),
    ]


def test_more_than_nine_blobs_are_in_order(tmp_path: Path) -> None:
    def fill(root: Any) -> None:
        for i in range(12):
            root.create_dataset(f"lstm/{i}", data=np.full(i + 1, i, np.float32))

    (layer,) = read(tmp_path, fill)
    assert [blob.shape for blob in layer.blobs.values()] == [(i + 1,) for i in range(12)]


def test_scalar_and_empty(tmp_path: Path) -> None:
    (layer,) = read(tmp_path, put("s/0", np.float32(7)))
    assert layer.blobs[0].array().shape == ()
    assert layer.blobs[0].array() == 7
    (layer,) = read_weights(write(tmp_path / "empty.h5", put("s/0", np.zeros((0, 3), np.float32))))
    assert layer.blobs[0].array().shape == (0, 3)


def one_chunk_of_many(root: h5py.Group) -> None:
    root.create_dataset("ip/0", (10**6, 10**6), "f4", chunks=(10, 10))[0, 0] = 1


@pytest.mark.parametrize(
    ("fill", "what"),
    [
        (nothing, "no dataset /data/<layer>/<i>"),
        (put("ip/weight"), "no dataset /data/<layer>/<i>"),
        (put("ip/00"), "no dataset /data/<layer>/<i>"),
        (put("0"), "no dataset /data/<layer>/<i>"),
        (put("ip/0", SIX.astype(int)), 'layer "ip": blob 0 holds int64, not float or double'),
        (put("ip/0", np.array([(1, 2)], [("a", "f4"), ("b", "f4")])), "not float or double"),
        (put("ip/0", np.ones(2, np.longdouble)), "not float or double"),
        (put("ip/0", h5py.Empty("f4")), "not float or double"),
        (lambda root: root.create_dataset("ip/0", (2, 3), "f4"), 'layer "ip": blob 0 was never written'),
        (one_chunk_of_many, "blob 0 takes 4,000,000,000,000 bytes, 400 are in the file"),
        (
            lambda root: root.create_dataset("ip/0", (1 << 30, 2), "f4", chunks=(1 << 29, 1)),
            "stored in chunks of 2,147,483,648 bytes: too large",
        ),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, fill: Callable[[Any], None], what: str) -> None:
    assert what in refused(tmp_path, fill)


def test_other_hdf5_files(tmp_path: Path) -> None:
    path = tmp_path / "w.h5"
    for name, what in [
        ("model_weights/conv", "weights are stored as /data/<layer>/<i>, here is /model_weights"),
        ("data", "no weights but data for an HDF5Data layer"),
    ]:
        with h5py.File(path, "w") as file:
            file.create_dataset(name, data=SIX)
        with pytest.raises(WeightsError, match=what):
            read_weights(path)
    h5py.File(path, "w").close()
    with pytest.raises(WeightsError, match="here is nothing"):
        read_weights(path)


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.h5", put("ip/0"))

    def link(to: Any, name: str = "ip/0") -> Callable[[Any], None]:
        def fill(root: Any) -> None:
            root.create_dataset("other/0", data=SIX)
            root[name] = to

        return fill

    for to in (h5py.ExternalLink(str(secret), "/data/ip/0"), h5py.SoftLink("/data/other/0")):
        assert "/data/ip/0 is a link, and links are not followed" in refused(tmp_path, link(to))
    assert "/data/ip is a link" in refused(tmp_path, link(h5py.ExternalLink(str(secret), "/data/ip"), "ip"))
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["data"] = h5py.ExternalLink(str(secret), "/data")
    with pytest.raises(WeightsError, match="/data is a link"):
        read_weights(tmp_path / "w.h5")


def test_arrays_that_lie_in_other_files(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.h5", put("ip/0"))

    def virtual(root: Any) -> None:
        layout = h5py.VirtualLayout((2, 3), "f4")
        layout[:] = h5py.VirtualSource(str(secret), "data/ip/0", (2, 3))
        root.create_virtual_dataset("ip/0", layout)

    assert 'layer "ip": blob 0 lies in other files' in refused(tmp_path, virtual)
    (tmp_path / "secret.bin").write_bytes(SIX.tobytes())
    outside = [(str(tmp_path / "secret.bin"), 0, 24)]
    assert "lies in other files" in refused(
        tmp_path, put("ip/0", None, shape=(2, 3), dtype="f4", external=outside)
    )


def test_a_group_within_itself(tmp_path: Path) -> None:
    def fill(root: Any) -> None:
        root.create_dataset("a/0", data=SIX)
        root["a/b"] = root["a"]

    assert "/data/a/b is a group that has another name too" in refused(tmp_path, fill)


def test_cut_short_or_damaged(tmp_path: Path) -> None:
    path = write(tmp_path / "w.h5", put("ip/0", np.ones((30, 40), np.float32)))
    whole = path.read_bytes()
    for length in range(8, len(whole), 97):
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsError):
            read_weights(path)
    path = write(tmp_path / "w.h5", put("ip/0", np.arange(999.0), chunks=(999,), fletcher32=True))
    content = path.read_bytes()
    path.write_bytes(content.replace(np.float64(500).tobytes(), np.float64(501).tobytes()))
    (layer,) = read_weights(path)
    with pytest.raises(WeightsError, match=r'w.h5: layer "ip": not an HDF5 file that can be used: '):
        layer.blobs[0].array()


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "w.h5", put("ip/0"))
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(WeightsError, match="need the Python library h5py") as caught:
        read_weights(path)
    assert caught.value.hint == "pip install prototxt[data]"


@needs_shared
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_model_that_caffe_wrote(engine: str) -> None:
    folder = SHARED / "models" / "cifar10_m7_h5"
    net = prototxt.load_net(folder / "deploy.prototxt", *folder.glob("*.h5"), engine=engine)
    assert net.loaded is not None
    assert (net.loaded.layers, net.loaded.missing) == (("conv1", "conv2", "conv3", "ip1"), ())
    with np.load(SHARED / "golden" / "models" / "cifar10_m7_h5.npz") as golden:
        feeds = {name: golden[f"input/{name}"] for name in net.inputs}
        for name, values in net.forward(feeds).items():
            np.testing.assert_allclose(values, golden[f"output/{name}"], rtol=1e-3, atol=1e-4)
