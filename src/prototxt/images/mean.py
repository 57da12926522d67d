"""The mean that is subtracted from an image: one value per channel, or a whole image."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import AnyArray, format_shape
from prototxt.errors import ImageError, Place, WeightsError
from prototxt.formats.caffemodel import read_blob
from prototxt.formats.npy import read_header
from prototxt.images.resize import resize
from prototxt.util.files import exists, regular_size
from prototxt.util.recognize import HEAD_BYTES, recognize_binary, recognize_text, recognize_trained

__all__ = ["Mean", "read_mean"]

Array = NDArray[np.float32]

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf(?:inity)?)"
_NUMBERS = re.compile(rf"\s*(?:{_NUMBER})(?:\s*[,\s]\s*(?:{_NUMBER}))*\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Mean:
    """A mean as it was given: `values` of C or C x H x W in the net's channel order, `source` its name."""

    values: Array
    source: str

    @property
    def size(self) -> tuple[int, int] | None:
        """Height and width of a mean image; None where there is one value per channel."""
        return None if self.values.ndim == 1 else (self.values.shape[1], self.values.shape[2])

    def check(self, channels: int) -> None:
        """Raises ImageError when an image with this number of channels cannot have this mean."""
        given = self.values.shape[0]
        if given != channels and self.values.shape != (1,):
            what = "values" if self.values.ndim == 1 else "channels"
            raise ImageError(f"mean {self.source} has {given} {what}, the net's input {channels} channels")

    def fit(self, channels: int, height: int, width: int) -> Array:
        """The mean for an image of C x H x W: C x 1 x 1, or C x H x W resized (bilinear) if its size differs.

        One single value serves every channel. Raises ImageError when the channels do not agree.
        """
        self.check(channels)
        if self.values.ndim == 1:
            return np.broadcast_to(self.values[:, None, None], (channels, 1, 1))
        return resize(self.values.transpose(1, 2, 0), height, width).transpose(2, 0, 1)

    def describe(self, how: str = "") -> str:
        """`104,117,123`, or a file's name, its size and how it is fitted."""
        if self.values.ndim == 1:
            return ",".join(f"{v:g}" for v in self.values)
        return f"{Path(self.source).name} ({format_shape(self.values.shape)}{how and ' ' + how})"


def read_mean(mean: str | PathLike[str]) -> Mean:
    """A mean from numbers (`"104,117,123"`, one or one per channel) or from a file.

    Files: `.npy` of 1 axis (C), 2 (H x W), 3 (C x H x W) or 4 (1 x C x H x W); `.binaryproto`, a BlobProto of
    3 or 4 axes. Channels are in the net's order (BGR in Caffe's own files), values in units of pixels 0..255.

    Raises ImageError for anything else: no such file, broken, of another shape, NaN or infinite values.

    Source: caffe/src/caffe/data_transformer.cpp (mean_file, mean_value).
    """
    text = fspath(mean)
    if _NUMBERS.fullmatch(text) and not exists(text):
        values = _float32(np.array([float(v) for v in re.split(r"[,\s]+", text.strip())]))
    else:
        values = _channels_first(text, _from_file(text))
    if not np.isfinite(values).all():
        raise ImageError(f"mean {text} has values that are not finite numbers (NaN or infinity)")
    return Mean(values, text)


def _from_file(path: str) -> AnyArray:
    try:
        regular_size(path)
        with Path(path).open("rb") as file:
            head = file.read(HEAD_BYTES)
        if head.startswith(b"\x93NUMPY"):
            return _from_npy(path)
        if kind := recognize_binary(head) or recognize_text(head) or recognize_trained(head):
            raise ImageError(f"not a mean file but {kind.what}", place=Place(path))
        return read_blob(path).array()
    except FileNotFoundError:
        hint = "a mean is numbers such as 104,117,123, or a .npy or .binaryproto file"
        raise ImageError("no such mean file", place=Place(path), hint=hint) from None
    except WeightsError as error:
        raise ImageError(f"not a mean file: {error.what}", place=Place(path)) from None
    except (OSError, ValueError, EOFError) as error:
        what = getattr(error, "strerror", None) or error
        raise ImageError(f"not a mean file: {what}", place=Place(path)) from None


def _from_npy(path: str) -> AnyArray:
    try:
        with warnings.catch_warnings(), Path(path).open("rb") as file:
            warnings.simplefilter("ignore")  # of headers that Python 2 wrote
            # A header that declares more than the file holds is refused before anything is allocated.
            read_header(file, regular_size(path))
            file.seek(0)
            values: AnyArray = np.load(file, allow_pickle=False)
    except OSError:
        raise
    except Exception as error:
        # NumPy reads the header as Python's literals and raises nearly anything: SyntaxError, TokenError, TypeError ...
        raise ValueError(str(error) or type(error).__name__) from None
    if values.dtype.kind not in "fiu":
        raise ValueError(f"an array of {values.dtype}, not of numbers")
    return values


def _channels_first(path: str, values: AnyArray) -> Array:
    shape = values.shape
    if len(shape) == 4 and shape[0] == 1:
        shape = shape[1:]
    elif len(shape) == 2:
        shape = (1, *shape)
    if len(shape) not in (1, 3) or 0 in shape:
        raise ImageError(
            f"a mean is C, C x H x W or 1 x C x H x W, not {format_shape(values.shape)}", place=Place(path)
        )
    return _float32(values).reshape(shape)


def _float32(values: AnyArray) -> Array:
    with np.errstate(
        over="ignore", invalid="ignore"
    ):  # what is too large becomes infinity, which is refused by name
        return np.array(values, np.float32)
