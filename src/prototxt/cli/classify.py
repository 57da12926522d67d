"""prototxt-classify: images through a classifier, with the options of Caffe's classify.py."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from prototxt.blobs import AnyArray
from prototxt.cli.common import Command, show, show_notes
from prototxt.cli.options.net import file_name
from prototxt.cli.progress import progress_bar
from prototxt.errors import InputError, PrototxtWarning
from prototxt.util.files import check_folder, whole_file

if TYPE_CHECKING:
    from prototxt.caffe import Classifier

NPY = ".npy"


def whole_numbers(text: str) -> tuple[int, ...]:
    """`2,1,0` as numbers; click.BadParameter for anything else, nothing for an empty text."""
    try:
        return tuple(int(part) for part in text.split(",")) if text else ()
    except ValueError:
        raise click.BadParameter(f'"{text}" is not a list of whole numbers such as 2,1,0') from None


def height_width(text: str) -> tuple[int, ...]:
    """`256,256` as height and width; click.BadParameter for anything else."""
    numbers = whole_numbers(text)
    if len(numbers) != 2 or min(numbers) < 1:
        raise click.BadParameter(f'"{text}" is not HEIGHT,WIDTH such as 256,256')
    return numbers


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("input_file", type=file_name)
@click.argument("output_file", type=file_name, required=False)
@click.option("--model_def", type=file_name, metavar="PROTOTXT", help="The net.  [required]")
@click.option("--pretrained_model", type=file_name, metavar="CAFFEMODEL", help="Its weights.  [required]")
@click.option("--gpu", is_flag=True, help="Accepted, as Caffe has it; nets run on the CPU.")
@click.option("--center_only", is_flag=True, help="The centre crop alone, not the mean answer of ten crops.")
@click.option(
    "--images_dim", type=height_width, default="256,256", show_default=True, metavar="HEIGHT,WIDTH",
    help="What images are resized to before they are cropped.",
)  # fmt: skip
@click.option(
    "--mean_file", metavar="FILE|VALUES",
    help="The mean that is subtracted, of each channel: a .npy or .binaryproto, or values such as 104,117,123; "
    "'' for none.  [required]",
)  # fmt: skip
@click.option("--input_scale", type=float, help="A factor after the mean is subtracted.")
@click.option(
    "--raw_scale", type=float, default=255.0, show_default=True,
    help="A factor before the mean is subtracted; images are in 0..1.",
)  # fmt: skip
@click.option(
    "--channel_swap", type=whole_numbers, metavar="ORDER",
    help="The order of channels, '' for RGB as it is.  [default: 2,1,0, BGR, where the net takes three]",
)  # fmt: skip
@click.option("--ext", default="jpg", show_default=True, help="Which files of a folder are its images.")
@click.option(
    "--labels", type=file_name, metavar="FILE", help="The classes' names, a line each: prints the top 5."
)
@click.version_option(package_name="prototxt")
def main(
    input_file: str,
    output_file: str | None,
    model_def: str | None,
    pretrained_model: str | None,
    gpu: bool,
    center_only: bool,
    images_dim: tuple[int, ...],
    mean_file: str | None,
    input_scale: float | None,
    raw_scale: float,
    channel_swap: tuple[int, ...] | None,
    ext: str,
    labels: str | None,
) -> None:
    """Classify INPUT_FILE: an image, a folder of images, or a .npy of images N x H x W x K in RGB, 0..1.

    OUTPUT_FILE becomes a .npy with a row of scores for each image. Without it the best five classes of each are
    printed. The options are those of Caffe's python/classify.py; what it took from Caffe's own source tree where
    nothing was said, the net, its weights and its mean, is to be named here.

    \b
    Examples:
      prototxt-classify cat.jpg --model_def deploy.prototxt --pretrained_model net.caffemodel \\
        --mean_file 104,117,123 --labels synset_words.txt
      prototxt-classify photos/ scores.npy --model_def deploy.prototxt --pretrained_model net.caffemodel \\
        --mean_file mean.npy --ext png --center_only
    """
    import numpy as np

    from prototxt.caffe import set_mode_gpu
    from prototxt.images.labels import read_labels

    files = _required({"model_def": model_def, "pretrained_model": pretrained_model})
    if mean_file is None:
        raise click.UsageError(
            "--mean_file is missing: Caffe's own lay in its source tree. For nets of ImageNet give "
            "--mean_file 104,117,123, for a net without a mean --mean_file ''"
        )
    names = read_labels(labels) if labels else ()
    if output_file:
        output_file = output_file if output_file.endswith(NPY) else output_file + NPY
        check_folder(output_file)
    images = _images(str(Path(input_file).expanduser()), ext)
    with _told():
        if gpu:
            set_mode_gpu()
        classifier = _classifier(files, images_dim, _mean(mean_file), input_scale, raw_scale, channel_swap)
    if output_file:
        click.echo(f"Classifying {len(images)} inputs.")
    begun = time.time()
    with _told():
        predictions = _predict(classifier, images, not center_only)
    if output_file:
        click.echo(f"Done in {time.time() - begun:.2f} s.")
        click.echo(f"Saving results into {output_file}")
        with whole_file(output_file) as file:
            np.save(file, predictions)
    if labels or not output_file:
        _show_best(images, predictions, names)


def _required(files: dict[str, str | None]) -> dict[str, str]:
    """The files that must be named, without which Caffe took those of its own source tree."""
    for name, file in files.items():
        if file is None:
            raise click.UsageError(
                f"--{name} is missing: where it was not given Caffe took CaffeNet's from its source tree"
            )
    return {name: file for name, file in files.items() if file is not None}


def _mean(text: str) -> AnyArray | None:
    """The mean of each channel, None for an empty text."""
    from prototxt.images.mean import read_mean

    if not text:
        return None
    values = read_mean(text).values
    mean: AnyArray = values.reshape(len(values), -1).mean(axis=1)
    return mean


def _classifier(
    files: dict[str, str],
    images_dim: tuple[int, ...],
    mean: AnyArray | None,
    input_scale: float | None,
    raw_scale: float,
    channel_swap: tuple[int, ...] | None,
) -> Classifier:
    from prototxt.caffe import Classifier

    net = Classifier(
        files["model_def"], files["pretrained_model"], images_dim, mean, input_scale, raw_scale, channel_swap or None
    )  # fmt: skip
    if channel_swap is None and _channels(net) == 3:
        net.transformer.set_channel_swap(net.inputs[0], (2, 1, 0))
    return net


def _channels(net: Classifier) -> int:
    return net.blobs[net.inputs[0]].channels


def _images(name: str, ext: str) -> Sequence[Any]:
    """The arrays of a .npy, or the names of image files."""
    if name.endswith("npy"):
        return _arrays(name)
    if not Path(name).is_dir():
        return [name]
    paths = Path(name).glob(f"*.{ext.removeprefix('.')}")
    found = sorted(str(path) for path in paths if not path.name.startswith("."))
    if not found:
        raise InputError(f"{name}: no *.{ext} in this folder", hint="--ext says which files are its images")
    return found


def _arrays(name: str) -> Sequence[Any]:
    import numpy as np

    from prototxt.formats.npy import BROKEN, read_header
    from prototxt.util.files import regular_size

    try:
        with Path(name).open("rb") as file:
            shape, dtype = read_header(file, regular_size(name))
        if len(shape) not in (3, 4) or 0 in shape or dtype.kind not in "fiu":
            sizes = " x ".join(map(str, shape))
            raise ValueError(f"images are N x H x W x K numbers, not {sizes} of {dtype}")
        images: Sequence[Any] = np.load(name, mmap_mode="r", allow_pickle=False).reshape(-1, *shape[-3:])
    except BROKEN as error:
        raise InputError(f"{name}: {getattr(error, 'strerror', None) or error}") from None
    return images


def _predict(classifier: Classifier, images: Sequence[Any], oversample: bool) -> AnyArray:
    """A row for each image; as many are in memory at a time as the net takes."""
    import numpy as np

    from prototxt.caffe.io import load_image

    color = _channels(classifier) != 1
    step = classifier.blobs[classifier.inputs[0]].num
    rows = []
    with progress_bar("images", len(images)) as advance:
        for start in range(0, len(images), step):
            some = images[start : start + step]
            loaded = [load_image(one, color) if isinstance(one, str) else one for one in some]
            rows.append(classifier.predict(loaded, oversample))
            advance(len(some))
    return np.concatenate(rows)


@contextmanager
def _told() -> Iterator[None]:
    """What pycaffe's names warn of and raise, as the commands tell it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", PrototxtWarning)
        try:
            yield
        except (FileNotFoundError, RuntimeError, ValueError) as error:
            what = f"{error.filename}: no such file" if isinstance(error, FileNotFoundError) else str(error)
            raise InputError(what) from None
        finally:
            show_notes([str(warning.message) for warning in caught])


def _show_best(images: Sequence[Any], predictions: AnyArray, labels: Sequence[str]) -> None:
    from prototxt.views.answers import answers
    from prototxt.views.answers_table import answers_table

    for number, (image, row) in enumerate(zip(images, predictions, strict=True)):
        name = image if isinstance(image, str) else f"image {number}"
        for answer in answers({name: row[None]}, labels):
            show(answers_table(answer))
