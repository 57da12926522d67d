"""prototxt-dataset: the databases, HDF5 files and mean images that data layers read."""

from __future__ import annotations

import re

import click

from prototxt.cli.command import Command
from prototxt.cli.options.group import file_name


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="prototxt")
def main() -> None:
    """Make the files that data layers read, without Caffe: a database of images and their mean."""


def height_width(text: str) -> tuple[int, int]:
    """`256x320` as height and width; click.BadParameter for anything else."""
    match = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", text)
    if not match:
        raise click.BadParameter(f'"{text}" is not HEIGHTxWIDTH, such as 256x320')
    return int(match[1]), int(match[2])


@main.command(cls=Command, short_help="Make a dataset from a list of images.")
@click.argument("image_list", metavar="LIST", type=file_name)
@click.argument("out", type=file_name)
@click.option(
    "--backend", type=click.Choice(["lmdb", "leveldb", "hdf5"]), default="lmdb", show_default=True,
    help="Format of the dataset: lmdb or leveldb for Data layers, hdf5 for HDF5Data.",
)  # fmt: skip
@click.option("--root", default="", metavar="DIR", help="Folder of the images.")
@click.option("--resize", type=height_width, metavar="HxW", help="Resize every image, as OpenCV does.")
@click.option("--gray", is_flag=True, help="Store one channel instead of three.")
@click.option("--shuffle", is_flag=True, help="Store the images in random order.")
@click.option("--seed", default=0, show_default=True, help="Seed of --shuffle.")
@click.option(
    "--encoded", is_flag=True, help="Store image files (PNG, JPEG) instead of pixels: smaller, slower."
)
@click.option("--check-size", is_flag=True, help="Stop at an image whose size differs from the first one's.")
def make(
    image_list: str,
    out: str,
    backend: str,
    root: str,
    resize: tuple[int, int] | None,
    gray: bool,
    shuffle: bool,
    seed: int,
    encoded: bool,
    check_size: bool,
) -> None:
    """Make a dataset OUT from the images that LIST names, one `NAME LABEL` per line.

    \b
    Examples:
      prototxt-dataset make train.txt train_lmdb --root images --resize 256x256 --shuffle
      prototxt-dataset make train.txt train.h5 --backend hdf5 --resize 28x28 --gray
    """
    from prototxt.cli.actions.dataset import Making, make_from_list

    if encoded and backend == "hdf5":
        raise click.UsageError("--encoded is for databases: HDF5 holds numbers")
    prefix = f"{root.rstrip('/')}/" if root else ""
    making = Making(prefix, resize, not gray, encoded, check_size)
    make_from_list(image_list, out, backend, making, seed if shuffle else None)


@main.command(cls=Command, short_help="Compute the mean image of a database.")
@click.argument("database", type=file_name)
@click.argument("out", type=file_name)
def mean(database: str, out: str) -> None:
    """Write the mean image of DATABASE (an LMDB or LevelDB) to OUT, a .binaryproto for mean_file and --mean.

    \b
    Example:
      prototxt-dataset mean train_lmdb mean.binaryproto
    """
    from prototxt.cli.actions.dataset import write_mean

    write_mean(database, out)
