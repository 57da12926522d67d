"""SpatialDropout: while training, some channels are set to 0 at random; otherwise nothing happens."""

from __future__ import annotations

from prototxt.blobs import TRAIN, Shape
from prototxt.errors import LayerError
from prototxt.layers.common.param_str import read_param_str
from prototxt.layers.dropout import Dropout
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("SpatialDropout", fork="segnet")
class SpatialDropout(Dropout):
    """Drops a share of each image's channels while training and scales up the rest, so that the expected sum stays.

    Formula:
        TRAIN: y[n, c] = x[n, c] * keep[n, c] / (1 - dropout_ratio), keep = 0 with a chance of dropout_ratio, else 1
        TEST:  y = x

    Shapes:
        x: N x C x any, y alike

    Pitfalls:
        This serves ENet's Python layer, class SpatialDropoutLayer of module spatial_dropout, too. Its ratio is `p`
        of param_str, and `phase` there decides, whatever the net's phase. That class multiplies by 1 / (1 - p) at
        TEST as well, which takes the net away from what it learned, and is not done here.

    Example:
        layer {
          name: "drop" type: "SpatialDropout" bottom: "conv" top: "drop"
          spatial_dropout_param { dropout_ratio: 0.1 }
        }

    Source: ENet/caffe-enet/python/spatial_dropout.py; intel/caffe's fork for spatial_dropout_param.
    """

    golden = "draws at random; at TEST y is x"

    def setup(self, param: LayerParameter) -> None:
        if param.type != "Python":
            self.take(param.spatial_dropout_param.dropout_ratio, drops=self.phase == TRAIN)
            return
        pairs = read_param_str(param.python_param.param_str)
        try:
            ratio = float(str(pairs["p"]))
        except (KeyError, ValueError):
            what = f"param_str: 'p' must be a share, not {pairs.get('p')!r}"[:200]
            hint = "{'phase': 'TRAIN', 'p': '0.1'}, say"
            raise LayerError(what, field="param_str", hint=hint) from None
        phase = pairs.get("phase", "TRAIN" if self.phase == TRAIN else "TEST")
        self.take(ratio, drops=phase == "TRAIN")

    def together(self, shape: Shape) -> Shape:
        return (*shape[:2], *(1,) * len(shape[2:]))
