"""Region proposals: anchors are moved, cut to the image, sorted, and suppressed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from math import prod

from prototxt.blobs import Array, Shape, format_shape
from prototxt.boxes.coders import clip, decode_deltas
from prototxt.boxes.suppress import Mask, Positions, suppress
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer, OutputKind
from prototxt.layers.common.anchors import Anchors, check_info, check_scores, read_info
from prototxt.util.lazy import np


class Proposals(Layer):
    """The best regions of one image; how small ones are left out differs between the layers."""

    data_dependent = True
    output_kind = OutputKind("rois")

    anchors: Anchors
    min_size: int
    before: int
    """Maximum number of regions compared with each other."""
    after: int
    """Maximum number of regions kept."""
    threshold: float
    """Two that overlap by more are one."""

    @abstractmethod
    def order(self, scores: Array, large: Mask) -> tuple[Array, Positions]:
        """The scores as they come to count, and the regions from the best on; `large` are not too small."""

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        scores, moves, info = bottom
        check_scores(scores, self.anchors.number)
        need = (1, 4 * self.anchors.number, *scores[2:])
        if moves != need:
            what = f"scores of {format_shape(scores)} need moves of {format_shape(need)}, got {format_shape(moves)}"
            raise LayerError(what, field="bottom")
        check_info(info)
        most = min(self.after, self.before, self.anchors.number * prod(scores[2:]))
        return [(most, 5), self.score_shape(most)][: self.num_tops]

    def score_shape(self, regions: int) -> Shape:
        """The second top's shape."""
        return (regions, 1)

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        prob, moves, info = bottom
        height, width, scale = read_info(info)
        rows, columns = prob.shape[2:]
        anchors = self.anchors.lay(rows, columns).astype(np.float32)
        by_anchor = moves.reshape(self.anchors.number, 4, rows, columns).transpose(2, 3, 0, 1).reshape(-1, 4)
        boxes = clip(decode_deltas(anchors, by_anchor), height, width)
        sides = boxes[:, 2:] - boxes[:, :2] + np.float32(1)
        large: Mask = np.all(sides >= np.float32(self.min_size) * scale, axis=1)
        objects = prob[0, self.anchors.number :].transpose(1, 2, 0).ravel()
        scores, order = self.order(objects, large)
        order = order[: self.before]
        kept = order[suppress(boxes[order], self.threshold, extent=1, most=self.after)]
        rois = np.zeros((kept.size, 5), np.float32)
        rois[:, 1:] = boxes[kept]
        return [rois, scores[kept].reshape(self.score_shape(kept.size))][: self.num_tops]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """Moving, cutting and sorting all anchors; what overlaps cost depends on values."""
        regions = self.anchors.number * prod(bottom[0][2:])
        return Cost(
            exponentials=2 * regions,
            multiplications=6 * regions,
            additions=12 * regions,
            comparisons=(10 + regions.bit_length()) * regions,
        )

    def brief(self, bottom: Sequence[Shape]) -> str:
        return self.anchors.brief()
