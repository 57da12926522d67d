"""The fast engine: runs a plan step by step and lets go of every blob as soon as nobody needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter

import numpy as np

from prototxt.engine.checks import check_changed
from prototxt.graph.wiring import BlobId
from prototxt.layers.base import Array
from prototxt.plan.plan import Plan
from prototxt.watch import Watcher


@np.errstate(all="ignore")  # what overflows is infinite or NaN, as in Caffe; a watcher can look for it
def run(
    plan: Plan,
    feeds: Mapping[BlobId, Array],
    params: Sequence[Sequence[Array]],
    watchers: Sequence[Watcher] = (),
) -> dict[BlobId, Array]:
    """The kept blobs after one forward; `feeds` holds every input, `params` every node's arrays by node index."""
    blobs = dict(feeds)
    for step, dead in zip(plan.steps, plan.dead, strict=True):
        start = perf_counter()
        bottom = [blobs[b] for b in step.bottoms]
        check_changed(plan.graph, step.nodes[0], bottom)
        made = step.run(bottom, params)
        tops = dict(zip(step.tops, made, strict=True))
        seconds = perf_counter() - start
        for watcher in watchers:
            watcher.step_done(step.nodes, seconds, tops)
        blobs.update(tops)
        for blob in dead:
            del blobs[blob]
    return {blob: blobs[blob] for blob in plan.graph.shapes if blob in plan.kept}
