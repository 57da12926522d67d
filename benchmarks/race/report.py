"""Figures as tables, for people at a screen."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from race.engines import ENGINES, version_of
from race.figures import OURS, Race, geometric_mean
from race.machine import Machine


def machine_line(machine: Machine, engines: Sequence[str]) -> str:
    versions = ", ".join(f"{ENGINES[e].title} {version_of(ENGINES[e].package)}" for e in engines)
    return (
        f"{machine.name}, {machine.threads} threads: {machine.gflops:.0f} GFLOP/s in float32 products, "
        f"{machine.copy_gb:.0f} GB/s copied\n{versions}"
    )


def print_race(console: Console, race: Race, machine: Machine) -> None:
    title = f"{race.net}, batch {race.batch}"
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, title=title, title_justify="left")
    table.add_column("engine", no_wrap=True)
    for title in ("ms", "ours / it", "images/s", "GFLOP/s", "of peak", "MB", "error"):
        table.add_column(title, justify="right", no_wrap=True)
    for engine, entry in race.entries.items():
        ratio = race.ratio(engine)
        table.add_row(
            ENGINES[engine].title,
            f"{1e3 * entry.median:.1f}",
            f"{ratio:.2f}" if ratio and engine != OURS else "",
            f"{race.images_per_second(engine):.1f}",
            f"{race.gflops(engine):.0f}",
            f"{race.gflops(engine) / machine.gflops:.0%}",
            f"{entry.peak_bytes / 1e6:.0f}",
            f"{entry.error:.0e}" if engine != OURS else "",
        )
    console.print(table)
    for engine, reason in race.failed.items():
        console.print(f"{ENGINES[engine].title} failed: {reason}")


def print_summary(console: Console, races: Sequence[Race]) -> None:
    for batch in dict.fromkeys(race.batch for race in races):
        own = [race for race in races if race.batch == batch]
        for peer in dict.fromkeys(peer for race in own for peer in race.peers):
            ratios = [ratio for race in own if (ratio := race.ratio(peer))]
            if ratios:
                console.print(f"batch {batch}: ours / {ENGINES[peer].title} {geometric_mean(ratios):.2f} (geometric mean)")
