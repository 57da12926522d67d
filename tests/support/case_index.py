"""The checks of each golden case, from a table, so that collecting the tests builds no nets.

`tests/cases/index.tsv` has a row for every case. A law holds it against the cases themselves, and
`PROTOTXT_REWRITE=1 pytest tests/laws/test_case_index.py` writes it again.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from prototxt.blobs import Shape
from prototxt.graph.graph import Graph
from prototxt.layers.base import Layer
from prototxt.net import Net
from prototxt.plan.choose_kernel import ListKernels, candidates
from prototxt.plan.kernel import Kernel, numpy_kernels
from prototxt.plan.plan import Plan, make_plan, resolve_keep
from support.breakdowns import with_breakdown
from support.calls import computing, runnable_keras, runnable_pytorch
from support.golden import CASE_LIST, CASES, Case, part

INDEX = CASES / "index.tsv"
SEPARATOR = " "
HAS_NUMBA = find_spec("numba") is not None


@dataclass(frozen=True)
class Facts:
    """Of a case: images among its inputs, losses, learned arrays, layers with a breakdown, with calls of programs; its
    kernels."""

    images: int
    losses: int
    params: int
    breakdowns: int
    pytorch: int
    keras: int
    kernels: tuple[str, ...]
    compiled: tuple[str, ...]


COUNTS = ("images", "losses", "params", "breakdowns", "pytorch", "keras")
COLUMNS = ("case", *Facts.__dataclass_fields__)


@cache
def case_index() -> Mapping[str, Facts]:
    """The table, by the case's name."""
    with INDEX.open(newline="") as file:
        return {row["case"]: _facts(row) for row in csv.DictReader(file, delimiter="\t")}


def _facts(row: Mapping[str, str]) -> Facts:
    kernels, compiled = (tuple(filter(None, row[name].split(SEPARATOR))) for name in ("kernels", "compiled"))
    counts = {name: int(row.get(name) or 0) for name in COUNTS}
    return Facts(**counts, kernels=kernels, compiled=compiled)


def facts(case: Case) -> Facts:
    """A case's row of the table; a case without one has nothing to check until the table is written again."""
    return case_index().get(str(case), Facts(0, 0, 0, 0, 0, 0, (), ()))


def cases_with(kind: str) -> list[Case]:
    """The cases with some images, losses, learned arrays, breakdowns, kernels or compiled kernels."""
    return [case for case in CASE_LIST if getattr(facts(case), kind)]


def kernel_pairs() -> Iterator[tuple[Case, str]]:
    """Every case with every NumPy kernel that applies to one of its layers."""
    return ((case, kernel) for case in CASE_LIST for kernel in facts(case).kernels)


def compiled_pairs() -> Iterator[tuple[Case, str]]:
    """Every case with every compiled kernel that applies to one of its layers; none where numba is missing."""
    return ((case, kernel) for case in CASE_LIST if HAS_NUMBA for kernel in facts(case).compiled)


def four_axes(case: Case) -> list[tuple[int, ...]]:
    """Shapes of images; a blob of one image with one channel only lends its size, or is a matrix."""
    shapes = [x.shape for x in part(case.arrays(), "input").values()]
    return [shape for shape in shapes if len(shape) == 4 and shape[:2] != (1, 1)]


def by_kernel(name: str, kernels: ListKernels) -> Callable[[Layer, list[Shape]], Kernel | None]:
    """A choice that takes the kernel of this name wherever it applies."""

    def choose_it(layer: Layer, bottom: list[Shape]) -> Kernel | None:
        able = candidates(layer, bottom, kernels)
        return next((kernel for kernel in able if kernel.name == name), next(iter(able), None))

    return choose_it


def plans_with(graph: Graph, kernel: str, kernels: ListKernels) -> list[Plan]:
    """The plans of a graph, keeping all blobs or the outputs only, with a step that this kernel runs."""
    plans = [
        make_plan(graph, resolve_keep(graph, keep), by_kernel(kernel, kernels)) for keep in ("all", "outputs")
    ]
    return [plan for plan in plans if any(step.kernel and step.kernel.name == kernel for step in plan.steps)]


def kernels_of(graph: Graph, kernels: ListKernels = numpy_kernels) -> set[str]:
    """The names of these kernels that run some step of a plan of a graph."""
    able = {
        kernel.name
        for node in graph.nodes
        for kernel in candidates(node.layer, graph.bottom_shapes(node), kernels)
    }
    return {name for name in able if plans_with(graph, name, kernels)}


def computed_facts(case: Case) -> Facts:
    """A case's row as its net says it; compiled kernels as they stand in the table where numba is missing."""
    stored = case.arrays()
    net = case.net(stored)
    kernels = kernels_of(net.graph)
    compiled = _compiled(net) - kernels if HAS_NUMBA else set(facts(case).compiled)
    return Facts(
        len(four_axes(case)),
        len(net.graph.losses),
        len(part(stored, "param")),
        len(with_breakdown(net.graph)),
        sum(runnable_pytorch(look) is not None for look in computing(net.graph)),
        sum(runnable_keras(look) is not None for look in computing(net.graph)),
        tuple(sorted(kernels)),
        tuple(sorted(compiled)),
    )


def _compiled(net: Net) -> set[str]:
    from prototxt.plan.compiled import numba_kernels

    return kernels_of(net.graph, numba_kernels)


def write_index(rows: Iterable[tuple[str, Facts]]) -> None:
    """Write the table, a row for every case."""
    with INDEX.open("w", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        for case, row in rows:
            names = (SEPARATOR.join(row.kernels), SEPARATOR.join(row.compiled))
            writer.writerow((case, *(getattr(row, name) for name in COUNTS), *names))
