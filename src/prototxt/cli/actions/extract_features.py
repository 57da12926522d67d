"""prototxt-extract-features at work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import click

from prototxt.batch.features.write import open_features
from prototxt.blobs import Array, format_shape
from prototxt.cli.actions.requests import DATABASES, ExtractRequest
from prototxt.cli.nets import new_warnings, read_net
from prototxt.cli.printing import print_line, print_warnings
from prototxt.cli.progress import progress_bar
from prototxt.cli.weights import missing_weights
from prototxt.data.dataset import whole
from prototxt.data.datum import float_datum
from prototxt.data.reader import create_database
from prototxt.errors import InputError, Place, did_you_mean, printable
from prototxt.frontend.net_options import NetOptions
from prototxt.net import Net
from prototxt.util.files import exists

Append = Callable[[Array], None]
"""Appends rows of one blob to its dataset."""

SUFFIXES = {"hdf5": (".h5", ".hdf5"), "npz": (".npz",)}
"""Suffixes of the files of each kind; the first is appended to a name that has none."""

MAX_AXES = 4
"""Axes of a blob that a Datum can hold, the first included."""


def execute(request: ExtractRequest) -> None:
    """Run the net on its own data, and write the rows of every blob to its dataset."""
    blobs, kind = request.blobs, request.kind
    if len(blobs) != len(request.datasets):
        raise click.UsageError(
            "the number of blob names and dataset names must be equal: "
            f"{len(blobs)} and {len(request.datasets)}"
        )
    datasets = tuple(_path(dataset, kind) for dataset in request.datasets)
    _check_new(datasets)
    if request.mode == "GPU":
        device = " ".join(filter(None, (request.mode, request.device)))
        print_warnings([f"{device}: nets run on the CPU here"])
    definition = read_net(request.model)
    options = NetOptions(
        allow_python_layers=request.allow_python_layers, reshape_weights=request.reshape_weights
    )
    net = Net(definition, options, request.weights)
    for blob in blobs:
        _check_blob(net, blob)
    print_warnings([*_input_warnings(net), *new_warnings(net.graph, definition), *missing_weights(net)])
    counts = _extract(net, dict(zip(blobs, datasets, strict=True)), request.batches, kind)
    for blob, dataset in zip(blobs, datasets, strict=True):
        print_line(f"{dataset}: {counts[blob]:,} rows of {blob}, {kind}")


def _path(dataset: str, kind: str) -> str:
    suffixes = SUFFIXES.get(kind, ("",))
    return dataset if dataset.lower().endswith(suffixes) else dataset + suffixes[0]


def _check_new(datasets: Sequence[str]) -> None:
    taken = set[str]()
    for dataset in datasets:
        if exists(dataset):
            what, hint = "there is something at this path already", "move or delete it first"
            raise InputError(what, place=Place(dataset), hint=hint)
        path = os.path.normcase(os.path.realpath(dataset))
        if path in taken:
            raise InputError("two blobs would be written to this path", place=Place(dataset))
        taken.add(path)


def _check_blob(net: Net, blob: str) -> None:
    shapes = {name: net.blobs[name].shape for name in net.blobs}
    if blob not in shapes:
        what = f"Unknown feature blob name {printable(blob)} in the network {net.graph.file}"
        raise InputError(what, hint=did_you_mean(blob, shapes))
    if not 1 <= len(shapes[blob]) <= MAX_AXES:
        what = (
            f'blob "{printable(blob)}" is {format_shape(shapes[blob])}: a Datum has up to three '
            "axes after the first"
        )
        raise InputError(what, place=Place(net.graph.file))


def _input_warnings(net: Net) -> list[str]:
    """A warning where inputs stay zeros; raises InputError for a net that reads no data at all."""
    inputs = [top.name for node in net.layers if node.layer.is_input for top in node.tops]
    what = f"nothing gives values to the inputs {', '.join(map(printable, inputs))}"
    if inputs and not any(not node.bottoms and not node.layer.is_input for node in net.layers):
        hint = "give it a layer that reads data, such as ImageData; for images prototxt-run has --save and --blob"
        raise InputError(what, place=Place(net.graph.file), hint=hint)
    return [f"{net.graph.file}: {what}: they are zeros"] if inputs else []


def _extract(net: Net, datasets: dict[str, str], batches: int, kind: str) -> dict[str, int]:
    """Run this many batches; the number of rows of every blob."""
    counts = dict.fromkeys(datasets, 0)
    with ExitStack() as stack, progress_bar("batches", batches) as advance:
        append = {blob: stack.enter_context(_open(kind, path, blob)) for blob, path in datasets.items()}
        for _ in range(batches):
            net.forward(keep=list(datasets))
            for blob in datasets:
                rows = net.blobs[blob].data
                append[blob](rows)
                counts[blob] += len(rows)
            advance(1)
    return counts


@contextmanager
def _open(kind: str, dataset: str, blob: str) -> Iterator[Append]:
    keys = _Keys()
    if kind in DATABASES:
        with whole(dataset) as path, create_database(str(path), DATABASES[kind]) as writer:

            def append(rows: Array) -> None:
                for key, row in zip(keys.next(len(rows)), rows, strict=True):
                    writer.put(key.encode(), float_datum(row))

            yield append
    else:
        with open_features(dataset) as features:
            yield lambda rows: features.append(keys.next(len(rows)), {blob: rows})


class _Keys:
    """Keys of rows: their number in ten digits."""

    def __init__(self) -> None:
        self._count = 0

    def next(self, rows: int) -> Sequence[str]:
        start, self._count = self._count, self._count + rows
        return [f"{i:010d}" for i in range(start, self._count)]
