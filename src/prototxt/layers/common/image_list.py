"""The base of layers that read the images of a text file: sizes, order, first image."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Generic, TypeVar

from prototxt.blobs import Shape
from prototxt.data.lists import ListedImage, ListedPair
from prototxt.data.samples import load_pixels
from prototxt.data.sizes import SizeRule
from prototxt.errors import DataError, LayerError
from prototxt.layers.common.data_layer import ImageReader
from prototxt.schema.caffe_pb2 import DenseImageDataParameter, ImageDataParameter, LayerParameter

Entry = TypeVar("Entry", bound=ListedImage | ListedPair)


class ImageList(ImageReader, Generic[Entry]):
    """A reader of images that a text file lists. A subclass calls `take_list` in its setup."""

    what = "image list"

    def take_list(self, param: LayerParameter, fields: ImageDataParameter | DenseImageDataParameter) -> None:
        """The parameters all have in common, which `fields` holds."""
        self.take(param, fields.source, fields.batch_size)
        if bool(fields.new_height) != bool(fields.new_width):
            what = f"new_height {fields.new_height} and new_width {fields.new_width}: give both or neither"
            raise LayerError(what, field="new_width" if fields.new_width else "new_height")
        self.size: tuple[int, int] | None = (
            (fields.new_height, fields.new_width) if fields.new_height else None
        )
        self.size_rule: SizeRule | None = None
        """The size of each image by its own, where a fork's fields ask for one."""
        self.color: bool = fields.is_color
        self.root: str = fields.root_folder
        self.shuffle: bool = fields.shuffle
        self.rand_skip: int = fields.rand_skip

    @abstractmethod
    def read_list(self) -> Sequence[Entry]:
        """The entries of the file, each with a `name`, at least one; raises DataError."""

    @cached_property
    def listed(self) -> Sequence[Entry]:
        return self.read_list()

    def first_image(self) -> Shape:
        if self.size is not None:
            return (3 if self.color else 1, *self.size)
        name = self.root + self.listed[0].name
        pixels = load_pixels(name, self.settings.folder, self.size_rule, self.color, self.source)
        height, width, channels = pixels.shape
        return (channels, height, width)

    def declared_image(self) -> tuple[int, Shape | None]:
        return (3 if self.color else 1), self.size

    def start(self) -> int:
        """Number of images skipped at the start. Raises DataError where all are."""
        skip = int(self.rng.integers(self.rand_skip)) if self.rand_skip else 0
        if skip >= len(self.listed):
            what = f"rand_skip leaves out {skip} of {len(self.listed)} images"
            raise DataError(what, path=self.source, field="rand_skip")
        return skip
