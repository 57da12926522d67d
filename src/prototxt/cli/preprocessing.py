"""The image options as a recipe, and the reader of the files on the command line."""

from __future__ import annotations

from collections.abc import Sequence

import click

from prototxt.batch.readers import Reader, is_arrays, make_reader
from prototxt.batch.recipes import RecipeOptions
from prototxt.batch.runner import Runner
from prototxt.cli.options.image import SIZE, ImageChoice
from prototxt.cli.printing import print_warnings
from prototxt.images.mean import read_mean
from prototxt.images.recipe import Resize, Within


def reader_of(runner: Runner, names: Sequence[str], images: ImageChoice) -> Reader:
    """The reader that the image options ask for; prints its warnings.

    Raises click.UsageError for image options where all files are arrays.
    """
    if images.given and all(map(is_arrays, names)):
        raise click.UsageError(f"files of arrays are fed as they are: {images.given[0]} is for images")
    reader = make_reader(runner, names, recipe_options(images))
    print_warnings(reader.notes)
    return reader


def recipe_options(images: ImageChoice) -> RecipeOptions:
    """The parts of a recipe that the options choose; reads the mean file. Raises ImageError where it cannot."""
    return RecipeOptions(
        preset=images.preset,
        resize=None if images.resize is None else resize_of(images.resize),
        crop=images.crop,
        order=images.channel_order,
        raw_scale=images.raw_scale,
        mean=read_mean(images.mean) if images.mean else None,
        scale=images.scale,
    )


def resize_of(text: str) -> Resize:
    """The value of --resize: `256`, `256x340` (HEIGHTxWIDTH), `600-1000`, `input` or `none`."""
    if text == "input":
        return "input"
    if text == "none":
        return "none"
    match = SIZE.fullmatch(text)
    assert match is not None, text
    if match[2] is None:
        return int(match[1])
    sizes = int(match[1]), int(match[3])
    return sizes if match[2] == "x" else Within(*sizes)
