"""The public nets of the shared corpus, and how each is opened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from prototxt.errors import PrototxtError
from prototxt.frontend.check import Verdict, check
from prototxt.frontend.load import Inputs, Options, define_net, make_graph
from prototxt.graph.graph import Graph
from prototxt.text.files import read_text
from support.golden import SHARED

CORPUS = SHARED / "corpus"


FOLDERS = sorted(path.name for path in CORPUS.iterdir() if path.is_dir()) if CORPUS.is_dir() else []


CIFAR: Inputs = {"data": (100, 3, 32, 32)}


DIGITS: Inputs = {"data": (64, 1, 28, 28)}


ROWS: Inputs = {"data": (10, 4), "label": (10,)}


IMAGES: Inputs = {"data": (1, 3, 224, 224)}


DETECTED: Inputs = {"data": (2, 3, 300, 300), "label": (1, 1, 9, 8)}


SEGMENTED: Inputs = {"data": (1, 3, 360, 480), "label": (1, 1, 360, 480)}


BOXES: Inputs = {"data": (1, 3, 600, 800), "im_info": (1, 3), "gt_boxes": (7, 5)}


DATA: dict[str, Inputs] = {
    "bvlc/examples/cifar10/": CIFAR,
    "bvlc/examples/mnist/": DIGITS,
    "bvlc/examples/siamese/": {"pair_data": (64, 2, 28, 28), "sim": (64,)},
    "bvlc/examples/hdf5_classification/": ROWS,
    "fcn/nyud-fcn32s-color-d": {
        "color": (1, 3, 480, 640),
        "depth": (1, 1, 480, 640),
        "label": (1, 1, 480, 640),
    },
    "fcn/nyud-fcn32s-color-hha": {
        "color": (1, 3, 480, 640),
        "hha": (1, 3, 480, 640),
        "label": (1, 1, 480, 640),
    },
    "fcn/nyud-fcn32s-color_": {"data": (1, 3, 480, 640), "label": (1, 1, 480, 640)},
    "fcn/siftflow": {"data": (1, 3, 256, 256), "sem": (1, 1, 256, 256), "geo": (1, 1, 256, 256)},
    "fcn/": SEGMENTED,
    "mobilenetssd/": DETECTED,
    "netscope/": IMAGES,
    "pspnet/examples_cifar10": CIFAR,
    "pspnet/examples_hdf5": ROWS,
    "pspnet/examples_mnist": DIGITS,
    "pspnet/examples_siamese": {"pair_data": (64, 2, 28, 28), "sim": (64,)},
    "pyfaster/": BOXES,
    "segnet/": SEGMENTED,
    "enet/": SEGMENTED,
    "soeaver/seg/": {"data": (1, 3, 513, 513), "label": (1, 1, 513, 513)},
    "soeaver/det/": BOXES,
}
"""Shapes for data that is not here and whose shape a net's file does not say, by the start of its name."""


STAGES = {"bvlc/examples/mnist/mnist_autoencoder.prototxt": "test-on-test"}


def name_of(path: Path) -> str:
    return path.relative_to(CORPUS).as_posix()


def given_for(name: str) -> Inputs:
    """The longest start of a name decides."""
    starts = [start for start in DATA if name.startswith(start)]
    return DATA[max(starts, key=len)] if starts else {}


def opened(path: Path) -> Graph:
    """In the phase that makes a net of it, with input shapes where there is no other way."""
    return opened_with(path)[0]


def opened_with(path: Path) -> tuple[Graph, Options]:
    """A file's graph and the options it opened with: as it is, or with ever fewer of the input shapes of DATA."""
    definition = define_net(read_text(path), str(path))
    name = name_of(path)
    stages = (STAGES[name],) if name in STAGES else ()
    given = given_for(name)
    error: PrototxtError | None = None
    for names in [[], *(list(given)[:n] for n in range(len(given), 0, -1))]:  # not every net reads labels
        for phase in ("TEST", "TRAIN"):
            options = Options(phase=phase, stages=stages, inputs={name: given[name] for name in names})
            try:
                return make_graph(definition, options), options
            except PrototxtError as this:
                error = this
    assert error is not None
    raise error


OPENS, WITH_INPUTS = "opens", "opens with inputs"


def verdict(path: Path) -> str:
    """A file's kind: "opens", "opens with inputs", "solver", "layers missing: A, B (2)", "shape needed", "fails"."""
    try:
        return WITH_INPUTS if opened_with(path)[1].inputs else OPENS
    except PrototxtError:
        checked = check(str(path), Options(inputs=given_for(name_of(path))))
        return (
            f"layers missing: {checked.why}" if checked.verdict is Verdict.MISSING else checked.verdict.value
        )


VERDICTS = Path(__file__).parents[1] / "public" / "verdicts.tsv"
"""File and verdict, a line for every file of the corpus; tests/public/test_files.py holds it and writes it again."""


@cache
def verdicts() -> dict[str, str]:
    """The table, by the file's name."""
    rows = (line.partition("\t") for line in VERDICTS.read_text().splitlines())
    return {name: kind for name, _, kind in rows}


def files(folder: str) -> list[Path]:
    """The prototxt files of a folder of the corpus."""
    return sorted((CORPUS / folder).rglob("*.prototxt"))


def nets(folder: str = "", *kinds: str) -> list[Path]:
    """The files of a folder that open, as they are or with inputs unless `kinds` says which."""
    return [
        path for path in files(folder) if verdicts().get(name_of(path)) in (kinds or (OPENS, WITH_INPUTS))
    ]


MAX_QUICK_FILES = 3
"""Files of a folder in the quick path; all of them are the full run's."""


def sweep(folders: Sequence[str] = FOLDERS) -> list[Any]:
    """Parameters `folder, step`: a few files of every folder, evenly drawn, and all files as a slow test."""
    steps = {folder: -(-len(files(folder)) // MAX_QUICK_FILES) for folder in folders}
    few = [pytest.param(folder, step, id=folder) for folder, step in steps.items()]
    every = [
        pytest.param(folder, 1, id=f"{folder}-all", marks=pytest.mark.slow)
        for folder, step in steps.items()
        if step > 1
    ]
    return few + every
