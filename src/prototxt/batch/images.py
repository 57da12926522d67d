"""`run_images`: the results of many images, streamed in order."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from os import PathLike, fspath
from typing import Literal, overload
from warnings import warn

from prototxt.batch.items import Failure
from prototxt.batch.readers import make_reader
from prototxt.batch.recipes import RecipeOptions
from prototxt.batch.runner import Outcome, Result, Runner
from prototxt.batch.scheduler import Scheduler
from prototxt.batch.sources import expand
from prototxt.errors import InputError, PrototxtWarning
from prototxt.images.recipe import Recipe
from prototxt.net import Net

__all__ = ["run_images"]

Path = str | PathLike[str]


@overload
def run_images(
    net: Net,
    paths: Path | Iterable[Path],
    *,
    recipe: Recipe | str | None = ...,
    blobs: Iterable[str] = ...,
    batch: int = ...,
    start: str | None = ...,
    end: str | None = ...,
    on_error: Literal["raise"] = ...,
) -> Generator[Outcome]: ...
@overload
def run_images(
    net: Net,
    paths: Path | Iterable[Path],
    *,
    recipe: Recipe | str | None = ...,
    blobs: Iterable[str] = ...,
    batch: int = ...,
    start: str | None = ...,
    end: str | None = ...,
    on_error: Literal["yield"],
) -> Generator[Result]: ...
def run_images(
    net: Net,
    paths: Path | Iterable[Path],
    *,
    recipe: Recipe | str | None = None,
    blobs: Iterable[str] = (),
    batch: int = 1,
    start: str | None = None,
    end: str | None = None,
    on_error: Literal["raise", "yield"] = "raise",
) -> Generator[Result]:
    """Run images through a net and stream an Outcome for each, in order.

    Files are read ahead while the net works. From the second batch on, `net.threads` batches run at once, each in a
    clone of the net with one thread; a net with a state (random or recurrent layers) runs one batch after the other.
    Memory does not grow with the number of images.

        net = prototxt.load_net("examples/lenet.prototxt", "examples/lenet.caffemodel")
        for outcome in prototxt.run_images(net, "examples/digit.png", recipe="mnist"):
            print(outcome.name, outcome.outputs["prob"].argmax())

    Parameters:
        net: The net. Its own blobs afterwards are those of the first batch.
        paths: A file or several: images, folders of images (with their subfolders), patterns (`photos/*.jpg`), or
            .npy and .npz files of arrays, which feed the net as they are, one input per row.
        recipe: The preprocessing of images: a `Recipe`, the name of a preset ("imagenet", "vgg" ...), or None for
            the net's own transform_param, else Caffe's defaults.
        blobs: Blobs to keep besides the net's outputs, for `Outcome.blobs`; "conv1:before-relu" is conv1 before
            the ReLU that works in place.
        batch: Images per forward. Images of different shapes are never in one batch.
        start, end: The first and the last layer that run; None for the net's own. With `start` the files are .npy or
            .npz arrays of the blobs that this layer reads.
        on_error: "raise" raises the error of the first file that cannot be read or run; "yield" yields a `Failure`
            (`.name`, `.error`) in its place and goes on.

    Raises InputError at once for unknown blobs, layers or presets, a folder without images, and a net that takes no
    images; PrototxtError while streaming, as `on_error` says, and whenever a forward fails for another reason than
    the image. Warns (PrototxtWarning) where the net's own transform mirrors images at random, which is not done.
    Ctrl-C raises KeyboardInterrupt between two batches; closing the generator ends all its threads.
    """
    if on_error not in ("raise", "yield"):
        raise InputError(f'on_error is "raise" or "yield", not "{on_error}"')
    if batch < 1:
        raise InputError(f"a batch has at least one image, not {batch}")
    runner = Runner(net, start, end, tuple(blobs))
    named = [paths] if isinstance(paths, str | PathLike) else paths
    names = list(expand(fspath(path) for path in named))
    options = recipe if isinstance(recipe, Recipe) else RecipeOptions(preset=recipe)
    reader = make_reader(runner, names, options)
    for note in reader.notes:
        warn(PrototxtWarning(note), stacklevel=2)
    return _stream(Scheduler(runner, reader, batch), names, raises=on_error == "raise")


def _stream(scheduler: Scheduler, names: list[str], *, raises: bool) -> Generator[Result]:
    for batch in scheduler.run(names):
        for result in batch:
            if raises and isinstance(result, Failure):
                raise result.error
            yield result
