"""A data layer's own transform_param, as the recipe for images that a person gives in its place."""

from __future__ import annotations

from collections.abc import Iterator

from prototxt.blobs import TEST
from prototxt.data.transform import DataTransform, unknown_fields
from prototxt.errors import ImageError, LayerError
from prototxt.images.mean import Mean
from prototxt.images.recipe import Recipe, Resize
from prototxt.schema.caffe_pb2 import LayerParameter, TransformationParameter

__all__ = ["own_recipe"]


def own_recipe(
    layer: LayerParameter, folder: str, mean: Mean | None = None
) -> tuple[Recipe, list[str]] | None:
    """The recipe of a LayerParameter's transform_param and the fields that it leaves out; None without one.

    The file's scale and mean are taken as they are; a `mean` given takes the place of the file's. Where it crops,
    images are first resized to new_height x new_width (ImageData), or to the size of its mean image: the data layer
    would take no others. Nothing is random.

    Raises ImageError where the mean cannot be read, or the parameters contradict each other.

    Source: caffe/src/caffe/data_transformer.cpp.
    """
    if not layer.HasField("transform_param"):
        return None
    param = layer.transform_param
    try:
        transform = DataTransform.read(param, TEST)
        mean = mean or _mean(transform, folder)
    except LayerError as error:
        what = f'layer "{layer.name}" ({layer.type}): {error.what}'
        hint = "give --mean in its place: B,G,R or a file, 0 for none" if error.field == "mean_file" else None
        raise ImageError(what, hint=hint) from None
    recipe = Recipe(_resize(layer, transform, mean), mean=mean, scale=transform.scale)
    return recipe, [f'layer "{layer.name}" ({layer.type}): {what}' for what in _left_out(param)]


def _mean(transform: DataTransform, folder: str) -> Mean | None:
    values = transform.mean(folder)
    if values is None:
        return None
    named = transform.mean_file or ",".join(f"{v:g}" for v in transform.mean_values)
    return Mean(values[:, 0, 0] if values.shape[1:] == (1, 1) else values, named)


def _resize(layer: LayerParameter, transform: DataTransform, mean: Mean | None) -> Resize:
    if not transform.crop_size:
        return "input"
    new = (layer.image_data_param.new_height, layer.image_data_param.new_width)
    if all(new):
        return new
    if mean is not None and mean.size is not None and min(mean.size) >= transform.crop_size:
        return mean.size
    return "input"


def _left_out(param: TransformationParameter) -> Iterator[str]:
    if param.mirror:
        yield "images are not mirrored at random here"
    fields = unknown_fields(param)
    if fields:
        yield f"transform_param's {', '.join(fields)} of a fork is not applied"
