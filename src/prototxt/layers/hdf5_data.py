"""HDF5Data: rows of HDF5 datasets, of any shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from prototxt.blobs import Array, Shape
from prototxt.data.hdf5 import hdf5_batches, hdf5_files, hdf5_shapes
from prototxt.data.paths import locate
from prototxt.errors import DataError, LayerError, UnknownShapeError
from prototxt.layers.base import Layer
from prototxt.layers.common.fields import check_least
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.files import exists


@layer("HDF5Data", bottoms=0, tops=(1, None))
class HDF5Data(Layer):
    """Reads batches of rows from the HDF5 files that a text file lists, round and round: a dataset for each top.

    Formula:
        y_i[n] = row n of the dataset with the name of top i, files one after the other

    Shapes:
        y_i: batch_size x the dataset's other axes, in the first file

    Pitfalls:
        Datasets are floating point or integers and have the same number of rows in a file. There is no
        transform_param: HDF5 holds what the net takes. `shuffle` shuffles files and the rows of each again at
        every pass. Names are relative to the current folder, or else to the net's file. An HDF5 file in place of
        the list is read too (Caffe wants a list).

    Example:
        layer {
          name: "data" type: "HDF5Data" top: "data" top: "label"
          hdf5_data_param { source: "train.txt" batch_size: 10 shuffle: true }
        }

    Source: caffe/src/caffe/layers/hdf5_data_layer.cpp.
    """

    def setup(self, param: LayerParameter) -> None:
        p = param.hdf5_data_param
        if param.HasField("transform_param"):
            what = "HDF5Data does not transform: store what the net takes"
            raise LayerError(what, field="transform_param")
        self.top_names: tuple[str, ...] = tuple(param.top)
        if not p.source:
            raise LayerError("no source: which list of HDF5 files?", field="source", hint=self._give())
        check_least(p.batch_size, 1, "batch_size")
        self.source = locate(p.source, self.settings.folder)
        self.batch_size: int = p.batch_size
        self.shuffle: bool = p.shuffle

    @cached_property
    def _files(self) -> tuple[str, ...]:
        return hdf5_files(self.source, self.settings.folder)

    @cached_property
    def _rows(self) -> tuple[Shape, ...]:
        return tuple(shape[1:] for shape in hdf5_shapes(self._files[0], self.top_names))

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        if not exists(self.source):
            what = f'the list "{self.source}" is not here and the file does not say any shape'
            raise UnknownShapeError(what, field="source", hint=self._give())
        return [(self.batch_size, *row) for row in self._rows]

    def _give(self) -> str:
        return "give " + " ".join(f"--input {name}=N,..." for name in self.top_names)

    @cached_property
    def _batches(self) -> Iterator[list[Array]]:
        rng = self.rng if self.shuffle else None
        return hdf5_batches(self._files, self.top_names, self.shapes([]), rng)

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        try:
            return next(self._batches)
        except DataError:
            del self._batches  # an iterator that raised is at its end: the next forward starts again
            raise

    def brief(self, bottom: Sequence[Shape]) -> str:
        return Path(self.source).name
