"""prototxt-dataset: the databases, HDF5 files and mean images that data layers read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

from prototxt.cli.common import Command, show_notes
from prototxt.cli.options.net import file_name
from prototxt.cli.progress import Advance, progress_bar
from prototxt.util.files import whole_file

T = TypeVar("T")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="prototxt")
def main() -> None:
    """Make what data layers read, without Caffe: a database of images, their mean."""


def height_width(text: str) -> tuple[int, int]:
    """`256x320` as height and width; click.BadParameter for anything else."""
    found = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", text)
    if not found:
        raise click.BadParameter(f'"{text}" is not HEIGHTxWIDTH, such as 256x320')
    return int(found[1]), int(found[2])


@main.command(cls=Command, short_help="A dataset from an image list.")
@click.argument("image_list", metavar="LIST", type=file_name)
@click.argument("out", type=file_name)
@click.option(
    "--backend", type=click.Choice(["lmdb", "leveldb", "hdf5"]), default="lmdb", show_default=True,
    help="What to make: for Data layers lmdb or leveldb, for HDF5Data hdf5.",
)  # fmt: skip
@click.option("--root", default="", metavar="DIR", help="The folder in which the images lie.")
@click.option("--resize", type=height_width, metavar="HxW", help="Resize every image, as OpenCV does it.")
@click.option("--gray", is_flag=True, help="One channel instead of three.")
@click.option("--shuffle", is_flag=True, help="Store the images in random order.")
@click.option("--seed", default=0, show_default=True, help="Seeds --shuffle.")
@click.option(
    "--encoded", is_flag=True, help="Store image files (PNG, JPEG) instead of pixels: smaller, slower."
)
@click.option("--check-size", is_flag=True, help="Stop where an image has another size than the first.")
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
    """Make a dataset OUT from the images that LIST names, one `NAME LABEL` a line.

    \b
    Examples:
      prototxt-dataset make train.txt train_lmdb --root images --resize 256x256 --shuffle
      prototxt-dataset make train.txt train.h5 --backend hdf5 --resize 28x28 --gray
    """
    import numpy as np

    from prototxt.data.dataset import Making, make_dataset
    from prototxt.data.lists import read_image_list

    if encoded and backend == "hdf5":
        raise click.UsageError("--encoded is for databases: HDF5 holds numbers")
    images = list(read_image_list(image_list))
    if shuffle:
        order = np.random.default_rng(seed).permutation(len(images))
        images = [images[i] for i in order]
    prefix = f"{root.rstrip('/')}/" if root else ""
    making = Making(prefix, resize, not gray, encoded, check_size)
    with progress_bar("images", len(images)) as advance:
        shapes = make_dataset(images, out, backend, making, lambda items: _counted(items, advance))
    if len(shapes) > 1:
        show_notes(
            [f"{out}: images of {len(shapes)} sizes: a net takes one, give --resize HxW or a crop_size"]
        )
    sizes = ", ".join(" x ".join(map(str, shape)) for shape in sorted(shapes)[:3])
    click.echo(f"{out}: {len(images)} images of {sizes}{', ...' if len(shapes) > 3 else ''}, {backend}")
    if backend == "hdf5":
        click.echo(f'for HDF5Data, write "{out}" into a text file and name that as its source')


@main.command(cls=Command, short_help="The mean image of a database.")
@click.argument("database", type=file_name)
@click.argument("out", type=file_name)
def mean(database: str, out: str) -> None:
    """Write the mean image of DATABASE (an LMDB or LevelDB) to OUT, a .binaryproto for mean_file and --mean.

    \b
    Example:
      prototxt-dataset mean train_lmdb mean.binaryproto
    """
    from prototxt.data.dataset import blob_bytes, mean_image
    from prototxt.data.reader import backend_at
    from prototxt.data.samples import every_sample

    samples = every_sample(database, backend_at(database) or "LMDB")
    with progress_bar("images", None) as advance:
        values, count = mean_image(_counted(samples, advance))
    with whole_file(out) as file:
        file.write(blob_bytes(values))
    channels = ", ".join(f"{v:.6g}" for v in values.mean(axis=(1, 2)))
    click.echo(f"{out}: the mean of {count} images, {' x '.join(map(str, values.shape))}")
    click.echo(f"mean per channel: {channels}")


def _counted(items: Iterable[T], advance: Advance) -> Iterator[T]:
    for item in items:
        yield item
        advance(1)
