"""ImageData: images and labels from a list of image files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

from prototxt.data.batches import batches
from prototxt.data.lists import ListedImage, read_image_list
from prototxt.data.samples import listed_samples, load_pixels
from prototxt.errors import DataError, LayerError
from prototxt.layers._data_base import Batches, ImageReader
from prototxt.layers.base import Shape
from prototxt.layers.registry import layer


@layer("ImageData", bottoms=0, tops=(1, 2))
class ImageData(ImageReader):
    """Reads batches of image files and labels as a text file lists them, round and round.

    Formula:
        y[n] = (crop(resize(image n)) - mean) * scale, mirrored by chance where `mirror` is set; BGR
        label[n] = the label behind the image's name
        Resizing is bilinear to bytes, as OpenCV does it. The crop is the centre at TEST, anywhere at TRAIN.

    Shapes:
        y: batch_size x C x H x W with C = 3, or 1 without `is_color`; H and W of the first image, of new_height
        and new_width, or crop_size
        label: batch_size

    Pitfalls:
        A line is `NAME LABEL`; `root_folder` is put in front of the name as it is, so it ends with a slash.
        new_height and new_width go together. All images have one size, resized or cropped to one. Names are
        relative to the current folder, or else to the net's file. `shuffle` shuffles anew at every pass.

    Example:
        layer {
          name: "data" type: "ImageData" top: "data" top: "label"
          transform_param { crop_size: 227 mean_value: 104 mean_value: 117 mean_value: 123 }
          image_data_param { source: "val.txt" root_folder: "images/" batch_size: 50 new_height: 256 new_width: 256 }
        }

    Source: caffe/src/caffe/layers/image_data_layer.cpp, caffe/src/caffe/util/io.cpp (ReadImageToCVMat).
    """

    what = "image list"

    def setup(self, param: Any) -> None:
        p = param.image_data_param
        self.take(param, p.source, p.batch_size)
        if bool(p.new_height) != bool(p.new_width):
            what = f"new_height {p.new_height} and new_width {p.new_width}: give both or neither"
            raise LayerError(what, field="new_width" if p.new_width else "new_height")
        self.size = (p.new_height, p.new_width) if p.new_height else None
        self.color: bool = p.is_color
        self.root: str = p.root_folder
        self.shuffle: bool = p.shuffle
        self.rand_skip: int = p.rand_skip

    @cached_property
    def _listed(self) -> tuple[ListedImage, ...]:
        return read_image_list(self.source)

    def first_image(self) -> Shape:
        if self.size is not None:
            return (3 if self.color else 1, *self.size)
        name = self.root + self._listed[0].name
        height, width, channels = load_pixels(name, self.setting.folder, None, self.color, self.source).shape
        return (channels, height, width)

    def declared_image(self) -> tuple[int, Shape | None]:
        return (3 if self.color else 1), self.size

    def batches(self, tops: Sequence[Shape]) -> Batches:
        skip = int(self.rng.integers(self.rand_skip)) if self.rand_skip else 0
        if skip >= len(self._listed):
            what = f"rand_skip leaves out {skip} of {len(self._listed)} images"
            raise DataError(what, path=self.source, field="rand_skip")
        rng = self.rng if self.shuffle else None
        samples = listed_samples(
            self.source, self._listed, self.root, self.setting.folder, self.size, self.color, rng, skip
        )
        return partial(batches, samples, self.transform, tops, self.setting.folder, self.rng)
