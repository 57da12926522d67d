"""The document of a page that compares two nets, in plain types; `Comparison` in web/src/types.ts declares it too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import PurePath

from prototxt.explain.sections.cost import biases
from prototxt.explain.sections.layer import explain_layer
from prototxt.explain.sections.section import Section
from prototxt.explain.surgery.compare import Key, Pair, Side
from prototxt.explain.surgery.diff import Diff, WeightMatch
from prototxt.explain.surgery.fields import side_by_side
from prototxt.graph.graph import BlobId, Graph
from prototxt.graph.select import PHASES
from prototxt.page.document import VERSION, JsonObject, place_text, to_json, without_folders
from prototxt.page.write import write_document
from prototxt.schema.caffe_pb2 import LayerParameter

__all__ = ["distinguishing_names", "make_comparison", "write_comparison"]

WIRING = frozenset({"bottom", "top"})
"""The fields that connect a layer to others."""


@dataclass
class SectionPool:
    """The sections of all layers, each stored once: most of them are the same in both nets."""

    sections: list[JsonObject] = field(default_factory=list)
    indices: dict[str, int] = field(default_factory=dict)

    def index(self, section: Section) -> int:
        """The index of a section in the pool, which it joins if it is new."""
        lines = [{"label": line.label, "text": line.text, "note": line.note} for line in section.lines]
        entry: JsonObject = {
            "key": section.key, "title": section.title, "lines": lines, "picture": section.picture,
        }  # fmt: skip
        text = json.dumps(entry)
        if text not in self.indices:
            self.indices[text] = len(self.sections)
            self.sections.append(entry)
        return self.indices[text]


def make_comparison(difference: Diff) -> JsonObject:
    """The document of two nets."""
    pool = SectionPool()
    before, after = distinguishing_names(difference.before.file, difference.after.file)
    pairs = [_pair(difference, pair, pool) for pair in difference.comparison.pairs]
    return {
        "version": VERSION,
        "kind": "comparison",
        "same": not difference.changed,
        "before": _net(difference.before, before),
        "after": _net(difference.after, after),
        "pairs": pairs,
        "said": pool.sections,
        "weights": list(_weights(difference)),
    }


def write_comparison(path: str | PathLike[str], document: JsonObject, page: bytes) -> int:
    """Write the page of two nets as one file, atomically; returns its size in bytes.

    Raises PrototxtError where the file cannot be written.
    """
    return write_document(path, page, to_json(document), {})


def distinguishing_names(before: str, after: str) -> tuple[str, str]:
    """The names of two files, each with as few folders as distinguish them: a page is sent to others."""
    first, second = PurePath(before).parts, PurePath(after).parts
    longest = max(len(first), len(second))
    length = next((n for n in range(1, longest + 1) if first[-n:] != second[-n:]), 1)
    return str(PurePath(*first[-length:])), str(PurePath(*second[-length:]))


def _net(graph: Graph, file: str) -> JsonObject:
    entries = [top for node in graph.nodes if not (node.bottoms or node.params) for top in node.tops]
    return {
        "name": graph.name,
        "file": file,
        "phase": PHASES[graph.phase],
        "images": graph.images,
        "inputs": [{"name": blob.name, "shape": _shape(graph, blob)} for blob in entries],
        "notes": [without_folders(note, [graph.file]) for note in graph.notes],
    }


def _pair(difference: Diff, pair: Pair, pool: SectionPool) -> JsonObject:
    settings = _settings(difference, pair.key)
    return {
        "name": pair.name,
        "copy": pair.key[1],
        "differs": list(_aspects_that_differ(pair, settings)),
        "before": _layer(difference.before, pair.before, pool),
        "after": _layer(difference.after, pair.after, pool),
        "settings": settings,
    }


def _settings(difference: Diff, key: Key) -> list[dict[str, str]]:
    """Every field that the layer has in one of the nets, except its name; "" where the other net has no such layer."""
    old, new = (messages.get(key) for messages in difference.messages)
    empty = LayerParameter()
    both = side_by_side(empty if old is None else old, empty if new is None else new)
    return [
        {
            "field": each.field,
            "before": "" if old is None else each.before,
            "after": "" if new is None else each.after,
        }
        for each in both
        if each.field != "name"
    ]


def _aspects_that_differ(pair: Pair, settings: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """The aspects in which a layer of both nets differs; effects of the layers before it come last."""
    old, new = pair.before, pair.after
    if old is None or new is None:
        return
    if old.type != new.type:
        yield "type"
    changed = {each["field"] for each in settings if each["before"] != each["after"]} - {"type"}
    if changed - WIRING:
        yield "settings"
    if changed & WIRING:
        yield "wiring"
    if (old.shapes, old.brief) != (new.shapes, new.brief):
        yield "shape"
    if _parameters(old) != _parameters(new):
        yield "parameters"
    if old.work.macs != new.work.macs:
        yield "cost"
    if old.work.bytes != new.work.bytes and old.shapes == new.shapes:
        yield "memory"


def _parameters(side: Side) -> tuple[object, ...]:
    return side.arrays, side.work.params, side.work.statistics


def _layer(graph: Graph, side: Side | None, pool: SectionPool) -> JsonObject | None:
    if side is None:
        return None
    node = graph.nodes[side.index]
    return {
        "index": side.index,
        "type": node.type,
        "brief": side.brief,
        "bottoms": [_blob(graph, blob) for blob in node.bottoms],
        "tops": [_blob(graph, blob) for blob in node.tops],
        "params": [list(shape) for shape in side.arrays],
        "paramCount": side.work.params,
        "statistics": side.work.statistics,
        "macs": side.work.macs,
        "biases": biases(graph, node),
        "bytes": side.work.bytes,
        "place": place_text(node.place),
        "sections": [pool.index(section) for section in explain_layer(graph, node)],
    }


def _blob(graph: Graph, blob: BlobId) -> JsonObject:
    return {"id": str(blob), "name": blob.name, "shape": _shape(graph, blob)}


def _shape(graph: Graph, blob: BlobId) -> list[int] | None:
    shape = graph.shapes.get(blob)
    return None if shape is None else list(shape)


def _weights(difference: Diff) -> Iterator[dict[str, str]]:
    """For each layer with weights, whether those of the first net load into the second."""
    for match in difference.weight_matches:
        yield {"layer": match.layer, "fate": _fate(match), "why": match.why}
    listed = {match.layer for match in difference.weight_matches}
    for name in difference.without_weights:
        if name not in listed:
            yield {"layer": name, "fate": "missing", "why": ""}


def _fate(match: WeightMatch) -> str:
    if match.loads:
        return "loads"
    return "refused" if match.refused else "unused"
