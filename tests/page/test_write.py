"""Whole pages: what is in them is what the engine made, they stay below their size, and say what they leave out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.blobs import Array
from prototxt.errors import InputError, PrototxtError
from prototxt.graph.graph import BlobId
from prototxt.page.arrays import Dtype
from prototxt.page.values import Key, Slot, learned, run
from prototxt.page.write import MEGA, Content, Limits, write_page
from support.golden import CASE_LIST, ROOT, Case
from support.helpers import noise
from support.report_pages import PAGE, content, written

LENET = ROOT / "examples" / "lenet.prototxt"
WEIGHTS = ROOT / "examples" / "lenet.caffemodel"

NETS = [case for case in CASE_LIST if case.path.parent.name == "net"]


def lenet() -> Content:
    net = prototxt.load_net(LENET, WEIGHTS, inputs={"data": (1, 1, 28, 28)})
    return Content(net.graph, {**run(net, {"data": noise(1, 1, 28, 28)}), **learned(net)})


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_every_version_of_every_blob_and_all_learned_arrays(dtype: Dtype, tmp_path: Path) -> None:
    whole = lenet()
    page, done = written(tmp_path / "x.html", whole, Limits(dtype=dtype))
    assert done.left_out == ()
    assert {BlobId("ip1", 0), BlobId("ip1", 1), BlobId("data"), Slot(1, 0)} <= whole.arrays.keys()
    for key, array in whole.arrays.items():
        entry = (
            page.document["blobs"][str(key)]
            if isinstance(key, BlobId)
            else page.document["layers"][key.layer]["params"][key.slot]
        )
        rtol = 0 if dtype == "float32" else 2**-11
        size = np.abs(array).max()
        np.testing.assert_allclose(page.values(entry), array, rtol=rtol, atol=rtol * size * 2**-15)
    assert np.array_equal(
        page.values(page.document["blobs"]["ip1@1"]),
        np.maximum(page.values(page.document["blobs"]["ip1@0"]), 0),
    )


def test_lenet_is_below_two_megabytes(tmp_path: Path) -> None:
    _, done = written(tmp_path / "x.html", lenet())
    assert done.bytes == (tmp_path / "x.html").stat().st_size < 1.9 * MEGA


@pytest.mark.parametrize("case", NETS, ids=str)
def test_every_golden_net_as_the_reference_left_it(case: Case, tmp_path: Path) -> None:
    stored = case.arrays()
    net = case.net(stored)
    feeds = {name: stored[f"input/{name}"] for name in net.inputs if f"input/{name}" in stored}
    result = run(net, feeds)
    page, done = written(
        tmp_path / "x.html", Content(net.graph, {**result, **learned(net)}), Limits(dtype="float32")
    )
    assert done.left_out == ()
    for name in net.outputs:
        entry = page.document["blobs"][str(net.graph.last[name])]
        if "data" in entry:
            np.testing.assert_allclose(page.values(entry), stored[f"output/{name}"], rtol=1e-4, atol=1e-5)
        else:
            assert any(f'"{name}"' in note for note in page.document["notes"])


@pytest.mark.parametrize("megabytes", [0.1, 0.3, 1.1, 1.3])
def test_a_page_stays_below_its_size_and_says_so(megabytes: float, tmp_path: Path) -> None:
    whole = lenet()
    page, done = written(tmp_path / "x.html", whole, Limits(int(megabytes * MEGA)))
    assert done.bytes <= megabytes * MEGA
    missing = {key for key in whole.arrays if not has(page.document, key)}
    assert len(missing) == len(done.left_out)
    smallest = min((whole.arrays[key].size for key in missing), default=10**9)
    assert all(a.size <= smallest for key, a in whole.arrays.items() if key not in missing)
    if missing:
        assert 'parameter 0 of "ip1" (500 x 800, 1.1 MB)' in page.document["notes"][-1]


def has(document: dict[str, dict[str, dict[str, object]]], key: Key) -> bool:
    if isinstance(key, BlobId):
        return "data" in document["blobs"][str(key)]
    layers: list[dict[str, list[dict[str, object]]]] = document["layers"]  # type: ignore[assignment]
    return "data" in layers[key.layer]["params"][key.slot]


def test_too_small_for_the_shapes(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"takes 0\.\d MB without any values, more than 0.01 MB"):
        write_page(tmp_path / "x.html", lenet(), Limits(10_000), PAGE)
    assert not list(tmp_path.iterdir())


def test_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.html").write_text("before")

    def broken(self: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("prototxt.page.arrays.Stored.tag", broken)
    with pytest.raises(PrototxtError, match="no space left on device"):
        write_page(tmp_path / "x.html", lenet(), Limits(), PAGE)
    assert (tmp_path / "x.html").read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


def test_hostile_names_stay_inside(tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script></body><!--<script>"
    text = f"""
    name: "{evil}"
    layer {{ name: "{evil}" type: "Input" top: "{evil}" input_param {{ shape {{ dim: 1 dim: 2 }} }} }}
    layer {{ name: "relu{evil}" type: "ReLU" bottom: "{evil}" top: "{evil}" }}
    """
    shapes = content(text)
    arrays: dict[Key, Array] = {blob: noise(1, 2) for blob in shapes.graph.shapes}
    page, _ = written(tmp_path / "x.html", Content(shapes.graph, arrays, notes=(evil,)))
    assert page.tags == ["html", "head", "title", "body", "p", "script", "script"]
    assert page.outside.split() == ["xbefore"]
    assert set(page.scripts) == {"report", "a0"}
    assert page.document["net"]["name"] == evil


def test_what_is_shorter_than_foretold_has_no_values(tmp_path: Path) -> None:
    shapes = content('layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 4 dim: 2 } } }')
    page, done = written(tmp_path / "x.html", Content(shapes.graph, {BlobId("x"): noise(3, 2)}))
    assert page.document["blobs"]["x@0"] == {"name": "x", "version": 0, "shape": [4, 2]}
    assert page.document["notes"][0].startswith('blob "x" is 3 x 2 for this input: the page shows 4 x 2')
    assert done.arrays == 0


def test_two_layers_of_one_name_show_each_its_own_weights() -> None:
    ip = 'layer {{ name: "ip" type: "InnerProduct" bottom: "{}" top: "{}" inner_product_param {{ num_output: {} }} }}'
    text = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 2 } } }'
    net = prototxt.parse_net(text + ip.format("x", "y", 3) + ip.format("y", "z", 4))
    assert {key: values.shape for key, values in learned(net).items()} == {
        Slot(1, 0): (3, 2),
        Slot(1, 1): (3,),
        Slot(2, 0): (4, 3),
        Slot(2, 1): (4,),
    }
