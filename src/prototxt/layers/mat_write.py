"""MatWrite: its bottoms into MATLAB files, where the caller allows it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from prototxt.blobs import Array, Shape
from prototxt.data.lists import read_names
from prototxt.data.paths import locate
from prototxt.errors import DataError, LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.fields import check_least
from prototxt.layers.common.written_files import check_new, not_written
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter

VARIABLE = "data"
"""The variable that holds a blob in its file."""


@layer("MatWrite", bottoms=(1, None), tops=0, fork="deeplab")
class MatWrite(Layer):
    """Writes each bottom to a .mat file of its own, if the net was loaded with `allow_writes=True`; else does nothing.

    Formula:
        forward number t (from 0), where t is a multiple of `period`: bottom i goes to the file
        prefix + name t in `source` without its last `strip` characters + "_blob_" + i + ".mat";
        without a source iter_t takes the place of the name
        the variable "data" is W x H x C x N in MATLAB, x of N x C x H x W here

    Shapes:
        x: any

    Pitfalls:
        A net's file may come from a stranger, and `prefix` may be any path: nothing is written unless the caller of
        `load_net` or `parse_net` says `allow_writes=True`, and never over a file that was there before. A remark says
        so. `prefix` is text before the name, not a folder: a folder ends in "/", and has to exist. `source` has a name
        for every forward, not for every image.

    Example:
        layer {
          name: "fc8_mat" type: "MatWrite" bottom: "fc8_interp"
          mat_write_param { prefix: "features/fc8/" source: "list/val_id.txt" }
        }

    Source: mat_write_layer.cpp of DeepLab.
    """

    golden = "it has no tops; the tests read its files"

    def setup(self, param: LayerParameter) -> None:
        p = param.mat_write_param
        self.prefix: str = p.prefix
        self.source: str = p.source
        self.strip: int = p.strip
        self.period: int = p.period
        if not self.prefix:
            raise LayerError("no prefix", field="prefix")
        check_least(self.strip, 0, "strip")
        check_least(self.period, 1, "period")
        self._forwards = 0

    @property
    def stateful(self) -> bool:
        return True

    def adopt_state(self, former: Layer) -> None:
        if isinstance(former, MatWrite):
            self._forwards = former._forwards

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        return []

    def notes(self, bottom: Sequence[Shape]) -> tuple[str, ...]:
        return () if self.settings.allow_writes else (not_written(f"{self.prefix}..."),)

    @cached_property
    def names(self) -> Sequence[str]:
        """The names in `source`. Raises DataError where it cannot be read."""
        return read_names(locate(self.source, self.settings.folder), "list of names")

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        if not self.settings.allow_writes:
            return []
        number = self._forwards
        self._forwards += 1
        if number % self.period:
            return []
        from prototxt.data.matlab import write_mat  # only nets that write need it

        files = [f"{self.prefix}{self._name(number)}_blob_{i}.mat" for i in range(len(bottom))]
        for file in files:
            check_new(file, "prefix")
        for file, values in zip(files, bottom, strict=True):
            write_mat(file, VARIABLE, values)
        return []

    def _name(self, number: int) -> str:
        if not self.source:
            return f"iter_{number}"
        if number >= len(self.names):
            what = f"it has {len(self.names)} names, and this is forward {number + 1}"
            raise DataError(what, path=self.source)
        name = self.names[number]
        return name[: len(name) - self.strip]

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"every {self.period}" if self.period > 1 else ""
