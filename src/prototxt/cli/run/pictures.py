"""Pictures of a run: the maps of every image, the first kernels, what the net sees."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from prototxt.cli.common import say
from prototxt.cli.run.sinks import Taken, succeeded
from prototxt.errors import InputError, PrototxtError

if TYPE_CHECKING:
    from prototxt.batch.items import Item
    from prototxt.images.recipe import Order
    from prototxt.net import Net

LONGEST_FILE_NAME = 120


class Maps:
    """A sink that paints blobs' maps: a folder per image, a PNG per blob."""

    def __init__(self, folder: str, blobs: tuple[str, ...]) -> None:
        self._folder, self._folders = Path(folder), Names()
        names = Names()
        self._files = {blob: f"{names.new(blob)}.png" for blob in blobs}

    def take(self, batch: Taken) -> None:
        from prototxt.pictures.canvas import save_png
        from prototxt.pictures.maps import feature_maps

        for outcome in succeeded(batch):
            image = Path(outcome.name).name
            folder = self._folder / self._folders.new(image)
            make_folder(folder)
            for blob, file in self._files.items():
                save_png(feature_maps(blob, outcome.value(blob)[0], image), folder / file)


class Names:
    """Names of files in a folder, no two alike on any system: the second `cat.jpg` is `cat.jpg-2`."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, name: str) -> str:
        """The name as it can be a file's, with a number where that is taken."""
        safe = unique = _file_safe(name)
        n = 1
        while unique.lower() in self._taken:
            n += 1
            unique = f"{safe}-{n}"
        self._taken.add(unique.lower())
        return unique


def paint_filters(folder: str, net: Net, order: Order) -> None:
    """The kernels of the net's first Convolution as a PNG in this folder; a line says where."""
    from prototxt.pictures.canvas import save_png
    from prototxt.pictures.filters import filters

    first = next((node for node in net.layers if node.type == "Convolution"), None)
    if first is None:
        raise InputError(f"{net.graph.file}: the net has no Convolution whose filters could be painted")
    make_folder(Path(folder))
    path = Path(folder) / f"{_file_safe(first.name)}.png"
    save_png(filters(first.name, net.params[first.name][0].data, order), path)
    say(f"filters of {first.name}: {path}", err=True)


def paint_input(path: str, item: Item, order: Order) -> None:
    """What the net sees of an image as a PNG, every window of it."""
    from prototxt.pictures.canvas import save_png
    from prototxt.pictures.seen import seen

    ((blob, values), *_) = item.feeds.items()
    save_png(seen(blob, values, order, Path(item.name).name, item.how), path)


def _file_safe(name: str) -> str:
    """A name that can be a file's on every system: `inception_3a/1x1` becomes `inception_3a_1x1`."""
    return re.sub(r"[^\w.@+-]", "_", name)[:LONGEST_FILE_NAME]


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        what = (getattr(error, "strerror", None) or str(error)).lower()
        raise PrototxtError(f"{folder}: this folder cannot be made: {what}") from None
