"""DiceCoefLoss: how far a mask is from overlapping the true one."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.loss import check_item_size, scalar
from prototxt.layers.registry import layer
from prototxt.util.lazy import np

ASSUMED = (
    "the source of the fork was not read: the loss is taken as 1 - the Dice coefficient, the mean over items"
)


@layer("DiceCoefLoss", bottoms=2, loss=True, fork="others")
class DiceCoefLoss(Layer):
    """One minus the Dice coefficient of two maps, the mean over the items.

    Formula:
        y = 1 / N * sum over n of (1 - 2 * sum of a * b / (sum of a^2 + sum of b^2)), the sums over the values of item n

    Shapes:
        a: N x any, b: N x any with as many values
        y: a single number without axes

    Pitfalls:
        The formula is V-Net's; the source of the fork was not read, and a note says so. An item whose maps are both
        empty adds 1.

    Example:
        layer { name: "loss" type: "DiceCoefLoss" bottom: "prob" bottom: "mask" top: "loss" }

    Source: V-Net, https://arxiv.org/abs/1606.04797, section 3.
    """

    golden = "no source of the fork is available; the tests compute the paper's formula by hand"

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        check_item_size(bottom)
        return [()]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        a, b = (x.reshape(len(x), count(x.shape[1:])) for x in bottom)
        overlap, size = 2 * (a * b).sum(axis=1), (a * a).sum(axis=1) + (b * b).sum(axis=1)
        dice = overlap / np.where(size > 0, size, np.float32(1))
        return scalar((1 - dice).sum() / max(len(dice), 1))

    def notes(self, bottom: Sequence[Shape]) -> tuple[str, ...]:
        return (ASSUMED,)

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        values, items = count(bottom[0]), bottom[0][0]
        return Cost(
            macs=0, multiplications=3 * values + items, additions=3 * values + 3 * items, divisions=items + 1
        )
