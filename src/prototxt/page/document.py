"""The document that a page shows of a net, in plain types; web/src/types.ts declares it for the page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import PurePath
from typing import TypedDict

from prototxt.errors import Place, printable
from prototxt.explain.breakdown.values import why_no_breakdown
from prototxt.explain.sections.layer import explain_layer
from prototxt.graph.graph import BlobId, Graph, Node, ParamRef
from prototxt.graph.select import PHASES
from prototxt.page.arrays import Stored
from prototxt.page.picture import Picture
from prototxt.page.rule import rule_of
from prototxt.page.values import Key, Slot
from prototxt.views.net_rows import Row, make_report

__all__ = [
    "VERSION",
    "Document",
    "JsonObject",
    "make_document",
    "place_text",
    "to_json",
    "with_values",
    "without_folders",
]

VERSION = 1
"""The version of the document format."""

JsonObject = dict[str, object]
"""A JSON object in plain Python types."""


class _WithImage(TypedDict, total=False):
    image: JsonObject


class Document(_WithImage):
    """The document of a net; `web/src/types.ts` describes every key."""

    version: int
    kind: str
    net: JsonObject
    layers: list[JsonObject]
    blobs: dict[str, JsonObject]
    inputs: list[str]
    outputs: list[str]
    notes: list[str]


def make_document(graph: Graph, notes: Sequence[str] = (), picture: Picture | None = None) -> Document:
    """The document of a net, without values.

    `notes` are remarks for the reader in addition to the graph's own; `picture` is the input image.
    """
    rows = make_report(graph).rows
    document: Document = {
        "version": VERSION,
        "kind": "net",
        "net": {
            "name": graph.name, "file": PurePath(graph.file).name, "phase": PHASES[graph.phase], "images": graph.images,
        },
        "layers": [_layer(graph, node, row) for node, row in zip(graph.nodes, rows, strict=True)],
        "blobs": _all_blobs(graph, {}),
        "inputs": [str(BlobId(name)) for name in graph.inputs],
        "outputs": [str(blob) for blob in _last_versions(graph)],
        "notes": [without_folders(note, [graph.file]) for note in (*graph.notes, *notes)],
    }  # fmt: skip
    if picture is not None:
        document["image"] = picture.as_dict()
    return document


def without_folders(text: str, files: Iterable[str]) -> str:
    """A text without the folders of these files: a page is sent to people who do not have them."""
    folders = {f"{printable(str(folder))}/" for folder in map(_folder, files) if folder.name}
    for folder in sorted(folders, key=len, reverse=True):
        text = text.replace(folder, "")
    return text


def _folder(file: str) -> PurePath:
    return PurePath(file).parent


def place_text(place: Place) -> str:
    """`net.prototxt:44`: the name of the file and the line."""
    name = printable(PurePath(place.file).name)
    return f"{name}:{place.line}" if place.line else name


def with_values(
    document: Document, graph: Graph, stored: Mapping[Key, Stored], notes: Sequence[str]
) -> Document:
    """The same document with references to the stored arrays, and further notes about them."""
    layers: list[JsonObject] = [
        {**layer, "params": _params(graph, node, stored)}
        for node, layer in zip(graph.nodes, document["layers"], strict=True)
    ]
    return {
        **document,
        "layers": layers,
        "blobs": _all_blobs(graph, stored),
        "notes": [*document["notes"], *notes],
    }


def _blobs(graph: Graph) -> list[BlobId]:
    """Every version of every blob in the order of the layers, including those without a shape."""
    blobs = (blob for node in graph.nodes for blob in (*node.bottoms, *node.tops))
    return list(dict.fromkeys(blobs))


def _last_versions(graph: Graph) -> list[BlobId]:
    """The last version of each output."""
    last: dict[str, BlobId] = {}
    for blob in _blobs(graph):
        last[blob.name] = max(blob, last.get(blob.name, blob))
    return [last[name] for name in graph.outputs]


def _all_blobs(graph: Graph, stored: Mapping[Key, Stored]) -> dict[str, JsonObject]:
    return {str(blob): _blob(graph, blob, stored) for blob in _blobs(graph)}


def _blob(graph: Graph, blob: BlobId, stored: Mapping[Key, Stored]) -> JsonObject:
    shape = graph.shapes.get(blob)
    dims = None if shape is None else list(shape)
    return {"name": blob.name, "version": blob.version, "shape": dims, **_data(blob, stored)}


def _data(key: Key, stored: Mapping[Key, Stored]) -> JsonObject:
    return {"data": stored[key].reference()} if key in stored else {}


def _layer(graph: Graph, node: Node, row: Row) -> JsonObject:
    return {
        "index": node.index,
        "name": node.name,
        "type": node.type,
        "brief": row.brief,
        "bottoms": [str(blob) for blob in node.bottoms],
        "tops": [str(blob) for blob in node.tops],
        "params": _params(graph, node, {}),
        "paramCount": row.param_count,
        "statistics": row.statistics,
        "macs": row.macs,
        "cost": asdict(node.cost),
        "place": place_text(node.place),
        "sections": [asdict(section) for section in explain_layer(graph, node)],
        "rule": rule_of(graph, node),
        "noBreakdown": why_no_breakdown(node),
    }


def _params(graph: Graph, node: Node, stored: Mapping[Key, Stored]) -> list[JsonObject]:
    return [_param(graph, node, param, stored) for param in node.params]


def _param(graph: Graph, node: Node, param: ParamRef, stored: Mapping[Key, Stored]) -> JsonObject:
    owner = {} if param.owner == node.index else {"owner": graph.nodes[param.owner].name}
    data = _data(Slot(param.owner, param.slot), stored)
    return {"shape": list(param.shape), "statistic": param.statistic, **owner, **data}


def to_json(document: Mapping[str, object]) -> bytes:
    """A document as JSON that is safe inside a script element, whatever names it holds.

    The text of an element ends at `</script`, and `<!--` changes how it is parsed, so every "<" is escaped. Infinity
    and NaN, which JSON does not have, become null.
    """
    text = json.dumps(_finite(document), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A lone surrogate has no UTF-8 form; JSON can write it as \udc80.
    return text.replace("<", "\\u003c").encode("utf-8", "backslashreplace")


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not isfinite(value) else value
