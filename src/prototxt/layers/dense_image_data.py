"""DenseImageData: images with label maps from a list of image files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from prototxt.blobs import Array, Shape, format_shape
from prototxt.data.lists import ListedPair, read_pairs
from prototxt.data.pairs import Pair, PairFiles, Size, nearest, pair_batches, planes
from prototxt.data.samples import order
from prototxt.data.transform import DataTransform, Transformer
from prototxt.errors import DataError, LayerError
from prototxt.layers.base import ImpliedShape
from prototxt.layers.common.data_layer import Batches, map_follows
from prototxt.layers.common.image_list import ImageList
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter

if TYPE_CHECKING:
    from prototxt.util.lazy import np


@layer("DenseImageData", bottoms=0, tops=(1, 2), fork="segnet")
class DenseImageData(ImageList[ListedPair]):
    """Reads batches of images and of the label maps that belong to them, as a text file lists both.

    Formula:
        y[n] = (image n - mean) * scale, BGR; label[n] = the bytes of its label map, one gray channel
        Both are cut at random to crop_height x crop_width and mirrored by chance, alike, where that is set.

    Shapes:
        y: batch_size x C x H x W with C = 3, or 1 without `is_color`; H and W of the first image, of new_height and
        new_width, or of crop_height and crop_width
        label: batch_size x 1 x H x W; H and W divided by ENet's label_divide_factor, rounded down

    Pitfalls:
        Names are words without spaces, `root_folder` is put before both. Cutting and mirroring are random at TEST
        too. With new_height and new_width images are resized bilinearly, labels are the nearest. transform_param
        takes a mean and a scale, no crop_size and no mirror; the layer's own mean_file is not read. All images have one
        size; the fork takes any with batch_size 1.

    Example:
        layer {
          name: "data" type: "DenseImageData" top: "data" top: "label"
          dense_image_data_param { source: "CamVid/train.txt" batch_size: 4 shuffle: true }
        }

    Source: caffe-segnet/src/caffe/layers/dense_image_data_layer.cpp; ENet's fork for label_divide_factor.
    """

    @classmethod
    def implied_shape(
        cls, param: LayerParameter, top: int, given: Mapping[str, Shape]
    ) -> ImpliedShape | None:
        return map_follows(param, top, given, max(param.dense_image_data_param.label_divide_factor, 1))

    def setup(self, param: LayerParameter) -> None:
        p = param.dense_image_data_param
        self.take_list(param, p)
        if self.transform.crop_size or self.transform.mirror:
            field = "crop_size" if self.transform.crop_size else "mirror"
            what = f"{field} of transform_param would not treat images and label maps alike"
            hint = "dense_image_data_param has crop_height, crop_width and mirror"
            raise LayerError(what, field=field, hint=hint)
        if bool(p.crop_height) != bool(p.crop_width):
            what = f"crop_height {p.crop_height} and crop_width {p.crop_width}: give both or neither"
            raise LayerError(what, field="crop_width" if p.crop_width else "crop_height")
        factor = p.label_divide_factor
        if not (factor >= 1 and factor.is_integer()):
            what = f"label_divide_factor must be a whole number of at least 1, not {factor:g}"
            raise LayerError(what, field="label_divide_factor")
        if factor > 1 and p.crop_height:
            raise LayerError("label_divide_factor and crop_height exclude each other", field="crop_height")
        cut = (p.crop_height, p.crop_width) if p.crop_height else None
        self.shared = _Shared(int(factor), cut, p.mirror)

    def crop(self) -> Shape | None:
        return self.shared.cut

    def after(self, image: Shape) -> Shape:
        cut = self.shared.cut or image[1:]
        if any(size < least for size, least in zip(image[1:], cut, strict=True)):
            what = f"crop_height and crop_width, {format_shape(cut)}, are larger than the images, {format_shape(image)}"
            raise LayerError(what, field="crop_height")
        return (image[0], *cut)

    def other_tops(self, image: Shape) -> list[Shape]:
        _, height, width = image
        size = self.shared.label_size(height, width)
        if not min(size):
            what = f"label_divide_factor {self.shared.factor} leaves nothing of {format_shape(image)}"
            raise LayerError(what, field="label_divide_factor")
        return [(self.batch_size, 1, *size)]

    def read_list(self) -> Sequence[ListedPair]:
        return read_pairs(self.source)

    def batches(self, tops: Sequence[Shape]) -> Batches:
        files = PairFiles(self.source, self.root, self.settings.folder, self.size, self.color)
        places = order(len(self.listed), self.rng if self.shuffle else None, self.start())
        return partial(_batches, files, self.listed, places, self.shared, self.transform, tops, self.rng)


@dataclass(frozen=True, slots=True)
class _Shared:
    """The crop and mirror applied to image and label map alike; label maps are `factor` times smaller."""

    factor: int
    cut: Size | None
    mirror: bool

    def label_size(self, height: int, width: int) -> Size:
        return height // self.factor, width // self.factor

    def read(self, listed: ListedPair, files: PairFiles) -> Pair:
        """Both files of a pair. Raises DataError where their sizes do not fit."""
        image, label = files.image(listed.name), files.label_map(listed.label)
        size = self.label_size(*image.shape[:2])
        if files.size is not None:
            label = nearest(label, size)
        if label.shape[:2] != size:
            what = (
                f"the label map is {format_shape(label.shape[:2])}, the image {listed.name} needs "
                f"{format_shape(size)}"
            )
            raise DataError(what, path=files.root + listed.label, hint="give new_height and new_width")
        return Pair(image, label, listed.name)

    def change(self, pair: Pair, rng: np.random.Generator) -> Pair:
        """A pair mirrored and cut, by chance."""
        if self.mirror and rng.integers(2):
            pair = pair.mirrored()
        if self.cut is None:
            return pair
        slacks = [size - cut for size, cut in zip(pair.image.shape[:2], self.cut, strict=True)]
        if min(slacks) < 0:
            what = f"the image is {format_shape(pair.image.shape[:2])}, smaller than the crop {format_shape(self.cut)}"
            raise DataError(what, path=pair.name, field="crop_height")
        top, left = (int(rng.integers(slack + 1)) for slack in slacks)
        return pair.part(top, left, self.cut)


def _batches(
    files: PairFiles,
    listed: Sequence[ListedPair],
    places: Iterator[int],
    shared: _Shared,
    transform: DataTransform,
    tops: Sequence[Shape],
    rng: np.random.Generator,
) -> Iterator[list[Array]]:
    transformer = Transformer(transform, files.folder, rng)
    pairs = (shared.change(shared.read(listed[place], files), rng) for place in places)
    return pair_batches(pairs, lambda pair: planes(pair, transformer), tops)
