"""RoIData: images with boxes of a dataset, which is not here; the caller gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prototxt.blobs import Shape
from prototxt.errors import LayerError, UnknownShapeError
from prototxt.layers.base import ImpliedShape, Layer
from prototxt.layers.common.param_str import read_param_str, whole
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter

EXAMPLES = {3: {0: "1,3,600,1000", 2: "8,5"}, 6: {0: "2,3,600,1000", 1: "128,5"}}
"""The tops whose shapes the caller has to give, and which they may be, by the number of tops."""


@layer("RoIData", bottoms=0, tops=(3, 6), fork="fasterrcnn")
class RoIData(Layer):
    """Images and their boxes, to train detectors: inputs of the net here, for the dataset is in Python's hands.

    Formula:
        data, im_info, gt_boxes = what the caller gives (3 tops: Faster R-CNN, R-FCN)
        data, rois, labels, bbox_targets, bbox_inside_weights, bbox_outside_weights = what the caller gives (6 tops:
        Fast R-CNN)

    Shapes:
        data: N x 3 x H x W, im_info: N x 3 (height, width, scale), gt_boxes: T x 5 (x1, y1, x2, y2, class)
        rois: R x 5, labels: R, bbox_targets and both weights: R x 4*num_classes

    Pitfalls:
        A layer of type "Python" named RoIDataLayer is this layer, and no code of the net's runs. The file says no
        shapes: give `--input data=1,3,600,1000 --input gt_boxes=8,5`, or rois in place of gt_boxes. Those of the
        other tops follow.

    Example:
        layer {
          name: "input-data" type: "Python" top: "data" top: "im_info" top: "gt_boxes"
          python_param { module: "roi_data_layer.layer" layer: "RoIDataLayer" param_str: "'num_classes': 21" }
        }

    Source: Girshick, Fast R-CNN, 2015; py-faster-rcnn/lib/roi_data_layer/layer.py.
    """

    golden = "it computes nothing: its tops are what the caller gives"

    def setup(self, param: LayerParameter) -> None:
        self.num_classes = whole(read_param_str(param.python_param.param_str), "num_classes", 2)
        self.top_names = tuple(param.top)
        if self.num_tops not in EXAMPLES:
            what = (
                f"makes 3 tops (data, im_info, gt_boxes) or 6 (data, rois, labels, ...), not {self.num_tops}"
            )
            raise LayerError(what, field="top")

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        examples = EXAMPLES[self.num_tops].items()
        given = " ".join(f"--input {self.top_names[top]}={shape}" for top, shape in examples)
        raise UnknownShapeError(
            "the dataset is not here, and the file does not say the shapes of its images and boxes",
            field="python_param",
            hint=f"give them: {given}",
        )

    @classmethod
    def implied_shape(
        cls, param: LayerParameter, top: int, given: Mapping[str, Shape]
    ) -> ImpliedShape | None:
        layer = cls(param)
        first, second = layer.top_names[:2]
        if layer.num_tops == 3 and top == 1 and first in given:
            return (given[first][0], 3), f'height, width and scale of each image of "{first}"'
        if layer.num_tops == 6 and top > 1 and second in given:
            regions = given[second][0]
            shape = (regions,) if top == 2 else (regions, 4 * layer.num_classes)
            return shape, f'for each region of "{second}"'
        return None
