"""ImageLabelmapData: images with maps of their edges from a list of image files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from prototxt.blobs import Array, Shape, format_shape
from prototxt.data.lists import ListedPair, read_pairs
from prototxt.data.pairs import Pair, PairFiles, pair_batches, planes
from prototxt.data.samples import order
from prototxt.data.transform import DataTransform, Transformer
from prototxt.errors import DataError
from prototxt.layers.base import ImpliedShape
from prototxt.layers.common.data_layer import Batches, map_follows
from prototxt.layers.common.image_list import ImageList
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter

if TYPE_CHECKING:
    from prototxt.util.lazy import np


@layer("ImageLabelmapData", bottoms=0, tops=(1, 2), fork="others")
class ImageLabelmapData(ImageList[ListedPair]):
    """Reads batches of images and of the binary maps that belong to them, as a text file lists both.

    Formula:
        y[n] = (crop(resize(image n)) - mean) * scale, BGR
        label[n] = 1 where crop(resize(its map)), one gray channel, is above 127, else 0
        Both are cropped anywhere, at TEST too, and mirrored by chance where `mirror` is set, alike.

    Shapes:
        y: batch_size x C x H x W with C = 3, or 1 without `is_color`; H and W of the first image, of new_height
        and new_width, or crop_size
        label: batch_size x 1 x H x W

    Pitfalls:
        A line is `IMAGE MAP`, words without spaces; `root_folder` is put before both as it is. Resizing is
        bilinear, of maps too. Weak edges of averaged maps, up to 127, become 0. All images have one size; the fork
        takes any with batch_size 1.

    Example:
        layer {
          name: "data" type: "ImageLabelmapData" top: "data" top: "label"
          transform_param { mean_value: 104.00699 mean_value: 116.66877 mean_value: 122.67892 }
          image_data_param { source: "train_pair.lst" root_folder: "HED-BSDS/" batch_size: 1 shuffle: true }
        }

    Source: HED's Caffe (s9xie/hed), image_labelmap_data_layer.cpp, data_transformer.cpp (LocTransform,
    LabelmapTransform); https://arxiv.org/abs/1504.06375
    """

    golden = "only the source text of the fork is available; the tests check its rules by hand"

    @classmethod
    def implied_shape(
        cls, param: LayerParameter, top: int, given: Mapping[str, Shape]
    ) -> ImpliedShape | None:
        return map_follows(param, top, given)

    def setup(self, param: LayerParameter) -> None:
        self.take_list(param, param.image_data_param)

    def other_tops(self, image: Shape) -> list[Shape]:
        return [(self.batch_size, 1, *image[1:])]

    def read_list(self) -> Sequence[ListedPair]:
        return read_pairs(self.source)

    def batches(self, tops: Sequence[Shape]) -> Batches:
        files = PairFiles(self.source, self.root, self.settings.folder, self.size, self.color)
        places = order(len(self.listed), self.rng if self.shuffle else None, self.start())
        shared = _Shared(self.transform.crop_size, self.transform.mirror)
        whole = replace(self.transform, crop_size=0, mirror=False)
        return partial(
            _batches, files, self.listed, places, shared, whole, tops, self.settings.folder, self.rng
        )


@dataclass(frozen=True, slots=True)
class _Shared:
    """The transform of an image and its maps alike."""

    crop_size: int
    mirror: bool

    def change(self, image: Array, label: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Both planes mirrored and cropped, by chance."""
        mirrored = self.mirror and rng.integers(2)
        if self.crop_size:
            top, left = (int(rng.integers(size - self.crop_size + 1)) for size in image.shape[1:])
            part = (slice(None), slice(top, top + self.crop_size), slice(left, left + self.crop_size))
            image, label = image[part], label[part]
        return (image[..., ::-1], label[..., ::-1]) if mirrored else (image, label)


def _read(listed: ListedPair, files: PairFiles, crop_size: int) -> Pair:
    """Both files of a pair. Raises DataError where their sizes do not fit."""
    image, label = files.image(listed.name), files.label_map(listed.label, files.size)
    if label.shape[:2] != image.shape[:2]:
        what = f"the map is {format_shape(label.shape[:2])}, the image {listed.name} {format_shape(image.shape[:2])}"
        raise DataError(what, path=files.root + listed.label)
    if min(image.shape[:2]) < crop_size:
        what = f"crop_size {crop_size} is larger than the image, {format_shape(image.shape[:2])}"
        raise DataError(what, path=files.root + listed.name, field="crop_size")
    return Pair(image, label, listed.name)


def _batches(
    files: PairFiles,
    listed: Sequence[ListedPair],
    places: Iterator[int],
    shared: _Shared,
    transform: DataTransform,
    tops: Sequence[Shape],
    folder: str,
    rng: np.random.Generator,
) -> Iterator[list[Array]]:
    transformer = Transformer(transform, folder, rng)

    def finish(pair: Pair) -> tuple[Array, Array]:
        image, label = planes(pair, transformer)
        return shared.change(image, (label > 127).astype(label.dtype), rng)

    return pair_batches((_read(listed[place], files, shared.crop_size) for place in places), finish, tops)
