"""prototxt-classify at work."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from prototxt.caffe import Classifier, set_mode_gpu
from prototxt.caffe.io import load_image
from prototxt.cli.actions.requests import ClassifyRequest
from prototxt.cli.printing import print_line, print_table, print_warnings
from prototxt.cli.progress import progress_bar
from prototxt.errors import InputError, PrototxtWarning
from prototxt.formats.npy import BROKEN, NpyRows
from prototxt.images.labels import read_labels
from prototxt.images.mean import read_mean
from prototxt.util.files import check_folder, is_folder, whole_file
from prototxt.util.opened import CHANGED_HINT
from prototxt.views.answers import answers
from prototxt.views.answers_table import answers_table

NPY = ".npy"

Floats = NDArray[np.float32]
Images = Sequence[str | NDArray[np.generic]] | NpyRows
"""Names of image files, or arrays H x W x K."""


def execute(request: ClassifyRequest) -> None:
    """Classify the images, and save or print their scores."""
    net, weights = _required(request)
    if request.mean_file is None:
        raise click.UsageError(
            "--mean_file is missing: Caffe's own was in its source tree. For nets of ImageNet give "
            "--mean_file 104,117,123, for a net without a mean --mean_file ''"
        )
    labels = read_labels(request.labels) if request.labels else ()
    output = request.output_file
    if output:
        output = output if output.endswith(NPY) else output + NPY
        check_folder(output)
    images = _images(str(Path(request.input_file).expanduser()), request.ext)
    with _pycaffe_errors():
        if request.gpu:
            set_mode_gpu()
        classifier = _make_classifier(net, weights, _mean(request.mean_file), request)
    if output:
        print_line(f"Classifying {len(images)} inputs.")
    begun = time.time()
    with _pycaffe_errors():
        predictions = _predict(classifier, images, oversample=not request.center_only)
    if output:
        print_line(f"Done in {time.time() - begun:.2f} s.")
        print_line(f"Saving results into {output}")
        with whole_file(output) as file:
            np.save(file, predictions)
    if labels or not output:
        _print_best(images, predictions, labels)


def _required(request: ClassifyRequest) -> tuple[str, str]:
    """The net's two files. Raises click.UsageError where one is missing, which Caffe had a default for."""
    files = {"model_def": request.model_def, "pretrained_model": request.pretrained_model}
    for name, file in files.items():
        if file is None:
            raise click.UsageError(
                f"--{name} is missing: where it was not given Caffe took CaffeNet's from its source tree"
            )
    return request.model_def or "", request.pretrained_model or ""


def _mean(text: str) -> Floats | None:
    """The mean of each channel, None for an empty text."""
    if not text:
        return None
    values = read_mean(text).values
    mean: Floats = values.reshape(len(values), -1).mean(axis=1)
    return mean


def _make_classifier(net: str, weights: str, mean: Floats | None, request: ClassifyRequest) -> Classifier:
    swap = request.channel_swap
    classifier = Classifier(
        net,
        weights,
        request.images_dim,
        mean,
        request.input_scale,
        request.raw_scale,
        swap or None,
        reshape_weights=request.reshape_weights,
    )
    if swap is None and _channels(classifier) == 3:
        classifier.transformer.set_channel_swap(classifier.inputs[0], (2, 1, 0))
    return classifier


def _channels(net: Classifier) -> int:
    return net.blobs[net.inputs[0]].channels


def _images(name: str, ext: str) -> Images:
    """The arrays of a .npy, or the names of image files."""
    if name.endswith("npy"):
        return _arrays(name)
    if not is_folder(name):
        return [name]
    paths = Path(name).glob(f"*.{ext.removeprefix('.')}")
    files = sorted(str(path) for path in paths if not path.name.startswith("."))
    if not files:
        raise InputError(f"{name}: no *.{ext} in this folder", hint="--ext says which files are its images")
    return files


def _arrays(name: str) -> Images:
    try:
        images = NpyRows(name, lambda what: InputError(f"{name}: {what}", hint=CHANGED_HINT))
        shape, dtype = images.shape, images.dtype
        if len(shape) not in (3, 4) or 0 in shape or dtype.kind not in "fiu":
            sizes = " x ".join(map(str, shape))
            raise ValueError(f"images are N x H x W x K numbers, not {sizes} of {dtype}")
    except BROKEN as error:
        raise InputError(f"{name}: {getattr(error, 'strerror', None) or error}") from None
    return images if len(shape) == 4 else [images[:]]


def _predict(classifier: Classifier, images: Images, *, oversample: bool) -> Floats:
    """A row per image; no more images are in memory at a time than the net takes in a batch."""
    color = _channels(classifier) != 1
    step = classifier.blobs[classifier.inputs[0]].num
    rows = []
    with progress_bar("images", len(images)) as advance:
        for start in range(0, len(images), step):
            batch = images[start : start + step]
            loaded = [load_image(image, color) if isinstance(image, str) else image for image in batch]
            rows.append(classifier.predict(loaded, oversample))
            advance(len(batch))
    return np.concatenate(rows)


@contextmanager
def _pycaffe_errors() -> Iterator[None]:
    """Print pycaffe's warnings, and raise its errors, as the commands do."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", PrototxtWarning)
        try:
            yield
        except (FileNotFoundError, RuntimeError, ValueError) as error:
            what = f"{error.filename}: no such file" if isinstance(error, FileNotFoundError) else str(error)
            raise InputError(what) from None
        finally:
            print_warnings([str(warning.message) for warning in caught])


def _print_best(images: Images, predictions: Floats, labels: Sequence[str]) -> None:
    for number, row in enumerate(predictions):
        image = None if isinstance(images, NpyRows) else images[number]
        name = image if isinstance(image, str) else f"image {number}"
        for answer in answers({name: row[None]}, labels):
            print_table(answers_table(answer))
