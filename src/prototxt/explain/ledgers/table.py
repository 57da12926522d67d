"""Which ledger a layer has, by its class."""

from __future__ import annotations

from collections.abc import Mapping

from prototxt.explain.ledgers._asked import Answer
from prototxt.explain.ledgers.batch_norm import batch_norm, bn_pspnet, bn_segnet
from prototxt.explain.ledgers.by_channel import axpy, bias, prelu, scale, spatial_product
from prototxt.explain.ledgers.convolution import convolution
from prototxt.explain.ledgers.deconvolution import deconvolution
from prototxt.explain.ledgers.eltwise import eltwise
from prototxt.explain.ledgers.inner_product import embed, inner_product
from prototxt.explain.ledgers.interp import interp
from prototxt.explain.ledgers.lrn import lrn
from prototxt.explain.ledgers.measures import mvn, normalize, reduction
from prototxt.explain.ledgers.moved import dropout, moved, moved_from_first, moved_from_same
from prototxt.explain.ledgers.neurons import NEURONS, function
from prototxt.explain.ledgers.pooling import pooling, spp
from prototxt.explain.ledgers.softmax import softmax
from prototxt.layers.axpy import Axpy
from prototxt.layers.base import Layer
from prototxt.layers.batch_norm import BatchNorm
from prototxt.layers.batch_reindex import BatchReindex
from prototxt.layers.bias import Bias
from prototxt.layers.bn_pspnet import PSPNetBN
from prototxt.layers.bn_segnet import SegNetBN
from prototxt.layers.concat import Concat
from prototxt.layers.convolution import Convolution
from prototxt.layers.crop import Crop
from prototxt.layers.crop_center import CropCenter
from prototxt.layers.deconvolution import Deconvolution
from prototxt.layers.dropout import Dropout
from prototxt.layers.eltwise import Eltwise
from prototxt.layers.embed import Embed
from prototxt.layers.filter import Filter
from prototxt.layers.flatten import Flatten
from prototxt.layers.im2col import Im2col
from prototxt.layers.inner_product import InnerProduct
from prototxt.layers.interp import Interp
from prototxt.layers.lrn import LRN
from prototxt.layers.mvn import MVN
from prototxt.layers.normalize import Normalize
from prototxt.layers.permute import Permute
from prototxt.layers.pooling import Pooling
from prototxt.layers.prelu import PReLU
from prototxt.layers.reduction import Reduction
from prototxt.layers.reorg import Reorg
from prototxt.layers.reshape import Reshape
from prototxt.layers.scale import Scale
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.layers.slice import Slice
from prototxt.layers.softmax import Softmax
from prototxt.layers.spatial_product import SpatialProduct
from prototxt.layers.split import Split
from prototxt.layers.spp import SPP
from prototxt.layers.tile import Tile
from prototxt.layers.upsample_segnet import SegNetUpsample
from prototxt.layers.upsample_yolo import UpsampleByScale

LEDGERS: Mapping[type[Layer], Answer] = {
    Convolution: convolution,
    Deconvolution: deconvolution,
    Pooling: pooling,
    SPP: spp,
    LRN: lrn,
    InnerProduct: inner_product,
    Embed: embed,
    BatchNorm: batch_norm,
    PSPNetBN: bn_pspnet,
    SegNetBN: bn_segnet,
    Scale: scale,
    Bias: bias,
    PReLU: prelu,
    Axpy: axpy,
    SpatialProduct: spatial_product,
    Eltwise: eltwise,
    Softmax: softmax,
    Normalize: normalize,
    MVN: mvn,
    Reduction: reduction,
    Interp: interp,
    Dropout: dropout,
    **{kind: function(steps, formula) for kind, (steps, formula) in NEURONS.items()},
    **dict.fromkeys(
        (Concat, CropCenter, Flatten, Im2col, Permute, Reorg, Reshape, ShuffleChannel, Slice, Split, Tile),
        moved,
    ),
    **dict.fromkeys((BatchReindex, Crop, SegNetUpsample, UpsampleByScale), moved_from_first),
    Filter: moved_from_same,
}
"""By layer class; a class without a row of its own has its base's."""


def types_with_ledger() -> list[str]:
    """Their names, sorted."""
    return sorted({kind.type for kind in LEDGERS})
