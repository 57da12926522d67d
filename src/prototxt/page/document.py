"""All that a page says of a net, in plain types: web/src/types.ts is its other side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import PurePath
from typing import Any

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

VERSION = 1
"""Of the contract with the page."""


def make_document(graph: Graph, notes: Sequence[str] = (), picture: Picture | None = None) -> dict[str, Any]:
    """The document of a net, without values; `notes` are what the person should know besides the graph's own."""
    rows = make_report(graph).rows
    told = [without_folders(note, [graph.file]) for note in (*graph.notes, *notes)]
    image = {} if picture is None else {"image": picture.as_dict()}
    return {
        "version": VERSION,
        "kind": "net",
        "net": {
            "name": graph.name, "file": PurePath(graph.file).name, "phase": PHASES[graph.phase], "images": graph.images,
        },
        "layers": [_layer(graph, node, row) for node, row in zip(graph.nodes, rows, strict=True)],
        "blobs": _all_blobs(graph, {}),
        "inputs": [str(BlobId(name)) for name in graph.inputs],
        "outputs": [str(last) for last in _last(graph)],
        "notes": told,
        **image,
    }  # fmt: skip


def without_folders(text: str, files: Iterable[str]) -> str:
    """A text without the folders of these files: a page is sent to people who have no such folders."""
    folders = {f"{printable(str(folder))}/" for folder in map(_folder, files) if folder.name}
    for folder in sorted(folders, key=len, reverse=True):
        text = text.replace(folder, "")
    return text


def _folder(file: str) -> PurePath:
    return PurePath(file).parent


def place_text(place: Place) -> str:
    """The file's name and the line."""
    name = printable(PurePath(place.file).name)
    return f"{name}:{place.line}" if place.line else name


def with_values(
    document: Mapping[str, Any], graph: Graph, stored: Mapping[Key, Stored], notes: Sequence[str]
) -> dict[str, Any]:
    """The same document with the arrays that stand beside it, and what is to be known of those."""
    layers = [
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
    """Every version of every blob, in the order in which they are made; those without a shape too."""
    touched = (blob for node in graph.nodes for blob in (*node.bottoms, *node.tops))
    return list(dict.fromkeys(touched))


def _last(graph: Graph) -> list[BlobId]:
    """The outputs as the net leaves them."""
    made: dict[str, BlobId] = {}
    for blob in _blobs(graph):
        made[blob.name] = max(blob, made.get(blob.name, blob))
    return [made[name] for name in graph.outputs]


def _all_blobs(graph: Graph, stored: Mapping[Key, Stored]) -> dict[str, Any]:
    return {str(blob): _blob(graph, blob, stored) for blob in _blobs(graph)}


def _blob(graph: Graph, blob: BlobId, stored: Mapping[Key, Stored]) -> dict[str, Any]:
    shape = graph.shapes.get(blob)
    dims = None if shape is None else list(shape)
    return {"name": blob.name, "version": blob.version, "shape": dims, **_data(blob, stored)}


def _data(key: Key, stored: Mapping[Key, Stored]) -> dict[str, Any]:
    return {"data": stored[key].reference()} if key in stored else {}


def _layer(graph: Graph, node: Node, row: Row) -> dict[str, Any]:
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


def _params(graph: Graph, node: Node, stored: Mapping[Key, Stored]) -> list[dict[str, Any]]:
    return [_param(graph, node, param, stored) for param in node.params]


def _param(graph: Graph, node: Node, param: ParamRef, stored: Mapping[Key, Stored]) -> dict[str, Any]:
    owner = {} if param.owner == node.index else {"owner": graph.nodes[param.owner].name}
    data = _data(Slot(param.owner, param.slot), stored)
    return {"shape": list(param.shape), "statistic": param.statistic, **owner, **data}


def to_json(document: Mapping[str, Any]) -> bytes:
    """A document as JSON that may stand in a script element, whatever the names in it are.

    An element's text ends at `</script`, and `<!--` changes how it is read: no "<" is left. Numbers that are not
    finite, which JSON does not have, are null.
    """
    text = json.dumps(_finite(document), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Half a surrogate pair has no UTF-8; \udc80 is what JSON calls it.
    return text.replace("<", "\\u003c").encode("utf-8", "backslashreplace")


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not isfinite(value) else value
