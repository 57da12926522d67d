"""Writing rows of features into a file whose suffix says in which format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from os import PathLike, fspath
from pathlib import Path

from prototxt.batch.features.hdf5 import Hdf5
from prototxt.batch.features.npz import Npz
from prototxt.batch.features.parquet import Parquet
from prototxt.batch.features.rows import Append, Format, check_same, contiguous, row_shapes, storable
from prototxt.blobs import Array, Shape
from prototxt.errors import InputError, Place
from prototxt.util.files import check_folder, whole_file
from prototxt.util.interrupt import shielded

__all__ = ["FeatureWriter", "open_features"]

FORMATS: dict[str, type[Format]] = {".npz": Npz, ".h5": Hdf5, ".hdf5": Hdf5, ".parquet": Parquet}


@contextmanager
def open_features(path: str | PathLike[str]) -> Iterator[FeatureWriter]:
    """A writer of rows for `.npz`, `.h5` or `.hdf5`, or `.parquet`.

    The file holds the images' names as `names` and, under each blob's own name, its rows in float32, n x ..., in the
    order they were appended. It takes its place when the block ends well; where the block ends with an error, or
    nothing was appended, nothing is written and a file that was there before stays. Rows go to disk as they come:
    memory does not grow with their number.

    Raises InputError for another suffix, a missing library, blobs the format cannot hold; PrototxtError where the
    place cannot be written.
    """
    name = fspath(path)
    suffix = Path(name).suffix.lower()
    if suffix not in FORMATS:
        what = (
            f'features cannot be written as "{suffix}"' if suffix else "features need a suffix that says how"
        )
        raise InputError(f"{what}; it can be .npz, .h5 (or .hdf5) or .parquet", place=Place(name))
    check_folder(name)
    with ExitStack() as stack:
        yield FeatureWriter(name, FORMATS[suffix](name), stack)


class FeatureWriter:
    """Appends rows, all of the shapes that the first ones have; `open_features` makes it.

    `rows` counts the images so far, `shapes` holds the shape of one row of each blob.
    """

    def __init__(self, path: str, kind: Format, stack: ExitStack) -> None:
        self.rows = 0
        self.shapes: dict[str, Shape] = {}
        self._path, self._kind, self._stack = path, kind, stack
        self._append: Append | None = None

    def append(self, names: Sequence[str], blobs: Mapping[str, Array]) -> None:
        """Rows for these images: every array is n x ... with n = len(names), float32.

        All rows are appended or, with an error, none; a Ctrl-C waits until they are. Names that are no valid
        Unicode keep their odd bytes as `\\udcff`.

        Raises InputError for other shapes or blobs than in the first rows, naming the first of these images.
        """
        if not names:
            return
        shapes = row_shapes(self._path, names, blobs)
        if self.shapes:
            check_same(self._path, names[0], self.shapes, shapes)
        with shielded():
            if self._append is None:
                self._append = self._start(shapes)
            self._append(
                [storable(n) for n in names], {blob: contiguous(blobs[blob]) for blob in self.shapes}
            )
            self.rows += len(names)

    def _start(self, shapes: dict[str, Shape]) -> Append:
        with ExitStack() as opened:
            file = opened.enter_context(whole_file(self._path))
            append = opened.enter_context(self._kind.rows(file, shapes))
            self._stack.push(opened.pop_all())
        self.shapes = shapes
        return append
