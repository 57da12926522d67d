"""One run over all files: read ahead, in batches through the net, into tables, lines and files."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from threading import local
from time import perf_counter
from typing import TYPE_CHECKING

from prototxt.cli.common import INTERRUPTED, say, show_notes
from prototxt.cli.options.output import OutputChoice
from prototxt.cli.progress import progress_bar
from prototxt.cli.run.draw import Drawn
from prototxt.cli.run.measured import autotune
from prototxt.cli.run.pictures import Maps, paint_input
from prototxt.cli.run.reading import Reading
from prototxt.cli.run.sinks import Detailed, Features, JsonLines, Lines, Sink, Tally, Telling
from prototxt.cli.run.text import about_weights, label_notes
from prototxt.cli.run.watched import Watched, timed, traced, wake_blas
from prototxt.errors import PrototxtError
from prototxt.util.interrupt import shielded
from prototxt.views.numbers import counted

if TYPE_CHECKING:
    from prototxt.batch.batches import Entry
    from prototxt.batch.items import Failure, Item
    from prototxt.batch.run import Outcome, Runner

READ_AHEAD = 4
"""Files that are read while the net works, besides those of the next batches."""

TOP_OF_MANY = 1
"""How many of the best classes are told of each of many images."""


@dataclass
class Job:
    """Everything a run was asked for, and how far it is."""

    runner: Runner
    names: Sequence[str]
    reading: Reading
    batch: int
    fail_fast: bool
    output: OutputChoice
    autotune: bool = False
    tally: Tally = field(default_factory=Tally)
    begun: bool = False
    clones: int = field(init=False)
    """Batches of many images that are run at once, each in a twin of the net: a thread for each."""

    def __post_init__(self) -> None:
        from prototxt.batch.items import is_arrays
        from prototxt.images.labels import read_labels
        from prototxt.views.answers import TOP
        from prototxt.views.detections import MIN_SCORE, Choice

        self.twins = self.runner.net.threads
        self.single = len(self.names) == 1 and not is_arrays(self.names[0])
        output = self.output
        least = MIN_SCORE if output.min_score is None else output.min_score
        labels = read_labels(output.labels) if output.labels else ()
        top = output.top or (TOP if self.single or output.as_json else TOP_OF_MANY)
        self.telling = Telling(about_weights(self.runner.net), Choice(labels, least, output.top), top)
        self.json = JsonLines(self.telling)

    def go(self) -> int:
        """Run everything; the exit code."""
        start = perf_counter()
        with ExitStack() as files:
            interrupted = self._stream([self.tally, *self._sinks(files)])
            with shielded():
                files.close()
        self._sum_up(perf_counter() - start, interrupted)
        if interrupted:
            return INTERRUPTED
        return 1 if self.tally.failed else 0

    def _sinks(self, files: ExitStack) -> Iterator[Sink]:
        output = self.output
        if output.as_json:
            yield self.json
        elif self.single:
            yield Detailed(self.telling)
        else:
            yield Lines(self.names, self.telling)
        if output.save:
            from prototxt.batch.features.write import open_features

            blobs = output.blobs or self.runner.graph.outputs
            yield Features(files.enter_context(open_features(output.save)), blobs)
        if output.feature_maps:
            yield Maps(output.feature_maps, self.runner.blobs)
        if output.draw:
            yield Drawn(output.draw, self.telling.choice)

    def _stream(self, sinks: Sequence[Sink]) -> bool:
        """Every batch through the net and into the sinks; whether Ctrl-C ended it, between two batches."""
        from prototxt.batch.batches import batches, read_ahead
        from prototxt.batch.items import is_arrays

        entries = read_ahead(self.names, self.reading.read, self.twins * self.batch + READ_AHEAD)
        total = (
            None if any(map(is_arrays, self.names)) else len(self.names)
        )  # arrays have rows, nobody knows how many
        try:
            with (
                closing(entries),
                closing(self._done(batches(entries, self.batch))) as batches_done,
                progress_bar("images", total) as advance,
            ):
                for done in batches_done:
                    with shielded():
                        for sink in sinks:
                            sink.take(done)
                    advance(len(done))
                    if self.fail_fast and self.tally.failed:
                        break
        except KeyboardInterrupt:
            return True
        return False

    def _done(self, groups: Iterator[Sequence[Entry]]) -> Generator[list[Outcome | Failure]]:
        """What every batch gave, in order: the first one watched, the others several at once.

        Layers that remember (random ones, recurrent ones) want one batch after the other.

        A thread for each batch, with a net and a BLAS of one thread, does more than all threads for one batch after
        the other: threads wait for each other, and the more so while another one reads images.
        """
        for group in groups:
            yield self._run(group, self._first)
            if self.begun:
                break
        if self.single or self.runner.graph.stateful:
            yield from (self._run(group, self.runner.run) for group in groups)
            return
        from prototxt.batch.batches import in_order
        from prototxt.engine import blas

        own = local()
        # Of one thread, and tuned as such before there are several.
        model = replace(self.runner, net=self.runner.net.clone(threads=1))
        if self.autotune:
            autotune(model)

        def run(items: Sequence[Item]) -> list[Outcome]:
            if not hasattr(own, "runner"):
                own.runner = replace(model, net=model.net.clone())
            outcomes: list[Outcome] = own.runner.run(items)
            return outcomes

        # Plans hold BLAS to one thread themselves, from the first that begins to the last that ends: held here it
        # is not let go between two batches, and the reference engine has nobody else to do it.
        with (
            blas.one_thread(),
            closing(in_order(groups, lambda group: self._run(group, run), self.twins, self.twins)) as done,
        ):
            yield from done

    def _run(
        self, group: Sequence[Entry], run: Callable[[Sequence[Item]], list[Outcome]]
    ) -> list[Outcome | Failure]:
        """What a batch gave, in order; with `fail_fast` up to the first failure."""
        from prototxt.batch.items import Failure, Item

        items = [entry for entry in group if isinstance(entry, Item)]
        ran = iter(self._forward(items, run) if items else ())
        done = [next(ran) if isinstance(entry, Item) else entry for entry in group]
        if not self.fail_fast:
            return done
        failed = [i for i, entry in enumerate(done) if isinstance(entry, Failure)]
        return done[: failed[0] + 1] if failed else done

    def _forward(
        self, items: Sequence[Item], run: Callable[[Sequence[Item]], list[Outcome]]
    ) -> Sequence[Outcome | Failure]:
        from prototxt.batch.items import Failure

        try:
            return run(items)
        except PrototxtError as error:
            if not self.reading.follows_images:
                raise
            return [Failure(item.name, PrototxtError(f"{item.name}: {error}")) for item in items]

    def _first(self, items: Sequence[Item]) -> list[Outcome]:
        """The first batch, watched."""
        from prototxt.engine.watch import Timer

        output, timer = self.output, Timer()
        if output.show_input:
            paint_input(output.show_input, items[0], self.reading.order)
        if self.autotune:
            self.runner.fit(items)
            autotune(self.runner)
        wake_blas()
        outcomes = self.runner.run(items, [timer])
        show_notes(label_notes(output.labels, self.telling.choice.labels, outcomes[0]))
        if output.time:
            timer = timed(self.runner, items, output.time)
        watched = Watched(timer, traced(self.runner, items) if output.trace else None)
        if output.as_json:
            self.json.extra = watched.as_dict(self.runner.graph, bool(output.time))
        else:
            watched.show(self.runner.graph, self.single or bool(output.time))
        self.begun = True
        return outcomes

    def _sum_up(self, seconds: float, interrupted: bool) -> None:
        """Where the rows are, and, of many images, how many there were in what time."""
        done, failed = self.tally.done, self.tally.failed
        if self.output.save and done:
            say(f"saved {counted(done, 'row')} to {self.output.save}", err=True)
        if self.single:
            return
        parts = [f"{counted(done, 'image')} in {seconds:.1f} s, {done / seconds:.1f} images/s"]
        if failed:
            parts.append(f"{failed:,} failed")
        if interrupted:
            parts.append(f"interrupted: of {len(self.names):,} files; what was written is complete")
        say("; ".join(parts), err=True)
