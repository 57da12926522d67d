"""prototxt-run at work: a net, a reader, a scheduler, and the sinks that the options ask for."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import chain, islice
from pathlib import Path
from time import perf_counter

from prototxt.batch.features.write import open_features
from prototxt.batch.items import Item
from prototxt.batch.readers import Reader, is_arrays
from prototxt.batch.runner import Runner
from prototxt.batch.sinks import FeatureSink, MapSink, PredictionSink, Sink, file_name, make_folder
from prototxt.batch.sources import expand
from prototxt.cli.command import INTERRUPTED
from prototxt.cli.nets import end_if_needed, graph_options, new_warnings, read_net
from prototxt.cli.preprocessing import reader_of
from prototxt.cli.printing import print_line, print_warnings
from prototxt.cli.progress import progress_bar
from prototxt.cli.run.checks import check_predictions, check_request
from prototxt.cli.run.first_batch import FirstBatch, WatchedScheduler
from prototxt.cli.run.plan import show_plan
from prototxt.cli.run.request import RunRequest
from prototxt.cli.run.results import DetailSink, JsonSink, LineSink, Presentation, Tally, label_warnings
from prototxt.cli.weights import about_weights, missing_weights, weights_files
from prototxt.engine.tuning.machine import busy
from prototxt.errors import InputError
from prototxt.frontend.net_options import NetOptions
from prototxt.images.labels import read_labels
from prototxt.images.recipe import Order
from prototxt.net import Net
from prototxt.pictures.canvas import save_png
from prototxt.pictures.filters import filters
from prototxt.util.interrupt import shielded
from prototxt.views.answers import TOP
from prototxt.views.detections import MIN_SCORE, Selection
from prototxt.views.numbers import counted

TOP_OF_SEVERAL = 1
"""Best classes that a listing of several images prints of each."""


def execute(request: RunRequest) -> int:
    """Run what the command line asks for; the exit code."""
    check_request(request)
    output, planned = request.output, request.planned
    names = list(expand(request.images_named, sys.stdin))
    if not names and request.images_named:
        raise InputError("no images: the list is empty")
    net = _load(request)
    if planned.measures:
        print_warnings([note] if (note := busy()) else [])
    runner = Runner(net, request.start, request.end, output.blobs)
    if output.feature_maps and not output.blobs:
        runner = runner.keeping(runner.maps)
    check_predictions(runner, names, output)
    if not names:
        show_plan(runner, planned, output.as_json, batch=request.batch)
        return 0
    reader = reader_of(runner, names, request.images)
    if output.filters:
        _paint_filters(output.filters, net, reader.order)
    if planned.shows_plan:
        show_plan(runner, planned, output.as_json, items=_first_items(reader, names, request.batch or 1))
        return 0
    return _Run(request, runner, reader, names).stream()


def _load(request: RunRequest) -> Net:
    definition = read_net(request.net, strict=request.choice.strict)
    options, files = graph_options(request.choice, request.seed), weights_files(request.weights)
    if request.end is not None:
        options = end_if_needed(definition, options, request.end)
    net_options = NetOptions.of(
        options,
        keep="outputs",
        engine=request.engine,
        threads=request.planned.threads,
        reshape_weights=request.reshape_weights,
    )
    net = Net(definition, net_options, files)
    print_warnings([*new_warnings(net.graph, definition), *missing_weights(net)])
    return net


def _first_items(reader: Reader, names: Sequence[str], batch: int) -> list[Item]:
    """The first batch: this many items, or fewer if there are no more."""
    return list(islice(chain.from_iterable(map(reader.read, names)), batch))


def _paint_filters(folder: str, net: Net, order: Order) -> None:
    """Paint the kernels of the net's first Convolution as a PNG in this folder, and print its name."""
    first = next((node for node in net.layers if node.type == "Convolution"), None)
    if first is None:
        raise InputError(f"{net.graph.file}: the net has no Convolution whose filters could be painted")
    make_folder(Path(folder))
    path = Path(folder) / f"{file_name(first.name)}.png"
    save_png(filters(first.name, net.params[first.name][0].data, order), path)
    print_line(f"filters of {first.name}: {path}", err=True)


class _Run:
    """All files through the net, into the sinks that the options ask for."""

    def __init__(self, request: RunRequest, runner: Runner, reader: Reader, names: Sequence[str]) -> None:
        self._output, self._runner, self._names = request.output, runner, names
        self._single = len(names) == 1 and not is_arrays(names[0])
        self._scheduler = WatchedScheduler(runner, reader, request, self._first_done)
        self._presentation = self._present()
        self._json = JsonSink(self._presentation)
        self._tally = Tally()

    def _present(self) -> Presentation:
        output = self._output
        min_score = MIN_SCORE if output.min_score is None else output.min_score
        labels = read_labels(output.labels) if output.labels else ()
        top = output.top or (TOP if self._single or output.as_json else TOP_OF_SEVERAL)
        return Presentation(about_weights(self._runner.net), Selection(labels, min_score, output.top), top)

    def stream(self) -> int:
        """Run everything; the exit code."""
        start = perf_counter()
        with ExitStack() as files:
            interrupted = self._fill([self._tally, *self._sinks(files)])
            with shielded():
                files.close()
        self._sum_up(perf_counter() - start, interrupted)
        if interrupted:
            return INTERRUPTED
        return 1 if self._tally.failed else 0

    def _sinks(self, files: ExitStack) -> Iterator[Sink]:
        output = self._output
        if output.as_json:
            yield self._json
        elif self._single:
            yield DetailSink(self._presentation)
        else:
            yield LineSink(self._names, self._presentation)
        if output.save:
            writer = files.enter_context(open_features(output.save))
            yield FeatureSink(writer, output.blobs or self._runner.graph.outputs)
        if output.feature_maps:
            yield MapSink(output.feature_maps, self._runner.blobs)
        if output.draw:
            yield PredictionSink(output.draw, self._presentation.selection)

    def _fill(self, sinks: Sequence[Sink]) -> bool:
        """Every batch into the sinks; whether Ctrl-C ended the run, between two batches."""
        # Nobody knows how many rows the files of arrays have.
        total = None if any(map(is_arrays, self._names)) else len(self._names)
        try:
            with (
                closing(self._scheduler.run(self._names)) as batches,
                progress_bar("images", total) as advance,
            ):
                for batch in batches:
                    with shielded():
                        for sink in sinks:
                            sink.take(batch)
                    advance(len(batch))
        except KeyboardInterrupt:
            return True
        return False

    def _first_done(self, first: FirstBatch) -> None:
        """Print the tables of the first batch, or put their values into its first line of JSON."""
        output, graph = self._output, self._runner.graph
        print_warnings(label_warnings(output.labels, self._presentation.selection.labels, first.outcomes[0]))
        if output.as_json:
            self._json.extra = first.as_dict(graph, bool(output.time))
        else:
            first.print_tables(graph, self._single or bool(output.time))

    def _sum_up(self, seconds: float, interrupted: bool) -> None:
        """Print the number of rows saved and, for several images, how many were run in what time."""
        done, failed = self._tally.done, self._tally.failed
        if self._output.save and done:
            print_line(f"saved {counted(done, 'row')} to {self._output.save}", err=True)
        if self._single:
            return
        parts = [f"{counted(done, 'image')} in {seconds:.1f} s, {done / seconds:.1f} images/s"]
        if failed:
            parts.append(f"{failed:,} failed")
        if interrupted:
            parts.append(f"interrupted: of {len(self._names):,} files; what was written is complete")
        print_line("; ".join(parts), err=True)
