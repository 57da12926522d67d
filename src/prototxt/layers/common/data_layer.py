"""The base of layers that read images from files: batches of images and labels, made in a thread ahead of the net."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.data.paths import locate
from prototxt.data.prefetch import Prefetch
from prototxt.data.transform import DataTransform
from prototxt.errors import DataError, UnknownShapeError
from prototxt.layers.base import ImpliedShape, Layer
from prototxt.layers.common.fields import check_least
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.files import exists

_MAX_AHEAD = 16
_MAX_AHEAD_BYTES = 1 << 29

Batches = Callable[[], Iterator[list[Array]]]


def label_shape(param: LayerParameter, top: int, given: Mapping[str, Shape]) -> ImpliedShape | None:
    """The second top, where that is a label for each image of the first."""
    images = given.get(param.top[0])
    return (images[:1], f'a label for each image of "{param.top[0]}"') if top == 1 and images else None


def map_follows(
    param: LayerParameter, top: int, given: Mapping[str, Shape], factor: float = 1
) -> ImpliedShape | None:
    """The second top, where that is a label map for each image of the first, smaller by a factor."""
    images = given.get(param.top[0], ())
    if top != 1 or len(images) != 4:
        return None
    n, _, height, width = images
    return (
        n,
        1,
        int(height // factor),
        int(width // factor),
    ), f'a label map for each image of "{param.top[0]}"'


class ImageReader(Layer):
    """A layer without bottoms whose tops are images, N x C x H x W, and labels, N or what `other_tops` says.

    A subclass calls `take` in its setup and says what the images are (`first_image`, `declared_image`) and how to read
    them (`batches`). Where the files are not here, shapes come from what the net's file declares.
    """

    what: str
    """The kind of thing that `source` names, for messages: a database, an image list."""

    def take(self, param: LayerParameter, source: str, batch_size: int, prefetch: int = 4) -> None:
        """The parameters all have in common."""
        self.top_names: tuple[str, ...] = tuple(param.top)
        if not source:
            raise UnknownShapeError(f"no source: which {self.what}?", field="source", hint=self._give())
        check_least(batch_size, 1, "batch_size")
        self.source = locate(source, self.settings.folder)
        self.batch_size = batch_size
        self.prefetch = prefetch
        self.transform = DataTransform.read(param.transform_param, self.phase)

    @classmethod
    def implied_shape(
        cls, param: LayerParameter, top: int, given: Mapping[str, Shape]
    ) -> ImpliedShape | None:
        return label_shape(param, top, given)

    @abstractmethod
    def first_image(self) -> Shape:
        """C x H x W of the first image, before the transform; raises DataError."""

    @abstractmethod
    def declared_image(self) -> tuple[int, Shape | None]:
        """For want of files: the channels to assume, and H x W before the transform where the net says."""

    @abstractmethod
    def batches(self, tops: Sequence[Shape]) -> Batches:
        """A function that makes batches of these shapes; it must not refer to the layer (see `prefetch`)."""

    def after(self, image: Shape) -> Shape:
        """Shape of an image of C x H x W after the transform; raises LayerError."""
        return self.transform.shape(image)

    def crop(self) -> Shape | None:
        """The height and width that images are cut to, where they are."""
        return (self.transform.crop_size,) * 2 if self.transform.crop_size else None

    def other_tops(self, image: Shape) -> list[Shape]:
        """The shapes of the tops after the images, which are C x H x W."""
        return [(self.batch_size,)]

    @cached_property
    def image(self) -> Shape | None:
        """C x H x W after the transform, from the files; None where they are not here."""
        return self.after(self.first_image()) if exists(self.source) else None

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        image = self.image if self.image is not None else self._assumed()
        return [(self.batch_size, *image), *self.other_tops(image)][: max(self.num_tops, 1)]

    def _assumed(self) -> Shape:
        channels, size = self.declared_image()
        if size is not None:
            return self.after((channels, *size))
        if crop := self.crop():
            return (channels, *crop)
        what = f'the {self.what} "{self.source}" is not here and the file does not say its image size'
        raise UnknownShapeError(what, field="source", hint=self._give())

    def _give(self) -> str:
        name = self.top_names[0] if self.top_names else "data"
        return f'give --input {name}=N,C,H,W or inputs={{"{name}": (N, C, H, W)}}'

    def notes(self, bottom: Sequence[Shape]) -> tuple[str, ...]:
        if self.image is not None:
            return ()
        shape = format_shape((self.batch_size, *self._assumed()))
        what = f"{shape} is what the file says, with {self.declared_image()[0]} channels assumed"
        return (f'the {self.what} "{self.source}" is not here: {what}; {self._give()}',)

    @cached_property
    def _ahead(self) -> Prefetch[list[Array]]:
        if not exists(self.source):
            raise DataError(f"no such {self.what}", path=self.source, hint=f"{self._give()} and feed it")
        tops = self.shapes([])
        most = _MAX_AHEAD_BYTES // (4 * count(tops[0]))
        depth = max(1, min(self.prefetch, _MAX_AHEAD, most))
        return Prefetch(self.batches(tops), depth, self.name)

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        return next(self._ahead)

    def brief(self, bottom: Sequence[Shape]) -> str:
        crop = self.crop()
        height, width = crop or (0, 0)
        size = f" crop {height if height == width else f'{height}x{width}'}" if crop else ""
        return f"{Path(self.source).name}{size}"
