"""Small nets whose reports are kept as files."""

from __future__ import annotations

MIXED = """\
name: "mixed"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 4 dim: 9 dim: 7 } } }
layer { name: "cut" type: "Slice" bottom: "data" top: "left" top: "right" slice_param { axis: 1 slice_point: 2 } }
layer {
  name: "conv_left" type: "Convolution" bottom: "left" top: "a"
  param { name: "w" } param { name: "b" }
  convolution_param { num_output: 6 kernel_h: 3 kernel_w: 2 pad_h: 1 weight_filler { type: "xavier" } }
}
layer {
  name: "conv_right" type: "Convolution" bottom: "right" top: "b"
  param { name: "w" } param { name: "b" }
  convolution_param { num_output: 6 kernel_h: 3 kernel_w: 2 pad_h: 1 }
}
layer { name: "bn" type: "BatchNorm" bottom: "a" top: "a" }
layer { name: "scale" type: "Scale" bottom: "a" top: "a" scale_param { bias_term: true } }
layer { name: "relu" type: "ReLU" bottom: "a" top: "a" }
layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" }
layer { name: "only_train" type: "Dropout" bottom: "sum" top: "sum" include { phase: TRAIN } }
layer { name: "only_deep" type: "TanH" bottom: "sum" top: "sum" include { stage: "deep" min_level: 2 } }
layer { name: "pool" type: "Pooling" bottom: "sum" top: "pool" pooling_param { pool: AVE global_pooling: true } }
layer {
  name: "class|es" type: "InnerProduct" bottom: "pool" top: "classes"
  inner_product_param { num_output: 5 weight_filler { type: "gaussian" std: 0.5 } }
}
layer { name: "prob" type: "Softmax" bottom: "classes" top: "prob" }
"""
"""BatchNorm and Scale, parameters shared by name, layers in place, several tops, phases, stages and levels."""
