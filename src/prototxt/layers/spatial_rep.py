"""SpatialRep: a vector of each image, repeated over a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.axes import check_num_axes
from prototxt.layers.outcomes import Ignored, Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.util.lazy import np


@layer("SpatialRep", bottoms=2, fork="others")
class SpatialRep(Layer):
    """Repeats what is known of an image as a whole at every place of a map: the Python layer of ideepcolor, built in.

    Formula:
        y[n, c, h, w] = x[n, c, 0, 0]

    Shapes:
        x: N x C x 1 x 1, reference: any x any x H x W, of which only the size counts
        y: N x C x H x W

    Pitfalls:
        A layer of type "Python" with the class SpatialRepLayer of module caffe_traininglayers is this layer, and no
        code of the net's runs.

    Example:
        layer {
          name: "glob_conv1_rep" type: "Python" bottom: "glob_conv1" bottom: "conv4_3" top: "glob_conv1_rep"
          python_param { module: "caffe_traininglayers" layer: "SpatialRepLayer" }
        }

    Source: Zhang et al., Real-Time User-Guided Image Colorization with Learned Deep Priors, 2017; its
    caffe_files/caffe_traininglayers.py.
    """

    ignores: ClassVar[Mapping[str, Ignored]] = ignore(
        Outcome.QUIET, "the class does not use its parameters", "python_param"
    )
    golden = "the layer is Python code of the net's authors; the tests repeat values by hand"

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        for shape in bottom:
            check_num_axes(shape, 4, 4)
        if count(bottom[0][2:]) != 1:
            raise LayerError(
                f"the first bottom must be N x C x 1 x 1, got {format_shape(bottom[0])}", field="bottom"
            )
        return [(*bottom[0][:2], *bottom[1][2:])]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return [np.broadcast_to(bottom[0], self.shapes([x.shape for x in bottom])[0]).copy()]
