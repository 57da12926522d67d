"""prototxt-report: a net as one HTML page, with its graph, its table, its maps and kernels."""

from __future__ import annotations

from math import isfinite
from typing import Any

import click
from click.core import ParameterSource

from prototxt.cli.actions.requests import ReportRequest
from prototxt.cli.command import Command
from prototxt.cli.options.group import file_name
from prototxt.cli.options.image import image_options
from prototxt.cli.options.net import net_options, reshape_option, seed_option, weights_option

OF_ONE_NET = "image", "weights", "max_mb", "dtype", "seed", "reshape_weights"
"""Options that have no meaning for two nets."""


def finite(_ctx: click.Context, _option: click.Parameter, value: float) -> float:
    """The number; click.BadParameter for "nan" and "inf", which are floats too."""
    if not isfinite(value):
        raise click.BadParameter(f"{value} is no size.")
    return value


@click.command(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("net", type=file_name)
@click.option(
    "--image", type=file_name, metavar="FILE",
    help="Run the net on this image (or .npy, .npz of arrays) and show every map; without it the page has none.",
)  # fmt: skip
@weights_option
@reshape_option
@click.option(
    "--compare", "other", type=file_name, metavar="OTHER",
    help="Show NET beside another net: both in one graph and one table, the differences, which weights load.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=file_name, metavar="FILE", default="report.html", show_default=True,
    help="File to write.",
)  # fmt: skip
@click.option(
    "--max-mb", type=click.FloatRange(0, min_open=True), default=40, show_default=True, callback=finite,
    help="Largest size of the page in megabytes; if all values need more, the largest blobs and kernels are left out.",
)  # fmt: skip
@click.option(
    "--dtype", type=click.Choice(["fp16", "fp32"]), default="fp16", show_default=True,
    help="Precision of values in the page: 2 bytes and 3 digits each, or 4 bytes and all digits.",
)  # fmt: skip
@seed_option
@image_options
@net_options
@click.version_option(package_name="prototxt")
@click.pass_context
def main(ctx: click.Context, /, **given: Any) -> None:  # as ReportRequest types them
    """Write NET (a prototxt file) as one HTML page: its graph, a table, and an explanation of every layer.

    With --weights the page shows the kernels; with --image it shows every map that they compute from the image, and
    the breakdown of each value. With --compare it shows two nets side by side. The page needs no server and no
    network; it opens from the disk.

    \b
    Examples:
      prototxt-report examples/alexnet.prototxt
      prototxt-report examples/lenet.prototxt --weights examples/lenet.caffemodel --image examples/digit.png \\
        --preset mnist -o lenet.html
      prototxt-report deploy.prototxt --weights net.caffemodel --image cat.jpg --preset imagenet --dtype fp32
      prototxt-report deploy.prototxt --compare other.prototxt -o diff.html
    """
    from prototxt.cli.actions.report import execute

    execute(
        ReportRequest(**given), [f"--{name.replace('_', '-')}" for name in OF_ONE_NET if _is_given(ctx, name)]
    )


def _is_given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) not in (None, ParameterSource.DEFAULT)
