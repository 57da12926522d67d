"""prototxt-extract-features: blobs of a net that reads its own data, into databases; Caffe's extract_features."""

from __future__ import annotations

from typing import Any

import click

from prototxt.cli.actions.requests import DATABASES, ExtractRequest
from prototxt.cli.command import Command
from prototxt.cli.options.group import file_name
from prototxt.cli.options.net import python_option, reshape_option


def names(text: str) -> tuple[str, ...]:
    """`fc6,fc7` as a tuple; click.BadParameter for an empty name, and for one that is there twice."""
    parts = tuple(text.split(","))
    if not all(parts) or len(set(parts)) < len(parts):
        raise click.BadParameter(f'"{text}" is not NAME[,NAME...] with distinct names')
    return parts


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("weights", metavar="WEIGHTS", type=file_name)
@click.argument("model", metavar="MODEL", type=file_name)
@click.argument("blobs", metavar="BLOB[,BLOB...]", type=names)
@click.argument("datasets", metavar="DATASET[,DATASET...]", type=names)
@click.argument("batches", metavar="BATCHES", type=click.IntRange(1))
@click.argument("kind", metavar="lmdb|leveldb|hdf5|npz", type=click.Choice([*DATABASES, "hdf5", "npz"]))
@click.argument("mode", metavar="[CPU|GPU]", type=click.Choice(["CPU", "GPU"]), default="CPU")
@click.argument("device", metavar="[DEVICE_ID]", default="")
@reshape_option
@python_option
@click.version_option(package_name="prototxt")
def main(**given: Any) -> None:  # as ExtractRequest types them
    """Run MODEL, a net with a layer that reads data, for BATCHES batches; write every BLOB to its own DATASET.

    In a database, lmdb or leveldb, every image is a Datum of floating-point values, C x H x W; its key is its number
    in ten digits, from 0000000000. hdf5 and npz hold the rows under the blob's name, and these numbers under "names";
    a DATASET without .h5 or .npz gets the suffix. Existing files are never overwritten; after an error nothing is
    left.

    \b
    Example:
      prototxt-extract-features net.caffemodel train_val.prototxt fc6,fc7 fc6_lmdb,fc7_lmdb 10 lmdb
    """
    from prototxt.cli.actions.extract_features import execute

    execute(ExtractRequest(**given))
