"""HDF5Output: its bottoms into an HDF5 file, where the caller allows it."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, format_shape
from prototxt.data.hdf5 import write_hdf5
from prototxt.errors import LayerError
from prototxt.layers.base import Layer
from prototxt.layers.common.written_files import check_new, not_written
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter

DATASETS = ("data", "label")


@layer("HDF5Output", bottoms=2, tops=0)
class HDF5Output(Layer):
    """Appends its bottoms to an HDF5 file, if the net was loaded with `allow_writes=True`; else does nothing.

    Formula:
        dataset "data" gains the rows of the first bottom, "label" those of the second

    Shapes:
        x: N x any, label: N x any

    Pitfalls:
        A net's file may come from a stranger, and `file_name` may be any path: nothing is written unless the
        caller of `load_net` or `parse_net` says `allow_writes=True`, and never over a file that was there before.
        A remark says so. Every forward adds its rows; Caffe fails at the second. `file_name` is relative to the
        current folder only.

    Example:
        layer {
          name: "out" type: "HDF5Output" bottom: "fc7" bottom: "label"
          hdf5_output_param { file_name: "features.h5" }
        }

    Source: caffe/src/caffe/layers/hdf5_output_layer.cpp.
    """

    golden = "it has no tops; the tests read its file"

    def setup(self, param: LayerParameter) -> None:
        self.file_name: str = param.hdf5_output_param.file_name
        if not self.file_name:
            raise LayerError("no file_name", field="file_name")
        self._started = False

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        if not all(bottom) or bottom[0][0] != bottom[1][0]:
            what = (
                f"both bottoms must have the same batch size; they are {format_shape(bottom[0])} and "
                f"{format_shape(bottom[1])}"
            )
            raise LayerError(what, field="bottom")
        return []

    def notes(self, bottom: Sequence[Shape]) -> tuple[str, ...]:
        return () if self.settings.allow_writes else (not_written(self.file_name),)

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        if not self.settings.allow_writes:
            return []
        if not self._started:
            check_new(self.file_name, "file_name")
        write_hdf5(self.file_name, list(zip(DATASETS, bottom, strict=True)), append=self._started)
        self._started = True
        return []
