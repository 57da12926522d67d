"""Figures as sheets of text, shown on a screen or written as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from prototxt.engine.tuning.machine import Machine
from race.engines import ENGINES
from race.figures import OURS, Race, batch_gain, geometric_mean

NONE = "–"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text; the first column names a row, the others are numbers."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def race_sheet(race: Race) -> Sheet:
    """One net at one batch size, a row per engine."""
    rows = [
        (
            ENGINES[engine].title,
            milliseconds(race, engine),
            f"{1e3 * min(race.entries[engine].seconds):.1f}",
            NONE if engine == OURS else ratio_text(race, engine),
            f"{race.images_per_second(engine):.1f}",
            f"{race.gflops(engine):.0f}",
            memory(race, engine),
            NONE if engine == OURS else error_text(race, engine),
        )
        for engine in race.entries
    ]
    heads = ("engine", "ms", "fastest", "ours / it", "images/s", "GFLOP/s", "MB", "error")
    return Sheet(f"{race.net}, batch {race.batch}", heads, tuple(rows))


def summary_sheets(races: Sequence[Race], machine: Machine) -> Iterator[Sheet]:
    """All nets: times and ratios per batch size, then ours in detail, memory and errors."""
    for batch in dict.fromkeys(race.batch for race in races):
        own = [race for race in races if race.batch == batch]
        yield by_engine(f"Median milliseconds, batch {batch}", own, milliseconds)
        if any(race.ratio(peer) for race in own for peer in race.peers):
            yield ratio_sheet(own, batch)
    if any(OURS in race.entries for race in races):
        yield our_sheet(races, machine)
    yield by_engine("Peak memory of the process, MB", races, memory, name=with_batch)
    if any(race.ratio(peer) for race in races for peer in race.peers):
        title = "Largest difference from ours, by the largest value"
        yield by_engine(title, races, error_text, name=with_batch, peers_only=True)


def by_engine(
    title: str,
    races: Sequence[Race],
    cell: Callable[[Race, str], str],
    *,
    name: Callable[[Race], str] = lambda race: race.net,
    peers_only: bool = False,
) -> Sheet:
    """A row per race, a column per engine."""
    engines = [engine for engine in engines_of(races) if not (peers_only and engine == OURS)]
    rows = [(name(race), *(cell(race, e) if e in race.entries else NONE for e in engines)) for race in races]
    return Sheet(title, ("net", *(ENGINES[engine].title for engine in engines)), tuple(rows))


def ratio_sheet(races: Sequence[Race], batch: int) -> Sheet:
    """Ours by each peer's, with the geometric mean over the nets that both ran."""
    title = f"Our time by the peer's, batch {batch}: below 1 we are faster"
    sheet = by_engine(title, races, ratio_text, peers_only=True)
    peers = [engine for engine in engines_of(races) if engine != OURS]
    means = []
    for peer in peers:
        ratios = [ratio for race in races if (ratio := race.ratio(peer)) is not None]
        means.append(f"{geometric_mean(ratios):.2f}" if ratios else NONE)
    return Sheet(title, sheet.heads, (*sheet.rows, ("geometric mean", *means)))


def our_sheet(races: Sequence[Race], machine: Machine) -> Sheet:
    """What ours makes of the machine, and what a batch gains over single images."""
    rows = []
    for race in (race for race in races if OURS in race.entries):
        gain = batch_gain(races, race.net, 1, race.batch) if race.batch > 1 else None
        rows.append(
            (
                with_batch(race),
                f"{race.macs / 1e6:,.0f}",
                f"{race.images_per_second(OURS):.1f}",
                f"{race.gflops(OURS):.0f}",
                f"{race.gflops(OURS) / machine.gflops:.0%}",
                NONE if gain is None else f"{gain:.2f}",
            )
        )
    heads = ("net", "million MACs", "images/s", "GFLOP/s", "of peak", "by singly")
    title = "prototxt; by singly: the batch's time by that of as many images one by one"
    return Sheet(title, heads, tuple(rows))


def engines_of(races: Sequence[Race]) -> list[str]:
    ran = {engine for race in races for engine in race.entries}
    return [engine for engine in ENGINES if engine in ran]


def with_batch(race: Race) -> str:
    return f"{race.net} x {race.batch}"


def milliseconds(race: Race, engine: str) -> str:
    return f"{1e3 * race.entries[engine].median:.1f}"


def ratio_text(race: Race, engine: str) -> str:
    ratio = race.ratio(engine)
    return NONE if ratio is None else f"{ratio:.2f}"


def memory(race: Race, engine: str) -> str:
    return f"{race.entries[engine].peak_bytes / 1e6:.0f}"


def error_text(race: Race, engine: str) -> str:
    return NONE if race.ratio(engine) is None else f"{race.entries[engine].error:.0e}"


def screen(sheet: Sheet) -> RenderableType:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for i, head in enumerate(sheet.heads):
        table.add_column(head, justify="right" if i else "left", no_wrap=not i)
    for row in sheet.rows:
        table.add_row(*row)
    return Group(Text(sheet.title, "bold"), table, "")


def markdown(sheet: Sheet) -> str:
    lines = [sheet.heads, ("---", *["---:"] * (len(sheet.heads) - 1)), *sheet.rows]
    return f"## {sheet.title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
