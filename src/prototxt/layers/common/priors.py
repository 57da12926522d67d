"""The prior boxes around one place of a map: their sides, and where their centres lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from prototxt.blobs import MAX_ELEMENTS, Array
from prototxt.errors import LayerError
from prototxt.schema.caffe_pb2 import PriorBoxParameter
from prototxt.util.lazy import np


@dataclass(frozen=True, slots=True)
class PlacedBoxes:
    """The boxes around a place, K rows each: `sides` and `shifts` are x, y in pixels, `offsets` x, y in cells.

    A centre lies at (place + offset) * step + shift. The first `kept_inside` boxes do not hang over the image.
    """

    sides: Array
    offsets: Array
    shifts: Array
    kept_inside: int


@dataclass(frozen=True, slots=True)
class Offsets:
    """Where the centres of boxes lie in a cell: each x with the y of the same number (`paired`), or with every y."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    paired: bool = True

    @property
    def number(self) -> int:
        return len(self.x) if self.paired else len(self.x) * len(self.y)

    def pairs(self) -> list[tuple[float, float]]:
        """The centres, those of one x together."""
        return list(zip(self.x, self.y, strict=True) if self.paired else product(self.x, self.y))


def read_offsets(p: PriorBoxParameter) -> Offsets:
    """The offsets of a PriorBoxParameter by the fields of SSD, TextBoxes++, OpenCV or tl_ssd.

    Raises LayerError for fields that do not go together.
    """
    across, down, offset, denser = tuple(p.offset_w), tuple(p.offset_h), p.offset, p.denser_prior_boxes
    if not (across or down):
        return Offsets((offset, offset), (offset, 1.0)) if denser else Offsets((offset,), (offset,))
    for field, values, others in (("offset_h", down, across), ("offset_w", across, down)):
        if not others:
            raise LayerError("offset_h and offset_w come together", field=field)
        if p.HasField("offset") or denser:
            raise LayerError("give either offset_h and offset_w or offset, not both", field=field)
        for value in values:
            if not 0 <= value <= 1:
                raise LayerError(f"{field} must be 0 to 1, not {value:g}", field=field)
    return Offsets(across, down, paired=len(across) == len(down) > 1)


@dataclass(frozen=True, slots=True)
class DenseBoxes:
    """FaceBoxes' boxes: of each size a grid of density x density around the place, for each ratio."""

    sizes: tuple[float, ...] = ()
    densities: tuple[int, ...] = ()
    ratios: tuple[float, ...] = (1.0,)

    @property
    def number(self) -> int:
        return len(self.ratios) * sum(density**2 for density in self.densities)

    def boxes(self) -> Iterator[tuple[float, float, float, float]]:
        """Width, height and the shift of the centre, x and y, of every box, in pixels."""
        for size, density in zip(self.sizes, self.densities, strict=True):
            step = int(size / density)
            first = step / 2 - int(size) // 2  # whole numbers, as in the reference
            for ratio in self.ratios:
                side = int(size) if ratio == 1 else size
                root = ratio**0.5
                for row, column in product(range(density), repeat=2):
                    yield side * root, side / root, first + column * step, first + row * step


def read_dense(p: PriorBoxParameter, ratios: tuple[float, ...]) -> DenseBoxes:
    """The boxes of `fixed_size`, `density` and `fixed_ratio`; without the last those of the aspect ratios.

    Raises LayerError for a size without a density, and for values that are not above 0.
    """
    if len(p.fixed_size) != len(p.density):
        what = f"{len(p.density)} values of density for {len(p.fixed_size)} of fixed_size; give one each"
        raise LayerError(what, field="density" if p.density else "fixed_size")
    if p.fixed_ratio and p.aspect_ratio:
        raise LayerError("give either fixed_ratio or aspect_ratio, not both", field="fixed_ratio")
    for field, values in (("fixed_size", p.fixed_size), ("fixed_ratio", p.fixed_ratio)):
        for value in values:
            if not 0 < value < MAX_ELEMENTS:
                raise LayerError(f"{field} must be above 0, not {value:g}", field=field)
    for value in p.density:
        if not 1 <= value < MAX_ELEMENTS or value != int(value):
            raise LayerError(f"density must be a whole number above 0, not {value:g}", field="density")
    if not p.fixed_size:
        return DenseBoxes()
    return DenseBoxes(tuple(p.fixed_size), tuple(map(int, p.density)), tuple(p.fixed_ratio) or (1.0, *ratios))


def place(
    dense: DenseBoxes, sides: Array, offset: float, offsets: Offsets, *, by_offset: bool
) -> PlacedBoxes:
    """All boxes of a place: the dense ones, then those of `sides` (K x 2) at every offset.

    `by_offset` says that the boxes of one offset stand together, and not the offsets of one box.
    """
    grid = np.array(list(dense.boxes()), np.float64).reshape(-1, 4)
    pairs = np.array(offsets.pairs(), np.float32)
    if by_offset:
        at, own = np.repeat(pairs, len(sides), 0), np.tile(sides, (len(pairs), 1))
    else:
        at, own = np.tile(pairs, (len(sides), 1)), np.repeat(sides, len(pairs), 0)
    centres = np.full((len(grid), 2), offset, np.float32)
    shifts = np.concatenate([grid[:, 2:], np.zeros((len(own), 2))])
    return PlacedBoxes(
        np.concatenate([grid[:, :2], own]).astype(np.float32),
        np.concatenate([centres, at]),
        shifts.astype(np.float32),
        len(grid),
    )
