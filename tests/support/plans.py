"""A net of nine layers, its plan, and the rows of that."""

from __future__ import annotations

from prototxt.net import Net, parse_net
from prototxt.views.plan import PlanReport, make_plan_report

TEXT = """
name: "steps"
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 3 dim: 4 dim: 9 dim: 11 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 6 kernel_h: 3 kernel_w: 5 group: 2 stride_h: 2 stride_w: 1 } }
layer { name: "norm" type: "BatchNorm" bottom: "conv" top: "conv" }
layer { name: "scale" type: "Scale" bottom: "conv" top: "conv" scale_param { bias_term: true } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "left" type: "Convolution" bottom: "conv" top: "left"
  convolution_param { num_output: 5 kernel_size: 1 } }
layer { name: "right" type: "Convolution" bottom: "conv" top: "right"
  convolution_param { num_output: 7 kernel_size: 1 bias_term: false } }
layer { name: "both" type: "Concat" bottom: "left" bottom: "right" top: "both" }
layer { name: "prob" type: "Softmax" bottom: "both" top: "prob" }
"""


def net() -> Net:
    return parse_net(TEXT, keep="outputs", threads=2)


def report() -> PlanReport:
    session = net().session()
    return make_plan_report(session.plan, 2, session.bytes, session.packed_bytes)
