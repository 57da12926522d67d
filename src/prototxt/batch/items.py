"""One input of a run: an image, or a row of a file of arrays, as the arrays that feed a net."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from prototxt.blobs import Array, Shape
from prototxt.errors import PrototxtError
from prototxt.images.view import View

__all__ = ["Entry", "Failure", "Item"]


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """An input that could be read.

    `name` is the file's, with the row's number where a file of arrays has several. `feeds` maps blob names to
    V x ... arrays, where V is the number of windows of the image that the net sees (1, or 10 with ten crops).
    `preparation` says in one line how the file became these arrays. `view` is the part of the image that they show;
    None for arrays and for ten crops.
    """

    name: str
    feeds: Mapping[str, Array] = field(repr=False)
    preparation: str
    view: View | None = None

    @property
    def views(self) -> int:
        """V, the number of rows of a batch that this item takes."""
        first: Array = next(iter(self.feeds.values()))
        return int(first.shape[0])

    @property
    def shapes(self) -> dict[str, Shape]:
        """The shapes of the feeds, which all items of a batch have in common."""
        return {name: array.shape for name, array in self.feeds.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """An input that could not be read or run: its name and the error."""

    name: str
    error: PrototxtError


Entry = Item | Failure
"""The outcome of reading one input."""
