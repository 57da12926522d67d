"""Trained models through pycaffe's names: the numbers, shapes and blobs that the reference computed."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt.caffe as caffe
from support.golden import SHARED, needs_shared
from support.models import ATOL, MODELS, RTOL, check_statistics, stored, weights_of, written_behind

pytestmark = needs_shared
NAMES = sorted(path.stem for path in (SHARED / "golden/models").glob("*.npz"))


@pytest.mark.sweep
@pytest.mark.filterwarnings("ignore::prototxt.PrototxtWarning")
@pytest.mark.parametrize("model", NAMES)
def test_a_model_runs_as_in_caffe(model: str) -> None:
    inputs, outputs, stats = stored(model)
    net = caffe.Net(str(MODELS / model / "deploy.prototxt"), str(weights_of(model)), caffe.TEST)
    for name, values in inputs.items():
        net.blobs[name].reshape(*values.shape)
        net.blobs[name].data[...] = values
    net.reshape()
    result = net.forward()
    assert set(result) == set(outputs)
    for name, values in outputs.items():
        np.testing.assert_allclose(result[name], values, RTOL, ATOL, err_msg=name)
    assert {name for name in net.blobs if "_split_" not in name} == {n for n in stats if "_split_" not in n}
    for name in set(stats) - written_behind(net._net.graph):
        check_statistics(net.blobs[name].data, stats[name], name)
