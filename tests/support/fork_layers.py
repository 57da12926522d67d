"""A layer of every type that only a fork has, with bottoms that it takes."""

from __future__ import annotations

from typing import Any

import numpy as np

from prototxt.blobs import Array
from prototxt.layers.base import Layer
from prototxt.layers.forks import CAFFE
from prototxt.layers.registry import all_layer_classes
from support.helpers import layer_message, noise

PRIORS = np.array(
    [[[0.1, 0.1, 0.4, 0.4, 0.5, 0.5, 0.8, 0.9, 0.1, 0.5, 0.3, 0.9], [0.1, 0.1, 0.2, 0.2] * 3]], np.float32
)
ROIS = np.array([[0, 1, 2, 20, 25], [1, 10, 0, 30, 12], [1, 5, 5, 4, 4]], np.float32)
TRUTH = np.array([[[[0, 1, 0, 0.1, 0.1, 0.4, 0.5, 0], [1, 2, 0, 0.4, 0.5, 0.8, 0.9, 1]]]], np.float32)
FOUND = np.array([[[[0, 1, 0.9, 0.1, 0.1, 0.4, 0.5], [1, 2, 0.3, 0.4, 0.5, 0.8, 0.9]]]], np.float32)
OBJECTS = np.array([[3, 4, 60, 50, 1], [20, 10, 40, 45, 2]], np.float32)
INFO = np.array([[64, 80, 1]], np.float32)
LABELS = np.array([0, 2, 1, 1, 0, 2, 2, 1], np.float32)
MASK = np.array([0, 3, 12, 15] * 6, np.float32)

PYTHON = 'type: "Python" python_param {{ module: "rpn.{}" layer: "{}" param_str: "{}" }}'

LAYERS: dict[tuple[str, str], tuple[str, list[Any]]] = {
    ("Accuracy", "segnet"): ("accuracy_param { top_k: 2 }", [noise(8, 3), LABELS]),
    ("AdaptiveBiasChannel", "pspnet"): (
        "adaptive_bias_channel_param { num_iter: 3 bg_portion: 0.4 fg_portion: 0.2 }",
        [noise(2, 3, 4, 5), LABELS[:4].reshape(2, 2, 1, 1)],
    ),
    ("AnchorTarget", "fasterrcnn"): (
        PYTHON.format("anchor_target_layer", "AnchorTargetLayer", "'feat_stride': 16"),
        [noise(1, 18, 4, 5), OBJECTS, INFO],
    ),
    ("Axpy", "senet"): ("", [noise(2, 3, 1, 1), noise(2, 3, 4, 5), noise(2, 3, 4, 5)]),
    ("BN", "segnet"): ("bn_param { bn_mode: LEARN }", [noise(2, 3, 4, 5)]),
    ("BN", "pspnet"): ("bn_param { eps: 0.1 }", [noise(2, 3, 4, 5)]),
    ("BatchNorm", "nvcaffe"): ("batch_norm_param { eps: 0.1 scale_bias: true }", [noise(2, 3, 4, 5)]),
    ("BiasChannel", "pspnet"): (
        "bias_channel_param { bg_bias: 1 fg_bias: 2 }",
        [noise(2, 3, 4, 5), LABELS[:4].reshape(2, 2, 1, 1)],
    ),
    ("BoxAnnotatorOHEM", "rfcn"): (
        "box_annotator_ohem_param { roi_per_img: 1 }",
        [ROIS, noise(3), LABELS[:3], noise(3, 4)],
    ),
    ("CTCGreedyDecoder", "crnn"): ("", [noise(4, 2, 3)]),
    ("CenterLoss", "others"): ("center_loss_param { num_output: 3 }", [noise(4, 5), LABELS[:4]]),
    ("DiceCoefLoss", "others"): ("", [abs(noise(2, 1, 4, 5)), LABELS.repeat(5).reshape(2, 1, 4, 5) > 0]),
    ("Insanity", "others"): ("insanity_param { lb: 2 ub: 4 }", [noise(2, 3, 4, 5)]),
    ("L1Loss", "flownet"): ("l1_loss_param { l2_per_location: true }", [noise(2, 3, 4, 5), noise(2, 3, 4, 5, seed=1)]),
    ("LargeMarginInnerProduct", "others"): (
        "largemargin_inner_product_param { num_output: 3 }",
        [noise(4, 5), LABELS[:4]],
    ),
    ("MarginInnerProduct", "others"): (
        "margin_inner_product_param { num_output: 3 }",
        [noise(4, 5), LABELS[:4]],
    ),
    ("Padding", "deeplab"): ("padding_param { pad_beg: 1 pad_end: -2 }", [noise(2, 3, 4, 5)]),
    ("SigmoidCrossEntropyBalanceLoss", "others"): ("", [noise(2, 1, 4, 5), LABELS.repeat(5).reshape(2, 1, 4, 5) > 0]),
    ("Convolution3D", "c3d"): (
        "convolution3d_param { num_output: 4 kernel_size: 2 kernel_depth: 3 pad: 1 temporal_stride: 2 }",
        [noise(2, 3, 4, 5, 6)],
    ),
    ("ClusterDetections", "nvcaffe"): (
        'type: "Python" python_param { module: "caffe.layers.detectnet.clustering" layer: "ClusterDetections" '
        'param_str: "80, 64, 16, 0.5, 1, 0.2, 2" }',
        [noise(2, 1, 4, 5), 20 * abs(noise(2, 4, 4, 5))],
    ),
    ("ConvolutionDepthwise", "shufflenet"): ("convolution_param { kernel_size: 3 pad: 1 }", [noise(2, 3, 4, 5)]),
    ("Correlation", "flownet"): (
        "correlation_param { pad: 2 kernel_size: 1 max_displacement: 2 stride_1: 1 stride_2: 2 }",
        [noise(2, 3, 4, 5), noise(2, 3, 4, 5, seed=1)],
    ),
    ("CropCenter", "others"): (
        "crop_center_param { crop_size: 0 crop_size: 0 crop_size: 1 crop_size: 1 }",
        [noise(2, 3, 4, 5)],
    ),
    ("DenseBlock", "crnn"): ("denseblock_param { numTransition: 2 growthRate: 3 }", [noise(2, 3, 4, 5)]),
    ("Deconvolution3D", "c3d"): (
        "convolution3d_param { num_output: 4 kernel_size: 2 kernel_depth: 3 temporal_stride: 2 temporal_pad: 1 }",
        [noise(2, 3, 4, 5, 6)],
    ),
    ("DepthwiseConvolution", "yolo"): (
        "convolution_param { num_output: 3 group: 3 kernel_size: 3 pad: 1 }",
        [noise(2, 3, 4, 5)],
    ),
    ("DetectionEvaluate", "ssd"): ("detection_evaluate_param { num_classes: 3 }", [FOUND, TRUTH]),
    ("DetectionOutput", "ssd"): (
        "detection_output_param { num_classes: 3 code_type: CENTER_SIZE keep_top_k: 4 nms_param { top_k: 3 } }",
        [noise(2, 12), abs(noise(2, 9)), PRIORS],
    ),
    ("DetectionOutput", "yolov2"): (
        "detection_output_param { num_classes: 2 num_box: 2 confidence_threshold: 0.1 biases: [1, 2, 3, 4] }",
        [noise(2, 14, 4, 4)],
    ),
    ("EvalDetection", "yolov2"): (
        "eval_detection_param { side: 3 num_class: 4 num_object: 2 nms: 0.3 biases: [1, 2, 3, 4] }",
        [noise(2, 18, 3, 3), abs(noise(2, 10)).clip(0, 3)],
    ),
    ("Flip", "others"): ("flip_param { flip_height: true }", [noise(2, 3, 4, 5)]),
    ("FlowWarp", "flownet"): ("", [noise(2, 3, 4, 5), noise(2, 2, 4, 5)]),
    ("Interp", "pspnet"): ("interp_param { height: 7 width: 3 }", [noise(2, 3, 4, 5)]),
    ("Lstm", "crnn"): ("lstm_param { num_output: 4 }", [noise(4, 2, 3), LABELS]),
    ("L2Norm", "others"): ("", [noise(2, 3, 4, 5)]),
    ("MultiBoxLoss", "ssd"): (
        "multibox_loss_param { num_classes: 3 code_type: CENTER_SIZE neg_pos_ratio: 3 }",
        [noise(2, 12), noise(2, 9), PRIORS, TRUTH],
    ),
    ("NdConvolution", "others"): (
        "convolution_param { num_output: 4 kernel_shape { dim: 2 dim: 3 dim: 1 } pad_shape { dim: 1 dim: 0 dim: 0 } }",
        [noise(2, 3, 4, 5, 6)],
    ),
    ("NdPooling", "others"): (
        "pooling_param { kernel_shape { dim: 2 dim: 3 dim: 1 } stride_shape { dim: 2 dim: 1 dim: 3 } }",
        [noise(2, 3, 4, 5, 6)],
    ),
    ("MultiStageMeanfield", "others"): (
        "multi_stage_meanfield_param { num_iterations: 2 theta_alpha: 3 theta_beta: 2 theta_gamma: 1 "
        "spatial_filter_weight: 3 bilateral_filter_weight: 5 }",
        [noise(2, 4, 5, 6), noise(2, 4, 5, 6, seed=1), noise(2, 3, 5, 6, seed=2)],
    ),
    ("Norm", "others"): ("", [noise(2, 3, 4, 5)]),
    ("Normalize", "ssd"): ("norm_param { across_spatial: false channel_shared: false }", [noise(2, 3, 4, 5)]),
    ("PSROIPooling", "rfcn"): (
        "psroi_pooling_param { output_dim: 2 group_size: 2 spatial_scale: 0.25 }",
        [noise(2, 8, 8, 9), ROIS],
    ),
    ("Permute", "ssd"): ("permute_param { order: 0 order: 2 order: 3 order: 1 }", [noise(2, 3, 4, 5)]),
    ("Pooling3D", "c3d"): (
        "pooling3d_param { pool: AVE kernel_size: 3 kernel_depth: 2 stride: 2 pad: 1 }",
        [noise(2, 3, 4, 5, 6)],
    ),
    ("PriorBox", "ssd"): (
        "prior_box_param { min_size: 3 max_size: 6 aspect_ratio: 2 }",
        [noise(2, 3, 4, 5), noise(2, 3, 40, 50)],
    ),
    ("Proposal", "fasterrcnn"): (
        PYTHON.format("proposal_layer", "ProposalLayer", "'feat_stride': 16"),
        [noise(1, 18, 4, 5), noise(1, 36, 4, 5) / 10, INFO],
    ),
    ("Proposal", "minicaffe"): (
        "proposal_param { ratio: 0.5 ratio: 1 scale: 2 min_size: 4 }",
        [noise(1, 4, 4, 5), noise(1, 8, 4, 5) / 10, INFO],
    ),
    ("Proposal2", "others"): (
        PYTHON.format("proposal_layer", "ProposalLayer2", "'feat_stride': 16, 'num_classes': 3"),
        [noise(1, 18, 4, 5), noise(1, 36, 4, 5) / 10, INFO, OBJECTS],
    ),
    ("ProposalTarget", "rfcn"): (
        PYTHON.format("proposal_target_layer", "ProposalTargetLayer", "'num_classes': 3"),
        [ROIS * (0, 1, 1, 1, 1), OBJECTS],
    ),
    ("ROIPooling", "fasterrcnn"): (
        "roi_pooling_param { pooled_h: 2 pooled_w: 3 spatial_scale: 0.25 }",
        [noise(2, 3, 8, 9), ROIS],
    ),
    ("ReLU6", "yolo"): ("relu6_param { negative_slope: 0.5 }", [noise(2, 3, 4, 5)]),
    ("Region", "others"): ("region_param { classes: 2 num: 3 coords: 4 }", [noise(2, 21, 4, 5)]),
    ("Reorg", "yolo"): ("reorg_param { stride: 2 }", [noise(2, 4, 6, 8)]),
    ("Resample", "flownet"): ("resample_param { width: 7 height: 3 type: CUBIC }", [noise(2, 3, 4, 5)]),
    ("Reverse", "crnn"): ("reverse_param { axis: 2 }", [noise(2, 3, 4, 5)]),
    ("SeLu", "others"): ("", [noise(2, 3, 4, 5)]),
    ("SeLuDropout", "others"): ("selu_dropout_param { dropout_ratio: 0.1 }", [noise(2, 3, 4, 5)]),
    ("SegAccuracy", "pspnet"): (
        "seg_accuracy_param { ignore_label: 255 }",
        [noise(2, 3, 2, 2), LABELS.reshape(2, 1, 2, 2)],
    ),
    ("ShuffleChannel", "shufflenet"): ("shuffle_channel_param { group: 2 }", [noise(2, 6, 4, 5)]),
    ("SmoothL1Loss", "ssd"): ("", [noise(3, 4), noise(3, 4, seed=1)]),
    ("SmoothL1Loss", "fasterrcnn"): (
        "smooth_l1_loss_param { sigma: 3 }",
        [noise(3, 4, 2, 5, seed=i) for i in range(4)],
    ),
    ("SmoothL1Loss", "rfcn"): ("loss_param { normalization: VALID }", [noise(3, 4, seed=i) for i in range(3)]),
    ("SmoothL1LossOHEM", "rfcn"): (
        "loss_param { normalization: PRE_FIXED pre_fixed_normalizer: 2 }",
        [noise(3, 4, seed=i) for i in range(3)],
    ),
    ("SoftmaxWithLoss", "rfcn"): ("loss_param { ignore_label: 2 }", [noise(8, 3), LABELS]),
    ("SoftmaxWithLoss", "segnet"): (
        "loss_param { weight_by_label_freqs: true class_weighting: [1, 2, 3] }",
        [noise(8, 3), LABELS],
    ),
    ("SoftmaxWithLossOHEM", "rfcn"): ("loss_param { ignore_label: 2 }", [noise(8, 3), LABELS]),
    ("SpatialDropout", "segnet"): ("spatial_dropout_param { dropout_ratio: 0.1 }", [noise(2, 3, 4, 5)]),
    ("SpatialRep", "others"): (
        'type: "Python" python_param { module: "caffe_traininglayers" layer: "SpatialRepLayer" }',
        [noise(2, 3, 1, 1), noise(2, 6, 4, 5)],
    ),
    ("SpatialProduct", "pspnet"): ("", [noise(2, 3, 4, 5), noise(2, 1, 4, 5)]),
    ("TextProposal", "crnn"): (
        PYTHON.format("text_proposal_layer", "ProposalLayer", "'feat_stride': 16"),
        [noise(1, 20, 4, 5), noise(1, 20, 4, 5) / 10, INFO],
    ),
    ("Transpose", "crnn"): ("transpose_param { dim: 3 dim: 2 dim: 0 dim: 1 }", [noise(2, 3, 4, 5)]),
    ("UniqueLabel", "pspnet"): ("unique_label_param { max_labels: 4 force_label: 1 }", [LABELS.reshape(2, 1, 2, 2)]),
    ("Upsample", "segnet"): ("upsample_param { scale: 2 }", [noise(2, 3, 2, 2), MASK.reshape(2, 3, 2, 2)]),
    ("Upsample", "yolo"): ("upsample_param { scale: 2 }", [noise(2, 3, 4, 5)]),
    ("WarpCTCLoss", "crnn"): ("", [noise(4, 2, 3), LABELS[:4].reshape(2, 2)]),
    ("VoxelSoftmax", "c3d"): ("", [noise(2, 3, 4, 5, 6)]),
    ("VoxelSoftmaxLoss", "c3d"): ("", [noise(2, 3, 1, 2, 2), LABELS.reshape(2, 1, 1, 2, 2)]),
    ("Warp", "flownet"): ("", [noise(2, 3, 4, 5), noise(2, 2, 4, 5)]),
    ("YoloDetectionOutput", "yolo"): (
        "yolo_detection_output_param { num_classes: 2 num_box: 2 confidence_threshold: 0.1 biases: [1, 2, 3, 4] }",
        [noise(2, 14, 4, 4)],
    ),
    ("Yolov3DetectionOutput", "yolo"): (
        "yolov3_detection_output_param { num_classes: 2 num_box: 2 mask_group_num: 2 biases: [9, 8, 7, 6, 5, 4, 3, 2] "
        "mask: [2, 3, 0, 1] anchors_scale: [32, 16] }",
        [noise(2, 14, 2, 3), noise(2, 14, 4, 6)],
    ),
}  # fmt: skip
"""The parameters (and the type, where that is Python) of a layer, and its bottoms, by type and fork."""

FORK_LAYERS = [
    layer_class
    for layer_class in all_layer_classes()
    if layer_class.fork != CAFFE and layer_class.bottoms[0] and layer_class.tops[0]
]
"""The layer classes of forks that read blobs and write some."""


def layer_id(layer_class: type[Layer]) -> str:
    return f"{layer_class.type}-{layer_class.fork}"


def sample(layer_class: type[Layer]) -> tuple[Any, list[Array]]:
    """The layer as a LayerParameter, and its bottoms."""
    text, bottoms = LAYERS[layer_class.type, layer_class.fork]
    kind = "" if 'type: "Python"' in text else f'type: "{layer_class.type}"'
    wires = " ".join(f'bottom: "b{i}"' for i in range(len(bottoms)))
    tops = " ".join(f'top: "t{i}"' for i in range(layer_class.tops[0]))
    return layer_message(f'name: "l" {kind} {wires} {tops} {text}'), bottoms
