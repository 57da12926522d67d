"""Python: a layer whose class the net's author wrote, run only where the user allows it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from prototxt.blobs import Array, Shape
from prototxt.errors import LayerError, MissingLayerError
from prototxt.layers.base import Layer, Param
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

FIRST_LEGACY_AXES = ("num", "channels", "height", "width")


class PythonBlob:
    """A blob as a Python layer sees it: `data`, `diff`, `shape`, `reshape(*dims)`, and Caffe's old axis names."""

    def __init__(self, shape: Sequence[int] = (), data: Array | None = None) -> None:
        self._shape = tuple(shape)
        self._data = data
        self._diff: Array | None = None

    @property
    def shape(self) -> Shape:
        return self._shape

    @property
    def count(self) -> int:
        return prod(self._shape)

    @property
    def data(self) -> Array:
        """float32 values, zeros until somebody writes them."""
        if self._data is None:
            self._data = np.zeros(self._shape, np.float32)
        return self._data

    @property
    def diff(self) -> Array:
        """Zeros: there is no backward pass."""
        if self._diff is None:
            self._diff = np.zeros(self._shape, np.float32)
        return self._diff

    def reshape(self, *dims: int) -> None:
        """Give the blob another shape; its values are reset unless their count stays."""
        shape = tuple(int(d) for d in dims)
        if shape != self._shape and self._data is not None:
            self._data = self._data.reshape(shape) if prod(shape) == self._data.size else None
        self._shape, self._diff = shape, None

    def lend(self, data: Array) -> None:
        """Hold these values, in their own memory."""
        self._shape, self._data = data.shape, data

    def __getattr__(self, name: str) -> int:
        if name not in FIRST_LEGACY_AXES:
            raise AttributeError(name)
        axis = FIRST_LEGACY_AXES.index(name)
        return self._shape[axis] if axis < len(self._shape) else 1


class PythonBlobs(list[PythonBlob]):
    """A layer's learned blobs; `add_blob(*shape)` in `setup` makes one."""

    def add_blob(self, *shape: int) -> PythonBlob:
        self.append(PythonBlob(shape))
        return self[-1]


class PythonLayerError(LayerError):
    """The code of a Python layer failed; `raised` is what it raised."""

    def __init__(self, doing: str, raised: Exception, *, field: str | None = None) -> None:
        first, *others = str(raised).splitlines() or [""]
        super().__init__(f"{doing} failed: {type(raised).__name__}: {first}", field=field, lines=others)
        self.raised = raised


class PythonLayer:
    """Base for Python layers, as caffe.Layer is; a class of another base serves as well.

    `param_str` holds the text from the net, `phase` 0 (TRAIN) or 1 (TEST), `blobs` what the layer learns.
    Override `setup(bottom, top)`, `reshape(bottom, top)` and `forward(bottom, top)`: lists of blobs.
    """

    type = "Python"
    param_str = ""
    phase = 1
    blobs: PythonBlobs

    def setup(self, bottom: list[PythonBlob], top: list[PythonBlob]) -> None:
        """Called once: read `param_str`, check the numbers of bottoms and tops."""

    def reshape(self, bottom: list[PythonBlob], top: list[PythonBlob]) -> None:
        """Called before every forward: `top[0].reshape(*bottom[0].shape)`, say."""

    def forward(self, bottom: list[PythonBlob], top: list[PythonBlob]) -> None:
        """Write the tops: `top[0].data[...] = ...`."""
        raise NotImplementedError


@layer("Python", bottoms=(0, None), tops=(0, None))
class Python(Layer):
    """Whatever the class `layer` of the Python module `module` computes.

    Formula:
        setup(bottom, top) once, then reshape(bottom, top) and forward(bottom, top) for every forward

    Shapes:
        whatever `setup` or `reshape` gives the tops; every forward may give them others

    Pitfalls:
        Since its tops may change from forward to forward, the layers after it run without the fast kernels.
        It runs code of the net's author. So the net is refused unless the user says otherwise:
        `--allow-python-layers`, or `allow_python_layers=True`. The module is looked for where Python looks:
        put its folder on PYTHONPATH.

    Example:
        layer {
          name: "loss" type: "Python" bottom: "score" bottom: "label" top: "loss"
          python_param { module: "pyloss" layer: "EuclideanLossLayer" param_str: "weight: 2" }
          loss_weight: 1
        }

    Source: caffe/include/caffe/layers/python_layer.hpp, caffe/python/caffe/_caffe.cpp.
    """

    golden = "runs the user's own code"
    data_dependent = True

    @property
    def stateful(self) -> bool:
        return True

    def setup(self, param: LayerParameter) -> None:
        p = param.python_param
        if not self.settings.allow_python_layers:
            raise MissingLayerError(
                f'runs code of the net\'s author, the class "{p.layer}" of Python module "{p.module}"',
                missing=f"Python {p.module}.{p.layer}",
                field="python_param",
                hint="if you trust it, allow it: --allow-python-layers or allow_python_layers=True",
            )
        self.class_name = f"{p.module}.{p.layer}"
        self.instance = self._create(p.module, p.layer, p.param_str)
        self._top = [PythonBlob() for _ in range(self.num_tops)]
        self._is_set_up = False

    def adopt_state(self, former: Layer) -> None:
        """Go on with the former's object: only its `setup` was called on another one."""
        assert isinstance(former, Python)
        self.instance, self._top = former.instance, former._top

    def _create(self, module: str, name: str, param_str: str) -> Any:
        try:
            layer_class = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            hint = "put its folder on PYTHONPATH"
            raise LayerError(f'no Python module "{error.name}"', field="module", hint=hint) from error
        except AttributeError as error:
            raise LayerError(f'Python module "{module}" has no class "{name}"', field="layer") from error
        except Exception as error:
            raise self._failed(f'importing "{module}"', error, "module") from error
        if not isinstance(layer_class, type):
            raise LayerError(f'"{name}" of Python module "{module}" is no class', field="layer")
        try:
            instance = layer_class()
        except Exception as error:
            raise self._failed(f"making a {name}", error, "layer") from error
        instance.param_str = instance.param_str_ = param_str
        instance.phase = self.phase
        instance.blobs = PythonBlobs()
        return instance

    def _failed(self, doing: str, error: Exception, field: str = "python_param") -> PythonLayerError:
        return PythonLayerError(doing, error, field=field)

    def _call(self, method: str, bottom: list[PythonBlob], top: list[PythonBlob]) -> None:
        call: Callable[..., None] | None = getattr(self.instance, method, None)
        if call is None:
            raise LayerError(f"{self.class_name} has no method {method}", field="layer")
        try:
            call(bottom, top)
        except Exception as error:
            raise self._failed(f"{self.class_name}.{method}", error) from error

    def _reshaped(self, bottom: list[PythonBlob]) -> list[PythonBlob]:
        """The tops, the same blobs at every call: what `setup` gave them stays."""
        if not self._is_set_up:
            self._call("setup", bottom, self._top)
            self._is_set_up = True
        self._call("reshape", bottom, self._top)
        return self._top

    def params(self, bottom: Sequence[Shape]) -> tuple[Param, ...]:
        self._reshaped([PythonBlob(shape) for shape in bottom])
        blobs = enumerate(self.instance.blobs)
        return tuple(Param(blob.shape, start=blob.data, name=f"array {i}") for i, blob in blobs)

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        return [blob.shape for blob in self._reshaped([PythonBlob(shape) for shape in bottom])]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        # The code may write into what it is given: it gets copies.
        blobs = [PythonBlob(x.shape, x.copy()) for x in bottom]
        for blob, learned in zip(self.instance.blobs, params, strict=True):
            blob.lend(learned)
        top = self._reshaped(blobs)
        self._call("forward", blobs, top)
        return [np.array(blob.data, np.float32) for blob in top]
