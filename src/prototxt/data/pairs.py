"""Images with label maps: read in pairs, cut and mirrored alike, put together into batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prototxt.blobs import MAX_ELEMENTS, AnyArray, Array, Shape, format_shape
from prototxt.data.samples import load_pixels
from prototxt.data.transform import Transformer
from prototxt.errors import DataError
from prototxt.util.lazy import np

__all__ = ["Pair", "PairFiles", "Size", "nearest", "pair_batches", "planes"]

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

Size = tuple[int, int]
"""Height and width."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """An image, H x W x C bytes, and its label map, H x W x 1; errors call it `name`."""

    image: Bytes
    label: Bytes
    name: str

    def mirrored(self) -> Pair:
        """Left for right."""
        return Pair(self.image[:, ::-1], self.label[:, ::-1], self.name)

    def part(self, top: int, left: int, size: Size) -> Pair:
        """A piece of both."""
        cut = (slice(top, top + size[0]), slice(left, left + size[1]))
        return Pair(self.image[cut], self.label[cut], self.name)

    def resized(self, height: int, width: int) -> Pair:
        """At another size: the image bilinear, each label the nearest one. Raises DataError for a senseless size."""
        from prototxt.images.opencv import resize_bytes

        if min(height, width) < 1 or height * width * self.image.shape[2] > MAX_ELEMENTS // 16:
            what = (
                f"{format_shape(self.image.shape[:2])} pixels cannot become {format_shape((height, width))}"
            )
            raise DataError(what, path=self.name, field="transform_param")
        return Pair(resize_bytes(self.image, height, width), nearest(self.label, (height, width)), self.name)


def nearest(label: Bytes, size: Size) -> Bytes:
    """A label map at another size, every label the nearest one."""
    from prototxt.images.opencv import nearest_bytes

    return nearest_bytes(label, *size)


@dataclass(frozen=True, slots=True)
class PairFiles:
    """The way from files to pixels: `root` goes before names, images are resized to `size` where there is one."""

    source: str
    root: str
    folder: str
    size: Size | None
    color: bool

    def image(self, name: str) -> Bytes:
        """An image as H x W x C bytes; raises DataError."""
        return load_pixels(self.root + name, self.folder, self.size, self.color, self.source)

    def label_map(self, name: str, size: Size | None = None) -> Bytes:
        """A label map as H x W x 1 bytes, resized as images are where a size is given; raises DataError."""
        return load_pixels(self.root + name, self.folder, size, False, self.source)


def planes(pair: Pair, transformer: Transformer) -> tuple[Array, Array]:
    """The image as C x H x W, transformed, and the label map as 1 x H x W, as it is."""
    image = transformer.apply(pair.image.transpose(2, 0, 1), pair.name)
    return image, pair.label.transpose(2, 0, 1).astype(np.float32)


def pair_batches(
    pairs: Iterator[Pair], finish: Callable[[Pair], Sequence[AnyArray]], tops: Sequence[Shape]
) -> Iterator[list[Array]]:
    """Batches without end of what `finish` makes of each pair, an array for each of the shapes `tops`.

    Raises DataError for an image whose shape is not the net's.
    """
    while True:
        batch = [np.empty(top, np.float32) for top in tops]
        for i, pair in zip(range(tops[0][0]), pairs, strict=False):
            for top, values in zip(batch, finish(pair), strict=False):
                if values.shape != top.shape[1:]:
                    what = (
                        f"it makes {format_shape(values.shape)}, the net takes {format_shape(top.shape[1:])}"
                    )
                    hint = "all images of a net have one size: resize them, or cut them to one"
                    raise DataError(what, path=pair.name, hint=hint)
                top[i] = values
        yield batch
