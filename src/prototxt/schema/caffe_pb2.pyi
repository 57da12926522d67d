"""Caffe's messages and enums as mypy sees them. Generated from proto/caffe.proto by `make proto`: do not edit."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal, final

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.internal.containers import RepeatedCompositeFieldContainer, RepeatedScalarFieldContainer
from google.protobuf.internal.enum_type_wrapper import _EnumTypeWrapper
from google.protobuf.message import Message

DESCRIPTOR: FileDescriptor


class _PhaseType(_EnumTypeWrapper[Phase]): ...

class Phase(int, metaclass=_PhaseType):
    TRAIN: ClassVar[Phase]  # 0
    TEST: ClassVar[Phase]  # 1
    RUN: ClassVar[Phase]  # 2

TRAIN: Phase
TEST: Phase
RUN: Phase

class _DatumTypeInfoType(_EnumTypeWrapper[DatumTypeInfo]): ...

class DatumTypeInfo(int, metaclass=_DatumTypeInfoType):
    DatumTypeInfo_DATUM: ClassVar[DatumTypeInfo]  # 0
    DatumTypeInfo_ANNOTATED_DATUM: ClassVar[DatumTypeInfo]  # 1

DatumTypeInfo_DATUM: DatumTypeInfo
DatumTypeInfo_ANNOTATED_DATUM: DatumTypeInfo

class _PackingType(_EnumTypeWrapper[Packing]): ...

class Packing(int, metaclass=_PackingType):
    """Memory layouts."""
    NCHW: ClassVar[Packing]  # 0
    NHWC: ClassVar[Packing]  # 1

NCHW: Packing
NHWC: Packing

class _TypeType(_EnumTypeWrapper[Type]): ...

class Type(int, metaclass=_TypeType):
    """Element types."""
    DOUBLE: ClassVar[Type]  # 0
    FLOAT: ClassVar[Type]  # 1
    FLOAT16: ClassVar[Type]  # 2
    INT: ClassVar[Type]  # 3
    UINT: ClassVar[Type]  # 4
    BOOL: ClassVar[Type]  # 5

DOUBLE: Type
FLOAT: Type
FLOAT16: Type
INT: Type
UINT: Type
BOOL: Type

@final
class BlobShape(Message):
    """The shape of a blob: one `dim` an axis."""
    @property
    def dim(self) -> RepeatedScalarFieldContainer[int]: ...
    def __init__(
        self,
        *,
        dim: Iterable[int] | None = ...,
    ) -> None: ...
    def ClearField(self, field_name: Literal["dim"]) -> None: ...

@final
class BlobProto(Message):
    """An array: learned parameters, a mean image."""
    num: int  # 0
    channels: int  # 0
    height: int  # 0
    width: int  # 0
    @property
    def data(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def diff(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def shape(self) -> BlobShape: ...
    @property
    def double_data(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def double_diff(self) -> RepeatedScalarFieldContainer[float]: ...
    raw_data_type: Type
    raw_diff_type: Type
    raw_data: bytes
    raw_diff: bytes
    def __init__(
        self,
        *,
        num: int | None = ...,
        channels: int | None = ...,
        height: int | None = ...,
        width: int | None = ...,
        data: Iterable[float] | None = ...,
        diff: Iterable[float] | None = ...,
        shape: BlobShape | Mapping[str, object] | None = ...,
        double_data: Iterable[float] | None = ...,
        double_diff: Iterable[float] | None = ...,
        raw_data_type: Type | Literal["DOUBLE", "FLOAT", "FLOAT16", "INT", "UINT", "BOOL"] | None = ...,
        raw_diff_type: Type | Literal["DOUBLE", "FLOAT", "FLOAT16", "INT", "UINT", "BOOL"] | None = ...,
        raw_data: bytes | None = ...,
        raw_diff: bytes | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num", "channels", "height", "width", "shape", "raw_data_type", "raw_diff_type", "raw_data", "raw_diff"]) -> bool: ...
    def ClearField(self, field_name: Literal["num", "channels", "height", "width", "data", "diff", "shape", "double_data", "double_diff", "raw_data_type", "raw_diff_type", "raw_data", "raw_diff"]) -> None: ...

@final
class BlobProtoVector(Message):
    """Several arrays in one file."""
    @property
    def blobs(self) -> RepeatedCompositeFieldContainer[BlobProto]: ...
    def __init__(
        self,
        *,
        blobs: Iterable[BlobProto | Mapping[str, object]] | None = ...,
    ) -> None: ...
    def ClearField(self, field_name: Literal["blobs"]) -> None: ...

@final
class Datum(Message):
    """One record of an LMDB or LevelDB: an image (CHW bytes, floats or an encoded file) and its label."""
    channels: int
    height: int
    width: int
    data: bytes
    label: int
    @property
    def float_data(self) -> RepeatedScalarFieldContainer[float]: ...
    encoded: bool  # false
    seg_label: bytes
    record_id: int  # 0
    def __init__(
        self,
        *,
        channels: int | None = ...,
        height: int | None = ...,
        width: int | None = ...,
        data: bytes | None = ...,
        label: int | None = ...,
        float_data: Iterable[float] | None = ...,
        encoded: bool | None = ...,
        seg_label: bytes | None = ...,
        record_id: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["channels", "height", "width", "data", "label", "encoded", "seg_label", "record_id"]) -> bool: ...
    def ClearField(self, field_name: Literal["channels", "height", "width", "data", "label", "float_data", "encoded", "seg_label", "record_id"]) -> None: ...

@final
class NetParameter(Message):
    """A whole net: the root of a prototxt or .caffemodel file."""
    name: str
    @property
    def layers(self) -> RepeatedCompositeFieldContainer[V1LayerParameter]: ...
    @property
    def input(self) -> RepeatedScalarFieldContainer[str]: ...
    @property
    def input_dim(self) -> RepeatedScalarFieldContainer[int]: ...
    force_backward: bool  # false
    @property
    def state(self) -> NetState: ...
    debug_info: bool  # false
    @property
    def input_shape(self) -> RepeatedCompositeFieldContainer[BlobShape]: ...
    @property
    def layer(self) -> RepeatedCompositeFieldContainer[LayerParameter]: ...
    engine: str
    @property
    def compile_net_state(self) -> CompileNetState: ...
    bn_stats_batch_size: int  # 0
    @property
    def multinode(self) -> MultinodeParameter: ...
    default_forward_type: Type  # FLOAT
    default_backward_type: Type  # FLOAT
    default_forward_math: Type  # FLOAT
    default_backward_math: Type  # FLOAT
    global_grad_scale: float  # 1
    global_grad_scale_adaptive: bool  # false
    default_conv_algos_override: str  # -1,-1,-1
    reduce_buckets: int  # 6
    default_cudnn_math_override: int  # -1
    eltwise_mem_sharing: bool  # true
    def __init__(
        self,
        *,
        name: str | None = ...,
        layers: Iterable[V1LayerParameter | Mapping[str, object]] | None = ...,
        input: Iterable[str] | None = ...,
        input_dim: Iterable[int] | None = ...,
        force_backward: bool | None = ...,
        state: NetState | Mapping[str, object] | None = ...,
        debug_info: bool | None = ...,
        input_shape: Iterable[BlobShape | Mapping[str, object]] | None = ...,
        layer: Iterable[LayerParameter | Mapping[str, object]] | None = ...,
        engine: str | None = ...,
        compile_net_state: CompileNetState | Mapping[str, object] | None = ...,
        bn_stats_batch_size: int | None = ...,
        multinode: MultinodeParameter | Mapping[str, object] | None = ...,
        default_forward_type: Type | Literal["DOUBLE", "FLOAT", "FLOAT16", "INT", "UINT", "BOOL"] | None = ...,
        default_backward_type: Type | Literal["DOUBLE", "FLOAT", "FLOAT16", "INT", "UINT", "BOOL"] | None = ...,
        default_forward_math: Type | Literal["DOUBLE", "FLOAT", "FLOAT16", "INT", "UINT", "BOOL"] | None = ...,
        default_backward_math: Type | Literal["DOUBLE", "FLOAT", "FLOAT16", "INT", "UINT", "BOOL"] | None = ...,
        global_grad_scale: float | None = ...,
        global_grad_scale_adaptive: bool | None = ...,
        default_conv_algos_override: str | None = ...,
        reduce_buckets: int | None = ...,
        default_cudnn_math_override: int | None = ...,
        eltwise_mem_sharing: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["name", "force_backward", "state", "debug_info", "engine", "compile_net_state", "bn_stats_batch_size", "multinode", "default_forward_type", "default_backward_type", "default_forward_math", "default_backward_math", "global_grad_scale", "global_grad_scale_adaptive", "default_conv_algos_override", "reduce_buckets", "default_cudnn_math_override", "eltwise_mem_sharing"]) -> bool: ...
    def ClearField(self, field_name: Literal["name", "layers", "input", "input_dim", "force_backward", "state", "debug_info", "input_shape", "layer", "engine", "compile_net_state", "bn_stats_batch_size", "multinode", "default_forward_type", "default_backward_type", "default_forward_math", "default_backward_math", "global_grad_scale", "global_grad_scale_adaptive", "default_conv_algos_override", "reduce_buckets", "default_cudnn_math_override", "eltwise_mem_sharing"]) -> None: ...

@final
class NetState(Message):
    """What a net is built for; layers choose with NetStateRule whether they take part."""
    phase: Phase  # TEST
    level: int  # 0
    @property
    def stage(self) -> RepeatedScalarFieldContainer[str]: ...
    def __init__(
        self,
        *,
        phase: Phase | Literal["TRAIN", "TEST", "RUN"] | None = ...,
        level: int | None = ...,
        stage: Iterable[str] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["phase", "level"]) -> bool: ...
    def ClearField(self, field_name: Literal["phase", "level", "stage"]) -> None: ...

@final
class NetStateRule(Message):
    """A layer takes part when all that is given here holds."""
    phase: Phase
    min_level: int
    max_level: int
    @property
    def stage(self) -> RepeatedScalarFieldContainer[str]: ...
    @property
    def not_stage(self) -> RepeatedScalarFieldContainer[str]: ...
    def __init__(
        self,
        *,
        phase: Phase | Literal["TRAIN", "TEST", "RUN"] | None = ...,
        min_level: int | None = ...,
        max_level: int | None = ...,
        stage: Iterable[str] | None = ...,
        not_stage: Iterable[str] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["phase", "min_level", "max_level"]) -> bool: ...
    def ClearField(self, field_name: Literal["phase", "min_level", "max_level", "stage", "not_stage"]) -> None: ...

@final
class ParamSpec(Message):
    """Name and multipliers of one learned array; equal names share the array."""

    class _DimCheckModeType(_EnumTypeWrapper[ParamSpec.DimCheckMode]): ...

    class DimCheckMode(int, metaclass=_DimCheckModeType):
        STRICT: ClassVar[ParamSpec.DimCheckMode]  # 0
        PERMISSIVE: ClassVar[ParamSpec.DimCheckMode]  # 1

    STRICT: ClassVar[ParamSpec.DimCheckMode]
    PERMISSIVE: ClassVar[ParamSpec.DimCheckMode]

    name: str
    share_mode: ParamSpec.DimCheckMode
    lr_mult: float  # 1
    decay_mult: float  # 1
    def __init__(
        self,
        *,
        name: str | None = ...,
        share_mode: ParamSpec.DimCheckMode | Literal["STRICT", "PERMISSIVE"] | None = ...,
        lr_mult: float | None = ...,
        decay_mult: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["name", "share_mode", "lr_mult", "decay_mult"]) -> bool: ...
    def ClearField(self, field_name: Literal["name", "share_mode", "lr_mult", "decay_mult"]) -> None: ...

@final
class FillerParameter(Message):
    """How an array of parameters starts."""

    class _VarianceNormType(_EnumTypeWrapper[FillerParameter.VarianceNorm]): ...

    class VarianceNorm(int, metaclass=_VarianceNormType):
        FAN_IN: ClassVar[FillerParameter.VarianceNorm]  # 0
        FAN_OUT: ClassVar[FillerParameter.VarianceNorm]  # 1
        AVERAGE: ClassVar[FillerParameter.VarianceNorm]  # 2

    FAN_IN: ClassVar[FillerParameter.VarianceNorm]
    FAN_OUT: ClassVar[FillerParameter.VarianceNorm]
    AVERAGE: ClassVar[FillerParameter.VarianceNorm]

    type: str  # constant
    value: float  # 0
    min: float  # 0
    max: float  # 1
    mean: float  # 0
    std: float  # 1
    sparse: int  # -1
    variance_norm: FillerParameter.VarianceNorm  # FAN_IN
    @property
    def diag_val(self) -> RepeatedScalarFieldContainer[float]: ...
    scale: float  # 1
    def __init__(
        self,
        *,
        type: str | None = ...,
        value: float | None = ...,
        min: float | None = ...,
        max: float | None = ...,
        mean: float | None = ...,
        std: float | None = ...,
        sparse: int | None = ...,
        variance_norm: FillerParameter.VarianceNorm | Literal["FAN_IN", "FAN_OUT", "AVERAGE"] | None = ...,
        diag_val: Iterable[float] | None = ...,
        scale: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["type", "value", "min", "max", "mean", "std", "sparse", "variance_norm", "scale"]) -> bool: ...
    def ClearField(self, field_name: Literal["type", "value", "min", "max", "mean", "std", "sparse", "variance_norm", "diag_val", "scale"]) -> None: ...

@final
class LayerParameter(Message):
    """One layer: what all types share, then one message of parameters a type."""
    name: str
    type: str
    @property
    def bottom(self) -> RepeatedScalarFieldContainer[str]: ...
    @property
    def top(self) -> RepeatedScalarFieldContainer[str]: ...
    @property
    def loss_weight(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def param(self) -> RepeatedCompositeFieldContainer[ParamSpec]: ...
    @property
    def blobs(self) -> RepeatedCompositeFieldContainer[BlobProto]: ...
    @property
    def include(self) -> RepeatedCompositeFieldContainer[NetStateRule]: ...
    @property
    def exclude(self) -> RepeatedCompositeFieldContainer[NetStateRule]: ...
    phase: Phase
    @property
    def propagate_down(self) -> RepeatedScalarFieldContainer[bool]: ...
    @property
    def transform_param(self) -> TransformationParameter: ...
    @property
    def loss_param(self) -> LossParameter: ...
    @property
    def accuracy_param(self) -> AccuracyParameter: ...
    @property
    def argmax_param(self) -> ArgMaxParameter: ...
    @property
    def concat_param(self) -> ConcatParameter: ...
    @property
    def contrastive_loss_param(self) -> ContrastiveLossParameter: ...
    @property
    def convolution_param(self) -> ConvolutionParameter: ...
    @property
    def data_param(self) -> DataParameter: ...
    @property
    def dropout_param(self) -> DropoutParameter: ...
    @property
    def dummy_data_param(self) -> DummyDataParameter: ...
    @property
    def eltwise_param(self) -> EltwiseParameter: ...
    @property
    def exp_param(self) -> ExpParameter: ...
    @property
    def hdf5_data_param(self) -> HDF5DataParameter: ...
    @property
    def hdf5_output_param(self) -> HDF5OutputParameter: ...
    @property
    def hinge_loss_param(self) -> HingeLossParameter: ...
    @property
    def image_data_param(self) -> ImageDataParameter: ...
    @property
    def infogain_loss_param(self) -> InfogainLossParameter: ...
    @property
    def inner_product_param(self) -> InnerProductParameter: ...
    @property
    def lrn_param(self) -> LRNParameter: ...
    @property
    def memory_data_param(self) -> MemoryDataParameter: ...
    @property
    def mvn_param(self) -> MVNParameter: ...
    @property
    def pooling_param(self) -> PoolingParameter: ...
    @property
    def power_param(self) -> PowerParameter: ...
    @property
    def relu_param(self) -> ReLUParameter: ...
    @property
    def sigmoid_param(self) -> SigmoidParameter: ...
    @property
    def softmax_param(self) -> SoftmaxParameter: ...
    @property
    def slice_param(self) -> SliceParameter: ...
    @property
    def tanh_param(self) -> TanHParameter: ...
    @property
    def threshold_param(self) -> ThresholdParameter: ...
    @property
    def window_data_param(self) -> WindowDataParameter: ...
    @property
    def python_param(self) -> PythonParameter: ...
    @property
    def prelu_param(self) -> PReLUParameter: ...
    @property
    def spp_param(self) -> SPPParameter: ...
    @property
    def reshape_param(self) -> ReshapeParameter: ...
    @property
    def log_param(self) -> LogParameter: ...
    @property
    def flatten_param(self) -> FlattenParameter: ...
    @property
    def reduction_param(self) -> ReductionParameter: ...
    @property
    def embed_param(self) -> EmbedParameter: ...
    @property
    def tile_param(self) -> TileParameter: ...
    @property
    def batch_norm_param(self) -> BatchNormParameter: ...
    @property
    def elu_param(self) -> ELUParameter: ...
    @property
    def bias_param(self) -> BiasParameter: ...
    @property
    def scale_param(self) -> ScaleParameter: ...
    @property
    def input_param(self) -> InputParameter: ...
    @property
    def crop_param(self) -> CropParameter: ...
    @property
    def parameter_param(self) -> ParameterParameter: ...
    @property
    def recurrent_param(self) -> RecurrentParameter: ...
    @property
    def swish_param(self) -> SwishParameter: ...
    @property
    def clip_param(self) -> ClipParameter: ...
    @property
    def annotated_data_param(self) -> AnnotatedDataParameter: ...
    @property
    def multibox_loss_param(self) -> MultiBoxLossParameter: ...
    @property
    def permute_param(self) -> PermuteParameter: ...
    @property
    def prior_box_param(self) -> PriorBoxParameter: ...
    @property
    def detection_output_param(self) -> DetectionOutputParameter: ...
    @property
    def detection_evaluate_param(self) -> DetectionEvaluateParameter: ...
    @property
    def norm_param(self) -> NormalizeParameter: ...
    @property
    def video_data_param(self) -> VideoDataParameter: ...
    @property
    def box_annotator_ohem_param(self) -> BoxAnnotatorOHEMParameter: ...
    @property
    def psroi_pooling_param(self) -> PSROIPoolingParameter: ...
    @property
    def roi_pooling_param(self) -> ROIPoolingParameter: ...
    @property
    def smooth_l1_loss_param(self) -> SmoothL1LossParameter: ...
    @property
    def bn_param(self) -> BNParameter: ...
    @property
    def upsample_param(self) -> UpsampleParameter: ...
    @property
    def dense_image_data_param(self) -> DenseImageDataParameter: ...
    @property
    def interp_param(self) -> InterpParameter: ...
    @property
    def seg_accuracy_param(self) -> SegAccuracyParameter: ...
    @property
    def mat_write_param(self) -> MatWriteParameter: ...
    @property
    def dense_crf_param(self) -> DenseCRFParameter: ...
    @property
    def domain_transform_param(self) -> DomainTransformParameter: ...
    @property
    def adaptive_bias_channel_param(self) -> AdaptiveBiasChannelParameter: ...
    @property
    def bias_channel_param(self) -> BiasChannelParameter: ...
    @property
    def unique_label_param(self) -> UniqueLabelParameter: ...
    @property
    def mat_read_param(self) -> MatReadParameter: ...
    @property
    def coeff_schedule_param(self) -> CoeffScheduleParameter: ...
    @property
    def augmentation_param(self) -> AugmentationParameter: ...
    @property
    def correlation_param(self) -> CorrelationParameter: ...
    @property
    def l1_loss_param(self) -> L1LossParameter: ...
    @property
    def writer_param(self) -> WriterParameter: ...
    @property
    def reader_param(self) -> ReaderParameter: ...
    @property
    def mean_param(self) -> MeanParameter: ...
    @property
    def resample_param(self) -> ResampleParameter: ...
    @property
    def downsample_param(self) -> DownsampleParameter: ...
    reshape_every_iter: bool  # true
    @property
    def lpq_loss_param(self) -> LpqLossParameter: ...
    @property
    def flow_warp_param(self) -> FlowWarpParameter: ...
    @property
    def accum_param(self) -> AccumParameter: ...
    @property
    def black_augmentation_param(self) -> BlackAugmentationParameter: ...
    @property
    def reorg_param(self) -> ReorgParameter: ...
    @property
    def region_loss_param(self) -> RegionLossParameter: ...
    @property
    def relu6_param(self) -> ReLUParameter: ...
    @property
    def yolo_detection_output_param(self) -> YoloDetectionOutputParameter: ...
    @property
    def yolov3_detection_output_param(self) -> Yolov3DetectionOutputParameter: ...
    @property
    def yolov3_param(self) -> Yolov3Parameter: ...
    @property
    def yolo_seg_param(self) -> YoloSegParameter: ...
    @property
    def segmentation_evaluate_param(self) -> SegmentationEvaluateParameter: ...
    engine: str
    @property
    def multinode(self) -> MultinodeLayerParameter: ...
    @property
    def mn_activation_param(self) -> MnActivationParameter: ...
    @property
    def spatial_dropout_param(self) -> SpatialDropoutParameter: ...
    @property
    def mn_grad_compress_param(self) -> MnParamGradCompressParameter: ...
    @property
    def quantization_param(self) -> QuantizationParameter: ...
    @property
    def split_param(self) -> SplitParameter: ...
    @property
    def eval_detection_param(self) -> EvalDetectionParameter: ...
    forward_type: Type  # FLOAT
    backward_type: Type  # FLOAT
    forward_math: Type  # FLOAT
    backward_math: Type  # FLOAT
    debug: bool  # false
    cudnn_math_override: int  # -1
    @property
    def trt_param(self) -> TRTParameter: ...
    @property
    def detectnet_groundtruth_param(self) -> DetectNetGroundTruthParameter: ...
    @property
    def detectnet_augmentation_param(self) -> DetectNetAugmentationParameter: ...
    @property
    def proposal_param(self) -> ProposalParameter: ...
    @property
    def lstm_param(self) -> LstmParameter: ...
    @property
    def transpose_param(self) -> TransposeParameter: ...
    @property
    def reverse_param(self) -> ReverseParameter: ...
    @property
    def ctc_decoder_param(self) -> CTCDecoderParameter: ...
    @property
    def denseblock_param(self) -> DenseBlockParameter: ...
    @property
    def convolution3d_param(self) -> Convolution3DParameter: ...
    @property
    def pooling3d_param(self) -> Pooling3DParameter: ...
    @property
    def shuffle_channel_param(self) -> ShuffleChannelParameter: ...
    @property
    def selu_param(self) -> SeLuParameter: ...
    @property
    def selu_dropout_param(self) -> SeLuDropoutParameter: ...
    @property
    def crop_center_param(self) -> CropCenterParameter: ...
    @property
    def region_param(self) -> RegionParameter: ...
    @property
    def multi_stage_meanfield_param(self) -> MultiStageMeanfieldParameter: ...
    @property
    def flip_param(self) -> FlipParameter: ...
    @property
    def insanity_param(self) -> InsanityParameter: ...
    @property
    def center_loss_param(self) -> CenterLossParameter: ...
    @property
    def margin_inner_product_param(self) -> MarginInnerProductParameter: ...
    @property
    def largemargin_inner_product_param(self) -> MarginInnerProductParameter: ...
    @property
    def padding_param(self) -> PaddingParameter: ...
    @property
    def blobs_lr(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def weight_decay(self) -> RepeatedScalarFieldContainer[float]: ...
    def __init__(
        self,
        *,
        name: str | None = ...,
        type: str | None = ...,
        bottom: Iterable[str] | None = ...,
        top: Iterable[str] | None = ...,
        loss_weight: Iterable[float] | None = ...,
        param: Iterable[ParamSpec | Mapping[str, object]] | None = ...,
        blobs: Iterable[BlobProto | Mapping[str, object]] | None = ...,
        include: Iterable[NetStateRule | Mapping[str, object]] | None = ...,
        exclude: Iterable[NetStateRule | Mapping[str, object]] | None = ...,
        phase: Phase | Literal["TRAIN", "TEST", "RUN"] | None = ...,
        propagate_down: Iterable[bool] | None = ...,
        transform_param: TransformationParameter | Mapping[str, object] | None = ...,
        loss_param: LossParameter | Mapping[str, object] | None = ...,
        accuracy_param: AccuracyParameter | Mapping[str, object] | None = ...,
        argmax_param: ArgMaxParameter | Mapping[str, object] | None = ...,
        concat_param: ConcatParameter | Mapping[str, object] | None = ...,
        contrastive_loss_param: ContrastiveLossParameter | Mapping[str, object] | None = ...,
        convolution_param: ConvolutionParameter | Mapping[str, object] | None = ...,
        data_param: DataParameter | Mapping[str, object] | None = ...,
        dropout_param: DropoutParameter | Mapping[str, object] | None = ...,
        dummy_data_param: DummyDataParameter | Mapping[str, object] | None = ...,
        eltwise_param: EltwiseParameter | Mapping[str, object] | None = ...,
        exp_param: ExpParameter | Mapping[str, object] | None = ...,
        hdf5_data_param: HDF5DataParameter | Mapping[str, object] | None = ...,
        hdf5_output_param: HDF5OutputParameter | Mapping[str, object] | None = ...,
        hinge_loss_param: HingeLossParameter | Mapping[str, object] | None = ...,
        image_data_param: ImageDataParameter | Mapping[str, object] | None = ...,
        infogain_loss_param: InfogainLossParameter | Mapping[str, object] | None = ...,
        inner_product_param: InnerProductParameter | Mapping[str, object] | None = ...,
        lrn_param: LRNParameter | Mapping[str, object] | None = ...,
        memory_data_param: MemoryDataParameter | Mapping[str, object] | None = ...,
        mvn_param: MVNParameter | Mapping[str, object] | None = ...,
        pooling_param: PoolingParameter | Mapping[str, object] | None = ...,
        power_param: PowerParameter | Mapping[str, object] | None = ...,
        relu_param: ReLUParameter | Mapping[str, object] | None = ...,
        sigmoid_param: SigmoidParameter | Mapping[str, object] | None = ...,
        softmax_param: SoftmaxParameter | Mapping[str, object] | None = ...,
        slice_param: SliceParameter | Mapping[str, object] | None = ...,
        tanh_param: TanHParameter | Mapping[str, object] | None = ...,
        threshold_param: ThresholdParameter | Mapping[str, object] | None = ...,
        window_data_param: WindowDataParameter | Mapping[str, object] | None = ...,
        python_param: PythonParameter | Mapping[str, object] | None = ...,
        prelu_param: PReLUParameter | Mapping[str, object] | None = ...,
        spp_param: SPPParameter | Mapping[str, object] | None = ...,
        reshape_param: ReshapeParameter | Mapping[str, object] | None = ...,
        log_param: LogParameter | Mapping[str, object] | None = ...,
        flatten_param: FlattenParameter | Mapping[str, object] | None = ...,
        reduction_param: ReductionParameter | Mapping[str, object] | None = ...,
        embed_param: EmbedParameter | Mapping[str, object] | None = ...,
        tile_param: TileParameter | Mapping[str, object] | None = ...,
        batch_norm_param: BatchNormParameter | Mapping[str, object] | None = ...,
        elu_param: ELUParameter | Mapping[str, object] | None = ...,
        bias_param: BiasParameter | Mapping[str, object] | None = ...,
        scale_param: ScaleParameter | Mapping[str, object] | None = ...,
        input_param: InputParameter | Mapping[str, object] | None = ...,
        crop_param: CropParameter | Mapping[str, object] | None = ...,
        parameter_param: ParameterParameter | Mapping[str, object] | None = ...,
        recurrent_param: RecurrentParameter | Mapping[str, object] | None = ...,
        swish_param: SwishParameter | Mapping[str, object] | None = ...,
        clip_param: ClipParameter | Mapping[str, object] | None = ...,
        annotated_data_param: AnnotatedDataParameter | Mapping[str, object] | None = ...,
        multibox_loss_param: MultiBoxLossParameter | Mapping[str, object] | None = ...,
        permute_param: PermuteParameter | Mapping[str, object] | None = ...,
        prior_box_param: PriorBoxParameter | Mapping[str, object] | None = ...,
        detection_output_param: DetectionOutputParameter | Mapping[str, object] | None = ...,
        detection_evaluate_param: DetectionEvaluateParameter | Mapping[str, object] | None = ...,
        norm_param: NormalizeParameter | Mapping[str, object] | None = ...,
        video_data_param: VideoDataParameter | Mapping[str, object] | None = ...,
        box_annotator_ohem_param: BoxAnnotatorOHEMParameter | Mapping[str, object] | None = ...,
        psroi_pooling_param: PSROIPoolingParameter | Mapping[str, object] | None = ...,
        roi_pooling_param: ROIPoolingParameter | Mapping[str, object] | None = ...,
        smooth_l1_loss_param: SmoothL1LossParameter | Mapping[str, object] | None = ...,
        bn_param: BNParameter | Mapping[str, object] | None = ...,
        upsample_param: UpsampleParameter | Mapping[str, object] | None = ...,
        dense_image_data_param: DenseImageDataParameter | Mapping[str, object] | None = ...,
        interp_param: InterpParameter | Mapping[str, object] | None = ...,
        seg_accuracy_param: SegAccuracyParameter | Mapping[str, object] | None = ...,
        mat_write_param: MatWriteParameter | Mapping[str, object] | None = ...,
        dense_crf_param: DenseCRFParameter | Mapping[str, object] | None = ...,
        domain_transform_param: DomainTransformParameter | Mapping[str, object] | None = ...,
        adaptive_bias_channel_param: AdaptiveBiasChannelParameter | Mapping[str, object] | None = ...,
        bias_channel_param: BiasChannelParameter | Mapping[str, object] | None = ...,
        unique_label_param: UniqueLabelParameter | Mapping[str, object] | None = ...,
        mat_read_param: MatReadParameter | Mapping[str, object] | None = ...,
        coeff_schedule_param: CoeffScheduleParameter | Mapping[str, object] | None = ...,
        augmentation_param: AugmentationParameter | Mapping[str, object] | None = ...,
        correlation_param: CorrelationParameter | Mapping[str, object] | None = ...,
        l1_loss_param: L1LossParameter | Mapping[str, object] | None = ...,
        writer_param: WriterParameter | Mapping[str, object] | None = ...,
        reader_param: ReaderParameter | Mapping[str, object] | None = ...,
        mean_param: MeanParameter | Mapping[str, object] | None = ...,
        resample_param: ResampleParameter | Mapping[str, object] | None = ...,
        downsample_param: DownsampleParameter | Mapping[str, object] | None = ...,
        reshape_every_iter: bool | None = ...,
        lpq_loss_param: LpqLossParameter | Mapping[str, object] | None = ...,
        flow_warp_param: FlowWarpParameter | Mapping[str, object] | None = ...,
        accum_param: AccumParameter | Mapping[str, object] | None = ...,
        black_augmentation_param: BlackAugmentationParameter | Mapping[str, object] | None = ...,
        reorg_param: ReorgParameter | Mapping[str, object] | None = ...,
        region_loss_param: RegionLossParameter | Mapping[str, object] | None = ...,
        relu6_param: ReLUParameter | Mapping[str, object] | None = ...,
        yolo_detection_output_param: YoloDetectionOutputParameter | Mapping[str, object] | None = ...,
        yolov3_detection_output_param: Yolov3DetectionOutputParameter | Mapping[str, object] | None = ...,
        yolov3_param: Yolov3Parameter | Mapping[str, object] | None = ...,
        yolo_seg_param: YoloSegParameter | Mapping[str, object] | None = ...,
        segmentation_evaluate_param: SegmentationEvaluateParameter | Mapping[str, object] | None = ...,
        engine: str | None = ...,
        multinode: MultinodeLayerParameter | Mapping[str, object] | None = ...,
        mn_activation_param: MnActivationParameter | Mapping[str, object] | None = ...,
        spatial_dropout_param: SpatialDropoutParameter | Mapping[str, object] | None = ...,
        mn_grad_compress_param: MnParamGradCompressParameter | Mapping[str, object] | None = ...,
        quantization_param: QuantizationParameter | Mapping[str, object] | None = ...,
        split_param: SplitParameter | Mapping[str, object] | None = ...,
        eval_detection_param: EvalDetectionParameter | Mapping[str, object] | None = ...,
        forward_type: Type | Literal["DOUBLE", "FLOAT", "FLOAT16", "INT", "UINT", "BOOL"] | None = ...,
        backward_type: Type | Literal["DOUBLE", "FLOAT", "FLOAT16", "INT", "UINT", "BOOL"] | None = ...,
        forward_math: Type | Literal["DOUBLE", "FLOAT", "FLOAT16", "INT", "UINT", "BOOL"] | None = ...,
        backward_math: Type | Literal["DOUBLE", "FLOAT", "FLOAT16", "INT", "UINT", "BOOL"] | None = ...,
        debug: bool | None = ...,
        cudnn_math_override: int | None = ...,
        trt_param: TRTParameter | Mapping[str, object] | None = ...,
        detectnet_groundtruth_param: DetectNetGroundTruthParameter | Mapping[str, object] | None = ...,
        detectnet_augmentation_param: DetectNetAugmentationParameter | Mapping[str, object] | None = ...,
        proposal_param: ProposalParameter | Mapping[str, object] | None = ...,
        lstm_param: LstmParameter | Mapping[str, object] | None = ...,
        transpose_param: TransposeParameter | Mapping[str, object] | None = ...,
        reverse_param: ReverseParameter | Mapping[str, object] | None = ...,
        ctc_decoder_param: CTCDecoderParameter | Mapping[str, object] | None = ...,
        denseblock_param: DenseBlockParameter | Mapping[str, object] | None = ...,
        convolution3d_param: Convolution3DParameter | Mapping[str, object] | None = ...,
        pooling3d_param: Pooling3DParameter | Mapping[str, object] | None = ...,
        shuffle_channel_param: ShuffleChannelParameter | Mapping[str, object] | None = ...,
        selu_param: SeLuParameter | Mapping[str, object] | None = ...,
        selu_dropout_param: SeLuDropoutParameter | Mapping[str, object] | None = ...,
        crop_center_param: CropCenterParameter | Mapping[str, object] | None = ...,
        region_param: RegionParameter | Mapping[str, object] | None = ...,
        multi_stage_meanfield_param: MultiStageMeanfieldParameter | Mapping[str, object] | None = ...,
        flip_param: FlipParameter | Mapping[str, object] | None = ...,
        insanity_param: InsanityParameter | Mapping[str, object] | None = ...,
        center_loss_param: CenterLossParameter | Mapping[str, object] | None = ...,
        margin_inner_product_param: MarginInnerProductParameter | Mapping[str, object] | None = ...,
        largemargin_inner_product_param: MarginInnerProductParameter | Mapping[str, object] | None = ...,
        padding_param: PaddingParameter | Mapping[str, object] | None = ...,
        blobs_lr: Iterable[float] | None = ...,
        weight_decay: Iterable[float] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["name", "type", "phase", "transform_param", "loss_param", "accuracy_param", "argmax_param", "concat_param", "contrastive_loss_param", "convolution_param", "data_param", "dropout_param", "dummy_data_param", "eltwise_param", "exp_param", "hdf5_data_param", "hdf5_output_param", "hinge_loss_param", "image_data_param", "infogain_loss_param", "inner_product_param", "lrn_param", "memory_data_param", "mvn_param", "pooling_param", "power_param", "relu_param", "sigmoid_param", "softmax_param", "slice_param", "tanh_param", "threshold_param", "window_data_param", "python_param", "prelu_param", "spp_param", "reshape_param", "log_param", "flatten_param", "reduction_param", "embed_param", "tile_param", "batch_norm_param", "elu_param", "bias_param", "scale_param", "input_param", "crop_param", "parameter_param", "recurrent_param", "swish_param", "clip_param", "annotated_data_param", "multibox_loss_param", "permute_param", "prior_box_param", "detection_output_param", "detection_evaluate_param", "norm_param", "video_data_param", "box_annotator_ohem_param", "psroi_pooling_param", "roi_pooling_param", "smooth_l1_loss_param", "bn_param", "upsample_param", "dense_image_data_param", "interp_param", "seg_accuracy_param", "mat_write_param", "dense_crf_param", "domain_transform_param", "adaptive_bias_channel_param", "bias_channel_param", "unique_label_param", "mat_read_param", "coeff_schedule_param", "augmentation_param", "correlation_param", "l1_loss_param", "writer_param", "reader_param", "mean_param", "resample_param", "downsample_param", "reshape_every_iter", "lpq_loss_param", "flow_warp_param", "accum_param", "black_augmentation_param", "reorg_param", "region_loss_param", "relu6_param", "yolo_detection_output_param", "yolov3_detection_output_param", "yolov3_param", "yolo_seg_param", "segmentation_evaluate_param", "engine", "multinode", "mn_activation_param", "spatial_dropout_param", "mn_grad_compress_param", "quantization_param", "split_param", "eval_detection_param", "forward_type", "backward_type", "forward_math", "backward_math", "debug", "cudnn_math_override", "trt_param", "detectnet_groundtruth_param", "detectnet_augmentation_param", "proposal_param", "lstm_param", "transpose_param", "reverse_param", "ctc_decoder_param", "denseblock_param", "convolution3d_param", "pooling3d_param", "shuffle_channel_param", "selu_param", "selu_dropout_param", "crop_center_param", "region_param", "multi_stage_meanfield_param", "flip_param", "insanity_param", "center_loss_param", "margin_inner_product_param", "largemargin_inner_product_param", "padding_param"]) -> bool: ...
    def ClearField(self, field_name: Literal["name", "type", "bottom", "top", "loss_weight", "param", "blobs", "include", "exclude", "phase", "propagate_down", "transform_param", "loss_param", "accuracy_param", "argmax_param", "concat_param", "contrastive_loss_param", "convolution_param", "data_param", "dropout_param", "dummy_data_param", "eltwise_param", "exp_param", "hdf5_data_param", "hdf5_output_param", "hinge_loss_param", "image_data_param", "infogain_loss_param", "inner_product_param", "lrn_param", "memory_data_param", "mvn_param", "pooling_param", "power_param", "relu_param", "sigmoid_param", "softmax_param", "slice_param", "tanh_param", "threshold_param", "window_data_param", "python_param", "prelu_param", "spp_param", "reshape_param", "log_param", "flatten_param", "reduction_param", "embed_param", "tile_param", "batch_norm_param", "elu_param", "bias_param", "scale_param", "input_param", "crop_param", "parameter_param", "recurrent_param", "swish_param", "clip_param", "annotated_data_param", "multibox_loss_param", "permute_param", "prior_box_param", "detection_output_param", "detection_evaluate_param", "norm_param", "video_data_param", "box_annotator_ohem_param", "psroi_pooling_param", "roi_pooling_param", "smooth_l1_loss_param", "bn_param", "upsample_param", "dense_image_data_param", "interp_param", "seg_accuracy_param", "mat_write_param", "dense_crf_param", "domain_transform_param", "adaptive_bias_channel_param", "bias_channel_param", "unique_label_param", "mat_read_param", "coeff_schedule_param", "augmentation_param", "correlation_param", "l1_loss_param", "writer_param", "reader_param", "mean_param", "resample_param", "downsample_param", "reshape_every_iter", "lpq_loss_param", "flow_warp_param", "accum_param", "black_augmentation_param", "reorg_param", "region_loss_param", "relu6_param", "yolo_detection_output_param", "yolov3_detection_output_param", "yolov3_param", "yolo_seg_param", "segmentation_evaluate_param", "engine", "multinode", "mn_activation_param", "spatial_dropout_param", "mn_grad_compress_param", "quantization_param", "split_param", "eval_detection_param", "forward_type", "backward_type", "forward_math", "backward_math", "debug", "cudnn_math_override", "trt_param", "detectnet_groundtruth_param", "detectnet_augmentation_param", "proposal_param", "lstm_param", "transpose_param", "reverse_param", "ctc_decoder_param", "denseblock_param", "convolution3d_param", "pooling3d_param", "shuffle_channel_param", "selu_param", "selu_dropout_param", "crop_center_param", "region_param", "multi_stage_meanfield_param", "flip_param", "insanity_param", "center_loss_param", "margin_inner_product_param", "largemargin_inner_product_param", "padding_param", "blobs_lr", "weight_decay"]) -> None: ...

@final
class SolverParameter(Message):
    """How to train a net: the root of a solver.prototxt file."""

    class _SnapshotFormatType(_EnumTypeWrapper[SolverParameter.SnapshotFormat]): ...

    class SnapshotFormat(int, metaclass=_SnapshotFormatType):
        HDF5: ClassVar[SolverParameter.SnapshotFormat]  # 0
        BINARYPROTO: ClassVar[SolverParameter.SnapshotFormat]  # 1

    HDF5: ClassVar[SolverParameter.SnapshotFormat]
    BINARYPROTO: ClassVar[SolverParameter.SnapshotFormat]

    class _SolverModeType(_EnumTypeWrapper[SolverParameter.SolverMode]): ...

    class SolverMode(int, metaclass=_SolverModeType):
        CPU: ClassVar[SolverParameter.SolverMode]  # 0
        GPU: ClassVar[SolverParameter.SolverMode]  # 1

    CPU: ClassVar[SolverParameter.SolverMode]
    GPU: ClassVar[SolverParameter.SolverMode]

    class _SolverTypeType(_EnumTypeWrapper[SolverParameter.SolverType]): ...

    class SolverType(int, metaclass=_SolverTypeType):
        SGD: ClassVar[SolverParameter.SolverType]  # 0
        NESTEROV: ClassVar[SolverParameter.SolverType]  # 1
        ADAGRAD: ClassVar[SolverParameter.SolverType]  # 2
        RMSPROP: ClassVar[SolverParameter.SolverType]  # 3
        ADADELTA: ClassVar[SolverParameter.SolverType]  # 4
        ADAM: ClassVar[SolverParameter.SolverType]  # 5
        SAG: ClassVar[SolverParameter.SolverType]  # 6

    SGD: ClassVar[SolverParameter.SolverType]
    NESTEROV: ClassVar[SolverParameter.SolverType]
    ADAGRAD: ClassVar[SolverParameter.SolverType]
    RMSPROP: ClassVar[SolverParameter.SolverType]
    ADADELTA: ClassVar[SolverParameter.SolverType]
    ADAM: ClassVar[SolverParameter.SolverType]
    SAG: ClassVar[SolverParameter.SolverType]

    train_net: str
    @property
    def test_net(self) -> RepeatedScalarFieldContainer[str]: ...
    @property
    def test_iter(self) -> RepeatedScalarFieldContainer[int]: ...
    test_interval: int  # 0
    base_lr: float
    display: int
    max_iter: int
    lr_policy: str
    gamma: float
    power: float
    momentum: float
    weight_decay: float
    stepsize: int
    snapshot: int  # 0
    snapshot_prefix: str
    snapshot_diff: bool  # false
    solver_mode: SolverParameter.SolverMode  # GPU
    device_id: int  # 0
    test_compute_loss: bool  # false
    random_seed: int  # -1
    @property
    def train_net_param(self) -> NetParameter: ...
    @property
    def test_net_param(self) -> RepeatedCompositeFieldContainer[NetParameter]: ...
    debug_info: bool  # false
    net: str
    @property
    def net_param(self) -> NetParameter: ...
    @property
    def train_state(self) -> NetState: ...
    @property
    def test_state(self) -> RepeatedCompositeFieldContainer[NetState]: ...
    snapshot_after_train: bool  # true
    regularization_type: str  # L2
    solver_type: SolverParameter.SolverType  # SGD
    delta: float  # 1e-08
    test_initialization: bool  # true
    average_loss: int  # 1
    @property
    def stepvalue(self) -> RepeatedScalarFieldContainer[int]: ...
    clip_gradients: float  # -1
    iter_size: int  # 1
    snapshot_format: SolverParameter.SnapshotFormat  # BINARYPROTO
    rms_decay: float  # 0.99
    momentum2: float  # 0.999
    type: str  # SGD
    layer_wise_reduce: bool  # true
    @property
    def weights(self) -> RepeatedScalarFieldContainer[str]: ...
    eval_type: str  # classification
    ap_version: str  # Integral
    @property
    def plateau_winsize(self) -> RepeatedScalarFieldContainer[int]: ...
    show_per_class_result: bool  # false
    @property
    def stagelr(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def stageiter(self) -> RepeatedScalarFieldContainer[int]: ...
    disabled_update: bool  # false
    engine: str
    warmup_iter: int  # 0
    warmup_start_lr: float  # 0
    local_lr_auto: bool  # false
    local_gw_ratio: float  # 0.001
    test_offset: int  # 0
    rampup_interval: int  # 0
    rampup_lr: float  # 0
    min_lr: float  # 0
    solver_data_type: Type  # FLOAT
    store_blobs_in_old_format: bool  # false
    momentum_policy: str  # fixed
    max_momentum: float  # 0.99
    momentum_power: float  # 1
    larc: bool  # false
    larc_policy: str  # scale
    larc_eta: float  # 0.001
    weight_decay_policy: str  # fixed
    weight_decay_power: float  # 1
    test_and_snapshot_last_epochs: int  # 0
    larc_turbo: bool  # false
    max_weight_decay: float  # 0
    def __init__(
        self,
        *,
        train_net: str | None = ...,
        test_net: Iterable[str] | None = ...,
        test_iter: Iterable[int] | None = ...,
        test_interval: int | None = ...,
        base_lr: float | None = ...,
        display: int | None = ...,
        max_iter: int | None = ...,
        lr_policy: str | None = ...,
        gamma: float | None = ...,
        power: float | None = ...,
        momentum: float | None = ...,
        weight_decay: float | None = ...,
        stepsize: int | None = ...,
        snapshot: int | None = ...,
        snapshot_prefix: str | None = ...,
        snapshot_diff: bool | None = ...,
        solver_mode: SolverParameter.SolverMode | Literal["CPU", "GPU"] | None = ...,
        device_id: int | None = ...,
        test_compute_loss: bool | None = ...,
        random_seed: int | None = ...,
        train_net_param: NetParameter | Mapping[str, object] | None = ...,
        test_net_param: Iterable[NetParameter | Mapping[str, object]] | None = ...,
        debug_info: bool | None = ...,
        net: str | None = ...,
        net_param: NetParameter | Mapping[str, object] | None = ...,
        train_state: NetState | Mapping[str, object] | None = ...,
        test_state: Iterable[NetState | Mapping[str, object]] | None = ...,
        snapshot_after_train: bool | None = ...,
        regularization_type: str | None = ...,
        solver_type: SolverParameter.SolverType | Literal["SGD", "NESTEROV", "ADAGRAD", "RMSPROP", "ADADELTA", "ADAM", "SAG"] | None = ...,
        delta: float | None = ...,
        test_initialization: bool | None = ...,
        average_loss: int | None = ...,
        stepvalue: Iterable[int] | None = ...,
        clip_gradients: float | None = ...,
        iter_size: int | None = ...,
        snapshot_format: SolverParameter.SnapshotFormat | Literal["HDF5", "BINARYPROTO"] | None = ...,
        rms_decay: float | None = ...,
        momentum2: float | None = ...,
        type: str | None = ...,
        layer_wise_reduce: bool | None = ...,
        weights: Iterable[str] | None = ...,
        eval_type: str | None = ...,
        ap_version: str | None = ...,
        plateau_winsize: Iterable[int] | None = ...,
        show_per_class_result: bool | None = ...,
        stagelr: Iterable[float] | None = ...,
        stageiter: Iterable[int] | None = ...,
        disabled_update: bool | None = ...,
        engine: str | None = ...,
        warmup_iter: int | None = ...,
        warmup_start_lr: float | None = ...,
        local_lr_auto: bool | None = ...,
        local_gw_ratio: float | None = ...,
        test_offset: int | None = ...,
        rampup_interval: int | None = ...,
        rampup_lr: float | None = ...,
        min_lr: float | None = ...,
        solver_data_type: Type | Literal["DOUBLE", "FLOAT", "FLOAT16", "INT", "UINT", "BOOL"] | None = ...,
        store_blobs_in_old_format: bool | None = ...,
        momentum_policy: str | None = ...,
        max_momentum: float | None = ...,
        momentum_power: float | None = ...,
        larc: bool | None = ...,
        larc_policy: str | None = ...,
        larc_eta: float | None = ...,
        weight_decay_policy: str | None = ...,
        weight_decay_power: float | None = ...,
        test_and_snapshot_last_epochs: int | None = ...,
        larc_turbo: bool | None = ...,
        max_weight_decay: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["train_net", "test_interval", "base_lr", "display", "max_iter", "lr_policy", "gamma", "power", "momentum", "weight_decay", "stepsize", "snapshot", "snapshot_prefix", "snapshot_diff", "solver_mode", "device_id", "test_compute_loss", "random_seed", "train_net_param", "debug_info", "net", "net_param", "train_state", "snapshot_after_train", "regularization_type", "solver_type", "delta", "test_initialization", "average_loss", "clip_gradients", "iter_size", "snapshot_format", "rms_decay", "momentum2", "type", "layer_wise_reduce", "eval_type", "ap_version", "show_per_class_result", "disabled_update", "engine", "warmup_iter", "warmup_start_lr", "local_lr_auto", "local_gw_ratio", "test_offset", "rampup_interval", "rampup_lr", "min_lr", "solver_data_type", "store_blobs_in_old_format", "momentum_policy", "max_momentum", "momentum_power", "larc", "larc_policy", "larc_eta", "weight_decay_policy", "weight_decay_power", "test_and_snapshot_last_epochs", "larc_turbo", "max_weight_decay"]) -> bool: ...
    def ClearField(self, field_name: Literal["train_net", "test_net", "test_iter", "test_interval", "base_lr", "display", "max_iter", "lr_policy", "gamma", "power", "momentum", "weight_decay", "stepsize", "snapshot", "snapshot_prefix", "snapshot_diff", "solver_mode", "device_id", "test_compute_loss", "random_seed", "train_net_param", "test_net_param", "debug_info", "net", "net_param", "train_state", "test_state", "snapshot_after_train", "regularization_type", "solver_type", "delta", "test_initialization", "average_loss", "stepvalue", "clip_gradients", "iter_size", "snapshot_format", "rms_decay", "momentum2", "type", "layer_wise_reduce", "weights", "eval_type", "ap_version", "plateau_winsize", "show_per_class_result", "stagelr", "stageiter", "disabled_update", "engine", "warmup_iter", "warmup_start_lr", "local_lr_auto", "local_gw_ratio", "test_offset", "rampup_interval", "rampup_lr", "min_lr", "solver_data_type", "store_blobs_in_old_format", "momentum_policy", "max_momentum", "momentum_power", "larc", "larc_policy", "larc_eta", "weight_decay_policy", "weight_decay_power", "test_and_snapshot_last_epochs", "larc_turbo", "max_weight_decay"]) -> None: ...

@final
class SolverState(Message):
    """Where training stood: the root of a .solverstate file."""
    iter: int
    learned_net: str
    @property
    def history(self) -> RepeatedCompositeFieldContainer[BlobProto]: ...
    current_step: int  # 0
    minimum_loss: float  # 1e+38
    iter_last_event: int  # 0
    def __init__(
        self,
        *,
        iter: int | None = ...,
        learned_net: str | None = ...,
        history: Iterable[BlobProto | Mapping[str, object]] | None = ...,
        current_step: int | None = ...,
        minimum_loss: float | None = ...,
        iter_last_event: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["iter", "learned_net", "current_step", "minimum_loss", "iter_last_event"]) -> bool: ...
    def ClearField(self, field_name: Literal["iter", "learned_net", "history", "current_step", "minimum_loss", "iter_last_event"]) -> None: ...

@final
class TransformationParameter(Message):
    """What is done to an image before it enters the net."""

    class _InterpolationAlgoType(_EnumTypeWrapper[TransformationParameter.InterpolationAlgo]): ...

    class InterpolationAlgo(int, metaclass=_InterpolationAlgoType):
        """nvidia"""
        INTER_NEAREST: ClassVar[TransformationParameter.InterpolationAlgo]  # 0
        INTER_LINEAR: ClassVar[TransformationParameter.InterpolationAlgo]  # 1
        INTER_CUBIC: ClassVar[TransformationParameter.InterpolationAlgo]  # 2
        INTER_AREA: ClassVar[TransformationParameter.InterpolationAlgo]  # 3

    INTER_NEAREST: ClassVar[TransformationParameter.InterpolationAlgo]
    INTER_LINEAR: ClassVar[TransformationParameter.InterpolationAlgo]
    INTER_CUBIC: ClassVar[TransformationParameter.InterpolationAlgo]
    INTER_AREA: ClassVar[TransformationParameter.InterpolationAlgo]

    scale: float  # 1
    mirror: bool  # false
    crop_size: int  # 0
    mean_file: str
    @property
    def mean_value(self) -> RepeatedScalarFieldContainer[float]: ...
    force_color: bool  # false
    force_gray: bool  # false
    @property
    def resize_param(self) -> ResizeParameter: ...
    @property
    def noise_param(self) -> NoiseParameter: ...
    @property
    def emit_constraint(self) -> EmitConstraint: ...
    crop_h: int  # 0
    crop_w: int  # 0
    @property
    def distort_param(self) -> DistortionParameter: ...
    @property
    def expand_param(self) -> ExpansionParameter: ...
    @property
    def scale_factors(self) -> RepeatedScalarFieldContainer[float]: ...
    crop_width: int  # 0
    crop_height: int  # 0
    enable_classf_aug: bool  # false
    min_scaling_factor: float  # 0.75
    max_scaling_factor: float  # 1.5
    max_rotation_angle: int  # 0
    contrast_brightness_adjustment: bool  # false
    smooth_filtering: bool  # false
    min_contrast: float  # 0.8
    max_contrast: float  # 1.2
    max_brightness_shift: int  # 5
    max_smooth: float  # 6
    max_color_shift: int  # 0
    min_side_min: int  # 0
    min_side_max: int  # 0
    min_side: int  # 0
    apply_probability: float  # 0.5
    debug_params: bool  # false
    cvt_bgr2rgb: bool  # false
    @property
    def random_resize_param(self) -> RandomResizeParameter: ...
    @property
    def random_aspect_ratio_param(self) -> RandomAspectRatioParameter: ...
    flow: bool  # false
    bgr2rgb: bool  # false
    pad: int  # 0
    use_gpu_transform: bool  # false
    random_seed: int  # -1
    img_rand_resize_lower: int  # 0
    img_rand_resize_upper: int  # 0
    rand_resize_ratio_lower: float  # 0
    rand_resize_ratio_upper: float  # 0
    vertical_stretch_lower: float  # 1
    vertical_stretch_upper: float  # 1
    horizontal_stretch_lower: float  # 1
    horizontal_stretch_upper: float  # 1
    interpolation_algo_down: TransformationParameter.InterpolationAlgo  # INTER_NEAREST
    interpolation_algo_up: TransformationParameter.InterpolationAlgo  # INTER_CUBIC
    allow_upscale: bool  # false
    forward_packing: Packing  # NCHW
    display: bool  # false
    num_labels: int  # 0
    def __init__(
        self,
        *,
        scale: float | None = ...,
        mirror: bool | None = ...,
        crop_size: int | None = ...,
        mean_file: str | None = ...,
        mean_value: Iterable[float] | None = ...,
        force_color: bool | None = ...,
        force_gray: bool | None = ...,
        resize_param: ResizeParameter | Mapping[str, object] | None = ...,
        noise_param: NoiseParameter | Mapping[str, object] | None = ...,
        emit_constraint: EmitConstraint | Mapping[str, object] | None = ...,
        crop_h: int | None = ...,
        crop_w: int | None = ...,
        distort_param: DistortionParameter | Mapping[str, object] | None = ...,
        expand_param: ExpansionParameter | Mapping[str, object] | None = ...,
        scale_factors: Iterable[float] | None = ...,
        crop_width: int | None = ...,
        crop_height: int | None = ...,
        enable_classf_aug: bool | None = ...,
        min_scaling_factor: float | None = ...,
        max_scaling_factor: float | None = ...,
        max_rotation_angle: int | None = ...,
        contrast_brightness_adjustment: bool | None = ...,
        smooth_filtering: bool | None = ...,
        min_contrast: float | None = ...,
        max_contrast: float | None = ...,
        max_brightness_shift: int | None = ...,
        max_smooth: float | None = ...,
        max_color_shift: int | None = ...,
        min_side_min: int | None = ...,
        min_side_max: int | None = ...,
        min_side: int | None = ...,
        apply_probability: float | None = ...,
        debug_params: bool | None = ...,
        cvt_bgr2rgb: bool | None = ...,
        random_resize_param: RandomResizeParameter | Mapping[str, object] | None = ...,
        random_aspect_ratio_param: RandomAspectRatioParameter | Mapping[str, object] | None = ...,
        flow: bool | None = ...,
        bgr2rgb: bool | None = ...,
        pad: int | None = ...,
        use_gpu_transform: bool | None = ...,
        random_seed: int | None = ...,
        img_rand_resize_lower: int | None = ...,
        img_rand_resize_upper: int | None = ...,
        rand_resize_ratio_lower: float | None = ...,
        rand_resize_ratio_upper: float | None = ...,
        vertical_stretch_lower: float | None = ...,
        vertical_stretch_upper: float | None = ...,
        horizontal_stretch_lower: float | None = ...,
        horizontal_stretch_upper: float | None = ...,
        interpolation_algo_down: TransformationParameter.InterpolationAlgo | Literal["INTER_NEAREST", "INTER_LINEAR", "INTER_CUBIC", "INTER_AREA"] | None = ...,
        interpolation_algo_up: TransformationParameter.InterpolationAlgo | Literal["INTER_NEAREST", "INTER_LINEAR", "INTER_CUBIC", "INTER_AREA"] | None = ...,
        allow_upscale: bool | None = ...,
        forward_packing: Packing | Literal["NCHW", "NHWC"] | None = ...,
        display: bool | None = ...,
        num_labels: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["scale", "mirror", "crop_size", "mean_file", "force_color", "force_gray", "resize_param", "noise_param", "emit_constraint", "crop_h", "crop_w", "distort_param", "expand_param", "crop_width", "crop_height", "enable_classf_aug", "min_scaling_factor", "max_scaling_factor", "max_rotation_angle", "contrast_brightness_adjustment", "smooth_filtering", "min_contrast", "max_contrast", "max_brightness_shift", "max_smooth", "max_color_shift", "min_side_min", "min_side_max", "min_side", "apply_probability", "debug_params", "cvt_bgr2rgb", "random_resize_param", "random_aspect_ratio_param", "flow", "bgr2rgb", "pad", "use_gpu_transform", "random_seed", "img_rand_resize_lower", "img_rand_resize_upper", "rand_resize_ratio_lower", "rand_resize_ratio_upper", "vertical_stretch_lower", "vertical_stretch_upper", "horizontal_stretch_lower", "horizontal_stretch_upper", "interpolation_algo_down", "interpolation_algo_up", "allow_upscale", "forward_packing", "display", "num_labels"]) -> bool: ...
    def ClearField(self, field_name: Literal["scale", "mirror", "crop_size", "mean_file", "mean_value", "force_color", "force_gray", "resize_param", "noise_param", "emit_constraint", "crop_h", "crop_w", "distort_param", "expand_param", "scale_factors", "crop_width", "crop_height", "enable_classf_aug", "min_scaling_factor", "max_scaling_factor", "max_rotation_angle", "contrast_brightness_adjustment", "smooth_filtering", "min_contrast", "max_contrast", "max_brightness_shift", "max_smooth", "max_color_shift", "min_side_min", "min_side_max", "min_side", "apply_probability", "debug_params", "cvt_bgr2rgb", "random_resize_param", "random_aspect_ratio_param", "flow", "bgr2rgb", "pad", "use_gpu_transform", "random_seed", "img_rand_resize_lower", "img_rand_resize_upper", "rand_resize_ratio_lower", "rand_resize_ratio_upper", "vertical_stretch_lower", "vertical_stretch_upper", "horizontal_stretch_lower", "horizontal_stretch_upper", "interpolation_algo_down", "interpolation_algo_up", "allow_upscale", "forward_packing", "display", "num_labels"]) -> None: ...

@final
class LossParameter(Message):
    """What all loss layers share."""

    class _NormalizationModeType(_EnumTypeWrapper[LossParameter.NormalizationMode]): ...

    class NormalizationMode(int, metaclass=_NormalizationModeType):
        FULL: ClassVar[LossParameter.NormalizationMode]  # 0
        VALID: ClassVar[LossParameter.NormalizationMode]  # 1
        BATCH_SIZE: ClassVar[LossParameter.NormalizationMode]  # 2
        NONE: ClassVar[LossParameter.NormalizationMode]  # 3
        PRE_FIXED: ClassVar[LossParameter.NormalizationMode]  # 100

    FULL: ClassVar[LossParameter.NormalizationMode]
    VALID: ClassVar[LossParameter.NormalizationMode]
    BATCH_SIZE: ClassVar[LossParameter.NormalizationMode]
    NONE: ClassVar[LossParameter.NormalizationMode]
    PRE_FIXED: ClassVar[LossParameter.NormalizationMode]

    ignore_label: int
    normalize: bool
    normalization: LossParameter.NormalizationMode  # VALID
    pre_fixed_normalizer: float  # 1
    weight_by_label_freqs: bool  # false
    @property
    def class_weighting(self) -> RepeatedScalarFieldContainer[float]: ...
    label_smoothing: float  # 0
    def __init__(
        self,
        *,
        ignore_label: int | None = ...,
        normalize: bool | None = ...,
        normalization: LossParameter.NormalizationMode | Literal["FULL", "VALID", "BATCH_SIZE", "NONE", "PRE_FIXED"] | None = ...,
        pre_fixed_normalizer: float | None = ...,
        weight_by_label_freqs: bool | None = ...,
        class_weighting: Iterable[float] | None = ...,
        label_smoothing: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["ignore_label", "normalize", "normalization", "pre_fixed_normalizer", "weight_by_label_freqs", "label_smoothing"]) -> bool: ...
    def ClearField(self, field_name: Literal["ignore_label", "normalize", "normalization", "pre_fixed_normalizer", "weight_by_label_freqs", "class_weighting", "label_smoothing"]) -> None: ...

@final
class AccuracyParameter(Message):
    top_k: int  # 1
    axis: int  # 1
    ignore_label: int
    def __init__(
        self,
        *,
        top_k: int | None = ...,
        axis: int | None = ...,
        ignore_label: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["top_k", "axis", "ignore_label"]) -> bool: ...
    def ClearField(self, field_name: Literal["top_k", "axis", "ignore_label"]) -> None: ...

@final
class ArgMaxParameter(Message):
    out_max_val: bool  # false
    top_k: int  # 1
    axis: int
    def __init__(
        self,
        *,
        out_max_val: bool | None = ...,
        top_k: int | None = ...,
        axis: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["out_max_val", "top_k", "axis"]) -> bool: ...
    def ClearField(self, field_name: Literal["out_max_val", "top_k", "axis"]) -> None: ...

@final
class BatchNormParameter(Message):
    """Normalisation by mean and variance; learned scale and shift are a Scale layer in Caffe 1.0."""

    class _EngineType(_EnumTypeWrapper[BatchNormParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        """intel, nvidia"""
        DEFAULT: ClassVar[BatchNormParameter.Engine]  # 0
        CAFFE: ClassVar[BatchNormParameter.Engine]  # 1
        MKL2017: ClassVar[BatchNormParameter.Engine]  # 3
        MKLDNN: ClassVar[BatchNormParameter.Engine]  # 4
        CUDNN: ClassVar[BatchNormParameter.Engine]  # 2

    DEFAULT: ClassVar[BatchNormParameter.Engine]
    CAFFE: ClassVar[BatchNormParameter.Engine]
    MKL2017: ClassVar[BatchNormParameter.Engine]
    MKLDNN: ClassVar[BatchNormParameter.Engine]
    CUDNN: ClassVar[BatchNormParameter.Engine]

    use_global_stats: bool
    moving_average_fraction: float  # 0.999
    eps: float  # 1e-05
    update_global_stats: bool  # false
    engine: BatchNormParameter.Engine  # DEFAULT
    @property
    def bias_filler(self) -> FillerParameter: ...
    use_weight_bias: bool  # true
    bias_term: bool  # true
    @property
    def filler(self) -> FillerParameter: ...
    stats_batch_size: int  # 0
    relu: bool  # false
    @property
    def scale_filler(self) -> FillerParameter: ...
    scale_bias: bool  # false
    def __init__(
        self,
        *,
        use_global_stats: bool | None = ...,
        moving_average_fraction: float | None = ...,
        eps: float | None = ...,
        update_global_stats: bool | None = ...,
        engine: BatchNormParameter.Engine | Literal["DEFAULT", "CAFFE", "MKL2017", "MKLDNN", "CUDNN"] | None = ...,
        bias_filler: FillerParameter | Mapping[str, object] | None = ...,
        use_weight_bias: bool | None = ...,
        bias_term: bool | None = ...,
        filler: FillerParameter | Mapping[str, object] | None = ...,
        stats_batch_size: int | None = ...,
        relu: bool | None = ...,
        scale_filler: FillerParameter | Mapping[str, object] | None = ...,
        scale_bias: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["use_global_stats", "moving_average_fraction", "eps", "update_global_stats", "engine", "bias_filler", "use_weight_bias", "bias_term", "filler", "stats_batch_size", "relu", "scale_filler", "scale_bias"]) -> bool: ...
    def ClearField(self, field_name: Literal["use_global_stats", "moving_average_fraction", "eps", "update_global_stats", "engine", "bias_filler", "use_weight_bias", "bias_term", "filler", "stats_batch_size", "relu", "scale_filler", "scale_bias"]) -> None: ...

@final
class BiasParameter(Message):
    axis: int  # 1
    num_axes: int  # 1
    @property
    def filler(self) -> FillerParameter: ...
    def __init__(
        self,
        *,
        axis: int | None = ...,
        num_axes: int | None = ...,
        filler: FillerParameter | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["axis", "num_axes", "filler"]) -> bool: ...
    def ClearField(self, field_name: Literal["axis", "num_axes", "filler"]) -> None: ...

@final
class ClipParameter(Message):
    """Values below min become min, above max become max."""
    min: float
    max: float
    def __init__(
        self,
        *,
        min: float | None = ...,
        max: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["min", "max"]) -> bool: ...
    def ClearField(self, field_name: Literal["min", "max"]) -> None: ...

@final
class ConcatParameter(Message):
    """Joins blobs along an axis; concat_dim is the older name of axis."""

    class _EngineType(_EnumTypeWrapper[ConcatParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        """intel"""
        DEFAULT: ClassVar[ConcatParameter.Engine]  # 0
        CAFFE: ClassVar[ConcatParameter.Engine]  # 1
        MKL2017: ClassVar[ConcatParameter.Engine]  # 3
        MKLDNN: ClassVar[ConcatParameter.Engine]  # 4

    DEFAULT: ClassVar[ConcatParameter.Engine]
    CAFFE: ClassVar[ConcatParameter.Engine]
    MKL2017: ClassVar[ConcatParameter.Engine]
    MKLDNN: ClassVar[ConcatParameter.Engine]

    concat_dim: int  # 1
    axis: int  # 1
    engine: ConcatParameter.Engine  # DEFAULT
    per_fla_fuse: bool  # false
    def __init__(
        self,
        *,
        concat_dim: int | None = ...,
        axis: int | None = ...,
        engine: ConcatParameter.Engine | Literal["DEFAULT", "CAFFE", "MKL2017", "MKLDNN"] | None = ...,
        per_fla_fuse: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["concat_dim", "axis", "engine", "per_fla_fuse"]) -> bool: ...
    def ClearField(self, field_name: Literal["concat_dim", "axis", "engine", "per_fla_fuse"]) -> None: ...

@final
class ContrastiveLossParameter(Message):
    margin: float  # 1
    legacy_version: bool  # false
    def __init__(
        self,
        *,
        margin: float | None = ...,
        legacy_version: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["margin", "legacy_version"]) -> bool: ...
    def ClearField(self, field_name: Literal["margin", "legacy_version"]) -> None: ...

@final
class ConvolutionParameter(Message):
    """Convolution and Deconvolution. Use pad or pad_h/pad_w, never both; so for kernel and stride."""

    class _CuDNNConvolutionAlgorithmSeekerType(_EnumTypeWrapper[ConvolutionParameter.CuDNNConvolutionAlgorithmSeeker]): ...

    class CuDNNConvolutionAlgorithmSeeker(int, metaclass=_CuDNNConvolutionAlgorithmSeekerType):
        """nvidia"""
        GET: ClassVar[ConvolutionParameter.CuDNNConvolutionAlgorithmSeeker]  # 0
        FINDEX: ClassVar[ConvolutionParameter.CuDNNConvolutionAlgorithmSeeker]  # 1

    GET: ClassVar[ConvolutionParameter.CuDNNConvolutionAlgorithmSeeker]
    FINDEX: ClassVar[ConvolutionParameter.CuDNNConvolutionAlgorithmSeeker]

    class _EngineType(_EnumTypeWrapper[ConvolutionParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        DEFAULT: ClassVar[ConvolutionParameter.Engine]  # 0
        CAFFE: ClassVar[ConvolutionParameter.Engine]  # 1
        CUDNN: ClassVar[ConvolutionParameter.Engine]  # 2
        MKL2017: ClassVar[ConvolutionParameter.Engine]  # 3
        MKLDNN: ClassVar[ConvolutionParameter.Engine]  # 4

    DEFAULT: ClassVar[ConvolutionParameter.Engine]
    CAFFE: ClassVar[ConvolutionParameter.Engine]
    CUDNN: ClassVar[ConvolutionParameter.Engine]
    MKL2017: ClassVar[ConvolutionParameter.Engine]
    MKLDNN: ClassVar[ConvolutionParameter.Engine]

    class _FusionTypeType(_EnumTypeWrapper[ConvolutionParameter.FusionType]): ...

    class FusionType(int, metaclass=_FusionTypeType):
        """intel"""
        NONE_FUSION: ClassVar[ConvolutionParameter.FusionType]  # 0
        SUM_FUSION: ClassVar[ConvolutionParameter.FusionType]  # 1

    NONE_FUSION: ClassVar[ConvolutionParameter.FusionType]
    SUM_FUSION: ClassVar[ConvolutionParameter.FusionType]

    num_output: int
    bias_term: bool  # true
    @property
    def pad(self) -> RepeatedScalarFieldContainer[int]: ...
    @property
    def kernel_size(self) -> RepeatedScalarFieldContainer[int]: ...
    group: int  # 1
    @property
    def stride(self) -> RepeatedScalarFieldContainer[int]: ...
    @property
    def weight_filler(self) -> FillerParameter: ...
    @property
    def bias_filler(self) -> FillerParameter: ...
    pad_h: int  # 0
    pad_w: int  # 0
    kernel_h: int
    kernel_w: int
    stride_h: int
    stride_w: int
    engine: ConvolutionParameter.Engine  # DEFAULT
    axis: int  # 1
    force_nd_im2col: bool  # false
    @property
    def dilation(self) -> RepeatedScalarFieldContainer[int]: ...
    relu: bool  # false
    negative_slope: float  # 0
    conv_algorithm: str  # direct
    @property
    def coeff(self) -> RepeatedScalarFieldContainer[float]: ...
    fusion_type: ConvolutionParameter.FusionType  # NONE_FUSION
    cudnn_convolution_algo_seeker: ConvolutionParameter.CuDNNConvolutionAlgorithmSeeker  # FINDEX
    conv_algos_override: str  # -1,-1,-1
    hole: int  # 1
    hole_h: int  # 1
    hole_w: int  # 1
    kernel_depth: int
    temporal_stride: int  # 1
    temporal_pad: int  # 0
    filter_group: int  # 1
    @property
    def kernel_shape(self) -> BlobShape: ...
    @property
    def stride_shape(self) -> BlobShape: ...
    @property
    def pad_shape(self) -> BlobShape: ...
    def __init__(
        self,
        *,
        num_output: int | None = ...,
        bias_term: bool | None = ...,
        pad: Iterable[int] | None = ...,
        kernel_size: Iterable[int] | None = ...,
        group: int | None = ...,
        stride: Iterable[int] | None = ...,
        weight_filler: FillerParameter | Mapping[str, object] | None = ...,
        bias_filler: FillerParameter | Mapping[str, object] | None = ...,
        pad_h: int | None = ...,
        pad_w: int | None = ...,
        kernel_h: int | None = ...,
        kernel_w: int | None = ...,
        stride_h: int | None = ...,
        stride_w: int | None = ...,
        engine: ConvolutionParameter.Engine | Literal["DEFAULT", "CAFFE", "CUDNN", "MKL2017", "MKLDNN"] | None = ...,
        axis: int | None = ...,
        force_nd_im2col: bool | None = ...,
        dilation: Iterable[int] | None = ...,
        relu: bool | None = ...,
        negative_slope: float | None = ...,
        conv_algorithm: str | None = ...,
        coeff: Iterable[float] | None = ...,
        fusion_type: ConvolutionParameter.FusionType | Literal["NONE_FUSION", "SUM_FUSION"] | None = ...,
        cudnn_convolution_algo_seeker: ConvolutionParameter.CuDNNConvolutionAlgorithmSeeker | Literal["GET", "FINDEX"] | None = ...,
        conv_algos_override: str | None = ...,
        hole: int | None = ...,
        hole_h: int | None = ...,
        hole_w: int | None = ...,
        kernel_depth: int | None = ...,
        temporal_stride: int | None = ...,
        temporal_pad: int | None = ...,
        filter_group: int | None = ...,
        kernel_shape: BlobShape | Mapping[str, object] | None = ...,
        stride_shape: BlobShape | Mapping[str, object] | None = ...,
        pad_shape: BlobShape | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_output", "bias_term", "group", "weight_filler", "bias_filler", "pad_h", "pad_w", "kernel_h", "kernel_w", "stride_h", "stride_w", "engine", "axis", "force_nd_im2col", "relu", "negative_slope", "conv_algorithm", "fusion_type", "cudnn_convolution_algo_seeker", "conv_algos_override", "hole", "hole_h", "hole_w", "kernel_depth", "temporal_stride", "temporal_pad", "filter_group", "kernel_shape", "stride_shape", "pad_shape"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_output", "bias_term", "pad", "kernel_size", "group", "stride", "weight_filler", "bias_filler", "pad_h", "pad_w", "kernel_h", "kernel_w", "stride_h", "stride_w", "engine", "axis", "force_nd_im2col", "dilation", "relu", "negative_slope", "conv_algorithm", "coeff", "fusion_type", "cudnn_convolution_algo_seeker", "conv_algos_override", "hole", "hole_h", "hole_w", "kernel_depth", "temporal_stride", "temporal_pad", "filter_group", "kernel_shape", "stride_shape", "pad_shape"]) -> None: ...

@final
class CropParameter(Message):
    """Crops the first bottom to the second from `axis` on."""
    axis: int  # 2
    @property
    def offset(self) -> RepeatedScalarFieldContainer[int]: ...
    def __init__(
        self,
        *,
        axis: int | None = ...,
        offset: Iterable[int] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["axis"]) -> bool: ...
    def ClearField(self, field_name: Literal["axis", "offset"]) -> None: ...

@final
class DataParameter(Message):

    class _CHANNELENCODINGType(_EnumTypeWrapper[DataParameter.CHANNELENCODING]): ...

    class CHANNELENCODING(int, metaclass=_CHANNELENCODINGType):
        """flownet"""
        UINT8: ClassVar[DataParameter.CHANNELENCODING]  # 1
        UINT16FLOW: ClassVar[DataParameter.CHANNELENCODING]  # 2
        BOOL1: ClassVar[DataParameter.CHANNELENCODING]  # 3

    UINT8: ClassVar[DataParameter.CHANNELENCODING]
    UINT16FLOW: ClassVar[DataParameter.CHANNELENCODING]
    BOOL1: ClassVar[DataParameter.CHANNELENCODING]

    class _DBType(_EnumTypeWrapper[DataParameter.DB]): ...

    class DB(int, metaclass=_DBType):
        LEVELDB: ClassVar[DataParameter.DB]  # 0
        LMDB: ClassVar[DataParameter.DB]  # 1
        IMAGEDB: ClassVar[DataParameter.DB]  # 2

    LEVELDB: ClassVar[DataParameter.DB]
    LMDB: ClassVar[DataParameter.DB]
    IMAGEDB: ClassVar[DataParameter.DB]

    class _RANDPERMORDERType(_EnumTypeWrapper[DataParameter.RANDPERMORDER]): ...

    class RANDPERMORDER(int, metaclass=_RANDPERMORDERType):
        """flownet"""
        FIRST_PERMUTE_THEN_RANGE: ClassVar[DataParameter.RANDPERMORDER]  # 0
        FIRST_RANGE_THEN_PERMUTE: ClassVar[DataParameter.RANDPERMORDER]  # 1

    FIRST_PERMUTE_THEN_RANGE: ClassVar[DataParameter.RANDPERMORDER]
    FIRST_RANGE_THEN_PERMUTE: ClassVar[DataParameter.RANDPERMORDER]

    source: str
    scale: float  # 1
    mean_file: str
    batch_size: int
    crop_size: int  # 0
    mirror: bool  # false
    rand_skip: int  # 0
    backend: DataParameter.DB  # LEVELDB
    force_encoded_color: bool  # false
    prefetch: int  # 4
    preselection_file: str
    preselection_label: int
    range_start: int  # 0
    range_end: int  # -1
    rand_permute: bool  # false
    rand_permute_order: DataParameter.RANDPERMORDER  # FIRST_PERMUTE_THEN_RANGE
    rand_permute_seed: int  # 0
    @property
    def slice_point(self) -> RepeatedScalarFieldContainer[int]: ...
    @property
    def encoding(self) -> RepeatedScalarFieldContainer[DataParameter.CHANNELENCODING]: ...
    verbose: bool  # false
    @property
    def subtract(self) -> RepeatedScalarFieldContainer[float]: ...
    permute_every_iter: int  # 0
    block_size: int  # 0
    disk_reader_threads: int  # 1
    huge_video_dataset: bool  # false
    limit_samples: int  # -1
    shuffle: bool  # false
    @property
    def side(self) -> RepeatedScalarFieldContainer[int]: ...
    threads: int  # 0
    parser_threads: int  # 0
    cache: bool  # false
    precache: bool  # false
    def __init__(
        self,
        *,
        source: str | None = ...,
        scale: float | None = ...,
        mean_file: str | None = ...,
        batch_size: int | None = ...,
        crop_size: int | None = ...,
        mirror: bool | None = ...,
        rand_skip: int | None = ...,
        backend: DataParameter.DB | Literal["LEVELDB", "LMDB", "IMAGEDB"] | None = ...,
        force_encoded_color: bool | None = ...,
        prefetch: int | None = ...,
        preselection_file: str | None = ...,
        preselection_label: int | None = ...,
        range_start: int | None = ...,
        range_end: int | None = ...,
        rand_permute: bool | None = ...,
        rand_permute_order: DataParameter.RANDPERMORDER | Literal["FIRST_PERMUTE_THEN_RANGE", "FIRST_RANGE_THEN_PERMUTE"] | None = ...,
        rand_permute_seed: int | None = ...,
        slice_point: Iterable[int] | None = ...,
        encoding: Iterable[DataParameter.CHANNELENCODING | Literal["UINT8", "UINT16FLOW", "BOOL1"]] | None = ...,
        verbose: bool | None = ...,
        subtract: Iterable[float] | None = ...,
        permute_every_iter: int | None = ...,
        block_size: int | None = ...,
        disk_reader_threads: int | None = ...,
        huge_video_dataset: bool | None = ...,
        limit_samples: int | None = ...,
        shuffle: bool | None = ...,
        side: Iterable[int] | None = ...,
        threads: int | None = ...,
        parser_threads: int | None = ...,
        cache: bool | None = ...,
        precache: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["source", "scale", "mean_file", "batch_size", "crop_size", "mirror", "rand_skip", "backend", "force_encoded_color", "prefetch", "preselection_file", "preselection_label", "range_start", "range_end", "rand_permute", "rand_permute_order", "rand_permute_seed", "verbose", "permute_every_iter", "block_size", "disk_reader_threads", "huge_video_dataset", "limit_samples", "shuffle", "threads", "parser_threads", "cache", "precache"]) -> bool: ...
    def ClearField(self, field_name: Literal["source", "scale", "mean_file", "batch_size", "crop_size", "mirror", "rand_skip", "backend", "force_encoded_color", "prefetch", "preselection_file", "preselection_label", "range_start", "range_end", "rand_permute", "rand_permute_order", "rand_permute_seed", "slice_point", "encoding", "verbose", "subtract", "permute_every_iter", "block_size", "disk_reader_threads", "huge_video_dataset", "limit_samples", "shuffle", "side", "threads", "parser_threads", "cache", "precache"]) -> None: ...

@final
class DropoutParameter(Message):
    """Drops values in training; does nothing in testing."""

    class _EngineType(_EnumTypeWrapper[DropoutParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        """nvidia"""
        DEFAULT: ClassVar[DropoutParameter.Engine]  # 0
        CAFFE: ClassVar[DropoutParameter.Engine]  # 1
        CUDNN: ClassVar[DropoutParameter.Engine]  # 2

    DEFAULT: ClassVar[DropoutParameter.Engine]
    CAFFE: ClassVar[DropoutParameter.Engine]
    CUDNN: ClassVar[DropoutParameter.Engine]

    dropout_ratio: float  # 0.5
    scale_train: bool  # true
    sample_weights_test: bool  # false
    engine: DropoutParameter.Engine  # DEFAULT
    random_seed: int  # -1
    def __init__(
        self,
        *,
        dropout_ratio: float | None = ...,
        scale_train: bool | None = ...,
        sample_weights_test: bool | None = ...,
        engine: DropoutParameter.Engine | Literal["DEFAULT", "CAFFE", "CUDNN"] | None = ...,
        random_seed: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["dropout_ratio", "scale_train", "sample_weights_test", "engine", "random_seed"]) -> bool: ...
    def ClearField(self, field_name: Literal["dropout_ratio", "scale_train", "sample_weights_test", "engine", "random_seed"]) -> None: ...

@final
class DummyDataParameter(Message):
    @property
    def data_filler(self) -> RepeatedCompositeFieldContainer[FillerParameter]: ...
    @property
    def num(self) -> RepeatedScalarFieldContainer[int]: ...
    @property
    def channels(self) -> RepeatedScalarFieldContainer[int]: ...
    @property
    def height(self) -> RepeatedScalarFieldContainer[int]: ...
    @property
    def width(self) -> RepeatedScalarFieldContainer[int]: ...
    @property
    def shape(self) -> RepeatedCompositeFieldContainer[BlobShape]: ...
    def __init__(
        self,
        *,
        data_filler: Iterable[FillerParameter | Mapping[str, object]] | None = ...,
        num: Iterable[int] | None = ...,
        channels: Iterable[int] | None = ...,
        height: Iterable[int] | None = ...,
        width: Iterable[int] | None = ...,
        shape: Iterable[BlobShape | Mapping[str, object]] | None = ...,
    ) -> None: ...
    def ClearField(self, field_name: Literal["data_filler", "num", "channels", "height", "width", "shape"]) -> None: ...

@final
class EltwiseParameter(Message):

    class _EltwiseOpType(_EnumTypeWrapper[EltwiseParameter.EltwiseOp]): ...

    class EltwiseOp(int, metaclass=_EltwiseOpType):
        PROD: ClassVar[EltwiseParameter.EltwiseOp]  # 0
        SUM: ClassVar[EltwiseParameter.EltwiseOp]  # 1
        MAX: ClassVar[EltwiseParameter.EltwiseOp]  # 2

    PROD: ClassVar[EltwiseParameter.EltwiseOp]
    SUM: ClassVar[EltwiseParameter.EltwiseOp]
    MAX: ClassVar[EltwiseParameter.EltwiseOp]

    class _EngineType(_EnumTypeWrapper[EltwiseParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        """intel"""
        DEFAULT: ClassVar[EltwiseParameter.Engine]  # 0
        CAFFE: ClassVar[EltwiseParameter.Engine]  # 1
        MKL2017: ClassVar[EltwiseParameter.Engine]  # 3
        MKLDNN: ClassVar[EltwiseParameter.Engine]  # 4

    DEFAULT: ClassVar[EltwiseParameter.Engine]
    CAFFE: ClassVar[EltwiseParameter.Engine]
    MKL2017: ClassVar[EltwiseParameter.Engine]
    MKLDNN: ClassVar[EltwiseParameter.Engine]

    operation: EltwiseParameter.EltwiseOp  # SUM
    @property
    def coeff(self) -> RepeatedScalarFieldContainer[float]: ...
    stable_prod_grad: bool  # true
    engine: EltwiseParameter.Engine  # DEFAULT
    def __init__(
        self,
        *,
        operation: EltwiseParameter.EltwiseOp | Literal["PROD", "SUM", "MAX"] | None = ...,
        coeff: Iterable[float] | None = ...,
        stable_prod_grad: bool | None = ...,
        engine: EltwiseParameter.Engine | Literal["DEFAULT", "CAFFE", "MKL2017", "MKLDNN"] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["operation", "stable_prod_grad", "engine"]) -> bool: ...
    def ClearField(self, field_name: Literal["operation", "coeff", "stable_prod_grad", "engine"]) -> None: ...

@final
class ELUParameter(Message):
    """x above 0, alpha * (e^x - 1) below."""
    alpha: float  # 1
    def __init__(
        self,
        *,
        alpha: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["alpha", "lambda"]) -> bool: ...
    def ClearField(self, field_name: Literal["alpha", "lambda"]) -> None: ...

@final
class EmbedParameter(Message):
    num_output: int
    input_dim: int
    bias_term: bool  # true
    @property
    def weight_filler(self) -> FillerParameter: ...
    @property
    def bias_filler(self) -> FillerParameter: ...
    def __init__(
        self,
        *,
        num_output: int | None = ...,
        input_dim: int | None = ...,
        bias_term: bool | None = ...,
        weight_filler: FillerParameter | Mapping[str, object] | None = ...,
        bias_filler: FillerParameter | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_output", "input_dim", "bias_term", "weight_filler", "bias_filler"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_output", "input_dim", "bias_term", "weight_filler", "bias_filler"]) -> None: ...

@final
class ExpParameter(Message):
    """base ^ (shift + scale * x); base -1 stands for e."""
    base: float  # -1
    scale: float  # 1
    shift: float  # 0
    def __init__(
        self,
        *,
        base: float | None = ...,
        scale: float | None = ...,
        shift: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["base", "scale", "shift"]) -> bool: ...
    def ClearField(self, field_name: Literal["base", "scale", "shift"]) -> None: ...

@final
class FlattenParameter(Message):
    axis: int  # 1
    end_axis: int  # -1
    def __init__(
        self,
        *,
        axis: int | None = ...,
        end_axis: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["axis", "end_axis"]) -> bool: ...
    def ClearField(self, field_name: Literal["axis", "end_axis"]) -> None: ...

@final
class HDF5DataParameter(Message):
    source: str
    batch_size: int
    shuffle: bool  # false
    def __init__(
        self,
        *,
        source: str | None = ...,
        batch_size: int | None = ...,
        shuffle: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["source", "batch_size", "shuffle"]) -> bool: ...
    def ClearField(self, field_name: Literal["source", "batch_size", "shuffle"]) -> None: ...

@final
class HDF5OutputParameter(Message):
    file_name: str
    def __init__(
        self,
        *,
        file_name: str | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["file_name"]) -> bool: ...
    def ClearField(self, field_name: Literal["file_name"]) -> None: ...

@final
class HingeLossParameter(Message):

    class _NormType(_EnumTypeWrapper[HingeLossParameter.Norm]): ...

    class Norm(int, metaclass=_NormType):
        L1: ClassVar[HingeLossParameter.Norm]  # 1
        L2: ClassVar[HingeLossParameter.Norm]  # 2

    L1: ClassVar[HingeLossParameter.Norm]
    L2: ClassVar[HingeLossParameter.Norm]

    norm: HingeLossParameter.Norm  # L1
    def __init__(
        self,
        *,
        norm: HingeLossParameter.Norm | Literal["L1", "L2"] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["norm"]) -> bool: ...
    def ClearField(self, field_name: Literal["norm"]) -> None: ...

@final
class ImageDataParameter(Message):

    class _LabelTypeType(_EnumTypeWrapper[ImageDataParameter.LabelType]): ...

    class LabelType(int, metaclass=_LabelTypeType):
        """pspnet"""
        NONE: ClassVar[ImageDataParameter.LabelType]  # 0
        IMAGE: ClassVar[ImageDataParameter.LabelType]  # 1
        PIXEL: ClassVar[ImageDataParameter.LabelType]  # 2

    NONE: ClassVar[ImageDataParameter.LabelType]
    IMAGE: ClassVar[ImageDataParameter.LabelType]
    PIXEL: ClassVar[ImageDataParameter.LabelType]

    source: str
    scale: float  # 1
    mean_file: str
    batch_size: int  # 1
    crop_size: int  # 0
    mirror: bool  # false
    rand_skip: int  # 0
    shuffle: bool  # false
    new_height: int  # 0
    new_width: int  # 0
    is_color: bool  # true
    root_folder: str
    ignore_label: int  # 255
    label_type: ImageDataParameter.LabelType  # IMAGE
    min_height: int  # 0
    min_width: int  # 0
    short_side: int  # 0
    threads: int  # 4
    cache: bool  # false
    precache: bool  # false
    dataset_share_per_node: float  # 1
    new_length: int  # 0
    use_image: bool  # true
    use_temporal_jitter: bool  # false
    is_flow: bool  # false
    show_data: int  # 0
    num_truth_channels: int  # 0
    truth_scale: float  # 1
    def __init__(
        self,
        *,
        source: str | None = ...,
        scale: float | None = ...,
        mean_file: str | None = ...,
        batch_size: int | None = ...,
        crop_size: int | None = ...,
        mirror: bool | None = ...,
        rand_skip: int | None = ...,
        shuffle: bool | None = ...,
        new_height: int | None = ...,
        new_width: int | None = ...,
        is_color: bool | None = ...,
        root_folder: str | None = ...,
        ignore_label: int | None = ...,
        label_type: ImageDataParameter.LabelType | Literal["NONE", "IMAGE", "PIXEL"] | None = ...,
        min_height: int | None = ...,
        min_width: int | None = ...,
        short_side: int | None = ...,
        threads: int | None = ...,
        cache: bool | None = ...,
        precache: bool | None = ...,
        dataset_share_per_node: float | None = ...,
        new_length: int | None = ...,
        use_image: bool | None = ...,
        use_temporal_jitter: bool | None = ...,
        is_flow: bool | None = ...,
        show_data: int | None = ...,
        num_truth_channels: int | None = ...,
        truth_scale: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["source", "scale", "mean_file", "batch_size", "crop_size", "mirror", "rand_skip", "shuffle", "new_height", "new_width", "is_color", "root_folder", "ignore_label", "label_type", "min_height", "min_width", "short_side", "threads", "cache", "precache", "dataset_share_per_node", "new_length", "use_image", "use_temporal_jitter", "is_flow", "show_data", "num_truth_channels", "truth_scale"]) -> bool: ...
    def ClearField(self, field_name: Literal["source", "scale", "mean_file", "batch_size", "crop_size", "mirror", "rand_skip", "shuffle", "new_height", "new_width", "is_color", "root_folder", "ignore_label", "label_type", "min_height", "min_width", "short_side", "threads", "cache", "precache", "dataset_share_per_node", "new_length", "use_image", "use_temporal_jitter", "is_flow", "show_data", "num_truth_channels", "truth_scale"]) -> None: ...

@final
class InfogainLossParameter(Message):
    source: str
    axis: int  # 1
    def __init__(
        self,
        *,
        source: str | None = ...,
        axis: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["source", "axis"]) -> bool: ...
    def ClearField(self, field_name: Literal["source", "axis"]) -> None: ...

@final
class InnerProductParameter(Message):

    class _EngineType(_EnumTypeWrapper[InnerProductParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        """intel"""
        DEFAULT: ClassVar[InnerProductParameter.Engine]  # 0
        CAFFE: ClassVar[InnerProductParameter.Engine]  # 1
        CUDNN: ClassVar[InnerProductParameter.Engine]  # 2
        MKLDNN: ClassVar[InnerProductParameter.Engine]  # 3

    DEFAULT: ClassVar[InnerProductParameter.Engine]
    CAFFE: ClassVar[InnerProductParameter.Engine]
    CUDNN: ClassVar[InnerProductParameter.Engine]
    MKLDNN: ClassVar[InnerProductParameter.Engine]

    num_output: int
    bias_term: bool  # true
    @property
    def weight_filler(self) -> FillerParameter: ...
    @property
    def bias_filler(self) -> FillerParameter: ...
    axis: int  # 1
    transpose: bool  # false
    engine: InnerProductParameter.Engine  # DEFAULT
    relu: bool  # false
    negative_slope: float  # 0
    def __init__(
        self,
        *,
        num_output: int | None = ...,
        bias_term: bool | None = ...,
        weight_filler: FillerParameter | Mapping[str, object] | None = ...,
        bias_filler: FillerParameter | Mapping[str, object] | None = ...,
        axis: int | None = ...,
        transpose: bool | None = ...,
        engine: InnerProductParameter.Engine | Literal["DEFAULT", "CAFFE", "CUDNN", "MKLDNN"] | None = ...,
        relu: bool | None = ...,
        negative_slope: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_output", "bias_term", "weight_filler", "bias_filler", "axis", "transpose", "engine", "relu", "negative_slope"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_output", "bias_term", "weight_filler", "bias_filler", "axis", "transpose", "engine", "relu", "negative_slope"]) -> None: ...

@final
class InputParameter(Message):
    @property
    def shape(self) -> RepeatedCompositeFieldContainer[BlobShape]: ...
    def __init__(
        self,
        *,
        shape: Iterable[BlobShape | Mapping[str, object]] | None = ...,
    ) -> None: ...
    def ClearField(self, field_name: Literal["shape"]) -> None: ...

@final
class LogParameter(Message):
    """log of (shift + scale * x) to this base; base -1 stands for e."""
    base: float  # -1
    scale: float  # 1
    shift: float  # 0
    def __init__(
        self,
        *,
        base: float | None = ...,
        scale: float | None = ...,
        shift: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["base", "scale", "shift"]) -> bool: ...
    def ClearField(self, field_name: Literal["base", "scale", "shift"]) -> None: ...

@final
class LRNParameter(Message):
    """Local response normalisation."""

    class _EngineType(_EnumTypeWrapper[LRNParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        DEFAULT: ClassVar[LRNParameter.Engine]  # 0
        CAFFE: ClassVar[LRNParameter.Engine]  # 1
        CUDNN: ClassVar[LRNParameter.Engine]  # 2
        MKL2017: ClassVar[LRNParameter.Engine]  # 3
        MKLDNN: ClassVar[LRNParameter.Engine]  # 4

    DEFAULT: ClassVar[LRNParameter.Engine]
    CAFFE: ClassVar[LRNParameter.Engine]
    CUDNN: ClassVar[LRNParameter.Engine]
    MKL2017: ClassVar[LRNParameter.Engine]
    MKLDNN: ClassVar[LRNParameter.Engine]

    class _NormRegionType(_EnumTypeWrapper[LRNParameter.NormRegion]): ...

    class NormRegion(int, metaclass=_NormRegionType):
        ACROSS_CHANNELS: ClassVar[LRNParameter.NormRegion]  # 0
        WITHIN_CHANNEL: ClassVar[LRNParameter.NormRegion]  # 1

    ACROSS_CHANNELS: ClassVar[LRNParameter.NormRegion]
    WITHIN_CHANNEL: ClassVar[LRNParameter.NormRegion]

    local_size: int  # 5
    alpha: float  # 1
    beta: float  # 0.75
    norm_region: LRNParameter.NormRegion  # ACROSS_CHANNELS
    k: float  # 1
    engine: LRNParameter.Engine  # DEFAULT
    def __init__(
        self,
        *,
        local_size: int | None = ...,
        alpha: float | None = ...,
        beta: float | None = ...,
        norm_region: LRNParameter.NormRegion | Literal["ACROSS_CHANNELS", "WITHIN_CHANNEL"] | None = ...,
        k: float | None = ...,
        engine: LRNParameter.Engine | Literal["DEFAULT", "CAFFE", "CUDNN", "MKL2017", "MKLDNN"] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["local_size", "alpha", "beta", "norm_region", "k", "engine"]) -> bool: ...
    def ClearField(self, field_name: Literal["local_size", "alpha", "beta", "norm_region", "k", "engine"]) -> None: ...

@final
class MemoryDataParameter(Message):
    batch_size: int
    channels: int
    height: int
    width: int
    def __init__(
        self,
        *,
        batch_size: int | None = ...,
        channels: int | None = ...,
        height: int | None = ...,
        width: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["batch_size", "channels", "height", "width"]) -> bool: ...
    def ClearField(self, field_name: Literal["batch_size", "channels", "height", "width"]) -> None: ...

@final
class MVNParameter(Message):
    """Mean and variance normalisation."""
    normalize_variance: bool  # true
    across_channels: bool  # false
    eps: float  # 1e-09
    def __init__(
        self,
        *,
        normalize_variance: bool | None = ...,
        across_channels: bool | None = ...,
        eps: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["normalize_variance", "across_channels", "eps"]) -> bool: ...
    def ClearField(self, field_name: Literal["normalize_variance", "across_channels", "eps"]) -> None: ...

@final
class ParameterParameter(Message):
    @property
    def shape(self) -> BlobShape: ...
    def __init__(
        self,
        *,
        shape: BlobShape | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["shape"]) -> bool: ...
    def ClearField(self, field_name: Literal["shape"]) -> None: ...

@final
class PoolingParameter(Message):
    """Use pad or pad_h/pad_w, never both; so for kernel and stride."""

    class _EngineType(_EnumTypeWrapper[PoolingParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        DEFAULT: ClassVar[PoolingParameter.Engine]  # 0
        CAFFE: ClassVar[PoolingParameter.Engine]  # 1
        CUDNN: ClassVar[PoolingParameter.Engine]  # 2
        MKL2017: ClassVar[PoolingParameter.Engine]  # 3
        MKLDNN: ClassVar[PoolingParameter.Engine]  # 4

    DEFAULT: ClassVar[PoolingParameter.Engine]
    CAFFE: ClassVar[PoolingParameter.Engine]
    CUDNN: ClassVar[PoolingParameter.Engine]
    MKL2017: ClassVar[PoolingParameter.Engine]
    MKLDNN: ClassVar[PoolingParameter.Engine]

    class _PoolMethodType(_EnumTypeWrapper[PoolingParameter.PoolMethod]): ...

    class PoolMethod(int, metaclass=_PoolMethodType):
        MAX: ClassVar[PoolingParameter.PoolMethod]  # 0
        AVE: ClassVar[PoolingParameter.PoolMethod]  # 1
        STOCHASTIC: ClassVar[PoolingParameter.PoolMethod]  # 2

    MAX: ClassVar[PoolingParameter.PoolMethod]
    AVE: ClassVar[PoolingParameter.PoolMethod]
    STOCHASTIC: ClassVar[PoolingParameter.PoolMethod]

    class _RoundModeType(_EnumTypeWrapper[PoolingParameter.RoundMode]): ...

    class RoundMode(int, metaclass=_RoundModeType):
        CEIL: ClassVar[PoolingParameter.RoundMode]  # 0
        FLOOR: ClassVar[PoolingParameter.RoundMode]  # 1

    CEIL: ClassVar[PoolingParameter.RoundMode]
    FLOOR: ClassVar[PoolingParameter.RoundMode]

    pool: PoolingParameter.PoolMethod  # MAX
    kernel_size: int
    stride: int  # 1
    pad: int  # 0
    kernel_h: int
    kernel_w: int
    stride_h: int
    stride_w: int
    pad_h: int  # 0
    pad_w: int  # 0
    engine: PoolingParameter.Engine  # DEFAULT
    global_pooling: bool  # false
    round_mode: PoolingParameter.RoundMode  # CEIL
    avg_include_pad: bool  # true
    axis: int  # 1
    @property
    def pad_3d(self) -> RepeatedScalarFieldContainer[int]: ...
    @property
    def kernel_size_3d(self) -> RepeatedScalarFieldContainer[int]: ...
    @property
    def stride_3d(self) -> RepeatedScalarFieldContainer[int]: ...
    torch_pooling: bool  # false
    ceil_mode: bool  # true
    kernel_depth: int
    temporal_stride: int  # 1
    @property
    def kernel_shape(self) -> BlobShape: ...
    @property
    def stride_shape(self) -> BlobShape: ...
    @property
    def pad_shape(self) -> BlobShape: ...
    def __init__(
        self,
        *,
        pool: PoolingParameter.PoolMethod | Literal["MAX", "AVE", "STOCHASTIC"] | None = ...,
        kernel_size: int | None = ...,
        stride: int | None = ...,
        pad: int | None = ...,
        kernel_h: int | None = ...,
        kernel_w: int | None = ...,
        stride_h: int | None = ...,
        stride_w: int | None = ...,
        pad_h: int | None = ...,
        pad_w: int | None = ...,
        engine: PoolingParameter.Engine | Literal["DEFAULT", "CAFFE", "CUDNN", "MKL2017", "MKLDNN"] | None = ...,
        global_pooling: bool | None = ...,
        round_mode: PoolingParameter.RoundMode | Literal["CEIL", "FLOOR"] | None = ...,
        avg_include_pad: bool | None = ...,
        axis: int | None = ...,
        pad_3d: Iterable[int] | None = ...,
        kernel_size_3d: Iterable[int] | None = ...,
        stride_3d: Iterable[int] | None = ...,
        torch_pooling: bool | None = ...,
        ceil_mode: bool | None = ...,
        kernel_depth: int | None = ...,
        temporal_stride: int | None = ...,
        kernel_shape: BlobShape | Mapping[str, object] | None = ...,
        stride_shape: BlobShape | Mapping[str, object] | None = ...,
        pad_shape: BlobShape | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["pool", "kernel_size", "stride", "pad", "kernel_h", "kernel_w", "stride_h", "stride_w", "pad_h", "pad_w", "engine", "global_pooling", "round_mode", "avg_include_pad", "axis", "torch_pooling", "ceil_mode", "kernel_depth", "temporal_stride", "kernel_shape", "stride_shape", "pad_shape"]) -> bool: ...
    def ClearField(self, field_name: Literal["pool", "kernel_size", "stride", "pad", "kernel_h", "kernel_w", "stride_h", "stride_w", "pad_h", "pad_w", "engine", "global_pooling", "round_mode", "avg_include_pad", "axis", "pad_3d", "kernel_size_3d", "stride_3d", "torch_pooling", "ceil_mode", "kernel_depth", "temporal_stride", "kernel_shape", "stride_shape", "pad_shape"]) -> None: ...

@final
class PowerParameter(Message):
    """(shift + scale * x) ^ power"""
    power: float  # 1
    scale: float  # 1
    shift: float  # 0
    def __init__(
        self,
        *,
        power: float | None = ...,
        scale: float | None = ...,
        shift: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["power", "scale", "shift"]) -> bool: ...
    def ClearField(self, field_name: Literal["power", "scale", "shift"]) -> None: ...

@final
class PReLUParameter(Message):
    """ReLU with a learned slope per channel, or one for all."""
    @property
    def filler(self) -> FillerParameter: ...
    channel_shared: bool  # false
    def __init__(
        self,
        *,
        filler: FillerParameter | Mapping[str, object] | None = ...,
        channel_shared: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["filler", "channel_shared"]) -> bool: ...
    def ClearField(self, field_name: Literal["filler", "channel_shared"]) -> None: ...

@final
class PythonParameter(Message):
    """A layer written in Python: which class in which module."""
    module: str
    layer: str
    param_str: str
    share_in_parallel: bool  # false
    def __init__(
        self,
        *,
        module: str | None = ...,
        layer: str | None = ...,
        param_str: str | None = ...,
        share_in_parallel: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["module", "layer", "param_str", "share_in_parallel"]) -> bool: ...
    def ClearField(self, field_name: Literal["module", "layer", "param_str", "share_in_parallel"]) -> None: ...

@final
class RecurrentParameter(Message):
    """RNN and LSTM."""
    num_output: int  # 0
    @property
    def weight_filler(self) -> FillerParameter: ...
    @property
    def bias_filler(self) -> FillerParameter: ...
    debug_info: bool  # false
    expose_hidden: bool  # false
    def __init__(
        self,
        *,
        num_output: int | None = ...,
        weight_filler: FillerParameter | Mapping[str, object] | None = ...,
        bias_filler: FillerParameter | Mapping[str, object] | None = ...,
        debug_info: bool | None = ...,
        expose_hidden: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_output", "weight_filler", "bias_filler", "debug_info", "expose_hidden"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_output", "weight_filler", "bias_filler", "debug_info", "expose_hidden"]) -> None: ...

@final
class ReductionParameter(Message):

    class _ReductionOpType(_EnumTypeWrapper[ReductionParameter.ReductionOp]): ...

    class ReductionOp(int, metaclass=_ReductionOpType):
        SUM: ClassVar[ReductionParameter.ReductionOp]  # 1
        ASUM: ClassVar[ReductionParameter.ReductionOp]  # 2
        SUMSQ: ClassVar[ReductionParameter.ReductionOp]  # 3
        MEAN: ClassVar[ReductionParameter.ReductionOp]  # 4

    SUM: ClassVar[ReductionParameter.ReductionOp]
    ASUM: ClassVar[ReductionParameter.ReductionOp]
    SUMSQ: ClassVar[ReductionParameter.ReductionOp]
    MEAN: ClassVar[ReductionParameter.ReductionOp]

    operation: ReductionParameter.ReductionOp  # SUM
    axis: int  # 0
    coeff: float  # 1
    def __init__(
        self,
        *,
        operation: ReductionParameter.ReductionOp | Literal["SUM", "ASUM", "SUMSQ", "MEAN"] | None = ...,
        axis: int | None = ...,
        coeff: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["operation", "axis", "coeff"]) -> bool: ...
    def ClearField(self, field_name: Literal["operation", "axis", "coeff"]) -> None: ...

@final
class ReLUParameter(Message):
    """x above 0, negative_slope * x below."""

    class _EngineType(_EnumTypeWrapper[ReLUParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        DEFAULT: ClassVar[ReLUParameter.Engine]  # 0
        CAFFE: ClassVar[ReLUParameter.Engine]  # 1
        CUDNN: ClassVar[ReLUParameter.Engine]  # 2
        MKL2017: ClassVar[ReLUParameter.Engine]  # 3
        MKLDNN: ClassVar[ReLUParameter.Engine]  # 4

    DEFAULT: ClassVar[ReLUParameter.Engine]
    CAFFE: ClassVar[ReLUParameter.Engine]
    CUDNN: ClassVar[ReLUParameter.Engine]
    MKL2017: ClassVar[ReLUParameter.Engine]
    MKLDNN: ClassVar[ReLUParameter.Engine]

    negative_slope: float  # 0
    engine: ReLUParameter.Engine  # DEFAULT
    fuse: bool  # false
    def __init__(
        self,
        *,
        negative_slope: float | None = ...,
        engine: ReLUParameter.Engine | Literal["DEFAULT", "CAFFE", "CUDNN", "MKL2017", "MKLDNN"] | None = ...,
        fuse: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["negative_slope", "engine", "fuse"]) -> bool: ...
    def ClearField(self, field_name: Literal["negative_slope", "engine", "fuse"]) -> None: ...

@final
class ReshapeParameter(Message):
    """A dim of 0 copies the bottom's, one dim of -1 takes what is left."""
    @property
    def shape(self) -> BlobShape: ...
    axis: int  # 0
    num_axes: int  # -1
    pixelshuffler: int  # 1
    def __init__(
        self,
        *,
        shape: BlobShape | Mapping[str, object] | None = ...,
        axis: int | None = ...,
        num_axes: int | None = ...,
        pixelshuffler: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["shape", "axis", "num_axes", "pixelshuffler"]) -> bool: ...
    def ClearField(self, field_name: Literal["shape", "axis", "num_axes", "pixelshuffler"]) -> None: ...

@final
class ScaleParameter(Message):
    axis: int  # 1
    num_axes: int  # 1
    @property
    def filler(self) -> FillerParameter: ...
    bias_term: bool  # false
    @property
    def bias_filler(self) -> FillerParameter: ...
    def __init__(
        self,
        *,
        axis: int | None = ...,
        num_axes: int | None = ...,
        filler: FillerParameter | Mapping[str, object] | None = ...,
        bias_term: bool | None = ...,
        bias_filler: FillerParameter | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["axis", "num_axes", "filler", "bias_term", "bias_filler"]) -> bool: ...
    def ClearField(self, field_name: Literal["axis", "num_axes", "filler", "bias_term", "bias_filler"]) -> None: ...

@final
class SigmoidParameter(Message):

    class _EngineType(_EnumTypeWrapper[SigmoidParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        DEFAULT: ClassVar[SigmoidParameter.Engine]  # 0
        CAFFE: ClassVar[SigmoidParameter.Engine]  # 1
        CUDNN: ClassVar[SigmoidParameter.Engine]  # 2

    DEFAULT: ClassVar[SigmoidParameter.Engine]
    CAFFE: ClassVar[SigmoidParameter.Engine]
    CUDNN: ClassVar[SigmoidParameter.Engine]

    engine: SigmoidParameter.Engine  # DEFAULT
    def __init__(
        self,
        *,
        engine: SigmoidParameter.Engine | Literal["DEFAULT", "CAFFE", "CUDNN"] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["engine"]) -> bool: ...
    def ClearField(self, field_name: Literal["engine"]) -> None: ...

@final
class SliceParameter(Message):
    """Cuts a blob along an axis; slice_dim is the older name of axis."""
    slice_dim: int  # 1
    @property
    def slice_point(self) -> RepeatedScalarFieldContainer[int]: ...
    axis: int  # 1
    def __init__(
        self,
        *,
        slice_dim: int | None = ...,
        slice_point: Iterable[int] | None = ...,
        axis: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["slice_dim", "axis"]) -> bool: ...
    def ClearField(self, field_name: Literal["slice_dim", "slice_point", "axis"]) -> None: ...

@final
class SoftmaxParameter(Message):

    class _EngineType(_EnumTypeWrapper[SoftmaxParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        DEFAULT: ClassVar[SoftmaxParameter.Engine]  # 0
        CAFFE: ClassVar[SoftmaxParameter.Engine]  # 1
        CUDNN: ClassVar[SoftmaxParameter.Engine]  # 2

    DEFAULT: ClassVar[SoftmaxParameter.Engine]
    CAFFE: ClassVar[SoftmaxParameter.Engine]
    CUDNN: ClassVar[SoftmaxParameter.Engine]

    engine: SoftmaxParameter.Engine  # DEFAULT
    axis: int  # 1
    def __init__(
        self,
        *,
        engine: SoftmaxParameter.Engine | Literal["DEFAULT", "CAFFE", "CUDNN"] | None = ...,
        axis: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["engine", "axis"]) -> bool: ...
    def ClearField(self, field_name: Literal["engine", "axis"]) -> None: ...

@final
class SPPParameter(Message):
    """Spatial pyramid pooling."""

    class _EngineType(_EnumTypeWrapper[SPPParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        DEFAULT: ClassVar[SPPParameter.Engine]  # 0
        CAFFE: ClassVar[SPPParameter.Engine]  # 1
        CUDNN: ClassVar[SPPParameter.Engine]  # 2

    DEFAULT: ClassVar[SPPParameter.Engine]
    CAFFE: ClassVar[SPPParameter.Engine]
    CUDNN: ClassVar[SPPParameter.Engine]

    class _PoolMethodType(_EnumTypeWrapper[SPPParameter.PoolMethod]): ...

    class PoolMethod(int, metaclass=_PoolMethodType):
        MAX: ClassVar[SPPParameter.PoolMethod]  # 0
        AVE: ClassVar[SPPParameter.PoolMethod]  # 1
        STOCHASTIC: ClassVar[SPPParameter.PoolMethod]  # 2

    MAX: ClassVar[SPPParameter.PoolMethod]
    AVE: ClassVar[SPPParameter.PoolMethod]
    STOCHASTIC: ClassVar[SPPParameter.PoolMethod]

    pyramid_height: int
    pool: SPPParameter.PoolMethod  # MAX
    engine: SPPParameter.Engine  # DEFAULT
    def __init__(
        self,
        *,
        pyramid_height: int | None = ...,
        pool: SPPParameter.PoolMethod | Literal["MAX", "AVE", "STOCHASTIC"] | None = ...,
        engine: SPPParameter.Engine | Literal["DEFAULT", "CAFFE", "CUDNN"] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["pyramid_height", "pool", "engine"]) -> bool: ...
    def ClearField(self, field_name: Literal["pyramid_height", "pool", "engine"]) -> None: ...

@final
class SwishParameter(Message):
    """x * sigmoid(beta * x)"""
    beta: float  # 1
    def __init__(
        self,
        *,
        beta: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["beta"]) -> bool: ...
    def ClearField(self, field_name: Literal["beta"]) -> None: ...

@final
class TanHParameter(Message):

    class _EngineType(_EnumTypeWrapper[TanHParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        DEFAULT: ClassVar[TanHParameter.Engine]  # 0
        CAFFE: ClassVar[TanHParameter.Engine]  # 1
        CUDNN: ClassVar[TanHParameter.Engine]  # 2

    DEFAULT: ClassVar[TanHParameter.Engine]
    CAFFE: ClassVar[TanHParameter.Engine]
    CUDNN: ClassVar[TanHParameter.Engine]

    engine: TanHParameter.Engine  # DEFAULT
    def __init__(
        self,
        *,
        engine: TanHParameter.Engine | Literal["DEFAULT", "CAFFE", "CUDNN"] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["engine"]) -> bool: ...
    def ClearField(self, field_name: Literal["engine"]) -> None: ...

@final
class ThresholdParameter(Message):
    threshold: float  # 0
    def __init__(
        self,
        *,
        threshold: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["threshold"]) -> bool: ...
    def ClearField(self, field_name: Literal["threshold"]) -> None: ...

@final
class TileParameter(Message):
    axis: int  # 1
    tiles: int
    def __init__(
        self,
        *,
        axis: int | None = ...,
        tiles: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["axis", "tiles"]) -> bool: ...
    def ClearField(self, field_name: Literal["axis", "tiles"]) -> None: ...

@final
class WindowDataParameter(Message):
    source: str
    scale: float  # 1
    mean_file: str
    batch_size: int
    crop_size: int  # 0
    mirror: bool  # false
    fg_threshold: float  # 0.5
    bg_threshold: float  # 0.5
    fg_fraction: float  # 0.25
    context_pad: int  # 0
    crop_mode: str  # warp
    cache_images: bool  # false
    root_folder: str
    def __init__(
        self,
        *,
        source: str | None = ...,
        scale: float | None = ...,
        mean_file: str | None = ...,
        batch_size: int | None = ...,
        crop_size: int | None = ...,
        mirror: bool | None = ...,
        fg_threshold: float | None = ...,
        bg_threshold: float | None = ...,
        fg_fraction: float | None = ...,
        context_pad: int | None = ...,
        crop_mode: str | None = ...,
        cache_images: bool | None = ...,
        root_folder: str | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["source", "scale", "mean_file", "batch_size", "crop_size", "mirror", "fg_threshold", "bg_threshold", "fg_fraction", "context_pad", "crop_mode", "cache_images", "root_folder"]) -> bool: ...
    def ClearField(self, field_name: Literal["source", "scale", "mean_file", "batch_size", "crop_size", "mirror", "fg_threshold", "bg_threshold", "fg_fraction", "context_pad", "crop_mode", "cache_images", "root_folder"]) -> None: ...

@final
class V1LayerParameter(Message):
    """DEPRECATED: a layer of 2014, named `layers` in a net, its type an enum value."""

    class _DimCheckModeType(_EnumTypeWrapper[V1LayerParameter.DimCheckMode]): ...

    class DimCheckMode(int, metaclass=_DimCheckModeType):
        STRICT: ClassVar[V1LayerParameter.DimCheckMode]  # 0
        PERMISSIVE: ClassVar[V1LayerParameter.DimCheckMode]  # 1

    STRICT: ClassVar[V1LayerParameter.DimCheckMode]
    PERMISSIVE: ClassVar[V1LayerParameter.DimCheckMode]

    class _LayerTypeType(_EnumTypeWrapper[V1LayerParameter.LayerType]): ...

    class LayerType(int, metaclass=_LayerTypeType):
        NONE: ClassVar[V1LayerParameter.LayerType]  # 0
        ACCURACY: ClassVar[V1LayerParameter.LayerType]  # 1
        BNLL: ClassVar[V1LayerParameter.LayerType]  # 2
        CONCAT: ClassVar[V1LayerParameter.LayerType]  # 3
        CONVOLUTION: ClassVar[V1LayerParameter.LayerType]  # 4
        DATA: ClassVar[V1LayerParameter.LayerType]  # 5
        DROPOUT: ClassVar[V1LayerParameter.LayerType]  # 6
        EUCLIDEAN_LOSS: ClassVar[V1LayerParameter.LayerType]  # 7
        FLATTEN: ClassVar[V1LayerParameter.LayerType]  # 8
        HDF5_DATA: ClassVar[V1LayerParameter.LayerType]  # 9
        HDF5_OUTPUT: ClassVar[V1LayerParameter.LayerType]  # 10
        IM2COL: ClassVar[V1LayerParameter.LayerType]  # 11
        IMAGE_DATA: ClassVar[V1LayerParameter.LayerType]  # 12
        INFOGAIN_LOSS: ClassVar[V1LayerParameter.LayerType]  # 13
        INNER_PRODUCT: ClassVar[V1LayerParameter.LayerType]  # 14
        LRN: ClassVar[V1LayerParameter.LayerType]  # 15
        MULTINOMIAL_LOGISTIC_LOSS: ClassVar[V1LayerParameter.LayerType]  # 16
        POOLING: ClassVar[V1LayerParameter.LayerType]  # 17
        RELU: ClassVar[V1LayerParameter.LayerType]  # 18
        SIGMOID: ClassVar[V1LayerParameter.LayerType]  # 19
        SOFTMAX: ClassVar[V1LayerParameter.LayerType]  # 20
        SOFTMAX_LOSS: ClassVar[V1LayerParameter.LayerType]  # 21
        SPLIT: ClassVar[V1LayerParameter.LayerType]  # 22
        TANH: ClassVar[V1LayerParameter.LayerType]  # 23
        WINDOW_DATA: ClassVar[V1LayerParameter.LayerType]  # 24
        ELTWISE: ClassVar[V1LayerParameter.LayerType]  # 25
        POWER: ClassVar[V1LayerParameter.LayerType]  # 26
        SIGMOID_CROSS_ENTROPY_LOSS: ClassVar[V1LayerParameter.LayerType]  # 27
        HINGE_LOSS: ClassVar[V1LayerParameter.LayerType]  # 28
        MEMORY_DATA: ClassVar[V1LayerParameter.LayerType]  # 29
        ARGMAX: ClassVar[V1LayerParameter.LayerType]  # 30
        THRESHOLD: ClassVar[V1LayerParameter.LayerType]  # 31
        DUMMY_DATA: ClassVar[V1LayerParameter.LayerType]  # 32
        SLICE: ClassVar[V1LayerParameter.LayerType]  # 33
        MVN: ClassVar[V1LayerParameter.LayerType]  # 34
        ABSVAL: ClassVar[V1LayerParameter.LayerType]  # 35
        SILENCE: ClassVar[V1LayerParameter.LayerType]  # 36
        CONTRASTIVE_LOSS: ClassVar[V1LayerParameter.LayerType]  # 37
        EXP: ClassVar[V1LayerParameter.LayerType]  # 38
        DECONVOLUTION: ClassVar[V1LayerParameter.LayerType]  # 39
        RELU6: ClassVar[V1LayerParameter.LayerType]  # 61
        CROP: ClassVar[V1LayerParameter.LayerType]  # 20000

    NONE: ClassVar[V1LayerParameter.LayerType]
    ACCURACY: ClassVar[V1LayerParameter.LayerType]
    BNLL: ClassVar[V1LayerParameter.LayerType]
    CONCAT: ClassVar[V1LayerParameter.LayerType]
    CONVOLUTION: ClassVar[V1LayerParameter.LayerType]
    DATA: ClassVar[V1LayerParameter.LayerType]
    DROPOUT: ClassVar[V1LayerParameter.LayerType]
    EUCLIDEAN_LOSS: ClassVar[V1LayerParameter.LayerType]
    FLATTEN: ClassVar[V1LayerParameter.LayerType]
    HDF5_DATA: ClassVar[V1LayerParameter.LayerType]
    HDF5_OUTPUT: ClassVar[V1LayerParameter.LayerType]
    IM2COL: ClassVar[V1LayerParameter.LayerType]
    IMAGE_DATA: ClassVar[V1LayerParameter.LayerType]
    INFOGAIN_LOSS: ClassVar[V1LayerParameter.LayerType]
    INNER_PRODUCT: ClassVar[V1LayerParameter.LayerType]
    LRN: ClassVar[V1LayerParameter.LayerType]
    MULTINOMIAL_LOGISTIC_LOSS: ClassVar[V1LayerParameter.LayerType]
    POOLING: ClassVar[V1LayerParameter.LayerType]
    RELU: ClassVar[V1LayerParameter.LayerType]
    SIGMOID: ClassVar[V1LayerParameter.LayerType]
    SOFTMAX: ClassVar[V1LayerParameter.LayerType]
    SOFTMAX_LOSS: ClassVar[V1LayerParameter.LayerType]
    SPLIT: ClassVar[V1LayerParameter.LayerType]
    TANH: ClassVar[V1LayerParameter.LayerType]
    WINDOW_DATA: ClassVar[V1LayerParameter.LayerType]
    ELTWISE: ClassVar[V1LayerParameter.LayerType]
    POWER: ClassVar[V1LayerParameter.LayerType]
    SIGMOID_CROSS_ENTROPY_LOSS: ClassVar[V1LayerParameter.LayerType]
    HINGE_LOSS: ClassVar[V1LayerParameter.LayerType]
    MEMORY_DATA: ClassVar[V1LayerParameter.LayerType]
    ARGMAX: ClassVar[V1LayerParameter.LayerType]
    THRESHOLD: ClassVar[V1LayerParameter.LayerType]
    DUMMY_DATA: ClassVar[V1LayerParameter.LayerType]
    SLICE: ClassVar[V1LayerParameter.LayerType]
    MVN: ClassVar[V1LayerParameter.LayerType]
    ABSVAL: ClassVar[V1LayerParameter.LayerType]
    SILENCE: ClassVar[V1LayerParameter.LayerType]
    CONTRASTIVE_LOSS: ClassVar[V1LayerParameter.LayerType]
    EXP: ClassVar[V1LayerParameter.LayerType]
    DECONVOLUTION: ClassVar[V1LayerParameter.LayerType]
    RELU6: ClassVar[V1LayerParameter.LayerType]
    CROP: ClassVar[V1LayerParameter.LayerType]

    @property
    def layer(self) -> V0LayerParameter: ...
    @property
    def bottom(self) -> RepeatedScalarFieldContainer[str]: ...
    @property
    def top(self) -> RepeatedScalarFieldContainer[str]: ...
    name: str
    type: V1LayerParameter.LayerType
    @property
    def blobs(self) -> RepeatedCompositeFieldContainer[BlobProto]: ...
    @property
    def blobs_lr(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def weight_decay(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def concat_param(self) -> ConcatParameter: ...
    @property
    def convolution_param(self) -> ConvolutionParameter: ...
    @property
    def data_param(self) -> DataParameter: ...
    @property
    def dropout_param(self) -> DropoutParameter: ...
    @property
    def hdf5_data_param(self) -> HDF5DataParameter: ...
    @property
    def hdf5_output_param(self) -> HDF5OutputParameter: ...
    @property
    def image_data_param(self) -> ImageDataParameter: ...
    @property
    def infogain_loss_param(self) -> InfogainLossParameter: ...
    @property
    def inner_product_param(self) -> InnerProductParameter: ...
    @property
    def lrn_param(self) -> LRNParameter: ...
    @property
    def pooling_param(self) -> PoolingParameter: ...
    @property
    def window_data_param(self) -> WindowDataParameter: ...
    @property
    def power_param(self) -> PowerParameter: ...
    @property
    def memory_data_param(self) -> MemoryDataParameter: ...
    @property
    def argmax_param(self) -> ArgMaxParameter: ...
    @property
    def eltwise_param(self) -> EltwiseParameter: ...
    @property
    def threshold_param(self) -> ThresholdParameter: ...
    @property
    def dummy_data_param(self) -> DummyDataParameter: ...
    @property
    def accuracy_param(self) -> AccuracyParameter: ...
    @property
    def hinge_loss_param(self) -> HingeLossParameter: ...
    @property
    def relu_param(self) -> ReLUParameter: ...
    @property
    def slice_param(self) -> SliceParameter: ...
    @property
    def include(self) -> RepeatedCompositeFieldContainer[NetStateRule]: ...
    @property
    def exclude(self) -> RepeatedCompositeFieldContainer[NetStateRule]: ...
    @property
    def mvn_param(self) -> MVNParameter: ...
    @property
    def loss_weight(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def transform_param(self) -> TransformationParameter: ...
    @property
    def tanh_param(self) -> TanHParameter: ...
    @property
    def sigmoid_param(self) -> SigmoidParameter: ...
    @property
    def softmax_param(self) -> SoftmaxParameter: ...
    @property
    def contrastive_loss_param(self) -> ContrastiveLossParameter: ...
    @property
    def exp_param(self) -> ExpParameter: ...
    @property
    def loss_param(self) -> LossParameter: ...
    @property
    def newer(self) -> LayerParameter: ...
    @property
    def param(self) -> RepeatedScalarFieldContainer[str]: ...
    @property
    def blob_share_mode(self) -> RepeatedScalarFieldContainer[V1LayerParameter.DimCheckMode]: ...
    @property
    def relu6_param(self) -> ReLUParameter: ...
    def __init__(
        self,
        *,
        layer: V0LayerParameter | Mapping[str, object] | None = ...,
        bottom: Iterable[str] | None = ...,
        top: Iterable[str] | None = ...,
        name: str | None = ...,
        type: V1LayerParameter.LayerType | Literal["NONE", "ACCURACY", "BNLL", "CONCAT", "CONVOLUTION", "DATA", "DROPOUT", "EUCLIDEAN_LOSS", "FLATTEN", "HDF5_DATA", "HDF5_OUTPUT", "IM2COL", "IMAGE_DATA", "INFOGAIN_LOSS", "INNER_PRODUCT", "LRN", "MULTINOMIAL_LOGISTIC_LOSS", "POOLING", "RELU", "SIGMOID", "SOFTMAX", "SOFTMAX_LOSS", "SPLIT", "TANH", "WINDOW_DATA", "ELTWISE", "POWER", "SIGMOID_CROSS_ENTROPY_LOSS", "HINGE_LOSS", "MEMORY_DATA", "ARGMAX", "THRESHOLD", "DUMMY_DATA", "SLICE", "MVN", "ABSVAL", "SILENCE", "CONTRASTIVE_LOSS", "EXP", "DECONVOLUTION", "RELU6", "CROP"] | None = ...,
        blobs: Iterable[BlobProto | Mapping[str, object]] | None = ...,
        blobs_lr: Iterable[float] | None = ...,
        weight_decay: Iterable[float] | None = ...,
        concat_param: ConcatParameter | Mapping[str, object] | None = ...,
        convolution_param: ConvolutionParameter | Mapping[str, object] | None = ...,
        data_param: DataParameter | Mapping[str, object] | None = ...,
        dropout_param: DropoutParameter | Mapping[str, object] | None = ...,
        hdf5_data_param: HDF5DataParameter | Mapping[str, object] | None = ...,
        hdf5_output_param: HDF5OutputParameter | Mapping[str, object] | None = ...,
        image_data_param: ImageDataParameter | Mapping[str, object] | None = ...,
        infogain_loss_param: InfogainLossParameter | Mapping[str, object] | None = ...,
        inner_product_param: InnerProductParameter | Mapping[str, object] | None = ...,
        lrn_param: LRNParameter | Mapping[str, object] | None = ...,
        pooling_param: PoolingParameter | Mapping[str, object] | None = ...,
        window_data_param: WindowDataParameter | Mapping[str, object] | None = ...,
        power_param: PowerParameter | Mapping[str, object] | None = ...,
        memory_data_param: MemoryDataParameter | Mapping[str, object] | None = ...,
        argmax_param: ArgMaxParameter | Mapping[str, object] | None = ...,
        eltwise_param: EltwiseParameter | Mapping[str, object] | None = ...,
        threshold_param: ThresholdParameter | Mapping[str, object] | None = ...,
        dummy_data_param: DummyDataParameter | Mapping[str, object] | None = ...,
        accuracy_param: AccuracyParameter | Mapping[str, object] | None = ...,
        hinge_loss_param: HingeLossParameter | Mapping[str, object] | None = ...,
        relu_param: ReLUParameter | Mapping[str, object] | None = ...,
        slice_param: SliceParameter | Mapping[str, object] | None = ...,
        include: Iterable[NetStateRule | Mapping[str, object]] | None = ...,
        exclude: Iterable[NetStateRule | Mapping[str, object]] | None = ...,
        mvn_param: MVNParameter | Mapping[str, object] | None = ...,
        loss_weight: Iterable[float] | None = ...,
        transform_param: TransformationParameter | Mapping[str, object] | None = ...,
        tanh_param: TanHParameter | Mapping[str, object] | None = ...,
        sigmoid_param: SigmoidParameter | Mapping[str, object] | None = ...,
        softmax_param: SoftmaxParameter | Mapping[str, object] | None = ...,
        contrastive_loss_param: ContrastiveLossParameter | Mapping[str, object] | None = ...,
        exp_param: ExpParameter | Mapping[str, object] | None = ...,
        loss_param: LossParameter | Mapping[str, object] | None = ...,
        newer: LayerParameter | Mapping[str, object] | None = ...,
        param: Iterable[str] | None = ...,
        blob_share_mode: Iterable[V1LayerParameter.DimCheckMode | Literal["STRICT", "PERMISSIVE"]] | None = ...,
        relu6_param: ReLUParameter | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["layer", "name", "type", "concat_param", "convolution_param", "data_param", "dropout_param", "hdf5_data_param", "hdf5_output_param", "image_data_param", "infogain_loss_param", "inner_product_param", "lrn_param", "pooling_param", "window_data_param", "power_param", "memory_data_param", "argmax_param", "eltwise_param", "threshold_param", "dummy_data_param", "accuracy_param", "hinge_loss_param", "relu_param", "slice_param", "mvn_param", "transform_param", "tanh_param", "sigmoid_param", "softmax_param", "contrastive_loss_param", "exp_param", "loss_param", "newer", "relu6_param"]) -> bool: ...
    def ClearField(self, field_name: Literal["layer", "bottom", "top", "name", "type", "blobs", "blobs_lr", "weight_decay", "concat_param", "convolution_param", "data_param", "dropout_param", "hdf5_data_param", "hdf5_output_param", "image_data_param", "infogain_loss_param", "inner_product_param", "lrn_param", "pooling_param", "window_data_param", "power_param", "memory_data_param", "argmax_param", "eltwise_param", "threshold_param", "dummy_data_param", "accuracy_param", "hinge_loss_param", "relu_param", "slice_param", "include", "exclude", "mvn_param", "loss_weight", "transform_param", "tanh_param", "sigmoid_param", "softmax_param", "contrastive_loss_param", "exp_param", "loss_param", "newer", "param", "blob_share_mode", "relu6_param"]) -> None: ...

@final
class V0LayerParameter(Message):
    """DEPRECATED: a layer of 2013, wrapped in V1LayerParameter.layer, all fields in one message."""

    class _PoolMethodType(_EnumTypeWrapper[V0LayerParameter.PoolMethod]): ...

    class PoolMethod(int, metaclass=_PoolMethodType):
        MAX: ClassVar[V0LayerParameter.PoolMethod]  # 0
        AVE: ClassVar[V0LayerParameter.PoolMethod]  # 1
        STOCHASTIC: ClassVar[V0LayerParameter.PoolMethod]  # 2

    MAX: ClassVar[V0LayerParameter.PoolMethod]
    AVE: ClassVar[V0LayerParameter.PoolMethod]
    STOCHASTIC: ClassVar[V0LayerParameter.PoolMethod]

    name: str
    type: str
    num_output: int
    biasterm: bool  # true
    @property
    def weight_filler(self) -> FillerParameter: ...
    @property
    def bias_filler(self) -> FillerParameter: ...
    pad: int  # 0
    kernelsize: int
    group: int  # 1
    stride: int  # 1
    pool: V0LayerParameter.PoolMethod  # MAX
    dropout_ratio: float  # 0.5
    local_size: int  # 5
    alpha: float  # 1
    beta: float  # 0.75
    source: str
    scale: float  # 1
    meanfile: str
    batchsize: int
    cropsize: int  # 0
    mirror: bool  # false
    k: float  # 1
    @property
    def blobs(self) -> RepeatedCompositeFieldContainer[BlobProto]: ...
    @property
    def blobs_lr(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def weight_decay(self) -> RepeatedScalarFieldContainer[float]: ...
    rand_skip: int  # 0
    det_fg_threshold: float  # 0.5
    det_bg_threshold: float  # 0.5
    det_fg_fraction: float  # 0.25
    det_context_pad: int  # 0
    det_crop_mode: str  # warp
    new_num: int  # 0
    new_channels: int  # 0
    new_height: int  # 0
    new_width: int  # 0
    shuffle_images: bool  # false
    concat_dim: int  # 1
    @property
    def hdf5_output_param(self) -> HDF5OutputParameter: ...
    def __init__(
        self,
        *,
        name: str | None = ...,
        type: str | None = ...,
        num_output: int | None = ...,
        biasterm: bool | None = ...,
        weight_filler: FillerParameter | Mapping[str, object] | None = ...,
        bias_filler: FillerParameter | Mapping[str, object] | None = ...,
        pad: int | None = ...,
        kernelsize: int | None = ...,
        group: int | None = ...,
        stride: int | None = ...,
        pool: V0LayerParameter.PoolMethod | Literal["MAX", "AVE", "STOCHASTIC"] | None = ...,
        dropout_ratio: float | None = ...,
        local_size: int | None = ...,
        alpha: float | None = ...,
        beta: float | None = ...,
        source: str | None = ...,
        scale: float | None = ...,
        meanfile: str | None = ...,
        batchsize: int | None = ...,
        cropsize: int | None = ...,
        mirror: bool | None = ...,
        k: float | None = ...,
        blobs: Iterable[BlobProto | Mapping[str, object]] | None = ...,
        blobs_lr: Iterable[float] | None = ...,
        weight_decay: Iterable[float] | None = ...,
        rand_skip: int | None = ...,
        det_fg_threshold: float | None = ...,
        det_bg_threshold: float | None = ...,
        det_fg_fraction: float | None = ...,
        det_context_pad: int | None = ...,
        det_crop_mode: str | None = ...,
        new_num: int | None = ...,
        new_channels: int | None = ...,
        new_height: int | None = ...,
        new_width: int | None = ...,
        shuffle_images: bool | None = ...,
        concat_dim: int | None = ...,
        hdf5_output_param: HDF5OutputParameter | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["name", "type", "num_output", "biasterm", "weight_filler", "bias_filler", "pad", "kernelsize", "group", "stride", "pool", "dropout_ratio", "local_size", "alpha", "beta", "source", "scale", "meanfile", "batchsize", "cropsize", "mirror", "k", "rand_skip", "det_fg_threshold", "det_bg_threshold", "det_fg_fraction", "det_context_pad", "det_crop_mode", "new_num", "new_channels", "new_height", "new_width", "shuffle_images", "concat_dim", "hdf5_output_param"]) -> bool: ...
    def ClearField(self, field_name: Literal["name", "type", "num_output", "biasterm", "weight_filler", "bias_filler", "pad", "kernelsize", "group", "stride", "pool", "dropout_ratio", "local_size", "alpha", "beta", "source", "scale", "meanfile", "batchsize", "cropsize", "mirror", "k", "blobs", "blobs_lr", "weight_decay", "rand_skip", "det_fg_threshold", "det_bg_threshold", "det_fg_fraction", "det_context_pad", "det_crop_mode", "new_num", "new_channels", "new_height", "new_width", "shuffle_images", "concat_dim", "hdf5_output_param"]) -> None: ...

@final
class AnnotatedDataParameter(Message):
    @property
    def batch_sampler(self) -> RepeatedCompositeFieldContainer[BatchSampler]: ...
    label_map_file: str
    anno_type: AnnotatedDatum.AnnotationType
    yolo_data_type: int  # 0
    yolo_data_jitter: float  # 0.3
    train_diffcult: bool  # true
    single_class: bool  # true
    seg_scales: int  # 8
    seg_resize_width: int  # 0
    seg_resize_height: int  # 0
    difficult_label_warmup: bool  # false
    def __init__(
        self,
        *,
        batch_sampler: Iterable[BatchSampler | Mapping[str, object]] | None = ...,
        label_map_file: str | None = ...,
        anno_type: AnnotatedDatum.AnnotationType | Literal["BBOX", "BBOXandSeg", "LANE"] | None = ...,
        yolo_data_type: int | None = ...,
        yolo_data_jitter: float | None = ...,
        train_diffcult: bool | None = ...,
        single_class: bool | None = ...,
        seg_scales: int | None = ...,
        seg_resize_width: int | None = ...,
        seg_resize_height: int | None = ...,
        difficult_label_warmup: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["label_map_file", "anno_type", "yolo_data_type", "yolo_data_jitter", "train_diffcult", "single_class", "seg_scales", "seg_resize_width", "seg_resize_height", "difficult_label_warmup"]) -> bool: ...
    def ClearField(self, field_name: Literal["batch_sampler", "label_map_file", "anno_type", "yolo_data_type", "yolo_data_jitter", "train_diffcult", "single_class", "seg_scales", "seg_resize_width", "seg_resize_height", "difficult_label_warmup"]) -> None: ...

@final
class AnnotatedDatum(Message):

    class _AnnotationTypeType(_EnumTypeWrapper[AnnotatedDatum.AnnotationType]): ...

    class AnnotationType(int, metaclass=_AnnotationTypeType):
        BBOX: ClassVar[AnnotatedDatum.AnnotationType]  # 0
        BBOXandSeg: ClassVar[AnnotatedDatum.AnnotationType]  # 1
        LANE: ClassVar[AnnotatedDatum.AnnotationType]  # 2

    BBOX: ClassVar[AnnotatedDatum.AnnotationType]
    BBOXandSeg: ClassVar[AnnotatedDatum.AnnotationType]
    LANE: ClassVar[AnnotatedDatum.AnnotationType]

    @property
    def datum(self) -> Datum: ...
    type: AnnotatedDatum.AnnotationType
    @property
    def annotation_group(self) -> RepeatedCompositeFieldContainer[AnnotationGroup]: ...
    record_id: int  # 0
    def __init__(
        self,
        *,
        datum: Datum | Mapping[str, object] | None = ...,
        type: AnnotatedDatum.AnnotationType | Literal["BBOX", "BBOXandSeg", "LANE"] | None = ...,
        annotation_group: Iterable[AnnotationGroup | Mapping[str, object]] | None = ...,
        record_id: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["datum", "type", "record_id"]) -> bool: ...
    def ClearField(self, field_name: Literal["datum", "type", "annotation_group", "record_id"]) -> None: ...

@final
class Annotation(Message):
    instance_id: int  # 0
    @property
    def bbox(self) -> NormalizedBBox: ...
    @property
    def lanes(self) -> LaneInfo: ...
    def __init__(
        self,
        *,
        instance_id: int | None = ...,
        bbox: NormalizedBBox | Mapping[str, object] | None = ...,
        lanes: LaneInfo | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["instance_id", "bbox", "lanes"]) -> bool: ...
    def ClearField(self, field_name: Literal["instance_id", "bbox", "lanes"]) -> None: ...

@final
class AnnotationGroup(Message):
    group_label: int
    @property
    def annotation(self) -> RepeatedCompositeFieldContainer[Annotation]: ...
    def __init__(
        self,
        *,
        group_label: int | None = ...,
        annotation: Iterable[Annotation | Mapping[str, object]] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["group_label"]) -> bool: ...
    def ClearField(self, field_name: Literal["group_label", "annotation"]) -> None: ...

@final
class BatchSampler(Message):
    use_original_image: bool  # true
    @property
    def sampler(self) -> Sampler: ...
    @property
    def sample_constraint(self) -> SampleConstraint: ...
    max_sample: int
    max_trials: int  # 100
    def __init__(
        self,
        *,
        use_original_image: bool | None = ...,
        sampler: Sampler | Mapping[str, object] | None = ...,
        sample_constraint: SampleConstraint | Mapping[str, object] | None = ...,
        max_sample: int | None = ...,
        max_trials: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["use_original_image", "sampler", "sample_constraint", "max_sample", "max_trials"]) -> bool: ...
    def ClearField(self, field_name: Literal["use_original_image", "sampler", "sample_constraint", "max_sample", "max_trials"]) -> None: ...

@final
class DetectionEvaluateParameter(Message):
    num_classes: int
    background_label_id: int  # 0
    overlap_threshold: float  # 0.5
    evaluate_difficult_gt: bool  # true
    name_size_file: str
    @property
    def resize_param(self) -> ResizeParameter: ...
    def __init__(
        self,
        *,
        num_classes: int | None = ...,
        background_label_id: int | None = ...,
        overlap_threshold: float | None = ...,
        evaluate_difficult_gt: bool | None = ...,
        name_size_file: str | None = ...,
        resize_param: ResizeParameter | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_classes", "background_label_id", "overlap_threshold", "evaluate_difficult_gt", "name_size_file", "resize_param"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_classes", "background_label_id", "overlap_threshold", "evaluate_difficult_gt", "name_size_file", "resize_param"]) -> None: ...

@final
class DetectionOutputParameter(Message):
    """Decodes boxes and keeps the best by non-maximum suppression."""
    num_classes: int
    share_location: bool  # true
    background_label_id: int  # 0
    @property
    def nms_param(self) -> NonMaximumSuppressionParameter: ...
    @property
    def save_output_param(self) -> SaveOutputParameter: ...
    code_type: PriorBoxParameter.CodeType  # CORNER
    keep_top_k: int  # -1
    variance_encoded_in_target: bool  # false
    confidence_threshold: float
    visualize: bool  # false
    visualize_threshold: float
    save_file: str
    use_polygon: bool  # true
    objectness_score: float  # 0.01
    side: int  # 13
    num_box: int  # 5
    coords: int  # 4
    nms_threshold: float  # 0.45
    @property
    def biases(self) -> RepeatedScalarFieldContainer[float]: ...
    label_map_file: str
    clip: bool  # false
    def __init__(
        self,
        *,
        num_classes: int | None = ...,
        share_location: bool | None = ...,
        background_label_id: int | None = ...,
        nms_param: NonMaximumSuppressionParameter | Mapping[str, object] | None = ...,
        save_output_param: SaveOutputParameter | Mapping[str, object] | None = ...,
        code_type: PriorBoxParameter.CodeType | Literal["CORNER", "CENTER_SIZE", "CORNER_SIZE"] | None = ...,
        keep_top_k: int | None = ...,
        variance_encoded_in_target: bool | None = ...,
        confidence_threshold: float | None = ...,
        visualize: bool | None = ...,
        visualize_threshold: float | None = ...,
        save_file: str | None = ...,
        use_polygon: bool | None = ...,
        objectness_score: float | None = ...,
        side: int | None = ...,
        num_box: int | None = ...,
        coords: int | None = ...,
        nms_threshold: float | None = ...,
        biases: Iterable[float] | None = ...,
        label_map_file: str | None = ...,
        clip: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_classes", "share_location", "background_label_id", "nms_param", "save_output_param", "code_type", "keep_top_k", "variance_encoded_in_target", "confidence_threshold", "visualize", "visualize_threshold", "save_file", "use_polygon", "objectness_score", "side", "num_box", "coords", "nms_threshold", "label_map_file", "clip"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_classes", "share_location", "background_label_id", "nms_param", "save_output_param", "code_type", "keep_top_k", "variance_encoded_in_target", "confidence_threshold", "visualize", "visualize_threshold", "save_file", "use_polygon", "objectness_score", "side", "num_box", "coords", "nms_threshold", "biases", "label_map_file", "clip"]) -> None: ...

@final
class DistortionParameter(Message):
    brightness_prob: float  # 0
    brightness_delta: float  # 0
    contrast_prob: float  # 0
    contrast_lower: float  # 0
    contrast_upper: float  # 0
    hue_prob: float  # 0
    hue_delta: float  # 0
    saturation_prob: float  # 0
    saturation_lower: float  # 0
    saturation_upper: float  # 0
    random_order_prob: float  # 0
    def __init__(
        self,
        *,
        brightness_prob: float | None = ...,
        brightness_delta: float | None = ...,
        contrast_prob: float | None = ...,
        contrast_lower: float | None = ...,
        contrast_upper: float | None = ...,
        hue_prob: float | None = ...,
        hue_delta: float | None = ...,
        saturation_prob: float | None = ...,
        saturation_lower: float | None = ...,
        saturation_upper: float | None = ...,
        random_order_prob: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["brightness_prob", "brightness_delta", "contrast_prob", "contrast_lower", "contrast_upper", "hue_prob", "hue_delta", "saturation_prob", "saturation_lower", "saturation_upper", "random_order_prob"]) -> bool: ...
    def ClearField(self, field_name: Literal["brightness_prob", "brightness_delta", "contrast_prob", "contrast_lower", "contrast_upper", "hue_prob", "hue_delta", "saturation_prob", "saturation_lower", "saturation_upper", "random_order_prob"]) -> None: ...

@final
class EmitConstraint(Message):

    class _EmitTypeType(_EnumTypeWrapper[EmitConstraint.EmitType]): ...

    class EmitType(int, metaclass=_EmitTypeType):
        CENTER: ClassVar[EmitConstraint.EmitType]  # 0
        MIN_OVERLAP: ClassVar[EmitConstraint.EmitType]  # 1

    CENTER: ClassVar[EmitConstraint.EmitType]
    MIN_OVERLAP: ClassVar[EmitConstraint.EmitType]

    emit_type: EmitConstraint.EmitType  # CENTER
    emit_overlap: float
    def __init__(
        self,
        *,
        emit_type: EmitConstraint.EmitType | Literal["CENTER", "MIN_OVERLAP"] | None = ...,
        emit_overlap: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["emit_type", "emit_overlap"]) -> bool: ...
    def ClearField(self, field_name: Literal["emit_type", "emit_overlap"]) -> None: ...

@final
class ExpansionParameter(Message):
    prob: float  # 1
    max_expand_ratio: float  # 1
    def __init__(
        self,
        *,
        prob: float | None = ...,
        max_expand_ratio: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["prob", "max_expand_ratio"]) -> bool: ...
    def ClearField(self, field_name: Literal["prob", "max_expand_ratio"]) -> None: ...

@final
class LabelMap(Message):
    @property
    def item(self) -> RepeatedCompositeFieldContainer[LabelMapItem]: ...
    def __init__(
        self,
        *,
        item: Iterable[LabelMapItem | Mapping[str, object]] | None = ...,
    ) -> None: ...
    def ClearField(self, field_name: Literal["item"]) -> None: ...

@final
class LabelMapItem(Message):
    name: str
    label: int
    display_name: str
    def __init__(
        self,
        *,
        name: str | None = ...,
        label: int | None = ...,
        display_name: str | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["name", "label", "display_name"]) -> bool: ...
    def ClearField(self, field_name: Literal["name", "label", "display_name"]) -> None: ...

@final
class MultiBoxLossParameter(Message):
    """Box regression and classification in one loss."""

    class _ConfLossTypeType(_EnumTypeWrapper[MultiBoxLossParameter.ConfLossType]): ...

    class ConfLossType(int, metaclass=_ConfLossTypeType):
        SOFTMAX: ClassVar[MultiBoxLossParameter.ConfLossType]  # 0
        LOGISTIC: ClassVar[MultiBoxLossParameter.ConfLossType]  # 1

    SOFTMAX: ClassVar[MultiBoxLossParameter.ConfLossType]
    LOGISTIC: ClassVar[MultiBoxLossParameter.ConfLossType]

    class _LocLossTypeType(_EnumTypeWrapper[MultiBoxLossParameter.LocLossType]): ...

    class LocLossType(int, metaclass=_LocLossTypeType):
        L2: ClassVar[MultiBoxLossParameter.LocLossType]  # 0
        SMOOTH_L1: ClassVar[MultiBoxLossParameter.LocLossType]  # 1

    L2: ClassVar[MultiBoxLossParameter.LocLossType]
    SMOOTH_L1: ClassVar[MultiBoxLossParameter.LocLossType]

    class _MatchTypeType(_EnumTypeWrapper[MultiBoxLossParameter.MatchType]): ...

    class MatchType(int, metaclass=_MatchTypeType):
        BIPARTITE: ClassVar[MultiBoxLossParameter.MatchType]  # 0
        PER_PREDICTION: ClassVar[MultiBoxLossParameter.MatchType]  # 1

    BIPARTITE: ClassVar[MultiBoxLossParameter.MatchType]
    PER_PREDICTION: ClassVar[MultiBoxLossParameter.MatchType]

    class _MiningTypeType(_EnumTypeWrapper[MultiBoxLossParameter.MiningType]): ...

    class MiningType(int, metaclass=_MiningTypeType):
        NONE: ClassVar[MultiBoxLossParameter.MiningType]  # 0
        MAX_NEGATIVE: ClassVar[MultiBoxLossParameter.MiningType]  # 1
        HARD_EXAMPLE: ClassVar[MultiBoxLossParameter.MiningType]  # 2

    NONE: ClassVar[MultiBoxLossParameter.MiningType]
    MAX_NEGATIVE: ClassVar[MultiBoxLossParameter.MiningType]
    HARD_EXAMPLE: ClassVar[MultiBoxLossParameter.MiningType]

    loc_loss_type: MultiBoxLossParameter.LocLossType  # SMOOTH_L1
    conf_loss_type: MultiBoxLossParameter.ConfLossType  # SOFTMAX
    loc_weight: float  # 1
    num_classes: int
    share_location: bool  # true
    match_type: MultiBoxLossParameter.MatchType  # PER_PREDICTION
    overlap_threshold: float  # 0.5
    use_prior_for_matching: bool  # true
    background_label_id: int  # 0
    use_difficult_gt: bool  # true
    do_neg_mining: bool
    neg_pos_ratio: float  # 3
    neg_overlap: float  # 0.5
    code_type: PriorBoxParameter.CodeType  # CORNER
    encode_variance_in_target: bool  # false
    map_object_to_agnostic: bool  # false
    ignore_cross_boundary_bbox: bool  # false
    bp_inside: bool  # false
    mining_type: MultiBoxLossParameter.MiningType  # MAX_NEGATIVE
    @property
    def nms_param(self) -> NonMaximumSuppressionParameter: ...
    sample_size: int  # 64
    use_prior_for_nms: bool  # false
    ignore_difficult_gt: bool  # false
    def __init__(
        self,
        *,
        loc_loss_type: MultiBoxLossParameter.LocLossType | Literal["L2", "SMOOTH_L1"] | None = ...,
        conf_loss_type: MultiBoxLossParameter.ConfLossType | Literal["SOFTMAX", "LOGISTIC"] | None = ...,
        loc_weight: float | None = ...,
        num_classes: int | None = ...,
        share_location: bool | None = ...,
        match_type: MultiBoxLossParameter.MatchType | Literal["BIPARTITE", "PER_PREDICTION"] | None = ...,
        overlap_threshold: float | None = ...,
        use_prior_for_matching: bool | None = ...,
        background_label_id: int | None = ...,
        use_difficult_gt: bool | None = ...,
        do_neg_mining: bool | None = ...,
        neg_pos_ratio: float | None = ...,
        neg_overlap: float | None = ...,
        code_type: PriorBoxParameter.CodeType | Literal["CORNER", "CENTER_SIZE", "CORNER_SIZE"] | None = ...,
        encode_variance_in_target: bool | None = ...,
        map_object_to_agnostic: bool | None = ...,
        ignore_cross_boundary_bbox: bool | None = ...,
        bp_inside: bool | None = ...,
        mining_type: MultiBoxLossParameter.MiningType | Literal["NONE", "MAX_NEGATIVE", "HARD_EXAMPLE"] | None = ...,
        nms_param: NonMaximumSuppressionParameter | Mapping[str, object] | None = ...,
        sample_size: int | None = ...,
        use_prior_for_nms: bool | None = ...,
        ignore_difficult_gt: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["loc_loss_type", "conf_loss_type", "loc_weight", "num_classes", "share_location", "match_type", "overlap_threshold", "use_prior_for_matching", "background_label_id", "use_difficult_gt", "do_neg_mining", "neg_pos_ratio", "neg_overlap", "code_type", "encode_variance_in_target", "map_object_to_agnostic", "ignore_cross_boundary_bbox", "bp_inside", "mining_type", "nms_param", "sample_size", "use_prior_for_nms", "ignore_difficult_gt"]) -> bool: ...
    def ClearField(self, field_name: Literal["loc_loss_type", "conf_loss_type", "loc_weight", "num_classes", "share_location", "match_type", "overlap_threshold", "use_prior_for_matching", "background_label_id", "use_difficult_gt", "do_neg_mining", "neg_pos_ratio", "neg_overlap", "code_type", "encode_variance_in_target", "map_object_to_agnostic", "ignore_cross_boundary_bbox", "bp_inside", "mining_type", "nms_param", "sample_size", "use_prior_for_nms", "ignore_difficult_gt"]) -> None: ...

@final
class NoiseParameter(Message):
    prob: float  # 0
    hist_eq: bool  # false
    inverse: bool  # false
    decolorize: bool  # false
    gauss_blur: bool  # false
    jpeg: float  # -1
    posterize: bool  # false
    erode: bool  # false
    saltpepper: bool  # false
    @property
    def saltpepper_param(self) -> SaltPepperParameter: ...
    clahe: bool  # false
    convert_to_hsv: bool  # false
    convert_to_lab: bool  # false
    def __init__(
        self,
        *,
        prob: float | None = ...,
        hist_eq: bool | None = ...,
        inverse: bool | None = ...,
        decolorize: bool | None = ...,
        gauss_blur: bool | None = ...,
        jpeg: float | None = ...,
        posterize: bool | None = ...,
        erode: bool | None = ...,
        saltpepper: bool | None = ...,
        saltpepper_param: SaltPepperParameter | Mapping[str, object] | None = ...,
        clahe: bool | None = ...,
        convert_to_hsv: bool | None = ...,
        convert_to_lab: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["prob", "hist_eq", "inverse", "decolorize", "gauss_blur", "jpeg", "posterize", "erode", "saltpepper", "saltpepper_param", "clahe", "convert_to_hsv", "convert_to_lab"]) -> bool: ...
    def ClearField(self, field_name: Literal["prob", "hist_eq", "inverse", "decolorize", "gauss_blur", "jpeg", "posterize", "erode", "saltpepper", "saltpepper_param", "clahe", "convert_to_hsv", "convert_to_lab"]) -> None: ...

@final
class NonMaximumSuppressionParameter(Message):
    nms_threshold: float  # 0.3
    top_k: int
    eta: float  # 1
    def __init__(
        self,
        *,
        nms_threshold: float | None = ...,
        top_k: int | None = ...,
        eta: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["nms_threshold", "top_k", "eta"]) -> bool: ...
    def ClearField(self, field_name: Literal["nms_threshold", "top_k", "eta"]) -> None: ...

@final
class NormalizedBBox(Message):
    xmin: float
    ymin: float
    xmax: float
    ymax: float
    label: int
    difficult: bool
    score: float
    size: float
    def __init__(
        self,
        *,
        xmin: float | None = ...,
        ymin: float | None = ...,
        xmax: float | None = ...,
        ymax: float | None = ...,
        label: int | None = ...,
        difficult: bool | None = ...,
        score: float | None = ...,
        size: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["xmin", "ymin", "xmax", "ymax", "label", "difficult", "score", "size"]) -> bool: ...
    def ClearField(self, field_name: Literal["xmin", "ymin", "xmax", "ymax", "label", "difficult", "score", "size"]) -> None: ...

@final
class NormalizeParameter(Message):
    """L2 norm over channels (and space), then a learned scale."""
    across_spatial: bool  # true
    @property
    def scale_filler(self) -> FillerParameter: ...
    channel_shared: bool  # true
    eps: float  # 1e-10
    def __init__(
        self,
        *,
        across_spatial: bool | None = ...,
        scale_filler: FillerParameter | Mapping[str, object] | None = ...,
        channel_shared: bool | None = ...,
        eps: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["across_spatial", "scale_filler", "channel_shared", "eps"]) -> bool: ...
    def ClearField(self, field_name: Literal["across_spatial", "scale_filler", "channel_shared", "eps"]) -> None: ...

@final
class PermuteParameter(Message):
    """Reorders the axes."""
    @property
    def order(self) -> RepeatedScalarFieldContainer[int]: ...
    def __init__(
        self,
        *,
        order: Iterable[int] | None = ...,
    ) -> None: ...
    def ClearField(self, field_name: Literal["order"]) -> None: ...

@final
class PriorBoxParameter(Message):
    """Default boxes laid over a feature map."""

    class _CodeTypeType(_EnumTypeWrapper[PriorBoxParameter.CodeType]): ...

    class CodeType(int, metaclass=_CodeTypeType):
        CORNER: ClassVar[PriorBoxParameter.CodeType]  # 1
        CENTER_SIZE: ClassVar[PriorBoxParameter.CodeType]  # 2
        CORNER_SIZE: ClassVar[PriorBoxParameter.CodeType]  # 3

    CORNER: ClassVar[PriorBoxParameter.CodeType]
    CENTER_SIZE: ClassVar[PriorBoxParameter.CodeType]
    CORNER_SIZE: ClassVar[PriorBoxParameter.CodeType]

    @property
    def min_size(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def max_size(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def aspect_ratio(self) -> RepeatedScalarFieldContainer[float]: ...
    flip: bool  # true
    clip: bool  # false
    @property
    def variance(self) -> RepeatedScalarFieldContainer[float]: ...
    img_size: int
    img_h: int
    img_w: int
    step: float
    step_h: float
    step_w: float
    offset: float  # 0.5
    denser_prior_boxes: bool  # false
    @property
    def fixed_size(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def fixed_ratio(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def density(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def offset_h(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def offset_w(self) -> RepeatedScalarFieldContainer[float]: ...
    def __init__(
        self,
        *,
        min_size: Iterable[float] | None = ...,
        max_size: Iterable[float] | None = ...,
        aspect_ratio: Iterable[float] | None = ...,
        flip: bool | None = ...,
        clip: bool | None = ...,
        variance: Iterable[float] | None = ...,
        img_size: int | None = ...,
        img_h: int | None = ...,
        img_w: int | None = ...,
        step: float | None = ...,
        step_h: float | None = ...,
        step_w: float | None = ...,
        offset: float | None = ...,
        denser_prior_boxes: bool | None = ...,
        fixed_size: Iterable[float] | None = ...,
        fixed_ratio: Iterable[float] | None = ...,
        density: Iterable[float] | None = ...,
        offset_h: Iterable[float] | None = ...,
        offset_w: Iterable[float] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["flip", "clip", "img_size", "img_h", "img_w", "step", "step_h", "step_w", "offset", "denser_prior_boxes"]) -> bool: ...
    def ClearField(self, field_name: Literal["min_size", "max_size", "aspect_ratio", "flip", "clip", "variance", "img_size", "img_h", "img_w", "step", "step_h", "step_w", "offset", "denser_prior_boxes", "fixed_size", "fixed_ratio", "density", "offset_h", "offset_w"]) -> None: ...

@final
class ResizeParameter(Message):
    """How an image is brought to size."""

    class _Interp_modeType(_EnumTypeWrapper[ResizeParameter.Interp_mode]): ...

    class Interp_mode(int, metaclass=_Interp_modeType):
        LINEAR: ClassVar[ResizeParameter.Interp_mode]  # 1
        AREA: ClassVar[ResizeParameter.Interp_mode]  # 2
        NEAREST: ClassVar[ResizeParameter.Interp_mode]  # 3
        CUBIC: ClassVar[ResizeParameter.Interp_mode]  # 4
        LANCZOS4: ClassVar[ResizeParameter.Interp_mode]  # 5

    LINEAR: ClassVar[ResizeParameter.Interp_mode]
    AREA: ClassVar[ResizeParameter.Interp_mode]
    NEAREST: ClassVar[ResizeParameter.Interp_mode]
    CUBIC: ClassVar[ResizeParameter.Interp_mode]
    LANCZOS4: ClassVar[ResizeParameter.Interp_mode]

    class _Pad_modeType(_EnumTypeWrapper[ResizeParameter.Pad_mode]): ...

    class Pad_mode(int, metaclass=_Pad_modeType):
        CONSTANT: ClassVar[ResizeParameter.Pad_mode]  # 1
        MIRRORED: ClassVar[ResizeParameter.Pad_mode]  # 2
        REPEAT_NEAREST: ClassVar[ResizeParameter.Pad_mode]  # 3

    CONSTANT: ClassVar[ResizeParameter.Pad_mode]
    MIRRORED: ClassVar[ResizeParameter.Pad_mode]
    REPEAT_NEAREST: ClassVar[ResizeParameter.Pad_mode]

    class _Resize_modeType(_EnumTypeWrapper[ResizeParameter.Resize_mode]): ...

    class Resize_mode(int, metaclass=_Resize_modeType):
        WARP: ClassVar[ResizeParameter.Resize_mode]  # 1
        FIT_SMALL_SIZE: ClassVar[ResizeParameter.Resize_mode]  # 2
        FIT_LARGE_SIZE_AND_PAD: ClassVar[ResizeParameter.Resize_mode]  # 3

    WARP: ClassVar[ResizeParameter.Resize_mode]
    FIT_SMALL_SIZE: ClassVar[ResizeParameter.Resize_mode]
    FIT_LARGE_SIZE_AND_PAD: ClassVar[ResizeParameter.Resize_mode]

    prob: float  # 1
    resize_mode: ResizeParameter.Resize_mode  # WARP
    height: int  # 0
    width: int  # 0
    pad_mode: ResizeParameter.Pad_mode  # CONSTANT
    @property
    def pad_value(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def interp_mode(self) -> RepeatedScalarFieldContainer[ResizeParameter.Interp_mode]: ...
    height_scale: int  # 0
    width_scale: int  # 0
    def __init__(
        self,
        *,
        prob: float | None = ...,
        resize_mode: ResizeParameter.Resize_mode | Literal["WARP", "FIT_SMALL_SIZE", "FIT_LARGE_SIZE_AND_PAD"] | None = ...,
        height: int | None = ...,
        width: int | None = ...,
        pad_mode: ResizeParameter.Pad_mode | Literal["CONSTANT", "MIRRORED", "REPEAT_NEAREST"] | None = ...,
        pad_value: Iterable[float] | None = ...,
        interp_mode: Iterable[ResizeParameter.Interp_mode | Literal["LINEAR", "AREA", "NEAREST", "CUBIC", "LANCZOS4"]] | None = ...,
        height_scale: int | None = ...,
        width_scale: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["prob", "resize_mode", "height", "width", "pad_mode", "height_scale", "width_scale"]) -> bool: ...
    def ClearField(self, field_name: Literal["prob", "resize_mode", "height", "width", "pad_mode", "pad_value", "interp_mode", "height_scale", "width_scale"]) -> None: ...

@final
class SaltPepperParameter(Message):
    fraction: float  # 0
    @property
    def value(self) -> RepeatedScalarFieldContainer[float]: ...
    def __init__(
        self,
        *,
        fraction: float | None = ...,
        value: Iterable[float] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["fraction"]) -> bool: ...
    def ClearField(self, field_name: Literal["fraction", "value"]) -> None: ...

@final
class SampleConstraint(Message):
    min_jaccard_overlap: float
    max_jaccard_overlap: float
    min_sample_coverage: float
    max_sample_coverage: float
    min_object_coverage: float
    max_object_coverage: float
    def __init__(
        self,
        *,
        min_jaccard_overlap: float | None = ...,
        max_jaccard_overlap: float | None = ...,
        min_sample_coverage: float | None = ...,
        max_sample_coverage: float | None = ...,
        min_object_coverage: float | None = ...,
        max_object_coverage: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["min_jaccard_overlap", "max_jaccard_overlap", "min_sample_coverage", "max_sample_coverage", "min_object_coverage", "max_object_coverage"]) -> bool: ...
    def ClearField(self, field_name: Literal["min_jaccard_overlap", "max_jaccard_overlap", "min_sample_coverage", "max_sample_coverage", "min_object_coverage", "max_object_coverage"]) -> None: ...

@final
class Sampler(Message):
    min_scale: float  # 1
    max_scale: float  # 1
    min_aspect_ratio: float  # 1
    max_aspect_ratio: float  # 1
    def __init__(
        self,
        *,
        min_scale: float | None = ...,
        max_scale: float | None = ...,
        min_aspect_ratio: float | None = ...,
        max_aspect_ratio: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["min_scale", "max_scale", "min_aspect_ratio", "max_aspect_ratio"]) -> bool: ...
    def ClearField(self, field_name: Literal["min_scale", "max_scale", "min_aspect_ratio", "max_aspect_ratio"]) -> None: ...

@final
class SaveOutputParameter(Message):
    output_directory: str
    output_name_prefix: str
    output_format: str
    label_map_file: str
    name_size_file: str
    num_test_image: int
    @property
    def resize_param(self) -> ResizeParameter: ...
    def __init__(
        self,
        *,
        output_directory: str | None = ...,
        output_name_prefix: str | None = ...,
        output_format: str | None = ...,
        label_map_file: str | None = ...,
        name_size_file: str | None = ...,
        num_test_image: int | None = ...,
        resize_param: ResizeParameter | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["output_directory", "output_name_prefix", "output_format", "label_map_file", "name_size_file", "num_test_image", "resize_param"]) -> bool: ...
    def ClearField(self, field_name: Literal["output_directory", "output_name_prefix", "output_format", "label_map_file", "name_size_file", "num_test_image", "resize_param"]) -> None: ...

@final
class VideoDataParameter(Message):

    class _VideoTypeType(_EnumTypeWrapper[VideoDataParameter.VideoType]): ...

    class VideoType(int, metaclass=_VideoTypeType):
        WEBCAM: ClassVar[VideoDataParameter.VideoType]  # 0
        VIDEO: ClassVar[VideoDataParameter.VideoType]  # 1

    WEBCAM: ClassVar[VideoDataParameter.VideoType]
    VIDEO: ClassVar[VideoDataParameter.VideoType]

    video_type: VideoDataParameter.VideoType  # WEBCAM
    device_id: int  # 0
    video_file: str
    skip_frames: int  # 0
    source: str
    root_folder: str
    batch_size: int  # 1
    new_length: int  # 0
    new_height: int  # 0
    new_width: int  # 0
    sampling_rate: int  # 1
    use_image: bool  # true
    use_temporal_jitter: bool  # false
    show_data: bool  # false
    shuffle: bool  # false
    def __init__(
        self,
        *,
        video_type: VideoDataParameter.VideoType | Literal["WEBCAM", "VIDEO"] | None = ...,
        device_id: int | None = ...,
        video_file: str | None = ...,
        skip_frames: int | None = ...,
        source: str | None = ...,
        root_folder: str | None = ...,
        batch_size: int | None = ...,
        new_length: int | None = ...,
        new_height: int | None = ...,
        new_width: int | None = ...,
        sampling_rate: int | None = ...,
        use_image: bool | None = ...,
        use_temporal_jitter: bool | None = ...,
        show_data: bool | None = ...,
        shuffle: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["video_type", "device_id", "video_file", "skip_frames", "source", "root_folder", "batch_size", "new_length", "new_height", "new_width", "sampling_rate", "use_image", "use_temporal_jitter", "show_data", "shuffle"]) -> bool: ...
    def ClearField(self, field_name: Literal["video_type", "device_id", "video_file", "skip_frames", "source", "root_folder", "batch_size", "new_length", "new_height", "new_width", "sampling_rate", "use_image", "use_temporal_jitter", "show_data", "shuffle"]) -> None: ...

@final
class Convolution3DParameter(Message):
    """A convolution over clips, N x C x L x H x W: the kernel is kernel_depth x kernel_size x kernel_size."""
    num_output: int
    bias_term: bool  # true
    pad: int  # 0
    kernel_size: int
    filter_group: int  # 1
    kernel_depth: int
    stride: int  # 1
    temporal_stride: int  # 1
    @property
    def weight_filler(self) -> FillerParameter: ...
    @property
    def bias_filler(self) -> FillerParameter: ...
    temporal_pad: int  # 0
    def __init__(
        self,
        *,
        num_output: int | None = ...,
        bias_term: bool | None = ...,
        pad: int | None = ...,
        kernel_size: int | None = ...,
        filter_group: int | None = ...,
        kernel_depth: int | None = ...,
        stride: int | None = ...,
        temporal_stride: int | None = ...,
        weight_filler: FillerParameter | Mapping[str, object] | None = ...,
        bias_filler: FillerParameter | Mapping[str, object] | None = ...,
        temporal_pad: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_output", "bias_term", "pad", "kernel_size", "filter_group", "kernel_depth", "stride", "temporal_stride", "weight_filler", "bias_filler", "temporal_pad"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_output", "bias_term", "pad", "kernel_size", "filter_group", "kernel_depth", "stride", "temporal_stride", "weight_filler", "bias_filler", "temporal_pad"]) -> None: ...

@final
class Pooling3DParameter(Message):
    """Pooling over clips; there is no pad along L."""
    pool: PoolingParameter.PoolMethod  # MAX
    kernel_size: int
    stride: int  # 1
    pad: int  # 0
    kernel_depth: int
    temporal_stride: int  # 1
    def __init__(
        self,
        *,
        pool: PoolingParameter.PoolMethod | Literal["MAX", "AVE", "STOCHASTIC"] | None = ...,
        kernel_size: int | None = ...,
        stride: int | None = ...,
        pad: int | None = ...,
        kernel_depth: int | None = ...,
        temporal_stride: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["pool", "kernel_size", "stride", "pad", "kernel_depth", "temporal_stride"]) -> bool: ...
    def ClearField(self, field_name: Literal["pool", "kernel_size", "stride", "pad", "kernel_depth", "temporal_stride"]) -> None: ...

@final
class BoxAnnotatorOHEMParameter(Message):
    roi_per_img: int
    ignore_label: int  # -1
    def __init__(
        self,
        *,
        roi_per_img: int | None = ...,
        ignore_label: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["roi_per_img", "ignore_label"]) -> bool: ...
    def ClearField(self, field_name: Literal["roi_per_img", "ignore_label"]) -> None: ...

@final
class ProposalParameter(Message):
    """Regions of interest from the scores and moves of anchors (mini-caffe)."""
    feat_stride: int  # 16
    base_size: int  # 16
    min_size: int  # 16
    @property
    def ratio(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def scale(self) -> RepeatedScalarFieldContainer[float]: ...
    pre_nms_topn: int  # 6000
    post_nms_topn: int  # 300
    nms_thresh: float  # 0.7
    def __init__(
        self,
        *,
        feat_stride: int | None = ...,
        base_size: int | None = ...,
        min_size: int | None = ...,
        ratio: Iterable[float] | None = ...,
        scale: Iterable[float] | None = ...,
        pre_nms_topn: int | None = ...,
        post_nms_topn: int | None = ...,
        nms_thresh: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["feat_stride", "base_size", "min_size", "pre_nms_topn", "post_nms_topn", "nms_thresh"]) -> bool: ...
    def ClearField(self, field_name: Literal["feat_stride", "base_size", "min_size", "ratio", "scale", "pre_nms_topn", "post_nms_topn", "nms_thresh"]) -> None: ...

@final
class PSROIPoolingParameter(Message):
    """Position-sensitive pooling of regions of interest."""
    spatial_scale: float
    output_dim: int
    group_size: int
    def __init__(
        self,
        *,
        spatial_scale: float | None = ...,
        output_dim: int | None = ...,
        group_size: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["spatial_scale", "output_dim", "group_size"]) -> bool: ...
    def ClearField(self, field_name: Literal["spatial_scale", "output_dim", "group_size"]) -> None: ...

@final
class ROIPoolingParameter(Message):
    """Max pooling of regions of interest to a fixed size."""
    pooled_h: int  # 0
    pooled_w: int  # 0
    spatial_scale: float  # 1
    @property
    def pooled_size(self) -> RepeatedScalarFieldContainer[int]: ...
    def __init__(
        self,
        *,
        pooled_h: int | None = ...,
        pooled_w: int | None = ...,
        spatial_scale: float | None = ...,
        pooled_size: Iterable[int] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["pooled_h", "pooled_w", "spatial_scale"]) -> bool: ...
    def ClearField(self, field_name: Literal["pooled_h", "pooled_w", "spatial_scale", "pooled_size"]) -> None: ...

@final
class SmoothL1LossParameter(Message):
    sigma: float  # 1
    def __init__(
        self,
        *,
        sigma: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["sigma"]) -> bool: ...
    def ClearField(self, field_name: Literal["sigma"]) -> None: ...

@final
class BNParameter(Message):
    """Two layers of one name: SegNet's BN (2 arrays) and PSPNet's BN (4 arrays)."""

    class _BNModeType(_EnumTypeWrapper[BNParameter.BNMode]): ...

    class BNMode(int, metaclass=_BNModeType):
        LEARN: ClassVar[BNParameter.BNMode]  # 0
        INFERENCE: ClassVar[BNParameter.BNMode]  # 1

    LEARN: ClassVar[BNParameter.BNMode]
    INFERENCE: ClassVar[BNParameter.BNMode]

    class _EngineType(_EnumTypeWrapper[BNParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        """pspnet"""
        DEFAULT: ClassVar[BNParameter.Engine]  # 0
        CAFFE: ClassVar[BNParameter.Engine]  # 1
        CUDNN: ClassVar[BNParameter.Engine]  # 2

    DEFAULT: ClassVar[BNParameter.Engine]
    CAFFE: ClassVar[BNParameter.Engine]
    CUDNN: ClassVar[BNParameter.Engine]

    @property
    def scale_filler(self) -> FillerParameter: ...
    @property
    def shift_filler(self) -> FillerParameter: ...
    bn_mode: BNParameter.BNMode  # LEARN
    @property
    def slope_filler(self) -> FillerParameter: ...
    @property
    def bias_filler(self) -> FillerParameter: ...
    momentum: float  # 0.9
    eps: float  # 1e-05
    frozen: bool  # false
    engine: BNParameter.Engine  # DEFAULT
    def __init__(
        self,
        *,
        scale_filler: FillerParameter | Mapping[str, object] | None = ...,
        shift_filler: FillerParameter | Mapping[str, object] | None = ...,
        bn_mode: BNParameter.BNMode | Literal["LEARN", "INFERENCE"] | None = ...,
        slope_filler: FillerParameter | Mapping[str, object] | None = ...,
        bias_filler: FillerParameter | Mapping[str, object] | None = ...,
        momentum: float | None = ...,
        eps: float | None = ...,
        frozen: bool | None = ...,
        engine: BNParameter.Engine | Literal["DEFAULT", "CAFFE", "CUDNN"] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["scale_filler", "shift_filler", "bn_mode", "slope_filler", "bias_filler", "momentum", "eps", "frozen", "engine"]) -> bool: ...
    def ClearField(self, field_name: Literal["scale_filler", "shift_filler", "bn_mode", "slope_filler", "bias_filler", "momentum", "eps", "frozen", "engine"]) -> None: ...

@final
class DenseImageDataParameter(Message):
    source: str
    batch_size: int
    rand_skip: int  # 0
    shuffle: bool  # false
    new_height: int  # 0
    new_width: int  # 0
    is_color: bool  # true
    mean_file: str
    root_folder: str
    mirror: bool  # false
    crop_width: int  # 0
    crop_height: int  # 0
    label_divide_factor: float  # 1
    def __init__(
        self,
        *,
        source: str | None = ...,
        batch_size: int | None = ...,
        rand_skip: int | None = ...,
        shuffle: bool | None = ...,
        new_height: int | None = ...,
        new_width: int | None = ...,
        is_color: bool | None = ...,
        mean_file: str | None = ...,
        root_folder: str | None = ...,
        mirror: bool | None = ...,
        crop_width: int | None = ...,
        crop_height: int | None = ...,
        label_divide_factor: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["source", "batch_size", "rand_skip", "shuffle", "new_height", "new_width", "is_color", "mean_file", "root_folder", "mirror", "crop_width", "crop_height", "label_divide_factor"]) -> bool: ...
    def ClearField(self, field_name: Literal["source", "batch_size", "rand_skip", "shuffle", "new_height", "new_width", "is_color", "mean_file", "root_folder", "mirror", "crop_width", "crop_height", "label_divide_factor"]) -> None: ...

@final
class UpsampleParameter(Message):
    """Undoes a max pooling with the indices of its maxima."""
    scale: int  # 2
    scale_h: int
    scale_w: int
    pad_out_h: bool  # false
    pad_out_w: bool  # false
    upsample_h: int
    upsample_w: int
    height_scale: float
    width_scale: float
    mode: str
    def __init__(
        self,
        *,
        scale: int | None = ...,
        scale_h: int | None = ...,
        scale_w: int | None = ...,
        pad_out_h: bool | None = ...,
        pad_out_w: bool | None = ...,
        upsample_h: int | None = ...,
        upsample_w: int | None = ...,
        height_scale: float | None = ...,
        width_scale: float | None = ...,
        mode: str | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["scale", "scale_h", "scale_w", "pad_out_h", "pad_out_w", "upsample_h", "upsample_w", "height_scale", "width_scale", "mode"]) -> bool: ...
    def ClearField(self, field_name: Literal["scale", "scale_h", "scale_w", "pad_out_h", "pad_out_w", "upsample_h", "upsample_w", "height_scale", "width_scale", "mode"]) -> None: ...

@final
class AdaptiveBiasChannelParameter(Message):
    num_iter: int  # 1
    bg_portion: float  # 0.2
    fg_portion: float  # 0.2
    suppress_others: bool  # true
    margin_others: float  # 1e-05
    def __init__(
        self,
        *,
        num_iter: int | None = ...,
        bg_portion: float | None = ...,
        fg_portion: float | None = ...,
        suppress_others: bool | None = ...,
        margin_others: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_iter", "bg_portion", "fg_portion", "suppress_others", "margin_others"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_iter", "bg_portion", "fg_portion", "suppress_others", "margin_others"]) -> None: ...

@final
class BiasChannelParameter(Message):

    class _LabelTypeType(_EnumTypeWrapper[BiasChannelParameter.LabelType]): ...

    class LabelType(int, metaclass=_LabelTypeType):
        IMAGE: ClassVar[BiasChannelParameter.LabelType]  # 1
        PIXEL: ClassVar[BiasChannelParameter.LabelType]  # 2

    IMAGE: ClassVar[BiasChannelParameter.LabelType]
    PIXEL: ClassVar[BiasChannelParameter.LabelType]

    bg_bias: float  # 1
    fg_bias: float  # 2
    @property
    def ignore_label(self) -> RepeatedScalarFieldContainer[int]: ...
    label_type: BiasChannelParameter.LabelType  # IMAGE
    background_label: int  # 0
    def __init__(
        self,
        *,
        bg_bias: float | None = ...,
        fg_bias: float | None = ...,
        ignore_label: Iterable[int] | None = ...,
        label_type: BiasChannelParameter.LabelType | Literal["IMAGE", "PIXEL"] | None = ...,
        background_label: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["bg_bias", "fg_bias", "label_type", "background_label"]) -> bool: ...
    def ClearField(self, field_name: Literal["bg_bias", "fg_bias", "ignore_label", "label_type", "background_label"]) -> None: ...

@final
class DenseCRFParameter(Message):
    max_iter: int  # 10
    @property
    def pos_xy_std(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def pos_w(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def bi_xy_std(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def bi_rgb_std(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def bi_w(self) -> RepeatedScalarFieldContainer[float]: ...
    output_probability: bool  # true
    def __init__(
        self,
        *,
        max_iter: int | None = ...,
        pos_xy_std: Iterable[float] | None = ...,
        pos_w: Iterable[float] | None = ...,
        bi_xy_std: Iterable[float] | None = ...,
        bi_rgb_std: Iterable[float] | None = ...,
        bi_w: Iterable[float] | None = ...,
        output_probability: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["max_iter", "output_probability"]) -> bool: ...
    def ClearField(self, field_name: Literal["max_iter", "pos_xy_std", "pos_w", "bi_xy_std", "bi_rgb_std", "bi_w", "output_probability"]) -> None: ...

@final
class DomainTransformParameter(Message):
    num_iter: int  # 3
    spatial_sigma: float  # 50
    range_sigma: float  # 5
    min_weight: float  # 0
    def __init__(
        self,
        *,
        num_iter: int | None = ...,
        spatial_sigma: float | None = ...,
        range_sigma: float | None = ...,
        min_weight: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_iter", "spatial_sigma", "range_sigma", "min_weight"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_iter", "spatial_sigma", "range_sigma", "min_weight"]) -> None: ...

@final
class InterpParameter(Message):
    """Bilinear resizing, corners aligned."""
    height: int  # 0
    width: int  # 0
    zoom_factor: int  # 1
    shrink_factor: int  # 1
    pad_beg: int  # 0
    pad_end: int  # 0
    height_scale: float
    width_scale: float
    use_blob_size: bool  # false
    def __init__(
        self,
        *,
        height: int | None = ...,
        width: int | None = ...,
        zoom_factor: int | None = ...,
        shrink_factor: int | None = ...,
        pad_beg: int | None = ...,
        pad_end: int | None = ...,
        height_scale: float | None = ...,
        width_scale: float | None = ...,
        use_blob_size: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["height", "width", "zoom_factor", "shrink_factor", "pad_beg", "pad_end", "height_scale", "width_scale", "use_blob_size"]) -> bool: ...
    def ClearField(self, field_name: Literal["height", "width", "zoom_factor", "shrink_factor", "pad_beg", "pad_end", "height_scale", "width_scale", "use_blob_size"]) -> None: ...

@final
class MatReadParameter(Message):
    prefix: str
    source: str
    strip: int  # 0
    batch_size: int  # 1
    def __init__(
        self,
        *,
        prefix: str | None = ...,
        source: str | None = ...,
        strip: int | None = ...,
        batch_size: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["prefix", "source", "strip", "batch_size"]) -> bool: ...
    def ClearField(self, field_name: Literal["prefix", "source", "strip", "batch_size"]) -> None: ...

@final
class MatWriteParameter(Message):
    prefix: str
    source: str
    strip: int  # 0
    period: int  # 1
    def __init__(
        self,
        *,
        prefix: str | None = ...,
        source: str | None = ...,
        strip: int | None = ...,
        period: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["prefix", "source", "strip", "period"]) -> bool: ...
    def ClearField(self, field_name: Literal["prefix", "source", "strip", "period"]) -> None: ...

@final
class PaddingParameter(Message):
    """Zeros around images, or (negative) rows and columns that are cut off."""
    pad_beg: int  # 0
    pad_end: int  # 0
    def __init__(
        self,
        *,
        pad_beg: int | None = ...,
        pad_end: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["pad_beg", "pad_end"]) -> bool: ...
    def ClearField(self, field_name: Literal["pad_beg", "pad_end"]) -> None: ...

@final
class SegAccuracyParameter(Message):

    class _AccuracyMetricType(_EnumTypeWrapper[SegAccuracyParameter.AccuracyMetric]): ...

    class AccuracyMetric(int, metaclass=_AccuracyMetricType):
        PixelAccuracy: ClassVar[SegAccuracyParameter.AccuracyMetric]  # 0
        ClassAccuracy: ClassVar[SegAccuracyParameter.AccuracyMetric]  # 1
        PixelIOU: ClassVar[SegAccuracyParameter.AccuracyMetric]  # 2

    PixelAccuracy: ClassVar[SegAccuracyParameter.AccuracyMetric]
    ClassAccuracy: ClassVar[SegAccuracyParameter.AccuracyMetric]
    PixelIOU: ClassVar[SegAccuracyParameter.AccuracyMetric]

    metric: SegAccuracyParameter.AccuracyMetric  # PixelAccuracy
    @property
    def ignore_label(self) -> RepeatedScalarFieldContainer[int]: ...
    reset: bool  # true
    def __init__(
        self,
        *,
        metric: SegAccuracyParameter.AccuracyMetric | Literal["PixelAccuracy", "ClassAccuracy", "PixelIOU"] | None = ...,
        ignore_label: Iterable[int] | None = ...,
        reset: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["metric", "reset"]) -> bool: ...
    def ClearField(self, field_name: Literal["metric", "ignore_label", "reset"]) -> None: ...

@final
class UniqueLabelParameter(Message):
    max_labels: int
    @property
    def ignore_label(self) -> RepeatedScalarFieldContainer[int]: ...
    @property
    def force_label(self) -> RepeatedScalarFieldContainer[float]: ...
    def __init__(
        self,
        *,
        max_labels: int | None = ...,
        ignore_label: Iterable[int] | None = ...,
        force_label: Iterable[float] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["max_labels"]) -> bool: ...
    def ClearField(self, field_name: Literal["max_labels", "ignore_label", "force_label"]) -> None: ...

@final
class AccumParameter(Message):
    top_height: int  # 0
    top_width: int  # 0
    size_divisible_by: int  # 0
    have_reference: bool  # false
    def __init__(
        self,
        *,
        top_height: int | None = ...,
        top_width: int | None = ...,
        size_divisible_by: int | None = ...,
        have_reference: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["top_height", "top_width", "size_divisible_by", "have_reference"]) -> bool: ...
    def ClearField(self, field_name: Literal["top_height", "top_width", "size_divisible_by", "have_reference"]) -> None: ...

@final
class AugmentationCoeff(Message):
    mirror: float  # 0
    dx: float  # 0
    dy: float  # 0
    angle: float  # 0
    zoom_x: float  # 1
    zoom_y: float  # 1
    pow_nomean0: float  # 1
    pow_nomean1: float  # 1
    pow_nomean2: float  # 1
    add_nomean0: float  # 0
    add_nomean1: float  # 0
    add_nomean2: float  # 0
    mult_nomean0: float  # 1
    mult_nomean1: float  # 1
    mult_nomean2: float  # 1
    pow_withmean0: float  # 1
    pow_withmean1: float  # 1
    pow_withmean2: float  # 1
    add_withmean0: float  # 0
    add_withmean1: float  # 0
    add_withmean2: float  # 0
    mult_withmean0: float  # 1
    mult_withmean1: float  # 1
    mult_withmean2: float  # 1
    lmult_pow: float  # 1
    lmult_add: float  # 0
    lmult_mult: float  # 1
    col_angle: float  # 0
    fog_amount: float  # 0
    fog_size: float  # 0
    motion_blur_angle: float  # 0
    motion_blur_size: float  # 0
    shadow_angle: float  # 0
    shadow_distance: float  # 0
    shadow_strength: float  # 0
    noise: float  # 0
    gamma: float  # 1
    brightness: float  # 0
    contrast: float  # 1
    color1: float  # 1
    color2: float  # 1
    color3: float  # 1
    def __init__(
        self,
        *,
        mirror: float | None = ...,
        dx: float | None = ...,
        dy: float | None = ...,
        angle: float | None = ...,
        zoom_x: float | None = ...,
        zoom_y: float | None = ...,
        pow_nomean0: float | None = ...,
        pow_nomean1: float | None = ...,
        pow_nomean2: float | None = ...,
        add_nomean0: float | None = ...,
        add_nomean1: float | None = ...,
        add_nomean2: float | None = ...,
        mult_nomean0: float | None = ...,
        mult_nomean1: float | None = ...,
        mult_nomean2: float | None = ...,
        pow_withmean0: float | None = ...,
        pow_withmean1: float | None = ...,
        pow_withmean2: float | None = ...,
        add_withmean0: float | None = ...,
        add_withmean1: float | None = ...,
        add_withmean2: float | None = ...,
        mult_withmean0: float | None = ...,
        mult_withmean1: float | None = ...,
        mult_withmean2: float | None = ...,
        lmult_pow: float | None = ...,
        lmult_add: float | None = ...,
        lmult_mult: float | None = ...,
        col_angle: float | None = ...,
        fog_amount: float | None = ...,
        fog_size: float | None = ...,
        motion_blur_angle: float | None = ...,
        motion_blur_size: float | None = ...,
        shadow_angle: float | None = ...,
        shadow_distance: float | None = ...,
        shadow_strength: float | None = ...,
        noise: float | None = ...,
        gamma: float | None = ...,
        brightness: float | None = ...,
        contrast: float | None = ...,
        color1: float | None = ...,
        color2: float | None = ...,
        color3: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["mirror", "dx", "dy", "angle", "zoom_x", "zoom_y", "pow_nomean0", "pow_nomean1", "pow_nomean2", "add_nomean0", "add_nomean1", "add_nomean2", "mult_nomean0", "mult_nomean1", "mult_nomean2", "pow_withmean0", "pow_withmean1", "pow_withmean2", "add_withmean0", "add_withmean1", "add_withmean2", "mult_withmean0", "mult_withmean1", "mult_withmean2", "lmult_pow", "lmult_add", "lmult_mult", "col_angle", "fog_amount", "fog_size", "motion_blur_angle", "motion_blur_size", "shadow_angle", "shadow_distance", "shadow_strength", "noise", "gamma", "brightness", "contrast", "color1", "color2", "color3"]) -> bool: ...
    def ClearField(self, field_name: Literal["mirror", "dx", "dy", "angle", "zoom_x", "zoom_y", "pow_nomean0", "pow_nomean1", "pow_nomean2", "add_nomean0", "add_nomean1", "add_nomean2", "mult_nomean0", "mult_nomean1", "mult_nomean2", "pow_withmean0", "pow_withmean1", "pow_withmean2", "add_withmean0", "add_withmean1", "add_withmean2", "mult_withmean0", "mult_withmean1", "mult_withmean2", "lmult_pow", "lmult_add", "lmult_mult", "col_angle", "fog_amount", "fog_size", "motion_blur_angle", "motion_blur_size", "shadow_angle", "shadow_distance", "shadow_strength", "noise", "gamma", "brightness", "contrast", "color1", "color2", "color3"]) -> None: ...

@final
class AugmentationParameter(Message):
    write_augmented: str
    max_multiplier: float  # 255
    augment_during_test: bool  # false
    recompute_mean: int  # 0
    write_mean: str
    mean_per_pixel: bool  # true
    mode: str  # add
    @property
    def mirror(self) -> RandomGeneratorParameter: ...
    @property
    def translate(self) -> RandomGeneratorParameter: ...
    @property
    def rotate(self) -> RandomGeneratorParameter: ...
    @property
    def zoom(self) -> RandomGeneratorParameter: ...
    @property
    def squeeze(self) -> RandomGeneratorParameter: ...
    @property
    def translate_x(self) -> RandomGeneratorParameter: ...
    @property
    def translate_y(self) -> RandomGeneratorParameter: ...
    @property
    def mean(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def lmult_pow(self) -> RandomGeneratorParameter: ...
    @property
    def lmult_mult(self) -> RandomGeneratorParameter: ...
    @property
    def lmult_add(self) -> RandomGeneratorParameter: ...
    @property
    def sat_pow(self) -> RandomGeneratorParameter: ...
    @property
    def sat_mult(self) -> RandomGeneratorParameter: ...
    @property
    def sat_add(self) -> RandomGeneratorParameter: ...
    @property
    def col_pow(self) -> RandomGeneratorParameter: ...
    @property
    def col_mult(self) -> RandomGeneratorParameter: ...
    @property
    def col_add(self) -> RandomGeneratorParameter: ...
    @property
    def ladd_pow(self) -> RandomGeneratorParameter: ...
    @property
    def ladd_mult(self) -> RandomGeneratorParameter: ...
    @property
    def ladd_add(self) -> RandomGeneratorParameter: ...
    @property
    def col_rotate(self) -> RandomGeneratorParameter: ...
    crop_width: int  # 0
    crop_height: int  # 0
    @property
    def gamma(self) -> RandomGeneratorParameter: ...
    @property
    def brightness(self) -> RandomGeneratorParameter: ...
    @property
    def contrast(self) -> RandomGeneratorParameter: ...
    @property
    def color(self) -> RandomGeneratorParameter: ...
    bottomwidth: int  # 0
    bottomheight: int  # 0
    num: int  # 0
    @property
    def chromatic_eigvec(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def fog_amount(self) -> RandomGeneratorParameter: ...
    @property
    def fog_size(self) -> RandomGeneratorParameter: ...
    @property
    def motion_blur_angle(self) -> RandomGeneratorParameter: ...
    @property
    def motion_blur_size(self) -> RandomGeneratorParameter: ...
    @property
    def shadow_angle(self) -> RandomGeneratorParameter: ...
    @property
    def shadow_distance(self) -> RandomGeneratorParameter: ...
    @property
    def shadow_strength(self) -> RandomGeneratorParameter: ...
    @property
    def noise(self) -> RandomGeneratorParameter: ...
    def __init__(
        self,
        *,
        write_augmented: str | None = ...,
        max_multiplier: float | None = ...,
        augment_during_test: bool | None = ...,
        recompute_mean: int | None = ...,
        write_mean: str | None = ...,
        mean_per_pixel: bool | None = ...,
        mode: str | None = ...,
        mirror: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        translate: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        rotate: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        zoom: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        squeeze: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        translate_x: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        translate_y: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        mean: Iterable[float] | None = ...,
        lmult_pow: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        lmult_mult: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        lmult_add: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        sat_pow: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        sat_mult: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        sat_add: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        col_pow: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        col_mult: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        col_add: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        ladd_pow: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        ladd_mult: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        ladd_add: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        col_rotate: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        crop_width: int | None = ...,
        crop_height: int | None = ...,
        gamma: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        brightness: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        contrast: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        color: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        bottomwidth: int | None = ...,
        bottomheight: int | None = ...,
        num: int | None = ...,
        chromatic_eigvec: Iterable[float] | None = ...,
        fog_amount: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        fog_size: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        motion_blur_angle: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        motion_blur_size: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        shadow_angle: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        shadow_distance: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        shadow_strength: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        noise: RandomGeneratorParameter | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["write_augmented", "max_multiplier", "augment_during_test", "recompute_mean", "write_mean", "mean_per_pixel", "mode", "mirror", "translate", "rotate", "zoom", "squeeze", "translate_x", "translate_y", "lmult_pow", "lmult_mult", "lmult_add", "sat_pow", "sat_mult", "sat_add", "col_pow", "col_mult", "col_add", "ladd_pow", "ladd_mult", "ladd_add", "col_rotate", "crop_width", "crop_height", "gamma", "brightness", "contrast", "color", "bottomwidth", "bottomheight", "num", "fog_amount", "fog_size", "motion_blur_angle", "motion_blur_size", "shadow_angle", "shadow_distance", "shadow_strength", "noise"]) -> bool: ...
    def ClearField(self, field_name: Literal["write_augmented", "max_multiplier", "augment_during_test", "recompute_mean", "write_mean", "mean_per_pixel", "mode", "mirror", "translate", "rotate", "zoom", "squeeze", "translate_x", "translate_y", "mean", "lmult_pow", "lmult_mult", "lmult_add", "sat_pow", "sat_mult", "sat_add", "col_pow", "col_mult", "col_add", "ladd_pow", "ladd_mult", "ladd_add", "col_rotate", "crop_width", "crop_height", "gamma", "brightness", "contrast", "color", "bottomwidth", "bottomheight", "num", "chromatic_eigvec", "fog_amount", "fog_size", "motion_blur_angle", "motion_blur_size", "shadow_angle", "shadow_distance", "shadow_strength", "noise"]) -> None: ...

@final
class BlackAugmentationParameter(Message):
    @property
    def black(self) -> RandomGeneratorParameter: ...
    @property
    def border(self) -> RandomGeneratorParameter: ...
    def __init__(
        self,
        *,
        black: RandomGeneratorParameter | Mapping[str, object] | None = ...,
        border: RandomGeneratorParameter | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["black", "border"]) -> bool: ...
    def ClearField(self, field_name: Literal["black", "border"]) -> None: ...

@final
class CoeffScheduleParameter(Message):
    half_life: float  # 1
    initial_coeff: float  # 1
    final_coeff: float  # 1
    def __init__(
        self,
        *,
        half_life: float | None = ...,
        initial_coeff: float | None = ...,
        final_coeff: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["half_life", "initial_coeff", "final_coeff"]) -> bool: ...
    def ClearField(self, field_name: Literal["half_life", "initial_coeff", "final_coeff"]) -> None: ...

@final
class CorrelationParameter(Message):

    class _CorrelationTypeType(_EnumTypeWrapper[CorrelationParameter.CorrelationType]): ...

    class CorrelationType(int, metaclass=_CorrelationTypeType):
        MULTIPLY: ClassVar[CorrelationParameter.CorrelationType]  # 0
        SUBTRACT: ClassVar[CorrelationParameter.CorrelationType]  # 1

    MULTIPLY: ClassVar[CorrelationParameter.CorrelationType]
    SUBTRACT: ClassVar[CorrelationParameter.CorrelationType]

    pad: int  # 0
    kernel_size: int
    max_displacement: int
    stride_1: int  # 1
    stride_2: int  # 1
    do_abs: bool  # false
    single_direction: int  # 0
    correlation_type: CorrelationParameter.CorrelationType  # MULTIPLY
    def __init__(
        self,
        *,
        pad: int | None = ...,
        kernel_size: int | None = ...,
        max_displacement: int | None = ...,
        stride_1: int | None = ...,
        stride_2: int | None = ...,
        do_abs: bool | None = ...,
        single_direction: int | None = ...,
        correlation_type: CorrelationParameter.CorrelationType | Literal["MULTIPLY", "SUBTRACT"] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["pad", "kernel_size", "max_displacement", "stride_1", "stride_2", "do_abs", "single_direction", "correlation_type"]) -> bool: ...
    def ClearField(self, field_name: Literal["pad", "kernel_size", "max_displacement", "stride_1", "stride_2", "do_abs", "single_direction", "correlation_type"]) -> None: ...

@final
class DownsampleParameter(Message):
    top_height: int  # 0
    top_width: int  # 0
    def __init__(
        self,
        *,
        top_height: int | None = ...,
        top_width: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["top_height", "top_width"]) -> bool: ...
    def ClearField(self, field_name: Literal["top_height", "top_width"]) -> None: ...

@final
class FlowWarpParameter(Message):

    class _FillParameterType(_EnumTypeWrapper[FlowWarpParameter.FillParameter]): ...

    class FillParameter(int, metaclass=_FillParameterType):
        ZERO: ClassVar[FlowWarpParameter.FillParameter]  # 1
        NOT_A_NUMBER: ClassVar[FlowWarpParameter.FillParameter]  # 2

    ZERO: ClassVar[FlowWarpParameter.FillParameter]
    NOT_A_NUMBER: ClassVar[FlowWarpParameter.FillParameter]

    fill_value: FlowWarpParameter.FillParameter  # ZERO
    def __init__(
        self,
        *,
        fill_value: FlowWarpParameter.FillParameter | Literal["ZERO", "NOT_A_NUMBER"] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["fill_value"]) -> bool: ...
    def ClearField(self, field_name: Literal["fill_value"]) -> None: ...

@final
class L1LossParameter(Message):
    l2_per_location: bool  # false
    l2_prescale_by_channels: bool  # false
    normalize_by_num_entries: bool  # false
    epsilon: float  # 0.01
    plateau: float  # 0
    def __init__(
        self,
        *,
        l2_per_location: bool | None = ...,
        l2_prescale_by_channels: bool | None = ...,
        normalize_by_num_entries: bool | None = ...,
        epsilon: float | None = ...,
        plateau: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["l2_per_location", "l2_prescale_by_channels", "normalize_by_num_entries", "epsilon", "plateau"]) -> bool: ...
    def ClearField(self, field_name: Literal["l2_per_location", "l2_prescale_by_channels", "normalize_by_num_entries", "epsilon", "plateau"]) -> None: ...

@final
class LpqLossParameter(Message):
    @property
    def pq_episode_starts_at_iter(self) -> RepeatedScalarFieldContainer[int]: ...
    @property
    def p(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def q(self) -> RepeatedScalarFieldContainer[float]: ...
    p_epsilon: float  # 0
    q_epsilon: float  # 0.01
    l2_prescale_by_channels: bool  # false
    normalize_by_num_entries: bool  # false
    def __init__(
        self,
        *,
        pq_episode_starts_at_iter: Iterable[int] | None = ...,
        p: Iterable[float] | None = ...,
        q: Iterable[float] | None = ...,
        p_epsilon: float | None = ...,
        q_epsilon: float | None = ...,
        l2_prescale_by_channels: bool | None = ...,
        normalize_by_num_entries: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["p_epsilon", "q_epsilon", "l2_prescale_by_channels", "normalize_by_num_entries"]) -> bool: ...
    def ClearField(self, field_name: Literal["pq_episode_starts_at_iter", "p", "q", "p_epsilon", "q_epsilon", "l2_prescale_by_channels", "normalize_by_num_entries"]) -> None: ...

@final
class MeanParameter(Message):

    class _MeanOperationType(_EnumTypeWrapper[MeanParameter.MeanOperation]): ...

    class MeanOperation(int, metaclass=_MeanOperationType):
        ADD: ClassVar[MeanParameter.MeanOperation]  # 1
        SUBTRACT: ClassVar[MeanParameter.MeanOperation]  # 4

    ADD: ClassVar[MeanParameter.MeanOperation]
    SUBTRACT: ClassVar[MeanParameter.MeanOperation]

    operation: MeanParameter.MeanOperation
    file: str
    @property
    def value(self) -> RepeatedScalarFieldContainer[float]: ...
    mean_scale: float  # 1
    input_scale: float  # 1
    output_scale: float  # 1
    def __init__(
        self,
        *,
        operation: MeanParameter.MeanOperation | Literal["ADD", "SUBTRACT"] | None = ...,
        file: str | None = ...,
        value: Iterable[float] | None = ...,
        mean_scale: float | None = ...,
        input_scale: float | None = ...,
        output_scale: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["operation", "file", "mean_scale", "input_scale", "output_scale"]) -> bool: ...
    def ClearField(self, field_name: Literal["operation", "file", "value", "mean_scale", "input_scale", "output_scale"]) -> None: ...

@final
class RandomGeneratorParameter(Message):
    rand_type: str  # uniform
    exp: bool  # false
    mean: float  # 0
    spread: float  # 0
    prob: float  # 1
    apply_schedule: bool  # true
    discretize: bool  # false
    multiplier: float  # 1
    def __init__(
        self,
        *,
        rand_type: str | None = ...,
        exp: bool | None = ...,
        mean: float | None = ...,
        spread: float | None = ...,
        prob: float | None = ...,
        apply_schedule: bool | None = ...,
        discretize: bool | None = ...,
        multiplier: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["rand_type", "exp", "mean", "spread", "prob", "apply_schedule", "discretize", "multiplier"]) -> bool: ...
    def ClearField(self, field_name: Literal["rand_type", "exp", "mean", "spread", "prob", "apply_schedule", "discretize", "multiplier"]) -> None: ...

@final
class ReaderParameter(Message):
    file: str
    num: int  # 1
    def __init__(
        self,
        *,
        file: str | None = ...,
        num: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["file", "num"]) -> bool: ...
    def ClearField(self, field_name: Literal["file", "num"]) -> None: ...

@final
class ResampleParameter(Message):

    class _ResampleTypeType(_EnumTypeWrapper[ResampleParameter.ResampleType]): ...

    class ResampleType(int, metaclass=_ResampleTypeType):
        NEAREST: ClassVar[ResampleParameter.ResampleType]  # 1
        LINEAR: ClassVar[ResampleParameter.ResampleType]  # 2
        CUBIC: ClassVar[ResampleParameter.ResampleType]  # 3
        AREA: ClassVar[ResampleParameter.ResampleType]  # 4

    NEAREST: ClassVar[ResampleParameter.ResampleType]
    LINEAR: ClassVar[ResampleParameter.ResampleType]
    CUBIC: ClassVar[ResampleParameter.ResampleType]
    AREA: ClassVar[ResampleParameter.ResampleType]

    width: int
    height: int
    type: ResampleParameter.ResampleType  # LINEAR
    antialias: bool  # true
    factor: float  # 1
    def __init__(
        self,
        *,
        width: int | None = ...,
        height: int | None = ...,
        type: ResampleParameter.ResampleType | Literal["NEAREST", "LINEAR", "CUBIC", "AREA"] | None = ...,
        antialias: bool | None = ...,
        factor: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["width", "height", "type", "antialias", "factor"]) -> bool: ...
    def ClearField(self, field_name: Literal["width", "height", "type", "antialias", "factor"]) -> None: ...

@final
class WriterParameter(Message):
    file: str
    folder: str
    prefix: str
    suffix: str
    normalize: bool  # false
    scale: float  # 1
    def __init__(
        self,
        *,
        file: str | None = ...,
        folder: str | None = ...,
        prefix: str | None = ...,
        suffix: str | None = ...,
        normalize: bool | None = ...,
        scale: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["file", "folder", "prefix", "suffix", "normalize", "scale"]) -> bool: ...
    def ClearField(self, field_name: Literal["file", "folder", "prefix", "suffix", "normalize", "scale"]) -> None: ...

@final
class LaneInfo(Message):
    x: float
    y: float
    id: int
    def __init__(
        self,
        *,
        x: float | None = ...,
        y: float | None = ...,
        id: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["x", "y", "id"]) -> bool: ...
    def ClearField(self, field_name: Literal["x", "y", "id"]) -> None: ...

@final
class RegionLossParameter(Message):
    side: int  # 13
    num_class: int  # 20
    bias_match: int  # 1
    coords: int  # 4
    num: int  # 5
    softmax: int  # 1
    jitter: float  # 0.2
    rescore: int  # 1
    object_scale: float  # 1
    class_scale: float  # 1
    noobject_scale: float  # 0.5
    coord_scale: float  # 5
    absolute: int  # 1
    thresh: float  # 0.2
    random: int  # 1
    @property
    def biases(self) -> RepeatedScalarFieldContainer[float]: ...
    softmax_tree: str
    class_map: str
    def __init__(
        self,
        *,
        side: int | None = ...,
        num_class: int | None = ...,
        bias_match: int | None = ...,
        coords: int | None = ...,
        num: int | None = ...,
        softmax: int | None = ...,
        jitter: float | None = ...,
        rescore: int | None = ...,
        object_scale: float | None = ...,
        class_scale: float | None = ...,
        noobject_scale: float | None = ...,
        coord_scale: float | None = ...,
        absolute: int | None = ...,
        thresh: float | None = ...,
        random: int | None = ...,
        biases: Iterable[float] | None = ...,
        softmax_tree: str | None = ...,
        class_map: str | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["side", "num_class", "bias_match", "coords", "num", "softmax", "jitter", "rescore", "object_scale", "class_scale", "noobject_scale", "coord_scale", "absolute", "thresh", "random", "softmax_tree", "class_map"]) -> bool: ...
    def ClearField(self, field_name: Literal["side", "num_class", "bias_match", "coords", "num", "softmax", "jitter", "rescore", "object_scale", "class_scale", "noobject_scale", "coord_scale", "absolute", "thresh", "random", "biases", "softmax_tree", "class_map"]) -> None: ...

@final
class RegionParameter(Message):
    """What darknet's region layer is told. Seen in public files; numbers unknown."""
    anchors: str
    classes: int  # 20
    num: int  # 5
    coords: int  # 4
    softmax: int  # 1
    def __init__(
        self,
        *,
        anchors: str | None = ...,
        classes: int | None = ...,
        num: int | None = ...,
        coords: int | None = ...,
        softmax: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["anchors", "classes", "num", "coords", "softmax"]) -> bool: ...
    def ClearField(self, field_name: Literal["anchors", "classes", "num", "coords", "softmax"]) -> None: ...

@final
class ReorgParameter(Message):
    """Moves blocks of stride x stride pixels into channels."""
    stride: int  # 2
    reverse: bool  # false
    def __init__(
        self,
        *,
        stride: int | None = ...,
        reverse: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["stride", "reverse"]) -> bool: ...
    def ClearField(self, field_name: Literal["stride", "reverse"]) -> None: ...

@final
class SegmentationEvaluateParameter(Message):
    num_classes: int  # 1
    threshold: float  # 0.5
    def __init__(
        self,
        *,
        num_classes: int | None = ...,
        threshold: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_classes", "threshold"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_classes", "threshold"]) -> None: ...

@final
class YoloDetectionOutputParameter(Message):
    side: int  # 13
    num_classes: int  # 20
    num_box: int  # 5
    coords: int  # 4
    confidence_threshold: float  # 0.01
    nms_threshold: float  # 0.45
    @property
    def biases(self) -> RepeatedScalarFieldContainer[float]: ...
    label_map_file: str
    def __init__(
        self,
        *,
        side: int | None = ...,
        num_classes: int | None = ...,
        num_box: int | None = ...,
        coords: int | None = ...,
        confidence_threshold: float | None = ...,
        nms_threshold: float | None = ...,
        biases: Iterable[float] | None = ...,
        label_map_file: str | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["side", "num_classes", "num_box", "coords", "confidence_threshold", "nms_threshold", "label_map_file"]) -> bool: ...
    def ClearField(self, field_name: Literal["side", "num_classes", "num_box", "coords", "confidence_threshold", "nms_threshold", "biases", "label_map_file"]) -> None: ...

@final
class YoloSegItem(Message):
    name: str
    label_id: int
    label: int
    r: int  # 0
    g: int  # 0
    b: int  # 0
    def __init__(
        self,
        *,
        name: str | None = ...,
        label_id: int | None = ...,
        label: int | None = ...,
        r: int | None = ...,
        g: int | None = ...,
        b: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["name", "label_id", "label", "r", "g", "b"]) -> bool: ...
    def ClearField(self, field_name: Literal["name", "label_id", "label", "r", "g", "b"]) -> None: ...

@final
class YoloSegLabel(Message):
    @property
    def item(self) -> RepeatedCompositeFieldContainer[YoloSegItem]: ...
    def __init__(
        self,
        *,
        item: Iterable[YoloSegItem | Mapping[str, object]] | None = ...,
    ) -> None: ...
    def ClearField(self, field_name: Literal["item"]) -> None: ...

@final
class YoloSegParameter(Message):
    num_class: int  # 0
    object_scale: float  # 5
    class_scale: float  # 1
    use_logic_gradient: bool  # false
    use_hardsigmoid: bool  # false
    def __init__(
        self,
        *,
        num_class: int | None = ...,
        object_scale: float | None = ...,
        class_scale: float | None = ...,
        use_logic_gradient: bool | None = ...,
        use_hardsigmoid: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_class", "object_scale", "class_scale", "use_logic_gradient", "use_hardsigmoid"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_class", "object_scale", "class_scale", "use_logic_gradient", "use_hardsigmoid"]) -> None: ...

@final
class Yolov3DetectionOutputParameter(Message):
    num_classes: int  # 20
    num_box: int  # 3
    confidence_threshold: float  # 0.01
    nms_threshold: float  # 0.45
    @property
    def biases(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def anchors_scale(self) -> RepeatedScalarFieldContainer[int]: ...
    mask_group_num: int  # 2
    @property
    def mask(self) -> RepeatedScalarFieldContainer[int]: ...
    gaussian_box: bool  # false
    def __init__(
        self,
        *,
        num_classes: int | None = ...,
        num_box: int | None = ...,
        confidence_threshold: float | None = ...,
        nms_threshold: float | None = ...,
        biases: Iterable[float] | None = ...,
        anchors_scale: Iterable[int] | None = ...,
        mask_group_num: int | None = ...,
        mask: Iterable[int] | None = ...,
        gaussian_box: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_classes", "num_box", "confidence_threshold", "nms_threshold", "mask_group_num", "gaussian_box"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_classes", "num_box", "confidence_threshold", "nms_threshold", "biases", "anchors_scale", "mask_group_num", "mask", "gaussian_box"]) -> None: ...

@final
class Yolov3Parameter(Message):

    class _IOU_LOSSType(_EnumTypeWrapper[Yolov3Parameter.IOU_LOSS]): ...

    class IOU_LOSS(int, metaclass=_IOU_LOSSType):
        IOU: ClassVar[Yolov3Parameter.IOU_LOSS]  # 0
        GIOU: ClassVar[Yolov3Parameter.IOU_LOSS]  # 1
        MSE: ClassVar[Yolov3Parameter.IOU_LOSS]  # 2
        DIOU: ClassVar[Yolov3Parameter.IOU_LOSS]  # 3
        CIOU: ClassVar[Yolov3Parameter.IOU_LOSS]  # 4

    IOU: ClassVar[Yolov3Parameter.IOU_LOSS]
    GIOU: ClassVar[Yolov3Parameter.IOU_LOSS]
    MSE: ClassVar[Yolov3Parameter.IOU_LOSS]
    DIOU: ClassVar[Yolov3Parameter.IOU_LOSS]
    CIOU: ClassVar[Yolov3Parameter.IOU_LOSS]

    side: int  # 13
    num_class: int  # 20
    num: int  # 5
    object_scale: float  # 1
    class_scale: float  # 1
    noobject_scale: float  # 0.5
    coord_scale: float  # 5
    thresh: float  # 0.2
    anchors_scale: int  # 32
    @property
    def biases(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def mask(self) -> RepeatedScalarFieldContainer[int]: ...
    use_logic_gradient: bool  # false
    use_focal_loss: bool  # false
    iou_loss: Yolov3Parameter.IOU_LOSS  # MSE
    iou_normalizer: float  # 0.25
    iou_thresh: float  # 0.5
    max_delta: float  # 10
    accumulate: bool  # true
    label_smooth_eps: float  # 0.1
    def __init__(
        self,
        *,
        side: int | None = ...,
        num_class: int | None = ...,
        num: int | None = ...,
        object_scale: float | None = ...,
        class_scale: float | None = ...,
        noobject_scale: float | None = ...,
        coord_scale: float | None = ...,
        thresh: float | None = ...,
        anchors_scale: int | None = ...,
        biases: Iterable[float] | None = ...,
        mask: Iterable[int] | None = ...,
        use_logic_gradient: bool | None = ...,
        use_focal_loss: bool | None = ...,
        iou_loss: Yolov3Parameter.IOU_LOSS | Literal["IOU", "GIOU", "MSE", "DIOU", "CIOU"] | None = ...,
        iou_normalizer: float | None = ...,
        iou_thresh: float | None = ...,
        max_delta: float | None = ...,
        accumulate: bool | None = ...,
        label_smooth_eps: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["side", "num_class", "num", "object_scale", "class_scale", "noobject_scale", "coord_scale", "thresh", "anchors_scale", "use_logic_gradient", "use_focal_loss", "iou_loss", "iou_normalizer", "iou_thresh", "max_delta", "accumulate", "label_smooth_eps"]) -> bool: ...
    def ClearField(self, field_name: Literal["side", "num_class", "num", "object_scale", "class_scale", "noobject_scale", "coord_scale", "thresh", "anchors_scale", "biases", "mask", "use_logic_gradient", "use_focal_loss", "iou_loss", "iou_normalizer", "iou_thresh", "max_delta", "accumulate", "label_smooth_eps"]) -> None: ...

@final
class CompileNetState(Message):
    is_init: bool  # true
    bn_scale_remove: bool  # false
    bn_scale_merge: bool  # false
    @property
    def kept_bn_layers(self) -> RepeatedScalarFieldContainer[str]: ...
    @property
    def negative_conv_names(self) -> RepeatedScalarFieldContainer[str]: ...
    @property
    def negative_conv_indexes(self) -> RepeatedScalarFieldContainer[int]: ...
    def __init__(
        self,
        *,
        is_init: bool | None = ...,
        bn_scale_remove: bool | None = ...,
        bn_scale_merge: bool | None = ...,
        kept_bn_layers: Iterable[str] | None = ...,
        negative_conv_names: Iterable[str] | None = ...,
        negative_conv_indexes: Iterable[int] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["is_init", "bn_scale_remove", "bn_scale_merge"]) -> bool: ...
    def ClearField(self, field_name: Literal["is_init", "bn_scale_remove", "bn_scale_merge", "kept_bn_layers", "negative_conv_names", "negative_conv_indexes"]) -> None: ...

@final
class EvalDetectionParameter(Message):

    class _ScoreTypeType(_EnumTypeWrapper[EvalDetectionParameter.ScoreType]): ...

    class ScoreType(int, metaclass=_ScoreTypeType):
        OBJ: ClassVar[EvalDetectionParameter.ScoreType]  # 0
        PROB: ClassVar[EvalDetectionParameter.ScoreType]  # 1
        MULTIPLY: ClassVar[EvalDetectionParameter.ScoreType]  # 2

    OBJ: ClassVar[EvalDetectionParameter.ScoreType]
    PROB: ClassVar[EvalDetectionParameter.ScoreType]
    MULTIPLY: ClassVar[EvalDetectionParameter.ScoreType]

    side: int  # 7
    num_class: int  # 20
    num_object: int  # 2
    threshold: float  # 0.5
    sqrt: bool  # true
    constriant: bool  # true
    score_type: EvalDetectionParameter.ScoreType  # MULTIPLY
    nms: float  # -1
    @property
    def biases(self) -> RepeatedScalarFieldContainer[float]: ...
    def __init__(
        self,
        *,
        side: int | None = ...,
        num_class: int | None = ...,
        num_object: int | None = ...,
        threshold: float | None = ...,
        sqrt: bool | None = ...,
        constriant: bool | None = ...,
        score_type: EvalDetectionParameter.ScoreType | Literal["OBJ", "PROB", "MULTIPLY"] | None = ...,
        nms: float | None = ...,
        biases: Iterable[float] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["side", "num_class", "num_object", "threshold", "sqrt", "constriant", "score_type", "nms"]) -> bool: ...
    def ClearField(self, field_name: Literal["side", "num_class", "num_object", "threshold", "sqrt", "constriant", "score_type", "nms", "biases"]) -> None: ...

@final
class MnActivationParameter(Message):
    num_nodes_in: int
    num_nodes_out: int
    model_parts_in: int  # 1
    model_parts_out: int  # 1
    need_reduce: bool  # true
    def __init__(
        self,
        *,
        num_nodes_in: int | None = ...,
        num_nodes_out: int | None = ...,
        model_parts_in: int | None = ...,
        model_parts_out: int | None = ...,
        need_reduce: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_nodes_in", "num_nodes_out", "model_parts_in", "model_parts_out", "need_reduce"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_nodes_in", "num_nodes_out", "model_parts_in", "model_parts_out", "need_reduce"]) -> None: ...

@final
class MnModelParallelParameter(Message):
    layer_from: str
    layer_to: str
    num_nodes: int
    model_parts: int
    def __init__(
        self,
        *,
        layer_from: str | None = ...,
        layer_to: str | None = ...,
        num_nodes: int | None = ...,
        model_parts: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["layer_from", "layer_to", "num_nodes", "model_parts"]) -> bool: ...
    def ClearField(self, field_name: Literal["layer_from", "layer_to", "num_nodes", "model_parts"]) -> None: ...

@final
class MnParamGradCompressLayerTypeList(Message):
    @property
    def layer_type(self) -> RepeatedScalarFieldContainer[str]: ...
    def __init__(
        self,
        *,
        layer_type: Iterable[str] | None = ...,
    ) -> None: ...
    def ClearField(self, field_name: Literal["layer_type"]) -> None: ...

@final
class MnParamGradCompressParameter(Message):
    @property
    def param_grad_compress_enable(self) -> RepeatedScalarFieldContainer[bool]: ...
    def __init__(
        self,
        *,
        param_grad_compress_enable: Iterable[bool] | None = ...,
    ) -> None: ...
    def ClearField(self, field_name: Literal["param_grad_compress_enable"]) -> None: ...

@final
class MultinodeLayerParameter(Message):
    num_nodes: int
    model_parts: int  # 1
    def __init__(
        self,
        *,
        num_nodes: int | None = ...,
        model_parts: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_nodes", "model_parts"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_nodes", "model_parts"]) -> None: ...

@final
class MultinodeParameter(Message):
    @property
    def model_parallel(self) -> RepeatedCompositeFieldContainer[MnModelParallelParameter]: ...
    @property
    def compress_layer_type_list(self) -> MnParamGradCompressLayerTypeList: ...
    def __init__(
        self,
        *,
        model_parallel: Iterable[MnModelParallelParameter | Mapping[str, object]] | None = ...,
        compress_layer_type_list: MnParamGradCompressLayerTypeList | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["compress_layer_type_list"]) -> bool: ...
    def ClearField(self, field_name: Literal["model_parallel", "compress_layer_type_list"]) -> None: ...

@final
class MultiPhaseSolverParameter(Message):
    @property
    def params_pair(self) -> RepeatedCompositeFieldContainer[SolverBatchSizePair]: ...
    def __init__(
        self,
        *,
        params_pair: Iterable[SolverBatchSizePair | Mapping[str, object]] | None = ...,
    ) -> None: ...
    def ClearField(self, field_name: Literal["params_pair"]) -> None: ...

@final
class QuantizationParameter(Message):

    class _PrecisionType(_EnumTypeWrapper[QuantizationParameter.Precision]): ...

    class Precision(int, metaclass=_PrecisionType):
        DYNAMIC_FIXED_POINT: ClassVar[QuantizationParameter.Precision]  # 0
        MINIFLOAT: ClassVar[QuantizationParameter.Precision]  # 1
        INTEGER_POWER_OF_2_WEIGHTS: ClassVar[QuantizationParameter.Precision]  # 2

    DYNAMIC_FIXED_POINT: ClassVar[QuantizationParameter.Precision]
    MINIFLOAT: ClassVar[QuantizationParameter.Precision]
    INTEGER_POWER_OF_2_WEIGHTS: ClassVar[QuantizationParameter.Precision]

    class _RoundingType(_EnumTypeWrapper[QuantizationParameter.Rounding]): ...

    class Rounding(int, metaclass=_RoundingType):
        NEAREST: ClassVar[QuantizationParameter.Rounding]  # 0
        STOCHASTIC: ClassVar[QuantizationParameter.Rounding]  # 1

    NEAREST: ClassVar[QuantizationParameter.Rounding]
    STOCHASTIC: ClassVar[QuantizationParameter.Rounding]

    precision: QuantizationParameter.Precision  # DYNAMIC_FIXED_POINT
    rounding_scheme: QuantizationParameter.Rounding  # NEAREST
    bw_layer_in: int  # 32
    bw_layer_out: int  # 32
    bw_params: int  # 32
    @property
    def fl_layer_in(self) -> RepeatedScalarFieldContainer[int]: ...
    @property
    def fl_layer_out(self) -> RepeatedScalarFieldContainer[int]: ...
    @property
    def fl_params(self) -> RepeatedScalarFieldContainer[int]: ...
    mant_bits: int  # 23
    exp_bits: int  # 8
    exp_min: int  # -8
    exp_max: int  # -1
    @property
    def scale_in(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def scale_out(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def scale_params(self) -> RepeatedScalarFieldContainer[float]: ...
    is_negative_input: bool  # false
    force_u8_input: bool  # false
    def __init__(
        self,
        *,
        precision: QuantizationParameter.Precision | Literal["DYNAMIC_FIXED_POINT", "MINIFLOAT", "INTEGER_POWER_OF_2_WEIGHTS"] | None = ...,
        rounding_scheme: QuantizationParameter.Rounding | Literal["NEAREST", "STOCHASTIC"] | None = ...,
        bw_layer_in: int | None = ...,
        bw_layer_out: int | None = ...,
        bw_params: int | None = ...,
        fl_layer_in: Iterable[int] | None = ...,
        fl_layer_out: Iterable[int] | None = ...,
        fl_params: Iterable[int] | None = ...,
        mant_bits: int | None = ...,
        exp_bits: int | None = ...,
        exp_min: int | None = ...,
        exp_max: int | None = ...,
        scale_in: Iterable[float] | None = ...,
        scale_out: Iterable[float] | None = ...,
        scale_params: Iterable[float] | None = ...,
        is_negative_input: bool | None = ...,
        force_u8_input: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["precision", "rounding_scheme", "bw_layer_in", "bw_layer_out", "bw_params", "mant_bits", "exp_bits", "exp_min", "exp_max", "is_negative_input", "force_u8_input"]) -> bool: ...
    def ClearField(self, field_name: Literal["precision", "rounding_scheme", "bw_layer_in", "bw_layer_out", "bw_params", "fl_layer_in", "fl_layer_out", "fl_params", "mant_bits", "exp_bits", "exp_min", "exp_max", "scale_in", "scale_out", "scale_params", "is_negative_input", "force_u8_input"]) -> None: ...

@final
class RandomAspectRatioParameter(Message):
    min_area_ratio: float  # 0.5
    max_area_ratio: float  # 1
    aspect_ratio_change: float  # 1
    max_attempt: int  # 10
    @property
    def resize_param(self) -> ResizeParameter: ...
    def __init__(
        self,
        *,
        min_area_ratio: float | None = ...,
        max_area_ratio: float | None = ...,
        aspect_ratio_change: float | None = ...,
        max_attempt: int | None = ...,
        resize_param: ResizeParameter | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["min_area_ratio", "max_area_ratio", "aspect_ratio_change", "max_attempt", "resize_param"]) -> bool: ...
    def ClearField(self, field_name: Literal["min_area_ratio", "max_area_ratio", "aspect_ratio_change", "max_attempt", "resize_param"]) -> None: ...

@final
class RandomResizeParameter(Message):
    min_size: int  # 0
    max_size: int  # 0
    @property
    def resize_param(self) -> ResizeParameter: ...
    def __init__(
        self,
        *,
        min_size: int | None = ...,
        max_size: int | None = ...,
        resize_param: ResizeParameter | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["min_size", "max_size", "resize_param"]) -> bool: ...
    def ClearField(self, field_name: Literal["min_size", "max_size", "resize_param"]) -> None: ...

@final
class SolverBatchSizePair(Message):
    @property
    def solver_params(self) -> SolverParameter: ...
    batch_size: int
    def __init__(
        self,
        *,
        solver_params: SolverParameter | Mapping[str, object] | None = ...,
        batch_size: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["solver_params", "batch_size"]) -> bool: ...
    def ClearField(self, field_name: Literal["solver_params", "batch_size"]) -> None: ...

@final
class SpatialDropoutParameter(Message):
    dropout_ratio: float  # 0.5
    def __init__(
        self,
        *,
        dropout_ratio: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["dropout_ratio"]) -> bool: ...
    def ClearField(self, field_name: Literal["dropout_ratio"]) -> None: ...

@final
class SplitParameter(Message):

    class _EngineType(_EnumTypeWrapper[SplitParameter.Engine]): ...

    class Engine(int, metaclass=_EngineType):
        DEFAULT: ClassVar[SplitParameter.Engine]  # 0
        CAFFE: ClassVar[SplitParameter.Engine]  # 1
        MKL2017: ClassVar[SplitParameter.Engine]  # 3
        MKLDNN: ClassVar[SplitParameter.Engine]  # 4

    DEFAULT: ClassVar[SplitParameter.Engine]
    CAFFE: ClassVar[SplitParameter.Engine]
    MKL2017: ClassVar[SplitParameter.Engine]
    MKLDNN: ClassVar[SplitParameter.Engine]

    engine: SplitParameter.Engine  # DEFAULT
    def __init__(
        self,
        *,
        engine: SplitParameter.Engine | Literal["DEFAULT", "CAFFE", "MKL2017", "MKLDNN"] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["engine"]) -> bool: ...
    def ClearField(self, field_name: Literal["engine"]) -> None: ...

@final
class C2TensorProto(Message):

    class _DataTypeType(_EnumTypeWrapper[C2TensorProto.DataType]): ...

    class DataType(int, metaclass=_DataTypeType):
        UNDEFINED: ClassVar[C2TensorProto.DataType]  # 0
        FLOAT: ClassVar[C2TensorProto.DataType]  # 1
        INT32: ClassVar[C2TensorProto.DataType]  # 2
        BYTE: ClassVar[C2TensorProto.DataType]  # 3
        STRING: ClassVar[C2TensorProto.DataType]  # 4
        BOOL: ClassVar[C2TensorProto.DataType]  # 5
        UINT8: ClassVar[C2TensorProto.DataType]  # 6
        INT8: ClassVar[C2TensorProto.DataType]  # 7
        UINT16: ClassVar[C2TensorProto.DataType]  # 8
        INT16: ClassVar[C2TensorProto.DataType]  # 9
        INT64: ClassVar[C2TensorProto.DataType]  # 10
        FLOAT16: ClassVar[C2TensorProto.DataType]  # 12
        DOUBLE: ClassVar[C2TensorProto.DataType]  # 13

    UNDEFINED: ClassVar[C2TensorProto.DataType]
    FLOAT: ClassVar[C2TensorProto.DataType]
    INT32: ClassVar[C2TensorProto.DataType]
    BYTE: ClassVar[C2TensorProto.DataType]
    STRING: ClassVar[C2TensorProto.DataType]
    BOOL: ClassVar[C2TensorProto.DataType]
    UINT8: ClassVar[C2TensorProto.DataType]
    INT8: ClassVar[C2TensorProto.DataType]
    UINT16: ClassVar[C2TensorProto.DataType]
    INT16: ClassVar[C2TensorProto.DataType]
    INT64: ClassVar[C2TensorProto.DataType]
    FLOAT16: ClassVar[C2TensorProto.DataType]
    DOUBLE: ClassVar[C2TensorProto.DataType]

    @property
    def dims(self) -> RepeatedScalarFieldContainer[int]: ...
    data_type: C2TensorProto.DataType  # FLOAT
    @property
    def float_data(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def int32_data(self) -> RepeatedScalarFieldContainer[int]: ...
    byte_data: bytes
    @property
    def string_data(self) -> RepeatedScalarFieldContainer[bytes]: ...
    name: str
    @property
    def double_data(self) -> RepeatedScalarFieldContainer[float]: ...
    @property
    def int64_data(self) -> RepeatedScalarFieldContainer[int]: ...
    def __init__(
        self,
        *,
        dims: Iterable[int] | None = ...,
        data_type: C2TensorProto.DataType | Literal["UNDEFINED", "FLOAT", "INT32", "BYTE", "STRING", "BOOL", "UINT8", "INT8", "UINT16", "INT16", "INT64", "FLOAT16", "DOUBLE"] | None = ...,
        float_data: Iterable[float] | None = ...,
        int32_data: Iterable[int] | None = ...,
        byte_data: bytes | None = ...,
        string_data: Iterable[bytes] | None = ...,
        name: str | None = ...,
        double_data: Iterable[float] | None = ...,
        int64_data: Iterable[int] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["data_type", "byte_data", "name"]) -> bool: ...
    def ClearField(self, field_name: Literal["dims", "data_type", "float_data", "int32_data", "byte_data", "string_data", "name", "double_data", "int64_data"]) -> None: ...

@final
class C2TensorProtos(Message):
    @property
    def protos(self) -> RepeatedCompositeFieldContainer[C2TensorProto]: ...
    def __init__(
        self,
        *,
        protos: Iterable[C2TensorProto | Mapping[str, object]] | None = ...,
    ) -> None: ...
    def ClearField(self, field_name: Literal["protos"]) -> None: ...

@final
class DetectNetAugmentationParameter(Message):
    crop_prob: float  # 1
    shift_x: int  # 0
    shift_y: int  # 0
    scale_prob: float  # 0.33
    scale_min: float  # 0.7
    scale_max: float  # 1
    flip_prob: float  # 0.33
    rotation_prob: float  # 0.33
    max_rotate_degree: float  # 1
    hue_rotation_prob: float  # 0.33
    hue_rotation: float  # 15
    desaturation_prob: float  # 0.33
    desaturation_max: float  # 0.5
    @property
    def resize_param(self) -> ResizeParameter: ...
    @property
    def noise_param(self) -> NoiseParameter: ...
    @property
    def emit_constraint(self) -> EmitConstraint: ...
    @property
    def distort_param(self) -> DistortionParameter: ...
    @property
    def expand_param(self) -> ExpansionParameter: ...
    def __init__(
        self,
        *,
        crop_prob: float | None = ...,
        shift_x: int | None = ...,
        shift_y: int | None = ...,
        scale_prob: float | None = ...,
        scale_min: float | None = ...,
        scale_max: float | None = ...,
        flip_prob: float | None = ...,
        rotation_prob: float | None = ...,
        max_rotate_degree: float | None = ...,
        hue_rotation_prob: float | None = ...,
        hue_rotation: float | None = ...,
        desaturation_prob: float | None = ...,
        desaturation_max: float | None = ...,
        resize_param: ResizeParameter | Mapping[str, object] | None = ...,
        noise_param: NoiseParameter | Mapping[str, object] | None = ...,
        emit_constraint: EmitConstraint | Mapping[str, object] | None = ...,
        distort_param: DistortionParameter | Mapping[str, object] | None = ...,
        expand_param: ExpansionParameter | Mapping[str, object] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["crop_prob", "shift_x", "shift_y", "scale_prob", "scale_min", "scale_max", "flip_prob", "rotation_prob", "max_rotate_degree", "hue_rotation_prob", "hue_rotation", "desaturation_prob", "desaturation_max", "resize_param", "noise_param", "emit_constraint", "distort_param", "expand_param"]) -> bool: ...
    def ClearField(self, field_name: Literal["crop_prob", "shift_x", "shift_y", "scale_prob", "scale_min", "scale_max", "flip_prob", "rotation_prob", "max_rotate_degree", "hue_rotation_prob", "hue_rotation", "desaturation_prob", "desaturation_max", "resize_param", "noise_param", "emit_constraint", "distort_param", "expand_param"]) -> None: ...

@final
class DetectNetGroundTruthParameter(Message):

    class _CoverageTypeType(_EnumTypeWrapper[DetectNetGroundTruthParameter.CoverageType]): ...

    class CoverageType(int, metaclass=_CoverageTypeType):
        RECTANGULAR: ClassVar[DetectNetGroundTruthParameter.CoverageType]  # 0

    RECTANGULAR: ClassVar[DetectNetGroundTruthParameter.CoverageType]

    class _GridboxTypeType(_EnumTypeWrapper[DetectNetGroundTruthParameter.GridboxType]): ...

    class GridboxType(int, metaclass=_GridboxTypeType):
        GRIDBOX_MAX: ClassVar[DetectNetGroundTruthParameter.GridboxType]  # 0
        GRIDBOX_MIN: ClassVar[DetectNetGroundTruthParameter.GridboxType]  # 1

    GRIDBOX_MAX: ClassVar[DetectNetGroundTruthParameter.GridboxType]
    GRIDBOX_MIN: ClassVar[DetectNetGroundTruthParameter.GridboxType]

    @final
    class ClassMapping(Message):
        src: int
        dst: int
        def __init__(
            self,
            *,
            src: int | None = ...,
            dst: int | None = ...,
        ) -> None: ...
        def HasField(self, field_name: Literal["src", "dst"]) -> bool: ...
        def ClearField(self, field_name: Literal["src", "dst"]) -> None: ...

    stride: int  # 4
    scale_cvg: float  # 0.5
    gridbox_type: DetectNetGroundTruthParameter.GridboxType  # GRIDBOX_MAX
    max_cvg_len: int  # 50
    min_cvg_len: int  # 50
    coverage_type: DetectNetGroundTruthParameter.CoverageType  # RECTANGULAR
    image_size_x: int  # 1248
    image_size_y: int  # 384
    obj_norm: bool  # false
    crop_bboxes: bool  # true
    @property
    def object_class(self) -> RepeatedCompositeFieldContainer[DetectNetGroundTruthParameter.ClassMapping]: ...
    def __init__(
        self,
        *,
        stride: int | None = ...,
        scale_cvg: float | None = ...,
        gridbox_type: DetectNetGroundTruthParameter.GridboxType | Literal["GRIDBOX_MAX", "GRIDBOX_MIN"] | None = ...,
        max_cvg_len: int | None = ...,
        min_cvg_len: int | None = ...,
        coverage_type: DetectNetGroundTruthParameter.CoverageType | Literal["RECTANGULAR"] | None = ...,
        image_size_x: int | None = ...,
        image_size_y: int | None = ...,
        obj_norm: bool | None = ...,
        crop_bboxes: bool | None = ...,
        object_class: Iterable[DetectNetGroundTruthParameter.ClassMapping | Mapping[str, object]] | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["stride", "scale_cvg", "gridbox_type", "max_cvg_len", "min_cvg_len", "coverage_type", "image_size_x", "image_size_y", "obj_norm", "crop_bboxes"]) -> bool: ...
    def ClearField(self, field_name: Literal["stride", "scale_cvg", "gridbox_type", "max_cvg_len", "min_cvg_len", "coverage_type", "image_size_x", "image_size_y", "obj_norm", "crop_bboxes", "object_class"]) -> None: ...

@final
class TRTParameter(Message):

    class _TRTModeType(_EnumTypeWrapper[TRTParameter.TRTMode]): ...

    class TRTMode(int, metaclass=_TRTModeType):
        FP32: ClassVar[TRTParameter.TRTMode]  # 0
        FP16: ClassVar[TRTParameter.TRTMode]  # 1
        INT8: ClassVar[TRTParameter.TRTMode]  # 2

    FP32: ClassVar[TRTParameter.TRTMode]
    FP16: ClassVar[TRTParameter.TRTMode]
    INT8: ClassVar[TRTParameter.TRTMode]

    trt_mode: TRTParameter.TRTMode  # INT8
    top_k: int  # 1
    deploy: str
    model: str
    @property
    def deploy_outputs(self) -> RepeatedScalarFieldContainer[str]: ...
    calibrator: str
    def __init__(
        self,
        *,
        trt_mode: TRTParameter.TRTMode | Literal["FP32", "FP16", "INT8"] | None = ...,
        top_k: int | None = ...,
        deploy: str | None = ...,
        model: str | None = ...,
        deploy_outputs: Iterable[str] | None = ...,
        calibrator: str | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["trt_mode", "top_k", "deploy", "model", "calibrator"]) -> bool: ...
    def ClearField(self, field_name: Literal["trt_mode", "top_k", "deploy", "model", "deploy_outputs", "calibrator"]) -> None: ...

@final
class LstmParameter(Message):
    """The LSTM of junhyukoh's caffe-lstm."""
    num_output: int
    clipping_threshold: float  # 0
    @property
    def weight_filler(self) -> FillerParameter: ...
    @property
    def bias_filler(self) -> FillerParameter: ...
    batch_size: int  # 1
    def __init__(
        self,
        *,
        num_output: int | None = ...,
        clipping_threshold: float | None = ...,
        weight_filler: FillerParameter | Mapping[str, object] | None = ...,
        bias_filler: FillerParameter | Mapping[str, object] | None = ...,
        batch_size: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_output", "clipping_threshold", "weight_filler", "bias_filler", "batch_size"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_output", "clipping_threshold", "weight_filler", "bias_filler", "batch_size"]) -> None: ...

@final
class TransposeParameter(Message):
    """Axis i of the top is axis dim[i] of the bottom."""
    @property
    def dim(self) -> RepeatedScalarFieldContainer[int]: ...
    def __init__(
        self,
        *,
        dim: Iterable[int] | None = ...,
    ) -> None: ...
    def ClearField(self, field_name: Literal["dim"]) -> None: ...

@final
class ReverseParameter(Message):
    """The axis along which values are put in the opposite order."""
    axis: int  # 0
    def __init__(
        self,
        *,
        axis: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["axis"]) -> bool: ...
    def ClearField(self, field_name: Literal["axis"]) -> None: ...

@final
class CTCDecoderParameter(Message):
    """The blank of CTC, and whether a label that follows itself is one label."""
    blank_index: int  # 0
    ctc_merge_repeated: bool  # true
    def __init__(
        self,
        *,
        blank_index: int | None = ...,
        ctc_merge_repeated: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["blank_index", "ctc_merge_repeated"]) -> bool: ...
    def ClearField(self, field_name: Literal["blank_index", "ctc_merge_repeated"]) -> None: ...

@final
class DenseBlockParameter(Message):
    """numTransition times batch normalization, ReLU and convolution, each of all that was there before."""
    numTransition: int  # 40
    initChannel: int  # 16
    growthRate: int  # 12
    pad_h: int  # 1
    pad_w: int  # 1
    conv_verticalStride: int  # 1
    conv_horizentalStride: int  # 1
    filter_H: int  # 3
    filter_W: int  # 3
    @property
    def Filter_Filler(self) -> FillerParameter: ...
    @property
    def BN_Scaler_Filler(self) -> FillerParameter: ...
    @property
    def BN_Bias_Filler(self) -> FillerParameter: ...
    gpuIdx: int  # 0
    use_dropout: bool  # false
    dropout_amount: float  # 0
    use_BC: bool  # false
    BC_ultra_space_efficient: bool  # false
    workspace_MB: int  # 8
    moving_average_fraction: float  # 0.1
    def __init__(
        self,
        *,
        numTransition: int | None = ...,
        initChannel: int | None = ...,
        growthRate: int | None = ...,
        pad_h: int | None = ...,
        pad_w: int | None = ...,
        conv_verticalStride: int | None = ...,
        conv_horizentalStride: int | None = ...,
        filter_H: int | None = ...,
        filter_W: int | None = ...,
        Filter_Filler: FillerParameter | Mapping[str, object] | None = ...,
        BN_Scaler_Filler: FillerParameter | Mapping[str, object] | None = ...,
        BN_Bias_Filler: FillerParameter | Mapping[str, object] | None = ...,
        gpuIdx: int | None = ...,
        use_dropout: bool | None = ...,
        dropout_amount: float | None = ...,
        use_BC: bool | None = ...,
        BC_ultra_space_efficient: bool | None = ...,
        workspace_MB: int | None = ...,
        moving_average_fraction: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["numTransition", "initChannel", "growthRate", "pad_h", "pad_w", "conv_verticalStride", "conv_horizentalStride", "filter_H", "filter_W", "Filter_Filler", "BN_Scaler_Filler", "BN_Bias_Filler", "gpuIdx", "use_dropout", "dropout_amount", "use_BC", "BC_ultra_space_efficient", "workspace_MB", "moving_average_fraction"]) -> bool: ...
    def ClearField(self, field_name: Literal["numTransition", "initChannel", "growthRate", "pad_h", "pad_w", "conv_verticalStride", "conv_horizentalStride", "filter_H", "filter_W", "Filter_Filler", "BN_Scaler_Filler", "BN_Bias_Filler", "gpuIdx", "use_dropout", "dropout_amount", "use_BC", "BC_ultra_space_efficient", "workspace_MB", "moving_average_fraction"]) -> None: ...

@final
class ShuffleChannelParameter(Message):
    """Channels seen as group x C/group, transposed."""
    group: int  # 1
    def __init__(
        self,
        *,
        group: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["group"]) -> bool: ...
    def ClearField(self, field_name: Literal["group"]) -> None: ...

@final
class CropCenterParameter(Message):
    """How much is cut off at both ends of each axis."""
    @property
    def crop_size(self) -> RepeatedScalarFieldContainer[int]: ...
    def __init__(
        self,
        *,
        crop_size: Iterable[int] | None = ...,
    ) -> None: ...
    def ClearField(self, field_name: Literal["crop_size"]) -> None: ...

@final
class SeLuParameter(Message):
    """lambda * x where x is positive, else lambda * alpha * (exp(x) - 1)."""
    alpha: float  # 1.67326319
    def __init__(
        self,
        *,
        alpha: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["lambda", "alpha"]) -> bool: ...
    def ClearField(self, field_name: Literal["lambda", "alpha"]) -> None: ...

@final
class SeLuDropoutParameter(Message):
    """Sets values to alpha by chance, and keeps mean and variance."""
    dropout_ratio: float  # 0.1
    alpha: float  # -1.75809932
    def __init__(
        self,
        *,
        dropout_ratio: float | None = ...,
        alpha: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["dropout_ratio", "alpha"]) -> bool: ...
    def ClearField(self, field_name: Literal["dropout_ratio", "alpha"]) -> None: ...

@final
class FlipParameter(Message):
    """Images mirrored along W, along H or both."""
    flip_width: bool  # true
    flip_height: bool  # false
    def __init__(
        self,
        *,
        flip_width: bool | None = ...,
        flip_height: bool | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["flip_width", "flip_height"]) -> bool: ...
    def ClearField(self, field_name: Literal["flip_width", "flip_height"]) -> None: ...

@final
class MultiStageMeanfieldParameter(Message):
    """Mean-field inference of a conditional random field, every pixel with every other."""

    class _ModeType(_EnumTypeWrapper[MultiStageMeanfieldParameter.Mode]): ...

    class Mode(int, metaclass=_ModeType):
        POTTS: ClassVar[MultiStageMeanfieldParameter.Mode]  # 0

    POTTS: ClassVar[MultiStageMeanfieldParameter.Mode]

    num_iterations: int
    compatibility_mode: MultiStageMeanfieldParameter.Mode  # POTTS
    threshold: float
    theta_alpha: float
    theta_beta: float
    theta_gamma: float
    spatial_filter_weight: float
    bilateral_filter_weight: float
    def __init__(
        self,
        *,
        num_iterations: int | None = ...,
        compatibility_mode: MultiStageMeanfieldParameter.Mode | Literal["POTTS"] | None = ...,
        threshold: float | None = ...,
        theta_alpha: float | None = ...,
        theta_beta: float | None = ...,
        theta_gamma: float | None = ...,
        spatial_filter_weight: float | None = ...,
        bilateral_filter_weight: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_iterations", "compatibility_mode", "threshold", "theta_alpha", "theta_beta", "theta_gamma", "spatial_filter_weight", "bilateral_filter_weight"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_iterations", "compatibility_mode", "threshold", "theta_alpha", "theta_beta", "theta_gamma", "spatial_filter_weight", "bilateral_filter_weight"]) -> None: ...

@final
class InsanityParameter(Message):
    """The range of the divisors of negative values; numbers unknown."""
    lb: float  # 3
    ub: float  # 8
    mean: float
    def __init__(
        self,
        *,
        lb: float | None = ...,
        ub: float | None = ...,
        mean: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["lb", "ub", "mean"]) -> bool: ...
    def ClearField(self, field_name: Literal["lb", "ub", "mean"]) -> None: ...

@final
class CenterLossParameter(Message):
    """A learned center for each class."""
    num_output: int
    @property
    def center_filler(self) -> FillerParameter: ...
    axis: int  # 1
    def __init__(
        self,
        *,
        num_output: int | None = ...,
        center_filler: FillerParameter | Mapping[str, object] | None = ...,
        axis: int | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_output", "center_filler", "axis"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_output", "center_filler", "axis"]) -> None: ...

@final
class MarginInnerProductParameter(Message):
    """Scores whose own class has to keep an angular margin of m."""

    class _MarginTypeType(_EnumTypeWrapper[MarginInnerProductParameter.MarginType]): ...

    class MarginType(int, metaclass=_MarginTypeType):
        SINGLE: ClassVar[MarginInnerProductParameter.MarginType]  # 0
        DOUBLE: ClassVar[MarginInnerProductParameter.MarginType]  # 1
        TRIPLE: ClassVar[MarginInnerProductParameter.MarginType]  # 2
        QUADRUPLE: ClassVar[MarginInnerProductParameter.MarginType]  # 3

    SINGLE: ClassVar[MarginInnerProductParameter.MarginType]
    DOUBLE: ClassVar[MarginInnerProductParameter.MarginType]
    TRIPLE: ClassVar[MarginInnerProductParameter.MarginType]
    QUADRUPLE: ClassVar[MarginInnerProductParameter.MarginType]

    num_output: int
    type: MarginInnerProductParameter.MarginType  # SINGLE
    @property
    def weight_filler(self) -> FillerParameter: ...
    axis: int  # 1
    base: float  # 1
    gamma: float  # 0
    power: float  # 1
    iteration: int  # 0
    lambda_min: float  # 0
    def __init__(
        self,
        *,
        num_output: int | None = ...,
        type: MarginInnerProductParameter.MarginType | Literal["SINGLE", "DOUBLE", "TRIPLE", "QUADRUPLE"] | None = ...,
        weight_filler: FillerParameter | Mapping[str, object] | None = ...,
        axis: int | None = ...,
        base: float | None = ...,
        gamma: float | None = ...,
        power: float | None = ...,
        iteration: int | None = ...,
        lambda_min: float | None = ...,
    ) -> None: ...
    def HasField(self, field_name: Literal["num_output", "type", "weight_filler", "axis", "base", "gamma", "power", "iteration", "lambda_min"]) -> bool: ...
    def ClearField(self, field_name: Literal["num_output", "type", "weight_filler", "axis", "base", "gamma", "power", "iteration", "lambda_min"]) -> None: ...
