"""All that a page says of two nets side by side, in plain types: `Comparison` in web/src/types.ts is its other side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import PurePath
from typing import Any

from prototxt.explain.sections.layer import explain_layer
from prototxt.explain.sections.macs import biases
from prototxt.explain.sections.section import Section
from prototxt.explain.surgery.compare import Key, Pair, Side
from prototxt.explain.surgery.diff import Diff
from prototxt.explain.surgery.fields import side_by_side
from prototxt.graph.graph import BlobId, Graph
from prototxt.graph.select import PHASES
from prototxt.page.document import VERSION, place_text, to_json, without_folders
from prototxt.page.write import write_document

WIRING = frozenset({"bottom", "top"})


@dataclass
class Said:
    """What is said of layers, each thing once: most of it is the same in both nets."""

    sections: list[dict[str, Any]] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)

    def place(self, section: Section) -> int:
        """Where a section stands in the list."""
        lines = [{"label": line.label, "text": line.text, "note": line.note} for line in section.lines]
        told = {"key": section.key, "title": section.title, "lines": lines, "picture": section.picture}
        text = json.dumps(told)
        if text not in self.places:
            self.places[text] = len(self.sections)
            self.sections.append(told)
        return self.places[text]


def make_comparison(found: Diff) -> dict[str, Any]:
    """The document of two nets."""
    said = Said()
    files = apart(found.before.file, found.after.file)
    pairs = [_pair(found, pair, said) for pair in found.comparison.pairs]
    return {
        "version": VERSION,
        "kind": "comparison",
        "same": not found.changed,
        "before": _net(found.before, files[0]),
        "after": _net(found.after, files[1]),
        "pairs": pairs,
        "said": said.sections,
        "weights": list(_weights(found)),
    }


def write_comparison(path: str | PathLike[str], document: Mapping[str, Any], page: bytes) -> int:
    """The page of two nets as one file, whole or not at all; its size."""
    return write_document(path, page, to_json(document), {})


def apart(before: str, after: str) -> tuple[str, str]:
    """Two files' names, with as many of their folders as tell them apart: a page is sent to others."""
    first, second = PurePath(before).parts, PurePath(after).parts
    most = max(len(first), len(second))
    length = next((n for n in range(1, most + 1) if first[-n:] != second[-n:]), 1)
    return str(PurePath(*first[-length:])), str(PurePath(*second[-length:]))


def _net(graph: Graph, file: str) -> dict[str, Any]:
    entries = [top for node in graph.nodes if not (node.bottoms or node.params) for top in node.tops]
    return {
        "name": graph.name,
        "file": file,
        "phase": PHASES[graph.phase],
        "images": graph.images,
        "inputs": [{"name": blob.name, "shape": _shape(graph, blob)} for blob in entries],
        "notes": [without_folders(note, [graph.file]) for note in graph.notes],
    }


def _pair(found: Diff, pair: Pair, said: Said) -> dict[str, Any]:
    settings = _settings(found, pair.key)
    return {
        "name": pair.name,
        "copy": pair.key[1],
        "differs": list(_differs(pair, settings)),
        "before": _layer(found.before, pair.before, said),
        "after": _layer(found.after, pair.after, said),
        "settings": settings,
    }


def _settings(found: Diff, key: Key) -> list[dict[str, str]]:
    """Every field that the layer has in one of the nets, but its name; "" where it has no value in the other."""
    old, new = (messages.get(key) for messages in found.messages)
    some = old if old is not None else new
    assert some is not None
    empty = type(some)()
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


def _differs(pair: Pair, settings: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """In what a layer of both nets is not the same; what follows from the layers before it stands last."""
    old, new = pair.before, pair.after
    if old is None or new is None:
        return
    if old.type != new.type:
        yield "type"
    moved = {each["field"] for each in settings if each["before"] != each["after"]} - {"type"}
    if moved - WIRING:
        yield "settings"
    if moved & WIRING:
        yield "wiring"
    if (old.shapes, old.brief) != (new.shapes, new.brief):
        yield "shape"
    if (old.arrays, old.work.params, old.work.statistics) != (
        new.arrays,
        new.work.params,
        new.work.statistics,
    ):
        yield "parameters"
    if old.work.macs != new.work.macs:
        yield "cost"
    if old.work.bytes != new.work.bytes and old.shapes == new.shapes:
        yield "memory"


def _layer(graph: Graph, side: Side | None, said: Said) -> dict[str, Any] | None:
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
        "sections": [said.place(section) for section in explain_layer(graph, node)],
    }


def _blob(graph: Graph, blob: BlobId) -> dict[str, Any]:
    return {"id": str(blob), "name": blob.name, "shape": _shape(graph, blob)}


def _shape(graph: Graph, blob: BlobId) -> list[int] | None:
    shape = graph.shapes.get(blob)
    return None if shape is None else list(shape)


def _weights(found: Diff) -> Iterator[dict[str, str]]:
    """What becomes of each layer's weights when the first net's are given to the second."""
    told = set()
    for fate in found.fates:
        told.add(fate.layer)
        yield {
            "layer": fate.layer,
            "fate": "loads" if fate.loads else "refused" if fate.refused else "unused",
            "why": fate.why,
        }
    for name in found.bare:
        if name not in told:
            yield {"layer": name, "fate": "missing", "why": ""}
