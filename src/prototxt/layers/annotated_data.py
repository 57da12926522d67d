"""AnnotatedData: images with their true boxes, which the caller gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prototxt.blobs import Array, Shape, format_shape
from prototxt.errors import LayerError, UnknownShapeError
from prototxt.layers.base import ImpliedShape, Layer
from prototxt.layers.common.fields import check_least
from prototxt.layers.outcomes import Outcome, ignore
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter, ResizeParameter, TransformationParameter

BOXES: Shape = (1, 1, 1, 8)
"""The label's shape for want of any box: SSD's before the first batch."""


RESIZING = (
    "random_resize_param", "random_aspect_ratio_param", "pad", "min_side", "min_side_min", "min_side_max",
    "forward_packing", "crop_height", "crop_width",
)  # fmt: skip
"""Fields of transform_param with which forks give images another size."""


@layer("AnnotatedData", bottoms=0, tops=(1, 2), fork="ssd")
class AnnotatedData(Layer):
    """Images and the boxes of things in them, to train detectors: inputs of the net here, databases are not read.

    Formula:
        data, label = what the caller gives

    Shapes:
        data: batch_size x C x H x W, with H and W of transform_param's crop_size (or crop_h and crop_w), else of its
            resize_param, and C = 3 (1 with `force_gray`); a remark says so
        label: 1 x 1 x G x 8, rows [image, label, instance, x1, y1, x2, y2, difficult] in parts of the image; G is the
            number of boxes in the batch: 1 here, until `--input label=1,1,G,8` says more

    Pitfalls:
        Its databases (AnnotatedDatum) are not read, and nothing is drawn from `batch_sampler`: give both tops as
        inputs. A mode that keeps the image's own proportions (FIT_SMALL_SIZE) leaves H and W unsaid.

    Example:
        layer {
          name: "data" type: "AnnotatedData" top: "data" top: "label"
          transform_param { resize_param { resize_mode: WARP height: 300 width: 300 } }
          data_param { source: "trainval_lmdb" batch_size: 32 backend: LMDB }
        }

    Source: annotated_data_layer.cpp and data_transformer.cpp (InferBlobShape) of the SSD fork.
    """

    ignores = ignore(
        Outcome.QUIET, "the caller gives both tops", "annotated_data_param", "data_param", "transform_param"
    ) | ignore(
        Outcome.CHANGES_SHAPES, "images are not resized by it here",
        *(f"transform_param.{field}" for field in RESIZING),
    )  # fmt: skip
    golden = "it computes nothing: its tops are what the caller gives"

    def setup(self, param: LayerParameter) -> None:
        p, t = param.data_param, param.transform_param
        self.top_names: tuple[str, ...] = tuple(param.top)
        check_least(p.batch_size, 1, "batch_size")
        self.batch_size: int = p.batch_size
        self.source: str = p.source
        self.channels = 1 if t.force_gray else 3
        self.size = _size(t)

    def _give(self) -> str:
        shapes = ("N,C,H,W", "1,1,G,8")
        return "give " + " ".join(
            f"--input {name}={shape}" for name, shape in zip(self.top_names, shapes, strict=False)
        )

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        if self.size is None:
            what = f'the database "{self.source}" is not read here and the file does not say its image size'
            raise UnknownShapeError(what, field="source", hint=self._give())
        images: Shape = (self.batch_size, self.channels, *self.size)
        return [images, BOXES][: self.num_tops]

    @classmethod
    def implied_shape(
        cls, param: LayerParameter, top: int, given: Mapping[str, Shape]
    ) -> ImpliedShape | None:
        if top == 1:
            return BOXES, "space for one box of the batch"
        return cls(param).shapes([])[0], "as the file says"

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        what = f'the database "{self.source}" is not read here: AnnotatedDatum is a record of SSD\'s own'
        raise LayerError(what, field="source", hint=f"{self._give()} and feed them")

    def notes(self, bottom: Sequence[Shape]) -> tuple[str, ...]:
        shape = format_shape(self.shapes([])[0])
        what = f"{shape} is what the file says, with {self.channels} channels and a label of one box assumed"
        return (f'the database "{self.source}" is not read here: {what}; {self._give()}',)


def _size(t: TransformationParameter) -> tuple[int, int] | None:
    """Height and width of the images, None where the file does not say."""
    resize = t.resize_param
    resized, mode = (resize.height, resize.width), resize.resize_mode
    cropped = [t.crop_size or crop for crop in (t.crop_h, t.crop_w)]
    known = t.HasField("resize_param") and mode != ResizeParameter.FIT_SMALL_SIZE
    if not known and 0 in cropped:
        return None
    height, width = (crop or size for crop, size in zip(cropped, resized, strict=True))
    check_least(height, 1, "height")
    check_least(width, 1, "width")
    return height, width
