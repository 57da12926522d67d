"""Insanity: a leaky ReLU whose slope is drawn while training (RReLU)."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import TRAIN, Array, Shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost
from prototxt.layers.common.elementwise import ElementwiseLayer
from prototxt.layers.outcomes import Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("Insanity", fork="others")
class Insanity(ElementwiseLayer):
    """Divides negative values by a number between `lb` and `ub`: drawn for each value in TRAIN, the middle in TEST.

    Formula:
        y = x where x >= 0, else x / a
        TRAIN: a drawn from lb to ub, for each value anew; TEST: a = (lb + ub) / 2

    Shapes:
        x: any, y alike

    Pitfalls:
        lb and ub are divisors: 3 and 5 make a slope of 1 / 4 at TEST. The fork's source is not public: this is the
        paper's layer, with the paper's 3 and 8 as defaults, and a net that sets `mean` is not run.

    Example:
        layer { name: "rrelu1" type: "Insanity" bottom: "conv1" top: "conv1" insanity_param { lb: 3 ub: 5 } }

    Source: randomized leaky ReLU, https://arxiv.org/abs/1505.00853; names of fields as in happynear's prototxt files.
    """

    golden = "no source of the fork is available; the tests compute the paper's formula by hand"

    ignores = ignore(Outcome.CHANGES_NUMBERS, "what it means in the fork is not known", "insanity_param.mean")

    per_value = Cost(comparisons=1, divisions=1)

    def setup(self, param: LayerParameter) -> None:
        p = param.insanity_param
        self.lb: float = p.lb
        self.ub: float = p.ub
        if not 0 < self.lb <= self.ub:
            what = f"lb must be above 0 and at most ub, got lb {self.lb:g} and ub {self.ub:g}"
            raise LayerError(what, field="lb")

    @property
    def middle(self) -> float:
        """The divisor at TEST."""
        return (self.lb + self.ub) / 2

    def apply(self, x: Array) -> Array:
        divisor: Array | np.float32 = np.float32(self.middle)
        if self.phase == TRAIN:
            divisor = self.rng.uniform(self.lb, self.ub, x.shape).astype(np.float32)
        return np.where(x >= 0, x, x / divisor)

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"{self.lb:g}..{self.ub:g}"
