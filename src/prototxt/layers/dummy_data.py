"""DummyData: tops filled by fillers, without any data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import ImpliedShape, Layer
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import FillerParameter, LayerParameter

LEGACY = ("num", "channels", "height", "width")

T = TypeVar("T")


@layer("DummyData", bottoms=0, tops=(1, None))
class DummyData(Layer):
    """Fills its tops by fillers at every forward: a net can be tried or timed without data.

    Formula:
        y = what data_filler gives (constant 0 without one), one filler for all tops or one for each

    Shapes:
        y: `shape`, or num x channels x height x width, one for all tops or one for each

    Pitfalls:
        The tops are not inputs of the net; make them inputs with --input or `inputs=`. What is drawn depends on
        the net's seed and the layer's name, and differs from Caffe's numbers.

    Example:
        layer {
          name: "data" type: "DummyData" top: "data"
          dummy_data_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } data_filler { type: "gaussian" } }
        }

    Source: caffe/src/caffe/layers/dummy_data_layer.cpp.
    """

    golden = "what Caffe draws is another random generator's; the tests hold it against the fillers"

    @classmethod
    def implied_shape(
        cls, param: LayerParameter, top: int, given: Mapping[str, Shape]
    ) -> ImpliedShape | None:
        return cls(param).shapes([])[top], "as the file says"

    def setup(self, param: LayerParameter) -> None:
        p = param.dummy_data_param
        fillers: list[FillerParameter | None] = [*p.data_filler] if p.data_filler else [None]
        self.fillers = self._one_or_each(fillers, "data_filler")
        legacy = [name for name in LEGACY if getattr(p, name)]
        if legacy and p.shape:
            raise LayerError(f"give either shape or {', '.join(legacy)}, not both", field="shape")
        if legacy:
            axes = (self._one_or_each(list(getattr(p, name)), name) for name in LEGACY)
            self.given: list[Shape] = list(zip(*axes, strict=True))
        else:
            self.given = self._one_or_each([tuple(shape.dim) for shape in p.shape], "shape")

    def _one_or_each(self, given: list[T], field: str) -> list[T]:
        """A value for each top; raises LayerError for another number of them."""
        if len(given) not in (1, self.num_tops):
            what = f"{len(given)} {field} for {self.num_tops} tops; give 1 or {self.num_tops}"
            raise LayerError(what, field=field)
        return given * self.num_tops if len(given) == 1 else given

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        for shape in self.given:
            if min(shape, default=1) < 1:
                raise LayerError(f"every dim must be at least 1, got {format_shape(shape)}", field="shape")
        return list(self.given)

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        from prototxt.layers.fillers import fill  # only here do layers know fillers

        pairs = zip(self.given, self.fillers, strict=True)
        return [fill(shape, filler, self.rng) for shape, filler in pairs]
