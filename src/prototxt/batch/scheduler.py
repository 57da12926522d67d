"""Files read ahead, run through a net in batches, several batches at once, with results in order."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from threading import local

from prototxt.batch.items import Entry, Failure, Item
from prototxt.batch.read_ahead import in_order, read_ahead, split_batches
from prototxt.batch.readers import Reader
from prototxt.batch.runner import Outcome, Result, Runner
from prototxt.engine import blas
from prototxt.errors import PrototxtError

__all__ = ["Scheduler"]

READ_AHEAD = 4
"""Files that are read while the net works, besides those of the batches in progress."""


class _Own(local):
    """The runner of each worker thread."""

    runner: Runner | None = None


class Scheduler:
    """Runs files through a net: reads them, groups them into batches, and yields a result for each input, in order.

    The first batch runs on the net itself, with all its threads. Later batches run in parallel, one per worker thread,
    each in a clone of the net that uses one thread. This is faster than all threads on one batch after the other,
    because the threads of one forward wait for each other, especially while another thread reads images. A net with a
    state (random or recurrent layers) runs one batch after the other.

    Override `run_first` to watch the first batch, `prepare_worker` to do something with a net of one thread before it
    is cloned for the workers:

        class Timed(Scheduler):
            def run_first(self, items):
                start = perf_counter()
                outcomes = super().run_first(items)
                print(perf_counter() - start)
                return outcomes

        for batch in Timed(runner, reader, batch=8).run(["cat.jpg", "dog.jpg"]):
            ...
    """

    def __init__(
        self, runner: Runner, reader: Reader, batch: int = 1, *, stop_at_failure: bool = False
    ) -> None:
        """`batch` is the number of items per forward; with `stop_at_failure` the first failure is the last result."""
        self.runner, self.reader, self.batch = runner, reader, batch
        self.stop_at_failure = stop_at_failure
        self.workers = runner.net.threads

    def run_first(self, items: Sequence[Item]) -> list[Outcome]:
        """Run the first batch, in the caller's thread."""
        return self.runner.run(items)

    def prepare_worker(self, runner: Runner) -> None:
        """Called once with a runner of one thread, before the workers get clones of it; does nothing here."""

    def run(self, names: Iterable[str]) -> Generator[list[Result]]:
        """The results of these files, a list for each batch, in order.

        Files that cannot be read are failures. An error of a forward is raised, except where the net takes the size
        of each image: then the images of that batch are failures. Ctrl-C raises KeyboardInterrupt between two lists.
        Closing the generator ends all threads.
        """
        depth = self.workers * self.batch + READ_AHEAD
        with (
            closing(read_ahead(names, self.reader.read, depth)) as entries,
            closing(self._run_all(split_batches(entries, self.batch))) as results,
        ):
            for batch in results:
                failed = [i for i, result in enumerate(batch) if isinstance(result, Failure)]
                if failed and self.stop_at_failure:
                    yield batch[: failed[0] + 1]
                    return
                yield batch

    def _run_all(self, batches: Iterator[list[Entry]]) -> Generator[list[Result]]:
        for batch in batches:
            results = self._run_batch(batch, first=True)
            yield results
            if any(isinstance(result, Outcome) for result in results):
                break
        if self.runner.graph.stateful:
            yield from map(self._run_batch, batches)
            return
        second = next(batches, None)
        if second is not None:
            yield from self._run_parallel(chain([second], batches))

    def _run_parallel(self, batches: Iterator[list[Entry]]) -> Generator[list[Result]]:
        """Every batch in one of the workers, each with a clone of the net."""
        model = self.runner.clone(threads=1)
        self.prepare_worker(model)
        own = _Own()

        def run(batch: list[Entry]) -> list[Result]:
            own.runner = own.runner or model.clone()
            return self._run_batch(batch, own.runner)

        # A plan limits BLAS to one thread only while a forward runs. The limit here also holds between two batches, and
        # for the reference engine.
        with blas.one_thread(), closing(in_order(batches, run, self.workers, self.workers)) as results:
            yield from results

    def _run_batch(
        self, batch: list[Entry], runner: Runner | None = None, *, first: bool = False
    ) -> list[Result]:
        """A result for each entry, in order."""
        items = [entry for entry in batch if isinstance(entry, Item)]
        run = self.run_first if first else (runner or self.runner).run
        try:
            outcomes: Iterator[Result] = iter(run(items) if items else ())
        except PrototxtError as error:
            if not self.reader.follows_images:
                raise
            outcomes = iter([Failure(item.name, _of_image(item.name, error)) for item in items])
        return [next(outcomes) if isinstance(entry, Item) else entry for entry in batch]


def _of_image(name: str, error: PrototxtError) -> PrototxtError:
    """The error of a net that could not be made for an image, with the image's name before it."""
    return PrototxtError(
        f"{name}: {error.first_line}", lines=error.lines, excerpt=error.excerpt, hint=error.hint
    )
