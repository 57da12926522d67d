"""prototxt-report: a net as one HTML file, with its graph, its table, its maps and kernels."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from prototxt.cli.common import Command, say, show_notes
from prototxt.cli.options.image import ImageChoice, image_options
from prototxt.cli.options.net import NetChoice, file_name, net_options, weights_option
from prototxt.cli.run.reading import make_reading, weights_files
from prototxt.cli.run.text import missing_weights

if TYPE_CHECKING:
    from prototxt.graph.graph import Graph
    from prototxt.images.view import View
    from prototxt.net import Net
    from prototxt.page.picture import Picture
    from prototxt.page.write import Content, Written
    from prototxt.text.definition import Definition

OF_ONE_NET = "image", "weights", "max_mb", "dtype", "seed"
"""Options that say nothing of two nets."""

DTYPES = {"fp16": "float16", "fp32": "float32"}


def finite(_ctx: click.Context, _option: click.Parameter, value: float) -> float:
    """The number; click.BadParameter for "nan" and "inf", which are floats too."""
    if not isfinite(value):
        raise click.BadParameter(f"{value} is no size.")
    return value


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("net", type=file_name)
@click.option(
    "--image", type=file_name, metavar="FILE",
    help="Run the net on this image (or .npy, .npz of arrays), and show every map; without it there are none.",
)  # fmt: skip
@weights_option
@click.option(
    "--compare", "other", type=file_name, metavar="OTHER",
    help="Show NET beside another net: both in one graph and one table, what differs, which weights load.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=file_name, metavar="FILE", default="report.html", show_default=True,
    help="The file to write.",
)  # fmt: skip
@click.option(
    "--max-mb", type=click.FloatRange(0, min_open=True), default=40, show_default=True, callback=finite,
    help="The page takes no more megabytes: where all values are more, the largest blobs and kernels are left out.",
)  # fmt: skip
@click.option(
    "--dtype", type=click.Choice(list(DTYPES)), default="fp16", show_default=True,
    help="How values are kept in the page: 2 bytes and 3 digits each, or 4 bytes and all digits.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="Seeds random weights.")
@image_options
@net_options
@click.version_option(package_name="prototxt")
@click.pass_context
def main(
    ctx: click.Context,
    net: str,
    image: str | None,
    weights: tuple[str, ...],
    other: str | None,
    output: str,
    max_mb: float,
    dtype: str,
    seed: int,
    images: ImageChoice,
    choice: NetChoice,
) -> None:
    """Write NET (a prototxt file) as one HTML page: its graph, a table, every layer explained.

    With --weights the page shows the kernels, with --image every map that they make of the image, and what each value
    is made of. With --compare it shows two nets side by side. The page needs no server and no network; it opens from
    the disk.

    \b
    Examples:
      prototxt-report examples/alexnet.prototxt
      prototxt-report examples/lenet.prototxt --weights examples/lenet.caffemodel --image examples/digit.png \\
        --preset mnist -o lenet.html
      prototxt-report deploy.prototxt --weights net.caffemodel --image cat.jpg --preset imagenet --dtype fp32
      prototxt-report deploy.prototxt --compare other.prototxt -o diff.html
    """
    from prototxt.frontend.load import define_net
    from prototxt.page.write import MEGA, Limits, page, write_page
    from prototxt.text.read import read_text
    from prototxt.util.files import check_folder

    given = [net, *(weights_files(weights) or ()), *filter(None, [other, image, images.mean])]
    _check_not_read(output, given)
    if other is not None:
        _check_alone(ctx, images)
        check_folder(output)
        say(_compare(net, other, choice, output))
        return
    if images.said and image is None:
        raise click.UsageError(f"{images.said[0]} is for images: give --image")
    if images.crop == "ten":
        raise click.UsageError("--crop ten makes ten images of one, a page shows one: leave it out")
    check_folder(output)
    definition = define_net(read_text(net), net, strict=choice.strict)
    show_notes(definition.notes)
    content = _sendable(_content(definition, choice, seed, weights, image, images), given)
    limits = Limits(int(max_mb * MEGA), "float16" if dtype == "fp16" else "float32")
    say(_told(output, content.graph, write_page(output, content, limits, page())))


def _check_not_read(output: str, given: list[str]) -> None:
    """Raises click.UsageError where the page would take the place of a file that it is made of."""
    for file in given:
        if Path(output).exists() and Path(file).exists() and Path(output).samefile(file):
            raise click.UsageError(f"-o {output} is read too: the page would take its place")


def _check_alone(ctx: click.Context, images: ImageChoice) -> None:
    """Raises click.UsageError for options that make no sense for two nets."""
    given = [f"--{name.replace('_', '-')}" for name in OF_ONE_NET if _is_said(ctx, name)]
    if given or images.said:
        what = (given + images.said)[0]
        raise click.UsageError(
            f"{what} is for the page of one net: --compare shows shapes and settings alone"
        )


def _is_said(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) not in (None, ParameterSource.DEFAULT)


def _compare(net: str, other: str, choice: NetChoice, output: str) -> str:
    """Write the page of two nets; what to say of it."""
    from prototxt.explain.surgery.diff import diff
    from prototxt.frontend.load import define_net
    from prototxt.page.comparison import make_comparison, write_comparison
    from prototxt.page.write import page
    from prototxt.text.read import read_text
    from prototxt.views.numbers import counted, human_bytes

    first, second = (define_net(read_text(file), file, strict=choice.strict) for file in (net, other))
    found = diff(first, second, choice.options())
    show_notes([*found.before.notes, *found.after.notes])
    size = write_comparison(output, make_comparison(found), page())
    differ = sum(found.differs(pair) for pair in found.comparison.pairs)
    said = (
        f"{differ:,} of them {'differs' if differ == 1 else 'differ'}"
        if differ
        else "the two nets are the same"
    )
    return f"{output}: {human_bytes(size)}, {counted(len(found.comparison.pairs), 'layer')}, {said}"


def _content(
    definition: Definition,
    choice: NetChoice,
    seed: int,
    weights: tuple[str, ...],
    image: str | None,
    images: ImageChoice,
) -> Content:
    """What there is to show: shapes alone, or kernels, or maps too."""
    from prototxt.frontend.load import outline
    from prototxt.net import Net
    from prototxt.page.write import Content

    options, files = choice.options(seed), weights_files(weights)
    known = len(definition.notes)
    if files is None and image is None:
        graph = outline(definition, options)
        show_notes(graph.notes[known:])
        return Content(graph)
    net = Net(definition, options, files, keep="outputs", engine="fast")
    unlearned = [_about_weights(net)] if net.loaded is None else []
    show_notes([*net.graph.notes[known:], *unlearned, *missing_weights(net)])
    return _with_kernels(net) if image is None else _with_maps(net, image, images)


def _sendable(content: Content, files: list[str]) -> Content:
    """The content without what it says of this machine: its folders."""
    from dataclasses import replace

    from prototxt.page.document import without_folders

    return replace(content, notes=tuple(without_folders(note, files) for note in content.notes))


def _with_kernels(net: Net) -> Content:
    from prototxt.page.values import learned
    from prototxt.page.write import Content

    return Content(net.graph, learned(net), notes=(_about_weights(net), *missing_weights(net)))


def _with_maps(net: Net, image: str, images: ImageChoice) -> Content:
    from prototxt.batch.run import Runner
    from prototxt.page.values import learned, run
    from prototxt.page.write import Content

    runner, batch = Runner(net), net.graph.images
    reading = make_reading(runner, [image], images)
    show_notes(reading.notes)
    item = next(iter(reading.read(image)))
    blobs = run(net, runner.feeds([item]))
    notes = [item.how, _about_weights(net), *missing_weights(net), *reading.notes]
    if net.graph.images != batch:
        notes.append(f"the file's batch is {batch:,}, the page shows {net.graph.images:,}")
    notes += [f'input "{name}" was not given: zeros' for name in net.inputs if name not in item.feeds]
    picture = _picture(image, next(iter(item.feeds)), item.view)
    return Content(net.graph, {**blobs, **learned(net)}, picture, tuple(notes))


def _about_weights(net: Net) -> str:
    from prototxt.cli.run.text import about_weights

    return f"weights: {about_weights(net)}"


def _picture(image: str, blob: str, view: View | None) -> Picture | None:
    """The image for the page; files of arrays are none."""
    from prototxt.graph.graph import BlobId
    from prototxt.images.load import decode_image, guarded
    from prototxt.page.picture import Picture

    if view is None:
        return None
    return Picture.of(BlobId(blob), guarded(image, lambda: decode_image(image, True)), view)


def _told(output: str, graph: Graph, written: Written) -> str:
    """One line on what was written, and one on what was left out."""
    from prototxt.errors import a_few
    from prototxt.views.numbers import counted, human_bytes

    holds = f"{counted(len(graph.nodes), 'layer')}, {counted(written.arrays, 'array')}"
    line = f"{output}: {human_bytes(written.bytes)}, {holds}"
    return line + (f"\nleft out: {a_few(written.left_out)}" if written.left_out else "")
