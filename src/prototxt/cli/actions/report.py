"""prototxt-report at work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from prototxt.batch.runner import Runner
from prototxt.cli.actions.requests import ReportRequest
from prototxt.cli.nets import graph_options, new_warnings, read_net
from prototxt.cli.options.net import NetChoice
from prototxt.cli.preprocessing import reader_of
from prototxt.cli.printing import print_line, print_warnings
from prototxt.cli.weights import about_weights, missing_weights, weights_files
from prototxt.errors import a_few
from prototxt.explain.surgery.diff import diff
from prototxt.frontend.load import define_net, outline
from prototxt.frontend.net_options import NetOptions
from prototxt.graph.graph import BlobId, Graph
from prototxt.images.load import decode_image, guarded
from prototxt.images.view import View
from prototxt.net import Net
from prototxt.page import write
from prototxt.page.arrays import Dtype
from prototxt.page.comparison import make_comparison, write_comparison
from prototxt.page.document import without_folders
from prototxt.page.picture import Picture
from prototxt.page.values import learned, run
from prototxt.page.write import MEGA, Content, Limits, Written, write_page
from prototxt.text.files import read_text
from prototxt.util.files import check_folder, exists
from prototxt.views.numbers import counted, human_bytes

DTYPES: dict[str, Dtype] = {"fp16": "float16", "fp32": "float32"}


def execute(request: ReportRequest, of_one_net: Sequence[str]) -> None:
    """Write the page; `of_one_net` are the options given that have no meaning for two nets."""
    output, images = request.output, request.images
    files = [request.net, *(weights_files(request.weights) or ())]
    files += filter(None, [request.other, request.image, images.mean])
    _check_not_read(output, files)
    if request.other is not None:
        options = [*of_one_net, *images.given]
        if options:
            raise click.UsageError(
                f"{options[0]} is for the page of one net: --compare shows only shapes and settings"
            )
        check_folder(output)
        _compare(request.net, request.other, request.choice, output)
        return
    if images.given and request.image is None:
        raise click.UsageError(f"{images.given[0]} is for images: give --image")
    if images.crop == "ten":
        raise click.UsageError("--crop ten makes ten images of one, a page shows one: leave it out")
    check_folder(output)
    content = _content(request)
    # A page must not contain the folders of this machine.
    content = replace(content, notes=tuple(without_folders(note, files) for note in content.notes))
    limits = Limits(int(request.max_mb * MEGA), DTYPES[request.dtype])
    written = write_page(output, content, limits, write.page())
    for line in _summary(output, content.graph, written):
        print_line(line)
    content.graph.raise_refused()


def _check_not_read(output: str, files: Sequence[str]) -> None:
    """Raise click.UsageError where the page would overwrite a file that it is made from."""
    for file in files:
        if exists(output) and exists(file) and Path(output).samefile(file):
            raise click.UsageError(f"-o {output} is an input too: the page would overwrite it")


def _compare(net: str, other: str, choice: NetChoice, output: str) -> None:
    """Write the page of two nets and print a line that says how they differ."""
    first, second = (define_net(read_text(file), file, strict=choice.strict) for file in (net, other))
    difference = diff(first, second, graph_options(choice))
    print_warnings([*difference.before.notes, *difference.after.notes])
    size = write_comparison(output, make_comparison(difference), write.page())
    pairs = difference.comparison.pairs
    differing = sum(difference.differs(pair) for pair in pairs)
    verdict = "the two nets are the same"
    if differing:
        verdict = f"{differing:,} of them {'differs' if differing == 1 else 'differ'}"
    print_line(f"{output}: {human_bytes(size)}, {counted(len(pairs), 'layer')}, {verdict}")
    difference.raise_refused()


def _content(request: ReportRequest) -> Content:
    """The content of the page: only shapes, or kernels, or maps too."""
    definition = read_net(request.net, strict=request.choice.strict)
    options, files = graph_options(request.choice, request.seed), weights_files(request.weights)
    if files is None and request.image is None:
        graph = outline(definition, options)
        print_warnings(new_warnings(graph, definition))
        return Content(graph)
    net = Net(
        definition, NetOptions.of(options, keep="outputs", reshape_weights=request.reshape_weights), files
    )
    untrained = [_weights_line(net)] if net.loaded is None else []
    print_warnings([*new_warnings(net.graph, definition), *untrained, *missing_weights(net)])
    if request.image is None:
        return Content(net.graph, learned(net), notes=(_weights_line(net), *missing_weights(net)))
    return _with_maps(net, request.image, request)


def _with_maps(net: Net, image: str, request: ReportRequest) -> Content:
    runner, batch = Runner(net), net.graph.images
    reader = reader_of(runner, [image], request.images)
    item = next(iter(reader.read(image)))
    blobs = run(net, runner.feeds([item]))
    notes = [item.preparation, _weights_line(net), *missing_weights(net), *reader.notes]
    if net.graph.images != batch:
        notes.append(f"the file's batch is {batch:,}, the page shows {net.graph.images:,}")
    notes += [f'input "{name}" was not given: zeros' for name in net.inputs if name not in item.feeds]
    picture = _picture(image, next(iter(item.feeds)), item.view)
    return Content(net.graph, {**blobs, **learned(net)}, picture, tuple(notes))


def _weights_line(net: Net) -> str:
    return f"weights: {about_weights(net)}"


def _picture(image: str, blob: str, view: View | None) -> Picture | None:
    """The image for the page; None for a file of arrays."""
    if view is None:
        return None
    return Picture.of(BlobId(blob), guarded(image, lambda: decode_image(image, True)), view)


def _summary(output: str, graph: Graph, written: Written) -> Iterator[str]:
    """A line about the page, and one about the arrays that were left out."""
    holds = f"{counted(len(graph.nodes), 'layer')}, {counted(written.arrays, 'array')}"
    yield f"{output}: {human_bytes(written.bytes)}, {holds}"
    if written.left_out:
        yield f"left out: {a_few(written.left_out)}"
