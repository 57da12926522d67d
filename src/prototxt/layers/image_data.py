"""ImageData: images and labels from a list of image files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from prototxt.blobs import Shape
from prototxt.data.batches import batches
from prototxt.data.lists import ListedImage, read_image_list
from prototxt.data.samples import listed_samples
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
        new_height and new_width go together. All images have one size, resized or cropped to one. Names are
        relative to the current folder, or else to the net's file. `shuffle` shuffles again at every pass.

    Example:
        layer {
          name: "data" type: "ImageData" top: "data" top: "label"
          transform_param { crop_size: 227 mean_value: 104 mean_value: 117 mean_value: 123 }
          image_data_param { source: "val.txt" root_folder: "images/" batch_size: 50 new_height: 256 new_width: 256 }
        }

    Source: caffe/src/caffe/layers/image_data_layer.cpp, caffe/src/caffe/util/io.cpp (ReadImageToCVMat).
    """

    def setup(self, param: LayerParameter) -> None:
        self.take_list(param, param.image_data_param)

    def read_list(self) -> Sequence[ListedImage]:
        return read_image_list(self.source)

    def batches(self, tops: Sequence[Shape]) -> Batches:
        start = self.start()
        rng = self.rng if self.shuffle else None
        samples = listed_samples(
            self.source, self.listed, self.root, self.settings.folder, self.size, self.color, rng, start
        )
        return partial(batches, samples, self.transform, tops, self.settings.folder, self.rng)
