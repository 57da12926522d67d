"""Transformed images put together into batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

from prototxt.blobs import Array, Shape, format_shape
from prototxt.data.datum import Sample
from prototxt.data.samples import Samples
from prototxt.data.transform import DataTransform, Transformer
from prototxt.errors import DataError
from prototxt.util.lazy import np

__all__ = ["batches"]


def batches(
    samples: Samples,
    transform: DataTransform,
    tops: Sequence[Shape],
    folder: str,
    rng: np.random.Generator,
) -> Iterator[list[Array]]:
    """Batches of the shapes `tops` without end: images and, where there is a second top, labels.

    Raises DataError for an image whose shape is not the net's.
    """
    transformer = Transformer(transform, folder, rng)
    with closing(samples):
        yield from _together(samples, transformer, tops)


def _together(
    samples: Iterator[Sample], transformer: Transformer, tops: Sequence[Shape]
) -> Iterator[list[Array]]:
    while True:
        images, labels = np.empty(tops[0], np.float32), np.empty(tops[0][0], np.float32)
        for i, sample in zip(range(len(labels)), samples, strict=False):
            image = transformer.apply(sample.image, sample.name)
            if image.shape != tops[0][1:]:
                what = f"the image is {format_shape(image.shape)}, the net takes {format_shape(tops[0][1:])}"
                hint = "all images of a net have one size: resize them, or give a crop_size"
                raise DataError(what, path=sample.name, hint=hint)
            images[i], labels[i] = image, sample.label
        yield [images, labels][: len(tops)]
