"""Blob: an array as pycaffe's scripts see it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from prototxt.blobs import Array, Shape
from prototxt.layers.python import PythonBlob
from prototxt.layers.python import PythonBlobs as BlobVec

__all__ = ["Blob", "BlobVec", "SplitBlob"]


class Blob(PythonBlob):
    """An N-dimensional array with `data`, `diff`, `shape`, `count`, `num`, `channels`, `height`, `width`, `reshape`.

    `data` and `diff` are float32, may be written, are the same memory at every forward, and live as long as anybody
    holds them. `diff` is zeros until somebody writes it: there is no backward pass.

    Source: caffe/include/caffe/blob.hpp, caffe/python/caffe/_caffe.cpp.
    """

    def __init__(self, shape: Shape, fetch: Callable[[], Array]) -> None:
        """`fetch` makes the array when `data` is first read."""
        super().__init__(shape)
        self._fetch = fetch

    @property
    def data(self) -> Array:
        """float32 values, the same array until the blob takes another shape."""
        if self._data is None:
            values = self._fetch()
            self._data = values if values.shape == self._shape else np.zeros(self._shape, np.float32)
        return self._data

    @property
    def is_held(self) -> bool:
        """Whether `data` was read, so that a script may hold it or have written it."""
        return self._data is not None

    def fits(self, shape: Shape) -> None:
        """Take this shape; values stay where it is the blob's own already."""
        if shape != self._shape:
            self._shape, self._data, self._diff = shape, None, None

    def forget(self) -> None:
        """Fetch the array again when `data` is next read."""
        self._data = None

    def show(self, values: Array) -> None:
        """Take the values of a forward."""
        self.fits(values.shape)
        if self._data is not None:
            np.copyto(self._data, values)


class SplitBlob(Blob):
    """A top of a Split layer: its `data` is the memory of the layer's bottom, as in Caffe."""

    def __init__(self, bottom: Blob) -> None:
        super().__init__(bottom.shape, lambda: bottom.data)
        self._bottom = bottom

    @property
    def data(self) -> Array:
        return self._bottom.data

    @property
    def is_held(self) -> bool:
        """True: whatever becomes of it, its values are its bottom's."""
        return True

    def show(self, values: Array) -> None:
        """The bottom shows them."""
        self.fits(values.shape)
