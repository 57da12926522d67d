"""The reference engine: every room's own forward in file order, nothing fused; the truth for the fast one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from time import perf_counter

import numpy as np

from prototxt.blobs import Array
from prototxt.engine.checks import check_changed
from prototxt.engine.watch import Watcher
from prototxt.graph.graph import BlobId, Graph, located_at
from prototxt.plan.memory import deaths


@np.errstate(all="ignore")  # what overflows is infinite or NaN, as in Caffe; a watcher can look for it
def run(
    graph: Graph,
    kept: Collection[BlobId],
    feeds: Mapping[BlobId, Array],
    params: Sequence[Sequence[Array]],
    watchers: Sequence[Watcher] = (),
) -> dict[BlobId, Array]:
    """The kept blobs after one forward; arguments as for the fast engine, with a graph in place of a plan."""
    blobs = dict(feeds)
    nodes = [node for node in graph.nodes if not node.layer.is_input]
    for node, dead in zip(nodes, deaths([(n.bottoms, n.tops) for n in nodes], kept), strict=True):
        start = perf_counter()
        bottom = [blobs[b] for b in node.bottoms]
        check_changed(graph, node, bottom)
        with located_at(node):
            made = node.layer.forward(bottom, params[node.index])
        tops = dict(zip(node.tops, made, strict=True))
        seconds = perf_counter() - start
        for watcher in watchers:
            watcher.step_done((node,), seconds, tops)
        blobs.update(tops)
        for blob in dead:
            del blobs[blob]
    return {blob: blobs[blob] for blob in graph.shapes if blob in kept}
