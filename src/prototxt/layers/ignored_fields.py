"""The fields of the schema that nothing here reads: what becomes of a layer or a net that sets one, and why.

A law test walks the schema: each field is read by a layer type or stands here (or in the `ignores` of a layer class),
and never both. docs/fork-fields.md is made of this.
"""

from __future__ import annotations

from collections.abc import Mapping

from prototxt.layers.outcomes import Outcome

__all__ = ["EXPANDED", "IGNORED", "TYPES_OF_MESSAGES"]

IGNORED: Mapping[Outcome, Mapping[str, Mapping[str, str]]] = {
    Outcome.QUIET: {
        "it chooses an implementation; the numbers are the same": {
            "NetParameter": "engine default_conv_algos_override default_cudnn_math_override eltwise_mem_sharing",
            "LayerParameter": "engine cudnn_math_override reshape_every_iter",
            "BatchNormParameter": "engine",
            "ConcatParameter": "engine",
            "ConvolutionParameter": "engine force_nd_im2col conv_algorithm cudnn_convolution_algo_seeker "
            "conv_algos_override",
            "DropoutParameter": "engine",
            "EltwiseParameter": "engine stable_prod_grad",
            "InnerProductParameter": "engine",
            "LRNParameter": "engine",
            "PoolingParameter": "engine",
            "ReLUParameter": "engine",
            "SPPParameter": "engine",
            "SigmoidParameter": "engine",
            "SoftmaxParameter": "engine",
            "SplitParameter": "engine",
            "TanHParameter": "engine",
            "TransformationParameter": "use_gpu_transform",
        },
        "it counts only with relu: true": {
            "ConvolutionParameter": "negative_slope",
            "InnerProductParameter": "negative_slope",
        },
        "it is about memory and threads of the reader": {
            "DataParameter": "threads parser_threads cache precache disk_reader_threads",
            "ImageDataParameter": "threads cache precache",
            "WindowDataParameter": "cache_images",
        },
        "it spreads training over several machines or processes": {
            "NetParameter": "multinode reduce_buckets",
            "LayerParameter": "multinode mn_activation_param mn_grad_compress_param",
            "ImageDataParameter": "dataset_share_per_node",
            "PythonParameter": "share_in_parallel",
        },
        "it prints or draws": {
            "DataParameter": "verbose",
            "ImageDataParameter": "show_data",
            "LayerParameter": "debug",
            "NetParameter": "debug_info",
            "RecurrentParameter": "debug_info",
            "TransformationParameter": "debug_params display",
        },
        "it is about gradients alone, and leaves what a forward computes as it is": {
            "LayerParameter": "backward_type backward_math",
            "NetParameter": "force_backward default_backward_type default_backward_math global_grad_scale "
            "global_grad_scale_adaptive",
        },
        "random draws here follow the seed of the net": {
            "DropoutParameter": "random_seed",
            "TransformationParameter": "random_seed",
        },
    },
    Outcome.WARNS: {
        "everything is computed in float32 here, not in low precision": {
            "LayerParameter": "quantization_param forward_type forward_math",
            "NetParameter": "default_forward_type default_forward_math",
        },
        "BatchNorm and Scale layers run as they are written, and are not merged into convolutions": {
            "NetParameter": "compile_net_state",
        },
        "Caffe does not read it in this form of the file either; it reads transform_param": {
            "DataParameter": "scale mean_file crop_size mirror force_encoded_color",
            "ImageDataParameter": "scale mean_file crop_size mirror",
            "WindowDataParameter": "mean_file crop_size mirror",
        },
        "images are not resized at random here": {
            "TransformationParameter": "img_rand_resize_lower img_rand_resize_upper rand_resize_ratio_lower "
            "rand_resize_ratio_upper vertical_stretch_lower vertical_stretch_upper horizontal_stretch_lower "
            "horizontal_stretch_upper interpolation_algo_down interpolation_algo_up allow_upscale",
        },
        "records are read in the order of the database": {"DataParameter": "shuffle"},
        "fillers here do without it; what a weights file gives is not affected": {
            "FillerParameter": "diag_val scale",
        },
    },
    Outcome.CHANGES_TRAINING: {
        "the statistics that training gathers would differ": {
            "BatchNormParameter": "update_global_stats stats_batch_size",
        },
    },
    Outcome.CHANGES_NUMBERS: {
        "it changes what is computed": {
            "ConvolutionParameter": "coeff",
            "CorrelationParameter": "do_abs",
            "ELUParameter": "lambda",
            "MultiBoxLossParameter": "ignore_difficult_gt",
            "ReLUParameter": "fuse",
        },
        "images are not changed by it here": {
            "DenseImageDataParameter": "mean_file",
            "ImageDataParameter": "use_image use_temporal_jitter truth_scale",
            "TransformationParameter": "noise_param emit_constraint distort_param expand_param enable_classf_aug "
            "min_scaling_factor max_scaling_factor max_rotation_angle contrast_brightness_adjustment "
            "smooth_filtering min_contrast max_contrast max_brightness_shift max_smooth max_color_shift "
            "apply_probability cvt_bgr2rgb flow bgr2rgb num_labels",
        },
        "boxes are not resized by it here": {"DetectionEvaluateParameter": "resize_param"},
        "records are not chosen or ordered by it here": {
            "DataParameter": "preselection_file preselection_label range_start range_end rand_permute "
            "rand_permute_order rand_permute_seed permute_every_iter huge_video_dataset limit_samples",
        },
    },
    Outcome.CHANGES_SHAPES: {
        "it changes the shape": {
            "ConcatParameter": "per_fla_fuse",
            "CorrelationParameter": "single_direction",
            "InterpParameter": "height_scale width_scale",
            "PoolingParameter": "torch_pooling",
            "ImageDataParameter": "new_length is_flow num_truth_channels",
            "ROIPoolingParameter": "pooled_size",
            "ResampleParameter": "factor",
            "ReshapeParameter": "pixelshuffler",
            "TransformationParameter": "forward_packing",
        },
        "images are not resized by it here": {
            "ResizeParameter": "prob pad_mode pad_value interp_mode height_scale width_scale",
            "TransformationParameter": "min_side_min min_side_max min_side random_resize_param "
            "random_aspect_ratio_param pad",
        },
        "records are not cut up by it here": {"DataParameter": "slice_point encoding subtract block_size side"},
    },
}  # fmt: skip
"""By outcome and reason: the fields by message. A field that holds a message stands for all that is in it."""

EXPANDED: Mapping[str, Mapping[str, str]] = {
    "as layers of their own": {
        "BatchNormParameter": "relu",
        "ConcatParameter": "per_fla_fuse",
        "ConvolutionParameter": "relu fusion_type negative_slope",
        "InnerProductParameter": "relu negative_slope",
    },
    "as stats_batch_size of BatchNorm": {"NetParameter": "bn_stats_batch_size"},
}
"""Fields that `graph.expand` applies before layers are made, by message, under the way in which it does."""

TYPES_OF_MESSAGES: Mapping[str, str] = {
    "accum_param": "Accum",
    "augmentation_param": "DataAugmentation",
    "black_augmentation_param": "BlackAugmentation",
    "coeff_schedule_param": "DataAugmentation",
    "dense_crf_param": "DenseCRF",
    "detectnet_augmentation_param": "DetectNetTransformation",
    "detectnet_groundtruth_param": "DetectNetTransformation",
    "domain_transform_param": "DomainTransform",
    "downsample_param": "Downsample",
    "lpq_loss_param": "LpqLoss",
    "mat_read_param": "MatRead",
    "mean_param": "Mean",
    "reader_param": "ImgReader",
    "region_loss_param": "RegionLoss",
    "segmentation_evaluate_param": "SegmentationEvaluate",
    "trt_param": "TensorRT",
    "video_data_param": "VideoData",
    "writer_param": "FLOWriter",
    "yolo_seg_param": "YoloSeg",
    "yolov3_param": "Yolov3",
}
"""Messages whose layer types do not exist here: a layer of such a type is shown as one that cannot be run."""
