"""Features as Parquet: a row per image, a column per blob."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, TypeAlias

from prototxt.batch.features.rows import NAMES, Append, no_library
from prototxt.blobs import Array, Shape, count

__all__ = ["GROUP_BYTES", "GROUP_ROWS", "Parquet"]

GROUP_BYTES = 1 << 25
"""Bytes of values in a row group, which waits in memory; a larger row is a group of its own."""

GROUP_ROWS = 1 << 12
"""Rows of a row group at most: a waiting row costs more than its values."""

ArrowObject: TypeAlias = Any
"""pyarrow or an object of it: the library has no type hints and need not be installed."""


class Parquet:
    """Names as strings, then each blob as fixed-size lists of float32.

    The metadata of a blob's field holds its row's shape as JSON, `shape: [96, 55, 55]`.
    """

    def __init__(self, path: str) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            raise no_library("pyarrow", "parquet", path) from None
        self._library: ArrowObject = pyarrow

    @contextmanager
    def rows(self, file: IO[bytes], shapes: Mapping[str, Shape]) -> Iterator[Append]:
        schema = self._schema(shapes)
        size = min(GROUP_ROWS, max(1, GROUP_BYTES // (4 * sum(map(count, shapes.values())))))
        # Dictionaries and ranges of features help no reader and cost a second pass over them.
        options = {"use_dictionary": False, "write_statistics": False}
        with self._library.parquet.ParquetWriter(file, schema, **options) as writer:
            waiting: list[ArrowObject] = []

            def flush() -> None:
                writer.write_table(self._library.Table.from_batches(waiting, schema), row_group_size=size)
                waiting.clear()

            def append(names: Sequence[str], blobs: Mapping[str, Array]) -> None:
                waiting.append(self._batch(schema, names, blobs))
                if sum(batch.num_rows for batch in waiting) >= size:
                    flush()

            yield append
            if waiting:
                flush()

    def _schema(self, shapes: Mapping[str, Shape]) -> ArrowObject:
        arrow = self._library
        fields = [arrow.field(NAMES, arrow.string(), nullable=False)]
        for blob, row in shapes.items():
            values = arrow.list_(arrow.field("item", arrow.float32(), nullable=False), count(row))
            metadata = {"shape": json.dumps(list(row))}
            fields.append(arrow.field(blob, values, nullable=False, metadata=metadata))
        return arrow.schema(fields)

    def _batch(self, schema: ArrowObject, names: Sequence[str], blobs: Mapping[str, Array]) -> ArrowObject:
        """The rows, copied: the arrays may be the net's own, which its next forward overwrites."""
        arrow = self._library
        columns = [arrow.array(names, arrow.string())]
        for field in list(schema)[1:]:
            values = arrow.array(blobs[field.name].ravel().copy(), arrow.float32())
            columns.append(arrow.FixedSizeListArray.from_arrays(values, type=field.type))
        return arrow.record_batch(columns, schema=schema)
