"""Small nets that find something, for images of 30 x 40 pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from prototxt.blobs import Array

PRIORS = [(0.1, 0.2, 0.5, 0.6), (0.6, 0.1, 0.9, 0.4), (0.0, 0.0, 0.3, 0.3), (-0.1, 0.7, 0.2, 1.2)]
"""Boxes as parts of the image."""

SCORES = [(0.05, 0.9, 0.05), (0.2, 0.1, 0.7), (0.6, 0.3, 0.1), (0.3, 0.55, 0.15)]
"""Of each box: background, label 1, label 2."""

DATA = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 30 dim: 40 } } }\n'

SSD = (
    DATA
    + """
layer { name: "mean" type: "Pooling" bottom: "data" top: "mean" pooling_param { pool: AVE global_pooling: true } }
layer { name: "loc" type: "InnerProduct" bottom: "mean" top: "loc" inner_product_param { num_output: 16 } }
layer { name: "conf" type: "InnerProduct" bottom: "mean" top: "conf" inner_product_param { num_output: 12 } }
layer { name: "priors" type: "Parameter" top: "priors" parameter_param { shape { dim: 1 dim: 2 dim: 16 } } }
layer {
  name: "found" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "priors" top: "found"
  detection_output_param {
    num_classes: 3 code_type: CENTER_SIZE keep_top_k: 50 confidence_threshold: 0.05
    nms_param { nms_threshold: 0.45 top_k: 100 }
  }
}
"""
)
"""Finds PRIORS with SCORES in every image, whose mean is added to the scores of label 2."""


def ssd_weights(path: Path, by_mean: float = 0.0) -> Path:
    """Weights of SSD: `by_mean` times an image's mean (of its three channels) is added to label 2's scores."""
    slope = np.zeros((4, 3, 3), np.float32)
    slope[:, 2] = by_mean / 3
    priors = np.stack([np.array(PRIORS), np.full((4, 4), 0.1)])
    arrays = {
        "loc/0": np.zeros((16, 3)), "loc/1": np.zeros(16), "conf/0": slope.reshape(12, 3),
        "conf/1": np.array(SCORES).reshape(-1), "priors/0": priors.reshape(1, 2, 16),
    }  # fmt: skip
    np.savez(
        path, allow_pickle=False, **{name: np.asarray(array, np.float32) for name, array in arrays.items()}
    )
    return path


FASTER = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 32 dim: 48 } } }
layer { name: "im_info" type: "Input" top: "im_info" input_param { shape { dim: 1 dim: 3 } } }
layer { name: "map" type: "Pooling" bottom: "data" top: "map" pooling_param { pool: AVE kernel_size: 16 stride: 16 } }
layer { name: "cls" type: "Convolution" bottom: "map" top: "cls"
  convolution_param { num_output: 18 kernel_size: 1 weight_filler { type: "gaussian" std: 0.01 } } }
layer { name: "delta" type: "Convolution" bottom: "map" top: "delta"
  convolution_param { num_output: 36 kernel_size: 1 } }
layer { name: "two" type: "Reshape" bottom: "cls" top: "two" reshape_param { shape { dim: 0 dim: 2 dim: -1 dim: 0 } } }
layer { name: "half" type: "Softmax" bottom: "two" top: "half" }
layer { name: "rpn" type: "Reshape" bottom: "half" top: "rpn"
  reshape_param { shape { dim: 0 dim: 18 dim: -1 dim: 0 } } }
layer { name: "proposal" type: "Python" bottom: "rpn" bottom: "delta" bottom: "im_info" top: "rois"
  python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16" } }
layer { name: "pool" type: "ROIPooling" bottom: "map" bottom: "rois" top: "pool"
  roi_pooling_param { pooled_w: 2 pooled_h: 2 spatial_scale: 0.0625 } }
layer { name: "score" type: "InnerProduct" bottom: "pool" top: "score"
  inner_product_param { num_output: 4 weight_filler { type: "gaussian" std: 0.05 } } }
"""

HEADS = {
    "faster": """
layer { name: "cls_prob" type: "Softmax" bottom: "score" top: "cls_prob" }
layer { name: "bbox_pred" type: "InnerProduct" bottom: "pool" top: "bbox_pred"
  inner_product_param { num_output: 16 weight_filler { type: "gaussian" std: 0.001 } } }
""",
    "rfcn": """
layer { name: "prob" type: "Softmax" bottom: "score" top: "prob" }
layer { name: "bbox" type: "InnerProduct" bottom: "pool" top: "bbox"
  inner_product_param { num_output: 8 weight_filler { type: "gaussian" std: 0.001 } } }
layer { name: "r1" type: "Reshape" bottom: "prob" top: "cls_prob" reshape_param { shape { dim: -1 dim: 4 } } }
layer { name: "r2" type: "Reshape" bottom: "bbox" top: "bbox_pred" reshape_param { shape { dim: -1 dim: 8 } } }
""",
}  # fmt: skip
"""The last layers of Faster R-CNN and R-FCN: deltas of each class, or two of them for all."""

SCORE_MAP = """
layer { name: "score" type: "Convolution" bottom: "data" top: "score"
  convolution_param { num_output: 5 kernel_size: 1 weight_filler { type: "gaussian" std: 0.1 } } }
"""
"""Behind DATA: five scores at each pixel."""


def slope(height: int = 30, width: int = 40) -> Array:
    """An image of bytes that differ."""
    ramp = np.linspace(0, 255, height * width * 3).reshape(height, width, 3)
    return ramp.astype(np.uint8)
