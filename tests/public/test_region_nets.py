"""Public nets of the R-CNN family train on regions they propose themselves: one forward, from image to losses."""

from __future__ import annotations

import numpy as np
import pytest

import prototxt
from support.golden import SHARED, needs_shared

INPUTS = {"data": (1, 3, 224, 320), "gt_boxes": (2, 5)}


@needs_shared
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::prototxt.errors.PrototxtWarning")
@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize(
    "name",
    [
        "pyfaster/models_pascal_voc_ZF_faster_rcnn_end2end_train.prototxt",
        "soeaver/det/rfcn/models/pascal_voc/resnet18/rfcn_voc_resnet18-priv-merge-ohem.prototxt",
    ],
)
def test_a_training_net_runs(name: str, engine: str) -> None:
    net = prototxt.load_net(SHARED / "corpus" / name, phase="TRAIN", inputs=INPUTS, engine=engine)
    image = np.random.default_rng(0).normal(0, 60, INPUTS["data"])
    boxes = np.array([[30, 40, 150, 160, 7], [160, 20, 300, 210, 12]])
    net.forward({"data": image, "im_info": np.array([[224, 320, 1]]), "gt_boxes": boxes})
    assert np.isfinite(net.loss)
    assert net.loss > 0
    kept = net.blobs["rois"].data.reshape(-1, 5)
    assert 2 <= len(kept) <= 128
    assert len(net.blobs["labels"].data) == len(kept)
