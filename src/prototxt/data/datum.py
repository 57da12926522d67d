"""Datum, the record of Caffe's databases: an image as bytes, as an image file, or as floating point, and a label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from prototxt.blobs import MAX_ELEMENTS, AnyArray, format_shape
from prototxt.errors import DataError, ImageError
from prototxt.schema import parse_message
from prototxt.schema.caffe_pb2 import Datum
from prototxt.util.lazy import np

__all__ = ["Kind", "Sample", "float_datum", "make_datum", "read_datum"]

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kind = Literal["color", "gray", "stored"]
"""The colours of a decoded image file: colour, gray, or those of the file. Raw bytes stay as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """An image of C x H x W (bytes or float32, BGR), its label, and what errors call it."""

    image: AnyArray
    label: float
    name: str


def read_datum(record: bytes, name: str, kind: Kind = "stored") -> Sample:
    """A Datum's image and label; raises DataError that calls it `name`.

    Source: caffe/src/caffe/data_transformer.cpp, caffe/src/caffe/util/io.cpp (DecodeDatumToCVMat).
    """
    try:
        datum = parse_message(Datum, record)
    except ValueError as error:
        raise DataError(f"record is {error}", path=name) from None
    return Sample(_image(datum, name, kind), float(datum.label), name)


def _image(datum: Datum, name: str, kind: Kind) -> AnyArray:
    if datum.encoded:
        from prototxt.images.opencv import decode_pixels

        try:
            return decode_pixels(datum.data, name, kind).transpose(2, 0, 1)
        except ImageError as error:
            raise DataError(f"encoded record: {error.what}", path=name) from None
    shape = (datum.channels, datum.height, datum.width)
    if min(shape) < 1 or datum.channels * datum.height * datum.width > MAX_ELEMENTS:
        raise DataError(f"record says its image is {format_shape(shape)}", path=name)
    values: AnyArray = (
        np.frombuffer(datum.data, np.uint8) if datum.data else np.array(datum.float_data, np.float32)
    )
    needed = datum.channels * datum.height * datum.width
    if values.size != needed:
        what = f"record says its image is {format_shape(shape)} = {needed} values, and holds {values.size}"
        raise DataError(what, path=name)
    return values.reshape(shape)


def float_datum(values: NDArray[np.float32]) -> bytes:
    """A Datum of floating-point values, of up to three axes: C x H x W, 1 where there are fewer.

    Source: caffe/tools/extract_features.cpp.
    """
    channels, height, width = (*values.shape, 1, 1, 1)[:3]
    datum = Datum(channels=channels, height=height, width=width)
    datum.float_data.extend(values.ravel().tolist())
    data: bytes = datum.SerializeToString()
    return data


def make_datum(pixels: NDArray[np.uint8], label: int, encoded: bytes | None = None) -> bytes:
    """A Datum of H x W x C pixels (BGR or gray), or of an image file's bytes."""
    datum = Datum(label=label)
    if encoded is not None:
        datum.data, datum.encoded = encoded, True
    else:
        datum.height, datum.width, datum.channels = pixels.shape
        datum.data = np.ascontiguousarray(pixels.transpose(2, 0, 1)).tobytes()
    data: bytes = datum.SerializeToString()
    return data
