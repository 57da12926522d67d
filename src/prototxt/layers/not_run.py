"""Layer types of forks that are known and not run here: most take part in training only.

A layer of such a type is shown with what it does, and with the shapes of its tops where the file alone says them. One
entry of `NOT_RUN` is all that such a type needs; it goes when the type gets a class of its own. This module is imported
only for a net with a type that has no class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from prototxt.blobs import Shape
from prototxt.errors import LayerError, NotRunError
from prototxt.layers.base import Layer, LayerSettings
from prototxt.layers.reads import Unread
from prototxt.schema.caffe_pb2 import LayerParameter

__all__ = ["NOT_RUN", "NotRun", "NotRunType", "not_run_error"]

ShapeRule = Callable[[LayerParameter, Sequence[Shape]], list[Shape]]
"""The shapes of a layer's first tops by its parameters and its bottoms; raises LayerError where they do not say."""


class NotRunType(NamedTuple):
    """A type that is not run: the fork or forks that have it, what it does in a few words, and its tops' shapes."""

    forks: str
    does: str
    shapes: ShapeRule | None = None

    @property
    def about(self) -> str:
        """Whose type it is and what it does, as messages say it."""
        return f"{self.forks}: {self.does}"


def numbers(param: LayerParameter, _bottom: Sequence[Shape]) -> list[Shape]:
    """Single numbers without axes, as losses are."""
    return [()] * len(param.top)


def like_first(_param: LayerParameter, bottom: Sequence[Shape]) -> list[Shape]:
    """The first top has the shape of the first bottom."""
    return list(bottom[:1])


def clips(param: LayerParameter, _bottom: Sequence[Shape]) -> list[Shape]:
    """Clips of C3D, N x 3 x new_length x H x W, with H and W from crop_size, else from new_height and new_width.

    A second top holds one label a clip. C3D 1.0 has its fields in image_data_param, C3D 1.1 in video_data_param.
    """
    if param.HasField("video_data_param"):
        return _clips_of_today(param)
    p = param.image_data_param
    crop = p.crop_size or param.transform_param.crop_size  # nets in the old form are upgraded to the latter
    size = (crop, crop) if crop else (p.new_height, p.new_width)
    if not (p.new_length and all(size)):
        raise LayerError("the file does not say the size of the clips", field="image_data_param")
    return [(p.batch_size, 3, p.new_length, *size), (p.batch_size, 1, 1, 1, 1)]


def _clips_of_today(param: LayerParameter) -> list[Shape]:
    """Clips of C3D 1.1, whose crop_size stands in transform_param."""
    p, crop = param.video_data_param, param.transform_param.crop_size
    size = (crop, crop) if crop else (p.new_height, p.new_width)
    if not (p.new_length and all(size)):
        raise LayerError("the file does not say the size of the clips", field="video_data_param")
    return [(p.batch_size, 3, p.new_length, *size), (p.batch_size,)]


def cropped(param: LayerParameter, bottom: Sequence[Shape]) -> list[Shape]:
    """The first bottom's images at the size of crop_height x crop_width; further tops are not known."""
    p = param.augmentation_param
    if not (p.crop_height and p.crop_width and bottom and len(bottom[0]) == 4):
        raise LayerError("the file does not say the size of the images", field="augmentation_param")
    return [(*bottom[0][:2], p.crop_height, p.crop_width)]


def downsampled(param: LayerParameter, bottom: Sequence[Shape]) -> list[Shape]:
    """The first bottom at the height and width of the second, or at top_height x top_width."""
    p = param.downsample_param
    size = bottom[1][2:] if len(bottom) > 1 else (p.top_height, p.top_width)
    if not (bottom and len(bottom[0]) == 4 and len(size) == 2 and all(size)):
        raise LayerError("the file does not say the size of the images", field="downsample_param")
    return [(*bottom[0][:2], *size)]


MYCAFFE = "MyCaffe"
FLOWNET = "FlowNet 2"

NOT_RUN: Mapping[str, NotRunType] = {
    # Data: what they read decides their shapes, and --input takes their place.
    "AUMaskBasedLand": NotRunType("JAA-Net", "masks of facial action units from landmarks"),
    "BboxData": NotRunType("OpenCV's SqueezeDet", "reads images with boxes"),
    "BoxData": NotRunType("soeaver's forks", "reads images with boxes"),
    "CPMData": NotRunType("OpenPose and CPM", "reads images with maps of body parts"),
    "CustomData": NotRunType(FLOWNET, "reads pairs of images with their flow"),
    "DataTemporal": NotRunType(MYCAFFE, "reads time series"),
    "DetectNetTransformation": NotRunType(
        "NVCaffe's DetectNet", "augments images and makes maps of their boxes"
    ),
    "ImageFloatData": NotRunType("seen in public files", "reads images with several numbers as labels"),
    "ImgReader": NotRunType(FLOWNET, "reads an image"),
    "MatRead": NotRunType("DeepLab", "reads MATLAB files"),
    "MultiLabelImageData": NotRunType("seen in public files", "reads images with several labels"),
    "TokenizedData": NotRunType(MYCAFFE, "reads text as numbers of tokens"),
    "TripletImageData": NotRunType("seen in public files", "reads triplets of images"),
    "VideoData": NotRunType("C3D and SSD", "reads clips of a video or a camera", clips),
    "VideoSegmentationData": NotRunType("C3D", "reads clips of a video with a label for each voxel"),
    "VideoWithVoxelTruthData": NotRunType("C3D", "reads clips of a video with a value for each voxel"),
    # Augmentation of images while training.
    "AlignDataTransform": NotRunType("seen in public files", "aligns images by landmarks"),
    "BlackAugmentation": NotRunType(FLOWNET, "blackens parts of images at random"),
    "DataAugmentation": NotRunType(FLOWNET, "changes images at random", cropped),
    "FlowAugmentation": NotRunType(FLOWNET, "changes flow as its images were changed", cropped),
    "GenerateAugmentationParameters": NotRunType(FLOWNET, "draws how images are to be changed"),
    # Losses.
    "BatchTripletLoss": NotRunType("seen in public files", "a loss over the triplets of a batch", numbers),
    "EuclideanLoss2": NotRunType(
        "seen in public files", "half the weighted mean of squared distances", numbers
    ),
    "LpqLoss": NotRunType(FLOWNET, "distances to the power p summed to the power q", numbers),
    "MemoryLoss": NotRunType(MYCAFFE, "a loss that the caller's code computes", numbers),
    "NaiveTripletLoss": NotRunType("seen in public files", "a loss over triplets", numbers),
    "PairwiseRankingLoss": NotRunType("seen in public files", "a loss over the order of pairs", numbers),
    "QuantileLoss": NotRunType(MYCAFFE, "the loss of forecasts by quantiles", numbers),
    "RankHardLoss": NotRunType("caffe-video_triplet", "a ranking loss over hard triplets", numbers),
    "RegionLoss": NotRunType("caffe-yolo9000 and Intel Caffe", "YOLOv2's loss", numbers),
    "SqueezeDetLoss": NotRunType(
        "OpenCV's SqueezeDet", "the loss of boxes with classes and confidences", numbers
    ),
    "WeightEuclideanLoss": NotRunType("seen in public files", "a weighted squared distance", numbers),
    "Yolov3": NotRunType("MobileNet-YOLO", "YOLOv3's loss", numbers),
    "YoloSeg": NotRunType("MobileNet-YOLO", "the loss of segmentation beside YOLO", numbers),
    # Measures.
    "QuantileAccuracy": NotRunType(MYCAFFE, "the share of values within forecast quantiles"),
    "RankAccuracy": NotRunType("seen in public files", "the share of pairs in the right order"),
    "SegmentationEvaluate": NotRunType("MobileNet-YOLO", "measures a segmentation"),
    # Layers of other engines and models.
    "Accum": NotRunType(FLOWNET, "sums up its bottom over forwards"),
    "ChannelEmbedding": NotRunType(MYCAFFE, "embeds each channel of a time series"),
    "Combination": NotRunType("JAA-Net", "joins the parts that Division made to one map"),
    "Decode": NotRunType(MYCAFFE, "distances of encodings to the centers of classes"),
    "DenseCRF": NotRunType("DeepLab", "a conditional random field over all pixels", like_first),
    "Division": NotRunType("JAA-Net", "cuts a map into a grid of parts"),
    "DomainTransform": NotRunType("DeepLab", "filters a map along the edges of another", like_first),
    "DotProductSimilarity": NotRunType("seen in public files", "similarities of items as products"),
    "Downsample": NotRunType(FLOWNET, "makes images smaller by weighted means", downsampled),
    "FLOWriter": NotRunType(FLOWNET, "writes flow to files", numbers),
    "GateAddNorm": NotRunType(MYCAFFE, "a gated residual with normalization"),
    "GRN": NotRunType(MYCAFFE, "a gated residual network"),
    "LayerNorm": NotRunType(MYCAFFE, "normalization of each item", like_first),
    "Mean": NotRunType(FLOWNET, "adds or subtracts a mean", like_first),
    "MultiheadAttentionInterp": NotRunType(MYCAFFE, "attention whose weights can be read"),
    "Noise": NotRunType("seen in public files", "adds noise", like_first),
    "Resize": NotRunType("several forks", "makes images of another size by rules that differ"),
    "ReshapeTemporal": NotRunType(MYCAFFE, "joins or parts the axes of batch and time"),
    "TensorRT": NotRunType("NVCaffe", "hands a part of the net to TensorRT"),
    "TransformerBlock": NotRunType(MYCAFFE, "attention and a perceptron with residuals", like_first),
    "TRT": NotRunType("NVCaffe", "hands a part of the net to TensorRT"),
    "VarSelNet": NotRunType(MYCAFFE, "selects variables of a time series"),
}
"""The types by name."""


def not_run_error(type_name: str) -> NotRunError | None:
    """The error of a layer of one of these types; None for any other type."""
    known = NOT_RUN.get(type_name)
    if known is None:
        return None
    hint = (
        "the part of the net before it runs (--to, end= in Python); docs/own-layers.md says how to add a type"
    )
    return NotRunError(type_name, known.about, hint=hint)


class NotRun(Layer):
    """A layer of a type that is not run, for the shapes of its tops: those of the first ones, as far as they follow."""

    kind = "unknown"
    fork = ""
    bottoms = (0, None)
    tops = (0, None)

    def __init__(self, param: LayerParameter, settings: LayerSettings) -> None:
        super().__init__(param, settings)
        self.type = param.type
        self._param = param
        self._rule = NOT_RUN[param.type].shapes

    def _judge(self, param: LayerParameter, unread: tuple[Unread, ...]) -> None:
        """Nothing: it computes nothing with its fields."""

    def _loss_weights(self, given: Sequence[float]) -> tuple[float, ...]:
        return (*given, *[0.0] * self.num_tops)[: self.num_tops]

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        """The shapes that are known; raises LayerError where none is."""
        if self._rule is None:
            raise LayerError("the file alone does not say the shapes", field="type")
        return self._rule(self._param, bottom)
