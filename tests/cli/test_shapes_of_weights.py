"""prototxt-shapes on weights files: every blob with its statistics, and the net that a .caffemodel holds."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prototxt
from prototxt.cli.shapes import main as shapes
from prototxt.errors import InputError, WeightsError
from prototxt.formats.npz import write_npz
from prototxt.frontend.stored_net import extract_definition, stored_definition
from prototxt.schema.caffe_pb2 import NetParameter
from prototxt.weights.contents import read_weights_contents
from support.commands import invoke
from support.extras import needs

NET = """
name: "small"
input: "x" input_shape { dim: 2 dim: 3 dim: 5 dim: 7 }
layer { name: "c" type: "Convolution" bottom: "x" top: "c" convolution_param {
  num_output: 4 kernel_h: 3 kernel_w: 2 weight_filler { type: "gaussian" std: 2 } } }
layer { name: "r" type: "ReLU" bottom: "c" top: "c" }
layer { name: "f" type: "InnerProduct" bottom: "c" top: "f" inner_product_param {
  num_output: 6 weight_filler { type: "uniform" min: -3 max: 5 } } }
"""


@pytest.fixture(params=[".caffemodel", ".npz", ".h5"])
def weights(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == ".h5":
        needs("h5py")
    net = prototxt.parse_net(NET)
    values = net.params["f"][0].data
    values[0, :4] = [np.nan, np.inf, -np.inf, np.nan]
    net.save(path := tmp_path / f"net{request.param}")
    return path


def expected() -> dict[tuple[str, int], np.ndarray[Any, Any]]:
    """Every blob's finite numbers."""
    blobs = {}
    for name, parameters in prototxt.parse_net(NET).params.items():
        for i, parameter in enumerate(parameters):
            blobs[name, i] = np.array(parameter.data, np.float64).reshape(-1)
    blobs["f", 0] = blobs["f", 0][4:]
    return blobs


def test_json_has_the_statistics_of_plain_loops(weights: Path) -> None:
    document = json.loads(invoke(shapes, weights, "--format", "json").out)
    assert document["count"] == 4 * 3 * 3 * 2 + 4 + 6 * 4 * 3 * 6 + 6
    assert document["definition"] is (weights.suffix == ".caffemodel")
    found = {(layer["name"], b["index"]): b for layer in document["layers"] for b in layer["blobs"]}
    blobs = expected()
    assert found.keys() == blobs.keys()
    for key, values in blobs.items():
        mean = math.fsum(values) / len(values)
        std = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / len(values))
        assert (found[key]["min"], found[key]["max"]) == (min(values), max(values))
        assert found[key]["mean"] == pytest.approx(mean, rel=1e-12, abs=1e-12)
        assert found[key]["std"] == pytest.approx(std, rel=1e-12, abs=1e-12)
    assert (found["f", 0]["nan"], found["f", 0]["inf"]) == (2, 2)
    assert found["c", 0]["shape"] == [4, 3, 3, 2]


def test_statistics_of_several_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng, message = np.random.default_rng(0), NetParameter()
    for i in range(20):
        monkeypatch.setattr("prototxt.formats.wire._MAX_AT_ONCE", int(rng.integers(1, 50)))
        values = (1e6 + rng.standard_normal(int(rng.integers(1, 200)))).astype(np.float32)
        message.ClearField("layer")
        blob = message.layer.add(name="a").blobs.add(data=values.tolist())
        blob.shape.dim.append(values.size)
        (tmp_path / f"{i}.caffemodel").write_bytes(message.SerializeToString())
        ((read,),) = (layer.blobs for layer in read_weights_contents(tmp_path / f"{i}.caffemodel").layers)
        assert read.statistics.mean == pytest.approx(values.astype(np.float64).mean(), rel=1e-14)
        assert read.statistics.std == pytest.approx(values.astype(np.float64).std(), rel=1e-9, abs=1e-12)


def test_blobs_without_a_finite_number(tmp_path: Path) -> None:
    with (tmp_path / "w.npz").open("wb") as file:
        write_npz(file, [("a/0", np.full(3, np.nan, np.float32)), ("a/1", np.zeros((0, 4), np.float32))])
    document = json.loads(invoke(shapes, tmp_path / "w.npz", "--format", "json").out)
    first, second = document["layers"][0]["blobs"]
    assert (first["mean"], first["nan"], second["min"], second["count"]) == (None, 3, None, 0)


def test_table_csv_markdown(weights: Path, tmp_path: Path) -> None:
    table = invoke(shapes, weights).out
    assert "4x3x3x2" in table
    assert "4 blobs" in table
    assert ("--extract" in table) is (weights.suffix == ".caffemodel")
    rows = list(csv.DictReader(invoke(shapes, weights, "--format", "csv").out.splitlines()))
    assert [row["shape"] for row in rows if row["blob"]] == ["4x3x3x2", "4", "6x72", "6"]
    markdown = invoke(shapes, weights, "--format", "markdown").out.splitlines()
    assert {line.count("|") for line in markdown} == {12}
    assert invoke(shapes, weights, "-o", tmp_path / "out.txt").code == 0
    assert (tmp_path / "out.txt").read_text() == table


def test_extract(tmp_path: Path) -> None:
    prototxt.parse_net(NET).save(path := tmp_path / "net.caffemodel")
    target = tmp_path / "net.prototxt"
    result = invoke(shapes, path, "--extract", target)
    assert (result.code, result.out) == (0, f"{target}: 4 layers\n")
    net, former = prototxt.load_net(target, path), prototxt.parse_net(NET, path)
    x = np.random.default_rng(0).standard_normal((2, 3, 5, 7)).astype(np.float32)
    np.testing.assert_array_equal(net.forward(x=x)["f"], former.forward(x=x)["f"])
    before = target.read_bytes()
    refused = invoke(shapes, path, "--extract", target)
    assert (refused.code, target.read_bytes()) == (1, before)
    assert "something at this path already" in refused.err
    assert invoke(shapes, path, "--extract", path).code == 1


def test_extract_upgrades_old_layers(tmp_path: Path) -> None:
    old = NetParameter(input=["x"], input_dim=[1, 3, 5, 7])
    layer = old.layers.add(name="c", type="CONVOLUTION", bottom=["x"], top=["c"])
    layer.convolution_param.num_output = 2
    layer.convolution_param.kernel_size.append(3)
    layer.blobs.add(num=2, channels=3, height=3, width=3, data=[0.5] * 54)
    (tmp_path / "old.caffemodel").write_bytes(old.SerializeToString())
    definition = extract_definition(tmp_path / "old.caffemodel", tmp_path / "net.prototxt")
    assert [layer.type for layer in definition.message.layer] == ["Input", "Convolution"]
    text = (tmp_path / "net.prototxt").read_text()
    assert "blobs" not in text
    assert "CONVOLUTION" not in text
    assert prototxt.load_net(tmp_path / "net.prototxt").blobs["c"].shape == (1, 2, 3, 5)


def test_what_holds_no_definition(weights: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.prototxt"
    if weights.suffix != ".caffemodel":
        assert "not a .caffemodel" in invoke(shapes, weights, "--extract", target).err
    message = NetParameter()
    message.layer.add(name="a").blobs.add(data=[1.0, -2.0]).shape.dim.append(2)
    (tmp_path / "bare.caffemodel").write_bytes(message.SerializeToString())
    assert stored_definition(tmp_path / "bare.caffemodel") is None
    with pytest.raises(WeightsError, match="no definition of a net"):
        extract_definition(tmp_path / "bare.caffemodel", target)
    (tmp_path / "net.prototxt").write_text(NET)
    assert "this is a text file" in invoke(shapes, tmp_path / "net.prototxt", "--extract", target).err
    with pytest.raises(InputError, match="something at this path"):
        extract_definition(tmp_path / "bare.caffemodel", tmp_path)
    assert not target.exists()


def test_a_broken_file_writes_nothing(tmp_path: Path) -> None:
    prototxt.parse_net(NET).save(path := tmp_path / "net.caffemodel")
    data = path.read_bytes()
    for size in range(1, len(data) - 1, len(data) // 20):
        path.write_bytes(data[:size])
        result = invoke(shapes, path, "--extract", tmp_path / "out.prototxt")
        shown = invoke(shapes, path)
        assert "Traceback" not in result.err + shown.err
        assert result.code == 1 or (tmp_path / "out.prototxt").exists()
        assert result.code == 0 or not (tmp_path / "out.prototxt").exists()
        (tmp_path / "out.prototxt").unlink(missing_ok=True)


@pytest.mark.parametrize(
    "before",
    [
        {},
        {"name": "n"},
        {"name": "n" * 300, "input": ["data"], "input_dim": [2, 3, 227, 229]},
        {"input": ["a", "b"], "force_backward": True, "debug_info": True},
    ],
    ids=["nothing", "name", "sizes", "switches"],
)
@pytest.mark.parametrize("field", ["layer", "layers"])
def test_a_trained_net_is_known_by_what_stands_before_its_layers(
    field: str, before: dict[str, Any], tmp_path: Path
) -> None:
    """As Caffe writes it: the fields in the order of their numbers, `layers` before the inputs."""
    net = NetParameter(**before)
    if not before.get("input_dim"):
        net.input_shape.add(dim=[2, 3])
    layer = getattr(net, field).add(name="ip")
    layer.blobs.add(data=[1.0, 5.0], num=1, channels=1, height=1, width=2)
    file = tmp_path / "trained"
    file.write_bytes(net.SerializeToString())
    result = invoke(shapes, str(file), "--format", "json")
    (row,) = json.loads(result.out)["layers"]
    assert (row["name"], row["blobs"][0]["mean"]) == ("ip", 3.0)


def test_text_that_begins_like_a_trained_net_is_text(tmp_path: Path) -> None:
    file = tmp_path / "net"
    file.write_text("\n" + NET)
    assert invoke(shapes, str(file)).out.startswith("small")
