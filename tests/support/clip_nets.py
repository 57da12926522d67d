"""A small net in the shape of C3D, in the forms of C3D 1.0 and C3D 1.1."""

from __future__ import annotations

from prototxt.blobs import Shape

CLIP: Shape = (2, 3, 6, 14, 17)

V1 = """
name: "small_c3d"
input: "data"
input_shape { dim: 2 dim: 3 dim: 6 dim: 14 dim: 17 }
layers { name: "conv1a" type: CONVOLUTION3D bottom: "data" top: "conv1a"
  convolution_param { num_output: 4 kernel_size: 3 kernel_depth: 3 pad: 1 temporal_pad: 1
                      weight_filler { type: "gaussian" std: 0.2 } bias_filler { type: "constant" value: 0.1 } } }
layers { name: "relu1a" type: RELU bottom: "conv1a" top: "conv1a" }
layers { name: "pool1" type: POOLING3D bottom: "conv1a" top: "pool1"
  pooling_param { pool: MAX kernel_size: 2 kernel_depth: 1 stride: 2 temporal_stride: 1 } }
layers { name: "conv2a" type: CONVOLUTION3D bottom: "pool1" top: "conv2a"
  convolution_param { num_output: 6 kernel_size: 3 kernel_depth: 2 pad: 1 stride: 2 filter_group: 2
                      weight_filler { type: "gaussian" std: 0.2 } } }
layers { name: "relu2a" type: RELU bottom: "conv2a" top: "conv2a" }
layers { name: "pool2" type: POOLING3D bottom: "conv2a" top: "pool2"
  pooling_param { pool: AVE kernel_size: 2 kernel_depth: 2 stride: 2 temporal_stride: 2 } }
layers { name: "fc6" type: INNER_PRODUCT bottom: "pool2" top: "fc6"
  inner_product_param { num_output: 5 weight_filler { type: "gaussian" std: 0.2 } } }
layers { name: "prob" type: SOFTMAX bottom: "fc6" top: "prob" }
layers { name: "deconv" type: DECONVOLUTION3D bottom: "pool2" top: "deconv"
  convolution_param { num_output: 3 kernel_size: 4 kernel_depth: 4 stride: 2 temporal_stride: 2 pad: 1 temporal_pad: 1
                      weight_filler { type: "gaussian" std: 0.2 } } }
layers { name: "vox" type: VOXEL_SOFTMAX bottom: "deconv" top: "vox" }
"""

V2 = """
name: "small_c3d"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 6 dim: 14 dim: 17 } } }
layer { name: "conv1a" type: "Convolution3D" bottom: "data" top: "conv1a"
  convolution3d_param { num_output: 4 kernel_size: 3 kernel_depth: 3 pad: 1 temporal_pad: 1
                        weight_filler { type: "gaussian" std: 0.2 } bias_filler { type: "constant" value: 0.1 } } }
layer { name: "relu1a" type: "ReLU" bottom: "conv1a" top: "conv1a" }
layer { name: "pool1" type: "Pooling3D" bottom: "conv1a" top: "pool1"
  pooling3d_param { pool: MAX kernel_size: 2 kernel_depth: 1 stride: 2 } }
layer { name: "conv2a" type: "Convolution3D" bottom: "pool1" top: "conv2a"
  convolution3d_param { num_output: 6 kernel_size: 3 kernel_depth: 2 pad: 1 stride: 2
                        weight_filler { type: "gaussian" std: 0.2 } } }
layer { name: "relu2a" type: "ReLU" bottom: "conv2a" top: "conv2a" }
layer { name: "pool2" type: "Pooling3D" bottom: "conv2a" top: "pool2"
  pooling3d_param { pool: AVE kernel_size: 2 kernel_depth: 2 stride: 2 temporal_stride: 2 } }
layer { name: "fc6" type: "InnerProduct" bottom: "pool2" top: "fc6"
  inner_product_param { num_output: 5 weight_filler { type: "gaussian" std: 0.2 } } }
layer { name: "prob" type: "Softmax" bottom: "fc6" top: "prob" }
layer { name: "deconv" type: "Deconvolution3D" bottom: "pool2" top: "deconv"
  convolution3d_param { num_output: 3 kernel_size: 4 kernel_depth: 4 stride: 2 temporal_stride: 2 pad: 1 temporal_pad: 1
                        weight_filler { type: "gaussian" std: 0.2 } } }
layer { name: "vox" type: "VoxelSoftmax" bottom: "deconv" top: "vox" }
"""

SHAPES = {
    "conv1a": (2, 4, 6, 14, 17),  # 3 x 3 x 3, padded by 1 everywhere
    "pool1": (2, 4, 6, 7, 9),  # ceil((17 - 2) / 2) + 1 = 9
    "conv2a": (2, 6, 5, 4, 5),  # 6 - 2 + 1, floor((7 + 2 - 3) / 2) + 1, floor((9 + 2 - 3) / 2) + 1
    "pool2": (2, 6, 3, 2, 3),  # ceil(3 / 2) + 1, ceil(2 / 2) + 1, ceil(3 / 2) + 1
    "fc6": (2, 5),
    "prob": (2, 5),
    "deconv": (2, 3, 6, 4, 6),  # 2 * (3 - 1) + 4 - 2, 2 * (2 - 1) + 4 - 2, 2 * (3 - 1) + 4 - 2
    "vox": (2, 3, 6, 4, 6),
}
"""The shapes of its blobs, worked out by hand."""

WITH_NORMS = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 5 dim: 7 dim: 6 } } }
layer { name: "c" type: "Convolution3D" bottom: "x" top: "c"
  convolution3d_param { num_output: 4 kernel_size: 3 kernel_depth: 3 pad: 1 temporal_pad: 1
                        weight_filler { type: "msra" } } }
layer { name: "bn" type: "BatchNorm" bottom: "c" top: "c" }
layer { name: "sc" type: "Scale" bottom: "c" top: "c" scale_param { bias_term: true } }
layer { name: "side" type: "Convolution3D" bottom: "x" top: "side"
  convolution3d_param { num_output: 4 kernel_size: 1 kernel_depth: 1 weight_filler { type: "msra" } } }
layer { name: "sum" type: "Eltwise" bottom: "c" bottom: "side" top: "sum" }
layer { name: "prelu" type: "PReLU" bottom: "sum" top: "act" }
layer { name: "norm" type: "LRN" bottom: "act" top: "norm" lrn_param { local_size: 3 alpha: 0.5 } }
layer { name: "both" type: "Concat" bottom: "norm" bottom: "side" top: "both" }
layer { name: "bias" type: "Bias" bottom: "both" top: "biased" bias_param { filler { type: "uniform" min: 1 max: 2 } } }
layer { name: "cut" type: "Slice" bottom: "biased" top: "left" top: "right" slice_param { axis: 1 slice_point: 3 } }
layer { name: "frames" type: "Slice" bottom: "left" top: "early" top: "late" slice_param { axis: 2 slice_point: 2 } }
layer { name: "again" type: "Concat" bottom: "late" bottom: "early" top: "again" concat_param { axis: 2 } }
layer { name: "pool" type: "Pooling" bottom: "right" top: "pool" pooling_param { pool: AVE global_pooling: true } }
layer { name: "flat" type: "Flatten" bottom: "pool" top: "flat" }
"""
"""Clips through every kind of layer that takes any number of axes."""
