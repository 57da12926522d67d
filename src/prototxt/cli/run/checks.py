"""Usage errors of prototxt-run: options that exclude each other, and options that the net has nothing for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from prototxt.batch.readers import is_arrays
from prototxt.batch.runner import Runner
from prototxt.batch.sinks import is_png
from prototxt.cli.options.output import OutputChoice
from prototxt.cli.run.request import RunRequest
from prototxt.detection.heads import PixelMap
from prototxt.errors import InputError
from prototxt.images.load import is_image_name


def check_request(request: RunRequest) -> None:
    """Raise click.UsageError for options that do not go together."""
    output, planned = request.output, request.planned
    if output.blobs and not (output.save or output.feature_maps or planned.shows_plan):
        raise click.UsageError("--blob says what to --save or to paint as --feature-maps: give one of them")
    if output.show_input and Path(output.show_input).suffix.lower() not in ("", ".png"):
        raise click.UsageError("--show-input writes a PNG: name it .png")
    if output.draw and is_image_name(output.draw) and not is_png(output.draw):
        raise click.UsageError("--draw writes a PNG: name it .png, or name a folder")
    planned.check(request.engine, output)
    if not request.images_named and not planned.shows_plan:
        raise click.UsageError("Missing argument 'IMAGE...'.")


def check_predictions(runner: Runner, names: Sequence[str], output: OutputChoice) -> None:
    """Check that --draw and --min-score have something to work on, before anything runs.

    Raises InputError for a net that predicts neither boxes nor classes of pixels, click.UsageError for one picture
    of several files, or of arrays.
    """
    head = runner.head
    if output.min_score is not None and (head is None or isinstance(head, PixelMap)):
        what = f"{_outputs(runner)} are no boxes: --min-score has nothing to choose from"
        raise InputError(what, hint=_where_boxes_are(runner))
    if not output.draw:
        return
    if head is None:
        what = f"{_outputs(runner)} are neither boxes nor a class for each pixel: --draw has nothing to draw"
        raise InputError(what, hint=_where_boxes_are(runner))
    if any(map(is_arrays, names)):
        raise click.UsageError("--draw paints on images, not on arrays")
    if len(names) > 1 and is_png(output.draw):
        raise click.UsageError(f"--draw of {len(names):,} images makes a PNG each: name a folder")


def _outputs(runner: Runner) -> str:
    listed = ", ".join(f'"{name}"' for name in runner.graph.outputs)
    return f"{runner.graph.file}: the net's outputs ({listed})"


def _where_boxes_are(runner: Runner) -> str | None:
    """A hint where a layer outputs boxes, and those after it make something else of them."""
    kinds = [(node.name, node.layer.output_kind) for node in runner.net.graph.nodes]
    layers = [name for name, kind in kinds if kind is not None and kind.kind == "boxes"]
    return f"--to {layers[-1]} stops at the layer that outputs boxes" if layers else None
