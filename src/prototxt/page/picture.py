"""The image that a net was run on, and the part of it that became the net's input."""

from __future__ import annotations

from dataclasses import dataclass

from prototxt.graph.graph import BlobId
from prototxt.images.load import Pixels
from prototxt.images.view import View
from prototxt.pictures.data_url import data_url

__all__ = ["Picture"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of `width` x `height` pixels; its rectangle `part` (left, top, width, height) fills `blob`."""

    blob: BlobId
    src: str
    width: int
    height: int
    part: tuple[float, float, float, float]

    @classmethod
    def of(cls, blob: BlobId, pixels: Pixels, view: View) -> Picture:
        """The image of these pixels as the net saw it."""
        src, width, height = data_url(pixels)
        window, (rows, columns) = view.window, view.resized
        right, down = width / columns, height / rows
        part = (window.left * right, window.top * down, window.width * right, window.height * down)
        return cls(blob, src, width, height, part)

    def as_dict(self) -> dict[str, object]:
        """The picture in plain types, for the document."""
        view = dict(zip(("left", "top", "width", "height"), self.part, strict=True))
        return {
            "blob": str(self.blob), "src": self.src, "width": self.width, "height": self.height, "view": view,
        }  # fmt: skip
