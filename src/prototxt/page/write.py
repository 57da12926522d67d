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

MEGA = 1_000_000

DOCUMENT = b'<script id="report" type="application/json">', b"</script>\n"

PLACEHOLDER = b"<!--prototxt-report-data-->"
"""Where the page has its data; web/dev/install.mjs sees to it that it is there once."""

NOTE_BYTES, REFERENCE_BYTES = 20_000, 100
"""Room for what is said of arrays that are left out, and for where each of the others is."""


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What a page shows of a net, and what the person should know of it."""

    graph: Graph
    arrays: Mapping[Key, Array] = field(default_factory=dict)
    picture: Picture | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """How many bytes the page may take, and how its values are kept."""

    bytes: int = 40 * MEGA
    dtype: Dtype = "float16"


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it: the file's size, how many arrays are in it, what was left out."""

    bytes: int
    arrays: int
    left_out: tuple[str, ...]


@cache
def page() -> bytes:
    """The page without data, as `web/` builds it."""
    return files("prototxt.page").joinpath("page.html").read_bytes()


def write_page(path: str | PathLike[str], content: Content, limits: Limits, page: bytes) -> Written:
    """One file, whole or not at all.

    Raises InputError where the shapes alone take more room than there is, PrototxtError where it cannot be written.
    """
    graph, arrays = content.graph, fitting(content)
    bare = make_document(graph, content.notes, content.picture)
    used = len(page) + len(to_json(bare)) + NOTE_BYTES + REFERENCE_BYTES * len(arrays)
    if used > limits.bytes:
        what = f"{graph.file}: the page takes {used / MEGA:.1f} MB without a single value"
        raise InputError(
            f"{what}, more than {limits.bytes / MEGA:g} MB",
            hint=f"allow more: --max-mb {ceil(10 * used / MEGA) / 10:g}",
        )
    stored = store(arrays, limits.dtype, limits.bytes - used)
    left_out = _left_out(graph, arrays, stored, limits.dtype)
    document = to_json(with_values(bare, graph, stored, [*_shorter(content), *_said(left_out, limits)]))
    return Written(write_document(path, page, document, stored), len(stored), left_out)


def write_document(
    path: str | PathLike[str], page: bytes, document: bytes, stored: Mapping[Key, Stored]
) -> int:
    """A page with a document and its arrays, whole or not at all; how many bytes they are."""
    with whole_file(path) as file:
        return sum(file.write(piece) for piece in _pieces(page, document, stored))


def _pieces(page: bytes, document: bytes, stored: Mapping[Key, Stored]) -> Iterable[bytes]:
    before, _, behind = page.partition(PLACEHOLDER)
    yield from (before, DOCUMENT[0], document, DOCUMENT[1])
    yield from tags(stored)
    yield behind


def fitting(content: Content) -> dict[Key, Array]:
    """The arrays of the shape that the graph foretells: a layer's answer may be shorter than the most it can be."""
    return {key: array for key, array in content.arrays.items() if _fits(content.graph, key, array)}


def _fits(graph: Graph, key: Key, array: Array) -> bool:
    return not isinstance(key, BlobId) or array.shape == graph.shapes[key]


def _shorter(content: Content) -> list[str]:
    graph = content.graph
    return [
        f'blob "{printable(key.name)}" was {format_shape(array.shape)} this time: the page '
        f"shows {format_shape(graph.shapes[key])}, "
        "the most that it can be, and no values"
        for key, array in content.arrays.items()
        if isinstance(key, BlobId) and not _fits(graph, key, array)
    ]


def _left_out(
    graph: Graph, arrays: Mapping[Key, Array], stored: Mapping[Key, Stored], dtype: Dtype
) -> tuple[str, ...]:
    """Which arrays are not in the page, the largest first: `weights of fc6 (4096 x 9216, 100.7 MB)`."""
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


def _said(left_out: tuple[str, ...], limits: Limits) -> list[str]:
    if not left_out:
        return []
    return [
        f"left out, so that the page takes no more than {limits.bytes / MEGA:g} MB: {a_few(left_out, 20)}"
    ]
