"""From the names on the command line to what a net is fed with, and to its weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prototxt.cli.options.image import ImageChoice
from prototxt.cli.run.draw import check_one_view
from prototxt.cli.run.text import image_entry

if TYPE_CHECKING:
    from prototxt.batch.items import Read
    from prototxt.batch.run import Runner
    from prototxt.images.recipe import Order


@dataclass(frozen=True)
class Reading:
    """How files become items.

    `order` is that of an image's channels; where the net's input `follows_images` in size, one that does not fit
    fails alone.
    """

    read: Read
    order: Order
    follows_images: bool = False
    notes: Sequence[str] = ()


def weights_files(weights: Sequence[str]) -> list[str] | None:
    """`a,b` as two files, where no file has that very name."""
    files = [f for given in weights for f in ([given] if Path(given).exists() else given.split(",")) if f]
    return files or None


def make_reading(runner: Runner, names: Sequence[str], images: ImageChoice) -> Reading:
    """Images go through the transform that the options ask for; files of arrays are fed as they are."""
    from prototxt.batch.items import array_reader, image_reader, is_arrays
    from prototxt.detection.heads import size_input
    from prototxt.images.recipe import PLAIN
    from prototxt.images.transform import Transform

    ran = runner.graph
    entries = {blob.name: ran.shapes[blob] for blob in ran.entries}
    arrays = array_reader(entries)
    if all(map(is_arrays, names)):
        if images.said:
            raise click.UsageError(f"files of arrays are fed as they are: {images.said[0]} is for images")
        return Reading(arrays, PLAIN.order)
    blob = image_entry(runner.net, entries)
    check_one_view(runner, images.crop)
    recipe, notes = images.recipe(runner.net, blob)
    image = image_reader(blob, Transform.for_input(entries[blob], recipe), size_input(ran))
    return Reading(
        lambda name: arrays(name) if is_arrays(name) else image(name),
        recipe.order,
        follows_images=recipe.follows_images,
        notes=notes,
    )
