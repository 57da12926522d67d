"""prototxt-extract-features: what a net makes of its own data layers, into databases; Caffe's extract_features."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

from prototxt.blobs import format_shape
from prototxt.cli.common import Command, show_notes
from prototxt.cli.options.net import file_name
from prototxt.cli.progress import progress_bar
from prototxt.cli.run.text import missing_weights
from prototxt.errors import InputError, Place, did_you_mean, printable

if TYPE_CHECKING:
    from prototxt.blobs import Array
    from prototxt.net import Net

Append = Callable[["Array"], None]

DATABASES = {"lmdb": "LMDB", "leveldb": "LEVELDB"}
FILES = {"hdf5": (".h5", ".hdf5"), "npz": (".npz",)}
"""What ends the name of a file of each kind; the first is put behind a name that has none."""

KINDS = (*DATABASES, *FILES)
MAX_AXES = 4


def names(text: str) -> tuple[str, ...]:
    """`fc6,fc7` as a tuple; click.BadParameter for an empty name, and for one that is there twice."""
    found = tuple(text.split(","))
    if not all(found) or len(set(found)) < len(found):
        raise click.BadParameter(f'"{text}" is not NAME[,NAME...], each another one')
    return found


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("weights", metavar="WEIGHTS", type=file_name)
@click.argument("model", metavar="MODEL", type=file_name)
@click.argument("blobs", metavar="BLOB[,BLOB...]", type=names)
@click.argument("datasets", metavar="DATASET[,DATASET...]", type=names)
@click.argument("batches", metavar="BATCHES", type=click.IntRange(1))
@click.argument("kind", metavar="lmdb|leveldb|hdf5|npz", type=click.Choice(KINDS))
@click.argument("mode", metavar="[CPU|GPU]", type=click.Choice(["CPU", "GPU"]), default="CPU")
@click.argument("device", metavar="[DEVICE_ID]", default="")
@click.option("--allow-python-layers", is_flag=True, help="Let layers of type Python run the net's own code.")
@click.version_option(package_name="prototxt")
def main(
    weights: str,
    model: str,
    blobs: tuple[str, ...],
    datasets: tuple[str, ...],
    batches: int,
    kind: str,
    mode: str,
    device: str,
    allow_python_layers: bool,
) -> None:
    """Run MODEL, a net with a layer that reads data, for BATCHES batches; write every BLOB to its own DATASET.

    In a database, lmdb or leveldb, every image is a Datum of floating-point values, C x H x W, under its number in ten
    digits, 0000000000 the first. hdf5 and npz hold the rows under the blob's name, and these numbers under "names"; a
    DATASET without .h5 or .npz gets it. Nothing is written over; after an error nothing is left.

    \b
    Example:
      prototxt-extract-features net.caffemodel train_val.prototxt fc6,fc7 fc6_lmdb,fc7_lmdb 10 lmdb
    """
    from prototxt.frontend.load import Options, define_net
    from prototxt.net import Net
    from prototxt.text.read import read_text

    if len(blobs) != len(datasets):
        raise click.UsageError(
            f"the number of blob names and dataset names must be equal: {len(blobs)} and {len(datasets)}"
        )
    datasets = tuple(_path(dataset, kind) for dataset in datasets)
    _check_new(datasets)
    if mode == "GPU":
        show_notes([f"{' '.join(filter(None, (mode, device)))}: nets run on the CPU here"])
    definition = define_net(read_text(model), model)
    show_notes(definition.notes)
    options = Options("TEST", allow_python_layers=allow_python_layers)
    net = Net(definition, options, weights, keep="all", engine="fast")
    for blob in blobs:
        _check_blob(net, blob)
    show_notes([*_notes_of_inputs(net), *net.graph.notes[len(definition.notes) :], *missing_weights(net)])
    counts = _extract(net, dict(zip(blobs, datasets, strict=True)), batches, kind)
    for blob, dataset in zip(blobs, datasets, strict=True):
        click.echo(f"{printable(dataset)}: {counts[blob]:,} rows of {printable(blob)}, {kind}")


def _path(dataset: str, kind: str) -> str:
    suffixes = FILES.get(kind, ("",))
    return dataset if dataset.lower().endswith(suffixes) else dataset + suffixes[0]


def _check_new(datasets: Sequence[str]) -> None:
    from prototxt.data.paths import exists

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
            "axes behind the first"
        )
        raise InputError(what, place=Place(net.graph.file))


def _notes_of_inputs(net: Net) -> list[str]:
    """A warning where inputs stay zeros; raises InputError for a net that reads no data at all."""
    inputs = [top.name for node in net.layers if node.layer.is_input for top in node.tops]
    what = f"nobody gives the inputs {', '.join(map(printable, inputs))} their values"
    if inputs and not any(not node.bottoms and not node.layer.is_input for node in net.layers):
        hint = "give it a layer that reads data, such as ImageData; for images prototxt-run has --save and --blob"
        raise InputError(what, place=Place(net.graph.file), hint=hint)
    return [f"{net.graph.file}: {what}: they are zeros"] if inputs else []


def _extract(net: Net, datasets: dict[str, str], batches: int, kind: str) -> dict[str, int]:
    """How many rows every blob gave."""
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
        from prototxt.data.dataset import whole
        from prototxt.data.datum import float_datum
        from prototxt.data.reader import create_database

        with whole(dataset) as path, create_database(str(path), DATABASES[kind]) as writer:

            def put(rows: Array) -> None:
                for key, row in zip(keys.next(len(rows)), rows, strict=True):
                    writer.put(key.encode(), float_datum(row))

            yield put
    else:
        from prototxt.batch.features.write import open_features

        with open_features(dataset) as features:
            yield lambda rows: features.append(keys.next(len(rows)), {blob: rows})


class _Keys:
    """What rows are called: their number in ten digits."""

    def __init__(self) -> None:
        self._count = 0

    def next(self, many: int) -> Sequence[str]:
        start, self._count = self._count, self._count + many
        return [f"{i:010d}" for i in range(start, self._count)]
