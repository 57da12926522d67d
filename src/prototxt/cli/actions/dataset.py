"""prototxt-dataset at work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np

from prototxt.cli.printing import print_line, print_warnings
from prototxt.cli.progress import Advance, progress_bar
from prototxt.data.dataset import Making, blob_bytes, make_dataset, mean_image
from prototxt.data.lists import read_image_list
from prototxt.data.reader import backend_at
from prototxt.data.samples import every_sample
from prototxt.util.files import whole_file

__all__ = ["Making", "make_from_list", "write_mean"]

T = TypeVar("T")

MAX_SIZES = 3
"""Image sizes that are printed; more of them are left out."""


def make_from_list(image_list: str, out: str, backend: str, making: Making, seed: int | None) -> None:
    """Make the dataset; with a seed in random order."""
    images = list(read_image_list(image_list))
    if seed is not None:
        order = np.random.default_rng(seed).permutation(len(images))
        images = [images[i] for i in order]
    with progress_bar("images", len(images)) as advance:
        shapes = make_dataset(images, out, backend, making, lambda items: _counted(items, advance))
    if len(shapes) > 1:
        print_warnings(
            [f"{out}: images of {len(shapes)} sizes: a net takes one, give --resize HxW or a crop_size"]
        )
    sizes = ", ".join(" x ".join(map(str, shape)) for shape in sorted(shapes)[:MAX_SIZES])
    more = ", ..." if len(shapes) > MAX_SIZES else ""
    print_line(f"{out}: {len(images)} images of {sizes}{more}, {backend}")
    if backend == "hdf5":
        print_line(f'for HDF5Data, write "{out}" into a text file and name that as its source')


def write_mean(database: str, out: str) -> None:
    """Write the mean image of a database, and print its mean per channel."""
    samples = every_sample(database, backend_at(database) or "LMDB")
    with progress_bar("images", None) as advance:
        values, count = mean_image(_counted(samples, advance))
    with whole_file(out) as file:
        file.write(blob_bytes(values))
    channels = ", ".join(f"{v:.6g}" for v in values.mean(axis=(1, 2)))
    print_line(f"{out}: the mean of {count} images, {' x '.join(map(str, values.shape))}")
    print_line(f"mean per channel: {channels}")


def _counted(items: Iterable[T], advance: Advance) -> Iterator[T]:
    for item in items:
        yield item
        advance(1)
