"""ImageData: images and labels from a list of image files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from prototxt.blobs import Shape
from prototxt.data.batches import batches
from prototxt.data.lists import ListedImage, read_image_list
from prototxt.data.samples import listed_samples
from prototxt.data.sizes import SizeRule
from prototxt.errors import LayerError
from prototxt.layers.common.data_layer import Batches
from prototxt.layers.common.image_list import ImageList
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter


@layer("ImageData", bottoms=0, tops=(1, 2))
class ImageData(ImageList[ListedImage]):
    """Reads batches of image files and labels as a text file lists them, round and round.

    Formula:
        y[n] = (crop(resize(image n)) - mean) * scale, mirrored by chance where `mirror` is set; BGR
        label[n] = the label after the image's name
        Resizing is bilinear to bytes, as OpenCV does it. The crop is the centre at TEST, anywhere at TRAIN.

    Shapes:
        y: batch_size x C x H x W with C = 3, or 1 without `is_color`; H and W of the first image, of new_height
        and new_width, or crop_size
        label: batch_size

    Pitfalls:
        A line is `NAME LABEL`; `root_folder` is put before the name as it is, so it ends with a slash.
        new_height and new_width go together; NVCaffe's `short_side` overrides them, and Intel's `min_height` and
        `min_width` enlarge smaller images where they are not given. All images have one size, resized or cropped to
        one. Names are relative to the current folder, or else to the net's file. `shuffle` shuffles again at every
        pass.

    Example:
        layer {
          name: "data" type: "ImageData" top: "data" top: "label"
          transform_param { crop_size: 227 mean_value: 104 mean_value: 117 mean_value: 123 }
          image_data_param { source: "val.txt" root_folder: "images/" batch_size: 50 new_height: 256 new_width: 256 }
        }

    Source: caffe/src/caffe/layers/image_data_layer.cpp, caffe/src/caffe/util/io.cpp (ReadImageToCVMat), and
    io.cpp of NVIDIA's and Intel's forks.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.image_data_param
        self.take_list(param, p)
        short_side, least = p.short_side, (p.min_height, p.min_width)
        if bool(least[0]) != bool(least[1]):
            what = f"min_height {least[0]} and min_width {least[1]}: give both or neither"
            raise LayerError(what, field="min_width" if least[1] else "min_height")
        if short_side or (any(least) and self.size is None):
            self.size, self.size_rule = None, SizeRule(short_side, least)

    def read_list(self) -> Sequence[ListedImage]:
        return read_image_list(self.source)

    def batches(self, tops: Sequence[Shape]) -> Batches:
        start = self.start()
        rng = self.rng if self.shuffle else None
        size = self.size_rule or self.size
        samples = listed_samples(
            self.source, self.listed, self.root, self.settings.folder, size, self.color, rng, start
        )
        return partial(batches, samples, self.transform, tops, self.settings.folder, self.rng)
