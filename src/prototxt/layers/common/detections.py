"""Prior boxes as PriorBox makes them, and rows of detections."""

from __future__ import annotations

from dataclasses import dataclass

from prototxt.blobs import MAX_ELEMENTS, Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.common.labels import Labels, Mask, read_labels
from prototxt.util.lazy import np


def num_priors(shape: Shape) -> int:
    """Number of prior boxes in a bottom of 1 x 2 x (P * 4); raises LayerError for any other shape."""
    if len(shape) < 3 or shape[:2] != (1, 2) or shape[2] % 4 or count(shape[3:]) != 1 or not shape[2]:
        what = f"prior boxes must be 1 x 2 x (boxes * 4), boxes and variances, got {format_shape(shape)}"
        raise LayerError(what, field="bottom")
    return shape[2] // 4


def read_priors(x: Array, *, sized: bool) -> tuple[Array, Array]:
    """Prior boxes and their variances, P x 4 both.

    Raises LayerError where they are to be `sized` and one has no width or height.
    """
    boxes, variances = x.reshape(2, -1, 4)
    flat = ~(boxes[:, 2:] > boxes[:, :2]).all(1)
    if sized and flat.any():
        which = int(flat.argmax())
        corners = ", ".join(f"{value:g}" for value in boxes[which])
        raise LayerError(f"prior box {which} ({corners}) has no width or no height", field="bottom")
    return boxes, variances


def most_rows(rows: int, images: int, width: int = 7) -> list[Shape]:
    """The top's shape for this number of rows: at least one per image, and no more than a blob can hold."""
    return [(1, 1, min(max(rows, images), MAX_ELEMENTS // width), width)]


def detections(rows: Array, images: int) -> Array:
    """The top of a detector: the rows it found, or where there are none one of -1 for each image."""
    if not len(rows):
        rows = np.full((images, rows.shape[1]), -1, np.float32)
        rows[:, 0] = np.arange(images)
    return rows[None, None]


def check_box_values(shape: Shape, need: int, what: str) -> None:
    """Raises LayerError unless each image has as many box values or scores as prior boxes and classes need."""
    if not shape or count(shape[1:]) != need:
        message = f"{format_shape(shape)} holds {count(shape[1:])} {what} an image, prior boxes and classes need {need}"
        raise LayerError(message, field="num_classes")


def check_truth(shape: Shape) -> None:
    """Raises LayerError unless a bottom holds rows of 8, as AnnotatedData makes them."""
    if not shape or shape[-1] != 8:
        what = f"true boxes are rows of 8 (1 x 1 x boxes x 8), got {format_shape(shape)}"
        raise LayerError(what, field="bottom")


@dataclass(frozen=True, slots=True)
class Truth:
    """True boxes: of which image, of which class, their corners, and whether they are hard to see."""

    image: Array
    labels: Labels
    boxes: Array
    difficult: Mask

    def __len__(self) -> int:
        return len(self.image)

    def __getitem__(self, these: Mask) -> Truth:
        return Truth(self.image[these], self.labels[these], self.boxes[these], self.difficult[these])


def read_truth(x: Array, classes: int, background: int) -> Truth:
    """The rows [image, label, instance, x1, y1, x2, y2, difficult] before the first whose image is -1.

    Raises LayerError for a label that is no class, or the background.
    """
    rows = x.reshape(-1, 8)
    ends = np.flatnonzero(np.trunc(rows[:, 0]) == -1)
    rows = rows[: ends[0]] if ends.size else rows
    labels, _ = read_labels(rows[:, 1], classes)
    if (labels == background).any():
        which = int((labels == background).argmax())
        raise LayerError(f"true box {which} has the label of the background, {background}", field="bottom")
    return Truth(np.trunc(rows[:, 0]), labels, rows[:, 3:7], rows[:, 7] != 0)
