"""Data: images and labels from an LMDB or LevelDB."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from prototxt.blobs import Shape
from prototxt.data.batches import batches
from prototxt.data.datum import Kind
from prototxt.data.samples import database_samples, first_sample
from prototxt.layers.common.data_layer import Batches, ImageReader
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import DataParameter, LayerParameter


@layer("Data", bottoms=0, tops=(1, 2))
class Data(ImageReader):
    """Reads batches of images and labels from a database, round and round.

    Formula:
        y[n] = (crop(record n) - mean) * scale, mirrored by chance where `mirror` is set
        label[n] = the record's label
        The crop is the centre at TEST, anywhere at TRAIN. A batch that reaches the end goes on at the start.

    Shapes:
        y: batch_size x C x H x W of the first record; H = W = crop_size where that is given
        label: batch_size
        Without the database: 3 channels (1 with `force_gray`) of crop_size, and a remark that says so.

    Pitfalls:
        `backend` is LEVELDB where the file does not say. The order is that of the keys. `mirror` mirrors at TEST
        too. `force_color` and `force_gray` act on encoded records (image files) only. A mean_file has the size
        of the records, before the crop. Records of another size than the first are an error, as is a mean of
        another size. `source` and `mean_file` are relative to the current folder, or else to the net's file.
        Batches are made in a thread, `prefetch` of them ahead.

    Example:
        layer {
          name: "mnist" type: "Data" top: "data" top: "label"
          transform_param { scale: 0.00390625 }
          data_param { source: "examples/mnist/mnist_test_lmdb" backend: LMDB batch_size: 100 }
        }

    Source: caffe/src/caffe/layers/data_layer.cpp, caffe/src/caffe/data_transformer.cpp.
    """

    what = "database"

    def setup(self, param: LayerParameter) -> None:
        p, t = param.data_param, param.transform_param
        self.take(param, p.source, p.batch_size, p.prefetch)
        self.backend = DataParameter.DB.Name(p.backend)
        self.rand_skip: int = p.rand_skip
        self.image_kind: Kind = "gray" if t.force_gray else "color" if t.force_color else "stored"

    def first_image(self) -> Shape:
        shape: Shape = first_sample(self.source, self.backend, self.image_kind).image.shape
        return shape

    def declared_image(self) -> tuple[int, Shape | None]:
        return (1 if self.image_kind == "gray" else 3), None

    def batches(self, tops: Sequence[Shape]) -> Batches:
        skip = int(self.rng.integers(self.rand_skip)) if self.rand_skip else 0
        samples = database_samples(self.source, self.backend, self.image_kind, skip)
        return partial(batches, samples, self.transform, tops, self.settings.folder, self.rng)
