"""The rows of a plan, one per step, computed once for every view."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from prototxt.blobs import Shape, count
from prototxt.graph.graph import Node
from prototxt.graph.select import PHASES
from prototxt.plan.fuse import Step
from prototxt.plan.plan import Plan
from prototxt.plan.regions import alias_bottoms
from prototxt.util.json import JsonObject

__all__ = ["PlanReport", "PlanRow", "make_plan_report", "plan_dict"]

FLOAT_BYTES = 4

FORWARD = "forward"
"""The kernel of a step that runs the layer's own forward."""

IN_PLACE = "in place"
"""The kernel of a step with nothing to do: its tops already are in the right memory."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One step; all numbers are for the whole batch.

    The first `folded` layers after the first are folded into its weights. `bytes` are those of the tops, `flop` is
    twice the multiply-adds of the layers' formulas, whatever the kernel computes; `moved_bytes` are bottoms, tops
    and parameters together.
    """

    number: int
    wave: int
    layers: tuple[str, ...]
    types: tuple[str, ...]
    brief: str
    kernel: str
    folded: int
    bottoms: tuple[Shape, ...]
    tops: tuple[Shape, ...]
    bytes: int
    flop: int
    moved_bytes: int
    workspace_bytes: int


@dataclass(frozen=True)
class PlanReport:
    """A plan in rows, with its totals.

    `layers` counts the layers except the inputs: `fused` of them run on another layer's tiles, `folded` are part of
    another layer's weights. `shared` counts the blobs in another blob's memory, `joined` those in a Concat's.
    `peak_bytes` is the memory of blobs and workspaces, `session_bytes` adds that of every worker; `packed_bytes` is
    the size of weights packed for kernels.
    """

    name: str
    phase: str
    images: int
    threads: int
    rows: tuple[PlanRow, ...]
    waves: int
    layers: int
    fused: int
    folded: int
    shared: int
    joined: int
    peak_bytes: int
    session_bytes: int
    packed_bytes: int

    @property
    def flop(self) -> int:
        return sum(row.flop for row in self.rows)

    @property
    def bytes(self) -> int:
        return sum(row.bytes for row in self.rows)


def make_plan_report(plan: Plan, threads: int, session_bytes: int, packed_bytes: int) -> PlanReport:
    """The report of a plan; the sizes of session and packed weights come from the session."""
    graph = plan.graph
    numbered = [(wave, step) for wave, steps in enumerate(plan.waves, start=1) for step in steps]
    rows = tuple(_row(plan, number, wave, step) for number, (wave, step) in enumerate(numbered, start=1))
    joins = {step.tops[0] for step in plan.steps if _joins_bottoms(plan, step)}
    folded = sum(row.folded for row in rows)
    layers = sum(len(row.layers) for row in rows)
    return PlanReport(
        graph.name, PHASES[graph.phase], graph.images, threads, rows, len(plan.waves), layers,
        layers - len(rows) - folded, folded, len(plan.aliases),
        sum(alias.of in joins for alias in plan.aliases.values()),
        plan.peak_bytes, session_bytes, packed_bytes,
    )  # fmt: skip


def _joins_bottoms(plan: Plan, step: Step) -> bool:
    """Whether the bottoms of a step can be parts of its top, as those of a Concat."""
    shapes = [plan.graph.shapes[blob] for blob in step.bottoms]
    return alias_bottoms(step.nodes[0].layer, shapes) is not None


def _row(plan: Plan, number: int, wave: int, step: Step) -> PlanRow:
    graph, first = plan.graph, step.nodes[0]
    bottoms = tuple(graph.shapes[blob] for blob in step.reads)
    tops = tuple(graph.shapes[blob] for blob in step.tops)
    written = FLOAT_BYTES * sum(map(count, tops))
    free = plan.is_free(step)
    moved = written + FLOAT_BYTES * (sum(map(count, bottoms)) + sum(map(_param_count, step.nodes)))
    return PlanRow(
        number=number,
        wave=wave,
        layers=tuple(node.name for node in step.nodes),
        types=tuple(node.type for node in step.nodes),
        brief=first.layer.brief(graph.bottom_shapes(first)),
        kernel=IN_PLACE if free else step.kernel.name if step.kernel else FORWARD,
        folded=step.folded,
        bottoms=bottoms,
        tops=tops,
        bytes=written,
        flop=2 * sum(node.cost.macs for node in step.nodes),
        moved_bytes=0 if free else moved,
        workspace_bytes=FLOAT_BYTES * plan.workspace(step),
    )


def _param_count(node: Node) -> int:
    return sum(count(param.shape) for param in node.params)


def plan_dict(report: PlanReport) -> JsonObject:
    """The report in plain types, ready for JSON, where the packed weights are `prepared_bytes`."""
    fields = asdict(report)
    steps, packed_bytes = fields.pop("rows"), fields.pop("packed_bytes")
    return {**fields, "prepared_bytes": packed_bytes, "flop": report.flop, "steps": steps}
