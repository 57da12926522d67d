"""BoxAnnotatorOHEM: of all regions, those with the largest losses are trained on."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import MAX_ELEMENTS, Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.fields import check_least
from prototxt.layers.common.labels import Labels, Mask, read_indices
from prototxt.layers.common.rois import check_rois
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

BOTTOMS = ("regions", "losses", "labels", "weights")


@layer("BoxAnnotatorOHEM", bottoms=4, tops=2, fork="rfcn")
class BoxAnnotatorOHEM(Layer):
    """Online hard example mining: keeps labels and weights of the regions with the largest losses in each image.

    Formula:
        kept = the roi_per_img regions of every image whose loss is largest
        y_label[r] = label[r] where r is kept, else ignore_label
        y_weight[r, c] = weight[r, c] where r is kept, else 0

    Shapes:
        regions: R x 5, a row is image, x1, y1, x2, y2; losses: R, labels: R, weights: R x C (further axes of 1 each)
        y_label: R x 1 x 1 x 1, y_weight: R x C x 1 x 1

    Pitfalls:
        Of equal losses the first region is kept; the fork's sort leaves that open. Regions at several positions
        each (axes H and W) are refused: the fork reads past their end.

    Example:
        layer {
          name: "annotator" type: "BoxAnnotatorOHEM" bottom: "rois" bottom: "per_roi_loss" bottom: "labels"
          bottom: "bbox_inside_weights" top: "labels_ohem" top: "bbox_loss_weights_ohem"
          box_annotator_ohem_param { roi_per_img: 128 ignore_label: -1 }
        }

    Source: Shrivastava et al., OHEM, 2016; caffe-rfcn/src/caffe/layers/box_annotator_ohem_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.box_annotator_ohem_param
        check_least(p.roi_per_img, 1, "roi_per_img")
        self.roi_per_img: int = p.roi_per_img
        self.ignore_label: int = p.ignore_label

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_rois(bottom[0], 0)
        regions = bottom[0][0]
        for name, shape in zip(BOTTOMS, bottom, strict=True):
            if shape[:1] != (regions,):
                what = f"{regions} regions need {name} of {regions} x ..., got {format_shape(shape)}"
                raise LayerError(what, field="bottom")
        for name, shape, start in zip(BOTTOMS[1:], bottom[1:], (1, 1, 2), strict=True):
            if count(shape[start:]) != 1:
                form = "R x C" if start == 2 else "R"
                what = f"{name} must be {form} (further axes of 1), got {format_shape(shape)}"
                raise LayerError(what, field="bottom")
        return [(regions, 1, 1, 1), (regions, count(bottom[3][1:]), 1, 1)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        rois, losses, labels, weights = bottom
        images = read_indices(np.trunc(rois.reshape(len(rois), 5)[:, 0]), MAX_ELEMENTS, "a region's image")
        kept = hardest(images, losses.ravel(), self.roi_per_img)[:, None, None, None]
        label_shape, weight_shape = self.shapes([x.shape for x in bottom])
        return [
            np.where(kept, labels.reshape(label_shape), np.float32(self.ignore_label)),
            np.where(kept, weights.reshape(weight_shape), np.float32(0)),
        ]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """A sort of all losses."""
        regions = bottom[0][0]
        return Cost(comparisons=regions * max(regions - 1, 0).bit_length())

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.roi_per_img} an image"


def hardest(images: Labels, losses: Array, most: int) -> Mask:
    """Which regions are among the `most` of their image with the largest losses."""
    order = np.lexsort((-losses, images))
    sorted_images = images[order]
    rank = np.arange(order.size) - np.searchsorted(sorted_images, sorted_images)
    kept = np.empty(order.size, np.bool_)
    kept[order] = rank < most
    return kept
