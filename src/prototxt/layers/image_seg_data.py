"""ImageSegData: images with label maps, or one label each, at sizes drawn at random, cut to one size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from prototxt.blobs import MAX_ELEMENTS, AnyArray, Array, Shape, format_shape
from prototxt.data.lists import ListedPair, read_labelled
from prototxt.data.pairs import Pair, PairFiles, Size, pair_batches, planes
from prototxt.data.samples import order
from prototxt.data.transform import DataTransform, Transformer
from prototxt.errors import DataError, LayerError
from prototxt.layers.base import ImpliedShape
from prototxt.layers.common.data_layer import Batches, map_follows
from prototxt.layers.common.image_list import ImageList
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import ImageDataParameter, LayerParameter
from prototxt.util.lazy import np

if TYPE_CHECKING:
    pass


@layer("ImageSegData", bottoms=0, tops=(1, 3), fork="pspnet")
class ImageSegData(ImageList[ListedPair]):
    """Reads batches of images, their label maps and their sizes, as a text file lists them.

    Formula:
        y[n] = (cut(image n) - mean) * scale, BGR; label[n] = cut(its label map), one gray channel of bytes
        label_type PIXEL reads the map, IMAGE (the default) fills it with the label, NONE with ignore_label
        cut: both are resized by one of `scale_factors`, drawn at random; what is missing of the crop is added below
        and right, images with the mean, maps with ignore_label; then the centre at TEST, anywhere at TRAIN, and
        mirrored by chance where `mirror` is set

    Shapes:
        y: batch_size x C x H x W with C = 3, or 1 without `is_color`; H and W of the crop (crop_size, or crop_height
        and crop_width of transform_param), of new_height and new_width, or of the first image
        label: batch_size x 1 x H x W
        a third top: batch_size x 1 x 1 x 2, height and width of each image, at most those of y

    Pitfalls:
        A line is `NAME LABEL`, words without spaces; `root_folder` is put before both names as it is. With
        new_height and new_width label maps are resized bilinearly too, which makes labels that are none. There is no
        mean_file. The sizes of the third top are those before scale_factors.

    Example:
        layer {
          name: "data" type: "ImageSegData" top: "data" top: "label" top: "data_dim"
          transform_param { crop_size: 473 mirror: true mean_value: 104 mean_value: 117 mean_value: 123 }
          image_data_param { source: "train.txt" root_folder: "VOC2012" batch_size: 4 label_type: PIXEL }
        }

    Source: PSPNet/src/caffe/layers/image_seg_data_layer.cpp, PSPNet/src/caffe/data_transformer.cpp
    (TransformImgAndSeg).
    """

    golden = "the reference's own tests have no such layer; its rules are tried by hand"

    @classmethod
    def implied_shape(
        cls, param: LayerParameter, top: int, given: Mapping[str, Shape]
    ) -> ImpliedShape | None:
        return map_follows(param, top, given)

    def setup(self, param: LayerParameter) -> None:
        p, t = param.image_data_param, param.transform_param
        self.take_list(param, p)
        if t.mean_file:
            raise LayerError("ImageSegData takes mean_value, no mean_file", field="mean_file")
        if bool(t.crop_height) != bool(t.crop_width) or (t.crop_size and t.crop_height):
            what = f"crop_size {t.crop_size}, crop_height {t.crop_height}, crop_width {t.crop_width}"
            hint = "give crop_size, or crop_height and crop_width"
            raise LayerError(what, field="crop_height" if t.crop_height else "crop_width", hint=hint)
        for factor in t.scale_factors:
            if not 0 < factor < MAX_ELEMENTS:
                raise LayerError(f"scale_factors must be above 0, not {factor:g}", field="scale_factors")
        cut = (t.crop_size, t.crop_size) if t.crop_size else (t.crop_height, t.crop_width)
        self.ignore_label = min(max(p.ignore_label, 0), 255)
        self.label_type = ImageDataParameter.LabelType.Name(p.label_type)
        self.cutter = _Cutter(
            cut if cut[0] else None,
            tuple(t.scale_factors),
            t.mirror,
            self.transform.random,
            self.ignore_label,
        )
        self.transform = replace(self.transform, crop_size=0, mirror=False)

    def crop(self) -> Shape | None:
        return self.cutter.cut

    def after(self, image: Shape) -> Shape:
        return (image[0], *(self.cutter.cut or image[1:]))

    def other_tops(self, image: Shape) -> list[Shape]:
        return [(self.batch_size, 1, *image[1:]), (self.batch_size, 1, 1, 2)]

    def read_list(self) -> Sequence[ListedPair]:
        return read_labelled(self.source)

    def batches(self, tops: Sequence[Shape]) -> Batches:
        files = PairFiles(self.source, self.root, self.settings.folder, self.size, self.color)
        places = order(len(self.listed), self.rng if self.shuffle else None, self.start())
        read = partial(_read, files=files, label_type=self.label_type, ignore_label=self.ignore_label)
        return partial(_batches, self.listed, places, read, self.cutter, self.transform, tops, self.rng)


def _read(listed: ListedPair, files: PairFiles, label_type: str, ignore_label: int) -> Pair:
    """An image with its label map, which may be one label all over. Raises DataError."""
    image = files.image(listed.name)
    if label_type == "PIXEL":
        label = files.label_map(listed.label, files.size)
    else:
        label = np.full(
            (*image.shape[:2], 1), ignore_label if label_type == "NONE" else _whole(listed, files), np.uint8
        )
    if label.shape[:2] != image.shape[:2]:
        what = (
            f"the label map is {format_shape(label.shape[:2])}, the image {listed.name} "
            f"{format_shape(image.shape[:2])}"
        )
        raise DataError(what, path=files.root + listed.label)
    return Pair(image, label, listed.name)


def _whole(listed: ListedPair, files: PairFiles) -> int:
    """A label for a whole image."""
    if not (listed.label.isascii() and listed.label.isdigit() and int(listed.label[:4]) < 256):
        what = f'the label of {listed.name}, "{listed.label[:80]}", is not a whole number of 0 to 255'
        raise DataError(what, path=files.source, hint="label_type: PIXEL reads label maps")
    return int(listed.label)


@dataclass(frozen=True, slots=True)
class _Cutter:
    """The transform of an image and its label map alike; `random` crops anywhere, else from the centre."""

    cut: Size | None
    factors: tuple[float, ...]
    mirror: bool
    random: bool
    ignore_label: int

    def resized(self, pair: Pair, rng: np.random.Generator) -> Pair:
        """A pair at a size that is drawn."""
        factor = np.float32(self.factors[int(rng.integers(len(self.factors)))]) if self.factors else 1
        if factor == 1:
            return pair
        height, width = (int(np.float32(size) * factor) for size in pair.image.shape[:2])
        return pair.resized(height, width)

    def finished(self, image: Array, label: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Both, as planes with the mean subtracted, as large as the crop."""
        if self.cut is not None:
            missing = [max(cut - size, 0) for cut, size in zip(self.cut, image.shape[1:], strict=True)]
            margins = [(0, 0), *((0, more) for more in missing)]
            image, label = np.pad(image, margins), np.pad(label, margins, constant_values=self.ignore_label)
            top, left = (
                int(rng.integers(size - cut + 1)) if self.random else (size - cut) // 2
                for size, cut in zip(image.shape[1:], self.cut, strict=True)
            )
            part = (slice(None), slice(top, top + self.cut[0]), slice(left, left + self.cut[1]))
            image, label = image[part], label[part]
        mirrored = self.mirror and rng.integers(2)
        return (image[..., ::-1], label[..., ::-1]) if mirrored else (image, label)


def _batches(
    listed: Sequence[ListedPair],
    places: Iterator[int],
    read: Callable[[ListedPair], Pair],
    cutter: _Cutter,
    transform: DataTransform,
    tops: Sequence[Shape],
    rng: np.random.Generator,
) -> Iterator[list[Array]]:
    transformer = Transformer(transform, "", rng)

    def finish(pair: Pair) -> tuple[Array, Array, AnyArray]:
        image, label = cutter.finished(*planes(cutter.resized(pair, rng), transformer), rng)
        size = np.minimum(pair.image.shape[:2], tops[0][2:])
        return image, label, size.reshape(1, 1, 2)

    return pair_batches((read(listed[place]) for place in places), finish, tops)
