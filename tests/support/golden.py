"""The golden cases: small nets with the truth a reference Caffe computed, and the shared folder where there is one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.frontend.load import Options, define_net, make_graph
from prototxt.frontend.net_options import NetOptions
from prototxt.graph.graph import Graph
from prototxt.net import Net
from prototxt.text.definition import Definition
from prototxt.text.files import read_text

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"
"""A folder per dialect: `caffe` by Caffe 1.0, the others by the forks' own code; cases named loop_... come from plain
loops that follow a fork's source, value by value. In each, refused.tsv lists the nets
that the reference refuses, with its reason."""
DIALECTS = sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())
DATA_CASES = ROOT / "tests" / "data" / "cases"
"""Folders with a data layer's net, what it reads, and the four batches that the reference read."""

SHARED = Path(os.environ.get("PROTOTXT_SHARED", ROOT.parent / "shared"))

needs_shared = pytest.mark.skipif(
    not (SHARED / "golden" / "nets.jsonl").is_file(),
    reason="public nets and trained models are not here (PROTOTXT_SHARED names their folder)",
)


@dataclass(frozen=True)
class Case:
    """A golden case: its text, and the arrays by key (`input/x`, `param/conv/0`, `output/y`)."""

    path: Path

    def __str__(self) -> str:
        return self._name

    @cached_property
    def _name(self) -> str:
        """Asked for by every test of the case, for its id."""
        return str(self.path.relative_to(CASES).with_suffix("")).removeprefix("caffe/")

    @property
    def dialect(self) -> str:
        """Whose fork computed it; nothing for Caffe itself."""
        name = self.path.relative_to(CASES).parts[0]
        return "" if name == "caffe" else name

    def arrays(self) -> dict[str, Array]:
        """The arrays, which are read-only: all tests of the case share them."""
        return dict(_arrays(self))

    def graph(self) -> Graph:
        """The case's net without its parameters, made once."""
        return _graph(self)

    def net(self, stored: dict[str, Array], engine: str = "fast") -> Net:
        """The case's net with the stored parameters."""
        net = Net(
            _definition(self), NetOptions(phase=str(stored["phase"]), engine=engine, dialect=self.dialect)
        )
        for name, params in net.params.items():
            for i, param in enumerate(params):
                assert param.shape == stored[f"param/{name}/{i}"].shape
                param.data[...] = stored[f"param/{name}/{i}"]
        return net


@cache
def _arrays(case: Case) -> dict[str, Array]:
    with np.load(case.path) as file:
        arrays = dict(file)
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


@cache
def _definition(case: Case) -> Definition:
    file = case.path.with_suffix(".prototxt")
    return define_net(read_text(file), str(file))


@cache
def _graph(case: Case) -> Graph:
    return make_graph(_definition(case), Options(phase=str(_arrays(case)["phase"]), dialect=case.dialect))


def part(stored: dict[str, Array], kind: str) -> dict[str, Array]:
    """The arrays of one kind by name: `part(stored, "output")`."""
    return {
        key.removeprefix(f"{kind}/"): value for key, value in stored.items() if key.startswith(f"{kind}/")
    }


CASE_LIST = [Case(path) for path in sorted(CASES.glob("*/*/*.npz"))]


def refused_cases(folder: Path) -> list[tuple[Case, str]]:
    """The nets that the reference refuses, with its reasons."""
    lines = (folder / "refused.tsv").read_text().splitlines()
    pairs = (line.split("\t") for line in lines)
    return [(Case(folder / f"{name}.npz"), reason) for name, reason in pairs]
