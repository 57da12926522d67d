"""The base class of layer types: parameters checked once, shapes in integers, a plain forward, a cost."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

from prototxt.blobs import TEST, TRAIN, Array, Shape
from prototxt.errors import LayerError, UnappliedError
from prototxt.layers.common.window import Window
from prototxt.layers.outcomes import Ignored
from prototxt.layers.reads import Unread, set_up
from prototxt.schema.caffe_pb2 import FillerParameter, LayerParameter
from prototxt.util.lazy import np

if TYPE_CHECKING:
    from prototxt.layers.low_precision import LowPrecision
    from prototxt.layers.unread import Judgement

ImpliedShape = tuple[Shape, str]
"""The shape of an input that nobody gave, and in words why it has it."""


Kind = Literal[
    "convolution", "pooling", "normalization", "neuron", "product", "junction", "answer", "unknown", "other"
]
"""Groups of layer types: `neuron` is a function of single values, `answer` makes scores or a loss."""


@dataclass(frozen=True, slots=True)
class Param:
    """One learned array of a layer, "weights" or "bias" by its `name`.

    `filler` is a FillerParameter message or None (constant 0, Caffe's default). `statistic` marks what is
    measured rather than learned (BatchNorm's mean, variance and factor). `start` is what the layer itself begins
    with in place of a filler: a Python layer's own values, those that the net's file gives (`blobs`), or a function
    that makes them when they are needed.
    """

    shape: Shape
    filler: FillerParameter | None = None
    statistic: bool = False
    start: Array | Callable[[], Array] | None = field(default=None, compare=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """Operations of one forward over the whole batch, by kind.

    `macs` counts multiply-adds of products with weights, bias not counted; the other fields count single
    operations that are not part of a multiply-add. `exponentials` holds exp, log, powers, roots and tanh
    alike.
    """

    macs: int = 0
    additions: int = 0
    multiplications: int = 0
    comparisons: int = 0
    divisions: int = 0
    exponentials: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(*(getattr(self, f) + getattr(other, f) for f in self.__slots__))


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSettings:
    """The surroundings of a layer: everything it may know about the net it is in.

    `seed` seeds the random draws of layers. `folder` holds the net's file: file names in it may be relative
    to this folder. A net may come from a stranger: unless `allow_writes` is set no layer may write a file, and
    unless `allow_python_layers` is set none may run the net's own code. `dialect` (a key of DIALECTS, or nothing) says
    which fork the net is written for, `stored` how many learned arrays a weights file holds for each layer: both
    help to distinguish the layer types that forks call by one name.
    """

    phase: int = TEST
    seed: int = 0
    folder: str = ""
    allow_writes: bool = False
    allow_python_layers: bool = False
    dialect: str = ""
    stored: Mapping[str, int] = field(default_factory=dict)


DEFAULT_SETTINGS = LayerSettings()
"""A layer on its own, outside any net."""


@dataclass(frozen=True, slots=True)
class OutputKind:
    """The meaning of a layer's first top, where its shape does not show it.

    boxes    rows of 7, 1 x 1 x R x 7: image, label, score, xmin, ymin, xmax, ymax, corners as parts of the input's
             width and height; a label of -1 stands for no box
    rois     rows of 5, R x 5: image, x1, y1, x2, y2 in pixels of the input; made of an im_info among the bottoms
    scores   N x K x ...: a score for each of K classes, at each place
    classes  N x 1 x ...: the best class itself, at each place

    `labels` is the number of labels that boxes may have, the background included; 0 where it is unknown. Rows of boxes
    that are stored `together` do not say which image of the batch they belong to.
    """

    kind: Literal["boxes", "rois", "scores", "classes"]
    labels: int = 0
    together: bool = False


def own_phase(param: LayerParameter, phase: int) -> int:
    """The phase of a layer of a net in `phase`: the one that it names, if that is TRAIN or TEST."""
    return param.phase if param.HasField("phase") and param.phase in (TRAIN, TEST) else phase


class Layer:
    """Base of all layer types.

    A layer sets its attributes in `setup`, once, and never changes them: shapes, cost and forward are
    functions of their arguments (random and recurrent layers, which keep a state, are the exceptions).
    Raise `LayerError` (with `field=`) for anything the user can get wrong.
    """

    type: str
    kind: ClassVar[Kind] = "other"
    """The group of layer types that views show in one colour."""
    fork: ClassVar[str]
    """Whose layer it is, a key of FORKS."""
    bottoms: ClassVar[tuple[int, int | None]]
    tops: ClassVar[tuple[int, int | None]]
    tops_equal_bottoms: ClassVar[bool] = False
    loss: ClassVar[bool] = False
    """Whether this is a loss layer: it makes the tops its file leaves out, and its first top counts as loss."""
    data_dependent: ClassVar[bool] = False
    """Whether the tops' first axis depends on values: `shapes` then gives its upper bound."""
    is_input: ClassVar[bool] = False
    """Whether the caller fills the tops: they are the net's inputs, and forward is not called for them."""

    output_kind: OutputKind | None = None
    """The meaning of the first top, fixed by the class or by `setup`."""
    consumes: ClassVar[bool] = True
    """Whether a blob that it reads is no output of the net any more."""

    ignores: ClassVar[Mapping[str, Ignored]] = {}
    """Fields that the layer does without, by their paths (`transform_param.mirror`), with what is said about it."""

    golden: ClassVar[str | None] = None
    """Why there is no golden case, where there is none."""

    low_precision: LowPrecision | None = None
    """The precision that a fork runs the layer in; None for float32. Here everything is computed in float32."""

    def __init__(self, param: LayerParameter, settings: LayerSettings = DEFAULT_SETTINGS) -> None:
        """`param` is a LayerParameter in today's form."""
        self.name: str = param.name
        self.settings = settings
        self.phase: int = own_phase(param, settings.phase)
        self.named_tops = len(param.top)
        self.num_tops = max(self.named_tops, self.tops[0]) if self.loss else self.named_tops
        self.num_bottoms = len(param.bottom)
        self.loss_weights = self._loss_weights(param.loss_weight)
        unread = set_up(self, param)
        self.judgement = self._judge(param, unread) if unread else None
        if unread:
            self.low_precision = _low_precision(param, unread)

    @property
    def unapplied(self) -> UnappliedError | None:
        """The error of a layer that cannot run without fields that it does not read; None for any other."""
        return self.judgement.error if self.judgement else None

    def _judge(self, param: LayerParameter, unread: tuple[Unread, ...]) -> Judgement | None:
        """What follows from fields that are set and that this class does not read."""
        from prototxt.layers.unread import judge  # only nets with such fields need its lists

        return judge(param.type, self.ignores, self.phase, unread)

    @classmethod
    def matches(cls, param: LayerParameter, stored: int | None) -> bool | None:
        """Whether a LayerParameter means this class, where forks use one type name for different layers.

        True for fields that only this class has, False for fields that it cannot have, None where both are possible.
        `stored` is the number of learned arrays that a weights file holds for the layer, None without a file.
        """
        return None

    def _loss_weights(self, given: Sequence[float]) -> tuple[float, ...]:
        """The weight of each top in the net's loss (layer.hpp, SetLossWeights)."""
        if given and len(given) != self.num_tops:
            what = f"{len(given)} values of loss_weight for {self.num_tops} tops; give one each, or none"
            raise LayerError(what, field="loss_weight")
        default = (1.0 if self.loss else 0.0, *[0.0] * self.num_tops)
        return tuple(given) or default[: self.num_tops]

    @cached_property
    def rng(self) -> np.random.Generator:
        """The random generator of this layer: the same for the same seed and layer name."""
        return np.random.default_rng([self.settings.seed, zlib.crc32(self.name.encode())])

    def adopt_state(self, former: Layer) -> None:
        """Take over the state of the same layer of the same net at other input shapes. Default: nothing."""

    @property
    def stateful(self) -> bool:
        """Whether a forward may depend on those before it: random draws, a state, data that is read on.

        Nets with such a layer run one batch after the other, so that the same seed gives the same numbers.
        """
        return self.phase == TRAIN or not (self.is_input or self.num_bottoms)

    def setup(self, param: LayerParameter) -> None:
        """Check every parameter once and keep plain attributes."""

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        """The learned arrays, given the bottoms' shapes. Default: none."""
        return ()

    @classmethod
    def stored_order(cls, shapes: Sequence[Shape]) -> tuple[int, ...] | None:
        """The number that each learned array has in a weights file, where versions of the layer differ; else None.

        `shapes` are those of the stored arrays, as many as the layer has. Axes of 1 in them are no difference then.
        """
        return None

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        """The tops' shapes. Default: the first bottom's shape (element-wise layers)."""
        return [bottom[0]]

    @classmethod
    def implied_shape(
        cls, param: LayerParameter, top: int, given: Mapping[str, Shape]
    ) -> ImpliedShape | None:
        """The shape of a data layer's top number `top`, whose others the caller gives, and why; None by default.

        Raises LayerError where the layer's own fields should say it and do not.
        """
        return None

    def window(self, shape: Shape) -> Window | None:
        """The window that slides over a first bottom of this shape; None, the default, where none does.

        Computed once for each shape (see `once_per_shape`); `infer` stores it as `Node.window`.
        """
        return None

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        """The tops' values in plain NumPy; never writes into a bottom."""
        raise NotImplementedError

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """Operations of one forward over the whole batch."""
        return Cost()

    def notes(self, bottom: Sequence[Shape]) -> tuple[str, ...]:
        """Notes for the user before the net runs: a shape that had to be assumed, say."""
        return ()

    def brief(self, bottom: Sequence[Shape]) -> str:
        """The layer's parameters in one token, `5x5+2/1 g2`; empty where there are none to show."""
        return ""


def _low_precision(param: LayerParameter, unread: tuple[Unread, ...]) -> LowPrecision | None:
    """The low precision that unread fields set; None where they are about other things."""
    from prototxt.layers.low_precision import FIELDS, low_precision  # only nets with such fields need it

    return low_precision(param) if any(item.path[0] in FIELDS for item in unread) else None
