"""DataTransformer: what Caffe's data layers do to every image, in Caffe's order."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from prototxt.blobs import TRAIN, AnyArray, Array, Shape, format_shape
from prototxt.data.paths import locate
from prototxt.errors import DataError, ImageError, LayerError
from prototxt.schema.caffe_pb2 import TransformationParameter
from prototxt.util.lazy import np

__all__ = ["DataTransform", "Transformer", "unknown_fields"]

if TYPE_CHECKING:
    pass

KNOWN = ("scale", "mirror", "crop_size", "mean_file", "mean_value", "force_color", "force_gray")
"""Caffe's own fields; forks have many more."""


@dataclass(frozen=True, slots=True)
class DataTransform:
    """transform_param of a layer: crop, mirror, minus mean, times scale.

    `random` crops anywhere (TRAIN) rather than from the centre (TEST); mirroring is random in both.
    """

    crop_size: int
    mirror: bool
    scale: float
    mean_file: str
    mean_values: tuple[float, ...]
    random: bool

    @classmethod
    def read(cls, param: TransformationParameter, phase: int) -> DataTransform:
        """From a TransformationParameter; raises LayerError for what contradicts itself."""
        if param.mean_file and param.mean_value:
            raise LayerError("give either mean_file or mean_value, not both", field="mean_value")
        force_color, force_gray = param.force_color, param.force_gray
        if force_color and force_gray:
            raise LayerError("give either force_color or force_gray, not both", field="force_gray")
        if not all(isfinite(v) for v in (param.scale, *param.mean_value)):
            raise LayerError("scale and mean_value must be finite numbers", field="scale")
        return cls(
            param.crop_size,
            param.mirror,
            param.scale,
            param.mean_file,
            tuple(param.mean_value),
            phase == TRAIN,
        )

    def shape(self, image: Shape) -> Shape:
        """The transformed image of one of C x H x W; raises LayerError for one smaller than the crop."""
        if not self.crop_size:
            return image
        if min(image[1:]) < self.crop_size:
            what = f"crop_size {self.crop_size} is larger than the images, {format_shape(image)}"
            raise LayerError(what, field="crop_size")
        return (image[0], self.crop_size, self.crop_size)

    def mean(self, folder: str) -> Array | None:
        """The mean, C (or 1) x 1 x 1 or C x H x W; None without one. Raises DataError."""
        if self.mean_values:
            return np.array(self.mean_values, np.float32)[:, None, None]
        if not self.mean_file:
            return None
        from prototxt.images.mean import read_mean

        path = locate(self.mean_file, folder)
        try:
            values = read_mean(path).values
        except ImageError as error:
            raise DataError(error.what, path=path, field="mean_file") from None
        return values if values.ndim == 3 else values[:, None, None]


def unknown_fields(param: TransformationParameter) -> tuple[str, ...]:
    """Fields of forks in a TransformationParameter: they are not applied."""
    return tuple(field.name for field, _ in param.ListFields() if field.name not in KNOWN)


class Transformer:
    """A DataTransform at work: its mean is loaded and its random numbers flow."""

    def __init__(self, transform: DataTransform, folder: str, rng: np.random.Generator) -> None:
        """Raises DataError for a mean that cannot be read."""
        self._transform, self._rng = transform, rng
        self._mean = transform.mean(folder)

    def apply(self, image: AnyArray, name: str) -> Array:
        """An image of C x H x W as the net takes it; errors call it `name`.

        Source: caffe/src/caffe/data_transformer.cpp (Transform).
        """
        t = self._transform
        self._check(image.shape, name)
        mirrored = t.mirror and bool(self._rng.integers(2))
        top, left, height, width = 0, 0, *image.shape[1:]
        if t.crop_size:
            top, left = (self._offset(size - t.crop_size) for size in image.shape[1:])
            height = width = t.crop_size
        part = (slice(None), slice(top, top + height), slice(left, left + width))
        x: Array = image[part].astype(np.float32)
        if self._mean is not None:
            x -= self._mean if self._mean.shape[1:] == (1, 1) else self._mean[part]
        if t.scale != 1:
            x *= np.float32(t.scale)
        return x[:, :, ::-1] if mirrored else x

    def _offset(self, slack: int) -> int:
        return int(self._rng.integers(slack + 1)) if self._transform.random else slack // 2

    def _check(self, image: Shape, name: str) -> None:
        try:
            self._transform.shape(image)
        except LayerError as error:
            raise DataError(error.what, path=name, field=error.field) from None
        mean = self._mean.shape if self._mean is not None else image
        by_channel = mean[1:] == (1, 1) and mean[0] in (1, image[0])
        if mean != image and not by_channel:
            what = f"the mean {format_shape(mean)} does not fit the image, {format_shape(image)}"
            field = "mean_file" if self._transform.mean_file else "mean_value"
            raise DataError(what, path=name, field=field)
