"""What was found, painted on the images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prototxt.cli.options.output import OutputChoice
from prototxt.cli.run.pictures import Names, make_folder
from prototxt.cli.run.sinks import Taken, succeeded
from prototxt.errors import InputError

if TYPE_CHECKING:
    from prototxt.batch.run import Runner
    from prototxt.detection.detection import Found
    from prototxt.views.detections import Choice

PNG = ".png"


def check_draw(draw: str | None) -> None:
    """Raises UsageError for a picture of another kind than PNG."""
    from prototxt.images.load import is_image_name

    if draw and is_image_name(draw) and not _is_file(draw):
        raise click.UsageError("--draw writes a PNG: name it .png, or name a folder")


def check_found(runner: Runner, names: Sequence[str], output: OutputChoice) -> None:
    """Whether there can be what --draw and --min-score are about; before anything runs.

    Raises InputError for a net that tells neither boxes nor classes of pixels, UsageError for one picture of several
    files, or of arrays.
    """
    from prototxt.batch.items import is_arrays
    from prototxt.detection.heads import PixelMap

    head = runner.head
    if output.min_score is not None and (head is None or isinstance(head, PixelMap)):
        what = f"{_outputs(runner)} no boxes: there is nothing for --min-score to choose from"
        raise InputError(what, hint=_where_boxes_are(runner))
    if not output.draw:
        return
    if head is None:
        what = f"{_outputs(runner)} neither boxes nor a class for each pixel: nothing to --draw"
        raise InputError(what, hint=_where_boxes_are(runner))
    if any(map(is_arrays, names)):
        raise click.UsageError("--draw paints on image files: arrays are none")
    if len(names) > 1 and _is_file(output.draw):
        raise click.UsageError(f"--draw of {len(names):,} images makes a PNG each: name a folder")


def _outputs(runner: Runner) -> str:
    listed = ", ".join(f'"{name}"' for name in runner.graph.outputs)
    return f"{runner.graph.file}: the net's outputs ({listed}) tell"


def _where_boxes_are(runner: Runner) -> str | None:
    """What to do where a layer tells boxes, and those behind it make something else of them."""
    tell = [
        n.name
        for n in runner.net.graph.nodes
        if n.layer.output_kind is not None and n.layer.output_kind.kind == "boxes"
    ]
    return f"--to {tell[-1]} stops where boxes are told" if tell else None


def check_one_view(runner: Runner, crop: str | None) -> None:
    """Raises InputError where an image is seen ten times and what is found has a place in it."""
    if runner.head is not None and crop == "ten":
        what = f"{runner.graph.file}: the net tells where things are, and ten crops have no place in common"
        raise InputError(what, hint="leave --crop ten out")


def _is_file(draw: str) -> bool:
    return draw.lower().endswith(PNG) and not Path(draw).is_dir()


class Drawn:
    """A sink that paints what was found in every image: a file, or a folder with a PNG per image."""

    def __init__(self, path: str, choice: Choice) -> None:
        self._path, self._choice, self._names = path, choice, Names()

    def take(self, batch: Taken) -> None:
        for outcome in succeeded(batch):
            if outcome.found is not None:
                self._paint(outcome.name, outcome.found, self._file(outcome.name))

    def _paint(self, name: str, found: Found, path: Path) -> None:
        from prototxt.detection.detection import Boxes
        from prototxt.images.load import Pixels, decode_image, guarded
        from prototxt.pictures.boxes import Tagged, paint_boxes
        from prototxt.pictures.canvas import save_png
        from prototxt.pictures.pixels import paint_classes
        from prototxt.views.detections import backgrounds, legend, tag

        pixels: Pixels = guarded(name, lambda: decode_image(name, True))
        if isinstance(found, Boxes):
            names = self._choice.names(found)
            tagged = [Tagged(d.box, d.label, tag(d, names)) for d in self._choice.shown(found)]
            save_png(paint_boxes(pixels, tagged), path)
        else:
            plain = backgrounds(found, self._choice)
            save_png(paint_classes(pixels, found, legend(found, self._choice), plain), path)

    def _file(self, image: str) -> Path:
        if _is_file(self._path):
            return Path(self._path)
        make_folder(Path(self._path))
        return Path(self._path) / f"{self._names.new(Path(image).stem)}{PNG}"
