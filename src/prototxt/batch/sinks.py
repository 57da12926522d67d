"""Files made from the results of a run: rows of features, feature maps, images with boxes or coloured classes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Protocol

import numpy as np

from prototxt.batch.features.write import FeatureWriter
from prototxt.batch.runner import Outcome, Result
from prototxt.blobs import Shape
from prototxt.detection.detection import Boxes, Prediction
from prototxt.errors import PrototxtError
from prototxt.images.load import Pixels, decode_image, guarded
from prototxt.pictures.boxes import Tagged, paint_boxes
from prototxt.pictures.canvas import save_png
from prototxt.pictures.maps import feature_maps
from prototxt.pictures.segmentation import paint_classes
from prototxt.util.files import is_folder
from prototxt.views.detections import Selection, backgrounds, legend, tag

__all__ = ["FeatureSink", "MapSink", "PredictionSink", "Sink", "file_name", "make_folder", "outcomes_of"]

MAX_FILE_NAME = 120
"""Characters of a file's name before its suffix."""

PNG = ".png"


class Sink(Protocol):
    """Takes the results of each batch, in order."""

    def take(self, batch: Sequence[Result]) -> None: ...


def outcomes_of(batch: Sequence[Result]) -> list[Outcome]:
    """The results of a batch that are no failures."""
    return [result for result in batch if isinstance(result, Outcome)]


class FeatureSink:
    """Writes a row of each of these blobs per image, with the writer that `open_features` gives."""

    def __init__(self, writer: FeatureWriter, blobs: Sequence[str]) -> None:
        self._writer, self._blobs = writer, tuple(blobs)

    def take(self, batch: Sequence[Result]) -> None:
        # Rows of different shapes, such as rows of boxes, are refused by the file, not by NumPy.
        for _, group in groupby(outcomes_of(batch), self._shapes):
            outcomes = list(group)
            rows = {name: np.concatenate([o.value(name) for o in outcomes]) for name in self._blobs}
            self._writer.append([o.name for o in outcomes], rows)

    def _shapes(self, outcome: Outcome) -> list[Shape]:
        return [outcome.value(name).shape for name in self._blobs]


class MapSink:
    """Paints the maps of these blobs as PNG files, in a folder per image inside `folder`."""

    def __init__(self, folder: str, blobs: Sequence[str]) -> None:
        self._folder, self._folders = Path(folder), _UniqueNames()
        names = _UniqueNames()
        self._files = {blob: f"{names.add(blob)}{PNG}" for blob in blobs}

    def take(self, batch: Sequence[Result]) -> None:
        for outcome in outcomes_of(batch):
            image = Path(outcome.name).name
            folder = self._folder / self._folders.add(image)
            make_folder(folder)
            for blob, file in self._files.items():
                save_png(feature_maps(blob, outcome.value(blob)[0], image), folder / file)


class PredictionSink:
    """Paints the boxes or the classes of pixels on every image: into one PNG file, or a folder with a PNG each.

    Boxes and classes are chosen and named as `selection` says. Outcomes without a prediction are passed over.
    """

    def __init__(self, path: str, selection: Selection) -> None:
        self._path, self._selection, self._names = path, selection, _UniqueNames()

    def take(self, batch: Sequence[Result]) -> None:
        for outcome in outcomes_of(batch):
            if outcome.prediction is not None:
                self._paint(outcome.name, outcome.prediction, self._file(outcome.name))

    def _paint(self, name: str, prediction: Prediction, path: Path) -> None:
        pixels: Pixels = guarded(name, lambda: decode_image(name, True))
        if isinstance(prediction, Boxes):
            names = self._selection.names(prediction)
            tagged = [Tagged(d.box, d.label, tag(d, names)) for d in self._selection.shown(prediction)]
            save_png(paint_boxes(pixels, tagged), path)
        else:
            plain = backgrounds(prediction, self._selection)
            save_png(paint_classes(pixels, prediction, legend(prediction, self._selection), plain), path)

    def _file(self, image: str) -> Path:
        if is_png(self._path):
            return Path(self._path)
        make_folder(Path(self._path))
        return Path(self._path) / f"{self._names.add(Path(image).stem)}{PNG}"


def is_png(path: str) -> bool:
    """Whether a path is that of one PNG file, not of a folder."""
    return path.lower().endswith(PNG) and not is_folder(path)


class _UniqueNames:
    """Names of files in one folder, distinct on every system: the second `cat.jpg` is `cat.jpg-2`."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def add(self, name: str) -> str:
        """The name with unsafe characters replaced, and with a number where it is taken."""
        safe = unique = file_name(name)
        n = 1
        while unique.lower() in self._taken:
            n += 1
            unique = f"{safe}-{n}"
        self._taken.add(unique.lower())
        return unique


def file_name(name: str) -> str:
    """A name that a file can have on every system: `inception_3a/1x1` becomes `inception_3a_1x1`."""
    return re.sub(r"[^\w.@+-]", "_", name)[:MAX_FILE_NAME]


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, where they do not exist. Raises PrototxtError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        what = (getattr(error, "strerror", None) or str(error)).lower()
        raise PrototxtError(f"{folder}: this folder cannot be made: {what}") from None
