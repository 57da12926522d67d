"""The interpreter of both engines: steps in order, a hook that may look at results or change them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

import prototxt
from prototxt.blobs import Array
from prototxt.engine.reference import LayerStep, ReferenceInterpreter
from prototxt.graph.graph import BlobId

NET = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "double" type: "Power" bottom: "x" top: "y" power_param { scale: 2 } }
layer { name: "one more" type: "Power" bottom: "y" top: "z" power_param { shift: 1 } }
layer { name: "loss" type: "EuclideanLoss" bottom: "z" bottom: "x" top: "loss" loss_weight: 3 }
"""
X = np.arange(6, dtype=np.float32).reshape(2, 3)


class Halved(ReferenceInterpreter):
    """Halves what every layer makes."""

    def run_step(self, step: LayerStep) -> dict[BlobId, Array]:
        tops = super().run_step(step)
        for array in tops.values():
            array *= np.float32(0.5)
        return tops


def run(kind: type[ReferenceInterpreter], *kept: str) -> tuple[Mapping[str, Array], float]:
    net = prototxt.parse_net(NET)
    last = net.graph.last
    runner = kind(net.graph, {last[name] for name in kept}, {last["x"]: X.copy()}, net._params)
    return {blob.name: values for blob, values in runner.run().items()}, runner.loss()


def test_only_what_is_kept_is_left_and_the_loss_is_there() -> None:
    blobs, loss = run(ReferenceInterpreter, "z")
    assert list(blobs) == ["z"]
    np.testing.assert_array_equal(blobs["z"], 2 * X + 1)
    assert loss == 3 * ((X + 1) ** 2).sum() / 4  # over 2 N


def test_a_subclass_may_change_what_a_step_makes() -> None:
    blobs, _ = run(Halved, "y", "z")
    np.testing.assert_array_equal(blobs["y"], X)
    np.testing.assert_array_equal(blobs["z"], (X + 1) / 2)
