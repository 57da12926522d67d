"""A page and its data as one HTML file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import ceil
from os import PathLike

from prototxt.blobs import Array, format_shape
from prototxt.errors import InputError, a_few, printable
from prototxt.graph.graph import BlobId, Graph
from prototxt.page.arrays import Dtype, Stored, kept_as, store, tag_bytes, tags
from prototxt.page.document import make_document, to_json, with_values
from prototxt.page.picture import Picture
from prototxt.page.values import Key
from prototxt.util.files import whole_file

__all__ = [
    "MEGA",
    "PLACEHOLDER",
    "Content",
    "Limits",
    "Written",
    "fitting",
    "page",
    "write_document",
    "write_page",
]

MEGA = 1_000_000
"""Bytes of a megabyte."""

DOCUMENT = b'<script id="report" type="application/json">', b"</script>\n"
"""The start and end of the element that holds the document."""

PLACEHOLDER = b"<!--prototxt-report-data-->"
"""The place of the data in the page; web/dev/install.mjs checks that there is exactly one."""

NOTE_BYTES, REFERENCE_BYTES = 20_000, 100
"""Bytes reserved for the notes about arrays that are left out, and for each reference to another one."""


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """The content of a page: a graph, its arrays, the input picture, and notes for the reader."""

    graph: Graph
    arrays: Mapping[Key, Array] = field(default_factory=dict)
    picture: Picture | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest size of the page in bytes, and the number type of its values."""

    bytes: int = 40 * MEGA
    dtype: Dtype = "float16"


@dataclass(frozen=True, slots=True)
class Written:
    """A written page: its size in bytes, the number of its arrays, the names of those left out."""

    bytes: int
    arrays: int
    left_out: tuple[str, ...]


@cache
def page() -> bytes:
    """The page without data, as built from `web/`."""
    return files("prototxt.page").joinpath("page.html").read_bytes()


def write_page(path: str | PathLike[str], content: Content, limits: Limits, page: bytes) -> Written:
    """Write a page as one file, atomically; `page` is the empty page.

    Raises InputError where the page exceeds the limit even without values, PrototxtError where the file cannot be
    written.
    """
    graph, arrays = content.graph, fitting(content)
    document = make_document(graph, content.notes, content.picture)
    used = len(page) + len(to_json(document)) + NOTE_BYTES + REFERENCE_BYTES * len(arrays)
    if used > limits.bytes:
        what = f"{graph.file}: the page takes {used / MEGA:.1f} MB without any values"
        raise InputError(
            f"{what}, more than {limits.bytes / MEGA:g} MB",
            hint=f"allow more: --max-mb {ceil(10 * used / MEGA) / 10:g}",
        )
    stored = store(arrays, limits.dtype, limits.bytes - used)
    left_out = _left_out(graph, arrays, stored, limits.dtype)
    notes = [*_notes_on_shorter(content), *_notes_on_left_out(left_out, limits)]
    json = to_json(with_values(document, graph, stored, notes))
    return Written(write_document(path, page, json, stored), len(stored), left_out)


def write_document(
    path: str | PathLike[str], page: bytes, document: bytes, stored: Mapping[Key, Stored]
) -> int:
    """Write a page with a document and its arrays, atomically; returns the number of bytes.

    Raises PrototxtError where the file cannot be written.
    """
    with whole_file(path) as file:
        return sum(file.write(piece) for piece in _pieces(page, document, stored))


def _pieces(page: bytes, document: bytes, stored: Mapping[Key, Stored]) -> Iterable[bytes]:
    before, _, after = page.partition(PLACEHOLDER)
    yield from (before, DOCUMENT[0], document, DOCUMENT[1])
    yield from tags(stored)
    yield after


def fitting(content: Content) -> dict[Key, Array]:
    """The arrays that have the inferred shape: the output of a detection layer can be shorter than its maximum."""
    return {key: array for key, array in content.arrays.items() if _fits(content.graph, key, array)}


def _fits(graph: Graph, key: Key, array: Array) -> bool:
    return not isinstance(key, BlobId) or array.shape == graph.shapes[key]


def _notes_on_shorter(content: Content) -> list[str]:
    graph = content.graph
    return [
        f'blob "{printable(key.name)}" is {format_shape(array.shape)} for this input: the page '
        f"shows {format_shape(graph.shapes[key])}, "
        "its largest shape, without values"
        for key, array in content.arrays.items()
        if isinstance(key, BlobId) and not _fits(graph, key, array)
    ]


def _left_out(
    graph: Graph, arrays: Mapping[Key, Array], stored: Mapping[Key, Stored], dtype: Dtype
) -> tuple[str, ...]:
    """The arrays that are not in the page, the largest first: `parameter 0 of "fc6" (4096 x 9216, 100.7 MB)`."""
    missing = sorted(arrays.keys() - stored.keys(), key=lambda key: -arrays[key].size)
    return tuple(
        f"{_name(graph, key)} ({format_shape(arrays[key].shape)}, {_mega(arrays[key], dtype)} MB)"
        for key in missing
    )


def _mega(values: Array, dtype: Dtype) -> str:
    size = tag_bytes(values.size, kept_as(values, dtype)) / MEGA
    return f"{size:.1f}" if size >= 0.05 else "less than 0.1"


def _name(graph: Graph, key: Key) -> str:
    if isinstance(key, BlobId):
        return f'blob "{printable(str(key))}"'
    return f'parameter {key.slot} of "{printable(graph.nodes[key.layer].name)}"'


def _notes_on_left_out(left_out: tuple[str, ...], limits: Limits) -> list[str]:
    if not left_out:
        return []
    return [f"left out to keep the page below {limits.bytes / MEGA:g} MB: {a_few(left_out, 20)}"]
