"""Names of the old forms, as far as the reader of text needs them: what a V1 type is called today, and hints.

Names are given here and not with the layers, because a file may use a type that has no layer class: the error about it
then gives today's name.
"""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.errors import did_you_mean

__all__ = ["V1_TYPES", "name_hint", "param_hint", "quoted_hint", "today_name"]

V1_TYPES = {
    "ABSVAL": "AbsVal",
    "ACCURACY": "Accuracy",
    "ARGMAX": "ArgMax",
    "BNLL": "BNLL",
    "CONCAT": "Concat",
    "CONTRASTIVE_LOSS": "ContrastiveLoss",
    "CONVOLUTION": "Convolution",
    "CROP": "Crop",
    "DATA": "Data",
    "DECONVOLUTION": "Deconvolution",
    "DROPOUT": "Dropout",
    "DUMMY_DATA": "DummyData",
    "ELTWISE": "Eltwise",
    "EUCLIDEAN_LOSS": "EuclideanLoss",
    "EXP": "Exp",
    "FLATTEN": "Flatten",
    "HDF5_DATA": "HDF5Data",
    "HDF5_OUTPUT": "HDF5Output",
    "HINGE_LOSS": "HingeLoss",
    "IM2COL": "Im2col",
    "IMAGE_DATA": "ImageData",
    "INFOGAIN_LOSS": "InfogainLoss",
    "INNER_PRODUCT": "InnerProduct",
    "LRN": "LRN",
    "MEMORY_DATA": "MemoryData",
    "MULTINOMIAL_LOGISTIC_LOSS": "MultinomialLogisticLoss",
    "MVN": "MVN",
    "NONE": "",
    "POOLING": "Pooling",
    "POWER": "Power",
    "RELU": "ReLU",
    "RELU6": "ReLU6",
    "SIGMOID": "Sigmoid",
    "SIGMOID_CROSS_ENTROPY_LOSS": "SigmoidCrossEntropyLoss",
    "SILENCE": "Silence",
    "SLICE": "Slice",
    "SOFTMAX": "Softmax",
    "SOFTMAX_LOSS": "SoftmaxWithLoss",
    "SPLIT": "Split",
    "TANH": "TanH",
    "THRESHOLD": "Threshold",
    "WINDOW_DATA": "WindowData",
}
"""Today's name of each V1 type of Caffe."""

FORK_NAMES = {
    "BN": "BN",
    "BOX_ANNOTATOR_OHEM": "BoxAnnotatorOHEM",
    "CTC_GREEDY_DECODER": "CTCGreedyDecoder",
    "DENSE_CRF": "DenseCRF",
    "ELU": "ELU",
    "LSTM": "LSTM",
    "LSTM_UNIT": "LSTMUnit",
    "PRELU": "PReLU",
    "PSROI_POOLING": "PSROIPooling",
    "RNN": "RNN",
    "ROI_POOLING": "ROIPooling",
    "SMOOTH_L1_LOSS_OHEM": "SmoothL1LossOHEM",
    "SOFTMAX_WITH_LOSS_OHEM": "SoftmaxWithLossOHEM",
    "SPP": "SPP",
    "WARP_CTC_LOSS": "WarpCTCLoss",
}
"""Types of forks whose names of today have more capitals than `today_name` would give them."""


def today_name(v1_type: str) -> str:
    """Today's name of a V1 type; for one that Caffe's schema does not have, the name written as today's names are.

    Forks name their types so themselves: INTERP is Interp, SEG_ACCURACY SegAccuracy, CONVOLUTION3D Convolution3D.
    """
    known = V1_TYPES.get(v1_type, FORK_NAMES.get(v1_type))
    if known is not None:
        return known
    words = (word.capitalize() for word in v1_type.split("_"))
    return "".join(
        word[:-1] + "D" if word[-2:-1].isdigit() and word.endswith("d") else word for word in words
    )


def is_v1_name(type_name: str) -> bool:
    """Whether a type is written as V1 types are: in capitals, and so that today's name is another."""
    return type_name.isupper() and today_name(type_name) != type_name


def name_hint(type_name: str) -> str | None:
    """A hint for a type name of today's form that is none: today's name of the V1 type that it is, if it is one."""
    return (
        f'write "{today_name(type_name)}": {type_name} is its name in the old form'
        if is_v1_name(type_name)
        else None
    )


def quoted_hint(type_name: str) -> str:
    """A hint for `layers { type: "..." }`, where a V1 type has to stand without quotes."""
    if type_name in V1_TYPES:
        return "write it without quotes"
    former = next((old for old, today in V1_TYPES.items() if today == type_name), None)
    near = did_you_mean(type_name, V1_TYPES) if former is None else f"write {former}"
    return f"`layers` is the old form: {near or 'its types are names such as CONVOLUTION'}, or `layer` for `layers`"


def param_hint(specs: Sequence[tuple[str, str]], v1_type: str | None) -> str:
    """A hint for `layers { param { ... } }`, where `param` is a name; `specs` are the fields in the braces."""
    names = {"lr_mult": "blobs_lr", "decay_mult": "weight_decay", "name": "param"}
    old = " ".join(f"{names[field]}: {value}" for field, value in specs if field in names)
    written = f"write {old} for it, or " if old else ""
    today = f'`layer` for `layers` and type: "{today_name(v1_type or "CONVOLUTION")}"'
    return f"`layers` is the old form: {written}{today}"
