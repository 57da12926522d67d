"""From files to items: images through a transform, files of arrays row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from warnings import warn

import numpy as np
from numpy.typing import NDArray

from prototxt.batch.items import Item
from prototxt.batch.recipes import RecipeOptions
from prototxt.batch.runner import Runner
from prototxt.blobs import Array, Shape, format_shape
from prototxt.detection.heads import size_input
from prototxt.engine.feeds import channels_last
from prototxt.errors import InputError, Place, PrototxtError, PrototxtWarning
from prototxt.formats.npy import BROKEN, SUFFIX, open_npz, read_entry, read_header
from prototxt.images.load import Pixels, decode_image, guarded
from prototxt.images.recipe import PLAIN, Order, Recipe
from prototxt.images.transform import Transform
from prototxt.net import Net
from prototxt.util.files import regular_size

__all__ = ["Read", "Reader", "array_reader", "image_input", "image_reader", "is_arrays", "make_reader"]

Read = Callable[[str], Iterator[Item]]
"""Reads the items of the file of this name; raises PrototxtError."""

ARRAY_SUFFIXES = (".npy", ".npz")
"""Endings of files of arrays, which feed the net as they are."""


@dataclass(frozen=True)
class Reader:
    """Reads files into items for one net.

    `order` is that of an image's channels. Where the net's input `follows_images` in size, an image of a size that
    the net cannot take fails by itself. `notes` are warnings about the recipe.
    """

    read: Read
    order: Order
    follows_images: bool = False
    notes: Sequence[str] = ()


def is_arrays(name: str) -> bool:
    """Whether a file is one of arrays, by its suffix."""
    return name.lower().endswith(ARRAY_SUFFIXES)


def make_reader(runner: Runner, names: Sequence[str], recipe: Recipe | RecipeOptions) -> Reader:
    """The reader of these files: images go through the recipe's transform, files of arrays are fed as they are.

    Raises InputError where there are images and the layers that run take none, or where a net that finds places in
    an image would see ten crops of it; ImageError for a recipe that does not fit the net's input.
    """
    graph = runner.graph
    entries = {blob.name: graph.shapes[blob] for blob in graph.entries}
    read_arrays = array_reader(entries)
    if all(map(is_arrays, names)):
        return Reader(read_arrays, PLAIN.order)
    blob = image_input(runner.net, entries)
    if runner.head is not None and recipe.crop == "ten":
        what = f"{graph.file}: the net locates things in an image, and ten crops have no place in common"
        raise InputError(what, hint="leave --crop ten out")
    notes: Sequence[str] = ()
    if isinstance(recipe, RecipeOptions):
        recipe, notes = recipe.complete(runner.net, blob)
    read_image = image_reader(blob, Transform.for_input(entries[blob], recipe), size_input(graph))
    return Reader(
        lambda name: read_arrays(name) if is_arrays(name) else read_image(name),
        recipe.order,
        follows_images=recipe.follows_images,
        notes=notes,
    )


def image_input(net: Net, entries: Mapping[str, Shape]) -> str:
    """The first of these blobs that takes an image: N x C x H x W with 1 or 3 channels.

    Raises InputError where none does.
    """
    for name, shape in entries.items():
        if len(shape) == 4 and shape[1] in (1, 3):
            return name
    known = ", ".join(f'"{name}" {format_shape(shape)}' for name, shape in entries.items()) or "none"
    read_from_files = next(
        (n.tops[0].name for n in net.layers if n.tops and not n.bottoms and not n.layer.is_input), None
    )
    hint = "give a .npy or .npz file of arrays in place of an image" if entries else None
    if read_from_files is not None:
        hint = f'"{read_from_files}" is read from files: give --input {read_from_files}=1,C,H,W to make it an input'
    raise InputError(
        f"{net.graph.file}: no input takes an image (N x 1 or 3 x H x W); its inputs: {known}", hint=hint
    )


def image_reader(blob: str, transform: Transform, sizes: str | None = None) -> Read:
    """Reads an image file as one item that feeds `blob`; `sizes` is fed with height, width and scale of the image.

    The scale is that of the resized image over the original one (the `im_info` of Faster R-CNN).
    """

    def read(name: str) -> Iterator[Item]:
        pixels: Pixels = guarded(name, lambda: decode_image(name, transform.channels == 3))
        if note := transform.note(pixels):
            warn(PrototxtWarning(f"{Place(name)}: {note}"), stacklevel=2)
        try:
            values, preparation = transform.apply(pixels), transform.describe(name, pixels, blob)
            view = transform.view(pixels) if transform.views == 1 else None
        except PrototxtError as error:
            error.place = error.place or Place(name)
            raise
        feeds = {blob: values}
        if sizes is not None and view is not None:
            feeds[sizes] = np.array([[*view.input_size, view.scale]], np.float32)
        yield Item(name, feeds, preparation, view)

    return read


def array_reader(takes: Mapping[str, Shape]) -> Read:
    """Reads the rows of a .npy file (if the net takes a single blob) or of a .npz file (arrays by blob name).

    `takes` maps the names of blobs that can be fed to their shapes in the net; those that a .npz file does not hold
    are not fed. The reader raises InputError for a file that cannot be read or holds none of them, and for arrays
    that do not fit.
    """

    def read(name: str) -> Iterator[Item]:
        arrays = _load(name, takes)
        counts = {array.shape[0] for array in arrays.values()}
        if len(counts) != 1:
            rows = ", ".join(f'"{blob}" {array.shape[0]}' for blob, array in arrays.items())
            raise InputError(f"its arrays have different numbers of rows: {rows}", place=Place(name))
        for i in range(*counts):
            yield _row(name if counts == {1} else f"{name}[{i}]", i, arrays)

    return read


def _row(label: str, i: int, arrays: Mapping[str, NDArray[np.generic]]) -> Item:
    with np.errstate(over="ignore", invalid="ignore"):  # beyond float32 is infinity; NaN stays NaN
        row: dict[str, Array] = {
            blob: np.array(array[i : i + 1], np.float32) for blob, array in arrays.items()
        }
    fed = ", ".join(f"{blob} {format_shape(array.shape)}" for blob, array in row.items())
    return Item(label, row, f"{Path(label).name} -> {fed}")


def _load(name: str, takes: Mapping[str, Shape]) -> dict[str, NDArray[np.generic]]:
    try:
        return _load_npy(name, takes) if name.lower().endswith(".npy") else _load_npz(name, takes)
    except FileNotFoundError:
        raise InputError("no such file", place=Place(name)) from None
    except BROKEN as error:
        what = getattr(error, "strerror", None) or error
        raise InputError(f"not a file of arrays: {what}", place=Place(name)) from None


def _load_npy(name: str, takes: Mapping[str, Shape]) -> dict[str, NDArray[np.generic]]:
    if len(takes) != 1:
        listed = ", ".join(f'"{blob}"' for blob in takes)
        raise InputError(f"one array for several blobs ({listed}): give a .npz file", place=Place(name))
    (blob,) = takes
    size = regular_size(name)
    with Path(name).open("rb") as file:
        _check(name, blob, *read_header(file, size), takes[blob])
        file.seek(0)
        return {blob: np.load(file, allow_pickle=False)}


def _load_npz(name: str, takes: Mapping[str, Shape]) -> dict[str, NDArray[np.generic]]:
    with open_npz(name) as archive:
        entries = {entry.filename.removesuffix(SUFFIX): entry for entry in archive.infolist()}
        held = [blob for blob in takes if blob in entries]
        if not held:
            holds, wanted = (", ".join(f'"{key}"' for key in keys) for keys in (entries, takes))
            raise InputError(f"it holds {holds or 'nothing'}, the layers take {wanted}", place=Place(name))
        for blob in held:
            with archive.open(entries[blob]) as stream:
                _check(name, blob, *read_header(stream, entries[blob].file_size), takes[blob])
        return {blob: read_entry(archive, entries[blob]) for blob in held}


def _check(name: str, blob: str, shape: Shape, dtype: np.dtype[np.generic], wanted: Shape) -> None:
    if dtype.kind not in "fiu":
        raise InputError(f'"{blob}" is of {dtype}, not of numbers', place=Place(name))
    if shape[1:] != wanted[1:] or shape[:1] in ((), (0,)):
        needs = " x ".join(["N", *map(str, wanted[1:])])
        what = f'"{blob}" is {format_shape(shape)}, the net takes {needs}'
        raise InputError(what, place=Place(name), hint=_layout_hint(shape, wanted))


def _layout_hint(shape: Shape, wanted: Shape) -> str | None:
    """A hint for an array that has the numbers of the rows that the net takes, with its axes in another order."""
    if shape == wanted[1:]:
        return "add the first axis, one image in a batch: save array[None]"
    found = channels_last(shape, wanted)
    return f"it looks like {found[0]}: save array.{found[1]}" if found else None
