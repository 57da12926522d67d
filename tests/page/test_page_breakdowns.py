"""The page's own ledgers, run by Node, against the engine: every kind of layer, at several places of every blob."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from prototxt.blobs import Array, Shape
from prototxt.errors import PrototxtError
from prototxt.graph.graph import Node
from prototxt.net import Net
from prototxt.page import document as documents
from prototxt.page.values import Key, learned, run
from prototxt.page.write import Content, Limits, write_page
from support.golden import CASE_LIST, ROOT, Case, part
from support.report_pages import PAGE

WEB = ROOT / "web"
NODE = shutil.which("node")

pytestmark = [pytest.mark.sweep, pytest.mark.skipif(NODE is None, reason="node is not installed")]

RTOL = 1e-5
"""Of the value, or of its terms without signs: the page sums in single precision, in an order of its own."""

MAX_PLACES = 12

RULE_TYPES = (WEB / "src" / "types.ts").read_text().partition("export type Rule =")[2]

NO_BREAKDOWN = {"input", "unknown", "arg_max", "roi_pool", "prior_box", "loss"}
"""Kinds of which the page knows shapes alone."""


@dataclass(frozen=True)
class Query:
    """A place of a layer's top, and what the engine has there."""

    where: str
    layer: int
    which: int
    place: tuple[int, ...]
    wanted: float


def places(shape: Shape, seed: str) -> list[tuple[int, ...]]:
    """The first, the last, and others by chance, the same at every call."""
    size = int(np.prod(shape))
    chosen = np.random.default_rng(crc32(seed.encode())).integers(0, size, MAX_PLACES)
    indices = dict.fromkeys([0, size - 1, *map(int, chosen)]) if size else {}
    return [tuple(map(int, np.unravel_index(i, shape))) for i in indices]


def queries_of(net: Net, arrays: dict[Key, Array], name: str) -> Iterator[Query]:
    for node in net.graph.nodes:
        for which, top in enumerate(node.tops):
            if top in arrays and arrays[top].shape == net.graph.shapes[top]:
                yield from at_places(node, which, arrays[top], f"{name}: {node.name} ({node.type})")


def at_places(node: Node, which: int, values: Array, name: str) -> Iterator[Query]:
    for place in places(values.shape, name):
        yield Query(f"{name} {list(place)}", node.index, which, place, float(values[place]))


def write(net: Net, arrays: dict[Key, Array], file: Path) -> None:
    write_page(file, Content(net.graph, {**arrays, **learned(net)}), Limits(dtype="float32"), PAGE)


def run_page(pages: list[tuple[Path, list[Query]]]) -> list[list[Any]]:
    lines = (
        {"page": str(file), "queries": [[one.layer, one.which, one.place] for one in queries]}
        for file, queries in pages
    )
    text = "".join(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run(
        [str(NODE), "dev/breakdowns.mjs"], cwd=WEB, input=text, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(query: Query, answer: list[Any]) -> None:
    value, size = float(answer[0]), float(answer[1])
    where = f"{query.where}: the page says {value}, the engine {query.wanted}"
    assert answer[2] is True, where
    if isnan(query.wanted) or abs(query.wanted) == float("inf"):
        assert repr(value) == repr(query.wanted), where
    else:
        assert abs(value - query.wanted) <= RTOL * max(abs(query.wanted), abs(size)) + 1e-12, where


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents without explanations in words: breakdowns do not need them."""
    monkeypatch.setattr(documents, "explain_layer", lambda *_: ())


def page_of(case: Case, folder: Path) -> tuple[Path, list[Query]] | None:
    """The case's page; None where it has no image to give, or the engine refuses it."""
    stored = case.arrays()
    net = case.net(stored)
    feeds = part(stored, "input")
    try:
        arrays = run(net, feeds)
    except PrototxtError:
        return None
    file = folder / f"{str(case).replace('/', '_')}.html"
    write(net, arrays, file)
    return file, list(queries_of(net, arrays, str(case)))


@pytest.mark.usefixtures("_short")
def test_every_golden_case(tmp_path: Path) -> None:
    """The reference engine and the fast one are held against these cases elsewhere; here the page is."""
    pages = [page for case in CASE_LIST for page in [page_of(case, tmp_path)] if page]
    kinds = Counter[str]()
    for (_, asked), told in zip(pages, run_page(pages), strict=True):
        for one, said in zip(asked, told, strict=True):
            if not isinstance(said, str):  # why there is none
                compare(one, said)
                kinds[said[3]] += 1
    known = set(re.findall(r'kind: "(\w+)"', RULE_TYPES)) - {"comparison"} | {"conv", "deconv"}
    assert known - kinds.keys() == NO_BREAKDOWN
    assert sum(kinds.values()) > 5000
