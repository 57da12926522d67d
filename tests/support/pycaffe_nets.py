"""Small nets that the tests of pycaffe's names use; no square maps, no batch as large as a number of channels."""

from __future__ import annotations

from pathlib import Path

import prototxt.caffe as caffe

SIMPLE = """
name: "simple" force_backward: true
layer { name: "data" type: "Input" top: "data" top: "shift"
  input_param { shape { dim: 5 dim: 2 dim: 7 dim: 9 } shape { dim: 5 dim: 11 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 11 kernel_h: 2 kernel_w: 3 pad: 1
    weight_filler { type: "gaussian" std: 1 } bias_filler { type: "constant" value: 2 } } }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip_blob"
  inner_product_param { num_output: 11 weight_filler { type: "gaussian" std: 0.5 }
    bias_filler { type: "constant" value: -3 } } }
layer { name: "sum" type: "Eltwise" bottom: "ip_blob" bottom: "shift" top: "sum" }
layer { name: "relu" type: "ReLU" bottom: "sum" top: "sum" }
layer { name: "loss" type: "EuclideanLoss" bottom: "sum" bottom: "shift" top: "loss" loss_weight: 2 }
layer { name: "mean" type: "Reduction" bottom: "ip_blob" top: "mean" reduction_param { operation: MEAN axis: 1 } }
"""
"""`ip_blob` and `shift` are read twice each, `sum` is written in place."""

CHAIN = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 3 dim: 2 dim: 4 dim: 5 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 weight_filler { type: "gaussian" std: 1 } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "score" type: "InnerProduct" bottom: "conv" top: "score"
  inner_product_param { num_output: 6 weight_filler { type: "xavier" } } }
layer { name: "prob" type: "Softmax" bottom: "score" top: "prob" }
"""

STAGES = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
layer { name: "train" type: "ReLU" bottom: "data" top: "train" include { phase: TRAIN } }
layer { name: "test" type: "ReLU" bottom: "data" top: "test" include { phase: TEST } }
layer { name: "a" type: "ReLU" bottom: "data" top: "a" include { stage: "A" } }
layer { name: "b" type: "ReLU" bottom: "data" top: "b" include { stage: "B" } }
layer { name: "a_and_b" type: "ReLU" bottom: "data" top: "a_and_b" include { stage: "A" stage: "B" } }
layer { name: "high" type: "ReLU" bottom: "data" top: "high" include { min_level: 2 } }
layer { name: "low" type: "ReLU" bottom: "data" top: "low" include { max_level: 1 } }
"""


def write_net(folder: Path, text: str, name: str = "net.prototxt") -> str:
    """The path of a file with that text."""
    path = folder / name
    path.write_text(text)
    return str(path)


IMAGE_NET = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 3 dim: 9 dim: 11 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 5 kernel_size: 3 weight_filler { type: "gaussian" std: 0.01 } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "score" type: "InnerProduct" bottom: "conv" top: "score"
  inner_product_param { num_output: 6 weight_filler { type: "gaussian" std: 0.1 } } }
layer { name: "prob" type: "Softmax" bottom: "score" top: "prob" }
"""
"""Images of 3 x 9 x 11, four at a time, to six classes."""


def image_net(folder: Path) -> tuple[str, str]:
    """IMAGE_NET and drawn weights as files."""
    model, weights = write_net(folder, IMAGE_NET), str(folder / "net.caffemodel")
    caffe.set_random_seed(8)
    caffe.Net(model, caffe.TEST).save(weights)
    caffe.set_random_seed(0)
    return model, weights
