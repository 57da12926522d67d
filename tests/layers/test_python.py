"""Python layers: refused unless allowed, Caffe's protocol, errors of the user's code as messages."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import prototxt
from prototxt.cli.shapes import main as shapes
from prototxt.errors import LayerError
from support.helpers import noise

MODULE = '''
import json
import numpy as np


class Weigh:
    """Two bottoms of one shape: a learned weight times their difference, and the number of values."""

    def setup(self, bottom, top):
        self.factor = json.loads(self.param_str)["factor"]
        if len(bottom) != 2:
            raise ValueError("two bottoms, please")
        self.blobs.add_blob(1)
        self.calls = 0

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].data.shape)
        top[1].reshape(1)

    def forward(self, bottom, top):
        self.calls += 1
        bottom[0].data[...] -= bottom[1].data
        top[0].data[...] = bottom[0].data * self.factor * (1 + self.blobs[0].data[0])
        top[1].data[0] = bottom[0].count + bottom[0].channels + 100 * self.calls


class Broken(Weigh):
    def forward(self, bottom, top):
        return 1 / 0
'''


def text(layer: str = "Weigh", bottoms: str = 'bottom: "a" bottom: "b"', module: str = "weigh_module") -> str:
    return (
        'layer { name: "in" type: "Input" top: "a" top: "b" '
        "input_param { shape { dim: 2 dim: 3 dim: 5 dim: 4 } } }\n"
        f'layer {{ name: "py" type: "Python" {bottoms} top: "y" top: "n"\n'
        f"""python_param {{ module: "{module}" layer: "{layer}" param_str: '{{"factor": 3}}' }} }}"""
    )


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "weigh_module.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "weigh_module", raising=False)
    return tmp_path


def test_nothing_runs_unless_allowed(module: Path) -> None:
    with pytest.raises(LayerError) as caught:
        prototxt.parse_net(text())
    assert "weigh_module" not in sys.modules
    assert 'class "Weigh" of Python module "weigh_module"' in caught.value.what
    assert "--allow-python-layers" in (caught.value.hint or "")
    assert caught.value.place is not None
    assert caught.value.place.line == 3
    (module / "net.prototxt").write_text(text())
    result = CliRunner().invoke(shapes, [str(module / "net.prototxt")])
    assert result.exit_code == 1
    assert "weigh_module" not in sys.modules
    result = CliRunner().invoke(shapes, [str(module / "net.prototxt"), "--allow-python-layers"])
    assert result.exit_code == 0
    assert "2 x 3 x 5 x 4" in result.stdout


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_the_protocol(engine: str) -> None:
    net = prototxt.parse_net(text(), allow_python_layers=True, engine=engine)
    assert net.blobs["y"].shape == (2, 3, 5, 4)
    assert net.params["py"][0].shape == (1,)
    a, b = noise(2, 3, 5, 4), noise(2, 3, 5, 4, seed=1)
    out = net.forward(a=a, b=b)
    np.testing.assert_allclose(out["y"], 3 * (a - b), rtol=1e-6)
    assert out["n"] == [2 * 3 * 5 * 4 + 3 + 100]
    np.testing.assert_array_equal(net.blobs["a"].data, a, err_msg="the code wrote into its bottom")
    net.params["py"][0].data[...] = 1
    again = net.forward(a=a, b=b)
    np.testing.assert_allclose(again["y"], 6 * (a - b), rtol=1e-6)
    assert again["n"] == [2 * 3 * 5 * 4 + 3 + 200]
    assert out["n"] == [2 * 3 * 5 * 4 + 3 + 100]


@pytest.mark.parametrize(
    ("net", "what"),
    [
        (text(module="no_such_module"), 'no Python module "no_such_module"'),
        (text(layer="Nothing"), 'Python module "weigh_module" has no class "Nothing"'),
        (text(bottoms='bottom: "a"'), "weigh_module.Weigh.setup failed: ValueError: two bottoms, please"),
        (text().replace('{"factor": 3}', "nonsense"), "weigh_module.Weigh.setup failed: JSONDecodeError"),
    ],
)
def test_refusals(net: str, what: str) -> None:
    with pytest.raises(LayerError, match="py") as caught:
        prototxt.parse_net(net, allow_python_layers=True)
    assert what in caught.value.what


def test_code_that_fails_in_forward() -> None:
    net = prototxt.parse_net(text(layer="Broken"), allow_python_layers=True)
    with pytest.raises(LayerError, match=r"Broken\.forward failed: ZeroDivisionError") as caught:
        net.forward()
    assert caught.value.layer == "py"


def test_a_module_that_fails_on_import(module: Path) -> None:
    (module / "bad_module.py").write_text("raise RuntimeError('not today')")
    with pytest.raises(LayerError, match='importing "bad_module" failed: RuntimeError: not today'):
        prototxt.parse_net(text(module="bad_module"), allow_python_layers=True)


def test_a_message_of_several_lines_is_the_sentence_and_lines_below(module: Path) -> None:
    (module / "wordy_module.py").write_text("raise RuntimeError('not today\\nerror: forged\\tx')")
    with pytest.raises(LayerError) as caught:
        prototxt.parse_net(text(module="wordy_module"), allow_python_layers=True)
    first, second = str(caught.value).splitlines()
    assert first.endswith(': importing "wordy_module" failed: RuntimeError: not today')
    assert second == "  error: forged\\x09x"


def test_the_base_class() -> None:
    plain = prototxt.PythonLayer()
    assert plain.param_str == ""
    with pytest.raises(NotImplementedError):
        plain.forward([], [])
